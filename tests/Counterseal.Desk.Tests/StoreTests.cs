using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk.Tests;

public class StoreTests(Postgres postgres)
{
    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Who_is_second_is_told_who_was_first(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        await stand.Desk.Stay(receipt.Demand, "grace", "court order 7", 2, default);
        var conflict = await Assert.ThrowsAsync<ConflictException>(() => stand.Desk.Withdraw(receipt.Demand, "ada", "by letter", 2, default));
        Assert.Contains("grace was first: stayed", conflict.Message);
        Assert.Equal("grace", conflict.First!.By);
        await Assert.ThrowsAsync<ConflictException>(() => stand.Desk.Withdraw(receipt.Demand, "ada", "by letter", 99, default));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Of_many_at_once_on_two_desks_one_wins_each_version_and_no_number_is_lost(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        using var other = await stand.Another();
        var receipt = await stand.Received();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var desk = i % 2 == 0 ? stand.Desk : other;
            try
            {
                await desk.Authenticate(receipt.Demand, $"person {i}", Authenticity.Authentic, "called back", "entry", 2, default);
                return "done";
            }
            catch (ConflictException)
            {
                return "conflict";
            }
        }));
        Assert.Single(outcomes, "done");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? stand.Desk : other).Receive(Stand.Warrant($"ref {i}"), "test", default)));
        await stand.Desk.Tend(default);
        var report = await stand.Desk.Reconcile(default);
        Assert.Empty(report.Differences);
        Assert.Equal(report.Size, report.Events);
        Assert.Equal(11, (await stand.Desk.Queue(true, 100, default)).Count);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task With_the_ledger_away_nothing_is_acknowledged_and_nothing_is_lost(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var before = await stand.Received();
        await stand.StopLedger();
        var kept = await Assert.ThrowsAsync<KeptException>(() => stand.Desk.Receive(Stand.Warrant("while away"), "test", default));
        Assert.Contains("no receipt", kept.Message);
        await Assert.ThrowsAsync<KeptException>(() => stand.Desk.Stay(before.Demand, "ada", "court order", null, default));
        Assert.Single(await stand.Desk.Queue(true, 10, default));
        Assert.Null((await stand.Desk.Show(before.Demand, default)).State.StayedFor);
        Assert.Equal("unknown", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Show(kept.Demand, default))).Code);
        Assert.NotEmpty(await stand.Desk.Tend(default));
        await stand.StartLedger();
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Equal("court order", (await stand.Desk.Show(before.Demand, default)).State.StayedFor);
        Assert.Equal(["received", "assessed"], (await stand.Desk.Show(kept.Demand, default)).Events.Select(e => e.Event.Type));
        Assert.Empty((await stand.Desk.Reconcile(default)).Differences);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_desk_that_starts_without_the_ledger_serves_and_compares_later(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        await stand.StopLedger();
        await stand.Reopen();
        Assert.Null(stand.Desk.Reconciled);
        Assert.Equal(receipt.Demand, Assert.Single(await stand.Desk.Queue(false, 10, default)).Id);
        await stand.StartLedger();
        await stand.Desk.Tend(default);
        Assert.Equal(3, stand.Desk.Reconciled!.Events);
    }

    /// <summary>What the database looks like when the desk died at a crash point: each is undone to that point by hand, then the desk starts again.</summary>
    [Theory]
    [InlineData("sqlite", true)]
    [InlineData("sqlite", false)]
    [InlineData("postgres", true)]
    [InlineData("postgres", false)]
    public async Task An_event_whose_leaf_went_out_before_the_crash_is_finished_with_the_same_leaf(string store, bool leafWent)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        long size;
        if (leafWent)
        {
            await stand.Desk.Stay(receipt.Demand, "ada", "court order", null, default);
            size = (await stand.Desk.Reconcile(default)).Size;
            await stand.Edit("UPDATE events SET logged = FALSE, leaf_index = NULL, proof = NULL WHERE version = 3");
        }
        else
        {
            await stand.StopLedger();
            await Assert.ThrowsAsync<KeptException>(() => stand.Desk.Stay(receipt.Demand, "ada", "court order", null, default));
            await stand.StartLedger();
            size = 4;
        }
        await stand.Reopen();
        Assert.Equal("court order", (await stand.Desk.Show(receipt.Demand, default)).State.StayedFor);
        Assert.Empty(stand.Desk.Reconciled!.Differences);
        Assert.Equal(size, stand.Desk.Reconciled.Size);
    }

    [Theory]
    [InlineData("sqlite", "UPDATE events SET by = 'mallory' WHERE version = 2 AND demand <> 'desk'", "columns", 2)]
    [InlineData("postgres", "UPDATE events SET by = 'mallory' WHERE version = 2 AND demand <> 'desk'", "columns", 2)]
    [InlineData("sqlite", "UPDATE events SET bytes = CAST(REPLACE(CAST(bytes AS TEXT), '4:26', '4:27') AS BLOB) WHERE version = 1 AND demand <> 'desk'", "commits to", 1)]
    [InlineData("postgres", "UPDATE events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '4:26', '4:27'), 'UTF8') WHERE version = 1 AND demand <> 'desk'", "commits to", 1)]
    [InlineData("sqlite", "UPDATE events SET n = 77 WHERE version = 1 AND demand <> 'desk'", "changed", 1)]
    [InlineData("postgres", "UPDATE events SET leaf_index = 1, version = 9 WHERE version = 1 AND demand <> 'desk'", "columns", 9)]
    [InlineData("sqlite", "DELETE FROM events WHERE version = 2 AND demand <> 'desk'", "deleted", 2)]
    [InlineData("postgres", "DELETE FROM events WHERE version = 2 AND demand <> 'desk'", "deleted", 2)]
    [InlineData("sqlite", "DELETE FROM events WHERE version = 1 AND demand <> 'desk'", "gap", null)]
    [InlineData("sqlite", "DELETE FROM events WHERE demand <> 'desk'", "no events", null)]
    public async Task A_database_edited_by_hand_is_noticed_and_named(string store, string edit, string what, int? version)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        await stand.Edit(edit);
        await stand.Reopen();
        var difference = Assert.Single(stand.Desk.Reconciled!.Differences, d => d.Demand == receipt.Demand && d.What.Contains(what, StringComparison.Ordinal));
        Assert.Equal(version, difference.Version);
        var shown = Assert.Single(await stand.Desk.Queue(true, 10, default));
        Assert.Contains(what, shown.Tampered);
        var no = await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Stay(receipt.Demand, "ada", "reason", null, default));
        Assert.Equal("tampered", no.Code);
        Assert.IsType<Receipt>(await stand.Desk.Receive(Stand.Warrant("another"), "test", default));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_database_of_yesterday_is_noticed(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await stand.Received();
        var later = await stand.Received(Stand.Warrant("later"));
        await stand.Edit($"DELETE FROM events WHERE demand = '{later.Demand}'");
        await stand.Edit($"DELETE FROM demands WHERE id = '{later.Demand}'");
        await stand.Edit("UPDATE counters SET value = 3");
        await stand.Reopen();
        Assert.Contains("older than the ledger", Assert.Single(stand.Desk.Reconciled!.Differences).What);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_queue_is_made_again_from_the_events(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await stand.Received();
        var before = await stand.Desk.Queue(true, 10, default);
        await stand.Edit("UPDATE demands SET stage = 'Closed', due = NULL, authority = 'nobody', open = FALSE");
        await stand.Reopen();
        Assert.Equal(before, await stand.Desk.Queue(true, 10, default));
        await stand.Edit("DELETE FROM demands");
        await stand.Reopen();
        Assert.Equal(before, await stand.Desk.Queue(true, 10, default));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_migrations_make_what_the_model_says(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var db = DeskDatabase.Opener(stand.Options.Database)();
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    [Fact]
    public async Task A_commit_on_sqlite_is_on_the_disk()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        await using var db = DeskDatabase.Opener(stand.Options.Database)();
        await db.Database.OpenConnectionAsync();
        Assert.Equal("wal", await Pragma("journal_mode"));
        Assert.Equal("2", await Pragma("synchronous"));
        Assert.Equal("1", await Pragma("foreign_keys"));

        async Task<string> Pragma(string name)
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = "PRAGMA " + name;
            return $"{await command.ExecuteScalarAsync()}";
        }
    }

    [Fact]
    public async Task Wrong_options_are_named_one_by_one_and_secrets_are_not_printed()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var wrong = stand.Options with { Database = "desk.db", LedgerKey = "nonsense", GateAddress = "gate", WriterKey = "12", Rules = "/nowhere" };
        Assert.Equal(5, wrong.Check().Count);
        var no = await Assert.ThrowsAsync<InvalidOperationException>(() => Desk.Open(wrong, stand.Clock, default));
        Assert.Contains("writerKey", no.Message);
        Assert.DoesNotContain(stand.Options.WriterKey, stand.Options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(stand.Options.LedgerCredential, stand.Options.ToString(), StringComparison.Ordinal);
    }
}
