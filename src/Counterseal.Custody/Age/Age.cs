namespace Counterseal.Custody;

/// <summary>The age v1 file format (C2SP age): X25519 or hybrid post-quantum recipients, STREAM of ChaCha20-Poly1305 in 64 KiB chunks.</summary>
public static class Age
{
    /// <summary>Plaintext bytes in every chunk but the last.</summary>
    public const int ChunkSize = 64 * 1024;

    /// <summary>Bytes of the Poly1305 tag after each chunk.</summary>
    internal const int TagSize = 16;

    /// <summary>Bytes of the payload's nonce, between header and first chunk.</summary>
    internal const int NonceSize = 16;

    /// <summary>A write-only stream that encrypts what is written to <paramref name="ciphertext"/>; disposing it writes the last chunk and leaves <paramref name="ciphertext"/> open.</summary>
    /// <param name="ciphertext">Gets header and chunks, each in one write.</param>
    /// <param name="recipients">At least one, at most 128, all of one kind; each can open the file alone.</param>
    /// <exception cref="ArgumentException">No recipient, too many, one twice, or two kinds.</exception>
    public static Stream Encrypt(Stream ciphertext, IReadOnlyList<AgeRecipient> recipients) => new AgeEncryption(ciphertext, recipients);

    /// <summary>A read-only stream of the plaintext. Each chunk is verified before it is given; the end of the stream means that the last chunk verified.</summary>
    /// <param name="ciphertext">The binary form; <see cref="Dearmor"/> first where it is armored. Left open.</param>
    /// <param name="identities">Tried in order on each stanza.</param>
    /// <exception cref="AgeException">Names what is wrong and at which byte; the stream throws it too.</exception>
    public static Stream Decrypt(Stream ciphertext, IReadOnlyList<AgeIdentity> identities) => AgeDecryption.Open(ciphertext, identities, null);

    /// <summary>The same for a file that is encrypted to a passphrase (scrypt stanza).</summary>
    /// <param name="ciphertext">The binary form; left open.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <exception cref="AgeException">Names what is wrong and at which byte; the stream throws it too.</exception>
    public static Stream Decrypt(Stream ciphertext, AgePassphrase passphrase) => AgeDecryption.Open(ciphertext, [], passphrase);

    /// <summary>A read-only stream of the age file inside ASCII armor (strict PEM, RFC 7468, with white space allowed before and after).</summary>
    /// <param name="text">The armored text; left open.</param>
    /// <exception cref="AgeException">The stream throws it with <see cref="AgeFault.Armor"/>; the offset is then in the armored text.</exception>
    public static Stream Dearmor(Stream text) => new AgeArmor(text);

    /// <summary>A write-only stream that puts an age file into ASCII armor (lines of 64 characters, LF); disposing it writes the end line and leaves <paramref name="text"/> open.</summary>
    /// <param name="text">Gets the armored text.</param>
    public static Stream Armor(Stream text) => new AgeArmoring(text);
}
