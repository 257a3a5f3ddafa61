using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>The demo's story: who is in it, what they know, and what they do.</summary>
internal sealed class DemoScript : IAsyncDisposable
{
    /// <summary>What the demo's people know about the demands, so that each question finds its answer; a question that is not here ends the demo.</summary>
    internal static readonly Dictionary<string, (string Value, string Reason)> Known = new(StringComparer.Ordinal)
    {
        ["emergency.callback"] = ("true", "called the number in our directory; the desk officer confirmed"),
        ["emergency.officer"] = ("true", "the named officer was put through and confirmed"),
        ["emergency.credible"] = ("true", "a missing person with a stated threat to life"),
        ["emergency.needed"] = ("true", "only who and from where, nothing else is asked"),
        ["order.complete"] = ("true", "read against the form; nothing is missing"),
        ["immunity.seen"] = ("false", "nothing in the order points to it"),
        ["data.impossible"] = ("false", "the account's data are on our own disks"),
        ["emergency.number"] = ("directory", "the number stands in our directory"),
        ["conflict.ground"] = ("none", "no other country's law is concerned"),
        ["customer.type"] = ("person", "a private account"),
        ["customer.harmed"] = ("true", "the order says that asking would warn the person"),
        ["offence.maxMonths"] = ("60", "the order names the maximum sentence"),
    };

    private readonly DemoStory story;
    private readonly string place;
    private readonly Home home;
    private readonly Walk walk;
    private readonly Process serve;
    private readonly Dictionary<string, NoteSigner> people = new(StringComparer.Ordinal);

    private DemoScript(DemoStory story, string place, Home home, Process serve)
    {
        this.story = story;
        this.place = place;
        this.home = home;
        this.serve = serve;
        walk = new Walk(home, TimeProvider.System);
    }

    private string People => Path.Combine(place, "people");
    private string Out => Path.Combine(place, "packages");
    private Trust Trust => PackageCommands.ReadTrust(new FileInfo(home.Trust));

