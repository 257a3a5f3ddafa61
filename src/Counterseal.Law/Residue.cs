namespace Counterseal.Law;

/// <summary>What is left of a condition once some values are settled.</summary>
internal static class Residue
{
    /// <summary>The parts that are still open; <c>null</c> when nothing is.</summary>
    public static Condition? Of(Condition condition, Possibilities possibilities) => Reduced(condition, possibilities) is { Open: { } open } ? open : null;

    // Either still open, or settled to hold or not.
    private readonly record struct Rest(Condition? Open, bool Holds);

    private static Rest Reduced(Condition condition, Possibilities possibilities)
    {
        switch (condition)
        {
            case Condition.Not not:
                var inner = Reduced(not.Part, possibilities);
                return inner.Open is { } open ? new(new Condition.Not(open), false) : new(null, !inner.Holds);
            case Condition.All all:
                return Parts(all.Parts, possibilities, decides: false, p => new Condition.All(p));
            case Condition.Any any:
                return Parts(any.Parts, possibilities, decides: true, p => new Condition.Any(p));
            default:
                return possibilities.Can(condition, Outcomes.NotTrue).Is == false ? new(null, true)
                    : possibilities.Can(condition, Outcomes.NotFalse).Is == false ? new(null, false)
                    : new(condition, false);
        }
    }

    private static Rest Parts(IReadOnlyList<Condition> parts, Possibilities possibilities, bool decides, Func<IReadOnlyList<Condition>, Condition> make)
    {
        var left = new List<Condition>();
        foreach (var part in parts)
        {
            var rest = Reduced(part, possibilities);
            if (rest.Open is { } open) left.Add(open);
            else if (rest.Holds == decides) return rest;
        }
        return left.Count switch { 0 => new(null, !decides), 1 => new(left[0], false), _ => new(make(left), false) };
    }
}
