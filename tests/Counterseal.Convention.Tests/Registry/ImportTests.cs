using System.Diagnostics;
using System.Text;
using Counterseal.Cli;
using Counterseal.Desk.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Convention.Tests;

public class ImportTests(Postgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Sample(string name) => Path.Combine(RegistryStand.Root, "samples", "registry", name);

    [Theory, MemberData(nameof(RegistryStand.Both), MemberType = typeof(RegistryStand))]
    public async Task Every_dirty_line_comes_out_as_the_list_says_and_every_row_is_accounted_for(string store)
    {
        await using var stand = await RegistryStand.Up(store, postgres);
        var dirt = DirtyLine.Read(Sample("dirt.yaml"));
        Assert.True(dirt.Count >= 60);
        var import = new RegistryImport(stand.Record, RegistryStand.Data);
        foreach (var feed in (string[])["cfr", "eurepoc", "dcid"])
        {
            var places = new Dictionary<DirtyLine, (string File, long Line)>();
            string? Dirty(string kind, string name)
            {
                var path = Path.Combine(stand.Folder, name);
                foreach (var (line, at) in DirtyLine.Spread(Sample(name), path, [.. dirt.Where(d => d.Feed == feed && d.File == kind)]))
                    places[line] = (name, at);
                return path;
            }
            var several = feed == "eurepoc";
            var report = await import.Run(RegistryStand.Mapping(feed), Dirty("incidents", several ? "eurepoc-incidents.csv" : feed + ".csv")!, several ? Dirty("receivers", "eurepoc-receivers.csv") : null,
                several ? Dirty("attributions", "eurepoc-attributions.csv") : null, "ana", true, null, Stop);
            var rows = await import.Rows(report.Import, Stop);
            Assert.True(report.Whole);
            Assert.Equal(report.Rows, rows.Count);
            Assert.Equal(dirt.Count(d => d.Feed == feed), places.Count);
            foreach (var (line, (name, at)) in places)
            {
                var row = rows.SingleOrDefault(r => r.File == name && r.Line == at);
                var incident = row?.Incident is { } id && line.File == "incidents" && await stand.Reader.Incident(id, Stop) is [.., var latest] ? latest.Item : null;
                var differs = line.Differs(row, incident);
                Assert.True(differs is null, $"{name}, line {at}: {differs}");
            }
            Assert.DoesNotContain(rows, r => r.Outcome == RowOutcome.Refused && !places.ContainsValue((r.File, r.Line)));
            Assert.All(rows.Where(r => r.Outcome is RowOutcome.Refused or RowOutcome.Mended), r => Assert.NotEmpty(r.Remarks));
        }
        Assert.InRange((await stand.Reader.Counts(Stop)).Incidents, 240, 400);
        Assert.Empty((await stand.Check()).Faults);
    }

    [Fact]
    public async Task A_fourth_shape_is_read_by_a_mapping_file_alone()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        var mapping = FeedMapping.Read("fourth.yaml", """
            feed: fourth
            name: An invented fourth shape
            words:
              victims: {government: [gov], media: [press]}
              types: {espionage: [spy]}
              basis: {victim: [own], community: [lab]}
            files:
              incidents:
                columns: [No, When, What, How, Whom, Where, Blamed, Blamer, Ground, Sure]
                key: {column: No}
                title: {column: What}
                start: {column: When, as: date, orders: [dmy]}
                types: [{column: How, as: words, words: types}]
                victims: {states: {column: Where, as: states}, kinds: {column: Whom, as: words, words: victims}}
                attributions:
                  - by: {column: Blamer}
                    basis: {column: Ground, as: words, words: basis}
                    accused: {column: Blamed, as: states}
                    confidence: {column: Sure}
            """u8.ToArray());
        var file = await stand.Write("fourth.csv", "No,When,What,How,Whom,Where,Blamed,Blamer,Ground,Sure\nA-1,3.4.2015,Something,spy,gov; press,Germany|France,Iran,A ministry,own,likely\nA-2,soon,Else,spy,gov,Germany,Iran,A ministry,own,likely\n");
        var report = await new RegistryImport(stand.Record, RegistryStand.Data).Run(mapping, file, null, null, "ana", false, null, Stop);
        Assert.Equal((2, 1, 1), (report.Rows, report.Mended + report.Taken, report.Refused));
        var incident = Assert.Single(await stand.Reader.Incident("fourth-A-1", Stop)).Item;
        Assert.Equal(new DateOnly(2015, 4, 3), incident.Start);
        Assert.Equal(["DE", "FR"], incident.Attacked);
        var said = Assert.Single(incident.Attributions);
        Assert.Equal(("A ministry", AttributionBasis.Victim, "likely"), (said.By, said.Basis, said.Confidence));
        Assert.Equal(["IR"], said.Accused);
        Assert.Contains(incident.Clauses, c => c.Clause == ClauseRef.Parse("dgc/2017-04/3") && c.Rule == "journalists");
    }

    [Fact]
    public async Task A_new_release_of_a_feed_makes_a_version_more_and_what_is_unchanged_stays_as_it_is()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        const string header = "Title,Date,Affiliations,Description,Response,Victims,Sponsor,Type,Category,Sources_1,Sources_2,Sources_3\n";
        var import = new RegistryImport(stand.Record, RegistryStand.Data);
        var first = await stand.Write("one.csv", header + "A,2015-01-01,,x,,,China,Espionage,Government,,,\nB,2015-01-01,,x,,,Iran,Espionage,Government,,,\n");
        await import.Run(RegistryStand.Mapping("cfr"), first, null, null, "ana", true, null, Stop);
        var second = await stand.Write("two.csv", header + "A,2015-01-01,,corrected,,,China,Espionage,Government,,,\nB,2015-01-01,,x,,,Iran,Espionage,Government,,,\n");
        var report = await import.Run(RegistryStand.Mapping("cfr"), second, null, null, "ana", true, null, Stop);
        Assert.Equal((1, 1), (report.Taken + report.Mended, report.Same));
        var id = (await import.Rows(report.Import, Stop)).Single(r => r.Outcome != RowOutcome.Same).Incident!;
        Assert.Equal(["x", "corrected"], (await stand.Reader.Incident(id, Stop)).Select(k => k.Item.Summary));
    }

    [Fact]
    public async Task A_file_of_another_shape_is_refused_with_its_missing_columns()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        var file = await stand.Write("other.csv", "Title,Date\nA,2015-01-01\n");
        var refused = await Assert.ThrowsAsync<FormatException>(() => new RegistryImport(stand.Record, RegistryStand.Data).Run(RegistryStand.Mapping("cfr"), file, null, null, "ana", true, null, Stop));
        Assert.Contains("Sponsor", refused.Message, StringComparison.Ordinal);
        Assert.Contains("line 1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await stand.Reader.Counts(Stop)).Incidents);
    }

    [Theory]
    [InlineData("files: {incidents: {columns: [A], key: {column: A}, title: {column: A, as: nonsense}}}", "nonsense")]
    [InlineData("words: {victims: {ghosts: [x]}}\nfiles: {incidents: {columns: [A], key: {column: A}, title: {column: A}}}", "ghosts")]
    [InlineData("files: {incidents: {columns: [A], title: {column: A}}}", "key")]
    [InlineData("colour: red\nfiles: {incidents: {columns: [A], key: {column: A}, title: {column: A}}}", "colour")]
    public void A_mapping_that_cannot_be_used_is_refused_with_its_line(string rest, string names)
    {
        var refused = Assert.Throws<FormatException>(() => FeedMapping.Read("m.yaml", Encoding.UTF8.GetBytes("feed: m\nname: M\n" + rest)));
        Assert.Contains(names, refused.Message, StringComparison.Ordinal);
        Assert.Contains("line", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_read_back_as_they_were_written_and_from_any_row_on()
    {
        var cell = Gen.Elements("", "a", "a,b", "\"", "x\ny", "é", " ", "''", "\"\"").Resize(3);
        Prop.ForAll(Gen.ArrayOf(Gen.ArrayOf(cell, 3), 6).ToArbitrary(), rows =>
        {
            rows = [.. rows.Where(r => r.Length == 3)];
            static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(rows.Select(r => string.Join(',', r.Select(Quoted)) + "\r\n"))));
            var all = All(new CsvRows(stream, 3));
            Assert.Equal(rows, all.Select(r => r.Cells));
            for (var i = 0; i + 1 < all.Count; i++)
            {
                var later = new CsvRows(stream, 3);
                later.GoTo(all[i].Next, all[i].NextLine);
                Assert.Equal(all.Skip(i + 1).Select(r => (r.Line, string.Join('|', r.Cells))), All(later).Select(r => (r.Line, string.Join('|', r.Cells))));
            }
        }).QuickCheckThrowOnFailure();

        static List<CsvRow> All(CsvRows rows)
        {
            var all = new List<CsvRow>();
            while (rows.Next() is { } row)
                all.Add(row);
            return all;
        }
    }

    [Fact]
    public void A_line_longer_than_a_row_may_be_costs_itself_and_nothing_after_it()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("a,b\n" + new string('x', 3 * CsvRows.MostBytes) + ",y\nc,d\n"));
        var rows = new CsvRows(stream, 2);
        Assert.Equal(["a", "b"], rows.Next()!.Value.Cells);
        Assert.Contains("more than", rows.Next()!.Value.Fault, StringComparison.Ordinal);
        Assert.Equal(["c", "d"], rows.Next()!.Value.Cells);
        Assert.Null(rows.Next());
    }

    [Fact]
    public void Any_bytes_end_in_rows_and_faults_and_never_in_a_crash()
    {
        var piece = Gen.Elements("\"", ",", "\n", "\r\n", "a", "[", "'", "]", "2015-01-01", "Iran", "\uFFFD", "é");
        Prop.ForAll(Gen.ListOf(piece, 60).ToArbitrary(), pieces =>
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(pieces)));
            var rows = new CsvRows(stream, 12);
            var mapping = RegistryStand.Mapping("cfr");
            var file = mapping.Incidents.Bind("Title,Date,Affiliations,Description,Response,Victims,Sponsor,Type,Category,Sources_1,Sources_2,Sources_3".Split(','), "x");
            var reader = new RowReader(mapping, file, Rules, new DateOnly(2026, 1, 1), true);
            while (rows.Next() is { } row)
                if (row.Fault is null)
                    Assert.True(reader.Read(row.Cells) is { } read && (read.Fault is not null || read.Incident is not null));
        }).QuickCheckThrowOnFailure();
    }

    private static ClauseRules Rules { get; } = ClauseRules.Read(RegistryStand.Data, InstrumentBook.Read(RegistryStand.Data));

    /// <summary>Where an import can be killed; <c>#n</c> is the n-th time that it comes there.</summary>
    public static TheoryData<string, string> Points { get; } = new()
    {
        { "sqlite", "registry.import.batch.before#2" }, { "postgres", "registry.import.batch.before#2" }, { "sqlite", "registry.event.pending.before#2" }, { "sqlite", "registry.event.pending.after#2" },
        { "postgres", "registry.event.pending.after#2" }, { "sqlite", "registry.event.logged.before#2" }, { "sqlite", "registry.event.logged.after#2" }, { "sqlite", "registry.import.done.before" },
    };

    [Theory, MemberData(nameof(Points))]
    public async Task A_killed_import_goes_on_and_comes_to_the_same_as_one_that_was_never_killed(string store, string point)
    {
        await using var stand = await RegistryStand.Up(store, postgres);
        var text = new StringBuilder("Title,Date,Affiliations,Description,Response,Victims,Sponsor,Type,Category,Sources_1,Sources_2,Sources_3\n");
        for (var i = 0; i < 9_000; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Sample {i},2015-01-{(i % 28) + 1:00},,x,,,{(i % 100 == 7 ? "Ruritania" : "China")},Espionage,Government,,,\n");
        var file = await stand.Write("many.csv", text.ToString());
        await stand.Record.DisposeAsync();
        Assert.Equal(137, await ImportChild.Run(stand, file, point));
        await stand.Open();
        var seen = (await stand.Reader.Counts(Stop)).Incidents;
        Assert.InRange(seen, 0, 8_999);
        Assert.Empty((await stand.Check()).Faults);
        var report = await new RegistryImport(stand.Record, RegistryStand.Data).Run(RegistryStand.Mapping("cfr"), file, null, null, "ana", true, null, Stop);
        Assert.True(report.Resumed);
        Assert.Equal((9_000, 8_910, 90), (report.Rows, report.Taken + report.Mended, report.Refused));
        Assert.Equal((8_910, 3), ((await stand.Reader.Counts(Stop)).Incidents, (await stand.Reader.Counts(Stop)).Events));
        Assert.Empty((await stand.Check()).Faults);
    }
}

