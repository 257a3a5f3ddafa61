using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterseal.Desk;
using Counterseal.Watch;

namespace Counterseal.Web;

/// <summary>
/// Hands alerts on: by mail, and to a system of the provider's own, signed as the Standard Webhooks specification has it. An alert holds a reference and an address to sign in at, and nothing else of a demand.
/// </summary>
public sealed class AlertSending : IDisposable
{
    private readonly AlertSettings settings;
    private readonly string desk;
    private readonly WorkZone zone;
    private readonly TimeProvider time;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(20), MaxResponseContentBufferSize = 64 << 10 };

    /// <summary>A sender.</summary>
    /// <param name="settings">How.</param>
    /// <param name="desk">The address of the desk's pages, without a path.</param>
    /// <param name="zone">The zone that people here live by.</param>
    /// <param name="time">The clock.</param>
    public AlertSending(AlertSettings settings, string desk, WorkZone zone, TimeProvider time) => (this.settings, this.desk, this.zone, this.time) = (settings, desk.TrimEnd('/'), zone, time);

    /// <summary>Hands one on; gives what the other side said against it, or <c>null</c>.</summary>
    public Task<string?> Send(Alert alert, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.To == "webhook" ? Post(alert, cancel) : Mail(alert, cancel);
    }

    /// <summary>What an alert says, in a sentence.</summary>
    public static string Sentence(Alert alert, WorkZone zone) => alert.Kind switch
    {
        AlertKind.Emergency => $"{alert.Reference}: an emergency has come.{(alert.Due is { } due ? $" Its time ends {zone.Full(due)}." : "")}",
        AlertKind.Burning => $"{alert.Reference}: less than a quarter of the time is left.{(alert.Due is { } due ? $" It ends {zone.Full(due)}." : "")}",
        _ => $"{alert.Reference}: the time is over{(alert.Due is { } due ? $" since {zone.Full(due)}" : "")}.",
    };

    private async Task<string?> Mail(Alert alert, CancellationToken cancel)
    {
        if (settings.Mail is not { } mail)
            return "no mail server is set any more";
        var step = alert.Step == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\n\nNobody has opened it in {settings.Steps[Math.Min(alert.Step, settings.Steps.Count - 1)].AfterMinutes} minutes, so this goes to you.");
        var text = $"{Sentence(alert, zone)}{step}\n\nOpen it: {desk}/demands/{alert.Demand}\n\nWhoever opens it has it in hand, and nobody further is woken.\n";
        var server = new MailServer(mail.Host, mail.Port, mail.Tls, mail.User, mail.Password);
        return await StaffMail.Send(server, mail.From, alert.To, $"[{alert.Kind.ToString().ToLowerInvariant()}] {alert.Reference}", text, $"{alert.Id}@{new Uri(desk).Host}", time.GetUtcNow(), cancel);
    }

    private async Task<string?> Post(Alert alert, CancellationToken cancel)
    {
        if (settings.Webhook is not { } hook)
            return "no webhook is set any more";
        var body = JsonSerializer.SerializeToUtf8Bytes(new { type = "desk.alert", kind = alert.Kind.ToString().ToLowerInvariant(), alert.Reference, demand = $"{desk}/demands/{alert.Demand}", at = Law.Instant.Text(alert.At), due = alert.Due is { } due ? Law.Instant.Text(due) : null }, JsonSerializerOptions.Web);
        var stamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", alert.Id);
        request.Headers.Add("webhook-timestamp", stamp);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(hook.Secret), (byte[])[.. Encoding.UTF8.GetBytes($"{alert.Id}.{stamp}."), .. body])));
        try
        {
            using var response = await http.SendAsync(request, cancel);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"the webhook's receiver answers {(int)response.StatusCode}");
        }
        catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return $"the webhook's receiver cannot be reached: {away.Message}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
