namespace Counterseal.Watch;

/// <summary>What came of looking for a pattern.</summary>
public enum PatternOutcome
{
    /// <summary>No observations satisfy it.</summary>
    NotFound,

    /// <summary>These observations satisfy it.</summary>
    Found,

    /// <summary>The search stopped at <see cref="PatternLimits.Steps"/>; nothing is known. Never to be taken for <see cref="NotFound"/>.</summary>
    GaveUp,
}

/// <summary>A search's outcome.</summary>
/// <param name="Outcome">Whether it was found.</param>
/// <param name="Bound">The observations that satisfy it together, by time; empty unless found.</param>
/// <param name="Problems">What could not be evaluated and counted as no match, one sentence each.</param>
public sealed record PatternMatch(PatternOutcome Outcome, IReadOnlyList<Observation> Bound, IReadOnlyList<string> Problems);
