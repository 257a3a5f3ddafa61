using System.Text;
using Counterseal.Law;

namespace Counterseal.Reports.Tests;

public sealed class FormTests
{
    private static readonly HalfYear Half = new(2025, 1);
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private static CountedDemand Demand(int i, string country, string instrument, Outcome outcome, double hours, bool emergency = false, DataCategory asked = DataCategory.Subscriber, int selectors = 1) => new()
    {
        Id = $"{i}",
        Received = Half.From.AddDays(i % 150),
        Answered = Half.From.AddDays(i % 150).AddHours(hours),
        Country = country,
        Authority = $"authority {i % 4}",
        Instrument = instrument,
        Outcome = outcome,
        Emergency = emergency,
        Asked = asked,
        Selectors = selectors,
        Customers = [$"customer {i}"],
    };

    private static List<CountedDemand> Year() =>
    [
        .. Enumerable.Range(0, 40).Select(i => Demand(i, "DE", "eu.epoc", i % 4 == 0 ? Outcome.Rejected : Outcome.NonContentDisclosed, 10 + i, i % 5 == 0)),
        .. Enumerable.Range(40, 24).Select(i => Demand(i, "FR", "eu.epoc", i % 3 == 0 ? Outcome.NoData : Outcome.ContentDisclosed, 5, asked: DataCategory.Content)),
        .. Enumerable.Range(64, 3).Select(i => Demand(i, "IE", "eu.epoc", Outcome.Partly, 7.25)),
        .. Enumerable.Range(67, 30).Select(i => Demand(i, "XA", "us.sca.warrant", Outcome.ContentDisclosed, 60)),
        Demand(97, "DE", "eu.epoc-pr", Outcome.NonContentDisclosed, 2) with { Answered = null },
    ];

    [Fact]
    public void The_statistics_for_the_Commission_are_those_of_the_golden_file() => Golden("article28.csv", Article28.Csv(Article28.Rows(Year(), 2025, ReportForms.Default)));

    [Fact]
    public void The_public_DSA_rows_are_those_of_the_golden_file_and_hold_back_a_State_that_is_too_small() =>
        Golden("dsa-public.csv", DsaForm.Csv(DsaForm.Public([ReportMaking.Of(Year(), Half, CountTests.Ground, Now)], ReportForms.Default)));

    [Fact]
    public void The_exact_DSA_rows_are_those_of_the_golden_file() => Golden("dsa-exact.csv", DsaForm.Csv(DsaForm.Exact(Year(), 2025, ReportForms.Default)));

    [Theory]
    [InlineData("kinds1000"), InlineData("kinds500"), InlineData("total250"), InlineData("total100")]
    public void National_security_bands_are_those_of_the_golden_file(string structure)
    {
        var forms = Forms(structure);
        var demands = new List<CountedDemand>();
        for (var half = new HalfYear(2022, 1); half <= new HalfYear(2025, 2); half = half.Next)
        {
            var many = 40 * (half.Year - 2021);
            demands.AddRange(Enumerable.Range(0, many).Select(i => Demand(i, "XA", "us.nsl", Outcome.NonContentDisclosed, 9, selectors: 3) with { Received = half.From.AddHours(i) }));
            demands.AddRange(Enumerable.Range(0, 260).Select(i => Demand(i, "XA", "us.fisa", Outcome.ContentDisclosed, 9, selectors: 2) with { Received = half.From.AddHours(i), Yes = i == 0 ? ["us.fisa.firstOfKind"] : [] }));
        }
        var text = new StringBuilder("report,what,law,from,to,band\n");
        for (var half = new HalfYear(2023, 2); half <= new HalfYear(2025, 2); half = half.Next)
        {
            foreach (var band in forms.Bands(demands, half))
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{half},{band.What},{band.Law},{band.From:yyyy-MM-dd},{band.To:yyyy-MM-dd},{band.Band}\n");
        }
        Golden($"bands-{structure}.csv", text.ToString());
    }

