using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Tally;

/// <summary>
/// What a challenge is taken from: every part with its length as 4 bytes, big-endian, so that no two lists of parts have the same bytes. A challenge is SHA-512 of all
/// before it, modulo ℓ; it becomes a part itself, so that a second one differs.
/// </summary>
internal sealed class Transcript : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    /// <summary>Begins with the version and what the proof is about, e.g. <c>leaf</c>.</summary>
    public Transcript(string about)
    {
        Add(TallySchema.Version);
        Add(about);
    }

    public void Add(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }

    public void Add(string part) => Add(Encoding.UTF8.GetBytes(part));

    public void Add(Point point) => Add(point.Bytes);

    public void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        Add(bytes);
    }

    public Scalar Challenge()
    {
        Span<byte> wide = stackalloc byte[64];
        hash.GetCurrentHash(wide);
        var challenge = Scalar.Reduce(wide);
        Add(challenge.Bytes);
        return challenge;
    }

    /// <summary>SHA-512 of all so far.</summary>
    public byte[] Digest() => hash.GetCurrentHash();

    public void Dispose() => hash.Dispose();
}

/// <summary>
/// Nonces of one proof: HMAC-SHA-512 under a secret key over the whole statement, fresh randomness and a counter. A weak generator alone, or a repeated statement alone,
/// repeats no nonce.
/// </summary>
internal sealed class Nonces : IDisposable
{
    private readonly HMACSHA512 mac;
    private readonly byte[] input;

    public Nonces(ReadOnlySpan<byte> key, ReadOnlySpan<byte> statement)
    {
        mac = new HMACSHA512(key.ToArray());
        input = [.. SHA512.HashData(statement), .. RandomNumberGenerator.GetBytes(32), .. new byte[8]];
    }

    public Scalar Next()
    {
        var counter = input.AsSpan(input.Length - 8);
        BinaryPrimitives.WriteInt64BigEndian(counter, BinaryPrimitives.ReadInt64BigEndian(counter) + 1);
        return Scalar.Reduce(mac.ComputeHash(input));
    }

    public void Dispose()
    {
        mac.Dispose();
        CryptographicOperations.ZeroMemory(input);
    }
}
