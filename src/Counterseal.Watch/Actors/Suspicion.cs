namespace Counterseal.Watch;

/// <summary>How far a state behind an actor may be spoken of.</summary>
public enum SuspicionKind
{
    /// <summary>Nobody names a state.</summary>
    None,

    /// <summary>One feed or one source alone names a state: not enough to speak of it.</summary>
    OneVoice,

    /// <summary>Different states are named.</summary>
    Disputed,

    /// <summary>At least two feeds, resting on at least two sources, name the same state, and none names another.</summary>
    Suspected,
}

/// <summary>What the feeds together allow to be said of a state behind an actor.</summary>
/// <param name="Kind">How far.</param>
/// <param name="State">The state, only where <see cref="SuspicionKind.Suspected"/>.</param>
/// <param name="Confidence">Where suspected: how surely the second surest of the sources says so, since two are needed; <c>null</c> where one of those two does not say.</param>
/// <param name="Tlp">The strictest mark of what it rests on.</param>
/// <param name="Claims">All claims, whether used or not.</param>
public sealed record Suspicion(SuspicionKind Kind, string? State, int? Confidence, Tlp Tlp, IReadOnlyList<StateClaim> Claims)
{
    /// <summary>Weighs claims. The order in which feeds were read does not matter.</summary>
    /// <param name="claims">All that is said.</param>
    public static Suspicion Of(IReadOnlyList<StateClaim> claims)
    {
        var naming = claims.Where(c => c.State is not null).ToList();
        var mark = naming.Count == 0 ? Tlp.Unmarked : naming.Max(c => c.Tlp);
        var states = naming.Select(c => c.State).Distinct(StringComparer.Ordinal).ToList();
        if (states.Count == 0) return new(SuspicionKind.None, null, null, mark, claims);
        if (states.Count > 1) return new(SuspicionKind.Disputed, null, null, mark, claims);
        if (!TwoIndependent(naming)) return new(SuspicionKind.OneVoice, null, null, mark, claims);
        var surest = naming.GroupBy(c => c.Source, StringComparer.OrdinalIgnoreCase).Select(g => g.Max(c => c.Confidence)).OrderByDescending(c => c ?? -1).ToList();
        return new(SuspicionKind.Suspected, states[0], surest[1], mark, claims);
    }

    /// <summary>There are two claims that share neither feed nor source, and that did not come through the same hands.</summary>
    private static bool TwoIndependent(List<StateClaim> claims) => claims.Any(a => claims.Any(b =>
        !string.Equals(a.Feed, b.Feed, StringComparison.OrdinalIgnoreCase) && !string.Equals(a.Source, b.Source, StringComparison.OrdinalIgnoreCase)
        && !string.Equals(a.Carrier, b.Carrier, StringComparison.OrdinalIgnoreCase)));
}
