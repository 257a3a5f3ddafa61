using Counterseal.Law;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Web.Tests;

/// <summary>What pages are made from: the queue's order, clocks, times, and demanded against permitted.</summary>
public sealed class ViewTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly Reader English = new(ReaderLanguages.Ours.First, WorkZone.Utc);

    private static Reader In(string tag) => new(ReaderLanguages.Ours.Find(tag)!, WorkZone.Utc);

    private static Deadline Clock(TimeSpan whole, TimeSpan left) => new("r", "Answer", Noon + left, Noon + left - whole, "", "");

    [Theory]
    [InlineData(8, 291, "4 h 51 min left of 8 h", Urgency.Calm)]
    [InlineData(8, 120, "2 h left of 8 h", Urgency.Calm)]
    [InlineData(8, 119, "1 h 59 min left of 8 h", Urgency.Burning)]
    [InlineData(240, 9 * 1440 + 240, "9 d 4 h left of 10 d", Urgency.Calm)]
    [InlineData(8, 0, "late: due now", Urgency.Late)]
    [InlineData(8, -150, "late by 2 h 30 min", Urgency.Late)]
    public void A_clock_says_what_is_left_and_burns_under_a_quarter(int hours, int minutes, string words, Urgency urgency)
    {
        var reading = ClockReading.Of(Clock(TimeSpan.FromHours(hours), TimeSpan.FromMinutes(minutes)), Noon, English);
        Assert.Equal((words, urgency), (reading.Words, reading.Urgency));
    }

    [Fact]
    public void Time_left_is_never_rounded_up() => Prop.ForAll<uint>(seconds =>
    {
        var time = TimeSpan.FromSeconds(seconds % 40_000_000);
        var words = English.Duration(time);
        var said = words == "under 1 min" ? TimeSpan.Zero : TimeSpan.FromMinutes(words.Split(' ').Chunk(2).Sum(p => int.Parse(p[0], System.Globalization.CultureInfo.InvariantCulture) * (p[1] switch { "d" => 1440, "h" => 60, _ => 1 })));
        return said <= time && time - said < (time < TimeSpan.FromHours(48) ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Europe/Dublin", 11, "Tue 24 Nov 2026, 12:00 Dublin · UTC")]
    [InlineData("Europe/Dublin", 7, "Fri 24 Jul 2026, 13:00 Dublin · 12:00 UTC")]
    [InlineData("Pacific/Auckland", 11, "Wed 25 Nov 2026, 01:00 Auckland · Tue 12:00 UTC")]
    [InlineData("UTC", 11, "Tue 24 Nov 2026, 12:00 UTC")]
    public void A_time_names_its_zone_and_UTC(string zone, int month, string text) =>
        Assert.Equal(text, WorkZone.Named(zone).Full(new DateTimeOffset(2026, month, 24, 12, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void What_is_left_out_is_named_and_drawn()
    {
        var strips = ScopeComparison.Of(English, Samples.Demand.Scope, Samples.Permitted);
        Assert.Equal(
            ["subscriber: permitted as demanded", "identification: permitted as demanded", "traffic: permitted 1 Mar 2026 to before 15 May 2026; the rest left out", "content: left out"],
            strips[0].Bars.Select(b => b.Sentence));
        Assert.False(strips[1].HasAxis);
        Assert.Empty(strips[0].Bars[3].Permitted);
        Assert.Equal(new ScopeSpan(0, 1), strips[0].Bars[3].LeftOut.Single());
    }

    [Theory]
    [InlineData("de", "noch 4 h 51 min von 8 h", "Verkehrsdaten: zulässig 1. März 2026 bis vor 15. Mai 2026; der Rest weggelassen", "1,5 MB")]
    [InlineData("fr", "reste 4 h 51 min sur 8 h", "trafic\u202F: permis du 1 mars 2026 jusqu’avant le 15 mai 2026\u202F; le reste écarté", "1,5 Mo")]
    public void Clocks_ranges_and_bytes_are_read_in_the_readers_language(string tag, string clock, string bar, string bytes)
    {
        Assert.Equal(clock, ClockReading.Of(Clock(TimeSpan.FromHours(8), TimeSpan.FromMinutes(291)), Noon, In(tag)).Words);
        Assert.Equal(bar, ScopeComparison.Of(In(tag), Samples.Demand.Scope, Samples.Permitted)[0].Bars[2].Sentence);
        Assert.Equal(bytes, In(tag).Bytes(1_540_000));
    }

    [Fact]
    public void A_demand_without_a_category_permits_nothing_and_says_why()
    {
        var item = new ScopeItem(new(SelectorKind.Mailbox, "a@example.net"), [], null, null);
        var bar = ScopeComparison.Of(English, new([item]), Scope.Nothing).Single().Bars.Single();
        Assert.Null(bar.Category);
        Assert.Contains("not stated", bar.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Permitted_and_left_out_together_are_what_is_demanded() => Prop.ForAll<int[]>(days =>
    {
        var selector = new Selector(SelectorKind.Account, "a");
        var bounds = days.Select(d => (DateTimeOffset?)Noon.AddDays(Math.Abs(d % 400))).ToList();
        var item = new ScopeItem(selector, [DataCategory.Traffic], bounds.Count > 0 ? Noon : null, bounds.Count > 1 ? Noon.AddDays(400) : null);
        var permitted = bounds.Chunk(2).Select(p => new ScopeItem(selector, [DataCategory.Traffic], p.Min(), p.Length > 1 ? p.Max() : null));
        var bar = ScopeComparison.Of(English, new([item]), new([.. permitted])).Single().Bars.Single();
        var parts = bar.Permitted.Concat(bar.LeftOut).OrderBy(s => s.From).ToList();
        return parts.All(p => p.From >= bar.Demanded.From && p.To <= bar.Demanded.To)
            && Math.Abs(parts.Sum(p => p.Width) - bar.Demanded.Width) < 1e-9
            && parts.Zip(parts.Skip(1)).All(p => p.First.To <= p.Second.From + 1e-12);
    }).QuickCheckThrowOnFailure();
}
