namespace Counterseal.Desk.Tests;

public class CrashTests(Postgres postgres)
{
    /// <summary>Every crash point of <c>docs/crash-points.md</c> that the desk reaches while it serves; <c>#n</c> is the n-th time.</summary>
    public static TheoryData<string, string> Points { get; } = All();

    private static TheoryData<string, string> All()
    {
        string[] places = ["desk.directory", "desk.quarantine", "desk.original", "desk.event.logged", "desk.event.pending", "desk.queue"];
        var points = new TheoryData<string, string>();
        foreach (var place in places)
        {
            foreach (var side in new[] { ".before", ".after" })
                points.Add(place == "desk.event.logged" ? "postgres" : "sqlite", place + side);
        }
        // The first logged event is the receipt's, the second its assessment, the third the stay.
        points.Add("sqlite", "desk.event.logged.before#3");
        points.Add("postgres", "desk.event.pending.after#2");
        return points;
    }

    [Theory, MemberData(nameof(Points))]
    public async Task Killed_at_a_crash_point_nothing_acknowledged_is_lost_and_the_walk_goes_on(string store, string point)
    {
        await using var stand = await Stand.Up(store, postgres);
        var before = await stand.Received(Stand.Warrant("before"));
        var (exit, acknowledged) = await Child.Run(stand.Options, point);
        Assert.True(exit == 137, $"{point} was not reached");

        await stand.Reopen();
        Assert.Empty(stand.Desk.Reconciled!.Differences);
        Assert.Empty(await stand.Desk.Tend(default));
        foreach (var line in acknowledged)
        {
            switch (line.Split(' '))
            {
                case ["entry", var digest]:
                    Assert.Contains(await stand.Desk.Entries(default), entry => entry.Digest == digest);
                    break;
                case ["quarantined", var digest]:
                    Assert.Contains(await stand.Desk.Quarantine(100, default), one => one.Digest == digest);
                    break;
                case ["receipt", var demand, var token]:
                    Assert.Equal(demand, (await stand.Desk.Status(token, default))!.Id);
                    Assert.NotEmpty(await stand.Desk.OriginalOf(demand, default));
                    break;
                case ["stayed", var demand]:
                    Assert.NotNull((await stand.Desk.Show(demand, default)).State.StayedFor);
                    break;
                case ["handed", _]:
                    break;
                default:
                    Assert.Fail($"the child said \"{line}\"");
                    break;
            }
        }
        // What was kept and not acknowledged is there too, whole: each demand received, assessed, and in the ledger.
        foreach (var entry in await stand.Desk.Queue(all: true, 100, default))
            Assert.Equal(["received", "assessed"], (await stand.Desk.Show(entry.Id, default)).Events.Take(2).Select(e => e.Event.Type));
        Assert.Equal(2, (await stand.Desk.Show(before.Demand, default)).State.Version);

        var after = await stand.Received(Stand.Warrant("after"));
        await stand.Desk.Stay(after.Demand, "ada", "court order", null, default);
        Assert.Empty((await stand.Desk.Reconcile(default)).Differences);
    }

    [Theory]
    [InlineData("sqlite", "desk.alert.before", 1)]
    [InlineData("sqlite", "desk.alert.after", 1)]
    [InlineData("postgres", "desk.alert.after", 1)]
    [InlineData("postgres", "desk.alert.handed", 2)]
    public async Task Killed_while_somebody_is_woken_the_alert_goes_out_and_twice_only_with_the_same_id(string store, string point, int times)
    {
        await using var stand = await Stand.Up(store, postgres);
        var (exit, acknowledged) = await Child.Run(stand.Options, point);
        Assert.True(exit == 137, $"{point} was not reached");
        var handed = acknowledged.Where(line => line.StartsWith("handed ", StringComparison.Ordinal)).Select(line => line[7..]).ToList();
        using var desk = await Desk.Open(stand.Options, TimeProvider.System, default);
        await using var accounts = await Accounts.Of(stand.Options.Database, desk.AccountRecord(), false, SessionLimits.Usual, TimeProvider.System, default);
        for (var round = 0; round < 3; round++)
        {
            Assert.Empty(await desk.TendAlerts(Child.Alerts, accounts.Views, Sight.Whole, (alert, _) =>
            {
                handed.Add(alert.Id);
                return Task.FromResult<string?>(null);
            }, default));
        }
        Assert.Equal(times, handed.Count);
        Assert.Single(handed.Distinct());
        Assert.All(await desk.Alerts(Sight.Whole, 100, default), alert => Assert.NotNull(alert.SentAt));
    }
}
