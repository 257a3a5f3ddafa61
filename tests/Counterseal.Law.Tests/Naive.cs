using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>
/// A second evaluator of rule books, slow and obvious, written from docs/rule-books.md alone ("How it comes out", "Unknown is not no",
/// "Conditions", "Deadlines", "Names") and without a look at the engine. <c>null</c> is unknown everywhere. The numbers in the
/// comments are those of the steps in the document.
/// </summary>
internal sealed partial class Naive
{
    /// <summary>One item of the scope and one category of it; <c>null</c> where the demand names none and nobody has said.</summary>
    private sealed class Cell(ScopeItem item, DataCategory? category)
    {
        public ScopeItem Item { get; } = item;
        public DataCategory? Category { get; } = category;
        public DateTimeOffset? From { get; set; } = item.From;
        public DateTimeOffset? To { get; set; } = item.To;
    }

    /// <summary>One finding, before it is known whether it matters. <c>Cells</c> is <c>null</c> where the whole demand is meant.</summary>
    private sealed record Found(NaiveRule Rule, string Sign, IReadOnlyList<Cell>? Cells, string Otherwise = "", IReadOnlyList<string>? Asks = null, bool Noted = false);

    private readonly NaiveBook book;
    private readonly Demand demand;
    private readonly Facts facts;
    private readonly DateTimeOffset received, asOf;
    private readonly List<Cell> cells;
    private readonly List<NaiveRule> inForce;

    private Naive(NaiveBook book, Demand demand, Facts facts, DateTimeOffset received, DateTimeOffset asOf)
    {
        (this.book, this.demand, this.facts, this.received, this.asOf) = (book, demand, facts, received, asOf);
        // 1. In force: on the day of receipt in the file's zone, and about the demand's instrument.
        inForce = [.. book.Rules.Where(r => NaiveBook.Within(r.Node, NaiveBook.Day(received, r.Zone))
            && (!r.Node.Children.ContainsKey("instruments") || (Value("instrument") is { } i && Case.Texts(r.Node, "instruments").Contains(i))))];
        // 2. Cells.
        var answered = Recorded("scope.categories") is { } list ? CategoriesIn(list) : null;
        cells = [.. demand.Scope.Items.SelectMany(i => i.Categories.Count > 0 ? i.Categories.Select(c => new Cell(i, c))
            : answered is not null ? answered.Select(c => new Cell(i, c)) : [new Cell(i, null)])];
    }

    public static Outcome Assess(NaiveBook book, Demand demand, Facts facts, DateTimeOffset received, DateTimeOffset asOf) =>
        new Naive(book, demand, facts, received, asOf).Assess();

    /// <summary>The rules that are in force and whose <c>when</c> is not false, or hangs on other rules; no other can show in this demand.</summary>
    public static IEnumerable<string> MayApply(NaiveBook book, Demand demand, Facts facts, DateTimeOffset received, DateTimeOffset asOf)
    {
        var naive = new Naive(book, demand, facts, received, asOf);
        return naive.inForce.Where(r => naive.Applies(r) != false || r.Map("when")!.AllNodes.Any(n => n is YamlScalarNode { Value: "passed" or "scope.reached" })).Select(r => r.Id);
    }

    /// <summary>The value of a name that is not one of an item's; <c>null</c> when it is unknown.</summary>
    public static string? ValueOf(NaiveBook book, Situation s, string name) => new Naive(book, s.Demand, s.Facts, s.Received, s.AsOf).Value(name);

