using System.Globalization;
using System.Text;
using Counterseal.Intake;
using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A demand as the officers of the authority that filed it see it.</summary>
/// <param name="View">What an authority sees of its own demand.</param>
/// <param name="Filed">Who filed it.</param>
/// <param name="Instrument">The kind of legal process, as it says.</param>
/// <param name="Answer">Our time to answer by law, once the authority is authenticated and while it runs.</param>
/// <param name="Messages">Messages of both sides, oldest first.</param>
/// <param name="MayWithdraw">Whether it can still be taken back.</param>
/// <param name="Version">Number of events.</param>
public sealed record FiledDemand(AuthorityView View, Filing Filed, string? Instrument, Deadline? Answer, IReadOnlyList<Message> Messages, bool MayWithdraw, int Version);

/// <summary>What the door and the law would say of an original. Nothing of it is kept.</summary>
/// <param name="Reading">What came of reading it.</param>
/// <param name="Assessment">What the law would say today, before anybody has established anything; <c>null</c> where there are faults.</param>
public sealed record OriginalCheck(Reading Reading, Assessment? Assessment);

/// <content>What officers of authorities ask: their own authority's demands, and no others.</content>
public sealed partial class Desk
{
    /// <summary>Whether officers of an authority filed a demand.</summary>
    public async Task<bool> IsFiledBy(string authority, string demand, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(authority) || !DemandId.IsOne(demand))
            return false;
        await using var db = open();
        return await db.Demands.AsNoTracking().AnyAsync(d => d.Id == demand && d.Filer == authority, cancel);
    }

    /// <summary>Demands that officers of an authority filed, the newest first.</summary>
    /// <param name="authority">The authority's id.</param>
    /// <param name="skip">So many are left out at the beginning.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancel">Stops.</param>
    public async Task<IReadOnlyList<FiledDemand>> FiledBy(string authority, int skip, int most, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(authority))
            return [];
        List<string> ids;
        await using (var db = open())
            ids = await db.Demands.AsNoTracking().Where(d => d.Filer == authority).OrderByDescending(d => d.N).Skip(skip).Take(most).Select(d => d.Id).ToListAsync(cancel);
        var demands = new List<FiledDemand>(ids.Count);
        foreach (var id in ids)
        {
            if (await Filed(authority, id, cancel) is { } one)
                demands.Add(one);
        }
        return demands;
    }

    /// <summary>A demand that officers of an authority filed; <c>null</c> for one that is not there, or is another's. Judged by the event, not by the queue's row.</summary>
    public async Task<FiledDemand?> Filed(string authority, string demand, CancellationToken cancel)
    {
        if (!await IsFiledBy(authority, demand, cancel))
            return null;
        var file = await Show(demand, cancel);
        if (file.Events.Count == 0 || file.State.Received!.Filed is not { } filed || filed.Authority != authority)
            return null;
        var state = file.State;
        return new(
            ForAuthority(file), filed, state.Received.Demand.Instrument,
            state.IsAuthenticated && state.StayedFor is null ? state.Deadlines.FirstOrDefault(deadline => deadline.Kind == DeadlineKind.Answer) : null,
            state.Messages, file.Tampered is null && state.ClosedFor is null && state.WithdrawnFor is null, state.Version);
    }

    /// <summary>The <i>received</i> event of a demand that officers of an authority filed, with its proof; <c>null</c> as in <see cref="Filed"/>.</summary>
    public async Task<(ProvenEvent Event, string Reference, string Digest, DateTimeOffset At)?> ReceiptOf(string authority, string demand, CancellationToken cancel) =>
        await Filed(authority, demand, cancel) is { View: var view } ? (view.Proof, view.Reference, view.OriginalDigest, view.Received) : null;

    /// <summary>What the door and the law would say of an original; nothing is kept, not even in quarantine.</summary>
    /// <exception cref="DeskException"><c>malformed</c>: too large.</exception>
    public OriginalCheck Check(ReadOnlyMemory<byte> original)
    {
        if (original.Length > OriginalLimit)
            throw new DeskException("malformed", $"an original has at most {OriginalLimit} bytes, not {original.Length}", "send it in parts, each a demand of its own");
        var reading = Looked(original);
        var now = time.GetUtcNow();
        return new(reading, reading.Demand is { } demand ? Engine.Assess(demand, Facts.None, Book, now, now) : null);
    }

    /// <summary>Writes a message of ours to the authority.</summary>
    public Task<DemandState> Write(string demand, string by, string text, CancellationToken cancel) => Say(demand, by, null, _ => new Messaged(MessageDirection.ToAuthority, Clean(text)), cancel);

    /// <summary>Writes a message of an officer to us.</summary>
    /// <exception cref="DeskException"><c>unknown</c>: no demand of that officer's authority.</exception>
    public async Task<DemandState> Write(string demand, Officer officer, string text, CancellationToken cancel)
    {
        await EnsureFiledBy(officer, demand, cancel);
        return await Say(demand, officer.By, null, _ => new Messaged(MessageDirection.FromAuthority, Clean(text), officer.Id), cancel);
    }

    /// <summary>Takes a demand back, by an officer of the authority that filed it.</summary>
    /// <exception cref="DeskException"><c>unknown</c>: no demand of that officer's authority.</exception>
    public async Task<DemandState> Withdraw(string demand, Officer officer, string reason, CancellationToken cancel)
    {
        await EnsureFiledBy(officer, demand, cancel);
        return await Withdraw(demand, officer.By, reason, null, cancel);
    }

    /// <summary>Demands with a message of the authority that waits for ours, the longest waiting first.</summary>
    public async Task<IReadOnlyList<QueueEntry>> UnansweredMessages(Sight sight, int most, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        var yes = true;
        await using var db = open();
        return [.. (await sight.Of(db.Demands.AsNoTracking()).Where(d => d.Unanswered == yes).OrderBy(d => d.N).Take(most).ToListAsync(cancel)).Select(Entry)];
    }

    /// <summary>The directory's last entry of an authority; <c>null</c> for none.</summary>
    public async Task<DirectoryEntry?> EntryOf(string authority, CancellationToken cancel) => (await Entries(cancel)).Where(entry => entry.Authority == authority).MaxBy(entry => entry.Version);

    private async Task EnsureFiledBy(Officer officer, string demand, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(officer);
        if (await Filed(officer.Authority, demand, cancel) is null)
            throw new DeskException("unknown", "there is no demand of your authority with that id", "look at the list of your demands");
    }

    /// <summary>Line ends as one, and nothing that turns or hides writing.</summary>
    private static string Clean(string? text) =>
        string.Concat((text ?? "").ReplaceLineEndings("\n").Trim().EnumerateRunes().Where(rune => rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format)));
}
