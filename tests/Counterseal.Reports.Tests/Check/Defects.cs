using System.Globalization;
using System.Text;
using static Counterseal.Reports.Tests.Check.TableSet;

namespace Counterseal.Reports.Tests.Check;

/// <summary>Where a planted defect is, and the rule that must find it there.</summary>
/// <param name="Rule">The rule's id; <c>unread</c> when the file must be refused.</param>
/// <param name="File">The file.</param>
/// <param name="Line">A line that the finding must name; 0 when the file as a whole is meant.</param>
internal sealed record Planted(string Rule, string File, int Line);

/// <summary>Defects, each planted into a sound set.</summary>
internal static class Defects
{
    private sealed record Defect(Func<TableSet, Planted> Rows, Action<Dictionary<string, byte[]>>? Bytes = null);

    private static readonly Dictionary<string, Defect> All = new(StringComparer.Ordinal)
    {
        // Figures of one row.
        ["more disclosed than received"] = Set(DemandsHalf, 6, r => Plus(r[3], 5), "part-over-whole"),
        ["more rejected than received"] = Set(DemandsHalf, 7, r => Plus(r[3], 1), "part-over-whole"),
        ["more without data than received"] = Set(DemandsHalf, 8, r => Plus(r[3], 40), "part-over-whole"),
        ["more withdrawn than received"] = Set(DemandsHalf, 9, r => Plus(r[3], 3), "part-over-whole"),
        ["more told than received"] = Set(DemandsHalf, 11, r => Plus(r[3], 1), "part-over-whole"),
        ["more gagged than received"] = Set(DemandsHalf, 12, r => Plus(r[3], 2), "part-over-whole"),
        ["more in full than disclosed"] = Set(DemandsHalf, 4, r => Plus(r[6], 1), "part-over-whole"),
        ["more in part than disclosed"] = Set(DemandsHalf, 5, r => Plus(r[6], 1), "part-over-whole"),
        ["more disclosed than received, by country"] = Set(CountriesHalf, 4, r => Plus(r[3], 1), "part-over-whole", row: 3),
        ["more disclosed than received, by year"] = Set(DemandsYear, 3, r => Plus(r[2], 1), "part-over-whole"),
        ["in full and in part are not what is disclosed"] = Set(DemandsHalf, 4, r => Plus(r[4], -1), "parts-not-total"),
        ["outcomes come to more than received"] = Set(DemandsHalf, 7, r => Plus(r[7], 5), "outcomes-over-received"),
        ["outcomes come to less than received"] = Set(DemandsHalf, 9, r => Plus(r[9], -1), "parts-not-total"),
        ["received below one outcome"] = Set(DemandsHalf, 3, r => Plus(r[6], -1), "total-under-part"),
        ["no account though data were disclosed"] = Set(DemandsHalf, 10, _ => "0", "accounts-none"),
        ["accounts without a demand"] = new(s =>
        {
            var row = Pick(s, DemandsHalf);
            for (var c = 3; c < 13; c++) s.Rows[DemandsHalf][row][c] = "0";
            s.Rows[DemandsHalf][row][10] = "3";
            s.Rows[DemandsHalf][row][13] = "–";
            return new("accounts-without-request", DemandsHalf, row + 1);
        }),
        ["a percentage that does not follow"] = Set(DemandsHalf, 13, r => Rate(Number(r[6]) + 3, Number(r[3])), "percent-wrong"),
        ["a percentage beyond 100"] = Set(DemandsHalf, 13, _ => "140.0%", "percent-range"),
        ["a percentage below 0"] = Set(DemandsHalf, 13, _ => "-4.0%", "percent-range"),
        ["a percentage that is text"] = Set(DemandsHalf, 13, _ => "about half", "percent-unreadable"),
        ["a percentage cut off"] = new(s =>
        {
            var row = s.Rows[DemandsHalf].FindIndex(1, r => 1000m * Number(r[6]) / Number(r[3]) % 1 > 0.5m);
            s.Rows[DemandsHalf][row][13] = (Math.Floor(1000m * Number(s.Rows[DemandsHalf][row][6]) / Number(s.Rows[DemandsHalf][row][3])) / 10).ToString("0.0", CultureInfo.InvariantCulture) + "%";
            return new("percent-cut", DemandsHalf, row + 1);
        }),

        // Cells.
        ["a negative count"] = Set(DemandsHalf, 7, r => "-" + r[7], "count-negative"),
        ["a count with a fraction"] = Set(CountriesYear, 3, r => r[3] + ".5", "count-fraction"),
        ["a count that is text"] = Set(DemandsYear, 2, _ => "many", "count-unreadable"),
        ["an empty count"] = Set(DemandsHalf, 3, _ => "", "count-missing"),
        ["a dash for a count"] = Set(CountriesHalf, 3, _ => "–", "count-missing"),
        ["a count with separators"] = Set(CountriesYear, 3, r => "1," + r[3].PadLeft(3, '0'), "count-written"),
        ["a count with leading zeros"] = Set(DemandsYear, 2, r => "00" + r[2], "count-written"),
        ["a count beyond all sense"] = Set(Emergencies, 1, _ => "99999999999999999999", "count-huge"),
        ["a band among counts"] = Set(DemandsYear, 2, _ => "0-999", "count-band"),
        ["an empty name"] = Set(CountriesHalf, 1, _ => "", "name-missing"),

        // Bands.
        ["a band off its edge"] = Set(Security, 3, _ => "1-250", "band-edge"),
        ["a band one too wide"] = Set(Security, 3, _ => "0-250", "band-edge"),
        ["a band between two edges"] = Set(Security, 3, _ => "125-374", "band-edge"),
        ["a band that ends before it begins"] = Set(Security, 3, _ => "499-250", "band-reversed"),
        ["a band of another width than before"] = Set(Security, 3, _ => "0-499", "band-width-changed"),
        ["a band of a width that is not allowed"] = Set(Security, 3, _ => "0-1999", "band-width"),
        ["an exact number among bands"] = Set(Security, 3, _ => "120", "band-plain"),
        ["a band that is text"] = Set(Security, 3, _ => "low", "count-unreadable"),
        ["a band far from its neighbours"] = Set(Security, 3, _ => "9000-9249", "band-jump"),

        // Totals and sums.
        ["a total that is not the sum of its kinds"] = new(s => Change(s, DemandsHalf, Find(s, DemandsHalf, "2022", "1", "Total"), 3, r => Plus(r[3], 1), "parts-not-total")),
        ["a total below one of its kinds"] = new(s => Change(s, DemandsHalf, Find(s, DemandsHalf, "2022", "1", "Total"), 7, _ => "12", "total-under-part")),
        ["a total that is rounded"] = new(s =>
        {
            var row = s.Rows[DemandsHalf].FindIndex(1, r => r[2] == "Total" && Number(r[11]) % 10 != 0);
            return Change(s, DemandsHalf, row, 11, r => (Number(r[11]) / 10 * 10).ToString(CultureInfo.InvariantCulture), "rounded-total");
        }),
        ["totals that are all rounded"] = new(s =>
        {
            foreach (var row in s.Rows[CountriesHalf].Where(r => r[1] == "All")) row[3] = (((Number(row[3]) / 100) + 1) * 100).ToString(CultureInfo.InvariantCulture);
            return new("rounded-total", CountriesHalf, 2);
        }),
        ["a total by country that is not the sum"] = new(s => Change(s, CountriesHalf, Find(s, CountriesHalf, "2021-H2", "All"), 4, r => Plus(r[4], -1), "parts-not-total")),
        ["a total that is missing"] = new(s => Remove(s, CountriesHalf, Find(s, CountriesHalf, "2022-H2", "All"), "total-missing", 0)),
        ["a part above what it is a part of"] = new(s =>
        {
            var row = Find(s, DemandsHalf, "2021", "2", "threat to life");
            return Change(s, DemandsHalf, row, 12, _ => Plus(s.Rows[DemandsHalf][row - 1][12], 1), "part-over-whole");
        }),
        ["halves that do not make the year"] = new(s => Change(s, DemandsYear, Find(s, DemandsYear, "2022", "subpoena"), 2, r => Plus(r[2], 11), "sum-differs")),
        ["a year below one of its halves"] = new(s => Change(s, DemandsYear, Find(s, DemandsYear, "2021", "court order"), 4, _ => "9", "sum-under-part")),
        ["a year that is rounded"] = new(s =>
        {
            var row = s.Rows[DemandsYear].FindIndex(1, r => r[1] != "Total" && Number(r[4]) % 10 != 0);
            return Change(s, DemandsYear, row, 4, r => (((Number(r[4]) / 10) + 1) * 10).ToString(CultureInfo.InvariantCulture), "rounded-total");
        }),
        ["a half that does not fit its year"] = new(s => Change(s, CountriesHalf, Find(s, CountriesHalf, "2023-H1", "India"), 3, r => Plus(r[3], 2), "sum-differs")),
        ["countries that do not make the total"] = new(s => Change(s, DemandsYear, Find(s, DemandsYear, "2023", "Total"), 2, r => Plus(r[2], 1), "parts-not-total")),
        ["countries of a year that do not make its demands"] = new(s => Change(s, CountriesYear, Find(s, CountriesYear, "2023", "Japan"), 3, r => Plus(r[3], 7), "sum-differs")),
        ["quarters that do not make the year of the same table"] = new(s => Change(s, Emergencies, Find(s, Emergencies, "2022"), 1, r => Plus(r[1], -1), "sum-differs")),
        ["a country in the halves and not in the year"] = new(s =>
        {
            var halves = Find(s, CountriesHalf, "2022-H2", "Canada");
            s.Rows[CountriesYear].RemoveAt(Find(s, CountriesYear, "2022", "Canada"));
            return new("sum-key-missing", CountriesHalf, halves + 1);
        }),
        ["a kind in the year and not in its halves"] = new(s =>
        {
            var row = Find(s, DemandsYear, "2023", "search warrant");
            s.Rows[DemandsHalf].RemoveAll(r => r[0] == "2023" && r[2] == "search warrant");
            return new("sum-key-missing", DemandsYear, row + 1);
        }),
        ["more quarters than the half has"] = new(s =>
        {
            var row = Find(s, DemandsHalf, "2022", "1", "emergency request");
            s.Rows[Emergencies][Find(s, Emergencies, "2022 Q1")][1] = Plus(s.Rows[DemandsHalf][row][3], 1);
            return new("sum-under-part", DemandsHalf, row + 1);
        }),
        ["accounts of a year in which nothing was disclosed"] = new(s => Change(s, DemandsYear, Find(s, DemandsYear, "2022", "Total"), 3, _ => "0", "zero-alone")),
        ["a rest of the year that cannot be"] = new(s =>
        {
            var row = Find(s, DemandsYear, "2023", "court order");
            var (first, second) = (s.Rows[DemandsHalf][Find(s, DemandsHalf, "2023", "1", "court order")], s.Rows[DemandsHalf][Find(s, DemandsHalf, "2023", "2", "court order")]);
            s.Rows[DemandsHalf].RemoveAll(r => r[0] == "2023" && r[1] == "2");
            return Change(s, DemandsYear, row, 3, _ => (Number(first[6]) + Number(second[3]) + 1).ToString(CultureInfo.InvariantCulture), "sum-remainder");
        }),

        // Periods and kinds.
        ["a half-year is missing"] = new(s =>
        {
            s.Rows[DemandsHalf].RemoveAll(r => r[0] == "2022" && r[1] == "1");
            return new("period-missing", DemandsHalf, Find(s, DemandsHalf, "2022", "2", "Total") + 1);
        }),
        ["the last half-year is missing"] = new(s =>
        {
            s.Rows[DemandsHalf].RemoveAll(r => r[0] == "2023" && r[1] == "2");
            return new("period-missing", DemandsHalf, 2);
        }),
        ["a year is missing"] = new(s =>
        {
            s.Rows[DemandsYear].RemoveAll(r => r[0] == "2022");
            return new("period-missing", DemandsYear, Find(s, DemandsYear, "2021", "Total") + 1);
        }),
        ["a quarter is missing"] = new(s => Remove(s, Emergencies, Find(s, Emergencies, "2022 Q3"), "period-missing", 0)),
        ["a half-year of bands is missing"] = new(s =>
        {
            s.Rows[Security].RemoveAll(r => r[0] == "2022" && r[1] == "Jul-Dec");
            return new("period-missing", Security, Find(s, Security, "2022", "Jan-Jun") + 1);
        }),
        ["a year twice"] = new(s =>
        {
            s.Rows[DemandsYear].AddRange(s.Rows[DemandsYear].Where(r => r[0] == "2022").Select(r => r.ToArray()).ToList());
            return new("row-twice", DemandsYear, s.Rows[DemandsYear].Count);
        }),
        ["a row twice"] = new(s =>
        {
            var row = Pick(s, CountriesYear);
            s.Rows[CountriesYear].Insert(row, [.. s.Rows[CountriesYear][row]]);
            return new("row-twice", CountriesYear, row + 2);
        }),
        ["two figures for one thing"] = new(s =>
        {
            var row = Pick(s, DemandsHalf);
            s.Rows[DemandsHalf].Insert(row, [.. s.Rows[DemandsHalf][row]]);
            return Change(s, DemandsHalf, row + 1, 11, r => Plus(r[11], -1), "figure-twice");
        }),
        ["a third half"] = Set(DemandsHalf, 1, _ => "3", "period-unreadable"),
        ["a year that is none"] = Set(DemandsYear, 0, _ => "202", "period-unreadable"),
        ["months that run backwards"] = Set(Security, 1, _ => "Dec-Jul", "period-unreadable"),
        ["a period beyond the expected"] = new(s =>
        {
            s.Rows[DemandsYear].Add([.. s.Rows[DemandsYear][1]]);
            return Change(s, DemandsYear, s.Rows[DemandsYear].Count - 1, 0, _ => "2035", "period-outside");
        }),
        ["periods that overlap"] = new(s =>
        {
            s.Rows[Emergencies].Add(["2022 Feb-May", "9"]);
            return new("period-overlap", Emergencies, s.Rows[Emergencies].Count);
        }),
        ["a period copied from another"] = new(s =>
        {
            var (from, to) = (Find(s, DemandsHalf, "2021", "1", "Total"), Find(s, DemandsHalf, "2022", "2", "Total"));
            for (var i = 0; i < 6; i++)
                for (var c = 3; c < 14; c++) s.Rows[DemandsHalf][to + i][c] = s.Rows[DemandsHalf][from + i][c];
            return new("period-copied", DemandsHalf, to + 2);
        }),
        ["a kind that a half-year lacks"] = new(s =>
        {
            s.Rows[DemandsHalf].RemoveAt(Find(s, DemandsHalf, "2022", "1", "subpoena"));
            return new("kind-missing", DemandsHalf, Find(s, DemandsHalf, "2022", "1", "Total") + 1);
        }),
        ["a kind that a year lacks"] = new(s =>
        {
            s.Rows[DemandsYear].RemoveAt(Find(s, DemandsYear, "2023", "emergency request"));
            return new("kind-missing", DemandsYear, Find(s, DemandsYear, "2023", "Total") + 1);
        }),
        ["a kind that one year only has"] = new(s =>
        {
            s.Rows[DemandsYear].Add(["2021", "telegram", "0", "0", "0"]);
            return new("kind-missing", DemandsYear, s.Rows[DemandsYear].Count);
        }),
        ["a kind that begins later"] = new(s =>
        {
            s.Rows[DemandsYear].Insert(1, ["2023", "telegram", "0", "0", "0"]);
            return new("kind-new", DemandsYear, 2);
        }),
        ["a figure that a half-year of bands lacks"] = new(s =>
        {
            s.Rows[Security].RemoveAt(Find(s, Security, "2022", "Jul-Dec", "Accounts"));
            return new("kind-missing", Security, Find(s, Security, "2022", "Jul-Dec", "Orders") + 1);
        }),
        ["a count that jumps"] = new(s => Change(s, CountriesHalf, Find(s, CountriesHalf, "2022-H1", "Poland"), 3, r => r[3] + "00", "jump")),
        ["counts that are rounded where they are said to be exact"] = new(s =>
        {
            foreach (var row in s.Rows[DemandsYear].Skip(1)) row[2] = ((Number(row[2]) + 9) / 10 * 10).ToString(CultureInfo.InvariantCulture);
            return new("rounded-exact", DemandsYear, 2);
        }),

        // Names and codes.
        ["a name with a blank behind it"] = Set(DemandsHalf, 2, r => r[2] + " ", "name-two-ways"),
        ["a name with a blank before it"] = Set(CountriesHalf, 1, r => " " + r[1], "name-two-ways"),
        ["a name in capitals"] = Set(DemandsYear, 1, r => r[1].ToUpperInvariant(), "name-two-ways"),
        ["a name with two blanks inside"] = new(s => Change(s, DemandsHalf, Find(s, DemandsHalf, "2022", "2", "court order"), 2, _ => "court  order", "name-two-ways")),
        ["a name with a blank that does not break"] = new(s => Change(s, DemandsHalf, Find(s, DemandsHalf, "2022", "2", "court order"), 2, _ => "court\u00a0order", "name-two-ways")),
        ["a name that always has a blank behind it"] = new(s =>
        {
            foreach (var row in s.Rows[CountriesYear].Concat(s.Rows[CountriesHalf]).Where(r => r[1] == "Japan")) row[1] = "Japan ";
            return new("name-blank", CountriesYear, Find(s, CountriesYear, "2023", "Japan ") + 1);
        }),
        ["a name with a letter missing"] = new(s => Change(s, CountriesHalf, Find(s, CountriesHalf, "2022-H2", "Germany"), 1, _ => "Germny", "name-near")),
        ["a name with another letter"] = new(s => Change(s, DemandsYear, Find(s, DemandsYear, "2022", "subpoena"), 1, _ => "subpoina", "name-near")),
        ["a kind that is not allowed"] = Set(DemandsHalf, 2, _ => "fax", "value-unknown"),
        ["one name with two codes"] = new(s => Change(s, CountriesHalf, Find(s, CountriesHalf, "2022-H2", "India"), 2, _ => "ID", "name-two-codes")),
        ["one code with two names"] = new(s => Change(s, CountriesHalf, Find(s, CountriesHalf, "2022-H2", "Brazil"), 1, _ => "Brasilia", "code-two-names")),
        ["a code in small letters"] = Set(CountriesYear, 2, r => r[2].ToLowerInvariant(), "code-form"),
        ["a code of three letters"] = Set(CountriesYear, 2, r => r[2] + "X", "code-form"),
        ["a code that does not exist"] = Set(CountriesYear, 2, _ => "QX", "code-unknown"),
        ["the code of another country"] = new(s => Change(s, CountriesYear, Find(s, CountriesYear, "2021", "France"), 2, _ => "FI", "code-other-country")),

        // Files.
        ["a row with a cell too many"] = new(s =>
        {
            var row = Pick(s, DemandsHalf);
            s.Rows[DemandsHalf][row] = [.. s.Rows[DemandsHalf][row], "7"];
            return new("row-columns", DemandsHalf, row + 1);
        }),
        ["a row with a cell too few"] = new(s =>
        {
            s.Rows[DemandsHalf][4] = s.Rows[DemandsHalf][4][..^2];
            return new("row-columns", DemandsHalf, 5);
        }),
        ["a file that is cut off"] = new(s => new("row-cut-off", DemandsHalf, s.Rows[DemandsHalf].Count), f => f[DemandsHalf] = f[DemandsHalf][..^20]),
        ["no end of the last line"] = new(s => new("line-end-final", DemandsYear, s.Rows[DemandsYear].Count), f => f[DemandsYear] = f[DemandsYear][..^1]),
        ["a byte order mark"] = new(_ => new("bytes-bom", DemandsYear, 1), f => f[DemandsYear] = [0xEF, 0xBB, 0xBF, .. f[DemandsYear]]),
        ["line ends of two kinds"] = new(_ => new("line-ends-mixed", DemandsYear, 3), f => f[DemandsYear] = AtLine(f[DemandsYear], 3, l => l + "\r")),
        ["line ends of one kind that no other file has"] = new(_ => new("line-ends-differ", Emergencies, 0), f => f[Emergencies] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(f[Emergencies]).Replace("\n", "\r\n", StringComparison.Ordinal))),
        ["bytes that are not UTF-8"] = new(_ => new("bytes-utf8", CountriesHalf, 5), f => Poke(f[CountriesHalf], 5, 0xE9)),
        ["a control character"] = new(_ => new("cell-control", CountriesHalf, 6), f => Poke(f[CountriesHalf], 6, 0x00)),
        ["a cell that never ends"] = new(_ => new("cell-huge", CountriesYear, 4), f => f[CountriesYear] = AtLine(f[CountriesYear], 4, l => l + new string('9', 9000))),
        ["a quote that nobody closes"] = new(_ => new("quote-open", CountriesYear, 4), f => f[CountriesYear] = AtLine(f[CountriesYear], 4, l => l[..5] + "\"" + l[5..])),
        ["a quote that a later row closes"] = new(_ => new("quote-open", CountriesYear, 4), f => f[CountriesYear] = AtLine(AtLine(f[CountriesYear], 4, l => l[..5] + "\"" + l[5..]), 7, l => l[..5] + "\"" + l[5..])),
        ["an empty line"] = new(_ => new("row-blank", CountriesYear, 5), f => f[CountriesYear] = AtLine(f[CountriesYear], 5, l => "\n" + l)),
        ["a column twice"] = new(s =>
        {
            foreach (var (number, row) in s.Rows[DemandsYear].Index().ToList()) s.Rows[DemandsYear][number] = [.. row, row[^1]];
            return new("header-twice", DemandsYear, 1);
        }),
        ["a column that nobody knows"] = new(s =>
        {
            foreach (var (number, row) in s.Rows[DemandsYear].Index().ToList()) s.Rows[DemandsYear][number] = [.. row, number == 0 ? "note" : ""];
            return new("header-unknown", DemandsYear, 1);
        }),
        ["a column's name written otherwise"] = new(s => Change(s, DemandsYear, 0, 2, _ => "Received", "header-written")),
        ["a column that is missing"] = new(s => Change(s, DemandsYear, 0, 2, _ => "came", "unread")),
        ["an empty file"] = new(_ => new("unread", DemandsYear, 0), f => f[DemandsYear] = []),
        ["a file in UTF-16"] = new(_ => new("unread", DemandsYear, 0), f => f[DemandsYear] = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(f[DemandsYear]))]),
        ["a file that is missing"] = new(_ => new("unread", Security, 0), f => f.Remove(Security)),
    };

    /// <summary>The names of all defects.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Plants one.</summary>
    public static (Dictionary<string, byte[]> Files, Planted Where) Plant(string name, int seed)
    {
        var set = new TableSet(seed);
        var where = All[name].Rows(set);
        var files = set.Files();
        All[name].Bytes?.Invoke(files);
        return (files, where);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Plus(string text, int more) => (Number(text) + more).ToString(CultureInfo.InvariantCulture);

    // A row that is no total: of these the rules say more than one thing.
    private static int Pick(TableSet set, string file)
    {
        var rows = set.Rows[file];
        while (true)
        {
            var row = set.Random.Next(1, rows.Count);
            if (!rows[row].Any(c => c is "Total" or "All" or "threat to life")) return row;
        }
    }

    private static Defect Set(string file, int column, Func<string[], string> value, string rule, int? row = null) => new(s => Change(s, file, row ?? Pick(s, file), column, value, rule));

    private static Planted Change(TableSet set, string file, int row, int column, Func<string[], string> value, string rule)
    {
        set.Rows[file][row][column] = value(set.Rows[file][row]);
        return new Planted(rule, file, row + 1);
    }

    private static Planted Remove(TableSet set, string file, int row, string rule, int off)
    {
        set.Rows[file].RemoveAt(row);
        return new Planted(rule, file, row + 1 + off);
    }

    private static int Find(TableSet set, string file, params string[] cells) => set.Rows[file].FindIndex(r => r.Take(cells.Length).SequenceEqual(cells)) is var found and > 0 ? found : throw new InvalidOperationException($"{file} has no row {string.Join(",", cells)}");

    private static byte[] AtLine(byte[] bytes, int line, Func<string, string> change)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        lines[line - 1] = change(lines[line - 1]);
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static void Poke(byte[] bytes, int line, byte value)
    {
        var at = 0;
        for (var i = 1; i < line; i++) at = Array.IndexOf(bytes, (byte)'\n', at) + 1;
        bytes[at + 9] = value;
    }
}