    private Outcome Assess()
    {
        var found = new List<Found>();
        var cut = false;
        foreach (var rule in inForce)
        {
            switch (rule.Effect)
            {
                case "reach": found.AddRange(Reach(rule)); break;
                case "require":
                case "exclude":
                case "suspend": found.AddRange(Requirement(rule)); break;
                case "narrow":
                    var narrowed = Narrow(rule);
                    cut |= narrowed.Any(f => f.Sign == "fails");
                    found.AddRange(narrowed);
                    break;
                case "deadline" when Count(rule.Id) is { Unsure: true }: found.Add(new(rule, "risk", null)); break;
                case "risk" when Applies(rule) == true: found.Add(new(rule, "risk", Concerned(rule))); break;
                default: break;
            }
        }

        // 8. What failures take out.
        var failures = found.Where(f => f.Sign == "fails" && f.Otherwise != "wait" && f.Rule.Text("about") != "assistance").ToList();
        var assistanceRefused = found.Any(f => f.Sign == "fails" && f.Rule.Text("about") == "assistance");
        bool OutBy(Found f, Cell c) => f.Cells is null || f.Cells.Contains(c);
        bool Out(Cell c) => failures.Any(f => OutBy(f, c));
        bool Left(Cell c) => !Out(c) && (ReachedBy(c).Any() || Pending(c) || c.Category is null);
        var left = cells.Where(Left).ToList();
        var whole = failures.Where(f => f.Cells is null).ToList();
        var parts = failures.Where(f => f.Cells is not null).ToList();

        // 9. Refused.
        var refused = whole.Count > 0 || left.Count == 0;
        // 10. A decision proposed outright.
        var proposal = refused ? null : inForce.FirstOrDefault(r => r.Effect == "propose" && Applies(r) == true);

        var notice = inForce.FirstOrDefault(r => r.Effect == "notice" && Applies(r) != false);

        // 11. What counts.
        bool Matters(Found f) => !(f.Sign == "question" || f.Noted || (f.Sign == "fails" && f.Otherwise == "wait"))
            || f.Rule.Text("before") == "anyAnswer"
            || (!refused && proposal is null && (f.Rule.Map("items") is null || f.Cells!.Any(Left)));
        if (proposal is not null) found.Add(new(proposal, "holds", null));
        var counted = found.Where(Matters).OrderBy(f => book.Rules.IndexOf(f.Rule)).ToList();

        // 9, 10. The decision.
        string decision;
        var deciding = whole.Count > 0 && cells.Any(c => !parts.Any(f => OutBy(f, c))) ? whole : failures;
        if (refused)
        {
            decision = new[] { "reject", "challenge", "redirect" }.FirstOrDefault(word => deciding.Any(f => f.Otherwise == word)) ?? "reject";
        }
        else if (proposal is not null)
        {
            decision = Case.Text(proposal.Map("propose")!, "decision")!;
        }
        else if (counted.Any(f => f.Sign == "question" || (f.Sign == "fails" && f.Otherwise == "wait")) || left.Any(c => Pending(c) || !ReachedBy(c).Any()))
        {
            decision = "undecided";
        }
        else
        {
            var all = cells.All(Left) && (cells.Any(Released) ? cells.All(Released) : cells.All(KeptByRule));
            decision = all && !cut && !assistanceRefused ? "comply" : "complyInPart";
        }

        // 12. What may leave, and what is kept.
        var complies = decision is "comply" or "complyInPart";
        var permitted = complies ? left.Where(Released).ToList() : [];
        var rejectedWhole = whole.Any(f => f.Otherwise == "reject");
        var kept = rejectedWhole || proposal is not null ? []
            : cells.Where(c => KeptByRule(c) && !failures.Any(f => f.Otherwise == "reject" && OutBy(f, c))).ToList();

        return new Outcome(
        [
            $"decision {decision}",
            Basis(complies, permitted, left),
            .. counted.Select(f => $"finding {f.Rule.Id} {f.Sign}"),
            .. Questions(counted, notice),
            .. permitted.Select(c => Line("permitted", c, c.From, c.To)).Distinct().Order(StringComparer.Ordinal),
            .. kept.Select(c => Line("kept", c, c.From, c.To)).Distinct().Order(StringComparer.Ordinal),
            .. Deadlines(),
            Notice(notice),
            Route(decision, proposal, deciding),
            .. Duties(),
            .. counted.Where(f => f.Rule.Effect == "suspend" && f.Sign == "fails").Select(f => $"suspended {f.Rule.Id}"),
            .. Objections(counted),
            $"doubt {counted.Where(f => f.Sign is "fails" or "risk" && !f.Noted).Sum(f => int.Parse(f.Rule.Text("weight") ?? "0", CultureInfo.InvariantCulture))}",
        ]);
    }

