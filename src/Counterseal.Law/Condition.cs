using System.Globalization;

namespace Counterseal.Law;

/// <summary>A three-valued condition over named facts, as the rule books write it.</summary>
internal abstract record Condition
{
    /// <summary>How it comes out.</summary>
    /// <param name="value">A name's value, or <c>null</c> when unknown.</param>
    /// <param name="passed">Whether the deadline that a rule sets has passed; <c>null</c> when no such clock runs.</param>
    public abstract Truth Holds(Func<string, string?> value, Func<string, bool?> passed);

    /// <summary>The names it reads, in the order in which they are written, without repetition.</summary>
    public IEnumerable<string> Names => Leaves.OfType<Is>().Select(l => l.Name).Distinct(StringComparer.Ordinal);

    /// <summary>The comparisons it is made of.</summary>
    public abstract IEnumerable<Condition> Leaves { get; }

    /// <summary>The names whose values would settle it, given the others; empty when it is settled.</summary>
    public IEnumerable<string> Open(Func<string, string?> value, Func<string, bool?> passed) => Holds(value, passed) != Truth.Unknown
        ? []
        : this switch
        {
            All all => all.Parts.SelectMany(p => p.Open(value, passed)),
            Any any => any.Parts.SelectMany(p => p.Open(value, passed)),
            Not not => not.Part.Open(value, passed),
            Is @is => [@is.Name],
            _ => [],
        };

    /// <summary>What never holds: a rule that excludes outright.</summary>
    public static Condition Never { get; } = new Any([]);

    /// <summary>Every part holds; the empty conjunction holds.</summary>
    internal sealed record All(IReadOnlyList<Condition> Parts) : Condition
    {
        public override Truth Holds(Func<string, string?> value, Func<string, bool?> passed) =>
            Parts.Aggregate(Truth.True, (t, p) => (Truth)Math.Min((int)t, (int)p.Holds(value, passed)));

        public override IEnumerable<Condition> Leaves => Parts.SelectMany(p => p.Leaves);
    }

    /// <summary>At least one part holds.</summary>
    internal sealed record Any(IReadOnlyList<Condition> Parts) : Condition
    {
        public override Truth Holds(Func<string, string?> value, Func<string, bool?> passed) =>
            Parts.Aggregate(Truth.False, (t, p) => (Truth)Math.Max((int)t, (int)p.Holds(value, passed)));

        public override IEnumerable<Condition> Leaves => Parts.SelectMany(p => p.Leaves);
    }

    /// <summary>The part does not hold; the unknown stays unknown.</summary>
    internal sealed record Not(Condition Part) : Condition
    {
        public override Truth Holds(Func<string, string?> value, Func<string, bool?> passed) => (Truth)(2 - (int)Part.Holds(value, passed));

        public override IEnumerable<Condition> Leaves => Part.Leaves;
    }

    /// <summary>The deadline of another rule has passed. Two-valued: a clock that does not run has not passed.</summary>
    internal sealed record Passed(string Rule) : Condition
    {
        public override Truth Holds(Func<string, string?> value, Func<string, bool?> passed) => passed(Rule) == true ? Truth.True : Truth.False;

        public override IEnumerable<Condition> Leaves => [this];
    }

    /// <summary>A named value compared.</summary>
    internal sealed record Is(string Name, Comparison How, IReadOnlyList<string> Values) : Condition
    {
        public override Truth Holds(Func<string, string?> value, Func<string, bool?> passed)
        {
            if (value(Name) is not { } known) return Truth.Unknown;
            var holds = How switch
            {
                Comparison.OneOf => Values.Contains(known, StringComparer.Ordinal),
                Comparison.NoneOf => !Values.Contains(known, StringComparer.Ordinal),
                Comparison.AtLeast => decimal.Parse(known, CultureInfo.InvariantCulture) >= decimal.Parse(Values[0], CultureInfo.InvariantCulture),
                Comparison.AtMost => decimal.Parse(known, CultureInfo.InvariantCulture) <= decimal.Parse(Values[0], CultureInfo.InvariantCulture),
                _ => true,
            };
            return holds ? Truth.True : Truth.False;
        }

        public override IEnumerable<Condition> Leaves => [this];
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
    /// <summary>It is established, whatever it is.</summary>
    Known,
}
