using System.Globalization;
using System.Text;
using Counterseal.Convention.Vulnerabilities;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Convention.Tests.Vulnerabilities;

public class ClockTests
{
    private static readonly TimeZoneInfo Dublin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin");

    private static DateTimeOffset T(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static VulnerabilityClock Read(string clock, string now, params (string Milestone, string At)[] said) =>
        VulnerabilityClock.Read(ClockBook.Own.Clocks.Single(c => c.Id == clock), name => said.Where(s => s.Milestone == name).Select(s => (DateTimeOffset?)T(s.At)).FirstOrDefault(), Dublin, T(now));

    /// <summary>Clock, its start, its end: an ordinary one, and over each thing that a calendar can do to it.</summary>
    public static TheoryData<string, string, string> Limits { get; } = new()
    {
        // Hours are elapsed hours. Ireland's clocks go back on Sunday 25 October 2026 at 01:00 UTC and forward on Sunday 28 March 2027 at 01:00 UTC: the day has 25 or 23 hours, the clock 24.
        { "cra.earlyWarning", "2026-11-24T09:30:00Z", "2026-11-25T09:30:00Z" },
        { "cra.earlyWarning", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z" },
        { "cra.earlyWarning", "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z" },
        // From Friday into the weekend: a period in hours does not move.
        { "cra.earlyWarning", "2026-11-27T18:00:00Z", "2026-11-28T18:00:00Z" },
        { "cra.notification", "2026-11-24T09:30:00Z", "2026-11-27T09:30:00Z" },
        { "cra.notification", "2026-10-23T09:30:00Z", "2026-10-26T09:30:00Z" },
        { "cra.notification", "2027-03-26T09:30:00Z", "2027-03-29T09:30:00Z" },
        { "cra.notification", "2026-11-26T22:00:00Z", "2026-11-29T22:00:00Z" },
        { "cra.incidentEarlyWarning", "2026-11-24T09:30:00Z", "2026-11-25T09:30:00Z" },
        { "cra.incidentEarlyWarning", "2026-10-24T23:59:59Z", "2026-10-25T23:59:59Z" },
        { "cra.incidentEarlyWarning", "2027-03-27T23:59:59Z", "2027-03-28T23:59:59Z" },
        { "cra.incidentNotification", "2026-11-24T09:30:00Z", "2026-11-27T09:30:00Z" },
        { "cra.incidentNotification", "2026-10-24T09:30:00Z", "2026-10-27T09:30:00Z" },
        { "cra.incidentNotification", "2027-03-27T09:30:00Z", "2027-03-30T09:30:00Z" },
        // Days: the day of the start is not counted, the last hour of the last day is the end, in Dublin. Tuesday to Tuesday.
        { "cra.finalReport", "2026-11-24T09:30:00Z", "2026-12-09T00:00:00Z" },
        // Into summer time: the end is a midnight in Dublin, an hour earlier in UTC.
        { "cra.finalReport", "2027-03-16T09:30:00Z", "2027-03-30T23:00:00Z" },
        { "cra.finalReport", "2026-10-13T09:30:00Z", "2026-10-28T00:00:00Z" },
        // A last day on Saturday or Sunday moves to the end of Monday.
        { "cra.finalReport", "2026-11-28T09:30:00Z", "2026-12-15T00:00:00Z" },
        { "cra.finalReport", "2026-11-29T09:30:00Z", "2026-12-15T00:00:00Z" },
        // Saturday 13 March 2027 and 14 days are Saturday 27 March; that weekend the clocks change, and Monday ends in summer time.
        { "cra.finalReport", "2027-03-13T09:30:00Z", "2027-03-29T23:00:00Z" },
        // Late in the evening in Dublin, in summer, it is still that day there though UTC says so too; after 23:00 UTC it is the next.
        { "cra.finalReport", "2027-06-01T22:59:59Z", "2027-06-15T23:00:00Z" },
        { "cra.finalReport", "2027-06-01T23:00:00Z", "2027-06-16T23:00:00Z" },
        { "cra.incidentFinalReport", "2026-11-24T09:30:00Z", "2026-12-25T00:00:00Z" },
        // No 31 February: the month's last day, a Sunday in 2027, which moves to Monday 1 March.
        { "cra.incidentFinalReport", "2027-01-31T09:30:00Z", "2027-03-02T00:00:00Z" },
        { "cra.incidentFinalReport", "2027-03-01T09:30:00Z", "2027-04-01T23:00:00Z" },
        { "certcc.publication", "2026-11-24T09:30:00Z", "2027-01-08T09:30:00Z" },
        { "certcc.publication", "2026-10-01T09:30:00Z", "2026-11-15T09:30:00Z" },
        { "certcc.publication", "2027-03-01T09:30:00Z", "2027-04-15T09:30:00Z" },
        { "project-zero.publication", "2026-11-24T09:30:00Z", "2027-02-22T09:30:00Z" },
        { "project-zero.publication", "2026-09-01T09:30:00Z", "2026-11-30T09:30:00Z" },
        { "project-zero.publication", "2027-02-01T09:30:00Z", "2027-05-02T09:30:00Z" },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void A_clock_ends_where_its_law_or_policy_has_it_and_a_second_on_either_side_tells(string clock, string start, string end)
    {
        var rule = ClockBook.Own.Clocks.Single(c => c.Id == clock);
        (string, string)[] said = rule.Needs is { } needs ? [(rule.Starts, start), (needs, start)] : [(rule.Starts, start)];
        string Around(int seconds) => T(end).AddSeconds(seconds).ToString("O", CultureInfo.InvariantCulture);
        var running = Read(clock, Around(-1), said);
        Assert.Equal((ClockStanding.Running, T(start), T(end)), (running.Standing, running.Start, running.End));
        Assert.Equal(ClockStanding.Running, Read(clock, end, said).Standing);
        Assert.Equal(ClockStanding.Late, Read(clock, Around(1), said).Standing);
        Assert.Equal(ClockStanding.Met, Read(clock, Around(100), [.. said, (rule.Ends, end)]).Standing);
        Assert.Equal(ClockStanding.MetLate, Read(clock, Around(100), [.. said, (rule.Ends, Around(1))]).Standing);
    }

    [Fact]
    public void Every_clock_of_the_book_with_a_number_is_tested_at_its_limit() =>
        Assert.Equal(ClockBook.Own.Clocks.Where(c => c.Unit != ClockUnit.None).Select(c => c.Id).Order(), Limits.Select(row => row.Data.Item1).Distinct().Order());

    [Fact]
    public void The_final_report_runs_from_the_fix_and_not_from_awareness_and_without_a_fix_it_does_not_run()
    {
        var waiting = Read("cra.finalReport", "2027-06-01T00:00:00Z", ("exploitationKnown", "2026-11-24T09:30:00Z"));
        Assert.Equal(ClockStanding.NotRunning, waiting.Standing);
        Assert.Null(waiting.End);
        Assert.Contains("no corrective or mitigating measure", waiting.Because, StringComparison.Ordinal);
        var running = Read("cra.finalReport", "2027-01-05T00:00:00Z", ("exploitationKnown", "2026-11-24T09:30:00Z"), ("fixAvailable", "2027-01-04T10:00:00Z"));
        Assert.Equal((T("2027-01-04T10:00:00Z"), T("2027-01-19T00:00:00Z")), (running.Start, running.End));
        // A fix of a fault that nobody exploits starts nothing; one that was there before is counted from the day on which the exploitation was known.
        Assert.Equal(ClockStanding.NotRunning, Read("cra.finalReport", "2027-01-05T00:00:00Z", ("fixAvailable", "2027-01-04T10:00:00Z")).Standing);
        Assert.Equal(T("2027-01-04T10:00:00Z"), Read("cra.finalReport", "2027-01-05T00:00:00Z", ("exploitationKnown", "2027-01-04T10:00:00Z"), ("fixAvailable", "2026-12-01T10:00:00Z")).Start);
    }

    [Fact]
    public void A_severe_incidents_final_report_runs_from_the_notification()
    {
        Assert.Equal(ClockStanding.NotRunning, Read("cra.incidentFinalReport", "2026-12-24T00:00:00Z", ("severeIncidentKnown", "2026-11-20T09:00:00Z")).Standing);
        Assert.Equal(T("2026-11-23T08:00:00Z"), Read("cra.incidentFinalReport", "2026-12-24T00:00:00Z", ("severeIncidentKnown", "2026-11-20T09:00:00Z"), ("incidentNotification", "2026-11-23T08:00:00Z")).Start);
    }

    [Theory]
    [InlineData("cra.earlyWarning", "exploitationKnown")]
    [InlineData("cra.notification", "exploitationKnown")]
    [InlineData("cra.incidentEarlyWarning", "severeIncidentKnown")]
    [InlineData("cra.incidentNotification", "severeIncidentKnown")]
    public void Before_the_eleventh_of_September_2026_in_Dublin_nothing_runs(string clock, string starts)
    {
        // Midnight there is 23:00 UTC of the day before.
        var before = Read(clock, "2026-09-20T00:00:00Z", (starts, "2026-09-10T22:59:59Z"));
        Assert.Equal(ClockStanding.NotRunning, before.Standing);
        Assert.Contains("2026-09-11", before.Because, StringComparison.Ordinal);
        Assert.Equal(ClockStanding.Late, Read(clock, "2026-09-20T00:00:00Z", (starts, "2026-09-10T23:00:00Z")).Standing);
    }

    [Fact]
    public void Users_are_owed_it_without_a_number_and_it_is_never_called_late()
    {
        var owed = Read("cra.usersTold", "2028-01-01T00:00:00Z", ("exploitationKnown", "2026-11-24T09:30:00Z"));
        Assert.Equal((ClockStanding.Running, null, T("2026-11-24T09:30:00Z")), (owed.Standing, owed.End, owed.Start));
        Assert.Equal(ClockStanding.Met, Read("cra.usersTold", "2028-01-01T00:00:00Z", ("exploitationKnown", "2026-11-24T09:30:00Z"), ("usersTold", "2027-11-24T09:30:00Z")).Standing);
    }

    [Fact]
    public void From_any_start_hours_are_hours_and_days_end_with_a_working_day_no_earlier_than_their_number() => Prop.ForAll(Gen.Choose(0, 5 * 365 * 24 * 60).ToArbitrary(), minutes =>
    {
        var start = T("2026-09-11T00:00:00Z").AddMinutes(minutes);
        foreach (var rule in ClockBook.Own.Clocks.Where(c => c.Unit != ClockUnit.None))
            foreach (var zone in Zones)
            {
                var end = rule.End(start, zone)!.Value;
                if (!rule.WholeDays)
                {
                    Assert.Equal(rule.Unit == ClockUnit.Hours ? TimeSpan.FromHours(rule.Limit) : TimeSpan.FromDays(rule.Limit), end - start);
                    continue;
                }
                var (first, last) = (TimeZoneInfo.ConvertTime(start, zone).Date, TimeZoneInfo.ConvertTime(end.AddTicks(-1), zone).Date);
                Assert.False(last.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday);
                // The day after the last one has just begun.
                Assert.Equal(last.AddDays(1), TimeZoneInfo.ConvertTime(end, zone).Date);
                Assert.InRange(last, rule.Unit == ClockUnit.Months ? first.AddMonths(rule.Limit) : first.AddDays(rule.Limit), (rule.Unit == ClockUnit.Months ? first.AddMonths(rule.Limit) : first.AddDays(rule.Limit)).AddDays(2));
            }
    }).QuickCheckThrowOnFailure();

    /// <summary>Of the Union, with and without summer time in winter's name, and one whose clocks jump over midnight.</summary>
    private static readonly TimeZoneInfo[] Zones = [.. ((string[])["Europe/Dublin", "Europe/Berlin", "Atlantic/Azores", "Asia/Beirut"]).Select(TimeZoneInfo.FindSystemTimeZoneById)];

    [Theory]
    [InlineData("limit: 24 hours", "limit: a day", "no limit")]
    [InlineData("counting: elapsed", "counting: days", "hours are counted as elapsed")]
    [InlineData("starts: told", "starts: awareness", "neither told")]
    [InlineData("weekends: stay", "weekends: maybe", "neither stay nor move")]
    [InlineData("checked: true", "check: true", "\"check\" is not known")]
    public void A_book_that_is_wrong_names_line_and_rule(string right, string wrong, string rule)
    {
        const string book = "clocks:\n  - id: a\n    what: b\n    starts: told\n    ends: published\n    limit: 24 hours\n    counting: elapsed\n    weekends: stay\n    citation: c\n    why: d\n    checked: true\n";
        Assert.Single(ClockBook.Parse("b.yaml", Encoding.UTF8.GetBytes(book)).Clocks);
        var no = Assert.Throws<FormatException>(() => ClockBook.Parse("b.yaml", Encoding.UTF8.GetBytes(book.Replace(right, wrong, StringComparison.Ordinal))));
        Assert.Contains(rule, no.Message, StringComparison.Ordinal);
        Assert.Contains("b.yaml, line ", no.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("2026-03", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")]
    [InlineData("2026-03-14", "2026-03-14T00:00:00Z", "2026-03-15T00:00:00Z")]
    [InlineData("2026-03-14T09:30:00+02:00", "2026-03-14T07:30:00Z", "2026-03-14T07:30:00Z")]
    public void A_time_is_kept_as_exactly_as_it_was_said(string text, string earliest, string end)
    {
        var said = StatedTime.Parse(text);
        Assert.Equal((text, T(earliest), T(end)), (said.Text, said.Earliest, said.End));
    }

    [Theory]
    [InlineData("")]
    [InlineData("March 2026")]
    [InlineData("2026-13")]
    [InlineData("2026-02-30")]
    [InlineData("2026-03-14T09:30:00")]
    [InlineData("2026-03-14 09:30Z")]
    public void A_time_that_is_none_is_refused(string text) => Assert.Throws<FormatException>(() => StatedTime.Parse(text));
}
