using System.Globalization;
using Counterseal.Custody;
using Counterseal.Custody.Tests;
using Counterseal.Law;
using DuckDB.NET.Data;

namespace Counterseal.Collectors.Tests;

/// <summary>Log files in Parquet, CSV and NDJSON, held to the contract by the test kit, and a query that would like to see more of the machine.</summary>
public class DuckLogsTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 5, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("parquet")]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public void Logs_keep_the_contract(string form)
    {
        using var scratch = new Scratch();
        Fill(scratch, form);
        var settings = Logs(Path.Combine(scratch.Folder, "*." + form), "SELECT id, TRY_CAST(moment AS TIMESTAMP) AS moment, account AS who, marker, note FROM logs WHERE account = $account AND (TRY_CAST(moment AS TIMESTAMP) >= $from AND TRY_CAST(moment AS TIMESTAMP) < $to OR TRY_CAST(moment AS TIMESTAMP) IS NULL) ORDER BY id");
        Assert.Empty(CollectorTrial.Run(new TrialSource
        {
            Open = () => CollectorKinds.Make(settings)!,
            Account = "acc-1",
            Records = [.. Enumerable.Range(0, 6).Select(i => new TrialRecord(DataCategory.Traffic, i == 5 ? null : Start.AddHours(i), $"mine-{i}") { Faulty = i == 5 })],
            Foreign = ["theirs-"],
            Contents = ["BODY-"],
            Selectors = [new(new Selector(SelectorKind.Account, "acc-1"), ["acc-1"]), new(new Selector(SelectorKind.Account, "acc-10"), ["acc-10"])],
            State = () => MailStoreTests.State(scratch.Folder),
            Bulk = new TrialBulk(() => CollectorKinds.Make(settings with { Settings = new Dictionary<string, string> { ["files"] = Path.Combine(scratch["bulk"], "*." + form) } })!, "bulk", DataCategory.Traffic, 40 << 20),
            Away = () => CollectorKinds.Make(Logs(Path.Combine("/nowhere", "*." + form), settings.Categories[DataCategory.Traffic].Query!))!,
        }));
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public void Logs_in_the_order_of_a_key_go_on_behind_it(string form)
    {
        using var scratch = new Scratch();
        Fill(scratch, form);
        var settings = Logs(Path.Combine(scratch.Folder, "*." + form), "SELECT marker, TRY_CAST(moment AS TIMESTAMP) AS moment FROM logs WHERE account = $account AND (TRY_CAST(moment AS TIMESTAMP) >= $from AND TRY_CAST(moment AS TIMESTAMP) < $to OR TRY_CAST(moment AS TIMESTAMP) IS NULL) AND ($after IS NULL OR marker > $after) ORDER BY marker");
        settings = settings with { Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = settings.Categories[DataCategory.Traffic] with { Place = "marker", Order = PlaceOrder.Text, Fields = new(["marker"], []) } } };
        Assert.Empty(CollectorTrial.Run(new TrialSource
        {
            Open = () => CollectorKinds.Make(settings)!,
            Account = "acc-1",
            Resumes = true,
            Records = [.. Enumerable.Range(0, 6).Select(i => new TrialRecord(DataCategory.Traffic, i == 5 ? null : Start.AddHours(i), $"mine-{i}") { Faulty = i == 5 })],
            Foreign = ["theirs-"],
            Contents = ["BODY-"],
            Selectors = [new(new Selector(SelectorKind.Account, "acc-1"), ["acc-1"])],
            State = () => MailStoreTests.State(scratch.Folder),
        }));
    }

    [Theory]
    [InlineData("SELECT content AS id, $from AS moment, $account AS a, $to AS t FROM read_text('{0}')", "Permission")]
    [InlineData("SELECT id, $from AS moment, $account AS a, $to AS t FROM read_csv('{0}')", "Permission")]
    [InlineData("SELECT file AS id, $from AS moment, $account AS a, $to AS t FROM glob('{1}/*')", "Permission")]
    [InlineData("SELECT 1 AS id, $from AS moment, $account AS a, $to AS t FROM sqlite_scan('{0}', 'x')", "Catalog")]
    [InlineData("WITH x AS (SELECT $account, $from, $to) COPY logs TO '{1}/out.csv'", "Parser")]
    public void A_query_sees_no_other_file_and_writes_none(string query, string error)
    {
        using var scratch = new Scratch();
        Fill(scratch, "csv");
        using var other = new Scratch();
        var secret = other.Write("secret.txt", "id\nsecret\n"u8);
        using var collector = CollectorKinds.Make(Logs(Path.Combine(scratch.Folder, "*.csv"), string.Format(CultureInfo.InvariantCulture, query, secret, other.Folder)))!;
        var refused = Assert.Throws<SourceException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
        Assert.Contains(error, refused.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(other.Folder));
    }

    [Fact]
    public void A_line_that_cannot_be_read_ends_the_collection()
    {
        using var scratch = new Scratch();
        scratch.Write("a.ndjson", "{\"id\":1,\"account\":\"acc-1\",\"moment\":\"2026-10-05T06:00:00Z\",\"marker\":\"m\"}\n{\"id\":2,\"account\":\"acc-\n"u8);
        using var collector = CollectorKinds.Make(Logs(Path.Combine(scratch.Folder, "*.ndjson"), "SELECT id, moment::TIMESTAMP AS moment, marker FROM logs WHERE account = $account AND moment::TIMESTAMP >= $from AND moment::TIMESTAMP < $to"))!;
        Assert.Throws<SourceException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
    }

    private static CollectorSettings Logs(string files, string query) => new("logs", "logs")
    {
        Settings = new Dictionary<string, string> { ["files"] = files },
        Find = new Dictionary<SelectorKind, string> { [SelectorKind.Account] = "SELECT DISTINCT account FROM logs WHERE account = $value" },
        Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new() { Query = query, Time = "moment", Place = "id", Fields = new(["moment", "marker"], []) } },
    };

    /// <summary>Two files of the form, written by DuckDB itself.</summary>
    private static void Fill(Scratch scratch, string form)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        Run("CREATE TABLE lines(id BIGINT, account VARCHAR, moment VARCHAR, marker VARCHAR, note VARCHAR)");
        for (var i = 0; i < 6; i++)
        {
            Run($"INSERT INTO lines VALUES ({i}, 'acc-1', '{(i == 5 ? "yesterday" : Instant.Text(Start.AddHours(i)))}', 'mine-{i}', 'BODY-{i}')");
            Run($"INSERT INTO lines VALUES ({100 + i}, 'acc-10', '{Instant.Text(Start.AddHours(i))}', 'theirs-{i}', 'BODY-{i}')");
        }
        var written = form switch { "parquet" => "(FORMAT parquet)", "csv" => "(FORMAT csv, HEADER)", _ => "(FORMAT json)" };
        Run($"COPY (SELECT * FROM lines WHERE id % 2 = 0) TO '{scratch["even." + form]}' {written}");
        Run($"COPY (SELECT * FROM lines WHERE id % 2 = 1) TO '{scratch["odd." + form]}' {written}");
        Directory.CreateDirectory(scratch["bulk"]);
        Run($"COPY (SELECT 1000 + i AS id, 'bulk' AS account, '{Instant.Text(Start)}' AS moment, repeat('x', 4096) AS marker, '' AS note FROM range(11000) t(i)) TO '{Path.Combine(scratch["bulk"], "bulk." + form)}' {written}");

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
