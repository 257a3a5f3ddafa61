using System.Text.Json.Nodes;
using Counterseal.Tally;

namespace Counterseal.Desk.Tests;

/// <summary>The desk writes to the tally of its ledger: a leaf when a demand is received, one when it is closed.</summary>
public class TallyTests(Postgres postgres)
{
    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_demand_has_one_received_leaf_and_one_closed_leaf_which_refers_to_it_and_says_what_it_was_closed_as(string store)
    {
        await using var stand = await Stand.Up(store, postgres, tally: true);
        var receipt = await stand.Received();
        var paper = receipt.Tally;
        Assert.NotNull(paper);
        Assert.Equal("received", paper.Kind);
        await stand.Slots(4);
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.True((await stand.Desk.TallyOf(receipt.Demand, default)).Single().Logged);

        await stand.Desk.Withdraw(receipt.Demand, "ada", "sent in error", null, default);
        await stand.Desk.Close(receipt.Demand, "ada", "withdrawn", null, default);
        Assert.Empty(await stand.Desk.Tend(default));
        await stand.Slots(4);
        Assert.Empty(await stand.Desk.Tend(default));
        var papers = await stand.Desk.TallyOf(receipt.Demand, default);
        Assert.Equal(["received", "closed"], papers.Select(one => one.Kind));
        Assert.All(papers, one => Assert.True(one.Logged));
        Assert.Equal((string)paper.Paper["index"]!.ToString(), (string)papers[1].Paper["reference"]!);
        Assert.Equal(["closed", "US", "us.sca.warrant", "withdrawn", "2026-H2"], papers[1].Paper["cells"]!.AsArray().Select(cell => (string)cell!));

        // Both leaves open as what they are, and as nobody else's.
        var plan = stand.Desk.TallyPlan!;
        foreach (var (one, reference) in papers.Zip([LeafSecret.ReferenceOf("received", receipt.Demand), LeafSecret.ReferenceOf("closed", paper.Paper["index"]!.ToString())]))
        {
            var opening = LeafPaper.Read(plan.Schema, one.Paper, reference);
            var leaf = TallyLeaf.Read(plan.Schema, await stand.TallyLeaf(opening.Place.Index));
            Assert.Null(opening.Fault(leaf, reference));
            Assert.NotNull(opening.Fault(leaf, LeafSecret.ReferenceOf(one.Kind, "another")));
        }
        // However often the desk tends it, there is no third.
        await stand.Slots(2);
        await stand.Desk.Tend(default);
        Assert.Equal(2, TallyArchive.Leaves(stand.Options.Database, plan.Schema).Count);
    }

    [Fact]
    public async Task A_leaf_that_came_too_late_is_in_the_tally_under_another_index_and_once()
    {
        await using var stand = await Stand.Up("sqlite", postgres, tally: true);
        await stand.StopLedger();
        await Assert.ThrowsAsync<KeptException>(() => stand.Received());
        await stand.StartLedger();
        await stand.Desk.Tend(default);
        var demand = (await stand.Desk.Queue(all: true, 10, default)).Single().Id;
        var first = (long)(await stand.Desk.TallyOf(demand, default)).Single().Paper["index"]!;
        // As if its leaf had been lost on the way: a cover stands there by now.
        await stand.StopLedger();
        foreach (var file in Directory.EnumerateFiles(stand.TallyWaiting))
            File.Delete(file);
        await stand.StartLedger();
        await stand.Slots(6);
        await stand.Desk.Tend(default);
        var again = (long)(await stand.Desk.TallyOf(demand, default)).Single().Paper["index"]!;
        Assert.NotEqual(first, again);
        await stand.Slots(6);
        await stand.Desk.Tend(default);
        Assert.True((await stand.Desk.TallyOf(demand, default)).Single().Logged);
        Assert.Single(TallyArchive.Leaves(stand.Options.Database, stand.Desk.TallyPlan!.Schema));
    }

    [Fact]
    public async Task A_receipt_goes_out_without_its_leaf_when_the_tally_takes_none_and_the_leaf_is_given_later()
    {
        await using var stand = await Stand.Up("sqlite", postgres, tally: true);
        await stand.StopLedger();
        await stand.StartLedger(tally: false);
        var receipt = await stand.Received();
        Assert.Null(receipt.Tally);
        Assert.Null(await stand.Desk.TallyNotice(receipt.Token, default));
        await stand.StopLedger();
        await stand.StartLedger();
        Assert.Empty(await stand.Desk.Tend(default));
        var notice = JsonNode.Parse(await stand.Desk.TallyNotice(receipt.Token, default) ?? throw new InvalidOperationException("no notice"))!;
        Assert.Equal("received", (string)notice["tally"]![0]!["kind"]!);
        Assert.Equal(receipt.Demand, (string)notice["demand"]!);
    }

    [Theory, InlineData("desk.tally.made.before"), InlineData("desk.tally.made.after"), InlineData("desk.tally.sent.after")]
    public async Task Killed_while_it_makes_or_sends_a_leaf_the_desk_counts_the_demand_once(string point)
    {
        await using var stand = await Stand.Up("sqlite", postgres, tally: true);
        var (exit, _) = await Child.Run(stand.Options, point);
        Assert.True(exit == 137, $"{point} was not reached");
        await stand.Reopen();
        for (var i = 0; i < 3; i++)
        {
            await stand.Slots(4);
            Assert.Empty(await stand.Desk.Tend(default));
        }
        var demands = (await stand.Desk.Queue(all: true, 10, default)).Select(entry => entry.Id).ToList();
        Assert.NotEmpty(demands);
        var leaves = TallyArchive.Leaves(stand.Options.Database, stand.Desk.TallyPlan!.Schema);
        Assert.Equal(demands.Order(), leaves.Select(leaf => leaf.Demand).Order());
        // What the desk does not know as its own is a cover, and no leaf that was lost: the parts add up.
        var sums = await stand.Covers();
        Assert.Equal(stand.Ledger!.Tally!.Latest.Size, sums.Count + leaves.Count);
    }
}
