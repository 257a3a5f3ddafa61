using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Counterseal.Tally;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Counterseal.Web.Tests;

/// <summary>The page on which an authority checks its own demand, over HTTP and without script.</summary>
public sealed class TallyPageTests : IAsyncDisposable
{
    private static readonly TallyPlan Plan = new(
        new TallySchema([new TallyTable("outcome", ["disclosed", "rejected"])]), "2026-H2", TimeSpan.FromMinutes(1), 1, 1, (1, ["disclosed"]), 1000, []);

    private readonly NoteSigner signer = NoteSigner.Generate("ledger.example/log");
    private WebApplication? app;

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        signer.Dispose();
    }

    /// <summary>A tally of one leaf, and the receipt of the demand that it is.</summary>
    private async Task<(HttpClient Client, byte[] Receipt)> Start(bool away = false, EventBody? said = null)
    {
        var origin = TallyHome.OriginOf(signer.Name);
        var secret = LeafSecret.Uncounted(Plan.Schema, LeafKind.Received, "a-demand");
        var leaf = LeafMaking.Make(Plan.Schema, new(origin, 0, 0), secret, new byte[32]);
        var tree = new GrowingTree();
        tree.Add(leaf);
        var checkpoint = new Checkpoint(origin, 1, tree.Root()).Sign(signer.As(origin));
        app = PublicFace.Build(new()
        {
            Ground = new FaceGround { Listen = new(IPAddress.Loopback, 0), Logs = logging => logging.SetMinimumLevel(LogLevel.None) },
            Origin = "https://demands.example.org",
            LedgerKey = signer.Verifier.ToString(),
            Checkpoint = _ => throw new HttpRequestException("away"),
            Tile = (_, _) => Task.FromResult<byte[]?>(null),
            Status = (_, _) => Task.FromResult<StatusView?>(null),
            Package = (_, _, _, _) => Task.FromResult<PackageFile?>(null),
            Submit = (_, _) => Task.FromResult(new Submission(null, null, [])),
            Tally = new((name, _) => away ? throw new HttpRequestException("away") : Task.FromResult(name switch
            {
                "plan" => Plan.Bytes(),
                "checkpoint" => checkpoint,
                "tile/entries/000.p/1" => (byte[]?)[(byte)(leaf.Length >> 8), (byte)leaf.Length, .. leaf],
                "tile/0/000.p/1" => Merkle.LeafHash(leaf),
                _ => null,
            }), signer.Verifier),
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var demand = new Demand { Reference = "R", Issuing = new("A court", "IE", AuthorityKind.Court), Scope = Scope.Nothing };
        var happened = DeskEvent.Of("a-demand", 1, new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), "desk", said ?? new Received(new(new string('0', 64), 1, "json", "web"), new string('0', 64), demand, new string('0', 64), []));
        var event0 = new Leaf(new byte[32], Commitment.Of(new byte[32], happened.Canonical));
        var paper = LeafPaper.Of(Plan.Schema, new(new(origin, 0, 0), secret));
        paper["kind"] = "received";
        var receipt = new JsonObject
        {
            ["received"] = new JsonObject
            {
                ["event"] = Convert.ToBase64String(happened.Canonical),
                ["salt"] = new string('0', 64),
                ["tag"] = new string('0', 64),
                ["proof"] = new TlogProof(0, [], new Checkpoint(signer.Name, 1, Merkle.LeafHash(event0.Bytes)).Sign(signer)).Text(),
            },
            ["tally"] = paper,
        };
        return (Faces.Client(new Uri(app.Urls.Single())), Encoding.UTF8.GetBytes(receipt.ToJsonString()));
    }

    private static async Task<(HttpStatusCode Status, string Page)> Post(HttpClient client, byte[] receipt, bool asFile)
    {
        using var form = new MultipartFormDataContent();
        if (asFile)
            form.Add(new ByteArrayContent(receipt), "file", "receipt.json");
        else
            form.Add(new StringContent(Encoding.UTF8.GetString(receipt)), "receipt");
        using var answer = await client.PostAsync(new Uri("/tally", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task An_authority_gives_its_receipt_as_a_file_or_as_text_and_reads_whether_its_demand_is_counted()
    {
        var (client, receipt) = await Start();
        using (client)
        {
            foreach (var asFile in (bool[])[true, false])
            {
                var (status, page) = await Post(client, receipt, asFile);
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Contains("Yes: your demand is counted", page, StringComparison.Ordinal);
                Assert.Contains("a-demand", page, StringComparison.Ordinal);
            }
            var forged = JsonNode.Parse(receipt)!;
            forged["tally"]!["blindings"]![0] = new string('0', 64);
            Assert.Contains("No: it does not hold", (await Post(client, Encoding.UTF8.GetBytes(forged.ToJsonString()), true)).Page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_customer_checks_with_the_proof_of_its_notice_and_no_other_event_is_taken_for_one()
    {
        var (client, notice) = await Start(said: new Told("on the customer's page", null));
        using (client)
            Assert.Contains("Yes: your demand is counted", (await Post(client, notice, true)).Page, StringComparison.Ordinal);
        await app!.DisposeAsync();
        (client, notice) = await Start(said: new Stayed("a court said so"));
        using (client)
            Assert.Contains("the receipt's event is stayed, not received or told", (await Post(client, notice, true)).Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_receipt_is_refused_in_a_sentence_and_nothing_of_it_is_markup()
    {
        var (client, _) = await Start();
        using (client)
        {
            foreach (var text in (string[])["", "<script>alert(1)</script>", "{\"received\":{\"event\":\"<b>\"}}"])
            {
                var (status, page) = await Post(client, Encoding.UTF8.GetBytes(text), false);
                Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
                Assert.Contains("This could not be checked.", page, StringComparison.Ordinal);
                Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
            }
            using var plain = new StringContent("x");
            using var answer = await client.PostAsync(new Uri("/tally", UriKind.Relative), plain, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_tallys_files_are_there_for_every_verifier_and_the_page_says_what_is_proven_and_what_is_not()
    {
        var (client, _) = await Start();
        using (client)
        {
            Assert.Equal(Plan.Bytes(), await client.GetByteArrayAsync(new Uri("/tally/plan", UriKind.Relative), TestContext.Current.CancellationToken));
            using var tile = await client.GetAsync(new Uri("/tally/tile/entries/000.p/1", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal("*", tile.Headers.GetValues("Access-Control-Allow-Origin").Single());
            foreach (var none in (string[])["/tally/tile/entries/001", "/tally/tile/..%2fplan", "/tally/other"])
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(none, UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
            var page = WebUtility.HtmlDecode(await client.GetStringAsync(new Uri("/tally", UriKind.Relative), TestContext.Current.CancellationToken));
            Assert.Contains("What this does not show:", page, StringComparison.Ordinal);
            // For readers who know no cryptography: about two hundred words.
            var text = page[page.IndexOf("What is proven, and what is not", StringComparison.Ordinal)..page.IndexOf("Files for verifiers", StringComparison.Ordinal)];
            Assert.InRange(System.Text.RegularExpressions.Regex.Replace(text, "<[^>]+>", " ").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 150, 230);
        }
    }

    [Fact]
    public async Task While_the_ledger_is_away_the_page_says_so()
    {
        var (client, receipt) = await Start(away: true);
        using (client)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Post(client, receipt, true)).Status);
    }
}
