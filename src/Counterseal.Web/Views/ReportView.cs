using System.Globalization;
using Counterseal.Reports;

namespace Counterseal.Web;

/// <summary>One bar of a chart that is a table at the same time.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Count">How long it is.</param>
/// <param name="Notes">Further cells of its row.</param>
/// <param name="Link">Where its name leads.</param>
public sealed record BarRow(string Name, int Count, IReadOnlyList<string> Notes, string? Link = null);

/// <summary>One half-year as the charts over time show it.</summary>
/// <param name="Period">E.g. <c>2026-H1</c>.</param>
/// <param name="Received">Demands that came.</param>
/// <param name="Given">Answered with data, as far as it can be told.</param>
/// <param name="No">Answered without data, as far as it can be told.</param>
/// <param name="Rest">Answered, and held back how.</param>
public sealed record PeriodBar(string Period, int Received, int Given, int No, int Rest);

/// <summary>What the pages of reports say in words and sums; every number is one of the report's own or a sum of such.</summary>
public static class ReportView
{
    private static readonly string[] GivenWords = ["contentDisclosed", "nonContentDisclosed", "partly"];
    private static readonly string[] NoWords = ["noData", "redirected", "rejected", "challenged"];

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["contentDisclosed"] = "content disclosed",
        ["nonContentDisclosed"] = "non-content disclosed",
        ["partly"] = "disclosed in part",
        ["noData"] = "no data",
        ["redirected"] = "redirected to the customer",
        ["rejected"] = "rejected",
        ["challenged"] = "challenged",
        ["withdrawn"] = "withdrawn by the authority",
        ["answeredNo"] = "answered no",
        ["others"] = "others, gathered",
        ["yes"] = "yes",
        ["no"] = "no",
        ["none"] = "no secrecy asked",
        ["upTo90Days"] = "secrecy up to 90 days",
        ["upToAYear"] = "secrecy up to a year",
        ["longer"] = "secrecy for longer",
        ["withoutEnd"] = "secrecy without end",
        ["told"] = "customer told",
        ["forbidden"] = "telling forbidden",
        ["byAuthority"] = "the authority tells, by law",
        ["notTold"] = "not told yet, or nothing to tell",
        ["notSaid"] = "category not named",
        ["country"] = "Country",
        ["outcome"] = "Outcome",
        ["instrument"] = "Instrument",
        ["emergency"] = "Emergency",
        ["asked"] = "Most intrusive category asked for",
        ["secrecy"] = "Secrecy asked",
        ["telling"] = "Telling the customer",
        ["authority"] = "Authority",
        ["failed"] = "Rule failed",
    };

    /// <summary>A label in a reader's words.</summary>
    public static string Word(string label) => Words.GetValueOrDefault(label, label);

    /// <summary>A number as it is read.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in whole per cent.</summary>
    public static string Percent(double share) => (share * 100).ToString(share is > 0 and < 0.1 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";

    /// <summary>Hours as a reader's time.</summary>
    public static string Hours(decimal? hours) => hours switch
    {
        null => "–",
        < 1 => $"{Math.Round(hours.Value * 60).ToString(CultureInfo.InvariantCulture)} min",
        < 72 => $"{hours.Value.ToString("0.#", CultureInfo.InvariantCulture)} h",
        _ => $"{Math.Round(hours.Value / 24, 1).ToString("0.#", CultureInfo.InvariantCulture)} days",
    };

    /// <summary>A report's half-year in the chart.</summary>
    public static PeriodBar Bar(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (given, no) = (Sum(report.Table("outcome"), GivenWords), Sum(report.Table("outcome"), NoWords));
        return new(report.Period, report.Totals.Received, given, no, report.Totals.Answered - given - no);
    }

    /// <summary>A table's cells as bars, with accounts and times.</summary>
    public static IReadOnlyList<BarRow> Bars(ReportTable table, bool times)
    {
        ArgumentNullException.ThrowIfNull(table);
        var all = Math.Max(1, table.Cells.Sum(cell => cell.Count));
        return [.. table.Cells.Select(cell => new BarRow(Word(cell.Of), cell.Count,
            times ? [Percent((double)cell.Count / all), Number(cell.Accounts), Hours(cell.Median), Hours(cell.Slow)] : [Percent((double)cell.Count / all), Number(cell.Accounts)]))];
    }

    /// <summary>The sentence that a reader of one minute takes away.</summary>
    public static string Sentence(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var bar = Bar(report);
        var countries = report.Table("country")?.Cells.Where(cell => cell.Of != "others").Take(3).Select(cell => $"{cell.Of} ({Number(cell.Count)})").ToList() ?? [];
        var from = countries.Count == 0 ? "" : $" Most came from {string.Join(", ", countries)}.";
        var no = report.Totals.Answered == 0 ? "" : report.Table("outcome") is null ? " How they were answered is too few to be shown." : $" The answer was no to {Number(bar.No)} of the {Number(report.Totals.Answered)} that were answered ({Percent((double)bar.No / report.Totals.Answered)}){(bar.Rest > 0 ? ", at least" : "")}.";
        return $"{Number(report.Totals.Received)} demands came.{from}{no}";
    }

    private static int Sum(ReportTable? table, string[] words) => table?.Cells.Where(cell => words.Contains(cell.Of)).Sum(cell => cell.Count) ?? 0;
}
