using System.Globalization;

namespace Counterseal.Watch;

/// <summary>Times as feeds write them: RFC 3339 with any zone, MISP's <c>+0000</c>, a day, or seconds since 1970.</summary>
internal static class FeedTime
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd HH:mm:ss'Z'", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd"];

    /// <summary>Reads a time; one without a zone is taken for UTC.</summary>
    public static bool TryRead(string text, out DateTimeOffset time)
    {
        text = text.Trim();
        if (StixTime.TryRead(text, out time)) return true;
        if (text.Length is > 0 and <= 11 && text.All(char.IsAsciiDigit) && text.Length != 8 && long.TryParse(text, CultureInfo.InvariantCulture, out var seconds))
        {
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        // Python's isoformat and MISP write six digits and +0000, which no form above has.
        if (text.Length > 6 && text[^5] is '+' or '-' && text[^4..].All(char.IsAsciiDigit)) text = text[..^2] + ":" + text[^2..];
        if (!DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)) return false;
        time = time.ToUniversalTime();
        return true;
    }
}
