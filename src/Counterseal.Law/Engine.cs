namespace Counterseal.Law;

/// <summary>Demand + facts + rule book + time → assessment. Pure and deterministic; no country is named in this code. What each step does stands in docs/rule-books.md, "How it comes out".</summary>
public static class Engine
{
    /// <summary>Assesses one demand.</summary>
    /// <param name="demand">As read from the original.</param>
    /// <param name="facts">What people have established.</param>
    /// <param name="book">The rules.</param>
    /// <param name="received">When it was received: the law of that day applies, clocks start here.</param>
    /// <param name="asOf">The time the assessment is made for.</param>
    public static Assessment Assess(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf) =>
        new Run(demand, facts, book, received, asOf).Assess();

    /// <summary>What one rule came to; its finding is written only if it still matters at the end.</summary>
    private sealed class Outcome(Rule rule, Sign sign, string sentence, CellSet cells)
    {
        public Rule Rule { get; } = rule;

        public Sign Sign { get; } = sign;

        public string Sentence { get; } = sentence;

        public CellSet Cells { get; } = cells;

        /// <summary>The names that a person is asked for.</summary>
        public IReadOnlyList<FactName> Open { get; init; } = [];

        public Otherwise? Otherwise { get; init; }

        /// <summary>It matters whatever the decision.</summary>
        public bool Always { get; init; }

        /// <summary>The condition that it hangs on, and what would have to become of it for another outcome.</summary>
        public (Condition? Condition, bool Wanted) Turn { get; init; }

        public Effect.Require? Require => Rule.Effect as Effect.Require;

        public bool Assistance => Require?.Assistance == true;

        /// <summary>It is about the demand and not about some of its cells.</summary>
        public bool Whole => Rule.Items is null && Require is not null && !Assistance;

        /// <summary>It says something against the demand; what is merely noted as unknown does not.</summary>
        public bool Speaks => Sign == Sign.Fails || (Sign == Sign.Risk && Rule.Effect is Effect.Risk);

        /// <summary>It takes its cells out.</summary>
        public bool Excludes => Sign == Sign.Fails && !Assistance && Otherwise is not (null or Law.Otherwise.Wait);
    }

    private sealed class Run
    {
        private readonly Demand _demand;
        private readonly RuleBook _book;
        private readonly DateTimeOffset _asOf;
        private readonly Circumstances _known;
        private readonly List<Rule> _rules;
        private readonly List<Outcome> _outcomes = [];
        private readonly List<Cell> _cells = [];
        private readonly CellSet _all;
        private readonly CellSet _none;
        private CellSet _pending;
        private readonly Rule?[] _released;
        private readonly Rule?[] _preserved;
        private readonly (DateTimeOffset? From, DateTimeOffset? To)[] _range;
        private bool _cut;

        public Run(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf)
        {
            (_demand, _book, _asOf) = (demand, book, asOf);
            _known = new Circumstances(demand, facts, book, received, asOf);
            _rules = book.InForce(_known.Instrument, received);
            var answer = _known.Answered();
            for (var i = 0; i < demand.Scope.Items.Count; i++)
            {
                var item = demand.Scope.Items[i];
                var categories = item.Categories.Count > 0 ? item.Categories : answer;
                if (categories.Count == 0) _cells.Add(new Cell(_cells.Count, i, item, null));
                else
                    foreach (var category in categories.Distinct().Order()) _cells.Add(new Cell(_cells.Count, i, item, category));
            }
            (_all, _none, _pending) = (CellSet.Of(_cells.Count, _cells), new CellSet(_cells.Count), new CellSet(_cells.Count));
            (_released, _preserved) = (new Rule?[_cells.Count], new Rule?[_cells.Count]);
            _range = [.. _cells.Select(c => (c.Item.From, c.Item.To))];
        }

        public Assessment Assess()
        {
            var deadlines = Deadlines();
            Reach();
            Require();
            Narrow();
            Remark();
            return Conclude(deadlines);
        }

        private bool Reached(Cell cell) => _released[cell.Index] is not null || _preserved[cell.Index] is not null;

        private Truth When(Rule rule) => rule.When?.Holds(_known) ?? Truth.True;

