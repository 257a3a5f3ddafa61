using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>That something happened to a demand: enough to say so on a page that shows it.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Version">The event's version.</param>
/// <param name="Leaf">Where its leaf is in the log: changes are counted by it.</param>
/// <param name="Type">The event's type.</param>
/// <param name="By">Who.</param>
/// <param name="At">When, UTC.</param>
public sealed record Change(string Demand, int Version, long Leaf, string Type, string By, DateTimeOffset At);

/// <content>What changes while somebody looks.</content>
public sealed partial class Desk
{
    private const int MostChanges = 200;

    /// <summary>Done as soon as this process has recorded something, or after a while: another process may have.</summary>
    /// <param name="patience">The longest wait.</param>
    /// <param name="cancel">Stops.</param>
    public async Task Changed(TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            await store.Next.WaitAsync(patience, time, cancel);
        }
        catch (TimeoutException)
        {
            // Then one looks.
        }
    }

    /// <summary>What happened to a demand after a version, oldest first; at most 200.</summary>
    public async Task<IReadOnlyList<Change>> ChangesOf(string demand, int version, CancellationToken cancel)
    {
        await using var db = open();
        return Changes(await db.Events.AsNoTracking().Where(e => e.Demand == demand && e.Logged && e.Version > version).OrderBy(e => e.Version).Take(MostChanges)
            .Select(e => new { e.Demand, e.Version, e.LeafIndex, e.Type, e.By, e.At }).ToListAsync(cancel), e => new(e.Demand, e.Version, e.LeafIndex ?? -1, e.Type, e.By, e.At));
    }

    /// <summary>What happened after a leaf to any demand that somebody sees, oldest first; at most 200.</summary>
    public async Task<IReadOnlyList<Change>> ChangesAfter(Sight sight, long leaf, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        await using var db = open();
        var seen = sight.Of(db.Demands.AsNoTracking());
        var rows = await db.Events.AsNoTracking().Where(e => e.LeafIndex > leaf && e.Logged && e.Demand != DeskEvent.Own)
            .Join(seen, e => e.Demand, d => d.Id, (e, _) => new { e.Demand, e.Version, e.LeafIndex, e.Type, e.By, e.At }).OrderBy(e => e.LeafIndex).Take(MostChanges).ToListAsync(cancel);
        return Changes(rows, e => new(e.Demand, e.Version, e.LeafIndex ?? -1, e.Type, e.By, e.At));
    }

    /// <summary>The last leaf that the desk has recorded; -1 before the first.</summary>
    public async Task<long> LastLeaf(CancellationToken cancel)
    {
        await using var db = open();
        return await db.Events.AsNoTracking().MaxAsync(e => e.LeafIndex, cancel) ?? -1;
    }

    private static IReadOnlyList<Change> Changes<T>(List<T> rows, Func<T, Change> of) => [.. rows.Select(of)];
}
