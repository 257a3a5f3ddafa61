using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Desk.Tests;

public class DeskTests(Postgres postgres)
{
    private static JsonObject CountOf(int items) => (JsonObject)JsonNode.Parse(items == 0
        ? """{"accounts":[],"selectors":[{"item":0,"accounts":[]}],"unreadable":0}"""
        : $$"""{"accounts":[{"account":"A-7F3K2M9QXTBC","categories":[{"category":"content","items":{{items}},"bytes":1000}]}],"selectors":[{"item":0,"accounts":["A-7F3K2M9QXTBC"]}],"unreadable":0,"later":"member"}""")!;

    private static readonly JsonObject SealOf = (JsonObject)JsonNode.Parse(
        $$$"""{"name":"cs-0123456789abcdef","statement":"{{{new string('d', 64)}}}","volumes":[{"index":0,"length":7,"digest":"{{{new string('f', 64)}}}"}],"sealed":{"event":"e30=","salt":"00","tag":"00","proof":"p"}}""")!;

    /// <summary>Authenticated, and every question of the law answered so that it can go on.</summary>
    private static async Task<DemandState> Answered(Stand stand, string demand)
    {
        var state = await stand.Desk.Authenticate(demand, "ada", Authenticity.Authentic, "called back", "directory entry 1", null, default);
        foreach (var question in state.Assessed!.Assessment.Questions)
        {
            var value = question.Fact switch { "customer.type" => "person", "data.exists" => null, "immunity.seen" => "false", _ => "true" };
            if (value is not null)
                state = await stand.Desk.Establish(demand, "ada", question.Fact, value, "looked it up", null, default);
        }
        return state;
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_receipt_proves_that_these_bytes_were_received(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        var canonical = receipt.Received.Event;
        var leaf = new Leaf(Convert.FromHexString(receipt.Received.Tag), Commitment.Of(Convert.FromHexString(receipt.Received.Salt), canonical));
        Assert.True(TlogProof.Parse(receipt.Received.Proof).Verify(leaf, stand.Log).Size >= 1);
        var received = Assert.IsType<Received>(DeskEvent.Read(canonical).Body);
        Assert.Equal(Canon.Digest(Stand.Warrant()), received.Original.Digest);
        Assert.Equal(Canon.Digest(received.Demand), received.DemandDigest);
        Assert.True(DemandId.IsOne(receipt.Demand));
        Assert.DoesNotContain(receipt.Token, Encoding.UTF8.GetString(canonical), StringComparison.Ordinal);
        Assert.Equal(Stand.Warrant(), await stand.Desk.OriginalOf(receipt.Demand, default));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task What_comes_in_is_assessed_and_stands_in_the_queue_by_time_left(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var warrant = await stand.Received();
        var epoc = await stand.Received(Encoding.UTF8.GetBytes("""
            {"counterseal":"demand/v1","reference":"IE-1","instrument":"eu.epoc","issuing":{"name":"Court","country":"IE","kind":"judge"},
             "emergency":{"ground":"a child is missing"},"scope":[{"selector":{"mailbox":"ada@example.test"},"categories":["subscriber"]}]}
            """));
        var file = await stand.Desk.Show(epoc.Demand, default);
        Assert.Equal(["received", "assessed"], file.Events.Select(e => e.Event.Type));
        var queue = await stand.Desk.Queue(all: false, 100, default);
        Assert.Equal([epoc.Demand, warrant.Demand], queue.Select(q => q.Id));
        var soonest = file.State.Deadlines[0].Due;
        Assert.Contains(file.State.Deadlines, d => d.Rule == "eu.epoc.emergency.eightHours");
        Assert.Equal(soonest - Given.Start, queue[0].Left);
        stand.Clock.Advance(TimeSpan.FromHours(9));
        await stand.Reopen();
        var overdue = (await stand.Desk.Clocks(10, default))[0];
        Assert.Equal(soonest - Given.Start - TimeSpan.FromHours(9), overdue.Left);
        Assert.True(overdue.Left < TimeSpan.Zero);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_same_bytes_twice_are_two_demands_with_receipts_of_their_own(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var one = await stand.Received();
        var two = await stand.Received();
        Assert.NotEqual(one.Demand, two.Demand);
        Assert.NotEqual(one.Token, two.Token);
        Assert.Null((await stand.Desk.Show(one.Demand, default)).State.Received!.DuplicateOf);
        Assert.Equal(one.Demand, (await stand.Desk.Show(two.Demand, default)).State.Received!.DuplicateOf);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task What_cannot_be_read_is_kept_in_quarantine_with_its_faults(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var bytes = Encoding.UTF8.GetBytes("<demand>\0 not a message");
        var faulty = Assert.IsType<Quarantined>(await stand.Desk.Receive(bytes, "test", default));
        Assert.NotEmpty(faulty.Faults);
        Assert.IsType<Quarantined>(await stand.Desk.Receive(bytes, "test", default));
        var kept = Assert.Single(await stand.Desk.Quarantine(10, default));
        Assert.Equal(Canon.Digest(bytes), kept.Digest);
        Assert.Equal(faulty.Faults, kept.Faults);
        Assert.Empty(await stand.Desk.Queue(all: true, 10, default));
        var large = await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Receive(new byte[Desk.OriginalLimit + 1], "test", default));
        Assert.Equal("malformed", large.Code);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_whole_walk_from_arrival_to_a_package_and_its_closing(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Gate.Results["count"] = CountOf(3);
        stand.Gate.Results["release"] = SealOf;
        var receipt = await stand.Received();
        var id = receipt.Demand;
        await Answered(stand, id);
        var counting = await stand.Desk.OrderCount(id, "ada", null, null, default);
        Assert.Equal("waiting", Assert.Single(counting.Answers).State);
        var counted = await stand.Desk.Approve(id, counting.State.Orders[0].Digest, "note"u8.ToArray(), default);
        Assert.Equal(3, counted.State.Orders[0].Count!.Items);
        Assert.Equal("true", counted.State.Facts["data.exists"]);
        Assert.False(counted.State.AssessmentDue);
        var proposed = counted.State.Assessed!.Assessment;
        Assert.True(proposed.Proposed == Decision.Comply, $"{proposed.Proposed}: {string.Join("; ", proposed.Reasons)} {string.Join("; ", proposed.Questions.Select(q => q.Fact))}");

        var entry = await stand.Desk.AddEntry(Stand.Entry(), "ada", default);
        Assert.Equal("court.example", Assert.Single(await stand.Desk.Entries(default)).Authority);
        await stand.Desk.Decide(id, "ada", Decision.Comply, null, [], entry.Digest, null, null, default);
        stand.Gate.Results["preview"] = new JsonObject { ["preview"] = "preview-0123456789abcdef", ["until"] = "2027-01-01T00:00:00Z", ["items"] = 3, ["bytes"] = 300 };
        var shown = (await stand.Desk.OrderPreview(id, "ada", ["bob", "alice", "bob"], null, null, default)).State.Orders[^1].Digest;
        Assert.Equal(["alice", "bob"], FakeGate.Kind(stand.Gate.Filed[shown])["viewers"]!.AsArray().Select(viewer => (string)viewer!));
        await stand.Desk.Approve(id, shown, "note one"u8.ToArray(), default);
        Assert.Equal(3, (await stand.Desk.Approve(id, shown, "note two"u8.ToArray(), default)).State.Orders[^1].Previewed!.Items);
        var ordered = await stand.Desk.OrderRelease(id, "ada", null, null, default);
        Assert.Equal(Stage.Ordered, ordered.State.Stage);
        var release = ordered.State.Orders[^1].Digest;
        Assert.Equal((1, 2), await Approvals());
        Assert.Equal("in examination", await Early(stand, receipt.Token));
        var done = await stand.Desk.Approve(id, release, "note two"u8.ToArray(), default);
        Assert.Equal(Stage.Sealed, done.State.Stage);
        Assert.Empty(stand.Gate.Faults);

        Assert.Equal("package ready", (await stand.Desk.Status(receipt.Token, default))!.Status);
        var file = await stand.Desk.Package(id, "cs-0123456789abcdef.age", default);
        using (var reader = new StreamReader(file.Content))
            Assert.Equal("cs-0123456789abcdef.age", await reader.ReadToEndAsync());
        await stand.Desk.HandedOut(id, "authority", "fetched from the status page", default);
        await stand.Desk.HandedOut(id, "authority", "fetched from the status page", default);
        await stand.Desk.Close(id, "ada", "answered", null, default);
        await stand.Desk.Tell(id, "ada", "mail to the customer", null, null, default);
        stand.Gate.Results["delete"] = new JsonObject { ["deleted"] = release, ["at"] = "2027-01-01T00:00:00Z" };
        var gone = (await stand.Desk.OrderDelete(id, "ada", release, null, null, default)).State.Orders[^1].Digest;
        await stand.Desk.Approve(id, gone, "note one"u8.ToArray(), default);
        Assert.Equal(release, (await stand.Desk.Approve(id, gone, "note two"u8.ToArray(), default)).State.Orders[^1].Deleted!.Deleted);
        Assert.Empty(stand.Gate.Faults);
        var all = await stand.Desk.Show(id, default);
        Assert.Equal("deleted", all.Events[^1].Event.Type);
        Assert.Single(all.Events, e => e.Event.Type == "released");
        Assert.Equal(2, all.Events.Count(e => e.Event.Type == "approved" && ((Approved)e.Event.Body).Order == release));
        Assert.Empty(await stand.Desk.Queue(all: false, 10, default));
        await stand.Reopen();
        Assert.Empty(stand.Desk.Reconciled!.Differences);
        // And the one with which the desk adopted its rule book.
        Assert.Equal(all.Events.Count + 1, stand.Desk.Reconciled.Events);

        async Task<(int, int)> Approvals()
        {
            var polled = await stand.Desk.Approve(id, release, "note one"u8.ToArray(), default);
            return (polled.State.Orders[^1].Have, polled.State.Orders[^1].Need);
        }
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task How_far_the_gate_is_can_be_asked_and_is_not_recorded(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Gate.Results["count"] = CountOf(3);
        stand.Gate.Progress = new JsonObject { ["records"] = 7, ["bytes"] = 700, ["read"] = 1000, ["ofBytes"] = 4000, ["startedAt"] = "2026-11-24T02:00:00Z", ["more"] = true };
        var id = (await stand.Received()).Demand;
        var order = (await stand.Desk.OrderCount(id, "ada", null, null, default)).State.Orders[0].Digest;
        Assert.Empty(await stand.Desk.Working((await stand.Desk.Show(id, default)).State, default));
        var polled = await stand.Desk.Approve(id, order, "note"u8.ToArray(), default);
        Assert.Equal(7, Assert.Single(polled.Answers).Progress!.Records);
        var working = Assert.Single(await stand.Desk.Working(polled.State, default));
        Assert.Equal((order, 1000L, 4000L), (working.Key, working.Value.Read, working.Value.OfBytes));
        Assert.Equal(TimeSpan.FromSeconds(30), working.Value.Left(working.Value.StartedAt + TimeSpan.FromSeconds(10)));
        Assert.Null((working.Value with { OfBytes = 0 }).Left(working.Value.StartedAt + TimeSpan.FromSeconds(10)));
        Assert.True(polled.State.Orders[0].IsOpen);
        stand.Gate.Progress = null;
        Assert.Equal(3, (await stand.Desk.Poll(id, default)).State.Orders[0].Count!.Items);
    }

    private static async Task<string> Early(Stand stand, string token)
    {
        var view = (await stand.Desk.Status(token, default))!;
        Assert.Null(view.Package);
        return view.Decision is null ? view.Status : "in examination";
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task No_data_stays_inside_until_the_authority_is_authenticated(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Gate.Results["count"] = CountOf(0);
        var receipt = await stand.Received(Stand.Warrant(categories: false));
        Assert.Contains((await stand.Desk.Show(receipt.Demand, default)).State.Assessed!.Assessment.Questions, q => q.Fact == "scope.categories");
        var order = (await stand.Desk.OrderCount(receipt.Demand, "ada", null, null, default)).State.Orders[0].Digest;
        var counted = (await stand.Desk.Approve(receipt.Demand, order, "note"u8.ToArray(), default)).State;
        Assert.Equal(Decision.NoData, counted.Assessed!.Assessment.Proposed);
        var view = (await stand.Desk.Status(receipt.Token, default))!;
        Assert.Equal("in examination", view.Status);
        Assert.Null(view.Decision);
        var no = await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Decide(receipt.Demand, "ada", Decision.NoData, null, [], null, null, null, default));
        Assert.Contains("authenticate first", no.Message);
        await stand.Desk.Authenticate(receipt.Demand, "ada", Authenticity.Authentic, "called back", "directory entry 1", null, default);
        await stand.Desk.Decide(receipt.Demand, "ada", Decision.NoData, null, [], null, null, null, default);
        Assert.Equal(Decision.NoData, (await stand.Desk.Status(receipt.Token, default))!.Decision);
        await stand.Desk.Authenticate(receipt.Demand, "ada", Authenticity.NotAuthentic, "the number was theirs", "the directory was wrong", null, default);
        Assert.Null((await stand.Desk.Status(receipt.Token, default))!.Decision);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_refusal_of_the_gate_is_recorded_and_one_that_may_pass_is_not(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        stand.Gate.Refuse = ("ledger-away", 403);
        var waiting = await stand.Desk.OrderCount(receipt.Demand, "ada", null, null, default);
        Assert.True(waiting.State.Orders[0].IsOpen);
        stand.Gate.Refuse = ("beyond-law", 403);
        var refused = await stand.Desk.Poll(receipt.Demand, default);
        Assert.Equal("beyond-law", refused.State.Orders[0].Refusal!.Code);
        Assert.Equal("gate.example", (await stand.Desk.Show(receipt.Demand, default)).Events[^1].Event.By);
        stand.Gate.Refuse = null;
        Assert.True((await stand.Desk.OrderCount(receipt.Demand, "ada", null, null, default)).State.Orders[1].IsOpen);
    }

    [Fact]
    public async Task An_order_that_nobody_approved_in_its_window_has_expired()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var receipt = await stand.Received();
        await stand.Desk.OrderCount(receipt.Demand, "ada", TimeSpan.FromHours(1), null, default);
        stand.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.True((await stand.Desk.Poll(receipt.Demand, default)).State.Orders[0].IsOpen);
        stand.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("expired", (await stand.Desk.Poll(receipt.Demand, default)).State.Orders[0].Refusal!.Code);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task With_the_gate_away_the_order_is_kept_and_filed_later(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Gate.Results["count"] = CountOf(0);
        var receipt = await stand.Received();
        await stand.Gate.DisposeAsync();
        var away = await Assert.ThrowsAsync<DeskException>(() => stand.Desk.OrderCount(receipt.Demand, "ada", null, null, default));
        Assert.Equal("gate-away", away.Code);
        Assert.NotEmpty(await stand.Desk.Tend(default));
        await using var gate = await FakeGate.Start(stand.Options.GateAddress["unix:".Length..], stand.Log);
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Empty(gate.Faults);

        // The desk could not ask the gate for its plan, so that order was never filed; the one that follows has it, and is the same in all else.
        var shown = await stand.Desk.Show(receipt.Demand, default);
        var (orders, events) = (shown.State.Orders, shown.Events);
        Assert.Equal([orders[1].Digest], gate.Filed.Keys);
        Assert.Equal("no-plan", orders[0].Refusal!.Code);
        Assert.Contains("drafted again", orders[0].Refusal!.What, StringComparison.Ordinal);
        Assert.True(orders[1].IsOpen);
        var (first, again) = (Bytes(0), Bytes(1));
        Assert.Equal(gate.Plan, (string?)again["plan"]);
        Assert.NotEqual((string?)first["nonce"], (string?)again["nonce"]);
        foreach (var order in (System.Text.Json.Nodes.JsonObject[])[first, again])
        {
            order.Remove("plan");
            order.Remove("nonce");
        }
        Assert.Equal(first.ToJsonString(), again.ToJsonString());

        System.Text.Json.Nodes.JsonObject Bytes(int order) =>
            System.Text.Json.Nodes.JsonNode.Parse(((Ordered)events[orders[order].Version - 1].Event.Body).Bytes)!.AsObject();
    }

    [Fact]
    public async Task With_the_gate_away_an_order_whose_window_ended_is_not_drafted_again()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var receipt = await stand.Received();
        await stand.Gate.DisposeAsync();
        await Assert.ThrowsAsync<DeskException>(() => stand.Desk.OrderCount(receipt.Demand, "ada", TimeSpan.FromHours(1), null, default));
        stand.Clock.Advance(TimeSpan.FromHours(2));
        await using var gate = await FakeGate.Start(stand.Options.GateAddress["unix:".Length..], stand.Log);
        await stand.Desk.Tend(default);
        // Its window is over: it is filed as it is, so that the gate says so, and nothing new is drafted.
        Assert.Single((await stand.Desk.Show(receipt.Demand, default)).State.Orders);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_fact_that_no_book_knows_or_a_value_that_is_none_is_refused(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Establish(receipt.Demand, "ada", "colour", "red", "I saw it", null, default));
        var no = await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Establish(receipt.Demand, "ada", "customer.type", "martian", "I saw it", null, default));
        Assert.Contains("enterprise", no.Message);
        await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Establish(receipt.Demand, "ada", "authenticated", "true", "I believe it", null, default));
        await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Establish(receipt.Demand, " ", "customer.type", "person", "contract", null, default));
        Assert.Equal(2, (await stand.Desk.Show(receipt.Demand, default)).State.Version);
    }

    [Fact]
    public async Task A_token_that_opens_nothing_opens_nothing()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var receipt = await stand.Received();
        Assert.Null(await stand.Desk.Status(receipt.Token + "0", default));
        Assert.Null(await stand.Desk.Status("", default));
        Assert.Null(await stand.Desk.Status(receipt.Demand, default));
    }
}
