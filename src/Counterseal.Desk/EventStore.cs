using System.Globalization;
using System.Security.Cryptography;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>An event as it stands in the ledger.</summary>
/// <param name="Event">The event.</param>
/// <param name="Salt">Its salt.</param>
/// <param name="N">It is the desk's n-th leaf.</param>
/// <param name="LeafIndex">Where its leaf is in the log.</param>
/// <param name="Proof">The tlog-proof's text.</param>
public sealed record LoggedEvent(DeskEvent Event, byte[] Salt, long N, long LeafIndex, string Proof);

/// <summary>
/// The append-only streams. Ledger first: an event is committed as pending, its leaf goes into the ledger, and only then is it
/// visible. A pending event holds its demand until it is finished, which <see cref="Resume"/> does after a crash.
/// </summary>
internal sealed class EventStore(Func<DeskDatabase> open, LedgerClient ledger, WriterKey key, TimeProvider time)
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the next event has become visible.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>A demand's events that are in the ledger, oldest first.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> Load(string demand, CancellationToken cancel)
    {
        await using var db = open();
        return [.. (await Rows(db, demand, cancel)).Select(Logged)];
    }

    /// <summary>The desk's own events of one type, oldest first.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> LoadOwn(string type, CancellationToken cancel)
    {
        await using var db = open();
        return [.. (await db.Events.AsNoTracking().Where(e => e.Demand == DeskEvent.Own && e.Logged && e.Type == type).OrderBy(e => e.Version).ToListAsync(cancel)).Select(Logged)];
    }

    /// <summary>The desk's own events after a version, oldest first.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> OwnSince(int version, CancellationToken cancel)
    {
        await using var db = open();
        return [.. (await db.Events.AsNoTracking().Where(e => e.Demand == DeskEvent.Own && e.Logged && e.Version > version).OrderBy(e => e.Version).ToListAsync(cancel)).Select(Logged)];
    }

    /// <summary>A demand's state.</summary>
    /// <exception cref="LifeException">The stored events are no life; somebody changed them.</exception>
    public async Task<DemandState> Fold(string demand, CancellationToken cancel) =>
        Life.Fold((await Load(demand, cancel)).Select(logged => logged.Event));

    /// <summary>Finishes what is pending of one demand, then gives its state.</summary>
    /// <exception cref="KeptException">The ledger cannot be reached.</exception>
    public async Task<DemandState> Current(string demand, CancellationToken cancel)
    {
        await using (var db = open())
        {
            var pending = await db.Events.AsNoTracking().Where(e => e.Demand == demand && !e.Logged).ToListAsync(cancel);
            foreach (var row in pending)
                await Finish(row);
        }
        return await Fold(demand, cancel);
    }

    /// <summary>Appends one event and returns when it is in the ledger and visible.</summary>
    /// <param name="before">The state that the caller acts on; another event since is a conflict.</param>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">Who.</param>
    /// <param name="body">What; runs inside the transaction, after every earlier event is settled.</param>
    /// <param name="original">Bytes to keep in the same transaction.</param>
    /// <param name="cancel">Until the event is committed; what is committed is finished.</param>
    /// <exception cref="LifeException">It may not follow.</exception>
    /// <exception cref="ConflictException">Somebody was first.</exception>
    /// <exception cref="KeptException">Committed, but the ledger does not answer.</exception>
    public async Task<(LoggedEvent Event, DemandState State)> Append(
        DemandState before, string demand, string by, Func<DeskDatabase, Task<EventBody>> body, OriginalRow? original, CancellationToken cancel)
    {
        var row = await Pend(before, demand, by, body, original, cancel);
        return await Finish(row);
    }

    /// <summary>Appends an event of the desk itself and returns when it is in the ledger.</summary>
    /// <param name="by">Who: a person's name, or <c>desk</c>.</param>
    /// <param name="body">What.</param>
    /// <param name="cancel">Until the event is committed; what is committed is finished.</param>
    /// <exception cref="ConflictException">Another process was first.</exception>
    /// <exception cref="KeptException">Committed, but the ledger does not answer.</exception>
    public async Task<LoggedEvent> AppendOwn(string by, EventBody body, CancellationToken cancel)
    {
        await using (var db = open())
        {
            foreach (var pending in await db.Events.AsNoTracking().Where(e => e.Demand == DeskEvent.Own && !e.Logged).OrderBy(e => e.N).ToListAsync(cancel))
                await Finish(pending);
        }
        DemandState before;
        await using (var db = open())
        {
            // There are many of them, and only the last matters here.
            before = await db.Events.AsNoTracking().Where(e => e.Demand == DeskEvent.Own && e.Logged).OrderByDescending(e => e.Version).Select(e => new { e.Version, e.At }).FirstOrDefaultAsync(cancel)
                is { } last ? DemandState.None with { Version = last.Version, At = last.At } : DemandState.None;
        }
        return (await Finish(await Pend(before, DeskEvent.Own, by, _ => Task.FromResult(body), null, cancel))).Event;
    }

    /// <summary>Finishes every pending event, oldest first; gives how many are still pending because the ledger does not answer or refuses.</summary>
    public async Task<IReadOnlyList<KeptException>> Resume(CancellationToken cancel)
    {
        List<EventRow> pending;
        // Said as a value: SQLite looks it up in the index then, and does not go through every event.
        var no = false;
        await using (var db = open())
            pending = await db.Events.AsNoTracking().Where(e => e.Logged == no).OrderBy(e => e.N).ToListAsync(cancel);
        var kept = new List<KeptException>();
        foreach (var row in pending)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                await Finish(row);
            }
            catch (KeptException still)
            {
                kept.Add(still);
            }
        }
        return kept;
    }

    /// <summary>The leaf of a stored event.</summary>
    public Leaf LeafOf(long n, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> canonical) => new(key.Tag(n), Commitment.Of(salt, canonical));

    /// <summary>An event with everything that a stranger needs to check it.</summary>
    public ProvenEvent Proven(LoggedEvent logged) =>
        new(logged.Event.Canonical, Convert.ToHexStringLower(logged.Salt), Convert.ToHexStringLower(key.Tag(logged.N)), logged.Proof);

    private async Task<EventRow> Pend(
        DemandState before, string demand, string by, Func<DeskDatabase, Task<EventBody>> body, OriginalRow? original, CancellationToken cancel)
    {
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The counter's row is the desk's one lock: whoever grows it first is first, on both databases and between processes.
        await db.Counters.Where(c => c.Name == CounterRow.Leaves).ExecuteUpdateAsync(set => set.SetProperty(c => c.Value, c => c.Value + 1), cancel);
        var n = await db.Counters.Where(c => c.Name == CounterRow.Leaves).Select(c => c.Value).SingleAsync(cancel) - 1;
        var latest = await db.Events.AsNoTracking().Where(e => e.Demand == demand).OrderByDescending(e => e.Version).FirstOrDefaultAsync(cancel);
        if ((latest?.Version ?? 0) != before.Version)
        {
            var first = latest is null ? null
                : await db.Events.AsNoTracking().Where(e => e.Demand == demand && e.Version == before.Version + 1).SingleOrDefaultAsync(cancel);
            throw new ConflictException(demand, before.Version, first is null ? null : Read(first));
        }
        var now = time.GetUtcNow();
        var happened = DeskEvent.Of(demand, before.Version + 1, now > before.At ? now : before.At, by, await body(db));
        if (demand != DeskEvent.Own)
            _ = Life.Next(before, happened);
        var row = new EventRow
        {
            Demand = demand,
            Version = happened.Version,
            Type = happened.Type,
            At = happened.At,
            By = by,
            Bytes = happened.Canonical,
            Salt = RandomNumberGenerator.GetBytes(Commitment.SaltSize),
            N = n,
        };
        db.Events.Add(row);
        if (original is not null)
            db.Originals.Add(original);
        await db.SaveChangesAsync(cancel);
        var place = original is null ? "desk.event.pending" : "desk.original";
        CrashPoint.Reach(place + ".before");
        await transaction.CommitAsync(cancel);
        CrashPoint.Reach(place + ".after");
        return row;
    }

    /// <summary>Leaf into the ledger, then visible. Safe to run twice, at once or after a crash: the ledger gives the same leaf the same index.</summary>
    private async Task<(LoggedEvent Event, DemandState State)> Finish(EventRow row)
    {
        TlogProof proof;
        try
        {
            proof = await ledger.Append(LeafOf(row.N, row.Salt, row.Bytes), CancellationToken.None);
        }
        catch (Exception away) when (away is HttpRequestException or IOException or OperationCanceledException or LedgerException)
        {
            throw new KeptException(row.Demand, row.Type, away);
        }
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var text = proof.Text();
        var changed = await db.Events.Where(e => e.Demand == row.Demand && e.Version == row.Version && !e.Logged)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Logged, true).SetProperty(e => e.LeafIndex, proof.Index).SetProperty(e => e.Proof, text));
        var rows = row.Demand == DeskEvent.Own
            ? await db.Events.AsNoTracking().Where(e => e.Demand == row.Demand && e.Version == row.Version).ToListAsync()
            : await Rows(db, row.Demand, CancellationToken.None);
        var state = row.Demand == DeskEvent.Own ? DemandState.None : Life.Fold(rows.Select(Read));
        if (changed > 0)
        {
            if (row.Demand != DeskEvent.Own)
                await Project(db, state, rows[0].N);
            CrashPoint.Reach("desk.event.logged.before");
            await transaction.CommitAsync();
            CrashPoint.Reach("desk.event.logged.after");
            Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
        return (Logged(rows.Single(one => one.Version == row.Version)), state);
    }

    /// <summary>Writes what the queue shows of a demand. The mark of tampering is left as it is.</summary>
    /// <param name="db">Inside the transaction of what happened.</param>
    /// <param name="state">The state after it.</param>
    /// <param name="n">The number of its <i>received</i> event.</param>
    public static async Task Project(DeskDatabase db, DemandState state, long n)
    {
        var row = await db.Demands.FindAsync(state.Id);
        if (row is null)
            db.Demands.Add(row = new DemandRow { Id = state.Id });
        await Fill(db, row, state, n, CancellationToken.None);
        await db.SaveChangesAsync();
    }

    /// <summary>What the queue shows of a state, and the words that it is found by.</summary>
    public static async Task Fill(DeskDatabase db, DemandRow row, DemandState state, long n, CancellationToken cancel)
    {
        Fill(row, state, n);
        await DemandDays.Keep(db, row, state, cancel);
        if (state.ToldAt is not null && !row.Told)
        {
            if (!await db.Customers.AnyAsync(c => c.Demand == state.Id, cancel))
                db.Customers.AddRange(CustomerName.Of(state.Received!.Demand).Select(name => new CustomerRow { Name = CustomerName.Digest(name), Demand = state.Id }));
            row.Told = true;
        }
        var words = QueueWords.Of(state);
        var digest = Canon.Digest(System.Text.Encoding.UTF8.GetBytes($"{n} {words}"))[..16];
        if (row.Words == digest)
            return;
        await db.Keep(n, words, cancel);
        row.Words = digest;
    }

    /// <summary>What the queue shows of a state.</summary>
    public static void Fill(DemandRow row, DemandState state, long n)
    {
        var demand = state.Received!.Demand;
        row.N = n;
        row.Reference = Shown(demand.Reference);
        row.Authority = Shown(demand.Issuing.Name);
        row.Country = Shown(demand.Issuing.Country);
        row.Instrument = demand.Instrument is { } instrument ? Shown(instrument) : null;
        row.Stage = state.Stage.ToString();
        row.Version = state.Version;
        row.Received = state.ReceivedAt;
        var next = state.Deadlines.Count == 0 ? null : state.Deadlines[0];
        row.Due = next?.Due;
        row.DueWhat = next?.What;
        row.Starts = next?.Starts;
        row.Burns = next is null ? null : next.Due - ((next.Due - next.Starts) / 4);
        row.Assigned = state.AssignedTo is { } person ? Shown(person) : "";
        row.Place = Place(demand.Emergency == true, next?.Due, state.ReceivedAt, n);
        row.Turns = state.ClosedFor is null && state.WithdrawnFor is null ? state.Turns : null;
        row.Lapses = state.Lapses;
        row.Emergency = demand.Emergency;
        row.Authenticated = state.IsAuthenticated;
        row.Questions = state.Assessed?.Assessment.Questions.Count ?? 0;
        row.Open = state.ClosedFor is null && state.WithdrawnFor is null;
        row.AssessmentDue = state.AssessmentDue && row.Open;
        row.OrdersOpen = state.Orders.Any(order => order.IsOpen);
        row.Receipt = state.Received.Receipt;
        row.Compartment = state.Compartment;
        row.Filer = state.Received.Filed?.Authority ?? "";
        row.Unanswered = state.Unanswered;
    }

    private static string Place(bool emergency, DateTimeOffset? due, DateTimeOffset received, long n)
    {
        var sort = due is null ? (emergency ? 2 : 3) : emergency ? 0 : 1;
        // Without a clock the newest comes first: the time is counted down.
        var at = due is { } end ? end.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) : (99_999_999_999_999 - long.Parse(received.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)).ToString("D14", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{sort}{at}{n:D12}");
    }

    /// <summary>The stored row as an event; its bytes are what counts, the other columns only help to search.</summary>
    public static DeskEvent Read(EventRow row)
    {
        try
        {
            return DeskEvent.Read(row.Bytes);
        }
        catch (FormatException wrong)
        {
            throw new LifeException($"event {row.Version} of demand {row.Demand} cannot be read: {wrong.Message}");
        }
    }

    private static Task<List<EventRow>> Rows(DeskDatabase db, string demand, CancellationToken cancel) =>
        db.Events.AsNoTracking().Where(e => e.Demand == demand && e.Logged).OrderBy(e => e.Version).ToListAsync(cancel);

    private static LoggedEvent Logged(EventRow row) => new(Read(row), row.Salt, row.N, row.LeafIndex ?? -1, row.Proof ?? "");

    /// <summary>Foreign text in a column: no control characters, at most 255 characters.</summary>
    private static string Shown(string text)
    {
        var clean = new string([.. text.Take(255).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c)]);
        return clean;
    }
}
