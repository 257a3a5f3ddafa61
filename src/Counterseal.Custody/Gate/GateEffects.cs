using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <content>What an order comes to: the event by which its effect is on record, and everything that follows from that event.</content>
public sealed partial class Gate
{
    /// <summary>The event by which an order's effect is on record, or <c>null</c> while it has none.</summary>
    private OwnLeaf? EffectOnRecord(Order order) => order.Kind switch
    {
        OrderKind.Release => ledger.Journal!.Find("sealed", order.Digest),
        OrderKind.Preserve => ledger.Journal!.Find("preserved", order.Digest),
        OrderKind.Preview => ledger.Journal!.Find("previewed", order.Digest),
        OrderKind.Delete => ledger.Journal!.Find("deleted", order.Digest),
        _ => null,
    };

    /// <summary>Brings what the journal says was done to its end: leaf in the ledger, files on disk, outcome.</summary>
    private async Task MakeWhole(Envelope envelope, OwnLeaf effect)
    {
        var proof = await ledger.Send(effect, ending.Token);
        if (envelope.Order.Kind == OrderKind.Release)
            Seal(envelope, effect, proof);
        else if (envelope.Order.Kind == OrderKind.Preview)
            Finish(envelope, null, Previewed(envelope.Order.Digest).Result());
        else if (envelope.Order.Kind == OrderKind.Delete)
            Finish(envelope, null, new JsonObject { ["deleted"] = envelope.Order.Deletes, ["at"] = Instant.Text(effect.Event.At) });
        else
            Finish(envelope, null, JsonNode.Parse(System.IO.File.ReadAllBytes(home.At("snapshots", envelope.Order.Digest, "snapshot.json")))!.AsObject());
    }

    private void Seal(Envelope envelope, OwnLeaf leaf, TlogProof proof)
    {
        var order = envelope.Order;
        var statement = new SealStatement(System.IO.File.ReadAllBytes(home.At("packages", order.Digest, "statement.json")));
        if (statement.Digest != leaf.Read("statement") || !statement.Volumes.All(volume => System.IO.File.Exists(home.At("packages", order.Digest, volume.Name))))
            throw new RefusalException(Refusal.Of(Refusal.Journal, "the package on disk is not the one that was sealed", "packages/"));
        var proven = new ProvenEvent(leaf.Event, leaf.Salt, home.Writer.Tag(leaf.N), proof.Text());
        var seal = SealFile.Make(statement, leaf.Event.Canonical, leaf.Salt, proven.Leaf, proof, home.Signer);
        Durable.Replace(home.At("packages", order.Digest, order.Name + ".counterseal"), seal, "gate.seal.write", GateHome.FileMode);
        var volumes = new JsonArray([.. statement.Volumes.Select((volume, index) =>
            (JsonNode)new JsonObject { ["index"] = index, ["name"] = volume.Name, ["length"] = volume.Length, ["digest"] = volume.Digest })]);
        var sealedEvent = proven.Json();
        sealedEvent.Remove("bytes");
        sealedEvent["event"] = Convert.ToBase64String(leaf.Event.Canonical);
        Finish(envelope, order.Name, new JsonObject
        {
            ["name"] = order.Name,
            ["statement"] = statement.Digest,
            ["volumes"] = volumes,
            ["sealed"] = sealedEvent,
        });
        StampSoon();
    }

    private void Finish(Envelope envelope, string? name, JsonObject result)
    {
        var order = envelope.Order;
        // Its effect is on record and whole; what was kept to get there is over.
        Spool.Delete(home.At("spool", order.Digest));
        shelf.Finish(order.Digest, new Outcome(order.Kind, order.DemandId, envelope.Directory?.Signer?.ToString(), name, order.Recipient, envelope.Approvals.Count, result) { Original = order.OriginalDigest });
        ledger.Journal!.Note("done", order.Digest, Word(order.Kind));
    }
}
