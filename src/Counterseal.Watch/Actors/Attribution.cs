namespace Counterseal.Watch;

/// <summary>A way from an indicator to an actor.</summary>
/// <param name="Who">The actor, or the several that it may be.</param>
/// <param name="Path">What was followed, in words of the feed, e.g. <c>indicates malware X · uses</c>.</param>
/// <param name="Confidence">The weakest step's, 0 to 100; <c>null</c> where a step does not say.</param>
/// <param name="Tlp">The strictest mark on the way.</param>
public sealed record ActorLink(ActorResolution Who, string Path, int? Confidence, Tlp Tlp);

/// <summary>From indicators to actors, by the relationships within the indicator's own feed and by names that stand beside it.</summary>
public sealed class Attribution
{
    private const int Furthest = 4;
    private readonly Intelligence intelligence;
    private readonly ActorCatalogue catalogue;
    private readonly ILookup<(string, string), Relationship> from;
    private readonly ILookup<(string, string), Relationship> to;

    /// <summary>Over what is known.</summary>
    /// <param name="intelligence">What the feeds said.</param>
    /// <param name="catalogue">Who is who.</param>
    public Attribution(Intelligence intelligence, ActorCatalogue catalogue)
    {
        this.intelligence = intelligence;
        this.catalogue = catalogue;
        from = intelligence.Relationships.ToLookup(r => (r.Feed, r.From));
        to = intelligence.Relationships.ToLookup(r => (r.Feed, r.To));
    }

    /// <summary>The actors that an indicator points to. Several links may lead to different actors: then no link says which it was.</summary>
    /// <param name="indicator">The indicator.</param>
    public IReadOnlyList<ActorLink> Of(Indicator indicator)
    {
        var links = indicator.Actors.Select(name => new ActorLink(catalogue.Resolve(name), "named beside it", indicator.Confidence, indicator.Tlp)).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal) { indicator.Id };
        var open = new Queue<(string Id, string Path, int? Confidence, Tlp Mark, int Depth)>();
        open.Enqueue((indicator.Id, "", 100, indicator.Tlp, 0));
        while (open.TryDequeue(out var at))
        {
            foreach (var (step, next) in Steps(indicator.Feed, at.Id))
            {
                if (intelligence.Find(indicator.Feed, next) is not { } subject || !seen.Add(next)) continue;
                var path = at.Path + (at.Path.Length > 0 ? " · " : "") + $"{step.Type} {subject.Type} {subject.Name}";
                var confidence = at.Confidence is { } a && step.Confidence is { } b ? Math.Min(a, b) : (int?)null;
                var mark = TlpMarks.Stricter(at.Mark, TlpMarks.Stricter(step.Tlp, subject.Tlp));
                if (subject.IsActor) links.Add(new(catalogue.Resolve(subject.Id), path, confidence, mark));
                else if (at.Depth + 1 < Furthest) open.Enqueue((next, path, confidence, mark, at.Depth + 1));
            }
        }

        return links;
    }

    /// <summary>What indicators indicate, what things are attributed to, and who uses or authors malware (STIX 2.1, 4: the relationships of each type).</summary>
    private IEnumerable<(Relationship Step, string Next)> Steps(string feed, string id)
    {
        foreach (var r in from[(feed, id)])
            if (r.Type is "indicates" or "attributed-to" or "authored-by" or "variant-of") yield return (r, r.To);
        foreach (var r in to[(feed, id)])
            if (r.Type == "uses") yield return (r, r.From);
    }
}
