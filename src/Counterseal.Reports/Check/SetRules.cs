using System.Globalization;
using Counterseal.Watch;

namespace Counterseal.Reports;

/// <summary>What must hold across tables: names, codes, and tables that add up to others.</summary>
internal static class SetRules
{
    private const TableSeverity Impossible = TableSeverity.Impossible, Doubtful = TableSeverity.Doubtful, Remark = TableSeverity.Remark;
    private const int MostNames = 400;

    // In use beside ISO 3166-1: Kosovo, the Union, and the United Nations.
    private static readonly string[] OtherCodes = ["XK", "EU", "UN"];

    private sealed class Writing
    {
        public required string Text { get; init; }

        /// <summary>How many rows write it so.</summary>
        public int Count { get; set; }

        /// <summary>The first of those rows, in each table.</summary>
        public Dictionary<TableData, List<TableRow>> Places { get; } = [];

        public int Column { get; init; }
    }

    public static void Check(IReadOnlyList<TableData> tables, FindingList findings)
    {
        foreach (var columns in tables.SelectMany(t => t.Map.Columns.Index().Where(c => c.Item.IsDimension || c.Item.Is == ColumnMeaning.Measure).Select(c => (Table: t, c.Index, c.Item)))
                     .GroupBy(c => c.Item.Is == ColumnMeaning.Country ? "\u0001" : TableText.Folded(c.Item.Name), StringComparer.Ordinal))
            Names([.. columns.Select(c => (c.Table, c.Index))], findings);
        Codes(tables, findings);
        LineEnds(tables, findings);
    }

    private static void Names(List<(TableData Table, int Column)> columns, FindingList findings)
    {
        var names = new Dictionary<string, Dictionary<string, Writing>>(StringComparer.Ordinal);
        foreach (var (table, c) in columns)
        {
            var listed = table.Map.Columns[c].Values ?? [];
            foreach (var value in (string[])[.. listed, .. table.Map.Columns[c].Total is { } total ? [total] : Array.Empty<string>()])
                Of(value, c).Count += 1_000_000;
            foreach (var row in table.Rows)
            {
                var writing = Of(row.Cells[c], c);
                writing.Count++;
                if (!writing.Places.TryGetValue(table, out var rows)) writing.Places[table] = rows = [];
                if (rows.Count < 50) rows.Add(row);
            }
        }

        Writing Of(string text, int column)
        {
            var folded = TableText.Folded(text);
            if (!names.TryGetValue(folded, out var writings)) names[folded] = writings = new(StringComparer.Ordinal);
            if (!writings.TryGetValue(text, out var writing)) writings[text] = writing = new Writing { Text = text, Column = column };
            return writing;
        }

        foreach (var (_, writings) in names)
        {
            findings.Comparisons++;
            var usual = writings.Values.MaxBy(w => (w.Count, w.Text == w.Text.Trim()))!;
            foreach (var other in writings.Values.Where(w => w != usual))
                foreach (var (table, rows) in other.Places)
                    table.Add(Doubtful, "name-two-ways", rows, [other.Column], $"{TableText.Quoted(other.Text)} and {TableText.Quoted(usual.Text)} are one name, written in two ways{(other.Text.Trim() == usual.Text.Trim() ? " (a blank too many)" : "")}.", $"{TableText.Quoted(usual.Text.Trim())} everywhere; a program that joins the tables takes them for two.", "Write the name in one way.");
            if (writings.Count == 1 && usual.Text != usual.Text.Trim())
                foreach (var (table, rows) in usual.Places)
                    table.Add(Remark, "name-blank", rows, [usual.Column], $"{TableText.Quoted(usual.Text)} begins or ends with a blank.", $"{TableText.Quoted(usual.Text.Trim())}.", "Write the name without the blank.");
        }

        if (names.Count > MostNames) return;
        var all = names.Select(n => (Name: n.Key, Writing: n.Value.Values.MaxBy(w => w.Count)!, Count: n.Value.Values.Sum(w => w.Count))).OrderBy(n => n.Name, StringComparer.Ordinal).ToList();
        foreach (var (name, writing, count) in all)
        {
            if (name.Length is < 5 or > 100 || writing.Places.Count == 0) continue;
            var near = all.Find(o => o.Name.Length >= 5 && o.Count >= 2 * count && TableText.OneLetterApart(name, o.Name) && !(States.Code(name) is { } code && States.Code(o.Name) is { } their && code != their));
            if (near.Name is null) continue;
            findings.Comparisons++;
            foreach (var (table, rows) in writing.Places)
                table.Add(Doubtful, "name-near", rows, [writing.Column], $"{TableText.Quoted(writing.Text)} is one letter from {TableText.Quoted(near.Writing.Text)}.", "One thing has one name.", $"Is {TableText.Quoted(near.Writing.Text)} meant?");
        }
    }

