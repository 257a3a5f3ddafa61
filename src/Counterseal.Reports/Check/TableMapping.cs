using System.Globalization;
using System.Text.RegularExpressions;
using Counterseal.Law;

namespace Counterseal.Reports;

/// <summary>What a column says.</summary>
public enum ColumnMeaning
{
    /// <summary>The year of the row's period.</summary>
    Year,

    /// <summary>The half: 1, 2, H1, H2.</summary>
    Half,

    /// <summary>The quarter: 1 to 4, Q1 to Q4.</summary>
    Quarter,

    /// <summary>The month, as number or English name.</summary>
    Month,

    /// <summary>Months of the year: <c>Jul-Dec</c>.</summary>
    Range,

    /// <summary>The whole period as one text.</summary>
    Period,

    /// <summary>A country's name.</summary>
    Country,

    /// <summary>A country's code, ISO 3166-1 alpha-2.</summary>
    Code,

    /// <summary>The kind of demand, or any other name that divides the rows.</summary>
    Kind,

    /// <summary>Which figure the row gives (tables that have one figure a row).</summary>
    Measure,

    /// <summary>Demands received.</summary>
    Received,

    /// <summary>Demands upon which something was disclosed.</summary>
    Disclosed,

    /// <summary>Of those: all that was asked.</summary>
    DisclosedInFull,

    /// <summary>Of those: a part.</summary>
    DisclosedInPart,

    /// <summary>Demands that were rejected.</summary>
    Rejected,

    /// <summary>Demands to which nothing was found.</summary>
    NoData,

    /// <summary>Demands that were withdrawn.</summary>
    Withdrawn,

    /// <summary>Accounts affected.</summary>
    Accounts,

    /// <summary>Demands of which the customer was told.</summary>
    Notified,

    /// <summary>Demands under a secrecy order.</summary>
    Gag,

    /// <summary>Emergency demands.</summary>
    Emergency,

    /// <summary>Another count.</summary>
    Count,

    /// <summary>A percentage.</summary>
    Percent,

    /// <summary>Text that is not looked into.</summary>
    Text,
}

/// <summary>A range of whole numbers: an exact count, a band, or what may stand behind a hidden count.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The most.</param>
public readonly record struct CountRange(long Low, long High)
{
    /// <summary>Whether it is one number.</summary>
    public bool Exact => Low == High;

    /// <summary>Adds.</summary>
    public static CountRange operator +(CountRange left, CountRange right) => new(left.Low + right.Low, left.High + right.High);

    /// <summary>As in tables: <c>12</c>, <c>250-499</c>.</summary>
    public override string ToString() => Exact ? Low.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Low}-{High}");
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name in the header.</param>
/// <param name="Is">What it says.</param>
public sealed record ColumnMap(string Name, ColumnMeaning Is)
{
    /// <summary>The values that it may hold; <c>null</c> for any.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether each period should have each of its values.</summary>
    public bool EveryPeriod { get; init; }

    /// <summary>The value of rows that hold the sum of the others.</summary>
    public string? Total { get; init; }

    /// <summary>Values that are a part of another value, and not of the total: part → whole.</summary>
    public IReadOnlyDictionary<string, string> Within { get; init; } = new Dictionary<string, string>();

    /// <summary>For a <see cref="ColumnMeaning.Measure"/>: what its values mean.</summary>
    public IReadOnlyDictionary<string, ColumnMeaning> Measures { get; init; } = new Dictionary<string, ColumnMeaning>();

    /// <summary>The widths that bands may have; <c>null</c> when the column holds plain counts.</summary>
    public IReadOnlyList<int>? Bands { get; init; }

    /// <summary>Texts that stand for a count that is not given, and between what it lies.</summary>
    public IReadOnlyDictionary<string, CountRange> Hidden { get; init; } = new Dictionary<string, CountRange>();

    /// <summary>For a percentage: the column that is the part; <c>null</c> when not known.</summary>
    public string? Part { get; init; }

