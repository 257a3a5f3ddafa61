using System.Security.Cryptography;

namespace Counterseal.Ledger;

/// <summary>
/// The salted commitment to an event's canonical bytes: HMAC-SHA256 keyed with 32 random bytes over
/// <c>counterseal/event/v1\n</c> and the bytes. Hiding while the salt is secret; binding because SHA-256 is collision resistant.
/// </summary>
public static class Commitment
{
    /// <summary>Length of a salt in bytes.</summary>
    public const int SaltSize = 32;

    /// <summary>The commitment, 32 bytes.</summary>
    /// <exception cref="ArgumentException">The salt is not 32 bytes long.</exception>
    public static byte[] Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> canonical)
    {
        if (salt.Length != SaltSize)
            throw new ArgumentException($"a salt is 32 bytes, not {salt.Length}", nameof(salt));
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, salt);
        mac.AppendData("counterseal/event/v1\n"u8);
        mac.AppendData(canonical);
        return mac.GetHashAndReset();
    }
}
