namespace Counterseal.Watch;

/// <summary>
/// One pattern over a stream of observations: keeps those that could be part of a match for as long as the pattern's window lasts, and reports each match once.
/// The observations of a match are not used for another.
/// </summary>
/// <param name="matcher">The pattern.</param>
/// <param name="most">Observations kept at most; the oldest go first and are counted in <see cref="Dropped"/>.</param>
public sealed class PatternStream(PatternMatcher matcher, int most = 1000)
{
    private readonly List<Observation> kept = [];

    /// <summary>Observations that were let go because too many were kept: matches with them are not found.</summary>
    public long Dropped { get; private set; }

    /// <summary>Observations kept now.</summary>
    public int Kept => kept.Count;

    /// <summary>Takes the next observation; it may be older than others before it.</summary>
    /// <param name="observation">The observation.</param>
    /// <returns>The match that it completes; a search that gave up; or <c>null</c>.</returns>
    public PatternMatch? Push(Observation observation)
    {
        var problems = new List<string>();
        if (!matcher.Sees(observation, problems)) return problems.Count > 0 ? new(PatternOutcome.NotFound, [], problems) : null;
        var place = kept.FindLastIndex(o => o.Time <= observation.Time) + 1;
        kept.Insert(place, observation);
        if (matcher.Span is { } span)
        {
            // Late arrivals are allowed for by twice the window behind the latest that was seen.
            var edge = kept[^1].Time.UtcTicks - Math.Min(span.Ticks, long.MaxValue / 4) * 2 - 1;
            kept.RemoveAll(o => o.Time.UtcTicks < edge);
        }

        var over = kept.Count - most;
        if (over > 0)
        {
            kept.RemoveRange(0, over);
            Dropped += over;
        }

        var match = matcher.Match(kept);
        if (match.Outcome == PatternOutcome.Found) kept.RemoveAll(o => match.Bound.Any(b => ReferenceEquals(b, o)));
        return match.Outcome != PatternOutcome.NotFound || match.Problems.Count > 0 ? match : null;
    }
}
