using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Counterseal.Ledger;
using Counterseal.Watch;
using Npgsql;

namespace Counterseal.Convention;

/// <summary>What a registry stands on.</summary>
public sealed record RegistryOptions
{
    /// <summary><c>sqlite:PATH</c>, or an Npgsql connection string.</summary>
    public required string Database { get; init; }

    /// <summary>The editor's public key: what every event must be signed by.</summary>
    public required NoteVerifier Editor { get; init; }

    /// <summary>The ledger's public key.</summary>
    public required LogKeys Log { get; init; }
}

/// <summary>What an editor needs beside that: without it a registry can only be read.</summary>
/// <param name="Signer">The editor's key.</param>
/// <param name="Ledger">The ledger, with the registry's credential.</param>
/// <param name="Key">The registry's key for tags there.</param>
public sealed record RegistryPen(NoteSigner Signer, LedgerClient Ledger, WriterKey Key);

/// <summary>Something new, or a new version of something.</summary>
/// <param name="Subject">What.</param>
/// <param name="Bytes">Its canonical bytes.</param>
/// <param name="Incident">Where it is an incident.</param>
public sealed record RegistryItem(string Subject, byte[] Bytes, Incident? Incident = null)
{
    /// <summary>An incident.</summary>
    public static RegistryItem Of(Incident incident) => new((incident ?? throw new ArgumentNullException(nameof(incident))).Subject, RegistryJson.Canonical(incident), incident);

    /// <summary>A pledge.</summary>
    public static RegistryItem Of(Pledge pledge) => new((pledge ?? throw new ArgumentNullException(nameof(pledge))).Subject, RegistryJson.Canonical(pledge));

    /// <summary>A version of an instrument.</summary>
    public static RegistryItem Of(InstrumentVersion version) => new((version ?? throw new ArgumentNullException(nameof(version))).Subject, RegistryJson.Canonical(version));
}

/// <summary>A version of something, as it is kept.</summary>
/// <param name="Version">Which.</param>
/// <param name="Item">What it says.</param>
/// <param name="Event">By which event it came.</param>
public sealed record Kept<T>(int Version, T Item, RegistryEvent Event);

/// <summary>
/// The registry's record. Every change is an event: written down, signed, in the ledger, and only then seen. Nothing is deleted: a correction is a version more, and the earlier ones are shown. What a crash
/// leaves between writing and ledger is finished with the very same leaf by whoever next opens the registry with a pen.
/// </summary>
public sealed class RegistryRecord : IAsyncDisposable
{
    private static readonly (string, string)[] VersionColumns = [("subject", "text"), ("version", "bigint"), ("event", "bigint"), ("bytes", "blob")];
    private static readonly (string, string)[] IncidentColumns = [("id", "text"), ("version", "bigint"), ("event", "bigint"), ("feed", "text"), ("year", "bigint"), ("day", "bigint"), ("title", "text"), ("sample", "bigint")];
    private static readonly (string, string)[] StateColumns = [("state", "text"), ("role", "text"), ("id", "text"), ("version", "bigint")];
    private static readonly (string, string)[] ClauseColumns = [("clause", "text"), ("id", "text"), ("version", "bigint")];
    private readonly WatchDatabase database;
    private readonly RegistryPen? pen;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim turn = new(1, 1);

    private RegistryRecord(WatchDatabase database, RegistryOptions options, RegistryPen? pen, TimeProvider time) => (this.database, Options, this.pen, this.time) = (database, options, pen, time);

    /// <summary>What it stands on.</summary>
    public RegistryOptions Options { get; }

    internal WatchDatabase Database => database;

    internal RegistryPen? Pen => pen;

    internal DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    internal TimeProvider Time => time;

