using System.Globalization;

namespace Counterseal.Law;

/// <summary>A way of counting periods, from the rule books: which hour or day is the first, in which zone, and what a last day that is not a working day does.</summary>
/// <param name="Id">Its name in the books.</param>
/// <param name="Zone">IANA zone in which hours and days begin and end.</param>
/// <param name="Citation">Where the way of counting is written.</param>
/// <param name="HoursFromNext">A period in hours starts with the next full hour; otherwise at once.</param>
/// <param name="DaysShift">A period in days that would end on a rest day ends with the next working day.</param>
/// <param name="HoursShift">A period in hours that would end on a rest day ends at the same hour of the next working day.</param>
/// <param name="LeastWorkingDays">A period of two days or more holds at least so many working days.</param>
/// <param name="Calendar">The holidays; <c>null</c> when only Saturdays and Sundays rest.</param>
internal sealed record Clock(
    string Id, TimeZoneInfo Zone, string Citation, bool HoursFromNext, bool DaysShift, bool HoursShift, int LeastWorkingDays, HolidayCalendar? Calendar)
{
    /// <summary>When a period ends.</summary>
    /// <param name="Due">The first instant after the period.</param>
    /// <param name="Starts">The first instant of the period.</param>
    /// <param name="Words">How it was counted.</param>
    /// <param name="BeyondCalendar">The years that the calendar would have had to cover and does not.</param>
    internal sealed record Count(DateTimeOffset Due, DateTimeOffset Starts, string Words, IReadOnlyList<int> BeyondCalendar);

    /// <summary>Counts a period that an event at <paramref name="at"/> starts.</summary>
    public Count After(DateTimeOffset at, int amount, TimeUnit unit) => unit switch
    {
        TimeUnit.Minutes => new(at.AddMinutes(amount).ToUniversalTime(), at.ToUniversalTime(), $"{Of(amount, "minute")} from the event itself; counted by {Citation}", []),
        TimeUnit.Hours => Hours(at, amount),
        _ => Days(at, amount),
    };

    private Count Hours(DateTimeOffset at, int amount)
    {
        var local = TimeZoneInfo.ConvertTime(at, Zone);
        var start = HoursFromNext ? local.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour)).AddHours(1) : local;
        var end = TimeZoneInfo.ConvertTime(start.AddHours(amount), Zone);
        var words = $"{Of(amount, "hour")} " + (HoursFromNext ? $"from the next full hour ({Local(start)}); the hour of the event is not counted" : "from the event itself");
        var beyond = new SortedSet<int>();
        if (HoursShift)
        {
            var day = DateOnly.FromDateTime(end.DateTime);
            var working = NextWorking(day, beyond);
            if (working != day)
            {
                var moved = AsInstant(working.ToDateTime(TimeOnly.FromDateTime(end.DateTime)));
                words += $"; {Day(day)} is not a working day, so the same hour of {Day(working)}";
                end = TimeZoneInfo.ConvertTime(moved, Zone);
            }
        }
        return new(end.ToUniversalTime(), start.ToUniversalTime(), Remark($"{words}; ends {Local(end)} ({Zone.Id}); counted by {Citation}", beyond), [.. beyond]);
    }

    private Count Days(DateTimeOffset at, int amount)
    {
        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime).AddDays(1);
        var last = first.AddDays(amount - 1);
        var words = $"{Of(amount, "day")} from {Day(first)}; the day of the event is not counted";
        var beyond = new SortedSet<int>();
        if (DaysShift)
        {
            var working = NextWorking(last, beyond);
            if (working != last) words += $"; {Day(last)} is not a working day, so {Day(working)}";
            last = working;
        }
        if (LeastWorkingDays > 0 && amount >= 2)
        {
            var had = 0;
            for (var day = first; day <= last && had < LeastWorkingDays; day = day.AddDays(1))
                if (Works(day, beyond)) had++;
            if (had < LeastWorkingDays)
            {
                while (had < LeastWorkingDays)
                {
                    last = last.AddDays(1);
                    if (Works(last, beyond)) had++;
                }
                words += $"; it must hold {Of(LeastWorkingDays, "working day")}, so {Day(last)}";
            }
        }
        var end = AsInstant(last.AddDays(1).ToDateTime(TimeOnly.MinValue));
        return new(end.ToUniversalTime(), AsInstant(first.ToDateTime(TimeOnly.MinValue)).ToUniversalTime(), Remark($"{words}; ends with {Day(last)} ({Zone.Id}); counted by {Citation}", beyond), [.. beyond]);
    }

    private DateOnly NextWorking(DateOnly day, SortedSet<int> beyond)
    {
        while (!Works(day, beyond)) day = day.AddDays(1);
        return day;
    }

    private bool Works(DateOnly day, SortedSet<int> beyond)
    {
        if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) return false;
        if (Calendar is null) return true;
        if (!Calendar.Years.Contains(day.Year)) beyond.Add(day.Year);
        return !Calendar.Days.Contains(day);
    }

    private string Remark(string words, SortedSet<int> beyond) => beyond.Count == 0
        ? words
        : $"{words}; the calendar {Calendar!.Id} does not cover {string.Join(", ", beyond)}: only Saturdays and Sundays were left out there, check the holidays";

    // A local time that a change of clocks skips is moved past the gap; one that comes twice ends with the second.
    private DateTimeOffset AsInstant(DateTime local)
    {
        while (Zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Min() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }

    private static string Of(int amount, string unit) => amount == 1 ? $"1 {unit}" : $"{amount} {unit}s";

    private static string Day(DateOnly day) => day.ToString("dddd d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Local(DateTimeOffset at) => at.ToString("dddd d MMMM yyyy HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>Days on which nobody works, as data.</summary>
/// <param name="Id">Its name in the books.</param>
/// <param name="Source">Where the days are published.</param>
/// <param name="Years">The years that it covers; beyond them nothing is claimed.</param>
/// <param name="Days">The days.</param>
internal sealed record HolidayCalendar(string Id, string Source, IReadOnlySet<int> Years, IReadOnlySet<DateOnly> Days);