    /// <summary>Tells it.</summary>
    public static async Task Run(string place, string? mail, DemoStory story, CancellationToken cancel)
    {
        var marker = Path.Combine(place, "made-by-the-demo");
        if (Directory.Exists(place))
        {
            if (!File.Exists(marker) && Directory.EnumerateFileSystemEntries(place).Any())
                throw new Refused($"{place} is there and was not made by a demo; name another with --folder");
            Directory.Delete(place, recursive: true);
        }

        Directory.CreateDirectory(place);
        await File.WriteAllTextAsync(marker, "The next demo replaces this folder.\n", cancel);

        story.Chapter("The house: three processes that trust each other as little as possible");
        var sources = Path.Combine(place, "sources");
        var from = mail is null
            ? await story.Step("", "made-up mailboxes", "demo", () => Task.Run(() => DemoMail.Write(sources), cancel), made => "22 customers, some thousands of messages, the same bytes each time")
            : await story.Step("", "your own mailbox", "you", () => Task.Run(() => DemoMail.Adopt(mail, sources), cancel), made => "read where it lies; the demo's two customers share it");
        var home = new Home(Path.Combine(place, "home"));
        await story.Step("", "home in trial mode", "demo", () => Task.Run(() => { TrialHome.Create(home, from.Accounts, from.Mail, null); return true; }, cancel), _ => "desk, gate and ledger each with keys of its own");
        await using var script = new DemoScript(story, place, home, Start(home, Path.Combine(place, "serve.log")));
        await script.Tell(own: mail is not null, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        walk.Dispose();
        if (!serve.HasExited)
        {
            serve.StandardInput.Close();
            serve.Kill(entireProcessTree: false);
            await serve.WaitForExitAsync();
        }

        serve.Dispose();
        foreach (var person in people.Values)
            person.Dispose();
    }

    private static Process Start(Home home, string log)
    {
        var start = Child.Self("serve", "--home", home.Folder, "--port", "0", "--public-port", "0", "--json");
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        var words = new StreamWriter(log) { AutoFlush = true };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                words.Dispose();
            else
                words.WriteLine(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }

    private async Task Tell(bool own, CancellationToken cancel)
    {
        foreach (var (name, role) in ((string, string)[])[("alice", "reviewer"), ("bob", "reviewer"), ("carol", "directory")])
        {
            await story.Step("", $"{role} {name}", name, () => Task.FromResult(Enrol(name)), key => $"key on the gate's roster: {key.Verifier}");
        }

        await story.Step("", "desk, gate and ledger up", "demo", () => Up(cancel), up => $"pages on {up["desk"]}");
        var first = await Authority("court.example", "IE", "District Court of Example Town", "+353 1 555 0100", cancel);
        var second = await Authority("district-court.example", "US", "United States District Court, District of Example", "+1 555 0101", cancel);

        story.Chapter("An emergency: who is behind this mailbox, and from where");
        var release = await Answer("emergency.json", false, "court.example", first, cancel);
        story.Chapter("An ordinary order: content and traffic of one month");
        await Answer("ordinary.json", own, "district-court.example", second, cancel);
        story.Chapter("A mailbox that nobody has: an honest no");
        await NoData(cancel);
        story.Chapter("The record");
        await story.Step("", "ledger check", "anyone", Check, report => report);
        await File.WriteAllTextAsync(Path.Combine(place, "trust.json"), await File.ReadAllTextAsync(home.Trust, cancel), cancel);

        story.Chapter("The cheats");
        await new DemoCheats(story, home, place, walk, people, Trust, release).Try(cancel);
    }

    private NoteSigner Enrol(string name)
    {
        var signer = NoteSigner.Generate(name);
        people[name] = signer;
        KeyFile.WriteSecret(Path.Combine(People, $"{name}.key"), $"# public key: {signer.Verifier}\n{signer.Export()}\n");
        TrialHome.Enrol(home, signer.Verifier, ["reviewer", "directory"]);
        return signer;
    }

    private async Task<JsonNode> Up(CancellationToken cancel)
    {
        var text = new StringBuilder();
        while (await serve.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            text.AppendLine(line);
            if (line == "}")
                return JsonNode.Parse(text.ToString())!;
        }

        throw new Refused($"`counterseal serve` ended before it was up; its own words are in {Path.Combine(place, "serve.log")}");
    }

    private async Task<FileInfo> Authority(string id, string country, string name, string callback, CancellationToken cancel)
    {
        var key = Path.Combine(People, $"{id}.key");
        using var identity = AgeIdentity.Generate();
        using var signer = NoteSigner.Generate(id);
        KeyFile.WriteSecret(key, $"# public key: {identity.Recipient.Text}\n{identity.Export()}\n");
        KeyFile.WriteSecret($"{key}.signer", $"# public key: {signer.Verifier}\n{signer.Export()}\n");
        var confirmed = new Confirmation(TimeProvider.System.GetUtcNow(), "carol", "read back by telephone, on a number that carol found herself");
        var text = DirectoryEntry.Text(id, country, name, "age-x25519", [identity.Recipient.Text], signer.Verifier.ToString(), callback, confirmed, 1);
        var note = SignedNote.Sign(text, people["alice"], people["carol"]);
        await File.WriteAllBytesAsync(Path.Combine(People, $"{id}.note"), note.Bytes(), cancel);
        await story.Step("", $"directory: {id}", "alice, carol", () => walk.AddToDirectory(Encoding.UTF8.GetString(note.Bytes()), cancel), got => $"recipient key signed in by two: {identity.Recipient.Text[..16]}…");
        return new FileInfo(key);
    }

    /// <summary>A demand from arrival to an opened package.</summary>
    private async Task<DemoRelease> Answer(string sample, bool anyTime, string recipient, FileInfo key, CancellationToken cancel)
    {
        var original = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", sample), cancel);
        if (anyTime)
            original = AnyTime(original);
        var (demand, reference) = await Receive(original, cancel);
        await story.Step(reference, "count", "alice", async () =>
        {
            var count = await walk.Order(demand, "niamh", "count", cancel);
            await walk.Approve(count, people["alice"], cancel);
            return await walk.Done(demand, count, cancel);
        }, CountWords);
        await Authenticate(demand, reference, cancel);
        await Questions(demand, reference, cancel);
        await story.Step(reference, "decided: comply", "niamh", () => walk.Decide(demand, "niamh", "comply", "the order is lawful and its scope is what the law permits", recipient, cancel),
            got => $"basis {got["basis"]}, ledger index {got["index"]}");
        var order = await story.Step(reference, "release ordered", "niamh", () => walk.Order(demand, "niamh", "release", cancel), digest => $"order {digest[..12]}…, waits for two people");
        foreach (var name in (string[])["alice", "bob"])
            await story.Step(reference, $"approved by {name}", name, async () => { await walk.Approve(order, people[name], cancel); return name; }, _ => "signed over the order's bytes as the gate shows them");
        var sealedNow = await story.Step(reference, "collected, minimised, sealed", "gate", () => walk.Done(demand, order, cancel),
            got => $"{got["name"]}, {Bytes((long)got["volumes"]![0]!["length"]!)}, statement {((string)got["statement"]!)[..12]}…");
        var name2 = (string)sealedNow["name"]!;
        var package = await story.Step(reference, "package fetched", recipient, () => walk.Fetch(demand, order, name2, Out, cancel), path => path);
        await story.Step(reference, "counterseal verify", "anyone", () => Task.FromResult(Package.Verify(package, Trust, cancel)),
            checks => checks.All(c => c.Holds) ? $"yes: {checks.Count} checks hold, offline" : throw new Refused($"the package does not verify: {checks.First(c => !c.Holds).What}"));
        await story.Step(reference, "age -d | tar t", recipient, () => Age($"{package}.age", key, cancel), files => files);
        await story.Step(reference, "counterseal open", recipient, () => Task.Run(() =>
        {
            using var identity = KeyFile.Identity(key);
            Package.Open(package, Trust, identity, $"{package}-opened", cancel);
            return $"{package}-opened";
        }, cancel), folder => folder);
        return new DemoRelease(demand, order, package, recipient);
    }

    private async Task NoData(CancellationToken cancel)
    {
        var (demand, reference) = await Receive(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "no-data.json"), cancel), cancel);
        await story.Step(reference, "count", "bob", async () =>
        {
            var count = await walk.Order(demand, "niamh", "count", cancel);
            await walk.Approve(count, people["bob"], cancel);
            return await walk.Done(demand, count, cancel);
        }, CountWords);
        await Authenticate(demand, reference, cancel);
        await Questions(demand, reference, cancel);
        await story.Step(reference, "decided: no data", "niamh", () => walk.Decide(demand, "niamh", "noData", "the gate counted, and there is nothing", null, cancel),
            got => $"the answer rests on the gate's count; ledger index {got["index"]}");
    }

