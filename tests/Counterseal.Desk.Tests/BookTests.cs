using Counterseal.Law;

namespace Counterseal.Desk.Tests;

/// <summary>The rule book of a running desk.</summary>
public class BookTests(Postgres postgres)
{
    private static string Policy(Stand stand) => Path.Combine(stand.Options.Rules, "policy", "handling.yaml");

    private static async Task<Stand> Up(string store, Postgres postgres)
    {
        var stand = await Stand.Up(store, postgres);
        await stand.OwnRules();
        return stand;
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_changed_book_is_on_the_ledger_before_anything_is_assessed_by_it(string store)
    {
        await using var stand = await Up(store, postgres);
        var receipt = await stand.Received();
        var first = stand.Desk.Book.Digest;
        File.AppendAllText(Policy(stand), "\n# A remark of counsel.\n");
        Assert.Empty(await stand.Desk.Tend(default));
        var second = stand.Desk.Book.Digest;
        Assert.NotEqual(first, second);
        Assert.Equal(RuleBook.Load(stand.Options.Rules).Digest, second);
        var books = await stand.Desk.Own(default);
        Assert.Equal([new Adopted(first, null), new Adopted(second, first)], books.Select(b => b.Event.Body));
        // What was not decided yet is assessed anew, after the book's own leaf.
        var events = (await stand.Desk.Show(receipt.Demand, default)).Events;
        Assert.Equal(["received", "assessed", "assessed"], events.Select(e => e.Event.Type));
        Assert.Equal(second, ((Assessed)events[2].Event.Body).Book);
        Assert.True(books[1].LeafIndex < events[2].LeafIndex);
        Assert.Empty((await stand.Desk.Reconcile(default)).Differences);
        await stand.Reopen();
        Assert.Equal(2, (await stand.Desk.Own(default)).Count);
        Assert.Equal(second, stand.Desk.Book.Digest);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_book_that_cannot_be_read_leaves_the_last_good_one_in_force_and_says_why(string store)
    {
        await using var stand = await Up(store, postgres);
        await stand.Received();
        var good = stand.Desk.Book.Digest;
        var text = File.ReadAllText(Policy(stand));
        File.WriteAllText(Policy(stand), text.Replace("otherwise: reject", "otherwise: ignore", StringComparison.Ordinal));
        var trouble = Assert.Single(await stand.Desk.Tend(default));
        Assert.Contains("policy/handling.yaml, line ", trouble, StringComparison.Ordinal);
        Assert.Contains("'ignore' is not one of wait, redirect, challenge, reject", trouble, StringComparison.Ordinal);
        Assert.Equal((good, good), (stand.Desk.Book.Digest, stand.Desk.BookTrouble!.InForce));
        var receipt = await stand.Received(Stand.Warrant("4:26-mj-00999"));
        Assert.Equal(good, (await stand.Desk.Show(receipt.Demand, default)).State.Assessed!.Book);
        Assert.Single(await stand.Desk.Own(default));
        File.WriteAllText(Policy(stand), text);
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Null(stand.Desk.BookTrouble);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task While_the_ledger_is_away_the_book_before_stays_in_force(string store)
    {
        await using var stand = await Up(store, postgres);
        await stand.Received();
        var before = stand.Desk.Book.Digest;
        await stand.StopLedger();
        File.AppendAllText(Policy(stand), "\n# A remark of counsel.\n");
        Assert.NotEmpty(await stand.Desk.Tend(default));
        Assert.Equal(before, stand.Desk.Book.Digest);
        await stand.StartLedger();
        await stand.Desk.Tend(default);
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.NotEqual(before, stand.Desk.Book.Digest);
        Assert.Equal(2, (await stand.Desk.Own(default)).Count);
        Assert.Empty((await stand.Desk.Reconcile(default)).Differences);
    }
}
