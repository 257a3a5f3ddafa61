namespace Counterseal.Tally.Tests;

/// <summary>A small tally made in the open: what each leaf is stays at hand, so that a test can forge any of it.</summary>
internal sealed class MadeTally
{
    public const string Origin = "tally.test.example";
    public static readonly byte[] Key = new byte[32];
    public static readonly TallySchema Schema = new(
    [
        new TallyTable("country", ["DE", "FR", "IE", "US"]),
        new TallyTable("outcome", ["comply", "comply in part", "no data", "reject"]),
    ]);

    public static readonly (int, IReadOnlyList<string>) Disclosed = (2, ["comply", "comply in part"]);

    public List<LeafSecret> Secrets { get; } = [];
    public List<int> Periods { get; } = [];
    public List<byte[]> Leaves { get; } = [];

    public LeafPlace Place(int index) => new(Origin, index, Periods[index]);

    public int Add(LeafSecret secret, int period = 0)
    {
        Secrets.Add(secret);
        Periods.Add(period);
        Leaves.Add(LeafMaking.Make(Schema, new LeafPlace(Origin, Leaves.Count, period), secret, Key));
        return Leaves.Count - 1;
    }

    public int Received(string receipt, int period = 0) => Add(LeafSecret.Uncounted(Schema, LeafKind.Received, receipt), period);

    public int Closed(int received, string country, string outcome, int period = 0) => Add(LeafSecret.Closed(Schema, [country, outcome], received), period);

    public int Seal(char order, int period = 0) => Add(LeafSecret.Uncounted(Schema, LeafKind.Sealed, new string(order, 64)), period);

    public int Cover(int period = 0) => Add(LeafSecret.Uncounted(Schema, LeafKind.Cover, ""), period);

    /// <summary>Two periods: four demands received, three closed (one of them of national security), two packages, two covers.</summary>
    public static MadeTally Small()
    {
        var tally = new MadeTally();
        var first = tally.Received("receipt a");
        var second = tally.Received("receipt b");
        tally.Cover();
        tally.Closed(first, "IE", "comply");
        tally.Seal('a');
        tally.Closed(second, "US", "reject");
        var third = tally.Received("receipt c", 1);
        tally.Seal('b', 1);
        tally.Closed(third, "national security", "national security", 1);
        tally.Received("receipt d", 1);
        tally.Cover(1);
        return tally;
    }

    public IReadOnlyList<long>[] Counts(int period)
    {
        var counts = Schema.Tables.Select((_, t) => new long[TallySchema.Places(t)]).ToArray();
        foreach (var (secret, of) in Secrets.Zip(Periods))
        {
            for (var t = 0; of == period && t < counts.Length; t++)
                counts[t][secret.Places[t]]++;
        }
        return counts;
    }

    public Scalar[] Blindings(int period) =>
        [.. Schema.Tables.Select((_, t) => Secrets.Zip(Periods).Where(leaf => leaf.Second == period).Aggregate(Scalar.Zero, (sum, leaf) => sum + leaf.First.Blindings[t]))];

    public PeriodLeaves Range(int period) => new(Origin, period, Periods.IndexOf(period), Periods.LastIndexOf(period) + 1, new byte[32]);

    /// <summary>Opens a period; where a national security demand may be, what would tell it by subtraction is an interval.</summary>
    public PeriodOpening Open(int period, Action<List<long[]>>? bend = null)
    {
        var counts = Counts(period).Select(table => table.ToArray()).ToList();
        bend?.Invoke(counts);
        IReadOnlyDictionary<int, (long, long)>[] hidden =
        [
            new Dictionary<int, (long, long)> { [(int)LeafKind.Cover] = (0, 9), [(int)LeafKind.Closed] = (0, 499) },
            .. Schema.Tables.Skip(1).Select(_ => new Dictionary<int, (long, long)> { [TallySchema.Security] = (0, 499), [TallySchema.NotCounted] = (0, 9) }),
        ];
        return PeriodOpening.Make(Schema, Range(period), counts, Blindings(period), hidden, Key);
    }

    /// <summary>Opens a period with every number shown.</summary>
    public PeriodOpening OpenPlainly(int period) =>
        PeriodOpening.Make(Schema, Range(period), Counts(period), Blindings(period), [.. Schema.Tables.Select(_ => new Dictionary<int, (long, long)>())], Key);

    public TallyFile File(params IReadOnlyList<PeriodOpening> openings) => new(Schema, Origin, Disclosed, [.. Periods.Zip(Leaves)], openings);

    public IReadOnlyList<string> Audit(params IReadOnlyList<PeriodOpening> openings)
    {
        var audit = new TallyAudit(Schema, Origin, TestContext.Current.CancellationToken);
        for (var i = 0; i < Leaves.Count; i++)
            audit.Add(Periods[i], Leaves[i]);
        return audit.Finish(openings, Disclosed);
    }
}
