using System.Data.Common;

namespace Counterseal.Watch;

/// <summary>One event of a match of a pattern over several.</summary>
/// <param name="Indicator">The pattern's indicator.</param>
/// <param name="Match">What the events of one match have in common: the id of the earliest.</param>
/// <param name="Account">The account.</param>
/// <param name="Event">The event's id.</param>
/// <param name="Time">When it was.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Place">Where it was read.</param>
public sealed record BoundEvent(string Indicator, string Match, string Account, string Event, DateTimeOffset Time, EventKind Kind, EventOutcome Outcome, EventPlace Place);

/// <summary>What came of a batch's events for patterns over several.</summary>
internal readonly record struct Pushed(IReadOnlyList<Evidence> Evidence, long LetGo, long GaveUp);

/// <summary>
/// What was seen so far of patterns over several events: one stream for each pattern and account, in the watch's database and written with the batch. So nothing of it is lost in a crash, and it does
/// not matter which of several machines takes which event. Kept of an event are its time, which pairs of brackets it makes true, and where it stands; nothing else that it said.
/// </summary>
internal sealed class PatternStore(WatchDatabase database, BellOptions options, TimeProvider time)
{
    private const int Step = 2000, Steps = 50, BoundOfOne = 100;

    // A late event and one that comes again are awaited so long at least, and so long beyond the window.
    private static readonly TimeSpan Late = TimeSpan.FromDays(1), Again = TimeSpan.FromDays(7);

    private sealed class Row
    {
        public required byte[] Event { get; init; }
        public required long At { get; init; }
        public required byte[] Holds { get; init; }
        public required string Id { get; init; }
        public required EventKind Kind { get; init; }
        public required EventOutcome Outcome { get; init; }
        public required EventPlace Place { get; init; }
        public bool Used { get; set; }
        public bool WasUsed { get; init; }
        public bool New { get; init; }
    }

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>How long counted events are known.</summary>
    public TimeSpan Horizon => options.Patterns?.Invoke() is { } patterns && Wide(patterns.Longest) + Again is var needed && needed > options.Horizon ? needed : options.Horizon;

    private static TimeSpan Wide(TimeSpan window) => window < PatternLimits.Window ? window : PatternLimits.Window;

    /// <summary>Adds events to their streams in the caller's transaction; gives the evidence of the matches that they complete.</summary>
    public async Task<Pushed> Push(DbConnection connection, IReadOnlyList<PatternSight> sights, CancellationToken cancel)
    {
        if (sights.Count == 0)
            return new([], 0, 0);
        // The counter's row is the one lock of all streams: two halves of a match that two machines hold at once would not see each other otherwise.
        await WatchDatabase.Run(connection, "UPDATE counters SET value = value WHERE name = 'observed'", cancel);
        var (evidence, letGo, gaveUp, more) = (new List<Evidence>(), 0L, 0L, 0L);
        foreach (var stream in sights.GroupBy(sight => Convert.ToHexString(sight.Pattern.StreamOf(sight.Happened)), StringComparer.Ordinal).OrderBy(stream => stream.Key, StringComparer.Ordinal))
        {
            var (key, pattern) = (Convert.FromHexString(stream.Key), stream.First().Pattern);
            var rows = await Load(connection, key, cancel);
            var known = rows.Select(row => Convert.ToHexString(row.Event)).ToHashSet(StringComparer.Ordinal);
            var gone = new List<Row>();
            foreach (var sight in stream.OrderBy(sight => sight.Happened.Time).ThenBy(sight => sight.Happened.Id, StringComparer.Ordinal))
            {
                var happened = sight.Happened;
                var id = EvidenceStore.Hash(happened.Id);
                if (!known.Add(Convert.ToHexString(id)))
                    continue;
                var row = new Row
                {
                    Event = id,
                    At = happened.Time.UtcTicks,
                    Holds = sight.Holds,
                    Id = happened.Id,
                    Kind = happened.Kind,
                    Outcome = happened.Outcome,
                    Place = happened.Place,
                    New = true,
                };
                rows.Insert(rows.FindLastIndex(other => other.At <= row.At) + 1, row);
                letGo += Trim(rows, gone);
                if (pattern.SetAside)
                    continue;
                var width = pattern.Span?.Ticks ?? long.MaxValue;
                var near = rows.Where(other => !other.Used && Math.Abs(other.At - row.At) <= width).ToList();
                var (outcome, bound) = pattern.Matcher.Match([.. near.Select(other => other.At)], (bracket, i) => PatternSight.Has(near[i].Holds, bracket), PatternLimits.StreamSteps);
                if (outcome == PatternOutcome.GaveUp)
                {
                    pattern.Overran();
                    gaveUp++;
                }
                if (outcome != PatternOutcome.Found)
                    continue;
                foreach (var i in bound)
                    near[i].Used = true;
                await Told(connection, pattern, happened, [.. bound.Select(i => near[i])], evidence, cancel);
            }
            more += await Save(connection, key, pattern, rows, gone, cancel);
        }
        if (more != 0)
            await WatchDatabase.Run(connection, "UPDATE counters SET value = value + @n WHERE name = 'observed'", cancel, ("n", more));
        var over = (await WatchDatabase.Rows(connection, "SELECT value FROM counters WHERE name = 'observed'", row => row.GetInt64(0), cancel))[0] - options.MostObserved;
        if (over > 0)
            letGo += await Forget(connection, "", over, cancel);
        return new(evidence, letGo, gaveUp);
    }

