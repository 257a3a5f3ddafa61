using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Reports.Tests.Check;

public class TableCheckTests
{
    private static readonly int[] Seeds = [.. Enumerable.Range(1, 6)];

    public static TheoryData<string> AllDefects => [.. Defects.Names];

    [Fact]
    public void Sound_tables_give_no_finding_at_all()
    {
        foreach (var seed in Seeds)
        {
            var outcome = TableSet.Check(new TableSet(seed).Files());
            Assert.Empty(outcome.Findings.Select(f => $"seed {seed}: {f.Rule} {f.File} {string.Join(",", f.Lines)}: {f.Found}"));
            Assert.Empty(outcome.Unread);
            Assert.Equal(6, outcome.Tables.Count);
            Assert.True(outcome.Comparisons > 1000, $"only {outcome.Comparisons} comparisons");
            Assert.Equal(0, outcome.ExitCode);
        }
    }

    [Fact]
    public void There_are_at_least_fifty_defects() => Assert.True(Defects.Names.Count() >= 50);

    [Theory]
    [MemberData(nameof(AllDefects))]
    public void Each_planted_defect_is_found_with_its_row(string name)
    {
        foreach (var seed in Seeds)
        {
            var (files, where) = Defects.Plant(name, seed);
            var outcome = TableSet.Check(files);
            if (where.Rule == "unread")
            {
                Assert.Contains(outcome.Unread, u => u.File == where.File);
                Assert.Equal(2, outcome.ExitCode);
                continue;
            }

            Assert.True(outcome.Findings.Any(f => f.Rule == where.Rule && (Names(f.File, f.Lines) || (f.Against is { } a && Names(a.File, a.Lines)))),
                $"{name}, seed {seed}: {where} is not among {string.Join("\n", outcome.Findings.Select(f => $"{f.Severity} {f.Rule} {f.File} {string.Join(",", f.Lines)}: {f.Found}"))}");
            bool Names(string file, IReadOnlyList<int> lines) => file == where.File && (where.Line == 0 || lines.Contains(where.Line));
            Assert.All(outcome.Findings, f => Assert.True(f.Found.Length > 0 && f.Expected.Length > 0 && f.Ask.Length > 0));
            Assert.Equal(outcome.Findings.Any(f => f.Severity == TableSeverity.Impossible) ? 1 : 0, outcome.ExitCode);
        }
    }

    [Fact]
    public void Any_count_that_sums_cover_cannot_be_off_by_one_unnoticed()
    {
        var random = new Random(41);
        for (var round = 0; round < 150; round++)
        {
            var set = new TableSet(9);
            var (file, first, last) = random.Next(4) switch
            {
                0 => (TableSet.DemandsHalf, 3, 12),
                1 => (TableSet.DemandsYear, 2, 4),
                2 => (TableSet.CountriesHalf, 3, 4),
                _ => (TableSet.CountriesYear, 3, 4),
            };
            var row = set.Rows[file][random.Next(1, set.Rows[file].Count)];
            var column = random.Next(first, last + 1);
            // What is a part of another kind is in no total; its accounts, notices and gags stand alone.
            if (row[2] == "threat to life" && column > 9) continue;
            var was = row[column];
            row[column] = $"{int.Parse(was) + (random.Next(2) == 0 ? 1 : -1)}";
            var outcome = TableSet.Check(set.Files());
            Assert.True(outcome.ExitCode == 1, $"{file}, {string.Join(",", row)}: column {column} was {was}");
        }
    }

    [Fact]
    public void A_hidden_count_is_held_against_what_it_can_be()
    {
        var set = new TableSet(3);
        var year = set.Rows[TableSet.Emergencies].FindIndex(r => r[0] == "2022");
        var quarter = set.Rows[TableSet.Emergencies].FindIndex(r => r[0] == "2022 Q3");
        var others = int.Parse(set.Rows[TableSet.Emergencies][year][1]) - int.Parse(set.Rows[TableSet.Emergencies][quarter][1]);
        set.Rows[TableSet.Emergencies][quarter][1] = "*";
        set.Rows[TableSet.Emergencies][year][1] = $"{others + 4}";
        Assert.Empty(TableSet.Check(set.Files()).Findings);
        set.Rows[TableSet.Emergencies][year][1] = $"{others + 5}";
        Assert.Contains(TableSet.Check(set.Files()).Findings, f => f.Rule == "sum-differs" && f.Lines.Contains(year + 1));
    }

