using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>What a look at the queue asks for; the default is every open demand.</summary>
public sealed record QueueAsk
{
    /// <summary>The most rows of one page.</summary>
    public const int MostRows = 200;

    /// <summary>Open demands (<c>true</c>), ended ones (<c>false</c>), or both.</summary>
    public bool? Open { get; init; } = true;
    /// <summary>Words of reference, authority, selector or id; the last may be the beginning of one. Empty for no search.</summary>
    public string Text { get; init; } = "";
    /// <summary>Only those of whose time less than a quarter is left, or nothing.</summary>
    public bool Burning { get; init; }
    /// <summary>Only those due within 24 hours, or late.</summary>
    public bool Today { get; init; }
    /// <summary>Only those that say they are an emergency.</summary>
    public bool Emergency { get; init; }
    /// <summary>Only of this country.</summary>
    public string? Country { get; init; }
    /// <summary>Only of this instrument.</summary>
    public string? Instrument { get; init; }
    /// <summary>Only those assigned to this person; the empty name for those that nobody has.</summary>
    public string? Assigned { get; init; }
    /// <summary>Only those that stand here.</summary>
    public Stage? Stage { get; init; }
    /// <summary>Where the page before ended (<see cref="QueueSlice.Next"/>); <c>null</c> for the first page.</summary>
    public string? After { get; init; }
    /// <summary>How many rows; at most <see cref="MostRows"/>.</summary>
    public int Most { get; init; } = 50;
}

/// <summary>One page of the queue.</summary>
/// <param name="Entries">Open ones without a search: emergencies first, then by time left. Otherwise the newest first.</param>
/// <param name="Next">What the next page is asked with; <c>null</c> on the last.</param>
public sealed record QueueSlice(IReadOnlyList<QueueEntry> Entries, string? Next);

/// <summary>The open demands in figures.</summary>
/// <param name="Open">All.</param>
/// <param name="Burning">Of whose time less than a quarter is left.</param>
/// <param name="Today">Due within 24 hours, or late.</param>
/// <param name="Countries">What can be filtered by, with how many open ones there are; the most first.</param>
/// <param name="Instruments">The same.</param>
/// <param name="People">Those to whom open demands are assigned.</param>
public sealed record QueueTally(int Open, int Burning, int Today, IReadOnlyList<(string Of, int Count)> Countries, IReadOnlyList<(string Of, int Count)> Instruments, IReadOnlyList<(string Of, int Count)> People);

/// <content>The queue: what is open, what is found, who works on it.</content>
public sealed partial class Desk
{
    /// <summary>How long what can be filtered by may be old.</summary>
    private static readonly TimeSpan TallyAge = TimeSpan.FromSeconds(10);

    /// <summary>From when on it is counted anew while the old figures are still shown, so that with many at work nobody waits for the count.</summary>
    private static readonly TimeSpan TallyAhead = TimeSpan.FromSeconds(6);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Tallied> tallied = new(StringComparer.Ordinal);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Task<QueueTally>>> tallying = new(StringComparer.Ordinal);
    private int assignments;

    /// <summary>One page of the queue as somebody may see it.</summary>
    /// <exception cref="DeskException"><c>malformed</c>: the page's key is not one.</exception>
    public async Task<QueueSlice> Queue(Sight sight, QueueAsk ask, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        ArgumentNullException.ThrowIfNull(ask);
        var most = Math.Clamp(ask.Most, 1, QueueAsk.MostRows);
        await using var db = open();
        var rows = ask.Text.Length > 0 || ask.Open != true ? await Found(db, sight, ask, most, cancel) : await Waiting(db, sight, ask, most, cancel);
        var more = rows.Count > most;
        if (more)
            rows.RemoveAt(most);
        return new([.. rows.Select(Entry)], more ? Key(ask, rows[^1]) : null);
    }