    /// <summary>Forgets what is beyond the horizon, step by step, each a transaction of its own.</summary>
    public async Task<long> Prune(CancellationToken cancel)
    {
        var gone = 0L;
        var oldest = Now - (long)Horizon.TotalMilliseconds;
        var passing = database.Postgres ? " FOR UPDATE SKIP LOCKED" : "";
        for (var step = 0; step < Steps; step++)
        {
            var went = await database.Write(async connection =>
            {
                // From before there was a time: as if seen now, which keeps them longer and never too short.
                await WatchDatabase.Run(connection, $"UPDATE seen SET seen_at = @now WHERE id IN (SELECT id FROM seen WHERE seen_at = 0 LIMIT {Step}{passing})", cancel, ("now", Now));
                return await WatchDatabase.Run(connection, $"DELETE FROM seen WHERE id IN (SELECT id FROM seen WHERE seen_at > 0 AND seen_at < @oldest ORDER BY seen_at LIMIT {Step}{passing})", cancel, ("oldest", oldest));
            }, cancel);
            var over = await database.Write(async connection =>
            {
                await WatchDatabase.Run(connection, "UPDATE counters SET value = value WHERE name = 'observed'", cancel);
                return await Forget(connection, "WHERE until < @now", Step, cancel, ("now", Now));
            }, cancel);
            gone += went + over;
            if (went + over == 0)
                break;
        }
        return gone;
    }