    /// <summary>Opens a registry, makes what is not there, and with a pen finishes what was interrupted.</summary>
    /// <exception cref="DbException">The database cannot be opened.</exception>
    /// <exception cref="RegistryException">An event is kept and the ledger does not answer.</exception>
    public static async Task<RegistryRecord> Open(RegistryOptions options, RegistryPen? pen, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (pen is not null && pen.Signer.Verifier != options.Editor)
            throw new RegistryException($"the key of {pen.Signer.Name} is not the registry's editor's: what it signs would not verify");
        var record = new RegistryRecord(await RegistryDatabase.Open(options.Database, cancel), options, pen, time);
        try
        {
            if (pen is not null)
                await record.FinishPending(cancel);
            return record;
        }
        catch
        {
            await record.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes down one event with its items, and returns when it is on the ledger and seen. Items that stand already as they are, are left out.</summary>
    /// <param name="by">Who.</param>
    /// <param name="kind">The event's kind.</param>
    /// <param name="why">Why.</param>
    /// <param name="items">What is new, each subject once.</param>
    /// <param name="cancel">Until it is committed; what is committed is finished.</param>
    /// <returns>The event; <c>null</c> when all of it stood already.</returns>
    /// <exception cref="RegistryException">There is no pen; or it is kept and the ledger does not answer.</exception>
    public Task<RegistryEvent?> Append(string by, string kind, string? why, IReadOnlyList<RegistryItem> items, CancellationToken cancel) => Append(by, kind, why, items, null, cancel);

    /// <param name="by">Who.</param>
    /// <param name="kind">The event's kind.</param>
    /// <param name="why">Why.</param>
    /// <param name="items">What is new.</param>
    /// <param name="with">What goes with it in the same transaction; gets for each item the version that it became, or 0 where it stood already. Runs also when there is no event.</param>
    /// <param name="cancel">Until it is committed.</param>
    internal async Task<RegistryEvent?> Append(string by, string kind, string? why, IReadOnlyList<RegistryItem> items, Func<DbConnection, IReadOnlyList<int>, Task>? with, CancellationToken cancel)
    {
        if (pen is null)
            throw new RegistryException("this registry is open for reading only; editors open it with its key and the ledger");
        await turn.WaitAsync(cancel);
        try
        {
            await FinishPending(cancel);
            var happened = await database.Write(connection => Pend(connection, by, kind, why, items, with, cancel), cancel);
            CrashPoint.Reach("registry.event.pending.after");
            if (happened is not null)
                await FinishPending(CancellationToken.None);
            return happened;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<RegistryEvent?> Pend(DbConnection connection, string by, string kind, string? why, IReadOnlyList<RegistryItem> items, Func<DbConnection, IReadOnlyList<int>, Task>? with, CancellationToken cancel)
    {
        // The counter's row is the one lock, on both databases and between processes.
        await WatchDatabase.Run(connection, "UPDATE registry_counters SET value = value WHERE name = 'events'", cancel);
        var n = (await WatchDatabase.Rows(connection, "SELECT value FROM registry_counters WHERE name = 'events'", row => row.GetInt64(0), cancel))[0];
        if ((await WatchDatabase.Rows(connection, "SELECT COUNT(*) FROM registry_events WHERE logged = 0", row => row.GetInt64(0), cancel))[0] > 0)
            throw new RegistryException("another process is at work on this registry; try again in a moment");
        var last = n == 0 ? null : (await WatchDatabase.Rows(connection, "SELECT bytes FROM registry_events WHERE n = @n", row => (byte[])row[0], cancel, ("n", n - 1)))[0];
        var latest = await Latest(connection, items, cancel);
        var (versions, changes) = (new int[items.Count], new List<RegistryChange>(items.Count));
        List<object?[]> kept = [], incidents = [], states = [], clauses = [];
        List<string> replaced = [];
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            var digest = RegistryEvent.Hex(item.Bytes);
            var version = 1;
            if (latest.TryGetValue(item.Subject, out var there))
            {
                if (there.Digest == digest)
                    continue;
                version = there.Version + 1;
                replaced.Add(item.Subject);
            }
            versions[i] = version;
            latest[item.Subject] = (version, digest);
            changes.Add(new(item.Subject, version, digest));
            kept.Add([item.Subject, (long)version, n, item.Bytes]);
            if (item.Incident is { } incident)
                Rows(incident, version, n, incidents, states, clauses);
        }
        RegistryEvent? happened = null;
        if (changes.Count > 0)
        {
            var now = time.GetUtcNow();
            var at = last is null ? now : RegistryJson.Read<RegistryEvent>(last, $"event {n - 1}").At is var before && before > now ? before : now;
            happened = new RegistryEvent(n, new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero), by, kind, why, last is null ? RegistryEvent.None : RegistryEvent.Hex(last), changes);
            var bytes = happened.Canonical();
            var note = SignedNote.Sign(happened.Text(bytes), pen!.Signer).Bytes();
            foreach (var some in replaced.Chunk(400))
                foreach (var table in (string[])["registry_versions", "registry_incidents"])
                {
                    var key = table == "registry_versions" ? "subject" : "id";
                    var keys = table == "registry_versions" ? some : [.. some.Where(s => s.StartsWith("incident/", StringComparison.Ordinal)).Select(s => s["incident/".Length..])];
                    if (keys.Length > 0)
                        await WatchDatabase.Run(connection, $"UPDATE {table} SET superseded = @n WHERE superseded IS NULL AND {key} IN ({Names(keys.Length)})", cancel, [("n", n), .. Values(keys)]);
                }
            await RegistryDatabase.Insert(connection, "registry_versions", VersionColumns, kept, cancel);
            await RegistryDatabase.Insert(connection, "registry_incidents", IncidentColumns, incidents, cancel);
            await RegistryDatabase.Insert(connection, "registry_states", StateColumns, states, cancel);
            await RegistryDatabase.Insert(connection, "registry_clauses", ClauseColumns, clauses, cancel);
            await WatchDatabase.Run(connection, "INSERT INTO registry_events (n, at, kind, bytes, note, salt, logged) VALUES (@n, @a, @k, @b, @note, @s, 0)", cancel,
                ("n", n), ("a", happened.At.ToUnixTimeMilliseconds()), ("k", kind), ("b", bytes), ("note", note), ("s", RandomNumberGenerator.GetBytes(Commitment.SaltSize)));
            await WatchDatabase.Run(connection, "UPDATE registry_counters SET value = @v WHERE name = 'events'", cancel, ("v", n + 1));
        }
        if (with is not null)
            await with(connection, versions);
        CrashPoint.Reach("registry.event.pending.before");
        return happened;
    }

    /// <summary>The rows that the pages look an incident up by.</summary>
    internal static void Rows(Incident incident, int version, long n, List<object?[]> incidents, List<object?[]> states, List<object?[]> clauses)
    {
        incidents.Add([incident.Id, (long)version, n, incident.Feed, (long?)incident.Year, (long?)incident.Start?.DayNumber - new DateOnly(1970, 1, 1).DayNumber, incident.Title, incident.Sample ? 1L : 0L]);
        foreach (var state in incident.Accused)
            states.Add([state, "accused", incident.Id, (long)version]);
        foreach (var state in incident.Attacked)
            states.Add([state, "attacked", incident.Id, (long)version]);
        foreach (var clause in incident.Clauses)
            clauses.Add([clause.Clause.ToString(), incident.Id, (long)version]);
    }

    private static async Task<Dictionary<string, (int Version, string Digest)>> Latest(DbConnection connection, IReadOnlyList<RegistryItem> items, CancellationToken cancel)
    {
        var latest = new Dictionary<string, (int, string)>(StringComparer.Ordinal);
        foreach (var some in items.Select(item => item.Subject).Chunk(400))
            // PostgreSQL takes the whole list as one value, which it need not take apart and plan anew each time.
            foreach (var (subject, version, bytes) in await WatchDatabase.Rows(connection, $"SELECT subject, version, bytes FROM registry_versions WHERE superseded IS NULL AND subject {(connection is NpgsqlConnection ? "= ANY (@s)" : $"IN ({Names(some.Length)})")}",
                row => (row.GetString(0), (int)row.GetInt64(1), (byte[])row[2]), cancel, connection is NpgsqlConnection ? [("s", some)] : Values(some)))
                latest[subject] = (version, RegistryEvent.Hex(bytes));
        return latest;
    }

    private static string Names(int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"@s{i}"));

    private static (string, object?)[] Values(string[] texts) => [.. texts.Select((text, i) => ($"s{i}", (object?)text))];

    /// <summary>Puts on the ledger what is only written down, in order; then it is seen. Safe to do twice.</summary>
    private async Task FinishPending(CancellationToken cancel)
    {
        List<(long N, byte[] Bytes, byte[] Salt)> pending;
        await using (var connection = await database.Connect(cancel))
            pending = await WatchDatabase.Rows(connection, "SELECT n, bytes, salt FROM registry_events WHERE logged = 0 ORDER BY n", row => (row.GetInt64(0), (byte[])row[1], (byte[])row[2]), cancel);
        foreach (var (n, bytes, salt) in pending)
        {
            TlogProof proof;
            try
            {
                proof = await pen!.Ledger.Append(new Leaf(pen.Key.Tag(n), Commitment.Of(salt, bytes)), CancellationToken.None);
            }
            catch (Exception away) when (away is HttpRequestException or IOException or OperationCanceledException or LedgerException)
            {
                throw new RegistryException($"the change is kept and will be seen as soon as the ledger has it ({away.Message})", away);
            }
            await database.Write(async connection =>
            {
                await WatchDatabase.Run(connection, "UPDATE registry_events SET logged = 1, leaf_index = @i, proof = @p WHERE n = @n AND logged = 0", default, ("i", proof.Index), ("p", proof.Text()), ("n", n));
                await WatchDatabase.Run(connection, "UPDATE registry_counters SET value = @v WHERE name = 'shown' AND value < @v", default, ("v", n + 1));
                CrashPoint.Reach("registry.event.logged.before");
                return true;
            }, CancellationToken.None);
            CrashPoint.Reach("registry.event.logged.after");
        }
    }

    /// <summary>The versions of a subject that are seen, oldest first, each with its event.</summary>
    public async Task<IReadOnlyList<Kept<T>>> Versions<T>(string subject, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Rows(connection, """
            SELECT v.version, v.bytes, e.bytes FROM registry_versions v JOIN registry_events e ON e.n = v.event
            WHERE v.subject = @s AND v.event < (SELECT value FROM registry_counters WHERE name = 'shown') ORDER BY v.version
            """, row => new Kept<T>((int)row.GetInt64(0), RegistryJson.Read<T>((byte[])row[1], subject), RegistryJson.Read<RegistryEvent>((byte[])row[2], "an event")), cancel, ("s", subject));
    }

    /// <summary>The latest version of everything of a kind.</summary>
    /// <param name="kind"><c>pledge</c>, <c>instrument</c> or <c>incident</c>.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlyList<T>> All<T>(string kind, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Rows(connection, $"SELECT bytes FROM registry_versions v WHERE subject >= @a AND subject < @b AND {Seen("v")} ORDER BY subject",
            row => RegistryJson.Read<T>((byte[])row[0], kind), cancel, ("a", kind + "/"), ("b", kind + "0"));
    }

    /// <summary>The condition under which a row is the latest that is seen.</summary>
    internal static string Seen(string row) => string.Create(CultureInfo.InvariantCulture,
        $"{row}.event < (SELECT value FROM registry_counters WHERE name = 'shown') AND ({row}.superseded IS NULL OR {row}.superseded >= (SELECT value FROM registry_counters WHERE name = 'shown'))");

    /// <summary>How many events are seen.</summary>
    public async Task<long> Shown(CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return (await WatchDatabase.Rows(connection, "SELECT value FROM registry_counters WHERE name = 'shown'", row => row.GetInt64(0), cancel))[0];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        turn.Dispose();
        await database.DisposeAsync();
    }
}
