namespace Counterseal.Law;

/// <summary>Rules that no demand reaches: of another time than what they are about, or always behind another.</summary>
/// <param name="book">The book.</param>
/// <param name="never">Rules that never apply anyway.</param>
internal sealed class Unreached(RuleBook book, IReadOnlySet<string> never)
{
    /// <summary>The faults, in the order of the book.</summary>
    public IEnumerable<BookFault> Faults() => book.Rules.Where(r => !never.Contains(r.Id)).SelectMany(r => Beside(r).Concat(Clocks(r)).Concat(Behind(r)));

    // A rule about an instrument on days on which the instrument reaches nothing.
    private IEnumerable<BookFault> Beside(Rule rule)
    {
        if (rule.Effect is Effect.Reach) yield break;
        foreach (var instrument in rule.Instruments)
        {
            var reaches = book.Rules.Where(r => r.Effect is Effect.Reach && r.SpeaksOf(instrument)).ToList();
            if (reaches.Count == 0 || reaches.Exists(r => Overlap(r, rule))) continue;
            var first = reaches.MinBy(r => r.Begins)!;
            yield return rule.Ends <= first.Begins
                ? Fault(rule, $"it ends on {rule.To:yyyy-MM-dd}, before {instrument} reaches anything ({first.Id}, from {first.From:yyyy-MM-dd})", "correct the days of one of them")
                : Fault(rule, $"on none of its days does {instrument} reach anything ({reaches.MaxBy(r => r.Ends)!.Id} ends on {reaches.MaxBy(r => r.Ends)!.To:yyyy-MM-dd})", "correct the days of one of them");
        }
    }

    private IEnumerable<BookFault> Clocks(Rule rule)
    {
        foreach (var (key, id) in RuleFiles.Clocked(rule).Distinct())
        {
            var clocked = book.ById[id];
            if (!Overlap(rule, clocked))
                yield return Fault(rule, $"'{key}: {id}' never comes true: the two are never law on one day", "correct the days, or name another rule");
            else if (Setting.Of(book, [rule, clocked]) is { Count: 0 })
                yield return Fault(rule, $"'{key}: {id}' never comes true: that deadline is set for other instruments ({RuleFiles.Listed(clocked.Instruments)})", "correct the instruments, or name another rule");
            else if (key != "passed" && !Setting.Of(book, [rule, clocked]).Any(s => new Possibilities(book, s).Find([.. When(rule), .. When(clocked)]).Is != false))
                yield return Fault(rule, $"'{key}: {id}' never comes true: where this rule applies, that deadline does not run", "correct the 'when' of one of them, or name another rule");
        }
    }

    private static IEnumerable<Clause> When(Rule rule) => rule.When is { } when ? [new Clause(new Wanted(when, Outcomes.True))] : [];

    // Notices, routes and proposals: the first that applies counts.
    private IEnumerable<BookFault> Behind(Rule rule)
    {
        var what = rule.Effect switch { Effect.Notify => "notice", Effect.Way => "route", Effect.Propose => "proposal", _ => null };
        if (what is null) yield break;
        var before = book.Rules.Where(r => r.Index < rule.Index && r.Effect.GetType() == rule.Effect.GetType() && !never.Contains(r.Id) && Overlap(r, rule) && Rivals(r, rule)).ToList();
        if (before.Count == 0) yield break;
        // A notice whose condition is unknown already counts; of the others only one that holds.
        var (mine, theirs) = rule.Effect is Effect.Notify ? (Outcomes.NotFalse, Outcomes.False) : (Outcomes.True, Outcomes.NotTrue);
        bool? ever = false;
        Setting? seen = null;
        foreach (var setting in Setting.Of(book, [rule], before))
        {
            var ahead = before.Where(r => r.InForce(setting.Received) && r.SpeaksOf(setting.Instrument)).ToList();
            seen ??= setting;
            if (ahead.Exists(r => r.When is null)) continue;
            Clause[] own = rule.When is { } when ? [new(new Wanted(when, mine))] : [];
            var found = new Possibilities(book, setting).Find([.. own, .. ahead.Select(r => new Clause(new Wanted(r.When!, theirs)))]).Is;
            if (found == true) yield break;
            if (found is null) ever = null;
        }
        yield return ever is null
            ? Fault(rule, $"whether its {what} is ever the first has too many names and values to decide", "write it as several rules", BookFaultKind.TooLarge)
            : Fault(rule, $"its {what} is never the first: {Listed(before.Where(r => seen is { } s && r.InForce(s.Received) && r.SpeaksOf(s.Instrument)))} always {(before.Count == 1 ? "goes" : "go")} before it", "put it further up, narrow what goes before it, or take it out");
    }

    // A demand that is redirected goes only by routes to the customer.
    private static bool Rivals(Rule before, Rule rule) => rule.Effect is not Effect.Way { To: RouteKind.Customer } || before.Effect is Effect.Way { To: RouteKind.Customer };

    private static bool Overlap(Rule one, Rule other) => one.Begins < other.Ends && other.Begins < one.Ends;

    private static string Listed(IEnumerable<Rule> rules) => string.Join(", ", rules.Select(r => r.Id));

    private static BookFault Fault(Rule rule, string what, string next, BookFaultKind kind = BookFaultKind.Unreachable) => new(rule.File, rule.Line, rule.Id, kind, what, next);
}
