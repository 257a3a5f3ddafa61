using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>Every durable write that the walk comes past is in the docs, so that the tests below cannot fall behind the code.</summary>
public class CrashPointListTests
{
    /// <summary>Writes of the tally: its slots and the gate's rounds come by the clock and not by the walk, so the rooms' own tests kill there (<c>TallySlotsTests</c>, <c>TallyTests</c> of desk and gate).</summary>
    private static readonly string[] InTheirRooms = ["ledger.tally.", "desk.tally.", "gate.tally."];

    [Fact]
    public async Task Every_crash_point_that_the_walk_reaches_is_listed_and_killed_at()
    {
        var listed = File.ReadAllText(Path.Combine(Place.Root, "docs", "crash-points.md"));
        var killed = DeskCrashTests.Points.Concat(GateCrashTests.Points).Concat(LedgerCrashTests.Points).SelectMany(p => p.Data.Split(',')).Select(p => p.Split('#')[0]).ToHashSet(StringComparer.Ordinal);
        await using var house = House.Build();
        var trace = Path.Combine(house.Folder, "trace");
        await house.Start(trace: trace);
        using var people = new Stubborn(house, TestContext.Current.CancellationToken);
        await people.GoAllTheWay();
        await house.Kill();
        var reached = File.ReadAllLines(trace).Distinct().ToList();
        Assert.True(reached.Count > 40, $"only {reached.Count} points reached: the trace is not what this test believes");
        Assert.All(reached, point => Assert.Contains($"`{point[..point.LastIndexOf('.')]}`", listed, StringComparison.Ordinal));
        Assert.All(reached.Where(p => p.EndsWith(".before", StringComparison.Ordinal) || p.EndsWith(".after", StringComparison.Ordinal)).Where(p => !InTheirRooms.Any(room => p.StartsWith(room, StringComparison.Ordinal))), point => Assert.Contains(point, killed));
    }
}

/// <summary>The desk is killed before and after each of its durable writes.</summary>
public class DeskCrashTests
{
    public static TheoryData<string> Points { get; } = Crash.BeforeAndAfter("desk.quarantine, desk.original", "desk.directory, desk.event.pending#4", "desk.event.logged#4", "home.product, desk.home", "home.roster, gate.pages.write");

    [Theory]
    [MemberData(nameof(Points))]
    public Task Killed_before_it_and_then_after_it_the_walk_goes_on(string points) => Crash.At(points, loseUnsynced: false);
}

/// <summary>The gate is killed before and after each of its durable writes.</summary>
public class GateCrashTests
{
    // An entry that was not kept waits for the next order, and there is none in the walk: one death each.
    public static TheoryData<string> Points { get; } =
    [
        .. Crash.BeforeAndAfter(
            "gate.order.write, gate.outcome.write", "gate.envelope.write, gate.package.collect", "gate.approvals.write#2, gate.snapshot.write", "gate.measures.write, gate.snapshot.rename",
            "gate.checkpoint.write#3, gate.stop.write", "gate.lift.write, gate.package.rename", "gate.statement.write, gate.seal.write", "gate.journal.append#7"),
        "gate.directory.write.before", "gate.directory.write.after",
    ];

    [Theory]
    [MemberData(nameof(Points))]
    public Task Killed_before_it_and_then_after_it_the_walk_goes_on(string points) => Crash.At(points, loseUnsynced: false);
}

/// <summary>The ledger is killed before and after each of its durable writes.</summary>
public class LedgerCrashTests
{
    public static TheoryData<string> Points { get; } = Crash.BeforeAndAfter("ledger.tiles#3, ledger.checkpoint#3");

    [Theory]
    [MemberData(nameof(Points))]
    public Task Killed_before_it_and_then_after_it_the_walk_goes_on(string points) => Crash.At(points, loseUnsynced: false);

    [Theory]
    [InlineData("ledger.tiles.unsynced#4")]
    [InlineData("ledger.checkpoint.renamed#5")]
    [InlineData("gate.journal.append.unsynced#9")]
    [InlineData("gate.seal.write.renamed")]
    [InlineData("gate.order.write.unsynced")]
    public Task With_everything_unsynced_thrown_away_the_walk_goes_on(string point) => Crash.At(point, loseUnsynced: true);
}

/// <summary>One crash: the walk with a process that kills itself at a point, and what must hold at the end.</summary>
internal static class Crash
{
    /// <summary>
    /// For each write the points before and after it; <c>#n</c> is the n-th time in a process's life, so that a crash does not always fall into the start. Writes that one walk comes past one after
    /// another stand together: it is killed at all of them, in their order.
    /// </summary>
    public static TheoryData<string> BeforeAndAfter(params string[] walks)
    {
        var points = new TheoryData<string>();
        foreach (var walk in walks)
        {
            points.Add(string.Join(',', walk.Split(", ").Select(write =>
            {
                var (name, time) = write.Split('#') is [var first, var nth] ? (first, "#" + nth) : (write, "");
                return $"{name}.before{time},{name}.after{time}";
            })));
        }

        return points;
    }

    public static async Task At(string points, bool loseUnsynced)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = House.Build();
        house.CrashAt = points;
        try
        {
            await house.Start(loseUnsynced);
        }
        catch (IOException)
        {
            // The crash fell into the start; the people start it again.
        }

        using var people = new Stubborn(house, cancel);
        await people.GoAllTheWay();
        await house.Kill();
        Assert.True(house.Deaths == points.Split(',').Length, $"{house.Deaths} deaths: not all of {points} were reached, and this test proves nothing");

        // Started once more, everything agrees with everything.
        house.CrashAt = null;
        await house.Start();
        var shown = await people.Show();
        Assert.Null((string?)shown["tampered"]);
        Assert.True(Package.Verify(people.Package, house.Trust, cancel).All(c => c.Holds));

        // Nothing acknowledged is lost: each receipt's leaf is where it said, in a log whose every hash holds.
        var key = NoteVerifier.Parse(house.Trust.Ledger);
        using var reader = new LedgerClient($"unix:{house.Home.LedgerSocket}", key, credential: null);
        var leaves = new List<Leaf>();
        await foreach (var leaf in reader.Leaves(Checkpoint.Open(await reader.Checkpoint(cancel), key), cancel))
            leaves.Add(leaf);
        foreach (var receipt in people.Receipts)
            Assert.Equal((string)receipt["received"]!["tag"]!, Convert.ToHexStringLower(leaves[(int)Receipts.Verify(receipt, house.Trust)].Tag));
        var report = await LedgerCheck.Run(Path.Combine(house.Home.Ledger, "log"), key);
        Assert.True(report.IsGood, string.Join('\n', report.Faults));

        // Nothing is released twice: one seal for the demand, one package behind it.
        Assert.Single(Directory.GetFiles(Path.Combine(house.Home.Gate, "packages"), "*.counterseal", SearchOption.AllDirectories));
        Assert.Single(Directory.GetFiles(Path.Combine(house.Home.Gate, "packages"), "*.age", SearchOption.AllDirectories));
    }
}
