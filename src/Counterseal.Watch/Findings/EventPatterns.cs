namespace Counterseal.Watch;

/// <summary>
/// Patterns that ask for more than one value, made ready for a stream of events: an event is tried only on pairs of brackets that it can make true, found by the values that they need or, where they
/// need none, by the properties that they speak of. Built once, then used by any number of threads.
/// </summary>
public sealed class EventPatterns
{
    // Which of an event's fields gives which property. The order is that of Present.
    private static readonly string[] Properties =
    [
        EventObservation.Own + ":kind", EventObservation.Own + ":outcome", "user-account:user_id", "user-account:account_login", "ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value",
        "email-addr:value", "email-message:from_ref", "email-message:sender_ref", "email-message:to_refs", "file:hashes", "network-traffic:protocols", "network-traffic:src_ref", "network-traffic:dst_ref",
        "network-traffic:extensions",
    ];

    // Paths whose values an event gives as texts; those of addresses are looked up as addresses.
    private static readonly HashSet<string> Valued = new(StringComparer.Ordinal)
    {
        EventObservation.Own + ":kind", EventObservation.Own + ":outcome", "user-account:user_id", "user-account:account_login", "ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value",
        "email-addr:value", "email-message:from_ref.value", "email-message:sender_ref.value", "network-traffic:src_ref.value", "network-traffic:dst_ref.value", EventObservation.UserAgent,
    };

    private readonly List<HeldPattern> held = [];
    private readonly List<(int Pattern, int Bracket)> brackets = [];
    private readonly List<int>?[] tried = new List<int>?[Properties.Length];
    private readonly Dictionary<string, List<int>> triedOnTexts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> byValue = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Network, List<int>> byAddress = [];
    private readonly bool anyTried;

    /// <summary>Of no pattern.</summary>
    public static EventPatterns None { get; } = new([]);

    /// <summary>Of some indicators with patterns, each with what is said of it. The surest are held first where there are too many.</summary>
    public EventPatterns(IEnumerable<(Indicator Indicator, IndicatorMatch Said)> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var left = new List<string>();
        var everyTime = 0;
        foreach (var (indicator, said) in patterns.Where(p => p.Indicator.Pattern is not null).OrderByDescending(p => p.Said.Confidence).ThenBy(p => p.Indicator.Id, StringComparer.Ordinal))
        {
            if (held.Count == PatternLimits.Held)
            {
                left.Add($"{indicator.Id}: {PatternLimits.Held} patterns are held already");
                continue;
            }
            var matcher = new PatternMatcher(indicator.Pattern!);
            if (matcher.Needs > PatternLimits.Kept)
            {
                left.Add($"{indicator.Id}: a match needs {matcher.Needs} events, and {PatternLimits.Kept} of an account are kept");
                continue;
            }
            var needs = matcher.Brackets.Select(Needed).ToList();
            if (needs.Any(need => need.Any(n => n.Value is null)) && ++everyTime > PatternLimits.Tried)
            {
                left.Add($"{indicator.Id}: it asks for no value that can be looked up, and {PatternLimits.Tried} such patterns are held already");
                continue;
            }
            for (var bracket = 0; bracket < needs.Count; bracket++)
            {
                brackets.Add((held.Count, bracket));
                foreach (var need in needs[bracket])
                    Place(need, brackets.Count - 1);
            }
            held.Add(new HeldPattern(indicator, said, matcher));
        }
        anyTried = tried.Any(list => list is not null) || triedOnTexts.Count > 0;
        Left = left;
    }

    /// <summary>The patterns that are held.</summary>
    public IReadOnlyList<HeldPattern> Held => held;

    /// <summary>Those that are not, one sentence each.</summary>
    public IReadOnlyList<string> Left { get; }

    /// <summary>The widest window of all; patterns without one do not count.</summary>
    public TimeSpan Longest => held.Count == 0 ? TimeSpan.Zero : held.Max(p => p.Span ?? TimeSpan.Zero);

