namespace Counterseal.Reports;

/// <summary>Several half-years together, from what was published of each and from nothing else, so that a longer period tells nothing that its halves did not.</summary>
/// <param name="Periods">The half-years, the earliest first.</param>
/// <param name="Received">Demands that came.</param>
/// <param name="Answered">Demands that were answered.</param>
/// <param name="Tables">By one attribute each.</param>
/// <param name="Crosses">By two.</param>
public sealed record ReportSum(IReadOnlyList<string> Periods, int Received, int Answered, IReadOnlyList<ReportTable> Tables, IReadOnlyList<ReportCross> Crosses)
{
    /// <summary>A table by its name; <c>null</c> when a half-year has none.</summary>
    public ReportTable? Table(string name) => Tables.FirstOrDefault(table => table.Name == name);

    /// <summary>A cross table by its name; <c>null</c> when a half-year has none.</summary>
    public ReportCross? Cross(string name) => Crosses.FirstOrDefault(cross => cross.Name == name);

    /// <summary>
    /// Adds up. A label keeps a number of its own only if each half-year either shows it or gathers nothing under <c>others</c> (then it was none); otherwise it goes to the others.
    /// </summary>
    /// <exception cref="ArgumentException">No report, or a half-year twice.</exception>
    public static ReportSum Of(IReadOnlyList<Report> halves)
    {
        ArgumentNullException.ThrowIfNull(halves);
        if (halves.Count == 0 || halves.Select(report => report.Period).Distinct(StringComparer.Ordinal).Count() != halves.Count)
            throw new ArgumentException("a sum needs half-years, each once", nameof(halves));
        var ordered = halves.OrderBy(report => report.Half).ToList();
        // A half-year in which nothing was answered has no tables and adds nothing to them.
        var counted = ordered.Where(report => report.Totals.Answered > 0).ToList();
        return new(
            [.. ordered.Select(report => report.Period)], ordered.Sum(report => report.Totals.Received), ordered.Sum(report => report.Totals.Answered),
            [.. Names(counted, report => report.Tables.Select(table => table.Name)).Select(name => AddTables(name, [.. counted.Select(report => report.Table(name)!)]))],
            [.. Names(counted, report => report.Crosses.Select(cross => cross.Name)).Select(name => AddCrosses([.. counted.Select(report => report.Cross(name)!)]))]);
    }

    private static IEnumerable<string> Names(List<Report> reports, Func<Report, IEnumerable<string>> of) =>
        reports.Count == 0 ? [] : of(reports[0]).Where(name => reports.All(report => of(report).Contains(name, StringComparer.Ordinal)));

    private static ReportTable AddTables(string name, IReadOnlyList<ReportTable> halves)
    {
        var kept = Kept([.. halves.Select(table => table.Cells.Select(cell => cell.Of))]);
        var cells = halves.SelectMany(table => table.Cells).GroupBy(cell => kept.Contains(cell.Of) ? cell.Of : Partition.OthersLabel, StringComparer.Ordinal)
            .Select(group => new ReportCell(
                group.Key, group.Sum(cell => cell.Count), group.Sum(cell => cell.Accounts), group.Sum(cell => cell.Selectors),
                halves.Count == 1 ? group.First().Median : null, halves.Count == 1 ? group.First().Slow : null));
        return new(name, [.. cells.OrderBy(cell => cell.Of == Partition.OthersLabel).ThenByDescending(cell => cell.Count).ThenBy(cell => cell.Of, StringComparer.Ordinal)]);
    }

    private static ReportCross AddCrosses(IReadOnlyList<ReportCross> halves)
    {
        if (halves.Count == 1)
            return halves[0];
        var kept = Kept([.. halves.Select(cross => cross.Lines.Select(line => line.Of))]);
        var lines = kept.Select(label =>
        {
            var parts = halves.Select(cross => cross.Lines.FirstOrDefault(line => line.Of == label)).OfType<ReportLine>().ToList();
            var shown = new Dictionary<string, int>(StringComparer.Ordinal);
            var rest = 0;
            foreach (var (column, count) in parts.SelectMany(line => line.Cells))
            {
                // A column that one half-year holds back cannot be told for the sum.
                if (parts.All(line => line.Cells.ContainsKey(column) || line.Rest is null))
                    shown[column] = shown.GetValueOrDefault(column) + count;
                else
                    rest += count;
            }
            rest += parts.Sum(line => line.Rest ?? 0);
            return new ReportLine(label, parts.Sum(line => line.Count), shown, parts.Any(line => line.Rest is not null) ? rest : null);
        }).OrderByDescending(line => line.Count).ThenBy(line => line.Of, StringComparer.Ordinal).ToList();
        // What one half-year gathers is gathered in the sum, with all its columns.
        if (halves.Sum(cross => cross.Lines.Sum(line => line.Count)) - lines.Sum(line => line.Count) is > 0 and var gathered)
            lines.Add(new(Partition.OthersLabel, gathered, new Dictionary<string, int>(), gathered));
        return halves[0] with { ColumnLabels = [.. lines.SelectMany(line => line.Cells.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], Lines = lines };
    }

    private static HashSet<string> Kept(IReadOnlyList<IEnumerable<string>> halves)
    {
        var labels = halves.Select(half => half.ToHashSet(StringComparer.Ordinal)).ToList();
        return [.. labels.SelectMany(half => half).Where(label => label != Partition.OthersLabel && labels.All(half => half.Contains(label) || !half.Contains(Partition.OthersLabel)))];
    }
}