    [Fact]
    public void Without_a_mapping_the_header_is_guessed_and_said()
    {
        var outcome = Guess("Reporting Period,Country/Region,Legal Process,User Data Requests,Percentage of requests where some user data produced,Accounts\n2024-06-30,Belgium,Subpoenas,40,50%,61\n2024-12-31,Belgium,Subpoenas,30,180%,44\n2025-06-30,Belgium,Subpoenas,-3,50%,44\n");
        Assert.Contains("\"Reporting Period\" is period", Assert.Single(outcome.Tables).Guesses);
        Assert.Contains("\"User Data Requests\" is received", outcome.Tables[0].Guesses);
        Assert.Equal([("count-negative", 4), ("percent-range", 3)], outcome.Findings.Where(f => f.Severity == TableSeverity.Impossible).Select(f => (f.Rule, f.Lines[0])).Order());
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public void Guessed_halves_are_held_against_a_guessed_year()
    {
        var outcome = TableCheck.Run([File("years.csv", "year,type,received,disclosed\n2024,warrant,30,20\n2023,warrant,31,20\n"), File("halves.csv", "year,half,type,received,disclosed\n2024,1,warrant,10,8\n2024,2,warrant,20,12\n2023,1,warrant,10,8\n2023,2,warrant,20,12\n")]);
        var finding = Assert.Single(outcome.Findings, f => f.Severity == TableSeverity.Impossible);
        Assert.Equal(("sum-differs", "years.csv", 3), (finding.Rule, finding.File, finding.Lines[0]));
        Assert.Equal([4, 5], finding.Against!.Lines);
    }

    [Theory]
    [InlineData("tables: {a: {file: ../a.csv, columns: {x: count}}}", "line 1")]
    [InlineData("tables: {a: {file: /etc/a.csv, columns: {x: count}}}", "line 1")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: conut}}}", "conut")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: {is: percent, part: y, of: x}}}}", "'y'")]
    [InlineData("tables:\n  a: {file: a.csv, columns: {h: half}}", "line 2")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: count}, expect: {from: 2024, to: 2023-H1}}}", "expect")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: count}}}\nsums: [{name: n, whole: a, parts: b, columns: {x: x}}]", "'b'")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: count}}, b: {file: a.csv, columns: {x: count}}}", "two tables")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: {is: count, hidden: {'*': 9-1}}}}}", "LEAST-MOST")]
    [InlineData("tables: {a: {file: a.csv, columns: {x: {is: year, bands: [250]}}}}", "bands")]
    [InlineData("tables: &a {}", "anchor")]
    [InlineData("- [", "YAML")]
    [InlineData("", "empty")]
    public void A_mapping_that_cannot_be_used_is_refused_with_its_place(string yaml, string says)
    {
        var fault = Assert.Throws<FormatException>(() => TableMapping.Read("m.yaml", Encoding.UTF8.GetBytes(yaml)));
        Assert.StartsWith("m.yaml", fault.Message, StringComparison.Ordinal);
        // "expect" is told by its two ends.
        Assert.Contains(says == "expect" ? "2023-H1" : says, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapping_nested_without_end_is_refused() =>
        Assert.Throws<FormatException>(() => TableMapping.Read("m.yaml", Encoding.UTF8.GetBytes(new string('[', 200_000))));

    [Fact]
    public void A_period_is_read_back_as_it_is_written() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Year, byte Part, byte Unit)>(), t =>
        {
            var months = (int[])[12, 6, 3, 1];
            var length = months[t.Unit % 4];
            var period = new TablePeriod(((1900 + t.Year) * 12) + (t.Part % (12 / length) * length), length);
            return TablePeriod.TryRead(period.ToString(), 0, out var read) && read == period;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Jul-Dec 2024", "2024-H2")]
    [InlineData("January – June 2024", "2024-H1")]
    [InlineData("2024 Jul-Dec", "2024-H2")]
    [InlineData("Q3 2024", "2024-Q3")]
    [InlineData("2024h1", "2024-H1")]
    [InlineData("2024-12-31", "2024-H2")]
    [InlineData("July 2024", "2024-07")]
    [InlineData("2024-13", null)]
    [InlineData("2024-H3", null)]
    [InlineData("Dec-Jul 2024", null)]
    [InlineData("H1 24", null)]
    public void The_usual_writings_of_a_period_are_read(string written, string? period) =>
        Assert.Equal(period, TablePeriod.TryRead(written, 6, out var read) ? read.ToString() : null);

    [Fact]
    public void Names_are_folded_once_and_for_all() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text => TableText.Folded(TableText.Folded(text.Get)) == TableText.Folded(text.Get)).QuickCheckThrowOnFailure();

    [Fact]
    public void No_bytes_crash_it()
    {
        var mapping = TableMapping.Read("m.yaml", Encoding.UTF8.GetBytes(TableSet.Mapping));
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            Sound(TableCheck.Run([new TableFile("demands-half.csv", new MemoryStream(bytes))], mapping));
            Sound(TableCheck.Run([new TableFile("any.csv", new MemoryStream(bytes))]));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_change_of_bytes_in_a_table_crashes_it()
    {
        var mapping = TableMapping.Read("m.yaml", Encoding.UTF8.GetBytes(TableSet.Mapping));
        var random = new Random(20261129);
        byte[] sharp = [(byte)',', (byte)';', (byte)'"', (byte)'\n', (byte)'\r', 0, 0xFF, (byte)'-', (byte)'.', (byte)'9', (byte)'%', (byte)'<', (byte)'+'];
        for (var round = 0; round < 120; round++)
        {
            var files = new TableSet(1 + (round % 5)).Files();
            foreach (var (name, bytes) in files.ToList())
            {
                var changed = bytes.ToList();
                for (var n = random.Next(1, 12); n > 0; n--)
                {
                    var at = random.Next(changed.Count);
                    switch (random.Next(4))
                    {
                        case 0: changed[at] = (byte)random.Next(256); break;
                        case 1: changed.Insert(at, sharp[random.Next(sharp.Length)]); break;
                        case 2: changed.RemoveRange(at, Math.Min(random.Next(1, 40), changed.Count - at)); break;
                        default: changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(1, 80), changed.Count - at))); break;
                    }

                    if (changed.Count == 0) break;
                }

                files[name] = [.. changed];
            }

            Sound(TableCheck.Run(files.Select(f => new TableFile(f.Key, new MemoryStream(f.Value))), mapping));
            Sound(TableCheck.Run(files.Select(f => new TableFile(f.Key, new MemoryStream(f.Value)))));
        }
    }

    [Fact]
    public void Random_bytes_as_tables_give_an_answer()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            Sound(TableCheck.Run([new TableFile("noise.csv", new MemoryStream(bytes))]));
        }
    }

    [Fact]
    public void What_is_too_large_is_refused_and_costs_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = TableCheck.Run([new TableFile("endless.csv", new Endless())], limits: new CheckLimits { FileBytes = 1 << 20 });
        Assert.Contains("1048576 bytes", Assert.Single(outcome.Unread).Why, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(2, outcome.ExitCode);
    }

    [Theory]
    [InlineData("1,")]
    [InlineData("\"\n\",")]
    [InlineData("a\n")]
    [InlineData(",")]
    [InlineData("\"")]
    [InlineData("2024-H1,-1\n2024,0\n")]
    public void Hostile_files_are_answered_within_memory_that_their_size_bounds(string repeated)
    {
        const int Bytes = 1 << 20;
        var lines = repeated.Contains('\n') ? repeated : string.Concat(Enumerable.Repeat(repeated, 100)) + "\n";
        var text = "period,received\n" + string.Concat(Enumerable.Repeat(lines, Bytes / lines.Length));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sound(TableCheck.Run([File("hostile.csv", text)]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 600L * Bytes);
    }

    [Fact]
    public void Too_many_rows_are_refused()
    {
        var outcome = TableCheck.Run([File("rows.csv", "year,received\n" + string.Concat(Enumerable.Repeat("2024,1\n", 2000)))], limits: new CheckLimits { Rows = 1000 });
        Assert.Contains("1000 rows", Assert.Single(outcome.Unread).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_beyond_the_limit_are_counted_and_not_kept()
    {
        var outcome = TableCheck.Run([File("rows.csv", "year,country,received\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"2024,c{i},\n")) + "2024,last,-1\n")], limits: new CheckLimits { Findings = 10 });
        // 500 doubtful ones do not push out the one that is impossible.
        Assert.Equal((1, 10), (outcome.Findings.Count(f => f.Severity == TableSeverity.Impossible), outcome.Findings.Count(f => f.Severity == TableSeverity.Doubtful)));
        Assert.Equal(1, outcome.ExitCode);
        Assert.True(outcome.Further >= 490);
    }

    [Fact]
    public void A_quote_left_open_costs_one_row()
    {
        var outcome = TableCheck.Run([File("a.csv", "year,type,received\n2024,\"order,5\n2023,order,-4\n2022,order,3\n")]);
        Assert.Equal(3, Assert.Single(outcome.Tables).Rows);
        Assert.Contains(outcome.Findings, f => f.Rule == "quote-open" && f.Lines.SequenceEqual([2]));
        Assert.Contains(outcome.Findings, f => f.Rule == "count-negative" && f.Lines.SequenceEqual([3]));
    }

    private static CheckOutcome Guess(string text) => TableCheck.Run([File("table.csv", text)]);

    private static TableFile File(string name, string text) => new(name, new MemoryStream(Encoding.UTF8.GetBytes(text)));

    // Whatever came in, the answer is whole: nothing half-read without being said.
    private static void Sound(CheckOutcome outcome)
    {
        Assert.True(outcome.Tables.Count + outcome.Unread.Count > 0);
        Assert.All(outcome.Findings, f => Assert.True(f.Rule.Length > 0 && f.Found.Length > 0 && f.File.Length > 0 && f.Lines.All(l => l > 0)));
    }

    /// <summary>A stream that never ends.</summary>
    private sealed class Endless : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)'x');
            return buffer.Length;
        }
    }
}
