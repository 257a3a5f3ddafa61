using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Counterseal.Web.Tests;

/// <summary>Alerts over a real mail server (Debian's aiosmtpd) and a receiver of webhooks on this machine.</summary>
public sealed class AlertTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly string Secret = new('s', 40);
    private readonly string folder = Directory.CreateTempSubdirectory("cs-al-").FullName;
    private Process? server;

    [Fact]
    public async Task An_emergency_is_told_by_mail_and_webhook_and_to_the_next_while_nobody_opens_it()
    {
        var port = MailServer();
        await using var hook = await Hook.Start();
        var clock = new DemandWorkTests.Later();
        await using var stand = await DeskStand.Up(time: clock);
        await stand.Populate();
        var settings = new AlertSettings
        {
            Mail = new("127.0.0.1", port, "desk@example.net") { Tls = false },
            Webhook = new(hook.Url, Secret),
            Steps = [new(0, ["night@example.net"]), new(15, ["counsel@example.net"])],
        };
        Assert.Empty((stand.Options with { Alerts = settings }).Check());
        using var sending = new AlertSending(settings, "https://desk.example", WorkZone.Named("Europe/Dublin"), clock);
        var demand = Assert.IsType<Receipt>(await stand.Desk.Receive(Encoding.UTF8.GetBytes("""
            {"counterseal":"demand/v1","reference":"IE-2026-7","instrument":"eu.epoc","issuing":{"name":"Court","country":"IE","kind":"judge"},
             "emergency":{"ground":"a child is missing"},"scope":[{"selector":{"mailbox":"ada@example.test"},"categories":["subscriber"]}]}
            """), "test", default)).Demand;

        // The webhook's receiver is down at first; the mail goes out once, and the webhook when it is back.
        hook.Down = true;
        Assert.Contains("answers 503", Assert.Single(await Round()), StringComparison.Ordinal);
        hook.Down = false;
        clock.By += TimeSpan.FromMinutes(1);
        Assert.Empty(await Round());
        Assert.Empty(await Round());
        var mail = Assert.Single(Mails("night@example.net"));
        Assert.Contains("Subject: [emergency] IE-2026-7", mail, StringComparison.Ordinal);
        Assert.Contains("https://desk.example/demands/" + demand, mail.Replace("=\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.test", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("child", mail, StringComparison.Ordinal);
        var (headers, body) = Assert.Single(hook.Got);
        var said = JsonNode.Parse(body)!;
        Assert.Equal(("desk.alert", "emergency", "IE-2026-7"), ((string)said["type"]!, (string)said["kind"]!, (string)said["reference"]!));
        var signed = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), (byte[])[.. Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}."), .. body]));
        Assert.Equal("v1," + signed, headers["webhook-signature"]);

        clock.By += TimeSpan.FromMinutes(15);
        Assert.Empty(await Round());
        Assert.Contains("Nobody has opened it in 15 minutes", Assert.Single(Mails("counsel@example.net")), StringComparison.Ordinal);

        // The page says all of it, to whoever may see the demand.
        using var rosa = await stand.As("Rosa");
        var page = await rosa.GetStringAsync("/alerts");
        Assert.Contains("night@example.net", page, StringComparison.Ordinal);
        Assert.Contains("an emergency came", page, StringComparison.Ordinal);
        // Whoever looks has it in hand: an emergency that Rosa opens wakes nobody further.
        var other = (await stand.Desk.Receive(Encoding.UTF8.GetBytes("""
            {"counterseal":"demand/v1","reference":"IE-2026-8","instrument":"eu.epoc","issuing":{"name":"Court","country":"IE","kind":"judge"},
             "emergency":{"ground":"another"},"scope":[{"selector":{"mailbox":"bea@example.test"},"categories":["subscriber"]}]}
            """), "test", default) as Receipt)!.Demand;
        Assert.Empty(await Round());
        _ = await rosa.GetStringAsync($"/demands/{other}");
        clock.By += TimeSpan.FromMinutes(16);
        Assert.Empty(await Round());
        Assert.Single(Mails("counsel@example.net"));

        Task<IReadOnlyList<string>> Round() => stand.Desk.TendAlerts(settings, stand.Accounts.Views, new Sight([], []), sending.Send, default);
    }

    private List<string> Mails(string to) =>
        [.. Directory.GetFiles(Path.Combine(folder, "mail", "new")).Select(File.ReadAllText).Where(text => text.Contains($"To: {to}", StringComparison.Ordinal) || text.Contains($"To: <{to}>", StringComparison.Ordinal)).Select(text => text.ReplaceLineEndings("\n"))];

    private int MailServer()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"), "no mail server here: install python3-aiosmtpd");
        server = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Place.Root, "tests", "judges", "mail", "server.py"), Path.Combine(folder, "mail")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return int.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (server is not null)
        {
            server.StandardInput.Close();
            server.WaitForExit();
            server.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A receiver of webhooks.</summary>
    private sealed class Hook(WebApplication app) : IAsyncDisposable
    {
        public bool Down { get; set; }
        public List<(Dictionary<string, string> Headers, byte[] Body)> Got { get; } = [];
        public string Url => app.Urls.Single() + "/alerts";

        public static async Task<Hook> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var hook = new Hook(app);
            app.MapPost("/alerts", async (HttpRequest request) =>
            {
                if (hook.Down)
                    return Results.StatusCode((int)HttpStatusCode.ServiceUnavailable);
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                hook.Got.Add((request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body.ToArray()));
                return Results.NoContent();
            });
            await app.StartAsync();
            return hook;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
