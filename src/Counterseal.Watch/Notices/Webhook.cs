using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// Notices as a request to a customer's own system, signed as the Standard Webhooks specification has it: headers <c>webhook-id</c>, <c>webhook-timestamp</c> and <c>webhook-signature</c> (<c>v1</c>,
/// HMAC-SHA256 over id, timestamp and body with full stops between).
/// </summary>
internal sealed class Webhook : IDisposable
{
    private readonly HttpClient http;
    private readonly byte[] secret;
    private readonly TimeProvider time;
    private readonly bool trial;

    /// <summary>A sender.</summary>
    /// <param name="secret">From which each customer's key is made.</param>
    /// <param name="time">The clock of the timestamps.</param>
    /// <param name="trial">Whether receivers on this machine, without TLS, are let in.</param>
    public Webhook(byte[] secret, TimeProvider time, bool trial)
    {
        (this.secret, this.time, this.trial) = (secret, time, trial);
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectCallback = Connect, ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(20), MaxResponseContentBufferSize = 64 << 10 };
    }

    /// <summary>A customer's key, as it is given to the customer: <c>whsec_</c> and base64.</summary>
    public static string KeyFor(ReadOnlySpan<byte> secret, string customer) => "whsec_" + Convert.ToBase64String(Key(secret, customer));

    /// <summary>Sends a notice.</summary>
    public async Task<Handed> Send(string to, string id, string customer, NoticeContent content, NoticeText words, string code, CancellationToken cancel)
    {
        if (!Uri.TryCreate(to, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (trial && address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            return new($"\"{to}\" is no https address", true, false);
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = "security.notice",
            customer,
            verdict = content.Verdict,
            confidence = content.Confidence,
            stateSuspected = content.State,
            month = content.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            content.Accounts,
            content.Steps,
            code,
            language = words.Language.Tag,
            words.Subject,
            words.Text,
        }, WatchJson.Options);
        var stamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", stamp);
        request.Headers.Add("webhook-signature", "v1," + Signature(Key(secret, customer), id, stamp, body));
        try
        {
            using var response = await http.SendAsync(request, cancel);
            var status = (int)response.StatusCode;
            return status switch
            {
                >= 200 and < 300 => new(null, false, true),
                408 or 425 or 429 or >= 500 => new($"the webhook's receiver answers {status}", false, false),
                _ => new($"the webhook's receiver refuses ({status})", true, false),
            };
        }
        catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new($"the webhook's receiver cannot be reached: {away.Message}", false, false);
        }
    }

    /// <summary>The signature of a body, base64.</summary>
    public static string Signature(byte[] key, string id, string stamp, byte[] body) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{stamp}."), .. body]));

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static byte[] Key(ReadOnlySpan<byte> secret, string customer) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"counterseal/webhook/v1\n{customer}"));

    // A customer names the address: it must not lead into our own networks.
    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        var open = found.FirstOrDefault(ip => IsPublic(ip) || (trial && IPAddress.IsLoopback(ip))) ?? throw new HttpRequestException($"{context.DnsEndPoint.Host} leads to no public address");
        var socket = new Socket(open.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static bool IsPublic(IPAddress ip)
    {
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        var b = ip.GetAddressBytes();
        return ip.AddressFamily == AddressFamily.InterNetwork
            ? !(b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 100 && b[1] is >= 64 and < 128) || (b[0] == 169 && b[1] == 254) || (b[0] == 172 && b[1] is >= 16 and < 32)
                || (b[0] == 192 && ((b[1] == 168) || (b[1] == 0 && b[2] is 0 or 2))) || (b[0] == 198 && b[1] is 18 or 19 or 51) || (b[0] == 203 && b[1] == 0 && b[2] == 113))
            : (b[0] & 0xE0) == 0x20 && !(b[0] == 0x20 && b[1] is 0x01 && b[2] == 0x0d && b[3] == 0xb8) && !(b[0] == 0x20 && b[1] == 0x02);
    }
}
