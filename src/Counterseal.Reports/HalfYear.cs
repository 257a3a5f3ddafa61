using System.Globalization;

namespace Counterseal.Reports;

/// <summary>
/// One half of a calendar year in UTC: the one partition of time in which anything is published. Longer periods are sums of published halves and nothing else is, so that
/// two periods that overlap can never be subtracted from each other.
/// </summary>
/// <param name="Year">E.g. 2026.</param>
/// <param name="Half">1 or 2.</param>
public readonly record struct HalfYear(int Year, int Half) : IComparable<HalfYear>
{
    /// <summary>E.g. <c>2026-H1</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-H{Half}");

    /// <summary>Its first instant.</summary>
    public DateTimeOffset From => new(Year, Half == 1 ? 1 : 7, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first instant after it.</summary>
    public DateTimeOffset To => Next.From;

    /// <summary>The half after it.</summary>
    public HalfYear Next => Half == 1 ? this with { Half = 2 } : new(Year + 1, 1);

    /// <summary>The half in which an instant lies.</summary>
    public static HalfYear Of(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        return new(utc.Year, utc.Month <= 6 ? 1 : 2);
    }

    /// <summary>Reads <c>2026-H1</c>.</summary>
    /// <exception cref="FormatException">It is not that; the message says what it should be.</exception>
    public static HalfYear Parse(string text) =>
        text is { Length: 7 } && text[4] == '-' && text[5] == 'H' && text[6] is '1' or '2' && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 1990 and < 3000
            ? new(year, text[6] - '0')
            : throw new FormatException($"\"{text}\" is no half-year; write it as 2026-H1");

    /// <inheritdoc/>
    public int CompareTo(HalfYear other) => (Year, Half).CompareTo((other.Year, other.Half));

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Earlier.</summary>
    public static bool operator <(HalfYear left, HalfYear right) => left.CompareTo(right) < 0;
    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(HalfYear left, HalfYear right) => left.CompareTo(right) <= 0;
    /// <summary>Later.</summary>
    public static bool operator >(HalfYear left, HalfYear right) => left.CompareTo(right) > 0;
    /// <summary>Later or the same.</summary>
    public static bool operator >=(HalfYear left, HalfYear right) => left.CompareTo(right) >= 0;
}
