namespace Counterseal.Custody;

/// <summary>The age v1 file format (C2SP age v1.1.0): X25519 recipients, STREAM of ChaCha20-Poly1305 in 64 KiB chunks.</summary>
public static class Age
{
    /// <summary>A write-only stream that encrypts what is written to <paramref name="ciphertext"/>; disposing it writes the last chunk and leaves <paramref name="ciphertext"/> open.</summary>
    /// <exception cref="ArgumentException">No recipient.</exception>
    public static Stream Encrypt(Stream ciphertext, IReadOnlyList<AgeRecipient> recipients) => throw new NotSupportedException();

    /// <summary>A read-only stream of the plaintext. Each chunk is verified before it is given; the end of the stream means that the last chunk verified.</summary>
    /// <exception cref="AgeException">Names what is wrong and at which byte.</exception>
    public static Stream Decrypt(Stream ciphertext, IReadOnlyList<AgeIdentity> identities) => throw new NotSupportedException();
}

/// <summary>An X25519 recipient, <c>age1…</c>.</summary>
public sealed record AgeRecipient
{
    /// <summary>The text form, <c>age1…</c>.</summary>
    public required string Text { get; init; }
    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">Not a recipient.</exception>
    public static AgeRecipient Parse(string text) => throw new NotSupportedException(text);
}

/// <summary>An X25519 identity, <c>AGE-SECRET-KEY-1…</c>.</summary>
public sealed class AgeIdentity : IDisposable
{
    /// <summary>The public half.</summary>
    public AgeRecipient Recipient { get; }
    private AgeIdentity(AgeRecipient recipient) => Recipient = recipient;
    /// <summary>Makes a new one.</summary>
    public static AgeIdentity Generate() => throw new NotSupportedException();
    /// <summary>Reads the text form, or a key file as <c>age-keygen</c> writes it.</summary>
    public static AgeIdentity Parse(string text) => throw new NotSupportedException(text);
    /// <summary>The secret as text; only for writing the key file.</summary>
    public string Export() => throw new NotSupportedException();
    /// <inheritdoc/>
    public void Dispose() { }
}

/// <summary>An age file that cannot be read.</summary>
public sealed class AgeException(string message) : Exception(message);
