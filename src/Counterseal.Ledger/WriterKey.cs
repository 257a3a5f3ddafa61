using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Counterseal.Ledger;

/// <summary>A writer's secret for tags: the n-th leaf of a writer carries HMAC-SHA256(key, <c>counterseal/tag/v1\n</c> ‖ n as 8 bytes, big-endian).</summary>
public sealed class WriterKey
{
    private readonly byte[] key;

    /// <summary>A key of 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public WriterKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32)
            throw new ArgumentException($"a writer's key is 32 bytes, not {key.Length}", nameof(key));
        this.key = key.ToArray();
    }

    /// <summary>The tag of this writer's n-th leaf, n from 0.</summary>
    public byte[] Tag(long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        Span<byte> message = stackalloc byte[19 + 8];
        "counterseal/tag/v1\n"u8.CopyTo(message);
        BinaryPrimitives.WriteInt64BigEndian(message[19..], n);
        return HMACSHA256.HashData(key, message);
    }
}
