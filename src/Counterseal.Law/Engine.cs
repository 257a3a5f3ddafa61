namespace Counterseal.Law;

/// <summary>Demand + facts + rule book + time → assessment. Pure and deterministic; no country is named in this code.</summary>
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

    /// <summary>One item with one category (none when the demand does not say): the smallest thing that a rule can let through or hold.</summary>
    private readonly record struct Cell(int Item, DataCategory? Category);

    /// <summary>What one rule came to; its finding is written only if it still matters at the end.</summary>
    private sealed record Outcome(Rule Rule, Sign Sign, string Sentence, IReadOnlyList<string> Why, IReadOnlySet<Cell> Cells)
    {
        public List<string> Open { get; init; } = [];

        public Otherwise? Otherwise { get; init; }

        public bool Always { get; init; }

        public bool Assistance { get; init; }

        public bool Whole => Rule.Items is null && Rule.Effect is Effect.Require && !Assistance;
    }

    private sealed class Run(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf)
    {
        private readonly Circumstances _known = new(demand, facts, book, received, asOf);
        private readonly List<Rule> _rules = [];
        private readonly List<Outcome> _outcomes = [];
        private readonly List<Cell> _cells = [];
        private readonly HashSet<Cell> _pending = [];
        private readonly Dictionary<Cell, Rule> _released = [];
        private readonly Dictionary<Cell, Rule> _preserved = [];
        private readonly Dictionary<string, Clock.Count> _counts = new(StringComparer.Ordinal);

        public Assessment Assess()
        {
            _rules.AddRange(book.Rules.Where(r => r.InForce(_known.Instrument, received)));
            var answer = _known.Value("scope.categories") is { } list ? FactName.Categories(list) ?? [] : [];
            for (var i = 0; i < demand.Scope.Items.Count; i++)
            {
                var categories = demand.Scope.Items[i].Categories is { Count: > 0 } said ? said : answer;
                _cells.AddRange(categories.Count == 0 ? [new Cell(i, null)] : categories.Distinct().Order().Select(c => new Cell(i, c)));
            }

            var deadlines = Deadlines();
            Reach();
            Require();
            Remark();
            return Conclude(deadlines);
        }

        private string? Value(string name) => _known.Value(name);

        private bool? Passed(string rule) => _counts.TryGetValue(rule, out var count) ? count.Due <= asOf : null;

        private Truth When(Rule rule) => rule.When?.Holds(Value, Passed) ?? Truth.True;

        private List<string> Why(Rule rule, Condition? also = null)
        {
            var names = (rule.When?.Names ?? []).Concat(also?.Names ?? []);
            if (rule.Instruments.Count > 0) names = names.Prepend("instrument");
            return [.. names.Distinct(StringComparer.Ordinal).Select(n => $"{n} = {Value(n) ?? "unknown"}")];
        }

        private List<Deadline> Deadlines()
        {
            var deadlines = new List<Deadline>();
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Clocked clocked || When(rule) != Truth.True) continue;
                if (_known.At(clocked.Due ?? clocked.Starts!) is not { } at) continue;
                var count = clocked.Clock?.After(at, clocked.Amount, clocked.Unit) ?? new Clock.Count(at, received.ToUniversalTime(), $"the instant that {clocked.Due} holds, as it stands", []);
                _counts[rule.Id] = count;
                deadlines.Add(new Deadline(rule.Id, clocked.What, count.Due, count.Starts, count.Words, rule.Citation));
                if (count.BeyondCalendar.Count > 0)
                    Note(rule, Sign.Risk, $"The holidays of {string.Join(", ", count.BeyondCalendar)} are not in the book; check whether the last day of \"{clocked.What}\" is one.");
            }
            return [.. deadlines.OrderBy(d => d.Due).ThenBy(d => d.Rule, StringComparer.Ordinal)];
        }

        private void Note(Rule rule, Sign sign, string sentence) => _outcomes.Add(new Outcome(rule, sign, sentence, Why(rule), new HashSet<Cell>()) { Always = true });

        private void Reach()
        {
            var rules = _rules.Where(r => r.Effect is Effect.Reach).Select(r => (Rule: r, Reach: (Effect.Reach)r.Effect, When: When(r))).ToList();
            HashSet<Cell> Covers(Effect.Reach reach) => [.. _cells.Where(c => c.Category is { } category ? reach.Categories.Contains(category) : reach.Does == Handling.Preserve)];
            // A rule that compels goes before one that only allows: the exception is the basis only where nothing else is.
            foreach (var (rule, reach, when) in rules.OrderBy(r => r.Reach.Policy))
            {
                if (when != Truth.True) continue;
                foreach (var cell in Covers(reach)) (reach.Does == Handling.Release ? _released : _preserved).TryAdd(cell, rule);
            }
            // Without an instrument nothing is reached yet, and nothing is beyond reach.
            if (_known.Instrument is null) _pending.UnionWith(_cells.Where(c => !_released.ContainsKey(c) && !_preserved.ContainsKey(c)));
            bool Reached(Cell cell) => _released.ContainsKey(cell) || _preserved.ContainsKey(cell);
            foreach (var (_, reach, when) in rules)
                if (when == Truth.Unknown) _pending.UnionWith(Covers(reach).Where(c => !Reached(c)));
            foreach (var (rule, reach, when) in rules)
            {
                var covers = Covers(reach);
                if (when == Truth.True)
                {
                    var missed = _cells.Where(c => c.Category is not null && !Reached(c) && !_pending.Contains(c)).ToHashSet();
                    if (covers.Count > 0) _outcomes.Add(new Outcome(rule, Sign.Holds, Filled(reach.Holds, covers), Why(rule), covers));
                    if (missed.Count > 0) _outcomes.Add(new Outcome(rule, Sign.Fails, Filled(reach.Fails, missed), Why(rule), missed) { Otherwise = reach.Otherwise });
                }
                else if (when == Truth.Unknown && covers.Any(c => !Reached(c)))
                {
                    Ask(rule, [.. covers.Where(c => !Reached(c))], null, null);
                }
            }
            var certain = _cells.Where(c => c.Category is not null || Reached(c)).ToList();
            _known.ReachedValue = _known.Instrument is null || _pending.Count > 0 ? null
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
                var cells = rule.Items is null ? _cells.ToHashSet() : _cells.Where(c => Concerns(rule.Items, c)).ToHashSet();
                if (rule.Items is not null && cells.Count == 0) continue;
                var holds = require.Condition.Holds(Value, Passed);
                if (holds == Truth.True)
                {
                    if (when == Truth.True) _outcomes.Add(new Outcome(rule, Sign.Holds, Filled(require.Holds, cells), Why(rule, require.Condition), cells));
                }
                else if (holds == Truth.False && when == Truth.True)
                {
                    _outcomes.Add(new Outcome(rule, Sign.Fails, Filled(require.Fails, cells), Why(rule, require.Condition), cells) { Otherwise = require.Otherwise, Assistance = require.Assistance });
                }
                else
                {
                    Ask(rule, cells, require, require.Condition);
                }
            }
        }

        private bool Concerns(Condition items, Cell cell) => items.Holds(n => Circumstances.OfCell(n, demand.Scope.Items[cell.Item], cell.Category), Passed) == Truth.True;

        private void Ask(Rule rule, HashSet<Cell> cells, Effect.Require? require, Condition? condition)
        {
            // Whether a rule applies is asked before what it requires.
            var guard = When(rule) == Truth.Unknown;
            if (guard && require?.IfUnknown == IfUnknown.Pass) return;
            // A guard is asked for part by part, in the order in which it is written: the next part matters only if this one holds.
            var open = ((guard ? rule.When : condition)?.Open(Value, Passed) ?? []).Distinct(StringComparer.Ordinal).Take(guard ? 1 : int.MaxValue).ToList();
            var note = guard && require?.IfUnknown == IfUnknown.Note;
            var sentence = string.Join(' ', open.Select(n => _known.Question(n, open.Count == 1 ? require?.Asks : null)));
            open.RemoveAll(n => book.Facts[n].Source == FactSource.Engine);
            _outcomes.Add(new Outcome(rule, note ? Sign.Risk : Sign.Question, sentence, Why(rule, condition), cells)
            {
                Open = note ? [] : open,
                Always = require?.BeforeAnyAnswer == true,
            });
        }

        private void Remark()
        {
            foreach (var rule in _rules)
            {
                if (rule.Effect is Effect.Risk risk && When(rule) == Truth.True) Note(rule, Sign.Risk, risk.Says);
            }
        }

        private Assessment Conclude(List<Deadline> deadlines)
        {
            var fails = _outcomes.Where(o => o.Sign == Sign.Fails && o is { Assistance: false, Otherwise: not null and not Otherwise.Wait }).ToList();
            var whole = fails.Where(o => o.Whole).ToList();
            var excluded = fails.SelectMany(o => o.Cells).ToHashSet();
            var left = _cells.Where(c => !excluded.Contains(c) && (c.Category is null || _pending.Contains(c) || _released.ContainsKey(c) || _preserved.ContainsKey(c))).ToHashSet();
            var beyondItems = _cells.Any(c => !fails.Where(o => !o.Whole).SelectMany(o => o.Cells).Contains(c));
            var refused = whole.Count > 0 || left.Count == 0;
            var assistance = _outcomes.Where(o => o is { Sign: Sign.Fails, Assistance: true }).ToList();
            var proposal = _rules.FirstOrDefault(r => r.Effect is Effect.Propose && When(r) == Truth.True);

            // What can no longer change the outcome is not asked.
            bool Matters(Outcome o) => o.Always || o.Sign is Sign.Holds or Sign.Fails || (!refused && proposal is null && (o.Rule.Items is null || o.Cells.Overlaps(left)));
            var outcomes = _outcomes.Where(Matters).ToList();
            var asked = outcomes.Where(o => o.Sign == Sign.Question).ToList();
            var waiting = outcomes.Where(o => o.Otherwise == Otherwise.Wait && (o.Rule.Items is null || o.Cells.Overlaps(left))).ToList();

            Decision proposed;
            List<string> reasons;
            if (refused)
            {
                var deciding = whole.Count > 0 && beyondItems ? whole : fails;
                var strongest = deciding.Count == 0 ? Otherwise.Reject : deciding.Max(o => o.Otherwise!.Value);
                proposed = strongest switch { Otherwise.Redirect => Decision.Redirect, Otherwise.Challenge => Decision.Challenge, _ => Decision.Reject };
                reasons = [.. deciding.Where(o => o.Otherwise == strongest).Concat(assistance).Select(o => o.Sentence)];
                if (reasons.Count == 0) reasons.Add("No rule of this book reaches anything that is demanded.");
            }
            else if (proposal is not null)
            {
                var propose = (Effect.Propose)proposal.Effect;
                proposed = propose.Decision;
                reasons = [propose.Says, .. asked.Select(o => o.Sentence)];
            }
            else if (asked.Count > 0 || waiting.Count > 0 || left.Any(c => !_released.ContainsKey(c) && !_preserved.ContainsKey(c)))
            {
                proposed = Decision.Undecided;
                reasons = [.. waiting.Concat(asked).Select(o => o.Sentence).Distinct(StringComparer.Ordinal)];
                if (reasons.Count == 0) reasons.Add("It is not known what is demanded, or under what legal process.");
            }
            else
            {
                var done = left.Where(_released.ContainsKey).Count() is > 0 and var released ? released : left.Count;
                proposed = done == _cells.Count && assistance.Count == 0 ? Decision.Comply : Decision.ComplyInPart;
                reasons = [.. _outcomes.Where(o => o.Sign == Sign.Holds && o.Rule.Effect is Effect.Reach && o.Cells.Overlaps(left)).Concat(fails).Concat(assistance).Select(o => o.Sentence)];
            }

            var complies = proposed is Decision.Comply or Decision.ComplyInPart;
            var permitted = complies ? left.Where(_released.ContainsKey).ToHashSet() : [];
            var barredFromKeeping = fails.Where(o => o.Otherwise == Otherwise.Reject).SelectMany(o => o.Cells).ToHashSet();
            var kept = proposal is null && !whole.Any(o => o.Otherwise == Otherwise.Reject) ? _cells.Where(c => _preserved.ContainsKey(c) && !barredFromKeeping.Contains(c)).ToHashSet() : [];
            var bases = permitted.Count > 0 ? permitted.Select(c => _released[c]) : complies ? kept.Select(c => _preserved[c]) : [];
            var basis = bases.OrderByDescending(IsPolicy).ThenBy(_rules.IndexOf).FirstOrDefault();

            var notice = Notice(asked);
            if (proposal is not null && !refused)
                outcomes.Add(new Outcome(proposal, Sign.Holds, ((Effect.Propose)proposal.Effect).Says, Why(proposal), new HashSet<Cell>()));
            return new Assessment(
                book.Digest, asOf.ToUniversalTime(),
                [.. outcomes.OrderBy(o => _rules.IndexOf(o.Rule)).Select(o => new Finding(o.Rule.Id, o.Sign, o.Sentence, o.Rule.Citation, o.Why, o.Rule.Checked))],
                AsScope(permitted), proposed, reasons, basis?.Id, basis is not null && IsPolicy(basis),
                [.. asked.OrderBy(o => _rules.IndexOf(o.Rule)).SelectMany(o => o.Open.Select(n => new Question(n, o.Rule.Id, _known.Question(n, o.Open.Count == 1 ? (o.Rule.Effect as Effect.Require)?.Asks : null)))).DistinctBy(q => q.Fact)],
                deadlines, notice)
            { Preserve = AsScope(kept) };
        }

        private static bool IsPolicy(Rule rule) => rule.Effect is Effect.Reach { Policy: true };

        private Notice Notice(List<Outcome> asked)
        {
            foreach (var rule in _rules)
            {
                if (rule.Effect is not Effect.Notify notify) continue;
                var when = When(rule);
                if (when == Truth.False) continue;
                if (when == Truth.True) return new Notice(notify.By, notify.NotBefore is { } name ? _known.At(name) : null, notify.Reason, rule.Citation);
                var open = rule.When!.Open(Value, Passed).ToList();
                asked.Add(new Outcome(rule, Sign.Question, string.Join(' ', open.Select(n => _known.Question(n, null))), Why(rule), new HashSet<Cell>()) { Open = open });
                return new Notice(NoticeBy.Nobody, null, "Who tells the customer is not settled; nobody is told until the question is answered.", rule.Citation);
            }
            return new Notice(NoticeBy.Provider, null, "No rule of this book says who tells the customer; then we do.", "");
        }

        // An item without categories stays one where nobody answered: what is kept then is what is demanded.
        private Scope AsScope(HashSet<Cell> cells) => new(
            [.. cells.GroupBy(c => c.Item).OrderBy(g => g.Key).Select(g => demand.Scope.Items[g.Key] with { Categories = [.. g.Select(c => c.Category).OfType<DataCategory>().Order()] })]);

        private static string Filled(string sentence, IReadOnlySet<Cell> cells)
        {
            if (!sentence.Contains("{categories}", StringComparison.Ordinal)) return sentence;
            var words = cells.Select(c => c.Category).OfType<DataCategory>().Distinct().Order().Select(c => $"{Words<DataCategory>.Of(c)} data").ToList();
            return sentence.Replace("{categories}", words.Count switch { 0 => "data", 1 => words[0], _ => $"{string.Join(", ", words[..^1])} and {words[^1]}" }, StringComparison.Ordinal);
        }
    }
}
