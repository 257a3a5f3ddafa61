using System.Globalization;

namespace Counterseal.Reports;

/// <summary>What must hold between the rows of one table.</summary>
internal static class TableRules
{
    private const TableSeverity Impossible = TableSeverity.Impossible, Doubtful = TableSeverity.Doubtful, Remark = TableSeverity.Remark;

    /// <summary>A table of more periods than these is checked without what compares periods with each other.</summary>
    public const int MostPeriods = 5000;

    /// <summary>Marks rows that say again what an earlier row says; first of all, since sums leave them out.</summary>
    public static void Repeated(TableData table)
    {
        // Without a period or a name nothing says that two rows are about the same thing; then only rows that are the same in every cell are told.
        var bare = table.Dimensions.Count == 0 && table.Measure < 0 && !table.Map.Columns.Any(c => c.IsPeriod);
        var timed = table.Map.Columns.Any(c => c.IsPeriod);
        var seen = new Dictionary<(TablePeriod?, string), TableRow>();
        foreach (var row in table.Rows)
        {
            if (row.Period is null && timed) continue;
            table.Compared();
            var key = (row.Period, bare ? string.Join('\u001f', row.Cells) : table.Key(row));
            if (seen.TryAdd(key, row)) continue;
            var first = seen[key];
            row.Repeated = true;
            var differ = table.Figures.Where(c => row.Counts[c] != first.Counts[c]).ToList();
            if (table.Beyond(differ.Count == 0 || table.Map.Guesses.Count > 0 ? Doubtful : Impossible)) continue;
            if (differ.Count == 0)
                table.Add(Doubtful, "row-twice", [first, row], [], $"{table.About(row)}: the row stands twice, with the same figures.", "Each row stands once.", "Is one of the two about something else?");
            else
                // A guessed table may have a column that tells the two rows apart, and that was not understood.
                table.Add(table.Map.Guesses.Count > 0 ? Doubtful : Impossible, "figure-twice", [first, row], differ, $"{table.About(row)}: {string.Join("; ", differ.Select(c => $"{table.Map.Columns[c].Name} is {first.Cells[c].Trim()} on line {first.Line} and {row.Cells[c].Trim()} on line {row.Line}"))}.", "One thing has one figure.", "Which row holds, and what is the other about?");
        }
    }

    public static void Check(TableData table)
    {
        Periods(table);
        Values(table);
        Kinds(table);
        Totals(table);
        BandWidths(table);
        Rounded(table);
        Jumps(table);
    }

    private static void Periods(TableData table)
    {
        var rows = table.Rows.Where(r => r.Period is not null).GroupBy(r => r.Period!.Value).ToDictionary(g => g.Key, g => g.First());
        var columns = table.Map.Columns.Index().Where(c => c.Item.IsPeriod).Select(c => c.Index).ToList();
        if (rows.Count == 0) return;
        if (rows.Count > MostPeriods)
        {
            table.Add(Doubtful, "period-many", [], columns, string.Create(CultureInfo.InvariantCulture, $"The table has {rows.Count} periods; what compares periods was left out."), string.Create(CultureInfo.InvariantCulture, $"A table has at most {MostPeriods} periods."), "Is the period's column the right one?");
            return;
        }

        var ordered = rows.Keys.Order().ToList();
        foreach (var unit in ordered.GroupBy(p => p.Months).Where(g => g.Count() > 1 || table.Map.Expect is { } e && e.First.Months == g.Key))
        {
            var there = unit.ToList();
            var (first, last) = table.Map.Expect is { } said && said.First.Months == unit.Key ? said : (there[0], there[^1]);
            if ((last.Start - first.Start) / first.Months > 1200) continue;
            for (var p = first; p <= last; p = p.Next)
            {
                table.Compared();
                if (rows.ContainsKey(p)) continue;
                var near = new[] { there.LastOrDefault(t => t < p), there.FirstOrDefault(t => t > p) }.Where(t => t.Months > 0).Select(t => rows[t]);
                table.Add(Doubtful, "period-missing", near, columns, $"{p} is missing.", $"The table has each period from {first} to {last}.", $"What are the figures of {p}? If there was nothing, the table says 0.");
            }
        }

        if (table.Map.Expect is { } expect)
        {
            if (!ordered.Exists(p => p.Months == expect.First.Months))
                table.Add(Doubtful, "period-missing", [], columns, $"No row is of a period like {expect.First}.", $"The table has each period from {expect.First} to {expect.Last}.", "Where are they?");
            foreach (var p in ordered.Where(p => p.End <= expect.First.Start || p.Start >= expect.Last.End))
                table.Add(Doubtful, "period-outside", [rows[p]], columns, $"{p} lies outside of what the table should cover.", $"Periods lie from {expect.First} to {expect.Last}.", "Is the period written wrong, or the mapping out of date?");
        }

        for (var i = 0; i < ordered.Count; i++)
        {
            for (var j = i + 1; j < ordered.Count && ordered[j].Start < ordered[i].End; j++)
            {
                if (ordered[i].Contains(ordered[j]) || ordered[j].Contains(ordered[i])) continue;
                table.Add(Doubtful, "period-overlap", [rows[ordered[i]], rows[ordered[j]]], columns, $"{ordered[i]} and {ordered[j]} share months, and none is a part of the other.", "Periods follow each other, or one is the sum of others.", "Which demands are counted in both?");
            }
        }

        Copied(table);
    }

