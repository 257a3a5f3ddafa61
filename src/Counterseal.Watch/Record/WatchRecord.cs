using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>
/// The record of findings and notices. Ledger first: an event is committed as pending, its leaf goes into the ledger, and only then is it seen. What a crash leaves pending is finished by
/// <see cref="Resume"/>, or by whoever next touches the same subject. Leaves are salted commitments: the ledger learns how many events there were and nothing else.
/// </summary>
internal sealed class WatchRecord(WatchDatabase database, LedgerClient ledger, WriterKey key, TimeProvider time, NoticeSchedule schedule)
{
    private sealed record Row(long N, string Subject, byte[] Bytes, byte[] Salt);

    /// <summary>Appends one event and returns when it is in the ledger and seen.</summary>
    /// <param name="subject">The finding or notice.</param>
    /// <param name="by">Who.</param>
    /// <param name="decide">Given the subject's events so far (all of them in the ledger), what happens; <c>null</c> when nothing does. Runs under the record's lock.</param>
    /// <param name="cancel">Until the event is committed; what is committed is finished.</param>
    /// <returns>Whether something was appended.</returns>
    /// <exception cref="RecordException">It may not follow, or it was committed and the ledger does not answer.</exception>
    public async Task<bool> Append(string subject, string by, Func<DbConnection, IReadOnlyList<RecordEvent>, Task<RecordBody?>> decide, CancellationToken cancel)
    {
        await FinishPending(subject, cancel);
        var pended = await database.Write(connection => Pend(connection, subject, by, decide, cancel), cancel);
        if (pended is null)
            return false;
        await Finish(pended);
        return true;
    }

    /// <summary>Finishes everything pending, several at a time.</summary>
    /// <returns>How many are still pending because the ledger does not answer or refuses.</returns>
    public async Task<int> Resume(CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        var pending = await WatchDatabase.Rows(connection, "SELECT n, subject, bytes, salt FROM record WHERE logged = 0 ORDER BY n", Read, cancel);
        var still = 0;
        await Parallel.ForEachAsync(pending.GroupBy(row => row.Subject), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (rows, _) =>
        {
            foreach (var row in rows)
            {
                try
                {
                    await Finish(row);
                }
                catch (RecordException)
                {
                    Interlocked.Increment(ref still);
                }
            }
        });
        return still;
    }

    /// <summary>The events of a subject that are in the ledger, oldest first.</summary>
    public async Task<IReadOnlyList<RecordEvent>> Load(string subject, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await Events(connection, subject, cancel);
    }

    /// <summary>An event with everything that a stranger needs to check it: canonical bytes, salt, tag and the ledger's proof.</summary>
    public async Task<IReadOnlyList<(byte[] Bytes, byte[] Salt, byte[] Tag, string Proof)>> Proven(string subject, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Rows(connection, "SELECT bytes, salt, n, proof FROM record WHERE subject = @s AND logged = 1 ORDER BY version",
            row => ((byte[])row[0], (byte[])row[1], key.Tag(row.GetInt64(2)), row.GetString(3)), cancel, ("s", subject));
    }

