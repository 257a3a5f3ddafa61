namespace Counterseal.Law;

/// <summary>Works out one sheet of the matrix.</summary>
/// <param name="book">The book.</param>
/// <param name="instrument">The instrument.</param>
/// <param name="at">The instant of receipt.</param>
internal sealed class MatrixMaker(RuleBook book, Instrument instrument, DateTimeOffset at)
{
    private static readonly string[] Axes = ["issuing.kind", "validating.kind", "emergency", "category"];

    private readonly List<Rule> _rules = book.InForce(instrument.Id, at);
    private readonly Setting _setting = new(instrument.Id, at);
    private readonly Dictionary<string, Verdict> _verdicts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<Rule>> _clashes = new(StringComparer.Ordinal);

    /// <summary>The sheet.</summary>
    public MatrixSheet Make()
    {
        var validating = Reads("validating.kind") ? book.Facts["validating.kind"].Values : [""];
        string[] emergencies = instrument.Implies.ContainsKey("emergency") || !Reads("emergency") ? [""] : ["false", "true"];
        var rows = new List<Draft>();
        foreach (var kind in Enum.GetValues<AuthorityKind>())
        {
            if (kind == AuthorityKind.Unknown) continue;
            IReadOnlyList<MatrixCell> Cells(string by, string emergency) => [.. Enum.GetValues<DataCategory>().Select(c => Cell(kind, by, emergency, c))];
            List<Draft> ofKind = [.. from validator in validating from emergency in emergencies select new Draft([Words<AuthorityKind>.Of(kind)], [validator], [emergency], Cells(validator, emergency))];
            // Where only what else is needed differs, the difference stands in the words of the need.
            ofKind = [.. ofKind.GroupBy(r => r.Validating[0]).SelectMany(g => Opened([.. g], emergencies, r => r.Emergency, (r, s) => r with { Emergency = s }, r => Cells(r.Validating[0], "")))];
            ofKind = [.. ofKind.GroupBy(r => string.Join(' ', r.Emergency)).SelectMany(g => Opened([.. g], validating, r => r.Validating, (r, s) => r with { Validating = s }, r => Cells("", r.Emergency.Count == 1 ? r.Emergency[0] : "")))];
            rows.AddRange(ofKind);
        }
        rows = Merged(rows, r => r.Emergency, (r, s) => r with { Emergency = s }, r => (r.Issuing, r.Validating));
        rows = Merged(rows, r => r.Validating, (r, s) => r with { Validating = s }, r => (r.Issuing, r.Emergency));
        rows = Merged(rows, r => r.Issuing, (r, s) => r with { Issuing = s }, r => (r.Validating, r.Emergency));

        // Those of whom nothing comes stand last.
        rows = [.. rows.OrderBy(r => r.Cells.All(c => c.Outcome == MatrixOutcome.No))];

        // What is said of every live cell is said once.
        var live = rows.SelectMany(r => r.Cells).Where(Live).ToList();
        var common = Shared(live);
        var byCategory = Enum.GetValues<DataCategory>().ToDictionary(c => c, c => (IReadOnlyList<MatrixNeed>)[.. Shared([.. live.Where(l => l.Category == c)]).Except(common)]);
        return new(
            instrument, common, byCategory,
            [.. rows.Select(r => new MatrixRow(
                [.. r.Issuing.Select(i => Words<AuthorityKind>.TryRead(i, out var kind) ? kind : default)],
                r.Validating.Count == validating.Count ? [] : r.Validating,
                r.Emergency.Count == 2 || r.Emergency[0].Length == 0 ? null : r.Emergency[0] == "true",
                [.. r.Cells.Select(c => Final(c, common, byCategory[c.Category]))]))],
            [.. _rules.Where(r => r.Effect is Effect.Clocked && r.Instruments.Count > 0).Select(Line).OfType<MatrixLine>()],
            First(r => r.Effect is Effect.Notify),
            First(r => r.Effect is Effect.Way));
    }

