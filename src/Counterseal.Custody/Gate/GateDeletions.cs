using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>
/// Deletions: what an earlier order left at the gate goes, when the desk has recorded that the demand is withdrawn or closed. It is announced on the ledger (<i>deleting</i>) and waits; a stop of the demand holds it,
/// and a lift lets it go on. After it was done, <i>deleted</i> says so.
/// </summary>
public sealed partial class Gate
{
    private Refusal? DeletionFault(Order order)
    {
        if (order.Deletes is not { } target)
            return null;
        // Announced: what has been deleted by this order already is no fault of it.
        if (Deleting(order.Digest) is not null)
            return null;
        return shelf.Done(target) is not { Kind: OrderKind.Preserve or OrderKind.Preview or OrderKind.Release } outcome || outcome.Demand != order.DemandId || (outcome.Original ?? order.OriginalDigest) != order.OriginalDigest
            ? Refusal.Of(Refusal.WrongEvent, "the gate has nothing of this demand by the order that the deletion names", "/order/deletes")
            : !Directory.Exists(Left(target, outcome.Kind)) ? Refusal.Of(Refusal.WrongEvent, "what the order that the deletion names left is gone already", "/order/deletes")
            : null;
    }

    private OwnLeaf? Deleting(string digest) => ledger.Journal?.Find("deleting", digest);

    private static DateTimeOffset Due(OwnLeaf deleting) => Shape.TryInstant(deleting.Read("at"), out var at) ? at : DateTimeOffset.MaxValue;

    private GateAnswer DeletionState(OwnLeaf deleting) => new(202, Canonical.Bytes(new JsonObject
    {
        ["order"] = deleting.Subject,
        ["state"] = "deleting",
        ["until"] = deleting.Read("at"),
        ["stopped"] = StopFault(deleting.Event.Demand, null) is not null,
    }));

    private async Task AnnounceDeletion(Order order, CancellationToken cancel)
    {
        var body = OwnEvent.Order(order.Digest);
        body["deletes"] = order.Deletes;
        body["at"] = Instant.Text(clock.GetUtcNow() + home.Settings.DeleteAfter);
        await Record("deleting", order.DemandId, body, order.Digest, cancel);
    }

    /// <summary>Carries a deletion out that was announced, if its time has come; nobody is in a hurry to delete.</summary>
    private async Task Delete(Envelope envelope, OwnLeaf deleting, CancellationToken cancel)
    {
        var order = envelope.Order;
        if (deleting.Index is null)
            await ledger.Send(deleting, cancel);
        if (Due(deleting) > clock.GetUtcNow())
            return;
        envelope = Approved(envelope);
        Enforce(StopFault(order.DemandId, null) ?? await ledger.Look(cancel));
        var outcome = shelf.Done(order.Deletes!);
        CrashPoint.Reach("gate.delete.before");
        foreach (var left in outcome is null ? [] : (string[])[Left(order.Deletes!, outcome.Kind), home.At("spool", order.Deletes!)])
        {
            if (Directory.Exists(left))
                Directory.Delete(left, recursive: true);
        }
        CrashPoint.Reach("gate.delete.after");
        var body = OwnEvent.Order(order.Digest);
        body["deletes"] = order.Deletes;
        await MakeWhole(envelope, await Record("deleted", order.DemandId, body, order.Digest, cancel));
        GateLog.Deleted(log, order.Deletes!);
    }

    private string Left(string digest, OrderKind kind) => home.At(kind switch { OrderKind.Preserve => "snapshots", OrderKind.Preview => "previews", _ => "packages" }, digest);
}

internal static partial class GateLog
{
    [LoggerMessage(13, LogLevel.Information, "what order {Order} left was deleted by an order")]
    public static partial void Deleted(ILogger log, string order);
}