    private async Task<Row?> Pend(DbConnection connection, string subject, string by, Func<DbConnection, IReadOnlyList<RecordEvent>, Task<RecordBody?>> decide, CancellationToken cancel)
    {
        // The counter's row is the record's one lock, on both databases and between processes; it is let go without a gap when nothing happens.
        await WatchDatabase.Run(connection, "UPDATE counters SET value = value WHERE name = 'leaves'", cancel);
        var before = await Events(connection, subject, cancel, pendingToo: true);
        if (await decide(connection, before) is not { } body)
            return null;
        var now = time.GetUtcNow();
        var at = before.Count > 0 && before[^1].At > now ? before[^1].At : now;
        var happened = new RecordEvent(subject, before.Count + 1, new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero), by, body);
        _ = Fold([.. before, happened]);
        var n = (await WatchDatabase.Rows(connection, "SELECT value FROM counters WHERE name = 'leaves'", row => row.GetInt64(0), cancel))[0];
        var pended = new Row(n, subject, happened.Canonical(), RandomNumberGenerator.GetBytes(Commitment.SaltSize));
        await WatchDatabase.Run(connection, "UPDATE counters SET value = value + 1 WHERE name = 'leaves'", cancel);
        await WatchDatabase.Run(connection, "INSERT INTO record (n, subject, version, type, bytes, salt, logged) VALUES (@n, @s, @v, @t, @b, @salt, 0)", cancel,
            ("n", n), ("s", subject), ("v", (long)happened.Version), ("t", happened.Body.GetType().Name), ("b", pended.Bytes), ("salt", pended.Salt));
        CrashPoint.Reach("watch.record.pending.before");
        return pended;
    }

    private async Task FinishPending(string subject, CancellationToken cancel)
    {
        List<Row> pending;
        await using (var connection = await database.Connect(cancel))
            pending = await WatchDatabase.Rows(connection, "SELECT n, subject, bytes, salt FROM record WHERE subject = @s AND logged = 0 ORDER BY version", Read, cancel, ("s", subject));
        foreach (var row in pending)
            await Finish(row);
    }

    /// <summary>Leaf into the ledger, then seen. Safe to run twice, at once or after a crash: the ledger gives the same leaf the same index.</summary>
    private async Task Finish(Row row)
    {
        CrashPoint.Reach("watch.record.pending.after");
        TlogProof proof;
        try
        {
            proof = await ledger.Append(new Leaf(key.Tag(row.N), Commitment.Of(row.Salt, row.Bytes)), CancellationToken.None);
        }
        catch (Exception away) when (away is HttpRequestException or IOException or OperationCanceledException or LedgerException)
        {
            throw new RecordException($"what happened to {row.Subject} is kept and will be on the record as soon as the ledger answers ({away.Message})", away);
        }
        await database.Write(async connection =>
        {
            var changed = await WatchDatabase.Run(connection, "UPDATE record SET logged = 1, leaf_index = @i, proof = @p WHERE n = @n AND logged = 0", default,
                ("i", proof.Index), ("p", proof.Text()), ("n", row.N));
            if (changed > 0)
                await Project(connection, row.Subject);
            CrashPoint.Reach("watch.record.logged.before");
            return changed;
        }, CancellationToken.None);
        CrashPoint.Reach("watch.record.logged.after");
    }

    private async Task Project(DbConnection connection, string subject)
    {
        var events = await Events(connection, subject, default);
        var (kind, state, account, look) = Fold(events) switch
        {
            FindingState finding => ("finding", JsonSerializer.Serialize(finding, WatchJson.Options), (string?)null, (DateTimeOffset?)null),
            NoticeState notice => ("notice", JsonSerializer.Serialize(notice, WatchJson.Options), notice.Planned.Account, notice.Look(schedule)),
            _ => throw new RecordException($"{subject} has no events"),
        };
        await WatchDatabase.Run(connection, """
            INSERT INTO subjects (id, kind, version, state, account, look_at) VALUES (@id, @k, @v, @s, @a, @l)
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state, look_at = excluded.look_at
            """, default, ("id", subject), ("k", kind), ("v", (long)events.Count), ("s", state), ("a", account), ("l", Look(look)));
    }

    // Never is the end of time, so that one comparison finds what is due.
    private static long Look(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() ?? long.MaxValue;

    private static object? Fold(List<RecordEvent> events)
    {
        if (events.Count == 0)
            return null;
        if (events[0].Body is NoticePlanned)
            return events.Aggregate((NoticeState?)null, NoticeState.Next);
        return events.Aggregate((FindingState?)null, FindingState.Next);
    }

    private static async Task<List<RecordEvent>> Events(DbConnection connection, string subject, CancellationToken cancel, bool pendingToo = false)
    {
        var rows = await WatchDatabase.Rows(connection, $"SELECT bytes FROM record WHERE subject = @s {(pendingToo ? "" : "AND logged = 1")} ORDER BY version", row => (byte[])row[0], cancel, ("s", subject));
        try
        {
            return [.. rows.Select(RecordEvent.Read)];
        }
        catch (FormatException wrong)
        {
            throw new RecordException($"{subject}: {wrong.Message}", wrong);
        }
    }

    private static Row Read(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), (byte[])row[2], (byte[])row[3]);
}
