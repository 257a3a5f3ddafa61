namespace Counterseal.Reports;

/// <summary>How often something happened to one country's demands, beside all others'.</summary>
/// <param name="What">An outcome's word, <c>answeredNo</c>, or a rule that failed.</param>
/// <param name="IsRule">Whether it is a rule.</param>
/// <param name="Country">The country.</param>
/// <param name="Count">How often.</param>
/// <param name="Of">Of how many demands.</param>
/// <param name="Low">Lower end of the interval for the rate (Wilson's, 95 %), 0 to 1.</param>
/// <param name="High">Upper end.</param>
/// <param name="Others">The rate among all others; <c>null</c> where they cannot be counted.</param>
/// <param name="Differs">Whether the others' rate lies outside the interval even at 99.9 %. It is no judgement: the demands differ as well.</param>
public sealed record Treatment(string What, bool IsRule, string Country, int Count, int Of, double Low, double High, double? Others, bool Differs)
{
    /// <summary>The rate, 0 to 1.</summary>
    public double Rate => (double)Count / Of;
}

/// <summary>Whether one government is served differently: rates by country of each outcome and each failed rule, from published numbers alone.</summary>
public static class EqualTreatment
{
    private static readonly string[] No = ["noData", "redirected", "rejected", "challenged"];

    /// <summary>All rates that the published numbers give; a number that is held back gives none.</summary>
    public static IReadOnlyList<Treatment> Of(ReportSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        var found = new List<Treatment>();
        foreach (var cross in sum.Crosses.Where(cross => cross.Rows == "country" && cross.Columns is "outcome" or "failed"))
        {
            var measures = cross.Columns == "failed"
                ? [(cross.Name["country-failed:".Length..], true, (string[])["yes"])]
                : cross.ColumnLabels.Where(label => label != Partition.OthersLabel).Select(label => (label, false, (string[])[label])).Append(("answeredNo", false, No)).ToArray();
            foreach (var (what, rule, labels) in measures)
            {
                // A measure of several columns can be counted in a row only if each is shown there, or nothing of the row is held back.
                var counted = cross.Lines.Select(line => (Line: line, Count: labels.All(label => line.Cells.ContainsKey(label) || line.Rest is null) ? labels.Sum(label => line.Cells.GetValueOrDefault(label)) : (int?)null)).ToList();
                var known = counted.Where(one => one.Count is not null).ToList();
                foreach (var (line, count) in known.Where(one => one.Line.Of != Partition.OthersLabel))
                {
                    var others = known.Where(one => one.Line.Of != line.Of).ToList();
                    double? rate = others.Sum(one => one.Line.Count) is > 0 and var all ? (double)others.Sum(one => one.Count!.Value) / all : null;
                    var (low, high) = Wilson(count!.Value, line.Count, 1.959964);
                    var wide = Wilson(count.Value, line.Count, 3.290527);
                    found.Add(new(what, rule, line.Of, count.Value, line.Count, low, high, rate, rate is { } r && (r < wide.Low || r > wide.High)));
                }
            }
        }
        return found;
    }

    /// <summary>Wilson's score interval of a rate.</summary>
    internal static (double Low, double High) Wilson(int count, int of, double z)
    {
        var rate = (double)count / of;
        var half = z / (1 + (z * z / of)) * Math.Sqrt((rate * (1 - rate) / of) + (z * z / (4.0 * of * of)));
        var middle = (rate + (z * z / (2.0 * of))) / (1 + (z * z / of));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
