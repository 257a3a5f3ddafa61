using System.Text;

namespace Counterseal.Law;

/// <summary>The matrix as plain text, an outline that fits a terminal and a diff.</summary>
public static class MatrixText
{
    /// <summary>Writes it.</summary>
    public static string Of(Matrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var text = new StringBuilder();
        void Line(int depth, string words) => text.Append(' ', depth * 2).Append(words).Append('\n');
        Line(0, $"rule matrix of {matrix.Day:yyyy-MM-dd}, book {matrix.Book[..12]}");
        Line(0, "");
        Line(0, "what every demand needs, under whatever instrument");
        Needs(matrix.Every, 1, Line);
        Lines("deadlines of every demand", matrix.Deadlines);
        foreach (var sheet in matrix.Sheets)
        {
            Line(0, "");
            Line(0, $"{sheet.Instrument.Id}: {sheet.Instrument.Name} ({sheet.Instrument.Citation})");
            if (sheet.Needs.Count > 0)
            {
                Line(1, "every demand under it");
                Needs(sheet.Needs, 2, Line);
            }
            foreach (var (categories, needs) in Shared(sheet))
            {
                Line(1, $"{Listed(categories.Select(Words<DataCategory>.Of), "and")}, whoever issues");
                Needs(needs, 2, Line);
            }
            foreach (var row in sheet.Rows)
            {
                Line(1, RowWords(row));
                foreach (var (cells, cell) in Alike(row.Cells))
                {
                    var categories = Listed(cells.Select(c => Words<DataCategory>.Of(c.Category)), "and");
                    Line(2, $"{Sign(cell.Outcome)} {categories}: {OutcomeWords(cell)}{(cell.Outcome is MatrixOutcome.No or MatrixOutcome.Gap ? $": {cell.Sentence}" : "")}{(cell.By is { } by ? $" [{Cited(by)}]" : "")}");
                    if (cell.Reason is { } reason) Line(3, $"meant so: {reason}");
                    if (cell.Kept is { } kept) Line(3, $"kept meanwhile [{Cited(kept)}]");
                    foreach (var met in cell.Met) Line(3, $"met [{Cited(met)}]");
                    Needs(cell.Needs, 3, Line);
                }
            }
            Lines("deadlines", sheet.Deadlines);
            Lines("who tells the customer, the first that applies", sheet.Notices);
            Lines("the way, the first that applies; else directly", sheet.Routes);
        }
        return text.ToString();

        void Lines(string title, IReadOnlyList<MatrixLine> lines)
        {
            if (lines.Count == 0) return;
            Line(1, title);
            foreach (var line in lines) Line(2, $"{(line.If is { } when ? $"if {when}: " : "")}{line.Sentence} ({line.Detail}) [{Cited(line.Rule)}]");
        }
    }

    /// <summary>What a sheet says of categories, whoever issues: what is said of several stands once.</summary>
    public static IReadOnlyList<(IReadOnlyList<DataCategory> Categories, IReadOnlyList<MatrixNeed> Needs)> Shared(MatrixSheet sheet)
    {
        ArgumentNullException.ThrowIfNull(sheet);
        return
        [
            .. from need in sheet.ByCategory.SelectMany(c => c.Value).Distinct()
               let categories = sheet.ByCategory.Where(c => c.Value.Contains(need)).Select(c => c.Key).ToList()
               group (need, categories) by string.Join(' ', categories) into of
               select ((IReadOnlyList<DataCategory>)of.First().categories, (IReadOnlyList<MatrixNeed>)[.. of.Select(n => n.need)]),
        ];
    }

