using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What the gate's own pages ask of the gate.</summary>
public sealed partial class Gate
{
    /// <summary>An order that waits, as a list shows it.</summary>
    internal sealed record WaitingOrder(Order Order, IReadOnlyList<string> Approved, int Need);

    /// <summary>An order as a person sees it before approving: its bytes, what the law says of them here, and what the gate's own checks say.</summary>
    internal sealed record OrderSight(Envelope Envelope, Assessment? Assessment, QueryPlan? Plan, Refusal? Refusal, IReadOnlyList<string> Approved, int Need, Roster Roster);

    /// <summary>A stop that holds, and the names of the people who have signed its lift so far.</summary>
    internal sealed record HeldStop(Stop Stop, string LiftText, IReadOnlyList<string> Lifting);

    internal bool IsTrial => home.Settings.Trial;

    internal string Folder => home.Folder;

    /// <summary>The roster in force; <c>null</c> while it cannot be used.</summary>
    internal Roster? RosterNow()
    {
        try
        {
            return home.ReadRoster();
        }
        catch (RefusalException)
        {
            return null;
        }
    }

    /// <summary>Whether the roster is one that a ceremony has fixed.</summary>
    internal bool IsFounded => Founded;

    internal IReadOnlyList<WaitingOrder> WaitingOrders()
    {
        var roster = home.ReadRoster();
        var waiting = new List<WaitingOrder>();
        foreach (var digest in shelf.Unfinished())
        {
            if (shelf.Glance(digest) is var (order, approvals))
                waiting.Add(new WaitingOrder(order, Names(approvals, digest, roster), roster.Needs(order)));
        }
        return [.. waiting.OrderBy(one => one.Order.Expires)];
    }

    /// <summary>An order that waits, with everything that can be said of it now; <c>null</c> when there is none.</summary>
    internal async Task<OrderSight?> Sight(string digest, CancellationToken cancel)
    {
        if (shelf.Find(digest) is not { } envelope)
            return null;
        Refusal? refusal;
        try
        {
            refusal = await Fault(envelope, cancel);
        }
        catch (RefusalException e)
        {
            refusal = e.Refusal;
        }
        var roster = home.ReadRoster();
        Assessment? assessment = null;
        try
        {
            assessment = books.TryGetValue(envelope.Order.Book, out var book) ? Engine.Assess(envelope.Order.Demand, envelope.Order.Facts, book, envelope.Order.Received, envelope.Order.AsOf) : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What the engine cannot assess it does not permit; the refusal above says so.
        }
        return new OrderSight(envelope, assessment, envelope.Order.Plan is null ? null : PlanOf(envelope.Order.Kind, envelope.Order.Scope), refusal, Names(envelope.Approvals, digest, roster), roster.Needs(envelope.Order), roster);
    }

    /// <summary>The original's bytes of an order that waits.</summary>
    internal byte[]? OriginalOf(string digest) => shelf.Find(digest)?.Original;

    /// <summary>What became of an order that does not wait any more; <c>null</c> where the gate knows nothing of it.</summary>
    internal string? Ended(string digest) => works.TryGetValue(digest, out var work) && !work.Task.IsCompleted ? "is being carried out"
        : shelf.Done(digest) is { } outcome ? outcome.Kind == OrderKind.Release ? "was carried out: the package is sealed" : "was carried out"
        : null;

    /// <summary>The stops that hold; <c>null</c> where they cannot be read and everything is stopped.</summary>
    internal IReadOnlyList<HeldStop>? HeldStops()
    {
        try
        {
            var roster = home.ReadRoster();
            return [.. stops.Taken().Select(stop => lifting.Find(stop.Digest) is { } lift
                ? new HeldStop(stop, lift.Note.Text, [.. roster.SignersOf(lift.Note).Select(person => person.Name)])
                : new HeldStop(stop, Lift.Text(Name, stop.Digest, clock.GetUtcNow()), []))];
        }
        catch (RefusalException)
        {
            return null;
        }
    }

    /// <summary>Takes a note that one person has signed on the gate's page, whatever kind it is.</summary>
    internal Task<GateAnswer> TakeFromPage(string text, NoteSignature line, CancellationToken cancel)
    {
        byte[] note = new SignedNote(text, [line]).Bytes();
        return text.Split('\n')[0] switch
        {
            Approval.Kind => Approve(Approval.Read(note, "/").Order, note, cancel),
            Stop.Kind => TakeStop(note, CancellationToken.None),
            Lift.Kind => TakeLift(note, cancel, together: true),
            RosterChange.Kind => SignRoster(note, cancel),
            RosterHalt.Kind => HaltRoster(note, cancel),
            Revocation.Kind => TakeRevocation(note, cancel),
            DirectoryEntry.Kind => Task.FromResult(SignEntry(note)),
            _ => Task.FromResult(Refuse("", Refusal.Of(Refusal.Malformed, "the gate's pages ask for no note of this kind", "/text"))),
        };
    }

    /// <summary>Directory entries that wait for signatures, and those that are known.</summary>
    internal (IReadOnlyList<DirectoryEntry> Drafted, IReadOnlyList<DirectoryEntry> Known) DirectoryNow() => (entries.All(), directory.All());

