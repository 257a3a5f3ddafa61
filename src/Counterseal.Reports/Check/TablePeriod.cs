using System.Globalization;
using System.Text.RegularExpressions;

namespace Counterseal.Reports;

/// <summary>A run of whole months.</summary>
/// <param name="Start">The first month: year × 12 + month − 1.</param>
/// <param name="Months">How many, from 1.</param>
public readonly partial record struct TablePeriod(int Start, int Months) : IComparable<TablePeriod>
{
    private static readonly string[] Names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>The month behind the last one.</summary>
    public int End => Start + Months;

    /// <summary>A calendar year.</summary>
    public static TablePeriod OfYear(int year) => new(year * 12, 12);

    /// <summary>Whether another lies inside this one.</summary>
    public bool Contains(TablePeriod other) => Start <= other.Start && other.End <= End;

    /// <summary>Whether they share a month.</summary>
    public bool Overlaps(TablePeriod other) => Start < other.End && other.Start < End;

    /// <summary>The one of the same length that follows.</summary>
    public TablePeriod Next => new(End, Months);

    /// <inheritdoc/>
    public int CompareTo(TablePeriod other) => (Start, Months).CompareTo((other.Start, other.Months));

    /// <summary>Compares.</summary>
    public static bool operator <(TablePeriod left, TablePeriod right) => left.CompareTo(right) < 0;

    /// <summary>Compares.</summary>
    public static bool operator >(TablePeriod left, TablePeriod right) => left.CompareTo(right) > 0;

    /// <summary>Compares.</summary>
    public static bool operator <=(TablePeriod left, TablePeriod right) => left.CompareTo(right) <= 0;

    /// <summary>Compares.</summary>
    public static bool operator >=(TablePeriod left, TablePeriod right) => left.CompareTo(right) >= 0;

    /// <summary><c>2024</c>, <c>2024-H1</c>, <c>2024-Q3</c>, <c>2024-07</c>, or <c>2024-02 to 2024-05</c>.</summary>
    public override string ToString()
    {
        var (year, month) = (Start / 12, Start % 12);
        return (Months, month % Math.Max(1, Months)) switch
        {
            (12, 0) => string.Create(CultureInfo.InvariantCulture, $"{year}"),
            (6, 0) => string.Create(CultureInfo.InvariantCulture, $"{year}-H{(month / 6) + 1}"),
            (3, 0) => string.Create(CultureInfo.InvariantCulture, $"{year}-Q{(month / 3) + 1}"),
            (1, _) => string.Create(CultureInfo.InvariantCulture, $"{year}-{month + 1:00}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{year}-{month + 1:00} to {(End - 1) / 12}-{((End - 1) % 12) + 1:00}"),
        };
    }

    /// <summary>Reads the writings of a period: <c>2024</c>, <c>2024-H1</c>, <c>H1 2024</c>, <c>2024 Q3</c>, <c>2024-07</c>, <c>Jul-Dec 2024</c>, <c>2024 Jul-Dec</c>; a day (<c>2024-06-30</c>) where the length is known.</summary>
    /// <param name="text">The text.</param>
    /// <param name="months">How long a period is that is named by a day; 0 when unknown.</param>
    /// <param name="period">The period.</param>
    public static bool TryRead(string text, int months, out TablePeriod period)
    {
        period = default;
        // Longer texts are no period, and need not be tried in every way.
        if (text.Length > 60) return false;
        var m = Written().Match(text.Trim());
        if (!m.Success) return false;
        if (!Year(m.Groups["y"].Value, out var year)) return false;
        if (m.Groups["h"] is { Success: true } half) period = new(year * 12 + (6 * (half.Value[0] - '1')), 6);
        else if (m.Groups["q"] is { Success: true } quarter) period = new(year * 12 + (3 * (quarter.Value[0] - '1')), 3);
        else if (m.Groups["d"] is { Success: true })
        {
            if (months == 0 || !DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return false;
            var month = year * 12 + day.Month - 1;
            period = new(month - (month % months), months);
        }
        else if (m.Groups["m"] is { Success: true } number)
        {
            var month = int.Parse(number.Value, CultureInfo.InvariantCulture);
            if (month is < 1 or > 12) return false;
            period = new(year * 12 + month - 1, 1);
        }
        else if (m.Groups["r"] is { Success: true } range) return TryRange(year, range.Value, out period);
        else period = OfYear(year);
        return true;
    }

    /// <summary>Reads a range of months of one year: <c>Jul-Dec</c>, <c>January to June</c>, <c>07-12</c>; one month alone as well.</summary>
    public static bool TryRange(int year, string text, out TablePeriod period)
    {
        period = default;
        if (text.Length > 60) return false;
        var m = MonthsWritten().Match(text.Trim());
        if (!m.Success || !TryMonth(m.Groups["a"].Value, out var from)) return false;
        var to = from;
        if (m.Groups["b"] is { Success: true } b && !TryMonth(b.Value, out to)) return false;
        if (to < from) return false;
        period = new(year * 12 + from - 1, to - from + 1);
        return true;
    }

    /// <summary>Reads a month's name or number.</summary>
    public static bool TryMonth(string text, out int month)
    {
        var word = text.Trim().TrimEnd('.').ToLowerInvariant();
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out month)) return month is >= 1 and <= 12;
        month = word.Length < 3 ? 0 : Array.FindIndex(Names, n => word.StartsWith(n, StringComparison.Ordinal)) + 1;
        return month > 0 && word.All(char.IsAsciiLetter);
    }

    /// <summary>Reads a year between 1900 and 2999.</summary>
    public static bool Year(string text, out int year) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out year) && text.Length == 4 && year is >= 1900 and < 3000;

    [GeneratedRegex("^(?:(?<y>[0-9]{4})(?:[-/ ]?[Hh](?<h>[12])|[-/ ]?[Qq](?<q>[1-4])|-(?<m>[0-9]{2})(?:-(?<d>[0-9]{2}))?|[ ,]+(?<r>[A-Za-z]{3}[A-Za-z .–—-]*))?|[Hh](?<h>[12])[-/ ]?(?<y>[0-9]{4})|[Qq](?<q>[1-4])[-/ ]?(?<y>[0-9]{4})|(?<r>[A-Za-z]{3}[A-Za-z .–—-]*)[ ,]+(?<y>[0-9]{4}))$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();

    [GeneratedRegex("^(?<a>[A-Za-z.]{3,10}|[0-9]{1,2})(?: *(?:-|–|—| to ) *(?<b>[A-Za-z.]{3,10}|[0-9]{1,2}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex MonthsWritten();
}
