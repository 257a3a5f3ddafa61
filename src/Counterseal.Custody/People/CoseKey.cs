using System.Formats.Cbor;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>The public key of a passkey, read from its COSE_Key (RFC 9052, 9053, 8230) in the one encoding that CTAP2 allows: ES256, EdDSA with Ed25519, RS256.</summary>
public sealed class CoseKey
{
    /// <summary>ECDSA with P-256 and SHA-256, signatures in DER (COSE −7).</summary>
    public const int Es256 = -7;
    /// <summary>EdDSA with Ed25519 (COSE −8).</summary>
    public const int EdDsa = -8;
    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (COSE −257).</summary>
    public const int Rs256 = -257;

    private const int Limit = 1024;

    private readonly byte[] first;
    private readonly byte[] second;

    private CoseKey(int algorithm, byte[] first, byte[] second, byte[] bytes) => (Algorithm, this.first, this.second, Bytes) = (algorithm, first, second, bytes);

    /// <summary>The COSE number of its algorithm.</summary>
    public int Algorithm { get; }
    /// <summary>The COSE_Key as it came.</summary>
    public byte[] Bytes { get; }

    /// <summary>Reads one key that stands at the beginning of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The key; other bytes may follow.</param>
    /// <param name="length">How many bytes the key takes.</param>
    /// <exception cref="FormatException">Not a key of the three kinds, or not one that can be used: another curve, a point beside the curve, an RSA key under 2048 or over 4096 bits.</exception>
    public static CoseKey Read(ReadOnlyMemory<byte> bytes, out int length)
    {
        try
        {
            var reader = new CborReader(bytes[..Math.Min(bytes.Length, Limit)], CborConformanceMode.Ctap2Canonical, allowMultipleRootLevelValues: true);
            var before = reader.BytesRemaining;
            var members = Members(reader);
            length = before - reader.BytesRemaining;
            var key = (Number(members, 1), Number(members, 3)) switch
            {
                (2, Es256) when Number(members, -1) == 1 => new CoseKey(Es256, Bytes32(members, -2), Bytes32(members, -3), bytes[..length].ToArray()),
                (1, EdDsa) when Number(members, -1) == 6 => new CoseKey(EdDsa, Bytes32(members, -2), [], bytes[..length].ToArray()),
                (3, Rs256) => new CoseKey(Rs256, Some(members, -1), Some(members, -2), bytes[..length].ToArray()),
                _ => throw new FormatException("the key is neither ES256 on P-256, nor EdDSA with Ed25519, nor RS256"),
            };
            if (members.Count != (key.Algorithm == Es256 ? 5 : 4))
                throw new FormatException("the key has a member that it does not need");
            key.EnsureUsable();
            return key;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or CryptographicException)
        {
            throw new FormatException("not a COSE key in canonical CBOR", e);
        }
    }

    /// <summary>Whether the signature is this key's over the data. A signature of any other shape is none.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        switch (Algorithm)
        {
            case EdDsa:
                return signature.Length == 64
                    && NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, first, KeyBlobFormat.RawPublicKey, out var key)
                    && SignatureAlgorithm.Ed25519.Verify(key!, data, signature);
            case Es256:
                using (var ecdsa = Ecdsa())
                    return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            default:
                using (var rsa = Rsa())
                    return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
    }

    /// <summary>Equal when the key's numbers are; the encoding has one spelling.</summary>
    public bool SameAs(CoseKey other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

    private void EnsureUsable()
    {
        switch (Algorithm)
        {
            case EdDsa:
                if (!NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, first, KeyBlobFormat.RawPublicKey, out _))
                    throw new FormatException("not an Ed25519 public key");
                break;
            case Es256:
                Ecdsa().Dispose();
                break;
            default:
                if (first.Length is < 256 or > 512 || first[0] < 0x80 || (first[^1] & 1) == 0 || !second.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[1, 0, 1]))
                    throw new FormatException("an RSA key has from 2048 to 4096 bits and the exponent 65537");
                Rsa().Dispose();
                break;
        }
    }

    private ECDsa Ecdsa() => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = first, Y = second } });

    private RSA Rsa() => RSA.Create(new RSAParameters { Modulus = first, Exponent = second });

    private static Dictionary<long, object> Members(CborReader reader)
    {
        var members = new Dictionary<long, object>();
        var count = reader.ReadStartMap();
        if (count is null or > 8)
            throw new FormatException("a COSE key has at most 8 members");
        for (var i = 0; i < count; i++)
        {
            var label = reader.ReadInt64();
            members[label] = reader.PeekState() == CborReaderState.ByteString ? reader.ReadByteString() : reader.ReadInt64();
        }
        reader.ReadEndMap();
        return members;
    }

    private static long? Number(Dictionary<long, object> members, long label) => members.TryGetValue(label, out var value) && value is long number ? number : null;

    private static byte[] Some(Dictionary<long, object> members, long label) => members.TryGetValue(label, out var value) && value is byte[] bytes
        ? bytes
        : throw new FormatException($"the key lacks its member {label}");

    private static byte[] Bytes32(Dictionary<long, object> members, long label) => Some(members, label) is { Length: 32 } bytes ? bytes : throw new FormatException("a coordinate has 32 bytes");
}
