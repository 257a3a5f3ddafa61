using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Watch.Tests;

/// <summary>The search for observations: against a brute-force evaluator that follows the definitions, and at its limits.</summary>
public class PatternSearchTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, JsonElement> Letters = new[] { "a", "b", "c" }.ToDictionary(l => l, l => JsonDocument.Parse($$"""{"type":"p","l":"{{l}}"}""").RootElement);

    private static Observation Seen(int second, string letter) => Observation.Read(Start.AddSeconds(second), Letters[letter]);

    private static PatternMatcher Matcher(string pattern) => new(Pattern.Read(pattern) is { Pattern: { } read } ? read : throw new FormatException(Pattern.Read(pattern).Fault!.ToString()));

    // Random streams and expressions, small enough to try everything.

    private static Gen<Observation[]> Streams { get; } =
        from count in Gen.Choose(0, 7)
        from events in Gen.ArrayOf(Gen.Choose(0, 12).Zip(Gen.Elements("a", "b", "c")), count)
        select events.Select(e => Seen(e.Item1, e.Item2)).ToArray();

    private static Gen<string> Test { get; } = Gen.Elements("[p:l = 'a']", "[p:l = 'b']", "[p:l = 'c']", "[p:l IN ('a','b')]", "[p:l != 'c']", "[EXISTS p:l]");

    private static Gen<string> Expression(int depth) => depth == 0
        ? Gen.Frequency((3, Test), (1, from t in Test from n in Gen.Choose(2, 3) select $"{t} REPEATS {n} TIMES"))
        : Gen.Frequency(
            (2, Test),
            (3, from a in Expression(depth - 1) from b in Expression(depth - 1) from op in Gen.Elements("AND", "OR", "FOLLOWEDBY", "FOLLOWEDBY") select $"({a} {op} {b})"),
            (1, from a in Expression(depth - 1) from b in Expression(depth - 1) from c in Test from op in Gen.Elements("AND", "OR", "FOLLOWEDBY") select $"({a} {op} {b} {op} {c})"),
            (2, from a in Expression(depth - 1) from w in Gen.Choose(1, 9) select $"({a}) WITHIN {w} SECONDS"),
            (2, from a in Expression(depth - 1) from n in Gen.Choose(1, 3) select $"({a}) REPEATS {n} TIMES"),
            (1, from a in Expression(depth - 1) from f in Gen.Choose(0, 8) from l in Gen.Choose(1, 6) select $"({a}) START t'{StixTime.Write(Start.AddSeconds(f))}' STOP t'{StixTime.Write(Start.AddSeconds(f + l))}'"));

    [Fact]
    public void FOLLOWEDBY_WITHIN_and_REPEATS_agree_with_a_brute_force_evaluator_on_random_streams()
    {
        int found = 0, notFound = 0;
        var cases = from e in Expression(2) from s in Streams select (e, s);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2500).WithReplay(20260101, 7), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var matcher = Matcher(c.e);
            var expected = BruteForce.Bindings(matcher.Pattern.Root, c.s, Holds);
            var match = matcher.Match(c.s);
            if (match.Outcome == PatternOutcome.GaveUp) return false.Label($"gave up: {c.e}");
            var right = (match.Outcome == PatternOutcome.Found) == expected.Count > 0;
            if (match.Outcome == PatternOutcome.Found)
            {
                found++;
                // What was bound is itself one of the brute-force evaluator's bindings.
                var mask = match.Bound.Sum(b => 1 << Array.FindIndex(c.s, s => ReferenceEquals(s, b)));
                right &= expected.Contains(mask);
            }
            else
            {
                notFound++;
            }

            return right.Label($"{c.e} over {string.Join(' ', c.s.Select(o => $"{(o.Time - Start).TotalSeconds}{o.Objects[0].Properties.GetProperty("l")}"))}: {match.Outcome}");
        }));
        Assert.True(found > 400 && notFound > 400, $"{found} found, {notFound} not: the streams show nothing");
    }

    [Fact]
    public void A_stream_reports_exactly_when_the_observations_so_far_match()
    {
        var cases = from e in Expression(1) from s in Streams select (e, s);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(800).WithReplay(20260102, 9), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var matcher = Matcher(c.e);
            var stream = new PatternStream(matcher);
            var ordered = c.s.OrderBy(o => o.Time).ToArray();
            for (var i = 0; i < ordered.Length; i++)
            {
                var reported = stream.Push(ordered[i])?.Outcome == PatternOutcome.Found;
                var matches = BruteForce.Bindings(matcher.Pattern.Root, ordered[..(i + 1)], Holds).Count > 0;
                if (reported != matches) return false.Label($"{c.e}, event {i}: reported {reported}, matches {matches}");
                if (reported) return true.Label("");
            }

            return true.Label("");
        }));
    }

    [Fact]
    public void A_stream_reports_each_match_once_and_uses_no_observation_twice()
    {
        var stream = new PatternStream(Matcher("[p:l = 'a'] REPEATS 3 TIMES WITHIN 10 SECONDS"));
        var reports = Enumerable.Range(0, 12).Select(second => stream.Push(Seen(second, "a"))).ToList();
        Assert.Equal([2, 5, 8, 11], reports.Select((r, i) => (r, i)).Where(r => r.r is not null).Select(r => r.i));
        Assert.All(reports.Where(r => r is not null), r => Assert.Equal(3, r!.Bound.Count));
        Assert.Equal(12, reports.Where(r => r is not null).SelectMany(r => r!.Bound).Distinct().Count());
    }

    [Fact]
    public void A_stream_lets_go_of_what_can_no_longer_matter_and_takes_late_events()
    {
        var stream = new PatternStream(Matcher("([p:l = 'a'] FOLLOWEDBY [p:l = 'b']) WITHIN 60 SECONDS"));
        for (var second = 0; second < 100_000; second += 10) Assert.Null(stream.Push(Seen(second, "a")));
        Assert.InRange(stream.Kept, 1, 13);
        Assert.Equal(0, stream.Dropped);
        // An event that arrives a minute late still completes a match.
        Assert.Equal(PatternOutcome.Found, stream.Push(Seen(99_930, "b"))?.Outcome);
    }

    [Fact]
    public void A_stream_without_a_window_keeps_a_bounded_number_and_says_how_many_it_dropped()
    {
        var stream = new PatternStream(Matcher("[p:l = 'a'] FOLLOWEDBY [p:l = 'b']"), most: 100);
        for (var second = 0; second < 300; second++) Assert.Null(stream.Push(Seen(second, "a")));
        Assert.Equal((100, 200L), (stream.Kept, stream.Dropped));
    }

    [Fact]
    public void Twenty_thousand_repeats_are_counted_without_recursion()
    {
        var seen = Enumerable.Range(0, 20_000).Select(i => Seen(i, "a")).ToArray();
        Assert.Equal(PatternOutcome.Found, Matcher("[p:l = 'a'] REPEATS 20000 TIMES").Match(seen).Outcome);
        Assert.Equal(PatternOutcome.NotFound, Matcher("[p:l = 'a'] REPEATS 20001 TIMES").Match(seen).Outcome);
        Assert.Equal(PatternOutcome.NotFound, Matcher("[p:l = 'a'] REPEATS 10000 TIMES WITHIN 9998 SECONDS").Match(seen).Outcome);
        Assert.Equal(PatternOutcome.Found, Matcher("[p:l = 'a'] REPEATS 10000 TIMES WITHIN 9999 SECONDS").Match(seen).Outcome);
    }

    [Fact]
    public void A_search_that_would_take_for_ever_gives_up_and_says_so()
    {
        // Twelve of a kind that must be different, and only eleven: every arrangement of the eleven would be tried.
        var seen = Enumerable.Range(0, 11).Select(i => Seen(i, "a")).ToArray();
        var clock = Stopwatch.StartNew();
        var match = Matcher(string.Join(" AND ", Enumerable.Repeat("[p:l = 'a']", 12))).Match(seen);
        Assert.Equal((PatternOutcome.GaveUp, 0), (match.Outcome, match.Bound.Count));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void Nearly_a_thousand_different_observations_are_bound_without_the_stack_running_out()
    {
        var seen = Enumerable.Range(0, 1000).Select(i => Seen(i, i < 2 ? "a" : "b")).ToArray();
        var match = Matcher(string.Join(" AND ", Enumerable.Repeat("[p:l = 'b']", 998))).Match(seen);
        Assert.True(match.Outcome is PatternOutcome.Found or PatternOutcome.GaveUp);
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(?=(a+)+$)b")]
    [InlineData("^(a*)*\\\\1$x")]
    [InlineData("((a{1,30}){1,30}){1,30}$")]
    public void A_regular_expression_that_blows_up_ends_at_its_limit(string expression)
    {
        var o = Observation.Read(Start, JsonDocument.Parse($$"""{"type":"p","l":"{{new string('a', 60)}}!"}""").RootElement);
        var clock = Stopwatch.StartNew();
        var match = Matcher($"[p:l MATCHES '{expression}']").Match([o]);
        Assert.Equal(PatternOutcome.NotFound, match.Outcome);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed}"));
        if (match.Problems.Count > 0) Assert.Contains("longer than 100 ms", match.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_limit_that_was_hit_is_told()
    {
        var o = Observation.Read(Start, JsonDocument.Parse($$"""{"type":"p","l":"{{new string('a', 60)}}!"}""").RootElement);
        Assert.Single(Matcher("[p:l MATCHES '^(?=(a+)+$)b']").Match([o]).Problems);
    }

    private static bool Holds(PropertyTest test, Observation o) => Holds(test, o.Objects[0].Properties.GetProperty("l").GetString()!);

    private static bool Holds(PropertyTest test, string letter) => test.Operator switch
    {
        ComparisonOperator.Equal => ((TextConstant)test.Values[0]).Value == letter,
        ComparisonOperator.NotEqual => ((TextConstant)test.Values[0]).Value != letter,
        ComparisonOperator.In => test.Values.Any(v => ((TextConstant)v).Value == letter),
        _ => true,
    };
}
