using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>submit</c>, <c>demands</c>, <c>authenticate</c>, <c>establish</c>, <c>decide</c>: a demand's life as people push it on.</summary>
internal static class DemandCommands
{
    /// <summary><c>counterseal submit</c>.</summary>
    public static Command Submit()
    {
        var file = new Argument<FileInfo>("file") { Description = "The demand as it came: a TS 103 120 XML request, or JSON by docs/demand.schema.json." }.AcceptExistingOnly();
        var receipt = new Option<string?>("--receipt") { Description = "Where to write the receipt (JSON). Default: FILE.receipt.json in the current folder." };
        var home = Flags.Home();
        return Flags.Make("submit", "Hands a demand in and writes the receipt, which holds the proof that it is on the ledger.",
            "submit samples/emergency.json", [file, receipt, home],
            async (parsed, answer, cancel) =>
            {
                var from = parsed.GetValue(file)!;
                if (from.Length > 20 * 1024 * 1024)
                    throw new Refused($"{from.Name} has {from.Length} bytes; a demand may have at most 20 MiB");
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                JsonNode got;
                try
                {
                    got = await desk.PostBytes("api/demands?channel=command", await File.ReadAllBytesAsync(from.FullName, cancel), cancel);
                }
                catch (DeskRefused refused) when (refused.Status == 422)
                {
                    answer.Give(refused.Body, _ => { });
                    Answer.Error.MarkupLineInterpolated($"[red]not taken:[/] {from.Name} is in quarantine as {(string?)refused.Body["quarantine"]}");
                    foreach (var fault in refused.Body["faults"]!.AsArray())
                        Answer.Error.WriteLine(Answer.Visible($"  line {fault!["line"]?.ToString() ?? "–"}, {fault["element"]}: {fault["what"]} ({fault["rule"]}). {fault["next"]}"));
                    return 1;
                }

                var path = parsed.GetValue(receipt) ?? $"{from.Name}.receipt.json";
                await File.WriteAllTextAsync(path, got.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }) + "\n", cancel);
                answer.Give(got, console =>
                {
                    console.WriteLine(Answer.Visible($"received as {got["demand"]} (their reference: {got["reference"]})"));
                    console.WriteLine($"on the ledger at index {got["index"]}; receipt with its proof: {path}");
                    console.WriteLine($"status page: /status/{got["token"]}");
                    foreach (var warning in got["warnings"]?.AsArray() ?? [])
                        console.WriteLine(Answer.Visible($"  ! {warning!["element"]}: {warning["what"]}"));
                    foreach (var question in got["questions"]?.AsArray() ?? [])
                        console.WriteLine(Answer.Visible($"  ? {question!["text"]} (establish {question["fact"]})"));
                });
                return 0;
            });
    }

    /// <summary><c>counterseal demands</c>.</summary>
    public static Command Demands()
    {
        var command = new Command("demands", "Lists demands by time left, or shows one whole.");
        var home = Flags.Home();
        command.Subcommands.Add(Flags.Make("list", "The queue: what is burning first.", "demands list", [home],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                var rows = await desk.Get("api/demands", cancel);
                answer.Give(rows, console =>
                {
                    var table = new Table().Border(TableBorder.Simple).AddColumns("demand", "reference", "authority", "instrument", "state", "due");
                    foreach (var row in rows.AsArray())
                    {
                        table.AddRow([.. new[] { $"{row!["demand"]}", $"{((bool?)row["emergency"] == true ? "⚑ " : "")}{row["reference"]}", $"{row["authority"]}", $"{row["instrument"]}", $"{row["state"]}", $"{row["due"]}" }
                            .Select(cell => new Text(Answer.Visible(cell)))]);
                    }

                    if (rows.AsArray().Count == 0)
                        console.WriteLine("no demands yet; `counterseal submit FILE` brings one in");
                    else
                        console.Write(table);
                });
                return 0;
            }));

        var id = Id();
        var home2 = Flags.Home();
        command.Subcommands.Add(Flags.Make("show", "One demand: fields, findings, questions, deadlines, events with their proofs.", "demands show 01J9Z3…", [id, home2],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home2)));
                var demand = await desk.Get($"api/demands/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancel);
                answer.Give(demand, console => DemandText.Show(console, demand));
                return 0;
            }));
        command.Subcommands.Add(Fetch());
        command.Subcommands.Add(Word("stay", "Holds a demand at the desk. The gate is held by `order stop` alone."));
        command.Subcommands.Add(Word("resume", "Ends a stay."));
        command.Subcommands.Add(Word("withdraw", "Records that the authority took the demand back."));
        command.Subcommands.Add(Word("close", "Closes a demand: nothing is left to do."));
        command.Subcommands.Add(Tell());
        command.Subcommands.Add(Perform());
        command.Subcommands.Add(DocketCommands.Docket());
        foreach (var one in KeepingCommands.All())
            command.Subcommands.Add(one);
        return command;
    }

    private static Command Word(string act, string description)
    {
        var (id, by, home) = (Id(), By(), Flags.Home());
        var reason = Flags.Text("--reason", "Why, in a sentence.");
        return Flags.Make(act, description, $"demands {act} 01J9Z3… --by niamh --reason 'as agreed with counsel'", [id, by, reason, home],
            (parsed, answer, cancel) => Act(parsed.GetValue(home), parsed.GetValue(id)!, act, new JsonObject { ["by"] = parsed.GetValue(by), ["reason"] = parsed.GetValue(reason) }, answer, cancel));
    }

    private static Command Tell()
    {
        var (id, by, home) = (Id(), By(), Flags.Home());
        var how = Flags.Text("--how", "How the customer was told.");
        var ground = Flags.Text("--ground", "Where the law names the authority: the recorded ground on which we tell.", required: false);
        return Flags.Make("tell", "Records that the customer was told. Refused while a secrecy order runs.", "demands tell 01J9Z3… --by niamh --how 'letter of 24 November'", [id, by, how, ground, home],
            (parsed, answer, cancel) => Act(parsed.GetValue(home), parsed.GetValue(id)!, "tell",
                new JsonObject { ["by"] = parsed.GetValue(by), ["how"] = parsed.GetValue(how), ["ground"] = parsed.GetValue(ground) }, answer, cancel));
    }

    private static Command Perform()
    {
        var (id, by, home) = (Id(), By(), Flags.Home());
        var rule = new Argument<string>("rule") { Description = "The rule that says so, as the demand's page names it." };
        var how = Flags.Text("--how", "What was done, with its evidence.");
        return Flags.Make("perform", "Records that something was done that a rule says must be done: a recall, a deletion, an authority told.",
            "demands perform 01J9Z3… eu.emergency.validation.recall --by niamh --how 'letter of 24 November, confirmed by return'", [id, rule, by, how, home],
            (parsed, answer, cancel) => Act(parsed.GetValue(home), parsed.GetValue(id)!, "perform",
                new JsonObject { ["by"] = parsed.GetValue(by), ["rule"] = parsed.GetValue(rule), ["how"] = parsed.GetValue(how) }, answer, cancel));
    }

    private static Command Fetch()
    {
        var (id, home) = (Id(), Flags.Home());
        var into = new Option<string>("--into") { Description = "The folder for the files.", DefaultValueFactory = _ => "." };
        return Flags.Make("fetch", "Fetches a sealed package, to be handed over another way than the status page.", "demands fetch 01J9Z3… --into ./out", [id, into, home],
            async (parsed, answer, cancel) =>
            {
                using var walk = new Walk(Home.Of(parsed.GetValue(home)), TimeProvider.System);
                var demand = parsed.GetValue(id)!;
                var order = (await walk.Show(demand, cancel))["orders"]!.AsArray().LastOrDefault(o => (string?)o!["kind"] == "release" && (string?)o["state"] == "done")
                    ?? throw new Refused($"no package of demand {demand} is sealed");
                var path = await walk.Fetch(demand, (string)order["order"]!, (string)order["result"]!["name"]!, parsed.GetValue(into)!, cancel);
                var files = Directory.GetFiles(parsed.GetValue(into)!, $"{Path.GetFileName(path)}.*").Order(StringComparer.Ordinal).ToList();
                answer.Give(new { package = path, files }, console => console.WriteLine(string.Join('\n', files)));
                return 0;
            });
    }

    /// <summary><c>counterseal authenticate</c>.</summary>
    public static Command Authenticate()
    {
        var (id, by, home) = (Id(), By(), Flags.Home());
        var reason = Flags.Text("--reason", "Why the demand is from whom it says, in a sentence.");
        var evidence = Flags.Text("--evidence", "What shows it: the call-back number and time, the seal's check, the officer's confirmation.");
        return Flags.Make("authenticate", "Records that a person has established that the demand is from whom it says.",
            "authenticate 01J9Z3… --by niamh --reason 'called back on the directory number' --evidence 'call 2026-11-24T02:10Z to +353 1 555 0100'", [id, by, reason, evidence, home],
            (parsed, answer, cancel) => Act(parsed.GetValue(home), parsed.GetValue(id)!, "authenticate",
                new JsonObject { ["by"] = parsed.GetValue(by), ["reason"] = parsed.GetValue(reason), ["evidence"] = parsed.GetValue(evidence) }, answer, cancel));
    }

    /// <summary><c>counterseal establish</c>.</summary>
    public static Command Establish()
    {
        var (id, by, home) = (Id(), By(), Flags.Home());
        var fact = new Argument<string>("fact") { Description = "The fact's name as a question gives it." };
        var value = new Argument<string>("value") { Description = "true, false, or one of the fact's words." };
        var reason = Flags.Text("--reason", "How you know.");
        return Flags.Make("establish", "Answers a question: records a fact that a person has established.",
            "establish 01J9Z3… emergency.credible true --by niamh --reason 'spoke to the duty officer'", [id, fact, value, by, reason, home],
            (parsed, answer, cancel) => Act(parsed.GetValue(home), parsed.GetValue(id)!, "facts",
                new JsonObject { ["by"] = parsed.GetValue(by), ["fact"] = parsed.GetValue(fact), ["value"] = parsed.GetValue(value), ["reason"] = parsed.GetValue(reason) }, answer, cancel));
    }

    /// <summary><c>counterseal decide</c>.</summary>
    public static Command Decide()
    {
        var (id, by, home) = (Id(), By(), Flags.Home());
        var decision = new Argument<string>("decision") { Description = "comply, complyInPart, noData, redirect, challenge, reject." };
        var reason = Flags.Text("--reason", "Why, in a sentence.");
        var recipient = new Option<string?>("--recipient") { Description = "The authority's id in the directory, when something is to be released." };
        var masked = new Option<bool>("--mask-third-parties") { Description = "Of traffic data, other people's addresses leave as pseudonyms only. That is less than was demanded: decide complyInPart." };
        var reissue = new Option<string?>("--reissue-of") { Description = "The digest of an earlier release order that this decision replaces." };
        return Flags.Make("decide", "Records the decision that a release order will rest on. What the law does not permit is refused.",
            "decide 01J9Z3… comply --by niamh --reason 'lawful emergency order' --recipient garda.example", [id, decision, by, reason, recipient, masked, reissue, home],
            (parsed, answer, cancel) => Act(parsed.GetValue(home), parsed.GetValue(id)!, "decide",
                new JsonObject
                {
                    ["by"] = parsed.GetValue(by),
                    ["decision"] = parsed.GetValue(decision),
                    ["reason"] = parsed.GetValue(reason),
                    ["recipient"] = parsed.GetValue(recipient),
                    ["thirdParties"] = parsed.GetValue(masked) ? "masked" : null,
                    ["reissueOf"] = parsed.GetValue(reissue),
                }, answer, cancel));
    }

    /// <summary>The demand's id.</summary>
    public static Argument<string> Id() => new("demand") { Description = "The demand's id." };

    /// <summary>Who acts.</summary>
    public static Option<string> By() => Flags.Text("--by", "Your name, for the record; not needed with a token, which says it.", required: false);

    /// <summary>Posts an act to a demand and shows the demand's state afterwards.</summary>
    public static async Task<int> Act(DirectoryInfo? home, string id, string act, JsonObject body, Answer answer, CancellationToken cancel)
    {
        using var desk = new StaffClient(Home.Of(home));
        var got = await desk.Post($"api/demands/{Uri.EscapeDataString(id)}/{act}", body, cancel);
        answer.Give(got, console => console.WriteLine(Answer.Visible(string.Create(CultureInfo.InvariantCulture, $"{id}: {got["state"]}; on the ledger at index {got["index"]}"))));
        return 0;
    }
}
