using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>Where a demand stands, folded from its events and from nothing else.</summary>
public sealed record DemandState
{
    /// <summary>Before anything happened.</summary>
    public static DemandState None { get; } = new();

    /// <summary>26 characters, Crockford base32; empty before <i>received</i>.</summary>
    public string Id { get; init; } = "";
    /// <summary>Number of events.</summary>
    public int Version { get; init; }
    /// <summary>When the last event happened, UTC.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>When the demand was received, UTC.</summary>
    public DateTimeOffset ReceivedAt { get; init; }
    /// <summary>What was received; <c>null</c> before.</summary>
    public Received? Received { get; init; }
    /// <summary>The last authentication.</summary>
    public Authenticated? Authentication { get; init; }
    /// <summary>What people and counts have established, by the rule books' names.</summary>
    public ImmutableSortedDictionary<string, string> Facts { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    /// <summary>The last run of the law.</summary>
    public Assessed? Assessed { get; init; }
    /// <summary>Whether facts changed since, so that the law must run again.</summary>
    public bool AssessmentDue { get; init; }
    /// <summary>The last decision.</summary>
    public Decided? Decided { get; init; }
    /// <summary>The version of its event.</summary>
    public int DecidedVersion { get; init; }
    /// <summary>Orders to the gate, oldest first.</summary>
    public ImmutableList<OrderState> Orders { get; init; } = [];
    /// <summary>When the customer was told, if so.</summary>
    public DateTimeOffset? ToldAt { get; init; }
    /// <summary>The end of the last secrecy order under which it would be for us to tell; <c>null</c> when there never was one.</summary>
    public DateTimeOffset? SecretUntil { get; init; }
    /// <summary>What the customer said, to whom the demand was redirected; oldest first.</summary>
    public ImmutableList<CustomerReply> Replies { get; init; } = [];
    /// <summary>What was done of what rules say must be done, by the rule's id; the last of each.</summary>
    public ImmutableSortedDictionary<string, PerformedDuty> Performed { get; init; } = ImmutableSortedDictionary.Create<string, PerformedDuty>(StringComparer.Ordinal);
    /// <summary>Why it is held; <c>null</c> when it is not.</summary>
    public string? StayedFor { get; init; }
    /// <summary>Why the authority took it back; <c>null</c> when it did not.</summary>
    public string? WithdrawnFor { get; init; }
    /// <summary>The version of the last event by which it ended, withdrawn or closed; 0 before.</summary>
    public int EndedVersion { get; init; }
    /// <summary>Why it was closed; <c>null</c> while it is open.</summary>
    public string? ClosedFor { get; init; }
    /// <summary>The last challenge before a court; <c>null</c> when there was none.</summary>
    public Docket? Docket { get; init; }
    /// <summary>The compartment that a person put it in; <c>null</c> when in none.</summary>
    public string? Compartment { get; init; }
    /// <summary>Who declared a conflict with it, and what conflict, by the person's name.</summary>
    public ImmutableSortedDictionary<string, string> Recused { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    /// <summary>Who works on it, by name; <c>null</c> when nobody was picked.</summary>
    public string? AssignedTo { get; init; }
    /// <summary>Messages between desk and authority, oldest first.</summary>
    public ImmutableList<Message> Messages { get; init; } = [];

    /// <summary>Whether the last message is the authority's, so that it waits for ours.</summary>
    [JsonIgnore]
    public bool Unanswered => Messages is [.., { Direction: MessageDirection.FromAuthority }];

    /// <summary>The facts as the engine takes them.</summary>
    [JsonIgnore]
    public Facts Established => new(Facts);
    /// <summary>Whether a person has established that the demand is from whom it says.</summary>
    [JsonIgnore]
    public bool IsAuthenticated => Authentication?.Outcome == Authenticity.Authentic;
    /// <summary>The release that answers the current decision, if one was sealed.</summary>
    [JsonIgnore]
    public OrderState? Package => Decided is { HandsOver: true }
        ? Orders.LastOrDefault(order => order.Seal is not null && order.DecidedVersion == DecidedVersion)
        : null;
    /// <summary>Whether a package of this demand, of any decision, was handed out.</summary>
    [JsonIgnore]
    public bool AnythingReleased => Orders.Any(order => order.ReleasedAt is not null);

    /// <summary>Where it stands, in one word.</summary>
    [JsonIgnore]
    public Stage Stage => this switch
    {
        { ClosedFor: not null } => Stage.Closed,
        { WithdrawnFor: not null } => Stage.Withdrawn,
        { StayedFor: not null } => Stage.Stayed,
        { Package.ReleasedAt: not null } => Stage.Released,
        { Package: not null } => Stage.Sealed,
        { Decided: not null } => Orders.Any(order => order.IsOpen && order.Kind == OrderKind.Release) ? Stage.Ordered : Stage.Decided,
        { Assessed: not null } => Stage.Assessed,
        _ => Stage.Received,
    };

    /// <summary>Whether the authority has its answer: handed over, decided to hand nothing over, withdrawn or closed. Clocks stop then.</summary>
    [JsonIgnore]
    public bool IsAnswered => Stage is Stage.Closed or Stage.Withdrawn or Stage.Released || Decided is { HandsOver: false };

    /// <summary>When the next of all its clocks ends, so that the law may say something else from then on; <c>null</c> when none is to come.</summary>
    [JsonIgnore]
    public DateTimeOffset? Turns => Assessed?.Assessment is { } law
        ? law.Deadlines.Where(deadline => deadline.Due > law.AsOf).Select(deadline => (DateTimeOffset?)deadline.Due).Min()
        : null;

    /// <summary>
    /// When the notice to the customer goes out by itself: at the end of a secrecy order, or of its renewal. <c>null</c> when there was none, when it is not for us to tell, when the customer was told, and when there
    /// is no data and so nobody to tell.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? Lapses => ToldAt is null && Assessed?.Assessment.Notice is { By: NoticeBy.Provider } notice && Decided is not { Decision: Decision.NoData } ? notice.NotBefore ?? SecretUntil : null;

    /// <summary>Our own clocks that still run (to answer, to object, our targets), soonest first; an overdue one stays.</summary>
    [JsonIgnore]
    public IReadOnlyList<Deadline> Deadlines => IsAnswered || Assessed is null ? []
        : [.. Assessed.Assessment.Deadlines.Where(deadline => deadline.Kind is DeadlineKind.Answer or DeadlineKind.Object or DeadlineKind.Target).OrderBy(deadline => deadline.Due)];
}

/// <summary>Something that a rule said must be done, and was.</summary>
/// <param name="Do">What kind of thing.</param>
/// <param name="Duty">What the rule said.</param>
/// <param name="How">What was done.</param>
/// <param name="By">Who recorded it.</param>
/// <param name="At">When, UTC.</param>
public sealed record PerformedDuty(DutyKind Do, string Duty, string How, string By, DateTimeOffset At);

/// <summary>What a customer said of a demand that was redirected to it.</summary>
/// <param name="Answer">What it did.</param>
/// <param name="Says">In its own words.</param>
/// <param name="At">When, UTC.</param>
public sealed record CustomerReply(CustomerAnswer Answer, string Says, DateTimeOffset At);

/// <summary>An order and what the gate made of it.</summary>
public sealed record OrderState
{
    /// <summary>The order's digest.</summary>
    public required string Digest { get; init; }
    /// <summary>count, preserve, preview, release or delete.</summary>
    public required OrderKind Kind { get; init; }
    /// <summary>The version of its <i>ordered</i> event.</summary>
    public required int Version { get; init; }
    /// <summary>The version of the decision it rests on; 0 for count and preserve.</summary>
    public required int DecidedVersion { get; init; }
    /// <summary>The version of the event it rests on: received, the decision, or the demand's end.</summary>
    public required int RestsVersion { get; init; }
    /// <summary>Digest of the order whose snapshot, package or preview goes; delete only.</summary>
    public string? Deletes { get; init; }
    /// <summary>Digest of the directory entry's text; release only.</summary>
    public string? Recipient { get; init; }
    /// <summary>The gate does not begin after.</summary>
    public required DateTimeOffset Expires { get; init; }
    /// <summary>Approvals so far.</summary>
    public int Have { get; init; }
    /// <summary>Approvals needed; 0 while the gate has not said.</summary>
    public int Need { get; init; }
    /// <summary>A count's result.</summary>
    public CountResult? Count { get; init; }
    /// <summary>A preservation's result.</summary>
    public PreserveResult? Preserved { get; init; }
    /// <summary>A preview's result.</summary>
    public PreviewResult? Previewed { get; init; }
    /// <summary>A deletion's result.</summary>
    public DeleteResult? Deleted { get; init; }
    /// <summary>A release's result.</summary>
    public SealResult? Seal { get; init; }
    /// <summary>The gate's refusal.</summary>
    public Refused? Refusal { get; init; }
    /// <summary>When the package was handed out.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>Whether the gate has yet to answer.</summary>
    [JsonIgnore]
    public bool IsOpen => Count is null && Preserved is null && Previewed is null && Deleted is null && Seal is null && Refusal is null;
}

/// <summary>Where a demand stands.</summary>
public enum Stage
{
    /// <summary>Kept, not assessed.</summary>
    Received,
    /// <summary>The law has run; a person decides.</summary>
    Assessed,
    /// <summary>Decided; nothing is ordered.</summary>
    Decided,
    /// <summary>A release waits at the gate.</summary>
    Ordered,
    /// <summary>The package is ready to fetch.</summary>
    Sealed,
    /// <summary>The package was handed out.</summary>
    Released,
    /// <summary>Held.</summary>
    Stayed,
    /// <summary>Taken back by the authority.</summary>
    Withdrawn,
    /// <summary>Nothing is left to do.</summary>
    Closed,
}