    [Fact]
    public void Each_period_of_a_band_is_said_once_and_not_before_its_wait_is_over()
    {
        var demands = new List<CountedDemand> { Demand(1, "XA", "us.fisa", Outcome.Rejected, 1) };
        foreach (var structure in new[] { "kinds1000", "kinds500", "total250", "total100" })
        {
            var said = new HashSet<(string, DateTimeOffset)>();
            for (var half = new HalfYear(2020, 1); half <= new HalfYear(2026, 2); half = half.Next)
            {
                foreach (var band in Forms(structure).Bands(demands, half))
                {
                    Assert.True(said.Add((band.What, band.From)), $"{structure}: {band.What} of {band.From:yyyy-MM-dd} is said again in {half}");
                    var wait = structure == "total100" ? 365 : band.What.Contains("letters", StringComparison.Ordinal) ? 0 : 180;
                    Assert.True(band.To.AddDays(wait) <= half.To);
                    var edges = band.Band.Split('-').Select(int.Parse).ToArray();
                    Assert.Equal((0, edges[1]), (edges[0] % (edges[1] - edges[0] + 1), edges[0] + (structure switch { "kinds1000" => 999, "kinds500" => 499, "total250" => 249, _ => 99 })));
                }
            }
        }
    }

    [Fact]
    public void Within_a_band_nothing_in_the_whole_report_tells_how_many_national_security_demands_there_were()
    {
        var year = Year();
        List<CountedDemand> With(int secret) => [.. year, .. Enumerable.Range(0, secret).Select(i => Demand(1000 + i, "XA", "us.nsl", Outcome.NonContentDisclosed, 3) with { Assistance = 1, ToldAt = Half.From.AddDays(160), Lapses = [Half.From.AddDays(20)] })];
        var none = ReportMaking.Of(With(0), Half, CountTests.Ground, Now).Bytes();
        foreach (var secret in new[] { 1, 7, 249 })
            Assert.True(none.AsSpan().SequenceEqual(ReportMaking.Of(With(secret), Half, CountTests.Ground, Now).Bytes()));
        // The report that says this half-year's band is the next; one more demand than the band's last changes it.
        var (within, beyond) = (Next(With(249)), Next(With(250)));
        Assert.True(Next(With(0)).AsSpan().SequenceEqual(within));
        Assert.False(within.AsSpan().SequenceEqual(beyond));
        static byte[] Next(List<CountedDemand> demands) => ReportMaking.Of(demands, Half.Next, CountTests.Ground, Now).Bytes();
    }

    [Theory]
    [InlineData("structure: total250", "structure: total999", "line 5: no structure is called \"total999\"")]
    [InlineData("width: 250", "width: 0", "is no number from 1")]
    [InlineData("wait: 180", "wiat: 180", "\"wiat\" is not known here")]
    [InlineData("every: year ", "every: month ", "\"month\" is none of half, year")]
    public void A_slip_in_the_forms_file_is_refused_with_its_place(string right, string wrong, string says)
    {
        var file = File.ReadAllText(Path.Combine(Root, "src", "Counterseal.Reports", "Forms", "forms.yaml"));
        Assert.Contains(right, file, StringComparison.Ordinal);
        var no = Assert.Throws<FormatException>(() => ReportForms.Read("forms.yaml", Encoding.UTF8.GetBytes(file.Replace(right, wrong, StringComparison.Ordinal))));
        Assert.Contains(says, no.Message, StringComparison.Ordinal);
    }

    internal static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
                folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    private static ReportForms Forms(string structure) =>
        ReportForms.Read("forms.yaml", Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(Root, "src", "Counterseal.Reports", "Forms", "forms.yaml")).Replace("structure: total250", "structure: " + structure, StringComparison.Ordinal)));

    private static void Golden(string name, string text)
    {
        var path = Path.Combine(Root, "tests", "Counterseal.Reports.Tests", "golden", name);
        if (Environment.GetEnvironmentVariable("COUNTERSEAL_WRITE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.Equal(File.ReadAllText(path), text);
    }
}
