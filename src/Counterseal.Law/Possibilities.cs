using System.Globalization;
using System.Numerics;

namespace Counterseal.Law;

/// <summary>
/// What the names of a book may hold together for one instrument on one day, and whether conditions can come out in wanted ways. It allows more than
/// can really be, never less: what it calls impossible is impossible.
/// </summary>
/// <param name="book">The book.</param>
/// <param name="setting">The instrument and the day.</param>
/// <param name="known">Values that are settled, by name; a <c>null</c> value is settled to be unknown.</param>
internal sealed class Possibilities(RuleBook book, Setting setting, IReadOnlyDictionary<string, string?>? known = null)
{
    /// <summary>After so many steps a question is called too large.</summary>
    public const int MostSteps = 100_000;

    private const string Secrecy = "secrecy";
    private const string SecrecyUntil = "secrecy.until";
    private const string SecrecyDays = "secrecy.days";

    // Values that no list of a book can hold: something else than all that is mentioned.
    private static readonly string[] Others = ["\u0001", "\u0002", "\u0003"];

    // What the engine works out from the demand and always knows.
    private static readonly string[] NeverOpen =
        ["received", "emergency.groundStated", "offence.stated", "scope.empty", "scope.selectors", "scope.openBeginning", "instrument.does", "selector.kind", "selector.named", "item.bounded"];

    /// <summary>Whether something can be.</summary>
    /// <param name="clauses">All of these must be so.</param>
    public Possibility Find(params IReadOnlyList<Clause> clauses)
    {
        var search = new Search(this, clauses);
        return search.Run();
    }

    /// <summary>Whether a condition can come out in one of some ways; what is not written always holds.</summary>
    public Possibility Can(Condition? condition, Outcomes outcomes) => condition is null
        ? (outcomes & Outcomes.True) != 0 ? Possibility.Certain : Possibility.Never
        : Find(new Clause(new Wanted(condition, outcomes)));

    /// <summary>Some clauses hold together.</summary>
    private sealed class Search
    {
        private readonly Possibilities _of;
        private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);
        private readonly List<(Node Node, Outcomes Wanted)> _goals = [];
        private int _steps;

        public Search(Possibilities of, IReadOnlyList<Clause> clauses)
        {
            _of = of;
            foreach (var clause in clauses)
            {
                var either = clause.Either.Select(w => (Node: Compile(w.Condition), w.Outcomes)).ToList();
                _goals.Add(either.Count == 1 ? either[0] : (new Some([.. either.Select(e => new Within(e.Node, e.Outcomes))]), Outcomes.True));
            }
            // The engine reads the end of a secrecy order once and derives the other two from it.
            if (_variables.TryGetValue(SecrecyUntil, out var until) && _variables.TryGetValue(Secrecy, out var secrecy))
                _goals.Add((new Some([new Within(Known(until), Outcomes.NotTrue), new One(secrecy, v => v is null or "dated" or "expired" ? Truth.True : Truth.False)]), Outcomes.True));
            if (until is not null && _variables.TryGetValue(SecrecyDays, out var days))
                _goals.Add((new Some([new Every([Known(until), Known(days)]), new Within(new Some([Known(until), Known(days)]), Outcomes.NotTrue)]), Outcomes.True));
            foreach (var variable in _variables.Values) variable.Settle(of);
        }

        public Possibility Run()
        {
            var found = Try();
            return found is null ? Possibility.TooLarge : found.Value ? new Possibility(true, Example()) : Possibility.Never;
        }

        private bool? Try()
        {
            if (++_steps > MostSteps) return null;
            var open = new List<Node>();
            foreach (var (node, wanted) in _goals)
            {
                var ways = node.Ways();
                if ((ways & wanted) == 0) return false;
                if ((ways & ~wanted) != 0) open.Add(node);
            }
            if (open.Count == 0) return true;
            var variable = open.SelectMany(n => n.Variables).First(v => v.Open);
            var live = variable.Live;
            for (var rest = live; rest != 0; rest &= rest - 1)
            {
                variable.Live = rest & (~rest + 1);
                if (Try() is not false and var found)
                {
                    if (found is null) variable.Live = live;
                    return found;
                }
            }
            variable.Live = live;
            return false;
        }

