using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>The two kinds of age keys that packages are encrypted to. One file is for keys of one kind: an X25519 stanza would undo what the other protects.</summary>
public enum AgeKind
{
    /// <summary>X25519, <c>age1…</c>.</summary>
    X25519,
    /// <summary>ML-KEM-768 with X25519, <c>age1pq1…</c>: also against those who keep it until they have a quantum computer.</summary>
    Hybrid,
}

/// <summary>A recipient, <c>age1…</c> or <c>age1pq1…</c> (C2SP age, "Native recipient types"). The secret half is an <see cref="AgeIdentity"/>.</summary>
public sealed record AgeRecipient
{
    private const string Prefix = "age";
    private const string HybridPrefix = "age1pq";

    private AgeRecipient(string text, AgeKind kind, byte[] publicKey) => (Text, Kind, PublicKey) = (text, kind, publicKey);

    /// <summary>The text form, <c>age1…</c> (62 characters) or <c>age1pq1…</c> (1,959 characters).</summary>
    public string Text { get; }

    /// <summary>Which kind of key it is.</summary>
    public AgeKind Kind { get; }

    /// <summary>32 bytes, a point on Curve25519 that is not of low order; or the 1,216 bytes of an X-Wing key.</summary>
    internal byte[] PublicKey { get; }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">Not a recipient; names the rule.</exception>
    public static AgeRecipient Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string Prefix, byte[] Data) read;
        try
        {
            read = Bech32.Decode(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"not an age recipient: {e.Message}", e);
        }
        AgeKind kind = read.Prefix switch
        {
            Prefix => AgeKind.X25519,
            HybridPrefix => AgeKind.Hybrid,
            _ => throw new FormatException($"not an age recipient, which starts with \"age1\" (X25519) or \"age1pq1\" (post-quantum): \"{read.Prefix}1…\""),
        };
        return (kind == AgeKind.Hybrid ? XWing.Fault(read.Data) : X25519.Fault(read.Data)) is { } fault
            ? throw new FormatException($"not an age recipient: {fault}")
            : new AgeRecipient(text, kind, read.Data);
    }

    /// <summary>What is wrong with recipients of one file, or <c>null</c>: none, too many, one twice, or two kinds.</summary>
    public static string? Fault(IReadOnlyList<AgeRecipient> recipients)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        return recipients.Count is 0 or > AgeHeader.MaxStanzas ? $"an age file has one to {AgeHeader.MaxStanzas} recipients, not {recipients.Count}"
            : recipients.DistinctBy(recipient => recipient.Text).Count() < recipients.Count ? "a recipient is named twice"
            : recipients.Any(recipient => recipient.Kind != recipients[0].Kind) ? "X25519 and post-quantum recipients do not go together: whoever breaks the weaker opens the file"
            : null;
    }

    /// <summary>The recipient of a public key made by us.</summary>
    internal static AgeRecipient Of(PublicKey key)
    {
        var bytes = key.Export(KeyBlobFormat.RawPublicKey);
        return new AgeRecipient(Bech32.Encode(Prefix, bytes), AgeKind.X25519, bytes);
    }

    /// <summary>The recipient of an X-Wing key made by us.</summary>
    internal static AgeRecipient Hybrid(byte[] publicKey) => new(Bech32.Encode(HybridPrefix, publicKey), AgeKind.Hybrid, publicKey);

    /// <summary>Equal when the texts are.</summary>
    public bool Equals(AgeRecipient? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
