namespace Counterseal.Law.Tests;

/// <summary>The calendar of the federal clock is a list of days; here each day of its years is held against 5 USC 6103 by itself.</summary>
public class FederalHolidaysTests
{
    private static readonly HolidayCalendar Calendar = ((Effect.Clocked)Repository.Book.ById["us.sca.preservation.term"].Effect).Clock!.Calendar!;

    private static IEnumerable<DateOnly> EveryDay =>
        Calendar.Years.Order().SelectMany(y => Enumerable.Range(0, DateTime.IsLeapYear(y) ? 366 : 365).Select(n => new DateOnly(y, 1, 1).AddDays(n)));

    [Fact]
    public void The_calendar_holds_the_legal_holidays_as_they_are_observed_and_no_other_day() =>
        Assert.Equal(EveryDay.Where(Rests), Calendar.Days.Order());

    [Fact]
    public void The_calendar_covers_2013_to_2028() =>
        Assert.Equal(Enumerable.Range(2013, 16), Calendar.Years.Order());

    [Theory]
    [InlineData("2015-07-03")] // Independence Day 2015 was a Saturday.
    [InlineData("2016-12-26")] // Christmas 2016 was a Sunday.
    [InlineData("2021-06-18")] // The first Juneteenth, two days after the Act, was a Saturday.
    [InlineData("2021-12-31")] // New Year's Day 2022 was a Saturday.
    public void A_holiday_on_a_day_of_rest_is_observed_on_a_working_day(string day) =>
        Assert.Contains(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture), Calendar.Days);

    private static bool Rests(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && (Floats(day) || Fixed(day)
        || (day.DayOfWeek == DayOfWeek.Friday && Fixed(day.AddDays(1))) || (day.DayOfWeek == DayOfWeek.Monday && Fixed(day.AddDays(-1))));

    private static bool Fixed(DateOnly day) => (day.Month, day.Day) is (1, 1) or (7, 4) or (11, 11) or (12, 25) || ((day.Month, day.Day) is (6, 19) && day.Year >= 2021);

    private static bool Floats(DateOnly day)
    {
        var week = (day.Day - 1) / 7 + 1;
        return day.DayOfWeek switch
        {
            DayOfWeek.Monday => (day.Month, week) is (1, 3) or (2, 3) or (9, 1) or (10, 2) || (day.Month == 5 && day.AddDays(7).Month == 6),
            DayOfWeek.Thursday => (day.Month, week) is (11, 4),
            _ => false,
        };
    }
}
