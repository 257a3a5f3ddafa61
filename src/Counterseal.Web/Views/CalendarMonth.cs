using System.Globalization;
using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>A month as its page shows it, in the zone that people here live by.</summary>
/// <param name="First">Its first day.</param>
/// <param name="Today">The day of now.</param>
/// <param name="Zone">The zone.</param>
/// <param name="Days">Its days with what falls on them.</param>
public sealed record CalendarMonth(DateOnly First, DateOnly Today, WorkZone Zone, IReadOnlyList<CalendarDay> Days)
{
    /// <summary>Where it begins, UTC.</summary>
    public DateTimeOffset From => Begin(First);
    /// <summary>Where the next one begins, UTC.</summary>
    public DateTimeOffset To => Begin(First.AddMonths(1));

    /// <summary>The month that an address asks for; the present one where it asks for none, or for what is none.</summary>
    public static CalendarMonth Of(string? asked, DateTimeOffset now, WorkZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone.Zone).DateTime);
        var first = DateOnly.TryParseExact(asked + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1990 and < 2200 ? day : new DateOnly(today.Year, today.Month, 1);
        return new(first, today, zone, []);
    }

    /// <summary>All its days, with what falls on each.</summary>
    public IReadOnlyList<CalendarDay> Filled(IReadOnlyList<DayEntry> entries)
    {
        var by = entries.ToLookup(entry => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(entry.At, Zone.Zone).DateTime));
        return [.. Enumerable.Range(0, DateTime.DaysInMonth(First.Year, First.Month)).Select(i => First.AddDays(i)).Select(day => new CalendarDay(day, [.. by[day]]))];
    }

    /// <summary>The address of a month so many away.</summary>
    public string Path(int months) => $"/calendar?month={First.AddMonths(months).ToString("yyyy-MM", CultureInfo.InvariantCulture)}";

    /// <summary>Midnight of a day in the zone; where clocks go forward at midnight, the first instant of that day.</summary>
    private DateTimeOffset Begin(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        while (Zone.Zone.IsInvalidTime(local))
            local = local.AddMinutes(15);
        return new DateTimeOffset(local, Zone.Zone.GetUtcOffset(local)).ToUniversalTime();
    }
}

/// <summary>A day and what falls on it.</summary>
/// <param name="Day">The day.</param>
/// <param name="Entries">By time.</param>
public sealed record CalendarDay(DateOnly Day, IReadOnlyList<DayEntry> Entries);
