using System.Globalization;

namespace Counterseal.Reports;

/// <summary>What must hold between the figures of one row, or of the rows that together say one thing.</summary>
internal static class RowRules
{
    private readonly record struct Figure(ColumnMeaning Is, TableRow Row, int Column, CountRange Count);

    private static readonly ColumnMeaning[] PartsOfReceived =
        [ColumnMeaning.Disclosed, ColumnMeaning.DisclosedInFull, ColumnMeaning.DisclosedInPart, ColumnMeaning.Rejected, ColumnMeaning.NoData, ColumnMeaning.Withdrawn, ColumnMeaning.Notified, ColumnMeaning.Gag, ColumnMeaning.Emergency];

    public static void Check(TableData table)
    {
        if (table.Measure < 0)
        {
            foreach (var row in table.Rows) Hold(table, Of(table, row));
        }
        else
        {
            foreach (var rows in table.Rows.Where(r => !r.Repeated).GroupBy(r => (r.Period, table.Key(r, measure: false)))) Hold(table, [.. rows.SelectMany(r => Of(table, r))]);
        }

        foreach (var row in table.Rows)
        {
            foreach (var sum in table.Map.Rows) Adds(table, row, sum);
            foreach (var (c, column) in table.Map.Columns.Index())
                if (column.Is == ColumnMeaning.Percent) Percentage(table, row, c, column);
        }
    }

    private static List<Figure> Of(TableData table, TableRow row)
    {
        var figures = new List<Figure>();
        foreach (var c in table.Figures)
            if (row.Counts[c] is { } count) figures.Add(new Figure(table.Meaning(row, c), row, c, count));
        return figures;
    }

    private static void Hold(TableData table, List<Figure> figures)
    {
        Figure? Get(ColumnMeaning meaning)
        {
            foreach (var figure in figures)
                if (figure.Is == meaning) return figure;
            return null;
        }

        void Say(string rule, string found, string expected, string ask, params ReadOnlySpan<Figure> of)
        {
            var named = of.ToArray();
            table.Add(TableSeverity.Impossible, rule, named.Select(f => f.Row), named.Select(f => f.Column), $"{table.About(named[0].Row)}: {found}", expected, ask);
        }

        bool Over(Figure part, Figure whole)
        {
            table.Compared();
            if (part.Count.Low <= whole.Count.High) return false;
            Say("part-over-whole", $"{Word(part.Is)} {part.Count}, {Word(whole.Is)} {whole.Count}: {part.Count.Low - whole.Count.High} more.", $"{Word(part.Is)} is at most {whole.Count}, or {Word(whole.Is)} at least {part.Count}.", $"Which of the two is wrong, or does {Word(part.Is)} count something else than {Word(whole.Is)} does (accounts, items, demands of an earlier period)?", part, whole);
            return true;
        }

        var received = Get(ColumnMeaning.Received);
        var disclosed = Get(ColumnMeaning.Disclosed);
        var (full, inPart) = (Get(ColumnMeaning.DisclosedInFull), Get(ColumnMeaning.DisclosedInPart));
        var over = false;
        if (received is { } all)
            foreach (var figure in figures)
                if (PartsOfReceived.Contains(figure.Is)) over |= Over(figure, all);
        if (disclosed is { } any)
        {
            foreach (var part in new[] { full, inPart })
                if (part is { } p) over |= Over(p, any);
            if (full is { } f && inPart is { } i && !over)
            {
                table.Compared();
                var sum = f.Count + i.Count;
                if (sum.Low > any.Count.High || sum.High < any.Count.Low)
                    Say("parts-not-total", $"disclosed in full {f.Count} and in part {i.Count} make {sum}, disclosed says {any.Count}.", $"Disclosed is {sum}.", "Which of the three is wrong?", f, i, any);
            }
        }

        if (received is { } whole && !over)
        {
            List<Figure> outcomes = [.. disclosed is { } d ? [d] : new[] { full, inPart }.OfType<Figure>(), .. new[] { Get(ColumnMeaning.Rejected), Get(ColumnMeaning.NoData), Get(ColumnMeaning.Withdrawn) }.OfType<Figure>()];
            if (outcomes.Count > 1)
            {
                table.Compared();
                var least = outcomes.Sum(o => o.Count.Low);
                if (least > whole.Count.High)
                    Say("outcomes-over-received", $"the outcomes {string.Join(" + ", outcomes.Select(o => $"{Word(o.Is)} {o.Count}"))} come to {least}, received {whole.Count}.", "A demand has one outcome: together they are at most those received.", "Which is wrong, or are demands counted under two outcomes?", [.. outcomes, whole]);
            }
        }

        if (Get(ColumnMeaning.Accounts) is { } accounts)
        {
            table.Compared();
            if ((disclosed ?? full ?? inPart) is { } given && accounts.Count.High == 0 && given.Count.Low > 0)
                Say("accounts-none", $"{Word(given.Is)} {given.Count}, accounts 0.", "Where data were disclosed, they are of one account at least.", "Whose data were disclosed?", accounts, given);
            else if (received is { } asked && accounts.Count.Low > 0 && asked.Count.High == 0)
                Say("accounts-without-request", $"accounts {accounts.Count}, received 0.", "Without a demand no account is affected.", "Which demands affected these accounts?", accounts, asked);
        }
    }

