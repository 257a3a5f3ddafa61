using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterseal.Watch;
using DuckDB.NET.Data;

// watch-bench generate FOLDER EVENTS          events.ndjson (OCSF 3002), and indicators-N.txt for 1,000, 100,000 and 1,000,000
// watch-bench index FOLDER N                  the time and memory of the index alone
// watch-bench known FOLDER N                  reads the indicators as a feed and makes them ready, and nothing else
// watch-bench watch FOLDER N                  the same, then reads the events and asks which indicators fit each
// watch-bench json FOLDER                     the floor: one pass of Utf8JsonReader over the bytes
// watch-bench duckdb FOLDER N                 a join of the same file with the same indicators
// Each prints the number of events with a hit, which must be the same for all that look for the same.

const int Planted = 997;
var folder = args.Length > 1 ? args[1] : throw new ArgumentException("watch-bench generate|index|known|watch|json|duckdb FOLDER …");
var events = Path.Combine(folder, "events.ndjson");
string Indicators() => Path.Combine(folder, $"indicators-{args[2]}.txt");

switch (args[0])
{
    case "generate":
        Generate(int.Parse(args[2], CultureInfo.InvariantCulture));
        break;
    case "index":
        var before = GC.GetTotalMemory(true);
        var clock = Stopwatch.StartNew();
        var built = Index();
        var seconds = clock.Elapsed.TotalSeconds;
        var held = GC.GetTotalMemory(true) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{built.Count} indicators, built in {seconds:0.00} s, {held / 1048576.0:0} MiB held, {built.Bytes / 1048576.0:0} MiB by the index's own count"));
        GC.KeepAlive(built);
        break;
    case "known":
        Console.WriteLine($"{Known().Values} values");
        break;
    case "watch":
        Console.WriteLine(await Watch());
        break;
    case "json":
        Console.WriteLine($"{Floor()} tokens");
        break;
    case "duckdb":
        DuckDb();
        break;
    default:
        throw new ArgumentException(args[0]);
}

// What the product does with a feed and a file of events before it writes to its store.
IndicatorMatching Known()
{
    var known = new Intelligence();
    using (var feed = File.OpenRead(Path.ChangeExtension(Indicators(), ".csv")))
        new CsvReader(CsvMapping.Read("""{"columns":{"value":"value","type":"type"}}"""u8.ToArray()), "bench", known).Read(feed, "indicators");
    return new IndicatorMatching(known, unsaid: 60);
}

async Task<string> Watch()
{
    var matching = Known();
    var found = new List<IndicatorMatch>();
    long met = 0, count = 0;
    using var stream = new FileStream(events, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
    await foreach (var batch in EventFeed.Batches(stream, "events.ndjson", OcsfAuthentication.Read, default, TimeProvider.System, 2, default))
        foreach (var happened in batch.Events)
        {
            count++;
            found.Clear();
            matching.Match(happened, found);
            if (found.Count > 0) met++;
        }
    return $"{met} of {count}";
}

IndicatorIndex Index()
{
    IEnumerable<(Observable, int)> Read()
    {
        var number = 0;
        foreach (var line in File.ReadLines(Indicators()))
        {
            var kind = line.Contains('@', StringComparison.Ordinal) ? ObservableKind.Mail : line.EndsWith(".example", StringComparison.Ordinal) ? ObservableKind.Domain : ObservableKind.Address;
            if (!Observable.TryRead(kind, "", line, out var o, out var problem)) throw new FormatException($"{line} {problem}");
            yield return (o!, number++);
        }
    }

    return new(Read());
}

long Floor()
{
    var buffer = new byte[1 << 20];
    var tokens = 0L;
    using var stream = File.OpenRead(events);
    var state = new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true });
    var kept = 0;
    while (true)
    {
        var read = stream.Read(buffer, kept, buffer.Length - kept);
        var reader = new Utf8JsonReader(buffer.AsSpan(0, kept + read), read == 0, state);
        while (reader.Read()) tokens++;
        state = reader.CurrentState;
        kept = kept + read - (int)reader.BytesConsumed;
        buffer.AsSpan((int)reader.BytesConsumed, kept).CopyTo(buffer);
        if (read == 0) return tokens;
    }
}

