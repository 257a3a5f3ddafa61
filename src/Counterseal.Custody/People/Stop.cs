using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>A no that holds one demand, or everything, until a quorum lifts it. Any one rostered person sends it, an authority for its own orders, or the gate when a tripwire was crossed.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Demand">The demand's id, or <see cref="Everything"/>.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Nonce">16 random bytes in hex, so that a lift lifts this stop and no other.</param>
/// <param name="Note">The signed note.</param>
public sealed record Stop(string Gate, string Demand, DateTimeOffset At, string Nonce, SignedNote Note)
{
    /// <summary>In place of a demand's id.</summary>
    public const string Everything = "everything";

    internal const string Kind = "counterseal/stop/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex: how a lift names it.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that one person, or the authority, signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, string demand, DateTimeOffset at, string nonce) =>
        NoteLines.Build(Kind, ("gate", gate), ("demand", demand), ("at", Instant.Text(at)), ("nonce", nonce));

    /// <summary>Reads the note's text; whose signature counts is for the gate to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static Stop Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "demand", "at", "nonce");
        if (values[1] != Everything && !Shape.IsDemandId(values[1]))
            throw RefusalException.Malformed("the demand must be an id, or everything", where);
        if (!Shape.TryInstant(values[2], out var at))
            throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
        return Shape.IsHex(values[3], 16)
            ? new Stop(values[0], values[1], at, values[3], parsed)
            : throw RefusalException.Malformed("the nonce must be 16 bytes in lower-case hex", where);
    }

    /// <summary>Whether it holds this demand.</summary>
    public bool Holds(string demand) => Demand == Everything || Demand == demand;
}
