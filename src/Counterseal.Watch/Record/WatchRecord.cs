using System.Data.Common;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>The record of findings and notices, on the ledger first (<see cref="LedgerRecord"/>), with the state of each made anew from its events.</summary>
internal sealed class WatchRecord
{
    private readonly LedgerRecord record;
    private readonly TimeProvider time;
    private readonly NoticeSchedule schedule;

    public WatchRecord(WatchDatabase database, LedgerClient ledger, WriterKey key, TimeProvider time, NoticeSchedule schedule)
    {
        (this.time, this.schedule) = (time, schedule);
        record = new(database, ledger, key, "watch.record", (connection, subject, events) => Project(connection, subject, Read(subject, events)));
    }

    /// <summary>Appends one event and returns when it is in the ledger and seen.</summary>
    /// <param name="subject">The finding or notice.</param>
    /// <param name="by">Who.</param>
    /// <param name="decide">Given the subject's events so far (all of them in the ledger), what happens; <c>null</c> when nothing does. Runs under the record's lock.</param>
    /// <param name="cancel">Until the event is committed; what is committed is finished.</param>
    /// <returns>Whether something was appended.</returns>
    /// <exception cref="RecordException">It may not follow, or it was committed and the ledger does not answer.</exception>
    public Task<bool> Append(string subject, string by, Func<DbConnection, IReadOnlyList<RecordEvent>, Task<RecordBody?>> decide, CancellationToken cancel) => record.Append(subject, async (connection, bytes) =>
    {
        var before = Read(subject, bytes);
        if (await decide(connection, before) is not { } body)
            return null;
        var now = time.GetUtcNow();
        var at = before.Count > 0 && before[^1].At > now ? before[^1].At : now;
        var happened = new RecordEvent(subject, before.Count + 1, new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero), by, body);
        _ = Fold([.. before, happened]);
        return (happened.Canonical(), happened.Body.GetType().Name);
    }, cancel);

    /// <summary>Finishes everything pending, several at a time.</summary>
    /// <returns>How many are still pending because the ledger does not answer or refuses.</returns>
    public Task<int> Resume(CancellationToken cancel) => record.Resume(cancel);

    /// <summary>The events of a subject that are in the ledger, oldest first.</summary>
    public async Task<IReadOnlyList<RecordEvent>> Load(string subject, CancellationToken cancel) => Read(subject, await record.Load(subject, cancel));

    /// <summary>An event with everything that a stranger needs to check it: canonical bytes, salt, tag and the ledger's proof.</summary>
    public Task<IReadOnlyList<(byte[] Bytes, byte[] Salt, byte[] Tag, string Proof)>> Proven(string subject, CancellationToken cancel) => record.Proven(subject, cancel);

    private async Task Project(DbConnection connection, string subject, List<RecordEvent> events)
    {
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

    private static List<RecordEvent> Read(string subject, IReadOnlyList<byte[]> events)
    {
        try
        {
            return [.. events.Select(RecordEvent.Read)];
        }
        catch (FormatException wrong)
        {
            throw new RecordException($"{subject}: {wrong.Message}", wrong);
        }
    }
}
