using System.Globalization;
using System.Text.RegularExpressions;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>The field's words for values, as people read them: on pages in the reader's language, elsewhere in English.</summary>
public static partial class Words
{
    /// <summary>E.g. <c>comply in part</c>. In English, for what is no page of a reader: a calendar's entries, what is written to a record.</summary>
    public static string Of<T>(T value) where T : struct, Enum => ReaderLanguages.Ours.First.Word(value);

    /// <summary>A selector with port and time where it has them.</summary>
    public static string Selector(this Reader reader, Selector selector)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(selector);
        return selector.Value
            + (selector.Port is { } port ? " " + reader.Say("selector.port", ("port", port.ToString(CultureInfo.InvariantCulture))) : "")
            + (selector.At is { } at ? " " + reader.Say("selector.at", ("at", WorkZone.Exact(at))) : "");
    }

    /// <summary>Categories in one line; says so when there are none.</summary>
    public static string Categories(this Reader reader, IReadOnlyList<DataCategory> categories)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(categories);
        return categories.Count == 0 ? reader.Say("scope.kinds.none") : string.Join(", ", categories.Select(reader.Word));
    }

    /// <summary>A range, UTC: <c>1 Mar 2026 to before 1 Jul 2026</c>.</summary>
    public static string Range(this Reader reader, DateTimeOffset? from, DateTimeOffset? to)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return (from, to) switch
        {
            (null, null) => reader.Say("scope.range.none"),
            ({ } f, null) => reader.Say("scope.range.from", ("from", reader.Bound(f))),
            (null, { } t) => reader.Say("scope.range.to", ("to", reader.Bound(t))),
            ({ } f, { } t) => reader.Say("scope.range", ("from", reader.Bound(f)), ("to", reader.Bound(t))),
        };
    }

    /// <summary>One end of a range, UTC; the time only when it is not midnight.</summary>
    public static string Bound(this Reader reader, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var utc = at.UtcDateTime;
        var day = reader.Day(DateOnly.FromDateTime(utc));
        return utc.TimeOfDay == TimeSpan.Zero ? day : reader.Say("scope.moment", ("day", day), ("time", utc.ToString("HH:mm", CultureInfo.InvariantCulture)));
    }

    /// <summary>A day in few letters: <c>1 Mar 2026</c>.</summary>
    public static string Day(this Reader reader, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Say("scope.day", ("day", day.Day.ToString(CultureInfo.InvariantCulture)), ("month", day.ToString("MMM", reader.Language.Culture)), ("year", day.ToString("yyyy", CultureInfo.InvariantCulture)));
    }

    /// <summary>Bytes in decimal units, one decimal: <c>1.4 MB</c>.</summary>
    public static string Bytes(this Reader reader, long bytes)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return bytes switch
        {
            < 1000 => reader.Say("bytes", ("n", reader.Number(bytes))),
            < 1_000_000 => reader.Say("bytes.k", ("n", In(1e3))),
            < 1_000_000_000 => reader.Say("bytes.m", ("n", In(1e6))),
            _ => reader.Say("bytes.g", ("n", In(1e9))),
        };

        string In(double unit) => (bytes / unit).ToString("0.#", reader.Language.Culture);
    }

    /// <summary>A length of time in its two largest units, e.g. <c>9 d 4 h</c>; rounded down.</summary>
    public static string Duration(this Reader reader, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (time < TimeSpan.FromMinutes(1))
            return reader.Say("time.under");
        if (time < TimeSpan.FromHours(1))
            return Of(time.Minutes, "time.minutes");
        return time < TimeSpan.FromHours(48) ? Two((int)time.TotalHours, "time.hours", time.Minutes, "time.minutes") : Two(time.Days, "time.days", time.Hours, "time.hours");

        string Of(int n, string unit) => reader.Say(unit, ("n", n.ToString(CultureInfo.InvariantCulture)));

        string Two(int large, string unit, int small, string smallUnit) => small == 0 ? Of(large, unit) : Of(large, unit) + " " + Of(small, smallUnit);
    }

    /// <summary>Several as one reads them out: <c>one, another and a third</c>.</summary>
    public static string All(this Reader reader, IReadOnlyList<string> things)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(things);
        return things.Count < 2 ? string.Concat(things) : reader.Say("scope.and", ("some", string.Join(", ", things.SkipLast(1))), ("last", things[^1]));
    }

    /// <summary>The parts of a sentence: its words, and the names of its places.</summary>
    internal static IEnumerable<(string Text, string? Place)> Parts(string sentence)
    {
        var at = 0;
        foreach (Match place in PlaceMark().Matches(sentence))
        {
            if (place.Index > at)
                yield return (sentence[at..place.Index], null);
            yield return ("", place.Groups[1].Value);
            at = place.Index + place.Length;
        }
        if (at < sentence.Length)
            yield return (sentence[at..], null);
    }

    /// <summary>Whoever reads English, for what is no page: a command's answer.</summary>
    internal static readonly Reader English = new(ReaderLanguages.Ours.First, WorkZone.Utc);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PlaceMark();
}
