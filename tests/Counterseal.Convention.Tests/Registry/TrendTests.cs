using Counterseal.Desk.Tests;
using Counterseal.Watch;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Convention.Tests;

public class TrendTests(Postgres postgres)
{
    [Theory]
    // Garwood's table, two-sided 95 %.
    [InlineData(0, 0, 3.689)]
    [InlineData(1, 0.0253, 5.572)]
    [InlineData(2, 0.242, 7.225)]
    [InlineData(5, 1.623, 11.668)]
    [InlineData(10, 4.795, 18.390)]
    [InlineData(50, 37.111, 65.919)]
    [InlineData(100, 81.364, 121.627)]
    public void Counts_have_the_exact_intervals_of_the_table(long count, double low, double high)
    {
        var interval = Poisson.Of(count);
        Assert.Equal(low, interval.Low, 0.002);
        Assert.Equal(high, interval.High, 0.002);
    }

    [Fact]
    public void An_interval_holds_its_count_ends_where_the_tails_are_a_fortieth_and_grows_with_the_count() =>
        Prop.ForAll(Gen.Choose(0, 5000).ToArbitrary(), n =>
        {
            var (one, next) = (Poisson.Of(n), Poisson.Of(n + 1));
            Assert.True(one.Low <= n && n <= one.High && one.Low <= next.Low && one.High <= next.High);
            Assert.Equal(0.025, 1 - Poisson.UpperGamma(n + 1, one.High), 1e-6);
            if (n > 0)
                Assert.Equal(0.025, Poisson.UpperGamma(n, one.Low), 1e-6);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ratio_turned_around_has_the_interval_turned_around() =>
        Prop.ForAll(Gen.Choose(0, 60).Two().ToArbitrary(), pair =>
        {
            var (a, b) = pair;
            var (ratio, interval) = Poisson.Ratio(a, 5, b, 7);
            var (other, turned) = Poisson.Ratio(b, 7, a, 5);
            if (a > 0 && b > 0)
            {
                Assert.Equal(1 / ratio!.Value, other!.Value, 1e-9);
                Assert.Equal(1, interval.Low * turned.High, 1e-6);
                Assert.Equal(1, interval.High * turned.Low, 1e-6);
                Assert.InRange(ratio.Value, interval.Low, interval.High);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_ratio_of_a_published_example_comes_out()
    {
        // 41 cases in 28,010 person-years against 15 in 19,017: ratio 1.86, exact interval 1.01 to 3.61 (Boice and Monson, 1977, as worked in Rothman's Epidemiology).
        var (ratio, interval) = Poisson.Ratio(15, 19_017, 41, 28_010);
        Assert.Equal(1.86, ratio!.Value, 0.01);
        Assert.Equal(1.01, interval.Low, 0.02);
        Assert.Equal(3.61, interval.High, 0.05);
    }

    [Theory]
    [InlineData(20, 2, TrendVerdict.Fewer, "Fewer incidents a year after than before")]
    [InlineData(2, 20, TrendVerdict.More, "More incidents a year after than before")]
    [InlineData(4, 3, TrendVerdict.CannotBeTold, "It cannot be told whether more or fewer")]
    [InlineData(0, 0, TrendVerdict.CannotBeTold, "It cannot be told whether more or fewer")]
    public void Before_and_after_say_more_fewer_or_that_it_cannot_be_told(long before, long after, TrendVerdict verdict, string begins)
    {
        var trend = Trend.Of(new Dictionary<int, long> { [2014] = before, [2015] = 50, [2016] = after }, 2013, 2017);
        var around = trend.Around(2015)!;
        Assert.Equal((verdict, before, after, 2, 2), (around.Verdict, around.Before, around.After, around.YearsBefore, around.YearsAfter));
        Assert.StartsWith(begins, around.Sentence, StringComparison.Ordinal);
        Assert.Null(trend.Around(2013));
    }

    [Fact]
    public async Task What_a_bell_publishes_of_real_findings_becomes_incidents_and_no_customer_is_in_them()
    {
        await using var stand = await Watch.Tests.Stand.Up("sqlite", postgres);
        stand.Plant("203.0.113.7", state: "RU");
        stand.Plant("203.0.113.8", state: "RU", source: "feed two");
        for (var i = 0; i < 7; i++)
            await stand.Confirmed(account: $"person{i}@secret.example", customer: $"secret-customer-{i}");
        var figures = await stand.Bell.Figures(default);
        Assert.Equal(7, figures.Trend.Single().Customers);
        var rules = ClauseRules.Read(RegistryStand.Data, InstrumentBook.Read(RegistryStand.Data));
        var incident = Assert.Single(BellFigures.Of(figures, "Example Mail", rules));
        Assert.Equal(("5", 2026, "bell-example-mail-ru-2026"), (incident.Customers, incident.Year!.Value, incident.Id));
        Assert.Equal(["RU"], incident.Accused);
        Assert.Equal(AttributionBasis.Provider, incident.Attributions.Single().Basis);
        Assert.DoesNotContain("secret", RegistryJson.Text(incident), StringComparison.Ordinal);
        var json = System.Text.Encoding.UTF8.GetBytes(RegistryJson.Text(new { trend = figures.Trend.Select(t => new { state = t.State, year = t.Year, customers = WatchFigures.Published(t.Customers) }) }));
        Assert.Equal(RegistryJson.Text(incident), RegistryJson.Text(Assert.Single(BellFigures.Read(json, "Example Mail", rules))));
    }

    [Theory]
    [InlineData("""{"trend":[{"state":"RU","year":2026,"customers":"7"}]}""")]
    [InlineData("""{"trend":[{"state":"RU","year":2026,"customers":7}]}""")]
    [InlineData("""{"trend":[{"state":"Ruritania","year":2026,"customers":"<5"}]}""")]
    [InlineData("""{"customers":[]}""")]
    [InlineData("""[]""")]
    [InlineData("""{"trend":[1]}""")]
    [InlineData("no json")]
    public void Figures_that_are_not_as_they_are_published_are_refused(string json)
    {
        var rules = ClauseRules.Read(RegistryStand.Data, InstrumentBook.Read(RegistryStand.Data));
        Assert.Throws<FormatException>(() => BellFigures.Read(System.Text.Encoding.UTF8.GetBytes(json), "Example Mail", rules));
    }
}
