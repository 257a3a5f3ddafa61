using System.Collections.Concurrent;
using System.Globalization;

namespace Counterseal.Law;

/// <summary>A three-valued condition over named facts, as the rule books write it.</summary>
internal abstract record Condition
{
    private const int MostAlternatives = 6;
    private const int MostRemembered = 256;

    private readonly ConcurrentDictionary<long, string[]> _ways = new();
    private Condition[]? _leaves;
    private FactName[]? _twice;
    private bool? _rememberable;

    /// <summary>How it comes out.</summary>
    /// <param name="known">What is known of the demand.</param>
    /// <param name="cell">The cell of the scope that it is about; <c>null</c> when it is about the whole demand.</param>
    public abstract Truth Holds(Circumstances known, Cell? cell = null);

    /// <summary>The comparisons it is made of, in the order in which they are written.</summary>
    public abstract IEnumerable<Condition> Leaves { get; }

    /// <summary>The names it reads, in the order in which they are written, without repetition.</summary>
    public IReadOnlyList<FactName> Names => field ??= [.. Leaves.SelectMany(l => l switch
    {
        Is { Other: { } other } both => [both.Name, other],
        Is one => new[] { one.Name },
        _ => [],
    }).Distinct()];

    /// <summary>The names whose values would settle it, given the others; empty when it is settled.</summary>
    public IEnumerable<FactName> Open(Circumstances known) => Holds(known) != Truth.Unknown
        ? []
        : this switch
        {
            All all => all.Parts.SelectMany(p => p.Open(known)),
            Any any => any.Parts.SelectMany(p => p.Open(known)),
            Not not => not.Part.Open(known),
            Is { Other: { } other } both => new[] { both.Name, other }.Where(n => known.Value(n) is null),
            Is one => [one.Name],
            _ => [],
        };

    /// <summary>
    /// What would make it come out as wanted, given what is known: each entry is one way, its parts joined by <c> and </c>. At most six ways; empty
    /// when it already does, or never can.
    /// </summary>
    public IReadOnlyList<string> Ways(bool wanted, Circumstances known)
    {
        // The ways hang on nothing but how each leaf comes out, unless a name is compared with another and stands elsewhere too.
        var leaves = _leaves ??= [.. Leaves];
        if (!(_rememberable ??= leaves.Length <= 30 && !leaves.Any(l => l is Is { Other: { } other } both && leaves.Any(m => !ReferenceEquals(m, l) && m is Is one && (one.Name == both.Name || one.Name == other))))) return Told(wanted, known);
        var outcome = wanted ? 1L : 0L;
        foreach (var leaf in leaves) outcome = outcome << 2 | (long)leaf.Holds(known);
        if (_ways.TryGetValue(outcome, out var ways)) return ways;
        ways = Told(wanted, known);
        if (_ways.Count < MostRemembered) _ways.TryAdd(outcome, ways);
        return ways;
    }

    private string[] Told(bool wanted, Circumstances known)
    {
        var ways = Flip(wanted, known).Where(way => way.Count > 0).Select(way => (Words: Said(way, wanted, known), Human: way.All(turn => turn.Human))).Where(way => way.Words is not null).ToList();
        // A way that somebody can establish says more than one that only another demand could bring.
        var human = ways.Where(way => way.Human).ToList();
        return [.. (human.Count > 0 ? human : ways).Take(MostAlternatives).Select(way => way.Words!)];
    }

    /// <summary>A leaf that must come out otherwise.</summary>
    private readonly record struct Turn(Condition Leaf, bool To)
    {
        public bool Human => Leaf is not Is leaf || leaf.Name.Source is FactSource.Person or FactSource.Demand;

        public string Words => Leaf switch
        {
            Is leaf => To ? leaf.Words : leaf.Opposite,
            Passed passed => $"the time of {passed.Rule} is {(To ? "over" : "not over")}",
            _ => throw new InvalidOperationException(Leaf.ToString()),
        };
    }

    // The way as people read it; null where it leads nowhere. A value that turns one leaf turns every leaf of the same name, so of the values only those are said that bring what is wanted.
    private string? Said(List<Turn> way, bool wanted, Circumstances known)
    {
        var parts = new List<string>();
        var said = new HashSet<FactName>(ReferenceEqualityComparer.Instance);
        var twice = _twice ??= [.. (_leaves ??= [.. Leaves]).OfType<Is>().GroupBy(leaf => leaf.Name, ReferenceEqualityComparer.Instance).Where(same => same.Count() > 1).Select(same => (FactName)same.Key!)];
        var to = new Dictionary<Condition, bool>(ReferenceEqualityComparer.Instance);
        foreach (var turn in way) to[turn.Leaf] = turn.To;
        foreach (var turn in way)
        {
            if (turn.Leaf is not Is { Other: null, Name: { Type: FactType.Word, Values.Count: > 0 } name } || !twice.Any(one => ReferenceEquals(one, name)))
            {
                parts.Add(turn.Words);
                continue;
            }
            if (!said.Add(name)) continue;
            var turns = way.Where(t => t.Leaf is Is one && ReferenceEquals(one.Name, name)).ToList();
            var fitting = name.Values.Where(value => turns.All(t => ((Is)t.Leaf).Of(value, null, known.Received) == (t.To ? Truth.True : Truth.False))).ToList();
            var good = fitting.Where(value => With(to, name, value, known) == (wanted ? Truth.True : Truth.False)).ToList();
            if (good.Count == 0) return null;
            if (good.Count == fitting.Count) parts.AddRange(turns.Select(t => t.Words));
            else parts.Add($"{name.Name} = {string.Join(" | ", good)}");
        }
        return string.Join(" and ", parts.Distinct());
    }

