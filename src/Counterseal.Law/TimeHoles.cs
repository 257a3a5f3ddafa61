namespace Counterseal.Law;

/// <summary>Days between two versions of one matter on which neither is law.</summary>
internal static class TimeHoles
{
    // Days begin at other hours in other zones; less than this is no day.
    private static readonly TimeSpan Least = TimeSpan.FromHours(20);

    /// <summary>The faults, each at the rule that comes after the hole.</summary>
    public static IEnumerable<BookFault> Faults(RuleBook book)
    {
        var told = new HashSet<Rule>();
        foreach (var instrument in book.Instruments.Keys)
        {
            var rules = book.Rules.Where(r => r.SpeaksOf(instrument)).ToList();
            foreach (var does in Enum.GetValues<Handling>())
            {
                foreach (var category in Enum.GetValues<DataCategory>())
                {
                    var reach = rules.Where(r => r.Effect is Effect.Reach e && e.Does == does && e.Categories.Contains(category));
                    foreach (var (last, next) in Holes(reach))
                        if (told.Add(next)) yield return Fault(last, next, $"{instrument} reaches no {Words<DataCategory>.Of(category)} data");
                }
            }
            foreach (var (last, next) in Holes(rules.Where(r => r.Effect is Effect.Notify)))
                if (told.Add(next)) yield return Fault(last, next, $"no rule says who tells the customer of {instrument}");
        }
        // Of other rules, those of one effect, one set of instruments and one citation are versions of one matter.
        var matters = book.Rules.Where(r => r.Effect is not (Effect.Reach or Effect.Notify)).GroupBy(r => (r.Effect.GetType(), r.File, r.Citation, string.Join(' ', r.Instruments.Order(StringComparer.Ordinal))));
        foreach (var matter in matters)
        {
            foreach (var (last, next) in Holes(matter))
                if (told.Add(next)) yield return Fault(last, next, $"nothing stands in place of {last.Id}");
        }
    }

    private static IEnumerable<(Rule Last, Rule Next)> Holes(IEnumerable<Rule> rules)
    {
        Rule? last = null;
        foreach (var rule in rules.OrderBy(r => r.Begins))
        {
            if (last is not null && last.Ends < rule.Begins && rule.Begins - last.Ends >= Least) yield return (last, rule);
            if (last is null || rule.Ends > last.Ends) last = rule;
        }
    }

    private static BookFault Fault(Rule last, Rule next, string what) => new(
        next.File, next.Line, next.Id, BookFaultKind.TimeHole,
        $"it begins on {next.From:yyyy-MM-dd}, but {last.Id} ends on {last.To:yyyy-MM-dd}: in between, {what}", "let one begin on the day after the other ends");
}
