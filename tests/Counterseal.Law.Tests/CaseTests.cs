using System.Text.Json;

namespace Counterseal.Law.Tests;

public class CaseTests
{
    private static readonly JsonSerializerOptions Indented = new(LawJson.Options) { WriteIndented = true };

    public static TheoryData<string> Names => [.. Case.All.Select(c => c.Name)];

    /// <summary>The fact sheets whose every row must be in the table, and how the keys of their rows begin.</summary>
    public static TheoryData<string, string> Sheets => new() { { "us.md", "us." }, { "uk.md", "uk." }, { "eu-e-evidence.md", "eu." } };

    [Fact]
    public void There_are_two_hundred_cases_and_each_has_a_name_of_its_own_and_a_citation()
    {
        Assert.Empty(Case.All.GroupBy(c => c.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.All(Case.All, c => Assert.False(string.IsNullOrWhiteSpace(c.Citation), c.Name));
        Assert.True(Case.All.Count >= 200, $"only {Case.All.Count} cases were found");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_comes_out_as_counsel_expects(string name)
    {
        var c = Case.All.First(c => c.Name == name);
        if (Case.Mismatch(c, Repository.Book) is { } wrong)
            Assert.Fail($"{c.File}, line {c.Line}: {wrong}.\n{JsonSerializer.Serialize(c.Assess(Repository.Book), Indented)}");
    }

    [Fact]
    public void Every_case_has_a_reason_and_permits_only_what_is_demanded() => Assert.All(Case.All, c =>
    {
        var a = c.Assess(Repository.Book);
        Assert.NotEmpty(a.Reasons);
        Assert.True(Scope.Within(a.Permitted, Draw.Demanded(c.Demand, c.Facts)), c.Name);
        Assert.True(Scope.Within(a.Preserve, Draw.Demanded(c.Demand, c.Facts)), c.Name);
    });

    [Fact]
    public void Every_rule_that_a_case_names_is_in_the_book()
    {
        // "absent: [a rule]" of a rule that no book has would hold for ever.
        var known = Repository.Book.Rules.Select(r => r.Id).Append("none").ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Case.All.SelectMany(c => c.Expect.Rules.Where(r => !known.Contains(r)).Select(r => $"{c.File}, line {c.Line}: no rule {r}")));
    }

    [Fact]
    public void Every_row_of_a_fact_sheet_is_shown_by_a_case_and_every_row_that_a_case_shows_is_declared()
    {
        Assert.NotEmpty(Case.Declared);
        Assert.All(Case.Declared, d => Assert.False(string.IsNullOrWhiteSpace(d.Fact), $"{d.File}: the row {d.Key} says nothing"));
        var declared = Case.Declared.Select(d => d.Key).ToHashSet(StringComparer.Ordinal);
        var shown = Case.All.SelectMany(c => c.Rows).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Case.Declared.Where(d => !shown.Contains(d.Key)).Select(d => $"{d.File}: no case shows the row {d.Key}"));
        Assert.Empty(Case.All.SelectMany(c => c.Rows.Where(r => !declared.Contains(r)).Select(r => $"{c.File}, line {c.Line}: the row {r} is not declared")));
    }

    [Theory]
    [MemberData(nameof(Sheets))]
    public void A_sheet_has_no_more_rows_than_the_table_declares(string sheet, string prefix)
    {
        var path = Path.Combine(Repository.Root, "..", "shared", "law", sheet);
        Assert.SkipUnless(File.Exists(path), "the fact sheets are not beside this checkout, so their rows cannot be counted here");
        // A table is a run of lines that start with a bar; its first two are the head and the line below it.
        var rows = 0;
        var run = 0;
        foreach (var line in File.ReadLines(path))
        {
            run = line.StartsWith('|') ? run + 1 : 0;
            if (run > 2) rows++;
        }
        var declared = Case.Declared.Select(d => d.Key).Distinct().Count(k => k.StartsWith(prefix, StringComparison.Ordinal));
        Assert.True(rows > 0, sheet);
        Assert.True(declared >= rows, $"{sheet} has {rows} rows, the table declares {declared}");
    }
}
