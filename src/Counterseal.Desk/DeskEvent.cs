using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Desk;

/// <summary>One event in a demand's life; its canonical bytes (RFC 8785) are what the ledger commits to.</summary>
/// <param name="Demand">The demand's id, or <see cref="Own"/>.</param>
/// <param name="Version">From 1, without gaps, per demand.</param>
/// <param name="Type">received, authenticated, assessed, established, decided, ordered, approved, counted, preserved, sealed, refused, released, told, performed, stayed, resumed, withdrawn, closed, restricted, unrestricted, recused, assigned, challengeFiled, filingMade, hearingSet, ruled, appealed, challengeEnded; of the desk itself: adopted, published, handedOver, and those of accounts (docs/desk.md).</param>
/// <param name="At">UTC.</param>
/// <param name="By">Who did it: a person's name, or <c>desk</c>.</param>
/// <param name="Canonical">The canonical bytes of the whole event.</param>
public sealed record DeskEvent(string Demand, int Version, string Type, DateTimeOffset At, string By, byte[] Canonical)
{
    /// <summary>Where a demand's id would stand: the event is the desk's own.</summary>
    public const string Own = "desk";

    /// <summary>Lower-case hex SHA-256 of the canonical bytes: what an order says it rests on.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Canonical));

    /// <summary>What happened.</summary>
    /// <exception cref="FormatException">The bytes are not an event of this type.</exception>
    public EventBody Body => EventBody.Read(Type, Envelope(Canonical).Body);

    /// <summary>Makes an event and its canonical bytes.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="version">One more than the version before.</param>
    /// <param name="at">When it happened; kept to the millisecond.</param>
    /// <param name="by">Who did it.</param>
    /// <param name="body">What happened.</param>
    public static DeskEvent Of(string demand, int version, DateTimeOffset at, string by, EventBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        at = Whole(at);
        var envelope = new JsonObject
        {
            ["at"] = Instant.Text(at),
            ["body"] = JsonSerializer.SerializeToNode(body, body.GetType(), LawJson.Options),
            ["by"] = by,
            ["demand"] = demand,
            ["type"] = body.Type,
            ["v"] = 1,
            ["version"] = version,
        };
        return new DeskEvent(demand, version, body.Type, at, by, Canon.Bytes(envelope));
    }

    /// <summary>Reads an event from its canonical bytes.</summary>
    /// <exception cref="FormatException">They are not an event's canonical bytes.</exception>
    public static DeskEvent Read(byte[] canonical)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        var (demand, version, type, at, by, _) = Envelope(canonical);
        return new DeskEvent(demand, version, type, at, by, canonical);
    }

    private static (string Demand, int Version, string Type, DateTimeOffset At, string By, JsonElement Body) Envelope(byte[] canonical)
    {
        if (!CanonicalJson.IsCanonical(canonical))
            throw new FormatException("these bytes are not canonical JSON, so they are not an event as the desk wrote it");
        try
        {
            var said = JsonSerializer.Deserialize<Said>(canonical, LawJson.Options)!;
            if (said.V != 1)
                throw new FormatException($"an event of format {said.V}; this version reads 1");
            return (said.Demand, said.Version, said.Type, said.At, said.By, said.Body);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"these bytes are not an event: {wrong.Message}", wrong);
        }
    }

    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);

    private sealed record Said
    {
        public required DateTimeOffset At { get; init; }
        public required JsonElement Body { get; init; }
        public required string By { get; init; }
        public required string Demand { get; init; }
        public required string Type { get; init; }
        public required int V { get; init; }
        public required int Version { get; init; }
    }
}
