using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>The end of one directory entry, for good: its keys are lost, or in other hands. One person with the role <i>directory</i> signs it, or the authority itself.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Entry">The entry's digest.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Reason">In words.</param>
/// <param name="Note">The signed note.</param>
public sealed record Revocation(string Gate, string Entry, DateTimeOffset At, string Reason, SignedNote Note)
{
    internal const string Kind = "counterseal/revocation/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that one person, or the authority, signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, string entry, DateTimeOffset at, string reason) =>
        NoteLines.Build(Kind, ("gate", gate), ("entry", entry), ("at", Instant.Text(at)), ("reason", reason));

    /// <summary>Reads the note's text; whose signature counts is for the gate to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static Revocation Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "entry", "at", "reason");
        if (!Shape.IsHex(values[1], 32))
            throw RefusalException.Malformed("the entry's digest must be 32 bytes in lower-case hex", where);
        return Shape.TryInstant(values[2], out var at)
            ? new Revocation(values[0], values[1], at, values[3], parsed)
            : throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
    }
}
