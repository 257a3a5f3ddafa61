using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>
/// A desk that lies in every field, from a seed: it holds valid orders of every kind with both approvals, its own ledger credential, and the key of one reviewer (alice). It bends any field of envelope, order, event, proof,
/// original, directory entry and approvals, puts in what is valid elsewhere, writes forged decisions into the ledger with true proofs, and sends bytes that are no envelope. Bob's signature exists over the valid orders only.
/// </summary>
internal sealed class OrderFuzz(HostileDesk desk, int seed)
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

    private void BendOrder(JsonObject order)
    {
        switch (random.Next(6))
        {
            case 0:
                var time = Any((string[])["notBefore", "expires", "asOf", "preserveUntil"]);
                if (order.ContainsKey(time) || random.Next(4) == 0)
                    order[time] = Instant.Text(desk.Clock.GetUtcNow() + TimeSpan.FromMinutes(random.Next(-3000, 3000)));
                break;
            case 1:
                order["kind"] = Any((string[])["count", "preserve", "preview", "release", "delete", "stop", "Release", ""]);
                break;
            case 2:
                Bend(order["scope"] as JsonObject ?? order, Any(pool).Order["scope"]!.AsObject());
                break;
            default:
                Bend(order, Any(pool).Order);
                break;
        }
    }

    private bool BendEvent(JsonObject envelope)
    {
        var own = envelope["event"]!.AsObject();
        var other = Any(pool).Envelope["event"]!;
        switch (random.Next(5))
        {
            case 0:
                envelope["event"] = other.DeepClone();
                return !JsonNode.DeepEquals(own, other);
            case 1:
                var member = Any((string[])["bytes", "salt", "tag"]);
                var differs = own[member]!.GetValue<string>() != other[member]!.GetValue<string>();
                own[member] = other[member]!.DeepClone();
                return differs;
            case 2:
                own[Any((string[])["salt", "tag"])] = HostileDesk.Hex(Bytes(random.Next(30, 34)));
                return true;
            case 3:
                own["proof"] = random.Next(2) == 0 ? other["proof"]!.DeepClone() : Encoding.UTF8.GetString(BendBytes(Encoding.UTF8.GetBytes(own["proof"]!.GetValue<string>())));
                return false;
            default:
                own["bytes"] = Convert.ToBase64String(BendBytes(Convert.FromBase64String(own["bytes"]!.GetValue<string>())));
                return false;
        }
    }

    private void BendApprovals(JsonObject envelope)
    {
        if (envelope["approvals"] is not JsonArray { Count: > 0 } notes || notes.Any(note => note is not JsonValue value || value.GetValueKind() != JsonValueKind.String))
            return;
        var digest = HostileDesk.OrderDigest(Any(pool).OrderBytes);
        var at = random.Next(notes.Count);
        switch (random.Next(9))
        {
            case 0:
                notes.RemoveAt(at);
                break;
            case 1:
                notes.Add(notes[at]!.DeepClone());
                break;
            case 2:
                notes[at] = Any(pool).Envelope["approvals"]![0]!.DeepClone();
                break;
            case 3:
                notes[at] = desk.Approve(digest, "alice", epoch: random.Next(0, 3));
                break;
            case 4:
                notes[at] = desk.Approve(digest, "alice", verb: Any((string[])["view", "stop", "lift", "approve"]));
                break;
            case 5:
                notes[at] = desk.Approve(digest, "alice", gate: "gate2.example");
                break;
            case 6:
                notes[at] = desk.StopNote(Any(pool).DemandId, "alice");
                break;
            case 7:
                for (var more = random.Next(70); more > 0; more--)
                    notes.Add(notes[at]!.DeepClone());
                notes.RemoveAt(0);
                break;
            default:
                notes[at] = Encoding.UTF8.GetString(BendBytes(Encoding.UTF8.GetBytes(notes[at]!.GetValue<string>())));
                break;
        }
    }

    private bool BendDirectory(JsonObject envelope)
    {
        using var thief = AgeIdentity.Generate();
        var text = desk.DirectoryText(random.Next(2) == 0 ? thief.Recipient.Text : null, random.Next(3) == 0 ? mallory.Verifier.ToString() : null, random.Next(1, 3));
        var how = random.Next(6);
        envelope["directory"] = how switch
        {
            0 => desk.Sign(text, "dora"),
            1 => desk.Sign(text, "dora", "alice"),
            // Both have signed it, for another recipient than the one decided on.
            2 => desk.Sign(desk.DirectoryText(thief.Recipient.Text), "dora", "egon"),
            3 => HostileDesk.Sign(text, mallory),
            4 => Any(pool).Envelope["approvals"]![0]!.DeepClone(),
            _ => Encoding.UTF8.GetString(BendBytes(Encoding.UTF8.GetBytes(desk.Sign(desk.DirectoryText(), "dora", "egon")))),
        };
        return how < 5;
    }

    /// <summary>Bends one place anywhere inside: taken from another valid one, of another kind, missing, or made up.</summary>
    private void Bend(JsonNode node, JsonNode? other)
    {
        for (var depth = 0; depth < 12; depth++)
        {
            if (node is JsonObject { Count: > 0 } members)
            {
                var name = members.ElementAt(random.Next(members.Count)).Key;
                var theirs = other is JsonObject same && same.TryGetPropertyValue(name, out var found) ? found : null;
                if (members[name] is JsonObject or JsonArray && random.Next(4) != 0)
                {
                    (node, other) = (members[name]!, theirs);
                    continue;
                }
                switch (random.Next(30))
                {
                    case 0:
                        members.Remove(name);
                        break;
                    case 1:
                        members[name + "x"] = members[name]?.DeepClone();
                        break;
                    case 2:
                        members[Any((string[])["override", "v", "kind", "recipient", "reissueOf", "viewers", "preserveUntil"])] = Anything(members[name]);
                        break;
                    case < 15 when theirs is not null && !JsonNode.DeepEquals(theirs, members[name]):
                        members[name] = theirs.DeepClone();
                        break;
                    default:
                        members[name] = Plausible(members[name]);
                        break;
                }
                return;
            }
            if (node is JsonArray { Count: > 0 } items)
            {
                var at = random.Next(items.Count);
                if (items[at] is JsonObject or JsonArray && random.Next(4) != 0)
                {
                    (node, other) = (items[at]!, other is JsonArray { Count: > 0 } list ? list[random.Next(list.Count)] : null);
                    continue;
                }
                switch (random.Next(4))
                {
                    case 0:
                        items.RemoveAt(at);
                        break;
                    case 1:
                        items.Add(items[at]?.DeepClone());
                        break;
                    default:
                        items[at] = Plausible(items[at]);
                        break;
                }
                return;
            }
            if (node is JsonObject empty)
                empty["x"] = "y";
            else if (node is JsonArray none)
                none.Add(Anything(null));
            return;
        }
    }

    /// <summary>Of the same kind and shape, so that it is read, and says something else.</summary>
    private JsonNode? Plausible(JsonNode? was)
    {
        if (random.Next(8) == 0 || was is not JsonValue value)
            return Anything(was);
        if (value.TryGetValue<bool>(out var truth))
            return !truth;
        if (value.TryGetValue<long>(out var number))
            return number + random.Next(-2, 3);
        if (!value.TryGetValue<string>(out var text))
            return Anything(was);
        foreach (var words in Words)
        {
            if (words.Contains(text))
                return Any(words);
        }
        if (text.Length >= 20 && text[^1] == 'Z' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at))
            return Instant.Text(at + TimeSpan.FromMinutes(random.Next(-3000, 3000)));
        if (text.Length is 32 or 64 && text.All(char.IsAsciiHexDigitLower))
            return random.Next(2) == 0 ? HostileDesk.Hex(Bytes(text.Length / 2)) : text[..^1] + (text[^1] == 'a' ? 'b' : 'a');
        if (text.Length == 26)
            return random.Next(2) == 0 ? HostileDesk.NewDemandId() : Any(pool).DemandId;
        return text + Any((string[])["x", "@", " ", "é", "%", "*"]);
    }

    private static readonly string[][] Words =
    [
        ["subscriber", "identification", "traffic", "content"], ["mailbox", "account", "telephone", "ipAddress", "unknown"], ["comply", "complyInPart", "noData", "redirect", "challenge", "reject"],
        ["court", "prosecutor", "police", "ministry", "intelligence", "other"], ["true", "false"], ["person", "business", "government"], ["received", "decided", "assessed", "withdrawn", "closed", "sealed"],
        ["us.sca.warrant", "us.sca.subpoena", "us.sca.2703d", "eu.epoc", "eu.epoc-pr"], ["alice", "bob", "carol", "dora", "egon", "mallory"], ["US", "IE", "DE", "XX"],
    ];

    private JsonNode? Anything(JsonNode? was)
    {
        var text = was is JsonValue value && value.TryGetValue<string>(out var read) ? read : null;
        return random.Next(16) switch
        {
            0 => null,
            1 => random.Next(),
            2 => "",
            3 => new JsonArray(),
            4 => new JsonObject(),
            5 => random.Next(2) == 0,
            6 => Instant.Text(desk.Clock.GetUtcNow() + TimeSpan.FromMinutes(random.Next(-3000, 3000))),
            7 => "\u202e\u0000everything",
            8 => long.MaxValue,
            9 => 1e300,
            10 => HostileDesk.Hex(Bytes(32)),
            11 => Any((string[])["comply", "reject", "content", "us.sca.warrant", "us.sca.subpoena", "*", "%", HostileDesk.GateName, "true", "alice"]),
            12 => new string('a', random.Next(5000)),
            13 when text is not null => text.ToUpperInvariant(),
            14 when text is { Length: > 0 } => text[..^1],
            15 when text is { Length: > 0 } => text[..^1] + (text[^1] == 'a' ? 'b' : 'a'),
            _ => text is null ? -1 : text + "x",
        };
    }

    private byte[] BendBytes(byte[] bytes)
    {
        var bent = new List<byte>(bytes);
        for (var times = random.Next(1, 4); times > 0 && bent.Count > 0; times--)
        {
            var at = random.Next(bent.Count);
            switch (random.Next(6))
            {
                case 0:
                    bent[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bent[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bent.RemoveRange(at, Math.Min(bent.Count - at, random.Next(1, 40)));
                    break;
                case 3:
                    bent.InsertRange(at, Bytes(random.Next(1, 10)));
                    break;
                case 4:
                    bent.RemoveRange(at, bent.Count - at);
                    break;
                default:
                    bent.InsertRange(at, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Any((string[])["[", "{\"a\":", "\"", "\\u0000"]), random.Next(1, 200)))));
                    break;
            }
        }
        return [.. bent];
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
}

