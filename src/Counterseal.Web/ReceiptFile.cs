using System.Text;
using System.Text.Json.Nodes;

namespace Counterseal.Web;

/// <summary>An event with everything to check it offline: <c>counterseal ledger prove --receipt</c> reads it.</summary>
internal static class ReceiptFile
{
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
