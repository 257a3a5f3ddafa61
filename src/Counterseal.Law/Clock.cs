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
/// <param name="CalendarOf">The name that holds the country whose calendar is used instead, where the book has it.</param>
internal sealed record Clock(
    string Id, TimeZoneInfo Zone, string Citation, bool HoursFromNext, bool DaysShift, bool HoursShift, int LeastWorkingDays, HolidayCalendar? Calendar, FactName? CalendarOf = null)
{
    /// <summary>When a period ends.</summary>
    /// <param name="Due">The first instant after the period.</param>
    /// <param name="Starts">The first instant of the period.</param>
    /// <param name="Words">How it was counted.</param>
    /// <param name="BeyondCalendar">The years that the calendar would have had to cover and does not.</param>
    internal sealed record Count(DateTimeOffset Due, DateTimeOffset Starts, string Words, IReadOnlyList<int> BeyondCalendar)
    {
        /// <summary>Whether it mattered which days are working days.</summary>
        public bool Looked { get; init; }

        /// <summary>The country whose calendar should have counted and is not in the book (empty when the country is not known); <c>null</c> when all is well.</summary>
        public string? WithoutCalendar { get; init; }
    }

    /// <summary>Counts a period that an event starts, by the clock's own calendar.</summary>
    public Count After(DateTimeOffset at, int amount, TimeUnit unit) => After(at, amount, unit, Calendar);

    /// <summary>Counts a period that an event at <paramref name="at"/> starts.</summary>
    /// <param name="at">The event.</param>
    /// <param name="amount">So many units.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="calendar">The holidays that count: <see cref="Calendar"/>, or the one that <see cref="CalendarOf"/> led to.</param>
    public Count After(DateTimeOffset at, int amount, TimeUnit unit, HolidayCalendar? calendar) => unit switch
    {
        TimeUnit.Minutes => new(at.AddMinutes(amount).ToUniversalTime(), at.ToUniversalTime(), $"{Of(amount, "minute")} from the event itself; counted by {Citation}", []),
        TimeUnit.Hours => Hours(at, amount, calendar),
        _ => Days(at, amount, unit, calendar),
    };

    /// <summary>The first instant of a day in a zone.</summary>
    public static DateTimeOffset DayStarts(DateOnly day, TimeZoneInfo zone) => AsInstant(day.ToDateTime(TimeOnly.MinValue), zone, first: true);

    private Count Hours(DateTimeOffset at, int amount, HolidayCalendar? calendar)
    {
        var local = TimeZoneInfo.ConvertTime(at, Zone);
        var start = HoursFromNext ? local.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour)).AddHours(1) : local;
        var end = TimeZoneInfo.ConvertTime(start.AddHours(amount), Zone);
        var words = $"{Of(amount, "hour")} " + (HoursFromNext ? $"from the next full hour ({Local(start)}); the hour of the event is not counted" : "from the event itself");
        var beyond = new SortedSet<int>();
        if (HoursShift)
        {
            var day = DateOnly.FromDateTime(end.DateTime);
            var working = NextWorking(day, calendar, beyond);
            if (working != day)
            {
                var moved = AsInstant(working.ToDateTime(TimeOnly.FromDateTime(end.DateTime)), Zone);
                words += $"; {Day(day)} is not a working day, so the same hour of {Day(working)}";
                end = TimeZoneInfo.ConvertTime(moved, Zone);
            }
        }
        return new(end.ToUniversalTime(), start.ToUniversalTime(), Remark($"{words}; ends {Local(end)} ({Zone.Id}); counted by {Citation}", calendar, beyond), [.. beyond]) { Looked = HoursShift };
    }

    private Count Days(DateTimeOffset at, int amount, TimeUnit unit, HolidayCalendar? calendar)
    {
        var of = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);
        var first = of.AddDays(1);
        var beyond = new SortedSet<int>();
        var (last, name) = unit switch
        {
            TimeUnit.WorkingDays => (Working(of, amount, calendar, beyond), "working day"),
            TimeUnit.Months => (of.AddMonths(amount), "month"),
            _ => (of.AddDays(amount), "day"),
        };
        var words = $"{Of(amount, name)} from {Day(first)}; the day of the event is not counted";
        if (DaysShift && unit != TimeUnit.WorkingDays)
        {
            var working = NextWorking(last, calendar, beyond);
            if (working != last) words += $"; {Day(last)} is not a working day, so {Day(working)}";
            last = working;
        }
        if (LeastWorkingDays > 0 && (amount >= 2 || unit == TimeUnit.Months))
        {
            var had = 0;
            for (var day = first; day <= last && had < LeastWorkingDays; day = day.AddDays(1))
                if (Works(day, calendar, beyond)) had++;
            if (had < LeastWorkingDays)
            {
                last = Working(last, LeastWorkingDays - had, calendar, beyond);
                words += $"; it must hold {Of(LeastWorkingDays, "working day")}, so {Day(last)}";
            }
        }
        return new(
            DayStarts(last.AddDays(1), Zone).ToUniversalTime(), DayStarts(first, Zone).ToUniversalTime(), Remark($"{words}; ends with {Day(last)} ({Zone.Id}); counted by {Citation}", calendar, beyond), [.. beyond])
        {
            Looked = DaysShift || unit == TimeUnit.WorkingDays || LeastWorkingDays > 0,
        };
    }

    // So many working days after a day.
    private static DateOnly Working(DateOnly after, int amount, HolidayCalendar? calendar, SortedSet<int> beyond)
    {
        for (var had = 0; had < amount;)
        {
            after = after.AddDays(1);
            if (Works(after, calendar, beyond)) had++;
        }
        return after;
    }

    private static DateOnly NextWorking(DateOnly day, HolidayCalendar? calendar, SortedSet<int> beyond)
    {
        while (!Works(day, calendar, beyond)) day = day.AddDays(1);
        return day;
    }

    private static bool Works(DateOnly day, HolidayCalendar? calendar, SortedSet<int> beyond)
    {
        if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) return false;
        if (calendar is null) return true;
        if (!calendar.Years.Contains(day.Year)) beyond.Add(day.Year);
        return !calendar.Days.Contains(day);
    }

    private static string Remark(string words, HolidayCalendar? calendar, SortedSet<int> beyond) => beyond.Count == 0
        ? words
        : $"{words}; the calendar {calendar!.Id} does not cover {string.Join(", ", beyond)}: only Saturdays and Sundays were left out there, check the holidays";

    // A local time that a change of clocks skips is moved past the gap. One that comes twice is over with the second; a day begins with the first.
    private static DateTimeOffset AsInstant(DateTime local, TimeZoneInfo zone, bool first = false)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = !zone.IsAmbiguousTime(local) ? zone.GetUtcOffset(local) : first ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetAmbiguousTimeOffsets(local).Min();
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
/// <param name="Country">The country whose days they are, ISO 3166-1 alpha-2; <c>null</c> when they are not one country's.</param>
internal sealed record HolidayCalendar(string Id, string Source, IReadOnlySet<int> Years, IReadOnlySet<DateOnly> Days, string? Country = null);