    /// <summary>Keeps a directory entry that people shall sign on the page.</summary>
    internal GateAnswer ProposeEntry(string text)
    {
        var entry = PendingEntries.Parse(text.Replace("\r\n", "\n", StringComparison.Ordinal).Split("\n\n", 2)[0]);
        if (entries.Find(entry.Digest) is null)
            entries.Keep(entry);
        return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["directory"] = entry.Digest, ["state"] = "drafted" }));
    }

    /// <summary>Adds a signature to a proposed directory entry; with the second one the gate knows it.</summary>
    private GateAnswer SignEntry(ReadOnlyMemory<byte> note)
    {
        try
        {
            var signed = DirectoryEntry.Read(note.Span, "/");
            if (entries.Find(signed.Digest) is not { } entry)
                return Refuse("", Unknown());
            var roster = home.ReadRoster();
            if (signed.Signers(roster) is not [var signer])
                return Refuse("", Refusal.Of(Refusal.NotOnRoster, "this is not signed by a person with the role directory", "/"));
            if (counters.Take(signed.Note, roster) is { } counter)
                return Refuse("", Refusal.Of(Refusal.WrongApproval, counter, "/"));
            if (!entry.Signers(roster).Contains(signer))
                entry = entry with { Note = entry.Note with { Signatures = [.. entry.Note.Signatures, .. signed.Note.Signatures] } };
            entries.Keep(entry);
            if (entry.Signers(roster).Count < 2)
                return new GateAnswer(202, Canonical.Bytes(new JsonObject { ["directory"] = entry.Digest, ["state"] = "waiting" }));
            if ((entry.Fault(roster, clock.GetUtcNow(), "/") ?? directory.Fault(entry, "/")) is { } fault)
                return Refuse("", fault);
            directory.Keep(entry);
            entries.Forget(entry.Digest);
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["directory"] = entry.Digest, ["state"] = "known" }));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }

    /// <summary>The person whose good sign-in a note is, with its counter taken.</summary>
    /// <returns>The name, or the refusal.</returns>
    internal (string? Name, Refusal? Refusal) TakeSignIn(SignedNote note)
    {
        foreach (var roster in Rosters())
        {
            if (roster.SignersOf(note) is not [var person])
                continue;
            return counters.Take(note, roster) is { } fault ? (null, Refusal.Of(Refusal.WrongApproval, fault, "/")) : (person.Name, null);
        }
        return (null, Refusal.Of(Refusal.NotOnRoster, "this passkey is not on the roster", "/"));
    }

    /// <summary>The roster in force, and those that are drafted: whose passkey it is, and under which name.</summary>
    internal (RosterPerson Person, Passkey Passkey)? HolderOf(byte[] credential)
    {
        foreach (var roster in Rosters())
        {
            if (roster.Holder(credential) is { } person)
                return (person, person.Passkeys.First(passkey => passkey.Id.AsSpan().SequenceEqual(credential)));
        }
        return null;
    }

    private IEnumerable<Roster> Rosters() => RosterNow() is { } now ? [now, .. PendingRosters().Select(pending => pending.Draft.Roster)] : [];

    private static IReadOnlyList<string> Names(IReadOnlyList<string> approvals, string order, Roster roster) =>
        [.. Counted(approvals, order, roster).Select(note => Approval.Read(note, "/approvals").Reviewer)];
}

/// <summary>Lifts that one person has signed on the gate's page and that wait for the next, in <c>lifting/</c>: <c>STOP.note</c>.</summary>
internal sealed class PendingLifts(GateHome home)
{
    /// <summary>The lift of a stop with its signatures so far, or <c>null</c>.</summary>
    public Lift? Find(string stop)
    {
        try
        {
            return File.Exists(Path(stop)) ? Lift.Read(File.ReadAllBytes(Path(stop))) : null;
        }
        catch (Exception e) when (e is RefusalException or IOException)
        {
            // What cannot be read lifts nothing; the people sign again.
            return null;
        }
    }

    /// <summary>The lift's note with only the signatures that are not kept yet.</summary>
    public SignedNote New(Lift lift) => Find(lift.Stop) is { } kept && kept.Note.Text == lift.Note.Text
        ? lift.Note with { Signatures = [.. lift.Note.Signatures.Except(kept.Note.Signatures)] }
        : lift.Note;

    /// <summary>The lift with the signatures that are kept of the very same text.</summary>
    public Lift With(Lift lift) => Find(lift.Stop) is { } kept && kept.Note.Text == lift.Note.Text
        ? lift with { Note = lift.Note with { Signatures = [.. kept.Note.Signatures.Union(lift.Note.Signatures)] } }
        : lift;

    public void Keep(Lift lift)
    {
        Durable.CreateFolder(home.At("lifting"), GateHome.FolderMode);
        Durable.Replace(Path(lift.Stop), lift.Note.Bytes(), "gate.lifting.write", GateHome.FileMode);
    }

    public void Forget(string stop)
    {
        if (File.Exists(Path(stop)))
            File.Delete(Path(stop));
    }

    private string Path(string stop) => home.At("lifting", stop + ".note");
}
