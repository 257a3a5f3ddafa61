namespace Counterseal.Law;

/// <summary>Rules of one book that cannot both be meant.</summary>
/// <param name="book">The book.</param>
/// <param name="never">Rules that never apply anyway.</param>
internal sealed class Contradictions(RuleBook book, IReadOnlySet<string> never)
{
    /// <summary>The faults, each at the later of the two rules.</summary>
    public IEnumerable<BookFault> Faults()
    {
        var requirements = book.Rules.Where(r => r.Effect is Effect.Require && !never.Contains(r.Id)).ToList();
        for (var i = 0; i < requirements.Count; i++)
            for (var j = i + 1; j < requirements.Count; j++)
                foreach (var fault in Between(requirements[i], requirements[j])) yield return fault;
        var reaches = book.Rules.Where(r => r.Effect is Effect.Reach && !never.Contains(r.Id)).ToList();
        for (var i = 0; i < reaches.Count; i++)
            for (var j = i + 1; j < reaches.Count; j++)
                if (Reaching(reaches[i], reaches[j]) is { } fault) yield return fault;
        foreach (var fault in Kinds()) yield return fault;
    }

    private IEnumerable<BookFault> Between(Rule one, Rule other)
    {
        var (first, second) = ((Effect.Require)one.Effect, (Effect.Require)other.Effect);
        if (first.Assistance != second.Assistance) yield break;
        // Conditions that share no name cannot be in each other's way; those that have none at all are the same.
        var (names, others) = (Setting.Conditions(one).SelectMany(c => c.Names).ToList(), Setting.Conditions(other).SelectMany(c => c.Names).ToHashSet());
        if (!names.Exists(others.Contains) && names.Count + others.Count > 0) yield break;
        var settings = Setting.Of(book, [one, other]).Select(s => new Possibilities(book, s)).ToList();
        var (excludesFirst, excludesSecond) = (ReferenceEquals(first.Condition, Condition.Never), ReferenceEquals(second.Condition, Condition.Never));
        foreach (var possibilities in settings)
        {
            if (!excludesFirst && !excludesSecond)
            {
                if (Both(possibilities, one, first, other, second) is { } fault)
                {
                    yield return fault;
                    break;
                }
            }
            else if (excludesFirst != excludesSecond && Excluded(possibilities, excludesFirst ? other : one, excludesFirst ? one : other) is { } fault)
            {
                yield return fault;
                break;
            }
        }
        if (first.Otherwise != second.Otherwise && settings.Exists(p => p.Find([.. Fails(one), .. Fails(other)]).Is == true) && settings.TrueForAll(p => SameFailure(p, one, other)))
        {
            yield return Fault(other, $"where it fails, {one.Id} fails too, but it says '{Words<Otherwise>.Of(second.Otherwise)}' and the other '{Words<Otherwise>.Of(first.Otherwise)}'", $"let both say the same, or keep one of {one.Id} and {other.Id}");
        }
    }

    // Two requirements that meet and cannot both be met.
    private static BookFault? Both(Possibilities possibilities, Rule one, Effect.Require first, Rule other, Effect.Require second)
    {
        Clause[] apply = [.. Applies(one), .. Applies(other)];
        Clause holdsFirst = new(new Wanted(first.Condition, Outcomes.True)), holdsSecond = new(new Wanted(second.Condition, Outcomes.True));
        if (possibilities.Find([.. apply, holdsFirst, holdsSecond]).Is != false) return null;
        var meet = possibilities.Find(apply);
        // Where one of them can never be met there, it says no to what the other is about; that may be meant.
        return meet.Is == true && possibilities.Find([.. apply, holdsFirst]).Is == true && possibilities.Find([.. apply, holdsSecond]).Is == true
            ? Fault(
                other, $"it and {one.Id} apply together{meet.Shown} and cannot both hold: {ConditionText.Of(second.Condition)}, against {ConditionText.Of(first.Condition)}",
                "narrow the 'when' of one of them, or take one out")
            : null;
    }

    // Whatever meets the requirement is excluded by the other rule.
    private static BookFault? Excluded(Possibilities possibilities, Rule required, Rule excludes)
    {
        Clause[] met = [.. Applies(required), new(new Wanted(((Effect.Require)required.Effect).Condition, Outcomes.True))];
        Wanted[] spared = [.. new[] { excludes.When, excludes.Items }.OfType<Condition>().Select(c => new Wanted(c, Outcomes.NotTrue))];
        if (spared.Length > 0 && possibilities.Find([.. met, new(spared)]).Is != false) return null;
        return possibilities.Find(met).Is == true
            ? Fault(excludes, $"it takes out whatever meets {required.Id}: {ConditionText.Of(((Effect.Require)required.Effect).Condition)}", "narrow the 'when' of one of them, or take one out")
            : null;
    }

