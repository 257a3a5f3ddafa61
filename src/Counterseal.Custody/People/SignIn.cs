using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What a passkey signs so that its person may look at the gate's pages. It approves nothing: every act is a signature of its own.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="At">When the gate asked, UTC.</param>
/// <param name="Nonce">16 bytes in hex that the gate can tell as its own; good once.</param>
/// <param name="Note">The signed note.</param>
internal sealed record SignIn(string Gate, DateTimeOffset At, string Nonce, SignedNote Note)
{
    public const string Kind = "counterseal/sign-in/v1";

    public static string Text(string gate, DateTimeOffset at, string nonce) => NoteLines.Build(Kind, ("gate", gate), ("at", Instant.Text(at)), ("nonce", nonce));

    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static SignIn Read(ReadOnlySpan<byte> note, string where = "/")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "gate", "at", "nonce");
        if (!Shape.IsHex(values[2], 16))
            throw RefusalException.Malformed("the nonce must be 16 bytes in lower-case hex", where);
        return Shape.TryInstant(values[1], out var at)
            ? new SignIn(values[0], at, values[2], parsed)
            : throw RefusalException.Malformed("at must be an instant like 2026-11-24T02:00:00Z", where);
    }
}
