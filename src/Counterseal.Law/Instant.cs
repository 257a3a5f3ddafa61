using System.Globalization;

namespace Counterseal.Law;

/// <summary>An instant as text, one form for each instant: RFC 3339 in UTC, so that digests over it agree.</summary>
public static class Instant
{
    /// <summary><c>2026-11-24T02:00:00Z</c>, with up to seven decimals only when they are not zero.</summary>
    public static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
