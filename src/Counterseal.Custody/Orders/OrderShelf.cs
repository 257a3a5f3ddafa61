using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What became of an order, kept for good: the same order again gives this again.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Demand">The demand's id.</param>
/// <param name="Signer">The vkey by which the recipient can stop it, or <c>null</c>.</param>
/// <param name="Name">The package's name; for a release only.</param>
/// <param name="Recipient">Digest of the recipient's directory entry; for a release only.</param>
/// <param name="People">How many people had approved it.</param>
/// <param name="Result">The protocol's result.</param>
internal sealed record Outcome(OrderKind Kind, string Demand, string? Signer, string? Name, string? Recipient, int People, JsonObject Result)
{
    /// <summary>Digest of the demand's original, so that a deletion can be held against it; <c>null</c> for what was done before that was kept.</summary>
    public string? Original { get; init; }

    public byte[] Json() => Canonical.Bytes(new JsonObject
    {
        ["original"] = Original,
        ["kind"] = Kind.ToString().ToLowerInvariant(),
        ["demand"] = Demand,
        ["signer"] = Signer,
        ["name"] = Name,
        ["recipient"] = Recipient,
        ["people"] = People,
        ["result"] = Result.DeepClone(),
    });

    /// <summary>The names of the files that can be fetched; none but for a release.</summary>
    public IReadOnlyList<string> Files() => Name is null ? []
        : [.. Result["volumes"]!.AsArray().Select(volume => volume!["name"]?.GetValue<string>() ?? Name + ".age"), Name + ".counterseal"];

    public static Outcome Read(byte[] json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        return new Outcome(
            Enum.Parse<OrderKind>(node["kind"]!.GetValue<string>(), ignoreCase: true),
            node["demand"]!.GetValue<string>(),
            node["signer"]?.GetValue<string>(),
            node["name"]?.GetValue<string>(),
            node["recipient"]?.GetValue<string>(),
            node["people"]!.GetValue<int>(),
            node["result"]!.DeepClone().AsObject())
        {
            Original = node["original"]?.GetValue<string>(),
        };
    }
}

/// <summary>An order with its approvals so far.</summary>
internal sealed record Glimpse(Order Order, IReadOnlyList<string> Approvals);

/// <summary>
/// The orders in <c>orders/</c>, a folder each: <c>order.json</c>, <c>envelope.json</c> and <c>approvals.json</c> while it waits or works, <c>outcome.json</c> when
/// it is done (then the others are deleted: the gate keeps no demand longer than it needs it).
/// </summary>
internal sealed class OrderShelf(GateHome home)
{
    /// <summary>Digests of the orders that wait or work.</summary>
    public IReadOnlyList<string> Unfinished() =>
        [.. Directory.EnumerateDirectories(home.At("orders")).Select(folder => Path.GetFileName(folder)!).Where(digest => Shape.IsHex(digest, 32) && File.Exists(Place(digest, "envelope.json")) && Done(digest) is null).Order(StringComparer.Ordinal)];

    /// <summary>The outcome, or <c>null</c> while there is none.</summary>
    public Outcome? Done(string digest) => File.Exists(Place(digest, "outcome.json")) ? Outcome.Read(File.ReadAllBytes(Place(digest, "outcome.json"))) : null;

    /// <summary>The envelope with the approvals so far, or <c>null</c>.</summary>
    public Envelope? Find(string digest) => WhileKept(() => Envelope.Read(File.ReadAllBytes(Place(digest, "envelope.json"))) with { Approvals = Approvals(digest) });

    /// <summary>The order and its approvals without the original, which may be large; <c>null</c> when it is not kept.</summary>
    public Glimpse? Glance(string digest) =>
        // The envelope is written last: an order without one was cut off while it was filed, and must be filed again.
        File.Exists(Place(digest, "envelope.json")) ? WhileKept(() => new Glimpse(Order.Read(File.ReadAllBytes(Place(digest, "order.json"))), Approvals(digest))) : null;

    /// <summary>Keeps an order with the approvals so far.</summary>
    public void Keep(Envelope envelope)
    {
        var digest = envelope.Order.Digest;
        Durable.CreateFolder(home.At("orders", digest), GateHome.FolderMode);
        if (!File.Exists(Place(digest, "envelope.json")))
        {
            Durable.Replace(Place(digest, "order.json"), envelope.Order.Canonical, "gate.order.write", GateHome.FileMode);
            Durable.Replace(Place(digest, "envelope.json"), (envelope with { Approvals = [] }).Json(), "gate.envelope.write", GateHome.FileMode);
        }
        Durable.Replace(Place(digest, "approvals.json"), JsonSerializer.SerializeToUtf8Bytes(envelope.Approvals), "gate.approvals.write", GateHome.FileMode);
    }

    /// <summary>Keeps the outcome, and nothing else of the order.</summary>
    public void Finish(string digest, Outcome outcome)
    {
        Durable.Replace(Place(digest, "outcome.json"), outcome.Json(), "gate.outcome.write", GateHome.FileMode);
        Clear(digest);
    }

    /// <summary>Deletes what a kill left of orders that are done.</summary>
    public void Tidy()
    {
        foreach (var digest in Directory.EnumerateDirectories(home.At("orders")).Select(folder => Path.GetFileName(folder)!))
        {
            if (File.Exists(Place(digest, "outcome.json")))
                Clear(digest);
        }
    }

    /// <summary>Forgets an order that can no longer be carried out.</summary>
    public void Forget(string digest) => Directory.Delete(home.At("orders", digest), recursive: true);

    /// <summary>An order may be done, and its files gone, while somebody looks.</summary>
    private static T? WhileKept<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string[] Approvals(string digest) =>
        File.Exists(Place(digest, "approvals.json")) ? JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(Place(digest, "approvals.json")))! : [];

    private void Clear(string digest)
    {
        foreach (var file in (string[])["approvals.json", "envelope.json", "order.json"])
            File.Delete(Place(digest, file));
    }

    private string Place(string digest, string file) => home.At("orders", digest, file);
}