void DuckDb()
{
    using var connection = new DuckDBConnection("Data Source=:memory:");
    connection.Open();
    using var command = connection.CreateCommand();
    string Sql(string path) => path.Replace("'", "''", StringComparison.Ordinal);
    // The two values that a sign-in has for us, for equality only: DuckDB is spared networks, whole events and faulty lines.
    command.CommandText = $$"""
        SET threads = 2;
        CREATE TABLE i AS SELECT column0 AS v FROM read_csv('{{Sql(Indicators())}}', header = false, columns = {'column0': 'VARCHAR'}, delim = '\x01', quote = '', escape = '');
        """;
    command.ExecuteNonQuery();
    command.CommandText = $$"""
        WITH e AS (SELECT row_number() OVER () AS n, src_endpoint.ip AS ip, http_request.user_agent AS agent
                   FROM read_ndjson('{{Sql(events)}}', columns = {'src_endpoint': 'STRUCT(ip VARCHAR)', 'http_request': 'STRUCT(user_agent VARCHAR)'}))
        SELECT count(DISTINCT n) FROM (SELECT n, unnest([ip, agent]) AS v FROM e) JOIN i USING (v)
        """;
    Console.WriteLine(command.ExecuteScalar());
}

void Generate(int count)
{
    Directory.CreateDirectory(folder);
    var random = new Random(20260101);
    string Word() => string.Create(CultureInfo.InvariantCulture, $"{random.Next(1 << 30):x}");

    // The larger lists begin with the smaller ones, and the planted values are in the first: each list meets the same events.
    var all = new List<string>(1_000_000);
    var seen = new HashSet<string>();
    while (all.Count < 1_000_000)
    {
        var value = (all.Count % 3) switch
        {
            0 => $"{Word()}.{Word()}.example",
            1 => string.Create(CultureInfo.InvariantCulture, $"{random.Next(11, 99)}.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}"),
            _ => $"{Word()}@{Word()}.example",
        };
        if (seen.Add(value)) all.Add(value);
    }

    string Kind(string value) => value.Contains('@', StringComparison.Ordinal) ? "mail" : value.EndsWith(".example", StringComparison.Ordinal) ? "domain" : "address";
    foreach (var n in new[] { 1_000, 100_000, 1_000_000 })
    {
        File.WriteAllLines(Path.Combine(folder, $"indicators-{n}.txt"), all.Take(n));
        File.WriteAllLines(Path.Combine(folder, $"indicators-{n}.csv"), all.Take(n).Select(value => $"{value},{Kind(value)}").Prepend("value,type"));
    }

    // Sign-ins carry an address that indicators speak of; the mail address in them is the customer's own.
    var planted = all.Take(1000).Where(value => Kind(value) == "address").ToList();
    using var writer = new StreamWriter(events, false, new UTF8Encoding(false), 1 << 20);
    var agents = new[] { "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "okhttp/4.12.0" };
    for (var i = 0; i < count; i++)
    {
        // Customers' addresses, names and networks that no list holds.
        string mail = string.Create(CultureInfo.InvariantCulture, $"user{random.Next(200_000)}@customer.test"), ip = string.Create(CultureInfo.InvariantCulture, $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}"), host = string.Create(CultureInfo.InvariantCulture, $"login{random.Next(5000)}.provider.test");
        if (i % Planted == 0) ip = planted[random.Next(planted.Count)];
        writer.Write(string.Create(CultureInfo.InvariantCulture, $$$"""{"activity_id":1,"category_uid":3,"class_uid":3002,"severity_id":1,"time":{{{1767225600000 + i * 10L}}},"metadata":{"uid":"{{{i:x12}}}","version":"1.3.0","product":{"name":"sign-in","vendor_name":"provider"}},"user":{"uid":"u{{{random.Next(200_000)}}}","email_addr":"{{{mail}}}","org":{"uid":"o{{{random.Next(2000)}}}"}},"src_endpoint":{"ip":"{{{ip}}}","port":{{{random.Next(1024, 65535)}}},"location":{"country":"{{{(char)('A' + random.Next(26))}}}{{{(char)('A' + random.Next(26))}}}"}},"dst_endpoint":{"hostname":"{{{host}}}"},"http_request":{"user_agent":"{{{agents[random.Next(3)]}}}"},"status_id":1,"is_mfa":true}"""));
        writer.Write('\n');
    }
}
