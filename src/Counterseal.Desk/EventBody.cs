using System.Text.Json;
using System.Text.Json.Serialization;
using Counterseal.Intake;
using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>What happened in an event: one record for each type. Their JSON is committed to by the ledger, so a member is never renamed.</summary>
public abstract record EventBody
{
    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["received"] = typeof(Received),
        ["authenticated"] = typeof(Authenticated),
        ["assessed"] = typeof(Assessed),
        ["established"] = typeof(Established),
        ["decided"] = typeof(Decided),
        ["ordered"] = typeof(Ordered),
        ["approved"] = typeof(Approved),
        ["counted"] = typeof(Counted),
        ["preserved"] = typeof(Preserved),
        ["previewed"] = typeof(Previewed),
        ["sealed"] = typeof(Sealed),
        ["deleted"] = typeof(Deleted),
        ["refused"] = typeof(Refused),
        ["released"] = typeof(Released),
        ["told"] = typeof(Told),
        ["replied"] = typeof(Replied),
        ["stayed"] = typeof(Stayed),
        ["resumed"] = typeof(Resumed),
        ["withdrawn"] = typeof(Withdrawn),
        ["closed"] = typeof(Closed),
        ["performed"] = typeof(Performed),
        ["adopted"] = typeof(Adopted),
        ["published"] = typeof(Published),
        ["restricted"] = typeof(Restricted),
        ["unrestricted"] = typeof(Unrestricted),
        ["recused"] = typeof(Recused),
        ["assigned"] = typeof(Assigned),
        ["challengeFiled"] = typeof(ChallengeFiled),
        ["filingMade"] = typeof(FilingMade),
        ["hearingSet"] = typeof(HearingSet),
        ["ruled"] = typeof(Ruled),
        ["appealed"] = typeof(Appealed),
        ["challengeEnded"] = typeof(ChallengeEnded),
        ["feedMade"] = typeof(FeedMade),
        ["feedEnded"] = typeof(FeedEnded),
        ["handedOver"] = typeof(HandedOver),
        ["founded"] = typeof(Founded),
        ["invited"] = typeof(Invited),
        ["enrolled"] = typeof(Enrolled),
        ["passkeyDropped"] = typeof(PasskeyDropped),
        ["rolesChanged"] = typeof(RolesChanged),
        ["accountEnded"] = typeof(AccountEnded),
        ["signedOutEverywhere"] = typeof(SignedOutEverywhere),
        ["recoveryAsked"] = typeof(RecoveryAsked),
        ["recoveryApproved"] = typeof(RecoveryApproved),
        ["recoveryDropped"] = typeof(RecoveryDropped),
        ["tokenMade"] = typeof(TokenMade),
        ["tokenEnded"] = typeof(TokenEnded),
        ["companyLinked"] = typeof(CompanyLinked),
        ["compartmentMade"] = typeof(CompartmentMade),
        ["compartmentJoined"] = typeof(CompartmentJoined),
        ["compartmentLeft"] = typeof(CompartmentLeft),
        ["viewed"] = typeof(Viewed),
        ["audited"] = typeof(Audited),
        ["officerAsked"] = typeof(OfficerAsked),
        ["officerConfirmed"] = typeof(OfficerConfirmed),
        ["officerRefused"] = typeof(OfficerRefused),
        ["officerInvited"] = typeof(OfficerInvited),
        ["officerEnrolled"] = typeof(OfficerEnrolled),
        ["officerPasskeyDropped"] = typeof(OfficerPasskeyDropped),
        ["officerSignedOut"] = typeof(OfficerSignedOut),
        ["officerEnded"] = typeof(OfficerEnded),
        ["keyProposed"] = typeof(KeyProposed),
        ["messaged"] = typeof(Messaged),
    };

    private protected EventBody() { }

    /// <summary>The event's type, e.g. <c>received</c>.</summary>
    [JsonIgnore]
    public string Type => char.ToLowerInvariant(GetType().Name[0]) + GetType().Name[1..];

    /// <summary>Whether events of this type exist.</summary>
    internal static bool IsType(string type) => Types.ContainsKey(type);

    /// <summary>Reads a body.</summary>
    /// <exception cref="FormatException">No such type, or not its shape.</exception>
    internal static EventBody Read(string type, JsonElement body)
    {
        if (!Types.TryGetValue(type, out var record))
            throw new FormatException($"no event is called \"{type}\"");
        try
        {
            return (EventBody)body.Deserialize(record, LawJson.Options)!;
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"this is not the body of a {type} event: {wrong.Message}", wrong);
        }
    }
}

