using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Watch;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>What staff ask of a running bell: findings, decisions, notices, figures, feeds, events by hand, retro-hunts.</summary>
internal static class WatchStaff
{
    /// <summary><c>watch findings</c>.</summary>
    public static Command Findings()
    {
        var home = Flags.Home();
        var all = new Option<bool>("--all") { Description = "Decided ones too." };
        return Flags.Make("findings", "What was found: open findings, the worst and surest first.", "watch findings", [all, home],
            async (parsed, answer, cancel) =>
            {
                using var bell = Bell(parsed.GetValue(home));
                var rows = (await bell.Findings(cancel)).Where(row => parsed.GetValue(all) || row.State.Status == FindingStatus.Open).ToList();
                answer.Give(new JsonArray([.. rows.Select(Json)]), console =>
                {
                    if (rows.Count == 0)
                    {
                        console.WriteLine(parsed.GetValue(all) ? "nothing was found yet; `counterseal watch take FILE` hands events to the bell" : "no finding is open; --all lists the decided ones too");
                        return;
                    }
                    Rows(console, ["finding", "customer", "actor", "state", "verdict", "confidence", "events", "since", "stands at"], rows.Select(row => (string[])
                    [
                        row.State.Finding.Id, row.CustomerName, row.State.Finding.Actor, row.State.Finding.State ?? "", Word(row.State.Finding.Verdict), $"{row.State.Finding.Confidence}{(row.State.Finding.Corroborated ? "" : ", one indicator")}",
                        row.Extent.Events.ToString("N0", CultureInfo.InvariantCulture), Time(row.Extent.First), Word(row.State.Status),
                    ]));
                });
                return 0;
            });
    }

    /// <summary><c>watch show</c>.</summary>
    public static Command Show()
    {
        var (id, home) = (Id(), Flags.Home());
        return Flags.Make("show", "One finding: evidence and why it counts, its life on the record, its notices.", "watch show 4f0c…", [id, home],
            async (parsed, answer, cancel) =>
            {
                using var bell = Bell(parsed.GetValue(home));
                var file = await bell.Finding(parsed.GetValue(id)!, cancel) ?? throw new Refused($"there is no finding {parsed.GetValue(id)}; `counterseal watch findings --all` lists them");
                answer.Give(Json(file), console => Tell(console, file));
                return 0;
            });
    }

    /// <summary><c>watch confirm</c> and <c>watch dismiss</c>.</summary>
    public static Command Decide(string name, string description, Func<BellClient, string, string, string, CancellationToken, Task<FindingFile?>> decide)
    {
        var (id, home) = (Id(), Flags.Home());
        var by = Flags.Text("--by", "Who says so; on the record.");
        var reason = Flags.Text("--reason", "Why; on the record.");
        return Flags.Make(name, description, $"watch {name} 4f0c… --by ana --reason 'two feeds agree; the address is no VPN'", [id, by, reason, home],
            async (parsed, answer, cancel) =>
            {
                using var bell = Bell(parsed.GetValue(home));
                var file = await decide(bell, parsed.GetValue(id)!, parsed.GetValue(by)!, parsed.GetValue(reason)!, cancel) ?? throw new Refused($"there is no finding {parsed.GetValue(id)}; `counterseal watch findings --all` lists them");
                answer.Give(Json(file), console => console.WriteLine(Answer.Visible($"{Word(file.Row.State.Status)}: {file.Row.State.Finding.Actor} at {file.Row.CustomerName}; on the record as event {file.Events[^1].Event.Version}")));
                return 0;
            });
    }

    /// <summary><c>watch notices</c>.</summary>
    public static Command Notices()
    {
        var home = Flags.Home();
        return Flags.Make("notices", "How far each notice has come; those that nobody could be reached by first.", "watch notices", [home],
            async (parsed, answer, cancel) =>
            {
                using var bell = Bell(parsed.GetValue(home));
                var rows = await bell.Notices(cancel);
                answer.Give(new JsonArray([.. rows.Select(Json)]), console =>
                {
                    if (rows.Count == 0)
                        console.WriteLine("there are none; they are planned when a finding is confirmed");
                    else
                        Notices(console, rows);
                });
                return 0;
            });
    }

