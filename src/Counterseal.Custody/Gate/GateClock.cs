using System.Globalization;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <content>The clock: nothing that hangs on it is done while something speaks against it, and only a quorum can have the journal's latest time forgotten.</content>
public sealed partial class Gate
{
    private readonly WitnessClock witnessed;

    /// <summary>What speaks against the gate's clock, or <c>null</c>.</summary>
    private Task<Refusal?> ClockFault(CancellationToken cancel) => witnessed.Fault(cancel);

    /// <summary>
    /// Has the journal's latest time forgotten: the way out after a clock that was ahead by mistake. A quorum signs, for the time that it is now; it goes on record, and the journal's lines count from there. What the
    /// witnesses have said cannot be forgotten in this way.
    /// </summary>
    public async Task<GateAnswer> TakeClock(ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        try
        {
            var set = ClockNote.Read(note.Span);
            if (set.Gate != Name)
                return Refuse("", Refusal.Of(Refusal.WrongGate, "this is for another gate", "/"));
            if (await ledger.Disagreement(cancel) is { } disagreement)
                return Refuse("", disagreement);
            var roster = await RosterOnRecord(cancel);
            if ((set.At - clock.GetUtcNow()).Duration() > Skew)
                return Refuse("", Refusal.Of(Refusal.Clock, $"the note is for {Instant.Text(set.At)}, and the gate's clock says {Instant.Text(clock.GetUtcNow())}", "/at"));
            if (ledger.Journal!.Doubts(clock.GetUtcNow()))
                return Refuse("", await ClockFault(cancel) ?? Refusal.Of(Refusal.Clock, "the witnesses speak against the gate's clock", "/at"));
            var people = roster.SignersOf(set.Note).Count;
            if (people < Quorum(roster))
                return Refuse("", Refusal.Of(Refusal.TooFewApprovals, $"{people.ToString(CultureInfo.InvariantCulture)} rostered people have signed this, and it needs {Quorum(roster).ToString(CultureInfo.InvariantCulture)}", "/"));
            if (counters.Take(set.Note, roster) is { } counter)
                return Refuse("", Refusal.Of(Refusal.WrongApproval, counter, "/"));
            await Record("clock", "", OwnEvent.Clock(set.Digest), set.Digest, cancel);
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["clock"] = set.Digest, ["state"] = await ClockFault(cancel) is { } still ? still.Code : "ready" }));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }
}
