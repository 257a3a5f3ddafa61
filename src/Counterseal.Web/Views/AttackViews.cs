using Counterseal.Watch;

namespace Counterseal.Web;

/// <summary>Where a finding stands.</summary>
public enum AttackStanding
{
    /// <summary>Nobody has decided.</summary>
    Open,
    /// <summary>It is so; its customer is told.</summary>
    Confirmed,
    /// <summary>It is not so.</summary>
    Dismissed,
}

/// <summary>A finding in the list: one actor's doings at one customer.</summary>
/// <param name="Id">The finding's id.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="CustomerName">As it is called.</param>
/// <param name="Actor">The actor.</param>
/// <param name="State">The state suspected behind it, two letters; <c>null</c> where none may be named.</param>
/// <param name="Compromised">Whether the log shows that they got in; otherwise they tried.</param>
/// <param name="Confidence">0 to 99.</param>
/// <param name="Corroborated">Whether enough independent indicators or sources agree.</param>
/// <param name="Events">How many events.</param>
/// <param name="Since">The earliest of them.</param>
/// <param name="Last">The latest.</param>
/// <param name="Standing">Where it stands.</param>
public sealed record AttackRow(
    string Id, string Customer, string CustomerName, string Actor, string? State, bool Compromised, int Confidence, bool Corroborated, long Events, DateTimeOffset Since, DateTimeOffset Last, AttackStanding Standing);

/// <summary>An account within a finding.</summary>
/// <param name="Account">The account.</param>
/// <param name="Compromised">Its own verdict.</param>
public sealed record AttackAccount(string Account, bool Compromised);

/// <summary>Evidence as an analyst reads it.</summary>
/// <param name="Account">The account.</param>
/// <param name="Field">The event's field that matched, as events name it, e.g. <c>sourceIp</c>.</param>
/// <param name="Value">What the indicator looks for.</param>
/// <param name="Indicator">The indicator's id.</param>
/// <param name="Source">The feed or report.</param>
/// <param name="Confidence">How sure the source is.</param>
/// <param name="Marking">How far it may be passed on.</param>
/// <param name="Shareable">Whether a notice may rest on it.</param>
/// <param name="Events">How many events.</param>
/// <param name="First">The earliest.</param>
/// <param name="Last">The latest.</param>
/// <param name="Place">Where the first that was met was read.</param>
/// <param name="Because">Why it counts.</param>
/// <param name="Rule">By which rule.</param>
public sealed record AttackEvidence(
    string Account, string Field, string Value, string Indicator, string Source, int Confidence, Tlp Marking, bool Shareable, long Events, DateTimeOffset First, DateTimeOffset Last, string Place, string Because, string Rule);

/// <summary>A notice as staff see it.</summary>
/// <param name="Id">The notice's id.</param>
/// <param name="To">The account; <c>null</c> for the organisation.</param>
/// <param name="Standing">How far it has come; where it is unreachable, a person must act.</param>
/// <param name="Way">The way that is tried; <c>null</c> where there is only the page after sign-in.</param>
/// <param name="Due">Not before.</param>
/// <param name="Sent">When it first went out.</param>
/// <param name="Next">When it is looked at again.</param>
/// <param name="Failure">What went wrong last.</param>
/// <param name="Answered">Whether a mail answered it.</param>
public sealed record AttackNotice(string Id, string? To, NoticeStatus Standing, NoticeWay? Way, DateTimeOffset Due, DateTimeOffset? Sent, DateTimeOffset? Next, string? Failure, bool Answered);

/// <summary>One of the ways that a notice is tried by.</summary>
/// <param name="IsMail">Mail, or else a webhook.</param>
/// <param name="Number">Which of them, from 1.</param>
/// <param name="Of">How many there are.</param>
/// <param name="Instead">Whether it goes to the organisation instead of the account.</param>
public sealed record NoticeWay(bool IsMail, int Number, int Of, bool Instead);

/// <summary>What happened to a finding.</summary>
public enum AttackEventType
{
    /// <summary>Something that these pages do not know.</summary>
    Other,
    /// <summary>Evidence made it.</summary>
    Raised,
    /// <summary>Later evidence says more.</summary>
    Changed,
    /// <summary>A person said that it is so.</summary>
    Confirmed,
    /// <summary>A person said that it is not so.</summary>
    Dismissed,
}

