namespace Counterseal.Watch;

/// <summary>Something that indicators and relationships point to: an actor, a campaign, malware, a place, an organisation (STIX 2.1, 4).</summary>
/// <param name="Id">The feed's own identifier.</param>
/// <param name="Type">E.g. <c>intrusion-set</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Aliases">Its other names.</param>
/// <param name="Feed">The operator's name of the feed.</param>
/// <param name="Place">File and line.</param>
/// <param name="Source">Who made it, where the feed says so.</param>
/// <param name="Confidence">0 to 100, or <c>null</c>.</param>
/// <param name="Tlp">The strictest mark.</param>
/// <param name="Country">Of a location: its country as written.</param>
/// <param name="Modified">When this version was made.</param>
public sealed record Subject(string Id, string Type, string Name, IReadOnlyList<string> Aliases, string Feed, string Place, string? Source, int? Confidence, Tlp Tlp, string? Country, DateTimeOffset? Modified)
{
    /// <summary>It is a group of people who act: an intrusion set or a threat actor.</summary>
    public bool IsActor => Type is "intrusion-set" or "threat-actor";
}

/// <summary>One thing's relation to another (STIX 2.1, 5.1).</summary>
/// <param name="Id">The feed's own identifier.</param>
/// <param name="From">What it starts from.</param>
/// <param name="Type">E.g. <c>indicates</c>.</param>
/// <param name="To">Where it points.</param>
/// <param name="Feed">The operator's name of the feed.</param>
/// <param name="Source">Who says so, where the feed says it.</param>
/// <param name="Confidence">0 to 100, or <c>null</c>.</param>
/// <param name="Tlp">The strictest mark.</param>
public sealed record Relationship(string Id, string From, string Type, string To, string Feed, string? Source, int? Confidence, Tlp Tlp);

/// <summary>Something was seen (STIX 2.1, 5.2).</summary>
/// <param name="Id">The feed's own identifier.</param>
/// <param name="Of">What was seen.</param>
/// <param name="Count">How often; 0 says that it was looked for and not seen.</param>
/// <param name="First">First seen.</param>
/// <param name="Last">Last seen.</param>
/// <param name="Feed">The operator's name of the feed.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Confidence">0 to 100, or <c>null</c>.</param>
/// <param name="Tlp">The strictest mark.</param>
public sealed record Sighting(string Id, string Of, long Count, DateTimeOffset? First, DateTimeOffset? Last, string Feed, string? Source, int? Confidence, Tlp Tlp);