    // Rows of which the same comes, whatever this one thing is, become one in which it is open; others stay as they are.
    private static List<Draft> Opened(List<Draft> rows, IReadOnlyList<string> all, Func<Draft, IReadOnlyList<string>> of, Func<Draft, IReadOnlyList<string>, Draft> with, Func<Draft, IReadOnlyList<MatrixCell>> open)
    {
        if (rows.Count < 2 || rows.Count != all.Count || rows.Exists(r => of(r).Count > 1)) return rows;
        static string Comes(Draft row) => string.Join('\n', row.Cells.Select(c => Signature(c with { Needs = [] })));
        if (rows.Select(Comes).Distinct(StringComparer.Ordinal).Skip(1).Any()) return rows;
        var opened = with(rows[0] with { Cells = open(rows[0]) }, all);
        return Comes(opened) == Comes(rows[0]) ? [opened] : rows;
    }

    private static bool Live(MatrixCell cell) => cell.Outcome != MatrixOutcome.No && cell.By is not null;

    private static List<MatrixNeed> Shared(List<MatrixCell> cells) => cells.Count == 0 ? [] : [.. cells[0].Needs.Where(n => cells.TrueForAll(c => c.Needs.Contains(n)))];

    private static MatrixCell Final(MatrixCell cell, List<MatrixNeed> common, IReadOnlyList<MatrixNeed> ofCategory)
    {
        if (!Live(cell)) return cell;
        IReadOnlyList<MatrixNeed> needs = [.. cell.Needs.Except(common).Except(ofCategory)];
        var only = needs.Count + ofCategory.Count > 0;
        return cell with
        {
            Needs = needs,
            Outcome = (cell.Outcome, only) switch
            {
                (MatrixOutcome.HandedOver, true) => MatrixOutcome.HandedOverOnlyWith,
                (MatrixOutcome.Kept, true) => MatrixOutcome.KeptOnlyWith,
                _ => cell.Outcome,
            },
        };
    }

    // Whether a rule of this very instrument reads a name; what every demand needs stands elsewhere.
    private bool Reads(string name) => _rules.Exists(r => r.Instruments.Count > 0 && r.Effect is Effect.Require or Effect.Reach && Setting.Conditions(r).SelectMany(c => c.Names).Any(n => n.Name == name));

