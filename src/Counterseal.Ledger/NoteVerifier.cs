using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Counterseal.Ledger;

/// <summary>An Ed25519 public key by its C2SP vkey, <c>name+hash+base64(0x01 ‖ key)</c>.</summary>
public sealed record NoteVerifier
{
    /// <summary>The signature type of signed-note for Ed25519 (RFC 8032); not 0x04, which is a witness's timestamped cosignature.</summary>
    internal const byte Ed25519Type = 0x01;

    /// <summary>The key's name.</summary>
    public required string Name { get; init; }
    /// <summary>First four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).</summary>
    public required uint KeyId { get; init; }
    /// <summary>32 bytes.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>Reads a vkey.</summary>
    /// <exception cref="FormatException">Not a vkey, or its hash does not fit.</exception>
    public static NoteVerifier Parse(string vkey)
    {
        // Base64 may hold '+', so the text is cut at the first two only.
        var parts = vkey.Split('+', 3);
        if (parts.Length != 3 || !NoteSignature.IsName(parts[0]))
            throw new FormatException($"not a verifier key (name+hash+key): \"{Shown(vkey)}\"");
        var key = Base64.Read(parts[2]);
        if (key is not { Length: 33 } || key[0] != Ed25519Type)
            throw new FormatException($"the verifier key of {parts[0]} is not an Ed25519 key (base64 of 0x01 and 32 bytes)");
        var verifier = Of(parts[0], key[1..]);
        if (parts[1] != Hash(verifier.KeyId))
            throw new FormatException($"the verifier key of {parts[0]} carries the hash {Shown(parts[1])}, but name and key give {Hash(verifier.KeyId)}: a letter was changed");
        return verifier;
    }

    /// <summary>The verifier of a name and a public key.</summary>
    /// <exception cref="FormatException">Not a key name, or not an Ed25519 public key.</exception>
    public static NoteVerifier Of(string name, byte[] publicKey)
    {
        if (!NoteSignature.IsName(name))
            throw new FormatException($"\"{Shown(name)}\" is no key name: not empty, without spaces, '+' and control characters");
        if (publicKey.Length != 32)
            throw new FormatException($"an Ed25519 public key is 32 bytes, not {publicKey.Length}");
        var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Ed25519Type, .. publicKey]);
        return new NoteVerifier { Name = name, KeyId = BinaryPrimitives.ReadUInt32BigEndian(id), PublicKey = publicKey };
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{Hash(KeyId)}+{Convert.ToBase64String([Ed25519Type, .. PublicKey])}";

    /// <summary>True when the signature is this key's over the text. Small-order keys and malleable signatures never verify (libsodium's rules).</summary>
    internal bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        signature.Length == 64
        && NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, PublicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, text, signature);

    /// <summary>Equal when name and key are.</summary>
    public bool Equals(NoteVerifier? other) => other is not null && Name == other.Name && KeyId == other.KeyId && PublicKey.AsSpan().SequenceEqual(other.PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);

    internal static string Hash(uint id) => id.ToString("x8", CultureInfo.InvariantCulture);

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
