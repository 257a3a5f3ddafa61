using Counterseal.Law;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Reports.Tests;

public sealed class ProtectionTests : IDisposable
{
    internal static readonly (string, string)[] Tied = [("country", "authority"), ("country", "instrument"), ("instrument", "emergency"), ("outcome", "asked"), ("outcome", "telling")];
    private static readonly HalfYear Half = new(2025, 1);
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("cs-attack-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A small world: few labels, so that an attacker's program stays small, and many small cells.</summary>
    internal static List<CountedDemand> World(int seed, int size)
    {
        var draw = new Random(seed);
        T Of<T>(params T[] choices) => choices[Math.Min(draw.Next(choices.Length), draw.Next(choices.Length))];
        return [.. Enumerable.Range(0, size).Select(i =>
        {
            var country = Of("DE", "FR", "XA", "XB");
            var instrument = country[0] == 'X' ? Of("x.order", "x.emergency") : "eu.epoc";
            var outcome = Of(Outcome.NonContentDisclosed, Outcome.Rejected, Outcome.NoData);
            var at = Half.From.AddHours(draw.Next(3000));
            return new CountedDemand
            {
                Id = $"{i}",
                Received = at,
                Answered = at.AddHours(draw.Next(1, 100)),
                Country = country,
                Authority = $"a{Of(0, 1, 2)} of {country}",
                Instrument = instrument,
                Outcome = outcome,
                Emergency = instrument == "x.emergency" || draw.Next(10) == 0,
                Asked = Of(DataCategory.Subscriber, DataCategory.Content),
                Secrecy = Of(Secrecy.None, Secrecy.UpToAYear),
                Telling = outcome == Outcome.NonContentDisclosed ? Of(Telling.Told, Telling.Forbidden) : Telling.NotTold,
                Customers = [$"c{draw.Next(size)}"],
                Selectors = 1,
                Failed = outcome == Outcome.NonContentDisclosed ? [] : draw.Next(2) == 0 ? ["rule.a"] : [],
            };
        })];
    }

    [Theory, InlineData(1, 24), InlineData(2, 40), InlineData(3, 70), InlineData(4, 120), InlineData(11, 30), InlineData(12, 36), InlineData(13, 45), InlineData(14, 55), InlineData(15, 90), InlineData(16, 150), InlineData(17, 260), InlineData(18, 33)]
    public async Task An_attacker_who_knows_all_that_is_public_and_its_own_demands_recovers_no_small_cell(int seed, int size)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/glpsol"), "no glpsol here: install glpk-utils");
        var world = World(seed, size);
        var report = ReportMaking.Of(world, Half, CountTests.Ground, Now);
        var attacks = 0;
        var parties = world.GroupBy(demand => (demand.Country, demand.Authority)).OrderByDescending(group => group.Count()).Take(2).Select(group => group.ToList())
            .Append([.. world.GroupBy(demand => demand.Customers[0]).OrderByDescending(group => group.Count()).First()]).Prepend([]).ToList();
        foreach (var own in parties)
        {
            var attacker = new Attacker(report, world, own, ["rule.a"], Tied, folder);
            var others = world.Except(own).ToList();
            foreach (var (one, other) in new[] { ("country", "outcome"), ("country", "instrument"), ("country", "failed:rule.a"), ("outcome", "asked"), ("outcome", "secrecy"), ("country", "country"), ("authority", "authority"), ("authority", "outcome"), ("instrument", "emergency") })
            {
                var small = others.GroupBy(demand => (A: Attacker.Label(demand, one), B: Attacker.Label(demand, other))).Where(group => group.Count() < Tally.Least).Take(own.Count == 0 ? 3 : 1);
                foreach (var cell in small)
                {
                    var (least, most) = await attacker.Range((one, cell.Key.A), (other, cell.Key.B));
                    Assert.InRange(cell.Count(), least, most);
                    Assert.True(most - least >= Tally.Least - 1, $"seed {seed}: {one} {cell.Key.A}, {other} {cell.Key.B} is {cell.Count()}; an attacker with {own.Count} demands of its own knows {least} to {most}");
                    attacks++;
                }
            }
        }
        Assert.True(attacks >= 8, $"only {attacks} cells were attacked");
    }

