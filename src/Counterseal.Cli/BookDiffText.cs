using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>The difference of two rule books as people read it.</summary>
internal static class BookDiffText
{
    /// <summary>Shows what is otherwise: first the demands, then the rules, then what is declared.</summary>
    public static void Show(IAnsiConsole console, BookDiff diff)
    {
        console.WriteLine($"old book {diff.Old[..12]}, new book {diff.New[..12]}");
        if (diff.Demands.Count > 0)
        {
            var tree = new Tree(new Markup("[bold]demands that would be decided otherwise[/]"));
            foreach (var demand in diff.Demands)
            {
                var node = tree.AddNode(Plain($"{demand.Name}, received {Instant.Text(demand.Received)}"));
                Fields(node, demand.Fields);
                foreach (var mistake in demand.Mistakes) node.AddNode(new Markup($"[yellow]![/] {Markup.Escape(Answer.Visible(mistake))}"));
                foreach (var reason in demand.Reasons) node.AddNode(new Markup($"[grey]now: {Markup.Escape(Answer.Visible(reason))}[/]"));
            }

            console.Write(tree);
        }

        Changes(console, "rules", diff.Rules);
        Changes(console, "what the books declare besides", diff.Declared);
        console.WriteLine(diff.Compared == 0
            ? $"{diff.Rules.Count} rules and {diff.Declared.Count} declarations are otherwise; no demand was compared (--demands, --home)"
            : $"{diff.Rules.Count} rules and {diff.Declared.Count} declarations are otherwise; {diff.Demands.Count} of {diff.Compared} demands would be decided otherwise");
    }

    private static void Changes(IAnsiConsole console, string title, IReadOnlyList<BookChange> changes)
    {
        if (changes.Count == 0)
            return;
        var tree = new Tree(new Markup($"[bold]{title}[/]"));
        foreach (var change in changes)
        {
            var (sign, word) = change.Kind switch { ChangeKind.Added => ("[green]+[/]", "added"), ChangeKind.Removed => ("[red]−[/]", "removed"), _ => ("[yellow]±[/]", "changed") };
            var node = tree.AddNode(new Markup($"{sign} {Markup.Escape(Answer.Visible($"{(change.What == "rule" ? "" : $"{change.What} ")}{change.Id}"))} [grey]{word}[/]"));
            Fields(node, change.Fields);
        }

        console.Write(tree);
    }

    private static void Fields(TreeNode node, IReadOnlyList<FieldChange> fields)
    {
        foreach (var field in fields)
        {
            node.AddNode(Plain((field.Old, field.New) switch
            {
                (null, { } added) => $"{field.Field}: {added}",
                ({ } removed, null) => $"{field.Field} (gone): {removed}",
                _ => $"{field.Field}: {field.Old} → {field.New}",
            }));
        }
    }

    private static Text Plain(string text) => new(Answer.Visible(text));
}
