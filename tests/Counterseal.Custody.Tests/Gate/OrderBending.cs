using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <content>Bending: one field, one byte, one signature at a time.</content>
internal sealed partial class OrderFuzz
{
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
