using System.Runtime.CompilerServices;

namespace Counterseal.Watch;

/// <summary>
/// A compiled pattern. Looks for different observations, one for each pair of brackets (times its REPEATS), that satisfy operators and qualifiers (STIX 2.1, 9.5):
/// a depth-first search over observations in order of time that carries the window still allowed into each part.
/// </summary>
public sealed class PatternMatcher
{
    private readonly Node root;
    private readonly List<TestNode> tests = [];
    private readonly List<ComparisonExpression> brackets = [];
    private int repeated;

    /// <summary>Compiles a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public PatternMatcher(Pattern pattern)
    {
        Pattern = pattern;
        root = Compile(pattern.Root);
    }

    /// <summary>What it was compiled from.</summary>
    public Pattern Pattern { get; }

    /// <summary>How much later than the first the last observation of a match may be; <c>null</c> where the pattern does not say.</summary>
    public TimeSpan? Span => Widest(Pattern.Root) is { } ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Whether any pair of brackets is true for the observation, so that it could be part of a match.</summary>
    /// <param name="observation">The observation.</param>
    /// <param name="problems">Takes what could not be evaluated.</param>
    public bool Sees(Observation observation, List<string> problems)
    {
        foreach (var test in tests)
            if (test.Holds(observation, problems)) return true;
        return false;
    }

    /// <summary>Whether one observation is all that a match ever needs.</summary>
    public bool IsAlone => Alone(Pattern.Root);

    /// <summary>How many observations a match needs at least.</summary>
    public long Needs => Least(Pattern.Root);

    /// <summary>The comparisons of the pairs of brackets, from the left.</summary>
    internal IReadOnlyList<ComparisonExpression> Brackets => brackets;

    /// <summary>Whether one pair of brackets is true for the observation.</summary>
    internal bool Sees(Observation observation, int bracket, List<string> problems) => tests[bracket].Holds(observation, problems);

    /// <summary>Looks for a match.</summary>
    /// <param name="observations">In any order.</param>
    public PatternMatch Match(IReadOnlyList<Observation> observations)
    {
        var byTime = observations.OrderBy(o => o.Time).ToArray();
        var problems = new List<string>();
        var (outcome, bound) = Match([.. byTime.Select(o => o.Time.UtcTicks)], (test, i) => tests[test].Holds(byTime[i], problems), PatternLimits.Steps);
        return new(outcome, [.. bound.Select(i => byTime[i])], problems);
    }

    /// <summary>Looks for a match where it is known which pairs of brackets are true for which observation.</summary>
    /// <param name="ticks">The observations' times, in order.</param>
    /// <param name="holds">Whether a pair of brackets is true for an observation.</param>
    /// <param name="most">Steps after which it gives up.</param>
    internal (PatternOutcome Outcome, IReadOnlyList<int> Bound) Match(long[] ticks, Func<int, int, bool> holds, int most)
    {
        var search = new Search(ticks, tests.Count, holds, repeated, most);
        var found = search.Possible(root) && search.Solve(root, long.MinValue, long.MaxValue, long.MaxValue, (_, _) => true);
        if (search.GaveUp) return (PatternOutcome.GaveUp, []);
        return found ? (PatternOutcome.Found, [.. Enumerable.Range(0, ticks.Length).Where(i => search.Used[i])]) : (PatternOutcome.NotFound, []);
    }

    private static bool Alone(ObservationExpression expression) => expression switch
    {
        ObservationTest => true,
        ObservationOr or => or.Parts.All(Alone),
        Within within => Alone(within.Inner),
        StartStop window => Alone(window.Inner),
        Repeats { Times: 1 } once => Alone(once.Inner),
        _ => false,
    };

    private static long Least(ObservationExpression expression) => expression switch
    {
        ObservationAnd and => and.Parts.Sum(Least),
        FollowedBy followed => followed.Parts.Sum(Least),
        ObservationOr or => or.Parts.Min(Least),
        Within within => Least(within.Inner),
        StartStop window => Least(window.Inner),
        Repeats repeats => Least(repeats.Inner) * repeats.Times,
        _ => 1,
    };

