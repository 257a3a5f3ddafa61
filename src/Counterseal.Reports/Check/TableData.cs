using System.Globalization;
using System.Text.RegularExpressions;

namespace Counterseal.Reports;

/// <summary>A row as its table's mapping understands it; arrays go with <see cref="TableMap.Columns"/>.</summary>
internal sealed class TableRow
{
    public required int Line { get; init; }

    /// <summary>The cells as written.</summary>
    public required string[] Cells { get; init; }

    /// <summary>Names, in their one form.</summary>
    public required string[] Names { get; init; }

    /// <summary>The counts; <c>null</c> where there is none or it cannot be read.</summary>
    public required CountRange?[] Counts { get; init; }

    /// <summary>The period; <c>null</c> where the table has none or it cannot be read.</summary>
    public TablePeriod? Period { get; init; }

    /// <summary>Whether an earlier row says it already; such a row is in no sum.</summary>
    public bool Repeated { get; set; }
}

/// <summary>A table that was read, and the rules of its cells.</summary>
internal sealed partial class TableData
{
    private const TableSeverity Impossible = TableSeverity.Impossible, Doubtful = TableSeverity.Doubtful, Remark = TableSeverity.Remark;

    /// <summary>Counts beyond this are no counts of demands.</summary>
    public const long Most = 1_000_000_000_000;

    private readonly FindingList findings;

    private TableData(TableMap map, string file, FindingList findings) => (Map, File, this.findings) = (map, file, findings);

    public TableMap Map { get; }

    public string File { get; }

    public List<TableRow> Rows { get; } = [];

    /// <summary>How its lines end.</summary>
    public string LineEnd { get; private set; } = "";

    /// <summary>Why it cannot be checked.</summary>
    public string? Unread { get; private set; }

    /// <summary>The columns that divide the rows: names of countries and kinds; codes where there is no name.</summary>
    public IReadOnlyList<int> Dimensions { get; private set; } = [];

    /// <summary>The column that says which figure a row gives; -1 for none.</summary>
    public int Measure { get; private set; }

    /// <summary>The columns of counts.</summary>
    public IReadOnlyList<int> Figures { get; private set; } = [];

    public int Column(string name) => Map.Columns.Index().FirstOrDefault(c => c.Item.Name == name, (-1, null!)).Index;

    /// <summary>What a row's figure means.</summary>
    public ColumnMeaning Meaning(TableRow row, int column) =>
        Measure >= 0 && Map.Columns[column].Is == ColumnMeaning.Count ? Map.Columns[Measure].Measures.GetValueOrDefault(row.Names[Measure], ColumnMeaning.Count) : Map.Columns[column].Is;

    /// <summary>What a row is about, apart from its period: its names, without the columns left out.</summary>
    public string Key(TableRow row, bool measure = true, int without = -1) =>
        string.Join('\u001f', Dimensions.Where(d => d != without).Select(d => row.Names[d])) + (measure && Measure >= 0 ? "\u001e" + row.Names[Measure] : "");

    /// <summary>What a row is about, in a sentence.</summary>
    public string About(TableRow row) => string.Join(", ", ((string[])[row.Period?.ToString() ?? "", .. Dimensions.Select(d => row.Cells[d].Trim()), Measure >= 0 ? row.Cells[Measure].Trim() : ""]).Where(t => t.Length > 0));

    public void Add(TableSeverity severity, string rule, IEnumerable<TableRow> rows, IEnumerable<int> columns, string found, string expected, string ask) =>
        findings.Add(severity, rule, File, rows.Select(r => r.Line), columns.Select(c => Map.Columns[c].Name), found, expected, ask);

    /// <summary>As <see cref="FindingList.Beyond"/>.</summary>
    public bool Beyond(TableSeverity severity) => findings.Beyond(severity);

    public void Compared() => findings.Comparisons++;

    /// <summary>Reads a table's rows.</summary>
    public static TableData Read(CsvText text, TableMap map, string file, CheckLimits limits, FindingList findings)
    {
        var data = new TableData(map, file, findings) { Unread = text.Unread, LineEnd = text.LineEnd };
        if (text.Unread is null) data.Read(text, limits);
        return data;
    }