    private MatrixCell Cell(AuthorityKind kind, string validating, string emergency, DataCategory category)
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal) { ["issuing.kind"] = Words<AuthorityKind>.Of(kind), ["category"] = Words<DataCategory>.Of(category) };
        if (validating.Length > 0) known["validating.kind"] = validating;
        if (emergency.Length > 0) known["emergency"] = emergency;

        var released = Reach(Handling.Release, category, known);
        var preserved = Reach(Handling.Preserve, category, known);
        var verdicts = _rules.Where(r => r.Effect is Effect.Require { Assistance: false } or Effect.Narrow).Select(r => (Rule: r, Verdict: Of(r, known))).Where(v => v.Verdict.Kind != VerdictKind.Idle).ToList();
        var fails = verdicts.Where(v => v.Verdict.Kind == VerdictKind.Fails).Select(v => v.Rule).ToList();
        var barred = fails.Exists(f => f.Effect is Effect.Require { Otherwise: Otherwise.Reject });
        var kept = preserved is not null && !barred ? MatrixRule.Of(preserved.Rules[0]) : null;
        MatrixRule[] met = [.. verdicts.Where(v => v.Verdict.Kind == VerdictKind.Met && Matrix.SaysWhoMayIssue(v.Rule)).Select(v => MatrixRule.Of(v.Rule))];

        if ((released ?? preserved) is not { } reach)
        {
            return Speaking() is { Count: > 0 } speaking
                ? Beyond(speaking, category, known) with { Reason = ReasonForNo(kind, category) }
                : new(category, MatrixOutcome.Gap, null, "no rule says what it reaches", [], [], null, false, Reason(kind, category));
        }
        if (fails.Count > 0)
        {
            var by = fails.MaxBy(f => ((Effect.Require)f.Effect).Otherwise)!;
            return new(category, MatrixOutcome.No, MatrixRule.Of(by), Filled(((Effect.Require)by.Effect).Fails, category), [], [], kept, false, ReasonForNo(kind, category));
        }
        var conditional = verdicts.Where(v => v.Verdict.Kind == VerdictKind.Needs).ToList();
        if (Clash(reach, [.. verdicts.Select(v => v.Rule)], known, conditional.Select(v => v.Verdict.Key)) is { Count: > 0 } clash)
            return new(category, MatrixOutcome.No, MatrixRule.Of(clash[0]), $"what {string.Join(" and ", (clash.Count == 1 ? ["the reach rule"] : Array.Empty<string>()).Concat(clash.Select(c => c.Id)))} need cannot be so together", [], [], kept, false, ReasonForNo(kind, category));
        List<MatrixNeed> needs = [.. reach.Need is { } need ? [need] : Array.Empty<MatrixNeed>(), .. conditional.Where(v => v.Rule.Instruments.Count > 0).Select(v => v.Verdict.Need!)];
        var basis = (Effect.Reach)reach.Rules[0].Effect;
        var cell = new MatrixCell(
            category, released is not null ? MatrixOutcome.HandedOver : MatrixOutcome.Kept, MatrixRule.Of(reach.Rules[0]), Filled(basis.Holds, category), met, needs, released is not null ? kept : null, basis.Policy, null);
        return _rules.Exists(r => r.Instruments.Count > 0 && Matrix.SaysWhoMayIssue(r) && (r.Effect is Effect.Reach { Categories: var of } ? of.Contains(category) : Of(r, known).Kind != VerdictKind.Idle))
            ? cell
            : cell with { Outcome = MatrixOutcome.Gap, Sentence = $"{(released is not null ? "handed over" : "kept")} whoever issues it: no rule says who may", Reason = Reason(kind, category) };
    }

    private List<Rule> Speaking() => [.. _rules.Where(r => r.Effect is Effect.Reach)];

    private string? Reason(AuthorityKind kind, DataCategory category) => Reasons(kind, category).FirstOrDefault()?.Reason;

    // A rule that says no needs no reason; one that is written for these very categories or authorities helps the reader.
    private string? ReasonForNo(AuthorityKind kind, DataCategory category) => Reasons(kind, category).FirstOrDefault(g => g.Categories.Count + g.Issuing.Count > 0)?.Reason;

    private IEnumerable<Gap> Reasons(AuthorityKind kind, DataCategory category) =>
        book.Gaps.Where(g => g.Instrument == instrument.Id && (g.Categories.Count == 0 || g.Categories.Contains(category)) && (g.Issuing.Count == 0 || g.Issuing.Contains(kind)));

    // The instrument reaches something, but not this.
    private MatrixCell Beyond(List<Rule> speaking, DataCategory category, Dictionary<string, string?> known)
    {
        var applying = speaking.Find(r => Of(r, known).Kind != VerdictKind.Idle);
        var by = applying ?? speaking.Find(r => ((Effect.Reach)r.Effect).Categories.Contains(category)) ?? speaking[0];
        var sentence = applying is not null || by.When is null ? Filled(((Effect.Reach)by.Effect).Fails, category) : $"it is reached only if {ConditionText.Of(by.When)}";
        return new(category, MatrixOutcome.No, MatrixRule.Of(by), sentence, [], [], null, false, null);
    }

    /// <summary>The reach rules that cover a cell: one that always does, or those that may.</summary>
    private sealed record Basis(IReadOnlyList<Rule> Rules, MatrixNeed? Need);

    private Basis? Reach(Handling does, DataCategory category, Dictionary<string, string?> known)
    {
        var covering = Speaking().Where(r => r.Effect is Effect.Reach reach && reach.Does == does && reach.Categories.Contains(category)).OrderBy(r => ((Effect.Reach)r.Effect).Policy)
            .Select(r => (Rule: r, Verdict: Of(r, known))).Where(r => r.Verdict.Kind != VerdictKind.Idle).ToList();
        if (covering.Count == 0) return null;
        if (covering.Find(c => c.Verdict.Kind == VerdictKind.Met) is { Rule: { } certain }) return new([certain], null);
        var need = covering[0].Verdict.Need!;
        return new([.. covering.Select(c => c.Rule)], need with { Needs = string.Join(", or ", covering.Select(c => covering.Count == 1 ? c.Verdict.Need!.Needs : $"{c.Verdict.Need!.Needs} ({c.Rule.Id}, {c.Rule.Citation})")) });
    }

    private enum VerdictKind
    {
        /// <summary>It does not apply.</summary>
        Idle,
        /// <summary>It is met by what is known.</summary>
        Met,
        /// <summary>It fails by what is known.</summary>
        Fails,
        /// <summary>It needs something else.</summary>
        Needs,
    }

    private sealed record Verdict(VerdictKind Kind, MatrixNeed? Need, string Key);

    // What a rule says of a cell; the same for cells that agree in the names that it reads.
    private Verdict Of(Rule rule, Dictionary<string, string?> known)
    {
        var read = Setting.Conditions(rule).SelectMany(c => c.Names).Select(n => n.Name).Where(n => Axes.Contains(n, StringComparer.Ordinal)).Distinct();
        var key = $"{rule.Id}\n{string.Join('\n', read.Select(n => $"{n}={known.GetValueOrDefault(n)}"))}";
        return _verdicts.TryGetValue(key, out var had) ? had : _verdicts[key] = Judge(rule, known, key);
    }

    private Verdict Judge(Rule rule, Dictionary<string, string?> known, string key)
    {
        var possibilities = new Possibilities(book, _setting, known);
        List<Condition> applies = [.. new[] { rule.When, rule.Items }.OfType<Condition>()];
        List<Clause> where = [.. applies.Select(c => new Clause(new Wanted(c, Outcomes.True)))];
        if (applies.Count > 0 && possibilities.Find(where).Is == false) return new(VerdictKind.Idle, null, key);
        var always = applies.TrueForAll(c => possibilities.Can(c, Outcomes.NotTrue).Is == false);
        var left = applies.Select(c => Residue.Of(c, possibilities)).OfType<Condition>().ToList();
        var when = always || left.Count == 0 ? null : ConditionText.Of(left.Count == 1 ? left[0] : new Condition.All(left));
        switch (rule.Effect)
        {
            case Effect.Reach reach:
                return always ? new(VerdictKind.Met, null, key) : new(VerdictKind.Needs, new(MatrixRule.Of(rule), null, when, Words<Otherwise>.Of(reach.Otherwise)), key);
            case Effect.Narrow narrow:
                return new(VerdictKind.Needs, new(MatrixRule.Of(rule), when, MatrixNeed.Limits(narrow), "cut"), key);
        }
        var require = (Effect.Require)rule.Effect;
        if (possibilities.Find([.. where, new(new Wanted(require.Condition, Outcomes.NotTrue))]).Is == false) return new(VerdictKind.Met, null, key);
        var holds = possibilities.Find([.. where, new(new Wanted(require.Condition, Outcomes.True))]).Is != false;
        if (!holds && always) return new(VerdictKind.Fails, null, key);
        var needs = holds && Residue.Of(require.Condition, possibilities) is { } rest ? ConditionText.Of(rest) : null;
        return new(VerdictKind.Needs, new(MatrixRule.Of(rule), when, needs, Words<Otherwise>.Of(require.Otherwise)), key);
    }

    // The fewest rules whose needs exclude each other; none where all can be met. Cells that are left with the same needs are asked once.
    private IReadOnlyList<Rule> Clash(Basis reach, IReadOnlyList<Rule> rules, Dictionary<string, string?> known, IEnumerable<string> needs)
    {
        var key = string.Join('\n', reach.Rules.Select(r => r.Id).Concat(needs));
        if (_clashes.TryGetValue(key, out var had)) return had;
        var possibilities = new Possibilities(book, _setting, known);
        Clause[] reached = reach.Need is null ? [] : [new([.. reach.Rules.Select(r => new Wanted(r.When!, Outcomes.True))])];
        bool Together(IEnumerable<Rule> some) => possibilities.Find([.. reached, .. some.Select(Satisfied)]).Is != false;
        List<Rule> left = [.. rules.Where(r => r.Effect is Effect.Require)];
        if (Together(left)) return _clashes[key] = [];
        foreach (var rule in left.ToList())
            if (!Together(left.Where(r => r != rule))) left.Remove(rule);
        return _clashes[key] = left;
    }

    private static Clause Satisfied(Rule rule) => new(
        [.. new[] { rule.When, rule.Items }.OfType<Condition>().Select(c => new Wanted(c, Outcomes.NotTrue)), new Wanted(((Effect.Require)rule.Effect).Condition, Outcomes.True)]);

    private MatrixLine? Line(Rule rule)
    {
        var possibilities = new Possibilities(book, _setting);
        if (possibilities.Can(rule.When, Outcomes.True).Is == false) return null;
        var when = rule.When is { } condition && possibilities.Can(condition, Outcomes.NotTrue).Is != false && Residue.Of(condition, possibilities) is { } rest ? ConditionText.Of(rest) : null;
        return rule.Effect switch
        {
            Effect.Clocked clocked => new(MatrixRule.Of(rule), when, clocked.What, Counted(clocked)),
            Effect.Notify notify => new(MatrixRule.Of(rule), when, notify.Reason, Told(notify)),
            Effect.Way way => new(MatrixRule.Of(rule), when, way.Says, Words<RouteKind>.Of(way.To)),
            _ => null,
        };
    }

    // In the order of the book, up to the first that always applies.
    private List<MatrixLine> First(Predicate<Rule> which)
    {
        var lines = new List<MatrixLine>();
        foreach (var rule in _rules.Where(r => which(r)))
        {
            if (Line(rule) is not { } line) continue;
            lines.Add(line);
            if (line.If is null) break;
        }
        return lines;
    }

    internal static string Counted(Effect.Clocked clocked)
    {
        var unit = clocked.Amount == 1 ? Words<TimeUnit>.Of(clocked.Unit)[..^1] : Words<TimeUnit>.Of(clocked.Unit);
        var period = $"{clocked.Amount} {(unit.StartsWith("working", StringComparison.Ordinal) ? "working d" + unit[8..] : unit)}";
        var words = clocked.From switch
        {
            ClockFrom.Due => $"at {clocked.At!.Name}",
            ClockFrom.Before => $"{period} before {clocked.At!.Name}",
            _ => $"{period} from {(clocked.After is { } after ? $"the end of {after}" : clocked.At!.Name)}",
        };
        return $"{Words<DeadlineKind>.Of(clocked.Kind)}: {words}{(clocked.Clock is { } clock ? $", counted by {clock.Citation}" : "")}";
    }

    internal static string Told(Effect.Notify notify) =>
        Words<NoticeBy>.Of(notify.By)
        + (notify.By == NoticeBy.Nobody ? "" : notify.Timing == NoticeTiming.Before ? ", before anything leaves" : ", with the disclosure")
        + (notify.NotBefore is { } name ? $", not before {name.Name}" : "")
        + (notify.AtEnd.Count > 0 ? $"; told when the secrecy ends: {string.Join(", ", notify.AtEnd.Select(Words<WhoIsTold>.Of))}" : "");

    private static string Filled(string sentence, DataCategory category) => sentence.Replace("{categories}", $"{Words<DataCategory>.Of(category)} data", StringComparison.Ordinal);

    private sealed record Draft(IReadOnlyList<string> Issuing, IReadOnlyList<string> Validating, IReadOnlyList<string> Emergency, IReadOnlyList<MatrixCell> Cells);

    // Rows that differ in one thing only and say the same become one.
    private static List<Draft> Merged(List<Draft> rows, Func<Draft, IReadOnlyList<string>> of, Func<Draft, IReadOnlyList<string>, Draft> with, Func<Draft, (IReadOnlyList<string>, IReadOnlyList<string>)> rest) =>
        [.. rows.GroupBy(r => $"{string.Join(' ', rest(r).Item1)}\n{string.Join(' ', rest(r).Item2)}\n{string.Join('\n', r.Cells.Select(Signature))}", StringComparer.Ordinal)
            .Select(g => with(g.First(), [.. g.SelectMany(of)]))];

    private static string Signature(MatrixCell cell) =>
        string.Join('\t', [$"{cell.Outcome} {cell.By?.Id} {cell.Sentence} {cell.Kept?.Id} {cell.Reason}", .. cell.Met.Select(m => m.Id), .. cell.Needs.Select(n => n.Rule.Id + n.Words)]);
}
