using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>ETSI's dictionary words and ours, as tables: a new word is a new line here and in <c>docs/intake.md</c>.</summary>
internal static class Dictionary103120
{
    /// <summary>Values of AuthorisationLegalType with owner ETSI → instrument, and whether it only preserves.</summary>
    public static readonly IReadOnlyDictionary<string, (string Instrument, bool Preserves)> Instruments =
        new Dictionary<string, (string, bool)>(StringComparer.Ordinal)
        {
            ["EPOC"] = ("eu.epoc", false),
            ["EPOC-PR"] = ("eu.epoc-pr", true),
            ["EPOCPR"] = ("eu.epoc-pr", true),
        };

    /// <summary>Values of RequestType → categories.</summary>
    public static readonly IReadOnlyDictionary<string, DataCategory[]> Categories =
        new Dictionary<string, DataCategory[]>(StringComparer.Ordinal)
        {
            ["SubscriberData"] = [DataCategory.Subscriber],
            ["UserIdentifyingData"] = [DataCategory.Identification],
            ["TrafficData"] = [DataCategory.Traffic],
            ["StoredContentData"] = [DataCategory.Content],
            ["SubscriberDataAndUserIdentifyingData"] = [DataCategory.Subscriber, DataCategory.Identification],
            ["TrafficDataAndStoredContentData"] = [DataCategory.Traffic, DataCategory.Content],
        };

    /// <summary>Format names of TS 103 280 → what we look up.</summary>
    public static readonly IReadOnlyDictionary<string, SelectorKind> Formats =
        new Dictionary<string, SelectorKind>(StringComparer.Ordinal)
        {
            ["InternationalE164"] = SelectorKind.Telephone,
            ["GPSIMSISDN"] = SelectorKind.Telephone,
            ["IPv4Address"] = SelectorKind.IpAddress,
            ["IPv6Address"] = SelectorKind.IpAddress,
            ["EmailAddress"] = SelectorKind.Mailbox,
            ["InternationalizedEmailAddress"] = SelectorKind.Mailbox,
        };

    /// <summary>ApproverRole, letters only and lower case → kind. The whole role must match: a clerk of the court is no court.</summary>
    public static readonly IReadOnlyDictionary<string, AuthorityKind> Roles =
        new Dictionary<string, AuthorityKind>(StringComparer.Ordinal)
        {
            ["judge"] = AuthorityKind.Judge,
            ["court"] = AuthorityKind.Court,
            ["investigatingjudge"] = AuthorityKind.InvestigatingJudge,
            ["prosecutor"] = AuthorityKind.Prosecutor,
            ["publicprosecutor"] = AuthorityKind.Prosecutor,
            ["grandjury"] = AuthorityKind.GrandJury,
            ["police"] = AuthorityKind.Police,
            ["policeofficer"] = AuthorityKind.Police,
            ["lawenforcement"] = AuthorityKind.Police,
        };

    /// <summary>States that nobody can wish for something that is only being asked for.</summary>
    public static readonly IReadOnlySet<string> EndStates = new HashSet<string>(StringComparer.Ordinal)
    {
        "Cancelled", "Expired", "Invalid", "Rejected", "Suspended", "Error",
    };

    /// <summary>The kind for a role as written.</summary>
    public static AuthorityKind KindOf(string? role) =>
        role is not null && Roles.TryGetValue(string.Concat(role.Where(char.IsAsciiLetter)).ToLowerInvariant(), out var kind) ? kind : AuthorityKind.Unknown;
}
