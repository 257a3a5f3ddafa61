using System.Data.Common;
using System.Globalization;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>An incident in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Feed">The feed that tells it.</param>
/// <param name="Start">From when.</param>
/// <param name="Accused">States that somebody names.</param>
/// <param name="Version">Its latest version.</param>
/// <param name="Sample">Made up by the project.</param>
public sealed record IncidentRow(string Id, string Title, string Feed, DateOnly? Start, IReadOnlyList<string> Accused, int Version, bool Sample);

/// <summary>A list of which a part is shown.</summary>
/// <param name="Rows">The part.</param>
/// <param name="All">How many there are.</param>
public sealed record IncidentList(IReadOnlyList<IncidentRow> Rows, long All);

/// <summary>An import, in a list.</summary>
/// <param name="Import">Its id.</param>
/// <param name="Name">The feed's name.</param>
/// <param name="Started">When it was begun.</param>
/// <param name="Done">Whether it came to its end.</param>
public sealed record ImportListed(string Import, string Name, DateTimeOffset Started, bool Done);

/// <summary>What pages read of a registry: only what is on the ledger.</summary>
/// <param name="record">The registry.</param>
public sealed class RegistryReader(RegistryRecord record)
{
    /// <summary>The day on which pages are made.</summary>
    public DateOnly Today => record.Today;

    /// <summary>The editor's key, which every event is signed by.</summary>
    public string Editor => record.Options.Editor.ToString();

    /// <summary>The instruments as they are recorded, not as a file has them.</summary>
    public async Task<InstrumentBook> Instruments(CancellationToken cancel) => new(await record.All<InstrumentVersion>("instrument", cancel));

    /// <summary>All pledges.</summary>
    public Task<IReadOnlyList<Pledge>> Pledges(CancellationToken cancel) => record.All<Pledge>("pledge", cancel);