    // How it comes out on this way, when the name has this value.
    private Truth With(Dictionary<Condition, bool> way, FactName name, string value, Circumstances known) => this switch
    {
        All all => all.Parts.Select(part => part.With(way, name, value, known)).DefaultIfEmpty(Truth.True).Min(),
        Any any => any.Parts.Select(part => part.With(way, name, value, known)).DefaultIfEmpty(Truth.False).Max(),
        Not not => (Truth)(2 - (int)not.Part.With(way, name, value, known)),
        Is leaf when ReferenceEquals(leaf.Name, name) || ReferenceEquals(leaf.Other, name) =>
            leaf.Of(ReferenceEquals(leaf.Name, name) ? value : known.Value(leaf.Name), leaf.Other is null ? null : ReferenceEquals(leaf.Other, name) ? value : known.Value(leaf.Other), known.Received),
        _ => way.TryGetValue(this, out var to) ? to ? Truth.True : Truth.False : Holds(known),
    };

    // Each way is the list of leaves that must change; a way of none means that it is so already.
    private List<List<Turn>> Flip(bool wanted, Circumstances known)
    {
        if (Holds(known) == (wanted ? Truth.True : Truth.False)) return [[]];
        return this switch
        {
            Not not => not.Part.Flip(!wanted, known),
            All all when wanted => Together(all.Parts, wanted, known),
            Any any when !wanted => Together(any.Parts, wanted, known),
            All all => [.. all.Parts.SelectMany(p => p.Flip(wanted, known)).Take(MostAlternatives)],
            Any any => [.. any.Parts.SelectMany(p => p.Flip(wanted, known)).Take(MostAlternatives)],
            _ => [[new Turn(this, wanted)]],
        };
    }

    private static List<List<Turn>> Together(IReadOnlyList<Condition> parts, bool wanted, Circumstances known)
    {
        List<List<Turn>> ways = [[]];
        foreach (var part in parts)
        {
            var more = part.Flip(wanted, known);
            ways = [.. (from way in ways from next in more select (List<Turn>)[.. way, .. next]).Take(MostAlternatives)];
        }
        return ways;
    }

    /// <summary>What never holds: a rule that excludes outright.</summary>
    public static Condition Never { get; } = new Any([]);

    /// <summary>Every part holds; the empty conjunction holds.</summary>
    internal sealed record All(IReadOnlyList<Condition> Parts) : Condition
    {
        public override Truth Holds(Circumstances known, Cell? cell = null)
        {
            var least = Truth.True;
            foreach (var part in Parts)
            {
                var holds = part.Holds(known, cell);
                if (holds == Truth.False) return Truth.False;
                if (holds < least) least = holds;
            }
            return least;
        }

        public override IEnumerable<Condition> Leaves => Parts.SelectMany(p => p.Leaves);
    }

    /// <summary>At least one part holds.</summary>
    internal sealed record Any(IReadOnlyList<Condition> Parts) : Condition
    {
        public override Truth Holds(Circumstances known, Cell? cell = null)
        {
            var greatest = Truth.False;
            foreach (var part in Parts)
            {
                var holds = part.Holds(known, cell);
                if (holds == Truth.True) return Truth.True;
                if (holds > greatest) greatest = holds;
            }
            return greatest;
        }

        public override IEnumerable<Condition> Leaves => Parts.SelectMany(p => p.Leaves);
    }

    /// <summary>The part does not hold; the unknown stays unknown.</summary>
    internal sealed record Not(Condition Part) : Condition
    {
        public override Truth Holds(Circumstances known, Cell? cell = null) => (Truth)(2 - (int)Part.Holds(known, cell));

        public override IEnumerable<Condition> Leaves => Part.Leaves;
    }

    /// <summary>The deadline of another rule has passed. Two-valued: a clock that does not run has not passed.</summary>
    internal sealed record Passed(string Rule) : Condition
    {
        public override Truth Holds(Circumstances known, Cell? cell = null) => known.Clocks.Passed(Rule) ? Truth.True : Truth.False;

        public override IEnumerable<Condition> Leaves => [this];
    }

