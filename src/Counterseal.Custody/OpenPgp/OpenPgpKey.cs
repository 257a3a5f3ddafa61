using System.Buffers.Binary;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>A public key packet (RFC 9580, 5.5): a primary key or a subkey.</summary>
/// <param name="Version">4 or 6.</param>
/// <param name="Created">When it was made, UTC.</param>
/// <param name="Algorithm">The algorithm's number (RFC 9580, 9.1).</param>
/// <param name="Material">The algorithm's own fields.</param>
/// <param name="Body">The packet's body, which fingerprints and signatures are over.</param>
internal sealed record OpenPgpKey(int Version, DateTimeOffset Created, int Algorithm, byte[] Material, byte[] Body)
{
    public const int Rsa = 1;
    public const int Ecdh = 18;
    public const int Ecdsa = 19;
    public const int EdDsaLegacy = 22;
    public const int X25519Algorithm = 25;
    public const int Ed25519Algorithm = 27;
    private const int ShortestRsa = 2048;

    /// <summary>The curve of X25519 in version 4 keys, 1.3.6.1.4.1.3029.1.5.1.</summary>
    public static ReadOnlySpan<byte> Curve25519 => [0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5, 1];
    private static ReadOnlySpan<byte> Ed25519Curve => [0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1];

    /// <summary>Reads the body of a packet.</summary>
    /// <exception cref="FormatException">Not a key of version 4 or 6.</exception>
    public static OpenPgpKey Read(byte[] body)
    {
        var reader = new OpenPgpReader(body);
        var version = reader.Byte();
        if (version is not (4 or 6))
            throw new FormatException($"a key of version {version}; 4 and 6 are read");
        var created = DateTimeOffset.FromUnixTimeSeconds(reader.Long());
        var algorithm = reader.Byte();
        var material = version == 6 ? reader.Take(reader.Count()).ToArray() : reader.Rest().ToArray();
        return reader.Left == 0 ? new OpenPgpKey(version, created, algorithm, material, body) : throw new FormatException("a key goes on after its end");
    }

    /// <summary>The fingerprint (RFC 9580, 5.5.4): 20 bytes of SHA-1 for version 4, 32 of SHA-256 for version 6.</summary>
#pragma warning disable CA5350 // Version 4 has no other fingerprint; two people compare it, and the whole key is what they sign.
    public byte[] Fingerprint => Version == 4 ? SHA1.HashData(Hashed()) : SHA256.HashData(Hashed());
#pragma warning restore CA5350

