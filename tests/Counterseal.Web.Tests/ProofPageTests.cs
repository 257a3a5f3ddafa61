using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The check of a receipt: in a real browser under the page's own policy, and on the server without script; against a real ledger, and against forged receipts and logs.</summary>
public sealed class ProofPageTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private DeskStand stand = null!;

    public async ValueTask InitializeAsync() => stand = await DeskStand.Up(languages: PublicLook.Languages);

    public ValueTask DisposeAsync() => stand.DisposeAsync();

    [Fact]
    public async Task The_browser_checks_a_receipt_against_a_real_ledger_and_sends_it_nowhere()
    {
        var receipt = await Receipt("first");
        // The ledger grows past a tile and on, so that the proof between then and now crosses levels.
        for (var i = 0; i < 3; i++)
            await stand.Received($"later {i}");
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true, policy: true);
        var page = await context.NewPageAsync();
        var asked = new List<(string Method, string Path)>();
        var faults = new List<string>();
        page.Request += (_, request) => asked.Add((request.Method, new Uri(request.Url).AbsolutePath));
        page.Console += (_, said) => faults.Add(said.Text);
        page.PageError += (_, said) => faults.Add(said);
        await page.GotoAsync(new Uri(stand.Public, "/ledger/check").ToString());
        Assert.False(await page.Locator("#servers-word").IsVisibleAsync());
        asked.Clear();

        Assert.Equal("yes", await Verdict(page, receipt));
        var steps = await page.Locator("#here .steps li").AllInnerTextsAsync();
        Assert.Equal(3, steps.Count);
        Assert.Contains("contains those", steps[2], StringComparison.Ordinal);
        Assert.Contains("\"received\"", await page.Locator("[data-part=event]").InnerTextAsync(), StringComparison.Ordinal);
        Assert.All(asked, one => Assert.Equal("GET", one.Method));
        Assert.All(asked, one => Assert.True(one.Path == "/checkpoint" || one.Path.StartsWith("/tile/", StringComparison.Ordinal), one.Path));
        Assert.Contains(asked, one => one.Path == "/checkpoint");

        var kept = await new HttpClient().GetStringAsync(new Uri(stand.Public, "/checkpoint"));
        await stand.Received("after the kept checkpoint");
        Assert.Equal("yes", await Verdict(page, receipt, kept: kept));
        Assert.Equal(4, await page.Locator("#here .steps li").CountAsync());
        Assert.Empty(faults);
    }

    [Fact]
    public async Task The_browser_and_the_server_refuse_what_was_forged_and_say_what()
    {
        var receipt = await Receipt("first");
        await stand.Received("second");
        using var stranger = NoteSigner.Generate(stand.Log.Name);
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true, policy: true);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(stand.Public, "/ledger/check").ToString());
        using var http = Faces.Client(stand.Public);
        foreach (var (why, forged, key) in new[]
        {
            ("another event", Changed(receipt, "event", text => Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Convert.FromBase64String(text)).Replace("first", "forst", StringComparison.Ordinal)))), (string?)null),
            ("another salt", Changed(receipt, "salt", Flip), null),
            ("another tag", Changed(receipt, "tag", Flip), null),
            ("another index", Changed(receipt, "proof", text => text.Replace("index ", "index 1", StringComparison.Ordinal)), null),
            ("another hash of the proof", Changed(receipt, "proof", text => Line(text, 2, Convert.ToBase64String(new byte[32]))), null),
            ("another root", Changed(receipt, "proof", text => Line(text, text.Split('\n').ToList().IndexOf("") + 3, Convert.ToBase64String(new byte[32]))), null),
            ("a proof that is none", Changed(receipt, "proof", _ => "nothing"), null),
            ("no event", Changed(receipt, "event", _ => "%"), null),
            ("another key of the same name", receipt, stranger.Verifier.ToString()),
            ("a key with a letter changed", receipt, stand.Log.ToString()[..^2] + (stand.Log.ToString()[^2] == 'A' ? "B" : "A") + stand.Log.ToString()[^1..]),
            ("no key", receipt, "x"),
            ("a log that nobody knows", ForgedLog(receipt, stranger), null),
            ("no receipt at all", "<script>alert(1)</script>", null),
            ("another shape", "{\"received\":[]}", null),
        })
        {
            Assert.True(await Verdict(page, forged, key: key) == "no", $"the browser takes {why}");
            Assert.NotEmpty(await page.Locator("#here .steps .fails").InnerTextAsync());
            var (status, answer) = await Post(http, forged, key);
            Assert.True(status == HttpStatusCode.UnprocessableEntity && answer.Contains("No: it does not hold", StringComparison.Ordinal), $"the server takes {why}: {status}");
            Assert.DoesNotContain("<script>alert", answer, StringComparison.Ordinal);
        }
        // The forger's own key, typed over, proves the forger's own log, and that the ledger of today is not his.
        Assert.Equal("no", await Verdict(page, ForgedLog(receipt, stranger), key: stranger.Verifier.ToString()));
        Assert.Equal(2, await page.Locator("#here .steps li:not(.fails)").CountAsync());
    }

    [Fact]
    public async Task A_log_that_was_set_back_or_forked_is_noticed_by_browser_and_server()
    {
        using var signer = NoteSigner.Generate("ledger.example/log");
        var leaves = Enumerable.Range(0, 700).Select(i => new Leaf(Hash($"tag {i}"), Commitment.Of(new byte[32], Encoding.UTF8.GetBytes($"{{\"n\":{i}}}")))).ToList();
        var other = leaves.Take(5).Append(new Leaf(Hash("other"), Hash("other"))).Concat(leaves.Skip(6)).ToList();
        var receipt = Encoding.UTF8.GetString(ReceiptOf(leaves, 5, 300, signer));
        var shown = leaves;
        var size = 700;
        await using var app = PublicFace.Build(new()
        {
            Ground = new FaceGround { Listen = new(IPAddress.Loopback, 0), Logs = logging => logging.SetMinimumLevel(LogLevel.None) },
            Origin = "https://demands.example.org",
            LedgerKey = signer.Verifier.ToString(),
            Checkpoint = _ => Task.FromResult(new Checkpoint(signer.Name, size, Root(shown, size)).Sign(signer)),
            Tile = (tile, _) => Task.FromResult(TileOf(shown, size, tile)),
            Status = (_, _) => Task.FromResult<StatusView?>(null),
            Package = (_, _, _, _) => Task.FromResult<PackageFile?>(null),
            Submit = (_, _) => Task.FromResult(new Submission(null, null, [])),
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var face = new Uri(app.Urls.Single());
        using var http = Faces.Client(face);
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true, policy: true);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(face, "/ledger/check").ToString());
        foreach (var (log, now, holds, says) in new[] { (leaves, 700, true, "contains those"), (leaves, 300, true, "contains those"), (leaves, 512, true, "contains those"), (leaves, 299, false, "set back"), (other, 700, false, "two l"), (other, 300, false, "two l") })
        {
            (shown, size) = (log, now);
            Assert.Equal(holds ? "yes" : "no", await Verdict(page, receipt));
            Assert.Contains(says, await page.Locator("#here .steps").InnerTextAsync(), StringComparison.Ordinal);
            var (status, answer) = await Post(http, receipt, null);
            Assert.Equal(holds ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, status);
            Assert.Contains(holds ? "Yes: it is on the ledger" : says, answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_script_the_server_checks_and_says_that_it_is_the_servers_word()
    {
        var receipt = await Receipt("first");
        await using var context = await browser.Open(390, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(stand.Public, "/ledger/check").ToString());
        Assert.True(await page.Locator("#servers-word").IsVisibleAsync());
        await page.FillAsync("#receipt", receipt);
        await page.ClickAsync("main button[type=submit]");
        Assert.True(await page.Locator("#servers-answer h2", new() { HasText = "Yes: it is on the ledger" }).IsVisibleAsync());
        Assert.True(await page.Locator("text=This was checked by the server and is its word").IsVisibleAsync());
    }

    [Fact]
    public async Task Only_the_page_that_checks_receipts_may_run_a_script_and_reach_its_own_origin()
    {
        using var http = Faces.Client(stand.Public);
        foreach (var path in new[] { "/", "/ledger", "/ledger/entries", "/authorities", "/reader", "/ledger/check" })
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Equal(path == "/ledger/check", policy.Contains("script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; connect-src 'self'", StringComparison.Ordinal));
            Assert.Equal(path == "/ledger/check", (await answer.Content.ReadAsStringAsync()).Contains("<script", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_entries_are_there_from_the_newest_to_the_first_and_say_what_is_publicly_known()
    {
        for (var i = 0; i < 2; i++)
            await stand.Received($"demand {i}");
        using var http = Faces.Client(stand.Public);
        var page = await http.GetStringAsync("/ledger/entries");
        var checkpoint = await http.GetStringAsync("/checkpoint");
        var size = int.Parse(checkpoint.Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(size, System.Text.RegularExpressions.Regex.Count(page, "<th scope=\"row\" class=\"number\">"));
        var bundle = await http.GetByteArrayAsync($"/tile/entries/000.p/{size}");
        Assert.Contains(Convert.ToHexStringLower(bundle.AsSpan(bundle.Length - 64, 32)), page, StringComparison.Ordinal);
        Assert.Contains("Rule book", page, StringComparison.Ordinal);
        foreach (var from in new[] { "-1", "99999999", "0" })
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"/ledger/entries?from={from}")).StatusCode);
    }

    [Fact]
    public async Task Entries_and_the_check_of_a_receipt_hold_320_px_in_each_language_and_say_nothing_in_English()
    {
        await Receipt("first");
        await stand.Received("second");
        var (context, page) = await PublicLook.Marked(browser);
        await using var _ = context;
        var found = await PublicLook.English(page, stand.Public, ["/ledger/entries", "/ledger/check"]);
        found.AddRange(await PublicLook.Sideways(browser, stand.Public, [("/ledger/entries", "entries"), ("/ledger/check", "check-receipt")]));
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private async Task<string> Receipt(string reference)
    {
        var receipt = await stand.Received(reference);
        return StaffApi.ReceiptJson(receipt, []).ToJsonString();
    }

    private static async Task<string?> Verdict(IPage page, string receipt, string? key = null, string kept = "")
    {
        await page.FillAsync("#receipt", receipt);
        if (key is not null)
            await page.FillAsync("#key", key);
        else
            await page.EvaluateAsync("() => { const key = document.getElementById('key'); key.value = key.defaultValue; }");
        await page.EvaluateAsync("kept => { document.getElementById('kept').value = kept; document.getElementById('here').dataset.verdict = ''; }", kept);
        await page.ClickAsync("#check button[type=submit]");
        await page.Locator("#here[data-verdict=yes], #here[data-verdict=no]").WaitForAsync();
        return await page.Locator("#here").GetAttributeAsync("data-verdict");
    }

    private static async Task<(HttpStatusCode, string)> Post(HttpClient http, string receipt, string? key)
    {
        using var form = new MultipartFormDataContent { { new StringContent(receipt), "receipt" } };
        if (key is not null)
            form.Add(new StringContent(key), "key");
        using var answer = await http.PostAsync(new Uri("/ledger/check", UriKind.Relative), form);
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).Replace("<script src=\"", "", StringComparison.Ordinal));
    }

    private static string Changed(string receipt, string field, Func<string, string> change)
    {
        var json = JsonNode.Parse(receipt)!;
        json["received"]![field] = change((string)json["received"]![field]!);
        return json.ToJsonString();
    }

    private static string Flip(string hex) => (hex[0] == '0' ? "1" : "0") + hex[1..];

    private static string Line(string text, int line, string with)
    {
        var lines = text.Split('\n');
        lines[line] = with;
        return string.Join('\n', lines);
    }

    /// <summary>The same event in a log of the forger's own.</summary>
    private static string ForgedLog(string receipt, NoteSigner stranger)
    {
        var said = JsonNode.Parse(receipt)!["received"]!;
        var leaf = new Leaf(Convert.FromHexString((string)said["tag"]!), Commitment.Of(Convert.FromHexString((string)said["salt"]!), Convert.FromBase64String((string)said["event"]!)));
        return Changed(receipt, "proof", _ => new TlogProof(0, [], new Checkpoint(stranger.Name, 1, Merkle.LeafHash(leaf.Bytes)).Sign(stranger)).Text());
    }

    private static byte[] Hash(string text) => System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static byte[] Subtree(List<Leaf> leaves, int level, long index) =>
        level == 0 ? Merkle.LeafHash(leaves[(int)index].Bytes) : Merkle.NodeHash(Subtree(leaves, level - 1, 2 * index), Subtree(leaves, level - 1, 2 * index + 1));

    private static byte[] Root(List<Leaf> leaves, int size) => Merkle.Root(size, (level, index) => Subtree(leaves, level, index));

    private static byte[]? TileOf(List<Leaf> leaves, int size, Tile tile) => !tile.IsIn(size) ? null
        : [.. Enumerable.Range(0, tile.Width).SelectMany(i => Subtree(leaves, 8 * tile.Level, tile.Index * 256 + i))];

    private static byte[] ReceiptOf(List<Leaf> leaves, int index, int size, NoteSigner signer) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["received"] = new JsonObject
        {
            ["event"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"n\":{index}}}")),
            ["salt"] = new string('0', 64),
            ["tag"] = Convert.ToHexStringLower(leaves[index].Tag),
            ["proof"] = new TlogProof(index, Merkle.InclusionProof(index, size, (level, at) => Subtree(leaves, level, at)), new Checkpoint(signer.Name, size, Root(leaves, size)).Sign(signer)).Text(),
        },
    }.ToJsonString());
}
