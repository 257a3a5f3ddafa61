using System.Diagnostics;
using System.Text.Json;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>What the gate seals is in the tally, whatever its desk says of it.</summary>
public class TallyTests
{
    private static readonly TallyPlan Plan = new(
        new TallySchema([new TallyTable("outcome", ["disclosed", "rejected"])]), "2026-H2", TimeSpan.FromSeconds(2), 1, 1, (1, ["disclosed"]), 1000, []);

    [Fact]
    public async Task A_sealed_package_has_a_leaf_that_refers_to_its_order_and_a_re_issue_or_a_restart_makes_no_second()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        await desk.StopLedger();
        new TallyHome(desk.LedgerMade.Home).Create(Plan.Bytes());
        await desk.StartLedger();
        await File.WriteAllBytesAsync(Path.Combine(desk.Home, TallyPlan.FileName), Plan.Bytes(), TestContext.Current.CancellationToken);
        await desk.StartGate();
        Assert.Equal(0, (await Sums(desk)).Count);

        var release = await Case.Release(desk);
        var done = await release.File();
        Assert.Equal((200, "done"), (done.Status, done.State));
        var sum = await Logged(desk);
        Assert.Equal(1, sum.Count);

        // The leaf is the gate's word and not the desk's: it opens to the order's digest, which the gate alone knows the blindings of.
        using var client = new TallyClient(desk.LedgerAddress, desk.LedgerMade.Key, null);
        var reader = new TallyReader(client.Read, desk.LedgerMade.Key);
        using var kept = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(desk.Home, "tally", release.Digest + ".json"), TestContext.Current.CancellationToken));
        var index = kept.RootElement.GetProperty("index").GetInt64();
        var leaf = TallyLeaf.Read(Plan.Schema, await reader.Leaf(await reader.Latest(default), index, TallyLeaf.SizeOf(Plan.Schema), default));
        var place = new LeafPlace(client.Log.Name, index, kept.RootElement.GetProperty("period").GetInt32());
        Assert.Empty(TallyCheck.Faults(Plan.Schema, [(place, leaf)], TestContext.Current.CancellationToken));
        var secret = LeafSecret.Derived(Plan.Schema, LeafKind.Sealed, release.Digest, await File.ReadAllBytesAsync(Path.Combine(desk.Home, "tally.key"), TestContext.Current.CancellationToken), place);
        Assert.Null(new LeafOpening(place, secret).Fault(leaf, LeafSecret.ReferenceOf("sealed", release.Digest)));
        Assert.NotNull(new LeafOpening(place, secret).Fault(leaf, LeafSecret.ReferenceOf("sealed", new string('0', 64))));
        Assert.Equal(secret.Blindings, sum.Blindings);

        // The same demand sealed again is no second package.
        await Case.Release(desk, of: release, version: 9, reissueOf: release.Digest);
        Assert.Equal("done", (await release.File()).State);
        // Begun again it knows its leaf and makes no second one.
        await desk.StopGate();
        await desk.StartGate();
        for (var round = 0; round < 4; round++)
        {
            desk.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }
        Assert.Equal(1, (await Sums(desk)).Count);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(desk.Home, "tally")));
        // Who is not the desk is told nothing.
        Assert.NotEqual(200, (await desk.Get("/tally/0", "another credential")).Status);
    }

    [Fact]
    public async Task Killed_before_and_after_its_leaf_is_kept_the_gate_counts_the_package_once()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        await desk.StopLedger();
        new TallyHome(desk.LedgerMade.Home).Create(Plan.Bytes());
        await desk.StartLedger();
        await desk.StartGate();
        Assert.Equal("done", (await (await Case.Release(desk)).File()).State);
        await desk.StopGate();
        // From here on the gate has a tally, and a package that it is due for.
        await File.WriteAllBytesAsync(Path.Combine(desk.Home, TallyPlan.FileName), Plan.Bytes(), TestContext.Current.CancellationToken);
        foreach (var point in (string[])["gate.tally.key.before", "gate.tally.key.after", "gate.tally.leaf.before", "gate.tally.leaf.unsynced", "gate.tally.leaf.after"])
            await KilledAt(desk, point);
        await desk.StartGate();
        Assert.Equal(1, (await Logged(desk)).Count);
        using var client = new TallyClient(desk.LedgerAddress, desk.LedgerMade.Key, desk.LedgerMade.Credentials["desk"]);
        var (periods, covers) = (await client.Periods(default), PartSum.Read(Plan.Schema, (await client.Sums(0, default))!));
        // All leaves but one are covers, or came while the two were asked for.
        Assert.InRange(covers.Count, periods[0].To - 1, periods[0].To + 100);
    }

    [Fact]
    public async Task Killed_while_letting_go_of_a_leaf_that_came_too_late_the_gate_counts_the_package_once()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        await desk.StopLedger();
        new TallyHome(desk.LedgerMade.Home).Create(Plan.Bytes());
        await desk.StartLedger();
        await desk.StartGate();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        await desk.StopGate();
        await File.WriteAllBytesAsync(Path.Combine(desk.Home, TallyPlan.FileName), Plan.Bytes(), TestContext.Current.CancellationToken);
        using var client = new TallyClient(desk.LedgerAddress, desk.LedgerMade.Key, null);
        var reader = new TallyReader(client.Read, desk.LedgerMade.Key);
        var file = Path.Combine(desk.Home, "tally", release.Digest + ".json");
        // What is kept at a place that a cover has taken meanwhile is let go: killed before, half-way (which loses it, and it is made again), and after.
        await KeptTooLate();
        await KilledAt(desk, "gate.tally.lapsed.before");
        Assert.True(File.Exists(file));
        await KilledAt(desk, "gate.tally.lapsed.unsynced");
        await KeptTooLate();
        await KilledAt(desk, "gate.tally.lapsed.after");
        Assert.False(File.Exists(file));
        await desk.StartGate();
        Assert.Equal(1, (await Logged(desk)).Count);

        async Task KeptTooLate()
        {
            await KilledAt(desk, "gate.tally.leaf.after");
            using var kept = JsonDocument.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            for (var patience = 0; patience < 600 && (await reader.Latest(default)).Size <= kept.RootElement.GetProperty("index").GetInt64(); patience++)
                await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Starts the gate as a process of its own that kills itself there.</summary>
    private static async Task KilledAt(HostileDesk desk, string point)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Counterseal.Custody.GateChild"), [desk.Home, desk.Socket, Law.Instant.Text(desk.Clock.GetUtcNow())]) { RedirectStandardOutput = true };
        start.Environment["COUNTERSEAL_CRASH_AT"] = point;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(137, process.ExitCode);
    }

    private static async Task<PartSum> Sums(HostileDesk desk) => PartSum.Read(Plan.Schema, (await desk.Get("/tally/0")).Body);

    /// <summary>Lets rounds pass until a leaf is in.</summary>
    private static async Task<PartSum> Logged(HostileDesk desk)
    {
        for (var patience = 0; patience < 300; patience++)
        {
            if (await Sums(desk) is { Count: > 0 } sum)
                return sum;
            desk.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
        throw new InvalidOperationException("no leaf came");
    }
}