    /// <summary>What matches bound.</summary>
    public async Task<IReadOnlyList<BoundEvent>> Bound(string finding, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Rows(connection, """
            SELECT indicator, match, account, event, at, kind, outcome, place_source, place_number, place_offset FROM bound WHERE finding = @f ORDER BY indicator, account, match, at, event
            """,
            row => new BoundEvent(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero), (EventKind)row.GetInt64(5), (EventOutcome)row.GetInt64(6),
                new EventPlace(row.GetString(7), row.GetInt64(8), row.GetInt64(9))),
            cancel, ("f", finding));
    }

    /// <summary>Each event of a match is weighed by itself: what failed says targeted, what came through says compromised.</summary>
    private async Task Told(DbConnection connection, HeldPattern pattern, WatchEvent last, IReadOnlyList<Row> bound, List<Evidence> evidence, CancellationToken cancel)
    {
        var told = new List<(Row Row, Evidence Evidence)>();
        foreach (var row in bound)
        {
            var happened = new WatchEvent(row.Id, new DateTimeOffset(row.At, TimeSpan.Zero), last.Customer, last.Account, row.Kind, row.Outcome) { Place = row.Place };
            if (Evidence.Of(happened, pattern.Said, options.Rules, options.WarningLists) is { } one)
                told.Add((row, one));
        }
        if (told.Count == 0)
            return;
        evidence.AddRange(told.Select(one => one.Evidence));
        var finding = Finding.IdOf(last.Customer, pattern.Said.Actor);
        var before = (await WatchDatabase.Rows(connection, "SELECT count(*) FROM bound WHERE finding = @f AND indicator = @i", row => row.GetInt64(0), cancel, ("f", finding), ("i", pattern.Said.Indicator)))[0];
        if (before + bound.Count > BoundOfOne && before > 0)
            return;
        foreach (var row in bound)
            await WatchDatabase.Run(connection, """
                INSERT INTO bound (finding, indicator, account, event, match, at, kind, outcome, place_source, place_number, place_offset)
                VALUES (@f, @i, @a, @e, @m, @at, @k, @o, @ps, @pn, @po) ON CONFLICT DO NOTHING
                """, cancel, ("f", finding), ("i", pattern.Said.Indicator), ("a", last.Account), ("e", row.Id), ("m", bound[0].Id), ("at", row.At), ("k", (long)row.Kind), ("o", (long)row.Outcome),
                ("ps", row.Place.Source), ("pn", row.Place.Number), ("po", row.Place.Offset));
    }

    /// <summary>No stream holds more than its share: what a match used goes first, then what is oldest.</summary>
    private static long Trim(List<Row> rows, List<Row> gone)
    {
        if (rows.Count <= PatternLimits.Kept)
            return 0;
        var at = Math.Max(0, rows.FindIndex(row => row.Used));
        var row = rows[at];
        rows.RemoveAt(at);
        if (!row.New)
            gone.Add(row);
        return row.Used ? 0 : 1;
    }

    private static Task<List<Row>> Load(DbConnection connection, byte[] stream, CancellationToken cancel) =>
        WatchDatabase.Rows(connection, "SELECT event, at, holds, used, id, kind, outcome, place_source, place_number, place_offset FROM observed WHERE stream = @s ORDER BY at, id",
            row => new Row
            {
                Event = (byte[])row[0],
                At = row.GetInt64(1),
                Holds = (byte[])row[2],
                Used = row.GetInt64(3) != 0,
                WasUsed = row.GetInt64(3) != 0,
                Id = row.GetString(4),
                Kind = (EventKind)row.GetInt64(5),
                Outcome = (EventOutcome)row.GetInt64(6),
                Place = new EventPlace(row.GetString(7), row.GetInt64(8), row.GetInt64(9)),
            },
            cancel, ("s", stream));

    private async Task<long> Save(DbConnection connection, byte[] stream, HeldPattern pattern, List<Row> rows, List<Row> gone, CancellationToken cancel)
    {
        foreach (var row in gone)
            await WatchDatabase.Run(connection, "DELETE FROM observed WHERE stream = @s AND event = @e", cancel, ("s", stream), ("e", row.Event));
        var kept = pattern.Span is { } span && Wide(span) * 2 is var twice ? twice > Late ? twice : Late : Horizon;
        var until = Now + (long)(kept < Horizon ? kept : Horizon).TotalMilliseconds;
        var made = 0;
        foreach (var row in rows)
        {
            if (row.New)
                made += await WatchDatabase.Run(connection, """
                    INSERT INTO observed (stream, event, at, holds, used, until, id, kind, outcome, place_source, place_number, place_offset)
                    VALUES (@s, @e, @at, @h, @u, @until, @id, @k, @o, @ps, @pn, @po)
                    """, cancel, ("s", stream), ("e", row.Event), ("at", row.At), ("h", row.Holds), ("u", row.Used ? 1L : 0L), ("until", until), ("id", row.Id), ("k", (long)row.Kind), ("o", (long)row.Outcome),
                    ("ps", row.Place.Source), ("pn", row.Place.Number), ("po", row.Place.Offset));
            else if (row.Used && !row.WasUsed)
                await WatchDatabase.Run(connection, "UPDATE observed SET used = 1 WHERE stream = @s AND event = @e", cancel, ("s", stream), ("e", row.Event));
        }
        return made - gone.Count;
    }

    private static async Task<long> Forget(DbConnection connection, string where, long most, CancellationToken cancel, params (string, object?)[] values)
    {
        var gone = await WatchDatabase.Run(connection, $"DELETE FROM observed WHERE (stream, event) IN (SELECT stream, event FROM observed {where} ORDER BY until, stream, event LIMIT @most)", cancel, [("most", most), .. values]);
        if (gone > 0)
            await WatchDatabase.Run(connection, "UPDATE counters SET value = value - @n WHERE name = 'observed'", cancel, ("n", (long)gone));
        return gone;
    }
}
