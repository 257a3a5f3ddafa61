using System.CommandLine;
using System.Globalization;
using System.Text;
using Counterseal.Convention;
using Counterseal.Ledger;
using Counterseal.Watch;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>convention</c>: the registry of what states have pledged and what is said that they did.</summary>
internal static class ConventionCommands
{
    /// <summary>The data that comes with the program.</summary>
    public static string Data { get; } = Path.Combine(AppContext.BaseDirectory, "registry");

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var convention = new Command("convention", "The registry: instruments, pledges, incidents; who says what on which evidence.");
        convention.Subcommands.Add(Demo());
        convention.Subcommands.Add(Init());
        convention.Subcommands.Add(Import());
        convention.Subcommands.Add(Pledges());
        convention.Subcommands.Add(Correct());
        convention.Subcommands.Add(Check());
        convention.Subcommands.Add(Export());
        convention.Subcommands.Add(FromBell());
        return convention;
    }

    /// <summary>Gives a trial home a registry, with a credential of its own at the ledger, which must not run meanwhile.</summary>
    /// <exception cref="Refused">There is no home, or no ledger in it.</exception>
    public static RegistryHome Add(Home home, string? database)
    {
        var writers = new LedgerHome(home.Ledger).Writers;
        if (!home.Exists || !File.Exists(writers))
            throw new Refused($"{home.Folder} is no home with a ledger of its own; `counterseal serve --home {home.Folder}` makes one. Where others keep the ledger, have them make a credential for the registry, and write registry.yaml by docs/registry.md");
        if (new RegistryHome(home.Registry).Exists)
            throw new RegistryException($"{home.Registry} has a registry already; a new key would make it a stranger to its own events");
        var (writer, credential) = LedgerWriter.Create("registry");
        LedgerWriter.Write(writers, [.. LedgerWriter.Read(writers).Where(one => one.Name != writer.Name), writer]);
        return RegistryHome.Create(home.Registry, Data, "registry.trial.example/editor", "unix:../run/ledger.sock", PackageCommands.ReadTrust(new FileInfo(home.Trust)).LedgerKeys().ToString(), credential, database);
    }

    /// <summary>Records what the data folder has and the registry has not; <c>serve</c> does this once the ledger answers.</summary>
    public static async Task Adopt(RegistryHome registry, CancellationToken cancel) => await Write(registry, (record, _) => RegistryHome.Adopt(record, registry.Data, "registry", cancel), cancel);

    private static async Task<T> Write<T>(RegistryHome home, Func<RegistryRecord, RegistryPen, Task<T>> work, CancellationToken cancel)
    {
        var pen = home.Pen();
        using var signer = pen.Signer;
        using var ledger = pen.Ledger;
        await using var record = await RegistryRecord.Open(home.Options(), pen, TimeProvider.System, cancel);
        return await work(record, pen);
    }

    private static RegistryHome Of(DirectoryInfo? home) => new(Home.Of(home).Registry);

    private static Option<string> By() => Flags.Text("--by", "Who does this; it stands in the event.");

    private static Command Init()
    {
        var home = Flags.Home();
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string. Default: SQLite in the registry's folder." };
        return Flags.Make("init", "Gives a trial home a registry, with keys of its own. The ledger must not run meanwhile.", "convention init --home ./counterseal-home", [home, database], (parsed, answer, _) =>
        {
            var made = Add(Home.Of(parsed.GetValue(home)), parsed.GetValue(database));
            answer.Give(new { registry = made.Folder, data = made.Data, editor = made.Options().Editor.ToString() }, console =>
            {
                console.WriteLine($"A registry is in {made.Folder}. Its data to edit: {made.Data}");
                console.WriteLine("`counterseal serve` records the instruments and pledges there and shows the pages under /registry.");
            });
            return Task.FromResult(0);
        });
    }

    private static Command Import()
    {
        var home = Flags.Home();
        var mapping = Flags.Text("--mapping", "A feed with a mapping in the registry's data/mappings (eurepoc, cfr, dcid, or your own), or a mapping's file.");
        var incidents = Flags.File("--incidents", "The file of incidents.");
        var receivers = new Option<FileInfo?>("--receivers") { Description = "The file of receivers, where the feed has one." };
        var attributions = new Option<FileInfo?>("--attributions") { Description = "The file of attributions, where the feed has one." };
        var report = new Option<FileInfo?>("--report") { Description = "Where the account of each row goes, as CSV." };
        var sample = new Option<bool>("--sample") { Description = "The incidents are made up; they are marked so everywhere." };
        var by = By();
        return Flags.Make("import", "Imports a feed's CSV files. Each row is accounted for: taken, mended and how, refused and why. Goes on after a kill.",
            "convention import --mapping cfr --incidents cyber-operations.csv --by ana --report account.csv", [home, mapping, incidents, receivers, attributions, report, sample, by], async (parsed, answer, cancel) =>
            {
                var place = Of(parsed.GetValue(home));
                var done = await Write(place, async (record, _) =>
                {
                    await RegistryHome.Adopt(record, place.Data, parsed.GetValue(by)!, cancel);
                    var import = new RegistryImport(record, place.Data);
                    var progress = new ImportLine(answer.Json);
                    var account = await import.Run(Mapping(place.Data, parsed.GetValue(mapping)!), parsed.GetValue(incidents)!.FullName, parsed.GetValue(receivers)?.FullName, parsed.GetValue(attributions)?.FullName, parsed.GetValue(by)!,
                        parsed.GetValue(sample), progress.Tell, cancel);
                    progress.End();
                    var rows = await import.Rows(account.Import, cancel);
                    if (parsed.GetValue(report) is { } file)
                        await File.WriteAllTextAsync(file.FullName, Account(rows), cancel);
                    return (account, rows);
                }, cancel);
                answer.Give(done.account, console => Tell(console, done.account, done.rows, parsed.GetValue(report)?.Name));
                return 0;
            });
    }

    internal static FeedMapping Mapping(string data, string name)
    {
        var file = File.Exists(name) ? name : Path.Combine(data, "mappings", name + ".yaml");
        return File.Exists(file) ? FeedMapping.Read(Path.GetFileName(file), File.ReadAllBytes(file)) : throw new Refused($"there is no mapping \"{name}\"; there are {string.Join(", ", FeedMapping.Known(data))}, and docs/registry.md says how another is written");
    }

    internal static string Account(IReadOnlyList<ImportRow> rows)
    {
        static string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var text = new StringBuilder("file,line,outcome,incident,remarks\r\n");
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture, $"{Cell(row.File)},{row.Line},{row.Outcome.ToString().ToLowerInvariant()},{row.Incident},{Cell(string.Join("; ", row.Remarks.Select(r => r.Column.Length > 0 ? $"{r.Column}: {r.What}" : r.What)))}\r\n");
        return text.ToString();
    }

    internal static void Tell(IAnsiConsole console, ImportReport report, IReadOnlyList<ImportRow> rows, string? file)
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Feed}: {report.Rows:N0} rows{(report.Again ? ", imported to their end before; nothing was done" : report.Resumed ? ", an interrupted import went on" : "")}: {report.Taken:N0} taken, {report.Mended:N0} taken and mended, {report.Refused:N0} refused, {report.Same:N0} stood there already."));
        foreach (var row in rows.Where(r => r.Outcome == RowOutcome.Refused).Take(10))
            console.WriteLine(Answer.Visible(string.Create(CultureInfo.InvariantCulture, $"  {row.File}, line {row.Line}{(row.Remarks[0].Column.Length > 0 ? $", {row.Remarks[0].Column}" : "")}: {row.Remarks[0].What}")));
        if (report.Refused > 10)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {report.Refused - 10:N0} more{(file is null ? "; --report FILE gives the account of each row" : $", in {file}")}"));
    }

    private static Command Pledges()
    {
        var home = Flags.Home();
        var file = new Option<FileInfo?>("--file") { Description = "A list of pledges as in registry/pledges.yaml. Default: the registry's own data/pledges.yaml." };
        var by = By();
        var why = Flags.Text("--why", "Why, where a pledge is changed.", required: false);
        return Flags.Make("pledge", "Records pledges, and what has changed in recorded ones: reservations, withdrawals. What stood before stays to be seen.", "convention pledge --by ana", [home, file, by, why], async (parsed, answer, cancel) =>
        {
            var place = Of(parsed.GetValue(home));
            var happened = await Write(place, async (record, _) =>
            {
                await RegistryHome.Adopt(record, place.Data, parsed.GetValue(by)!, cancel);
                var path = parsed.GetValue(file)?.FullName ?? Path.Combine(place.Data, "pledges.yaml");
                var pledges = Pledge.Read(Path.GetFileName(path), await File.ReadAllBytesAsync(path, cancel), InstrumentBook.Read(place.Data));
                foreach (var pledge in pledges)
                    if (pledge.DocumentFault(place.Data) is { } fault)
                        throw new Refused($"pledge {pledge.Id}: {fault}");
                return await record.Append(parsed.GetValue(by)!, "pledge", parsed.GetValue(why), [.. pledges.Select(RegistryItem.Of)], cancel);
            }, cancel);
            answer.Give(new { recorded = happened?.Changes.Count ?? 0, changes = happened?.Changes }, console => console.WriteLine(happened is null ? "Nothing is new." : $"Recorded: {string.Join(", ", happened.Changes.Select(c => $"{c.Subject} (version {c.Version})"))}."));
            return 0;
        });
    }

    private static Command Correct()
    {
        var home = Flags.Home();
        var incident = new Option<string?>("--incident") { Description = "The incident's id." };
        var sameAs = new Option<string?>("--same-as") { Description = "Another incident's id: the same one, told by another feed. Both are then shown side by side." };
        var title = new Option<string?>("--title") { Description = "What it is to be called." };
        var answerBy = new Option<string?>("--answer") { Description = "What an accused state says to it, as \"RU: it denies it\"; with --source." };
        var source = new Option<string?>("--source") { Description = "Where the answer is written." };
        var contest = new Option<string?>("--contest") { Description = "Who contests the attributions, and why." };
        var instruments = new Option<bool>("--instruments") { Description = "Records the wording of data/instruments as it stands now." };
        var by = By();
        var why = Flags.Text("--why", "Why; it stands in the event.");
        return Flags.Make("correct", "Corrects an incident, or the wording of instruments: a new version. The old one stays and is shown.", "convention correct --incident cfr-1a2b3c4d5e6f --same-as eurepoc-501 --by ana --why \"same port, same week\"",
            [home, incident, sameAs, title, answerBy, source, contest, instruments, by, why], async (parsed, answer, cancel) =>
            {
                var place = Of(parsed.GetValue(home));
                var happened = await Write(place, async (record, _) =>
                {
                    List<RegistryItem> items = [];
                    if (parsed.GetValue(instruments))
                        items.AddRange(InstrumentBook.Read(place.Data).Versions.Select(RegistryItem.Of));
                    if (parsed.GetValue(incident) is { } id)
                        items.AddRange(await Corrections.Of(new RegistryReader(record), id, parsed.GetValue(sameAs), parsed.GetValue(title), parsed.GetValue(answerBy), parsed.GetValue(source), parsed.GetValue(contest), cancel));
                    return await record.Append(parsed.GetValue(by)!, "correction", parsed.GetValue(why), items, cancel);
                }, cancel);
                answer.Give(new { changes = happened?.Changes ?? [] }, console => console.WriteLine(happened is null ? "Nothing is changed by this." : $"Recorded: {string.Join(", ", happened.Changes.Select(c => $"{c.Subject} (version {c.Version})"))}. The versions before stay to be seen."));
                return 0;
            });
    }

    private static Command Check()
    {
        var home = Flags.Home();
        var offline = new Option<bool>("--offline") { Description = "Without asking the ledger; each event's own proof is checked all the same." };
        return Flags.Make("check", "Derives the registry again from its events and names what was tampered with: a text, the order, a signature, a document, a version.", "convention check", [home, offline], async (parsed, answer, cancel) =>
        {
            var place = Of(parsed.GetValue(home));
            var pen = place.Pen();
            using var signer = pen.Signer;
            using var ledger = pen.Ledger;
            await using var record = await RegistryRecord.Open(place.Options(), null, TimeProvider.System, cancel);
            var report = await RegistryCheck.Run(record, place.Data, parsed.GetValue(offline) ? null : ledger, pen.Key, cancel);
            answer.Give(report, console =>
            {
                foreach (var fault in report.Faults)
                    console.WriteLine(Answer.Visible(fault.ToString()));
                console.MarkupLine(report.Good ? string.Create(CultureInfo.InvariantCulture, $"[green]{report.Events:N0} events and {report.Versions:N0} versions are as they were signed and logged.[/]") : string.Create(CultureInfo.InvariantCulture, $"[red]{report.Faults.Count:N0} things are not as they were signed and logged.[/]"));
            });
            return report.Good ? 0 : 1;
        }, failure: 2);
    }

    private static Command Export()
    {
        var home = Flags.Home();
        var form = new Option<string>("--as") { Description = "csv, json or stix.", Required = true };
        form.AcceptOnlyFromAmong("csv", "json", "stix");
        var to = Flags.Text("--to", "The file.");
        return Flags.Make("export", "The registry as CSV, JSON or STIX 2.1.", "convention export --as stix --to registry.stix.json", [home, form, to], async (parsed, answer, cancel) =>
        {
            await using var record = await RegistryRecord.Open(Of(parsed.GetValue(home)).Options(), null, TimeProvider.System, cancel);
            await using (var file = File.Create(parsed.GetValue(to)!))
                await Export(new RegistryReader(record), parsed.GetValue(form)!, file, cancel);
            answer.Give(new { file = parsed.GetValue(to), bytes = new FileInfo(parsed.GetValue(to)!).Length }, console => console.WriteLine($"{parsed.GetValue(to)}: {new FileInfo(parsed.GetValue(to)!).Length.ToString("N0", CultureInfo.InvariantCulture)} bytes"));
            return 0;
        });
    }

    internal static Task Export(RegistryReader reader, string form, Stream to, CancellationToken cancel) => form switch
    {
        "csv" => RegistryExport.Csv(reader, to, cancel),
        "json" => RegistryExport.Json(reader, to, cancel),
        _ => RegistryExport.Stix(reader, to, cancel),
    };

    private static Command FromBell()
    {
        var home = Flags.Home();
        var figures = new Option<FileInfo?>("--figures") { Description = "What `counterseal watch figures --json` gave. Default: the home's running bell is asked." };
        var provider = Flags.Text("--provider", "Whose bell it is; the incidents are said by it.");
        var by = By();
        return Flags.Make("bell", "Makes incidents of what a bell publishes: customers by suspected state and year, rounded; never a customer.", "convention bell --provider \"Example Mail\" --by ana", [home, figures, provider, by], async (parsed, answer, cancel) =>
        {
            var place = Of(parsed.GetValue(home));
            var rules = ClauseRules.Read(place.Data, InstrumentBook.Read(place.Data));
            IReadOnlyList<Incident> incidents;
            if (parsed.GetValue(figures) is { } file)
            {
                incidents = BellFigures.Read(await File.ReadAllBytesAsync(file.FullName, cancel), parsed.GetValue(provider)!, rules);
            }
            else
            {
                using var bell = new BellClient(Home.Of(parsed.GetValue(home)).BellSocket);
                incidents = BellFigures.Of(await bell.Figures(cancel), parsed.GetValue(provider)!, rules);
            }
            var happened = incidents.Count == 0 ? null : await Write(place, (record, _) => record.Append(parsed.GetValue(by)!, "bell", $"as {parsed.GetValue(provider)} publishes", [.. incidents.Select(RegistryItem.Of)], cancel), cancel);
            answer.Give(new { incidents = incidents.Count, recorded = happened?.Changes.Count ?? 0 }, console => console.WriteLine($"{incidents.Count} rows that may be published; {happened?.Changes.Count ?? 0} are new or changed."));
            return 0;
        });
    }

    private static Command Demo()
    {
        var folder = new Option<string>("--folder") { Description = "Where everything goes; must not be there yet.", DefaultValueFactory = _ => "convention-demo" };
        var serve = new Option<bool>("--serve") { Description = "Leaves the pages up afterwards, until Ctrl+C." };
        return Flags.Make("demo", "Articles, pledges and more than two hundred made-up incidents from dirty CSV; pages; trends; and every tampering caught.", "convention demo", [folder, serve], async (parsed, answer, cancel) =>
        {
            var result = await ConventionDemo.Run(Path.GetFullPath(parsed.GetValue(folder)!), parsed.GetValue(serve), sentence =>
            {
                if (!answer.Json)
                    Answer.Output.WriteLine(Answer.Visible(sentence));
            }, cancel);
            answer.Give(result, console => console.MarkupLine(result.Good ? "[green]Everything came out as it should.[/]" : "[red]Something did not come out as it should; see above.[/]"));
            return result.Good ? 0 : 1;
        });
    }
}

/// <summary>Count, rate and time left of an import, on a terminal's standard error.</summary>
internal sealed class ImportLine(bool silent)
{
    private readonly long started = TimeProvider.System.GetTimestamp();
    private long told;
    private bool said;

    /// <summary>Tells how far it is.</summary>
    public void Tell(ImportProgress at)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (silent || Console.IsErrorRedirected || (said && TimeProvider.System.GetElapsedTime(told, now) < TimeSpan.FromSeconds(0.25)))
            return;
        (told, said) = (now, true);
        var seconds = Math.Max(0.001, TimeProvider.System.GetElapsedTime(started, now).TotalSeconds);
        var left = at.Bytes == 0 ? 0 : seconds * (at.Of - at.Bytes) / at.Bytes;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{at.Rows:N0} rows, {at.Rows / seconds:N0} a second, {TimeSpan.FromSeconds(left):m\\:ss} left"));
    }

    /// <summary>Ends the line.</summary>
    public void End()
    {
        if (said)
            Console.Error.Write("\r\u001b[K");
    }
}