    /// <summary>States that have bound themselves to a Digital Geneva Convention, by a pledge that holds today. Made-up pledges do not count.</summary>
    public static IReadOnlyList<Pledge> Bound(IReadOnlyList<Pledge> pledges, DateOnly today) =>
        [.. pledges.Where(p => p is { Kind: PledgerKind.State, Instrument: "dgc", Sample: false } && p.HoldsOn(today)).DistinctBy(p => p.Who).OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>The sentence that says so.</summary>
    public static string BoundSentence(IReadOnlyList<Pledge> pledges, DateOnly today) =>
        $"States bound by a Digital Geneva Convention: {(Bound(pledges, today) is { Count: > 0 } bound ? string.Join(", ", bound.Select(p => p.Name)) : "none")}";

    /// <summary>How many incidents there are, and how many events made the registry.</summary>
    public async Task<(long Incidents, long Samples, long Events)> Counts(CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var (all, samples) = (await WatchDatabase.Rows(connection, $"SELECT COUNT(*), COALESCE(SUM(i.sample), 0) FROM registry_incidents i WHERE {RegistryRecord.Seen("i")}",
            row => (row.GetInt64(0), Convert.ToInt64(row.GetValue(1), CultureInfo.InvariantCulture)), cancel))[0];
        return (all, samples, await record.Shown(cancel));
    }

    /// <summary>Incidents in which a state is named or attacked, or that concern a clause, latest first.</summary>
    /// <param name="state">A state's code, or <c>null</c>.</param>
    /// <param name="role"><c>accused</c> or <c>attacked</c>, with a state.</param>
    /// <param name="clause">A clause, or <c>null</c>.</param>
    /// <param name="skip">So many are left out at the beginning.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IncidentList> Incidents(string? state, string? role, ClauseRef? clause, int skip, int take, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var (from, values) = From(state, role, clause);
        var all = (await WatchDatabase.Rows(connection, $"SELECT COUNT(*) {from}", row => row.GetInt64(0), cancel, values))[0];
        var rows = await WatchDatabase.Rows(connection, $"SELECT i.id, i.title, i.feed, i.day, i.version, i.sample {from} ORDER BY COALESCE(i.day, -999999) DESC, i.id LIMIT @take OFFSET @skip",
            row => new IncidentRow(row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : new DateOnly(1970, 1, 1).AddDays((int)row.GetInt64(3)), [], (int)row.GetInt64(4), row.GetInt64(5) == 1), cancel,
            [.. values, ("take", (long)take), ("skip", (long)skip)]);
        var named = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var some in rows.Chunk(300))
            foreach (var (id, version, code) in await WatchDatabase.Rows(connection,
                $"SELECT id, version, state FROM registry_states WHERE role = 'accused' AND id IN ({string.Join(", ", some.Select((_, i) => $"@s{i}"))}) ORDER BY state", row => (row.GetString(0), row.GetInt64(1), row.GetString(2)), cancel,
                [.. some.Select((row, i) => ($"s{i}", (object?)row.Id))]))
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"{id} {version}");
                if (!named.TryGetValue(key, out var codes))
                    named[key] = codes = [];
                codes.Add(code);
            }
        return new([.. rows.Select(row => row with { Accused = named.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"{row.Id} {row.Version}")) ?? [] })], all);
    }

    /// <summary>Incidents by year.</summary>
    /// <param name="state">In which this state is named, or <c>null</c> for all.</param>
    /// <param name="role"><c>accused</c> or <c>attacked</c>, with a state.</param>
    /// <param name="clause">That concern this clause, or <c>null</c> for all.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Trend> Trend(string? state, string? role, ClauseRef? clause, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var (first, last) = (await WatchDatabase.Rows(connection, $"SELECT MIN(i.year), MAX(i.year) FROM registry_incidents i WHERE i.year IS NOT NULL AND {RegistryRecord.Seen("i")}",
            row => row.IsDBNull(0) ? (0, -1) : ((int)row.GetInt64(0), (int)row.GetInt64(1)), cancel))[0];
        var (from, values) = From(state, role, clause);
        var counts = (await WatchDatabase.Rows(connection, $"SELECT i.year, COUNT(*) {from} AND i.year IS NOT NULL GROUP BY i.year", row => ((int)row.GetInt64(0), row.GetInt64(1)), cancel, values)).ToDictionary();
        return Convention.Trend.Of(counts, Math.Max(first, last - 39), last);
    }

    private static (string From, (string, object?)[] Values) From(string? state, string? role, ClauseRef? clause)
    {
        var from = "FROM registry_incidents i";
        List<(string, object?)> values = [];
        if (state is not null)
        {
            from += " JOIN registry_states s ON s.id = i.id AND s.version = i.version AND s.state = @state AND s.role = @role";
            values.AddRange([("state", state), ("role", role ?? "accused")]);
        }
        if (clause is not null)
        {
            from += " JOIN registry_clauses c ON c.id = i.id AND c.version = i.version AND c.clause = @clause";
            values.Add(("clause", clause.ToString()));
        }
        return ($"{from} WHERE {RegistryRecord.Seen("i")}", [.. values]);
    }

    /// <summary>States by how many incidents name them, most first.</summary>
    public async Task<IReadOnlyList<(string State, long Accused, long Attacked)>> StatesInIncidents(CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var rows = await WatchDatabase.Rows(connection, $"SELECT s.state, s.role, COUNT(*) FROM registry_states s JOIN registry_incidents i ON i.id = s.id AND i.version = s.version WHERE {RegistryRecord.Seen("i")} GROUP BY s.state, s.role",
            row => (State: row.GetString(0), Role: row.GetString(1), Count: row.GetInt64(2)), cancel);
        return [.. rows.GroupBy(r => r.State).Select(g => (g.Key, g.Where(r => r.Role == "accused").Sum(r => r.Count), g.Where(r => r.Role == "attacked").Sum(r => r.Count)))
            .OrderByDescending(r => r.Item2).ThenByDescending(r => r.Item3).ThenBy(r => r.Key, StringComparer.Ordinal)];
    }

    /// <summary>Clauses by how many incidents concern them.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ClausesInIncidents(CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        return (await WatchDatabase.Rows(connection, $"SELECT c.clause, COUNT(*) FROM registry_clauses c JOIN registry_incidents i ON i.id = c.id AND i.version = c.version WHERE {RegistryRecord.Seen("i")} GROUP BY c.clause",
            row => (row.GetString(0), row.GetInt64(1)), cancel)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>All versions of an incident, oldest first; none where there is no such incident.</summary>
    public Task<IReadOnlyList<Kept<Incident>>> Incident(string id, CancellationToken cancel) => record.Versions<Incident>($"incident/{id}", cancel);

    /// <summary>All versions of the record of one version of an instrument: its wording, and how it was worded before.</summary>
    public Task<IReadOnlyList<Kept<InstrumentVersion>>> Instrument(string instrument, string version, CancellationToken cancel) => record.Versions<InstrumentVersion>($"instrument/{instrument}/{version}", cancel);

    /// <summary>All versions of a pledge.</summary>
    public Task<IReadOnlyList<Kept<Pledge>>> Pledge(string id, CancellationToken cancel) => record.Versions<Pledge>($"pledge/{id}", cancel);

    /// <summary>Where an incident was read from: the import, the file and the line; <c>null</c> where it was not imported.</summary>
    public async Task<(string Import, long Line, IReadOnlyList<CellRemark> Remarks)?> ReadFrom(string id, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var rows = await WatchDatabase.Rows(connection, "SELECT import, line, remarks FROM registry_rows WHERE item = @i AND file = 0 AND outcome IN (0, 1) ORDER BY import DESC",
            row => (row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? [] : RegistryJson.Read<IReadOnlyList<CellRemark>>(System.Text.Encoding.UTF8.GetBytes(row.GetString(2)), "remarks")), cancel, ("i", id));
        return rows.Count == 0 ? null : rows[^1];
    }

    /// <summary>The imports, latest first.</summary>
    public async Task<IReadOnlyList<ImportListed>> Imports(CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        return await WatchDatabase.Rows(connection, "SELECT import, name, started, done FROM registry_imports ORDER BY started DESC, import",
            row => new ImportListed(row.GetString(0), row.GetString(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), !row.IsDBNull(3)), cancel);
    }

    /// <summary>Every incident in its latest version, in the order of ids, without holding them all.</summary>
    public async IAsyncEnumerable<Incident> All([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        await using DbCommand command = WatchDatabase.Command(connection, $"SELECT bytes FROM registry_versions v WHERE subject >= 'incident/' AND subject < 'incident0' AND {RegistryRecord.Seen("v")} ORDER BY subject");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            yield return RegistryJson.Read<Incident>((byte[])reader[0], "an incident");
    }

    /// <summary>The latest events, newest first.</summary>
    public async Task<IReadOnlyList<(RegistryEvent Event, long Leaf)>> Events(int take, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        return await WatchDatabase.Rows(connection, "SELECT bytes, leaf_index FROM registry_events WHERE logged = 1 ORDER BY n DESC LIMIT @t", row => (RegistryJson.Read<RegistryEvent>((byte[])row[0], "an event"), row.GetInt64(1)), cancel, ("t", (long)take));
    }
}
