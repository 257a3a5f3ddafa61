using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>What the desk's database and the ledger say of each other.</summary>
/// <param name="At">When it was checked, UTC.</param>
/// <param name="Events">How many events were compared with their leaves.</param>
/// <param name="Size">The size of the log that they were compared with.</param>
/// <param name="Differences">What does not fit; empty when all is well.</param>
public sealed record Reconciliation(DateTimeOffset At, long Events, long Size, IReadOnlyList<Difference> Differences);

/// <summary>Something in the database that is not as the ledger has it.</summary>
/// <param name="Demand">The demand, or <c>null</c> when it cannot be told.</param>
/// <param name="Version">The event, or <c>null</c> when it cannot be told.</param>
/// <param name="What">What differs, one sentence.</param>
public sealed record Difference(string? Demand, int? Version, string What);

/// <summary>
/// Compares every logged event with its leaf, in one pass over both in the order of the log, so that memory does not grow with them.
/// A hand-edited, shortened or rolled-back database is noticed and named.
/// </summary>
internal sealed class Reconciler(Func<DeskDatabase> open, EventStore store, LedgerClient ledger, LogKeys log, WriterKey key, TimeProvider time)
{
    /// <summary>How far beyond the counter the desk looks for leaves of its own. The numbers have no gaps, so a database of yesterday is found out by the first.</summary>
    private const int LookAhead = 256;
    private const int MostNamed = 1000;

    /// <summary>Compares, marks demands that differ, and puts the queue right.</summary>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    /// <exception cref="LedgerException">The ledger's own answer does not verify.</exception>
    public async Task<Reconciliation> Run(CancellationToken cancel)
    {
        var differences = new List<Difference>();
        await using var db = open();
        var next = await db.Counters.AsNoTracking().Where(c => c.Name == CounterRow.Leaves).Select(c => c.Value).SingleAsync(cancel);
        var known = await db.Events.AsNoTracking().Where(e => e.Logged).Select(e => e.LeafIndex).MaxAsync(cancel) ?? -1;
        var under = Checkpoint.Open(await ledger.Checkpoint(cancel), log);
        if (known >= under.Size)
            differences.Add(new(null, null, $"the ledger has {under.Size} leaves, but the desk was given a proof for leaf {known}: the ledger was cut back or exchanged"));
        var compared = await Leaves(db, under, known, next, differences, cancel);
        await Gaps(db, next, differences, cancel);
        await Queue(differences, cancel);
        return new Reconciliation(time.GetUtcNow(), compared, under.Size, [.. differences.Take(MostNamed)]);
    }

    private async Task<long> Leaves(DeskDatabase db, Checkpoint under, long known, long next, List<Difference> differences, CancellationToken cancel)
    {
        var ahead = new Dictionary<string, long>(LookAhead, StringComparer.Ordinal);
        for (var n = next; n < next + LookAhead; n++)
            ahead[Convert.ToHexStringLower(key.Tag(n))] = n;
        var beyond = new List<(long Index, long N)>();
        long compared = 0;
        await using var events = db.Events.AsNoTracking().Where(e => e.Logged && e.LeafIndex <= known).OrderBy(e => e.LeafIndex)
            .AsAsyncEnumerable().GetAsyncEnumerator(cancel);
        var more = await events.MoveNextAsync();
        long index = 0;
        await foreach (var leaf in ledger.Leaves(under, cancel))
        {
            while (more && events.Current.LeafIndex < index)
                more = await events.MoveNextAsync();
            if (more && events.Current.LeafIndex == index)
            {
                compared++;
                if (Wrong(events.Current, leaf) is { } what)
                    differences.Add(new(events.Current.Demand, events.Current.Version, what));
                more = await events.MoveNextAsync();
            }
            else if (ahead.TryGetValue(Convert.ToHexStringLower(leaf.Tag), out var n))
            {
                beyond.Add((index, n));
            }
            index++;
        }
        // A colleague may have been at work meanwhile; but a number is committed here before its leaf is sent.
        await using var again = open();
        var now = beyond.Count == 0 ? next : await again.Counters.AsNoTracking().Where(c => c.Name == CounterRow.Leaves).Select(c => c.Value).SingleAsync(cancel);
        differences.AddRange(beyond.Where(one => one.N >= now).Take(1).Select(one => new Difference(
            null, null, $"leaf {one.Index} of the ledger is the desk's own number {one.N}, and the database has come only to {now}: the database is older than the ledger (restored from a copy?)")));
        return compared;
    }

