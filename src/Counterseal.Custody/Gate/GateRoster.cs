using System.Globalization;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// The roster on record and how it changes. Once a roster was fixed in a ceremony, the file alone changes nothing: the next one needs signatures by a quorum of the old, goes on the
/// ledger as <i>proposed</i>, waits, can be ended by any one person of the old, and then takes effect as a new epoch.
/// </summary>
public sealed partial class Gate
{
    private readonly SemaphoreSlim rosters = new(1, 1);

    /// <summary>A change of roster as it stands.</summary>
    /// <param name="Draft">What is proposed, with the signatures so far.</param>
    /// <param name="Due">When it takes effect, UTC; <c>null</c> while it is not signed by enough.</param>
    /// <param name="Halted">Whether somebody has ended it.</param>
    internal sealed record PendingRoster(RosterDraft Draft, DateTimeOffset? Due, bool Halted);

    /// <summary>Adds a signature to a drafted roster; the last one needed puts the change on record.</summary>
    public async Task<GateAnswer> SignRoster(ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        await rosters.WaitAsync(cancel);
        try
        {
            var signed = RosterChange.Read(note.Span);
            if (await ledger.Disagreement(cancel) is { } disagreement)
                return Refuse("", disagreement);
            var current = await RosterOnRecord(cancel, settled: true);
            if (FindDraft(signed.Digest) is not { } draft || Halted(signed.Digest))
                return Refuse("", Unknown());
            if (draft.Fault(current, home.Settings.Trial) is { } fault)
                return Refuse("", Refusal.Of(Refusal.RosterUnusable, "this roster cannot be the next: " + fault, "/"));
            foreach (var line in signed.Note.Signatures)
            {
                var one = signed.Note with { Signatures = [line] };
                var by = current.SignersOf(one).Count > 0 ? current : draft.Roster.SignersOf(one).Count > 0 ? draft.Roster : null;
                if (by is null)
                    return Refuse("", Refusal.Of(Refusal.NotOnRoster, "a signature is by nobody on the old or the new roster", "/"));
                if (!draft.Change.Note.Signatures.Contains(line) && counters.Take(one, by) is { } counter)
                    return Refuse("", Refusal.Of(Refusal.WrongApproval, counter, "/"));
                draft = draft.With(line);
            }
            Durable.Replace(DraftPath(draft.Digest), draft.Json(), "gate.roster.sign", GateHome.FileMode);
            if (SignedByEnough(draft, current))
            {
                if (Founded)
                {
                    var isNew = ledger.Journal!.Find("proposed", draft.Digest) is null;
                    await Record("proposed", "", OwnEvent.Change(draft), draft.Digest, cancel);
                    if (isNew)
                        TellOfRoster("proposed", draft, Everybody());
                }
                else
                {
                    await Establish(draft, cancel);
                }
            }
            await RosterOnRecord(cancel, settled: true);
            return new GateAnswer(200, Canonical.Bytes(ChangeJson(Pending(draft))));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
        finally
        {
            rosters.Release();
        }
    }

    /// <summary>Ends a change of roster that waits, for good: any one person of the roster in force may.</summary>
    public async Task<GateAnswer> HaltRoster(ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        await rosters.WaitAsync(cancel);
        try
        {
            var halt = RosterHalt.Read(note.Span);
            if (halt.Gate != Name)
                return Refuse("", Refusal.Of(Refusal.WrongGate, "this is for another gate", "/"));
            if (FindDraft(halt.Change) is not { } draft || ledger.Journal is not { } journal)
                return Refuse("", Unknown());
            if (home.ReadRoster().SignersOf(halt.Note).Count == 0)
                return Refuse("", Refusal.Of(Refusal.NotOnRoster, "nobody on the roster has signed this", "/"));
            if (journal.All("roster").Any(leaf => leaf.Read("change") == halt.Change))
                return Refuse("", Refusal.Of(Refusal.RosterUnusable, "this change is in effect already", "/"));
            var isNew = !Halted(halt.Change);
            await Record("halted", "", OwnEvent.Halt(halt.Change), halt.Change, cancel);
            if (isNew)
                TellOfRoster("halted", draft, Everybody());
            return new GateAnswer(200, Canonical.Bytes(ChangeJson(Pending(draft))));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
        finally
        {
            rosters.Release();
        }
    }

    /// <summary>The roster as it stands, put on the ledger before anything is decided under it. An epoch never falls, and what a ceremony fixed only a ceremony changes.</summary>
    /// <param name="cancel">Stops waiting for the ledger.</param>
    /// <param name="settled">Whether the caller holds the rosters already.</param>
    private async Task<Roster> RosterOnRecord(CancellationToken cancel, bool settled = false)
    {
        if (!settled)
            await rosters.WaitAsync(cancel);
        try
        {
            await TakeEffect(cancel);
            var roster = home.ReadRoster();
            var latest = ledger.Journal!.Latest("roster");
            if (latest is not null && long.Parse(latest.Read("epoch"), CultureInfo.InvariantCulture) > roster.Epoch)
                throw Unusable("the roster has a lower epoch than the last one on record");
            if (Founded && latest!.Subject != roster.Digest)
                throw Unusable("the roster is not the one on record, and nobody has signed for the change");
            if (!Founded && !home.Settings.Trial && roster.People.Count > 0)
                throw Unusable("in production a roster is fixed in a ceremony: everyone on it signs it");
            if (latest is null || latest.Subject != roster.Digest)
                await Record("roster", "", OwnEvent.Roster(roster), subject: null, cancel);
            else if (latest.Index is null)
                await ledger.Send(latest, cancel);
            return roster;
        }
        finally
        {
            if (!settled)
                rosters.Release();
        }

        static RefusalException Unusable(string what) => new(Refusal.Of(Refusal.RosterUnusable, what, "roster.json"));
    }

    /// <summary>Whether the roster on record was fixed in a ceremony.</summary>
    private bool Founded => ledger.Journal?.Latest("roster")?.Read("change") is { Length: > 0 };

    /// <summary>The change that has waited long enough takes effect: on record first, then as the file.</summary>
    private async Task TakeEffect(CancellationToken cancel)
    {
        var journal = ledger.Journal!;
        // A kill may have come between the record and the file.
        if (journal.Latest("roster") is { } latest && latest.Read("change") is { Length: > 0 } made && FindDraft(made) is { } cut && home.ReadRoster().Digest == cut.Change.Previous)
            Durable.Replace(home.At("roster.json"), cut.Bytes, "gate.roster.write", GateHome.FileMode);
        if (!Founded || await ClockFault(cancel) is not null)
            return;
        var current = home.ReadRoster();
        foreach (var proposed in journal.All("proposed"))
        {
            if (FindDraft(proposed.Subject) is { } draft && draft.Fault(current, home.Settings.Trial) is null && Pending(draft) is { Halted: false, Due: { } due } && due <= clock.GetUtcNow() && SignedByEnough(draft, current))
            {
                await Establish(draft, cancel);
                return;
            }
        }
    }

    private async Task Establish(RosterDraft draft, CancellationToken cancel)
    {
        var old = Everybody();
        await Record("roster", "", OwnEvent.Roster(draft.Roster, draft.Digest), draft.Roster.Digest, cancel);
        Durable.Replace(home.At("roster.json"), draft.Bytes, "gate.roster.write", GateHome.FileMode);
        TellOfRoster("changed", draft, old);
    }

    /// <summary>At the founding everyone on the new roster signs; later a quorum of the old one, and whoever has a new key or passkey.</summary>
    private bool SignedByEnough(RosterDraft draft, Roster current) => Founded
        ? draft.Old(current).Count >= Math.Max(current.Change!.Quorum, current.MostNeeded) && draft.Missing(current).Count == 0
        : draft.Missing(null).Count == 0;

    /// <summary>The changes that can still take effect, signed by enough or not.</summary>
    internal IReadOnlyList<PendingRoster> PendingRosters()
    {
        if (!Directory.Exists(home.At("rosters")) || ledger.Journal is null)
            return [];
        var current = home.ReadRoster();
        return [.. Directory.EnumerateFiles(home.At("rosters"), "*.json").Order(StringComparer.Ordinal).Select(path => FindDraft(Path.GetFileNameWithoutExtension(path)))
            .OfType<RosterDraft>().Where(draft => draft.Fault(current, home.Settings.Trial) is null).Select(Pending).Where(pending => !pending.Halted)];
    }

    private PendingRoster Pending(RosterDraft draft) => new(
        draft,
        ledger.Journal?.Find("proposed", draft.Digest) is { } proposed && home.ReadRoster().Change is { } rule ? proposed.Event.At + rule.Wait : null,
        Halted(draft.Digest));

    private bool Halted(string change) => ledger.Journal?.Find("halted", change) is not null;

    private RosterDraft? FindDraft(string change)
    {
        try
        {
            return Shape.IsHex(change, 32) && System.IO.File.Exists(DraftPath(change)) && RosterDraft.Read(System.IO.File.ReadAllBytes(DraftPath(change))) is { } draft && draft.Digest == change ? draft : null;
        }
        catch (Exception e) when (e is RefusalException or IOException or UnauthorizedAccessException)
        {
            // A file that is no draft proposes nothing.
            return null;
        }
    }

    private string DraftPath(string change) => home.At("rosters", change + ".json");

    private JsonObject ChangeJson(PendingRoster pending)
    {
        var current = home.ReadRoster();
        var inEffect = current.Digest == pending.Draft.Roster.Digest;
        var answer = new JsonObject
        {
            ["change"] = pending.Draft.Digest,
            ["roster"] = pending.Draft.Roster.Digest,
            ["epoch"] = pending.Draft.Roster.Epoch,
            ["state"] = inEffect ? "inEffect" : pending.Halted ? "halted" : pending.Due is null ? "drafted" : "waiting",
            ["signed"] = new JsonArray([.. (inEffect ? pending.Draft.Roster : current).SignersOf(pending.Draft.Change.Note).Concat(pending.Draft.Roster.SignersOf(pending.Draft.Change.Note)).Select(person => person.Name).Distinct().Select(name => JsonValue.Create(name))]),
            ["missing"] = new JsonArray([.. pending.Draft.Missing(Founded ? current : null).Select(person => JsonValue.Create(person.Name))]),
        };
        if (pending.Due is { } due && !inEffect)
            answer["effective"] = Law.Instant.Text(due);
        return answer;
    }
}
