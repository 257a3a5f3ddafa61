namespace Counterseal.Reports;

/// <summary>How bad a finding is.</summary>
public enum TableSeverity
{
    /// <summary>What the table says cannot be true.</summary>
    Impossible,

    /// <summary>It may be true, but needs an explanation.</summary>
    Doubtful,

    /// <summary>Worth a look; nothing is wrong by itself.</summary>
    Remark,
}

/// <summary>One thing that does not hold in a published table.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Rule">The rule's id, as in <c>docs/report-check.md</c>.</param>
/// <param name="File">The table's file, relative to what was checked.</param>
/// <param name="Lines">The rows, as lines of the file from 1 (a quoted cell may span lines: the first counts); empty when the whole file is meant.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Found">What stands there, with its figures.</param>
/// <param name="Expected">What would be true.</param>
/// <param name="Ask">What to ask the publisher.</param>
public sealed record TableFinding(TableSeverity Severity, string Rule, string File, IReadOnlyList<int> Lines, IReadOnlyList<string> Columns, string Found, string Expected, string Ask)
{
    /// <summary>Rows of another file that it was held against.</summary>
    public TablePlace? Against { get; init; }
}

/// <summary>Rows of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Columns">The columns.</param>
public sealed record TablePlace(string File, IReadOnlyList<int> Lines, IReadOnlyList<string> Columns);

/// <summary>A table that was read.</summary>
/// <param name="File">Its file.</param>
/// <param name="Table">Its name in the mapping; the file's name when its header was guessed.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Guesses">What was guessed of its columns; empty when a mapping said it.</param>
public sealed record CheckedTable(string File, string Table, int Rows, IReadOnlyList<string> Guesses);

/// <summary>A file that could not be checked.</summary>
/// <param name="File">The file.</param>
/// <param name="Why">Why, and what to do, in one sentence.</param>
public sealed record UnreadTable(string File, string Why);

/// <summary>What a check came to.</summary>
/// <param name="Provider">Whose tables, as the mapping says; empty without one.</param>
/// <param name="Tables">What was read.</param>
/// <param name="Findings">What was found, the worst first, then by file and line; at most <see cref="CheckLimits.Findings"/> of each severity.</param>
/// <param name="Further">How many more were found than are listed.</param>
/// <param name="Unread">What could not be checked.</param>
/// <param name="Comparisons">How many figures were held against another figure or a rule: nothing found in nothing compared says nothing.</param>
public sealed record CheckOutcome(string Provider, IReadOnlyList<CheckedTable> Tables, IReadOnlyList<TableFinding> Findings, int Further, IReadOnlyList<UnreadTable> Unread, long Comparisons)
{
    /// <summary>0: nothing impossible; 1: something is; 2: something could not be read.</summary>
    public int ExitCode => Unread.Count > 0 ? 2 : Findings.Any(f => f.Severity == TableSeverity.Impossible) ? 1 : 0;
}

/// <summary>Limits on what a stranger's files may cost.</summary>
public sealed record CheckLimits
{
    /// <summary>Bytes of one file.</summary>
    public int FileBytes { get; init; } = 8 << 20;

    /// <summary>Bytes of all files.</summary>
    public long AllBytes { get; init; } = 16 << 20;

    /// <summary>Number of files.</summary>
    public int Files { get; init; } = 200;

    /// <summary>Rows of one file.</summary>
    public int Rows { get; init; } = 200_000;

    /// <summary>Cells of one row.</summary>
    public int Columns { get; init; } = 200;

    /// <summary>Bytes of one cell.</summary>
    public int CellBytes { get; init; } = 4096;

    /// <summary>Findings of each severity that are listed; all are counted.</summary>
    public int Findings { get; init; } = 10_000;

    /// <summary>The usual ones.</summary>
    public static CheckLimits Usual { get; } = new();
}

/// <summary>Takes findings, in bounded memory.</summary>
internal sealed class FindingList(CheckLimits limits)
{
    private readonly List<TableFinding> kept = [];
    private readonly int[] found = new int[Enum.GetValues<TableSeverity>().Length];

    /// <summary>How many were found beyond what is kept.</summary>
    public int Further { get; private set; }

    /// <summary>How many figures were held against something.</summary>
    public long Comparisons { get; set; }

    /// <summary>Counts a finding for which there is no room, so that its sentences need not be made.</summary>
    public bool Beyond(TableSeverity severity)
    {
        if (found[(int)severity] < limits.Findings)
            return false;
        found[(int)severity]++;
        Further++;
        return true;
    }

    public void Add(TableSeverity severity, string rule, string file, IEnumerable<int> lines, IEnumerable<string> columns, string what, string expected, string ask, TablePlace? against = null)
    {
        // Each severity has room of its own: no number of remarks pushes out what is impossible.
        if (Beyond(severity))
            return;
        found[(int)severity]++;
        // A finding over a whole column need not name each of its rows.
        kept.Add(new TableFinding(severity, rule, file, [.. lines.Distinct().Order().Take(50)], [.. columns.Distinct(StringComparer.Ordinal)], what, expected, ask) { Against = against });
    }

    public IReadOnlyList<TableFinding> Sorted() =>
        [.. kept.OrderBy(f => f.Severity).ThenBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Lines is [var first, ..] ? first : 0).ThenBy(f => f.Rule, StringComparer.Ordinal)];
}
