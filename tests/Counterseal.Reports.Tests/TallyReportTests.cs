using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Reports.Tests;

/// <summary>A report with the opening of its tally beside it: everybody can verify it, nobody learns more, and whoever changes one of the two is found out.</summary>
public sealed class TallyReportTests : IDisposable
{
    private static readonly Lazy<(TallyWorld World, PeriodOpening Opening)> Made = new(() =>
    {
        var world = new TallyWorld(3, 40, security: 2).Prove();
        return (world, world.Open());
    });

    private readonly string folder = Directory.CreateTempSubdirectory("cs-tally-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_honest_report_is_proven_by_all_leaves_covers_included()
    {
        var (world, opening) = Made.Value;
        var verdict = await world.Verify(opening);
        Assert.Empty(verdict.Faults);
        Assert.Equal((world.Log.Count, "2025-H1"), ((int)verdict.Leaves, verdict.Periods.Single()));
        // What is shown is the report's number itself.
        var country = opening.Tables[1];
        foreach (var cell in world.Report.Table("country")!.Cells.Where(cell => cell.Of != "others"))
            Assert.Equal((cell.Count, cell.Count), country.Cells.Where(one => one.Place == world.Plan.Schema.Place(1, cell.Of)).Select(one => ((int)one.Least, (int)one.Most)).Single());
        Assert.Equal((0, 999), country.Cells.Where(one => one.Place == TallySchema.Security).Select(one => ((int)one.Least, (int)one.Most)).Single());
    }

    [Fact]
    public async Task A_company_under_no_law_of_bands_proves_its_numbers_exactly()
    {
        using var world = new TallyWorld(4, 12, band: 0);
        world.Prove();
        var opening = world.Open();
        Assert.Empty((await world.Verify(opening)).Faults);
        Assert.Equal((12, 12), opening.Tables[0].Cells.Where(one => one.Place == (int)LeafKind.Closed).Select(one => ((int)one.Least, (int)one.Most)).Single());
        // One national-security demand, and nothing can be opened that says there is none.
        using var gagged = new TallyWorld(4, 12, band: 0, security: 1);
        Assert.Equal("tally", Assert.Throws<ReportException>(() => gagged.Open()).Code);
    }

    [Fact]
    public async Task A_report_whose_numbers_were_edited_does_not_agree_with_the_opening()
    {
        var (world, opening) = Made.Value;
        var table = world.Report.Table("country")!;
        var edited = world.Report with { Tables = [.. world.Report.Tables.Select(one => one == table ? one with { Cells = [.. one.Cells.Select((cell, i) => i == 0 ? cell with { Count = cell.Count + 1 } : cell)] } : one)] };
        Assert.Contains((await world.Verify(opening, edited)).Faults, fault => fault.StartsWith("2025-H1: country, ", StringComparison.Ordinal));
        var total = world.Report with { Totals = world.Report.Totals with { Answered = world.Report.Totals.Answered - 1 } };
        Assert.Contains((await world.Verify(opening, total)).Faults, fault => fault.StartsWith("2025-H1: closed", StringComparison.Ordinal));
        // And an opening bent to the edited report does not fit the leaves; nor does its maker make one.
        Assert.Equal("tally", Assert.Throws<ReportException>(() => world.Open(edited)).Code);
    }

    [Fact]
    public async Task An_interval_made_wider_than_the_report_has_it_is_found()
    {
        var (world, opening) = Made.Value;
        var kinds = opening.Tables[0];
        var wide = opening with { Tables = [kinds with { Cells = [.. kinds.Cells.Select(cell => cell.Place == (int)LeafKind.Sealed ? cell with { Most = cell.Most + 1000 } : cell)] }, .. opening.Tables.Skip(1)] };
        Assert.Contains((await world.Verify(wide)).Faults, fault => fault.StartsWith("2025-H1: sealed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_demand_parked_as_open_shows_in_the_report_and_cannot_be_left_out_of_what_is_open()
    {
        var (world, opening) = Made.Value;
        var parked = world.Report with { Totals = world.Report.Totals with { Open = world.Report.Totals.Open + 1 } };
        Assert.Contains((await world.Verify(opening, parked)).Faults, fault => fault.Contains("are open", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_older_ledger_and_a_rewritten_one_do_not_grow_from_the_checkpoint_that_is_known()
    {
        var (world, opening) = Made.Value;
        var tree = new GrowingTree();
        foreach (var leaf in world.Log)
            tree.Add(leaf);
        var latest = new Checkpoint(world.Origin, world.Log.Count, tree.Root());
        Assert.Empty((await world.Verify(opening, null, null, latest)).Faults);
        var older = await world.Verify(opening, null, [.. world.Log.SkipLast(3)], latest);
        Assert.Contains(older.Faults, fault => fault.Contains("an older ledger, or a rewritten one", StringComparison.Ordinal));
        Assert.Contains(older.Faults, fault => fault.Contains("other leaves than the log's", StringComparison.Ordinal));
        var exchanged = await world.Verify(opening, null, [.. world.Log.Select((leaf, i) => i == 4 ? world.Log[5] : i == 5 ? world.Log[4] : leaf)], latest);
        Assert.Contains(exchanged.Faults, fault => fault.Contains("rewritten", StringComparison.Ordinal));
    }

    [Fact]
    public void Parts_that_do_not_know_all_leaves_open_nothing()
    {
        using var world = new TallyWorld(5, 8);
        world.Cover();
        var known = world.Covers;
        world.Covers = known with { Count = known.Count - 1 };
        Assert.Contains("know", Assert.Throws<ReportException>(() => world.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Demands_from_before_the_tally_stay_in_the_reports_from_before_it_and_are_in_no_total_of_it()
    {
        var plan = TallyPlan.Of(new(2025, 7, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(10), 2, 6, ["DE"], ["eu.epoc"], [.. Enum.GetValues<Outcome>().Select(ReportMaking.Word)], ["partly"], [], 0);
        var before = ProtectionTests.World(9, 12);
        // One was answered in the tally's first half-year and closed before the desk had it; one came then and has no leaf yet; one is in.
        CountedDemand late = before[0] with { Id = "late", Answered = new(2025, 8, 1, 0, 0, 0, TimeSpan.Zero) }, young = late with { Id = "young", Received = new(2025, 7, 2, 0, 0, 0, TimeSpan.Zero) }, inside = young with { Id = "in" };
        var leaf = new TalliedLeaf("in", false, new(new("o", 0, 0), LeafSecret.Uncounted(plan.Schema, LeafKind.Received, "in")));
        var demands = TalliedDemands.Of([.. before, late, young, inside], [leaf], plan);
        var (first, second) = (ReportMaking.Of(demands, new(2025, 1), CountTests.Ground, TallyWorld.Now), ReportMaking.Of(demands, new(2025, 2), CountTests.Ground, TallyWorld.Now));
        Assert.Equal((13, 12, 1), (first.Totals.Received, first.Totals.Answered, first.Totals.Open));
        Assert.Equal((1, 0, 1), (second.Totals.Received, second.Totals.Answered, second.Totals.Open));
    }

    [Fact]
    public async Task The_shelf_opens_a_period_once_and_gives_the_very_bytes()
    {
        var (world, opening) = Made.Value;
        var shelf = new ReportShelf(folder);
        var records = new List<string>();
        Task<ProvenEvent> Record(string name, string digest, string? beside, string? reason)
        {
            records.Add(name);
            var happened = DeskEvent.Of(DeskEvent.Own, records.Count, TallyWorld.Now, "ada", new Published(name, digest, beside, reason));
            return Task.FromResult(new ProvenEvent(happened.Canonical, new string('0', 64), new string('0', 64), ""));
        }
        await Assert.ThrowsAsync<ReportException>(() => shelf.Open(TallyWorld.Half, _ => [], Record));
        await shelf.Publish(TallyWorld.Half, () => world.Report, Record);
        var bytes = await shelf.Open(TallyWorld.Half, _ => TallyFile.OpeningBytes(opening), Record);
        Assert.Equal(bytes, shelf.Opening(TallyWorld.Half));
        Assert.Equal(["report/2025-H1", "report/2025-H1/tally"], records);
        Assert.Equal("published", (await Assert.ThrowsAsync<ReportException>(() => shelf.Open(TallyWorld.Half, _ => [], Record))).Code);
        var verdict = await TallyVerification.Run(world.Reader(), [(shelf.Find(TallyWorld.Half)!.Report, shelf.Opening(TallyWorld.Half))], [], TestContext.Current.CancellationToken);
        Assert.True(verdict.Holds);
    }

    [Fact]
    public void Cells_of_the_tally_are_the_ones_that_the_report_reads_from_the_same_events()
    {
        var synthetic = new SyntheticLives(21, new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var end = new DateTimeOffset(2028, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var plan = TallyPlan.Of(
            new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(10), 2, 6, ["XA", "XB", "DE", "FR", "IE"], ["us.sca.warrant", "eu.epoc", "uk.ipa"],
            [.. Enum.GetValues<Outcome>().Select(ReportMaking.Word)], ["contentDisclosed", "nonContentDisclosed", "partly", "withdrawn"], ["us.nsl", "us.fisa"], 1000);
        var outcomes = new HashSet<string>();
        var closed = 0;
        foreach (var life in Enumerable.Range(0, 600).Select(number => synthetic.Life(number, end)))
        {
            var at = life.ToList().FindIndex(happened => happened.Type == "closed");
            if (at < 0)
                continue;
            closed++;
            var upTo = life.Take(at + 1).ToList();
            var cells = TallyCells.Of(upTo, plan, 0);
            var read = DemandReading.Read([.. upTo.Where(happened => DemandReading.Types.Contains(happened.Type)).Select(happened => new ArchivedEvent(happened.Demand, happened.Version, happened.Type, happened.Canonical))], end)!;
            if (read.Instrument is "us.nsl" or "us.fisa")
            {
                Assert.All(cells, cell => Assert.Equal("national security", cell));
                continue;
            }
            // The outcome of now, where the half-year of the answer had another.
            Assert.Equal([plan.Cell(1, read.Country), plan.Cell(2, read.Instrument), ReportMaking.Word(read.Since ?? read.Outcome), "2025-H1"], cells);
            outcomes.Add(cells[2]);
        }
        Assert.InRange(closed, 100, 600);
        Assert.Equal(8, outcomes.Count);
    }

    [Theory, InlineData(2, 30), InlineData(3, 44), InlineData(12, 36), InlineData(16, 70)]
    public async Task An_attacker_who_is_given_the_tally_as_well_recovers_no_small_cell(int seed, int size)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/glpsol"), "no glpsol here: install glpk-utils");
        // The opening's numbers are wanted here, not its proofs, so the leaves need none.
        using var world = new TallyWorld(seed, size);
        var opening = world.Open();
        var demands = world.Demands;
        var attacks = 0;
        foreach (var own in (List<CountedDemand>[])[[], [.. demands.GroupBy(demand => (demand.Country, demand.Authority)).OrderByDescending(group => group.Count()).First()]])
        {
            var attacker = new Attacker(world.Report, demands, own, ["rule.a"], ProtectionTests.Tied, folder);
            attacker.Learn(opening, world.Plan, own);
            var others = demands.Except(own).ToList();
            foreach (var (one, other) in new[] { ("country", "outcome"), ("country", "instrument"), ("country", "country"), ("outcome", "outcome"), ("instrument", "instrument"), ("authority", "outcome") })
            {
                foreach (var cell in others.GroupBy(demand => (A: Attacker.Label(demand, one), B: Attacker.Label(demand, other))).Where(group => group.Count() < Tally.Least).Take(2))
                {
                    var (least, most) = await attacker.Range((one, cell.Key.A), (other, cell.Key.B));
                    Assert.InRange(cell.Count(), least, most);
                    Assert.True(most - least >= Tally.Least - 1, $"seed {seed}: {one} {cell.Key.A}, {other} {cell.Key.B} is {cell.Count()}; an attacker with the tally and {own.Count} demands of its own knows {least} to {most}");
                    attacks++;
                }
            }
        }
        Assert.True(attacks >= 4, $"only {attacks} cells were attacked");
    }

    [Fact]
    public async Task The_attacker_does_recover_a_small_cell_from_an_opening_that_shows_every_number()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/glpsol"), "no glpsol here: install glpk-utils");
        using var world = new TallyWorld(12, 36);
        var counts = world.Plan.Schema.Tables.Select((_, t) => new long[TallySchema.Places(t)]).ToArray();
        foreach (var secret in world.Leaves.Select(leaf => leaf.Opening.Secret))
        {
            for (var t = 0; t < counts.Length; t++)
                counts[t][secret.Places[t]]++;
        }
        var plain = world.Open() with { Tables = [.. counts.Select(table => new PublishedTable([.. table.Select((count, place) => new PublishedCell(place, count, count, null))], Scalar.Zero, Scalar.Zero))] };
        var attacker = new Attacker(world.Report, world.Demands, [], ["rule.a"], ProtectionTests.Tied, folder);
        attacker.Learn(plain, world.Plan, []);
        var recovered = 0;
        foreach (var attribute in (string[])["country", "outcome", "instrument"])
        {
            foreach (var cell in world.Demands.GroupBy(demand => Attacker.Label(demand, attribute)).Where(group => group.Count() < Tally.Least))
            {
                var (least, most) = await attacker.Range((attribute, cell.Key));
                recovered += least == most ? 1 : 0;
            }
        }
        Assert.True(recovered > 0, "the attacker recovers nothing from an opening that shows every number, so its failing elsewhere shows nothing");
    }
}
