using System.Globalization;

namespace Counterseal.Watch;

/// <summary>Times as STIX 2.1 writes them (3.2: RFC 3339 in UTC, capital T and Z), held to 100 nanoseconds.</summary>
internal static class StixTime
{
    private const string WholeSeconds = "yyyy-MM-dd'T'HH:mm:ss";

    /// <summary>Reads a time; further digits of a second are cut off.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 20 || text[^1] != 'Z') return false;
        if (!DateTime.TryParseExact(text[..19], WholeSeconds, CultureInfo.InvariantCulture, DateTimeStyles.None, out var whole)) return false;
        var ticks = 0L;
        if (text.Length > 20)
        {
            var digits = text[20..^1];
            if (text[19] != '.' || digits.IsEmpty) return false;
            for (var i = 0; i < digits.Length; i++)
            {
                if (!char.IsAsciiDigit(digits[i])) return false;
                if (i < 7) ticks = ticks * 10 + (digits[i] - '0');
            }

            for (var i = digits.Length; i < 7; i++) ticks *= 10;
        }

        if (whole.Ticks > DateTime.MaxValue.Ticks - ticks) return false;
        time = new(whole.Ticks + ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary>The form that <see cref="TryRead"/> reads.</summary>
    public static string Write(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        var form = utc.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";
        return utc.ToString(form, CultureInfo.InvariantCulture);
    }
}
