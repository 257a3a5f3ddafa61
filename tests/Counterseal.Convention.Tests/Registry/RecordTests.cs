using Counterseal.Desk.Tests;
using Counterseal.Watch;

namespace Counterseal.Convention.Tests;

public class RecordTests(Postgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(RegistryStand.Both), MemberType = typeof(RegistryStand))]
    public async Task A_correction_is_a_version_more_and_only_the_latest_is_counted(string store)
    {
        await using var stand = await RegistryStand.Up(store, postgres);
        await stand.Put(RegistryStand.Incident("1"), RegistryStand.Incident("2", accused: ["RU"]));
        await stand.Put(RegistryStand.Incident("1", "Corrected", ["RU"], 2016));
        Assert.Null(await stand.Put(RegistryStand.Incident("1", "Corrected", ["RU"], 2016)));
        var kept = await stand.Reader.Incident("test-1", Stop);
        Assert.Equal([("Sample", 1), ("Corrected", 2)], kept.Select(k => (k.Item.Title, k.Version)));
        Assert.Equal((0, 2), ((await stand.Reader.Incidents("CN", "accused", null, 0, 10, Stop)).All, (await stand.Reader.Incidents("RU", "accused", null, 0, 10, Stop)).All));
        var trend = await stand.Reader.Trend("RU", "accused", ClauseRef.Parse("us-cn/2015/1"), Stop);
        Assert.Equal([(2015, 1L), (2016, 1L)], trend.Years.Select(y => (y.Of, y.Count)));
        Assert.Empty((await stand.Check()).Faults);
    }

    [Theory, MemberData(nameof(RegistryStand.Both), MemberType = typeof(RegistryStand))]
    public async Task What_is_not_on_the_ledger_is_not_seen_and_what_stood_before_still_is(string store)
    {
        await using var stand = await RegistryStand.Up(store, postgres);
        await stand.Put(RegistryStand.Incident("1"));
        await stand.StopLedger();
        var kept = await Assert.ThrowsAsync<RegistryException>(() => stand.Put(RegistryStand.Incident("1", "Corrected"), RegistryStand.Incident("2")));
        Assert.Contains("kept", kept.Message, StringComparison.Ordinal);
        Assert.Equal(["Sample"], (await stand.Reader.Incident("test-1", Stop)).Select(k => k.Item.Title));
        Assert.Equal((1, "Sample"), ((await stand.Reader.Counts(Stop)).Incidents, (await stand.Reader.Incidents(null, null, null, 0, 10, Stop)).Rows.Single().Title));
        await stand.StartLedger();
        await stand.Record.DisposeAsync();
        await stand.Open();
        Assert.Equal(["Sample", "Corrected"], (await stand.Reader.Incident("test-1", Stop)).Select(k => k.Item.Title));
        Assert.Equal((2, 2), ((await stand.Reader.Counts(Stop)).Incidents, (await stand.Reader.Counts(Stop)).Events));
        Assert.Empty((await stand.Check()).Faults);
    }

    [Fact]
    public async Task Nobody_changes_a_registry_that_is_open_for_reading()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        await using var read = await RegistryRecord.Open(stand.Options, null, stand.Clock, Stop);
        await Assert.ThrowsAsync<RegistryException>(() => read.Append("eve", "correction", null, [RegistryItem.Of(RegistryStand.Incident("1"))], Stop));
    }

    [Fact]
    public async Task A_key_that_is_not_the_editors_is_refused_before_it_signs_anything()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        using var other = Ledger.NoteSigner.Generate("registry.example/editor");
        await Assert.ThrowsAsync<RegistryException>(() => RegistryRecord.Open(stand.Options, stand.Pen with { Signer = other }, stand.Clock, Stop));
    }

    public static TheoryData<string, string, string> Tamperings { get; } = new()
    {
        { "sqlite", "text", "UPDATE registry_versions SET bytes = CAST(REPLACE(CAST(bytes AS text), 'A laboratory', 'B laboratory') AS blob) WHERE version = 1" },
        { "postgres", "text", "UPDATE registry_versions SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'A laboratory', 'B laboratory'), 'UTF8') WHERE version = 1" },
        { "postgres", "order", "UPDATE registry_events SET n = -1 WHERE n = 0; UPDATE registry_events SET n = 0 WHERE n = 1; UPDATE registry_events SET n = 1 WHERE n = -1" },
        { "postgres", "version", "DELETE FROM registry_versions WHERE version = 1 AND superseded IS NOT NULL" },
        { "sqlite", "version", "UPDATE registry_versions SET version = 3 WHERE version = 2" },
        { "sqlite", "version", "UPDATE registry_versions SET superseded = NULL" },
        { "sqlite", "signature", "UPDATE registry_events SET note = (SELECT note FROM registry_events WHERE n = 0) WHERE n = 1" },
        { "sqlite", "index", "UPDATE registry_incidents SET year = 1999" },
        { "sqlite", "index", "DELETE FROM registry_clauses" },
        { "sqlite", "order", "DELETE FROM registry_events WHERE n = 1" },
    };

    [Theory, MemberData(nameof(Tamperings))]
    public async Task The_check_names_what_was_tampered_with(string store, string kind, string sql)
    {
        await using var stand = await RegistryStand.Up(store, postgres);
        await stand.Put(RegistryStand.Incident("1"));
        await stand.Put(RegistryStand.Incident("1", "Corrected"));
        Assert.Empty((await stand.Check()).Faults);
        await using (System.Data.Common.DbConnection connection = store == "sqlite" ? new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={stand.Options.Database["sqlite:".Length..]};Pooling=False") : new Npgsql.NpgsqlConnection(stand.Options.Database))
        {
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Stop));
        }
        Assert.Contains((await stand.Check()).Faults, f => f.Kind == kind);
    }

    [Fact]
    public async Task Instruments_and_pledges_are_adopted_once_and_a_changed_wording_is_told()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        var data = Path.Combine(stand.Folder, "data");
        foreach (var file in Directory.EnumerateFiles(RegistryStand.Data, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(data, Path.GetRelativePath(RegistryStand.Data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        Assert.InRange(await RegistryHome.Adopt(stand.Record, data, "ana", Stop), 10, 40);
        Assert.Equal(0, await RegistryHome.Adopt(stand.Record, data, "ana", Stop));
        Assert.Empty((await stand.Check(data)).Faults);

        var dgc = Path.Combine(data, "instruments", "dgc.yaml");
        await File.WriteAllTextAsync(dgc, (await File.ReadAllTextAsync(dgc, Stop)).Replace("so that no mass event comes of them", "so that hardly a mass event comes of them", StringComparison.Ordinal), Stop);
        Assert.Equal(0, await RegistryHome.Adopt(stand.Record, data, "ana", Stop));
        Assert.Equal(("instrument", "instrument/dgc/2017-02/6"), (await stand.Check(data)).Faults.Select(f => (f.Kind, f.Where)).Single());
        await stand.Record.Append("ana", "correction", "plainer", [.. InstrumentBook.Read(data).Versions.Select(RegistryItem.Of)], Stop);
        Assert.Empty((await stand.Check(data)).Faults);
        var kept = await stand.Reader.Instrument("dgc", "2017-02", Stop);
        Assert.Equal([1, 2], kept.Select(k => k.Version));
        Assert.NotEqual(kept[0].Item.Find("6")!.Text, kept[1].Item.Find("6")!.Text);
        Assert.Single(await stand.Reader.Instrument("dgc", "2017-04", Stop));

        var document = Path.Combine(data, "documents", "example-mail-tech-accord.txt");
        await File.AppendAllTextAsync(document, "and more\n", Stop);
        Assert.Equal(("document", "pledge/sample-example-mail"), (await stand.Check(data)).Faults.Select(f => (f.Kind, f.Where)).Single());
    }

    [Fact]
    public async Task Two_incidents_that_are_one_name_each_other_and_neither_is_changed_otherwise()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        await stand.Put(RegistryStand.Incident("1"), RegistryStand.Incident("2", accused: ["RU"], year: 2016));
        await stand.Record.Append("ana", "correction", "the same", await Corrections.Of(stand.Reader, "test-1", "test-2", null, null, null, null, Stop), Stop);
        var (one, two) = ((await stand.Reader.Incident("test-1", Stop))[^1].Item, (await stand.Reader.Incident("test-2", Stop))[^1].Item);
        Assert.Equal(["test-2"], one.SameAs);
        Assert.Equal(["test-1"], two.SameAs);
        Assert.Equal(["CN"], one.Accused);
        Assert.Equal(["RU"], two.Accused);
        Assert.Equal(["the states that are named", "the date"], one.DiffersFrom(two));
        await Assert.ThrowsAsync<RegistryException>(() => Corrections.Of(stand.Reader, "test-1", null, null, "RU: no", "https://x.example", null, Stop));
    }

    [Fact]
    public async Task The_bell_reads_the_stix_export_without_a_remark_and_who_says_so_is_who_made_the_relationship()
    {
        await using var stand = await RegistryStand.Up("sqlite", postgres);
        await stand.Put(RegistryStand.Incident("1", "=HYPERLINK(\"x\")"), RegistryStand.Incident("2", accused: ["RU", "IR"]));
        using var stix = new MemoryStream();
        await RegistryExport.Stix(stand.Reader, stix, Stop);
        stix.Position = 0;
        var known = new Intelligence();
        var reader = new StixReader("registry", known);
        reader.Read(stix, "registry.json", Stop);
        reader.Finish();
        Assert.Empty(known.Remarks.All);
        Assert.Equal(2, known.Subjects.Count(s => s.Type == "incident"));
        var named = known.Relationships.Where(r => r.Type == "attributed-to").ToList();
        Assert.Equal(3, named.Count);
        Assert.All(named, r => Assert.Equal("A laboratory", r.Source));
        Assert.Equal(["CN", "DE", "IR", "RU"], known.Subjects.Where(s => s.Type == "location").Select(s => s.Country!).Order(StringComparer.Ordinal));

        using var csv = new MemoryStream();
        await RegistryExport.Csv(stand.Reader, csv, Stop);
        csv.Position = 0;
        var rows = new CsvRows(csv, 0);
        var header = rows.Next()!.Value.Cells;
        var first = rows.Next()!.Value.Cells;
        Assert.Equal(header.Length, first.Length);
        Assert.Equal("'=HYPERLINK(\"x\")", first[Array.IndexOf(header, "title")]);
    }
}
