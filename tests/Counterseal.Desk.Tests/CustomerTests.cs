using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk.Tests;

/// <summary>What customers are shown, from when on, and what they say.</summary>
public class CustomerTests(Postgres postgres)
{
    private static readonly IReadOnlyList<HeldName> Ada = [new(" Ada@Example.test ", Given.Start.AddYears(-5))];

    private static byte[] Warrant(string reference, DateTimeOffset? secretUntil = null, string mailbox = "ada@example.test")
    {
        var json = JsonNode.Parse(Stand.Warrant(reference))!;
        json["scope"]![0]!["selector"] = new JsonObject { ["mailbox"] = mailbox };
        if (secretUntil is { } until)
            json["secrecy"] = new JsonObject { ["law"] = "18 USC 2705(b)", ["until"] = Instant.Text(until) };
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_demand_of_which_nobody_was_told_leaves_no_trace_and_appears_by_itself_when_its_gag_lapses(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var end = Given.Start.AddDays(90);
        var id = (await stand.Received(Warrant("GAGGED", end))).Demand;
        await stand.Desk.Authenticate(id, "ben", Authenticity.Authentic, "called back", "the directory's number", null, default);
        Assert.Equal(end, (await stand.Desk.Show(id, default)).State.Lapses);
        Assert.Empty(await stand.Desk.NoticesOf(Ada, default));
        await Untouched();
        await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Tell(id, "ben", "letter", null, null, default));

        stand.Clock.SetUtcNow(end.AddSeconds(-1));
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Empty(await stand.Desk.NoticesOf(Ada, default));
        await Untouched();

        stand.Clock.SetUtcNow(end);
        Assert.Empty(await stand.Desk.Tend(default));
        var notice = Assert.Single(await stand.Desk.NoticesOf(Ada, default));
        Assert.Equal(("GAGGED", end, true), (notice.Reference, notice.ToldAt, notice.HasProof));
        Assert.Equal([DataCategory.Subscriber, DataCategory.Content], Assert.Single(notice.Asked).Categories);
        Assert.Matches("^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", notice.Code);

        // Once: the next rounds say nothing more, and a start that makes the tables again finds the same.
        var events = (await stand.Desk.Show(id, default)).Events.Count;
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Equal(events, (await stand.Desk.Show(id, default)).Events.Count);
        await stand.Edit("DELETE FROM customers");
        await stand.Edit("DELETE FROM demands");
        await stand.Reopen();
        Assert.Equal(notice.Code, Assert.Single(await stand.Desk.NoticesOf(Ada, default)).Code);

        async Task Untouched()
        {
            await using var db = DeskDatabase.Opener(stand.Options.Database)();
            Assert.Equal(0, await db.Customers.CountAsync(default));
        }
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_renewal_that_is_recorded_holds_the_notice_and_a_gag_without_an_end_holds_it_for_good(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var (end, renewed) = (Given.Start.AddDays(90), Given.Start.AddDays(180));
        var id = (await stand.Received(Warrant("RENEWED", end))).Demand;
        await stand.Desk.Establish(id, "ben", "secrecy.until", Instant.Text(renewed), "a renewal came", null, default);
        Assert.Equal(renewed, (await stand.Desk.Show(id, default)).State.Lapses);
        stand.Clock.SetUtcNow(end.AddDays(1));
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Empty(await stand.Desk.NoticesOf(Ada, default));
        stand.Clock.SetUtcNow(renewed);
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Single(await stand.Desk.NoticesOf(Ada, default));

        // Without a secrecy order a person tells; nothing goes out by itself.
        var plain = (await stand.Received(Warrant("PLAIN"))).Demand;
        stand.Clock.Advance(TimeSpan.FromDays(400));
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Null((await stand.Desk.Show(plain, default)).State.ToldAt);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_name_finds_what_is_about_it_while_it_was_held_and_nothing_of_anybody_else(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var two = JsonNode.Parse(Warrant("TWO"))!;
        two["scope"]!.AsArray().Add(new JsonObject { ["selector"] = new JsonObject { ["mailbox"] = "eve@example.test" }, ["categories"] = new JsonArray("traffic") });
        var id = (await stand.Received(Encoding.UTF8.GetBytes(two.ToJsonString()))).Demand;
        await stand.Desk.Tell(id, "ben", "letter of 24 November", null, null, default);
        var notice = Assert.Single(await stand.Desk.NoticesOf(Ada, default));
        Assert.Equal("ada@example.test", Assert.Single(notice.Asked).Selector.Value);
        // Ben's name stands in the event, so it is not given out; the notice is there all the same.
        Assert.False(notice.HasProof);
        Assert.Null(await stand.Desk.NoticeProof(Ada, id, default));
        foreach (var names in (HeldName[][])
        [
            [], [new("ada@example.tes", default)], [new("ada", default)], [new("@example.test", default)], [new("%", default)], [new("", default)],
            // The mailbox was another's in October, which is what was asked about.
            [new("ada@example.test", new(2026, 10, 15, 0, 0, 0, TimeSpan.Zero))],
        ])
            Assert.Empty(await stand.Desk.NoticesOf(names, default));
        Assert.Equal("eve@example.test", Assert.Single(Assert.Single(await stand.Desk.NoticesOf([new("EVE@example.test", default)], default)).Asked).Selector.Value);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task An_organisation_sees_what_was_redirected_to_it_and_its_answer_is_on_the_demand(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        IReadOnlyList<HeldName> admin = [new("@example.test", Given.Start.AddYears(-5))];
        var id = (await stand.Received(Warrant("SENT-ON"))).Demand;
        await stand.Desk.Authenticate(id, "ben", Authenticity.Authentic, "called back", "the directory's number", null, default);
        await stand.Desk.Decide(id, "ben", Decision.Redirect, null, ["the organisation can answer"], null, null, null, default);
        Assert.Empty(await stand.Desk.NoticesOf(admin, default));
        await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Reply(admin, id, CustomerAnswer.Objected, "no", default));
        await stand.Desk.Tell(id, "ben", "to the organisation", null, null, default);
        Assert.True(Assert.Single(await stand.Desk.NoticesOf(admin, default)).MayAnswer);

        await stand.Desk.Reply(admin, id, CustomerAnswer.Objected, "We wrote to the court.\r\nIt has not answered.", default);
        var state = (await stand.Desk.Show(id, default)).State;
        Assert.Equal((CustomerAnswer.Objected, "We wrote to the court.\nIt has not answered."), (state.Replies[0].Answer, state.Replies[0].Says));
        Assert.Single(Assert.Single(await stand.Desk.NoticesOf(admin, default)).Replies);
        foreach (var (names, demand, answer, says) in ((IReadOnlyList<HeldName>, string, CustomerAnswer, string)[])
        [
            ([new("@elsewhere.test", default)], id, CustomerAnswer.Answered, "x"), (admin, new string('A', 26), CustomerAnswer.Answered, "x"),
            (admin, id, (CustomerAnswer)9, "x"), (admin, id, CustomerAnswer.Answered, " "), (admin, id, CustomerAnswer.Answered, new string('x', 2001)), (admin, id, CustomerAnswer.Answered, "\0"),
        ])
            await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Reply(names, demand, answer, says, default));
        for (var i = 1; i < Life.MostReplies; i++)
            await stand.Desk.Reply(admin, id, CustomerAnswer.Answered, $"{i}", default);
        await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Reply(admin, id, CustomerAnswer.Answered, "once more", default));

        // What is not redirected is not the organisation's to see.
        var plain = (await stand.Received(Warrant("NOT-SENT-ON"))).Demand;
        await stand.Desk.Tell(plain, "ben", "to the holder", null, null, default);
        Assert.Single(await stand.Desk.NoticesOf(admin, default));
        Assert.Equal(2, (await stand.Desk.NoticesOf(Ada, default)).Count);
        await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Reply(Ada, plain, CustomerAnswer.Answered, "x", default));
        await stand.Reopen();
        Assert.Empty(stand.Desk.Reconciled!.Differences);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_proof_of_a_notice_verifies_and_holds_nothing_of_the_demand_or_of_a_person_here(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var end = Given.Start.AddDays(30);
        var id = (await stand.Received(Warrant("PROVEN", end, "ada@example.test"))).Demand;
        await stand.Desk.Authenticate(id, "ben", Authenticity.Authentic, "called back", "the directory's number", null, default);
        stand.Clock.SetUtcNow(end);
        Assert.Empty(await stand.Desk.Tend(default));
        var file = (await stand.Desk.NoticeProof(Ada, id, default))!;
        var said = JsonNode.Parse(file)!["received"]!;
        var bytes = Convert.FromBase64String((string)said["event"]!);
        TlogProof.Parse((string)said["proof"]!).Verify(new Leaf(Convert.FromHexString((string)said["tag"]!), Commitment.Of(Convert.FromHexString((string)said["salt"]!), bytes)), stand.Log);
        Assert.Equal("told", DeskEvent.Read(bytes).Type);
        foreach (var secret in new[] { "ben", "ada@", "PROVEN", "Example" })
            Assert.DoesNotContain(secret, Encoding.UTF8.GetString(bytes), StringComparison.OrdinalIgnoreCase);
        Assert.Null(await stand.Desk.NoticeProof([new("eve@example.test", default)], id, default));
    }

    [Fact]
    public async Task Where_there_is_a_tally_the_proof_holds_the_demands_leaves_with_their_openings()
    {
        await using var stand = await Stand.Up("sqlite", postgres, tally: true);
        var end = Given.Start.AddHours(2);
        var id = (await stand.Received(Warrant("TALLIED", end))).Demand;
        stand.Clock.SetUtcNow(end);
        await stand.Desk.Tend(default);
        var file = JsonNode.Parse((await stand.Desk.NoticeProof(Ada, id, default))!)!;
        Assert.Equal("received", (string?)Assert.Single(file["tally"]!.AsArray())!["kind"]);
        Assert.Equal(file["tally"]!.ToJsonString(), new JsonArray([.. (await stand.Desk.TallyOf(id, default)).Select(paper => paper.Paper.DeepClone())]).ToJsonString());
    }

    [Theory]
    [InlineData(" Ada@Example.Test ", "ada@example.test")]
    [InlineData("+353 (1) 555-0100", "+35315550100")]
    [InlineData("00353.1.5550100", "0035315550100")]
    [InlineData("12345", "12345")]
    [InlineData("a\tb", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Names_are_brought_to_one_form(string? name, string? written) => Assert.Equal(written, CustomerName.Written(name));
}
