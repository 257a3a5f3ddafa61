using Counterseal.Intake;

namespace Counterseal.Desk;

/// <summary>What came of an arrival: a <see cref="Receipt"/> or a <see cref="Quarantined"/> original.</summary>
public abstract record Arrival;

/// <summary>
/// Given only after the commit and with the proof: whoever holds it can show that this desk received these bytes, and check it
/// without the desk. The original's digest stands in the event; event, salt and tag give the leaf; the proof puts it in the log.
/// </summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Token">Opens the status page. The desk keeps only its digest: it cannot be given again.</param>
/// <param name="Reference">The authority's own reference.</param>
/// <param name="OriginalDigest">SHA-256 of the bytes that came, lower-case hex.</param>
/// <param name="At">When it was received, UTC.</param>
/// <param name="Received">The <i>received</i> event with its proof.</param>
/// <param name="Warnings">What was read but not understood.</param>
/// <param name="Tally">The demand's leaf in the tally; <c>null</c> where there is no tally, or its ledger did not take the leaf in time: the status page gives it then.</param>
public sealed record Receipt(
    string Demand, string Token, string Reference, string OriginalDigest, DateTimeOffset At, ProvenEvent Received, IReadOnlyList<Remark> Warnings, TallyPaper? Tally = null) : Arrival;

/// <summary>An original that could not be taken. It is kept, so that nobody has to ask for it again.</summary>
/// <param name="Digest">SHA-256 of the bytes, lower-case hex.</param>
/// <param name="Format">What it was taken for.</param>
/// <param name="Channel">How it came.</param>
/// <param name="At">When the bytes first came, UTC.</param>
/// <param name="Faults">Place, rule and what to do, for each fault.</param>
public sealed record Quarantined(string Digest, string Format, string Channel, DateTimeOffset At, IReadOnlyList<Remark> Faults) : Arrival;
