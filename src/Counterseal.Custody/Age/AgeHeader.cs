using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;
using Aead = System.Security.Cryptography.ChaCha20Poly1305;

namespace Counterseal.Custody;

/// <summary>The header of an age file: version line, recipient stanzas, MAC (C2SP age, "Header").</summary>
/// <param name="Stanzas">At least one.</param>
/// <param name="Mac">32 bytes.</param>
/// <param name="Authenticated">What the MAC is over: all up to and including the three dashes.</param>
/// <param name="MacOffset">The byte of the age file where the MAC's line begins.</param>
internal sealed record AgeHeader(IReadOnlyList<AgeStanza> Stanzas, byte[] Mac, byte[] Authenticated, long MacOffset)
{
    /// <summary>Each stanza costs a scalar multiplication for each identity before anything is authenticated.</summary>
    public const int MaxStanzas = 128;
    private const int FileKeySize = 16;
    private const string Version = "age-encryption.org/v1";
    internal const string X25519Type = "X25519";
    internal const string HybridType = "mlkem768x25519";
    /// <summary>X-Wing's number among HPKE's KEMs.</summary>
    private const ushort HybridKem = 0x647a;
    private static readonly byte[] HybridInfo = "age-encryption.org/mlkem768x25519"u8.ToArray();
    private static readonly byte[] ZeroNonce = new byte[12];

    /// <summary>The header that wraps a file key for the recipients, with its newline.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="recipients">One stanza each, in order.</param>
    /// <param name="random">Where the ephemeral secrets come from.</param>
    public static byte[] Write(ReadOnlySpan<byte> fileKey, IReadOnlyList<AgeRecipient> recipients, Func<int, byte[]> random)
    {
        var text = new StringBuilder(Version).Append('\n');
        foreach (var recipient in recipients)
            text.Append(Wrap(fileKey, recipient, random).Text());
        text.Append("---");
        var authenticated = Encoding.ASCII.GetBytes(text.ToString());
        return [.. authenticated, .. Encoding.ASCII.GetBytes($" {AgeStanza.EncodeBase64(ComputeMac(fileKey, authenticated))}\n")];
    }

