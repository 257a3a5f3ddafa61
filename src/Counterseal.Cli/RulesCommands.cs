using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterseal.Intake;
using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>rules check</c>, <c>rules matrix</c>, <c>rules diff</c>: what counsel asks of a rule book before it is put in force. Exit code 0: nothing found; 1: something was; 2: it could not be asked.</summary>
internal static class RulesCommands
{
    private const int Trouble = 2;

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("rules", "What counsel asks of the rule books: what is wrong with them, what they say as a table, what a change changes.");
        command.Subcommands.Add(Check());
        command.Subcommands.Add(ShowMatrix());
        command.Subcommands.Add(Diff());
        return command;
    }

    private static Command Check()
    {
        var folder = Folder();
        var day = Day("Today, as year-month-day: calendars must reach a year beyond it, and the matrix is that of this day. Default: today (UTC).");
        var letters = new Option<DirectoryInfo?>("--letters") { Description = "A folder of letters that the grounds must name. Default: the ones that came with this program." };
        return Flags.Make("check", "Lists all that is wrong with a rule book: what breaks the format, contradicts itself, is never reached, changes nothing, is missing. Exit code 0: nothing; 1: faults; 2: it could not be checked.",
            "rules check rules --day 2026-11-24", [folder, day, letters],
            (parsed, answer, _) =>
            {
                var from = Existing(parsed.GetValue(folder)?.FullName ?? AssessCommand.Rules);
                var faults = BookCheck.Faults(from, On(parsed.GetValue(day)), Names(parsed.GetValue(letters)?.FullName ?? DraftCommand.Letters));
                // What could not be read has no rules to count.
                var book = faults.Any(f => f.Kind == BookFaultKind.Unread) ? null : RuleBook.Load(from);
                var open = book?.Rules.Where(r => !r.Checked).GroupBy(r => r.File, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal) ?? [];
                answer.Give(new { book = book?.Digest, rules = book?.Rules.Count, faults, notYetChecked = open }, console => BookFaultText.Show(console, faults, book, open));
                return Task.FromResult(faults.Count > 0 ? 1 : 0);
            }, Trouble);
    }

    private static Command ShowMatrix()
    {
        var folder = Folder();
        var day = Day("The day of receipt, as year-month-day; the law of that day is shown. Default: today (UTC).");
        var output = new Option<FileInfo?>("--out") { Description = "The HTML page to write, for reading and printing; an older one there is replaced. Default: text on standard output." };
        var instruments = new Option<string[]>("--instrument") { Description = "Only this instrument; may be given several times. Default: all.", DefaultValueFactory = _ => [] };
        return Flags.Make("matrix", "Shows what the rules say of every instrument, data category and kind of issuing authority: handed over, kept, no, or a gap, with rule and citation. Exit code 0: no gap without a written reason; 1: there is one; 2: it could not be made.",
            "rules matrix rules --out matrix.html", [folder, day, output, instruments],
            (parsed, answer, _) =>
            {
                var book = RuleBook.Load(Existing(parsed.GetValue(folder)?.FullName ?? AssessCommand.Rules));
                var wanted = parsed.GetValue(instruments)!;
                if (wanted.FirstOrDefault(i => !book.Instruments.ContainsKey(i)) is { } unknown)
                    throw new Refused($"the book has no instrument '{unknown}'; it has {string.Join(", ", book.Instruments.Keys.Order(StringComparer.Ordinal))}");
                var whole = Matrix.Of(book, On(parsed.GetValue(day)));
                var matrix = wanted.Length == 0 ? whole : whole with { Sheets = [.. whole.Sheets.Where(s => wanted.Contains(s.Instrument.Id, StringComparer.Ordinal))] };
                var gaps = matrix.Sheets.Sum(s => s.Rows.Sum(r => r.Cells.Count(c => c is { Outcome: MatrixOutcome.Gap, Reason: null })));
                if (parsed.GetValue(output) is { } file)
                    File.WriteAllText(file.FullName, MatrixPage.Of(matrix), new UTF8Encoding(false));
                answer.Give(matrix, console =>
                {
                    if (parsed.GetValue(output) is { } page)
                        console.WriteLine($"{page.Name}: {matrix.Sheets.Count} instruments on {matrix.Day:yyyy-MM-dd}, {(gaps == 0 ? "no gap without a written reason" : $"{gaps} gaps without a written reason")}");
                    else
                        Console.Out.Write(Answer.Visible(MatrixText.Of(matrix)));
                });
                return Task.FromResult(gaps == 0 ? 0 : 1);
            }, Trouble);
    }

    private static Command Diff()
    {
        var old = new Argument<DirectoryInfo>("old") { Description = "The folder of rule books as it was." };
        var next = new Argument<DirectoryInfo>("new") { Description = "The folder of rule books as it is to be." };
        var demands = new Option<string[]>("--demands")
        {
            Description = "Past demands: files as they came (XML or JSON), or folders of them; may be given several times. Beside NAME.json or NAME.xml, NAME.facts.json says when it came and what was established: {\"received\": …, \"asOf\": …, \"facts\": {NAME: VALUE}}.",
            DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        var received = Flags.Text("--received", "When demands came whose NAME.facts.json does not say it (RFC 3339). Default: now.", required: false);
        var home = new Option<DirectoryInfo?>("--home") { Description = "Also the demands of the running desk of this folder; it is only read." };
        return Flags.Make("diff", "Compares two rule books key by key, and says which past demands would be decided otherwise, and how. Exit code 0: no difference; 1: differences; 2: it could not be compared.",
            "rules diff rules.old rules --demands past/", [old, next, demands, received, home],
            async (parsed, answer, cancel) =>
            {
                var (was, now) = (RuleBook.Load(Existing(parsed.GetValue(old)!.FullName)), RuleBook.Load(Existing(parsed.GetValue(next)!.FullName)));
                var at = AssessCommand.At("--received", parsed.GetValue(received)) ?? TimeProvider.System.GetUtcNow();
                var (past, unread) = Past(parsed.GetValue(demands)!, at);
                if (parsed.GetValue(home) is { } folder)
                    past.AddRange(await OfDesk(Home.Of(folder), cancel));
                var diff = BookDiff.Of(was, now, past);
                answer.Give(diff, console => BookDiffText.Show(console, diff));
                foreach (var sentence in unread)
                    Answer.Fail(sentence);
                return unread.Count > 0 ? Trouble : diff.Empty ? 0 : 1;
            }, Trouble);
    }

    private static Argument<DirectoryInfo?> Folder() => new("folder") { Description = "The folder of rule books: facts.yaml, law/, policy/. Default: the ones that came with this program.", Arity = ArgumentArity.ZeroOrOne };

    private static Option<string?> Day(string description) => new("--day") { Description = description };

    private static DateOnly On(string? day) => day is null ? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)
        : DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var given) ? given
        : throw new Refused($"--day '{day}' is not a day; write for example 2026-11-24");

    private static string Existing(string folder) => Directory.Exists(folder) ? folder : throw new Refused($"{folder} is not a folder; name the one that holds facts.yaml, law/ and policy/");

    private static HashSet<string> Names(string letters) => [.. Directory.EnumerateFiles(Existing(letters), "*.liquid").Select(f => Path.GetFileNameWithoutExtension(f))];

    // The demands that files and folders hold, and a sentence for each that cannot be read.
    private static (List<PastDemand> Past, List<string> Unread) Past(string[] names, DateTimeOffset at)
    {
        var (past, unread) = (new List<PastDemand>(), new List<string>());
        foreach (var path in names.SelectMany(Files))
        {
            var beside = Path.ChangeExtension(path, ".facts.json");
            var said = File.Exists(beside) ? Said(beside) : new Beside(null, null, null);
            var reading = Door.Read(File.ReadAllBytes(path));
            if (reading.Demand is { } demand)
                past.Add(new(Path.GetFileName(path), demand, new Facts(said.Facts ?? new Dictionary<string, string>()), said.Received ?? at, said.AsOf ?? said.Received ?? at));
            else
                unread.Add($"{Path.GetFileName(path)} cannot be read as a demand and was not compared: {(reading.Faults is [var first, ..] ? $"{first.What} ({first.Rule})" : "it is empty")}");
        }

        return (past, unread);
    }

    private static IEnumerable<string> Files(string name) =>
        Directory.Exists(name) ? Directory.EnumerateFiles(name).Where(f => Path.GetExtension(f) is ".json" or ".xml" && !f.EndsWith(".facts.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : File.Exists(name) ? [name]
        : throw new Refused($"there is no file or folder {name}");

    /// <summary>What stands beside a demand.</summary>
    private sealed record Beside(DateTimeOffset? Received = null, DateTimeOffset? AsOf = null, IReadOnlyDictionary<string, string>? Facts = null);

    private static Beside Said(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Beside>(File.ReadAllBytes(file), LawJson.Options) ?? new Beside();
        }
        catch (JsonException fault)
        {
            throw new Refused($"{Path.GetFileName(file)} is not {{\"received\": …, \"asOf\": …, \"facts\": {{NAME: VALUE}}}}: {fault.Message}");
        }
    }

    // Only what the desk lists, and each as it stands; nothing is written.
    private static async Task<List<PastDemand>> OfDesk(Home home, CancellationToken cancel)
    {
        using var desk = new StaffClient(home);
        var past = new List<PastDemand>();
        var rows = (await desk.Get("api/demands", cancel)).AsArray();
        foreach (var row in rows)
        {
            var id = (string)row!["demand"]!;
            var whole = await desk.Get($"api/demands/{Uri.EscapeDataString(id)}", cancel);
            if (whole["read"]?.Deserialize<Demand>(LawJson.Options) is not { } demand)
                continue;
            var received = whole["received"].Deserialize<DateTimeOffset>(LawJson.Options);
            var asOf = whole["assessment"]?["asOf"] is { } assessed ? assessed.Deserialize<DateTimeOffset>(LawJson.Options) : received;
            past.Add(new($"{id} ({demand.Reference})", demand, new Facts(whole["facts"]?.Deserialize<SortedDictionary<string, string>>(LawJson.Options) ?? []), received, asOf));
        }

        if (rows.Count >= 1000)
            Answer.Error.WriteLine("the desk lists at most 1000 demands; older ones were not compared");
        return past;
    }
}
