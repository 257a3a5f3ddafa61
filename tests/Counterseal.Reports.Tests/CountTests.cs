using Counterseal.Desk;
using Counterseal.Desk.Tests;

namespace Counterseal.Reports.Tests;

public sealed class CountTests(Postgres postgres) : IDisposable
{
    private static readonly DateTimeOffset Start = new(2021, 7, 1, 0, 0, 0, TimeSpan.Zero), End = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    internal static ReportGround Ground { get; } = new("Example Mail", true, ReportForms.Default);

    private readonly string folder = Directory.CreateTempSubdirectory("cs-report-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task Every_number_of_a_report_is_the_one_that_a_naive_recount_of_the_event_stream_gives(string store)
    {
        var database = store == "sqlite" ? "sqlite:" + Path.Combine(folder, "desk.db") : await postgres.NewDatabase();
        var synthetic = new SyntheticLives(7, Start, End);
        // bench/report/recount.sh asks for 100,000, which takes minutes.
        var demands = int.Parse(Environment.GetEnvironmentVariable("COUNTERSEAL_RECOUNT") ?? "2500", System.Globalization.CultureInfo.InvariantCulture);
        await synthetic.Fill(database, demands, End);
        var lives = Enumerable.Range(0, demands).Select(number => synthetic.Life(number, End)).ToList();
        var read = ReportMaking.Demands(database, End, null, TestContext.Current.CancellationToken);
        Assert.Equal(demands, read.Count);
        var periods = ReportMaking.Periods(read, End);
        Assert.Equal(10, periods.Count);
        var (numbers, outcomes, before) = (0, new HashSet<string>(), 0);
        foreach (var report in ReportMaking.All(read, Ground, End))
        {
            var half = report.Half;
            before += report.Totals.Answered;
            var banded = ReportForms.Default;
            var naive = NaiveCount.Answered(lives, half.From, half.To).Where(d => !banded.IsBanded(d.Instrument)).ToList();
            outcomes.UnionWith(naive.Select(d => d.Outcome));
            Assert.Equal(naive.Count, report.Totals.Answered);
            Assert.Equal(naive.Sum(d => d.Selectors), report.Totals.Selectors);
            Assert.Equal(naive.Sum(d => d.Accounts), report.Totals.Accounts);
            var open = lives.Where(life => !banded.IsBanded(((Received)life[0].Body).Demand.Instrument ?? "")).ToList();
            Assert.Equal(open.Count(life => life[0].At >= half.From && life[0].At < half.To), report.Totals.Received);
            Assert.Equal(open.Count(life => life[0].At < half.To) - before, report.Totals.Open);
            Assert.Equal(open.Where(life => life[0].At >= half.From && life[0].At < half.To).Sum(life => ((Received)life[0].Body).Demand.Assistance.Count), report.Totals.Assistance);
            Assert.Equal(Small(NaiveCount.Lapses(open, half.From, half.To)), report.Totals.GagsLapsed);
            Assert.Equal(Small(open.Count(life => life.Any(e => e.Type == "told" && e.At >= half.From && e.At < half.To))), report.Totals.Told);
            numbers += 8;
            foreach (var table in report.Tables)
            {
                var shown = table.Cells.Select(cell => cell.Of).ToHashSet();
                foreach (var cell in table.Cells)
                {
                    var its = naive.Where(d => Label(d, table.Name) is var label && (cell.Of == "others" ? !shown.Contains(label) : label == cell.Of)).ToList();
                    Assert.Equal((half, table.Name, cell.Of, its.Count, its.Sum(d => d.Accounts), its.Sum(d => d.Selectors)), (half, table.Name, cell.Of, cell.Count, (int)cell.Accounts, (int)cell.Selectors));
                    var times = its.Select(d => d.Took).Order().ToList();
                    Same(times, 0.5, cell.Median);
                    Same(times, 0.95, cell.Slow);
                    numbers += 5;
                }
                Assert.Equal(naive.Count, table.Cells.Sum(cell => cell.Count));
            }
            foreach (var cross in report.Crosses)
            {
                var (rows, columns) = (cross.Lines.Select(line => line.Of).ToHashSet(), cross.ColumnLabels.ToHashSet());
                foreach (var line in cross.Lines)
                {
                    var its = naive.Where(d => Label(d, cross.Rows) is var label && (line.Of == "others" ? !rows.Contains(label) : label == line.Of)).ToList();
                    Assert.Equal(its.Count, line.Count);
                    var of = cross.Columns == "failed" ? "failed:" + cross.Name.Split(':')[1] : cross.Columns;
                    foreach (var (column, count) in line.Cells)
                        Assert.Equal(its.Count(d => Label(d, of) is var label && (column == "others" ? !columns.Contains(label) : label == column)), count);
                    Assert.Equal(line.Count, line.Cells.Values.Sum() + (line.Rest ?? 0));
                    numbers += 1 + line.Cells.Count;
                }
            }
        }
        Assert.True(numbers > 2000, $"only {numbers} numbers were compared");
        Assert.Equal(8, outcomes.Count);
    }

    [Fact]
    public async Task A_report_made_years_later_is_the_same_bytes()
    {
        var database = "sqlite:" + Path.Combine(folder, "desk.db");
        var synthetic = new SyntheticLives(8, Start, End);
        await synthetic.Fill(database, 600, End);
        var half = new HalfYear(2023, 2);
        var then = ReportMaking.Of(ReportMaking.Demands(database, half.To, cancel: TestContext.Current.CancellationToken), half, Ground, half.To);
        var now = ReportMaking.Of(ReportMaking.Demands(database, End, cancel: TestContext.Current.CancellationToken), half, Ground, End);
        Assert.True(then.Bytes().AsSpan().SequenceEqual(now.Bytes()));
        Assert.Equal(then.Digest, Report.Read(now.Bytes()).Digest);
        Assert.Contains(ReportMaking.Demands(database, End, cancel: TestContext.Current.CancellationToken), demand => demand.Since is not null);
    }

    [Fact]
    public void A_half_year_that_is_not_over_has_no_report() =>
        Assert.Equal("early", Assert.Throws<ReportException>(() => ReportMaking.Of([], new(2026, 2), Ground, new(2026, 12, 31, 23, 59, 59, TimeSpan.Zero))).Code);

    [Fact]
    public async Task Stored_bytes_that_are_no_event_are_named_and_counted_nowhere()
    {
        var database = "sqlite:" + Path.Combine(folder, "desk.db");
        await new SyntheticLives(9, Start, End).Fill(database, 30, End);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=" + database["sqlite:".Length..]))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE events SET bytes = replace(bytes, 'received', 'receivad') WHERE type = 'received' AND demand LIKE '%07'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        var wrong = Assert.Throws<ReportException>(() => ReportMaking.Demands(database, End, null, TestContext.Current.CancellationToken));
        Assert.Contains("0000007", wrong.Message, StringComparison.Ordinal);
    }

    private static string Small(int count) => count is > 0 and < 5 ? "<5" : count.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Same(List<TimeSpan> sorted, double share, decimal? said)
    {
        var rank = (int)Math.Ceiling(share * sorted.Count);
        if (rank < 6 || sorted.Count - rank < 5)
        {
            Assert.Null(said);
            return;
        }
        var hours = sorted[rank - 1].TotalHours;
        var digits = hours == 0 ? 0 : Math.Pow(10, Math.Floor(Math.Log10(hours)) - 1);
        Assert.NotNull(said);
        Assert.InRange((double)said, hours - (0.51 * digits) - 0.0006, hours + (0.51 * digits) + 0.0006);
    }

    private static string Label(NaiveDemand demand, string table) => table switch
    {
        "country" => demand.Country,
        "authority" => demand.Authority,
        "outcome" => demand.Outcome,
        "instrument" => demand.Instrument,
        "emergency" => demand.Emergency ? "yes" : "no",
        "asked" => demand.Asked,
        "secrecy" => demand.Secrecy,
        "telling" => demand.Telling,
        _ when table.StartsWith("failed:", StringComparison.Ordinal) => demand.Failed.Contains(table["failed:".Length..]) ? "yes" : "no",
        _ => throw new ArgumentException(table),
    };
}