/// <summary>How bad and how sure a finding was when something happened.</summary>
/// <param name="Compromised">Whether they got in.</param>
/// <param name="Confidence">0 to 99.</param>
/// <param name="Corroborated">Whether enough independent indicators or sources agreed.</param>
/// <param name="Accounts">How many accounts.</param>
/// <param name="Events">How many events.</param>
public sealed record AttackWeight(bool Compromised, int Confidence, bool Corroborated, int Accounts, long Events);

/// <summary>An event of a finding's life.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who, or which part.</param>
/// <param name="Weight">What was found, where it was raised or changed.</param>
/// <param name="Reason">Why, where a person said so.</param>
/// <param name="Proof">Its proof; <c>null</c> while it is not in the ledger.</param>
public sealed record AttackEvent(int Version, AttackEventType Type, DateTimeOffset At, string By, AttackWeight? Weight, string? Reason, LedgerProof? Proof);

/// <summary>A finding whole.</summary>
/// <param name="Row">As in the list.</param>
/// <param name="Country">The customer's country, or empty.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">With what reason.</param>
/// <param name="Accounts">The accounts.</param>
/// <param name="Evidence">The evidence.</param>
/// <param name="Events">Its life, with proofs.</param>
/// <param name="Notices">Its notices.</param>
public sealed record AttackView(
    AttackRow Row, string Country, string? By, string? Reason, IReadOnlyList<AttackAccount> Accounts, IReadOnlyList<AttackEvidence> Evidence, IReadOnlyList<AttackEvent> Events, IReadOnlyList<AttackNotice> Notices);

/// <summary>A number as it may be published.</summary>
/// <param name="Of">What it counts.</param>
/// <param name="Customers">E.g. <c>&lt;5</c>.</param>
public sealed record PublishedFigure(string Of, string Customers);

/// <summary>The trend of one suspected state.</summary>
/// <param name="State">Two letters, or <c>unknown</c>.</param>
/// <param name="Years">By year; years without a finding are <c>0</c>.</param>
public sealed record AttackTrend(string State, IReadOnlyList<PublishedFigure> Years);

/// <summary>The figures, each as it may be published: no small number is in it.</summary>
/// <param name="Customers">Customers attacked.</param>
/// <param name="Compromised">Of them, compromised.</param>
/// <param name="Notices">Notices handed on.</param>
/// <param name="Opened">Of them, opened.</param>
/// <param name="Trend">By suspected state and year.</param>
/// <param name="Tables">By country, actor, sector, month.</param>
public sealed record AttackFigures(string Customers, string Compromised, string Notices, string Opened, IReadOnlyList<AttackTrend> Trend, IReadOnlyList<(string Name, IReadOnlyList<PublishedFigure> Rows)> Tables);

/// <summary>What was typed into the form on a finding, and why it was not taken.</summary>
/// <param name="By">The name.</param>
/// <param name="Reason">The reason.</param>
/// <param name="What">Why not.</param>
/// <param name="Said">The language of that where it is not the reader's.</param>
public sealed record RefusedDecision(string By, string Reason, string What, string? Said = null);

/// <summary>What the pages on attacks are made from.</summary>
public sealed record AttackPages
{
    /// <summary>Findings: open ones first, then by how bad and how sure. Throws <see cref="HttpRequestException"/> when the bell does not answer, as the others here do.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<AttackRow>>> List { get; init; }
    /// <summary>One finding by its id; <c>null</c> when there is none.</summary>
    public required Func<string, CancellationToken, Task<AttackView?>> One { get; init; }
    /// <summary>Confirms or dismisses: the id, whether it is so, who says it and why. Gives why it may not be, in English; <c>null</c> when it is done.</summary>
    public required Func<string, bool, string, string, CancellationToken, Task<string?>> Decide { get; init; }
    /// <summary>The figures.</summary>
    public required Func<CancellationToken, Task<AttackFigures>> Figures { get; init; }
}
