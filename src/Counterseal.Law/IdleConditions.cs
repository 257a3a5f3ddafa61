namespace Counterseal.Law;

/// <summary>Conditions that do nothing: that never hold, that always hold, or of which a part could be dropped.</summary>
/// <param name="book">The book.</param>
internal sealed class IdleConditions(RuleBook book)
{
    private readonly HashSet<string> _never = new(StringComparer.Ordinal);

    /// <summary>The rules that never apply; filled by <see cref="Faults"/>.</summary>
    public IReadOnlySet<string> Never => _never;

    /// <summary>The faults, in the order of the book.</summary>
    public IReadOnlyList<BookFault> Faults() => [.. book.Rules.SelectMany(Of)];

    private List<BookFault> Of(Rule rule)
    {
        var faults = new List<BookFault>();
        var scene = new Scene(book, rule);
        if (rule.When is { } when)
        {
            if (scene.Can([new Wanted(when, Outcomes.True)]) is not true)
            {
                _never.Add(rule.Id);
                faults.Add(scene.Undecided
                    ? TooLarge(rule, "when")
                    : Fault(rule, BookFaultKind.NeverHolds, $"its 'when' can never hold: {ConditionText.Of(when)}{Because(scene, when)}", "correct the condition, or take the rule out"));
                return faults;
            }
            if (scene.Can([new Wanted(when, Outcomes.NotTrue)]) is false)
                faults.Add(Fault(rule, BookFaultKind.AlwaysHolds, $"its 'when' always holds: {ConditionText.Of(when)}", "leave 'when' out, or correct it"));
            else
                faults.AddRange(Parts(rule, "when", when, scene, []));
            foreach (var instrument in rule.Instruments.Count > 1 ? rule.Instruments : [])
            {
                if (new Scene(book, rule with { Instruments = [instrument] }).Can([new Wanted(when, Outcomes.True)]) is false)
                    faults.Add(Fault(rule, BookFaultKind.Unreachable, $"its 'when' can never hold for {instrument}: {ConditionText.Of(when)}", "take the instrument out of the rule, or correct the condition"));
            }
            if (rule.Effect is Effect.Require guarded && guarded.IfUnknown != Usual(guarded) && scene.Can([new Wanted(when, Outcomes.Unknown)]) is false)
                faults.Add(Fault(rule, BookFaultKind.ChangesNothing, "its 'ifUnknown' changes nothing: whether the rule applies is always known", "leave 'ifUnknown' out"));
        }
        else if (rule.Effect is Effect.Require unguarded && unguarded.IfUnknown != Usual(unguarded))
        {
            faults.Add(Fault(rule, BookFaultKind.ChangesNothing, "its 'ifUnknown' changes nothing: the rule has no 'when' that could be unknown", "leave 'ifUnknown' out, or add the 'when'"));
        }
        if (rule.Items is { } items)
        {
            if (scene.Can([new Wanted(items, Outcomes.True)]) is not true)
            {
                _never.Add(rule.Id);
                faults.Add(scene.Undecided ? TooLarge(rule, "items") : Fault(rule, BookFaultKind.NeverHolds, $"its 'items' can never hold: {ConditionText.Of(items)}", "correct the condition, or take the rule out"));
                return faults;
            }
            if (scene.Can([new Wanted(items, Outcomes.NotTrue)]) is false)
                faults.Add(Fault(rule, BookFaultKind.AlwaysHolds, $"its 'items' always hold: {ConditionText.Of(items)}", "leave 'items' out, or correct them"));
            else
                faults.AddRange(Parts(rule, "items", items, scene, []));
        }
        if (rule.Effect is Effect.Require { Condition: var condition } && !ReferenceEquals(condition, Condition.Never))
        {
            Wanted[] applies = [.. new[] { rule.When, rule.Items }.OfType<Condition>().Select(c => new Wanted(c, Outcomes.True))];
            Wanted[] mayApply = [.. new[] { rule.When }.OfType<Condition>().Select(c => new Wanted(c, Outcomes.NotFalse))];
            if (scene.Can([.. applies, new Wanted(condition, Outcomes.True)]) is not true)
            {
                faults.Add(scene.Undecided
                    ? TooLarge(rule, "require")
                    : Fault(rule, BookFaultKind.NeverHolds, $"what it requires can never be where it applies: {ConditionText.Of(condition)}{Because(scene, condition)}", "correct it; what is always out is written with 'exclude'"));
            }
            else if (scene.Can([.. mayApply, new Wanted(condition, Outcomes.NotTrue)]) is false)
            {
                faults.Add(Fault(rule, BookFaultKind.AlwaysHolds, $"what it requires always holds where it applies: {ConditionText.Of(condition)}", "take the rule out, or correct the condition"));
            }
            else
            {
                faults.AddRange(Parts(rule, "require", condition, scene, mayApply));
            }
        }
        return faults;
    }

