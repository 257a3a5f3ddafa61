using System.Globalization;
using Counterseal.Custody;
using Counterseal.Custody.Tests;
using Counterseal.Law;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Counterseal.Collectors.Tests;

/// <summary>SQLite and a real PostgreSQL, held to the contract by the test kit, and asked to write.</summary>
public class SqlTests(Desk.Tests.Postgres server)
{
    private const string Traffic = "SELECT id, at, caller, called, seconds, note FROM calls WHERE account = @account AND (at >= @from AND at < @to OR at IS NULL) AND (@after IS NULL OR id > @after) ORDER BY id";

    private static readonly CollectorSettings Calls = new("calls", "")
    {
        Find = new Dictionary<SelectorKind, string>
        {
            [SelectorKind.Account] = "SELECT account FROM customers WHERE account = @value",
            [SelectorKind.Mailbox] = "SELECT account FROM customers WHERE lower(address) = @value ORDER BY account",
            [SelectorKind.Telephone] = "SELECT account FROM customers WHERE telephone = @value ORDER BY account",
            [SelectorKind.IpAddress] = "SELECT DISTINCT account FROM sessions WHERE ip = @value AND port = @port AND first <= @at AND until > @at ORDER BY account",
        },
        Categories = new Dictionary<DataCategory, CategorySettings>
        {
            [DataCategory.Subscriber] = new() { Query = "SELECT account, name, pin FROM customers WHERE account = @account", Fields = new(["account", "name"], []) },
            [DataCategory.Identification] = new() { Query = "SELECT ip || '-' || port AS place, ip, port, first, until FROM sessions WHERE account = @account AND first < @to AND (until IS NULL OR until > @from) ORDER BY first, ip", Place = "place" },
            [DataCategory.Traffic] = new() { Query = Traffic, Time = "at", Place = "id", Order = PlaceOrder.Number, Fields = new(["at", "caller", "called", "seconds"], ["caller", "called"]) },
            [DataCategory.Content] = new() { Query = "SELECT id, at, note FROM calls WHERE account = @account AND (at >= @from AND at < @to OR at IS NULL) ORDER BY id", Time = "at", Place = "id", Fields = new(["at", "note"], []) },
        },
    };

    [Fact]
    public void SQLite_keeps_the_contract()
    {
        using var scratch = new Scratch();
        var path = scratch["calls.db"];
        FillSqlite(path);
        Assert.Empty(CollectorTrial.Run(Trial(At(path), () => MailStoreTests.State(scratch.Folder)) with
        {
            Away = () => CollectorKinds.Make(At(scratch["nowhere.db"]))!,
            Bulk = new TrialBulk(() => CollectorKinds.Make(At(path))!, "bulk", DataCategory.Content, 40 << 20),
        }));
    }

    [Fact]
    public async Task PostgreSQL_keeps_the_contract()
    {
        var database = await server.NewDatabase();
        FillPostgres(database);
        var settings = Calls with { Kind = "postgresql", Settings = new Dictionary<string, string> { ["connection"] = database } };
        Assert.Empty(CollectorTrial.Run(Trial(settings, () => Dump(database)) with
        {
            Away = () => CollectorKinds.Make(settings with { Settings = new Dictionary<string, string> { ["connection"] = "Host=/nowhere;Username=nobody" } })!,
            Bulk = new TrialBulk(() => CollectorKinds.Make(settings)!, "bulk", DataCategory.Content, 40 << 20),
        }));
    }