    private async Task<(string Demand, string Reference)> Receive(byte[] original, CancellationToken cancel)
    {
        var receipt = await story.Step("", "received", "desk", () => walk.Submit(original, cancel), got => $"{got["reference"]}: on the ledger at index {got["index"]} before the receipt was given");
        await File.WriteAllTextAsync(Path.Combine(place, $"receipt-{(string)receipt["demand"]!}.json"), receipt.ToJsonString(), cancel);
        return ((string)receipt["demand"]!, (string)receipt["reference"]!);
    }

    private Task<JsonNode> Authenticate(string demand, string reference, CancellationToken cancel) =>
        story.Step(reference, "authenticated", "niamh", () => walk.Authenticate(demand, "niamh", "called back on the directory's number; the officer confirmed", "call-back note 17", cancel), got => $"ledger index {got["index"]}");

    private async Task Questions(string demand, string reference, CancellationToken cancel)
    {
        for (var asked = 0; asked < 20; asked++)
        {
            var shown = await walk.Show(demand, cancel);
            var question = shown["assessment"]!["questions"]!.AsArray().FirstOrDefault();
            if (question is null)
            {
                await story.Step(reference, $"law: proposes {shown["assessment"]!["proposed"]}", "law", () => Task.FromResult(shown), Findings);
                return;
            }

            var fact = (string)question["fact"]!;
            if (!Known.TryGetValue(fact, out var answer))
                throw new Refused($"the law asks '{question["text"]}' ({fact}), and nobody in the demo knows");
            await story.Step(reference, $"established {fact}", "niamh", () => walk.Establish(demand, "niamh", fact, answer.Value, answer.Reason, cancel), _ => $"{answer.Value}: {answer.Reason}");
        }

        throw new Refused("the law keeps asking");
    }