    /// <summary>The open demands that somebody may see in figures, and what they can be filtered by; up to ten seconds old.</summary>
    public async Task<QueueTally> Tally(Sight sight, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        var age = tallied.TryGetValue(sight.Key, out var kept) ? time.GetUtcNow() - kept.At : TimeSpan.MaxValue;
        if (age < TallyAhead && age >= TimeSpan.Zero)
            return kept!.Tally;
        // One count at a time for all who see the same; it is nobody's who might go away.
        var counted = tallying.GetOrAdd(sight.Key, _ => new(() => Task.Run(() => Count(sight), CancellationToken.None))).Value;
        return age < TallyAge && age >= TimeSpan.Zero ? kept!.Tally : await counted.WaitAsync(cancel);
    }

    private async Task<QueueTally> Count(Sight sight)
    {
        try
        {
            var (now, before) = (time.GetUtcNow(), Volatile.Read(ref assignments));
            await using var db = open();
            // Said as a value: SQLite looks "open" = 1 up in the index, and goes through every row for "open" alone.
            var yes = true;
            var tomorrow = now.AddDays(1);
            var groups = await sight.Of(db.Demands.AsNoTracking()).Where(d => d.Open == yes).GroupBy(d => new { d.Country, d.Instrument, d.Assigned })
                .Select(g => new { g.Key.Country, g.Key.Instrument, g.Key.Assigned, Open = g.Count(), Burning = g.Count(d => d.Burns <= now), Today = g.Count(d => d.Due <= tomorrow) }).ToListAsync();
            var tally = new QueueTally(
                groups.Sum(g => g.Open), groups.Sum(g => g.Burning), groups.Sum(g => g.Today),
                Most(groups.Select(g => (g.Country, g.Open))), Most(groups.Where(g => g.Instrument is not null).Select(g => (g.Instrument!, g.Open))), Most(groups.Where(g => g.Assigned.Length > 0).Select(g => (g.Assigned, g.Open))));
            // As many as there are ways to see; an old one goes when there are suddenly many.
            if (tallied.Count > 500)
                tallied.Clear();
            if (before == Volatile.Read(ref assignments))
                tallied[sight.Key] = new(now, tally);
            return tally;
        }
        finally
        {
            tallying.TryRemove(sight.Key, out _);
        }

        static IReadOnlyList<(string, int)> Most(IEnumerable<(string Of, int Count)> counts) =>
            [.. counts.GroupBy(one => one.Of, StringComparer.Ordinal).Select(g => (Of: g.Key, Count: g.Sum(one => one.Count))).OrderByDescending(one => one.Count).ThenBy(one => one.Of, StringComparer.Ordinal).Take(100)];
    }

    /// <summary>Says who works on a demand.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person who assigns.</param>
    /// <param name="to">The person who has it now; <c>null</c> for nobody.</param>
    /// <param name="seen">The version seen, or <c>null</c> for the present one.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <returns>The state after; the same as before when the person has it already.</returns>
    /// <exception cref="LifeException">That person has declared a conflict.</exception>
    public async Task<DemandState> Assign(string demand, string by, string? to, int? seen, CancellationToken cancel)
    {
        if (to is not null)
            Word(to, "who has it", 100);
        var state = await Present(demand, cancel);
        if (state.AssignedTo == to)
            return state;
        var after = await Say(demand, by, seen, _ => new Assigned(to), cancel);
        // A count that began before does not stand for after.
        Interlocked.Increment(ref assignments);
        tallied.Clear();
        tallying.Clear();
        return after;
    }

