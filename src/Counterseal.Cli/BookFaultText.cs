using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>The faults of a rule book as people read them.</summary>
internal static class BookFaultText
{
    /// <summary>Shows them, file by file, and how many rules rest on sources that nobody has read.</summary>
    public static void Show(IAnsiConsole console, IReadOnlyList<BookFault> faults, RuleBook? book, IReadOnlyDictionary<string, int> notYetChecked)
    {
        foreach (var file in faults.GroupBy(f => f.File))
        {
            var tree = new Tree(new Markup($"[bold]{Markup.Escape(Answer.Visible(file.Key))}[/]"));
            foreach (var fault in file)
            {
                var node = tree.AddNode(new Markup($"[red]✗[/] {(fault.Line > 0 ? $"line {fault.Line}" : "the file")}{Markup.Escape(Answer.Visible(fault.Rule is null ? "" : $", {fault.Rule}"))}: [bold]{Word(fault.Kind)}[/]"));
                node.AddNode(new Text(Answer.Visible(fault.What)));
                node.AddNode(new Markup($"[grey]{Markup.Escape(Answer.Visible(fault.Next))}[/]"));
            }

            console.Write(tree);
        }

        if (book is null)
        {
            console.WriteLine($"{faults.Count} faults of form; what else may be wrong is seen when the files can be read");
            return;
        }

        console.WriteLine($"{book.Rules.Count} rules on {book.Instruments.Count} instruments, book {book.Digest[..12]}: {(faults.Count == 0 ? "nothing wrong" : $"{faults.Count} faults")}");
        if (notYetChecked.Count > 0)
            console.WriteLine($"{notYetChecked.Values.Sum()} rules rest on sources that nobody has read yet (checked: false): {string.Join(", ", notYetChecked.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => $"{n.Value} in {n.Key}"))}");
    }

    private static string Word(BookFaultKind kind) => kind switch
    {
        BookFaultKind.Unread => "not read",
        BookFaultKind.NeverHolds => "can never hold",
        BookFaultKind.AlwaysHolds => "always holds",
        BookFaultKind.ChangesNothing => "changes nothing",
        BookFaultKind.Contradiction => "contradiction",
        BookFaultKind.Unreachable => "never reached",
        BookFaultKind.TimeHole => "days without a rule",
        BookFaultKind.Unused => "unused",
        BookFaultKind.Missing => "missing",
        BookFaultKind.CalendarEnds => "calendar ends",
        BookFaultKind.NoLetter => "no such letter",
        _ => "too large to decide",
    };
}
