using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>
/// A desk that lies in every field, from a seed: it holds valid orders of every kind with both approvals, its own ledger credential, and the key of one reviewer (alice). It bends any field of envelope, order, event, proof,
/// original, directory entry and approvals, puts in what is valid elsewhere, writes forged decisions into the ledger with true proofs, and sends bytes that are no envelope. Bob's signature exists over the valid orders only.
/// </summary>
internal sealed partial class OrderFuzz(HostileDesk desk, int seed)
{
    private readonly Random random = new(seed);
    private readonly List<Held> pool = [];
    private readonly List<(JsonObject Leaf, byte[] Bytes, JsonObject Logged)> forged = [];
    private readonly SortedDictionary<string, long> answers = new(StringComparer.Ordinal);
    private readonly NoteSigner mallory = NoteSigner.Generate("mallory");
    private long journalRead;

    /// <summary>A valid envelope in the desk's hands, taken apart.</summary>
    private sealed record Held(JsonObject Order, byte[] OrderBytes, JsonObject Envelope, string DemandId)
    {
        public string Kind => Order["kind"]!.GetValue<string>();
    }

    /// <summary>How often each answer came.</summary>
    public IReadOnlyDictionary<string, long> Answers => answers;

    /// <summary>Sends so many. Whatever is answered otherwise than it must be is given as a sentence; an empty list is good.</summary>
    public async Task<IReadOnlyList<string>> Run(Counterseal.Custody.Gate gate, long count, Action<long>? progress = null)
    {
        var faults = new List<string>();
        for (long i = 0; i < count && faults.Count < 10; i++)
        {
            if (i % 2000 == 0)
            {
                if (i > 0)
                    faults.AddRange(Effects());
                // What waits is over a day later, and the valid orders are made anew.
                desk.Clock.Advance(TimeSpan.FromHours(25));
                await Refill();
                progress?.Invoke(i);
            }
            var sent = await Next();
            GateAnswer answer;
            try
            {
                answer = await gate.File(sent, wait: random.Next(10) == 0, CancellationToken.None);
            }
            catch (Exception e)
            {
                faults.Add($"order {i}: {e}");
                continue;
            }
            using var said = JsonDocument.Parse(answer.Json);
            var word = said.RootElement.TryGetProperty("refused", out var code) ? code.GetString()! : said.RootElement.GetProperty("state").GetString()!;
            answers[word] = answers.GetValueOrDefault(word) + 1;
            if (answer.Status is 400 or 403 or 409 or 429 || (answer.Status == 202 && word == "waiting"))
                continue;
            faults.Add($"order {i} of seed {seed}: status {answer.Status}, {word}: {Encoding.UTF8.GetString(sent)[..Math.Min(sent.Length, 2000)]}");
        }
        faults.AddRange(Effects());
        return faults;
    }

    /// <summary>A valid order of this moment that nothing was done to: that it goes through shows that the others failed for what was done to them.</summary>
    public async Task<byte[]> Valid() => (await Case.Release(desk)).Json();

