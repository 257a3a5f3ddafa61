using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>The end of one stop; a quorum of the roster signs it.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Stop">The stop's digest.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Note">The signed note.</param>
public sealed record Lift(string Gate, string Stop, DateTimeOffset At, SignedNote Note)
{
    internal const string Kind = "counterseal/lift/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that a quorum signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, string stop, DateTimeOffset at) => NoteLines.Build(Kind, ("gate", gate), ("stop", stop), ("at", Instant.Text(at)));

    /// <summary>Reads the note's text; whose signatures count is for the gate to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static Lift Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "stop", "at");
        if (!Shape.IsHex(values[1], 32))
            throw RefusalException.Malformed("the stop's digest must be 32 bytes in lower-case hex", where);
        return Shape.TryInstant(values[2], out var at)
            ? new Lift(values[0], values[1], at, parsed)
            : throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
    }
}
