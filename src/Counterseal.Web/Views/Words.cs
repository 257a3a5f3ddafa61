using System.Globalization;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>The field's words for values, as people read them.</summary>
public static class Words
{
    /// <summary>E.g. <c>comply in part</c>.</summary>
    public static string Of(Decision decision) => decision switch
    {
        Decision.Comply => "comply",
        Decision.ComplyInPart => "comply in part",
        Decision.NoData => "no data",
        Decision.Redirect => "redirect to the customer",
        Decision.Challenge => "challenge",
        Decision.Reject => "reject",
        _ => "undecided",
    };

    /// <summary>E.g. <c>to mutual legal assistance</c>.</summary>
    public static string Of(RouteKind to) => to switch
    {
        RouteKind.Customer => "to the customer",
        RouteKind.Mlat => "to mutual legal assistance",
        RouteKind.ExecutiveAgreement => "by an executive agreement",
        RouteKind.EnforcingAuthority => "to the enforcing authority",
        RouteKind.OtherEstablishment => "to another of our establishments",
        RouteKind.Counsel => "to counsel first",
        _ => "answered directly",
    };

    /// <summary>E.g. <c>an authority's time</c>.</summary>
    public static string Of(DeadlineKind kind) => kind switch
    {
        DeadlineKind.Answer => "our time to answer",
        DeadlineKind.Object => "our time to object",
        DeadlineKind.Theirs => "an authority's time",
        DeadlineKind.Expiry => "a term that ends",
        DeadlineKind.Retention => "what we hold is destroyed",
        _ => "our own promise",
    };

    /// <summary>How a challenge ended.</summary>
    public static string Of(Desk.ChallengeOutcome outcome) => outcome switch
    {
        Desk.ChallengeOutcome.Upheld => "the demand does not stand",
        Desk.ChallengeOutcome.InPart => "the demand stands in part",
        Desk.ChallengeOutcome.Rejected => "the demand stands",
        _ => "settled",
    };

    /// <summary>What falls on a day.</summary>
    public static string Of(Desk.DayKind kind) => kind switch
    {
        Desk.DayKind.Deadline => "deadline",
        Desk.DayKind.Theirs => "an authority's time ends",
        Desk.DayKind.Hearing => "hearing",
        _ => "secrecy lapses",
    };

    /// <summary>E.g. <c>call back</c>.</summary>
    public static string Of(DutyKind duty) => duty switch
    {
        DutyKind.Recall => "call back",
        DutyKind.Review => "look again",
        DutyKind.Record => "write down",
        _ => duty.ToString().ToLowerInvariant(),
    };

    /// <summary>E.g. <c>subscriber</c>.</summary>
    public static string Of(DataCategory category) => category.ToString().ToLowerInvariant();

    /// <summary>E.g. <c>IP address</c>.</summary>
    public static string Of(SelectorKind kind) => kind switch
    {
        SelectorKind.Account => "account",
        SelectorKind.Mailbox => "mailbox",
        SelectorKind.Telephone => "telephone number",
        SelectorKind.IpAddress => "IP address",
        _ => "unknown kind of selector",
    };

    /// <summary>E.g. <c>investigating judge</c>.</summary>
    public static string Of(AuthorityKind kind) => kind switch
    {
        AuthorityKind.Unknown => "kind not stated",
        AuthorityKind.InvestigatingJudge => "investigating judge",
        AuthorityKind.Prosecutor => "public prosecutor",
        AuthorityKind.GrandJury => "grand jury",
        AuthorityKind.Police => "police",
        AuthorityKind.Administrative => "administrative body",
        AuthorityKind.Intelligence => "intelligence service",
        AuthorityKind.CivilParty => "party to civil proceedings",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>A selector with port and time where it has them.</summary>
    public static string Of(Selector selector) =>
        selector.Value
        + (selector.Port is { } port ? $" port {port.ToString(CultureInfo.InvariantCulture)}" : "")
        + (selector.At is { } at ? $" at {WorkZone.Exact(at)}" : "");

    /// <summary>Categories in one line; says so when there are none.</summary>
    public static string Of(IReadOnlyList<DataCategory> categories) =>
        categories.Count == 0 ? "category not stated" : string.Join(", ", categories.Select(Of));

    /// <summary>A range, UTC: <c>1 Mar 2026 to before 1 Jul 2026</c>.</summary>
    public static string Of(DateTimeOffset? from, DateTimeOffset? to) => (from, to) switch
    {
        (null, null) => "no time range",
        ({ } f, null) => $"from {Bound(f)}, no end",
        (null, { } t) => $"before {Bound(t)}, no beginning",
        ({ } f, { } t) => $"{Bound(f)} to before {Bound(t)}",
    };

    /// <summary>One end of a range, UTC; the time only when it is not midnight.</summary>
    public static string Bound(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        return utc.ToString(utc.TimeOfDay == TimeSpan.Zero ? "d MMM yyyy" : "d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
    }

    /// <summary>Bytes in decimal units, one decimal: <c>1.4 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB"),
    };

    /// <summary>A count with its noun: <c>1 question</c>, <c>2 questions</c>.</summary>
    public static string Count(long n, string noun) => string.Create(CultureInfo.InvariantCulture, $"{n:N0} {noun}{(n == 1 ? "" : "s")}");
}
