using System.Buffers.Binary;
using System.Security.Cryptography;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace Counterseal.Custody;

/// <summary>The packet that carries a message's key to one recipient (RFC 9580, 5.1): version 3 for what gpg opens, version 6 for RFC 9580.</summary>
internal static class OpenPgpSessionKey
{
    // RSA of 16,384 bits, the longest that is read, and what stands around it.
    private const int Longest = 4096;
    private const int EncryptedData = 18;

    /// <summary>A whole packet.</summary>
    /// <param name="key">The recipient's encryption key, in which <see cref="OpenPgpKey.EncryptionFault"/> finds nothing.</param>
    /// <param name="sixth">Version 6 instead of 3.</param>
    /// <param name="cipher">The message's cipher.</param>
    /// <param name="sessionKey">The message's key.</param>
    /// <param name="random">Gives so many random bytes.</param>
    public static byte[] Packet(OpenPgpKey key, bool sixth, byte cipher, byte[] sessionKey, Func<int, byte[]> random)
    {
        byte[] head = sixth
            ? [6, (byte)(1 + key.Fingerprint.Length), (byte)key.Version, .. key.Fingerprint, (byte)key.Algorithm]
            : [3, .. key.Id, (byte)key.Algorithm];
        byte[] body = [.. head, .. Fields(key, sixth, cipher, sessionKey, random)];
        byte[] packet = [0xc1, 0xff, 0, 0, 0, 0, .. body];
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(2), (uint)body.Length);
        return packet;
    }

    /// <summary>What is wrong with the packets at a message's beginning: one for each subkey that the statement names, in that order, then the encrypted data; <c>null</c> when nothing is.</summary>
    /// <exception cref="FormatException">They are no packets.</exception>
    public static string? Fault(Stream message, SealStatement statement)
    {
        var sixth = statement.Encryption == PackageFormat.OpenPgp9580;
        var head = new byte[(statement.Recipients.Count + 1) * Longest];
        var reader = new OpenPgpReader(head.AsSpan(0, message.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
        for (var i = 0; ; i++)
        {
            if (reader.Left > 0 && reader.Peek() == (0xc0 | EncryptedData))
                return i == statement.Recipients.Count ? null : $"it is for {i}";
            if (i == statement.Recipients.Count)
                return $"it is for more than {i}";
            var (tag, body) = reader.Packet();
            if (tag != 1)
                return $"it has a packet of type {tag} before its data";
            var subkey = Convert.FromHexString(statement.Recipients[i].Split('/')[1]);
            if (!body.AsSpan().StartsWith(sixth ? [6, (byte)(1 + subkey.Length), 6, .. subkey] : (byte[])[3, .. subkey[12..]]))
                return $"its packet {i + 1} is for another key than the one stated";
        }
    }

    private static byte[] Fields(OpenPgpKey key, bool sixth, byte cipher, byte[] sessionKey, Func<int, byte[]> random)
    {
        if (key.Algorithm == OpenPgpKey.X25519Algorithm)
        {
            var (share, secret) = Agree(key.Material, random);
            var kek = HKDF.DeriveKey(HashAlgorithmName.SHA256, [.. share, .. key.Material, .. secret], 16, [], "OpenPGP X25519"u8.ToArray());
            CryptographicOperations.ZeroMemory(secret);
            var wrapped = Wrap(kek, sessionKey);
            return sixth ? [.. share, (byte)wrapped.Length, .. wrapped] : [.. share, (byte)(1 + wrapped.Length), cipher, .. wrapped];
        }
        var checksum = 0;
        foreach (var one in sessionKey)
            checksum += one;
        byte[] plain = [.. sixth ? [] : new[] { cipher }, .. sessionKey, (byte)(checksum >> 8), (byte)checksum];
        try
        {
            if (key.Algorithm != OpenPgpKey.Rsa)
                return Ecdh(key, plain, random);
            using var rsa = key.RsaKey();
            return Number(rsa.Encrypt(plain, RSAEncryptionPadding.Pkcs1));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>ECDH with the key derivation of RFC 9580, 11.5; padded to 40 bytes, so that the length does not tell the cipher.</summary>
    private static byte[] Ecdh(OpenPgpKey key, byte[] plain, Func<int, byte[]> random)
    {
        var (point, parameters) = key.Point();
        byte[] share, secret;
        if (point.Length > 0)
        {
            (share, secret) = Agree(point.AsSpan(1), random);
            share = [0x40, .. share];
        }
        else
        {
            using var theirs = ECDiffieHellman.Create(parameters);
            using var ephemeral = ECDiffieHellman.Create(parameters.Curve);
            var q = ephemeral.ExportParameters(includePrivateParameters: false).Q;
            share = [4, .. q.X!, .. q.Y!];
            secret = ephemeral.DeriveRawSecretAgreement(theirs.PublicKey);
        }
        var (oid, hash, hashId, kekLength, kekId) = key.KeyDerivation();
        var kek = CryptographicOperations.HashData(hash,
            [0, 0, 0, 1, .. secret, .. oid, OpenPgpKey.Ecdh, 3, 1, hashId, kekId, .. "Anonymous Sender    "u8, .. key.Fingerprint])[..kekLength];
        CryptographicOperations.ZeroMemory(secret);
        var padding = 40 - plain.Length;
        byte[] padded = [.. plain, .. Enumerable.Repeat((byte)padding, padding)];
        var wrapped = Wrap(kek, padded);
        CryptographicOperations.ZeroMemory(padded);
        return [.. Number(share), (byte)wrapped.Length, .. wrapped];
    }

    private static (byte[] Share, byte[] Secret) Agree(ReadOnlySpan<byte> theirs, Func<int, byte[]> random)
    {
        var mine = random(32);
        using var ephemeral = Key.Import(KeyAgreementAlgorithm.X25519, mine, KeyBlobFormat.RawPrivateKey);
        CryptographicOperations.ZeroMemory(mine);
        using var shared = X25519.Agree(ephemeral, theirs) ?? throw new ArgumentException("the recipient's point is of low order", nameof(theirs));
        return (ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey), shared.Export(SharedSecretBlobFormat.RawSharedSecret));
    }

    /// <summary>AES key wrap (RFC 3394). Clears the wrapping key.</summary>
    private static byte[] Wrap(byte[] kek, byte[] plain)
    {
        var engine = new AesWrapEngine();
        engine.Init(true, new KeyParameter(kek));
        CryptographicOperations.ZeroMemory(kek);
        return engine.Wrap(plain, 0, plain.Length);
    }

    /// <summary>A number: its bits in two octets, then its bytes without leading zeros (RFC 9580, 3.2).</summary>
    private static byte[] Number(byte[] bytes)
    {
        var trimmed = bytes.AsSpan().TrimStart((byte)0);
        var bits = trimmed.Length * 8 - byte.LeadingZeroCount(trimmed[0]);
        return [(byte)(bits >> 8), (byte)bits, .. trimmed];
    }
}