        private Dictionary<string, string?> Example() => _variables.Values.Where(v => !v.Settled).ToDictionary(v => v.Id, v => v.Any, StringComparer.Ordinal);

        private Variable Of(FactName name) => Of(name.Name, () => new Variable(name.Name, name));

        private Variable Of(string id, Func<Variable> make) => _variables.TryGetValue(id, out var had) ? had : _variables[id] = make();

        private static One Known(Variable variable) => new(variable, v => v is null ? Truth.False : Truth.True);

        private Node Compile(Condition condition) => condition switch
        {
            Condition.All all => new Every([.. all.Parts.Select(Compile)]),
            Condition.Any any => new Some([.. any.Parts.Select(Compile)]),
            Condition.Not not => new Opposite(Compile(not.Part)),
            Condition.Passed passed => Over(_of.Book.ById[passed.Rule]),
            Condition.Is { Other: { } other } both => new Two(Of(both.Name), Of(other), (a, b) => both.Of(a, b, _of.Setting.Received)),
            Condition.Is one => Single(one),
            _ => throw new InvalidOperationException($"a condition of a kind that is not known here: {condition.GetType().Name}"),
        };

        private One Single(Condition.Is leaf)
        {
            var variable = Of(leaf.Name);
            variable.Mentions(leaf);
            return new One(variable, v => leaf.Of(v, null, _of.Setting.Received));
        }

