using System.Text.RegularExpressions;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>Kills the processes at their durable writes; the walk goes on, nothing acknowledged is lost, nothing is released twice.</summary>
public class CrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Writes that the walk comes past, with how often a start alone comes past them, so that the crash falls into the work.</summary>
    private static readonly (string Write, int Skip)[] Writes =
    [
        ("desk.original", 0), ("desk.event.pending", 0), ("desk.event.logged", 3), ("desk.directory", 0), ("desk.quarantine", 0), ("desk.queue", 0),
    ];

    [Fact]
    public async Task Every_crash_point_that_the_walk_reaches_is_listed_in_the_docs()
    {
        var listed = File.ReadAllText(Path.Combine(Place.Root, "docs", "crash-points.md"));
        await using var house = House.Build();
        var trace = Path.Combine(house.Folder, "trace");
        await house.Start(trace: trace);
        using var people = new Stubborn(house, Cancel);
        await people.GoAllTheWay();
        await house.Kill();
        var reached = File.ReadAllLines(trace).Select(l => Regex.Match(l, "[a-z]+(\\.[a-z]+)+").Value).Where(l => l.Length > 0).ToList();
        File.Copy(trace, "/tmp/trace.txt", true);
        Assert.True(reached.Distinct().Count() > 20, $"only {reached.Distinct().Count()} points reached: the trace is not what this test believes");
        Assert.All(reached.Distinct(), point => Assert.Contains($"`{point[..point.LastIndexOf('.')]}`", listed, StringComparison.Ordinal));
    }
}
