using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Counterseal.Ledger;

/// <summary>What a note's key is: signature types of C2SP signed-note.</summary>
public enum NoteKeyType : byte
{
    /// <summary>Ed25519 (RFC 8032); not 0x04, which is a witness's timestamped cosignature.</summary>
    Ed25519 = 0x01,

    /// <summary>ECDSA, here over P-256 with SHA-256, signatures in DER: for keys in a token that has no Ed25519.</summary>
    P256 = 0x02,
}

/// <summary>A public key by its C2SP vkey, <c>name+hash+base64(type ‖ key)</c>: Ed25519, or ECDSA on P-256.</summary>
public sealed record NoteVerifier
{
    /// <summary>The key's name.</summary>
    public required string Name { get; init; }
    /// <summary>What kind of key it is.</summary>
    public NoteKeyType Type { get; init; } = NoteKeyType.Ed25519;
    /// <summary>First four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key); for P-256 of SHA-256(public key), as the standard has it for its type.</summary>
    public required uint KeyId { get; init; }
    /// <summary>32 bytes; for P-256 the SubjectPublicKeyInfo in DER.</summary>
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
        var verifier = key switch
        {
            { Length: 33 } when key[0] == (byte)NoteKeyType.Ed25519 => Of(parts[0], key[1..]),
            { Length: > 33 and < 200 } when key[0] == (byte)NoteKeyType.P256 => OfP256(parts[0], key[1..]),
            _ => throw new FormatException($"the verifier key of {parts[0]} is neither an Ed25519 key (base64 of 0x01 and 32 bytes) nor a P-256 key (base64 of 0x02 and its SubjectPublicKeyInfo)"),
        };
        if (parts[1] != Hash(verifier.KeyId))
            throw new FormatException($"the verifier key of {parts[0]} carries the hash {Shown(parts[1])}, but name and key give {Hash(verifier.KeyId)}: a letter was changed");
        return verifier;
    }

    /// <summary>The verifier of a name and an Ed25519 public key.</summary>
    /// <exception cref="FormatException">Not a key name, or not an Ed25519 public key.</exception>
    public static NoteVerifier Of(string name, byte[] publicKey)
    {
        Named(name);
        if (publicKey.Length != 32)
            throw new FormatException($"an Ed25519 public key is 32 bytes, not {publicKey.Length}");
        var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)NoteKeyType.Ed25519, .. publicKey]);
        return new NoteVerifier { Name = name, KeyId = BinaryPrimitives.ReadUInt32BigEndian(id), PublicKey = publicKey };
    }

    /// <summary>The verifier of a name and a P-256 public key.</summary>
    /// <param name="name">The key's name.</param>
    /// <param name="publicKey">SubjectPublicKeyInfo, DER, in the one form that encoding gives (uncompressed point, named curve).</param>
    /// <exception cref="FormatException">Not a key name, or not such a key.</exception>
    public static NoteVerifier OfP256(string name, byte[] publicKey)
    {
        Named(name);
        using var key = ImportP256(publicKey) ?? throw new FormatException($"the key of {name} is no P-256 public key (SubjectPublicKeyInfo in DER)");
        return new NoteVerifier { Name = name, Type = NoteKeyType.P256, KeyId = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(publicKey)), PublicKey = publicKey };
    }

    /// <summary>The same key under another name.</summary>
    /// <exception cref="FormatException">Not a key name.</exception>
    public NoteVerifier As(string name) => Type == NoteKeyType.Ed25519 ? Of(name, PublicKey) : OfP256(name, PublicKey);

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{Hash(KeyId)}+{Convert.ToBase64String([(byte)Type, .. PublicKey])}";

    /// <summary>True when the signature is this key's over the text. Small-order keys and malleable Ed25519 signatures never verify (libsodium's rules).</summary>
    internal bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        if (Type == NoteKeyType.Ed25519)
        {
            return signature.Length == 64
                && NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, PublicKey, KeyBlobFormat.RawPublicKey, out var key)
                && SignatureAlgorithm.Ed25519.Verify(key!, text, signature);
        }
        using var p256 = ImportP256(PublicKey);
        return signature.Length is >= 8 and <= 72 && p256!.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static ECDsa? ImportP256(byte[] publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read == publicKey.Length && key.ExportParameters(false).Curve.Oid.Value == "1.2.840.10045.3.1.7" && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
                return key;
        }
        catch (CryptographicException)
        {
            // The same as a key on another curve: not one of ours.
        }
        key.Dispose();
        return null;
    }

    private static void Named(string name)
    {
        if (!NoteSignature.IsName(name))
            throw new FormatException($"\"{Shown(name)}\" is no key name: not empty, without spaces, '+' and control characters");
    }

    /// <summary>Equal when name and key are.</summary>
    public bool Equals(NoteVerifier? other) => other is not null && Name == other.Name && Type == other.Type && KeyId == other.KeyId && PublicKey.AsSpan().SequenceEqual(other.PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);

    internal static string Hash(uint id) => id.ToString("x8", CultureInfo.InvariantCulture);

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
