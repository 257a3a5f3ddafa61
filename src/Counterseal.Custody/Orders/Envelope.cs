using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Custody;

/// <summary>An order with its whole proof, as the desk files it and as a reviewer gets it back to look at.</summary>
/// <param name="Order">The order.</param>
/// <param name="Original">The demand's original bytes.</param>
/// <param name="Event">The event that the order rests on.</param>
/// <param name="Directory">The recipient's directory entry; for a release only.</param>
/// <param name="Approvals">Signed notes, as they came.</param>
public sealed record Envelope(Order Order, byte[] Original, ProvenEvent Event, DirectoryEntry? Directory, IReadOnlyList<string> Approvals)
{
    /// <summary>The most bytes an envelope may have: 32 MiB.</summary>
    public const int Limit = 32 << 20;

    private const int MostApprovals = 64;

    /// <summary>Reads an envelope. It need not be canonical; the order and the event in it must.</summary>
    /// <exception cref="RefusalException"><c>malformed</c> with the member, or <c>too-long</c>.</exception>
    public static Envelope Read(ReadOnlyMemory<byte> json)
    {
        using var document = Shape.Parse(json, Limit, "/");
        var root = Shape.Closed(document.RootElement, "", "order", "original", "event", "directory", "approvals");
        var order = Order.Read(root.Base64("order", Order.Limit));
        var leaf = root.Object("event", "bytes", "salt", "tag", "proof");
        var proven = new ProvenEvent(
            LoggedEvent.Read(leaf.Base64("bytes", LoggedEvent.Limit)),
            Convert.FromHexString(leaf.Hex("salt", 32)),
            Convert.FromHexString(leaf.Hex("tag", 32)),
            leaf.Text("proof", 64 * 1024));
        if (root.Has("directory") != (order.Kind == OrderKind.Release))
            throw RefusalException.Malformed("a directory entry comes with a release, and with nothing else", "/directory");
        var directory = order.Kind == OrderKind.Release ? DirectoryEntry.Read(System.Text.Encoding.UTF8.GetBytes(root.Text("directory", NoteLines.Limit))) : null;
        return new Envelope(order, root.Base64("original", Limit), proven, directory, root.Texts("approvals", MostApprovals, NoteLines.Limit));
    }

    /// <summary>The envelope's JSON; <see cref="Read"/> of it gives this envelope again.</summary>
    public byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(Node());

    internal JsonObject Node()
    {
        var node = new JsonObject
        {
            ["order"] = Convert.ToBase64String(Order.Canonical),
            ["original"] = Convert.ToBase64String(Original),
            ["event"] = Event.Json(),
            ["approvals"] = new JsonArray([.. Approvals.Select(note => JsonValue.Create(note))]),
        };
        if (Directory is not null)
            node["directory"] = System.Text.Encoding.UTF8.GetString(Directory.Note.Bytes());
        return node;
    }
}