    private void Read(CsvText text, CheckLimits limits)
    {
        var header = text.Rows[0].Cells;
        if (header.Length > limits.Columns) { Unread = string.Create(CultureInfo.InvariantCulture, $"The header has more than {limits.Columns} columns."); return; }
        foreach (var twice in header.GroupBy(TableText.Folded, StringComparer.Ordinal).Where(g => g.Count() > 1))
            findings.Add(Doubtful, "header-twice", File, [1], twice, $"The header has {TableText.Quoted(twice.First())} {twice.Count()} times; the first is used.", "Each column has a name of its own.", "Which of these columns is meant?");
        var places = new int[Map.Columns.Count];
        foreach (var (number, column) in Map.Columns.Index())
        {
            var place = Array.IndexOf(header, column.Name);
            if (place < 0)
            {
                place = Array.FindIndex(header, h => TableText.Folded(h) == TableText.Folded(column.Name));
                if (place >= 0)
                    findings.Add(Remark, "header-written", File, [1], [column.Name], $"The header writes {TableText.Quoted(header[place])} for {TableText.Quoted(column.Name)}.", "A column keeps its name.", "Keep the names of columns as they are; programs look them up.");
            }

            if (place < 0) { Unread = $"The header has no column {TableText.Quoted(column.Name)}, which the mapping of {Map.Name} names; mend the mapping or the file."; return; }
            places[number] = place;
        }

        var inOrder = places.Length == header.Length && places.Index().All(p => p.Item == p.Index);
        foreach (var (number, name) in header.Index())
            if (!places.Contains(number) && !Map.Columns.Any(c => TableText.Folded(c.Name) == TableText.Folded(name)))
                findings.Add(Remark, "header-unknown", File, [1], [name], $"The column {TableText.Quoted(name)} is not in the mapping; it was not checked.", "Each column is in the mapping.", "What does this column say?");
        Measure = Map.Columns.Index().FirstOrDefault(c => c.Item.Is == ColumnMeaning.Measure, (-1, null!)).Index;
        var named = Map.Columns.Any(c => c.Is == ColumnMeaning.Country);
        Dimensions = [.. Map.Columns.Index().Where(c => c.Item.IsDimension || (c.Item.Is == ColumnMeaning.Code && !named)).Select(c => c.Index)];
        Figures = [.. Map.Columns.Index().Where(c => c.Item.IsCount).Select(c => c.Index)];
        foreach (var (number, row) in text.Rows.Index().Skip(1))
        {
            Compared();
            if (row.Cells.Length != header.Length)
            {
                var last = number == text.Rows.Count - 1 && row.Cells.Length < header.Length;
                findings.Add(Doubtful, last ? "row-cut-off" : "row-columns", File, [row.Line], [], string.Create(CultureInfo.InvariantCulture, $"The row has {(row.Cells.Length > limits.Columns ? "more than " : "")}{Math.Min(row.Cells.Length, limits.Columns)} cells{(last ? ", and the file ends with it" : "")}; it is in no further check."), string.Create(CultureInfo.InvariantCulture, $"Each row has {header.Length} cells, like the header."), last ? "What does the rest of the file say?" : "What does this row say?");
                continue;
            }

            var cells = inOrder ? row.Cells : Array.ConvertAll(places, p => row.Cells[p]);
            var counts = new CountRange?[cells.Length];
            var names = new string[cells.Length];
            foreach (var (c, column) in Map.Columns.Index())
            {
                names[c] = column.IsDimension || column.Is is ColumnMeaning.Code or ColumnMeaning.Measure ? TableText.Folded(cells[c]) : "";
                if (column.IsCount) counts[c] = Count(row.Line, column, cells[c]);
                if ((column.IsDimension || column.Is == ColumnMeaning.Measure) && names[c].Length == 0)
                    findings.Add(Doubtful, "name-missing", File, [row.Line], [column.Name], "The cell is empty.", "Each row says what it is about.", "What is this row about?");
            }

            Rows.Add(new TableRow { Line = row.Line, Cells = cells, Names = names, Counts = counts, Period = PeriodOf(row.Line, cells) });
        }
    }

