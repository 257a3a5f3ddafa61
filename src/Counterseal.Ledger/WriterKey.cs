using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Counterseal.Ledger;

/// <summary>
/// A writer's secret for tags: the n-th leaf of a writer carries HMAC-SHA256(key, <c>counterseal/tag/v1\n</c> ‖ n as 8 bytes, big-endian). A key that was given up stays for
/// the leaves that it tagged; from its first n on, the next one tags.
/// </summary>
public sealed class WriterKey
{
    private const int Size = 32;
    private const int LaterSize = 8 + Size;
    private readonly byte[] bytes;

    /// <summary>A key, and those that came after it.</summary>
    /// <param name="key">32 bytes; then, for each later key, the n that it begins with (8 bytes, big-endian) and 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length, or the later keys are not in order.</exception>
    public WriterKey(ReadOnlySpan<byte> key)
    {
        if (!IsLength(key.Length))
            throw new ArgumentException($"a writer's key is {Size} bytes, and {LaterSize} more for each later one, not {key.Length}", nameof(key));
        bytes = key.ToArray();
        for (var at = Size; at < bytes.Length; at += LaterSize)
        {
            if (From(at) < (at == Size ? 0 : From(at - LaterSize)))
                throw new ArgumentException("the writer's later keys are not in order", nameof(key));
        }
    }

    /// <summary>Whether so many bytes can be a key with those after it.</summary>
    public static bool IsLength(int length) => length >= Size && (length - Size) % LaterSize == 0 && length <= Size + (1000 * LaterSize);

    /// <summary>The tag of this writer's n-th leaf, n from 0.</summary>
    public byte[] Tag(long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        var key = bytes.AsSpan(0, Size);
        for (var at = Size; at < bytes.Length && From(at) <= n; at += LaterSize)
            key = bytes.AsSpan(at + 8, Size);
        Span<byte> message = stackalloc byte[19 + 8];
        "counterseal/tag/v1\n"u8.CopyTo(message);
        BinaryPrimitives.WriteInt64BigEndian(message[19..], n);
        return HMACSHA256.HashData(key, message);
    }

    /// <summary>The bytes of this key with a new one that tags from leaf n on.</summary>
    /// <exception cref="ArgumentException">There is a key already that begins later.</exception>
    public byte[] Next(long n)
    {
        Span<byte> later = stackalloc byte[LaterSize];
        BinaryPrimitives.WriteInt64BigEndian(later, n);
        RandomNumberGenerator.Fill(later[8..]);
        byte[] next = [.. bytes, .. later];
        _ = new WriterKey(next);
        return next;
    }

    private long From(int at) => BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at, 8));
}
