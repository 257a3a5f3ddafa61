using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Desk.Tests;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;

namespace Counterseal.Web.Tests;

/// <summary>Both faces over a real desk and a real ledger; only the gate is a stand-in.</summary>
public sealed class FromDeskTests : IAsyncLifetime
{
    private const string Code = "0123456789abcdef";
    private readonly string folder = Directory.CreateTempSubdirectory("cs-w-").FullName;
    private LedgerHost ledger = null!;
    private LedgerClient reader = null!;
    private FakeGate gate = null!;
    private Desk.Desk desk = null!;
    private Accounts accounts = null!;
    private WebApplication staff = null!;
    private WebApplication open = null!;

    public async ValueTask InitializeAsync()
    {
        var made = LedgerHome.Create(Path.Combine(folder, "ledger"), "ledger.example/log");
        ledger = await LedgerHost.Start(made.Home.Folder, "unix:" + Path.Combine(folder, "l.sock"), TimeProvider.System, default);
        reader = new LedgerClient(ledger.Address, made.Key, null);
        gate = await FakeGate.Start(Path.Combine(folder, "g.sock"), made.Key);
        var options = DeskHome.Create(Path.Combine(folder, "desk"), given => new DeskOptions
        {
            Database = given.Database,
            WriterKey = given.WriterKey,
            LedgerAddress = ledger.Address,
            LedgerKey = made.Key.ToString(),
            LedgerCredential = made.Credentials["desk"],
            GateAddress = "unix:" + Path.Combine(folder, "g.sock"),
            GateCredential = "gate-secret",
            GateName = "gate.example",
            Rules = Path.Combine(Place.Root, "rules"),
            Trial = true,
        });
        desk = await Desk.Desk.Open(options, TimeProvider.System, default);
        var ground = new FaceGround { Listen = new(IPAddress.Loopback, 0), Trial = true };
        accounts = await Accounts.Of(options.Database, desk.AccountRecord(), trial: true, SessionLimits.Usual, TimeProvider.System, default);
        staff = DeskFace.Build(FromDesk.DeskFace(desk, ground, made.Key, accounts, Code));
        open = PublicFace.Build(FromDesk.PublicFace(desk, ground, reader, "https://demands.example.org/"));
        await staff.StartAsync();
        await open.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await staff.DisposeAsync();
        await open.DisposeAsync();
        await accounts.DisposeAsync();
        desk.Dispose();
        await gate.DisposeAsync();
        reader.Dispose();
        await ledger.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_demand_walks_from_the_public_door_to_the_answer_and_both_faces_show_what_they_may()
    {
        using var authority = Faces.Client(new(open.Urls.Single()));
        using var person = Faces.Client(new(staff.Urls.Single()));
        using (var signedIn = await Faces.SignIn(person, Code))
            Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);

        using var taken = await authority.PostAsync("/demands", Body(Warrant, "application/json"));
        var receipt = JsonNode.Parse(await taken.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        var (id, status) = ((string)receipt["demand"]!, taken.Headers.Location!.ToString());
        Assert.Equal($"/status/{(string)receipt["token"]!}", status);
        Verify(receipt);

        Assert.Contains("4:26-mj-00317", await person.GetStringAsync("/"), StringComparison.Ordinal);
        var page = await person.GetStringAsync($"/demands/{id}");
        Assert.Contains("proven, leaf 1", page, StringComparison.Ordinal);
        Assert.DoesNotContain("not proven", page, StringComparison.Ordinal);
        Assert.Contains($"counterseal authenticate {id}", page, StringComparison.Ordinal);
        Verify(JsonNode.Parse(await person.GetStringAsync($"/demands/{id}/events/2/receipt"))!);
        Assert.Contains("is being examined", await authority.GetStringAsync(status), StringComparison.Ordinal);

        var release = await DecideAndOrder(id);
        Assert.Contains($"counterseal approve {release}", await person.GetStringAsync($"/demands/{id}"), StringComparison.Ordinal);
        Assert.Contains("is being prepared", await authority.GetStringAsync(status), StringComparison.Ordinal);
        using (var early = await authority.GetAsync($"{status}/cs-0123456789abcdef.age"))
            Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);

        await desk.Approve(id, release, "one"u8.ToArray(), default);
        Assert.Contains("approved 1/2", await person.GetStringAsync($"/demands/{id}"), StringComparison.Ordinal);
        await desk.Approve(id, release, "two"u8.ToArray(), default);
        Assert.Empty(gate.Faults);
        Assert.Contains("The answer is ready", await authority.GetStringAsync(status), StringComparison.Ordinal);
        Assert.Equal("cs-0123456789abcdef.counterseal", await authority.GetStringAsync($"{status}/cs-0123456789abcdef.counterseal"));
        Assert.DoesNotContain((await desk.Show(id, default)).Events, e => e.Event.Type == "released");
        Assert.Equal("cs-0123456789abcdef.age", await authority.GetStringAsync($"{status}/cs-0123456789abcdef.age"));
        Assert.Equal("cs-0123456789abcdef.age", await authority.GetStringAsync($"{status}/cs-0123456789abcdef.age"));
        Assert.Single((await desk.Show(id, default)).Events, e => e.Event.Type == "released");
        Assert.Contains("fetched from the status page", await person.GetStringAsync($"/demands/{id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_an_account_exists_is_not_told_before_the_authority_is_authenticated()
    {
        using var authority = Faces.Client(new(open.Urls.Single()));
        var pages = new List<string>();
        foreach (var accounts in new[] { "[]", """[{"account":"A-7F3K2M9QXTBC","categories":[{"category":"content","items":3,"bytes":1000}]}]""" })
        {
            gate.Results["count"] = (JsonObject)JsonNode.Parse($$"""{"accounts":{{accounts}},"selectors":[{"item":0,"accounts":[]}],"unreadable":0}""")!;
            using var taken = await authority.PostAsync("/demands", Body(Warrant, "application/json"));
            var receipt = JsonNode.Parse(await taken.Content.ReadAsStringAsync())!;
            var (id, token) = ((string)receipt["demand"]!, (string)receipt["token"]!);
            var order = (await desk.OrderCount(id, "ada", null, null, default)).State.Orders[0].Digest;
            await desk.Approve(id, order, "one"u8.ToArray(), default);
            var page = await authority.GetStringAsync($"/status/{token}");
            pages.Add(System.Text.RegularExpressions.Regex.Replace(page, "<time.*?</time>", "").Replace(token, "", StringComparison.Ordinal));
        }

        Assert.Equal(pages[0], pages[1]);
    }

    [Fact]
    public async Task What_cannot_be_taken_is_answered_with_its_faults_and_stands_in_quarantine()
    {
        using var authority = Faces.Client(new(open.Urls.Single()));
        using var refused = await authority.PostAsync("/demands", Body("<demand>", "application/xml"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var fault = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["faults"]![0]!;
        using var person = Faces.Client(new(staff.Urls.Single()));
        using var signedIn = await Faces.SignIn(person, Code);
        Assert.Contains(WebUtility.HtmlEncode((string)fault["what"]!)[..20], await person.GetStringAsync("/quarantine"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_public_face_serves_the_log_that_the_receipt_is_in()
    {
        using var authority = Faces.Client(new(open.Urls.Single()));
        using var taken = await authority.PostAsync("/demands", Body(Warrant, "application/json"));
        var receipt = JsonNode.Parse(await taken.Content.ReadAsStringAsync())!;
        var checkpoint = Checkpoint.Open(await authority.GetByteArrayAsync("/checkpoint"), reader.Log);
        Assert.True(checkpoint.Size >= 1);
        var entries = await authority.GetByteArrayAsync("/" + new Tile(Tile.Entries, 0, (int)checkpoint.Size).Path);
        // The first entry is the one with which the desk adopted its rule book; each is two bytes of length and 64 of leaf.
        Assert.Equal((string)receipt["received"]!["tag"]!, Convert.ToHexStringLower(entries.AsSpan(66 + 2, 32)));
        Assert.Contains($"{checkpoint.Size}", await authority.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_the_ledger_key_does_not_vouch_for_is_shown_as_not_proven()
    {
        var receipt = Assert.IsType<Receipt>(await desk.Receive(Encoding.UTF8.GetBytes(Warrant), "test", default));
        using var stranger = NoteSigner.Generate("ledger.example/log");
        var view = DemandReading.Of(await desk.Show(receipt.Demand, default), desk.Prove, stranger.Verifier, new(ReaderLanguages.Ours.First, WorkZone.Utc));
        Assert.All(view.Events, e => Assert.False(e.Proof!.Verified));
        view = DemandReading.Of(await desk.Show(receipt.Demand, default), desk.Prove, reader.Log, new(ReaderLanguages.Ours.First, WorkZone.Utc));
        Assert.All(view.Events, e => Assert.True(e.Proof!.Verified));
    }

    [Fact]
    public async Task A_withdrawn_demand_leaves_its_way_where_it_stood()
    {
        var receipt = Assert.IsType<Receipt>(await desk.Receive(Encoding.UTF8.GetBytes(Warrant), "test", default));
        await desk.Withdraw(receipt.Demand, "ada", "the authority wrote so", null, default);
        var view = DemandReading.Of(await desk.Show(receipt.Demand, default), desk.Prove, reader.Log, new(ReaderLanguages.Ours.First, WorkZone.Utc));
        Assert.Equal(StationState.Passed, view.Stations[0].State);
        Assert.DoesNotContain(view.Stations, s => s.State is StationState.Here or StationState.Ahead);
        Assert.Empty(view.Next);
        Assert.Equal("withdrawn", view.State);
    }

    private async Task<string> DecideAndOrder(string id)
    {
        gate.Results["count"] = (JsonObject)JsonNode.Parse("""{"accounts":[{"account":"A-7F3K2M9QXTBC","categories":[{"category":"content","items":3,"bytes":1000}]}],"selectors":[{"item":0,"accounts":["A-7F3K2M9QXTBC"]}],"unreadable":0}""")!;
        gate.Results["release"] = (JsonObject)JsonNode.Parse($$$"""{"name":"cs-0123456789abcdef","statement":"{{{Samples.Digest}}}","volumes":[{"index":0,"length":7,"digest":"{{{Samples.Digest}}}"}],"sealed":{"event":"e30=","salt":"00","tag":"00","proof":"p"}}""")!;
        var state = await desk.Authenticate(id, "ada", Authenticity.Authentic, "Called back.", "directory entry 1", null, default);
        foreach (var question in state.Assessed!.Assessment.Questions.Where(q => q.Fact != "data.exists"))
            await desk.Establish(id, "ada", question.Fact, question.Fact switch { "customer.type" => "person", "immunity.seen" => "false", _ => "true" }, "looked it up", null, default);
        var count = (await desk.OrderCount(id, "ada", null, null, default)).State.Orders[0].Digest;
        await desk.Approve(id, count, "one"u8.ToArray(), default);
        using var one = NoteSigner.Generate("one");
        using var two = NoteSigner.Generate("two");
        var entry = await desk.AddEntry(SignedNote.Sign(
            "counterseal/directory/v2\nauthority court.example\ncountry US\nname District Court of Example\nformat age-x25519\nrecipient age1qqqq\nsigner none\ncallback +1 555 0100\nconfirmed 2026-11-24T02:00:00Z one by voice\nversion 1\n", one, two).Bytes(), "ada", default);
        await desk.Decide(id, "ada", Decision.Comply, null, [], entry.Digest, null, null, default);
        return (await desk.OrderRelease(id, "ada", null, null, default)).State.Orders[^1].Digest;
    }

    /// <summary>What <c>counterseal ledger prove</c> does with a receipt.</summary>
    private void Verify(JsonNode receipt)
    {
        var received = receipt["received"]!;
        var canonical = Convert.FromBase64String((string)received["event"]!);
        var leaf = new Leaf(Convert.FromHexString((string)received["tag"]!), Commitment.Of(Convert.FromHexString((string)received["salt"]!), canonical));
        Assert.Equal((long)receipt["index"]!, TlogProof.Parse((string)received["proof"]!).Index);
        Assert.True(TlogProof.Parse((string)received["proof"]!).Verify(leaf, reader.Log).Size >= 1);
    }

    private static string Warrant => new JsonObject
    {
        ["counterseal"] = "demand/v1",
        ["reference"] = "4:26-mj-00317",
        ["instrument"] = "us.sca.warrant",
        ["issuing"] = new JsonObject { ["name"] = "District Court of Example", ["country"] = "US", ["kind"] = "court" },
        ["issued"] = "2026-11-23T08:00:00Z",
        ["scope"] = new JsonArray(new JsonObject
        {
            ["selector"] = new JsonObject { ["mailbox"] = "ada@example.test" },
            ["from"] = "2026-10-01T00:00:00Z",
            ["to"] = "2026-11-01T00:00:00Z",
            ["categories"] = new JsonArray("subscriber", "content"),
        }),
    }.ToJsonString();

    private static StringContent Body(string text, string type) => new(text) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
}