        // A deadline is over when its clock runs and its time is up; the latter may be or not.
        private Node Over(Rule rule)
        {
            if (rule.Effect is not Effect.Clocked clocked || !rule.InForce(_of.Setting.Received) || !rule.SpeaksOf(_of.Setting.Instrument)) return new Some([]);
            var parts = new List<Node> { new One(Of("passed " + rule.Id, () => new Variable("passed " + rule.Id, null)), v => v == "true" ? Truth.True : Truth.False) };
            if (rule.When is { } when) parts.Add(new Within(Compile(when), Outcomes.True));
            if (clocked.At is { } at) parts.Add(new Within(Known(Of(at)), Outcomes.True));
            if (clocked.After is { } before) parts.Add(Over(_of.Book.ById[before]));
            return new Every([.. parts]);
        }
    }

    private RuleBook Book { get; } = book;

    private Setting Setting { get; } = setting;

    /// <summary>A name, or whether the time of a rule is up, with the values that are still possible.</summary>
    private sealed class Variable(string id, FactName? name)
    {
        private readonly List<Condition.Is> _mentions = [];
        private readonly List<Func<string?, Truth>> _tests = [];
        private string?[] _values = [];

        public string Id { get; } = id;

        public FactName? Name { get; } = name;

        public ulong Live { get; set; }

        public bool Open => BitOperations.PopCount(Live) > 1;

        public bool Settled { get; private set; }

        /// <summary>The names that it is compared with.</summary>
        public HashSet<Variable> Compared { get; } = [];

        public string? Any => _values[BitOperations.TrailingZeroCount(Live)];

        public string?[] Values => _values;

        public void Mentions(Condition.Is leaf) => _mentions.Add(leaf);

        public void Tested(Func<string?, Truth> test) => _tests.Add(test);

        // Values that no comparison tells apart are one, unless the name is compared with another.
        public void Settle(Possibilities of)
        {
            IEnumerable<string?> values = Name is null ? ["true", "false"] : of.ValuesOf(Name, [.. Together([]).SelectMany(v => v._mentions)]);
            if (Compared.Count == 0) values = values.DistinctBy(v => string.Join(' ', _tests.Select(t => (int)t(v))));
            _values = [.. values.Take(64)];
            Settled = _values.Length == 1;
            Live = _values.Length == 64 ? ulong.MaxValue : (1ul << _values.Length) - 1;
        }

        // Names that are compared may hold each other's values.
        private HashSet<Variable> Together(HashSet<Variable> found)
        {
            if (found.Add(this))
                foreach (var other in Compared) other.Together(found);
            return found;
        }
    }

    private List<string?> ValuesOf(FactName name, IReadOnlyList<Condition.Is> mentions)
    {
        if (known?.TryGetValue(name.Name, out var settled) == true) return [settled];
        if (name.Name == Book.InstrumentName.Name) return [Setting.Instrument];
        var implied = Setting.Instrument is { } id ? Book.Instruments[id].Implies.GetValueOrDefault(name.Name) : null;
        if (name.Source == FactSource.Engine && implied is not null) return [implied];
        // Nothing but the instrument's own kind says this.
        if (name.Name == "instrument.does") return [name.Silent];
        // The record may contradict the demand; then it is unknown.
        if (name.Source == FactSource.Demand && implied is not null && !name.Overrides) return [implied, null];
        List<string?> values = name.Type switch
        {
            FactType.Word when name.Source == FactSource.Item => name.Name switch
            {
                "category" => [.. Words<DataCategory>.All],
                "selector.kind" => [.. Words<SelectorKind>.All],
                _ => ["true", "false"],
            },
            FactType.Word when name.Values.Count > 0 => [.. name.Values],
            FactType.Word => [.. mentions.SelectMany(m => m.Values).Distinct(StringComparer.Ordinal), .. Others],
            FactType.Number => [.. Around(mentions, whole: name.Source == FactSource.Engine)],
            FactType.Country => [.. Countries(mentions)],
            FactType.Instant => [.. Others],
            _ => ["subscriber"],
        };
        if (name.Source == FactSource.Company ? !Book.Company.ContainsKey(name.Name) : !NeverOpen.Contains(name.Name, StringComparer.Ordinal)) values.Add(null);
        return values;
    }

    // Each limit, and a number on either side of it.
    private static IEnumerable<string> Around(IReadOnlyList<Condition.Is> mentions, bool whole)
    {
        decimal[] steps = whole ? [-1, 0, 1] : [-1, -0.5m, 0, 0.5m, 1];
        var limits = mentions.SelectMany(m => m.Values).Select(v => decimal.Parse(v, CultureInfo.InvariantCulture)).Append(1);
        return limits.SelectMany(l => steps.Select(s => l + s)).Where(n => n >= 0).Distinct().Order().Select(n => n.ToString(CultureInfo.InvariantCulture));
    }

    // One country for each way of being mentioned and being a member, three where countries may be compared with each other.
    private IEnumerable<string> Countries(IReadOnlyList<Condition.Is> mentions)
    {
        var tests = mentions.Where(m => m.How != Comparison.Known).ToList();
        return mentions.SelectMany(m => m.Values.Concat(m.Group?.Members.Select(g => g.Country) ?? [])).Distinct(StringComparer.Ordinal)
            .GroupBy(c => string.Join(' ', tests.Select(t => (int)t.Of(c, null, Setting.Received)))).SelectMany(g => g.Take(Others.Length)).Concat(Others);
    }

    private abstract class Node
    {
        /// <summary>How it may still come out; at least all the ways that are possible, exactly those once every value is settled.</summary>
        public abstract Outcomes Ways();

        public abstract IEnumerable<Variable> Variables { get; }
    }

    private sealed class One : Node
    {
        private readonly Variable _variable;
        private readonly Func<string?, Truth> _test;
        private Outcomes[]? _table;

        public One(Variable variable, Func<string?, Truth> test)
        {
            (_variable, _test) = (variable, test);
            variable.Tested(test);
        }

        public override Outcomes Ways()
        {
            _table ??= [.. _variable.Values.Select(v => Each(_test(v)))];
            var ways = Outcomes.None;
            for (var rest = _variable.Live; rest != 0; rest &= rest - 1) ways |= _table[BitOperations.TrailingZeroCount(rest)];
            return ways;
        }

        public override IEnumerable<Variable> Variables => [_variable];
    }

    private sealed class Two : Node
    {
        private readonly Variable _one;
        private readonly Variable _other;
        private readonly Func<string?, string?, Truth> _test;

        public Two(Variable one, Variable other, Func<string?, string?, Truth> test)
        {
            (_one, _other, _test) = (one, other, test);
            one.Compared.Add(other);
            other.Compared.Add(one);
        }

        public override Outcomes Ways()
        {
            var ways = Outcomes.None;
            for (var a = _one.Live; a != 0; a &= a - 1)
                for (var b = _other.Live; b != 0 && ways != Outcomes.Any; b &= b - 1)
                    ways |= Each(_test(_one.Values[BitOperations.TrailingZeroCount(a)], _other.Values[BitOperations.TrailingZeroCount(b)]));
            return ways;
        }

        public override IEnumerable<Variable> Variables => [_one, _other];
    }

    private sealed class Every(Node[] parts) : Node
    {
        public override Outcomes Ways()
        {
            var ways = Outcomes.True;
            foreach (var part in parts) ways = Lesser[(int)ways, (int)part.Ways()];
            return ways;
        }

        public override IEnumerable<Variable> Variables => parts.SelectMany(p => p.Variables);
    }

    private sealed class Some(Node[] parts) : Node
    {
        public override Outcomes Ways()
        {
            var ways = Outcomes.True;
            foreach (var part in parts) ways = Lesser[(int)ways, (int)Turned(part.Ways())];
            return Turned(ways);
        }

        public override IEnumerable<Variable> Variables => parts.SelectMany(p => p.Variables);
    }

    private sealed class Opposite(Node part) : Node
    {
        public override Outcomes Ways() => Turned(part.Ways());

        public override IEnumerable<Variable> Variables => part.Variables;
    }

    /// <summary>Whether another comes out in one of some ways; itself never unknown.</summary>
    private sealed class Within(Node part, Outcomes wanted) : Node
    {
        public override Outcomes Ways()
        {
            var ways = part.Ways();
            return ((ways & wanted) != 0 ? Outcomes.True : 0) | ((ways & ~wanted) != 0 ? Outcomes.False : 0);
        }

        public override IEnumerable<Variable> Variables => part.Variables;
    }

    private static readonly Outcomes[,] Lesser = LesserOf();

    private static Outcomes[,] LesserOf()
    {
        var table = new Outcomes[8, 8];
        for (var a = 0; a < 8; a++)
            for (var b = 0; b < 8; b++)
                foreach (var one in Enum.GetValues<Truth>())
                    foreach (var other in Enum.GetValues<Truth>())
                        if ((a & (int)Each(one)) != 0 && (b & (int)Each(other)) != 0) table[a, b] |= Each(one < other ? one : other);
        return table;
    }

    private static Outcomes Each(Truth truth) => (Outcomes)(1 << (int)truth);

    private static Outcomes Turned(Outcomes ways) =>
        (ways & Outcomes.Unknown) | ((ways & Outcomes.True) != 0 ? Outcomes.False : 0) | ((ways & Outcomes.False) != 0 ? Outcomes.True : 0);
}

