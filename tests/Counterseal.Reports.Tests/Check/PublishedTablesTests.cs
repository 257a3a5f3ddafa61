namespace Counterseal.Reports.Tests.Check;

/// <summary>Real published tables, and what is wrong with them.</summary>
public class PublishedTablesTests
{
    private const string Requests = "requests_received_and_disclosed.csv", Security = "national_security_letters_and_orders.csv";
    private const string Halves = "by_calendar_year_half/requests_received_and_disclosed_by_calendar_year_half.csv";
    private const string Notifications = "by_calendar_year_half/user_notifications_of_legal_request_disclosures_by_calendar_year_half.csv";
    private const string Accounts = "by_calendar_year_half/requests_accounts_affected_by_calendar_year_half.csv";
    private const string CrossBorder = "by_calendar_year_half/cross_border_data_requests_by_calendar_year_half.csv";

    [Fact]
    public void Each_defect_of_the_published_tables_is_named_with_its_row_and_nothing_else_is()
    {
        var outcome = Check(mapped: true);
        Assert.Equal(
            [
                $"impossible part-over-whole {Requests} 22",
                $"impossible part-over-whole {Requests} 23",
                $"impossible part-over-whole {Requests} 24",
                $"doubtful period-missing {CrossBorder} 2",
                $"doubtful period-missing {Accounts} 2",
                $"doubtful period-missing {Halves} 2,7",
                $"doubtful period-missing {Halves} 2",
                $"doubtful name-two-ways {Halves} 4",
                $"doubtful sum-differs {Halves} 7,8,9,10,11",
                $"doubtful period-missing {Notifications} 2",
                $"doubtful kind-missing {Requests} 2,7,12,17,27",
                $"doubtful sum-differs {Requests} 4",
                $"doubtful sum-differs {Requests} 7,8,9,10,11",
                $"doubtful sum-under-part {Requests} 19",
                $"doubtful sum-differs {Requests} 25",
                $"remark line-ends-differ {Notifications} ",
                $"remark band-jump {Security} 4,6",
                $"remark band-jump {Security} 6,8",
                $"remark line-end-final {Requests} 27",
            ], outcome.Findings.Select(f => $"{f.Severity.ToString().ToLowerInvariant()} {f.Rule} {f.File} {string.Join(",", f.Lines)}"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(["2021, criminal or government agency subpoena: disclosed 269, received 183: 86 more.", "2021, criminal court order: disclosed 170, received 94: 76 more.", "2021, criminal search warrant: disclosed 64, received 22: 42 more."],
            outcome.Findings.Where(f => f.Severity == TableSeverity.Impossible).Select(f => f.Found));
    }

    [Fact]
    public void The_impossible_rows_are_found_without_a_mapping_too()
    {
        var outcome = Check(mapped: false);
        Assert.Equal([22, 23, 24], outcome.Findings.Where(f => f.Severity == TableSeverity.Impossible).Select(f => f.Lines[0]));
        Assert.Contains(outcome.Findings, f => f is { Rule: "period-missing", File: Halves } && f.Lines.SequenceEqual([2, 7]));
        Assert.Contains(outcome.Findings, f => f is { Rule: "name-two-ways", File: Halves } && f.Lines.SequenceEqual([4]));
        Assert.All(outcome.Tables, t => Assert.NotEmpty(t.Guesses));
    }

    [Fact]
    public void The_page_lists_each_rule_that_finds_a_planted_defect()
    {
        var rules = File.ReadAllText(Path.Combine(Root(), "docs", "report-check.md")).Split("## The rules")[1].Split("\n## ")[0];
        Assert.All(Defects.Names.Select(n => Defects.Plant(n, 2).Where.Rule).Where(r => r != "unread"), r => Assert.Contains($"`{r}`", rules, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_in_samples_is_sound()
    {
        var folder = Path.Combine(Root(), "samples", "reports-check", "example");
        var outcome = Run(folder, TableMapping.Read("mapping.yaml", File.ReadAllBytes(Path.Combine(folder, "mapping.yaml"))));
        Assert.Empty(outcome.Findings);
        Assert.Empty(outcome.Unread);
        Assert.Equal(6, outcome.Tables.Count);
    }

    private static CheckOutcome Check(bool mapped)
    {
        var folder = Path.Combine(Root(), "..", "shared", "transparency", "github");
        if (!Directory.Exists(folder)) Assert.Skip("Published tables are not shipped with the project; ../shared/transparency/github is absent.");
        return Run(folder, mapped ? TableMapping.Read("github.yaml", File.ReadAllBytes(Path.Combine(Root(), "samples", "reports-check", "github.yaml"))) : null);
    }

    private static CheckOutcome Run(string folder, TableMapping? mapping) =>
        TableCheck.Run(Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)
            .Select(f => new TableFile(f, new MemoryStream(File.ReadAllBytes(Path.Combine(folder, f))))), mapping);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("counterseal.slnx was not found above the tests.");
        return folder;
    }
}