    /// <summary>A named value compared.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="How">With what.</param>
    /// <param name="Values">The values, or the one number.</param>
    /// <param name="Group">The countries, for <see cref="Comparison.In"/> and <see cref="Comparison.NotIn"/>.</param>
    /// <param name="Other">The other name, for <see cref="Comparison.SameAs"/> and <see cref="Comparison.DiffersFrom"/>.</param>
    internal sealed record Is(FactName Name, Comparison How, IReadOnlyList<string> Values, CountryGroup? Group = null, FactName? Other = null) : Condition
    {
        private readonly decimal _limit = How is Comparison.AtLeast or Comparison.AtMost ? decimal.Parse(Values[0], CultureInfo.InvariantCulture) : 0;

        public override Truth Holds(Circumstances known, Cell? cell = null) => Of(known.Value(Name, cell), Other is null ? null : known.Value(Other, cell), known.Received);

        /// <summary>How it comes out for given values.</summary>
        /// <param name="value">The value of <see cref="Name"/>; <c>null</c> when it is unknown.</param>
        /// <param name="other">The value of <see cref="Other"/>, likewise.</param>
        /// <param name="received">When the demand came in: membership of a group is that of this day.</param>
        public Truth Of(string? value, string? other, DateTimeOffset received)
        {
            if (value is null || (Other is not null && other is null)) return Truth.Unknown;
            var holds = How switch
            {
                Comparison.OneOf => Listed(value),
                Comparison.NoneOf => !Listed(value),
                Comparison.AtLeast => decimal.Parse(value, CultureInfo.InvariantCulture) >= _limit,
                Comparison.AtMost => decimal.Parse(value, CultureInfo.InvariantCulture) <= _limit,
                Comparison.In => Group!.Holds(value, received),
                Comparison.NotIn => !Group!.Holds(value, received),
                Comparison.SameAs => value == other,
                Comparison.DiffersFrom => value != other,
                _ => true,
            };
            return holds ? Truth.True : Truth.False;
        }

        /// <summary>What it says, as people read it: <c>issuing.kind = judge | court</c>.</summary>
        public string Words { get; } = $"{Name.Name} {Sign(How)} {Operand(How, Values, Group, Other)}".TrimEnd();

        /// <summary>What would be otherwise.</summary>
        public string Opposite { get; } = How switch
        {
            // Where there are few other values, they say more than "is not".
            Comparison.OneOf when Name.Values.Except(Values).ToList() is { Count: > 0 and < 5 } others => $"{Name.Name} = {string.Join(" | ", others)}",
            Comparison.Known => $"{Name.Name} is not established",
            _ => $"{Name.Name} {Sign(Reverse(How))} {Operand(How, Values, Group, Other)}",
        };

        public override IEnumerable<Condition> Leaves => [this];

        private bool Listed(string value)
        {
            foreach (var one in Values)
                if (string.Equals(one, value, StringComparison.Ordinal)) return true;
            return false;
        }

        private static Comparison Reverse(Comparison how) => how switch
        {
            Comparison.OneOf => Comparison.NoneOf,
            Comparison.NoneOf => Comparison.OneOf,
            Comparison.In => Comparison.NotIn,
            Comparison.NotIn => Comparison.In,
            Comparison.SameAs => Comparison.DiffersFrom,
            Comparison.DiffersFrom => Comparison.SameAs,
            Comparison.AtLeast => Comparison.Below,
            Comparison.AtMost => Comparison.Above,
            _ => how,
        };

        private static string Sign(Comparison how) => how switch
        {
            Comparison.OneOf => "=",
            Comparison.NoneOf => "is not",
            Comparison.AtLeast => "≥",
            Comparison.AtMost => "≤",
            Comparison.Below => "<",
            Comparison.Above => ">",
            Comparison.In => "in",
            Comparison.NotIn => "not in",
            Comparison.SameAs => "same as",
            Comparison.DiffersFrom => "other than",
            _ => "is established",
        };

        private static string Operand(Comparison how, IReadOnlyList<string> values, CountryGroup? group, FactName? other) => how switch
        {
            Comparison.In or Comparison.NotIn => group!.Id,
            Comparison.SameAs or Comparison.DiffersFrom => other!.Name,
            _ => string.Join(" | ", values),
        };
    }
}

/// <summary>How a named value is compared.</summary>
internal enum Comparison
{
    /// <summary>It is one of the values.</summary>
    OneOf,
    /// <summary>It is known and none of the values.</summary>
    NoneOf,
    /// <summary>A number, at least.</summary>
    AtLeast,
    /// <summary>A number, at most.</summary>
    AtMost,
    /// <summary>A country of a group, on the day of receipt.</summary>
    In,
    /// <summary>A known country that is none of a group.</summary>
    NotIn,
    /// <summary>Both names are known and have the same value.</summary>
    SameAs,
    /// <summary>Both names are known and have different values.</summary>
    DiffersFrom,
    /// <summary>It is established, whatever it is.</summary>
    Known,
    /// <summary>Only in words: a number below.</summary>
    Below,
    /// <summary>Only in words: a number above.</summary>
    Above,
}