    /// <summary>Adds what fits the event alone.</summary>
    internal void Match(WatchEvent happened, List<IndicatorMatch> into)
    {
        if (Looked(happened) is not { } looked)
            return;
        foreach (var (pattern, _) in looked)
        {
            // A window that the pattern names itself (START, STOP) is still to be looked at.
            var outcome = held[pattern].Matcher.Match([happened.Time.UtcTicks], (bracket, _) => looked[pattern][bracket], PatternLimits.StreamSteps).Outcome;
            if (outcome == PatternOutcome.Found)
                into.Add(held[pattern].Said);
        }
    }

    /// <summary>Adds the patterns of which the event could be a part.</summary>
    internal void Look(WatchEvent happened, List<PatternSight> into)
    {
        if (Looked(happened) is not { } looked)
            return;
        foreach (var (pattern, holds) in looked)
        {
            var bits = new byte[(holds.Length + 7) / 8];
            for (var i = 0; i < holds.Length; i++)
                if (holds[i])
                    bits[i >> 3] |= (byte)(1 << (i & 7));
            into.Add(new(held[pattern], happened, bits));
        }
    }

    /// <summary>The patterns of which any pair of brackets is true, with which; <c>null</c> for most events.</summary>
    private SortedDictionary<int, bool[]>? Looked(WatchEvent happened)
    {
        if (held.Count == 0)
            return null;
        var candidates = t_candidates ??= [];
        Candidates(happened, candidates);
        if (candidates.Count == 0)
            return null;
        SortedDictionary<int, bool[]>? looked = null;
        Observation? observation = null;
        var problems = new List<string>();
        foreach (var candidate in candidates)
        {
            var (number, bracket) = brackets[candidate];
            var pattern = held[number];
            if (pattern.SetAside || !pattern.Indicator.IsValidAt(happened.Time))
                continue;
            observation ??= EventObservation.Of(happened);
            if (pattern.Matcher.Sees(observation, bracket, problems))
            {
                looked ??= [];
                if (!looked.TryGetValue(number, out var holds))
                    looked[number] = holds = new bool[pattern.Matcher.Brackets.Count];
                holds[bracket] = true;
            }
            if (problems.Count > 0)
                pattern.Overran();
            problems.Clear();
        }
        candidates.Clear();
        return looked;
    }

    // One set a thread: most events have no candidate.
    [ThreadStatic]
    private static HashSet<int>? t_candidates;

    private void Candidates(WatchEvent happened, HashSet<int> into)
    {
        if (byValue.Count > 0)
        {
            Value(happened.Account, into);
            Value(YamlNote.Spelled(happened.Kind), into);
            Value(YamlNote.Spelled(happened.Outcome), into);
            Value(EventObservation.Host(happened), into);
            Value(happened.Url, into);
            Value(happened.MailAddress, into);
            Value(happened.UserAgent, into);
            foreach (var hash in happened.Hashes)
                Value(hash.Hex, into);
            foreach (var text in happened.Texts)
                Value(text.Value, into);
        }
        if (byAddress.Count > 0)
        {
            if (happened.SourceIp is { } ip && byAddress.TryGetValue(Network.Of(ip), out var found))
                into.UnionWith(found);
            foreach (var text in happened.Texts)
                if (Network.TryParse(text.Value, out var network) && byAddress.TryGetValue(network, out found))
                    into.UnionWith(found);
        }
        if (!anyTried)
            return;
        for (var i = 0; i < tried.Length; i++)
            if (tried[i] is { } list && Present(happened, i))
                into.UnionWith(list);
        foreach (var text in happened.Texts)
        {
            var colon = text.Property.IndexOf(':', StringComparison.Ordinal);
            var quoted = text.Property[colon + 1] == '\'';
            var end = text.Property.IndexOf('.', quoted ? text.Property.IndexOf('\'', colon + 2) : colon + 1);
            if (triedOnTexts.TryGetValue(end < 0 ? text.Property : text.Property[..end], out var list))
                into.UnionWith(list);
            if (triedOnTexts.TryGetValue(text.Property[..colon], out list))
                into.UnionWith(list);
        }
    }

    private void Value(string? value, HashSet<int> into)
    {
        if (value is not null && byValue.TryGetValue(value, out var found))
            into.UnionWith(found);
    }