    private Node Compile(ObservationExpression expression)
    {
        switch (expression)
        {
            case ObservationTest test:
                var node = new TestNode(PropertyMatcher.Compile(test.Comparison), tests.Count);
                tests.Add(node);
                brackets.Add(test.Comparison);
                return node;
            case ObservationAnd and: return new AllNode([.. and.Parts.Select(Compile)], false);
            case FollowedBy followed: return new AllNode([.. followed.Parts.Select(Compile)], true);
            case ObservationOr or: return new AnyNode([.. or.Parts.Select(Compile)]);
            case Within within: return new WithinNode(Compile(within.Inner), within.Window.Ticks);
            case StartStop window: return new WindowNode(Compile(window.Inner), window.From.UtcTicks, window.Until.UtcTicks);
            default:
                var repeats = (Repeats)expression;
                if (repeats.Times > 1) repeated++;
                return repeats.Times == 1 ? Compile(repeats.Inner) : new RepeatNode(Compile(repeats.Inner), repeats.Times);
        }
    }

    private static long? Widest(ObservationExpression expression) => expression switch
    {
        ObservationTest => 0,
        Within within => Widest(within.Inner) is { } inner ? Math.Min(inner, within.Window.Ticks) : within.Window.Ticks,
        StartStop window => Widest(window.Inner) is { } inner ? Math.Min(inner, (window.Until - window.From).Ticks) : (window.Until - window.From).Ticks,
        ObservationOr or => or.Parts.Select(Widest).Aggregate((a, b) => a is null || b is null ? null : Math.Max(a.Value, b.Value)),
        Repeats { Times: 1 } once => Widest(once.Inner),
        _ => null,
    };

    private abstract record Node;

    private sealed record TestNode(PropertyMatcher.Test Test, int Number) : Node
    {
        public bool Holds(Observation observation, List<string> problems)
        {
            foreach (var o in observation.Objects)
                if (Test(observation, o, problems)) return true;
            return false;
        }
    }

    private sealed record AllNode(Node[] Parts, bool Ordered) : Node;

    private sealed record AnyNode(Node[] Parts) : Node;

    private sealed record WithinNode(Node Inner, long Width) : Node;

    private sealed record WindowNode(Node Inner, long From, long Until) : Node;

    private sealed record RepeatNode(Node Inner, int Times) : Node;

    /// <summary>One search. Parts are solved one after the other, each handing the earliest and latest tick that it used to the next.</summary>
    private sealed class Search
    {
        private readonly long[] ticks;
        private readonly int[][] candidates;
        private readonly bool alone;
        private readonly int most;
        private int steps;

        public Search(long[] ticks, int tests, Func<int, int, bool> holds, int repeats, int most)
        {
            (this.ticks, this.most) = (ticks, most);
            Used = new bool[ticks.Length];
            candidates = [.. Enumerable.Range(0, tests).Select(test => Enumerable.Range(0, ticks.Length).Where(i => holds(test, i)).ToArray())];
            alone = tests == 1 && repeats == 1;
        }

        public bool[] Used { get; }

        public bool GaveUp { get; private set; }

        /// <summary>Enough candidates are there, time and sharing aside.</summary>
        public bool Possible(Node node) => node switch
        {
            TestNode test => candidates[test.Number].Length > 0,
            AllNode all => all.Parts.All(Possible),
            AnyNode any => any.Parts.Any(Possible),
            WithinNode within => Possible(within.Inner),
            WindowNode window => Possible(window.Inner),
            RepeatNode { Inner: TestNode test } repeat => candidates[test.Number].Length >= repeat.Times,
            _ => Possible(((RepeatNode)node).Inner),
        };

        /// <summary>Looks for a binding of the node with all ticks from <paramref name="low"/> to <paramref name="high"/> and no two further apart than <paramref name="width"/>
        /// for which the rest, <paramref name="then"/>, can be bound too.</summary>
        public bool Solve(Node node, long low, long high, long width, Func<long, long, bool> then)
        {
            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) GaveUp = true;
            if (GaveUp) return true;
            switch (node)
            {
                case TestNode test: return SolveTest(test, low, high, then);
                case AnyNode any:
                    foreach (var part in any.Parts)
                        if (Solve(part, low, high, width, then)) return true;
                    return false;
                case WithinNode within: return Solve(within.Inner, low, high, Math.Min(width, within.Width), (first, last) => last - first <= within.Width && then(first, last));
                case WindowNode window: return Solve(window.Inner, Math.Max(low, window.From), Math.Min(high, window.Until - 1), width, then);
                case AllNode all: return SolveAll(all, 0, low, high, width, long.MaxValue, long.MinValue, then);
                default:
                    var repeat = (RepeatNode)node;
                    if (repeat.Inner is not TestNode single) return SolveRepeat(repeat.Inner, repeat.Times, low, high, width, long.MaxValue, long.MinValue, then);
                    return alone ? Run(single, repeat.Times, low, high, width, then) : Choose(candidates[single.Number], 0, repeat.Times, low, high, width, long.MaxValue, long.MinValue, then);
            }
        }

