using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody;

/// <summary>The little of HPKE (RFC 9180) that age needs: base mode, HKDF-SHA256, ChaCha20-Poly1305, one message under one encapsulated key.</summary>
internal static class Hpke
{
    private const ushort HkdfSha256 = 1;
    private const ushort ChaCha20Poly1305 = 3;

    /// <summary>Key and nonce of the one message (RFC 9180, 5.1, KeySchedule in mode_base).</summary>
    /// <param name="kem">The KEM's number at IANA.</param>
    /// <param name="sharedSecret">What the KEM gave.</param>
    /// <param name="info">What the message is for.</param>
    public static (byte[] Key, byte[] Nonce) Schedule(ushort kem, ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> info)
    {
        var suite = new byte[10];
        "HPKE"u8.CopyTo(suite);
        BinaryPrimitives.WriteUInt16BigEndian(suite.AsSpan(4), kem);
        BinaryPrimitives.WriteUInt16BigEndian(suite.AsSpan(6), HkdfSha256);
        BinaryPrimitives.WriteUInt16BigEndian(suite.AsSpan(8), ChaCha20Poly1305);
        byte[] context = [0, .. Extract(suite, [], "psk_id_hash", []), .. Extract(suite, [], "info_hash", info)];
        var secret = Extract(suite, sharedSecret, "secret", []);
        try
        {
            return (Expand(suite, secret, "key", context, 32), Expand(suite, secret, "base_nonce", context, 12));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static byte[] Extract(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, string label, ReadOnlySpan<byte> input)
    {
        var secret = new byte[32];
        HKDF.Extract(HashAlgorithmName.SHA256, [.. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. input], salt, secret);
        return secret;
    }

    private static byte[] Expand(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> secret, string label, ReadOnlySpan<byte> info, byte length)
    {
        var output = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, [0, length, .. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. info]);
        return output;
    }
}