    /// <summary>What must not be there: begun work, a sealed package, a snapshot, a preview.</summary>
    private IEnumerable<string> Effects()
    {
        foreach (var folder in (string[])["packages", "previews", "snapshots"])
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(desk.Home, folder)))
                yield return $"there is {path}";
        }
        using var journal = new FileStream(Path.Combine(desk.Home, "journal.ndjson"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        journal.Position = journalRead;
        using var lines = new StreamReader(journal);
        while (lines.ReadLine() is { } line)
        {
            // A line that is just being written is read the next time.
            if (!line.EndsWith('}'))
                break;
            journalRead += Encoding.UTF8.GetByteCount(line) + 1;
            if (!line.Contains("\"kind\":\"intent\"", StringComparison.Ordinal))
                continue;
            using var read = JsonDocument.Parse(line);
            using var own = JsonDocument.Parse(read.RootElement.GetProperty("event").GetBytesFromBase64());
            var type = own.RootElement.GetProperty("type").GetString();
            if (type is not ("book" or "roster" or "key"))
                yield return $"the gate recorded {type}";
        }
    }

    private async Task Refill()
    {
        pool.Clear();
        forged.Clear();
        foreach (var demand in (Demand[])[Case.Warrant(), Case.Warrant() with { Reference = "TEST-0002", Scope = Case.Mail(DataCategory.Subscriber, DataCategory.Traffic) }])
        {
            desk.Demand = demand;
            foreach (var made in (Case[])[await Case.Release(desk), await Case.Preview(desk, "alice", "carol"), await Case.OnReceived(desk, "count"), await Case.OnReceived(desk, "preserve")])
            {
                made.ApprovedBy("alice", "bob");
                pool.Add(new Held(made.Order, made.OrderBytes, made.Envelope(), made.DemandId));
            }
            // Nothing was ever preserved here, so this one is refused as it is; what is bent of it must be too.
            var delete = await Case.Delete(desk, await Case.OnReceived(desk, "preserve"), new string('a', 64));
            pool.Add(new Held(delete.Order, delete.OrderBytes, delete.Envelope(), delete.DemandId));
        }
        desk.Demand = Case.Warrant();
    }

    private async Task<byte[]> Next()
    {
        var held = Any(pool);
        var envelope = held.Envelope.DeepClone().AsObject();
        var order = held.Order.DeepClone().AsObject();
        // Where what is bent cannot have come out the same, both approvals stay; elsewhere one of them goes, so that nothing that is sent is the valid order still.
        var sure = false;
        switch (random.Next(20))
        {
            case < 8:
                for (var bends = random.Next(1, 4); bends > 0; bends--)
                    BendOrder(order);
                Reorder(envelope, order);
                break;
            case < 10:
                await Forge(envelope, order);
                break;
            case < 12:
                sure = BendEvent(envelope);
                break;
            case < 14:
                BendApprovals(envelope);
                break;
            case < 15:
                envelope["original"] = Convert.ToBase64String(random.Next(3) switch { 0 => [], 1 => desk.Original[..^1], _ => Bytes(random.Next(30, 4000)) });
                sure = true;
                break;
            case < 16:
                sure = BendDirectory(envelope);
                break;
            case < 18:
                Bend(envelope, Any(pool).Envelope);
                break;
            default:
                Spare(envelope, held);
                return BendBytes(JsonSerializer.SerializeToUtf8Bytes(envelope));
        }
        if (random.Next(20) == 0)
            BendApprovals(envelope);
        if (!sure || random.Next(30) == 0)
            Spare(envelope, held);
        var sent = JsonSerializer.SerializeToUtf8Bytes(envelope);
        return !sure && random.Next(30) == 0 ? BendBytes(sent) : sent;
    }

    /// <summary>Takes bob's true approval out.</summary>
    private static void Spare(JsonObject envelope, Held held)
    {
        if (envelope["approvals"] is not JsonArray notes)
            return;
        var bob = held.Envelope["approvals"]![1]!.GetValue<string>();
        for (var i = notes.Count - 1; i >= 0; i--)
        {
            if (notes[i] is JsonValue value && value.TryGetValue<string>(out var note) && note == bob)
                notes.RemoveAt(i);
        }
    }

    /// <summary>Puts a bent order in, mostly canonical, and signs it with what the desk has: one reviewer's key.</summary>
    private void Reorder(JsonObject envelope, JsonObject order)
    {
        var bytes = random.Next(15) == 0 ? JsonSerializer.SerializeToUtf8Bytes(order) : HostileDesk.Canonical(order);
        envelope["order"] = Convert.ToBase64String(bytes);
        var digest = HostileDesk.OrderDigest(bytes);
        var old = envelope["approvals"]!.AsArray().Select(note => note!.GetValue<string>()).ToList();
        envelope["approvals"] = random.Next(8) switch
        {
            0 => new JsonArray([.. old.Select(note => JsonValue.Create(note))]),
            1 => new JsonArray(desk.Approve(digest, "alice"), old[^1]),
            2 => new JsonArray(desk.Approve(digest, "alice"), desk.Approve(digest, "bob", by: "alice")),
            3 => new JsonArray(desk.Approve(digest, "alice"), HostileDesk.Sign($"counterseal/approval/v1\nverb approve\ngate {HostileDesk.GateName}\nepoch 1\nreviewer bob\norder {digest}\n", mallory)),
            4 => new JsonArray(desk.Approve(digest, "alice"), desk.Approve(digest, "alice")),
            _ => new JsonArray(desk.Approve(digest, "alice")),
        };
    }

    /// <summary>A decision, or a demand, that says something else, in the ledger with a true proof; and an order that rests on it.</summary>
    private async Task Forge(JsonObject envelope, JsonObject order)
    {
        if (forged.Count == 0 || random.Next(10) == 0)
            await ForgeAnother(envelope);
        var (leaf, bytes, logged) = Any(forged);
        envelope["event"] = leaf.DeepClone();
        order["rests"] = HostileDesk.Sha(bytes);
        // What decision and order both name is made to agree, so that the law and the scope have to say no.
        if (random.Next(2) == 0 && logged["body"] is JsonObject body)
        {
            foreach (var member in (string[])["scope", "book", "asOf", "recipient", "reissueOf"])
            {
                if (body[member] is { } value && order.ContainsKey(member))
                    order[member] = value.DeepClone();
            }
        }
        if (random.Next(3) == 0)
            BendOrder(order);
        Reorder(envelope, order);
    }

    /// <summary>One more for the ledger. It has some of each round only: it runs in this process, and its memory would be taken for the gate's.</summary>
    private async Task ForgeAnother(JsonObject envelope)
    {
        var logged = JsonNode.Parse(Convert.FromBase64String(envelope["event"]!["bytes"]!.GetValue<string>()))!.AsObject();
        var other = Any(pool);
        var otherEvent = JsonNode.Parse(Convert.FromBase64String(other.Envelope["event"]!["bytes"]!.GetValue<string>()))!.AsObject();
        for (var bends = random.Next(1, 3); bends > 0; bends--)
        {
            if (random.Next(4) == 0)
                Bend(logged, otherEvent);
            else
                Bend(logged["body"] as JsonObject ?? logged, otherEvent["body"]!.AsObject());
        }
        try
        {
            var bytes = HostileDesk.Canonical(logged);
            forged.Add((await desk.Log(bytes), bytes, logged));
        }
        catch (FormatException)
        {
            // No text; another then.
            await ForgeAnother(envelope);
        }
    }
}
