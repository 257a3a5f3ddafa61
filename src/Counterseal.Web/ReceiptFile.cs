using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Web;

/// <summary>An event with everything to check it offline: <c>counterseal ledger prove --receipt</c> reads it.</summary>
internal static class ReceiptFile
{
    /// <summary>What the sender of a demand gets: the <i>received</i> event with its proof, and what is asked back.</summary>
    public static byte[] Of(Receipt receipt, IReadOnlyList<Question> questions) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "receipt/v1",
        ["demand"] = receipt.Demand,
        ["token"] = receipt.Token,
        ["reference"] = receipt.Reference,
        ["originalDigest"] = receipt.OriginalDigest,
        ["at"] = Instant.Text(receipt.At),
        ["index"] = TlogProof.Parse(receipt.Received.Proof).Index,
        ["received"] = new JsonObject
        {
            ["event"] = Convert.ToBase64String(receipt.Received.Event),
            ["salt"] = receipt.Received.Salt,
            ["tag"] = receipt.Received.Tag,
            ["proof"] = receipt.Received.Proof,
        },
        ["warnings"] = JsonSerializer.SerializeToNode(receipt.Warnings, LawJson.Options),
        ["questions"] = JsonSerializer.SerializeToNode(questions, LawJson.Options),
    }.ToJsonString());

    /// <summary>Any event of a demand's page, in the shape of a receipt.</summary>
    public static byte[] Of(LedgerProof proof) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "receipt/v1",
        ["index"] = proof.Index,
        ["received"] = new JsonObject
        {
            ["event"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(proof.Canonical)),
            ["salt"] = proof.Salt,
            ["tag"] = proof.Tag,
            ["proof"] = proof.Text,
        },
    }.ToJsonString());
}
