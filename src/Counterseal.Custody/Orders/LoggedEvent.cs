using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>An event by its canonical bytes, as a leaf commits to them: what an order rests on, or what the gate itself records.</summary>
public sealed record LoggedEvent
{
    /// <summary>The most bytes an event may have: 1 MiB.</summary>
    public const int Limit = 1 << 20;

    private LoggedEvent()
    {
    }

    /// <summary>The canonical bytes.</summary>
    public required byte[] Canonical { get; init; }
    /// <summary>SHA-256 of the canonical bytes, lower-case hex: what an order rests on.</summary>
    public required string Digest { get; init; }
    /// <summary>Its type, e.g. <c>received</c> or <c>decided</c>.</summary>
    public required string Type { get; init; }
    /// <summary>The demand's id, or empty.</summary>
    public required string Demand { get; init; }
    /// <summary>From 1 for each demand; for the gate's own events its n, from 0.</summary>
    public required long Version { get; init; }
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Who.</summary>
    public required string By { get; init; }
    /// <summary>The canonical bytes of the body.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Reads an event of at most 1 MiB.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static LoggedEvent Read(ReadOnlyMemory<byte> bytes, string where = "/event/bytes")
    {
        using var document = Shape.ParseCanonical(bytes, Limit, where);
        var root = Shape.Closed(document.RootElement, where, "at", "body", "by", "demand", "type", "v", "version");
        root.Whole("v", 1, 1);
        _ = root.OpenObject("body");
        return new LoggedEvent
        {
            Canonical = bytes.ToArray(),
            Digest = Custody.Canonical.Digest(bytes.Span),
            Type = root.Text("type", 40),
            Demand = root.Text("demand", 40),
            Version = root.Whole("version", 0, long.MaxValue),
            At = root.Instant("at"),
            By = root.Text("by", 200),
            Body = root.Slice("body"),
        };
    }

    /// <summary>The canonical bytes of an event of the gate's own.</summary>
    internal static byte[] Build(string type, string demand, string by, DateTimeOffset at, long version, JsonObject body) => Custody.Canonical.Bytes(new JsonObject
    {
        ["v"] = 1,
        ["type"] = type,
        ["demand"] = demand,
        ["by"] = by,
        ["at"] = Instant.Text(at),
        ["version"] = version,
        ["body"] = body.DeepClone(),
    });

    /// <summary>Why an order may not rest on this event; <c>null</c> when it may. The scope is not looked at here.</summary>
    internal Refusal? Fault(Order order)
    {
        if (order.Rests != Digest)
            return Wrong("the order rests on another event", "/order/rests");
        if (Demand != order.DemandId)
            return Wrong("the event is another demand's", "/event/bytes/demand");
        return order.Kind switch
        {
            OrderKind.Preview or OrderKind.Release => Decided(order),
            OrderKind.Delete => Type is "withdrawn" or "closed" ? null : Wrong("a deletion rests on a withdrawn or closed event", "/event/bytes/type"),
            _ => Received(order),
        };
    }

    /// <summary>What was decided, of a <i>decided</i> event that has passed <see cref="Fault"/>.</summary>
    internal (Scope Scope, string Basis, bool IsPolicy) Decision()
    {
        using var document = JsonDocument.Parse(Body);
        var body = Shape.Open(document.RootElement, "/event/bytes/body");
        return (body.Record<Scope>("scope"), body.Text("basis"), body.Bool("basisIsPolicy"));
    }

    private Refusal? Received(Order order)
    {
        if (Type != "received")
            return Wrong("count and preserve rest on a received event", "/event/bytes/type");
        using var document = JsonDocument.Parse(Body);
        var body = Shape.Open(document.RootElement, "/event/bytes/body");
        if (body.OpenObject("original").Hex("digest", 32) != order.OriginalDigest)
            return Wrong("the event is about another original", "/event/bytes/body/original/digest");
        return body.Hex("demandDigest", 32) == order.DemandDigest && Custody.Canonical.Digest(body.Slice("demand")) == order.DemandDigest
            ? null
            : Wrong("the event holds another reading of the demand", "/event/bytes/body/demandDigest");
    }

    private Refusal? Decided(Order order)
    {
        if (Type != "decided")
            return Wrong("preview and release rest on a decided event", "/event/bytes/type");
        using var document = JsonDocument.Parse(Body);
        var body = Shape.Open(document.RootElement, "/event/bytes/body");
        if (body.Text("decision") is not ("comply" or "complyInPart"))
            return Wrong("the decision releases nothing", "/event/bytes/body/decision");
        _ = body.Record<Scope>("scope");
        _ = body.Bool("basisIsPolicy");
        if (body.Text("basis").Length == 0)
            return Wrong("the decision names no basis", "/event/bytes/body/basis");
        ReadOnlySpan<(string Member, string Value)> agree =
        [
            ("originalDigest", order.OriginalDigest),
            ("demandDigest", order.DemandDigest),
            ("factsDigest", order.FactsDigest),
            ("book", order.Book),
            ("received", Instant.Text(order.Received)),
            ("asOf", Instant.Text(order.AsOf)),
        ];
        foreach (var (member, value) in agree)
        {
            if (body.Text(member) != value)
                return Wrong($"decision and order differ in {member}", body.Place(member));
        }
        // Who looks first is none of the recipient's business: a preview names neither it nor what is issued again.
        if (order.Kind == OrderKind.Preview)
            return null;
        if (body.Text("recipient") != order.Recipient)
            return Wrong("decision and order differ in recipient", body.Place("recipient"));
        var reissueOf = body.Has("reissueOf") ? body.Text("reissueOf") : null;
        return reissueOf == order.ReissueOf ? null : Wrong("decision and order differ in reissueOf", body.Place("reissueOf"));
    }

    private static Refusal Wrong(string what, string where) => Refusal.Of(Refusal.WrongEvent, what, where);
}

/// <summary>An event with what proves that it is in the ledger.</summary>
/// <param name="Event">The event.</param>
/// <param name="Salt">32 bytes.</param>
/// <param name="Tag">32 bytes.</param>
/// <param name="Proof">The tlog-proof's text.</param>
public sealed record ProvenEvent(LoggedEvent Event, byte[] Salt, byte[] Tag, string Proof)
{
    /// <summary>The leaf, recomputed from salt and bytes.</summary>
    public Leaf Leaf => new(Tag, Commitment.Of(Salt, Event.Canonical));

    /// <summary>The protocol's form.</summary>
    internal JsonObject Json() => new()
    {
        ["bytes"] = Convert.ToBase64String(Event.Canonical),
        ["salt"] = Convert.ToHexStringLower(Salt),
        ["tag"] = Convert.ToHexStringLower(Tag),
        ["proof"] = Proof,
    };
}