    /// <summary>For a percentage: the column that is the whole.</summary>
    public string? Of { get; init; }

    /// <summary>For a period that is named by a day: how many months it has.</summary>
    public int Months { get; init; }

    /// <summary>Whether it holds a count.</summary>
    public bool IsCount => Is is >= ColumnMeaning.Received and <= ColumnMeaning.Count;

    /// <summary>Whether it divides the rows.</summary>
    public bool IsDimension => Is is ColumnMeaning.Country or ColumnMeaning.Kind;

    /// <summary>Whether it says when.</summary>
    public bool IsPeriod => Is <= ColumnMeaning.Period;
}

/// <summary>Columns of one row that add up to another one.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="Whole">The whole.</param>
public sealed record RowSum(IReadOnlyList<string> Parts, string Whole);

/// <summary>A table.</summary>
/// <param name="Name">Its name within the mapping.</param>
/// <param name="File">The file, relative to the folder of the tables, with <c>/</c>.</param>
/// <param name="Columns">Its columns.</param>
public sealed record TableMap(string Name, string File, IReadOnlyList<ColumnMap> Columns)
{
    /// <summary>What stands between two cells.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>The periods from the first to the last that it should have, in units of the first; <c>null</c>: those between the first and the last that it has.</summary>
    public (TablePeriod First, TablePeriod Last)? Expect { get; init; }

    /// <summary>Whether the publisher says that its numbers are exact.</summary>
    public bool Exact { get; init; }

    /// <summary>Columns that add up to another.</summary>
    public IReadOnlyList<RowSum> Rows { get; init; } = [];

    /// <summary>What was guessed of it; empty when a mapping says it.</summary>
    public IReadOnlyList<string> Guesses { get; init; } = [];
}

/// <summary>A table, or some rows of it, that should be the sum of another's rows.</summary>
/// <param name="Name">What is meant, in a few words.</param>
/// <param name="Whole">The table with the sums.</param>
/// <param name="Parts">The table with what is summed; the periods of its rows lie within those of the sums or are the same.</param>
public sealed record TableSum(string Name, string Whole, string Parts)
{
    /// <summary>The columns by which rows are held together, named in both.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>Which figures: column of the sums, column of the parts.</summary>
    public IReadOnlyList<(string Whole, string Part)> Columns { get; init; } = [];

    /// <summary>Only rows of the sums in which a column has a value.</summary>
    public IReadOnlyDictionary<string, string> Where { get; init; } = new Dictionary<string, string>();

    /// <summary>Only rows of the parts in which a column has a value.</summary>
    public IReadOnlyDictionary<string, string> PartsWhere { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the parts may come to less than the sum.</summary>
    public bool AtMost { get; init; }

    /// <summary>Whether nothing is summed: the two count different things, and only one cannot be 0 without the other (accounts, and what was disclosed of them).</summary>
    public bool Together { get; init; }

    /// <summary>How bad it is when they do not add up.</summary>
    public TableSeverity Severity { get; init; } = TableSeverity.Impossible;
}

/// <summary>What a provider's tables mean: a YAML file, whose form is in <c>docs/report-check.md</c>.</summary>
/// <param name="Provider">Whose tables.</param>
/// <param name="Tables">The tables.</param>
/// <param name="Sums">Which of them add up to which.</param>
public sealed partial record TableMapping(string Provider, IReadOnlyList<TableMap> Tables, IReadOnlyList<TableSum> Sums)
{
    /// <summary>The widths of the bands of 50 USC 1874(a), which a column of bands may have when it says no others.</summary>
    public static IReadOnlyList<int> StatutoryBands { get; } = [100, 250, 500, 1000];

    /// <summary>Reads a mapping.</summary>
    /// <param name="file">Its name, for refusals.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="FormatException">It cannot be used; names file, line and what to do.</exception>
    public static TableMapping Read(string file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Of(YamlTree.Read(file, bytes));
        }
        catch (RuleBookException fault)
        {
            throw new FormatException(fault.Message, fault);
        }
    }

