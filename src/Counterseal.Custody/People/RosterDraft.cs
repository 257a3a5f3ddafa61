using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>A roster that people are asked to sign, with the signatures so far: a file <c>rosters/CHANGE.json</c>. It is nothing until the gate says that it is signed by enough.</summary>
/// <param name="Roster">The roster that it proposes.</param>
/// <param name="Bytes">That roster's bytes.</param>
/// <param name="Change">The text that people sign.</param>
internal sealed record RosterDraft(Roster Roster, byte[] Bytes, RosterChange Change)
{
    private const int Limit = 4 << 20;

    /// <summary>The change's digest.</summary>
    public string Digest => Change.Digest;

    /// <summary>The file's bytes.</summary>
    public byte[] Json() => Canonical.Bytes(new JsonObject
    {
        ["roster"] = Convert.ToBase64String(Bytes),
        ["text"] = Change.Note.Text,
        ["signatures"] = new JsonArray([.. Change.Note.Signatures.Select(line => JsonValue.Create(line.ToString()))]),
    });

    /// <summary>A draft without signatures.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>: the roster cannot be read.</exception>
    public static RosterDraft New(byte[] roster, Roster current, DateTimeOffset now)
    {
        var read = Roster.Read(roster);
        var text = RosterChange.Text(read.Gate, read.Epoch, read.Digest, current.Digest, now);
        return new RosterDraft(read, roster, new RosterChange(read.Gate, read.Epoch, read.Digest, current.Digest, now, new SignedNote(text, [])));
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static RosterDraft Read(byte[] file)
    {
        using var document = Shape.ParseCanonical(file, Limit, "rosters");
        var root = Shape.Closed(document.RootElement, "rosters", "roster", "text", "signatures");
        var bytes = root.Base64("roster", 1 << 20);
        var lines = root.Texts("signatures", 200, NoteLines.Limit);
        // A note has at least one line; the text alone is read under one that says nothing.
        var note = RosterChange.Read(Encoding.UTF8.GetBytes($"{root.Text("text")}\n— nobody AAAAAAA=\n"), "rosters");
        var signatures = lines.Count == 0 ? [] : RosterChange.Read(Encoding.UTF8.GetBytes($"{root.Text("text")}\n{string.Join('\n', lines)}\n"), "rosters").Note.Signatures;
        var draft = new RosterDraft(Roster.Read(bytes), bytes, note with { Note = note.Note with { Signatures = signatures } });
        return draft.Roster.Digest == draft.Change.Roster && draft.Roster.Epoch == draft.Change.Epoch && draft.Roster.Gate == draft.Change.Gate
            ? draft
            : throw RefusalException.Malformed("the draft's text is not about its roster", "rosters");
    }

    /// <summary>The draft with one more signature line; the same line again changes nothing.</summary>
    public RosterDraft With(NoteSignature line) => Change.Note.Signatures.Contains(line)
        ? this
        : this with { Change = Change with { Note = Change.Note with { Signatures = [.. Change.Note.Signatures, line] } } };

    /// <summary>Why this cannot follow the roster in force, whoever signs it; <c>null</c> when it can.</summary>
    public string? Fault(Roster current, bool trial) =>
        Change.Previous != current.Digest ? "it does not follow the roster in force"
        : Roster.Epoch != current.Epoch + 1 ? "its epoch is not the next"
        : Roster.Change is not { } rule ? "it does not say how it is changed (change: quorum, wait)"
        : Roster.People.Count == 0 ? "there is nobody on it"
        : !trial && rule.Wait < TimeSpan.FromHours(1) ? "in production a change waits at least an hour"
        : null;

    /// <summary>People of the roster in force who have signed.</summary>
    public IReadOnlyList<RosterPerson> Old(Roster current) => current.SignersOf(Change.Note);

    /// <summary>People who must still sign because a key or passkey of theirs is new: they prove that they hold it.</summary>
    /// <param name="current">The roster in force; <c>null</c> at the founding, when everybody signs.</param>
    public IReadOnlyList<RosterPerson> Missing(Roster? current) => [.. Roster.People.Where(person => !Known(current?.Find(person.Name), person) && !person.HasSigned(Change.Note))];

    private static bool Known(RosterPerson? before, RosterPerson now) =>
        before is not null && (now.Key is null || now.Key.Equals(before.Key)) && now.Passkeys.All(passkey => before.Passkeys.Any(old => old.Id.AsSpan().SequenceEqual(passkey.Id) && old.Key.SameAs(passkey.Key)));
}
