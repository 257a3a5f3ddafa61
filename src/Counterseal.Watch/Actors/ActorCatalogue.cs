namespace Counterseal.Watch;

/// <summary>What a name or identifier comes to.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="Candidates">None: unknown. One: certain. Several: the name is shared, and nobody guesses.</param>
public sealed record ActorResolution(string Asked, IReadOnlyList<Actor> Candidates)
{
    /// <summary>The actor, where there is exactly one.</summary>
    public Actor? Certain => Candidates.Count == 1 ? Candidates[0] : null;

    /// <summary>Several actors go by the name.</summary>
    public bool IsAmbiguous => Candidates.Count > 1;
}

/// <summary>
/// Who is who. Entries of one feed stay apart, even where they share a name: their author keeps them apart. An entry of another feed joins an actor by identifier; or by its first name,
/// where that name belongs to one actor only and none of its other names belongs to another. Otherwise it is an actor of its own, and what the two share is ambiguous from then on.
/// </summary>
public sealed class ActorCatalogue
{
    private readonly Dictionary<string, List<int>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Actor> actors = [];

    /// <summary>A catalogue of all actors that the feeds know.</summary>
    /// <param name="intelligence">What the feeds said.</param>
    public ActorCatalogue(Intelligence intelligence)
        : this(intelligence.ActorEntries.Concat(OfStix(intelligence)))
    {
    }

    /// <summary>A catalogue of entries, joined in their order.</summary>
    /// <param name="entries">The entries.</param>
    public ActorCatalogue(IEnumerable<ActorEntry> entries)
    {
        foreach (var entry in entries)
        {
            var number = Home(entry);
            if (number < 0)
            {
                number = actors.Count;
                actors.Add(new(number, [entry]));
            }
            else
            {
                actors[number] = actors[number] with { Entries = [.. actors[number].Entries, entry] };
            }

            foreach (var id in entry.Ids) byId.TryAdd(id, number);
            foreach (var name in entry.Names)
            {
                var folded = Folded(name.Name);
                if (!byName.TryGetValue(folded, out var owners)) byName.Add(folded, owners = []);
                if (!owners.Contains(number)) owners.Add(number);
            }
        }
    }

    /// <summary>All actors.</summary>
    public IReadOnlyList<Actor> Actors => actors;

    /// <summary>Names, folded, that several actors share.</summary>
    public IEnumerable<string> SharedNames => byName.Where(n => n.Value.Count > 1).Select(n => n.Key);

    /// <summary>Finds an actor by identifier or name. Case and spaces around a name do not count; everything else does.</summary>
    /// <param name="nameOrId">A name, a MISP UUID or a STIX id.</param>
    public ActorResolution Resolve(string nameOrId)
    {
        if (byId.TryGetValue(nameOrId.Trim(), out var number)) return new(nameOrId, [actors[number]]);
        return new(nameOrId, byName.TryGetValue(Folded(nameOrId), out var owners) ? [.. owners.Select(o => actors[o])] : []);
    }

    /// <summary>What may be said of a state behind an actor.</summary>
    /// <param name="actor">The actor.</param>
    public static Suspicion Suspect(Actor actor) => Suspicion.Of(actor.States);

    /// <summary>A source says in so many words that it does not know.</summary>
    internal static bool SaysUnknown(string written) => written.Trim().Equals("unknown", StringComparison.OrdinalIgnoreCase);

    private int Home(ActorEntry entry)
    {
        foreach (var id in entry.Ids)
            if (byId.TryGetValue(id, out var known)) return known;
        if (entry.Names.Count == 0 || !byName.TryGetValue(Folded(entry.Names[0].Name), out var owners) || owners.Count != 1) return -1;
        var home = owners[0];
        if (actors[home].Entries.Any(e => e.Feed == entry.Feed)) return -1;
        var clear = entry.Names.All(n => !byName.TryGetValue(Folded(n.Name), out var others) || (others.Count == 1 && others[0] == home));
        return clear ? home : -1;
    }

    private static string Folded(string name) => name.Trim().ToLowerInvariant();

    /// <summary>Intrusion sets and threat actors of STIX, with the countries of places that they are said to come from (STIX 2.1, 4.8 and 4.17: <c>originates-from</c>, <c>located-at</c>).</summary>
    private static IEnumerable<ActorEntry> OfStix(Intelligence intelligence)
    {
        var origins = intelligence.Relationships.Where(r => r.Type is "originates-from" or "located-at").ToLookup(r => (r.Feed, r.From));
        foreach (var subject in intelligence.Subjects.Where(s => s.IsActor))
        {
            var source = subject.Source ?? subject.Feed;
            var states = new List<StateClaim>();
            foreach (var origin in origins[(subject.Feed, subject.Id)])
            {
                if (intelligence.Find(subject.Feed, origin.To) is not { Country: { } country } place) continue;
                var who = origin.Source ?? source;
                states.Add(new(States.Code(country), country, who, who, subject.Feed, origin.Confidence ?? subject.Confidence, TlpMarks.Stricter(origin.Tlp, place.Tlp)));
            }

            List<ActorName> names = [new(subject.Name, source, true), .. subject.Aliases.Where(a => a != subject.Name).Distinct(StringComparer.Ordinal).Select(a => new ActorName(a, source, false))];
            yield return new(subject.Feed, subject.Place, source, [subject.Id], names, states, subject.Tlp);
        }
    }
}
