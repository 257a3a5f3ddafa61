using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Convention;
using Counterseal.Ledger;
using Counterseal.Watch;
using Microsoft.Data.Sqlite;

namespace Counterseal.Cli;

/// <summary>One thing that the demo holds to be so.</summary>
/// <param name="What">What, as a sentence.</param>
/// <param name="Good">Whether it is.</param>
/// <param name="Found">What was found.</param>
internal sealed record DemoCheck(string What, bool Good, string Found);

/// <summary>What the demo came to.</summary>
/// <param name="Good">Whether everything came out as it should.</param>
/// <param name="Incidents">Incidents in the registry.</param>
/// <param name="Bound">The sentence on states that are bound.</param>
/// <param name="Imports">The accounts of the imports.</param>
/// <param name="Checks">All that was held to be so.</param>
internal sealed record ConventionDemoResult(bool Good, long Incidents, string Bound, IReadOnlyList<ImportReport> Imports, IReadOnlyList<DemoCheck> Checks);

/// <summary>The registry's demo: a registry of its own with a real ledger, made-up feeds with hand-written dirt among them, corrections, trends, exports, pages, and tamperings that must be caught.</summary>
internal sealed class ConventionDemo
{
    private readonly List<DemoCheck> checks = [];
    private readonly List<ImportReport> imports = [];
    private readonly string folder;
    private readonly Action<string> say;

    private ConventionDemo(string folder, Action<string> say) => (this.folder, this.say) = (folder, say);

