using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A shift ended: what the next one must know. Of the desk itself and of no demand; everybody at the desk reads it.</summary>
/// <param name="Note">In plain words.</param>
public sealed record HandedOver(string Note) : EventBody;

/// <summary>A hand-over note as it stands.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Note">What it says.</param>
public sealed record ShiftNote(DateTimeOffset At, string By, string Note);

/// <summary>What happened to one demand in a stretch of time.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Reference">The authority's reference.</param>
/// <param name="Changes">What, oldest first.</param>
public sealed record ShiftChange(string Demand, string Reference, IReadOnlyList<Change> Changes);

/// <content>The hand-over from one shift to the next.</content>
public sealed partial class Desk
{
    private const int MostNote = 4000;
    private (int Version, ShiftNote? Note) lastNote;

    /// <summary>Leaves a note for the next shift.</summary>
    /// <param name="by">The person.</param>
    /// <param name="note">What it says; at most 4,000 characters.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>: nothing, or too much.</exception>
    public async Task HandOver(string by, string note, CancellationToken cancel)
    {
        Word(by, "who does it", 200);
        if (string.IsNullOrWhiteSpace(note) || note.Length > MostNote)
            throw new DeskException("malformed", $"a note for the next shift has 1 to {MostNote} characters, not {note?.Length ?? 0}", "say it shorter; what is about one demand belongs there");
        _ = await store.AppendOwn(by, new HandedOver(note.Trim()), cancel);
    }

    /// <summary>The last note; <c>null</c> when there is none of the last two days.</summary>
    public async Task<ShiftNote?> LastNote(CancellationToken cancel)
    {
        var known = lastNote;
        await using var db = open();
        // Only what came since the last look is gone through, whether there is a note in it or not.
        var last = await db.Events.AsNoTracking().Where(e => e.Demand == DeskEvent.Own && e.Logged).MaxAsync(e => (int?)e.Version, cancel) ?? 0;
        if (last > known.Version)
        {
            var news = await db.Events.AsNoTracking().Where(e => e.Demand == DeskEvent.Own && e.Version > known.Version && e.Version <= last && e.Logged && e.Type == "handedOver").OrderByDescending(e => e.Version).FirstOrDefaultAsync(cancel);
            lastNote = known = (last, news is null ? known.Note : Read(EventStore.Read(news)));
        }
        return known.Note is { } note && time.GetUtcNow() - note.At < TimeSpan.FromDays(2) ? note : null;
    }

    private static ShiftNote Read(DeskEvent happened) => new(happened.At, happened.By, ((HandedOver)happened.Body).Note);

    /// <summary>What changed since an instant in demands that somebody sees, the latest first; at most 200 demands of the last 2,000 events.</summary>
    public async Task<IReadOnlyList<ShiftChange>> ChangesSince(Sight sight, DateTimeOffset since, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        await using var db = open();
        // The log's order is that of time, and is indexed: one goes back in it until the time is reached.
        var last = await db.Events.AsNoTracking().MaxAsync(e => e.LeafIndex, cancel) ?? -1;
        var rows = await db.Events.AsNoTracking().Where(e => e.LeafIndex > last - 2000 && e.Logged && e.Demand != DeskEvent.Own && e.At >= since)
            .Join(sight.Of(db.Demands.AsNoTracking()), e => e.Demand, d => d.Id, (e, d) => new { e.Demand, e.Version, e.LeafIndex, e.Type, e.By, e.At, d.Reference }).OrderBy(e => e.LeafIndex).ToListAsync(cancel);
        return [.. rows.GroupBy(e => (e.Demand, e.Reference)).OrderByDescending(of => of.Max(e => e.LeafIndex)).Take(200)
            .Select(of => new ShiftChange(of.Key.Demand, of.Key.Reference, [.. of.Select(e => new Change(e.Demand, e.Version, e.LeafIndex ?? -1, e.Type, e.By, e.At))]))];
    }
}
