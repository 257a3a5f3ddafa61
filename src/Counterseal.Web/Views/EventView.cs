namespace Counterseal.Web;

/// <summary>One event of a demand's life with its proof.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Type">E.g. <c>received</c>.</param>
/// <param name="At">UTC.</param>
/// <param name="By">Who did it.</param>
/// <param name="Sentence">What happened, in one sentence of the reader's language.</param>
/// <param name="Proof">Its place in the ledger; <c>null</c> while the ledger has not answered.</param>
public sealed record EventView(int Version, string Type, DateTimeOffset At, string By, string Sentence, LedgerProof? Proof)
{
    /// <summary>What follows the sentence and stays in English: the gate's or a rule's words; <c>null</c> for nothing.</summary>
    public string? Said { get; init; }
}

/// <summary>Where the ledger holds an event's leaf, and what proves it.</summary>
/// <param name="Index">The leaf's index, from 0.</param>
/// <param name="Digest">Lower-case hex of what the leaf commits with: the event's commitment.</param>
/// <param name="Verified">True only when this process has itself verified the proof against the ledger's key.</param>
/// <param name="Text">The tlog-proof.</param>
/// <param name="Canonical">The event's canonical bytes, as text.</param>
/// <param name="Salt">The commitment's salt, lower-case hex.</param>
/// <param name="Tag">The leaf's tag, lower-case hex.</param>
public sealed record LedgerProof(long Index, string Digest, bool Verified, string Text, string Canonical, string Salt, string Tag);
