namespace Counterseal.Watch;

/// <summary>What would be seen if an actor were at work, as one feed says it.</summary>
public sealed record Indicator
{
    /// <summary>The feed's own identifier.</summary>
    public required string Id { get; init; }

    /// <summary>The operator's name of the feed.</summary>
    public required string Feed { get; init; }

    /// <summary>File and line where it stands.</summary>
    public required string Place { get; init; }

    /// <summary>The pattern or value as written.</summary>
    public required string Text { get; init; }

    /// <summary>What is looked up; empty where the pattern asks for more.</summary>
    public IReadOnlyList<Observable> Observables { get; init; } = [];

    /// <summary>The pattern, where <see cref="Observables"/> is empty.</summary>
    public Pattern? Pattern { get; init; }

    /// <summary>Who made it: a person or organisation by name, where the feed says so.</summary>
    public string? Source { get; init; }

    /// <summary>The first instant for which it is meant.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>The first for which it is not.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>When this version was made; the latest of one identifier counts.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>0 to 100 (STIX 2.1, 3.2 and appendix A); <c>null</c> where nothing was said.</summary>
    public int? Confidence { get; init; }

    /// <summary>The strictest mark on it, on a part of it, or on what it came in.</summary>
    public Tlp Tlp { get; init; }

    /// <summary>Its author means it for detection (MISP's <c>to_ids</c>; always in STIX).</summary>
    public bool ForDetection { get; init; } = true;

    /// <summary>Names or identifiers of actors that the feed itself puts beside it; relationships stand apart.</summary>
    public IReadOnlyList<string> Actors { get; init; } = [];

    /// <summary>Whether an instant is within its window; with no window every instant is.</summary>
    /// <param name="time">The instant.</param>
    public bool IsValidAt(DateTimeOffset time) => (ValidFrom is null || time >= ValidFrom) && (ValidUntil is null || time < ValidUntil);
}
