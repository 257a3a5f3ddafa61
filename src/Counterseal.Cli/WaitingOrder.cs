using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>An order that waits at the gate, as a reviewer fetches it: the bytes themselves, whose digest is computed here and not believed.</summary>
/// <param name="Envelope">The order with its proof.</param>
/// <param name="Gate">The gate's name.</param>
/// <param name="Epoch">The roster's epoch.</param>
/// <param name="Plan">The queries that the gate would run, where the order names a plan.</param>
internal sealed record WaitingOrder(Envelope Envelope, string Gate, long Epoch, QueryPlan? Plan)
{
    /// <summary>Fetches it.</summary>
    /// <exception cref="Refused">It does not wait, or the gate shows another order than the one asked for.</exception>
    public static async Task<WaitingOrder> Fetch(GateClient gate, string digest, CancellationToken cancel)
    {
        var reply = await gate.Show(digest, cancel);
        if (reply.State != "waiting")
            throw new Refused(reply.Refused is { } code ? $"the gate refuses: {code}: {reply.Json.GetProperty("what").GetString()}" : $"order {digest} is {reply.State}; nothing is left to approve");
        var envelope = Envelope.Read(Encoding.UTF8.GetBytes(reply.Json.GetProperty("envelope").GetRawText()));
        if (envelope.Order.Digest != digest)
            throw new Refused($"the gate shows order {envelope.Order.Digest}, and {digest} was asked for; do not approve it");
        var plan = reply.Json.TryGetProperty("plan", out var texts) ? new QueryPlan([.. texts.EnumerateArray().Select(text => text.GetString()!)]) : null;
        if (plan?.Digest != envelope.Order.Plan)
            throw new Refused("the queries that the gate shows are not those whose digest the order names; do not approve it");
        return new WaitingOrder(envelope, reply.Json.GetProperty("gate").GetString()!, reply.Json.GetProperty("epoch").GetInt64(), plan);
    }

    /// <summary>What the law says of it by the reviewer's own books; <c>null</c> when the order names a book that is not here.</summary>
    public Assessment? Assess()
    {
        var book = RuleBook.Load(AssessCommand.Rules);
        var order = Envelope.Order;
        return book.Digest == order.Book ? Engine.Assess(order.Demand, order.Facts, book, order.Received, order.AsOf) : null;
    }

    /// <summary>Signs it and hands the approval in.</summary>
    /// <exception cref="Refused">The gate does not take it.</exception>
    public async Task<JsonNode> Approve(GateClient gate, NoteSigner signer, CancellationToken cancel)
    {
        var text = Approval.Text(Gate, Epoch, signer.Name, Envelope.Order.Digest);
        return Told(await gate.Approve(Envelope.Order.Digest, SignedNote.Sign(text, signer).Bytes(), cancel));
    }

    /// <summary>The gate's answer as JSON.</summary>
    /// <exception cref="Refused">It is a refusal.</exception>
    public static JsonNode Told(GateReply reply) => reply.Refused is { } code
        ? throw new Refused($"the gate refuses: {code}: {reply.Json.GetProperty("what").GetString()}")
        : JsonNode.Parse(reply.Json.GetRawText())!;
}
