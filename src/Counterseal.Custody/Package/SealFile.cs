using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>The <c>NAME.counterseal</c> file: statement, the <i>sealed</i> event with its proof, the gate's signature over both. Made by <see cref="Make"/>, read by <see cref="Read"/>.</summary>
public sealed record SealFile
{
    /// <summary>The first line of the note that the gate signs.</summary>
    internal const string Kind = "counterseal/seal/v1";

    private SealFile()
    {
    }

    /// <summary>What is stated of the package.</summary>
    public required SealStatement Statement { get; init; }

    /// <summary>The gate's <i>sealed</i> event, with salt, tag and proof.</summary>
    public required ProvenEvent Sealed { get; init; }

    /// <summary>Lower-case hex SHA-256 of the canonical form of the member <c>leaf</c>.</summary>
    public required string LeafDigest { get; init; }

    /// <summary>The gate's note; its signature is not looked at by <see cref="Read"/>.</summary>
    public required SignedNote Seal { get; init; }

    /// <summary>Makes the file's bytes, one canonical encoding.</summary>
    /// <param name="statement">What is stated.</param>
    /// <param name="sealedEvent">Canonical bytes of the gate's sealed event, which names the statement's digest.</param>
    /// <param name="salt">Its salt.</param>
    /// <param name="leaf">Its leaf.</param>
    /// <param name="proof">Its proof.</param>
    /// <param name="gate">The counterseal key.</param>
    /// <exception cref="ArgumentException">The leaf is not that of the event.</exception>
    public static byte[] Make(SealStatement statement, byte[] sealedEvent, byte[] salt, Leaf leaf, TlogProof proof, NoteSigner gate)
    {
        if (!leaf.Commitment.SequenceEqual(Commitment.Of(salt, sealedEvent)))
            throw new ArgumentException("the leaf does not commit to the event under this salt", nameof(leaf));
        var json = new JsonObject
        {
            ["event"] = Convert.ToBase64String(sealedEvent),
            ["proof"] = proof.Text(),
            ["salt"] = Convert.ToHexStringLower(salt),
            ["tag"] = Convert.ToHexStringLower(leaf.Tag),
        };
        var text = Text(statement, Canonical.Digest(Canonical.Bytes(json)));
        return Canonical.Bytes(new JsonObject
        {
            ["leaf"] = json,
            ["seal"] = Encoding.UTF8.GetString(SignedNote.Sign(text, gate).Bytes()),
            ["statement"] = JsonNode.Parse(statement.Canonical),
        });
    }

    /// <summary>Reads a file strictly: canonical, every member checked for its form, none unknown. What it says is not verified here.</summary>
    /// <exception cref="SealFormatException">Names the member, or the byte, and the rule.</exception>
    public static SealFile Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = Shape.ParseCanonical(bytes, SealStatement.Limit, "");
            var root = Shape.Closed(document.RootElement, "", "leaf", "seal", "statement");
            var leaf = root.Object("leaf", "event", "proof", "salt", "tag");
            var statement = new SealStatement(root.Slice("statement"));
            var (seal, _) = NoteLines.Read(Encoding.UTF8.GetBytes(root.Text("seal", NoteLines.Limit)), Kind, "/seal", "gate", "statement", "leaf");
            return new SealFile
            {
                Statement = statement,
                Sealed = new ProvenEvent(
                    LoggedEvent.Read(leaf.Base64("event", LoggedEvent.Limit), leaf.Place("event")),
                    Convert.FromHexString(leaf.Hex("salt", Commitment.SaltSize)),
                    Convert.FromHexString(leaf.Hex("tag", 32)),
                    leaf.Text("proof", NoteLines.Limit)),
                LeafDigest = Canonical.Digest(root.Slice("leaf")),
                Seal = seal,
            };
        }
        catch (RefusalException e)
        {
            throw new SealFormatException(e.Refusal.Where.Length > 0 ? e.Refusal.Where : FirstDifference(bytes.Span), e.Refusal.What);
        }
    }

    /// <summary>The first byte that the canonical form has otherwise.</summary>
    private static string FirstDifference(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return $"byte {bytes.CommonPrefixLength(CanonicalJson.Canonicalize(bytes))}";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>The text that the gate signs.</summary>
    internal static string Text(SealStatement statement, string leafDigest) =>
        NoteLines.Build(Kind, ("gate", statement.Gate), ("statement", statement.Digest), ("leaf", leafDigest));
}
