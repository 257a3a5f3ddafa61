using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>The demo's cheats: what a thief, a lying desk and a single reviewer try, and the refusals.</summary>
internal sealed class DemoCheats(DemoStory story, Home home, string place, Walk walk, IReadOnlyDictionary<string, NoteSigner> people, Trust trust, DemoRelease release)
{
    /// <summary>Tries them all.</summary>
    public async Task Try(CancellationToken cancel)
    {
        var copies = Directory.CreateDirectory(Path.Combine(place, "cheats")).FullName;
        await story.Cheat("a byte changed in the package", () => Task.FromResult(Flipped(copies, "age", cancel)));
        await story.Cheat("a byte changed in the counterseal", () => Task.FromResult(Flipped(copies, "counterseal", cancel)));
        await story.Cheat("a byte changed in a ledger tile", () => Tile(copies));

        // From here on the demo is a lying desk: it holds the desk's credential and speaks to the gate as it likes.
        var credential = (string)JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(home.Desk, "desk.json"), cancel))!["gateCredential"]!;
        using var gate = new GateClient(home.GateAddress, credential);
        var (demand, order, envelope) = await Waiting(cancel);
        await story.Cheat("one approval instead of two", () => Raw(gate, With(envelope, Approved(envelope, order, "alice")), cancel));
        await story.Cheat("the same reviewer twice", () => Raw(gate, With(envelope, Approved(envelope, order, "alice"), Approved(envelope, order, "alice")), cancel));
        await story.Cheat("a widened scope, old approvals", () => Raw(gate, With(Widened(envelope), Approved(envelope, order, "alice"), Approved(envelope, order, "bob")), cancel));
        await story.Cheat("a widened scope, approved by both", () =>
        {
            var widened = Widened(envelope);
            var digest = Order.DigestOf(Convert.FromBase64String((string)widened["order"]!));
            return Raw(gate, With(widened, Approved(envelope, digest, "alice"), Approved(envelope, digest, "bob")), cancel);
        });
        await story.Cheat("a swapped recipient", () =>
        {
            var swapped = Swapped(envelope);
            var digest = Order.DigestOf(Convert.FromBase64String((string)swapped["order"]!));
            return Raw(gate, With(swapped, Approved(envelope, digest, "alice"), Approved(envelope, digest, "bob")), cancel);
        });
        await story.Cheat("a second release for the same decision", () => Again(gate, cancel));
        await story.Cheat("a stopped demand, fully approved", async () =>
        {
            using var anyone = new GateClient(home.GateAddress);
            WaitingOrder.Told(await anyone.Stop(await OrderCommands.StopNote(anyone, demand, people["bob"], cancel), cancel));
            return await Raw(gate, With(envelope, Approved(envelope, order, "alice"), Approved(envelope, order, "bob")), cancel);
        });
    }

    private string? Flipped(string copies, string which, CancellationToken cancel)
    {
        var name = Path.Combine(copies, Path.GetFileName(release.Package));
        foreach (var extension in (string[])["age", "counterseal"])
            File.Copy($"{release.Package}.{extension}", $"{name}.{extension}", overwrite: true);
        var bytes = File.ReadAllBytes($"{name}.{which}");
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes($"{name}.{which}", bytes);
        return Package.Verify(name, trust, cancel).FirstOrDefault(c => !c.Holds) is { } no ? $"does not hold: {no.What}{(no.Where is null ? "" : $" [{no.Where}]")}" : null;
    }

    private async Task<string?> Tile(string copies)
    {
        var copy = Path.Combine(copies, "log");
        var log = Path.Combine(home.Ledger, "log");
        foreach (var file in Directory.EnumerateFiles(log, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "lock")
                continue;
            var to = Path.Combine(copy, Path.GetRelativePath(log, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        var tile = Directory.EnumerateFiles(Path.Combine(copy, "tile", "0"), "*", SearchOption.AllDirectories).OrderByDescending(f => new FileInfo(f).Length).First();
        var bytes = await File.ReadAllBytesAsync(tile);
        bytes[bytes.Length / 2] ^= 1;
        File.SetUnixFileMode(tile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(tile, bytes);
        var report = await LedgerCheck.Run(copy, trust.LedgerKeys());
        return report.IsGood ? null : report.Faults[0].ToString();
    }

    /// <summary>A fresh demand, decided and ordered, that waits for its approvals at the gate.</summary>
    private async Task<(string Demand, string Order, JsonObject Envelope)> Waiting(CancellationToken cancel)
    {
        var original = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "emergency.json"), cancel);
        var receipt = await walk.Submit(original, cancel);
        var demand = (string)receipt["demand"]!;
        await walk.Authenticate(demand, "niamh", "called back on the directory's number", "call-back note 18", cancel);
        await DemoScript.AnswerQuestions(walk, demand, cancel);
        await walk.Decide(demand, "niamh", "comply", "lawful", release.Recipient, cancel);
        var order = await walk.Order(demand, "niamh", "release", cancel);
        // What a reviewer is shown, the thief sees too.
        using var anyone = new GateClient(home.GateAddress);
        var waiting = await WaitingOrder.Fetch(anyone, order, cancel);
        return (demand, order, JsonNode.Parse(waiting.Envelope.Json())!.AsObject());
    }

    private string Approved(JsonObject envelope, string order, string name)
    {
        var fields = JsonNode.Parse(Convert.FromBase64String((string)envelope["order"]!))!;
        var epoch = Roster.Read(File.ReadAllBytes(Path.Combine(home.Gate, "roster.json"))).Epoch;
        return Encoding.UTF8.GetString(SignedNote.Sign(Approval.Text((string)fields["gate"]!, epoch, name, order), people[name]).Bytes());
    }

    private static JsonObject With(JsonObject envelope, params string[] approvals)
    {
        var copy = envelope.DeepClone().AsObject();
        copy["approvals"] = new JsonArray([.. approvals.Select(a => JsonValue.Create(a))]);
        return copy;
    }

    private static JsonObject Widened(JsonObject envelope) => Changed(envelope, order =>
        order["scope"]!["items"]![0]!["categories"] = new JsonArray("subscriber", "identification", "traffic", "content"));

    private JsonObject Swapped(JsonObject envelope)
    {
        using var thief = AgeIdentity.Generate();
        var text = DirectoryEntry.Text("thief.example", "IE", "A helpful colleague", "age-x25519", [thief.Recipient.Text], null, "+353 1 555 0199",
            new Confirmation(TimeProvider.System.GetUtcNow(), "alice", "it is fine"), 1);
        var note = SignedNote.Sign(text, people["alice"]);
        var entry = DirectoryEntry.Read(note.Bytes());
        var changed = Changed(envelope, order => order["recipient"] = entry.Digest);
        changed["directory"] = Encoding.UTF8.GetString(note.Bytes());
        return changed;
    }

    private async Task<string?> Again(GateClient gate, CancellationToken cancel)
    {
        // The desk's own records hold what it filed before: it files the same decision under a new order.
        var shown = await walk.Show(release.Demand, cancel);
        var ordered = shown["events"]!.AsArray().Select(e => (Type: (string)e!["type"]!, Event: e!)).ToList();
        var body = JsonNode.Parse(Convert.FromBase64String((string)ordered.Last(e => e.Type == "ordered").Event["event"]!))!["body"]!;
        var decided = ordered.Last(e => e.Type == "decided").Event;
        var envelope = new JsonObject
        {
            ["order"] = (string)body["bytes"]!,
            ["original"] = Convert.ToBase64String(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "emergency.json"), cancel)),
            ["event"] = new JsonObject { ["bytes"] = (string)decided["event"]!, ["salt"] = (string)decided["salt"]!, ["tag"] = (string)decided["tag"]!, ["proof"] = (string)decided["proof"]! },
            ["directory"] = await File.ReadAllTextAsync(Path.Combine(place, "people", $"{release.Recipient}.note"), cancel),
        };
        var again = Changed(envelope, order => order["nonce"] = new string('7', 32));
        var digest = Order.DigestOf(Convert.FromBase64String((string)again["order"]!));
        return await Raw(gate, With(again, Approved(again, digest, "alice"), Approved(again, digest, "bob")), cancel);
    }

    private static JsonObject Changed(JsonObject envelope, Action<JsonObject> change)
    {
        var copy = envelope.DeepClone().AsObject();
        var order = JsonNode.Parse(Convert.FromBase64String((string)copy["order"]!))!.AsObject();
        change(order);
        copy["order"] = Convert.ToBase64String(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(order.ToJsonString())));
        return copy;
    }

    private static async Task<string?> Raw(GateClient gate, JsonObject envelope, CancellationToken cancel)
    {
        var reply = await gate.File(Encoding.UTF8.GetBytes(envelope.ToJsonString()), wait: false, cancel);
        return reply.Refused is { } code ? $"{code}: {reply.Json.GetProperty("what").GetString()}" : null;
    }
}
