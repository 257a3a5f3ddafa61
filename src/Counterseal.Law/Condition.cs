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
        // The ways hang on nothing but how each leaf comes out.
        var leaves = _leaves ??= [.. Leaves];
        if (leaves.Length > 30) return Told(wanted, known);
        var outcome = wanted ? 1L : 0L;
        foreach (var leaf in leaves) outcome = outcome << 2 | (long)leaf.Holds(known);
        if (_ways.TryGetValue(outcome, out var ways)) return ways;
        ways = Told(wanted, known);
        if (_ways.Count < MostRemembered) _ways.TryAdd(outcome, ways);
        return ways;
    }

    private string[] Told(bool wanted, Circumstances known)
    {
        var ways = Flip(wanted, known).Where(w => w.Count > 0).ToList();
        // A way that somebody can establish says more than one that only another demand could bring.
        var human = ways.Where(w => w.All(p => p.Human)).ToList();
        return [.. (human.Count > 0 ? human : ways).Take(MostAlternatives).Select(w => string.Join(" and ", w.Select(p => p.Words)))];
    }

    // Each way is the list of leaves that must change; a way of none means that it is so already.
    private List<List<(string Words, bool Human)>> Flip(bool wanted, Circumstances known)
    {
        if (Holds(known) == (wanted ? Truth.True : Truth.False)) return [[]];
        switch (this)
        {
            case Not not:
                return not.Part.Flip(!wanted, known);
            case All all when wanted:
                return Together(all.Parts, wanted, known);
            case Any any when !wanted:
                return Together(any.Parts, wanted, known);
            case All all:
                return [.. all.Parts.SelectMany(p => p.Flip(wanted, known)).Take(MostAlternatives)];
            case Any any:
                return [.. any.Parts.SelectMany(p => p.Flip(wanted, known)).Take(MostAlternatives)];
            case Is leaf:
                return [[(wanted ? leaf.Words : leaf.Opposite, leaf.Name.Source is FactSource.Person or FactSource.Demand)]];
            case Passed passed:
                return [[($"the time of {passed.Rule} is {(wanted ? "over" : "not over")}", true)]];
            default:
                return [];
        }
    }

    private static List<List<(string Words, bool Human)>> Together(IReadOnlyList<Condition> parts, bool wanted, Circumstances known)
    {
        List<List<(string Words, bool Human)>> ways = [[]];
        foreach (var part in parts)
        {
            var more = part.Flip(wanted, known);
            ways = [.. (from way in ways from next in more select (List<(string, bool)>)[.. way, .. next.Except(way)]).Take(MostAlternatives)];
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
