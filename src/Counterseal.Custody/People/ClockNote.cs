using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>That the gate's clock is right now, whatever its journal says; a quorum of the roster signs it.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="At">The time that it is, UTC; the gate takes the note within five minutes of it.</param>
/// <param name="Note">The signed note.</param>
public sealed record ClockNote(string Gate, DateTimeOffset At, SignedNote Note)
{
    internal const string Kind = "counterseal/clock/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that a quorum signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, DateTimeOffset at) => NoteLines.Build(Kind, ("gate", gate), ("at", Instant.Text(at)));

    /// <summary>Reads the note's text; whose signatures count is for the gate to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static ClockNote Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "at");
        return Shape.TryInstant(values[1], out var at)
            ? new ClockNote(values[0], at, parsed)
            : throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
    }
}
