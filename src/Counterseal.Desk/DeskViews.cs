using Counterseal.Intake;
using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A demand as the queue shows it.</summary>
/// <param name="Id">The demand's id.</param>
/// <param name="Reference">The authority's reference.</param>
/// <param name="Authority">Who issued it, as it says.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Instrument">The kind of legal process, where known.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Version">Number of events.</param>
/// <param name="Received">When it came, UTC.</param>
/// <param name="Due">The soonest clock that runs, UTC.</param>
/// <param name="DueWhat">What must be done by then.</param>
/// <param name="Left">Time left; negative when overdue.</param>
/// <param name="Emergency">Whether it says it is an emergency.</param>
/// <param name="Authenticated">Whether it is from whom it says.</param>
/// <param name="Questions">Open questions of the law.</param>
/// <param name="Tampered">What the database says otherwise than the ledger.</param>
public sealed record QueueEntry(
    string Id, string Reference, string Authority, string Country, string? Instrument, Stage Stage, int Version, DateTimeOffset Received,
    DateTimeOffset? Due, string? DueWhat, TimeSpan? Left, bool? Emergency, bool Authenticated, int Questions, string? Tampered)
{
    /// <summary>When the soonest clock began, UTC.</summary>
    public DateTimeOffset? Starts { get; init; }
    /// <summary>Who works on it; empty for nobody.</summary>
    public string Assigned { get; init; } = "";
}

/// <summary>Everything of one demand, for the people at the desk.</summary>
/// <param name="State">Folded from the events; up to the first that cannot be, where somebody changed them.</param>
/// <param name="Events">All events with their proofs, oldest first.</param>
/// <param name="Tampered">What is wrong with the database, or <c>null</c>.</param>
public sealed record DemandFile(DemandState State, IReadOnlyList<LoggedEvent> Events, string? Tampered);

/// <summary>
/// What an authority sees of its own demand: never a count, a finding or a question, and nothing that tells whether an account exists before
/// its authority is authenticated.
/// </summary>
/// <param name="Id">The demand's id.</param>
/// <param name="Reference">The authority's own reference.</param>
/// <param name="Received">When it was received, UTC.</param>
/// <param name="OriginalDigest">SHA-256 of what came.</param>
/// <param name="Status">received, in examination, decided, package ready, handed over, stayed, withdrawn, closed.</param>
/// <param name="Authenticated">Whether we have established that it is from whom it says.</param>
/// <param name="Decision">Once decided, and only then.</param>
/// <param name="Reasons">Of the decision.</param>
/// <param name="Package">The sealed package, when it can be fetched.</param>
/// <param name="Proof">The <i>received</i> event with its proof.</param>
public sealed record AuthorityView(
    string Id, string Reference, DateTimeOffset Received, string OriginalDigest, string Status, bool Authenticated,
    Decision? Decision, IReadOnlyList<string> Reasons, SealResult? Package, ProvenEvent Proof)
{
    /// <summary>Our messages to the authority, oldest first.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];
}

/// <content>What people look at. Nothing here changes anything.</content>
public sealed partial class Desk
{
    /// <summary>The queue: demands with running clocks first, the least time left on top; then the others, newest first.</summary>
    /// <param name="all">Closed and withdrawn ones too.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancel">Stops.</param>
    public Task<IReadOnlyList<QueueEntry>> Queue(bool all, int most, CancellationToken cancel) => Queue(Sight.Whole, all, most, cancel);

    /// <summary>The queue as somebody may see it.</summary>
    /// <param name="sight">What that person may see.</param>
    /// <param name="all">Closed and withdrawn ones too.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancel">Stops.</param>
    public async Task<IReadOnlyList<QueueEntry>> Queue(Sight sight, bool all, int most, CancellationToken cancel)
    {
        await using var db = open();
        var rows = await sight.Of(db.Demands.AsNoTracking()).Where(d => all || d.Open)
            .OrderBy(d => d.Due == null).ThenBy(d => d.Due).ThenByDescending(d => d.Received).ThenBy(d => d.Id).Take(most).ToListAsync(cancel);
        return [.. rows.Select(Entry)];
    }

    /// <summary>Clocks that run, the least time left first; the queue's upper part.</summary>
    public async Task<IReadOnlyList<QueueEntry>> Clocks(int most, CancellationToken cancel) =>
        [.. (await Queue(all: false, most, cancel)).Where(entry => entry.Due is not null)];

    /// <summary>Everything of one demand.</summary>
    /// <exception cref="DeskException"><c>unknown</c>.</exception>
    public async Task<DemandFile> Show(string demand, CancellationToken cancel)
    {
        await using var db = open();
        var rows = await db.Events.AsNoTracking().Where(e => e.Demand == demand && e.Logged).OrderBy(e => e.Version).ToListAsync(cancel);
        var tampered = await db.Demands.AsNoTracking().Where(d => d.Id == demand).Select(d => d.Tampered).SingleOrDefaultAsync(cancel);
        var state = DemandState.None;
        var events = new List<LoggedEvent>();
        foreach (var row in rows)
        {
            try
            {
                var happened = EventStore.Read(row);
                state = Life.Next(state, happened);
                events.Add(new LoggedEvent(happened, row.Salt, row.N, row.LeafIndex ?? -1, row.Proof ?? ""));
            }
            catch (LifeException no)
            {
                tampered ??= no.Message;
                break;
            }
        }
        return rows.Count > 0 && demand != DeskEvent.Own ? new DemandFile(state, events, tampered)
            : throw new DeskException("unknown", $"there is no demand {demand}", "look it up in the queue");
    }