    private static void Codes(IReadOnlyList<TableData> tables, FindingList findings)
    {
        // Name and code, with the rows that hold them together.
        var pairs = new Dictionary<(string Name, string Code), List<(TableData Table, TableRow Row, int Name, int Code)>>();
        foreach (var table in tables)
        {
            var name = table.Map.Columns.Index().FirstOrDefault(c => c.Item.Is == ColumnMeaning.Country, (-1, null!)).Index;
            var code = table.Map.Columns.Index().FirstOrDefault(c => c.Item.Is == ColumnMeaning.Code, (-1, null!)).Index;
            if (code < 0) continue;
            var total = name < 0 || table.Map.Columns[name].Total is not { } all ? null : TableText.Folded(all);
            foreach (var rows in table.Rows.Where(r => name < 0 || r.Names[name] != total).GroupBy(r => r.Cells[code], StringComparer.Ordinal))
            {
                findings.Comparisons++;
                var (written, column) = (rows.Key.Trim(), table.Map.Columns[code].Name);
                if (written.Length != 2 || !char.IsAsciiLetterUpper(written[0]) || !char.IsAsciiLetterUpper(written[1]))
                    table.Add(Doubtful, "code-form", rows, [code], $"{TableText.Quoted(rows.Key)} is no code of two capitals (ISO 3166-1 alpha-2).", "A code is two capitals.", "Which country is meant?");
                else if (States.Code(written) != written && !OtherCodes.Contains(written))
                    table.Add(Doubtful, "code-unknown", rows, [code], $"{TableText.Quoted(written)} is no code of ISO 3166-1{(States.Code(written) is { } other ? $"; the code is {other}" : "")}.", "A code is one of ISO 3166-1.", "Which country is meant?");
            }

            if (name < 0) continue;
            foreach (var row in table.Rows.Where(r => r.Names[name] != total && r.Names[name].Length > 0 && r.Names[code].Length > 0))
            {
                if (!pairs.TryGetValue((row.Names[name], row.Names[code]), out var rows)) pairs[(row.Names[name], row.Names[code])] = rows = [];
                rows.Add((table, row, name, code));
            }
        }

        foreach (var ((name, code), rows) in pairs)
        {
            findings.Comparisons++;
            if (States.Code(name) is { } its && States.Code(code) is { } of && its != of && of.Equals(code, StringComparison.OrdinalIgnoreCase))
                Say(Impossible, "code-other-country", rows, $"{TableText.Quoted(rows[0].Row.Cells[rows[0].Name])} has the code {rows[0].Row.Cells[rows[0].Code].Trim()}, which is another country's.", $"The code is {its}.", "Which country is meant, the named one or the one of the code?");
        }

        Twice(pairs.GroupBy(p => p.Key.Name, StringComparer.Ordinal), Impossible, "name-two-codes", "One country has one code.", "Which code is right?");
        Twice(pairs.GroupBy(p => p.Key.Code, StringComparer.Ordinal), Doubtful, "code-two-names", "One code has one name.", "Is it one country or two?");

        void Twice(IEnumerable<IGrouping<string, KeyValuePair<(string Name, string Code), List<(TableData Table, TableRow Row, int Name, int Code)>>>> groups, TableSeverity severity, string rule, string expected, string ask)
        {
            foreach (var group in groups.Where(g => g.Count() > 1))
            {
                // When as many rows say the one as the other, the standard decides which one is strange.
                var usual = group.MaxBy(p => (p.Value.Count, States.Code(p.Key.Name) is { } its && its.Equals(p.Key.Code, StringComparison.OrdinalIgnoreCase)));
                foreach (var other in group.Where(p => p.Key != usual.Key))
                {
                    var (one, two) = (other.Value[0], usual.Value[0]);
                    Say(severity, rule, other.Value, $"{TableText.Quoted(one.Row.Cells[one.Name])} with {one.Row.Cells[one.Code].Trim()} here, {TableText.Quoted(two.Row.Cells[two.Name])} with {two.Row.Cells[two.Code].Trim()} in {usual.Value.Count} {(usual.Value.Count == 1 ? "row" : "rows")} ({two.Table.File}, line {two.Row.Line}).", expected, ask);
                }
            }
        }

        static void Say(TableSeverity severity, string rule, List<(TableData Table, TableRow Row, int Name, int Code)> rows, string found, string expected, string ask)
        {
            foreach (var table in rows.GroupBy(r => r.Table))
                table.Key.Add(severity, rule, table.Select(r => r.Row), [table.First().Name, table.First().Code], found, expected, ask);
        }
    }