    /// <summary>Answers every question of the law from what the demo's people know.</summary>
    public static async Task AnswerQuestions(Walk walk, string demand, CancellationToken cancel)
    {
        while ((await walk.Show(demand, cancel))["assessment"]!["questions"]!.AsArray().FirstOrDefault() is { } question)
        {
            var fact = (string)question["fact"]!;
            if (!Known.TryGetValue(fact, out var answer))
                throw new Refused($"the law asks '{question["text"]}' ({fact}), and nobody in the demo knows");
            await walk.Establish(demand, "niamh", fact, answer.Value, answer.Reason, cancel);
        }
    }

    private static string Findings(JsonNode shown)
    {
        var findings = shown["assessment"]!["findings"]!.AsArray();
        var due = shown["assessment"]!["deadlines"]!.AsArray().FirstOrDefault();
        var cited = findings.FirstOrDefault(f => (string?)f!["rule"] == (string?)shown["assessment"]!["basis"]) ?? findings.FirstOrDefault();
        return $"{findings.Count(f => (string?)f!["sign"] == "holds")} findings hold; basis {shown["assessment"]!["basis"] ?? "–"} ({cited?["citation"]}){(due is null ? "" : $"; due {due["due"]}")}";
    }

    private static string CountWords(JsonNode result)
    {
        var accounts = result["accounts"]!.AsArray();
        return accounts.Count == 0
            ? "no account has this selector"
            : string.Join("; ", accounts.Select(a => $"{a!["account"]}: {string.Join(", ", a["categories"]!.AsArray().Select(c => $"{c!["items"]} {c["category"]}"))}"));
    }

    private static async Task<string> Age(string file, FileInfo key, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", "age -d -i \"$1\" \"$2\" | tar t", "sh", key.FullName, file }, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var listing = await process.StandardOutput.ReadToEndAsync(cancel);
        var words = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        var files = listing.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (process.ExitCode != 0 || files.Length == 0)
            throw new Refused($"age and tar do not open the package: {words}");
        return $"{files.Length} files: {string.Join(" ", files.Where(f => f.Contains("/data/", StringComparison.Ordinal)).Select(f => f[(f.IndexOf("/data/", StringComparison.Ordinal) + 6)..]).Take(3))} …";
    }

    private async Task<string> Check()
    {
        var report = await LedgerCheck.Run(Path.Combine(home.Ledger, "log"), Trust.LedgerKeys());
        return report.IsGood
            ? string.Create(CultureInfo.InvariantCulture, $"{report.Checkpoint!.Size} leaves and {report.Tiles} tiles hash to the signed root")
            : throw new Refused($"the ledger does not check out: {report.Faults[0]}");
    }

    /// <summary>The demand without its month: nobody knows when a visitor's own mail was written.</summary>
    private static byte[] AnyTime(byte[] original)
    {
        var demand = JsonNode.Parse(original)!;
        foreach (var item in demand["scope"]!.AsArray())
        {
            item!.AsObject().Remove("from");
            item.AsObject().Remove("to");
        }

        return Encoding.UTF8.GetBytes(demand.ToJsonString());
    }

    private static string Bytes(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}

/// <summary>A release of the demo, for the cheats to work on.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Order">The release order's digest.</param>
/// <param name="Package">The package's common path.</param>
/// <param name="Recipient">The authority's id.</param>
internal sealed record DemoRelease(string Demand, string Order, string Package, string Recipient);
