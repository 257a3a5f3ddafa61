using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Reports.Tests;

/// <summary>A half-year's demands with their tally, made in the open: each demand received and closed, packages for those with data, covers between.</summary>
internal sealed class TallyWorld : IDisposable
{
    private static readonly string[] Outcomes = [.. Enum.GetValues<Outcome>().Select(ReportMaking.Word)];
    private readonly NoteSigner signer = NoteSigner.Generate("ledger.example/log");
    private readonly List<LeafSecret> secrets = [];

    public static HalfYear Half { get; } = new(2025, 1);
    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TallyPlan Plan { get; }
    public string Origin => TallyHome.OriginOf(signer.Name);
    public NoteVerifier Key => signer.Verifier;
    public IReadOnlyList<CountedDemand> Demands { get; private set; } = [];
    public List<TalliedLeaf> Leaves { get; } = [];
    public List<byte[]> Log { get; } = [];
    public PartSum Covers { get; set; }
    public PartSum Seals { get; set; }
    public Report Report { get; private set; } = null!;

    public TallyWorld(int seed, int size, int band = 1000, int security = 0)
    {
        Plan = TallyPlan.Of(Half.From, TimeSpan.FromMinutes(10), 2, 6, ["DE", "FR", "XA", "XB"], ["x.order", "x.emergency", "eu.epoc", "us.nsl"], Outcomes, ["contentDisclosed", "nonContentDisclosed", "partly", "withdrawn"], ["us.nsl"], band);
        (Covers, Seals) = (PartSum.None(Plan.Schema), PartSum.None(Plan.Schema));
        // Some came before this half-year; the tally began with it, so those are not in its totals as received.
        var demands = ProtectionTests.World(seed, size).Select((demand, i) => demand with { Tallied = true, ReceivedIn = Half, ClosedIn = Half }).ToList();
        var draw = new Random(seed);
        foreach (var demand in demands)
        {
            var received = Add(demand.Id, LeafSecret.Uncounted(Plan.Schema, LeafKind.Received, demand.Id), closed: false);
            if (draw.Next(4) == 0)
                Cover();
            Add(demand.Id, LeafSecret.Closed(Plan.Schema, [demand.Country, demand.Instrument, ReportMaking.Word(demand.Outcome), demand.Came.Name], received), closed: true);
            if (demand.Outcome is Outcome.NonContentDisclosed)
                Seal($"order {demand.Id}");
        }
        for (var i = 0; i < security; i++)
        {
            var one = demands[0] with { Id = $"security {i}", Instrument = "us.nsl" };
            demands.Add(one);
            var received = Add(one.Id, LeafSecret.Uncounted(Plan.Schema, LeafKind.Received, one.Id), closed: false);
            Add(one.Id, LeafSecret.Closed(Plan.Schema, [.. Enumerable.Repeat("national security", 4)], received), closed: true);
        }
        Demands = demands;
        Report = ReportMaking.Of(Demands, Half, CountTests.Ground, Now);
    }

    public long Add(string demand, LeafSecret secret, bool closed)
    {
        Leaves.Add(new(demand, closed, new(new LeafPlace(Origin, secrets.Count, 0), secret)));
        secrets.Add(secret);
        return secrets.Count - 1;
    }

    public void Cover()
    {
        var secret = LeafSecret.Uncounted(Plan.Schema, LeafKind.Cover, "");
        secrets.Add(secret);
        Covers = Covers.With(secret);
    }

    public void Seal(string order)
    {
        var secret = LeafSecret.Uncounted(Plan.Schema, LeafKind.Sealed, order);
        secrets.Add(secret);
        Seals = Seals.With(secret);
    }

    /// <summary>Proves all leaves, on all cores.</summary>
    public TallyWorld Prove()
    {
        var proven = new byte[secrets.Count][];
        Parallel.For(0, proven.Length, i => proven[i] = LeafMaking.Make(Plan.Schema, new(Origin, i, 0), secrets[i], new byte[32]));
        Log.Clear();
        Log.AddRange(proven);
        return this;
    }

    public TallyPeriod Period
    {
        get
        {
            var tree = new GrowingTree();
            foreach (var leaf in Log)
                tree.Add(leaf);
            return new(0, 0, Log.Count == 0 ? secrets.Count : Log.Count, tree.Root(), true);
        }
    }

    public PeriodOpening Open(Report? report = null) => new OpeningParts(Plan, Origin, Period, Leaves, Covers, Seals).Open(report ?? Report);

    /// <summary>The tally as it is published.</summary>
    public TallyReader Reader(IReadOnlyList<byte[]>? log = null)
    {
        var leaves = log ?? Log;
        var tree = new GrowingTree();
        foreach (var leaf in leaves)
            tree.Add(leaf);
        var checkpoint = new Checkpoint(Origin, leaves.Count, tree.Root()).Sign(signer.As(Origin));
        return new((name, _) => Task.FromResult(name switch
        {
            "plan" => Plan.Bytes(),
            "checkpoint" => checkpoint,
            _ when Tile.Parse(name) is { Level: Tile.Entries } tile && tile.IsIn(leaves.Count) => (byte[]?)[.. leaves.Skip((int)tile.Index * 256).Take(tile.Width).SelectMany(leaf => (byte[])[(byte)(leaf.Length >> 8), (byte)leaf.Length, .. leaf])],
            _ => null,
        }), Key);
    }

    public Task<TallyVerdict> Verify(PeriodOpening opening, Report? report = null, IReadOnlyList<byte[]>? log = null, params IReadOnlyList<Checkpoint> known) =>
        TallyVerification.Run(Reader(log), [(report ?? Report, TallyFile.OpeningBytes(opening))], known, TestContext.Current.CancellationToken);

    public void Dispose() => signer.Dispose();
}
