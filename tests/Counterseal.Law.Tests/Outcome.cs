using System.Text.Json;

namespace Counterseal.Law.Tests;

/// <summary>How a demand comes out, as lines that two evaluators can be compared by. What is only wording is not in it.</summary>
/// <param name="Lines">One line for each thing, kind first.</param>
internal sealed record Outcome(IReadOnlyList<string> Lines)
{
    public static string Word(Enum e) => JsonNamingPolicy.CamelCase.ConvertName(e.ToString());

    public static string At(DateTimeOffset? at) => at is { } t ? Instant.Text(t) : "none";

    /// <summary>What the engine says.</summary>
    public static Outcome Of(Assessment a) => new(
    [
        $"decision {Word(a.Proposed)}",
        $"basis {a.Basis ?? "none"}{(a.BasisIsPolicy ? ", policy" : "")}",
        .. a.Findings.Select(f => $"finding {f.Rule} {Word(f.Sign)}"),
        .. a.Questions.Select(q => $"question {q.Fact} by {q.Rule}"),
        .. Cells("permitted", a.Permitted),
        .. Cells("kept", a.Preserve),
        .. a.Deadlines.Select(d => $"deadline {d.Rule} {Word(d.Kind)} due {At(d.Due)}{(d.Late ? " late" : "")}").Order(StringComparer.Ordinal),
        $"notice {Word(a.Notice.By)} by {a.Notice.Rule ?? "none"}, not before {At(a.Notice.NotBefore)}, {Word(a.Notice.Timing)}, at the end {string.Join(' ', a.Notice.AtEnd.Select(w => Word(w)))}",
        $"route {Word(a.Route.To)} by {a.Route.Rule ?? "none"}",
        .. a.Duties.Select(d => $"duty {d.Rule} {Word(d.Do)} due {At(d.Due)}"),
        .. a.Suspended.Select(s => $"suspended {s.Rule}"),
        .. a.Objections.Select(o => $"objection {o.Ground} by {o.Rule}"),
        $"doubt {a.Doubt}",
    ]);

    /// <summary>A scope as one line for each selector, category and range.</summary>
    public static IEnumerable<string> Cells(string what, Scope scope) => scope.Items
        .SelectMany(i => (i.Categories.Count == 0 ? ["no category"] : i.Categories.Select(c => Word(c))).Select(c => Cell(what, i.Selector, c, i.From, i.To)))
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public static string Cell(string what, Selector s, string category, DateTimeOffset? from, DateTimeOffset? to) =>
        $"{what} {Word(s.Kind)}:{s.Value}:{s.Port}:{At(s.At)} {category} from {At(from)} to {At(to)}";

    /// <summary>What stands on one side only; empty when both are the same, in the same order.</summary>
    public string Against(Outcome other)
    {
        if (Lines.SequenceEqual(other.Lines, StringComparer.Ordinal)) return "";
        var here = Lines.Except(other.Lines, StringComparer.Ordinal).Select(l => "< " + l).ToList();
        var there = other.Lines.Except(Lines, StringComparer.Ordinal).Select(l => "> " + l).ToList();
        return here.Count + there.Count == 0 ? "the same lines in another order:\n< " + string.Join("\n< ", Lines) + "\n> " + string.Join("\n> ", other.Lines) : string.Join('\n', here.Concat(there));
    }
}