/// <summary>A demand came in and its original is kept.</summary>
/// <param name="Original">The bytes as they came.</param>
/// <param name="DemandDigest">SHA-256 of the canonical form of <paramref name="Demand"/>.</param>
/// <param name="Demand">What the original says.</param>
/// <param name="Receipt">SHA-256 of the receipt's token; the token itself is only in the receipt.</param>
/// <param name="Warnings">What was read but not understood.</param>
/// <param name="DuplicateOf">The first demand that came with the very same bytes.</param>
/// <param name="Filed">The officer who filed it at the portal, signed in; <c>null</c> for every other way.</param>
public sealed record Received(
    Original Original, string DemandDigest, Demand Demand, string Receipt, IReadOnlyList<Remark> Warnings, string? DuplicateOf = null, Filing? Filed = null) : EventBody;

/// <summary>An original's description.</summary>
/// <param name="Digest">SHA-256.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Format">As Intake named it.</param>
/// <param name="Channel">How it came, e.g. <c>web</c> or <c>cli</c>.</param>
public sealed record Original(string Digest, int Length, string Format, string Channel);

/// <summary>A person has established whether the demand is from whom it says.</summary>
/// <param name="Outcome">What was established.</param>
/// <param name="Reason">Why the person believes so.</param>
/// <param name="Evidence">What it rests on, e.g. who was called back on which listed number.</param>
public sealed record Authenticated(Authenticity Outcome, string Reason, string Evidence) : EventBody;

/// <summary>Whether a demand is from whom it says.</summary>
public enum Authenticity
{
    /// <summary>It is.</summary>
    Authentic,
    /// <summary>It is not.</summary>
    NotAuthentic,
}

/// <summary>The law was run over demand and facts.</summary>
/// <param name="Book">The rule book's digest.</param>
/// <param name="FactsDigest">SHA-256 of the canonical form of <paramref name="Facts"/>.</param>
/// <param name="Facts">What was established at that time, name to value.</param>
/// <param name="Assessment">What the engine said.</param>
public sealed record Assessed(string Book, string FactsDigest, IReadOnlyDictionary<string, string> Facts, Assessment Assessment) : EventBody;

/// <summary>A person answered a question.</summary>
/// <param name="Fact">The fact's name in the rule books.</param>
/// <param name="Value">Its value; <c>null</c> when it is unknown again.</param>
/// <param name="Reason">How the person knows.</param>
public sealed record Established(string Fact, string? Value, string Reason) : EventBody;

/// <summary>A person decided.</summary>
/// <param name="Decision">What.</param>
/// <param name="Basis">The rule that compels, or <c>null</c>.</param>
/// <param name="BasisIsPolicy">True for the published policy exception.</param>
/// <param name="OriginalDigest">Of the original decided on.</param>
/// <param name="DemandDigest">Of the demand as read.</param>
/// <param name="FactsDigest">Of the facts decided on.</param>
/// <param name="Book">The rule book's digest.</param>
/// <param name="Received">When the demand was received.</param>
/// <param name="AsOf">The time for which the law was run.</param>
/// <param name="Scope">What is handed over; nothing for a decision that hands nothing over.</param>
/// <param name="Recipient">Digest of the directory entry's text; only where something is handed over.</param>
/// <param name="Reasons">Plain sentences.</param>
/// <param name="ReissueOf">The earlier release order that this decision repeats.</param>
public sealed record Decided(
    Decision Decision, string? Basis, bool BasisIsPolicy, string OriginalDigest, string DemandDigest, string FactsDigest, string Book,
    DateTimeOffset Received, DateTimeOffset AsOf, Scope Scope, string? Recipient, IReadOnlyList<string> Reasons, string? ReissueOf = null) : EventBody
{
    /// <summary>Whether something is to be handed over.</summary>
    [JsonIgnore]
    public bool HandsOver => Decision is Decision.Comply or Decision.ComplyInPart;
}

/// <summary>An order was made for the gate. It is filed once this is in the ledger.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Kind">count, preserve, preview, release or delete.</param>
/// <param name="Bytes">The order's canonical bytes.</param>
/// <param name="Recipient">Digest of the directory entry's text; release only.</param>
/// <param name="NotBefore">The gate does not begin before.</param>
/// <param name="Expires">The gate does not begin after.</param>
/// <param name="Deletes">Digest of the order whose snapshot, package or preview goes; delete only.</param>
public sealed record Ordered(
    string Order, OrderKind Kind, byte[] Bytes, string? Recipient, DateTimeOffset NotBefore, DateTimeOffset Expires, string? Deletes = null) : EventBody;

