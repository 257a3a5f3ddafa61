using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Reports;

/// <summary>What came of verifying a tally with its reports.</summary>
/// <param name="Leaves">Leaves that were verified, covers included.</param>
/// <param name="Periods">Half-years whose totals are proven.</param>
/// <param name="Faults">All that does not hold; none when everything does.</param>
public sealed record TallyVerdict(long Leaves, IReadOnlyList<string> Periods, IReadOnlyList<string> Faults)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Faults.Count == 0;
}

/// <summary>The whole verification from published files: every leaf of the tally under its signed checkpoint, each report's opening, and that both say the same.</summary>
public static class TallyVerification
{
    /// <summary>Verifies.</summary>
    /// <param name="tally">The tally's files, or its address.</param>
    /// <param name="reports">The published reports, each with the bytes of its opening; <c>null</c> where it has none.</param>
    /// <param name="known">Checkpoints that the verifier has from before or from others: the log must have grown from each.</param>
    /// <param name="cancel">Between batches.</param>
    /// <exception cref="LedgerException">The files are not a tally's, or its checkpoint is not signed.</exception>
    /// <exception cref="TallyException">The plan or an opening is of another shape.</exception>
    public static async Task<TallyVerdict> Run(TallyReader tally, IReadOnlyList<(Report Report, byte[]? Opening)> reports, IReadOnlyList<Checkpoint> known, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(tally);
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(known);
        var plan = TallyPlan.Read(await tally.Plan(cancel));
        var checkpoint = await tally.Latest(cancel);
        var openings = reports.Where(one => one.Opening is not null).OrderBy(one => one.Report.Half).Select(one => (one.Report, Opening: TallyFile.ReadOpening(one.Opening!, checkpoint.Origin))).ToList();
        var audit = new TallyAudit(plan.Schema, checkpoint.Origin, cancel);
        var faults = new List<string>();
        var roots = openings.Select(one => one.Opening.Leaves.To).Concat(known.Select(one => one.Size)).Append(checkpoint.Size).Distinct().ToDictionary(size => size, _ => (byte[]?)null);
        var tree = new GrowingTree();
        if (roots.ContainsKey(0))
            roots[0] = tree.Root();
        await foreach (var leaf in tally.Leaves(checkpoint, TallyLeaf.SizeOf(plan.Schema), cancel))
        {
            audit.Add(TallyKeeping.PeriodOf(leaf), leaf);
            tree.Add(leaf);
            if (roots.ContainsKey(audit.Leaves))
                roots[audit.Leaves] = tree.Root();
        }
        if (!Same(roots[checkpoint.Size], checkpoint.Root))
            faults.Add($"the leaves do not hash to the root that the ledger has signed for {checkpoint.Size} of them");
        foreach (var earlier in known.Where(one => one.Origin != checkpoint.Origin || !Same(roots[one.Size], one.Root)))
            faults.Add($"the tally did not grow from the checkpoint of {earlier.Size} leaves that is known: an older ledger, or a rewritten one");
        foreach (var (report, opening) in openings)
        {
            if (!Same(roots[opening.Leaves.To], opening.Leaves.Root))
                faults.Add($"{report.Period}: its opening is under another root than the tally's at {opening.Leaves.To} leaves");
            faults.AddRange(TallyAgreement.Faults(report, plan, opening));
        }
        // What was open stays open until it is closed: nothing is parked between two reports.
        foreach (var (before, after) in openings.Zip(openings.Skip(1)))
        {
            if (after.Report.Totals.Open != before.Report.Totals.Open + after.Report.Totals.Received - after.Report.Totals.Answered)
                faults.Add($"{after.Report.Period}: {before.Report.Totals.Open} were open before it, {after.Report.Totals.Received} came and {after.Report.Totals.Answered} were closed, and it says that {after.Report.Totals.Open} are open");
        }
        if (openings.Count > 0 && openings[0].Opening.Leaves.Period == 0 && openings[0].Report.Totals is { } first && first.Open != first.Received - first.Answered)
            faults.Add($"{openings[0].Report.Period}: {first.Received} came and {first.Answered} were closed, and it says that {first.Open} are open");
        faults.AddRange(audit.Finish([.. openings.Select(one => one.Opening)], plan.Disclosed));
        return new(audit.Leaves, [.. openings.Select(one => one.Report.Period)], faults);
    }

    private static bool Same(byte[]? one, byte[] other) => one is not null && one.AsSpan().SequenceEqual(other);
}