/// <summary>An import in a process of its own, which a crash point kills: this very program, asked for the one test below.</summary>
public class ImportChild
{
    private const string Setting = "COUNTERSEAL_IMPORT_CHILD";

    [Fact(Explicit = true)]
    public async Task Imports_until_it_is_killed()
    {
        var setting = Environment.GetEnvironmentVariable(Setting);
        Assert.SkipWhen(string.IsNullOrEmpty(setting), "only as a child of the crash tests");
        if (setting!.Split('\n') is not [var database, var address, var log, var credential, var key, var editor, var file])
            throw new InvalidOperationException(setting);
        using var signer = Ledger.NoteSigner.Open(editor);
        using var client = new Ledger.LedgerClient(address, Ledger.NoteVerifier.Parse(log), credential);
        await using var record = await RegistryRecord.Open(new() { Database = database, Editor = signer.Verifier, Log = client.Log }, new(signer, client, new Ledger.WriterKey(Convert.FromHexString(key))), TimeProvider.System, default);
        await new RegistryImport(record, RegistryStand.Data).Run(RegistryStand.Mapping("cfr"), file, null, null, "ana", true, null, default);
    }

    internal static async Task<int> Run(RegistryStand stand, string file, string crashAt)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(ImportChild).Assembly.Location, null), ["-class", typeof(ImportChild).FullName!, "-explicit", "only", "-noLogo"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Setting] = string.Join('\n', [.. stand.Access, file]);
        start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode is 0 or 137, output + await errors);
        return process.ExitCode;
    }
}
