using System.Globalization;
using System.Net;
using System.Text.Json;
using DuckDB.NET.Data;

namespace Counterseal.Watch;

/// <summary>
/// Events kept for later questions: Parquet files in a folder, written by DuckDB. A retro-hunt asks which of them new indicators may fit; those are then held against the indicators like any other
/// event. Deleting a file forgets its events.
/// </summary>
public sealed class KeptEvents
{
    private const string Columns = "id VARCHAR, happened BIGINT, customer VARCHAR, account VARCHAR, kind VARCHAR, outcome VARCHAR, ip VARCHAR, domain VARCHAR, url VARCHAR, mail VARCHAR, hashes VARCHAR, agent VARCHAR, place VARCHAR, number BIGINT, place_offset BIGINT, texts VARCHAR";
    private readonly string folder;

    /// <summary>In a folder, which is made if it is not there.</summary>
    public KeptEvents(string folder)
    {
        Directory.CreateDirectory(folder);
        this.folder = folder;
    }

    /// <summary>Keeps a batch as one file, which is there whole or not at all.</summary>
    /// <param name="name">The file's name without ending, e.g. the day and a number; the same again replaces it.</param>
    /// <param name="events">The events.</param>
    public void Keep(string name, IEnumerable<WatchEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            throw new ArgumentException($"\"{name}\" is no name for a file of events: letters, digits, - and _", nameof(name));
        using var connection = Open();
        Run(connection, $"CREATE TABLE kept ({Columns})");
        using (var appender = connection.CreateAppender("kept"))
            foreach (var e in events)
                appender.CreateRow().AppendValue(e.Id).AppendValue(e.Time.ToUnixTimeMilliseconds()).AppendValue(e.Customer).AppendValue(e.Account).AppendValue(YamlNote.Spelled(e.Kind))
                    .AppendValue(YamlNote.Spelled(e.Outcome)).AppendValue(e.SourceIp is { } ip ? Hex(ip) : null).AppendValue(e.Domain).AppendValue(e.Url).AppendValue(e.MailAddress)
                    .AppendValue(e.Hashes.Count == 0 ? null : string.Join(' ', e.Hashes.Select(h => $"{h.Algorithm}:{h.Hex}"))).AppendValue(e.UserAgent)
                    .AppendValue(e.Place.Source).AppendValue(e.Place.Number).AppendValue(e.Place.Offset)
                    .AppendValue(e.Texts.Count == 0 ? null : JsonSerializer.Serialize(e.Texts)).EndRow();
        var file = Path.Combine(folder, name + ".parquet");
        Run(connection, $"COPY (SELECT * FROM kept ORDER BY happened) TO {Quoted(file + ".new")} (FORMAT parquet, COMPRESSION zstd)");
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>All kept events in the order of their time, in batches: for new patterns, which are not looked up by a value.</summary>
    /// <param name="since">Not before.</param>
    /// <param name="batch">Events at once.</param>
    public IEnumerable<IReadOnlyList<WatchEvent>> Since(DateTimeOffset since, int batch = 2000)
    {
        if (Directory.GetFiles(folder, "*.parquet").Length == 0)
            yield break;
        using var connection = Open();
        Run(connection, $"CREATE TABLE earlier ({Columns})");
        foreach (var events in Rows(connection, $"SELECT * FROM ({Kept(since)}) ORDER BY happened, id", batch))
            yield return events;
    }

    /// <summary>The kept events that new indicators may fit, in batches.</summary>
    /// <param name="sought">What the new indicators look for.</param>
    /// <param name="since">Not before.</param>
    /// <param name="batch">Events at once.</param>
    public IEnumerable<IReadOnlyList<WatchEvent>> Hunt(IEnumerable<Observable> sought, DateTimeOffset since, int batch = 2000)
    {
        ArgumentNullException.ThrowIfNull(sought);
        if (Directory.GetFiles(folder, "*.parquet").Length == 0)
            yield break;
        using var connection = Open();
        Run(connection, $"CREATE TABLE earlier ({Columns})");
        Run(connection, "CREATE TABLE names (name VARCHAR); CREATE TABLE hashes (hash VARCHAR); CREATE TABLE networks (low VARCHAR, high VARCHAR)");
        using (DuckDBAppender names = connection.CreateAppender("names"), hashes = connection.CreateAppender("hashes"), networks = connection.CreateAppender("networks"))
            foreach (var one in sought)
                switch (one.Kind)
                {
                    case ObservableKind.Address when IPNetwork.TryParse(one.Value.Contains('/', StringComparison.Ordinal) ? one.Value : one.Value + (one.Value.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network):
                        var (low, high) = Range(network);
                        networks.CreateRow().AppendValue(low).AppendValue(high).EndRow();
                        names.CreateRow().AppendValue(one.Value).EndRow();
                        break;
                    case ObservableKind.Hash:
                        hashes.CreateRow().AppendValue($"{one.Scope}:{one.Value}".ToLowerInvariant()).EndRow();
                        break;
                    case ObservableKind.Url when CanonicalUrl.TryHost(one.Value, out var host):
                        names.CreateRow().AppendValue(host).EndRow();
                        break;
                    default:
                        names.CreateRow().AppendValue(one.Value.ToLowerInvariant()).EndRow();
                        break;
                }
        // Every name above a host, e.g. c.b.a, b.a, a: an indicator for a domain fits the names below it. Wider than the indicators at times, never narrower.
        var question = $"""
            WITH e AS (SELECT *, lower(coalesce(domain, regexp_extract(url, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?\[?([^/?#:\]]*)', 1), split_part(mail, '@', -1))) AS host
                       FROM ({Kept(since)})),
            h AS (SELECT id FROM (SELECT id, unnest(list_transform(range(1, len(string_split(host, '.')) + 1), i -> array_to_string(string_split(host, '.')[i:], '.'))) AS name FROM e WHERE host <> '') JOIN names USING (name)
                  UNION SELECT id FROM e JOIN names ON lower(e.mail) = names.name
                  UNION SELECT id FROM (SELECT id, unnest(string_split(lower(hashes), ' ')) AS hash FROM e WHERE hashes IS NOT NULL) JOIN hashes USING (hash)
                  UNION SELECT id FROM e JOIN names ON lower(e.agent) = names.name
                  UNION SELECT id FROM (SELECT id, lower(json_extract_string(unnest(from_json(texts, '["JSON"]')), '$.Value')) AS text FROM e WHERE texts IS NOT NULL) JOIN names ON text = names.name
                  UNION SELECT id FROM e JOIN networks ON e.ip BETWEEN networks.low AND networks.high)
            SELECT e.* FROM e WHERE id IN (SELECT id FROM h) ORDER BY happened, id
            """;
        foreach (var events in Rows(connection, question, batch))
            yield return events;
    }

    // Files from before a column was there have nothing in it: the empty table gives the columns.
    private string Kept(DateTimeOffset since) =>
        $"SELECT * FROM earlier UNION ALL BY NAME SELECT * FROM read_parquet({Quoted(Path.Combine(folder, "*.parquet"))}, union_by_name = true) WHERE happened >= {since.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";

    private static IEnumerable<IReadOnlyList<WatchEvent>> Rows(DuckDBConnection connection, string question, int batch)
    {
        using var command = connection.CreateCommand();
        command.CommandText = question;
        using var reader = command.ExecuteReader();
        var events = new List<WatchEvent>(batch);
        while (reader.Read())
        {
            string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
            events.Add(new WatchEvent(
                reader.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), reader.GetString(2), reader.GetString(3),
                Enum.Parse<EventKind>(reader.GetString(4), ignoreCase: true), Enum.Parse<EventOutcome>(reader.GetString(5), ignoreCase: true))
            {
                SourceIp = Text(6) is { } hex ? Address(hex) : null,
                Domain = Text(7),
                Url = Text(8),
                MailAddress = Text(9),
                Hashes = [.. (Text(10) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split(':', 2)).Select(h => new FileHash(h[0], h[1]))],
                UserAgent = Text(11),
                Place = new(reader.GetString(12), reader.GetInt64(13), reader.GetInt64(14)),
                Texts = Text(15) is { } texts ? JsonSerializer.Deserialize<EventText[]>(texts)! : [],
            });
            if (events.Count == batch)
            {
                yield return events;
                events = new(batch);
            }
        }
        if (events.Count > 0)
            yield return events;
    }

    private static DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        return connection;
    }

    private static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    // 4 or 6, then the address in hex: in the order of the addresses, and the two kinds apart.
    private static string Hex(IPAddress ip) => Hex((ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).GetAddressBytes());

    private static string Hex(byte[] address) => (address.Length == 4 ? "4" : "6") + Convert.ToHexStringLower(address);

    private static IPAddress Address(string hex) => new(Convert.FromHexString(hex.AsSpan(1)));

    private static (string Low, string High) Range(IPNetwork network)
    {
        var high = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < high.Length * 8; bit++)
            high[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return (Hex(network.BaseAddress), Hex(high));
    }
}
