using System.Globalization;

namespace Counterseal.Tally;

/// <summary>
/// The whole verification of a tally, leaf after leaf: each proof at its place, no commitment twice, each period's sum against its opening, and what the kinds must add up to. Memory grows with
/// 32 bytes a commitment, not with the leaves.
/// </summary>
/// <param name="schema">The tables.</param>
/// <param name="origin">The tally log's origin.</param>
/// <param name="cancel">Between batches.</param>
public sealed class TallyAudit(TallySchema schema, string origin, CancellationToken cancel)
{
    private readonly List<(LeafPlace Place, TallyLeaf Leaf)> batch = [];
    private readonly HashSet<Point> seen = [];
    private readonly List<string> faults = [];
    private readonly List<(int Period, long From, long To, Point[] Sums)> periods = [];

    /// <summary>Leaves taken so far.</summary>
    public long Leaves { get; private set; }

    /// <summary>What did not hold so far, each with the leaf's index or the table.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Takes the next leaf.</summary>
    /// <param name="period">The period to which the partition of time gives it.</param>
    /// <param name="bytes">The leaf's bytes, under the log's root.</param>
    public void Add(int period, ReadOnlySpan<byte> bytes)
    {
        var index = Leaves++;
        if (periods.Count == 0 || periods[^1].Period != period)
        {
            if (periods.Count > 0 && period != periods[^1].Period + 1)
                faults.Add(Line(index, "periods follow one another without a gap"));
            periods.Add((period, index, index, [.. schema.Tables.Select(_ => Point.Identity)]));
        }
        var sums = periods[^1].Sums;
        periods[^1] = (period, periods[^1].From, index + 1, sums);
        TallyLeaf leaf;
        try
        {
            leaf = TallyLeaf.Read(schema, bytes);
        }
        catch (TallyException e)
        {
            faults.Add(Line(index, e.Message));
            return;
        }
        foreach (var commitment in (Point[])[.. leaf.Commitments, leaf.Reference])
        {
            if (!seen.Add(commitment))
                faults.Add(Line(index, "a commitment that was there before"));
        }
        for (var t = 0; t < sums.Length; t++)
            sums[t] += leaf.Commitments[t];
        batch.Add((new LeafPlace(origin, index, period), leaf));
        if (batch.Count == TallyCheck.Batch)
            Check();
    }

    /// <summary>Ends the verification: the last leaves, then each period's opening.</summary>
    /// <param name="openings">As published, in the order of their periods; the last periods may not be opened yet.</param>
    /// <param name="disclosed">The table and cells in which a closed demand was answered with data.</param>
    /// <returns>All faults; none when the tally holds.</returns>
    public IReadOnlyList<string> Finish(IReadOnlyList<PeriodOpening> openings, (int Table, IReadOnlyList<string> Cells) disclosed)
    {
        ArgumentNullException.ThrowIfNull(openings);
        Check();
        (long Least, long Most) received = default, closed = default, seals = default, given = default;
        for (var i = 0; i < openings.Count; i++)
        {
            var opening = openings[i];
            var name = $"period {opening.Leaves.Period.ToString(CultureInfo.InvariantCulture)}";
            if (i >= periods.Count || opening.Leaves.Origin != origin || (opening.Leaves.Period, opening.Leaves.From, opening.Leaves.To) != (periods[i].Period, periods[i].From, periods[i].To))
            {
                faults.Add($"{name}: the opening is of other leaves than the log's");
                break;
            }
            faults.AddRange(opening.Faults(schema, periods[i].Sums).Select(fault => $"{name}: {fault}"));
            if (opening.Tables.Count != schema.Tables.Count)
                break;
            foreach (var cell in opening.Tables[0].Cells)
            {
                switch (cell.Place)
                {
                    case (int)LeafKind.Received: received = Plus(received, cell); break;
                    case (int)LeafKind.Closed: closed = Plus(closed, cell); break;
                    case (int)LeafKind.Sealed: seals = Plus(seals, cell); break;
                    case > (int)LeafKind.Sealed when cell.Most > 0:
                        faults.Add($"{name}: leaves of a kind that is not known");
                        break;
                }
            }
            var places = disclosed.Cells.Append("national security").Select(cell => schema.Place(disclosed.Table, cell)).ToHashSet();
            foreach (var cell in opening.Tables[disclosed.Table].Cells.Where(cell => places.Contains(cell.Place)))
                given = Plus(given, cell);
            if (closed.Least > received.Most)
                faults.Add($"{name}: at least {closed.Least} demands were closed to date, and at most {received.Most} received");
            if (seals.Least > given.Most + Math.Max(0, received.Most - closed.Least))
                faults.Add($"{name}: at least {seals.Least} packages were sealed to date, and at most {given.Most} demands answered with data and {Math.Max(0, received.Most - closed.Least)} open");
        }
        return faults;
    }

    private void Check()
    {
        foreach (var (place, fault) in TallyCheck.Faults(schema, batch, cancel))
            faults.Add(Line(place.Index, fault));
        batch.Clear();
    }

    private static (long Least, long Most) Plus((long Least, long Most) sum, PublishedCell cell) => (sum.Least + cell.Least, sum.Most + cell.Most);

    private static string Line(long index, string fault) => $"leaf {index.ToString(CultureInfo.InvariantCulture)}: {fault}";
}
