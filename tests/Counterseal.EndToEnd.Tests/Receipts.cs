using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>Checks a receipt as its holder would: with public keys and nothing of ours running.</summary>
internal static class Receipts
{
    public static long Verify(JsonNode receipt, Trust trust)
    {
        var received = receipt["received"]!;
        var leaf = new Leaf(
            Convert.FromHexString((string)received["tag"]!),
            Commitment.Of(Convert.FromHexString((string)received["salt"]!), Convert.FromBase64String((string)received["event"]!)));
        var proof = TlogProof.Parse((string)received["proof"]!);
        proof.Verify(leaf, NoteVerifier.Parse(trust.Ledger));
        return proof.Index;
    }
}
