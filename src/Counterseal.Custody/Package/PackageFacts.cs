namespace Counterseal.Custody;

/// <summary>What the bag needs beyond the records, and what the seal says of the order.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Trial">Trial mode; stamped on everything.</param>
/// <param name="Order">The order's canonical bytes.</param>
/// <param name="DemandId">The demand's id.</param>
/// <param name="OriginalDigest">Lower-case hex SHA-256 of the demand's original bytes.</param>
/// <param name="Approvals">The approvals, signed notes.</param>
/// <param name="DecidedProof">The tlog-proof of the decision's leaf.</param>
/// <param name="Recipients">Whom it is encrypted to, and how.</param>
/// <param name="Authority">The authority's name in the directory.</param>
/// <param name="SealedAt">When it was begun, on the gate's clock, UTC.</param>
public sealed record PackageFacts(
    string Gate,
    bool Trial,
    byte[] Order,
    string DemandId,
    string OriginalDigest,
    IReadOnlyList<string> Approvals,
    string DecidedProof,
    PackageRecipients Recipients,
    string Authority,
    DateTimeOffset SealedAt)
{
    /// <summary>What the chain-of-custody record says; <c>null</c> for packages without one.</summary>
    public CustodyFacts? Custody { get; init; }
}