    /// <summary>Open demands in the order of the queue, which one index holds with all that the filters ask for.</summary>
    private async Task<List<DemandRow>> Waiting(DeskDatabase db, Sight sight, QueueAsk ask, int most, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var tomorrow = now.AddDays(1);
        var yes = true;
        var demands = sight.Of(db.Demands.AsNoTracking()).Where(d => d.Open == yes);
        if (ask.After is { } after)
        {
            if (after.Length != DemandRow.PlaceLength || !after.All(char.IsAsciiDigit))
                throw Lost();
            demands = demands.Where(d => string.Compare(d.Place, after) > 0);
        }
        if (ask.Emergency)
            demands = demands.Where(d => d.Emergency == true);
        if (ask.Country is { } country)
            demands = demands.Where(d => d.Country == country);
        if (ask.Instrument is { } instrument)
            demands = demands.Where(d => d.Instrument == instrument);
        if (ask.Assigned is { } person)
            demands = demands.Where(d => d.Assigned == person);
        if (ask.Stage is { } stage)
        {
            var name = stage.ToString();
            demands = demands.Where(d => d.Stage == name);
        }
        if (ask.Burning)
            demands = demands.Where(d => d.Burns <= now);
        if (ask.Today)
            demands = demands.Where(d => d.Due <= tomorrow);
        return await demands.OrderBy(d => d.Place).Take(most + 1).ToListAsync(cancel);
    }

    /// <summary>Demands by their words, the newest first.</summary>
    private async Task<List<DemandRow>> Found(DeskDatabase db, Sight sight, QueueAsk ask, int most, CancellationToken cancel)
    {
        var before = long.MaxValue;
        if (ask.After is { } after && (!long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before)))
            throw Lost();
        var asked = QueueWords.Asked(ask.Text);
        if (asked.Count == 0 && ask.Text.Length > 0)
            return [];
        var now = time.GetUtcNow();
        var tomorrow = now.AddDays(1);
        var marks = QueueWords.Marks(ask.Open, ask.Emergency, ask.Country, ask.Instrument, ask.Assigned, ask.Stage).ToList();
        if (asked.Count == 0 && marks.Count == 0)
            return await Timed(sight.Of(db.Demands.AsNoTracking()).Where(d => d.N < before)).OrderByDescending(d => d.N).Take(most + 1).ToListAsync(cancel);
        // What depends on the clock, on nobody's name or on who looks is no word; it is looked at in what was found, a piece at a time.
        var found = new List<DemandRow>();
        var sieve = ask.Burning || ask.Today || ask.Assigned == "" || !sight.IsWhole;
        while (found.Count <= most)
        {
            var numbers = await db.Find(asked, marks, before, sieve ? 500 : most + 1, cancel);
            if (numbers.Count == 0)
                break;
            found.AddRange(await Timed(sight.Of(db.Demands.AsNoTracking()).Where(d => numbers.Contains(d.N))).OrderByDescending(d => d.N).Take(most + 1 - found.Count).ToListAsync(cancel));
            before = numbers[^1];
            if (!sieve || numbers.Count < 500)
                break;
        }
        return found;

        IQueryable<DemandRow> Timed(IQueryable<DemandRow> rows)
        {
            if (ask.Burning)
                rows = rows.Where(d => d.Open && d.Burns <= now);
            if (ask.Today)
                rows = rows.Where(d => d.Open && d.Due <= tomorrow);
            return ask.Assigned == "" ? rows.Where(d => d.Assigned == "") : rows;
        }
    }

    private sealed record Tallied(DateTimeOffset At, QueueTally Tally);

    private static string Key(QueueAsk ask, DemandRow last) =>
        ask.Text.Length > 0 || ask.Open != true ? last.N.ToString(CultureInfo.InvariantCulture) : last.Place;

    private static DeskException Lost() => new("malformed", "this page of the queue is not one", "begin at the queue's first page");

    private QueueEntry Entry(DemandRow d) => new(
        d.Id, d.Reference, d.Authority, d.Country, d.Instrument, Enum.Parse<Stage>(d.Stage), d.Version, d.Received,
        d.Due, d.DueWhat, d.Due - time.GetUtcNow(), d.Emergency, d.Authenticated, d.Questions, d.Tampered)
    {
        Starts = d.Starts,
        Assigned = d.Assigned,
    };
}