    private TablePeriod? PeriodOf(int line, string[] cells)
    {
        int? year = null;
        TablePeriod? whole = null;
        var parts = new List<(int Column, TablePeriod Period)>();
        foreach (var (c, column) in Map.Columns.Index())
        {
            var cell = cells[c].Trim();
            if (column.Is == ColumnMeaning.Year) year = TablePeriod.Year(cell, out var y) ? y : Bad(c, "a year, as 2024");
            else if (column.Is == ColumnMeaning.Period)
            {
                if (TablePeriod.TryRead(cell, column.Months, out var period)) whole = period;
                else Bad(c, "a period, as 2024, 2024-H1, 2024-Q3, 2024-07 or Jul-Dec 2024");
                year ??= whole is { } w ? w.Start / 12 : null;
            }
        }

        if (year is not { } at) return null;
        whole ??= TablePeriod.OfYear(at);
        foreach (var (c, column) in Map.Columns.Index())
        {
            var cell = cells[c].Trim();
            switch (column.Is)
            {
                case ColumnMeaning.Half when Part(cell, 'H', 2) is { } half: whole = new TablePeriod((at * 12) + (6 * (half - 1)), 6); break;
                case ColumnMeaning.Half: Bad(c, "1 or 2"); return null;
                case ColumnMeaning.Quarter when Part(cell, 'Q', 4) is { } quarter: whole = new TablePeriod((at * 12) + (3 * (quarter - 1)), 3); break;
                case ColumnMeaning.Quarter: Bad(c, "1 to 4"); return null;
                case ColumnMeaning.Month when TablePeriod.TryMonth(cell, out var month): whole = new TablePeriod((at * 12) + month - 1, 1); break;
                case ColumnMeaning.Month: Bad(c, "a month, as 7 or July"); return null;
                case ColumnMeaning.Range when TablePeriod.TryRange(at, cell, out var range): whole = range; break;
                case ColumnMeaning.Range: Bad(c, "months of one year, as Jul-Dec"); return null;
            }
        }

        return whole;

        int? Bad(int c, string what)
        {
            findings.Add(Impossible, "period-unreadable", File, [line], [Map.Columns[c].Name], $"{TableText.Quoted(cells[c])} is no {Map.Columns[c].Is.ToString().ToLowerInvariant()}; the row is in no check over periods.", $"The cell says {what}.", "Which period is this row about?");
            return null;
        }

        static int? Part(string cell, char letter, int most)
        {
            if (cell.Length == 2 && char.ToUpperInvariant(cell[0]) == letter) cell = cell[1..];
            return cell.Length == 1 && cell[0] >= '1' && cell[0] <= '0' + most ? cell[0] - '0' : null;
        }
    }

