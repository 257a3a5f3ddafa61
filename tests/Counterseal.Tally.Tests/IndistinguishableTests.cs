using System.Diagnostics;
using Counterseal.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Tally.Tests;

/// <summary>Two tallies of one plan, one busy and one idle, as somebody sees them who reads all that is public and times each slot.</summary>
public sealed class IndistinguishableTests
{
    private const int Slots = 40;

    /// <summary>Below this a statistic says that the two are not alike. Three are asked, so that honest runs fail once in ten thousand or so.</summary>
    private const double Doubt = 0.00003;

    private static TallyPlan Plan { get; } = new(
        new TallySchema([new TallyTable("country", ["DE", "FR", "IE", "US"])]), "2026-H2", TimeSpan.FromMinutes(1), 2, 1, (1, ["DE"]), 1000, []);

    [Fact]
    public async Task A_busy_tally_and_an_idle_one_cannot_be_told_apart_by_sizes_times_and_bytes()
    {
        using var folder = new Folder();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
        await using var busy = Open(folder, "busy", clock);
        await using var idle = Open(folder, "idle", clock);
        var seen = new Dictionary<TallySlots, Seen> { [busy.Slots] = new([], []), [idle.Slots] = new([], []) };
        for (var i = 0; i < Slots; i++)
        {
            for (var n = 0; n < Plan.Each; n++)
                Send(busy, i);
            clock.Advance(Plan.Slot);
            // In turns, so that whatever else the machine does falls on both.
            foreach (var one in i % 2 == 0 ? (TallySlots[])[busy.Slots, idle.Slots] : [idle.Slots, busy.Slots])
            {
                var start = Stopwatch.GetTimestamp();
                await one.Slot(clock.GetUtcNow(), TestContext.Current.CancellationToken);
                seen[one].Times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                seen[one].Sizes.Add(one.Latest.Size);
            }
        }
        Assert.Equal(0, PartSum.Read(Plan.Schema, busy.Slots.Sums(0)!).Count);
        Assert.Equal(Slots * Plan.Each, PartSum.Read(Plan.Schema, idle.Slots.Sums(0)!).Count);
        Assert.InRange(Distance(seen[busy.Slots].Sizes, seen[idle.Slots].Sizes), Doubt, 1);
        Assert.InRange(Distance(seen[busy.Slots].Times, seen[idle.Slots].Times), Doubt, 1);
        Assert.InRange(Bytes(await Leaves(busy), await Leaves(idle)), Doubt, 1);
    }

