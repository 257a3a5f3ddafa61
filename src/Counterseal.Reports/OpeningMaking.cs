using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Reports;

/// <summary>What desk, gate and ledger give of a period's leaves.</summary>
/// <param name="Plan">The tally's plan.</param>
/// <param name="Origin">The tally's origin.</param>
/// <param name="Period">The period.</param>
/// <param name="Leaves">The desk's leaves.</param>
/// <param name="Covers">The ledger's.</param>
/// <param name="Seals">The gate's.</param>
public sealed record OpeningParts(TallyPlan Plan, string Origin, TallyPeriod Period, IReadOnlyList<TalliedLeaf> Leaves, PartSum Covers, PartSum Seals)
{
    /// <summary>Opens the period beside a report.</summary>
    /// <exception cref="ReportException">As <see cref="OpeningMaking.Of"/>.</exception>
    public PeriodOpening Open(Report report) => OpeningMaking.Of(report, Plan, Origin, Period, Leaves, Covers, Seals, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
}

/// <summary>Makes the opening of a tally's period beside the report of its half-year.</summary>
public static class OpeningMaking
{
    /// <summary>Opens a period as <see cref="TallyAgreement"/> has it.</summary>
    /// <param name="report">The report of the half-year.</param>
    /// <param name="plan">The tally's plan.</param>
    /// <param name="origin">The tally's origin.</param>
    /// <param name="period">The period, which must be over.</param>
    /// <param name="leaves">The desk's leaves.</param>
    /// <param name="covers">The ledger's.</param>
    /// <param name="seals">The gate's.</param>
    /// <param name="key">A secret for nonces; 32 bytes.</param>
    /// <exception cref="ReportException"><c>tally</c>: the parts do not add up to the period, or not to the report.</exception>
    public static PeriodOpening Of(Report report, TallyPlan plan, string origin, TallyPeriod period, IReadOnlyList<TalliedLeaf> leaves, PartSum covers, PartSum seals, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(period);
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(covers);
        ArgumentNullException.ThrowIfNull(seals);
        if (!period.Over || plan.Name(period.Period) != report.Period)
            throw new ReportException("tally", $"the tally's period is {plan.Name(period.Period)}, over: {period.Over}; the report is of {report.Period}", "open it when the half-year is over");
        var schema = plan.Schema;
        var counts = schema.Tables.Select((_, t) => new long[TallySchema.Places(t)]).ToArray();
        var own = PartSum.None(schema);
        foreach (var secret in leaves.Where(leaf => leaf.Opening.Place.Period == period.Period).Select(leaf => leaf.Opening.Secret))
        {
            own = own.With(secret);
            for (var t = 0; t < counts.Length; t++)
                counts[t][secret.Places[t]]++;
        }
        counts[0][(int)LeafKind.Cover] += covers.Count;
        counts[0][(int)LeafKind.Sealed] += seals.Count;
        for (var t = 1; t < counts.Length; t++)
            counts[t][TallySchema.NotCounted] += covers.Count + seals.Count;
        if (own.Count + covers.Count + seals.Count != period.To - period.From)
        {
            throw new ReportException(
                "tally", $"the period has {period.To - period.From} leaves, and desk, gate and ledger know {own.Count}, {seals.Count} and {covers.Count} as theirs",
                "let each of them catch up (a minute); if it stays so, one of them was set back to an older copy and does not know its own leaves any more");
        }
        var hidden = Hidden(report, plan, counts, period.To - period.From);
        for (var t = 0; t < counts.Length; t++)
        {
            for (var place = 0; place < counts[t].Length; place++)
            {
                var (least, most) = Interval(report, plan, hidden, t, place);
                if (counts[t][place] < least || counts[t][place] > most)
                    throw new ReportException("tally", $"by the tally, {schema.Tables[t].Name} {schema.CellName(t, place).TrimStart('\0')} is not what the report says", "the report was made of other events than the tally's; make it again");
            }
        }
        var blindings = own.Blindings.Select((sum, t) => sum + covers.Blindings[t] + seals.Blindings[t]).ToList();
        return PeriodOpening.Make(schema, new PeriodLeaves(origin, period.Period, period.From, period.To, period.Root), counts, blindings, hidden, key);
    }

    private static Dictionary<int, (long Least, long Most)>[] Hidden(Report report, TallyPlan plan, long[][] counts, long leaves)
    {
        var received = TallyAgreement.Banded(report.Totals.Received, counts[0][(int)LeafKind.Received], plan);
        var closed = TallyAgreement.Banded(report.Totals.Answered, counts[0][(int)LeafKind.Closed], plan);
        var seals = TallyAgreement.Seals(counts[0][(int)LeafKind.Sealed], plan);
        var hidden = plan.Schema.Tables.Select(_ => new Dictionary<int, (long, long)>()).ToArray();
        void Hide(int table, LeafKind kind, (long Least, long Most) interval) => Add(table, (int)kind, interval);
        Hide(0, LeafKind.Received, received);
        Hide(0, LeafKind.Closed, closed);
        Hide(0, LeafKind.Sealed, seals);
        Hide(0, LeafKind.Cover, (Math.Max(0, leaves - received.Most - closed.Most - seals.Most), Math.Max(0, leaves - received.Least - closed.Least - seals.Least)));
        for (var t = 1; t < hidden.Length; t++)
        {
            for (var place = 0; place < plan.Schema.Tables[t].Cells.Count; place++)
                Add(t, place, TallyAgreement.Cell(report, plan, t, place));
            Add(t, TallySchema.Security, TallyAgreement.Banded(0, counts[t][TallySchema.Security], plan));
            Add(t, TallySchema.NotCounted, (Math.Max(0, leaves - closed.Most), leaves - closed.Least));
        }
        return hidden;

        void Add(int table, int place, (long Least, long Most) interval)
        {
            // A number that stands as it is needs no interval; the sum shows it.
            if (interval.Least != interval.Most)
                hidden[table][place] = interval;
        }
    }

    private static (long, long) Interval(Report report, TallyPlan plan, Dictionary<int, (long, long)>[] hidden, int table, int place) =>
        hidden[table].TryGetValue(place, out var interval) ? interval
        : table > 0 && place < plan.Schema.Tables[table].Cells.Count ? TallyAgreement.Cell(report, plan, table, place)
        : table > 0 && place == TallySchema.Security ? (0, 0)
        : table == 0 && place == (int)LeafKind.Received ? (report.Totals.Received, report.Totals.Received)
        : table == 0 && place == (int)LeafKind.Closed ? (report.Totals.Answered, report.Totals.Answered)
        : (0, long.MaxValue);
}
