using System.Globalization;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>One reviewer's yes to one order at one gate: a signed note (not to be confused with the desk's <i>decided</i> event, which an order rests on).</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Epoch">The roster's epoch under which it was given.</param>
/// <param name="Reviewer">The reviewer's name on the roster.</param>
/// <param name="Order">The order's digest.</param>
/// <param name="Note">The signed note, with one signature.</param>
public sealed record Approval(string Gate, long Epoch, string Reviewer, string Order, SignedNote Note)
{
    internal const string Kind = "counterseal/approval/v1";

    /// <summary>The text that a reviewer signs.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string gate, long epoch, string reviewer, string order) => NoteLines.Build(
        Kind, ("verb", "approve"), ("gate", gate), ("epoch", epoch.ToString(CultureInfo.InvariantCulture)), ("reviewer", reviewer), ("order", order));

    /// <summary>Reads the note's text; whether the signature is good is for <see cref="Roster"/> to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>, or <c>wrong-approval</c> for another verb.</exception>
    public static Approval Read(ReadOnlySpan<byte> note, string where = "/approvals")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "verb", "gate", "epoch", "reviewer", "order");
        if (values[0] != "approve")
            throw new RefusalException(Refusal.Of(Refusal.WrongApproval, "this note's verb is not approve", where));
        if (!NoteLines.TryWhole(values[2], out var epoch))
            throw RefusalException.Malformed("the epoch must be a whole number", where);
        if (!Shape.IsHex(values[4], 32))
            throw RefusalException.Malformed("the order's digest must be 32 bytes in lower-case hex", where);
        if (parsed.Signatures.Count != 1)
            throw RefusalException.Malformed("an approval has exactly one signature", where);
        return new Approval(values[1], epoch, values[3], values[4], parsed);
    }

    /// <summary>As <see cref="Read(ReadOnlySpan{byte}, string)"/>, from text.</summary>
    internal static Approval Read(string note, string where) => Read(Encoding.UTF8.GetBytes(note), where);

    /// <summary>Whether this approval counts for an order under a roster; <c>null</c> when it does.</summary>
    public Refusal? Fault(Roster roster, string order, string where = "/approvals")
    {
        if (Gate != roster.Gate)
            return Refusal.Of(Refusal.WrongApproval, "this approval is for another gate", where);
        if (Order != order)
            return Refusal.Of(Refusal.WrongApproval, "this approval is for another order", where);
        if (roster.Find(Reviewer) is not { } person || !person.Roles.Contains(RosterRole.Reviewer))
            return Refusal.Of(Refusal.NotOnRoster, "the reviewer is not on the roster with the role reviewer", where);
        if (Epoch != roster.Epoch)
            return Refusal.Of(Refusal.WrongApproval, $"this approval was given under epoch {Epoch.ToString(CultureInfo.InvariantCulture)} of the roster, which is at {roster.Epoch.ToString(CultureInfo.InvariantCulture)}", where);
        return person.Fault(Note) is not { } fault ? null : Refusal.Of(Refusal.WrongApproval, "the signature is not that of the reviewer named: " + fault, where);
    }
}