    [Fact]
    public async Task The_attacker_does_recover_a_small_cell_from_tables_that_only_leave_it_blank()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/glpsol"), "no glpsol here: install glpk-utils");
        var world = World(2, 40);
        var report = ReportMaking.Of(world, Half, CountTests.Ground, Now);
        // What many reports do: every total exact, cells below five left out.
        var countries = world.GroupBy(demand => demand.Country).Select(group => new ReportCell(group.Key, group.Count(), 0, 0, null, null)).ToList();
        var outcomes = world.GroupBy(demand => ReportMaking.Word(demand.Outcome)).Select(group => new ReportCell(group.Key, group.Count(), 0, 0, null, null)).ToList();
        var lines = world.GroupBy(demand => demand.Country).Select(group => new ReportLine(group.Key, group.Count(),
            group.GroupBy(demand => ReportMaking.Word(demand.Outcome)).Where(cell => cell.Count() >= Tally.Least).ToDictionary(cell => cell.Key, cell => cell.Count()), 0)).ToList();
        var naive = report with
        {
            Tables = [new("country", countries), new("outcome", outcomes)],
            Crosses = [new("country-outcome", "country", "outcome", [.. outcomes.Select(cell => cell.Of)], lines)],
        };
        var attacker = new Attacker(naive, world, [], [], [], folder);
        var recovered = 0;
        foreach (var cell in world.GroupBy(demand => (demand.Country, Outcome: ReportMaking.Word(demand.Outcome))).Where(group => group.Count() < Tally.Least))
        {
            var (least, most) = await attacker.Range(("country", cell.Key.Country), ("outcome", cell.Key.Outcome));
            Assert.InRange(cell.Count(), least, most);
            recovered += least == most ? 1 : 0;
        }
        Assert.True(recovered > 0, "the attacker recovers nothing from unprotected tables, so its failing elsewhere shows nothing");
    }

    [Fact]
    public void No_number_of_demands_below_the_least_is_published_nor_one_that_is_below_it_without_any_one_party() =>
        Prop.ForAll(Gen.Choose(0, 100_000).SelectMany(seed => Gen.Choose(0, 300).Select(size => (seed, size))).ToArbitrary(), at =>
        {
            var world = World(at.seed, at.size);
            var report = ReportMaking.Of(world, Half, CountTests.Ground, Now);
            foreach (var table in report.Tables)
            {
                var shown = table.Cells.Select(cell => cell.Of).ToHashSet();
                Assert.Equal(at.size, table.Cells.Sum(cell => cell.Count));
                foreach (var cell in table.Cells)
                    Large([.. world.Where(demand => Attacker.Label(demand, table.Name) is var label && (cell.Of == "others" ? !shown.Contains(label) : label == cell.Of))]);
            }
            foreach (var cross in report.Crosses)
            {
                foreach (var line in cross.Lines)
                {
                    Assert.All(line.Cells.Values, count => Assert.True(count is 0 or >= Tally.Least));
                    Assert.True(line.Rest is null or 0 or >= Tally.Least);
                    Assert.Equal(line.Count, line.Cells.Values.Sum() + (line.Rest ?? 0));
                    // Zeros stand only where nothing of the row is held back.
                    Assert.True(line.Rest is null || line.Cells.Values.All(count => count > 0));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void A_sum_of_half_years_says_nothing_that_its_halves_do_not()
    {
        var first = ReportMaking.Of(World(5, 200), Half, CountTests.Ground, Now);
        var second = ReportMaking.Of([.. World(6, 60).Select(demand => demand with { Received = demand.Received.AddMonths(6), Answered = demand.Answered!.Value.AddMonths(6) })], Half.Next, CountTests.Ground, Now);
        var sum = ReportSum.Of([second, first]);
        Assert.Equal(["2025-H1", "2025-H2"], sum.Periods);
        Assert.Equal(260, sum.Answered);
        foreach (var table in sum.Tables)
        {
            Assert.Equal(260, table.Cells.Sum(cell => cell.Count));
            foreach (var cell in table.Cells.Where(cell => cell.Of != "others"))
                Assert.Equal(cell.Count, new[] { first, second }.Sum(report => report.Table(table.Name)!.Cells.SingleOrDefault(one => one.Of == cell.Of)?.Count ?? 0));
        }
        Assert.NotEmpty(sum.Crosses);
        Assert.All(sum.Crosses.SelectMany(cross => cross.Lines), line => Assert.Equal(line.Count, line.Cells.Values.Sum() + (line.Rest ?? 0)));
        Assert.Throws<ArgumentException>(() => ReportSum.Of([first, first]));
    }

    private static void Large(List<CountedDemand> cell)
    {
        if (cell.Count == 0)
            return;
        Assert.True(cell.Count >= Tally.Least);
        foreach (var party in cell.GroupBy(demand => (demand.Country, demand.Authority)).Select(group => group.Count()).Concat(cell.GroupBy(demand => demand.Customers[0]).Select(group => group.Count())))
            Assert.True(cell.Count == party || cell.Count - party >= Tally.Least);
    }
}