    /// <summary>Runs it.</summary>
    /// <param name="folder">Where everything goes; must not be there yet.</param>
    /// <param name="stay">Leaves the pages up until cancelled.</param>
    /// <param name="say">Tells what happens.</param>
    /// <param name="cancel">Ends it.</param>
    public static Task<ConventionDemoResult> Run(string folder, bool stay, Action<string> say, CancellationToken cancel) => new ConventionDemo(folder, say).Run(stay, cancel);

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "samples", "registry", name);

    private void Check(string what, bool good, string found)
    {
        checks.Add(new(what, good, found));
        say(string.Create(CultureInfo.InvariantCulture, $"{checks.Count,3}. {(good ? "✓" : "✗")} {what}{(found.Length > 0 ? $": {found}" : "")}"));
    }

    private async Task<ConventionDemoResult> Run(bool stay, CancellationToken cancel)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new Refused($"{folder} is there; name another with --folder");
        Directory.CreateDirectory(folder);
        var made = LedgerHome.Create(Path.Combine(folder, "ledger"), "ledger.demo.example", "registry");
        // A socket's path may have 107 bytes; a folder's may have more.
        var socket = Path.Combine(Path.GetTempPath(), $"cs-conv-{Guid.NewGuid():N}"[..17] + ".sock");
        var home = RegistryHome.Create(Path.Combine(folder, "registry"), ConventionCommands.Data, "registry.demo.example/editor", "unix:" + socket, made.Key.ToString(), made.Credentials["registry"], null);
        await using var ledger = await StartLedger(made.Home.Folder, socket);
        var pen = home.Pen();
        using var signer = pen.Signer;
        using var client = pen.Ledger;
        await using var record = await RegistryRecord.Open(home.Options(), pen, TimeProvider.System, cancel);
        var reader = new RegistryReader(record);

        await RegistryHome.Adopt(record, home.Data, "demo editor", cancel);
        var book = await reader.Instruments(cancel);
        var pledges = await reader.Pledges(cancel);
        var norms = book.Version("un-gge", "2015")!;
        Check("Instruments are on record, each version by itself", book.Version("dgc", "2017-02")!.Clauses.Count == 6 && book.Version("dgc", "2017-04")!.Clauses.Count == 9 && norms.Clauses.Count == 11 && book.Version("paris-call", "2018")!.Clauses.Count == 9,
            $"{book.Versions.Count} versions, {book.Versions.Sum(v => v.Clauses.Count)} clauses, {book.Versions.Count(v => v.Checked)} versions read by a person");
        Check("The bound states are derived from the pledges", RegistryReader.BoundSentence(pledges, reader.Today).EndsWith(": none", StringComparison.Ordinal), RegistryReader.BoundSentence(pledges, reader.Today));

        await Imports(record, home, cancel);
        await Corrected(record, reader, home, cancel);
        await Trends(reader, pledges, cancel);
        await Exports(reader, cancel);
        await new ConventionTampering(folder, home, record, client, pen.Key, Check).Run(cancel);
        await ConventionPages.Run(reader, record.Options.Log, client, folder, stay, Check, say, cancel);
        var (incidents, _, events) = await reader.Counts(cancel);
        say(string.Create(CultureInfo.InvariantCulture, $"{incidents} incidents, {events} events on the ledger; {checks.Count(c => c.Good)} of {checks.Count} checks hold. To look at: {folder}"));
        return new(checks.All(c => c.Good), incidents, RegistryReader.BoundSentence(pledges, reader.Today), imports, checks);
    }

    private async Task Imports(RegistryRecord record, RegistryHome home, CancellationToken cancel)
    {
        var dirt = DirtyLine.Read(Sample("dirt.yaml"));
        var import = new RegistryImport(record, home.Data);
        var reader = new RegistryReader(record);
        foreach (var feed in (string[])["cfr", "eurepoc", "dcid"])
        {
            var places = new Dictionary<DirtyLine, (string File, long Line)>();
            string? Dirty(string kind, string name)
            {
                if (!File.Exists(Sample(name)))
                    return null;
                var path = Path.Combine(folder, name);
                foreach (var (line, at) in DirtyLine.Spread(Sample(name), path, [.. dirt.Where(d => d.Feed == feed && d.File == kind)]))
                    places[line] = (name, at);
                return path;
            }
            var several = feed == "eurepoc";
            var report = await import.Run(ConventionCommands.Mapping(home.Data, feed), Dirty("incidents", several ? "eurepoc-incidents.csv" : feed + ".csv")!, several ? Dirty("receivers", "eurepoc-receivers.csv") : null,
                several ? Dirty("attributions", "eurepoc-attributions.csv") : null, "demo editor", sample: true, null, cancel);
            imports.Add(report);
            var rows = await import.Rows(report.Import, cancel);
            await File.WriteAllTextAsync(Path.Combine(folder, $"{feed}-account.csv"), ConventionCommands.Account(rows), cancel);
            var lines = report.Files.Sum(f => Rows(Path.Combine(folder, f.Split(' ')[0])));
            Check($"{feed}: each row is accounted for", report.Whole && report.Rows == rows.Count && report.Rows == lines,
                string.Create(CultureInfo.InvariantCulture, $"{report.Rows} rows: {report.Taken} taken, {report.Mended} mended, {report.Refused} refused"));
            var wrong = new List<string>();
            foreach (var (line, (name, at)) in places)
            {
                var row = rows.FirstOrDefault(r => r.File == name && r.Line == at);
                var incident = row?.Incident is { } id && line.File == "incidents" && await reader.Incident(id, cancel) is [.., var latest] ? latest.Item : null;
                if (line.Differs(row, incident) is { } differs)
                    wrong.Add($"{name}, line {at}: {differs}");
            }
            Check($"{feed}: every dirty line of the hand-written list came out as the list says", wrong.Count == 0, wrong.Count == 0 ? $"{places.Count} lines" : string.Join(" | ", wrong));
            var clean = rows.Where(r => !places.ContainsValue((r.File, r.Line)) && r.Outcome == RowOutcome.Refused).ToList();
            Check($"{feed}: no clean row was lost to a dirty neighbour", clean.Count == 0, string.Join("; ", clean.Take(3).Select(r => $"{r.File}, line {r.Line}: {r.Remarks[0].What}")));
        }
        var (count, _, _) = await reader.Counts(cancel);
        Check("At least two hundred incidents are on record", count >= 200, count.ToString(CultureInfo.InvariantCulture));
        var again = await import.Run(ConventionCommands.Mapping(home.Data, "dcid"), Path.Combine(folder, "dcid.csv"), null, null, "demo editor", sample: true, null, cancel);
        Check("The same files imported again change nothing", again.Again && (await reader.Counts(cancel)).Incidents == count, "");
        var rules = ClauseRules.Read(home.Data, InstrumentBook.Read(home.Data));
        var bell = BellFigures.Read(await File.ReadAllBytesAsync(Sample("bell-figures.json"), cancel), "Example Mail", rules, sample: true);
        await record.Append("demo editor", "bell", "as Example Mail publishes", [.. bell.Select(RegistryItem.Of)], cancel);
        Check("The bell's published figures are incidents, and no customer is in them", bell.Count == 4 && bell.All(i => i.Customers is not null && i.Victims.All(v => v.State is null)), string.Join(", ", bell.Select(i => $"{i.Id}: {i.Customers}")));
    }

    /// <summary>Rows of a file by a count of its own: what stands between line breaks outside a well-formed quoted cell is one.</summary>
    private static long Rows(string file)
    {
        var lines = File.ReadAllLines(file, Encoding.Latin1);
        // The one row of the dirt that spans two lines on purpose.
        return lines.Length - 1 - lines.Count(l => l.StartsWith("over two lines\"", StringComparison.Ordinal));
    }

    private async Task Corrected(RegistryRecord record, RegistryReader reader, RegistryHome home, CancellationToken cancel)
    {
        var (one, other) = ((await reader.Incidents("CN", "accused", null, 0, 500, cancel)).Rows.First(r => r.Feed == "cfr"), (await reader.Incidents("RU", "accused", null, 0, 500, cancel)).Rows.First(r => r.Feed == "eurepoc"));
        await record.Append("demo editor", "correction", "both tell the same made-up attack", await Corrections.Of(reader, one.Id, other.Id, null, null, null, null, cancel), cancel);
        var (left, right) = ((await reader.Incident(one.Id, cancel))[^1].Item, (await reader.Incident(other.Id, cancel))[^1].Item);
        Check("Two feeds that contradict each other both stand, and name each other", left.SameAs.Contains(other.Id) && right.SameAs.Contains(one.Id) && left.DiffersFrom(right).Contains("the states that are named"), $"{one.Id} and {other.Id} differ in {string.Join(", ", left.DiffersFrom(right))}");
        await record.Append("demo editor", "correction", "the made-up state has answered", await Corrections.Of(reader, one.Id, null, "Sample: called otherwise now", "CN: it denies any part in it", "https://news.example/answer", null, cancel), cancel);
        var versions = await reader.Incident(one.Id, cancel);
        Check("A correction keeps what was there before", versions.Count == 3 && versions[0].Item.Title == one.Title && versions[2].Item.Title == "Sample: called otherwise now" && versions[2].Item.Answers.Count == 1, $"{one.Id} has {versions.Count} versions; the first is still called \"{versions[0].Item.Title}\"");
        var (february, april) = ((await reader.Instrument("dgc", "2017-02", cancel))[^1].Item.Find("6")!.Text, (await reader.Instrument("dgc", "2017-04", cancel))[^1].Item.Find("6")!.Text);
        Check("The sixth article of February and the sixth of April are two texts", february != april, $"\"{february}\" | \"{april}\"");
        Check("Nothing but wording stands under a version: no article was changed by any of this", (await reader.Instrument("dgc", "2017-04", cancel)).Count == 1, home.Data);
    }

    private async Task Trends(RegistryReader reader, IReadOnlyList<Pledge> pledges, CancellationToken cancel)
    {
        var pledge = pledges.First(p => p.Id == "us-cn-2015-cn");
        var trend = await reader.Trend("CN", "accused", new ClauseRef("us-cn", "2015", "1"), cancel);
        var around = trend.Around(pledge.Date.Year);
        Check("Incidents by year before and after a pledge, with intervals", around is not null && trend.Years.All(y => y.Interval.Low <= y.Count && y.Count <= y.Interval.High), $"{pledge.Name}, us-cn/2015/1: {around?.Sentence}");
        var all = await reader.Trend(null, null, null, cancel);
        Check("The years add up to the incidents that have a date", all.Years.Sum(y => y.Count) <= (await reader.Counts(cancel)).Incidents && all.Years.Sum(y => y.Count) > 200, string.Create(CultureInfo.InvariantCulture, $"{all.Years.Sum(y => y.Count)} in {all.Years.Count} years"));
    }

    private async Task Exports(RegistryReader reader, CancellationToken cancel)
    {
        foreach (var form in (string[])["csv", "json", "stix"])
            await using (var file = File.Create(Path.Combine(folder, $"registry.{(form == "stix" ? "stix.json" : form)}")))
                await ConventionCommands.Export(reader, form, file, cancel);
        var known = new Intelligence();
        var stix = new StixReader("registry", known);
        await using (var file = File.OpenRead(Path.Combine(folder, "registry.stix.json")))
            stix.Read(file, "registry.stix.json", cancel);
        stix.Finish();
        var incidents = known.Subjects.Count(s => s.Type == "incident");
        Check("The bell reads the STIX export without a remark", known.Remarks.All.Count == 0 && incidents == (await reader.Counts(cancel)).Incidents && known.Relationships.Any(r => r.Type == "attributed-to"),
            string.Create(CultureInfo.InvariantCulture, $"{incidents} incidents, {known.Relationships.Count} relationships, {known.Remarks.All.Count} remarks{(known.Remarks.All.Count > 0 ? ": " + known.Remarks.All[0] : "")}"));
    }

    private async Task<LedgerHost> StartLedger(string home, string socket)
    {
        // The ledger logs to standard error as a process of its own would; here its log goes into a file.
        var error = Console.Error;
        var log = new StreamWriter(Path.Combine(folder, "ledger.log"), append: true) { AutoFlush = true };
        Console.SetError(log);
        try
        {
            return await LedgerHost.Start(home, "unix:" + socket, TimeProvider.System, default);
        }
        finally
        {
            Console.SetError(error);
        }
    }
}

