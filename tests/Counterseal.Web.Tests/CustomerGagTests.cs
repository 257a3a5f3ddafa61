using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Counterseal.Desk;
using Counterseal.Law;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Counterseal.Web.Tests;

/// <summary>The customers' pages over a real desk and a real ledger: a gag leaves no trace, and when it lapses the notice is there, with its proof.</summary>
public sealed partial class CustomerGagTests : IAsyncLifetime
{
    private readonly Clock clock = new();
    private readonly ECDsa product = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private DeskStand stand = null!;
    private HandOver handOver = null!;
    private WebApplication face = null!;

    public async ValueTask InitializeAsync()
    {
        stand = await DeskStand.Up(time: clock);
        handOver = new(product.ExportSubjectPublicKeyInfoPem(), "product", "https://notices.example.org", clock);
        face = CustomerFace.Build(FromDesk.CustomerFace(stand.Desk, new FaceGround { Listen = new(IPAddress.Loopback, 0), Time = clock, Logs = logs => logs.SetMinimumLevel(LogLevel.None) }, handOver, stand.Public.ToString()));
        await face.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await face.DisposeAsync();
        handOver.Dispose();
        product.Dispose();
        await stand.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_page_of_a_customer_has_the_same_bytes_with_a_demand_under_a_gag_as_without_and_the_notice_comes_by_itself(bool another)
    {
        // With and without a notice that may be seen.
        if (another)
            await stand.Desk.Tell((await stand.Received("MAY-BE-SEEN")).Demand, "Cora", "letter", null, null, default);
        using var ada = await Window();
        var before = await All(ada);
        var gagged = await Gagged(clock.GetUtcNow().AddDays(30));
        Assert.NotNull((await stand.Desk.Show(gagged, default)).State.Lapses);
        var after = await All(ada);
        Assert.Equal(before.Select(page => page.Length), after.Select(page => page.Length));
        Assert.Equal(before, after);
        // By its id, too, it is as one that never was.
        foreach (var id in new[] { gagged, "7F3K2M9QXTBC4W8NDV5HJ0RSAG" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await ada.GetAsync($"/notices/{id}/proof.json")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await DeskStand.Post(ada, "/", $"/notices/{id}/answer", ("answer", "Answered"), ("says", "x"))).StatusCode);
        }

        clock.By += TimeSpan.FromDays(30);
        Assert.Empty(await stand.Desk.Tend(default));
        using var later = await Window();
        var page = WebUtility.HtmlDecode(await later.GetStringAsync("/"));
        Assert.Contains("UNDER-A-GAG", page, StringComparison.Ordinal);
        Assert.Contains("District Court of Example", page, StringComparison.Ordinal);

        // Its proof holds on the public face, and a code that stands in the notice is genuine.
        var proof = await later.GetStringAsync($"/notices/{gagged}/proof.json");
        using var open = Faces.Client(stand.Public);
        using var form = new MultipartFormDataContent { { new StringContent(proof), "receipt" } };
        using var answer = await open.PostAsync("/ledger/check", form);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, said);
        Assert.Contains("Yes: it is on the ledger", said, StringComparison.Ordinal);
        using var genuine = await DeskStand.Post(later, "/check", "/check", ("code", NoticeCode().Match(page[page.IndexOf("UNDER-A-GAG", StringComparison.Ordinal)..]).Value));
        Assert.Contains("Yes: a notice", await genuine.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_organisations_answer_is_seen_at_the_desk_as_an_event_of_the_demand()
    {
        var id = (await stand.Received("SENT-ON")).Demand;
        await stand.Desk.Authenticate(id, "Cora", Authenticity.Authentic, "called back", "the directory's number", null, default);
        await stand.Desk.Decide(id, "Cora", Decision.Redirect, null, ["the organisation can answer"], null, null, null, default);
        await stand.Desk.Tell(id, "Cora", "to the organisation", null, null, default);
        using var admin = await Window("admin@example.test", "@example.test");
        using var kept = await DeskStand.Post(admin, "/", $"/notices/{id}/answer", ("answer", "Objected"), ("says", "<b>We wrote to the court.</b>"));
        Assert.Equal(HttpStatusCode.SeeOther, kept.StatusCode);
        Assert.Contains("&lt;b&gt;We wrote to the court.&lt;/b&gt;", await admin.GetStringAsync("/"), StringComparison.Ordinal);
        var view = DemandReading.Of(await stand.Desk.Show(id, default), stand.Desk.Prove, stand.Log, new(ReaderLanguages.Ours.First, WorkZone.Utc));
        var happened = Assert.Single(view.Events, one => one.Type == "replied");
        Assert.Equal(("customer", "The customer says: we objected. <b>We wrote to the court.</b>", true), (happened.By, happened.Sentence, happened.Proof!.Verified));
    }

    private async Task<HttpClient> Window(string account = "ada@example.test", params string[] names)
    {
        var window = Faces.Client(new Uri(face.Urls.Single()));
        var now = clock.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "product",
            Audience = "https://notices.example.org",
            IssuedAt = now,
            Expires = now.AddMinutes(1),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = account,
                ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                ["names"] = (names.Length > 0 ? names : [account]).Select(name => new Dictionary<string, object> { ["name"] = name, ["since"] = "2020-01-01" }).ToArray(),
            },
            SigningCredentials = new(new ECDsaSecurityKey(product), SecurityAlgorithms.EcdsaSha256),
        });
        using var answer = await CustomerStand.Enter(window, token);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return window;
    }

    /// <summary>All pages that the customer can open, but for the form's own secret, which is another each time and of one length.</summary>
    private static async Task<List<string>> All(HttpClient window)
    {
        var pages = new List<string>();
        foreach (var path in new[] { "/", "/check", "/no-such-page", "/reader" })
        {
            using var answer = await window.GetAsync(path);
            pages.Add($"{answer.StatusCode} {answer.Headers} {FormSecret().Replace(await answer.Content.ReadAsStringAsync(), match => new string('x', match.Length))}");
        }
        using var code = await DeskStand.Post(window, "/check", "/check", ("code", "AAAA-AAAA-AAAA-AAAA"));
        pages.Add(FormSecret().Replace(await code.Content.ReadAsStringAsync(), match => new string('x', match.Length)));
        return [.. pages.Select(page => Date().Replace(page, ""))];
    }

    private async Task<string> Gagged(DateTimeOffset until) => Assert.IsType<Receipt>(await stand.Desk.Receive(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "demand/v1",
        ["reference"] = "UNDER-A-GAG",
        ["instrument"] = "us.sca.warrant",
        ["issuing"] = new JsonObject { ["name"] = "District Court of Example", ["country"] = "US", ["kind"] = "court" },
        ["issued"] = "2026-11-23T08:00:00Z",
        ["secrecy"] = new JsonObject { ["law"] = "18 USC 2705(b)", ["until"] = Instant.Text(until) },
        ["scope"] = new JsonArray(new JsonObject { ["selector"] = new JsonObject { ["mailbox"] = "ada@example.test" }, ["categories"] = new JsonArray("subscriber", "content") }),
    }.ToJsonString()), "test", default)).Demand;

    [GeneratedRegex("(?<=name=\"form\" value=\")[^\"]+")]
    private static partial Regex FormSecret();

    [GeneratedRegex("(Date|Set-Cookie): [^\n]+\n?")]
    private static partial Regex Date();

    [GeneratedRegex("[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")]
    private static partial Regex NoticeCode();

    private sealed class Clock : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero) + By;
    }
}
