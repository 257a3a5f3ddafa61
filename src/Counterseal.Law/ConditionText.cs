namespace Counterseal.Law;

/// <summary>A condition as people read it: <c>issuing.kind = judge | court and (emergency = true or validating.kind = judge)</c>.</summary>
internal static class ConditionText
{
    /// <summary>The words.</summary>
    public static string Of(Condition condition) => condition switch
    {
        Condition.All { Parts.Count: 0 } => "always",
        Condition.Any { Parts.Count: 0 } => "never",
        Condition.All all => string.Join(" and ", all.Parts.Select(p => Inner(p, p is Condition.Any))),
        Condition.Any any => string.Join(" or ", any.Parts.Select(p => Inner(p, p is Condition.All))),
        Condition.Not not => $"not {Inner(not.Part, not.Part is Condition.All or Condition.Any)}",
        Condition.Is leaf => leaf.Words,
        Condition.Passed passed => $"the time of {passed.Rule} is over",
        _ => throw new InvalidOperationException($"a condition of a kind that is not known here: {condition.GetType().Name}"),
    };

    /// <summary>What is otherwise when it does not hold.</summary>
    public static string OfOpposite(Condition condition) => condition switch
    {
        Condition.All all => string.Join(" or ", all.Parts.Select(p => Bracketed(OfOpposite(p), p is Condition.Any { Parts.Count: > 1 }))),
        Condition.Any any => string.Join(" and ", any.Parts.Select(p => Bracketed(OfOpposite(p), p is Condition.All { Parts.Count: > 1 }))),
        Condition.Not not => Of(not.Part),
        Condition.Is leaf => leaf.Opposite,
        Condition.Passed passed => $"the time of {passed.Rule} is not over",
        _ => $"not ({Of(condition)})",
    };

    private static string Inner(Condition part, bool bracketed) => Bracketed(Of(part), bracketed && part is not (Condition.All { Parts.Count: 1 } or Condition.Any { Parts.Count: 1 }));

    private static string Bracketed(string words, bool bracketed) => bracketed ? $"({words})" : words;
}
