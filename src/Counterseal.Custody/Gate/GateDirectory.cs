using System.Text.Json.Nodes;

namespace Counterseal.Custody;

/// <content>The directory: recipients' entries, and their revocation.</content>
public sealed partial class Gate
{
    /// <summary>Takes a directory entry that two people have signed, so that the authority's own stops are known before any order names it.</summary>
    public GateAnswer TakeDirectory(ReadOnlyMemory<byte> note)
    {
        try
        {
            var entry = DirectoryEntry.Read(note.Span, "/");
            var roster = home.ReadRoster();
            if ((entry.Fault(roster, clock.GetUtcNow(), "/") ?? directory.Fault(entry, "/")) is { } fault)
                return Refuse("", fault);
            if (counters.Take(entry.Note, roster) is { } counter)
                return Refuse("", Refusal.Of(Refusal.WrongApproval, counter, "/"));
            directory.Keep(entry);
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["directory"] = entry.Digest }));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }

    /// <summary>Takes the revocation of a directory entry: nothing is sealed or handed out to it from here on, and it goes on record.</summary>
    public async Task<GateAnswer> TakeRevocation(ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        try
        {
            var revocation = Revocation.Read(note.Span);
            if (revocation.Gate != Name)
                return Refuse("", Refusal.Of(Refusal.WrongGate, "this revocation is for another gate", "/"));
            var known = directory.Find(revocation.Entry);
            var person = home.ReadRoster().SignersOf(revocation.Note).Any(one => one.Roles.Contains(RosterRole.Directory));
            if (!person && (known is null || !KnownDirectory.HasSigned(known, revocation.Note)))
                return Refuse("", Refusal.Of(Refusal.NotOnRoster, "nobody with the role directory, and not the authority of a known entry, has signed this revocation", "/"));
            if (!directory.IsRevoked(revocation.Entry))
                directory.Revoke(revocation);
            foreach (var work in works.Values.Where(work => work.Recipient == revocation.Entry))
                await work.Cancel();
            await OnRecord("revoked", revocation.Entry, "", OwnEvent.Revoked(revocation), cancel);
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["entry"] = revocation.Entry, ["revocation"] = revocation.Digest, ["state"] = "revoked" }));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }
}