    /// <summary>Cells side by side of which the same is said, as one; its sentence names all their categories.</summary>
    public static IReadOnlyList<(IReadOnlyList<MatrixCell> Cells, MatrixCell One)> Alike(IReadOnlyList<MatrixCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        static string Sentence(MatrixCell cell, string categories) => cell.Sentence.Replace($"{Words<DataCategory>.Of(cell.Category)} data", $"{categories} data", StringComparison.Ordinal);
        static string Said(MatrixCell cell) => string.Join('\t', [$"{cell.Outcome} {cell.By?.Id} {cell.Kept?.Id} {cell.Policy} {cell.Reason} {Sentence(cell, "")}", .. cell.Met.Select(m => m.Id), .. cell.Needs.Select(n => n.Rule.Id + n.Words)]);
        var alike = new List<(IReadOnlyList<MatrixCell>, MatrixCell)>();
        for (var i = 0; i < cells.Count;)
        {
            var same = cells.Skip(i).TakeWhile(c => Said(c) == Said(cells[i])).ToList();
            alike.Add((same, cells[i] with { Sentence = Sentence(cells[i], Listed(same.Select(c => Words<DataCategory>.Of(c.Category)), "and")) }));
            i += same.Count;
        }
        return alike;
    }

    /// <summary>Who issues, who validates, and whether it is an emergency.</summary>
    public static string RowWords(MatrixRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var words = $"issued by {Listed(row.Issuing.Select(k => Spaced(Words<AuthorityKind>.Of(k))))}";
        var by = row.Validating.Where(v => v != "none").ToList();
        // The shorter way of saying it.
        var others = Words<AuthorityKind>.All.Where(k => k != Words<AuthorityKind>.Of(AuthorityKind.Unknown)).Except(by).ToList();
        if (row.Validating.Count > 0)
        {
            words += by.Count == 0 ? ", not validated"
                : by.Count == row.Validating.Count ? $", validated by {Listed(by.Select(Spaced))}"
                : by.Count > others.Count ? $", not validated by {Listed(others.Select(Spaced))}"
                : $", not validated or by {Listed(by.Select(Spaced))}";
        }
        return words + row.Emergency switch { true => ", in an emergency", false => ", no emergency", _ => "" };
    }

    /// <summary>What comes of a cell, in a few words.</summary>
    public static string OutcomeWords(MatrixCell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var words = cell.Outcome switch
        {
            MatrixOutcome.HandedOver => "handed over",
            MatrixOutcome.HandedOverOnlyWith => "handed over, only with what is named",
            MatrixOutcome.Kept => "kept, nothing leaves",
            MatrixOutcome.KeptOnlyWith => "kept, only with what is named; nothing leaves",
            MatrixOutcome.No => "no",
            _ => cell.Reason is null ? "gap without a reason" : "gap",
        };
        return cell.Policy ? $"{words} (our published exception, nobody is compelled)" : words;
    }

    /// <summary>✓ yes, ~ only with more, ✗ no, ? nobody says.</summary>
    public static string Sign(MatrixOutcome outcome) => outcome switch
    {
        MatrixOutcome.No => "✗",
        MatrixOutcome.Gap => "?",
        MatrixOutcome.HandedOverOnlyWith or MatrixOutcome.KeptOnlyWith => "~",
        _ => "✓",
    };

    private static void Needs(IReadOnlyList<MatrixNeed> needs, int depth, Action<int, string> line)
    {
        foreach (var need in needs) line(depth, $"{need.Words}; otherwise {need.Otherwise} [{Cited(need.Rule)}]");
        if (needs.Count == 0 && depth == 1) line(depth, "nothing");
    }

    private static string Cited(MatrixRule rule) => $"{rule.Id} · {rule.Citation}{(rule.Checked ? "" : " · source not yet checked")}";

    /// <summary>A kind of authority as people read it: <c>investigating judge</c>.</summary>
    public static string Spaced(string word) => string.Concat(word.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary>Words in a row: <c>a, b or c</c>.</summary>
    public static string Listed(IEnumerable<string> words, string last = "or") => words.ToList() is var list && list.Count > 1 ? $"{string.Join(", ", list[..^1])} {last} {list[^1]}" : string.Concat(list);
}