    private static string Line(string what, Cell c, DateTimeOffset? from, DateTimeOffset? to) =>
        Outcome.Cell(what, c.Item.Selector, c.Category is { } category ? Outcome.Word(category) : "no category", from, to);

    // The rule on which what leaves rests; where some of it rests on policy alone, that is said. Where nothing leaves, the rule on which it is kept.
    private string Basis(bool complies, List<Cell> released, List<Cell> left)
    {
        if (!complies) return "basis none";
        var rules = released.Count > 0
            ? released.Select(c => First(ReachedBy(c).Where(r => !Keeps(r)))).OrderBy(r => book.Rules.IndexOf(r)).ToList()
            : left.Where(KeptByRule).Select(c => First(ReachedBy(c).Where(Keeps))).OrderBy(r => book.Rules.IndexOf(r)).ToList();
        var basis = rules.FirstOrDefault(IsPolicy) ?? rules.FirstOrDefault();
        return basis is null ? "basis none" : $"basis {basis.Id}{(IsPolicy(basis) ? ", policy" : "")}";
    }

    private NaiveRule First(IEnumerable<NaiveRule> reaching) => reaching.OrderBy(r => IsPolicy(r) ? 1 : 0).ThenBy(r => book.Rules.IndexOf(r)).First();

    private static bool Keeps(NaiveRule reach) => Case.Text(reach.Map("reach")!, "does") == "preserve";

    private static bool IsPolicy(NaiveRule reach) => Case.Text(reach.Map("reach")!, "basis") == "policy";

    // In the order of the book. That of the notice is no finding: it holds nothing up.
    private IEnumerable<string> Questions(IEnumerable<Found> counted, NaiveRule? notice)
    {
        var asking = counted.Where(f => f.Sign == "question").Select(f => (f.Rule, Asks: f.Asks!)).ToList();
        if (notice is not null && Applies(notice) is null) asking.Add((notice, FirstOpen(notice)));
        var asked = new HashSet<string>();
        foreach (var (rule, names) in asking.OrderBy(a => book.Rules.IndexOf(a.Rule)))
            foreach (var name in names)
                if (Source(name) is "person" or "demand" && asked.Add(name)) yield return $"question {name} by {rule.Id}";
    }

    // What a rule with a ground says, when it fails or notes a risk that is its own; and a duty that carries one.
    private IEnumerable<string> Objections(IReadOnlyList<Found> counted)
    {
        foreach (var rule in inForce)
            if (rule.Text("ground") is { } ground
                && (counted.Any(f => f.Rule == rule && !f.Noted && f.Sign is "fails" or "risk") || (rule.Effect == "duty" && Applies(rule) == true)))
                yield return $"objection {ground} by {rule.Id}";
    }

    // --- 3. deadlines ---

    private IEnumerable<string> Deadlines() => inForce.Where(r => r.Effect == "deadline" && Due(r.Id) is not null)
        .Select(r => $"deadline {r.Id} {Case.Text(r.Map("deadline")!, "kind") ?? "answer"} due {Outcome.At(Due(r.Id))}{(Due(r.Id) <= asOf ? " late" : "")}")
        .Order(StringComparer.Ordinal);

    private DateTimeOffset? Due(string id) => Count(id)?.Due;

    // When it ends, and whether a holiday that the book does not know could have moved it.
    private (DateTimeOffset Due, bool Unsure)? Count(string id)
    {
        var rule = inForce.SingleOrDefault(r => r.Id == id && r.Effect == "deadline");
        if (rule is null || Applies(rule) != true) return null;
        var deadline = rule.Map("deadline")!;
        if (Case.Text(deadline, "due") is { } due) return Moment(due) is { } instant ? (instant, false) : null;
        if (Case.Text(deadline, "before") is { } before)
        {
            var hours = Case.Text(deadline, "days") is { } days ? Number(days) * 24 : Number(Case.Text(deadline, "hours")!);
            return Moment(before) is { } then ? (then.AddHours(-hours), false) : null;
        }
        var unit = new[] { "minutes", "hours", "days", "workingDays", "months" }.Single(u => deadline.Children.ContainsKey(u));
        var node = book.Clocks[Case.Text(deadline, "clock")!];
        var (calendar, wanted) = CalendarOf(node);
        var clock = new NaiveClock(node, calendar, wanted);
        var after = Case.Text(deadline, "after");
        var start = after is not null ? Due(after) : Moment(Case.Text(deadline, "starts")!);
        if (start is null) return null;
        // What begins when another period ends has its first hour or day right behind the last of that period.
        var end = after is null ? clock.End(start.Value, unit, Number(Case.Text(deadline, unit)!)) : clock.EndBehind(start.Value, unit, Number(Case.Text(deadline, unit)!));
        return (end, clock.Unsure);
    }