    private static IfUnknown Usual(Effect.Require require) => require.Until is null ? IfUnknown.Ask : IfUnknown.Pass;

    // Every part, and every value of a list, is dropped in turn; where nothing comes out otherwise it is named.
    private static List<BookFault> Parts(Rule rule, string key, Condition condition, Scene scene, Wanted[] where)
    {
        var faults = new List<BookFault>();
        foreach (var (part, text, without) in Dropped(condition))
        {
            // A part that is named takes its own parts with it.
            if (faults.Count > 0 && faults[^1].What.Contains(text, StringComparison.Ordinal)) continue;
            var differs = false;
            bool? decided = true;
            foreach (var outcome in (ReadOnlySpan<Outcomes>)[Outcomes.True, Outcomes.False, Outcomes.Unknown])
            {
                decided = scene.Can([.. where, new Wanted(condition, outcome), new Wanted(without, Outcomes.Any & ~outcome)]);
                if (decided is null) break;
                if (differs = decided.Value) break;
            }
            if (decided is null) faults.Add(TooLarge(rule, key));
            else if (!differs)
            {
                var why = scene.Can([.. where, new Wanted(part, Outcomes.True)]) is false ? "it can never be so"
                    : scene.Can([.. where, new Wanted(part, Outcomes.NotTrue)]) is false ? "it is always so" : "the rest says as much";
                faults.Add(Fault(rule, BookFaultKind.ChangesNothing, $"'{text}' in its '{key}' changes nothing: {why}", "take it out, or correct it"));
            }
        }
        return faults;
    }

    private static IEnumerable<(Condition Part, string Text, Condition Without)> Dropped(Condition condition)
    {
        switch (condition)
        {
            case Condition.All all:
                foreach (var dropped in Each(all.Parts, p => new Condition.All(p))) yield return dropped;
                break;
            case Condition.Any any:
                foreach (var dropped in Each(any.Parts, p => new Condition.Any(p))) yield return dropped;
                break;
            case Condition.Not not:
                foreach (var (part, text, without) in Dropped(not.Part)) yield return (part, text, new Condition.Not(without));
                break;
            case Condition.Is { How: Comparison.OneOf or Comparison.NoneOf, Values.Count: > 1 } leaf:
                foreach (var value in leaf.Values)
                {
                    var one = new Condition.Is(leaf.Name, Comparison.OneOf, [value]);
                    yield return (one, one.Words, new Condition.Is(leaf.Name, leaf.How, [.. leaf.Values.Where(v => v != value)]));
                }
                break;
        }

        static IEnumerable<(Condition, string, Condition)> Each(IReadOnlyList<Condition> parts, Func<IReadOnlyList<Condition>, Condition> make)
        {
            for (var i = 0; i < parts.Count; i++)
            {
                if (parts.Count > 1) yield return (parts[i], ConditionText.Of(parts[i]), make([.. parts.Where((_, n) => n != i)]));
                foreach (var (part, text, without) in Dropped(parts[i])) yield return (part, text, make([.. parts.Select((p, n) => n == i ? without : p)]));
            }
        }
    }

    // The single comparison that can never be so, where one alone is to blame.
    private static string Because(Scene scene, Condition condition) =>
        condition.Leaves.OfType<Condition.Is>().Distinct().Where(l => scene.Can([new Wanted(l, Outcomes.True)]) is false).Select(l => l.Words).ToList() is { Count: > 0 } never && condition.Leaves.Skip(1).Any()
            ? $" ({string.Join(", ", never)} can never be so)"
            : "";

    private static BookFault TooLarge(Rule rule, string key) => Fault(
        rule, BookFaultKind.TooLarge, $"its '{key}' has too many names and values to decide what it can come to", "write it as several rules");

    private static BookFault Fault(Rule rule, BookFaultKind kind, string what, string next) => new(rule.File, rule.Line, rule.Id, kind, what, next);

    /// <summary>All settings in which one rule is law.</summary>
    private sealed class Scene(RuleBook book, Rule rule)
    {
        private readonly List<Possibilities> _settings = [.. Setting.Of(book, [rule]).Select(s => new Possibilities(book, s))];

        /// <summary>The last question was too large.</summary>
        public bool Undecided { get; private set; }

        /// <summary>Whether all of it can be in some setting; <c>null</c> where that was too large to decide.</summary>
        public bool? Can(IReadOnlyList<Wanted> wanted)
        {
            Undecided = false;
            foreach (var possibilities in _settings)
            {
                var found = possibilities.Find([.. wanted.Select(w => new Clause(w))]);
                if (found.Is == true)
                {
                    Undecided = false;
                    return true;
                }
                Undecided |= found.Is is null;
            }
            return Undecided ? null : false;
        }
    }
}