/// <summary>The fuzzer, run as <c>./test</c> runs it, or for as long as <c>bench/fuzz-orders.sh</c> asks.</summary>
[Collection(nameof(Alone))]
public class OrderFuzzTests
{
    private static long Setting(string name, long usual) => long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;

    [Fact]
    public async Task A_desk_that_lies_in_every_field_releases_nothing_and_the_gate_neither_falls_nor_grows()
    {
        var (count, seed) = (Setting("COUNTERSEAL_FUZZ_ORDERS", 5_000), (int)Setting("COUNTERSEAL_FUZZ_SEED", 20261129));
        await using var desk = await HostileDesk.Begin(gate: false);
        desk.WriteRoster(desk.RosterJson(change: roster => (roster["approvals"]!["count"], roster["approvals"]!["preserve"]) = (2, 2)));
        await using var gate = Counterseal.Custody.Gate.Open(desk.Home, desk.Clock, NullLogger.Instance);
        var fuzz = new OrderFuzz(desk, seed);
        var live = new List<long>();
        var began = System.Diagnostics.Stopwatch.StartNew();

        var faults = await fuzz.Run(gate, count, sent =>
        {
            if (sent % Math.Max(2000, count / 20 / 2000 * 2000) != 0)
                return;
            live.Add(GC.GetTotalMemory(forceFullCollection: true));
            if (Environment.GetEnvironmentVariable("COUNTERSEAL_FUZZ_LOG") is { } log)
                File.AppendAllText(log, string.Create(CultureInfo.InvariantCulture, $"{sent,9} orders  {began.Elapsed.TotalSeconds,7:0} s  resident {Environment.WorkingSet >> 20,5} MiB  live {live[^1] >> 20,4} MiB\n"));
        });

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(fuzz.Answers.Count >= 12, string.Join(' ', fuzz.Answers));
        Assert.True(live[^1] - live[Math.Min(1, live.Count - 1)] < 16 << 20, string.Join(' ', live.Select(bytes => bytes >> 10)));
        Assert.Equal("done", JsonDocument.Parse((await gate.File(await fuzz.Valid(), wait: true, CancellationToken.None)).Json).RootElement.GetProperty("state").GetString());
        if (Environment.GetEnvironmentVariable("COUNTERSEAL_FUZZ_LOG") is { } end)
            File.AppendAllText(end, string.Create(CultureInfo.InvariantCulture, $"{count,9} orders  {began.Elapsed.TotalSeconds,7:0} s  seed {seed}\n{string.Join('\n', fuzz.Answers.OrderByDescending(one => one.Value).Select(one => $"{one.Value,9} {one.Key}"))}\n"));
    }
}
