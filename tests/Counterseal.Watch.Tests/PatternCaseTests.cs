namespace Counterseal.Watch.Tests;

/// <summary>The pattern language against the specification's examples and our own cases.</summary>
public class PatternCaseTests
{
    private static readonly string[] Own = ["comparison.cases", "paths.cases", "observations.cases", "faults.cases"];

    [Fact]
    public void Every_example_of_the_specification_matches_and_does_not_match_as_it_should() => AllHold(PatternCase.Load("specification.cases"), 40);

    [Theory]
    [InlineData("comparison.cases")]
    [InlineData("paths.cases")]
    [InlineData("observations.cases")]
    [InlineData("faults.cases")]
    public void Every_case_of_ours_comes_out_as_its_file_says(string file) => AllHold(PatternCase.Load(file), 50);

    [Fact]
    public void There_are_at_least_three_hundred_cases_of_ours_beside_the_specification_and_no_two_are_the_same()
    {
        var cases = Own.SelectMany(PatternCase.Load).ToList();
        var distinct = cases.Select(c => (c.Pattern, string.Join('|', c.Seen.Select(o => $"{o.Time.Ticks} {string.Join(' ', o.Objects.Select(x => x.Properties.GetRawText()))}")))).Distinct().Count();
        Assert.Equal(cases.Count, distinct);
        Assert.InRange(cases.Count, 300, int.MaxValue);
        Assert.True(cases.Count(c => c.Kind == "no") > 100 && cases.Count(c => c.Kind == "yes") > 100 && cases.Count(c => c.Kind == "bad") > 60);
    }

    [Fact]
    public void Whatever_a_file_of_cases_matches_it_matches_with_its_observations_in_any_order()
    {
        foreach (var c in Own.Append("specification.cases").SelectMany(PatternCase.Load).Where(c => c.Kind != "bad" && c.Seen.Count > 1))
        {
            var matcher = new PatternMatcher(Pattern.Read(c.Pattern).Pattern!);
            Assert.Equal(c.Kind == "yes" ? PatternOutcome.Found : PatternOutcome.NotFound, matcher.Match([.. c.Seen.Reverse()]).Outcome);
        }
    }

    private static void AllHold(IReadOnlyList<PatternCase> cases, int atLeast)
    {
        Assert.InRange(cases.Count, atLeast, int.MaxValue);
        var wrong = cases.Select(Wrong).Where(w => w is not null).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string? Wrong(PatternCase c)
    {
        var reading = Pattern.Read(c.Pattern);
        if (c.Kind == "bad")
        {
            if (reading.Fault is not { } fault) return $"{c}: was read";
            if (fault.Line != c.FaultLine || fault.Column != c.FaultColumn) return $"{c}: refused elsewhere: {fault}";
            if (!fault.What.Contains(c.Reason, StringComparison.Ordinal)) return $"{c}: refused for another reason: {fault}";
            return fault.Next.Length == 0 || fault.Rule.Length == 0 ? $"{c}: nothing says what to do: {fault}" : null;
        }

        if (reading.Pattern is null) return $"{c}: {reading.Fault}";
        var match = new PatternMatcher(reading.Pattern).Match(c.Seen);
        if (match.Problems.Count > 0) return $"{c}: {match.Problems[0]}";
        return match.Outcome == (c.Kind == "yes" ? PatternOutcome.Found : PatternOutcome.NotFound) ? null : $"{c}: {match.Outcome}";
    }
}
