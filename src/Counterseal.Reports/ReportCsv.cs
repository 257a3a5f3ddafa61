using System.Globalization;
using System.Text;

namespace Counterseal.Reports;

/// <summary>A report as one flat CSV (RFC 4180, UTF-8, CRLF): a line for each number, so that a spreadsheet or a script takes it without more.</summary>
public static class ReportCsv
{
    /// <summary>Writes it.</summary>
    public static string Of(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder("period,table,row,column,demands,accounts,selectors,median_hours,p95_hours\r\n");
        var totals = report.Totals;
        Line("received", "all", "all", totals.Received);
        Line("answered", "all", "all", totals.Answered, totals.Accounts, totals.Selectors, totals.Median, totals.Slow);
        Line("open", "all", "all", totals.Open);
        Line("assistance refused", "all", "all", totals.Assistance);
        Said("gags lapsed", totals.GagsLapsed);
        Said("customers told", totals.Told);
        if (totals.Attacks is { } attacks)
            Said("customers attacked by states", attacks);
        foreach (var table in report.Tables)
        {
            foreach (var cell in table.Cells)
                Line(table.Name, cell.Of, "all", cell.Count, cell.Accounts, cell.Selectors, cell.Median, cell.Slow);
        }
        foreach (var cross in report.Crosses)
        {
            foreach (var line in cross.Lines)
            {
                foreach (var (column, count) in line.Cells.OrderBy(cell => cell.Key, StringComparer.Ordinal))
                    Line(cross.Name, line.Of, column, count);
                if (line.Rest is { } rest)
                    Line(cross.Name, line.Of, "(not shown alone)", rest);
            }
        }
        foreach (var band in report.Bands)
            text.Append(CultureInfo.InvariantCulture, $"{band.From:yyyy-MM-dd} to {band.To.AddDays(-1):yyyy-MM-dd},{Cell(band.What)},all,all,{band.Band},,,,\r\n");
        return text.ToString();

        void Said(string table, string number) => text.Append(CultureInfo.InvariantCulture, $"{report.Period},{table},all,all,{number},,,,\r\n");

        void Line(string table, string row, string column, int demands, long? accounts = null, long? selectors = null, decimal? median = null, decimal? slow = null) =>
            text.Append(CultureInfo.InvariantCulture, $"{report.Period},{Cell(table)},{Cell(row)},{Cell(column)},{demands},{accounts},{selectors},{median},{slow}\r\n");
    }

    // A label that a spreadsheet would take for a formula is quoted behind an apostrophe: authorities' names come from outside.
    private static string Cell(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t')
            text = "'" + text;
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