    private static TableMapping Of(YamlTree.Map root)
    {
        Only(root, "provider", "tables", "sums");
        var tables = Entries(Need(root, "tables")).Select(e => Table(e.Key.Value, Mapping(e.Value))).ToList();
        if (tables.Count == 0) throw Fault(root, "names no table");
        foreach (var twice in tables.GroupBy(t => t.File, StringComparer.Ordinal).Where(g => g.Count() > 1))
            throw Fault(root, $"has two tables in the file {twice.Key}");
        var sums = new List<TableSum>();
        if (root["sums"] is { } list)
            foreach (var item in Items(list)) sums.Add(Sum(Mapping(item), tables));
        return new TableMapping(root["provider"] is { } provider ? Text(provider) : "", tables, sums);
    }

    private static TableMap Table(string name, YamlTree.Map map)
    {
        Only(map, "file", "delimiter", "columns", "expect", "exact", "rows");
        var file = Text(Need(map, "file"));
        if (file.Length == 0 || file.StartsWith('/') || file.Contains('\\', StringComparison.Ordinal) || file.Split('/').Any(p => p is ".." or "." or ""))
            throw Fault(Need(map, "file"), $"has the file '{file}'; write its path below the folder of the tables, with /");
        var columns = Entries(Need(map, "columns")).Select(e => Column(e.Key.Value, e.Value)).ToList();
        string Known(YamlTree at) => columns.Exists(c => c.Name == Text(at) && c.IsCount) ? Text(at) : throw Fault(at, $"names the column '{Text(at)}', which is no count of this table");
        foreach (var (key, value) in Entries(Need(map, "columns")))
            if (value is YamlTree.Map column)
                foreach (var part in new[] { column["part"], column["of"] })
                    if (part is not null) Known(part);
        if (columns.Count(c => c.Is == ColumnMeaning.Measure) > 1) throw Fault(map, "has two columns that are a measure; one says which figure the row gives");
        if (!columns.Exists(c => c.Is is ColumnMeaning.Year or ColumnMeaning.Period) && columns.Exists(c => c.IsPeriod)) throw Fault(map, "has a half, quarter, month or range and no year");
        var delimiter = map["delimiter"] is { } d ? Text(d) is "tab" ? "\t" : Text(d) : ",";
        if (delimiter.Length != 1 || delimiter[0] is '"' or '\n' or '\r' or > '~') throw Fault(map["delimiter"]!, "has a delimiter that is not one character, or the word tab");
        (TablePeriod, TablePeriod)? expect = null;
        if (map["expect"] is { } expected)
        {
            var span = Mapping(expected);
            Only(span, "from", "to");
            var (from, to) = (Time(Need(span, "from")), Time(Need(span, "to")));
            if (from.Months != to.Months || to < from) throw Fault(expected, "needs from and to of one length, in their order, as 2023-H1 and 2025-H2");
            if ((to.Start - from.Start) / from.Months > 1200) throw Fault(expected, "expects more than 1200 periods");
            expect = (from, to);
        }

        var rows = new List<RowSum>();
        if (map["rows"] is { } sums)
        {
            foreach (var item in Items(sums))
            {
                var sum = Mapping(item);
                Only(sum, "sum", "is");
                rows.Add(new RowSum([.. Items(Need(sum, "sum")).Select(Known)], Known(Need(sum, "is"))));
            }
        }

        return new TableMap(name, file, columns) { Delimiter = delimiter[0], Expect = expect, Exact = map["exact"] is { } exact && Bool(exact), Rows = rows };
    }