    [Fact]
    public async Task Without_covers_the_sizes_tell_and_with_covers_made_only_where_one_is_missing_the_times_tell()
    {
        using var folder = new Folder();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
        await using var busy = Open(folder, "busy", clock);
        List<double> grows = [], stays = [], none = [], all = [];
        for (var i = 0; i < Slots; i++)
        {
            grows.Add(i * Plan.Each);
            stays.Add(0);
            all.Add(Time(Plan.Each));
            none.Add(Time(0));
        }
        Assert.InRange(Distance(grows, stays), 0, Doubt);
        Assert.InRange(Distance(all, none), 0, Doubt);
        // And bytes that are not alike: a leaf whose numbers are small.
        var leaf = LeafMaking.Make(Plan.Schema, new(busy.Origin, 0, 0), LeafSecret.Uncounted(Plan.Schema, LeafKind.Cover, ""), new byte[32]);
        Assert.InRange(Bytes([.. Enumerable.Repeat(leaf, 40)], [.. Enumerable.Repeat((byte[])[.. leaf.Select(b => (byte)(b & 0x7F))], 40)]), 0, Doubt);

        double Time(int covers)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < covers; i++)
                LeafMaking.Make(Plan.Schema, new(busy.Origin, i, 0), LeafSecret.Uncounted(Plan.Schema, LeafKind.Cover, ""), new byte[32]);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    [Fact]
    public void The_statistics_say_what_they_should()
    {
        var random = new Random(3);
        List<double> one = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())], other = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())], moved = [.. other.Select(x => x + 0.3)];
        Assert.InRange(Distance(one, other), 0.01, 1);
        Assert.InRange(Distance(one, moved), 0, 0.0001);
    }

    private static void Send(Opened busy, int i)
    {
        var place = busy.Slots.Reserve("desk");
        var secret = i % 2 == 0 ? LeafSecret.Uncounted(Plan.Schema, LeafKind.Received, $"{i}") : LeafSecret.Closed(Plan.Schema, ["IE"], 0);
        var leaf = LeafMaking.Make(Plan.Schema, new(busy.Origin, place.Index, place.Period), secret, new byte[32]);
        Assert.Equal(TallyStanding.Waiting, busy.Slots.Deliver("desk", place.Index, leaf));
    }

    private static Opened Open(Folder folder, string name, TimeProvider clock)
    {
        var home = LedgerHome.Create(Path.Combine(folder.Path, name), "ledger.example/log").Home;
        var tally = new TallyHome(home);
        tally.Create(Plan.Bytes());
        var signer = home.OpenKey();
        var origin = TallyHome.OriginOf(signer.Name);
        return new(TallySlots.Open(tally, TallyKeeping.Work(tally, origin), signer, null, clock), signer, origin, tally);
    }

    private static async Task<List<byte[]>> Leaves(Opened tally)
    {
        var reader = TallyReader.OfFolder(tally.Home.LogFolder, tally.Signer.Verifier);
        var leaves = new List<byte[]>();
        await foreach (var leaf in reader.Leaves(await reader.Latest(default), TallyLeaf.SizeOf(Plan.Schema), default))
            leaves.Add(leaf);
        return leaves;
    }

    /// <summary>Kolmogorov and Smirnov's test for two samples: the chance of such a distance if both were of one distribution.</summary>
    private static double Distance(List<double> one, List<double> other)
    {
        var most = one.Concat(other).Distinct().Max(x => Math.Abs((one.Count(y => y <= x) / (double)one.Count) - (other.Count(y => y <= x) / (double)other.Count)));
        var n = Math.Sqrt(one.Count * other.Count / (double)(one.Count + other.Count));
        var lambda = (n + 0.12 + (0.11 / n)) * most;
        if (lambda < 0.2)
            return 1;
        return Math.Clamp(2 * Enumerable.Range(1, 100).Sum(k => (k % 2 == 1 ? 1 : -1) * Math.Exp(-2 * k * k * lambda * lambda)), 0, 1);
    }

    private static double Distance(List<long> one, List<long> other) => Distance([.. one.Select(x => (double)x)], [.. other.Select(x => (double)x)]);

    /// <summary>Pearson's chi-square: the chance of such a difference of how often each byte comes, at each of 32 places of an element or a number, if both were of one distribution.</summary>
    private static double Bytes(List<byte[]> one, List<byte[]> other)
    {
        var counts = new double[2, 32 * 16];
        foreach (var (leaves, side) in ((List<byte[]>, int)[])[(one, 0), (other, 1)])
        {
            foreach (var leaf in leaves)
            {
                // Behind the form and the period, which are public.
                for (var i = 5; i < leaf.Length; i++)
                    counts[side, ((i - 5) % 32 * 16) + (leaf[i] >> 4)]++;
            }
        }
        double[] totals = [Enumerable.Range(0, 512).Sum(i => counts[0, i]), Enumerable.Range(0, 512).Sum(i => counts[1, i])];
        double square = 0, free = -1;
        for (var i = 0; i < 512; i++)
        {
            var both = counts[0, i] + counts[1, i];
            if (both == 0)
                continue;
            free++;
            for (var side = 0; side < 2; side++)
            {
                var expected = both * totals[side] / (totals[0] + totals[1]);
                square += (counts[side, i] - expected) * (counts[side, i] - expected) / expected;
            }
        }
        // Wilson and Hilferty: the cube root is nearly normal. That the counts at one place add up makes the test only more patient.
        var z = (Math.Cbrt(square / free) - (1 - (2 / (9 * free)))) / Math.Sqrt(2 / (9 * free));
        return 0.5 * Erfc(z / Math.Sqrt(2));
    }

    private static double Erfc(double x)
    {
        // Abramowitz and Stegun 7.1.26, good to 1.5e-7; further out it is 0 as far as this test asks.
        var t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        var y = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-x * x);
        return x >= 0 ? y : 2 - y;
    }

    private sealed record Seen(List<long> Sizes, List<double> Times);

    private sealed record Opened(TallySlots Slots, NoteSigner Signer, string Origin, TallyHome Home) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Slots.DisposeAsync();
            Signer.Dispose();
        }
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("cs-tally-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
