using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>One demand in the queue.</summary>
/// <param name="Id">The demand's id.</param>
/// <param name="Reference">The authority's own reference.</param>
/// <param name="Authority">Name of the issuing authority.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Instrument">Kind of legal process; <c>null</c> when unknown.</param>
/// <param name="Emergency">Whether the authority says that it is one.</param>
/// <param name="Clock">The deadline that runs out first; <c>null</c> when none runs.</param>
/// <param name="Standing">Where it stands.</param>
/// <param name="Authenticated">Whether a person has established that it is from whom it says.</param>
/// <param name="Questions">How many questions are open.</param>
/// <param name="Tampered">What the database says otherwise than the ledger; <c>null</c> when they agree.</param>
/// <param name="Assigned">Who works on it; empty for nobody.</param>
public sealed record QueueRow(
    string Id,
    string Reference,
    string Authority,
    string Country,
    string? Instrument,
    bool Emergency,
    Deadline? Clock,
    Stage Standing,
    bool Authenticated,
    int Questions,
    string? Tampered = null,
    string Assigned = "");