    /// <summary>Reads a header and stops after its last newline.</summary>
    /// <exception cref="AgeException">Names the rule and the byte.</exception>
    public static AgeHeader Read(AgeInput input)
    {
        var version = input.ReadLine();
        if (!version.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(Version)))
            throw new AgeException(AgeFault.Header, 0, $"this is no age v1 file: its first line is not \"{Version}\"");
        var stanzas = new List<AgeStanza>();
        while (true)
        {
            var offset = input.Position;
            var line = input.ReadLine();
            if (line.AsSpan().StartsWith("-> "u8))
            {
                if (stanzas.Count == MaxStanzas)
                    throw new AgeException(AgeFault.Header, offset, $"there are more than {MaxStanzas} stanzas");
                stanzas.Add(AgeStanza.Read(line, offset, input));
            }
            else if (line.AsSpan().StartsWith("--- "u8))
            {
                if (stanzas.Count == 0)
                    throw new AgeException(AgeFault.Header, offset, "there is no stanza");
                var mac = AgeStanza.DecodeBase64(line.AsSpan(4));
                if (mac is not { Length: 32 })
                    throw new AgeException(AgeFault.Header, offset, "the MAC is not 32 bytes in canonical base64 without padding");
                return new AgeHeader(stanzas, mac, input.Header[..((int)offset + 3)].ToArray(), offset);
            }
            else
                throw new AgeException(AgeFault.Header, offset, "a line is neither a stanza (\"-> \") nor the MAC (\"--- \")");
        }
    }

    /// <summary>The file key, once a key opened a stanza and the MAC fits.</summary>
    /// <exception cref="AgeException">A stanza breaks its type's rules, none opens, or the MAC does not fit.</exception>
    public byte[] Unwrap(IReadOnlyList<AgeIdentity> identities, AgePassphrase? passphrase)
    {
        var scrypt = Stanzas.FirstOrDefault(stanza => stanza.Type == "scrypt");
        if (scrypt is not null && Stanzas.Count > 1)
            throw new AgeException(AgeFault.Header, scrypt.Offset, "a scrypt stanza must be the only one");
        var fileKey = scrypt is not null ? UnwrapScrypt(scrypt, passphrase) : Unwrap(identities);
        if (fileKey is null)
            throw new AgeException(AgeFault.NoMatch, Stanzas[0].Offset, "none of the keys given opens it: it is encrypted to somebody else");
        if (CryptographicOperations.FixedTimeEquals(ComputeMac(fileKey, Authenticated), Mac))
            return fileKey;
        CryptographicOperations.ZeroMemory(fileKey);
        throw new AgeException(AgeFault.Hmac, MacOffset, "the header's MAC does not fit: the header was changed after it was made");
    }

    /// <summary>Every stanza of a kind that an identity has is checked for its form, also after one has opened.</summary>
    private byte[]? Unwrap(IReadOnlyList<AgeIdentity> identities)
    {
        byte[]? found = null;
        foreach (var stanza in Stanzas.Where(stanza => stanza.Type is X25519Type or HybridType))
        {
            var (kind, length) = stanza.Type == HybridType ? (AgeKind.Hybrid, XWing.CiphertextSize) : (AgeKind.X25519, 32);
            if (!identities.Any(identity => identity.Recipient.Kind == kind))
                continue;
            if (stanza.Arguments.Count != 2)
                throw new AgeException(AgeFault.Header, stanza.Offset, $"a stanza of type {stanza.Type} has two arguments, not {stanza.Arguments.Count}");
            if (AgeStanza.DecodeBase64(Encoding.ASCII.GetBytes(stanza.Arguments[1])) is not { } share || share.Length != length)
                throw new AgeException(AgeFault.Header, stanza.Offset, $"the share in a stanza of type {stanza.Type} is not {length} bytes in canonical base64 without padding");
            RequireBody(stanza);
            foreach (var identity in identities.Where(identity => identity.Recipient.Kind == kind))
            {
                if (found is not null)
                    break;
                if ((kind == AgeKind.Hybrid ? identity.Decapsulate(share) : identity.WrapKey(share)) is not { } secret)
                    throw new AgeException(AgeFault.Header, stanza.Offset, $"the share in a stanza of type {stanza.Type} is a point of low order");
                var (wrapKey, nonce) = kind == AgeKind.Hybrid ? Hpke.Schedule(HybridKem, secret, HybridInfo) : (secret, ZeroNonce);
                found = Open(wrapKey, nonce, stanza.Body);
                CryptographicOperations.ZeroMemory(secret);
            }
        }
        return found;
    }

    private static byte[]? UnwrapScrypt(AgeStanza stanza, AgePassphrase? passphrase)
    {
        if (stanza.Arguments.Count != 3)
            throw new AgeException(AgeFault.Header, stanza.Offset, $"a scrypt stanza has three arguments, not {stanza.Arguments.Count}");
        if (AgeStanza.DecodeBase64(Encoding.ASCII.GetBytes(stanza.Arguments[1])) is not { Length: 16 } salt)
            throw new AgeException(AgeFault.Header, stanza.Offset, "a scrypt stanza's salt is not 16 bytes in canonical base64 without padding");
        var factor = stanza.Arguments[2];
        if (factor.AsSpan().ContainsAnyExceptInRange('0', '9') || factor[0] == '0')
            throw new AgeException(AgeFault.Header, stanza.Offset, "a scrypt stanza's work factor is not a decimal number without leading zeros");
        if (factor.Length > 2 || int.Parse(factor, System.Globalization.CultureInfo.InvariantCulture) > AgePassphrase.MaxWorkFactor)
            throw new AgeException(AgeFault.Header, stanza.Offset, $"a scrypt stanza's work factor is over {AgePassphrase.MaxWorkFactor}");
        RequireBody(stanza);
        return passphrase is null
            ? null
            : Open(passphrase.WrapKey(salt, int.Parse(factor, System.Globalization.CultureInfo.InvariantCulture)), ZeroNonce, stanza.Body);
    }

    // Before decrypting, so that a sender cannot learn which key is held from how an over-long body fails (partitioning oracle).
    private static void RequireBody(AgeStanza stanza)
    {
        if (stanza.Body.Length != FileKeySize + Age.TagSize)
            throw new AgeException(AgeFault.Header, stanza.Offset, $"the stanza's body is {stanza.Body.Length} bytes long, not {FileKeySize + Age.TagSize}");
    }

    private static byte[]? Open(byte[] wrapKey, byte[] nonce, byte[] body)
    {
        var fileKey = new byte[FileKeySize];
        using var aead = new Aead(wrapKey);
        CryptographicOperations.ZeroMemory(wrapKey);
        try
        {
            aead.Decrypt(nonce, body.AsSpan(0, FileKeySize), body.AsSpan(FileKeySize), fileKey);
            return fileKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            // Not an error: the stanza is another recipient's, and the next one is tried.
            return null;
        }
    }

    private static AgeStanza Wrap(ReadOnlySpan<byte> fileKey, AgeRecipient recipient, Func<int, byte[]> random)
    {
        if (recipient.Kind == AgeKind.Hybrid)
        {
            var (secret, ciphertext) = XWing.Encapsulate(recipient.PublicKey, random);
            var (key, nonce) = Hpke.Schedule(HybridKem, secret, HybridInfo);
            CryptographicOperations.ZeroMemory(secret);
            return new AgeStanza([HybridType, AgeStanza.EncodeBase64(ciphertext)], Close(key, nonce, fileKey), 0);
        }
        var ephemeralSecret = random(32);
        using var ephemeral = Key.Import(KeyAgreementAlgorithm.X25519, ephemeralSecret, KeyBlobFormat.RawPrivateKey);
        CryptographicOperations.ZeroMemory(ephemeralSecret);
        var share = ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        using var shared = X25519.Agree(ephemeral, recipient.PublicKey)
            ?? throw new ArgumentException($"{recipient.Text} is a point of low order", nameof(recipient));
        return new AgeStanza([X25519Type, AgeStanza.EncodeBase64(share)], Close(X25519.WrapKey(shared, share, recipient.PublicKey), ZeroNonce, fileKey), 0);
    }

    private static byte[] Close(byte[] wrapKey, byte[] nonce, ReadOnlySpan<byte> fileKey)
    {
        var body = new byte[FileKeySize + Age.TagSize];
        using var aead = new Aead(wrapKey);
        CryptographicOperations.ZeroMemory(wrapKey);
        aead.Encrypt(nonce, fileKey, body.AsSpan(0, FileKeySize), body.AsSpan(FileKeySize));
        return body;
    }

    private static byte[] ComputeMac(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> authenticated)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, [], "header"u8);
        var mac = HMACSHA256.HashData(key, authenticated);
        CryptographicOperations.ZeroMemory(key);
        return mac;
    }
}