    /// <summary><c>watch figures</c>.</summary>
    public static Command Figures()
    {
        var home = Flags.Home();
        var exact = new Option<bool>("--exact") { Description = "The numbers as they are, for the provider alone. Without it, as they may be published." };
        return Flags.Make("figures", "Confirmed findings in figures: customers by state and year, country, actor, sector, month.", "watch figures", [exact, home],
            async (parsed, answer, cancel) =>
            {
                using var bell = Bell(parsed.GetValue(home));
                var figures = await bell.Figures(cancel);
                string Number(int n) => parsed.GetValue(exact) ? n.ToString(CultureInfo.InvariantCulture) : WatchFigures.Published(n);
                JsonObject By(IReadOnlyList<Figure> rows) => new(rows.Select(r => KeyValuePair.Create(r.Of, (JsonNode?)Number(r.Customers))));
                answer.Give(new JsonObject
                {
                    ["published"] = !parsed.GetValue(exact),
                    ["customers"] = Number(figures.Customers),
                    ["compromised"] = Number(figures.Compromised),
                    ["notices"] = Number(figures.Notices),
                    ["opened"] = Number(figures.Opened),
                    ["trend"] = new JsonArray([.. figures.Trend.Select(t => new JsonObject { ["state"] = t.State, ["year"] = t.Year, ["customers"] = Number(t.Customers) })]),
                    ["countries"] = By(figures.Countries),
                    ["actors"] = By(figures.Actors),
                    ["sectors"] = By(figures.Sectors),
                    ["months"] = By(figures.Months),
                }, console =>
                {
                    console.WriteLine($"customers attacked: {Number(figures.Customers)}, of them compromised: {Number(figures.Compromised)}; notices handed on: {Number(figures.Notices)}, of them opened: {Number(figures.Opened)}");
                    Rows(console, ["suspected state", "year", "customers"], figures.Trend.Select(t => (string[])[t.State, t.Year.ToString(CultureInfo.InvariantCulture), Number(t.Customers)]));
                    foreach (var (name, rows) in ((string, IReadOnlyList<Figure>)[])[("country", figures.Countries), ("actor", figures.Actors), ("sector", figures.Sectors), ("month", figures.Months)])
                        Rows(console, [name, "customers"], rows.Select(r => (string[])[r.Of, Number(r.Customers)]));
                    if (!parsed.GetValue(exact))
                        console.WriteLine("as they may be published: below five \"<5\", and each rounded to five by itself");
                });
                return 0;
            });
    }

    /// <summary><c>watch hunt</c>.</summary>
    public static Command Hunt()
    {
        var home = Flags.Home();
        var days = new Option<int>("--days") { Description = "How far back.", DefaultValueFactory = _ => 90 };
        return Flags.Make("hunt", "Holds kept events against the present indicators; what was counted before is not counted again.", "watch hunt --days 30", [days, home],
            async (parsed, answer, cancel) =>
            {
                if (parsed.GetValue(days) is < 1 or > 3650)
                    throw new Refused("--days is from 1 to 3650");
                using var bell = Bell(parsed.GetValue(home));
                var result = await bell.Hunt(TimeProvider.System.GetUtcNow().AddDays(-parsed.GetValue(days)), cancel);
                answer.Give(new { events = result.Events, evidence = result.Evidence, findings = result.Findings }, console =>
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Events:N0} kept events may fit present indicators; {result.Evidence:N0} of them are new evidence, {result.Findings:N0} findings were raised or changed")));
                return 0;
            });
    }