    private static bool SameFailure(Possibilities possibilities, Rule one, Rule other) =>
        possibilities.Find([.. Fails(one), Holds(other)]).Is == false
        && possibilities.Find([.. Fails(other), Holds(one)]).Is == false;

    private static IEnumerable<Clause> Applies(Rule rule) => new[] { rule.When, rule.Items }.OfType<Condition>().Select(c => new Clause(new Wanted(c, Outcomes.True)));

    private static IEnumerable<Clause> Fails(Rule rule) => Applies(rule).Append(new Clause(new Wanted(((Effect.Require)rule.Effect).Condition, Outcomes.False)));

    // Not failing: it does not apply, or its condition is not known to be false.
    private static Clause Holds(Rule rule) =>
        new([.. new[] { rule.When, rule.Items }.OfType<Condition>().Select(c => new Wanted(c, Outcomes.NotTrue)), new Wanted(((Effect.Require)rule.Effect).Condition, Outcomes.NotFalse)]);

    private BookFault? Reaching(Rule one, Rule other)
    {
        var (first, second) = ((Effect.Reach)one.Effect, (Effect.Reach)other.Effect);
        var shared = first.Categories.Intersect(second.Categories).ToList();
        if (shared.Count == 0 || first.Does != second.Does) return null;
        var settings = Setting.Of(book, [one, other]);
        if (settings.Count == 0) return null;
        var what = string.Join(", ", shared.Select(Words<DataCategory>.Of));
        if (first.Policy != second.Policy)
        {
            var (policy, compelled) = first.Policy ? (one, other) : (other, one);
            return settings.All(s => Covers(s, compelled, policy))
                ? Fault(policy, $"it reaches {what} as our own exception wherever {compelled.Id} compels the same", "let one of the two say when it applies, or take one out")
                : null;
        }
        return second.Categories.All(first.Categories.Contains) && settings.All(s => Covers(s, one, other)) && Outlasts(one, other)
            ? Fault(other, $"it never is the basis: {one.Id} reaches {what} before it, wherever it does", "take one out, or let it say when it applies", BookFaultKind.Unreachable)
            : null;
    }

    private static bool Outlasts(Rule one, Rule other) => one.Begins <= other.Begins && one.Ends >= other.Ends && (one.Instruments.Count == 0 || other.Instruments.All(one.SpeaksOf));

    // Wherever the inner applies, the outer does.
    private bool Covers(Setting setting, Rule outer, Rule inner)
    {
        if (outer.When is null) return true;
        var possibilities = new Possibilities(book, setting);
        return possibilities.Find([.. Applies(inner), new(new Wanted(outer.When, Outcomes.NotTrue))]).Is == false;
    }

    // What an instrument's kind says of keeping and handing over, against what its reach rules do.
    private IEnumerable<BookFault> Kinds()
    {
        foreach (var instrument in book.Instruments.Values)
        {
            var does = instrument.Implies.GetValueOrDefault("instrument.does");
            var reaches = book.Rules.Where(r => r.Effect is Effect.Reach && r.SpeaksOf(instrument.Id)).ToList();
            if (does == "preservation" && reaches.Find(r => r.Effect is Effect.Reach { Does: Handling.Release }) is { } released)
                yield return Fault(released, $"it hands over what {instrument.Id} reaches, but that is a preservation: nothing leaves under it", "write 'does: preserve', or correct what the instrument implies");
            if (does == "production" && reaches.Count > 0 && reaches.TrueForAll(r => r.Effect is Effect.Reach { Does: Handling.Preserve }))
                yield return Fault(reaches[0], $"it only keeps what {instrument.Id} reaches, and no other rule hands it over, but that is a production", "write a rule that hands it over, or correct what the instrument implies");
            if (does is null)
            {
                var pair = (from kept in reaches
                            from sent in reaches
                            where kept.Effect is Effect.Reach { Does: Handling.Preserve } k && sent.Effect is Effect.Reach { Does: Handling.Release } s && k.Categories.Intersect(s.Categories).Any()
                            let settings = Setting.Of(book, [kept, sent])
                            where settings.Count > 0 && settings.All(x => Covers(x, kept, sent) && Covers(x, sent, kept))
                            select (Kept: kept, Sent: sent)).FirstOrDefault();
                if (pair.Kept is not null)
                    yield return Fault(pair.Kept, $"it only keeps what {pair.Sent.Id} hands over on the same condition, and {instrument.Id} does not imply what it does", "say under 'implies' what the instrument does, or when each of the two applies");
            }
        }
    }

    private static BookFault Fault(Rule rule, string what, string next, BookFaultKind kind = BookFaultKind.Contradiction) => new(rule.File, rule.Line, rule.Id, kind, what, next);
}
