using System.Numerics;
using System.Security.Cryptography;

namespace Counterseal.Ledger;

/// <summary>The Merkle tree of RFC 6962 section 2 (RFC 9162 section 2.1) with SHA-256: hashes, proofs and their verification. Pure.</summary>
public static class Merkle
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashSize = 32;

    /// <summary>The root of no leaves: SHA-256 of nothing.</summary>
    public static byte[] EmptyRoot() => SHA256.HashData([]);

    /// <summary>SHA-256(0x00 ‖ data).</summary>
    /// <param name="data">The entry's bytes; up to 65,535 as C2SP tlog-tiles has it.</param>
    public static byte[] LeafHash(ReadOnlySpan<byte> data)
    {
        Span<byte> input = data.Length <= 255 ? stackalloc byte[256] : new byte[data.Length + 1];
        input[0] = 0x00;
        data.CopyTo(input[1..]);
        return SHA256.HashData(input[..(data.Length + 1)]);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * HashSize];
        input[0] = 0x01;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashSize)..]);
        return SHA256.HashData(input);
    }

    /// <summary>The hash of a complete subtree: 2^level leaves from leaf index·2^level on.</summary>
    public delegate byte[] Subtree(int level, long index);

    /// <summary>The root of a tree of <paramref name="size"/> leaves, from its complete subtrees.</summary>
    public static byte[] Root(long size, Subtree complete) => size == 0 ? EmptyRoot() : Range(0, size, complete);

    /// <summary>The inclusion proof of one leaf (RFC 6962, 2.1.1), leaf to root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below the size.</exception>
    public static IReadOnlyList<byte[]> InclusionProof(long index, long size, Subtree complete)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<byte[]>();
        for (var (from, to) = (0L, size); to - from > 1;)
        {
            var middle = from + Left(to - from);
            if (index < middle)
            {
                proof.Add(Range(middle, to, complete));
                to = middle;
            }
            else
            {
                proof.Add(Range(from, middle, complete));
                from = middle;
            }
        }
        proof.Reverse();
        return proof;
    }

    /// <summary>The consistency proof between two sizes (RFC 6962, 2.1.2); empty when they are equal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 ≤ first ≤ second.</exception>
    public static IReadOnlyList<byte[]> ConsistencyProof(long first, long second, Subtree complete)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        var proof = new List<byte[]>();
        var (from, to) = (0L, second);
        while (first != to)
        {
            var middle = from + Left(to - from);
            if (first <= middle)
            {
                proof.Add(Range(middle, to, complete));
                to = middle;
            }
            else
            {
                proof.Add(Range(from, middle, complete));
                from = middle;
            }
        }
        // The old tree's last subtree is not shown when it is the old tree itself: the verifier has that root.
        if (from != 0)
            proof.Add(Range(from, to, complete));
        proof.Reverse();
        return proof;
    }

    /// <summary>Verifies an inclusion proof (RFC 9162, 2.1.3.2).</summary>
    public static bool VerifyInclusion(long index, long size, byte[] leafHash, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size || leafHash.Length != HashSize || proof.Any(hash => hash.Length != HashSize))
            return false;
        var (node, last, hash) = (index, size - 1, leafHash);
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                Up(ref node, ref last);
            }
            else
                hash = NodeHash(hash, sibling);
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    /// <summary>
    /// Verifies a consistency proof (RFC 9162, 2.1.4.2). From the empty tree nothing can be shown, so a first size of zero is never verified.
    /// </summary>
    public static bool VerifyConsistency(long first, long second, byte[] firstRoot, byte[] secondRoot, IReadOnlyList<byte[]> proof)
    {
        if (first < 1 || first > second)
            return false;
        if (first == second)
            return proof.Count == 0 && firstRoot.AsSpan().SequenceEqual(secondRoot);
        if (proof.Count == 0 || firstRoot.Length != HashSize || proof.Any(hash => hash.Length != HashSize))
            return false;
        var (node, last) = (first - 1, second - 1);
        while ((node & 1) == 1)
        {
            node >>= 1;
            last >>= 1;
        }
        // When the first size is a power of two, its root is the seed, and the proof does not repeat it.
        var power = BitOperations.IsPow2(first);
        var (one, two) = power ? (firstRoot, firstRoot) : (proof[0], proof[0]);
        foreach (var sibling in power ? proof : proof.Skip(1))
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                one = NodeHash(sibling, one);
                two = NodeHash(sibling, two);
                Up(ref node, ref last);
            }
            else
                two = NodeHash(two, sibling);
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && one.AsSpan().SequenceEqual(firstRoot) && two.AsSpan().SequenceEqual(secondRoot);
    }

    /// <summary>Climbs past the levels at which a last node has no right sibling.</summary>
    private static void Up(ref long node, ref long last)
    {
        while ((node & 1) == 0 && node != 0)
        {
            node >>= 1;
            last >>= 1;
        }
    }

    /// <summary>MTH(D[from:to]) of RFC 6962; the start is always a multiple of the power of two that covers the range.</summary>
    private static byte[] Range(long from, long to, Subtree complete)
    {
        var count = to - from;
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.Log2((ulong)count);
            return complete(level, from >> level);
        }
        var middle = from + Left(count);
        return NodeHash(Range(from, middle, complete), Range(middle, to, complete));
    }

    /// <summary>The largest power of two below <paramref name="count"/>, which is at least two.</summary>
    private static long Left(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
