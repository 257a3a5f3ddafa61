namespace Counterseal.Watch.Tests;

/// <summary>All bindings by the definitions of 9.5, as sets of bits; nothing is shared with the search.</summary>
internal static class BruteForce
{
    public static HashSet<int> Bindings(ObservationExpression expression, Observation[] seen, Func<PropertyTest, Observation, bool> holds)
    {
        DateTimeOffset First(int set) => seen.Where((_, i) => (set >> i & 1) == 1).Min(o => o.Time);
        DateTimeOffset Last(int set) => seen.Where((_, i) => (set >> i & 1) == 1).Max(o => o.Time);
        HashSet<int> Of(ObservationExpression e) => Bindings(e, seen, holds);
        HashSet<int> Both(HashSet<int> a, HashSet<int> b, Func<int, int, bool> fits) =>
            [.. from x in a from y in b where (x & y) == 0 && fits(x, y) select x | y];

        switch (expression)
        {
            case ObservationTest { Comparison: PropertyTest test }:
                return [.. Enumerable.Range(0, seen.Length).Where(i => holds(test, seen[i])).Select(i => 1 << i)];
            case ObservationAnd and: return and.Parts.Select(Of).Aggregate((a, b) => Both(a, b, (_, _) => true));
            case ObservationOr or: return [.. or.Parts.SelectMany(Of)];
            case FollowedBy followed: return followed.Parts.Select(Of).Aggregate((a, b) => Both(a, b, (x, y) => Last(x) <= First(y)));
            case Within within: return [.. Of(within.Inner).Where(s => Last(s) - First(s) <= within.Window)];
            case StartStop window: return [.. Of(window.Inner).Where(s => First(s) >= window.From && Last(s) < window.Until)];
            default:
                var repeats = (Repeats)expression;
                return Enumerable.Repeat(Of(repeats.Inner), repeats.Times).Aggregate((a, b) => Both(a, b, (_, _) => true));
        }
    }
}
