using System.Globalization;

namespace Counterseal.Web;

/// <summary>The zone that people here live by; every time is written in it and in UTC.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Name">The word after the time, e.g. <c>Dublin</c>.</param>
public sealed record WorkZone(TimeZoneInfo Zone, string Name)
{
    /// <summary>Only UTC.</summary>
    public static WorkZone Utc { get; } = new(TimeZoneInfo.Utc, "UTC");

    /// <summary>A zone by its IANA name; its city is the word after the time.</summary>
    /// <exception cref="TimeZoneNotFoundException">No such zone on this machine.</exception>
    public static WorkZone Named(string iana)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(iana);
        return zone.HasSameRules(TimeZoneInfo.Utc) ? Utc : new(zone, iana[(iana.LastIndexOf('/') + 1)..].Replace('_', ' '));
    }

    /// <summary>Day and time with both zones: <c>Tue 24 Nov 2026, 14:30 Dublin · 13:30 UTC</c>. The weekday stands before the UTC time where the day differs.</summary>
    public string Full(DateTimeOffset at) => Write(at, "ddd d MMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The same without the year.</summary>
    public string Brief(DateTimeOffset at) => Write(at, "ddd d MMM, HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Day and time in the zone alone, where a column's head names it.</summary>
    public string Here(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString("ddd d MMM, HH:mm", CultureInfo.InvariantCulture);

    /// <summary>To the second, in UTC, for what is compared with a record.</summary>
    public static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Day and time by a pattern and a language's names.</summary>
    internal string Write(DateTimeOffset at, string format, CultureInfo culture)
    {
        var here = TimeZoneInfo.ConvertTime(at, Zone);
        var text = $"{here.ToString(format, culture)} {Name}";
        if (this == Utc)
            return text;
        if (here.Offset == TimeSpan.Zero)
            return text + " · UTC";
        var utc = at.UtcDateTime;
        return text + " · " + utc.ToString(utc.Date == here.Date ? "HH:mm 'UTC'" : "ddd HH:mm 'UTC'", culture);
    }
}
