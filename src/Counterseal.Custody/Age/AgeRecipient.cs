using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>An X25519 recipient, <c>age1…</c> (C2SP age, "The X25519 recipient type"). The secret half is an <see cref="AgeIdentity"/>.</summary>
public sealed record AgeRecipient
{
    private const string Prefix = "age";

    private AgeRecipient(string text, byte[] publicKey) => (Text, PublicKey) = (text, publicKey);

    /// <summary>The text form, <c>age1…</c>.</summary>
    public string Text { get; }

    /// <summary>32 bytes, a point on Curve25519 that is not of low order.</summary>
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
        if (read.Prefix != Prefix)
            throw new FormatException($"not an X25519 age recipient, which starts with \"age1\": \"{read.Prefix}1…\"");
        if (read.Data.Length != 32)
            throw new FormatException($"not an age recipient: the key is {read.Data.Length} bytes long, not 32");
        using var probe = Key.Create(KeyAgreementAlgorithm.X25519);
        using var secret = X25519.Agree(probe, read.Data);
        if (secret is null)
            throw new FormatException("not an age recipient: the point is of low order, anyone could open what is encrypted to it");
        return new AgeRecipient(text, read.Data);
    }

    /// <summary>The recipient of a public key made by us.</summary>
    internal static AgeRecipient Of(PublicKey key)
    {
        var bytes = key.Export(KeyBlobFormat.RawPublicKey);
        return new AgeRecipient(Bech32.Encode(Prefix, bytes), bytes);
    }

    /// <summary>Equal when the texts are.</summary>
    public bool Equals(AgeRecipient? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
