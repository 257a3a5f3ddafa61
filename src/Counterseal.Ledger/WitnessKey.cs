using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Counterseal.Ledger;

/// <summary>
/// A witness's public key by its C2SP vkey, <c>name+hash+base64(0x04 ‖ key)</c>: Ed25519 over timestamped cosignatures (tlog-cosignature, <c>cosignature/v1</c>). It is a kind of
/// its own beside <see cref="NoteVerifier"/>, so that a cosignature never passes for a log's or a person's signature.
/// </summary>
public sealed record WitnessKey
{
    /// <summary>The signature type of timestamped Ed25519 cosignatures in C2SP signed-note.</summary>
    public const byte Type = 0x04;

    private const int Length = 8 + 64;

    private WitnessKey(string name, uint keyId, byte[] publicKey) => (Name, KeyId, PublicKey) = (name, keyId, publicKey);

    /// <summary>The key's name.</summary>
    public string Name { get; }

    /// <summary>First four bytes of SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key).</summary>
    public uint KeyId { get; }

    /// <summary>32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <summary>Reads a vkey.</summary>
    /// <exception cref="FormatException">Not a witness's vkey, or its hash does not fit.</exception>
    public static WitnessKey Parse(string vkey)
    {
        // Base64 may hold '+', so the text is cut at the first two only.
        var parts = vkey.Split('+', 3);
        if (parts.Length != 3 || !NoteSignature.IsName(parts[0]))
            throw new FormatException($"not a witness's key (name+hash+key): \"{(vkey.Length <= 80 ? vkey : vkey[..80] + "…")}\"");
        var key = Base64.Read(parts[2]) is { Length: 33 } bytes && bytes[0] == Type
            ? Of(parts[0], bytes[1..])
            : throw new FormatException($"the key of {parts[0]} is no witness's key (base64 of 0x04 and the 32 bytes of an Ed25519 key)");
        return parts[1] == NoteVerifier.Hash(key.KeyId)
            ? key
            : throw new FormatException($"the key of {parts[0]} does not fit its hash, which should be {NoteVerifier.Hash(key.KeyId)}: a letter was changed");
    }

    /// <summary>The key of a name and an Ed25519 public key.</summary>
    /// <exception cref="FormatException">Not a key name, or not an Ed25519 public key.</exception>
    public static WitnessKey Of(string name, byte[] publicKey)
    {
        // The same names and the same curve as a log's key, under another type.
        _ = NoteVerifier.Of(name, publicKey);
        return new WitnessKey(name, BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Type, .. publicKey])), publicKey);
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{NoteVerifier.Hash(KeyId)}+{Convert.ToBase64String([Type, .. PublicKey])}";

    /// <summary>Cosigns a checkpoint's text.</summary>
    /// <param name="signer">The witness's private key; its public half makes the name and the key id of the line.</param>
    /// <param name="text">The checkpoint's text.</param>
    /// <param name="at">When the witness says so; whole seconds after 1970.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not after 1970.</exception>
    public static NoteSignature Cosign(NoteSigner signer, string text, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var seconds = at.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds, nameof(at));
        var signature = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(signature, seconds);
        signer.Sign(Message(seconds, text)).Signature.CopyTo(signature, 8);
        return new NoteSignature(signer.Name, Of(signer.Name, signer.Verifier.PublicKey).KeyId, signature);
    }

    /// <summary>When this witness last cosigned the note's text, UTC; <c>null</c> when no line is its own.</summary>
    /// <exception cref="FormatException">A line under its name and key id fails: the note is malformed, as signed-note has it.</exception>
    public DateTimeOffset? Saw(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        DateTimeOffset? newest = null;
        foreach (var line in note.Signatures.Where(line => line.Name == Name && line.KeyId == KeyId))
        {
            var at = Time(note.Text, line.Signature) ?? throw new FormatException($"the cosignature by {Name} does not verify: the checkpoint or the cosignature was changed, or another key made it");
            newest = newest > at ? newest : at;
        }
        return newest;
    }

    /// <summary>Equal when name and key are.</summary>
    public bool Equals(WitnessKey? other) => other is not null && Name == other.Name && KeyId == other.KeyId && PublicKey.AsSpan().SequenceEqual(other.PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);

    private static string Message(long seconds, string text) => $"cosignature/v1\ntime {seconds.ToString(CultureInfo.InvariantCulture)}\n{text}";

    private DateTimeOffset? Time(string text, byte[] signature)
    {
        if (signature.Length != Length)
            return null;
        var seconds = BinaryPrimitives.ReadInt64BigEndian(signature);
        // A time that no calendar here has is no time.
        if (seconds <= 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return null;
        return NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, PublicKey, KeyBlobFormat.RawPublicKey, out var key)
            && SignatureAlgorithm.Ed25519.Verify(key!, Encoding.UTF8.GetBytes(Message(seconds, text)), signature.AsSpan(8))
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
