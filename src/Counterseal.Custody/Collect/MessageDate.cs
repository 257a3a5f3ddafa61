using System.Globalization;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// Times in mail: RFC 5322 section 3.3 with the obsolete forms of 4.3, and the asctime form of an mbox's From line. What is not certain (an unknown zone name,
/// no zone, a day that the month does not have) is not a time.
/// </summary>
internal static class MessageDate
{
    private static readonly string[] _months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] _days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>Minutes east of Greenwich; the names of RFC 822 and <c>UTC</c>. Military letters are left out: RFC 5322 says that they were used wrongly.</summary>
    private static readonly Dictionary<string, int> _zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UT"] = 0,
        ["UTC"] = 0,
        ["GMT"] = 0,
        ["Z"] = 0,
        ["EST"] = -300,
        ["EDT"] = -240,
        ["CST"] = -360,
        ["CDT"] = -300,
        ["MST"] = -420,
        ["MDT"] = -360,
        ["PST"] = -480,
        ["PDT"] = -420,
    };

    /// <summary>A <c>Date</c> header's value, e.g. <c>Fri, 25 Sep 92 14:13:02 PDT</c>.</summary>
    public static DateTimeOffset? Parse(string value)
    {
        if (WithoutComments(value) is not { } text) return null;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma >= 0 && !IsDay(text[..comma].Trim())) return null;
        var words = Words(text[(comma + 1)..]);
        var first = comma < 0 && words.Length == 6 && IsDay(words[0]) ? 1 : 0;
        if (words.Length - first != 5) return null;
        return Make(words[first + 2], words[first + 1], words[first], words[first + 3], words[first + 4]);
    }

    /// <summary>A <c>Received</c> header's time: what stands behind its last semicolon outside comments.</summary>
    public static DateTimeOffset? ParseReceived(string value)
    {
        if (WithoutComments(value) is not { } text) return null;
        var semicolon = text.LastIndexOf(';');
        return semicolon < 0 ? null : Parse(text[(semicolon + 1)..]);
    }

    /// <summary>The time at the end of an mbox's From line, e.g. <c>From a@b.example Mon Jun  3 12:50:27 1996</c>; UTC (RFC 4155) unless it names a zone.</summary>
    public static DateTimeOffset? ParseFromLine(ReadOnlySpan<byte> line)
    {
        var words = Words(Encoding.Latin1.GetString(line));
        // Www Mmm dd hh:mm[:ss] yyyy, with a zone before or after the year in some dialects.
        for (var i = words.Length - 5; i >= 1 && i >= words.Length - 6; i--)
        {
            if (!IsDay(words[i])) continue;
            var tail = words.AsSpan(i + 1);
            if (tail.Length == 4) return Make(tail[3], tail[0], tail[1], tail[2], "Z");
            return Make(tail[3], tail[0], tail[1], tail[2], tail[4]) ?? Make(tail[4], tail[0], tail[1], tail[2], tail[3]);
        }
        return null;
    }

    private static DateTimeOffset? Make(string year, string month, string day, string time, string zone)
    {
        var m = Array.FindIndex(_months, x => x.Equals(month, StringComparison.OrdinalIgnoreCase)) + 1;
        if (m == 0 || Number(day, 1, 2) is not { } d || Year(year) is not { } y) return null;
        if (d == 0 || d > DateTime.DaysInMonth(y, m)) return null;
        var parts = time.Split(':');
        if (parts.Length is not (2 or 3)) return null;
        if (Number(parts[0], 1, 2) is not (>= 0 and < 24 and var hour) || Number(parts[1], 2, 2) is not (>= 0 and < 60 and var minute)) return null;
        // A leap second is the first instant of the next minute here.
        if ((parts.Length == 3 ? Number(parts[2], 2, 2) : 0) is not (>= 0 and <= 60 and var second)) return null;
        if (Zone(zone) is not { } east) return null;
        return new DateTimeOffset(y, m, d, hour, minute, 0, TimeSpan.Zero).AddSeconds(second).AddMinutes(-east);
    }

    private static int? Year(string text)
    {
        if (Number(text, 2, 4) is not { } n) return null;
        var year = text.Length switch { 2 => n < 50 ? 2000 + n : 1900 + n, 3 => 1900 + n, _ => n };
        return year is >= 1900 and <= 9998 ? year : null;
    }

    private static int? Zone(string text)
    {
        if (_zones.TryGetValue(text, out var named)) return named;
        if (text.Length != 5 || text[0] is not ('+' or '-') || Number(text[1..], 4, 4) is not { } n || n % 100 >= 60 || n > 1459) return null;
        var minutes = n / 100 * 60 + n % 100;
        return text[0] == '-' ? -minutes : minutes;
    }

    private static int? Number(string text, int least, int most) =>
        text.Length >= least && text.Length <= most && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;

    private static bool IsDay(string text) => Array.Exists(_days, x => x.Equals(text, StringComparison.OrdinalIgnoreCase));

    private static string[] Words(string text) => text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The text with each comment as one space; <c>null</c> when a comment is not closed.</summary>
    private static string? WithoutComments(string text)
    {
        if (!text.Contains('(', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && depth > 0) i++;
            else if (c == '(') depth++;
            else if (c == ')' && depth > 0)
            {
                if (--depth == 0) plain.Append(' ');
            }
            else if (depth == 0) plain.Append(c);
        }
        return depth == 0 ? plain.ToString() : null;
    }
}