    private static void Copied(TableData table)
    {
        var seen = new Dictionary<string, (TablePeriod Period, List<TableRow> Rows)>(StringComparer.Ordinal);
        foreach (var period in table.Rows.Where(r => r.Period is not null && !r.Repeated).GroupBy(r => r.Period!.Value))
        {
            var rows = period.ToList();
            var figures = rows.SelectMany(r => table.Figures.Select(c => r.Counts[c])).ToList();
            // Few or small figures may well be the same twice.
            if (figures.Count < 4 || figures.Exists(f => f is not { Exact: true }) || figures.Select(f => f!.Value.Low).Distinct().Count() < 4 || figures.Max(f => f!.Value.Low) < 10) continue;
            table.Compared();
            var same = string.Join('\n', rows.Select(r => $"{table.Key(r)}\u001d{string.Join(',', table.Figures.Select(c => r.Counts[c]))}").Order(StringComparer.Ordinal));
            if (!seen.TryAdd(same, (period.Key, rows)))
                table.Add(Doubtful, "period-copied", [.. seen[same].Rows, .. rows], table.Figures, $"All figures of {period.Key} are those of {seen[same].Period}.", "Two periods are hardly the same in every figure.", "Was one period copied over the other?");
        }
    }

    private static void Values(TableData table)
    {
        foreach (var (c, column) in table.Map.Columns.Index())
        {
            if (column.Values is not { } allowed) continue;
            var known = allowed.Select(TableText.Folded).ToHashSet(StringComparer.Ordinal);
            foreach (var value in table.Rows.GroupBy(r => TableText.Folded(r.Cells[c]), StringComparer.Ordinal))
            {
                table.Compared();
                if (!known.Contains(value.Key))
                    table.Add(Doubtful, "value-unknown", value, [c], $"{TableText.Quoted(value.First().Cells[c])} is none of the values that {column.Name} may have.", $"{column.Name} is one of {string.Join(", ", allowed.Take(20).Select(TableText.Quoted))}.", "What is meant by it?");
            }
        }
    }

    /// <summary>A kind that some periods have and others lack.</summary>
    private static void Kinds(TableData table)
    {
        foreach (var (c, column) in table.Map.Columns.Index())
        {
            if (!(column.EveryPeriod || column.Is == ColumnMeaning.Measure)) continue;
            var total = column.Total is null ? null : TableText.Folded(column.Total);
            foreach (var unit in table.Rows.Where(r => r.Period is not null).GroupBy(r => r.Period!.Value.Months))
            {
                var periods = unit.GroupBy(r => r.Period!.Value).ToDictionary(g => g.Key, g => g.First());
                var values = unit.Where(r => r.Names[c] != total).GroupBy(r => r.Names[c], StringComparer.Ordinal).ToList();
                // A column of so many values is a name of things rather than a kind.
                if (periods.Count < 2 || periods.Count > MostPeriods || values.Count > 100) continue;
                foreach (var value in values)
                {
                    table.Compared();
                    var has = value.GroupBy(r => r.Period!.Value).ToDictionary(g => g.Key, g => g.First());
                    var lacks = periods.Keys.Where(p => !has.ContainsKey(p)).Order().ToList();
                    if (lacks.Count == 0) continue;
                    var name = TableText.Quoted(value.First().Cells[c].Trim());
                    var first = has.Keys.Min();
                    if (lacks.TrueForAll(p => p < first))
                        table.Add(Remark, "kind-new", [has[first]], [c], $"{name} is there from {first} on and not before.", "Each period has each kind.", $"Was there none before {first}, or was it counted under another name?");
                    else if (lacks.Count <= has.Count)
                    {
                        foreach (var p in lacks)
                            table.Add(Doubtful, "kind-missing", [periods[p]], [c], $"{p} has no row for {name}, which {string.Join(", ", has.Keys.Order().Take(10))} {(has.Count == 1 ? "has" : "have")}.", $"{p} has a row for it; if there was none, it says 0.", $"How many were there in {p}?");
                    }
                    else
                        table.Add(Doubtful, "kind-missing", [.. has.Values, .. lacks.Select(p => periods[p])], [c], $"{name} is there in {string.Join(", ", has.Keys.Order().Take(10))} only; {string.Join(", ", lacks.Take(10))} {(lacks.Count == 1 ? "lacks" : "lack")} it.", "Each period has each kind; where there was none, it says 0.", "How many were there in the others, and under which kind were they counted?");
                }
            }
        }
    }

