using System.Globalization;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>The text by which people fix the first roster, or change the one in force: it names the new roster's digest and the one that it follows.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Epoch">The new epoch, one above the old.</param>
/// <param name="Roster">SHA-256 of the new roster's bytes.</param>
/// <param name="Previous">SHA-256 of the bytes of the roster in force.</param>
/// <param name="At">When it was drafted, UTC.</param>
/// <param name="Note">The signed note.</param>
public sealed record RosterChange(string Gate, long Epoch, string Roster, string Previous, DateTimeOffset At, SignedNote Note)
{
    /// <summary>The text's first line.</summary>
    internal const string Kind = "counterseal/roster/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex: how the change is named.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that people sign.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, long epoch, string roster, string previous, DateTimeOffset at) => NoteLines.Build(
        Kind, ("gate", gate), ("epoch", epoch.ToString(CultureInfo.InvariantCulture)), ("roster", roster), ("previous", previous), ("at", Law.Instant.Text(at)));

    /// <summary>Reads the note's text; whose signatures count is for the gate to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static RosterChange Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "epoch", "roster", "previous", "at");
        if (!NoteLines.TryWhole(values[1], out var epoch))
            throw RefusalException.Malformed("the epoch must be a whole number", where);
        if (!Shape.IsHex(values[2], 32) || !Shape.IsHex(values[3], 32))
            throw RefusalException.Malformed("a roster's digest must be 32 bytes in lower-case hex", where);
        return Shape.TryInstant(values[4], out var at)
            ? new RosterChange(values[0], epoch, values[2], values[3], at, parsed)
            : throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
    }
}

/// <summary>The end of a change of roster that waits: any one person of the roster in force signs it, also one whom the change would strike.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Change">The change's digest.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Note">The signed note.</param>
public sealed record RosterHalt(string Gate, string Change, DateTimeOffset At, SignedNote Note)
{
    /// <summary>The text's first line.</summary>
    internal const string Kind = "counterseal/roster-halt/v1";

    /// <summary>The text that one person signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, string change, DateTimeOffset at) => NoteLines.Build(Kind, ("gate", gate), ("change", change), ("at", Law.Instant.Text(at)));

    /// <summary>Reads the note's text; whose signature counts is for the gate to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static RosterHalt Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "change", "at");
        if (!Shape.IsHex(values[1], 32))
            throw RefusalException.Malformed("the change's digest must be 32 bytes in lower-case hex", where);
        return Shape.TryInstant(values[2], out var at)
            ? new RosterHalt(values[0], values[1], at, parsed)
            : throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
    }
}
