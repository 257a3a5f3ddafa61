using System.Text.Json.Serialization;

namespace Counterseal.Convention;

/// <summary>On what an attribution rests.</summary>
public enum AttributionBasis
{
    /// <summary>The feed does not say.</summary>
    Unsaid,
    /// <summary>The attacker says so itself.</summary>
    Attacker,
    /// <summary>Companies or researchers of IT security say so.</summary>
    Community,
    /// <summary>The victim's government says so.</summary>
    Victim,
    /// <summary>Another government, or governments together, say so.</summary>
    State,
    /// <summary>A newspaper or agency says so.</summary>
    Media,
    /// <summary>Somebody else says so.</summary>
    ThirdParty,
    /// <summary>It is said and contradicted.</summary>
    Contested,
    /// <summary>The data set's own editors say so.</summary>
    Tracker,
    /// <summary>A provider says so of attacks on its own customers, where two independent sources name the state.</summary>
    Provider,
}

/// <summary>One saying about who did it. An incident may have many, and they may contradict each other.</summary>
/// <param name="By">Who says so.</param>
/// <param name="ByStates">The states that the sayer belongs to, by code, where the feed tells.</param>
/// <param name="Basis">On what it rests.</param>
/// <param name="Date">When it was said.</param>
/// <param name="Accused">The states that are named, by code; empty where none is.</param>
/// <param name="Actor">The group that is named.</param>
/// <param name="Confidence">How sure the sayer is, in its own words or number.</param>
/// <param name="Contested">By whom or why it is contested.</param>
public sealed record Attribution(
    string By, IReadOnlyList<string> ByStates, AttributionBasis Basis, DateOnly? Date, IReadOnlyList<string> Accused, string? Actor = null, string? Confidence = null, string? Contested = null);

/// <summary>What an accused state says to it.</summary>
/// <param name="State">The state, by code.</param>
/// <param name="Date">When.</param>
/// <param name="Says">In our own words.</param>
/// <param name="Source">Where it is written.</param>
public sealed record StateAnswer(string State, DateOnly? Date, string Says, string Source);

/// <summary>Victims of one kind or several in one country. No names: a registry of attacks is no list of the attacked.</summary>
/// <param name="State">The country, by code; <c>null</c> where the feed does not say.</param>
/// <param name="Kinds">Kinds, of <see cref="IncidentWords.Victims"/>.</param>
public sealed record Victims(string? State, IReadOnlyList<string> Kinds);

/// <summary>A clause that an incident concerns.</summary>
/// <param name="Clause">Which.</param>
/// <param name="Rule">By which rule of <c>clause-rules.yaml</c>.</param>
/// <param name="Because">Why, as the rule has it.</param>
public sealed record ConcernedClause(ClauseRef Clause, string Rule, string Because);

/// <summary>An incident as one feed tells it. Two feeds that tell the same one are two of these, which name each other in <see cref="SameAs"/> and are shown side by side.</summary>
/// <param name="Feed">Which feed.</param>
/// <param name="Key">Its id there.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Summary">What happened, as the feed has it.</param>
/// <param name="Start">From when; <c>null</c> where the feed does not say.</param>
/// <param name="End">Until when.</param>
/// <param name="Types">How, of <see cref="IncidentWords.Types"/>.</param>
/// <param name="Victims">Whom.</param>
/// <param name="Attributions">Who says that who did it.</param>
/// <param name="Answers">What the accused say.</param>
/// <param name="Response">What the feed tells of the answer to the attack.</param>
/// <param name="Clauses">The clauses concerned, and why.</param>
/// <param name="Sources">Where the feed has it from.</param>
/// <param name="SameAs">Ids of incidents that an editor holds to be the same one, told by another feed.</param>
/// <param name="Customers">For a provider's own: how many customers, as it may be published.</param>
/// <param name="Sample">Made up by the project.</param>
public sealed record Incident(
    string Feed, string Key, string Title, string? Summary, DateOnly? Start, DateOnly? End, IReadOnlyList<string> Types, IReadOnlyList<Victims> Victims, IReadOnlyList<Attribution> Attributions, IReadOnlyList<StateAnswer> Answers,
    string? Response, IReadOnlyList<ConcernedClause> Clauses, IReadOnlyList<string> Sources, IReadOnlyList<string> SameAs, string? Customers = null, bool Sample = false)
{
    /// <summary>Its id in the registry.</summary>
    [JsonIgnore]
    public string Id => $"{Feed}-{Key}";

    /// <summary>The subject in the record.</summary>
    [JsonIgnore]
    public string Subject => $"incident/{Id}";

    /// <summary>The year that it counts in; <c>null</c> where the feed gives no date.</summary>
    [JsonIgnore]
    public int? Year => Start?.Year;

    /// <summary>Every state that any attribution names, by code.</summary>
    [JsonIgnore]
    public IEnumerable<string> Accused => Attributions.SelectMany(a => a.Accused).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Every country with victims, by code.</summary>
    [JsonIgnore]
    public IEnumerable<string> Attacked => Victims.Select(v => v.State).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Whether its own attributions name different states, or one is contested.</summary>
    [JsonIgnore]
    public bool Disputed => Attributions.Any(a => a.Contested is not null) || Attributions.Where(a => a.Accused.Count > 0).Select(a => string.Join(' ', a.Accused.Order(StringComparer.Ordinal))).Distinct().Count() > 1;

    /// <summary>In what another telling of the same incident differs from this one, in words.</summary>
    public IReadOnlyList<string> DiffersFrom(Incident other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var differs = new List<string>();
        if (!Accused.SequenceEqual(other.Accused))
            differs.Add("the states that are named");
        if (Start != other.Start)
            differs.Add("the date");
        if (!Attacked.SequenceEqual(other.Attacked))
            differs.Add("the countries of the victims");
        if (!Types.Order(StringComparer.Ordinal).SequenceEqual(other.Types.Order(StringComparer.Ordinal)))
            differs.Add("the way of the attack");
        return differs;
    }
}

/// <summary>The words for kinds of victims and ways of attack that mappings translate into.</summary>
public static class IncidentWords
{
    /// <summary>Kinds of victims, with what a page calls them.</summary>
    public static IReadOnlyDictionary<string, string> Victims { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["government"] = "government",
        ["criticalInfrastructure"] = "critical infrastructure",
        ["health"] = "health",
        ["energy"] = "energy",
        ["water"] = "water",
        ["transport"] = "transport",
        ["telecommunications"] = "telecommunications",
        ["finance"] = "finance",
        ["company"] = "companies",
        ["technology"] = "technology companies",
        ["research"] = "research and teaching",
        ["media"] = "media",
        ["civilSociety"] = "civil society",
        ["individual"] = "individuals",
        ["election"] = "elections",
        ["politicalParty"] = "political parties",
        ["military"] = "military",
        ["internationalOrganisation"] = "international organisations",
        ["responseTeam"] = "emergency response teams",
        ["customers"] = "a provider's customers",
        ["other"] = "others",
    };

    /// <summary>Ways of attack, with what a page calls them.</summary>
    public static IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["espionage"] = "espionage",
        ["theft"] = "theft of data",
        ["disruption"] = "disruption",
        ["hijacking"] = "hijacking",
        ["infiltration"] = "infiltration",
        ["ransomware"] = "ransomware",
        ["wiper"] = "destruction of data",
        ["doxing"] = "publication of what was taken",
        ["defacement"] = "defacement",
        ["supplyChain"] = "through a supplier",
        ["zeroDay"] = "an unknown vulnerability",
        ["signIn"] = "attempts to sign in",
        ["other"] = "another way",
    };
}