    private CountRange? Count(int line, ColumnMap column, string written)
    {
        Compared();
        var cell = written.Trim();
        void Say(TableSeverity severity, string rule, string found, string expected, string ask) => findings.Add(severity, rule, File, [line], [column.Name], found, expected, ask);
        if (column.Hidden.TryGetValue(cell, out var hidden)) return hidden;
        if (cell.Length == 0 || cell is "-" or "–" or "—" or "n/a" or "N/A" or "na" or "NA")
        {
            Say(Doubtful, "count-missing", cell.Length == 0 ? "The cell is empty." : $"{TableText.Quoted(written)} stands for the count.", "Each cell of the column holds a count; nothing received is 0.", "What is the count, and if it is not given, why?");
            return null;
        }

        var m = Written().Match(cell);
        if (!m.Success)
        {
            Say(Impossible, "count-unreadable", $"{TableText.Quoted(written)} is no count.", "The cell holds a whole number from 0 up.", "What is the count?");
            return null;
        }

        if (m.Groups["low"] is { Success: true } low)
        {
            if (!Number(low.Value, out var from) || !Number(m.Groups["high"].Value, out var to)) return Huge();
            if (to < from)
            {
                Say(Impossible, "band-reversed", $"The band {cell} ends below its beginning.", "A band goes from its lower to its upper edge.", "Which band is meant?");
                return null;
            }

            if (column.Bands is null)
                Say(Doubtful, "count-band", $"The band {cell} stands in a column of plain counts.", "A column holds counts or bands.", "Why is this count not given, and its neighbours are?");
            else Band(from, to);
            return new CountRange(from, to);
        }

        if (m.Groups["under"] is { Success: true } under)
            return !Number(under.Value, out var least) ? Huge() : least == 0 && cell[0] == '<' ? Unreadable() : new CountRange(0, cell[0] == '<' ? least - 1 : least);
        if (m.Groups["over"] is { Success: true } over) return Number(over.Value, out var open) ? new CountRange(open, Most) : Huge();
        var whole = m.Groups["whole"].Value;
        if (m.Groups["fraction"] is { Success: true } fraction)
        {
            Say(Impossible, "count-fraction", $"{TableText.Quoted(written)} is no whole number.", "Demands and accounts are counted in whole numbers.", "What is the count? Is the cell an average, or a number in thousands?");
            return Number(whole, out var floor) && m.Groups["sign"].Value is "" or "+" && fraction.Value.All(d => d == '0') ? new CountRange(floor, floor) : null;
        }

        var plain = whole.All(char.IsAsciiDigit) ? whole : string.Concat(whole.Where(char.IsAsciiDigit));
        if (!Number(plain, out var count)) return Huge();
        if (m.Groups["sign"].Value is "-" or "−" && count > 0)
        {
            Say(Impossible, "count-negative", $"The count is {cell}.", "A count is 0 or more.", "What is the count? Is this a correction of another period?");
            return null;
        }

        if (plain.Length != cell.Length || (plain.Length > 1 && plain[0] == '0'))
            Say(Remark, "count-written", $"{TableText.Quoted(written)} is written with signs, separators or leading zeros; it was read as {count.ToString(CultureInfo.InvariantCulture)}.", "Counts are written in plain digits.", "Publish counts in plain digits.");
        if (column.Bands is not null)
            Say(Doubtful, "band-plain", $"The plain number {count.ToString(CultureInfo.InvariantCulture)} stands in a column of bands.", "A column holds counts or bands.", "Is this count exact, and may it be published?");
        return new CountRange(count, count);

        CountRange? Huge()
        {
            Say(Impossible, "count-huge", $"{TableText.Quoted(written)} is more than there can be.", string.Create(CultureInfo.InvariantCulture, $"Counts stay below {Most}."), "What is the count?");
            return null;
        }

        CountRange? Unreadable()
        {
            Say(Impossible, "count-unreadable", $"{TableText.Quoted(written)} is no count.", "A count is 0 or more.", "What is the count?");
            return null;
        }

        void Band(long from, long to)
        {
            var width = to - from + 1;
            var widths = string.Join(", ", column.Bands!);
            if (from % width == 0 && column.Bands!.Contains((int)Math.Min(width, int.MaxValue))) return;
            // A band of an allowed width at another place, or of which an edge is off by a little, cannot come from the scheme; a scheme of another width may be a different one.
            var fits = column.Bands!.FirstOrDefault(w => from % w == 0 && (to + 1) % w == 0);
            if (fits > 0 && from % width == 0)
                Say(Doubtful, "band-width", $"The band {cell} is {width} wide.", $"Bands are {widths} wide.", "Which bands are used, and why another width here?");
            else
                Say(Impossible, "band-edge", $"The band {cell} is not on an edge: {from} is no multiple of {(column.Bands!.Contains((int)Math.Min(width, int.MaxValue)) ? width : column.Bands![0])}, or it does not end just below the next one.", $"With bands of {widths} the band around {from} is {string.Join(" or ", column.Bands!.Select(w => string.Create(CultureInfo.InvariantCulture, $"{from / w * w}-{(from / w * w) + w - 1}")))}.", "Which band is meant?");
        }
    }

    private static bool Number(string digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= Most;

    [GeneratedRegex("^(?:(?<low>[0-9]{1,30}) ?(?:-|–|—| to ) ?(?<high>[0-9]{1,30})|[<≤] ?(?<under>[0-9]{1,30})|(?<over>[0-9]{1,30})\\+|(?<sign>[-+−]?)(?<whole>[0-9]{1,3}(?:[, \u00a0\u202f'][0-9]{3}){1,10}|[0-9]{1,40})(?:[.,](?<fraction>[0-9]{1,40}))?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