    private static void LineEnds(IReadOnlyList<TableData> tables, FindingList findings)
    {
        var ends = tables.Where(t => t.LineEnd.Length > 0).GroupBy(t => t.LineEnd, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ToList();
        if (ends.Count < 2 || ends[0].Count() == ends[1].Count()) return;
        foreach (var table in ends.Skip(1).SelectMany(g => g))
            findings.Add(Remark, "line-ends-differ", table.File, [], [], string.Create(CultureInfo.InvariantCulture, $"Lines end with {table.LineEnd}; in {ends[0].Count()} other files of the set they end with {ends[0].Key}."), "All files of a set are written alike.", "Was this table made in another way than the others?");
    }

    private sealed record Share(CountRange?[] Counts, List<TableRow> Rows);

    /// <summary>Holds one table's rows against the sums of another's, or of its own of shorter periods.</summary>
    public static void Sum(TableSum sum, TableData whole, TableData parts, FindingList findings)
    {
        var self = ReferenceEquals(whole, parts);
        var columns = sum.Columns.Select(c => (Whole: whole.Column(c.Whole), Part: parts.Column(c.Part))).ToList();
        var sums = Gather(whole, sum, sum.Where, [.. columns.Select(c => c.Whole)]);
        var shares = self ? sums : Gather(parts, sum, sum.PartsWhere, [.. columns.Select(c => c.Part)]);
        var timed = whole.Map.Columns.Any(c => c.IsPeriod) && parts.Map.Columns.Any(c => c.IsPeriod);
        // What there is of each period, whether or not the rows that are asked for: a period whose rows are there and say nothing of a kind says 0.
        var present = timed ? parts.Rows.Where(r => r.Period is not null).Select(r => r.Period!.Value).Distinct().Order().ToList() : [default];
        // Told as period-many already.
        if (present.Count > TableRules.MostPeriods) return;
        var sharesOf = shares.ToLookup(s => timed ? s.Key.Period : default(TablePeriod));
        var common = columns.Index().Select(c => TableRules.Common(sums.Values.Select(s => s.Counts[c.Index]))).ToList();
        foreach (var period in sums.GroupBy(s => timed ? s.Key.Period : default(TablePeriod)))
        {
            if (timed && period.Key is null) continue;
            var (covered, used) = Cover(period.Key ?? default);
            if (used.Count == 0) continue;
            var byKey = used.SelectMany(p => sharesOf[p]).GroupBy(s => s.Key.Names, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(s => s.Value).ToList(), StringComparer.Ordinal);
            foreach (var ((_, names), said) in period)
            {
                if (byKey.Remove(names, out var given)) Compare(period.Key, said, given, covered, used);
                else if (covered && !sum.AtMost && !sum.Together && columns.Index().Any(c => said.Counts[c.Index] is { Low: > 0 }))
                {
                    findings.Comparisons++;
                    findings.Add(sum.Severity, "sum-key-missing", whole.File, Lines(said), columns.Select(c => sum.Columns[columns.IndexOf(c)].Whole),
                        $"{sum.Name}: {Label(whole, said, period.Key)} has {Figures(said.Counts)} here and no row in {parts.File}.", "What is in the sum is in its parts.", "Where are its parts?");
                }
            }

            foreach (var (_, given) in byKey)
            {
                if (sum.Together) break;
                findings.Comparisons++;
                if (given.Exists(g => g.Counts.Any(c => c is { Low: > 0 })) && !(self && given.Count == 0))
                    findings.Add(sum.Severity, "sum-key-missing", parts.File, given.SelectMany(Lines), sum.Columns.Select(c => c.Part),
                        $"{sum.Name}: {Label(parts, given[0], period.Key)} has {string.Join(" + ", given.Select(g => Figures(g.Counts)))} here and no row in {whole.File}.", "What is in the parts is in the sum.", "Why is it not in the sum?", new TablePlace(whole.File, [], [.. sum.Columns.Select(c => c.Whole)]));
            }
        }

        (bool Covered, List<TablePeriod> Used) Cover(TablePeriod period)
        {
            if (!timed) return (true, [default]);
            List<TablePeriod> best = [];
            foreach (var unit in present.Where(p => period.Contains(p) && (!self || p.Months < period.Months)).GroupBy(p => p.Months).OrderByDescending(g => g.Key))
            {
                List<TablePeriod> inside = [.. unit];
                var apart = inside.Index().Skip(1).All(p => inside[p.Index - 1].End <= p.Item.Start);
                if (!apart) continue;
                if (inside.Sum(p => p.Months) == period.Months) return (true, inside);
                if (best.Count == 0) best = inside;
            }

            return (false, best);
        }

        void Compare(TablePeriod? period, Share said, List<Share> given, bool covered, List<TablePeriod> used)
        {
            var left = new CountRange?[columns.Count];
            var broken = false;
            foreach (var (c, _) in columns.Index())
            {
                if (said.Counts[c] is not { } total || given.Exists(g => g.Counts[c] is null)) continue;
                findings.Comparisons++;
                var adds = given.Aggregate(new CountRange(0, 0), (a, g) => a + g.Counts[c]!.Value);
                left[c] = new CountRange(total.Low - adds.High, total.High - adds.Low);
                var rows = given.SelectMany(g => g.Rows).ToList();
                if (sum.Together)
                {
                    if ((total.High == 0 && adds.Low > 0) || (covered && total.Low > 0 && adds.High == 0))
                        findings.Add(sum.Severity, "zero-alone", whole.File, Lines(said), [sum.Columns[c].Whole], $"{sum.Name}: {Label(whole, said, period)}: {sum.Columns[c].Whole} {total}, {sum.Columns[c].Part} {adds} ({parts.File}, {TableText.LinesOf(rows.Select(r => r.Line))}).",
                            "Where the one is not 0, neither is the other.", "Which figure is wrong?", new TablePlace(parts.File, [.. rows.Select(r => r.Line).Distinct().Order().Take(50)], [sum.Columns[c].Part]));
                    continue;
                }

                var (wholeName, partName) = sum.Columns[c];
                var largest = rows.Max(r => r.Counts[columns[c].Part]?.Low ?? 0);
                var over = adds.Low > total.High;
                var under = covered && !sum.AtMost && adds.High < total.Low;
                if (!over && !under) continue;
                broken = true;
                var where = $"{(self ? "" : $"{parts.File}, ")}{TableText.LinesOf(rows.Select(r => r.Line))}";
                var found = $"{sum.Name}: {Label(whole, said, period)}: {wholeName} {total}, the parts make {adds}{(rows.Count is > 1 and <= 4 ? $" ({string.Join(" + ", rows.Select(r => r.Counts[columns[c].Part]))})" : "")} ({where}).";
                var rounded = covered && !sum.AtMost ? TableRules.IsRounded(total, adds, whole.Map.Exact, common[c]) : null;
                var rule = largest > total.High ? "sum-under-part" : rounded is not null ? "rounded-total" : "sum-differs";
                var severity = rule == "rounded-total" && !whole.Map.Exact && sum.Severity == Impossible ? Doubtful : sum.Severity;
                findings.Add(severity, rule, whole.File, Lines(said), [wholeName],
                    rule == "rounded-total" ? $"{found} It looks rounded to {rounded!.Value.ToString(CultureInfo.InvariantCulture)}{(whole.Map.Exact ? ", and the numbers are said to be exact" : "")}." : found,
                    covered && !sum.AtMost ? $"{wholeName} is {adds}, or the parts make {total}." : $"{wholeName} is at least {adds}.",
                    covered ? "Which figure is wrong?" : $"Which figure is wrong? Only {string.Join(", ", used)} of {period} is there, and comes to more already.", new TablePlace(parts.File, [.. rows.Select(r => r.Line).Distinct().Order().Take(50)], [partName]));
            }

            // What is left for the parts that are not published must be possible too.
            if (covered || broken || sum.Together) return;
            foreach (var (a, _) in columns.Index())
            {
                if (whole.Map.Columns[columns[a].Whole].Is != ColumnMeaning.Received || left[a] is not { Exact: true } received) continue;
                foreach (var (b, _) in columns.Index())
                {
                    if (whole.Map.Columns[columns[b].Whole].Is is not (ColumnMeaning.Disclosed or ColumnMeaning.DisclosedInFull or ColumnMeaning.DisclosedInPart or ColumnMeaning.Rejected or ColumnMeaning.NoData or ColumnMeaning.Withdrawn) || left[b] is not { Exact: true } part) continue;
                    findings.Comparisons++;
                    if (part.Low > received.Low && said.Counts[b]!.Value.Low <= said.Counts[a]!.Value.High)
                        findings.Add(sum.Severity, "sum-remainder", whole.File, Lines(said), [sum.Columns[a].Whole, sum.Columns[b].Whole],
                            $"{sum.Name}: {Label(whole, said, period)}: less {string.Join(", ", used)} ({parts.File}) leaves {sum.Columns[a].Whole} {received} and {sum.Columns[b].Whole} {part} for the rest of {period}.", $"The rest has at most as much {sum.Columns[b].Whole} as {sum.Columns[a].Whole}.", "Which of the figures is wrong?",
                            new TablePlace(parts.File, [.. given.SelectMany(g => g.Rows).Select(r => r.Line).Distinct().Order().Take(50)], [sum.Columns[a].Part, sum.Columns[b].Part]));
                }
            }
        }

        string Label(TableData table, Share share, TablePeriod? period) =>
            string.Join(", ", ((string[])[period is { Months: > 0 } p ? p.ToString() : "", .. sum.By.Select(b => share.Rows[0].Cells[table.Column(b)].Trim()), .. (ReferenceEquals(table, whole) ? sum.Where : sum.PartsWhere).Values]).Where(t => t.Length > 0));
    }

    private static IEnumerable<int> Lines(Share share) => share.Rows.Select(r => r.Line);

    private static string Figures(CountRange?[] counts) => string.Join(" and ", counts.Select(c => c?.ToString() ?? "?"));

    private static Dictionary<(TablePeriod? Period, string Names), Share> Gather(TableData table, TableSum sum, IReadOnlyDictionary<string, string> where, int[] figures)
    {
        var by = sum.By.Select(table.Column).ToList();
        var conditions = where.Select(w => (Column: table.Column(w.Key), w.Value)).ToList();
        // Over columns that are summed away, totals and what is a part of another value would be counted twice.
        var over = table.Map.Columns.Index().Where(c => (c.Item.Total is not null || c.Item.Within.Count > 0) && !by.Contains(c.Index) && !conditions.Exists(w => w.Column == c.Index)).ToList();
        var shares = new Dictionary<(TablePeriod?, string), Share>();
        foreach (var row in table.Rows)
        {
            if (row.Repeated || conditions.Exists(w => TableText.Folded(row.Cells[w.Column]) != w.Value)) continue;
            if (over.Exists(c => (c.Item.Total is { } t && row.Names[c.Index] == TableText.Folded(t)) || c.Item.Within.ContainsKey(row.Names[c.Index]))) continue;
            var key = (row.Period, string.Join('\u001f', by.Select(b => TableText.Folded(row.Cells[b]))));
            if (!shares.TryGetValue(key, out var share))
            {
                shares[key] = new Share([.. figures.Select(f => row.Counts[f])], [row]);
                continue;
            }

            for (var i = 0; i < figures.Length; i++) share.Counts[i] = share.Counts[i] is { } a && row.Counts[figures[i]] is { } b ? a + b : null;
            share.Rows.Add(row);
        }

        return shares;
    }
}