    /// <summary>The key as fingerprints and signatures hash it.</summary>
    public byte[] Hashed()
    {
        byte[] prefix = Version == 4 ? [0x99, 0, 0] : [0x9b, 0, 0, 0, 0];
        if (Version == 4)
            BinaryPrimitives.WriteUInt16BigEndian(prefix.AsSpan(1), (ushort)Body.Length);
        else
            BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)Body.Length);
        return [.. prefix, .. Body];
    }

    /// <summary>The eight bytes by which old packets name it.</summary>
    public byte[] Id => Version == 4 ? Fingerprint[12..] : Fingerprint[..8];

    /// <summary>Whether this primary key made a signature over a digest; false also for algorithms that are not read.</summary>
    public bool HasSigned(ReadOnlySpan<byte> digest, HashAlgorithmName hash, ReadOnlySpan<byte> signature)
    {
        var fields = new OpenPgpReader(signature);
        switch (Algorithm)
        {
            case Rsa:
                using (var rsa = RsaKey())
                    return rsa.VerifyHash(digest, Padded(fields.Number(), rsa.KeySize / 8), hash, RSASignaturePadding.Pkcs1);
            case Ecdsa:
                using (var ecdsa = ECDsa.Create(Point().Parameters))
                    return ecdsa.VerifyHash(digest, [.. Padded(fields.Number(), (ecdsa.KeySize + 7) / 8), .. Padded(fields.Number(), (ecdsa.KeySize + 7) / 8)], DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            case EdDsaLegacy:
                var legacy = new OpenPgpReader(Material);
                return legacy.Take(legacy.Byte()).SequenceEqual(Ed25519Curve) && legacy.Number() is [0x40, .. { Length: 32 } key]
                    && Ed25519(key, digest, [.. Padded(fields.Number(), 32), .. Padded(fields.Number(), 32)]);
            case Ed25519Algorithm:
                return Ed25519(Material, digest, fields.Take(64));
            default:
                return false;
        }
    }

    /// <summary>What is wrong with it as a key that session keys are encrypted to; <c>null</c> when nothing is.</summary>
    public string? EncryptionFault()
    {
        try
        {
            switch (Algorithm)
            {
                case Rsa:
                    using (var rsa = RsaKey())
                        return rsa.KeySize < ShortestRsa ? $"RSA of {rsa.KeySize} bits; at least {ShortestRsa} are asked for" : null;
                case Ecdh:
                    var (point, parameters) = Point();
                    _ = KeyDerivation();
                    if (point.Length > 0)
                        return point[0] == 0x40 ? X25519.Fault(point.AsSpan(1)) : "its point is not in the form that Curve25519 has";
                    ECDiffieHellman.Create(parameters).Dispose();
                    return null;
                case X25519Algorithm:
                    return X25519.Fault(Material);
                default:
                    return $"algorithm {Algorithm} is not one that packages are encrypted with (RSA; ECDH on Curve25519 and NIST's curves; X25519)";
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException or PlatformNotSupportedException)
        {
            return $"it cannot be read: {e.Message}";
        }
    }

    /// <summary>The RSA key.</summary>
    public RSA RsaKey()
    {
        var fields = new OpenPgpReader(Material);
        return RSA.Create(new RSAParameters { Modulus = fields.Number().ToArray(), Exponent = fields.Number().ToArray() });
    }

    /// <summary>The point of a key on a curve: its bytes for Curve25519, parameters for NIST's curves.</summary>
    /// <exception cref="FormatException">Another curve, or not an uncompressed point.</exception>
    public (byte[] Curve25519Point, ECParameters Parameters) Point()
    {
        var fields = new OpenPgpReader(Material);
        var oid = fields.Take(fields.Byte());
        var point = fields.Number();
        if (oid.SequenceEqual(Curve25519))
            return (point.Length == 33 ? point.ToArray() : throw new FormatException("a point of Curve25519 has 33 bytes"), default);
        var (curve, size) = oid switch
        {
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7] => (ECCurve.NamedCurves.nistP256, 32),
            [0x2b, 0x81, 4, 0, 0x22] => (ECCurve.NamedCurves.nistP384, 48),
            [0x2b, 0x81, 4, 0, 0x23] => (ECCurve.NamedCurves.nistP521, 66),
            _ => throw new FormatException("a curve that is not read (Curve25519, P-256, P-384 and P-521 are)"),
        };
        return point.Length == 1 + 2 * size && point[0] == 4
            ? ([], new ECParameters { Curve = curve, Q = new ECPoint { X = point[1..(1 + size)].ToArray(), Y = point[(1 + size)..].ToArray() } })
            : throw new FormatException("not an uncompressed point of its curve");
    }

    /// <summary>The curve's OID with its length, then how an ECDH key's wrapping key is derived (RFC 9580, 11.5).</summary>
    public (byte[] Oid, HashAlgorithmName Hash, byte HashId, int KekLength, byte KekId) KeyDerivation()
    {
        var fields = new OpenPgpReader(Material);
        var oid = fields.Take(fields.Byte()).ToArray();
        fields.Number();
        if (fields.Take(2) is not [3, 1])
            throw new FormatException("the key derivation parameters are not those of RFC 9580");
        var (hash, kek) = (fields.Byte(), fields.Byte());
        if (fields.Left > 0)
            throw new FormatException("an ECDH key goes on after its end");
        return ([(byte)oid.Length, .. oid],
            OpenPgpSignature.HashOf(hash) ?? throw new FormatException($"hash {hash} is too weak, or not known"), hash,
            kek switch { 7 => 16, 8 => 24, 9 => 32, _ => throw new FormatException($"cipher {kek} does not wrap keys here") }, kek);
    }

    private static bool Ed25519(ReadOnlySpan<byte> key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, key, KeyBlobFormat.RawPublicKey, out var known) && known is not null
        && SignatureAlgorithm.Ed25519.Verify(known, digest, signature);

    private static byte[] Padded(ReadOnlySpan<byte> number, int size)
    {
        if (number.Length > size)
            throw new FormatException("a signature's number is longer than the key's");
        var padded = new byte[size];
        number.CopyTo(padded.AsSpan(size - number.Length));
        return padded;
    }
}