/// <summary>What the gate is asked to do.</summary>
public enum OrderKind
{
    /// <summary>How many items are in scope.</summary>
    Count,
    /// <summary>A snapshot in the gate's vault.</summary>
    Preserve,
    /// <summary>A package for one recipient.</summary>
    Release,
    /// <summary>What would leave, shown to named reviewers at the gate.</summary>
    Preview,
    /// <summary>The end of what an earlier order left at the gate.</summary>
    Delete,
}

/// <summary>The gate has more approvals for an order.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Have">Approvals so far.</param>
/// <param name="Need">Approvals needed.</param>
public sealed record Approved(string Order, int Have, int Need) : EventBody;

/// <summary>The gate counted.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Result">Opaque account numbers and counts.</param>
public sealed record Counted(string Order, CountResult Result) : EventBody;

/// <summary>The gate took a snapshot.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Result">Where it is known and until when it is kept.</param>
public sealed record Preserved(string Order, PreserveResult Result) : EventBody;

/// <summary>The gate has a preview that its viewers may look at.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Result">Until when, and how much it is.</param>
public sealed record Previewed(string Order, PreviewResult Result) : EventBody;

/// <summary>The gate sealed a package.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Result">What was sealed.</param>
public sealed record Sealed(string Order, SealResult Result) : EventBody;

/// <summary>The gate has deleted what an earlier order left.</summary>
/// <param name="Order">The deletion's digest.</param>
/// <param name="Result">What went, and when.</param>
public sealed record Deleted(string Order, DeleteResult Result) : EventBody;

/// <summary>The gate refused an order for good, or let it expire.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="Code">The gate's code.</param>
/// <param name="What">The gate's sentence.</param>
/// <param name="Next">What the gate advises.</param>
public sealed record Refused(string Order, string Code, string What, string? Next) : EventBody;

/// <summary>The package was handed out.</summary>
/// <param name="Order">The release order's digest.</param>
/// <param name="How">How, e.g. fetched from the status page.</param>
public sealed record Released(string Order, string How) : EventBody;

/// <summary>The customer was told.</summary>
/// <param name="How">By which way.</param>
/// <param name="Ground">Why we tell, where the law names the authority as the one who tells.</param>
public sealed record Told(string How, string? Ground) : EventBody;

/// <summary>The customer to whom the demand was redirected said what it did. What anybody could type, so it is read and believed as such.</summary>
/// <param name="Answer">What it says it did.</param>
/// <param name="Says">In its own words.</param>
public sealed record Replied(CustomerAnswer Answer, string Says) : EventBody;

/// <summary>What a customer did with a demand that was redirected to it.</summary>
public enum CustomerAnswer
{
    /// <summary>It answered the authority.</summary>
    Answered,
    /// <summary>It objected.</summary>
    Objected,
    /// <summary>It has no such data.</summary>
    NoData,
}

/// <summary>A person did what a rule says must be done: called data back, deleted a copy, told an authority.</summary>
/// <param name="Rule">The rule that said so.</param>
/// <param name="Do">What kind of thing.</param>
/// <param name="Duty">What it said, in the words of the rule.</param>
/// <param name="How">What was done, and the evidence for it.</param>
public sealed record Performed(string Rule, DutyKind Do, string Duty, string How) : EventBody;

/// <summary>The demand is held.</summary>
/// <param name="Reason">Why.</param>
public sealed record Stayed(string Reason) : EventBody;

/// <summary>The stay has ended.</summary>
/// <param name="Reason">Why.</param>
public sealed record Resumed(string Reason) : EventBody;

/// <summary>The authority took the demand back.</summary>
/// <param name="Reason">Why.</param>
public sealed record Withdrawn(string Reason) : EventBody;

/// <summary>Nothing is left to do.</summary>
/// <param name="Reason">Why.</param>
public sealed record Closed(string Reason) : EventBody;

/// <summary>The desk works by this rule book from now on. An event of the desk itself and of no demand.</summary>
/// <param name="Book">The rule book's digest.</param>
/// <param name="Instead">The digest of the book before; <c>null</c> for the first.</param>
public sealed record Adopted(string Book, string? Instead) : EventBody;

/// <summary>Something was made public. An event of the desk itself and of no demand.</summary>
/// <param name="What">What, e.g. <c>report/2026-H1</c>.</param>
/// <param name="Digest">SHA-256 of the bytes that were made public.</param>
/// <param name="Beside">What it stands beside and corrects; <c>null</c> for a first publication.</param>
/// <param name="Reason">Why it was needed; only where it stands beside something.</param>
public sealed record Published(string What, string Digest, string? Beside = null, string? Reason = null) : EventBody;
