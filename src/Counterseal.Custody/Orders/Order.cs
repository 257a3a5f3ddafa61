using System.Security.Cryptography;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate is asked to do (shape in <c>docs/gate-protocol.md</c>).</summary>
public enum OrderKind
{
    /// <summary>How many items are in scope; nothing else leaves.</summary>
    Count,
    /// <summary>A snapshot encrypted to the gate's own vault key.</summary>
    Preserve,
    /// <summary>What would leave, shown to named reviewers by the gate itself; nothing leaves.</summary>
    Preview,
    /// <summary>A package for one recipient.</summary>
    Release,
    /// <summary>The end of what an earlier order left at the gate, after a delay.</summary>
    Delete,
}

/// <summary>An order as the gate reads it from its canonical bytes; it cannot be built otherwise.</summary>
public sealed record Order
{
    /// <summary>The most bytes an order may have: 1 MiB.</summary>
    public const int Limit = 1 << 20;

    /// <summary>The longest time between <see cref="NotBefore"/> and <see cref="Expires"/>.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private const int MostItems = 1000;
    private const int MostViewers = 16;

    private Order()
    {
    }

    /// <summary>The canonical bytes.</summary>
    public required byte[] Canonical { get; init; }
    /// <summary>Lower-case hex SHA-256 of <c>counterseal/order/v1\n</c> and the canonical bytes.</summary>
    public required string Digest { get; init; }
    /// <summary>What to do.</summary>
    public required OrderKind Kind { get; init; }
    /// <summary>What it covers.</summary>
    public required Scope Scope { get; init; }
    /// <summary>The name of the one gate that may carry it out.</summary>
    public required string Gate { get; init; }
    /// <summary>Whether it is for a gate in trial mode.</summary>
    public required bool Trial { get; init; }
    /// <summary>The demand's id.</summary>
    public required string DemandId { get; init; }
    /// <summary>Lower-case hex SHA-256 of the demand's original bytes.</summary>
    public required string OriginalDigest { get; init; }
    /// <summary>When the demand was received, UTC.</summary>
    public required DateTimeOffset Received { get; init; }
    /// <summary>The demand as read from the original.</summary>
    public required Demand Demand { get; init; }
    /// <summary>SHA-256 of the canonical form of <see cref="Demand"/>, lower-case hex.</summary>
    public required string DemandDigest { get; init; }
    /// <summary>What people have established.</summary>
    public required Facts Facts { get; init; }
    /// <summary>SHA-256 of the canonical form of <see cref="Facts"/>, lower-case hex.</summary>
    public required string FactsDigest { get; init; }
    /// <summary>The rule book's digest.</summary>
    public required string Book { get; init; }
    /// <summary>The time for which the law was assessed, UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }
    /// <summary>SHA-256 of the canonical bytes of the event that it rests on.</summary>
    public required string Rests { get; init; }
    /// <summary>Digest of the recipient's directory entry; for a release only.</summary>
    public string? Recipient { get; init; }
    /// <summary>Digest of the earlier release that this one repeats; for a release only.</summary>
    public string? ReissueOf { get; init; }
    /// <summary>When the snapshot ends, UTC; for a preservation only.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }
    /// <summary>Digest of the queries that reviewers were shown (<see cref="QueryPlan"/>); absent where the gate's sources are files only.</summary>
    public string? Plan { get; init; }
    /// <summary>The reviewers who may look, by their names on the roster, ascending; for a preview only, otherwise none.</summary>
    public IReadOnlyList<string> Viewers { get; init; } = [];
    /// <summary>Digest of the order whose snapshot, package or preview goes; for a deletion only.</summary>
    public string? Deletes { get; init; }
    /// <summary>From when it is good, inclusive, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }
    /// <summary>Until when it is good, exclusive, UTC.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The name of its package: <c>cs-</c> and the first 16 characters of the digest.</summary>
    public string Name => "cs-" + Digest[..16];