    private (YamlMappingNode? Calendar, bool Wanted) CalendarOf(YamlMappingNode clock)
    {
        var own = Case.Text(clock, "calendar") is { } calendar ? book.Calendars[calendar] : null;
        if (Case.Text(clock, "calendarOf") is not { } name) return (own, false);
        var country = Value(name);
        var its = country is null ? null : book.Calendars.Values.FirstOrDefault(c => Case.Text(c, "country") == country);
        return (its ?? own, its is null);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private DateTimeOffset? Moment(string name) => Value(name) is { } text ? Read(text) : null;

    // --- 4, 5. reach ---

    private IEnumerable<NaiveRule> ReachRules(Cell cell, bool? applies) => inForce.Where(r => r.Effect == "reach" && Applies(r) == applies && Names(r, cell));

    private static bool Names(NaiveRule reach, Cell cell) => cell.Category is { } category
        ? Case.Texts(reach.Map("reach")!, "categories").Contains(Outcome.Word(category))
        : Case.Text(reach.Map("reach")!, "does") == "preserve";

    private IEnumerable<NaiveRule> ReachedBy(Cell cell) => ReachRules(cell, true);

    private bool Released(Cell cell) => ReachedBy(cell).Any(r => Case.Text(r.Map("reach")!, "does") != "preserve");

    private bool KeptByRule(Cell cell) => ReachedBy(cell).Any(r => Case.Text(r.Map("reach")!, "does") == "preserve");

    private bool Pending(Cell cell) => !ReachedBy(cell).Any() && (Value("instrument") is null || ReachRules(cell, null).Any());

    private IEnumerable<Found> Reach(NaiveRule rule)
    {
        if (Applies(rule) == true)
        {
            var covers = cells.Where(c => Names(rule, c)).ToList();
            if (covers.Count > 0) yield return new(rule, "holds", covers);
            var not = cells.Where(c => c.Category is not null && !ReachedBy(c).Any() && !Pending(c)).ToList();
            if (not.Count > 0) yield return new(rule, "fails", not, rule.Text("otherwise") ?? "reject");
        }
        else if (Applies(rule) is null)
        {
            var would = cells.Where(c => Names(rule, c) && !ReachedBy(c).Any()).ToList();
            if (would.Count > 0) yield return new(rule, "question", would, Asks: FirstOpen(rule));
        }
    }

    private string? ReachedScope()
    {
        if (Value("instrument") is null || cells.Any(Pending)) return null;
        var those = cells.Where(c => c.Category is not null || ReachedBy(c).Any()).ToList();
        if (those.Count == 0) return inForce.Any(r => r.Effect == "reach" && Applies(r) == true) ? "part" : "none";
        return those.All(c => ReachedBy(c).Any()) ? "all" : those.Any(c => ReachedBy(c).Any()) ? "part" : "none";
    }

    // --- 6. requirements ---

    // The cells that a rule's `items` concern; null where it has none and the whole demand is meant.
    private List<Cell>? Concerned(NaiveRule rule) => rule.Map("items") is { } items ? [.. cells.Where(c => Is(items, c) == true)] : null;

    private IEnumerable<Found> Requirement(NaiveRule rule)
    {
        var concerned = Concerned(rule);
        var applies = Applies(rule);
        if (applies == false || concerned is { Count: 0 }) yield break;
        var condition = rule.Effect == "require" ? Is(rule.Map("require")!, null) : false;
        var otherwise = rule.Effect == "suspend" ? "wait" : rule.Text("otherwise")!;
        if (applies == true)
        {
            yield return condition switch
            {
                true => new(rule, "holds", concerned),
                false => new(rule, "fails", concerned, otherwise),
                null => new(rule, "question", concerned, Asks: Open(rule.Map("require")!, null)),
            };
        }
        else if (condition != true)
        {
            switch (rule.Text("ifUnknown") ?? (rule.Effect == "suspend" ? "pass" : "ask"))
            {
                case "ask": yield return new(rule, "question", concerned, Asks: FirstOpen(rule)); break;
                case "note": yield return new(rule, "risk", concerned, Noted: true); break;
                default: break;
            }
        }
    }

    // --- 7. narrowing ---

    private List<Found> Narrow(NaiveRule rule)
    {
        var concerned = (Concerned(rule) ?? cells).Where(c => ReachedBy(c).Any() || Pending(c)).ToList();
        if (Applies(rule) == false || concerned.Count == 0) return [];
        if (Applies(rule) is null) return [new(rule, "question", concerned, Asks: FirstOpen(rule))];
        var narrow = rule.Map("narrow")!;
        var unknown = new[] { Case.Text(narrow, "notBefore"), Case.Text(narrow, "notAfter") }.Where(n => n is not null && Moment(n) is null).Select(n => n!).ToList();
        if (unknown.Count > 0) return [new(rule, "question", concerned, Asks: unknown)];
        var notBefore = Case.Text(narrow, "notBefore") is { } first ? Moment(first) : null;
        var notAfter = Case.Text(narrow, "notAfter") is { } last ? Moment(last)?.AddHours(24 * Number(Case.Text(narrow, "plusDays") ?? "0")) : null;
        var lost = false;
        foreach (var cell in concerned)
        {
            // An end that the demand names and the limit takes away, unless another limit took it before; one that was open just closes.
            lost |= (cell.Item.From is not null && cell.From < notBefore) || (cell.Item.To is not null && cell.To > notAfter);
            if (notBefore is not null && (cell.From is null || cell.From < notBefore)) cell.From = notBefore;
            if (notAfter is not null && (cell.To is null || cell.To > notAfter)) cell.To = notAfter;
        }
        var nothing = concerned.Where(c => c.From >= c.To).ToList();
        return lost || nothing.Count > 0 ? [new(rule, "fails", nothing, "reject")] : [new(rule, "holds", concerned)];
    }

    // --- notice, route, duties ---

    private string Notice(NaiveRule? rule)
    {
        // Where no rule says who tells, we do, unless a secrecy order binds or may.
        if (rule is null) return $"notice {(Value("secrecy") is "none" or "expired" ? "provider" : "nobody")} by none, not before none, with, at the end ";
        if (Applies(rule) is null) return $"notice nobody by {rule.Id}, not before none, with, at the end ";
        var notice = rule.Map("notice")!;
        var until = Case.Text(notice, "notBefore") is { } name ? Moment(name) : null;
        return $"notice {Case.Text(notice, "by")} by {rule.Id}, not before {Outcome.At(until)}, {Case.Text(notice, "timing") ?? "with"}, at the end {string.Join(' ', Case.Texts(notice, "atEnd"))}";
    }

    // Where the authority is sent to the customer, by the rule that says so, else by what decides; else the first that applies.
    private string Route(string decision, NaiveRule? proposal, IReadOnlyList<Found> deciding)
    {
        var rules = inForce.Where(r => r.Effect == "route" && Applies(r) == true).ToList();
        var rule = decision == "redirect"
            ? rules.FirstOrDefault(r => Case.Text(r.Map("route")!, "to") == "customer") ?? proposal ?? deciding.First(f => f.Otherwise == "redirect").Rule
            : rules.FirstOrDefault();
        return decision == "redirect" ? $"route customer by {rule!.Id}" : rule is null ? "route direct by none" : $"route {Case.Text(rule.Map("route")!, "to")} by {rule.Id}";
    }

    private IEnumerable<string> Duties()
    {
        foreach (var rule in inForce.Where(r => r.Effect == "duty" && Applies(r) == true))
        {
            var duty = rule.Map("duty")!;
            yield return $"duty {rule.Id} {Case.Text(duty, "do")} due {Outcome.At(Case.Text(duty, "by") is { } by ? Due(by) : null)}";
        }
    }

    // --- conditions ---

    private bool? Applies(NaiveRule rule) => rule.Map("when") is { } when ? Is(when, null) : true;

    private List<string> FirstOpen(NaiveRule rule) => [.. Open(rule.Map("when")!, null).Take(1)];

    private static bool? All(IEnumerable<bool?> parts) => parts.Aggregate((bool?)true, (a, b) => a == false || b == false ? false : a is null || b is null ? null : true);

    private static bool? Any(IEnumerable<bool?> parts) => parts.Aggregate((bool?)false, (a, b) => a == true || b == true ? true : a is null || b is null ? null : false);

    private static IEnumerable<YamlMappingNode> Parts(YamlNode list) => ((YamlSequenceNode)list).Cast<YamlMappingNode>();

    private bool? Is(YamlMappingNode condition, Cell? cell) => All(condition.Children.Select(e => Is(((YamlScalarNode)e.Key).Value!, e.Value, cell)));

    private bool? Is(string key, YamlNode means, Cell? cell) => key switch
    {
        "all" => All(Parts(means).Select(p => Is(p, cell))),
        "any" => Any(Parts(means).Select(p => Is(p, cell))),
        "not" => !Is((YamlMappingNode)means, cell),
        "passed" => Due(((YamlScalarNode)means).Value!) is { } due && due <= asOf,
        _ => means is YamlMappingNode operators ? All(operators.Children.Select(o => Compare(key, ((YamlScalarNode)o.Key).Value!, o.Value, cell))) : OneOf(key, means, cell),
    };

    private bool? OneOf(string name, YamlNode words, Cell? cell)
    {
        if (Value(name, cell) is not { } value) return null;
        return words is YamlSequenceNode list ? list.Any(w => Same(name, value, ((YamlScalarNode)w).Value!)) : Same(name, value, ((YamlScalarNode)words).Value!);
    }

    private bool? Compare(string name, string op, YamlNode with, Cell? cell)
    {
        if (op == "isNot") return !OneOf(name, with, cell);
        var word = ((YamlScalarNode)with).Value!;
        if (Value(name, cell) is not { } value) return null;
        return op switch
        {
            "known" => true,
            "in" => book.Member(word, value, received),
            "notIn" => !book.Member(word, value, received),
            "sameAs" => Value(word, cell) is { } other ? Same(name, value, other) : null,
            "differsFrom" => Value(word, cell) is { } other ? !Same(name, value, other) : null,
            "atLeast" => decimal.Parse(value, CultureInfo.InvariantCulture) >= decimal.Parse(word, CultureInfo.InvariantCulture),
            "atMost" => decimal.Parse(value, CultureInfo.InvariantCulture) <= decimal.Parse(word, CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException(op),
        };
    }

    // The names that are unknown and could still change an unknown condition, in the order in which they are written.
    private List<string> Open(YamlMappingNode condition, Cell? cell)
    {
        var open = new List<string>();
        if (Is(condition, cell) is not null) return open;
        foreach (var (keyNode, means) in condition.Children)
        {
            var key = ((YamlScalarNode)keyNode).Value!;
            if (Is(key, means, cell) is not null) continue;
            if (key is "all" or "any") open.AddRange(Parts(means).SelectMany(p => Open(p, cell)));
            else if (key == "not") open.AddRange(Open((YamlMappingNode)means, cell));
            else
            {
                if (Value(key, cell) is null) open.Add(key);
                if (means is YamlMappingNode operators)
                    foreach (var (op, other) in operators.Children)
                        if (((YamlScalarNode)op).Value is "sameAs" or "differsFrom" && ((YamlScalarNode)other).Value is { } name && Value(name, cell) is null) open.Add(name);
            }
        }
        return [.. open.Distinct()];
    }
}
