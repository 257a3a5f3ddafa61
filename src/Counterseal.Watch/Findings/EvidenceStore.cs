using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Counterseal.Watch;

/// <summary>What a batch of events came to.</summary>
/// <param name="Events">Events that had not been counted before.</param>
/// <param name="Repeated">Events that had.</param>
/// <param name="Evidence">Matches that count and had not been counted before.</param>
public readonly record struct BatchResult(long Events, long Repeated, long Evidence)
{
    /// <summary>Partial matches of patterns over several events that were let go because too many were kept.</summary>
    public long LetGo { get; init; }

    /// <summary>Searches for a pattern over several events that ran into their limit, so that nothing is known.</summary>
    public long GaveUp { get; init; }
}

/// <summary>
/// Events counted, evidence kept, positions moved: all of a batch in one transaction, so that whatever is delivered twice counts once, and a killed reader goes on where its effects are.
/// </summary>
internal sealed class EvidenceStore(WatchDatabase database, PatternStore patterns)
{
    /// <summary>Takes a batch.</summary>
    /// <param name="ids">The ids of its events; <c>null</c> in a retro-hunt, whose events were counted when they came.</param>
    /// <param name="evidence">What matched among them.</param>
    /// <param name="sights">What could be part of a match over several.</param>
    /// <param name="source">The source and how far it is read now; <c>null</c> where the stream keeps that itself.</param>
    /// <param name="cancel">Before the commit.</param>
    public Task<BatchResult> Take(
        IReadOnlyList<string>? ids, IReadOnlyList<Evidence> evidence, IReadOnlyList<PatternSight> sights, (string Name, FeedPosition Position)? source, CancellationToken cancel) =>
        database.Write(async connection =>
        {
            var fresh = ids is not null && sights.Count > 0 ? new HashSet<string>(StringComparer.Ordinal) : null;
            var news = ids is null ? 0 : await Count(connection, ids, fresh, cancel);
            var kept = 0L;
            // Only an event that was never counted goes into a pattern's stream: one that comes again would count as REPEATS twice. A retro-hunt's are told apart by the stream itself.
            var pushed = await patterns.Push(connection, fresh is null ? sights : [.. sights.Where(sight => fresh.Contains(sight.Happened.Id))], cancel);
            evidence = [.. evidence, .. pushed.Evidence];
            // One order for everybody, or two consumers with the same rows would wait for each other.
            foreach (var one in evidence.OrderBy(e => e.Customer, StringComparer.Ordinal).ThenBy(e => e.Actor, StringComparer.Ordinal).ThenBy(e => e.Account, StringComparer.Ordinal)
                .ThenBy(e => e.Match.Indicator, StringComparer.Ordinal).ThenBy(e => e.Event, StringComparer.Ordinal))
                kept += await Keep(connection, one, cancel);
            if (source is var (name, position))
                await WatchDatabase.Run(connection, "INSERT INTO positions (source, lines, bytes) VALUES (@s, @l, @b) ON CONFLICT (source) DO UPDATE SET lines = excluded.lines, bytes = excluded.bytes", cancel,
                    ("s", name), ("l", position.Lines), ("b", position.Bytes));
            Counterseal.Ledger.CrashPoint.Reach("watch.batch.before");
            return new BatchResult(news, (ids?.Count ?? 0) - news, kept) { LetGo = pushed.LetGo, GaveUp = pushed.GaveUp };
        }, cancel);

    /// <summary>How far a source was read.</summary>
    public async Task<FeedPosition> Position(string source, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        var rows = await WatchDatabase.Rows(connection, "SELECT lines, bytes FROM positions WHERE source = @s", row => new FeedPosition(row.GetInt64(0), row.GetInt64(1)), cancel, ("s", source));
        return rows.Count == 0 ? default : rows[0];
    }

    /// <summary>How many different events were taken in all.</summary>
    public async Task<long> Counted(CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return (await WatchDatabase.Rows(connection, "SELECT value FROM counters WHERE name = 'events'", row => row.GetInt64(0), cancel))[0];
    }

    /// <summary>The findings whose evidence grew since they were last settled.</summary>
    public async Task<IReadOnlyList<string>> Dirty(CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Rows(connection, "SELECT finding FROM dirty ORDER BY finding", row => row.GetString(0), cancel);
    }

    /// <summary>Marks a finding settled, in the caller's transaction.</summary>
    public static Task Settled(DbConnection connection, string finding, CancellationToken cancel) =>
        WatchDatabase.Run(connection, "DELETE FROM dirty WHERE finding = @f", cancel, ("f", finding));

