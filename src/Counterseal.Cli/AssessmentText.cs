using System.Globalization;
using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>An assessment as people read it.</summary>
internal static class AssessmentText
{
    /// <summary>Shows it as a tree: what is proposed, and under it what it rests on, down to the facts and what would change them.</summary>
    public static void Show(IAnsiConsole console, Assessment assessment)
    {
        var tree = new Tree(new Markup($"[bold]proposed: {Word(assessment.Proposed)}[/]{(assessment.Basis is null ? "" : Markup.Escape($" · basis {assessment.Basis}{(assessment.BasisIsPolicy ? " (published policy exception, not compulsion)" : "")}"))}"));
        foreach (var reason in assessment.Reasons)
            tree.AddNode(Plain(reason));
        Branch(tree, "[yellow]questions to a person[/]", assessment.Questions, q => Plain($"? {q.Text}  (establish {q.Fact}; rule {q.Rule})"));

        var findings = tree.AddNode($"findings{(assessment.Doubt > 0 ? $" [yellow](doubt {assessment.Doubt.ToString(CultureInfo.InvariantCulture)})[/]" : "")}");
        foreach (var finding in assessment.Findings)
        {
            var node = findings.AddNode(new Markup($"{Sign(finding.Sign)} {Markup.Escape(Answer.Visible(finding.Sentence))} [grey]{Markup.Escape(finding.Citation)}{(finding.Checked ? "" : " (source not yet checked)")}[/]"));
            node.AddNode(Grey($"{finding.Rule}{(finding.Why.Count > 0 ? ": " + string.Join(" · ", finding.Why) : "")}"));
            if (finding.Weight > 0 && finding.Sign is not Counterseal.Law.Sign.Holds)
                node.AddNode(Grey($"weight {finding.Weight}"));
            if (finding.Changes.Count > 0)
                node.AddNode(Grey($"would change with {string.Join("; or ", finding.Changes)}"));
        }

        var permitted = tree.AddNode("permitted scope");
        if (assessment.Permitted.Items.Count == 0)
            permitted.AddNode("nothing");
        foreach (var item in assessment.Permitted.Items)
            permitted.AddNode(Plain(Item(item)));
        Branch(tree, "kept, and not handed over by that", assessment.Preserve.Items, i => Plain(Item(i)));
        Branch(tree, "[yellow]suspended[/]", assessment.Suspended, s => Plain($"{s.Sentence} Until: {s.Until} ({s.Citation})"));
        tree.AddNode(Plain($"route: {Word(assessment.Route.To)}. {assessment.Route.Sentence}{(assessment.Route.Citation.Length > 0 ? $" ({assessment.Route.Citation})" : "")}"));
        Branch(tree, "deadlines", assessment.Deadlines, d => new Markup($"{(d.Late ? "[red]over[/] " : "")}{Markup.Escape(Answer.Visible($"{Instant.Text(d.Due)}  {d.What}: {d.Counted} ({d.Citation})"))} [grey]{Word(d.Kind)}[/]"));
        Branch(tree, "duties", assessment.Duties, d => Plain($"{d.Do.ToString().ToLowerInvariant()}: {d.Sentence}{(d.Due is { } due ? $" By {Instant.Text(due)}." : "")} ({d.Citation})"));
        Branch(tree, "grounds on which an answer can be drafted", assessment.Objections, o => Plain($"{o.Ground}: {o.Name} ({o.Citation}); letter {o.Letter}"));
        var notice = assessment.Notice;
        tree.AddNode(Plain($"the customer is told by {Teller(notice.By)}{(notice.Timing == NoticeTiming.Before ? " before anything leaves" : "")}{(notice.NotBefore is { } until ? $", not before {Instant.Text(until)}" : "")}: {notice.Reason}"
            + $"{(notice.AtEnd.Count > 0 ? $" When the secrecy ends: tell {string.Join(" and ", notice.AtEnd.Select(w => w.ToString().ToLowerInvariant()))}." : "")}{(notice.Citation.Length > 0 ? $" ({notice.Citation})" : "")}"));
        Branch(tree, "[yellow]rests on rules whose source nobody has read[/]", assessment.Unread, Plain);
        console.Write(tree);
    }

    private static void Branch<T>(Tree tree, string name, IReadOnlyList<T> entries, Func<T, Spectre.Console.Rendering.IRenderable> show)
    {
        if (entries.Count == 0)
            return;
        var branch = tree.AddNode(name);
        foreach (var entry in entries)
            branch.AddNode(show(entry));
    }

    private static Markup Grey(string text) => new($"[grey]{Markup.Escape(Answer.Visible(text))}[/]");

    private static string Word(RouteKind to) => to switch
    {
        RouteKind.Direct => "answered directly",
        RouteKind.Customer => "to the customer",
        RouteKind.Mlat => "to mutual legal assistance",
        RouteKind.ExecutiveAgreement => "by executive agreement",
        RouteKind.EnforcingAuthority => "to the enforcing authority",
        RouteKind.OtherEstablishment => "to another of our establishments",
        _ => "to counsel",
    };

    private static string Word(DeadlineKind kind) => kind switch
    {
        DeadlineKind.Answer => "ours, to answer",
        DeadlineKind.Object => "ours, to object",
        DeadlineKind.Theirs => "theirs",
        DeadlineKind.Expiry => "ends",
        DeadlineKind.Retention => "destroyed then",
        _ => "our own target",
    };

    /// <summary>One scope item in words.</summary>
    public static string Item(ScopeItem item) =>
        $"{item.Selector.Kind.ToString().ToLowerInvariant()} {item.Selector.Value}{(item.Selector.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $" port {port}") : "")}{(item.Selector.At is { } at ? $" at {Instant.Text(at)}" : "")}: "
        + $"{(item.Categories.Count == 0 ? "category unknown" : string.Join(", ", item.Categories.Select(c => c.ToString().ToLowerInvariant())))}, "
        + $"{(item.From is null && item.To is null ? "any time" : $"from {(item.From is { } from ? Instant.Text(from) : "the beginning")} to {(item.To is { } to ? Instant.Text(to) : "now")}")}";

    /// <summary>A decision in words.</summary>
    public static string Word(Decision decision) => decision switch
    {
        Decision.Undecided => "nothing yet",
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