/// <summary>Changes a copy of the demo's registry in each way that somebody could, and holds that the check names it.</summary>
internal sealed class ConventionTampering(string folder, RegistryHome home, RegistryRecord record, LedgerClient ledger, WriterKey tags, Action<string, bool, string> check)
{
    /// <summary>Tries them all.</summary>
    public async Task Run(CancellationToken cancel)
    {
        var clean = await RegistryCheck.Run(record, home.Data, ledger, tags, cancel);
        check("The check derives everything again and finds nothing wrong", clean.Good, string.Create(CultureInfo.InvariantCulture, $"{clean.Events} events, {clean.Versions} versions{(clean.Good ? "" : ": " + clean.Faults[0])}"));
        await Try("an incident's text is changed", "text", "UPDATE registry_versions SET bytes = CAST(REPLACE(CAST(bytes AS text), '\"CN\"', '\"RU\"') AS blob) WHERE subject = (SELECT MIN(subject) FROM registry_versions WHERE CAST(bytes AS text) LIKE '%\"CN\"%' AND subject LIKE 'incident/%')", cancel);
        await Try("two events change places", "order", "UPDATE registry_events SET n = -1 WHERE n = 1; UPDATE registry_events SET n = 1 WHERE n = 2; UPDATE registry_events SET n = 2 WHERE n = -1", cancel);
        await Try("an event's signature is another's", "signature", "UPDATE registry_events SET note = (SELECT note FROM registry_events WHERE n = 2) WHERE n = 1", cancel);
        await Try("an event's words are changed", "ledger", "UPDATE registry_events SET bytes = CAST(REPLACE(CAST(bytes AS text), 'demo editor', 'demo author') AS blob) WHERE n = (SELECT MAX(n) FROM registry_events)", cancel);
        await Try("an old version is taken away", "version", "DELETE FROM registry_versions WHERE version = 1 AND superseded IS NOT NULL", cancel);
        await Try("a version is put in that no event made", "version", "INSERT INTO registry_versions (subject, version, event, bytes) SELECT 'incident/cfr-forged', 1, 1, bytes FROM registry_versions WHERE subject LIKE 'incident/%' LIMIT 1", cancel);
        await Try("the last event is cut off", "order", "DELETE FROM registry_events WHERE n = (SELECT MAX(n) FROM registry_events)", cancel);
        await Try("a row to count by is moved to another state", "index", "UPDATE registry_states SET state = 'FR' WHERE role = 'accused' AND id = (SELECT MIN(id) FROM registry_states WHERE role = 'accused' AND state <> 'FR')", cancel);
        var document = Path.Combine(home.Data, "documents", "example-mail-tech-accord.txt");
        var before = await File.ReadAllTextAsync(document, cancel);
        await File.WriteAllTextAsync(document, before.Replace("everywhere", "where it can", StringComparison.Ordinal), cancel);
        var report = await RegistryCheck.Run(record, home.Data, null, tags, cancel);
        check("Caught: the document under a signed pledge is changed", report.Faults is [{ Kind: "document", Where: "pledge/sample-example-mail" }], string.Join("; ", report.Faults.Take(2)));
        await File.WriteAllTextAsync(document, before, cancel);
        var instrument = Path.Combine(home.Data, "instruments", "dgc.yaml");
        before = await File.ReadAllTextAsync(instrument, cancel);
        await File.WriteAllTextAsync(instrument, before.Replace("they are not stockpiled", "they may be stockpiled", StringComparison.Ordinal), cancel);
        report = await RegistryCheck.Run(record, home.Data, null, tags, cancel);
        check("Caught: an article's text is changed under its version", report.Faults is [{ Kind: "instrument", Where: "instrument/dgc/2017-02/3" }], string.Join("; ", report.Faults.Take(2)));
        await File.WriteAllTextAsync(instrument, before, cancel);
    }