    /// <summary><c>watch feeds</c>.</summary>
    public static Command Feeds()
    {
        var home = Flags.Home();
        var again = new Option<bool>("--reload") { Description = "Read all of them again now, TAXII servers too." };
        var folder = new Option<DirectoryInfo?>("--folder") { Description = "Read a folder of feeds here, without the bell: to look at a feed before it is used." };
        var remarks = new Option<int>("--remarks") { Description = "How many remarks are shown.", DefaultValueFactory = _ => 50 };
        return Flags.Make("feeds", "What is looked for: each feed, and what of it was dropped, mended or unused, with place and reason.", "watch feeds --folder ./feeds", [again, folder, remarks, home],
            async (parsed, answer, cancel) =>
            {
                var report = parsed.GetValue(folder) is { } here ? await ReadHere(here, cancel) : await Asked(parsed.GetValue(home), parsed.GetValue(again), cancel);
                answer.Give(new
                {
                    values = report.Values,
                    feeds = report.Feeds.Select(f => new { name = f.Name, place = f.Place, indicators = f.Indicators, read = Time(f.Loaded), dropped = f.Dropped, mended = f.Mended, unused = f.Unused, trouble = f.Trouble }),
                    remarks = report.Remarks.Select(r => new { feed = r.Feed, kind = Word(r.Remark.Kind), file = r.Remark.File, line = r.Remark.Line, at = r.Remark.At, what = r.Remark.What }),
                    warningLists = report.WarningLists,
                }, console =>
                {
                    if (report.Feeds.Count == 0)
                        console.WriteLine("no feed is there: put STIX bundles into feeds/stix, MISP events into feeds/misp, galaxies into feeds/galaxy, CSV files with their mapping into feeds/csv");
                    else
                        Rows(console, ["feed", "indicators", "read", "dropped", "mended", "unused", "place"], report.Feeds.Select(f => (string[])
                            [f.Name, Count(f.Indicators), Time(f.Loaded), Count(f.Dropped), Count(f.Mended), Count(f.Unused), f.Place]));
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Values:N0} values to look for"));
                    foreach (var feed in report.Feeds.Where(f => f.Trouble is not null))
                        console.MarkupLineInterpolated($"[red]![/] {Answer.Visible($"{feed.Name}: {feed.Trouble}")}");
                    foreach (var (feed, remark) in report.Remarks.Take(parsed.GetValue(remarks)))
                        console.WriteLine(Answer.Visible($"  {Word(remark.Kind)}: {feed}: {remark}"));
                    foreach (var fault in report.WarningLists)
                        console.WriteLine(Answer.Visible($"  {fault}"));
                });
                return report.Feeds.Any(f => f.Trouble is not null) ? 1 : 0;
            });
    }

    /// <summary><c>watch take</c>.</summary>
    public static Command Take()
    {
        var file = new Argument<string>("file") { Description = "The file, or - for standard input." };
        var form = new Option<string>("--form") { Description = "ocsf, entra, or a mapping file for CSV and access logs (docs/notices.md).", DefaultValueFactory = _ => "ocsf" };
        var source = new Option<string?>("--source") { Description = "Under which name it is kept how far it was read. Default: the file's path; standard input has none." };
        var home = Flags.Home();
        return Flags.Make("take", "Hands events to the bell. Interrupted, it goes on where it was; what grew since is read from there.", "watch take sign-ins.ndjson --form ocsf", [file, form, source, home],
            async (parsed, answer, cancel) =>
            {
                var (path, piped) = (parsed.GetValue(file)!, parsed.GetValue(file) == "-");
                if (!piped && !File.Exists(path))
                    throw new Refused($"there is no file {path}");
                var name = parsed.GetValue(source) ?? (piped ? "" : Path.GetFullPath(path));
                var named = parsed.GetValue(form)!;
                var mapping = named is "ocsf" or "entra" ? [] : File.Exists(named) ? await File.ReadAllBytesAsync(named, cancel) : throw new Refused($"\"{named}\" is neither ocsf nor entra nor the path of a mapping file");
                using var bell = Bell(parsed.GetValue(home));
                await using var input = piped ? Console.OpenStandardInput() : File.OpenRead(path);
                var from = name.Length > 0 ? await bell.Position(name, cancel) : default;
                var upload = new EventUpload(input, TimeProvider.System);
                // A CSV file says in its first line what its columns are; whoever goes on in the middle must have read it.
                var header = mapping.Length > 0 ? await FirstLine(input, piped ? null : path, from, cancel) : [];
                await upload.PassOver(new(from.Lines, from.Bytes - (piped ? Math.Min(from.Bytes, header.Length) : 0)), name, cancel);
                var (at, total, began) = (from, new TakenPart(from, 0, 0, 0, 0, []), TimeProvider.System.GetTimestamp());
                var faults = new List<string>();
                while (await upload.More(cancel))
                {
                    var head = at.Lines > 0 ? header : [];
                    var part = await bell.Take(name, mapping.Length > 0 ? Path.GetFileName(named) : named, mapping.Length, head.Length, at, upload.Part([.. mapping, .. head]), cancel);
                    at = part.Position;
                    total = new(at, total.Taken + part.Taken, total.Repeated + part.Repeated, total.Evidence + part.Evidence, total.LeftOut + part.LeftOut, []);
                    faults.AddRange(part.Faults.Take(100 - faults.Count));
                    Progress(at, from, piped ? null : input.Length, began);
                }
                if (!Console.IsErrorRedirected)
                    Console.Error.WriteLine();
                var round = await bell.Round(cancel);
                foreach (var fault in faults)
                    Answer.Error.WriteLine(Answer.Visible($"  {fault}"));
                answer.Give(new { source = name, lines = at.Lines, bytes = at.Bytes, from = from.Lines, taken = total.Taken, repeated = total.Repeated, evidence = total.Evidence, leftOut = total.LeftOut, findings = round.Findings, faults }, console =>
                {
                    if (from.Lines > 0)
                        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"went on after line {from.Lines:N0}"));
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total.Taken:N0} events taken, {total.Repeated:N0} were there already, {total.LeftOut:N0} lines left out; {total.Evidence:N0} pieces of evidence, {round.Findings:N0} findings raised or changed"));
                });
                return 0;
            });
    }

    private static async Task<byte[]> FirstLine(Stream input, string? path, FeedPosition from, CancellationToken cancel)
    {
        if (path is null && from.Bytes == 0)
            return [];
        // Of standard input the first line is read and gone, and counts as passed over; a file is opened once more.
        await using var again = path is null ? null : File.OpenRead(path);
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < 1 << 20 && await (again ?? input).ReadAsync(one, cancel) > 0)
        {
            line.Add(one[0]);
            if (one[0] == '\n')
                break;
        }
        return [.. line];
    }

    private static void Progress(FeedPosition at, FeedPosition from, long? whole, long began)
    {
        if (Console.IsErrorRedirected)
            return;
        var rate = (at.Bytes - from.Bytes) / Math.Max(0.001, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        var left = whole is { } all ? string.Create(CultureInfo.InvariantCulture, $", {100.0 * at.Bytes / Math.Max(1, all):0} %, {TimeSpan.FromSeconds(Math.Max(0, all - at.Bytes) / Math.Max(1, rate)):m\\:ss} left") : "";
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{at.Lines:N0} lines, {rate / 1e6:0.0} MB a second{left}"));
    }

    private static async Task<FeedsReport> ReadHere(DirectoryInfo folder, CancellationToken cancel)
    {
        using var shelf = new FeedShelf([folder.FullName], [], TimeSpan.MaxValue, [], 50, TimeProvider.System);
        await shelf.Refresh(all: true, _ => { }, cancel);
        return FeedsReport.Of(shelf);
    }

    private static async Task<FeedsReport> Asked(DirectoryInfo? home, bool again, CancellationToken cancel)
    {
        using var bell = Bell(home);
        return await bell.Feeds(again, cancel);
    }

    private static BellClient Bell(DirectoryInfo? home)
    {
        var place = Home.Of(home);
        if (place.Exists && !WatchHome.Exists(place.Bell) && !File.Exists(place.BellSocket))
            throw new Refused($"{place.Folder} has no bell; `counterseal watch init --home {place.Folder}` makes one");
        return new BellClient(place.BellSocket);
    }

    private static Argument<string> Id() => new("id") { Description = "The finding's id, as `watch findings` lists it." };

    private static void Tell(IAnsiConsole console, FindingFile file)
    {
        var (state, finding) = (file.Row.State, file.Row.State.Finding);
        console.WriteLine(Answer.Visible($"{finding.Actor} at {file.Row.CustomerName} ({finding.Customer}): {Word(finding.Verdict)}, {Word(state.Status)}"));
        console.WriteLine(Answer.Visible($"confidence {finding.Confidence} of 100, {(finding.Corroborated ? "corroborated" : "one indicator only")}; suspected state: {finding.State ?? "none may be named"}; {Time(finding.First)} to {Time(finding.Last)}"));
        foreach (var account in finding.Accounts)
            console.WriteLine(Answer.Visible($"  {account.Account}: {Word(account.Verdict)}"));
        console.WriteLine("evidence:");
        foreach (var (e, because) in file.Evidence)
        {
            console.WriteLine(Answer.Visible($"  {e.Match.Value} as {e.Match.Field} of {e.Account}, {Count(e.Events)} events; {because}"));
            console.WriteLine(Answer.Visible($"    {e.Match.Source}, sure to {e.Match.Confidence}, {(e.Match.Marking == Tlp.Unmarked ? "no mark" : $"TLP {e.Match.Marking}")}{(TlpMarks.MayReachCustomers(e.Match.Marking) ? "" : ": no notice may rest on it")}; {e.Match.Indicator}; first at {e.Place}"));
        }
        console.WriteLine("on the record:");
        foreach (var e in file.Events)
            console.WriteLine(Answer.Visible($"  {e.Event.Version}. {Time(e.Event.At)} {e.Event.Body.GetType().Name} by {e.Event.By}{(e.Event.Body switch { FindingConfirmed c => $": {c.Reason}", FindingDismissed d => $": {d.Reason}", _ => "" })}"));
        if (file.Notices.Count > 0)
            Notices(console, file.Notices);
    }

    private static void Notices(IAnsiConsole console, IReadOnlyList<NoticeRow> rows) =>
        Rows(console, ["notice", "customer", "to", "verdict", "has come to", "due", "first sent", "last trouble"], rows.Select(row => (string[])
        [
            row.State.Id[..8], row.CustomerName, row.State.Planned.Account ?? "the organisation", Word(row.State.Planned.Content.Verdict), Word(row.State.Status), Time(row.State.Planned.Due),
            row.State.FirstSent is { } sent ? Time(sent) : "", row.State.Failure ?? "",
        ]));

    private static void Rows(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(columns);
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(Answer.Visible(cell)))]);
        console.Write(table);
    }

    private static JsonObject Json(FindingRow row)
    {
        var (state, f) = (row.State, row.State.Finding);
        return new JsonObject
        {
            ["id"] = f.Id,
            ["customer"] = f.Customer,
            ["customerName"] = row.CustomerName,
            ["actor"] = f.Actor,
            ["state"] = f.State,
            ["verdict"] = Word(f.Verdict),
            ["confidence"] = f.Confidence,
            ["corroborated"] = f.Corroborated,
            ["events"] = row.Extent.Events,
            ["first"] = Time(row.Extent.First),
            ["last"] = Time(row.Extent.Last),
            ["status"] = Word(state.Status),
            ["by"] = state.By,
            ["reason"] = state.Reason,
        };
    }

    private static JsonObject Json(FindingFile file)
    {
        var json = Json(file.Row);
        json["accounts"] = new JsonArray([.. file.Row.State.Finding.Accounts.Select(a => new JsonObject { ["account"] = a.Account, ["verdict"] = Word(a.Verdict) })]);
        json["evidence"] = new JsonArray([.. file.Evidence.Select(e => new JsonObject
        {
            ["account"] = e.Evidence.Account,
            ["field"] = e.Evidence.Match.Field,
            ["value"] = e.Evidence.Match.Value,
            ["indicator"] = e.Evidence.Match.Indicator,
            ["source"] = e.Evidence.Match.Source,
            ["confidence"] = e.Evidence.Match.Confidence,
            ["marking"] = Word(e.Evidence.Match.Marking),
            ["events"] = e.Evidence.Events,
            ["first"] = Time(e.Evidence.First),
            ["last"] = Time(e.Evidence.Last),
            ["place"] = e.Evidence.Place.ToString(),
            ["rule"] = e.Evidence.Rule,
            ["because"] = e.Because,
        })]);
        json["record"] = new JsonArray([.. file.Events.Select(e => new JsonObject
        {
            ["event"] = JsonNode.Parse(Encoding.UTF8.GetString(e.Bytes)),
            ["bytes"] = Convert.ToBase64String(e.Bytes),
            ["salt"] = Convert.ToHexStringLower(e.Salt),
            ["tag"] = Convert.ToHexStringLower(e.Tag),
            ["proof"] = e.Proof,
        })]);
        json["notices"] = new JsonArray([.. file.Notices.Select(Json)]);
        return json;
    }

    private static JsonObject Json(NoticeRow row) => new()
    {
        ["id"] = row.State.Id,
        ["finding"] = row.State.Planned.Finding,
        ["customer"] = row.State.Planned.Customer,
        ["account"] = row.State.Planned.Account,
        ["verdict"] = Word(row.State.Planned.Content.Verdict),
        ["status"] = Word(row.State.Status),
        ["way"] = row.State.Rung + 1,
        ["ways"] = row.State.Planned.Chain.Count,
        ["due"] = Time(row.State.Planned.Due),
        ["firstSent"] = row.State.FirstSent is { } sent ? Time(sent) : null,
        ["next"] = row.Next is { } next ? Time(next) : null,
        ["failure"] = row.State.Failure,
        ["answered"] = row.State.Answered,
    };

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
