using System.Globalization;
using Counterseal.Reports;

namespace Counterseal.Web;

/// <summary>One bar of a chart that is a table at the same time.</summary>
/// <param name="Name">What it is of: a label of a report.</param>
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

    /// <summary>The labels that are words of ours; all others are names of countries, authorities, instruments and rules.</summary>
    private static readonly HashSet<string> Ours = new(StringComparer.Ordinal)
    {
        "contentDisclosed", "nonContentDisclosed", "partly", "noData", "redirected", "rejected", "challenged", "withdrawn", "answeredNo", "others", "yes", "no",
        "none", "upTo90Days", "upToAYear", "longer", "withoutEnd", "told", "forbidden", "byAuthority", "notTold", "notSaid", "subscriber", "identification", "traffic", "content",
        "country", "outcome", "instrument", "emergency", "asked", "secrecy", "telling", "authority", "failed",
    };

    /// <summary>Whether a label is a word of ours, and not somebody's name.</summary>
    public static bool IsOurs(string label) => Ours.Contains(label);

    /// <summary>A label in a reader's words; a name as it is.</summary>
    public static string Word(Reader reader, string label)
    {
        ArgumentNullException.ThrowIfNull(reader);
        // A sentence's name has letters alone.
        return IsOurs(label) ? reader.Say($"report.label.{(label == "upTo90Days" ? "upToNinetyDays" : label)}") : label;
    }

    /// <summary>A share in whole per cent.</summary>
    public static string Percent(Reader reader, double share)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return (share * 100).ToString(share is > 0 and < 0.1 ? "0.0" : "0", reader.Language.Culture) + " %";
    }

    /// <summary>Hours as a reader's time.</summary>
    public static string Hours(Reader reader, decimal? hours)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return hours switch
        {
            null => "–",
            < 1 => reader.Say("report.minutes", ("n", Math.Round(hours.Value * 60).ToString(CultureInfo.InvariantCulture))),
            < 72 => reader.Say("report.hours", ("n", Short(hours.Value))),
            _ => reader.Say("report.days", ("n", Short(Math.Round(hours.Value / 24, 1)))),
        };

        string Short(decimal number) => number.ToString("0.#", reader.Language.Culture);
    }

    /// <summary>A report's half-year in the chart.</summary>
    public static PeriodBar Bar(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (given, no) = (Sum(report.Table("outcome"), GivenWords), Sum(report.Table("outcome"), NoWords));
        return new(report.Period, report.Totals.Received, given, no, report.Totals.Answered - given - no);
    }

    /// <summary>A table's cells as bars, with accounts and times.</summary>
    public static IReadOnlyList<BarRow> Bars(Reader reader, ReportTable table, bool times)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(reader);
        var all = Math.Max(1, table.Cells.Sum(cell => cell.Count));
        return [.. table.Cells.Select(cell => new BarRow(cell.Of, cell.Count,
            times ? [Percent(reader, (double)cell.Count / all), reader.Number(cell.Accounts), Hours(reader, cell.Median), Hours(reader, cell.Slow)] : [Percent(reader, (double)cell.Count / all), reader.Number(cell.Accounts)]))];
    }

    /// <summary>The sentences that a reader of one minute takes away.</summary>
    public static string Sentence(Reader reader, Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(reader);
        var bar = Bar(report);
        List<string> said = [reader.Count("report.sentence.came", report.Totals.Received)];
        if (report.Table("country")?.Cells.Where(cell => cell.Of != "others").Take(3).Select(cell => $"{cell.Of} ({reader.Number(cell.Count)})").ToList() is { Count: > 0 } countries)
            said.Add(reader.Say("report.sentence.from", ("countries", string.Join(", ", countries))));
        if (report.Totals.Answered > 0)
            said.Add(report.Table("outcome") is null ? reader.Say("report.sentence.few") : reader.Say(bar.Rest > 0 ? "report.sentence.atLeast" : "report.sentence.no",
                ("no", reader.Number(bar.No)), ("answered", reader.Number(report.Totals.Answered)), ("share", Percent(reader, (double)bar.No / report.Totals.Answered))));
        return string.Join(' ', said);
    }

    private static int Sum(ReportTable? table, string[] words) => table?.Cells.Where(cell => words.Contains(cell.Of)).Sum(cell => cell.Count) ?? 0;
}
