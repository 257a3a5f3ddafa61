using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>Counts periods one hour, one day, one month at a time, from docs/rule-books.md ("Deadlines") alone.</summary>
/// <param name="Clock">The clock as the book writes it.</param>
/// <param name="Calendar">The holidays that it counts by, where it has any.</param>
/// <param name="Wanted">Whether the calendar of a country should have counted and the book has none.</param>
internal sealed record NaiveClock(YamlMappingNode Clock, YamlMappingNode? Calendar, bool Wanted)
{
    /// <summary>Whether a day was looked at of which nobody knows whether it is a holiday.</summary>
    public bool Unsure { get; private set; }

    private readonly TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(Case.Text(Clock, "zone")!);

    /// <summary>The first instant after the period that an event starts.</summary>
    public DateTimeOffset End(DateTimeOffset at, string unit, int amount) => unit switch
    {
        "minutes" => at.AddMinutes(amount),
        "hours" => AfterHours(at, amount),
        _ => AfterDay(LastDay(NaiveBook.Day(at, zone), unit, amount)),
    };

    /// <summary>The first instant after a period that follows upon another, which ended at an instant.</summary>
    public DateTimeOffset EndBehind(DateTimeOffset end, string unit, int amount) =>
        unit == "minutes" || (unit == "hours" && Case.Text(Clock, "hours") == "atOnce") ? End(end, unit, amount) : End(end.AddTicks(-1), unit, amount);

    private DateTimeOffset AfterHours(DateTimeOffset at, int amount)
    {
        var start = at;
        if (Case.Text(Clock, "hours") == "fromNextHour")
        {
            start = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, at.Minute, 0, at.Offset).AddMinutes(1);
            while (TimeZoneInfo.ConvertTime(start, zone).Minute != 0) start = start.AddMinutes(1);
        }
        var end = start.AddHours(amount);
        if (Case.Text(Clock, "hoursEndingOnRestDay") != "sameHourNextWorkingDay") return end;
        var local = TimeZoneInfo.ConvertTime(end, zone).DateTime;
        var moved = local;
        while (!Works(DateOnly.FromDateTime(moved))) moved = moved.AddDays(1);
        return moved == local ? end : AtLocal(moved);
    }

    private DateOnly LastDay(DateOnly eventDay, string unit, int amount)
    {
        var last = eventDay;
        switch (unit)
        {
            case "days":
                for (var n = 0; n < amount; n++) last = last.AddDays(1);
                break;
            case "workingDays":
                for (var n = 0; n < amount; n++)
                {
                    last = last.AddDays(1);
                    while (!Works(last)) last = last.AddDays(1);
                }
                break;
            case "months":
                var (year, month) = (eventDay.Year, eventDay.Month);
                for (var n = 0; n < amount; n++) (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1);
                last = new DateOnly(year, month, Math.Min(eventDay.Day, DateTime.DaysInMonth(year, month)));
                break;
            default:
                throw new InvalidOperationException(unit);
        }
        if (Case.Text(Clock, "daysEndingOnRestDay") == "nextWorkingDay")
            while (!Works(last)) last = last.AddDays(1);
        var least = int.Parse(Case.Text(Clock, "leastWorkingDays") ?? "0", CultureInfo.InvariantCulture);
        if (unit == "months" || amount >= 2)
            while (WorkingDays(eventDay, last, least) < least) last = last.AddDays(1);
        return last;
    }

    private int WorkingDays(DateOnly eventDay, DateOnly last, int enough)
    {
        var had = 0;
        for (var day = eventDay.AddDays(1); day <= last && had < enough; day = day.AddDays(1))
            if (Works(day)) had++;
        return had;
    }

    private bool Works(DateOnly day)
    {
        if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) return false;
        if (Wanted || (Calendar is not null && !Case.Texts(Calendar, "years").Contains(day.Year.ToString(CultureInfo.InvariantCulture)))) Unsure = true;
        return Calendar is null || !Case.Texts(Calendar, "days").Contains(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    // Looks at every quarter of an hour: no zone changes its clocks at any other minute in the years that we count.
    private DateTimeOffset AfterDay(DateOnly last)
    {
        var at = new DateTimeOffset(last.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddHours(6);
        while (NaiveBook.Day(at, zone) <= last) at = at.AddMinutes(15);
        return at;
    }

    // A local hour that the clocks leave out is the end of the gap; of one that comes twice the second is meant.
    private DateTimeOffset AtLocal(DateTime local)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var first = new DateTimeOffset(local, TimeSpan.FromHours(14));
        DateTimeOffset? found = null;
        for (var at = first; at <= first.AddHours(28); at = at.AddMinutes(15))
            if (TimeZoneInfo.ConvertTime(at, zone).DateTime == local) found = at;
        return found!.Value;
    }
}