    private static bool Present(WatchEvent happened, int property) => property switch
    {
        0 or 1 or 2 or 3 => true,
        4 => happened.SourceIp is { } ip && !Network.Of(ip).IsSix,
        5 => happened.SourceIp is { } ip && Network.Of(ip).IsSix,
        6 => happened.Domain is not null || happened.Url is not null,
        7 => happened.Url is not null,
        8 => happened.MailAddress is not null || happened.Kind == EventKind.MailReceived,
        9 or 10 => happened.MailAddress is not null && happened.Kind == EventKind.MailReceived,
        11 => happened.Kind == EventKind.MailReceived,
        12 => happened.Hashes.Count > 0,
        13 => happened.SourceIp is not null || happened.UserAgent is not null,
        14 => happened.SourceIp is not null,
        15 => (happened.SourceIp is not null || happened.UserAgent is not null) && (happened.Domain is not null || happened.Url is not null),
        _ => happened.UserAgent is not null,
    };

    /// <summary>What an event must have for a comparison to be true: any one of these.</summary>
    /// <param name="Type">An object of this type.</param>
    /// <param name="Property">With this property; <c>null</c> for any.</param>
    /// <param name="Value">With this text or address somewhere; <c>null</c> for any.</param>
    private readonly record struct Need(string Type, string? Property, string? Value);

    private static List<Need> Needed(ComparisonExpression comparison)
    {
        switch (comparison)
        {
            case ComparisonOr or:
                return [.. or.Parts.SelectMany(Needed)];
            case ComparisonAnd and:
                // One part is enough to find it by: the one that is true the least often.
                return and.Parts.Select(Needed).OrderBy(need => need.Any(n => n.Property is null) ? 2 : need.Any(n => n.Value is null) ? 1 : 0).ThenBy(need => need.Any(n => n.Type == EventObservation.Own)).ThenBy(need => need.Count).First();
            default:
                var test = (PropertyTest)comparison;
                var (type, first) = (test.Path.Type, ((KeyStep)test.Path.Steps[0]).Name);
                if (first is "type" or "id" || (test.Operator == ComparisonOperator.Exists && test.Negated))
                    return [new(type, null, null)];
                var whole = new Need(type, first, null);
                if (test.Negated || test.Operator is not (ComparisonOperator.Equal or ComparisonOperator.In) || !CanBeLookedUp(test.Path))
                    return [whole];
                return test.Values.All(v => v is TextConstant { Value: var text } && (!Network.TryParse(text, out var network) || network.ToString() == text))
                    ? [.. test.Values.Select(v => whole with { Value = ((TextConstant)v).Value })] : [whole];
        }
    }

    // Bytes are compared decoded; and what no field of an event gives comes from a text of that very property.
    private static bool CanBeLookedUp(ObjectPath path) =>
        path.Steps.All(step => step is KeyStep) && path.Steps[^1] is KeyStep { Name: var last } && !last.EndsWith("_bin", StringComparison.Ordinal) && !last.EndsWith("_hex", StringComparison.Ordinal)
        && (Valued.Contains(path.ToString()) || path.Steps[0] is KeyStep { Name: "hashes" } || !Properties.Contains($"{path.Type}:{((KeyStep)path.Steps[0]).Name}"));

    private void Place(Need need, int bracket)
    {
        if (need.Value is { } value)
        {
            if (Network.TryParse(value, out var network) && network.IsAddress)
                Add(byAddress, network, bracket);
            Add(byValue, value, bracket);
            return;
        }
        for (var i = 0; i < Properties.Length; i++)
            if (need.Property is null ? Properties[i].StartsWith(need.Type + ":", StringComparison.Ordinal) : Properties[i] == $"{need.Type}:{need.Property}")
                (tried[i] ??= []).Add(bracket);
        // As a text's path writes it, with quotes where a name needs them.
        Add(triedOnTexts, need.Property is null ? need.Type : new ObjectPath(need.Type, [new KeyStep(need.Property)]).ToString(), bracket);
    }

    private static void Add<T>(Dictionary<T, List<int>> to, T key, int bracket) where T : notnull
    {
        if (!to.TryGetValue(key, out var list))
            to[key] = list = [];
        list.Add(bracket);
    }
}