    [Fact]
    public async Task What_PostgreSQL_was_sent_is_the_query_of_the_plan_and_nothing_that_writes()
    {
        var database = await server.NewDatabase() + ";Options=-c log_statement=all";
        FillPostgres(database);
        var settings = Calls with { Kind = "postgresql", Settings = new Dictionary<string, string> { ["connection"] = database } };
        using var collector = CollectorKinds.Make(settings)!;
        var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Mailbox, "maeve@mail.example"), [DataCategory.Traffic], Start, Start.AddHours(2))]);
        var before = server.Log.Length;
        Collection.Run([collector], scope, name => name, new CountSink(), CancellationToken.None);
        var log = string.Join('\n', server.Log[before..].Split('\n').Where(line => line.Contains("execute", StringComparison.Ordinal) || line.Contains("statement:", StringComparison.Ordinal)));
        Assert.Contains("READ ONLY", log, StringComparison.Ordinal);
        // The driver writes its positional parameters where the plan has names.
        Assert.Contains(Traffic.Replace("@account", "$1", StringComparison.Ordinal).Replace("@from", "$2", StringComparison.Ordinal).Replace("@to", "$3", StringComparison.Ordinal).Replace("@after", "$4", StringComparison.Ordinal), log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ORDER BY id DESC", "not in the order")]
    [InlineData("AND id <> 1 UNION ALL SELECT id, at, caller, called, seconds, note FROM calls WHERE account = @account", "not in the order")]
    public void Rows_that_are_not_in_the_order_that_is_claimed_end_the_collection(string end, string why)
    {
        using var scratch = new Scratch();
        FillSqlite(scratch["calls.db"]);
        var settings = At(scratch["calls.db"]);
        settings = settings with { Categories = new Dictionary<DataCategory, CategorySettings>(settings.Categories) { [DataCategory.Traffic] = settings.Categories[DataCategory.Traffic] with { Query = Traffic.Replace("ORDER BY id", end, StringComparison.Ordinal) } } };
        using var collector = CollectorKinds.Make(settings)!;
        var refused = Assert.Throws<SourceException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT id, at FROM calls WHERE account = @account AND at >= @from AND at < @to", "id", "parameter after")]
    [InlineData("SELECT id, at FROM calls WHERE account = @account AND at >= @from AND at < @to AND id > @after", null, "place")]
    public void An_order_needs_a_place_and_a_query_that_goes_on_behind_it(string query, string? place, string what)
    {
        var settings = new CollectorSettings("calls", "sqlite")
        {
            Settings = new Dictionary<string, string> { ["file"] = "x.db" },
            Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new() { Query = query, Time = "at", Place = place, Order = PlaceOrder.Number, Fields = new(["id"], []) } },
        };
        Assert.Contains(what, Assert.Throws<InvalidDataException>(() => CollectorKinds.Make(settings)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0 x")]
    [InlineData("1 5")]
    [InlineData("-1 5")]
    public void A_place_that_is_none_begins_anew(string from)
    {
        using var scratch = new Scratch();
        FillSqlite(scratch["calls.db"]);
        using var collector = CollectorKinds.Make(At(scratch["calls.db"]))!;
        Assert.Throws<CannotResumeException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None) { From = from }).Count());
    }

    public static TheoryData<string> Writing => new()
    {
        "WITH gone AS (DELETE FROM calls RETURNING id) SELECT id, now() AS at, @account AS a, @from AS f, @to AS t FROM gone",
        "SELECT nextval('counter') AS id, now() AS at, @account AS a, @from AS f, @to AS t",
        "SELECT set_config('transaction_read_only', 'off', false) AS id, now() AS at, @account AS a, @from AS f, @to AS t",
        "SELECT id, at, @account AS a, @from AS f, @to AS t INTO TEMPORARY stolen FROM calls FOR UPDATE",
    };

    [Theory]
    [MemberData(nameof(Writing))]
    public async Task A_query_that_writes_is_refused_by_PostgreSQL(string query)
    {
        var database = await server.NewDatabase();
        FillPostgres(database);
        var before = Dump(database);
        var settings = new CollectorSettings("calls", "postgresql")
        {
            Settings = new Dictionary<string, string> { ["connection"] = database },
            Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new() { Query = query, Time = "at", Place = "id", Fields = new(["id"], []) } },
        };
        using var collector = CollectorKinds.Make(settings)!;
        var refused = Assert.Throws<SourceException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
        Assert.Contains("SQLSTATE", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Dump(database));
    }

    [Theory]
    [InlineData("SELECT id, at, @account, @from, @to FROM calls; DROP TABLE calls", "semicolon")]
    [InlineData("DELETE FROM calls WHERE account = @account AND at >= @from AND at < @to", "begin with SELECT")]
    [InlineData("SELECT id, at FROM calls WHERE account = @account", "parameter from")]
    [InlineData("SELECT id, at FROM calls WHERE at >= @from AND at < @to", "parameter account")]
    [InlineData("SELECT id, at FROM calls WHERE account = @account AND at >= @from AND at < @to AND x = @order", "parameter order")]
    public void A_query_that_is_not_one_reading_statement_with_its_parameters_keeps_the_gate_from_starting(string query, string what)
    {
        var settings = new CollectorSettings("calls", "sqlite")
        {
            Settings = new Dictionary<string, string> { ["file"] = "x.db" },
            Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new() { Query = query, Time = "at", Place = "id", Fields = new(["id"], []) } },
        };
        Assert.Contains(what, Assert.Throws<InvalidDataException>(() => CollectorKinds.Make(settings)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WITH x AS (SELECT @account AS a, @from AS f, @to AS t) INSERT INTO calls(id) SELECT 99 FROM x RETURNING id, at")]
    [InlineData("SELECT id, at, writefile('/nowhere/x', note), @account, @from, @to FROM calls")]
    [InlineData("SELECT id, at, load_extension('x'), @account, @from, @to FROM calls")]
    public void A_query_that_writes_is_refused_by_SQLite(string query)
    {
        using var scratch = new Scratch();
        FillSqlite(scratch["calls.db"]);
        var before = MailStoreTests.State(scratch.Folder);
        var settings = new CollectorSettings("calls", "sqlite")
        {
            Settings = new Dictionary<string, string> { ["file"] = scratch["calls.db"] },
            Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new() { Query = query, Time = "at", Place = "id", Fields = new(["id"], []) } },
        };
        using (var collector = CollectorKinds.Make(settings)!)
        {
            var refused = Assert.Throws<SourceException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
            Assert.Contains("SQLite error", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, MailStoreTests.State(scratch.Folder));
    }

    [Fact]
    public void Columns_that_are_no_fields_of_the_category_are_left_out_and_counted()
    {
        using var scratch = new Scratch();
        FillSqlite(scratch["calls.db"]);
        using var collector = CollectorKinds.Make(At(scratch["calls.db"]))!;
        var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Subscriber, DataCategory.Traffic], null, null)]);
        var report = Collection.Run([collector], scope, name => name, new CountSink(), CancellationToken.None);
        Assert.Equal([new FieldCount("pin", 1)], report.Accounts[0].FieldsLeftOut);
        Assert.Equal([new FieldCount("note", 6)], report.Accounts[1].FieldsLeftOut);
    }

    internal static readonly DateTimeOffset Start = new(2026, 10, 5, 6, 0, 0, TimeSpan.Zero);

    private static CollectorSettings At(string path) => Calls with { Kind = "sqlite", Settings = new Dictionary<string, string> { ["file"] = path } };

    private static TrialSource Trial(CollectorSettings settings, Func<string> state) => new()
    {
        Open = () => CollectorKinds.Make(settings)!,
        Account = "acc-1",
        Resumes = true,
        Records =
        [
            new(DataCategory.Subscriber, null, "Maeve Quinn"),
            .. Enumerable.Range(0, 3).Select(i => new TrialRecord(DataCategory.Identification, Start.AddHours(i), $"\"192.0.2.{i + 1}\"") { Until = Start.AddHours(i + 1) }),
            .. Enumerable.Range(0, 5).SelectMany(i => new[] { new TrialRecord(DataCategory.Traffic, Times(i), $"mine-{i}"), new TrialRecord(DataCategory.Content, Times(i), $"BODY-{i}") }),
            new(DataCategory.Traffic, null, "mine-5") { Faulty = true },
            new(DataCategory.Content, null, "BODY-5") { Faulty = true },
        ],
        Foreign = ["theirs-", "Somebody Else", "Bulk Person"],
        Contents = ["BODY-"],
        Selectors =
        [
            new(new Selector(SelectorKind.Account, "acc-1"), ["acc-1"]),
            new(new Selector(SelectorKind.Mailbox, "maeve@mail.example"), ["acc-1"]),
            new(new Selector(SelectorKind.Mailbox, "o'hara@mail.example"), ["acc-10"]),
            new(new Selector(SelectorKind.Telephone, "353860001001"), ["acc-1", "acc-10"]),
            new(new Selector(SelectorKind.IpAddress, "192.0.2.2", 50123, Start.AddHours(1)), ["acc-1"]),
        ],
        State = state,
    };

    /// <summary>Two with the same second, one of them with a fraction.</summary>
    private static DateTimeOffset Times(int i) => i == 4 ? Start.AddHours(3).AddMilliseconds(500) : Start.AddHours(i);

    private static IEnumerable<string> Statements(string time)
    {
        yield return $"CREATE TABLE customers(account text, address text, telephone text, name text, pin text)";
        yield return $"CREATE TABLE sessions(account text, ip text, port integer, first {time}, until {time})";
        yield return $"CREATE TABLE calls(id bigint, account text, at {time}, caller text, called text, seconds integer, note text)";
        yield return "INSERT INTO customers VALUES ('acc-1', 'Maeve@Mail.example', '353860001001', 'Maeve Quinn', 'PIN-1234'), ('acc-10', 'o''hara@mail.example', '353860001001', 'Somebody Else', '0'), ('bulk', 'bulk@mail.example', '1', 'Bulk Person', '0')";
        foreach (var (account, who, host) in new[] { ("acc-1", "mine", "192.0.2"), ("acc-10", "theirs", "198.51.100") })
        {
            for (var i = 0; i < 3; i++)
                yield return $"INSERT INTO sessions VALUES ('{account}', '{host}.{i + 1}', 50123, '{Instant.Text(Start.AddHours(i))}', '{Instant.Text(Start.AddHours(i + 1))}')";
            for (var i = 0; i < 6; i++)
                yield return $"INSERT INTO calls VALUES ({(who == "mine" ? i : 100 + i)}, '{account}', {(i == 5 ? "NULL" : $"'{Instant.Text(Times(i))}'")}, '{who}-{i}', '+353', 60, 'BODY-{(who == "mine" ? i : 100 + i)}')";
        }
    }

    private static void FillSqlite(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        foreach (var statement in Statements("text").Append($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000) INSERT INTO calls SELECT 1000 + i, 'bulk', '{Instant.Text(Start)}', '', '', 0, printf('%.*c', 4096, 'x') FROM n"))
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    private static void FillPostgres(string database)
    {
        using var connection = new NpgsqlConnection(database);
        connection.Open();
        foreach (var statement in Statements("timestamptz").Append("CREATE SEQUENCE counter").Append($"INSERT INTO calls SELECT 1000 + i, 'bulk', '{Instant.Text(Start)}', '', '', 0, repeat('x', 4096) FROM generate_series(1, 11000) i"))
        {
            using var command = new NpgsqlCommand(statement, connection);
            command.ExecuteNonQuery();
        }
    }

    private static string Dump(string database)
    {
        using var connection = new NpgsqlConnection(database);
        connection.Open();
        using var command = new NpgsqlCommand("SELECT (SELECT md5(string_agg(c::text, ';' ORDER BY id)) FROM calls c) || (SELECT md5(string_agg(c::text, ';' ORDER BY c::text)) FROM customers c) || (SELECT last_value || is_called::text FROM counter) || (SELECT count(*) FROM pg_class)", connection);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}
