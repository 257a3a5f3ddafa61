using System.Globalization;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>One reviewer's request to look at one preview: a signed note, good once and for five minutes.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Epoch">The roster's epoch.</param>
/// <param name="Reviewer">The reviewer's name on the roster.</param>
/// <param name="Order">The preview's order digest.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Note">The signed note, with one signature.</param>
public sealed record View(string Gate, long Epoch, string Reviewer, string Order, DateTimeOffset At, SignedNote Note)
{
    /// <summary>How old it may be.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>How far the reviewer's clock may be ahead of the gate's.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    internal const string Kind = "counterseal/view/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex; it is on the ledger.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that the reviewer signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, long epoch, string reviewer, string order, DateTimeOffset at, string nonce) => NoteLines.Build(
        Kind, ("verb", "view"), ("gate", gate), ("epoch", epoch.ToString(CultureInfo.InvariantCulture)), ("reviewer", reviewer), ("order", order), ("at", Instant.Text(at)), ("nonce", nonce));

    /// <summary>Reads the note's text; whether it counts is for <see cref="Fault"/> to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>, or <c>wrong-view</c> for another verb.</exception>
    public static View Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "verb", "gate", "epoch", "reviewer", "order", "at", "nonce");
        if (values[0] != "view")
            throw new RefusalException(Refusal.Of(Refusal.WrongView, "this note's verb is not view", where));
        if (!NoteLines.TryWhole(values[2], out var epoch))
            throw RefusalException.Malformed("the epoch must be a whole number", where);
        if (!Shape.IsHex(values[4], 32))
            throw RefusalException.Malformed("the order's digest must be 32 bytes in lower-case hex", where);
        if (!Shape.TryInstant(values[5], out var at))
            throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
        if (!Shape.IsHex(values[6], 16))
            throw RefusalException.Malformed("the nonce must be 16 bytes in lower-case hex", where);
        return parsed.Signatures.Count == 1
            ? new View(values[1], epoch, values[3], values[4], at, parsed)
            : throw RefusalException.Malformed("a view has exactly one signature", where);
    }

    /// <summary>Whether it counts for a preview; <c>null</c> when it does. Whether it was used before is for the journal to say.</summary>
    /// <param name="roster">The roster as it stands.</param>
    /// <param name="order">The preview's digest.</param>
    /// <param name="viewers">Who may look.</param>
    /// <param name="now">The gate's clock.</param>
    public Refusal? Fault(Roster roster, string order, IReadOnlyList<string> viewers, DateTimeOffset now)
    {
        if (Gate != roster.Gate)
            return Wrong("this note is for another gate");
        if (Order != order)
            return Wrong("this note is for another preview");
        if (!viewers.Contains(Reviewer))
            return Wrong("the order does not name this person among those who may look");
        if (roster.Find(Reviewer) is not { } person || !person.Roles.Contains(RosterRole.Reviewer))
            return Refusal.Of(Refusal.NotOnRoster, "the viewer is not on the roster with the role reviewer", "/");
        if (Epoch != roster.Epoch)
            return Wrong($"this note was signed under epoch {Epoch.ToString(CultureInfo.InvariantCulture)} of the roster, which is at {roster.Epoch.ToString(CultureInfo.InvariantCulture)}");
        if (At > now + Skew || now - At > Fresh)
            return Wrong("this note was signed more than five minutes ago, or in the future");
        return person.HasSigned(Note) ? null : Wrong("the signature is not that of the reviewer named");
    }

    private static Refusal Wrong(string what) => Refusal.Of(Refusal.WrongView, what, "/");
}
