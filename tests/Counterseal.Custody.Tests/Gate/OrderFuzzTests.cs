using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The fuzzer, run as <c>./test</c> runs it, or for as long as <c>bench/fuzz-orders.sh</c> asks.</summary>
[Collection(nameof(Alone))]
public class OrderFuzzTests
{
    private static long Setting(string name, long usual) => long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;

    [Fact]
    public async Task A_desk_that_lies_in_every_field_releases_nothing_and_the_gate_neither_falls_nor_grows()
    {
        var (count, seed) = (Setting("COUNTERSEAL_FUZZ_ORDERS", 5_000), (int)Setting("COUNTERSEAL_FUZZ_SEED", 20261129));
        await using var desk = await HostileDesk.Begin(gate: false);
        desk.WriteRoster(desk.RosterJson(change: roster => (roster["approvals"]!["count"], roster["approvals"]!["preserve"]) = (2, 2)));
        await using var gate = Counterseal.Custody.Gate.Open(desk.Home, desk.Clock, NullLogger.Instance);
        var fuzz = new OrderFuzz(desk, seed);
        var live = new List<long>();
        var began = System.Diagnostics.Stopwatch.StartNew();

        var faults = await fuzz.Run(gate, count, sent =>
        {
            if (sent % Math.Max(2000, count / 20 / 2000 * 2000) != 0)
                return;
            live.Add(GC.GetTotalMemory(forceFullCollection: true));
            if (Environment.GetEnvironmentVariable("COUNTERSEAL_FUZZ_LOG") is { } log)
                File.AppendAllText(log, string.Create(CultureInfo.InvariantCulture, $"{sent,9} orders  {began.Elapsed.TotalSeconds,7:0} s  resident {Environment.WorkingSet >> 20,5} MiB  live {live[^1] >> 20,4} MiB\n"));
        });

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(fuzz.Answers.Count >= 12, string.Join(' ', fuzz.Answers));
        Assert.True(live[^1] - live[Math.Min(1, live.Count - 1)] < 16 << 20, string.Join(' ', live.Select(bytes => bytes >> 10)));
        Assert.Equal("done", JsonDocument.Parse((await gate.File(await fuzz.Valid(), wait: true, CancellationToken.None)).Json).RootElement.GetProperty("state").GetString());
        if (Environment.GetEnvironmentVariable("COUNTERSEAL_FUZZ_LOG") is { } end)
            File.AppendAllText(end, string.Create(CultureInfo.InvariantCulture, $"{count,9} orders  {began.Elapsed.TotalSeconds,7:0} s  seed {seed}\n{string.Join('\n', fuzz.Answers.OrderByDescending(one => one.Value).Select(one => $"{one.Value,9} {one.Key}"))}\n"));
    }
}
