using System.Data.Common;
using System.Security.Cryptography;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>
/// A record that is on the ledger first: an event is committed as pending, its leaf goes into the ledger, and only then is it seen. What a crash leaves pending is finished by <see cref="Resume"/>, or by
/// whoever next touches the same subject. Leaves are salted commitments: the ledger learns how many events there were and nothing else. It keeps events as bytes; what they mean is the room's.
/// </summary>
/// <param name="database">Where it is kept; has the tables of <see cref="Tables"/>.</param>
/// <param name="ledger">The ledger, with the room's own credential.</param>
/// <param name="key">The room's own.</param>
/// <param name="writes">The name of its durable writes, e.g. <c>watch.record</c>: the crash points <c>NAME.pending.before</c>, <c>.pending.after</c>, <c>.logged.before</c> and <c>.logged.after</c>.</param>
/// <param name="project">Given a subject and its events that are in the ledger, makes anew what is shown of it; within the transaction that makes the last of them seen.</param>
internal sealed class LedgerRecord(WatchDatabase database, LedgerClient ledger, WriterKey key, string writes, Func<DbConnection, string, IReadOnlyList<byte[]>, Task> project)
{
    /// <summary>The statements that make its tables, for a room's first step.</summary>
    public const string Tables = """
        CREATE TABLE counters (name text PRIMARY KEY, value bigint NOT NULL);
        CREATE TABLE record (n bigint PRIMARY KEY, subject text NOT NULL, version bigint NOT NULL, type text NOT NULL, bytes blob NOT NULL, salt blob NOT NULL, logged bigint NOT NULL,
            leaf_index bigint, proof text, UNIQUE (subject, version));
        CREATE INDEX record_logged ON record (logged) WHERE logged = 0;
        INSERT INTO counters (name, value) VALUES ('leaves', 0);
        """;

    private sealed record Row(long N, string Subject, byte[] Bytes, byte[] Salt);

    /// <summary>Appends one event and returns when it is in the ledger and seen.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="decide">
    /// Given the subject's events so far (all of them in the ledger, or about to be), the next one's bytes and the name of its type; <c>null</c> when nothing happens. Runs under the record's lock, within the
    /// transaction: what else it writes is committed with the event or not at all.
    /// </param>
    /// <param name="cancel">Until the event is committed; what is committed is finished.</param>
    /// <returns>Whether something was appended.</returns>
    /// <exception cref="RecordException">It was committed and the ledger does not answer.</exception>
    public async Task<bool> Append(string subject, Func<DbConnection, IReadOnlyList<byte[]>, Task<(byte[] Bytes, string Type)?>> decide, CancellationToken cancel)
    {
        await FinishPending(subject, cancel);
        var pended = await database.Write(connection => Pend(connection, subject, decide, cancel), cancel);
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
    public async Task<IReadOnlyList<byte[]>> Load(string subject, CancellationToken cancel)
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

    private async Task<Row?> Pend(DbConnection connection, string subject, Func<DbConnection, IReadOnlyList<byte[]>, Task<(byte[] Bytes, string Type)?>> decide, CancellationToken cancel)
    {
        // The counter's row is the record's one lock, on both databases and between processes; it is let go without a gap when nothing happens.
        await WatchDatabase.Run(connection, "UPDATE counters SET value = value WHERE name = 'leaves'", cancel);
        var before = await Events(connection, subject, cancel, pendingToo: true);
        if (await decide(connection, before) is not var (bytes, type))
            return null;
        var n = (await WatchDatabase.Rows(connection, "SELECT value FROM counters WHERE name = 'leaves'", row => row.GetInt64(0), cancel))[0];
        var pended = new Row(n, subject, bytes, RandomNumberGenerator.GetBytes(Commitment.SaltSize));
        await WatchDatabase.Run(connection, "UPDATE counters SET value = value + 1 WHERE name = 'leaves'", cancel);
        await WatchDatabase.Run(connection, "INSERT INTO record (n, subject, version, type, bytes, salt, logged) VALUES (@n, @s, @v, @t, @b, @salt, 0)", cancel,
            ("n", n), ("s", subject), ("v", before.Count + 1L), ("t", type), ("b", pended.Bytes), ("salt", pended.Salt));
        CrashPoint.Reach(writes + ".pending.before");
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
        CrashPoint.Reach(writes + ".pending.after");
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
                await project(connection, row.Subject, await Events(connection, row.Subject, default));
            CrashPoint.Reach(writes + ".logged.before");
            return changed;
        }, CancellationToken.None);
        CrashPoint.Reach(writes + ".logged.after");
    }

    private static Task<List<byte[]>> Events(DbConnection connection, string subject, CancellationToken cancel, bool pendingToo = false) =>
        WatchDatabase.Rows(connection, $"SELECT bytes FROM record WHERE subject = @s {(pendingToo ? "" : "AND logged = 1")} ORDER BY version", row => (byte[])row[0], cancel, ("s", subject));

    private static Row Read(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), (byte[])row[2], (byte[])row[3]);
}