/// <summary>Ways in which a condition may come out.</summary>
[Flags]
internal enum Outcomes
{
    /// <summary>In none.</summary>
    None = 0,
    /// <summary>It does not hold.</summary>
    False = 1,
    /// <summary>It is not known.</summary>
    Unknown = 2,
    /// <summary>It holds.</summary>
    True = 4,
    /// <summary>It does not hold, or is not known.</summary>
    NotTrue = False | Unknown,
    /// <summary>It holds, or is not known.</summary>
    NotFalse = Unknown | True,
    /// <summary>In any.</summary>
    Any = False | Unknown | True,
}

/// <summary>That a condition comes out in one of some ways.</summary>
internal readonly record struct Wanted(Condition Condition, Outcomes Outcomes);

/// <summary>That at least one of these is so.</summary>
internal readonly record struct Clause(params IReadOnlyList<Wanted> Either);

/// <summary>Whether something can be.</summary>
/// <param name="Is">Yes, no, or (<c>null</c>) it was too large to decide.</param>
/// <param name="Example">Values with which it is so, by name; names that make no difference are left out.</param>
internal sealed record Possibility(bool? Is, IReadOnlyDictionary<string, string?> Example)
{
    private static readonly Dictionary<string, string?> Nothing = [];

    /// <summary>The example as people read it, in brackets: <c> (as with emergency = true)</c>; empty where nothing need be named.</summary>
    public string Shown => Example.Where(e => e.Value is null || e.Value.All(c => !char.IsControl(c))).Select(e => $"{e.Key} {(e.Value is null ? "unknown" : $"= {e.Value}")}").Take(4).ToList() is { Count: > 0 } shown
        ? $" (as with {string.Join(", ", shown)})"
        : "";

    /// <summary>It cannot be.</summary>
    public static Possibility Never { get; } = new(false, Nothing);

    /// <summary>It can, whatever the values.</summary>
    public static Possibility Certain { get; } = new(true, Nothing);

    /// <summary>It was too large to decide.</summary>
    public static Possibility TooLarge { get; } = new(null, Nothing);
}
