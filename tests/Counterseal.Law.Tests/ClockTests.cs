using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

public class ClockTests
{
    private static readonly HolidayCalendar Days = new("days", "a gazette", new HashSet<int> { 2026 }, new HashSet<DateOnly> { new(2026, 9, 7), new(2026, 12, 25) });

    private static Clock Of(string zone = "Etc/UTC", bool next = false, bool daysShift = false, bool hoursShift = false, int least = 0, bool calendar = true) =>
        new("a clock", TimeZoneInfo.FindSystemTimeZoneById(zone), "an act", next, daysShift, hoursShift, least, calendar ? Days : null);

    private static DateTimeOffset At(string text) => Case.Instant(text);

    [Theory]
    [InlineData("2026-09-08T10:00:00Z", "2026-09-08T19:00:00Z")]
    [InlineData("2026-09-08T10:00:01Z", "2026-09-08T19:00:00Z")]
    [InlineData("2026-09-08T10:59:59Z", "2026-09-08T19:00:00Z")]
    [InlineData("2026-09-08T23:30:00Z", "2026-09-09T08:00:00Z")]
    public void Hours_from_the_next_hour_leave_out_the_hour_of_the_event(string at, string due) =>
        Assert.Equal(At(due), Of(next: true).After(At(at), 8, TimeUnit.Hours).Due);

    [Fact]
    public void Hours_at_once_run_from_the_very_instant() =>
        Assert.Equal(At("2026-09-08T18:12:34Z"), Of().After(At("2026-09-08T10:12:34Z"), 8, TimeUnit.Hours).Due);

    [Fact]
    public void Hours_that_end_on_a_rest_day_move_to_the_same_local_hour_of_the_next_working_day()
    {
        // Friday 4 September, 48 hours: Sunday; Monday is a holiday in this calendar, so Tuesday.
        var count = Of("America/New_York", hoursShift: true).After(At("2026-09-04T14:00:00Z"), 48, TimeUnit.Hours);
        Assert.Equal(At("2026-09-08T14:00:00Z"), count.Due);
        Assert.Contains("Sunday 6 September 2026 is not a working day", count.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_local_hour_is_kept_across_a_change_of_clocks() =>
        // Friday 30 October, 10:00 in New York (summer time); 48 hours end on Sunday 1 November, the day the clocks go back.
        Assert.Equal(At("2026-11-02T14:00:00Z"), Of("America/New_York", hoursShift: true).After(At("2026-10-30T14:00:00Z"), 48, TimeUnit.Hours).Due);

    [Theory]
    [InlineData("2026-09-01T00:00:00Z", 3, "2026-09-05T00:00:00Z")]
    [InlineData("2026-09-01T23:59:59Z", 3, "2026-09-05T00:00:00Z")]
    [InlineData("2026-09-02T12:00:00Z", 3, "2026-09-09T00:00:00Z")]
    [InlineData("2026-12-22T12:00:00Z", 3, "2026-12-29T00:00:00Z")]
    public void Days_leave_out_the_day_of_the_event_and_end_on_a_working_day(string at, int days, string due) =>
        Assert.Equal(At(due), Of(daysShift: true).After(At(at), days, TimeUnit.Days).Due);

    [Fact]
    public void Two_days_or_more_hold_two_working_days()
    {
        // Friday 4 September: Saturday, Sunday; then Monday is a holiday, Tuesday the first and Wednesday the second working day.
        var count = Of(daysShift: true, least: 2).After(At("2026-09-04T12:00:00Z"), 2, TimeUnit.Days);
        Assert.Equal(At("2026-09-10T00:00:00Z"), count.Due);
        Assert.Contains("it must hold 2 working days", count.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_year_beyond_the_calendar_is_said()
    {
        var count = Of(daysShift: true).After(At("2027-06-01T12:00:00Z"), 10, TimeUnit.Days);
        Assert.Equal([2027], count.BeyondCalendar);
        Assert.Contains("does not cover 2027", count.Words, StringComparison.Ordinal);
        Assert.Empty(Of(daysShift: true, calendar: false).After(At("2027-06-01T12:00:00Z"), 10, TimeUnit.Days).BeyondCalendar);
    }

    [Fact]
    public void A_midnight_that_does_not_exist_is_the_end_of_the_gap()
    {
        // In Cairo the clocks of 2026 go forward at the start of Friday 24 April: that day begins at 01:00, which is 22:00 UTC.
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo");
        Assert.SkipUnless(zone.IsInvalidTime(new DateTime(2026, 4, 24)), "this machine's zone data have no such midnight");
        Assert.Equal(At("2026-04-23T22:00:00Z"), Of("Africa/Cairo").After(At("2026-04-20T10:00:00Z"), 3, TimeUnit.Days).Due);
    }

    [Fact]
    public void A_longer_period_never_ends_earlier() => Draw.Holds(
        from one in Gen.Choose(1, 400) from other in Gen.Choose(1, 400) from hour in Gen.Choose(0, 8784) select (one, other, hour),
        t =>
        {
            var at = At("2026-01-01T00:30:00Z").AddHours(t.hour);
            // Hours that move to the same hour of the next working day are the exception that the rule itself makes: 20:00 on a
            // Sunday becomes 20:00 on Monday, while a few hours more end on Monday morning and stay there.
            return Enum.GetValues<TimeUnit>().All(unit => new[] { Of("Europe/Brussels", true, true, false, 2), Of("America/New_York", false, true, true) }.Where(clock => unit != TimeUnit.Hours || !clock.HoursShift).All(clock =>
                clock.After(at, Math.Min(t.one, t.other), unit).Due <= clock.After(at, Math.Max(t.one, t.other), unit).Due && clock.After(at, t.one, unit).Due > at));
        });
}