    private static ColumnMap Column(string name, YamlTree tree)
    {
        if (tree is YamlTree.Text word)
            return word.Value == "band" ? new ColumnMap(name, ColumnMeaning.Count) { Bands = StatutoryBands } : new ColumnMap(name, Meaning(word)) { EveryPeriod = word.Value == "kind" };
        var map = Mapping(tree);
        Only(map, "is", "values", "everyPeriod", "total", "within", "measures", "bands", "hidden", "part", "of", "months");
        var band = Text(Need(map, "is")) == "band";
        var meaning = band ? ColumnMeaning.Count : Meaning(Need(map, "is"));
        var column = new ColumnMap(name, meaning)
        {
            Values = map["values"] is { } values ? [.. Items(values).Select(Text)] : null,
            EveryPeriod = map["everyPeriod"] is { } every ? Bool(every) : meaning == ColumnMeaning.Kind,
            Total = map["total"] is { } total ? Text(total) : null,
            Within = map["within"] is { } within ? Entries(within).ToDictionary(e => TableText.Folded(e.Key.Value), e => TableText.Folded(Text(e.Value)), StringComparer.Ordinal) : new Dictionary<string, string>(),
            Measures = map["measures"] is { } measures ? Entries(measures).ToDictionary(e => TableText.Folded(e.Key.Value), e => Meaning(e.Value), StringComparer.Ordinal) : new Dictionary<string, ColumnMeaning>(),
            Bands = map["bands"] is { } bands ? [.. Items(bands).Select(Width)] : band ? StatutoryBands : null,
            Hidden = map["hidden"] is { } hidden ? Entries(hidden).ToDictionary(e => e.Key.Value, e => Between(e.Value), StringComparer.Ordinal) : new Dictionary<string, CountRange>(),
            Part = map["part"] is { } part ? Text(part) : null,
            Of = map["of"] is { } of ? Text(of) : null,
            Months = map["months"] is { } months ? Text(months) is "1" or "3" or "6" or "12" ? int.Parse(Text(months), CultureInfo.InvariantCulture) : throw Fault(months, "has a period of other than 1, 3, 6 or 12 months") : 0,
        };
        void Fits(string key, bool fits)
        {
            if (map[key] is { } there && !fits) throw Fault(there, $"has '{key}' on a column that is '{Text(Need(map, "is"))}'");
        }

        Fits("everyPeriod", column.IsDimension);
        Fits("total", column.IsDimension);
        Fits("within", column.IsDimension);
        Fits("measures", meaning == ColumnMeaning.Measure);
        Fits("bands", column.IsCount);
        Fits("hidden", column.IsCount);
        Fits("part", meaning == ColumnMeaning.Percent);
        Fits("of", meaning == ColumnMeaning.Percent);
        Fits("months", meaning == ColumnMeaning.Period);
        if (column.Part is null != column.Of is null) throw Fault(map, "has one of part and of; a percentage needs both, or neither");
        return column;
    }

    private static TableSum Sum(YamlTree.Map map, List<TableMap> tables)
    {
        Only(map, "name", "whole", "parts", "by", "columns", "where", "partsWhere", "atMost", "together", "severity");
        TableMap Find(string key) => tables.Find(t => t.Name == Text(Need(map, key))) ?? throw Fault(Need(map, key), $"names the table '{Text(Need(map, key))}', which the mapping does not have");
        var (whole, parts) = (Find("whole"), Find("parts"));
        ColumnMap Known(TableMap table, YamlTree at, string name) => table.Columns.FirstOrDefault(c => c.Name == name) ?? throw Fault(at, $"names the column '{name}', which the table '{table.Name}' does not have");
        var by = new List<string>();
        if (map["by"] is { } names)
        {
            foreach (var name in Items(names))
            {
                Known(whole, name, Text(name));
                Known(parts, name, Text(name));
                by.Add(Text(name));
            }
        }

        var columns = new List<(string, string)>();
        foreach (var (key, value) in Entries(Need(map, "columns")))
        {
            var (sum, part) = (Known(whole, key, key.Value), Known(parts, value, Text(value)));
            if (!sum.IsCount || !part.IsCount) throw Fault(key, "adds up a column that is no count");
            columns.Add((sum.Name, part.Name));
        }

        Dictionary<string, string> Where(string key, TableMap table)
        {
            var found = new Dictionary<string, string>(StringComparer.Ordinal);
            if (map[key] is { } where)
                foreach (var (column, value) in Entries(where)) found[Known(table, column, column.Value).Name] = TableText.Folded(Text(value));
            return found;
        }

        return new TableSum(Text(Need(map, "name")), whole.Name, parts.Name)
        {
            By = by,
            Columns = columns,
            Where = Where("where", whole),
            PartsWhere = Where("partsWhere", parts),
            AtMost = map["atMost"] is { } most && Bool(most),
            Together = map["together"] is { } together && Bool(together),
            Severity = map["severity"] is { } severity
                ? Text(severity) switch { "impossible" => TableSeverity.Impossible, "doubtful" => TableSeverity.Doubtful, "remark" => TableSeverity.Remark, _ => throw Fault(severity, "has a severity that is none of impossible, doubtful, remark") }
                : TableSeverity.Impossible,
        };
    }