    /// <summary>The evidence of a finding.</summary>
    public static async Task<IReadOnlyList<Evidence>> Of(DbConnection connection, string finding, CancellationToken cancel) =>
        await WatchDatabase.Rows(connection, """
            SELECT customer, actor, account, indicator, field, value, state, source, confidence, marking, rule, events, first_at, last_at, event, place_source, place_number, place_offset
            FROM evidence WHERE finding = @f ORDER BY account, rule, indicator, field, value
            """,
            row => new Evidence(
                row.GetString(0), row.GetString(1), row.GetString(2),
                new IndicatorMatch(row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(1), row.IsDBNull(6) ? null : row.GetString(6), row.GetString(7), (int)row.GetInt64(8), (Tlp)row.GetInt64(9)),
                row.GetString(10), row.GetInt64(11), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(12)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(13)),
                row.GetString(14), new EventPlace(row.GetString(15), row.GetInt64(16), row.GetInt64(17))),
            cancel, ("f", finding));

    /// <summary>The evidence of a finding, on a connection of its own.</summary>
    public async Task<IReadOnlyList<Evidence>> Of(string finding, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await Of(connection, finding, cancel);
    }

    /// <summary>How much the evidence of each finding comes to.</summary>
    public async Task<IReadOnlyDictionary<string, FindingExtent>> Extents(CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return (await WatchDatabase.Rows(
            connection, "SELECT finding, CAST(sum(events) AS bigint), min(first_at), max(last_at) FROM evidence GROUP BY finding",
            row => (row.GetString(0), new FindingExtent(row.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)))),
            cancel)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Counts ids that were not seen before; <paramref name="fresh"/> takes them, where somebody asks.</summary>
    private async Task<long> Count(DbConnection connection, IReadOnlyList<string> ids, HashSet<string>? fresh, CancellationToken cancel)
    {
        var hashes = new byte[ids.Count][];
        var order = new int[ids.Count];
        for (var i = 0; i < ids.Count; i++)
            (hashes[i], order[i]) = (Hash(ids[i]), i);
        Array.Sort(hashes, order, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        long news = 0;
        if (connection is NpgsqlConnection npgsql)
        {
            await using var command = new NpgsqlCommand("INSERT INTO seen (id, seen_at) SELECT DISTINCT unnest(@ids), @at ON CONFLICT DO NOTHING" + (fresh is null ? "" : " RETURNING id"), npgsql);
            command.Parameters.AddWithValue("ids", NpgsqlDbType.Array | NpgsqlDbType.Bytea, hashes);
            command.Parameters.AddWithValue("at", patterns.Now);
            if (fresh is null)
            {
                news = await command.ExecuteNonQueryAsync(cancel);
            }
            else
            {
                var back = new HashSet<UInt128>();
                await using (var reader = await command.ExecuteReaderAsync(cancel))
                    while (await reader.ReadAsync(cancel))
                        back.Add(BinaryPrimitives.ReadUInt128BigEndian((byte[])reader[0]));
                news = back.Count;
                for (var i = 0; i < hashes.Length; i++)
                    if (back.Contains(BinaryPrimitives.ReadUInt128BigEndian(hashes[i])))
                        fresh.Add(ids[order[i]]);
            }
        }
        else
        {
            await using var command = WatchDatabase.Command(connection, "INSERT INTO seen (id, seen_at) VALUES (@id, @at) ON CONFLICT DO NOTHING", ("id", hashes.Length > 0 ? hashes[0] : []), ("at", patterns.Now));
            await command.PrepareAsync(cancel);
            for (var i = 0; i < hashes.Length; i++)
            {
                command.Parameters[0].Value = hashes[i];
                // SQLite has nothing to wait for; the asynchronous call would only cost.
                if (command.ExecuteNonQuery() == 0)
                    continue;
                news++;
                fresh?.Add(ids[order[i]]);
            }
        }
        if (news > 0)
            await WatchDatabase.Run(connection, "UPDATE counters SET value = value + @n WHERE name = 'events'", cancel, ("n", news));
        return news;
    }

    private static async Task<int> Keep(DbConnection connection, Evidence one, CancellationToken cancel)
    {
        var match = one.Match;
        if (await WatchDatabase.Run(connection, "INSERT INTO matched (id) VALUES (@id) ON CONFLICT DO NOTHING", cancel, ("id", Hash($"{one.Event}\n{match.Indicator}\n{match.Field}\n{match.Value}\n{one.Actor}"))) == 0)
            return 0;
        var finding = Finding.IdOf(one.Customer, one.Actor);
        await WatchDatabase.Run(connection, """
            INSERT INTO evidence (finding, account, rule, indicator, field, value, customer, actor, state, source, confidence, marking, events, first_at, last_at, event, place_source, place_number, place_offset)
            VALUES (@finding, @account, @rule, @indicator, @field, @value, @customer, @actor, @state, @source, @confidence, @marking, 1, @at, @at, @event, @place_source, @place_number, @place_offset)
            ON CONFLICT (finding, account, rule, indicator, field, value) DO UPDATE SET events = evidence.events + 1,
                first_at = CASE WHEN excluded.first_at < evidence.first_at THEN excluded.first_at ELSE evidence.first_at END,
                last_at = CASE WHEN excluded.last_at > evidence.last_at THEN excluded.last_at ELSE evidence.last_at END
            """, cancel,
            ("finding", finding), ("account", one.Account), ("rule", one.Rule), ("indicator", match.Indicator), ("field", match.Field), ("value", match.Value), ("customer", one.Customer), ("actor", one.Actor),
            ("state", match.State), ("source", match.Source), ("confidence", (long)match.Confidence), ("marking", (long)match.Marking), ("at", one.First.ToUnixTimeMilliseconds()),
            ("event", one.Event), ("place_source", one.Place.Source), ("place_number", one.Place.Number), ("place_offset", one.Place.Offset));
        // The row is locked even when it is there: whoever settles the finding meanwhile waits for this evidence, or leaves the mark to it.
        await WatchDatabase.Run(connection, "INSERT INTO dirty (finding) VALUES (@f) ON CONFLICT (finding) DO UPDATE SET finding = excluded.finding", cancel, ("f", finding));
        return 1;
    }

    internal static byte[] Hash(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= 1024 ? stackalloc byte[most] : new byte[most];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        return hash[..16].ToArray();
    }
}
