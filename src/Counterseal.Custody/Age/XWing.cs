using System.Security.Cryptography;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;

namespace Counterseal.Custody;

/// <summary>
/// The hybrid KEM X-Wing (draft-connolly-cfrg-xwing-kem; HPKE's MLKEM768-X25519): ML-KEM-768 (FIPS 203) and X25519, so that whoever wants the secret must break both.
/// </summary>
internal static class XWing
{
    /// <summary>Bytes of the secret seed.</summary>
    public const int SeedSize = 32;
    /// <summary>Bytes of a public key: ML-KEM-768's encapsulation key, then X25519's.</summary>
    public const int PublicKeySize = LatticeKeySize + CurveSize;
    /// <summary>Bytes of an encapsulated key: ML-KEM-768's ciphertext, then the X25519 share.</summary>
    public const int CiphertextSize = LatticeCiphertextSize + CurveSize;
    private const int LatticeKeySize = 1184;
    private const int LatticeCiphertextSize = 1088;
    private const int CurveSize = 32;
    private const int Modulus = 3329;
    private const int Coefficients = 3 * 256;

    /// <summary>The public key of a seed.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> seed)
    {
        var (lattice, curve) = Expand(seed);
        using (curve)
            return [.. lattice.GetPublicKeyEncoded(), .. curve.PublicKey.Export(KeyBlobFormat.RawPublicKey)];
    }

    /// <summary>What is wrong with a public key, or <c>null</c> (FIPS 203, 7.2: each coefficient is below the modulus; the curve's point is not of low order).</summary>
    public static string? Fault(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeySize)
            return $"the key is {publicKey.Length} bytes long, not {PublicKeySize}";
        for (var i = 0; i < Coefficients; i += 2)
        {
            var three = publicKey.Slice(i / 2 * 3, 3);
            if ((three[0] | (three[1] & 15) << 8) >= Modulus || (three[1] >> 4 | three[2] << 4) >= Modulus)
                return "its ML-KEM-768 half is no encapsulation key: a coefficient is not below the modulus";
        }
        return X25519.Fault(publicKey[LatticeKeySize..]);
    }

    /// <summary>A fresh shared secret of 32 bytes and what carries it to the holder of the seed.</summary>
    /// <param name="publicKey">One in which <see cref="Fault"/> finds nothing.</param>
    /// <param name="random">Gives so many random bytes; asked twice for 32.</param>
    public static (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey, Func<int, byte[]> random)
    {
        var encapsulator = new MLKemEncapsulator(MLKemParameters.ml_kem_768);
        encapsulator.Init(new ParametersWithRandom(
            MLKemPublicKeyParameters.FromEncoding(MLKemParameters.ml_kem_768, publicKey[..LatticeKeySize].ToArray()), new SecureRandom(new Given(random))));
        var ciphertext = new byte[CiphertextSize];
        Span<byte> lattice = stackalloc byte[32];
        encapsulator.Encapsulate(ciphertext.AsSpan(0, LatticeCiphertextSize), lattice);
        var secret = random(CurveSize);
        using var ephemeral = Key.Import(KeyAgreementAlgorithm.X25519, secret, KeyBlobFormat.RawPrivateKey);
        CryptographicOperations.ZeroMemory(secret);
        ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey).CopyTo(ciphertext.AsSpan(LatticeCiphertextSize));
        return (Combine(lattice, ephemeral, publicKey[LatticeKeySize..], ciphertext.AsSpan(LatticeCiphertextSize), publicKey[LatticeKeySize..])
            ?? throw new ArgumentException("the curve's point is of low order", nameof(publicKey)), ciphertext);
    }

    /// <summary>The shared secret, or null where the share is a point of low order. A ciphertext made for another key gives a secret that opens nothing.</summary>
    public static byte[]? Decapsulate(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> ciphertext)
    {
        var (key, curve) = Expand(seed);
        using (curve)
        {
            var decapsulator = new MLKemDecapsulator(MLKemParameters.ml_kem_768);
            decapsulator.Init(key);
            Span<byte> lattice = stackalloc byte[32];
            decapsulator.Decapsulate(ciphertext[..LatticeCiphertextSize], lattice);
            var share = ciphertext[LatticeCiphertextSize..];
            return Combine(lattice, curve, share, share, curve.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        }
    }

    /// <summary>SHA3-256(ML-KEM's secret ‖ X25519's ‖ share ‖ public key ‖ the draft's label). Clears <paramref name="lattice"/>.</summary>
    private static byte[]? Combine(Span<byte> lattice, Key mine, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> share, ReadOnlySpan<byte> publicKey)
    {
        using var agreed = X25519.Agree(mine, theirs);
        if (agreed is null)
            return null;
        var curve = agreed.Export(SharedSecretBlobFormat.RawSharedSecret);
        byte[] input = [.. lattice, .. curve, .. share, .. publicKey, .. @"\.//^\"u8];
        var secret = SHA3_256.HashData(input);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(curve);
        CryptographicOperations.ZeroMemory(lattice);
        return secret;
    }

    private static (MLKemPrivateKeyParameters Lattice, Key Curve) Expand(ReadOnlySpan<byte> seed)
    {
        var expanded = Shake256.HashData(seed, 96);
        var lattice = expanded[..64];
        try
        {
            return (MLKemPrivateKeyParameters.FromSeed(MLKemParameters.ml_kem_768, lattice),
                Key.Import(KeyAgreementAlgorithm.X25519, expanded.AsSpan(64), KeyBlobFormat.RawPrivateKey));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(expanded);
            CryptographicOperations.ZeroMemory(lattice);
        }
    }

    /// <summary>Random bytes from where the caller says.</summary>
    private sealed class Given(Func<int, byte[]> random) : IRandomGenerator
    {
        public void AddSeedMaterial(byte[] seed) => throw new NotSupportedException();
        public void AddSeedMaterial(ReadOnlySpan<byte> seed) => throw new NotSupportedException();
        public void AddSeedMaterial(long seed) => throw new NotSupportedException();
        public void NextBytes(byte[] bytes) => NextBytes(bytes.AsSpan());
        public void NextBytes(byte[] bytes, int start, int len) => NextBytes(bytes.AsSpan(start, len));
        public void NextBytes(Span<byte> bytes) => random(bytes.Length).CopyTo(bytes);
    }
}