    private static void Adds(TableData table, TableRow row, RowSum sum)
    {
        var whole = table.Column(sum.Whole);
        var parts = sum.Parts.Select(table.Column).ToList();
        if (row.Counts[whole] is not { } said) return;
        var total = new CountRange(0, 0);
        foreach (var part in parts)
        {
            if (row.Counts[part] is not { } count) return;
            total += count;
        }

        table.Compared();
        if (total.Low <= said.High && total.High >= said.Low) return;
        var under = parts.Exists(p => row.Counts[p]!.Value.Low > said.High);
        table.Add(TableSeverity.Impossible, under ? "total-under-part" : "parts-not-total", [row], [.. parts, whole], $"{table.About(row)}: {string.Join(" + ", parts.Select(p => $"{table.Map.Columns[p].Name} {row.Counts[p]}"))} make {total}, {sum.Whole} says {said}.", $"{sum.Whole} is {total}.", "Which of the columns is wrong?");
    }

    private static void Percentage(TableData table, TableRow row, int c, ColumnMap column)
    {
        var cell = row.Cells[c].Trim();
        if (column.Part is null || column.Of is null)
        {
            if (cell.Length == 0 || !Read(cell, out var alone, out _)) return;
            table.Compared();
            if (alone is < 0 or > 100) Range(alone);
            return;
        }

        var (part, of) = (row.Counts[table.Column(column.Part)], row.Counts[table.Column(column.Of)]);
        if (of is { High: 0 } && cell is "" or "-" or "–" or "—" or "n/a" or "N/A" or "NA") return;
        if (!Read(cell, out var percent, out var decimals))
        {
            table.Add(TableSeverity.Doubtful, "percent-unreadable", [row], [c], $"{table.About(row)}: {TableText.Quoted(row.Cells[c])} is no percentage.", "The cell holds a number from 0 to 100, with or without %.", "What is the percentage?");
            return;
        }

        table.Compared();
        if (percent is < 0 or > 100) { Range(percent); return; }
        if (part is not { Exact: true } p || of is not { Exact: true, Low: > 0 } o || p.Low > o.Low) return;
        var unit = 1m;
        for (var i = 0; i < decimals; i++) unit /= 10;
        var true_ = 100m * p.Low / o.Low;
        var off = Math.Abs(percent - true_);
        if (off <= unit / 2) return;
        var rounded = Math.Round(true_, decimals, MidpointRounding.AwayFromZero).ToString(CultureInfo.InvariantCulture);
        var found = string.Create(CultureInfo.InvariantCulture, $"{table.About(row)}: {column.Part} {p} of {column.Of} {o} is {rounded}%, the table says {percent}%.");
        if (off < unit && percent < true_)
            table.Add(TableSeverity.Remark, "percent-cut", [row], [c, table.Column(column.Part), table.Column(column.Of)], found, $"{rounded}% when rounded.", "Are percentages cut off rather than rounded?");
        else
            table.Add(TableSeverity.Impossible, "percent-wrong", [row], [c, table.Column(column.Part), table.Column(column.Of)], found, $"{rounded}%.", "Which of the three is wrong?");

        void Range(decimal value) => table.Add(TableSeverity.Impossible, "percent-range", [row], [c], string.Create(CultureInfo.InvariantCulture, $"{table.About(row)}: {value}% is no part of a whole."), "A percentage of demands lies between 0 and 100.", "What is the percentage?");

        static bool Read(string cell, out decimal percent, out int decimals)
        {
            var text = cell.TrimEnd('%', ' ').Replace(',', '.');
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            decimals = dot < 0 ? 0 : text.Length - dot - 1;
            return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent) && decimals <= 12;
        }
    }

    /// <summary>A meaning in a sentence.</summary>
    public static string Word(ColumnMeaning meaning) => meaning switch
    {
        ColumnMeaning.DisclosedInFull => "disclosed in full",
        ColumnMeaning.DisclosedInPart => "disclosed in part",
        ColumnMeaning.NoData => "no data",
        _ => meaning.ToString().ToLowerInvariant(),
    };
}