    /// <summary>Rows that hold the sum of the other rows, and values that are a part of another value.</summary>
    private static void Totals(TableData table)
    {
        foreach (var (c, column) in table.Map.Columns.Index())
        {
            if (!column.IsDimension || (column.Total is null && column.Within.Count == 0)) continue;
            var total = column.Total is null ? null : TableText.Folded(column.Total);
            var common = table.Figures.ToDictionary(f => f, f => Common(table.Rows.Where(r => r.Names[c] == total).Select(r => r.Counts[f])));
            foreach (var group in table.Rows.Where(r => !r.Repeated).GroupBy(r => (r.Period, table.Key(r, without: c))))
            {
                var rows = group.ToList();
                var byName = rows.GroupBy(r => r.Names[c], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
                foreach (var (part, whole) in column.Within)
                {
                    if (!byName.TryGetValue(part, out var small) || !byName.TryGetValue(whole, out var large)) continue;
                    foreach (var f in table.Figures)
                    {
                        if (small.Counts[f] is not { } s || large.Counts[f] is not { } l) continue;
                        table.Compared();
                        if (s.Low > l.High)
                            table.Add(Impossible, "part-over-whole", [small, large], [f], $"{table.About(small)}: {table.Map.Columns[f].Name} {s}, of which {TableText.Quoted(large.Cells[c].Trim())} has only {l}.", $"{TableText.Quoted(small.Cells[c].Trim())} is a part of {TableText.Quoted(large.Cells[c].Trim())}.", "Which of the two is wrong?");
                    }
                }

                if (total is null) continue;
                var parts = rows.Where(r => r.Names[c] != total && !column.Within.ContainsKey(r.Names[c])).ToList();
                table.Compared();
                if (!byName.TryGetValue(total, out var sum))
                {
                    if (parts.Count > 0)
                        table.Add(Doubtful, "total-missing", [parts[0]], [c], $"{group.Key.Period} has no row {TableText.Quoted(column.Total!)}.", "Each period has its total.", "What is the total?");
                    continue;
                }

                if (parts.Count == 0) continue;
                foreach (var f in table.Figures)
                {
                    if (sum.Counts[f] is not { } said || parts.Exists(r => r.Counts[f] is null)) continue;
                    table.Compared();
                    var adds = parts.Aggregate(new CountRange(0, 0), (a, r) => a + r.Counts[f]!.Value);
                    if (adds.Low <= said.High && adds.High >= said.Low) continue;
                    var name = table.Map.Columns[f].Name;
                    var largest = parts.MaxBy(r => r.Counts[f]!.Value.Low)!;
                    var found = $"{table.About(sum)}: {name} {said}, its {parts.Count} parts make {adds}.";
                    if (largest.Counts[f]!.Value.Low > said.High)
                        table.Add(Impossible, "total-under-part", [sum, largest], [f], $"{found} {TableText.Quoted(largest.Cells[c].Trim())} alone has {largest.Counts[f]}.", $"The total is {adds}.", "Which row is wrong?");
                    else if (IsRounded(said, adds, table.Map.Exact, common[f]) is { } to)
                        table.Add(table.Map.Exact ? Impossible : Doubtful, "rounded-total", [sum, .. parts], [f], string.Create(CultureInfo.InvariantCulture, $"{found} It looks rounded to {to}{(table.Map.Exact ? ", and the numbers are said to be exact" : "")}."), $"The total is {adds}.", "Are totals rounded, and does the table say so?");
                    else
                        table.Add(Impossible, "parts-not-total", [sum, .. parts], [f], found, $"The total is {adds}.", "Which row is wrong, or is one missing?");
                }
            }
        }
    }

    /// <summary>
    /// To what a sum looks rounded; <c>null</c> when it does not. One total in ten ends in 0 by chance: unless the table says that its numbers are exact (then a rounded one is no better than a wrong
    /// one), all totals of the column must be rounded alike.
    /// </summary>
    /// <param name="said">The sum as published.</param>
    /// <param name="adds">What its parts make.</param>
    /// <param name="exact">Whether the table's numbers are said to be exact.</param>
    /// <param name="common">What all sums of the column are multiples of (<see cref="Common"/>).</param>
    public static int? IsRounded(CountRange said, CountRange adds, bool exact, int common)
    {
        if (!said.Exact || !adds.Exact) return null;
        foreach (var to in (ReadOnlySpan<int>)[1000, 100, 10])
            if (said.Low > 0 && said.Low % to == 0 && Math.Abs(said.Low - adds.Low) < to && (exact || common % to == 0)) return to;
        return null;
    }

    /// <summary>The largest of 1000, 100, 10 and 1 that all these counts are multiples of.</summary>
    public static int Common(IEnumerable<CountRange?> counts)
    {
        var common = 1000;
        foreach (var count in counts)
            while (count is { } one && one.Low % common != 0) common /= 10;
        return common;
    }

    private static void BandWidths(TableData table)
    {
        foreach (var c in table.Figures.Where(c => table.Map.Columns[c].Bands is not null))
        {
            foreach (var column in table.Rows.Where(r => r.Counts[c] is { Exact: false, High: < TableData.Most }).GroupBy(r => table.Measure >= 0 ? r.Names[table.Measure] : "", StringComparer.Ordinal))
            {
                var widths = column.GroupBy(r => r.Counts[c]!.Value.High - r.Counts[c]!.Value.Low + 1).OrderByDescending(g => g.Count()).ThenBy(g => g.First().Line).ToList();
                foreach (var other in widths.Skip(1))
                {
                    // One that is no band at all was told already.
                    if (!table.Map.Columns[c].Bands!.Contains((int)Math.Min(other.Key, int.MaxValue))) continue;
                    table.Compared();
                    table.Add(Doubtful, "band-width-changed", other, [c], string.Create(CultureInfo.InvariantCulture, $"{string.Join("; ", other.Take(3).Select(r => $"{table.About(r)}: {r.Cells[c].Trim()}"))}: {other.Key} wide, where {widths[0].Count()} others are {widths[0].Key} wide."), $"One column keeps one width ({widths[0].Key}).", "Why another width here? Periods with different bands cannot be compared.");
                }
            }
        }
    }

    private static void Rounded(TableData table)
    {
        foreach (var c in table.Figures.Where(_ => table.Map.Exact))
        {
            var large = table.Rows.Where(r => r.Counts[c] is { Exact: true, Low: >= 100 }).ToList();
            table.Compared();
            if (large.Count >= 5 && large.TrueForAll(r => r.Counts[c]!.Value.Low % 10 == 0))
                table.Add(Doubtful, "rounded-exact", large, [c], string.Create(CultureInfo.InvariantCulture, $"All {large.Count} counts of 100 and more end in 0, and the numbers are said to be exact."), "Exact counts end in any digit.", "Are the counts rounded?");
        }
    }

    private static void Jumps(TableData table)
    {
        foreach (var line in table.Rows.Where(r => r.Period is not null && !r.Repeated).GroupBy(r => (table.Key(r), r.Period!.Value.Months)))
        {
            TableRow? before = null;
            foreach (var row in line.OrderBy(r => r.Period!.Value))
            {
                if (before is not null && before.Period!.Value.End == row.Period!.Value.Start)
                {
                    foreach (var c in table.Figures)
                    {
                        if (before.Counts[c] is not { } was || row.Counts[c] is not { } now) continue;
                        table.Compared();
                        var (small, large) = was.Low < now.Low ? (was, now) : (now, was);
                        // By an order of magnitude; for bands, by three bands and three times at least, since a band hides how far it was.
                        var jump = small.Exact && large.Exact ? large.Low >= 10 * Math.Max(1, small.Low) && large.Low - small.Low >= 50
                            : !small.Exact && !large.Exact && large.Low >= 3 * Math.Max(1, small.High) && large.Low - small.Low >= 3 * (small.High - small.Low + 1);
                        if (jump)
                            table.Add(Remark, small.Exact ? "jump" : "band-jump", [before, row], [c], $"{table.About(row)}: {table.Map.Columns[c].Name} {now}, after {was} in {before.Period}.", "Nothing is wrong by itself.", "What happened, or did the way of counting change?");
                    }
                }

                before = row;
            }
        }
    }
}
