using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// Holds events against all that is known: the simple indicators through their index, patterns over one event by trying those that could be true. Built once, then used by
/// any number of threads.
/// </summary>
public sealed class IndicatorMatching
{
    private readonly IndicatorIndex index;
    private readonly IReadOnlyList<Indicator> indicators;
    private readonly IndicatorMatch?[] said;
    private readonly Func<Indicator, IndicatorMatch> say;
    private readonly int agents;
    private readonly EventPatterns alone;

    /// <summary>Over what is known.</summary>
    /// <param name="intelligence">What the feeds said; it is not to be filled any further.</param>
    /// <param name="unsaid">The confidence of an indicator whose source says none.</param>
    public IndicatorMatching(Intelligence intelligence, int unsaid)
    {
        ArgumentNullException.ThrowIfNull(intelligence);
        index = intelligence.Index(out indicators, out var patterns);
        Patterns = patterns.Count;
        agents = index.Way(ObservableKind.Text, EventObservation.UserAgent);
        var attribution = new Attribution(intelligence, new ActorCatalogue(intelligence));
        var outgoing = intelligence.Relationships.Where(r => r.Type == "indicates").ToLookup(r => (r.Feed, r.From));
        // Of a million indicators a handful is ever met: what is said of one is worked out when it is first asked for. Two threads may do so at once, with the same result.
        (said, say) = (new IndicatorMatch?[indicators.Count], indicator => Say(indicator, intelligence, attribution, outgoing, unsaid));
        var ask = patterns.ToLookup(i => new PatternMatcher(indicators[i].Pattern!).IsAlone, i => (indicators[i], SaidOf(i)));
        (alone, Several) = (new EventPatterns(ask[true]), new EventPatterns(ask[false]));
    }

    /// <summary>Values that are looked up.</summary>
    public int Values => index.Count;

    /// <summary>Indicators that ask for more than the equality of one value.</summary>
    public int Patterns { get; }

    /// <summary>Of those, the ones that ask for several events: for <see cref="BellOptions.Patterns"/>, since what was seen so far stands in the bell's store. The others are held against each event by <see cref="Match"/>.</summary>
    public EventPatterns Several { get; }

    /// <summary>Patterns that are not held, and why, one sentence each.</summary>
    public IReadOnlyList<string> Left => [.. alone.Left, .. Several.Left];

    /// <summary>What is said of each indicator, in the order of <see cref="Indicators"/>.</summary>
    public IReadOnlyList<IndicatorMatch> Said => [.. Enumerable.Range(0, said.Length).Select(SaidOf)];

    /// <summary>The indicators.</summary>
    public IReadOnlyList<Indicator> Indicators => indicators;

    /// <summary>Adds what fits an event; a <see cref="Matching"/>.</summary>
    public void Match(WatchEvent happened, List<IndicatorMatch> into)
    {
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(into);
        var hits = t_hits ??= [];
        if (happened.SourceIp is { } ip)
        {
            index.Find(Network.Of(ip), hits);
            Take("sourceIp", happened, hits, into);
        }
        if (happened.Domain is { } domain)
            Look(ObservableKind.Domain, "", "domain", domain, happened, hits, into);
        if (happened.Url is { } url)
            Look(ObservableKind.Url, "", "url", url, happened, hits, into);
        if (happened.MailAddress is { } mail)
            Look(ObservableKind.Mail, "", "mailAddress", mail, happened, hits, into);
        foreach (var hash in happened.Hashes)
            Look(ObservableKind.Hash, hash.Algorithm, "hash", hash.Hex, happened, hits, into);
        if (agents >= 0 && happened.UserAgent is { } agent)
            Look(agents, "userAgent", agent, happened, hits, into);
        foreach (var text in happened.Texts)
        {
            // A log may have a second address or name beside the one that an event has a field for.
            var (kind, scope, field) = SimplePattern.KindOf(text.Property, text.Value);
            Look(kind, scope, field, text.Value, happened, hits, into);
        }
        alone.Match(happened, into);
    }

    // One list a thread: most events hit nothing, and a list for each would be most of the work.
    [ThreadStatic]
    private static List<IndexHit>? t_hits;

    private void Look(ObservableKind kind, string scope, string field, string value, WatchEvent happened, List<IndexHit> hits, List<IndicatorMatch> into) =>
        Look(index.Way(kind, scope), field, value, happened, hits, into);

    private void Look(int way, string field, string value, WatchEvent happened, List<IndexHit> hits, List<IndicatorMatch> into)
    {
        if (way < 0 || value.Length > IndicatorIndex.LongestValue)
            return;
        Span<byte> bytes = stackalloc byte[IndicatorIndex.LongestValue];
        if (!Encoding.UTF8.TryGetBytes(value, bytes, out var length))
            return;
        index.Find(way, bytes[..length], hits);
        Take(field, happened, hits, into);
    }

    private void Take(string field, WatchEvent happened, List<IndexHit> hits, List<IndicatorMatch> into)
    {
        if (hits.Count == 0)
            return;
        foreach (var hit in hits)
            if (indicators[hit.Indicator].IsValidAt(happened.Time))
                into.Add(SaidOf(hit.Indicator) with { Field = field });
        hits.Clear();
    }

    private IndicatorMatch SaidOf(int indicator)
    {
        if (Volatile.Read(ref said[indicator]) is not { } match)
            Volatile.Write(ref said[indicator], match = say(indicators[indicator]));
        return match;
    }

    private static IndicatorMatch Say(Indicator indicator, Intelligence intelligence, Attribution attribution, ILookup<(string, string), Relationship> outgoing, int unsaid)
    {
        var links = attribution.Of(indicator);
        // Links to different actors, or to a name that several bear, do not say which it was.
        var actors = links.SelectMany(link => link.Who.Candidates).DistinctBy(actor => actor.Number).ToList();
        var actor = actors.Count == 1 ? actors[0] : null;
        var names = links.Where(link => link.Who.Candidates.Count == 0).Select(link => link.Who.Asked).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var name = actor?.Name
            ?? (actors.Count == 0 && names.Count == 1 ? names[0] : null)
            ?? (links.Count == 0 ? outgoing[(indicator.Feed, indicator.Id)].Select(r => intelligence.Find(r.Feed, r.To)).FirstOrDefault(s => s is { Type: "malware" or "tool" or "campaign" }) is { } tool ? $"user of {tool.Name}" : null : null)
            ?? "unknown";
        var suspicion = actor is null ? null : ActorCatalogue.Suspect(actor);
        var mark = TlpMarks.Stricter(indicator.Tlp, links.Select(link => link.Tlp).DefaultIfEmpty(Tlp.Unmarked).Max());
        return new(
            indicator.Id, "", string.Join(", ", indicator.Observables.Select(o => o.Value)) is { Length: > 0 and <= 300 } values ? values : indicator.Id,
            name, suspicion is { State: { } state } && TlpMarks.MayReachCustomers(suspicion.Tlp) ? state : null,
            indicator.Source ?? indicator.Feed, indicator.Confidence ?? unsaid, mark);
    }
}