    private string? Wrong(EventRow row, Leaf leaf)
    {
        if (row.N < 0 || row.Salt.Length != Commitment.SaltSize)
            return "its number or salt is not one";
        var expected = store.LeafOf(row.N, row.Salt, row.Bytes);
        if (!expected.Tag.SequenceEqual(leaf.Tag))
            return $"leaf {row.LeafIndex} of the ledger is not the desk's number {row.N}: its number or index was changed";
        if (!expected.Commitment.SequenceEqual(leaf.Commitment))
            return $"its bytes or salt are not those that leaf {row.LeafIndex} of the ledger commits to";
        try
        {
            var said = DeskEvent.Read(row.Bytes);
            return said.Demand == row.Demand && said.Version == row.Version && said.Type == row.Type && said.At == row.At && said.By == row.By
                ? null
                : "its columns do not say what its bytes say";
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    private static async Task Gaps(DeskDatabase db, long next, List<Difference> differences, CancellationToken cancel)
    {
        long expected = 0;
        await foreach (var n in db.Events.AsNoTracking().OrderBy(e => e.N).Select(e => e.N).AsAsyncEnumerable().WithCancellation(cancel))
        {
            if (n >= next)
                break;
            if (n > expected)
                differences.Add(new(null, null, $"the desk's events number {expected} to {n - 1} are not in the database: rows were deleted"));
            expected = n + 1;
        }
        if (expected < next)
            differences.Add(new(null, null, $"the desk's events number {expected} to {next - 1} are not in the database: rows were deleted"));
    }

    /// <summary>Folds every demand anew: streams that are no life are named, and the queue's row is put right where it differs.</summary>
    private async Task Queue(List<Difference> differences, CancellationToken cancel)
    {
        await using var list = open();
        var ids = await list.Events.AsNoTracking().Where(e => e.Demand != DeskEvent.Own).Select(e => e.Demand).Distinct().ToListAsync(cancel);
        var rows = await list.Demands.AsNoTracking().Select(d => d.Id).ToListAsync(cancel);
        foreach (var gone in rows.Except(ids, StringComparer.Ordinal))
            differences.Add(new(gone, null, "the queue shows it and it has no events: rows were deleted"));
        foreach (var id in ids.Union(rows, StringComparer.Ordinal))
        {
            await using var db = open();
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var row = await db.Demands.FindAsync([id], cancel);
            DemandState? state = null;
            long n = 0;
            try
            {
                var events = await db.Events.AsNoTracking().Where(e => e.Demand == id && e.Logged).OrderBy(e => e.Version).ToListAsync(cancel);
                state = Life.Fold(events.Select(EventStore.Read));
                n = events.Count > 0 ? events[0].N : 0;
            }
            catch (LifeException no)
            {
                if (!differences.Exists(one => one.Demand == id))
                    differences.Add(new(id, null, no.Message));
            }
            if (state is { Version: > 0 })
            {
                if (row is not null && row.Version > state.Version)
                    differences.Add(new(id, state.Version + 1, $"the queue has seen {row.Version} events and {state.Version} are there: rows were deleted"));
                else
                {
                    if (row is null)
                        db.Demands.Add(row = new DemandRow { Id = id });
                    await EventStore.Fill(db, row, state, n, cancel);
                }
            }
            if (row is not null)
            {
                var wrong = differences.Where(one => one.Demand == id).Take(3).ToList();
                row.Tampered = wrong.Count == 0 ? null : string.Join("; ", wrong.Select(one => one.Version is { } v ? $"event {v}: {one.What}" : one.What));
            }
            await db.SaveChangesAsync(cancel);
            CrashPoint.Reach("desk.queue.before");
            await transaction.CommitAsync(cancel);
            CrashPoint.Reach("desk.queue.after");
        }
    }
}
