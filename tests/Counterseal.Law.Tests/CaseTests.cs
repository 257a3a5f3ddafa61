using System.Text.Json;

namespace Counterseal.Law.Tests;

public class CaseTests
{
    private static readonly string[] ExpectKeys =
        ["decision", "permitted", "preserve", "basis", "policy", "questions", "findings", "absent", "deadlines", "counted", "notice", "notBefore", "reasons"];

    private static readonly JsonSerializerOptions Indented = new(LawJson.Options) { WriteIndented = true };

    public static TheoryData<string> Names => [.. Case.All.Select(c => c.Name)];

    [Fact]
    public void Every_case_has_a_name_of_its_own_and_a_citation()
    {
        Assert.Equal(Case.All.Count, Case.All.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Case.All, c => Assert.False(string.IsNullOrWhiteSpace(c.Citation)));
        Assert.True(Case.All.Count >= 70, $"only {Case.All.Count} cases were found");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_comes_out_as_counsel_expects(string name)
    {
        var c = Case.All.Single(c => c.Name == name);
        var a = Engine.Assess(c.Demand, c.Facts, Repository.Book, c.Received, c.AsOf);
        var shown = $"{c.File}, line {c.Line}: {JsonSerializer.Serialize(a, Indented)}";
        Case.OnlyKeys(c.Expect, ExpectKeys, c.File);
        void Same(string? expected, string actual, string what) => Assert.True(expected is null || expected == actual, $"{what}: expected {expected}, is {actual}. {shown}");
        string Word(Enum e) => JsonNamingPolicy.CamelCase.ConvertName(e.ToString());
        string Categories(Scope scope) => string.Join(' ', scope.Items.SelectMany(i => i.Categories).Distinct().Order().Select(x => Word(x)));
        string Expected(string key) => string.Join(' ', Case.Texts(c.Expect, key));

        Same(Case.Text(c.Expect, "decision"), Word(a.Proposed), "decision");
        Same(Expected("permitted"), Categories(a.Permitted), "permitted");
        if (c.Expect.Children.ContainsKey("preserve")) Same(Expected("preserve"), Categories(a.Preserve), "preserve");
        Same(Case.Text(c.Expect, "basis"), a.Basis ?? "none", "basis");
        Same(Case.Text(c.Expect, "policy") ?? "false", a.BasisIsPolicy ? "true" : "false", "policy");
        Same(Expected("questions"), string.Join(' ', a.Questions.Select(q => q.Fact)), "questions");
        foreach (var (rule, sign) in Case.Pairs(c.Expect, "findings"))
            Assert.True(a.Findings.Any(f => f.Rule == rule && Word(f.Sign) == sign), $"finding {rule} = {sign} is missing. {shown}");
        foreach (var rule in Case.Texts(c.Expect, "absent"))
            Assert.False(a.Findings.Any(f => f.Rule == rule), $"finding {rule} is there. {shown}");
        foreach (var (rule, due) in Case.Pairs(c.Expect, "deadlines"))
            Same(due, a.Deadlines.SingleOrDefault(d => d.Rule == rule) is { } d ? Instant.Text(d.Due) : "absent", rule);
        foreach (var (rule, words) in Case.Pairs(c.Expect, "counted"))
            Assert.Contains(words, a.Deadlines.Single(d => d.Rule == rule).Counted, StringComparison.Ordinal);
        Same(Case.Text(c.Expect, "notice"), Word(a.Notice.By), "notice");
        Same(Case.Text(c.Expect, "notBefore"), a.Notice.NotBefore is { } until ? Instant.Text(until) : "none", "notBefore");
        foreach (var part in Case.Texts(c.Expect, "reasons"))
            Assert.True(a.Reasons.Any(r => r.Contains(part, StringComparison.Ordinal)), $"no reason says '{part}'. {shown}");
        Assert.NotEmpty(a.Reasons);
        Assert.True(Scope.Within(a.Permitted, Demanded(c.Demand, c.Facts)), shown);
    }

    private static Scope Demanded(Demand demand, Facts facts) =>
        facts.Values.TryGetValue("scope.categories", out var list) ? demand.Scope.WithCategories(list.Split(',').Select(Case.Category)) : demand.Scope;
}