    private async Task Try(string what, string kind, string sql, CancellationToken cancel)
    {
        var copy = Path.Combine(folder, $"tampered-{RandomNumberGenerator.GetHexString(6, true)}.db");
        await using (var from = new SqliteConnection($"Data Source={Path.Combine(home.Folder, "registry.db")}"))
        {
            await from.OpenAsync(cancel);
            await using var vacuum = from.CreateCommand();
            vacuum.CommandText = "VACUUM INTO @to";
            vacuum.Parameters.AddWithValue("@to", copy);
            await vacuum.ExecuteNonQueryAsync(cancel);
        }
        await using (var tamper = new SqliteConnection($"Data Source={copy};Pooling=False"))
        {
            await tamper.OpenAsync(cancel);
            await using var command = tamper.CreateCommand();
            command.CommandText = sql;
            if (await command.ExecuteNonQueryAsync(cancel) == 0)
                throw new InvalidOperationException($"the tampering \"{what}\" changed nothing");
        }
        RegistryReport report;
        await using (var tampered = await RegistryRecord.Open(record.Options with { Database = "sqlite:" + copy }, null, TimeProvider.System, cancel))
            report = await RegistryCheck.Run(tampered, home.Data, ledger, tags, cancel);
        check($"Caught: {what}", report.Faults.Any(f => f.Kind == kind), report.Good ? "nothing was found" : report.Faults.First(f => f.Kind == kind || report.Faults.All(o => o.Kind != kind)).ToString());
        File.Delete(copy);
    }
}
