using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Bytes that are not what the protocol says, at every depth.</summary>
public class MalformedTests(MalformedTests.Shared shared) : IClassFixture<MalformedTests.Shared>
{
    private const string NineDeep = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";

    public static TheoryData<string> Orders => new()
    {
        "unknownMember", "unknownInDemand", "missing", "null", "wrongKind", "numberAsText", "upperHex", "shortNonce", "localTime", "needlessDecimals",
        "categoriesTwice", "categoriesOrder", "categoryCase", "noItems", "noCategories", "emptySelector", "portRange", "fromAfterTo", "factNumber", "explicitNull",
        "preserveUntilOnRelease", "windowBackwards", "asOfBeforeReceived", "demandIdShort", "version2", "loneSurrogate",
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_order_that_is_bent_anywhere_is_malformed_though_approved(string how)
    {
        var desk = shared.Desk;
        var release = await Case.Release(desk, order: order =>
        {
            var item = order["scope"]!["items"]![0]!;
            switch (how)
            {
                case "unknownMember": order["override"] = true; break;
                case "unknownInDemand": order["demand"]!["note"] = "x"; break;
                case "missing": order.Remove("rests"); break;
                case "null": order["rests"] = null; break;
                case "wrongKind": order["kind"] = "stop"; break;
                case "numberAsText": order["v"] = "1"; break;
                case "upperHex": order["book"] = order["book"]!.GetValue<string>().ToUpperInvariant(); break;
                case "shortNonce": order["nonce"] = "00"; break;
                case "localTime": order["expires"] = "2026-11-24T05:00:00+01:00"; break;
                case "needlessDecimals": order["asOf"] = "2026-11-24T02:00:00.0Z"; break;
                case "categoriesTwice": item["categories"] = new JsonArray("content", "content"); break;
                case "categoriesOrder": item["categories"] = new JsonArray("content", "subscriber"); break;
                case "categoryCase": item["categories"] = new JsonArray("Content"); break;
                case "noItems": order["scope"]!["items"] = new JsonArray(); break;
                case "noCategories": item["categories"] = new JsonArray(); break;
                case "emptySelector": item["selector"]!["value"] = ""; break;
                case "portRange": item["selector"]!["port"] = 65536; break;
                case "fromAfterTo": item["to"] = item["from"]!.DeepClone(); break;
                case "factNumber": order["facts"]!["authenticated"] = true; break;
                case "explicitNull": order["demand"]!["read"]!["offence"] = null; break;
                case "preserveUntilOnRelease": order["preserveUntil"] = "2027-01-01T00:00:00Z"; break;
                case "windowBackwards": order["expires"] = order["notBefore"]!.DeepClone(); break;
                case "asOfBeforeReceived": order["asOf"] = "2026-11-24T01:59:59Z"; break;
                case "demandIdShort": order["demand"]!["id"] = "ABC"; break;
                case "version2": order["v"] = 2; break;
                case "loneSurrogate": order["facts"]!["x"] = "PLACE"; break;
            }
        });
        var envelope = release.Envelope();
        if (how == "loneSurrogate")
            envelope["order"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(release.OrderBytes).Replace("PLACE", "\\ud800", StringComparison.Ordinal)));
        var answer = await desk.File(envelope);
        Assert.Equal((400, "malformed"), (answer.Status, answer.Refused));
        Assert.StartsWith("/order", answer.Member("where"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not canonical")]
    [InlineData("space")]
    [InlineData("member twice")]
    [InlineData("not JSON")]
    [InlineData("deep")]
    [InlineData("large")]
    [InlineData("array")]
    public async Task An_order_whose_bytes_are_not_canonical_is_malformed(string how)
    {
        var desk = shared.Desk;
        var release = await Case.Release(desk);
        var canonical = Encoding.UTF8.GetString(release.OrderBytes);
        var bytes = how switch
        {
            "not canonical" => canonical.Replace(",", ", ", StringComparison.Ordinal),
            "space" => canonical + " ",
            "member twice" => canonical[..^1] + ",\"v\":1}",
            "not JSON" => canonical[..^1],
            "deep" => canonical[..^1] + ",\"z\":" + NineDeep + "}",
            "large" => canonical[..^1] + ",\"z\":\"" + new string('a', 1 << 20) + "\"}",
            _ => "[" + canonical + "]",
        };
        var envelope = release.Envelope();
        envelope["order"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(bytes));
        Assert.Equal((400, "malformed"), await Answer(desk, envelope));
    }

    [Theory]
    [InlineData("7B22B4223A317D")] // {"\xB4":1}
    [InlineData("7B226F72646572223A22B4227D")] // {"order":"\xB4"}
    [InlineData("7B225C7564383030223A317D")] // {"\ud800":1}
    [InlineData("7B225C7564383030223A312C225C7564383030223A327D")] // the same name twice
    public async Task Bytes_that_are_no_text_are_malformed_and_not_a_fault_of_our_own(string body)
    {
        var answer = await shared.Desk.Post("/orders", Convert.FromHexString(body));
        Assert.Equal((400, "malformed"), (answer.Status, answer.Refused));
    }

    [Theory]
    [InlineData("order", "&&&&")]
    [InlineData("order", "")]
    [InlineData("event", null)]
    [InlineData("directory", null)]
    [InlineData("directory", "counterseal/directory/v2\n")]
    [InlineData("approvals", null)]
    [InlineData("extra", "x")]
    public async Task An_envelope_that_is_bent_is_malformed(string member, string? value)
    {
        var desk = shared.Desk;
        var envelope = (await Case.Release(desk)).Envelope();
        if (value is null)
            envelope.Remove(member);
        else
            envelope[member] = value;
        Assert.Equal((400, "malformed"), await Answer(desk, envelope));
    }

    [Theory]
    [InlineData("bytes", "e30=")]
    [InlineData("salt", "00")]
    [InlineData("tag", "zz")]
    [InlineData("proof", "c2sp.org/tlog-proof@v1\n")]
    [InlineData("extra", "x")]
    public async Task An_event_that_is_bent_is_malformed(string member, string value)
    {
        var desk = shared.Desk;
        var envelope = (await Case.Release(desk)).Envelope();
        envelope["event"]![member] = value;
        Assert.Equal((400, "malformed"), await Answer(desk, envelope));
    }

    [Theory]
    [InlineData("trailing line")]
    [InlineData("two signatures")]
    [InlineData("epoch with zero")]
    [InlineData("carriage return")]
    [InlineData("not a note")]
    public async Task An_approval_that_is_bent_is_malformed(string how)
    {
        var desk = shared.Desk;
        var release = await Case.Release(desk);
        var text = $"counterseal/approval/v1\nverb approve\ngate {HostileDesk.GateName}\nepoch 1\nreviewer bob\norder {release.Digest}\n";
        release.Approvals[1] = how switch
        {
            "trailing line" => desk.Sign(text + "and more\n", "bob"),
            "two signatures" => desk.Sign(text, "bob", "carol"),
            "epoch with zero" => desk.Sign(text.Replace("epoch 1", "epoch 01", StringComparison.Ordinal), "bob"),
            "carriage return" => release.Approvals[1].Replace("\n", "\r\n", StringComparison.Ordinal),
            _ => "yes",
        };
        Assert.Equal((400, "malformed"), await Answer(desk, release.Envelope()));
        Assert.Equal("malformed", (await desk.Post($"/orders/{release.Digest}/approvals", release.Approvals[1])).Refused);
    }

    [Fact]
    public async Task What_is_not_JSON_or_too_large_or_not_HTTP_gets_an_answer_and_a_line_in_the_journal()
    {
        var desk = shared.Desk;
        var before = desk.Refusals().Count;
        foreach (var body in new[] { "", "{", "[]", "null", "\"\"", "\0\0\0", "{\"order\":\"\"}", NineDeep })
            Assert.Equal("malformed", (await desk.Post("/orders", Encoding.UTF8.GetBytes(body))).Refused);
        Assert.Equal(8, desk.Refusals().Count - before);
        var head = string.Create(CultureInfo.InvariantCulture, $"POST /orders HTTP/1.1\r\nHost: gate\r\nConnection: close\r\nAuthorization: Bearer {HostileDesk.DeskCredential}\r\nContent-Length: {(32 << 20) + 1}\r\n\r\n");
        Assert.Equal("malformed", (await RawHttp.Send(desk.Socket, Encoding.ASCII.GetBytes(head))).Refused);
        Assert.Equal("malformed", (await desk.Post("/stops", new byte[(64 << 10) + 1], null)).Refused);
        foreach (var garbage in new[] { "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\0\u0001\u0002\r\n\r\n", "POST /orders HTTP/1.1\r\nHost: gate\r\nContent-Length: -1\r\n\r\n" })
            Assert.Equal(400, (await RawHttp.Send(desk.Socket, Encoding.ASCII.GetBytes(garbage))).Status);
        foreach (var path in new[] { "/", "/orders/x", "/orders/" + new string('a', 64), "/packages/" + new string('a', 64) + "/..%2f..%2fgate.key", "/packages/../gate.key" })
            Assert.Equal(404, (await desk.Get(path)).Status);
    }

    [Fact]
    public async Task No_mutated_envelope_is_ever_released_and_none_is_answered_with_a_fault_of_our_own()
    {
        var desk = shared.Desk;
        var random = new Random(20261124);
        var release = (await Case.Release(desk)).ApprovedBy("alice");
        var valid = release.Json();
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 250; i++)
        {
            byte[] sent;
            if (i % 2 == 0)
            {
                sent = [.. valid];
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                    sent[random.Next(sent.Length)] = (byte)random.Next(256);
            }
            else
            {
                // Deeper: the order itself is bent, kept canonical, and approved as it is.
                var order = release.Order.DeepClone();
                Bend(order, random);
                var envelope = release.Envelope();
                var canonical = HostileDesk.Canonical(order);
                envelope["order"] = Convert.ToBase64String(canonical);
                envelope["approvals"] = new JsonArray(desk.Approve(HostileDesk.OrderDigest(canonical), "alice"));
                sent = JsonSerializer.SerializeToUtf8Bytes(envelope);
            }
            var answer = await desk.Post("/orders", sent);
            Assert.True(answer.Status is 202 or 400 or 403 or 409, $"status {answer.Status} for mutation {i}: {answer.Text}");
            codes.Add(answer.Refused ?? answer.State!);
        }
        Assert.DoesNotContain(desk.Own(), own => own.Type is "begun" or "sealed");
        Assert.True(codes.Count >= 5, string.Join(' ', codes));
    }

    [Fact]
    public async Task A_canonical_form_with_a_flipped_bit_is_never_the_same_order()
    {
        var desk = shared.Desk;
        var release = await Case.Release(desk);
        var bytes = release.OrderBytes;
        var digest = Order.Read(bytes).Digest;
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var bent = bytes.ToArray();
            bent[random.Next(bent.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.NotEqual(digest, Order.Read(bent).Digest);
            }
            catch (RefusalException e)
            {
                Assert.Contains(e.Refusal.Code, (string[])["malformed", "too-long"]);
            }
        }
    }

    private static void Bend(JsonNode node, Random random)
    {
        while (true)
        {
            switch (node)
            {
                case JsonObject members when members.Count > 0:
                    var name = members.ElementAt(random.Next(members.Count)).Key;
                    if (members[name] is JsonObject or JsonArray && random.Next(4) != 0)
                    {
                        node = members[name]!;
                        continue;
                    }
                    if (random.Next(3) == 0)
                        members.Remove(name);
                    else
                        members[name] = Anything(members[name], random);
                    return;
                case JsonArray items when items.Count > 0:
                    var at = random.Next(items.Count);
                    if (items[at] is JsonObject or JsonArray && random.Next(4) != 0)
                    {
                        node = items[at]!;
                        continue;
                    }
                    items[at] = Anything(items[at], random);
                    return;
                case JsonObject members:
                    members["x"] = "y";
                    return;
                case JsonArray items:
                    items.Add(Anything(null, random));
                    return;
                default:
                    return;
            }
        }
    }

    private static JsonNode? Anything(JsonNode? was, Random random) => random.Next(9) switch
    {
        0 => null,
        1 => random.Next(),
        2 => "",
        3 => new JsonArray(),
        4 => new JsonObject(),
        5 => true,
        6 => "2026-11-24T02:00:00Z",
        7 => was is JsonValue value && value.TryGetValue<string>(out var text) ? text + "x" : "\u202e",
        _ => was is JsonValue other && other.TryGetValue<string>(out var word) && word.Length > 0 ? word[..^1] + (word[^1] == 'a' ? 'b' : 'a') : -1,
    };

    private static async Task<(int, string?)> Answer(HostileDesk desk, JsonObject envelope)
    {
        var answer = await desk.File(envelope);
        Assert.Equal(answer.Refused, desk.Refusals()[^1]);
        return (answer.Status, answer.Refused);
    }

    /// <summary>One desk for all of these: nothing that is malformed leaves a trace in the gate but its line in the journal.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        public HostileDesk Desk { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Desk = await HostileDesk.Begin();

        public ValueTask DisposeAsync() => Desk.DisposeAsync();
    }
}
