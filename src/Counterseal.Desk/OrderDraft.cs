using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>An order's canonical bytes and digest, and the envelope in which it goes to the gate (<c>docs/gate-protocol.md</c>).</summary>
internal sealed record OrderDraft(string Digest, byte[] Canonical)
{
    /// <summary>Lower-case hex SHA-256 of <c>counterseal/order/v1\n</c> and the canonical bytes.</summary>
    public static string DigestOf(byte[] canonical)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("counterseal/order/v1\n"u8);
        hash.AppendData(canonical);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Makes an order.</summary>
    /// <param name="kind">What to do.</param>
    /// <param name="options">The gate's name and the trial flag.</param>
    /// <param name="state">The demand.</param>
    /// <param name="book">The rule book's digest.</param>
    /// <param name="asOf">For preview and release the decision's, otherwise now.</param>
    /// <param name="facts">For preview and release the decision's, otherwise those of now.</param>
    /// <param name="scope">What it covers.</param>
    /// <param name="rests">Digest of the event that it rests on.</param>
    /// <param name="preserveUntil">Preserve only.</param>
    /// <param name="viewers">Preview only: names on the gate's roster.</param>
    /// <param name="deletes">Delete only: the order whose snapshot, package or preview goes.</param>
    /// <param name="notBefore">Window.</param>
    /// <param name="expires">Window.</param>
    /// <param name="plan">Digest of the queries that the gate would run; <c>null</c> where it gave none.</param>
    public static OrderDraft Of(
        OrderKind kind, DeskOptions options, DemandState state, string book, DateTimeOffset asOf, IReadOnlyDictionary<string, string> facts,
        Scope scope, string rests, DateTimeOffset? preserveUntil, IReadOnlyList<string> viewers, string? deletes, DateTimeOffset notBefore, DateTimeOffset expires, string? plan)
    {
        var received = state.Received!;
        var order = new JsonObject
        {
            ["v"] = 1,
            ["kind"] = Life.Word(kind),
            ["gate"] = options.GateName,
            ["trial"] = options.Trial,
            ["demand"] = new JsonObject
            {
                ["id"] = state.Id,
                ["originalDigest"] = received.Original.Digest,
                ["received"] = Instant.Text(state.ReceivedAt),
                ["read"] = Node(received.Demand),
            },
            ["facts"] = Node(facts),
            ["book"] = book,
            ["asOf"] = Instant.Text(asOf),
            ["scope"] = Node(scope),
            ["rests"] = rests,
            ["notBefore"] = Instant.Text(notBefore),
            ["expires"] = Instant.Text(expires),
            ["nonce"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        };
        if (kind == OrderKind.Release)
        {
            order["recipient"] = state.Decided!.Recipient;
            if (state.Decided.ReissueOf is { } earlier)
                order["reissueOf"] = earlier;
        }
        if (plan is not null)
            order["plan"] = plan;
        if (kind == OrderKind.Preview)
            order["viewers"] = new JsonArray([.. viewers.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(viewer => JsonValue.Create(viewer))]);
        if (deletes is not null)
            order["deletes"] = deletes;
        if (preserveUntil is { } until)
            order["preserveUntil"] = Instant.Text(until);
        var canonical = Canon.Bytes(order);
        return new OrderDraft(DigestOf(canonical), canonical);
    }

    /// <summary>The scope of an order that names no plan; <c>null</c> where it names one.</summary>
    public static Scope? ScopeWithoutPlan(byte[] canonical)
    {
        var order = JsonNode.Parse(canonical)!.AsObject();
        return order.ContainsKey("plan") ? null : order["scope"].Deserialize<Scope>(LawJson.Options);
    }

    /// <summary>The same order with a plan, and a nonce of its own.</summary>
    public static OrderDraft WithPlan(byte[] order, string plan)
    {
        var again = JsonNode.Parse(order)!.AsObject();
        again["plan"] = plan;
        again["nonce"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var canonical = Canon.Bytes(again);
        return new OrderDraft(DigestOf(canonical), canonical);
    }

    /// <summary>The envelope of <c>POST /orders</c>.</summary>
    public static JsonObject Envelope(byte[] order, byte[] original, ProvenEvent rests, byte[]? directory)
    {
        var envelope = new JsonObject
        {
            ["order"] = Convert.ToBase64String(order),
            ["original"] = Convert.ToBase64String(original),
            ["event"] = new JsonObject
            {
                ["bytes"] = Convert.ToBase64String(rests.Event),
                ["salt"] = rests.Salt,
                ["tag"] = rests.Tag,
                ["proof"] = rests.Proof,
            },
            ["approvals"] = new JsonArray(),
        };
        if (directory is not null)
            envelope["directory"] = System.Text.Encoding.UTF8.GetString(directory);
        return envelope;
    }

    private static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, LawJson.Options)!;
}
