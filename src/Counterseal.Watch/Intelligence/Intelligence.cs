namespace Counterseal.Watch;

/// <summary>All that the feeds said: readers add to it, and it keeps the latest version of each thing. Not safe for use by several threads while it is filled.</summary>
public sealed class Intelligence
{
    private readonly Dictionary<(string Feed, string Id), Indicator> indicators = [];
    private readonly Dictionary<(string Feed, string Id), Subject> subjects = [];
    private readonly Dictionary<(string Feed, string Id), Relationship> relationships = [];
    private readonly Dictionary<(string Feed, string Id), Sighting> sightings = [];

    private readonly List<PlainIndicators> plain = [];
    private readonly HashSet<string> withOwn = new(StringComparer.Ordinal);

    /// <summary>The indicators in force, of all feeds.</summary>
    public IReadOnlyCollection<Indicator> Indicators => new IndicatorList(plain, [.. indicators.Values]);

    /// <summary>What they point to.</summary>
    public IReadOnlyCollection<Subject> Subjects => subjects.Values;

    /// <summary>How things relate.</summary>
    public IReadOnlyCollection<Relationship> Relationships => relationships.Values;

    /// <summary>What was seen.</summary>
    public IReadOnlyCollection<Sighting> Sightings => sightings.Values;

    /// <summary>Actors as catalogues and events of MISP describe them.</summary>
    public List<ActorEntry> ActorEntries { get; } = [];

    /// <summary>What was left out, put right or of no use, with its place.</summary>
    public FeedRemarks Remarks { get; } = new();

    /// <summary>A subject by its identifier in a feed.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="id">The identifier.</param>
    public Subject? Find(string feed, string id) => subjects.GetValueOrDefault((feed, id));

    /// <summary>An index of the simple indicators, and the patterns that need a matcher. Numbers in the index are places in <paramref name="all"/>.</summary>
    /// <param name="all">The indicators, in a fixed order.</param>
    /// <param name="patterns">Places of those with patterns.</param>
    /// <param name="detectionOnly">Leave out those that their author does not mean for detection.</param>
    public IndicatorIndex Index(out IReadOnlyList<Indicator> all, out IReadOnlyList<int> patterns, bool detectionOnly = true)
    {
        List<Indicator> own = [.. indicators.Values.Where(i => i.ForDetection || !detectionOnly)];
        var list = new IndicatorList(plain, own);
        all = list;
        patterns = [.. Enumerable.Range(0, own.Count).Where(i => own[i].Pattern is not null).Select(i => list.Plain + i)];
        return new(own.SelectMany((indicator, i) => indicator.Observables.Select(o => (o, list.Plain + i))), list);
    }

    /// <summary>Takes the values of a file, also while they are still being read. Those of one feed in two files are held as if they stood in one.</summary>
    internal void Add(PlainIndicators values) => plain.Add(values);

    /// <summary>A plain value was added to one of <see cref="Add(PlainIndicators)"/>: it takes the place of what the feed said of the same thing before.</summary>
    internal void Replaced(PlainIndicators by, string feed, ObservableKind kind, string scope, ReadOnlySpan<byte> value)
    {
        if (withOwn.Count == 0 && plain.Count == 1) return;
        if (!withOwn.Contains(feed) && !plain.Any(p => p != by && p.Feed == feed)) return;
        var id = $"{kind}:{scope}:{System.Text.Encoding.UTF8.GetString(value)}";
        indicators.Remove((feed, id));
        foreach (var other in plain)
            if (other != by && other.Feed == feed) other.Remove(id);
    }

    /// <summary>Takes all that another says, which it shares from then on.</summary>
    internal void Add(Intelligence other)
    {
        foreach (var indicator in other.indicators.Values) Add(indicator);
        plain.AddRange(other.plain);
        foreach (var subject in other.Subjects) Add(subject);
        foreach (var relationship in other.Relationships) Add(relationship);
        foreach (var sighting in other.Sightings) Add(sighting);
        ActorEntries.AddRange(other.ActorEntries);
    }

    internal void Add(Indicator indicator)
    {
        withOwn.Add(indicator.Feed);
        foreach (var values in plain)
            if (values.Feed == indicator.Feed) values.Remove(indicator.Id);
        Put(indicators, indicator.Feed, indicator.Id, indicator, i => i.Modified);
    }

    internal void Add(Subject subject) => Put(subjects, subject.Feed, subject.Id, subject, s => s.Modified);

    internal void Add(Relationship relationship) => relationships[(relationship.Feed, relationship.Id)] = relationship;

    internal void Add(Sighting sighting) => sightings[(sighting.Feed, sighting.Id)] = sighting;

    /// <summary>A later version says that the thing no longer holds (STIX 2.1, 3.6).</summary>
    internal void Revoke(string feed, string id)
    {
        indicators.Remove((feed, id));
        foreach (var values in plain)
            if (values.Feed == feed) values.Remove(id);
        subjects.Remove((feed, id));
        relationships.Remove((feed, id));
        sightings.Remove((feed, id));
    }

    private static void Put<T>(Dictionary<(string, string), T> all, string feed, string id, T value, Func<T, DateTimeOffset?> modified)
    {
        if (all.TryGetValue((feed, id), out var there) && modified(there) > modified(value)) return;
        all[(feed, id)] = value;
    }
}
