using System.Globalization;
using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>An assessment as people read it.</summary>
internal static class AssessmentText
{
    /// <summary>Shows it as a tree.</summary>
    public static void Show(IAnsiConsole console, Assessment assessment)
    {
        var tree = new Tree(new Markup($"[bold]proposed: {Word(assessment.Proposed)}[/]{(assessment.Basis is null ? "" : Markup.Escape($" · basis {assessment.Basis}{(assessment.BasisIsPolicy ? " (published policy exception, not compulsion)" : "")}"))}"));
        foreach (var reason in assessment.Reasons)
            tree.AddNode(Plain(reason));
        if (assessment.Questions.Count > 0)
        {
            var questions = tree.AddNode("[yellow]questions to a person[/]");
            foreach (var question in assessment.Questions)
                questions.AddNode(Plain($"? {question.Text}  (establish {question.Fact}; rule {question.Rule})"));
        }

        var findings = tree.AddNode("findings");
        foreach (var finding in assessment.Findings)
        {
            var node = findings.AddNode(new Markup($"{Sign(finding.Sign)} {Markup.Escape(Answer.Visible(finding.Sentence))} [grey]{Markup.Escape(finding.Citation)}{(finding.Checked ? "" : " (source not yet checked)")}[/]"));
            if (finding.Why.Count > 0)
                node.AddNode(new Markup($"[grey]{Markup.Escape(Answer.Visible(string.Join(" · ", finding.Why)))}[/]"));
        }

        var permitted = tree.AddNode("permitted scope");
        if (assessment.Permitted.Items.Count == 0)
            permitted.AddNode("nothing");
        foreach (var item in assessment.Permitted.Items)
            permitted.AddNode(Plain(Item(item)));
        var deadlines = tree.AddNode("deadlines");
        foreach (var deadline in assessment.Deadlines)
            deadlines.AddNode(Plain($"{Instant.Text(deadline.Due)}  {deadline.What}: {deadline.Counted} ({deadline.Citation})"));
        tree.AddNode(Plain($"the customer is told by {Teller(assessment.Notice.By)}: {assessment.Notice.Reason} ({assessment.Notice.Citation})"));
        console.Write(tree);
    }

    /// <summary>One scope item in words.</summary>
    public static string Item(ScopeItem item) =>
        $"{item.Selector.Kind.ToString().ToLowerInvariant()} {item.Selector.Value}{(item.Selector.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $" port {port}") : "")}{(item.Selector.At is { } at ? $" at {Instant.Text(at)}" : "")}: "
        + $"{(item.Categories.Count == 0 ? "category unknown" : string.Join(", ", item.Categories.Select(c => c.ToString().ToLowerInvariant())))}, "
        + $"{(item.From is null && item.To is null ? "any time" : $"from {(item.From is { } from ? Instant.Text(from) : "the beginning")} to {(item.To is { } to ? Instant.Text(to) : "now")}")}";

    /// <summary>A decision in words.</summary>
    public static string Word(Decision decision) => decision switch
    {
        Decision.Undecided => "nothing yet, a question is open",
        Decision.ComplyInPart => "comply in part",
        Decision.NoData => "no data",
        Decision.Redirect => "redirect to the customer",
        _ => decision.ToString().ToLowerInvariant(),
    };

    private static string Teller(NoticeBy by) => by switch
    {
        NoticeBy.Provider => "us",
        NoticeBy.Authority => "the authority",
        _ => "nobody yet",
    };

    private static string Sign(Sign sign) => sign switch
    {
        Counterseal.Law.Sign.Holds => "[green]✓[/]",
        Counterseal.Law.Sign.Question => "[yellow]?[/]",
        Counterseal.Law.Sign.Fails => "[red]✗[/]",
        _ => "[yellow]![/]",
    };

    private static Text Plain(string text) => new(Answer.Visible(text));
}
