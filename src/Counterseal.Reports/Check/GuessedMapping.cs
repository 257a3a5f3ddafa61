using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Reports;

/// <summary>What a table's header lets guess of its columns, when no mapping says it.</summary>
internal static partial class GuessedMapping
{
    private const int Looked = 1000;

    /// <summary>What stands between cells: the one of comma, semicolon and tab that the first line has most of.</summary>
    public static char Delimiter(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
        var line = Encoding.UTF8.GetString(bytes[..Math.Min(end < 0 ? bytes.Length : end, 4096)]);
        return ((ReadOnlySpan<char>)[',', ';', '\t']).ToArray().MaxBy(d => line.Count(c => c == d));
    }

    public static TableMap Of(string file, CsvText text, char delimiter)
    {
        var (columns, guesses) = (new List<ColumnMap>(), new List<string>());
        foreach (var (place, name) in text.Rows[0].Cells.Index())
        {
            if (columns.Exists(c => c.Name == name)) continue;
            var values = text.Rows.Skip(1).Take(Looked).Where(r => place < r.Cells.Length).Select(r => r.Cells[place].Trim()).Where(v => v.Length > 0).ToList();
            var column = Column(name, values, columns);
            columns.Add(column);
        }

        // Half, quarter and month say nothing without a year.
        if (!columns.Exists(c => c.Is is ColumnMeaning.Year or ColumnMeaning.Period))
            columns = [.. columns.Select(c => c.IsPeriod ? new ColumnMap(c.Name, ColumnMeaning.Text) : c)];
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Is == ColumnMeaning.Percent && columns.FindAll(c => c.Is == ColumnMeaning.Received) is [var of] && columns.FindAll(c => c.Is == ColumnMeaning.Disclosed) is [var part] && DisclosedName().IsMatch(columns[i].Name))
                columns[i] = columns[i] with { Part = part.Name, Of = of.Name };
        }

        foreach (var column in columns)
            guesses.Add($"{TableText.Quoted(column.Name)} is {(column.Bands is not null ? "a band" : TableMapping.Spelled(column.Is))}{(column.Part is null ? "" : $" of {column.Of} that is {column.Part}")}{(column.Total is null ? "" : $", with its total in {TableText.Quoted(column.Total)}")}");
        return new TableMap(file, file, columns) { Delimiter = delimiter, Guesses = guesses };
    }

    private static ColumnMap Column(string name, List<string> values, List<ColumnMap> before)
    {
        bool New(ColumnMeaning meaning) => !before.Exists(c => c.Is == meaning);
        bool All(Func<string, bool> holds) => values.Count > 0 && values.TrueForAll(v => holds(v));
        // Most rather than all: a table with one bad figure is what the check is for.
        bool Most(Func<string, bool> holds) => values.Count > 0 && values.Count(holds) * 4 >= values.Count * 3;
        if (YearName().IsMatch(name) && New(ColumnMeaning.Year) && Most(v => TablePeriod.Year(v, out _))) return new ColumnMap(name, ColumnMeaning.Year);
        if (HalfName().IsMatch(name) && New(ColumnMeaning.Half) && Most(v => v is "1" or "2" or "H1" or "H2" or "h1" or "h2")) return new ColumnMap(name, ColumnMeaning.Half);
        if (QuarterName().IsMatch(name) && New(ColumnMeaning.Quarter)) return new ColumnMap(name, ColumnMeaning.Quarter);
        if (MonthName().IsMatch(name) && Most(v => TablePeriod.TryMonth(v, out _)) && New(ColumnMeaning.Month)) return new ColumnMap(name, ColumnMeaning.Month);
        if (RangeName().IsMatch(name) && New(ColumnMeaning.Range) && Most(v => TablePeriod.TryRange(2000, v, out _))) return new ColumnMap(name, ColumnMeaning.Range);
        if (PeriodName().IsMatch(name) && New(ColumnMeaning.Period) && New(ColumnMeaning.Year))
        {
            if (Most(v => TablePeriod.TryRead(v, 0, out _))) return new ColumnMap(name, ColumnMeaning.Period);
            // A day names the period that ends with it; reports of this kind are of half-years.
            if (All(v => TablePeriod.TryRead(v, 6, out _)) && All(v => v.EndsWith("-06-30", StringComparison.Ordinal) || v.EndsWith("-12-31", StringComparison.Ordinal))) return new ColumnMap(name, ColumnMeaning.Period) { Months = 6 };
        }

        if (CodeName().IsMatch(name) && New(ColumnMeaning.Code) && Most(v => v.Length == 2)) return new ColumnMap(name, ColumnMeaning.Code);
        var number = Most(v => Number().IsMatch(v));
        var band = Most(v => Band().IsMatch(v));
        if (PercentName().IsMatch(name) || Most(v => v.EndsWith('%'))) return new ColumnMap(name, ColumnMeaning.Percent);
        if (band) return new ColumnMap(name, Figure(name)) { Bands = TableMapping.StatutoryBands };
        if (number && values.Count > 0) return new ColumnMap(name, Figure(name));
        if (CountryName().IsMatch(name) && New(ColumnMeaning.Country)) return new ColumnMap(name, ColumnMeaning.Country) { Total = TotalOf(values) };
        if (KindName().IsMatch(name)) return new ColumnMap(name, ColumnMeaning.Kind) { EveryPeriod = true, Total = TotalOf(values) };
        // Text of any other name that takes few values divides the rows too.
        return values.Count > 0 && values.TrueForAll(v => v.Length <= 100) ? new ColumnMap(name, ColumnMeaning.Kind) { Total = TotalOf(values) } : new ColumnMap(name, ColumnMeaning.Text);
    }

    private static string? TotalOf(List<string> values) => values.Find(v => TableText.Folded(v) is "total" or "totals" or "grand total" or "sum" or "all" or "overall");

    private static ColumnMeaning Figure(string name) =>
        RejectedName().IsMatch(name) ? ColumnMeaning.Rejected
        : AccountsName().IsMatch(name) ? ColumnMeaning.Accounts
        : NotifiedName().IsMatch(name) ? ColumnMeaning.Notified
        : GagName().IsMatch(name) ? ColumnMeaning.Gag
        : NoDataName().IsMatch(name) ? ColumnMeaning.NoData
        : DisclosedName().IsMatch(name) ? FullName().IsMatch(name) ? ColumnMeaning.DisclosedInFull : PartName().IsMatch(name) ? ColumnMeaning.DisclosedInPart : ColumnMeaning.Disclosed
        : ReceivedName().IsMatch(name) ? ColumnMeaning.Received
        : ColumnMeaning.Count;

    /// <summary>Guessed tables with the same columns apart from their periods, of which one has longer periods.</summary>
    public static IEnumerable<(TableData Whole, TableData Parts)> Pairs(IReadOnlyList<TableData> tables)
    {
        var guessed = tables.Where(t => t.Map.Guesses.Count > 0 && t.Rows.Exists(r => r.Period is not null) && t.Figures.Count > 0)
            .Select(t => (Table: t, Columns: string.Join('\u001f', t.Map.Columns.Where(c => !c.IsPeriod).Select(c => c.Name).Order(StringComparer.Ordinal)), Months: t.Rows.Where(r => r.Period is not null).GroupBy(r => r.Period!.Value.Months).MaxBy(g => g.Count())!.Key)).ToList();
        foreach (var same in guessed.GroupBy(g => g.Columns, StringComparer.Ordinal))
            foreach (var (whole, parts) in from w in same from p in same where w.Months > p.Months select (w.Table, p.Table))
                yield return (whole, parts);
    }

    [GeneratedRegex("^(calendar[ _]?|reporting[ _]?)?year$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex YearName();

    [GeneratedRegex("half|semester", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HalfName();

    [GeneratedRegex("^quarter$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QuarterName();

    [GeneratedRegex("^month$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MonthName();

    [GeneratedRegex("month|range|period", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RangeName();

    [GeneratedRegex("period|time|date|half|quarter|month|year", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PeriodName();

    [GeneratedRegex("code|iso", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CodeName();

    [GeneratedRegex("country|government|jurisdiction|nation|region|territory", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CountryName();

    [GeneratedRegex("type|kind|category|process|instrument", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KindName();

    [GeneratedRegex("%|percent|\\brate\\b|share", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PercentName();

    [GeneratedRegex("reject|denied|refus|declin", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RejectedName();

    [GeneratedRegex("account|identifier|selector", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AccountsName();

    [GeneratedRegex("notif|notice", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotifiedName();

    [GeneratedRegex("gag|non[- _]?disclosure|secrecy", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex GagName();

    [GeneratedRegex("no[ _]data|not[ _]found", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoDataName();

    [GeneratedRegex("disclos|complied|compliance|produced|provided|answered", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DisclosedName();

    [GeneratedRegex("full", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FullName();

    [GeneratedRegex("part|some", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PartName();

    [GeneratedRegex("received|requests?$|demands?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ReceivedName();

    [GeneratedRegex("^[-+]?[0-9][0-9., ]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^[0-9]{1,12} ?[-–] ?[0-9]{1,12}$", RegexOptions.CultureInvariant)]
    private static partial Regex Band();
}