        private CellSet Where(Func<Cell, bool> which)
        {
            var set = new CellSet(_cells.Count);
            foreach (var cell in _cells)
                if (which(cell)) set.Add(cell);
            return set;
        }

        private List<Deadline> Deadlines()
        {
            var deadlines = new List<Deadline>();
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Clocked clocked || _known.Clocks.Of(rule) is not { } count) continue;
                deadlines.Add(new Deadline(rule.Id, clocked.What, count.Due, count.Starts, count.Words, rule.Citation) { Kind = clocked.Kind, Late = count.Due <= _asOf });
                if (count.WithoutCalendar is { } country)
                    Note(rule, $"The book has no calendar of {(country.Length == 0 ? "the country that it should count by" : country)}; check whether the last day of \"{clocked.What}\" is a holiday there.");
                else if (count.BeyondCalendar.Count > 0)
                    Note(rule, $"The holidays of {string.Join(", ", count.BeyondCalendar)} are not in the book; check whether the last day of \"{clocked.What}\" is one.");
            }
            return [.. deadlines.OrderBy(d => d.Due).ThenBy(d => d.Rule, StringComparer.Ordinal)];
        }

        private void Note(Rule rule, string sentence) => _outcomes.Add(new Outcome(rule, Sign.Risk, sentence, _none) { Always = true, Turn = (rule.When, false) });

        private void Reach()
        {
            var rules = _rules.Where(r => r.Effect is Effect.Reach).Select(r => (Rule: r, Reach: (Effect.Reach)r.Effect, When: When(r))).ToList();
            bool Covers(Effect.Reach reach, Cell cell) => cell.Category is { } category ? reach.Categories.Contains(category) : reach.Does == Handling.Preserve;
            // A rule that compels goes before one that only allows: the exception is the basis only where nothing else is.
            foreach (var policy in (ReadOnlySpan<bool>)[false, true])
            {
                foreach (var (rule, reach, when) in rules)
                {
                    if (when != Truth.True || reach.Policy != policy) continue;
                    var by = reach.Does == Handling.Release ? _released : _preserved;
                    foreach (var cell in _cells)
                        if (Covers(reach, cell)) by[cell.Index] ??= rule;
                }
            }
            foreach (var cell in _cells)
            {
                // Without an instrument nothing is reached yet, and nothing is beyond reach.
                if (!Reached(cell) && (_known.Instrument is null || rules.Any(r => r.When == Truth.Unknown && Covers(r.Reach, cell)))) _pending.Add(cell);
            }
            foreach (var (rule, reach, when) in rules)
            {
                if (when == Truth.True)
                {
                    var covers = Where(c => Covers(reach, c));
                    if (!covers.Empty) _outcomes.Add(new Outcome(rule, Sign.Holds, Filled(reach.Holds, covers), covers) { Turn = (rule.When, false) });
                    var missed = Where(c => c.Category is not null && !Reached(c) && !_pending.Has(c));
                    if (!missed.Empty) _outcomes.Add(new Outcome(rule, Sign.Fails, Filled(reach.Fails, missed), missed) { Otherwise = reach.Otherwise });
                }
                else if (when == Truth.Unknown && Where(c => Covers(reach, c) && !Reached(c)) is { Empty: false } open)
                {
                    Ask(rule, open, null, null);
                }
            }
            var certain = _cells.Where(c => c.Category is not null || Reached(c)).ToList();
            _known.ReachedValue = _known.Instrument is null || !_pending.Empty ? null
                : certain.Count == 0 && rules.Any(r => r.When == Truth.True) ? "part"
                : certain.All(c => !Reached(c)) ? "none"
                : certain.All(Reached) ? "all" : "part";
        }

        private void Require()
        {
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Require require) continue;
                var when = When(rule);
                if (when == Truth.False) continue;
                var cells = Concerned(rule);
                if (rule.Items is not null && cells.Empty) continue;
                var holds = require.Condition.Holds(_known);
                if (holds == Truth.True)
                {
                    if (when == Truth.True) _outcomes.Add(new Outcome(rule, Sign.Holds, Filled(require.Holds, cells), cells) { Turn = (require.Condition, false) });
                }
                else if (holds == Truth.False && when == Truth.True)
                {
                    _outcomes.Add(new Outcome(rule, Sign.Fails, Filled(require.Fails, cells), cells)
                    {
                        Otherwise = require.Otherwise,
                        Always = require.BeforeAnyAnswer && require.Otherwise == Otherwise.Wait,
                        Turn = ReferenceEquals(require.Condition, Condition.Never) ? (rule.When, false) : (require.Condition, true),
                    });
                }
                else
                {
                    Ask(rule, cells, require, require.Condition);
                }
            }
        }

        private CellSet Concerned(Rule rule)
        {
            if (rule.Items is not { } items) return _all;
            var concerned = new CellSet(_cells.Count);
            foreach (var cell in _cells)
                if (items.Holds(_known, cell) == Truth.True) concerned.Add(cell);
            return concerned;
        }

        private void Ask(Rule rule, CellSet cells, Effect.Require? require, Condition? condition)
        {
            // Whether a rule applies is asked before what it requires.
            var guard = When(rule) == Truth.Unknown;
            if (guard && require?.IfUnknown == IfUnknown.Pass) return;
            // A guard is asked for part by part, in the order in which it is written: the next part matters only if this one holds.
            var names = ((guard ? rule.When : condition)?.Open(_known) ?? []).Distinct().Take(guard ? 1 : int.MaxValue).ToList();
            var note = guard && require?.IfUnknown == IfUnknown.Note;
            _outcomes.Add(new Outcome(rule, note ? Sign.Risk : Sign.Question, Asked(names, require?.Asks), cells)
            {
                Open = note ? [] : [.. names.Where(n => n.Source is FactSource.Person or FactSource.Demand)],
                Always = require?.BeforeAnyAnswer == true,
                Turn = guard ? (rule.When, false) : (condition, true),
            });
        }

        private string Asked(List<FactName> names, string? asks) => string.Join(' ', names.Select(n => _known.Question(n, names.Count == 1 ? asks : null)));

        private void Narrow()
        {
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Narrow narrow || When(rule) is Truth.False) continue;
                var cells = Concerned(rule);
                var reached = Where(c => cells.Has(c) && (Reached(c) || _pending.Has(c)));
                if (reached.Empty) continue;
                var unknown = new[] { narrow.NotBefore, narrow.NotAfter }.OfType<FactName>().Where(n => _known.At(n) is null).ToList();
                if (When(rule) == Truth.Unknown || unknown.Count > 0)
                {
                    var names = When(rule) == Truth.Unknown ? [.. rule.When!.Open(_known).Take(1)] : unknown;
                    _outcomes.Add(new Outcome(rule, Sign.Question, Asked(names, null), reached) { Open = [.. names.Where(n => n.Source is FactSource.Person or FactSource.Demand)], Turn = (rule.When, false) });
                    continue;
                }
                var from = narrow.NotBefore is { } first ? _known.At(first) : null;
                var to = narrow.NotAfter is { } last ? _known.At(last)?.AddDays(narrow.PlusDays) : null;
                var (lost, cut) = (new CellSet(_cells.Count), false);
                foreach (var cell in _cells)
                {
                    if (!reached.Has(cell)) continue;
                    var (had, range) = (_range[cell.Index], _range[cell.Index]);
                    if (from is not null && (range.From is null || range.From < from)) range.From = from;
                    if (to is not null && (range.To is null || range.To > to)) range.To = to;
                    // An end that the demand left open just closes, however often; what it names and loses is cut.
                    cut |= (cell.Item.From is not null && range.From != had.From) || (cell.Item.To is not null && range.To != had.To);
                    if (range.From >= range.To) lost.Add(cell);
                    _range[cell.Index] = range;
                }
                _cut |= cut;
                _outcomes.Add(cut || !lost.Empty
                    ? new Outcome(rule, Sign.Fails, Filled(narrow.Fails, reached), lost) { Otherwise = lost.Empty ? null : Otherwise.Reject, Turn = (rule.When, false) }
                    : new Outcome(rule, Sign.Holds, Filled(narrow.Holds, reached), reached) { Turn = (rule.When, false) });
            }
        }

        private void Remark()
        {
            foreach (var rule in _rules)
                if (rule.Effect is Effect.Risk risk && When(rule) == Truth.True) Note(rule, risk.Says);
        }

        private Assessment Conclude(List<Deadline> deadlines)
        {
            var fails = _outcomes.Where(o => o.Excludes).ToList();
            var whole = fails.Where(o => o.Whole).ToList();
            var (excluded, byItems) = (new CellSet(_cells.Count), new CellSet(_cells.Count));
            foreach (var fail in fails)
            {
                excluded.Add(fail.Cells);
                if (!fail.Whole) byItems.Add(fail.Cells);
            }
            var left = Where(c => !excluded.Has(c) && (c.Category is null || _pending.Has(c) || Reached(c)));
            var beyondItems = _cells.Any(c => !byItems.Has(c));
            var refused = whole.Count > 0 || left.Empty;
            var assistance = _outcomes.Where(o => o is { Sign: Sign.Fails, Assistance: true }).ToList();
            var proposal = _rules.Find(r => r.Effect is Effect.Propose && When(r) == Truth.True);

            // What can no longer change the outcome is not asked.
            bool Open(Outcome o) => o.Always || (!refused && proposal is null && (o.Rule.Items is null || o.Cells.Meets(left)));
            var outcomes = _outcomes.Where(o => o.Sign == Sign.Holds || (o.Sign == Sign.Fails && o.Otherwise != Otherwise.Wait) || Open(o)).ToList();
            var asked = outcomes.Where(o => o.Sign == Sign.Question).ToList();
            var waiting = outcomes.Where(o => o is { Sign: Sign.Fails, Otherwise: Otherwise.Wait }).ToList();

            Decision proposed;
            List<string> reasons;
            (Rule Rule, string Sentence)? redirected = null;
            if (refused)
            {
                var deciding = whole.Count > 0 && beyondItems ? whole : fails;
                var strongest = deciding.Count == 0 ? Otherwise.Reject : deciding.Max(o => o.Otherwise!.Value);
                proposed = strongest switch { Otherwise.Redirect => Decision.Redirect, Otherwise.Challenge => Decision.Challenge, _ => Decision.Reject };
                if (proposed == Decision.Redirect) redirected = deciding.Where(o => o.Otherwise == strongest).OrderBy(o => o.Rule.Index).Select(o => (o.Rule, o.Sentence)).First();
                reasons = [.. deciding.Where(o => o.Otherwise == strongest).Concat(assistance).Select(o => o.Sentence)];
                if (reasons.Count == 0) reasons.Add("No rule of this book reaches anything that is demanded.");
            }
            else if (proposal is not null)
            {
                var propose = (Effect.Propose)proposal.Effect;
                proposed = propose.Decision;
                if (proposed == Decision.Redirect) redirected = (proposal, propose.Says);
                reasons = [propose.Says, .. asked.Select(o => o.Sentence)];
            }
            else if (asked.Count > 0 || waiting.Count > 0 || _cells.Any(c => left.Has(c) && !Reached(c)))
            {
                proposed = Decision.Undecided;
                reasons = [.. waiting.Concat(asked).Select(o => o.Sentence).Distinct(StringComparer.Ordinal)];
                if (reasons.Count == 0) reasons.Add("It is not known what is demanded, or under what legal process.");
            }
            else
            {
                var done = _cells.Count(c => left.Has(c) && _released[c.Index] is not null) is > 0 and var released ? released : _cells.Count(left.Has);
                proposed = done == _cells.Count && !_cut && assistance.Count == 0 ? Decision.Comply : Decision.ComplyInPart;
                reasons = [.. _outcomes.Where(o => o.Sign == Sign.Holds && o.Rule.Effect is Effect.Reach && o.Cells.Meets(left)).Concat(fails)
                    .Concat(_outcomes.Where(o => o is { Sign: Sign.Fails, Rule.Effect: Effect.Narrow, Excludes: false })).Concat(assistance).Select(o => o.Sentence)];
            }

            var complies = proposed is Decision.Comply or Decision.ComplyInPart;
            var permitted = complies ? _cells.Where(c => left.Has(c) && _released[c.Index] is not null).ToList() : [];
            var barredFromKeeping = new CellSet(_cells.Count);
            foreach (var fail in fails)
                if (fail.Otherwise == Otherwise.Reject) barredFromKeeping.Add(fail.Cells);
            var kept = (proposal is null || refused) && !whole.Any(o => o.Otherwise == Otherwise.Reject)
                ? _cells.Where(c => _preserved[c.Index] is not null && !barredFromKeeping.Has(c)).ToList()
                : [];
            var bases = permitted.Count > 0 ? permitted.Select(c => _released[c.Index]!) : complies ? kept.Select(c => _preserved[c.Index]!) : [];
            var basis = bases.OrderByDescending(IsPolicy).ThenBy(r => r.Index).FirstOrDefault();

            var notice = Notice(asked);
            if (proposal is not null && !refused)
                outcomes.Add(new Outcome(proposal, Sign.Holds, ((Effect.Propose)proposal.Effect).Says, _none) { Turn = (proposal.When, false) });
            InOrder(outcomes);
            var duties = Duties();
            var assessment = new Assessment(
                _book.Digest, _asOf.ToUniversalTime(), Findings(outcomes),
                AsScope(permitted), proposed, reasons, basis?.Id, basis is not null && IsPolicy(basis),
                [.. asked.OrderBy(o => o.Rule.Index).SelectMany(o => o.Open.Select(n => new Question(n.Name, o.Rule.Id, _known.Question(n, o.Open.Count == 1 ? o.Require?.Asks : null)))).DistinctBy(q => q.Fact)],
                deadlines, notice)
            {
                Preserve = AsScope(kept),
                Route = Route(redirected),
                Duties = [.. duties.Select(d => d.Duty)],
                Suspended = [.. waiting.Where(o => o.Require?.Until is not null).OrderBy(o => o.Rule.Index).Select(o => new Suspension(o.Rule.Id, o.Sentence, o.Require!.Until!, o.Rule.Citation))],
                Objections = [.. outcomes.Where(o => o.Speaks && o.Rule.Ground is not null).Select(o => (o.Rule, o.Sentence))
                    .Concat(duties.Where(d => d.Rule.Ground is not null).Select(d => (d.Rule, d.Duty.Sentence)))
                    .OrderBy(o => o.Rule.Index).Select(o => Objection(o.Rule, o.Item2))],
                Doubt = outcomes.Where(o => o.Speaks).Sum(o => o.Rule.Weight),
            };
            return assessment with { Unread = Unread(assessment) };
        }

        private IReadOnlyList<string> Unread(Assessment assessment)
        {
            List<Rule>? unread = null;
            foreach (var deadline in assessment.Deadlines) Note(deadline.Rule);
            foreach (var duty in assessment.Duties) Note(duty.Rule);
            foreach (var held in assessment.Suspended) Note(held.Rule);
            Note(assessment.Route.Rule);
            Note(assessment.Notice.Rule);
            Note(assessment.Basis);
            return unread is null ? [] : [.. unread.OrderBy(rule => rule.Index).Select(rule => rule.Id)];

            void Note(string? id)
            {
                if (id is not null && _book.ById[id] is { Checked: false } rule && !(unread ??= []).Exists(other => ReferenceEquals(other, rule))) unread.Add(rule);
            }
        }

        // In the order of the book; what one rule came to stays together as it was. The steps before left it nearly so.
        private static void InOrder(List<Outcome> outcomes)
        {
            for (var i = 1; i < outcomes.Count; i++)
            {
                var outcome = outcomes[i];
                var at = i;
                for (; at > 0 && outcomes[at - 1].Rule.Index > outcome.Rule.Index; at--) outcomes[at] = outcomes[at - 1];
                outcomes[at] = outcome;
            }
        }

        private Finding Finding(Outcome o) => new(o.Rule.Id, o.Sign, o.Sentence, o.Rule.Citation, Why(o.Rule), o.Rule.Checked)
        {
            Weight = o.Rule.Weight,
            Ground = o.Rule.Ground,
            Changes = o.Turn.Condition?.Ways(o.Turn.Wanted, _known) ?? [],
        };

        private Finding[] Findings(List<Outcome> outcomes)
        {
            var findings = new Finding[outcomes.Count];
            for (var i = 0; i < findings.Length; i++) findings[i] = Finding(outcomes[i]);
            return findings;
        }

        private string[] Why(Rule rule)
        {
            var names = rule.Names;
            var why = new string[names.Count];
            for (var i = 0; i < why.Length; i++) why[i] = names[i].Said(_known.Value(names[i]));
            return why;
        }

        private Objection Objection(Rule rule, string sentence)
        {
            var ground = _book.Grounds[rule.Ground!];
            return new(ground.Id, ground.Name, rule.Id, sentence, rule.Citation, ground.Letter);
        }

        private List<(Rule Rule, Duty Duty)> Duties()
        {
            var duties = new List<(Rule, Duty)>();
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Must must || When(rule) != Truth.True) continue;
                var due = must.By is { } by ? _known.Clocks.Of(_book.ById[by])?.Due : null;
                duties.Add((rule, new Duty(rule.Id, must.Do, must.Says, due, rule.Citation)));
            }
            return duties;
        }

        private Route Route((Rule Rule, string Sentence)? redirected)
        {
            var rule = _rules.Find(r => r.Effect is Effect.Way way && (redirected is null || way.To == RouteKind.Customer) && When(r) == Truth.True);
            if (rule is not null) return new(((Effect.Way)rule.Effect).To, rule.Id, ((Effect.Way)rule.Effect).Says, rule.Citation);
            return redirected is var (by, sentence) ? new(RouteKind.Customer, by.Id, sentence, by.Citation) : Law.Route.Straight;
        }

        private static bool IsPolicy(Rule rule) => rule.Effect is Effect.Reach { Policy: true };

        private Notice Notice(List<Outcome> asked)
        {
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Notify notify) continue;
                var when = When(rule);
                if (when == Truth.False) continue;
                if (when == Truth.True)
                    return new Notice(notify.By, notify.NotBefore is { } name ? _known.At(name) : null, notify.Reason, rule.Citation) { Rule = rule.Id, Timing = notify.Timing, AtEnd = notify.AtEnd };
                var open = rule.When!.Open(_known).Take(1).ToList();
                asked.Add(new Outcome(rule, Sign.Question, Asked(open, null), _none) { Open = [.. open.Where(n => n.Source is FactSource.Person or FactSource.Demand)] });
                return new Notice(NoticeBy.Nobody, null, "Who tells the customer is not settled; nobody is told until the question is answered.", rule.Citation) { Rule = rule.Id };
            }
            return _known.Value(_book.Facts["secrecy"]) is "none" or "expired"
                ? new Notice(NoticeBy.Provider, null, "No rule of this book says who tells the customer; then we do.", "")
                : new Notice(NoticeBy.Nobody, null, "No rule of this book says who tells the customer, and a secrecy order may bind us; nobody is told until counsel says who.", "");
        }

        // An item without categories stays one where nobody answered: what is kept then is what is demanded.
        private Scope AsScope(List<Cell> cells) => new(
            [.. cells.GroupBy(c => (c.Place, _range[c.Index])).OrderBy(g => g.Key.Place).SelectMany(g => Scope.Apart(_demand.Scope.Items[g.Key.Place] with
            {
                Categories = [.. g.Select(c => c.Category).OfType<DataCategory>().Order()],
                From = g.Key.Item2.From,
                To = g.Key.Item2.To,
            }))]);

        private string Filled(string sentence, CellSet cells)
        {
            if (!sentence.Contains("{categories}", StringComparison.Ordinal)) return sentence;
            var words = _cells.Where(cells.Has).Select(c => c.Category).OfType<DataCategory>().Distinct().Order().Select(c => $"{Words<DataCategory>.Of(c)} data").ToList();
            return sentence.Replace("{categories}", words.Count switch { 0 => "data", 1 => words[0], _ => $"{string.Join(", ", words[..^1])} and {words[^1]}" }, StringComparison.Ordinal);
        }
    }
}