        private bool Step()
        {
            if (++steps > most) GaveUp = true;
            return GaveUp;
        }

        private bool SolveTest(TestNode test, long low, long high, Func<long, long, bool> then)
        {
            var mine = candidates[test.Number];
            for (var i = First(mine, low); i < mine.Length && ticks[mine[i]] <= high; i++)
            {
                if (Step()) return true;
                var o = mine[i];
                if (Used[o]) continue;
                Used[o] = true;
                if (then(ticks[o], ticks[o])) return true;
                Used[o] = false;
            }

            return false;
        }

        private bool SolveAll(AllNode all, int part, long low, long high, long width, long first, long last, Func<long, long, bool> then)
        {
            if (part == all.Parts.Length) return then(first, last);
            var (from, to) = Narrowed(low, high, width, first, last);
            if (all.Ordered && part > 0) from = Math.Max(from, last);
            return Solve(all.Parts[part], from, to, width, (f, l) => SolveAll(all, part + 1, low, high, width, Math.Min(first, f), Math.Max(last, l), then));
        }

        /// <summary>A compound repeated: its bindings can be put in order of their first ticks, so each begins no earlier than the one before.</summary>
        private bool SolveRepeat(Node inner, int times, long low, long high, long width, long first, long last, Func<long, long, bool> then)
        {
            if (times == 0) return then(first, last);
            var (from, to) = Narrowed(low, high, width, first, last);
            return Solve(inner, from, to, width, (f, l) => SolveRepeat(inner, times - 1, f, high, width, Math.Min(first, f), Math.Max(last, l), then));
        }

        /// <summary>One pair of brackets repeated beside others: combinations in order of time, so that no set is tried twice.</summary>
        private bool Choose(int[] mine, int start, int times, long low, long high, long width, long first, long last, Func<long, long, bool> then)
        {
            if (times == 0) return then(first, last);
            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) GaveUp = true;
            var (from, to) = Narrowed(low, high, width, first, last);
            for (var i = Math.Max(start, First(mine, from)); i + times <= mine.Length && ticks[mine[i]] <= to; i++)
            {
                if (Step()) return true;
                var o = mine[i];
                if (Used[o]) continue;
                Used[o] = true;
                if (Choose(mine, i + 1, times - 1, low, high, width, Math.Min(first, ticks[o]), Math.Max(last, ticks[o]), then)) return true;
                Used[o] = false;
            }

            return false;
        }

        /// <summary>The only pair of brackets, repeated once: with nobody to share with, neighbours in time are always as good as any others.</summary>
        private bool Run(TestNode test, int times, long low, long high, long width, Func<long, long, bool> then)
        {
            var mine = candidates[test.Number];
            for (var i = First(mine, low); i + times <= mine.Length && ticks[mine[i + times - 1]] <= high; i++)
            {
                if (Step()) return true;
                long first = ticks[mine[i]], last = ticks[mine[i + times - 1]];
                if (last - first > width) continue;
                for (var j = i; j < i + times; j++) Used[mine[j]] = true;
                if (then(first, last)) return true;
                for (var j = i; j < i + times; j++) Used[mine[j]] = false;
            }

            return false;
        }

        private static (long Low, long High) Narrowed(long low, long high, long width, long first, long last) => first > last || width == long.MaxValue
            ? (low, high)
            : (Math.Max(low, last - width), Math.Min(high, first + width));

        private int First(int[] mine, long low)
        {
            int from = 0, to = mine.Length;
            while (from < to)
            {
                var middle = (from + to) / 2;
                if (ticks[mine[middle]] < low) from = middle + 1;
                else to = middle;
            }

            return from;
        }
    }
}
