using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>X25519 (RFC 7748) and the key wrap that age builds on it (C2SP age, "X25519 recipient stanza").</summary>
internal static class X25519
{
    private static readonly byte[] Info = "age-encryption.org/v1/X25519"u8.ToArray();

    /// <summary>The shared secret, or null where it would be all zero (a point of low order).</summary>
    public static SharedSecret? Agree(Key mine, ReadOnlySpan<byte> theirs) =>
        PublicKey.TryImport(KeyAgreementAlgorithm.X25519, theirs, KeyBlobFormat.RawPublicKey, out var key) && key is not null
            ? KeyAgreementAlgorithm.X25519.Agree(mine, key, new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving })
            : null;

    /// <summary>What is wrong with a public key, or <c>null</c>.</summary>
    public static string? Fault(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != 32)
            return $"the key is {publicKey.Length} bytes long, not 32";
        using var probe = Key.Create(KeyAgreementAlgorithm.X25519);
        using var secret = Agree(probe, publicKey);
        return secret is null ? "the point is of low order, anyone could open what is encrypted to it" : null;
    }

    /// <summary>The key that wraps the file key: HKDF-SHA256(shared secret, share ‖ recipient, info).</summary>
    public static byte[] WrapKey(SharedSecret secret, ReadOnlySpan<byte> share, ReadOnlySpan<byte> recipient) =>
        KeyDerivationAlgorithm.HkdfSha256.DeriveBytes(secret, [.. share, .. recipient], Info, 32);
}