    /// <summary>The digest under which canonical bytes are approved and filed.</summary>
    public static string DigestOf(ReadOnlySpan<byte> canonical)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("counterseal/order/v1\n"u8);
        hash.AppendData(canonical);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads an order of at most 1 MiB. Only canonical bytes of exactly the protocol's shape are one.</summary>
    /// <exception cref="RefusalException"><c>malformed</c> with the member, or <c>too-long</c>.</exception>
    public static Order Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = Shape.ParseCanonical(bytes, Limit, "/order");
        var root = Shape.Open(document.RootElement, "/order");
        var kind = root.Text("kind", 20) switch
        {
            "count" => OrderKind.Count,
            "preserve" => OrderKind.Preserve,
            "preview" => OrderKind.Preview,
            "release" => OrderKind.Release,
            "delete" => OrderKind.Delete,
            _ => throw RefusalException.Malformed("an order is count, preserve, preview, release or delete", root.Place("kind")),
        };
        string[] members = ["v", "kind", "gate", "trial", "demand", "facts", "book", "asOf", "scope", "rests", "plan", "notBefore", "expires", "nonce"];
        root = Shape.Closed(document.RootElement, "/order", kind switch
        {
            OrderKind.Preserve => [.. members, "preserveUntil"],
            OrderKind.Preview => [.. members, "viewers"],
            OrderKind.Release => [.. members, "recipient", "reissueOf"],
            OrderKind.Delete => [.. members, "deletes"],
            _ => members,
        });
        root.Whole("v", 1, 1);
        root.Hex("nonce", 16);
        var demand = root.Object("demand", "id", "originalDigest", "received", "read");
        var canonical = bytes.ToArray();
        var order = new Order
        {
            Canonical = canonical,
            Digest = DigestOf(canonical),
            Kind = kind,
            Scope = ScopeOf(root, kind),
            Gate = root.Text("gate", 100),
            Trial = root.Bool("trial"),
            DemandId = demand.DemandId("id"),
            OriginalDigest = demand.Hex("originalDigest", 32),
            Received = demand.Instant("received"),
            Demand = demand.Record<Demand>("read"),
            DemandDigest = Custody.Canonical.Digest(demand.Slice("read")),
            Facts = FactsOf(root),
            FactsDigest = Custody.Canonical.Digest(root.Slice("facts")),
            Book = root.Hex("book", 32),
            AsOf = root.Instant("asOf"),
            Rests = root.Hex("rests", 32),
            Recipient = kind == OrderKind.Release ? root.Hex("recipient", 32) : null,
            ReissueOf = root.Has("reissueOf") ? root.Hex("reissueOf", 32) : null,
            PreserveUntil = kind == OrderKind.Preserve ? root.Instant("preserveUntil") : null,
            Plan = root.Has("plan") ? root.Hex("plan", 32) : null,
            Viewers = kind == OrderKind.Preview ? ViewersOf(root) : [],
            Deletes = kind == OrderKind.Delete ? root.Hex("deletes", 32) : null,
            NotBefore = root.Instant("notBefore"),
            Expires = root.Instant("expires"),
        };
        if (order.Expires <= order.NotBefore)
            throw RefusalException.Malformed("expires must come after notBefore", root.Place("expires"));
        if (order.Expires - order.NotBefore > Window)
            throw new RefusalException(Refusal.Of(Refusal.TooLong, "more than 24 hours lie between notBefore and expires", root.Place("expires")));
        if (order.AsOf < order.Received)
            throw RefusalException.Malformed("asOf must not come before the demand was received", root.Place("asOf"));
        return order;
    }

    internal static Scope ScopeOf(Shape root, OrderKind kind)
    {
        var scope = root.Record<Scope>("scope");
        if (scope.Items.Count is 0 or > MostItems)
            throw RefusalException.Malformed("a scope has from 1 to 1000 items", root.Place("scope/items"));
        for (var i = 0; i < scope.Items.Count; i++)
        {
            var item = scope.Items[i];
            var place = root.Place($"scope/items/{i}");
            if (item.Selector.Value.Length is 0 or > 1024)
                throw RefusalException.Malformed("a selector has from 1 to 1024 characters", place + "/selector/value");
            if (item.Selector.Port is < 0 or > 65535)
                throw RefusalException.Malformed("a port is from 0 to 65535", place + "/selector/port");
            if (!item.Categories.SequenceEqual(item.Categories.Distinct().Order()))
                throw RefusalException.Malformed("categories come without repetition, ascending", place + "/categories");
            if (item.Categories.Count == 0 && kind != OrderKind.Count)
                throw RefusalException.Malformed("only a count may leave the categories open", place + "/categories");
            if (item.From >= item.To)
                throw RefusalException.Malformed("from must come before to", place + "/from");
            if (kind is OrderKind.Preview or OrderKind.Release && item.ThirdParties is not null && item.Categories.Contains(DataCategory.Content))
                throw RefusalException.Malformed("third parties are masked in traffic data only: content is handed over as it is stored or not at all, so it has an item of its own or none", place + "/thirdParties");
        }
        return scope;
    }

    private static IReadOnlyList<string> ViewersOf(Shape root)
    {
        var viewers = root.Texts("viewers", MostViewers, 100);
        return viewers.Count > 0 && viewers[0].Length > 0 && viewers.Zip(viewers.Skip(1), string.CompareOrdinal).All(order => order < 0)
            ? viewers
            : throw RefusalException.Malformed($"a preview has from 1 to {MostViewers} viewers, each once, ascending", root.Place("viewers"));
    }

    private static Facts FactsOf(Shape root)
    {
        var element = root.Member("facts");
        _ = Shape.Open(element, root.Place("facts"));
        var facts = Shape.Open(element, root.Place("facts"));
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Length is 0 or > 100 || values.Count >= 1000)
                throw RefusalException.Malformed("a fact's name has from 1 to 100 characters, and there are at most 1000", root.Place("facts"));
            values[member.Name] = facts.Text(member.Name, 1000);
        }
        return new Facts(values);
    }
}