    /// <summary>The demand that a receipt's token opens, or <c>null</c>.</summary>
    public async Task<AuthorityView?> Status(string token, CancellationToken cancel)
    {
        if (await DemandOf(token, cancel) is not { } id)
            return null;
        var file = await Show(id, cancel);
        return file.Events.Count == 0 ? null : ForAuthority(file);
    }

    private AuthorityView ForAuthority(DemandFile file)
    {
        var state = file.State;
        var decided = state.Decided is { } d && (state.IsAuthenticated || !Life.Reveals(d.Decision)) ? d : null;
        var ready = state.Stage is Stage.Sealed or Stage.Released && state.IsAuthenticated && file.Tampered is null;
        var status = state.Stage switch
        {
            Stage.Received => "received",
            Stage.Stayed => "stayed",
            Stage.Withdrawn => "withdrawn",
            Stage.Closed => "closed",
            _ when decided is null => "in examination",
            Stage.Sealed when ready => "package ready",
            Stage.Released when ready => "handed over",
            Stage.Assessed => "in examination",
            _ => "decided",
        };
        return new AuthorityView(
            state.Id, state.Received!.Demand.Reference, state.ReceivedAt, state.Received.Original.Digest, status, state.IsAuthenticated,
            decided?.Decision, decided?.Reasons ?? [], ready ? state.Package!.Seal : null, store.Proven(file.Events[0]))
        {
            Messages = [.. state.Messages.Where(message => message.Direction == MessageDirection.ToAuthority)],
        };
    }

    /// <summary>The id of the demand that a receipt's token opens, or <c>null</c>.</summary>
    public async Task<string?> DemandOf(string token, CancellationToken cancel)
    {
        if (token is not { Length: > 0 and <= 64 })
            return null;
        var digest = DemandId.TokenDigest(token);
        await using var db = open();
        return await db.Demands.AsNoTracking().Where(d => d.Receipt == digest).Select(d => d.Id).SingleOrDefaultAsync(cancel);
    }

    /// <summary>
    /// What the law says now of a demand whose events have gone on since it was last assessed (closed ones are assessed no more): the terms of what we keep are
    /// read from here. Nothing of it is recorded.
    /// </summary>
    public Assessment Now(DemandState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return ((Assessed)Assessment(state)).Assessment;
    }

    /// <summary>The desk's own events with their proofs, oldest first: the rule books that it has worked by (<see cref="Adopted"/>) and what was made public (<see cref="Published"/>).</summary>
    public Task<IReadOnlyList<LoggedEvent>> Own(CancellationToken cancel) => store.Load(DeskEvent.Own, cancel);

    /// <summary>The original bytes of a demand.</summary>
    /// <exception cref="DeskException"><c>unknown</c>.</exception>
    public async Task<byte[]> OriginalOf(string demand, CancellationToken cancel)
    {
        await using var db = open();
        return await db.Originals.AsNoTracking().Where(o => o.Demand == demand).Select(o => o.Bytes).SingleOrDefaultAsync(cancel)
            ?? throw new DeskException("unknown", $"there is no demand {demand}, or its original was destroyed at the end of its term", "look it up in the queue");
    }

    /// <summary>An event with everything that a stranger needs to check it.</summary>
    public ProvenEvent Prove(LoggedEvent logged) => store.Proven(logged);

    /// <summary>Originals that could not be taken, newest first.</summary>
    public async Task<IReadOnlyList<Quarantined>> Quarantine(int most, CancellationToken cancel)
    {
        await using var db = open();
        var rows = await db.Quarantine.AsNoTracking().OrderByDescending(q => q.At).Take(most)
            .Select(q => new { q.Digest, q.Format, q.Channel, q.At, q.Faults }).ToListAsync(cancel);
        return [.. rows.Select(q => new Quarantined(
            q.Digest, q.Format, q.Channel, q.At, System.Text.Json.JsonSerializer.Deserialize<List<Remark>>(q.Faults, LawJson.Options)!))];
    }

    /// <summary>Keeps an entry of the directory. Whether it is signed by two rostered people is for the gate to judge.</summary>
    /// <param name="note">The signed note.</param>
    /// <param name="by">The person who hands it in.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>.</exception>
    public async Task<DirectoryEntry> AddEntry(byte[] note, string by, CancellationToken cancel)
    {
        Word(by, "who hands it in", 200);
        DirectoryEntry entry;
        try
        {
            entry = DirectoryEntry.Read(note);
        }
        catch (FormatException no)
        {
            throw new DeskException("malformed", $"this is not a directory entry: {no.Message}", "make one with counterseal directory");
        }
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var row = await db.Directory.FindAsync([entry.Digest], cancel);
        if (row is null)
            db.Directory.Add(new DirectoryRow { Digest = entry.Digest, Note = note, AddedBy = by, At = time.GetUtcNow() });
        else
            row.Note = note;
        await db.SaveChangesAsync(cancel);
        Ledger.CrashPoint.Reach("desk.directory.before");
        await transaction.CommitAsync(cancel);
        Ledger.CrashPoint.Reach("desk.directory.after");
        return entry;
    }

    /// <summary>All entries of the directory, newest first.</summary>
    public async Task<IReadOnlyList<DirectoryEntry>> Entries(CancellationToken cancel)
    {
        await using var db = open();
        var notes = await db.Directory.AsNoTracking().OrderByDescending(d => d.At).Select(d => d.Note).ToListAsync(cancel);
        return [.. notes.Select(DirectoryEntry.Read)];
    }

    private async Task<DirectoryEntry> Entry(string digest, CancellationToken cancel)
    {
        await using var db = open();
        var note = await db.Directory.AsNoTracking().Where(d => d.Digest == digest).Select(d => d.Note).SingleOrDefaultAsync(cancel)
            ?? throw new DeskException("unknown", $"no directory entry has the digest {digest}", "add it, signed by two people, then decide");
        return DirectoryEntry.Read(note);
    }
}