    private static ColumnMeaning Meaning(YamlTree tree)
    {
        foreach (var meaning in Enum.GetValues<ColumnMeaning>())
            if (Spelled(meaning) == Text(tree)) return meaning;
        throw Fault(tree, $"has a column that is '{Text(tree)}'; it may be {string.Join(", ", Enum.GetValues<ColumnMeaning>().Select(Spelled))} or band");
    }

    /// <summary>A meaning as mappings write it.</summary>
    internal static string Spelled(ColumnMeaning meaning) => meaning.ToString() is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";

    private static TablePeriod Time(YamlTree tree) => TablePeriod.TryRead(Text(tree), 0, out var period) ? period : throw Fault(tree, $"has '{Text(tree)}', which is no period; write 2024, 2024-H1, 2024-Q3 or 2024-07");

    private static bool Bool(YamlTree tree) => Text(tree) switch { "true" => true, "false" => false, _ => throw Fault(tree, $"has '{Text(tree)}' where true or false is read") };

    private static int Width(YamlTree tree) => int.TryParse(Text(tree), NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is > 1 and <= 1_000_000 ? width : throw Fault(tree, "has a band's width that is no number from 2 to 1000000");

    private static CountRange Between(YamlTree tree) =>
        Hidden().Match(Text(tree)) is { Success: true } m && long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) is var low && long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture) is var high && low <= high
            ? new CountRange(low, high) : throw Fault(tree, "says of a hidden count something other than LEAST-MOST, as 1-4");

    [GeneratedRegex("^([0-9]{1,9})-([0-9]{1,9})$", RegexOptions.CultureInvariant)]
    private static partial Regex Hidden();

    private static YamlTree Need(YamlTree.Map map, string key) => map[key] ?? throw Fault(map, $"lacks '{key}'");

    private static string Text(YamlTree tree) => tree is YamlTree.Text text ? text.Value : throw Fault(tree, "has a list or keys where a text is read");

    private static YamlTree.Map Mapping(YamlTree tree) => tree as YamlTree.Map ?? throw Fault(tree, "has something else where keys are read");

    private static IReadOnlyList<(YamlTree.Text Key, YamlTree Value)> Entries(YamlTree tree) => Mapping(tree).Entries;

    private static IReadOnlyList<YamlTree> Items(YamlTree tree) => tree switch { YamlTree.List list => list.Items, YamlTree.Text => [tree], _ => throw Fault(tree, "has keys where a list is read") };

    private static void Only(YamlTree.Map map, params ReadOnlySpan<string> keys)
    {
        foreach (var (key, _) in map.Entries)
            if (!keys.Contains(key.Value)) throw Fault(key, $"has '{key.Value}', which is not known there; known are {string.Join(", ", keys.ToArray())}");
    }

    private static FormatException Fault(YamlTree at, string what) => new($"{at.File}, line {at.Line}: the mapping {what}");
}
