using System.Security.Cryptography;
using System.Text.Json;

namespace Counterseal.Ledger.Tests;

public class MerkleTests
{
    [Fact]
    public void All_98_published_inclusion_cases_come_out_as_they_say()
    {
        var count = 0;
        foreach (var (name, json) in Cases("inclusion"))
        {
            var verified = Merkle.VerifyInclusion((long)json.GetProperty("leafIdx").GetUInt64(), (long)json.GetProperty("treeSize").GetUInt64(),
                json.GetProperty("leafHash").GetBytesFromBase64(), Proof(json), json.GetProperty("root").GetBytesFromBase64());
            Assert.True(verified != json.GetProperty("wantErr").GetBoolean(), name);
            count++;
        }
        Assert.Equal(98, count);
    }

    [Fact]
    public void All_98_published_consistency_cases_come_out_as_they_say()
    {
        var count = 0;
        foreach (var (name, json) in Cases("consistency"))
        {
            var verified = Merkle.VerifyConsistency((long)json.GetProperty("size1").GetUInt64(), (long)json.GetProperty("size2").GetUInt64(),
                json.GetProperty("root1").GetBytesFromBase64(), json.GetProperty("root2").GetBytesFromBase64(), Proof(json));
            Assert.True(verified != json.GetProperty("wantErr").GetBoolean(), name);
            count++;
        }
        Assert.Equal(98, count);
    }

    [Fact]
    public void Every_proof_of_every_small_tree_verifies_and_agrees_with_the_plain_definition()
    {
        const int max = 70;
        var tree = new NaiveTree(max);
        for (var size = 1; size <= max; size++)
        {
            Assert.Equal(tree.Root(0, size), Merkle.Root(size, tree.Complete));
            for (var index = 0; index < size; index++)
            {
                var proof = Merkle.InclusionProof(index, size, tree.Complete);
                Assert.Equal(tree.Path(index, 0, size), proof);
                Assert.True(Merkle.VerifyInclusion(index, size, tree.Leaf(index), proof, tree.Root(0, size)));
                Assert.False(Merkle.VerifyInclusion(index, size, tree.Leaf((index + 1) % max), proof, tree.Root(0, size)));
            }
            for (var first = 1; first <= size; first++)
            {
                var proof = Merkle.ConsistencyProof(first, size, tree.Complete);
                Assert.Equal(tree.SubProof(first, 0, size, whole: true), proof);
                Assert.True(Merkle.VerifyConsistency(first, size, tree.Root(0, first), tree.Root(0, size), proof));
                if (first < size)
                    Assert.False(Merkle.VerifyConsistency(first, size, tree.Root(0, size), tree.Root(0, size), proof));
            }
        }
    }

    [Fact]
    public void The_empty_tree_has_the_hash_of_nothing_and_is_consistent_with_nothing()
    {
        Assert.Equal(SHA256.HashData([]), Merkle.Root(0, (_, _) => throw new InvalidOperationException()));
        Assert.False(Merkle.VerifyConsistency(0, 0, Merkle.EmptyRoot(), Merkle.EmptyRoot(), []));
    }

    [Fact]
    public void The_hash_of_a_leaf_of_any_length_has_its_prefix()
    {
        foreach (var length in new[] { 0, 1, 64, 254, 255, 256, 65_535 })
        {
            var data = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(SHA256.HashData([0, .. data]), Merkle.LeafHash(data));
        }
    }

    private static List<byte[]> Proof(JsonElement json) =>
        json.GetProperty("proof") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(hash => hash.GetBytesFromBase64())] : [];

    private static IEnumerable<(string, JsonElement)> Cases(string kind)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Place.Shared("vectors/merkle"), kind), "*.json", SearchOption.AllDirectories))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            yield return (file, document.RootElement);
        }
    }
}

/// <summary>RFC 6962, section 2, word for word and without any cleverness: what the log is held against.</summary>
internal sealed class NaiveTree(int size)
{
    private readonly byte[][] data = [.. Enumerable.Range(0, size).Select(i => SHA512.HashData(BitConverter.GetBytes(i)))];
    private readonly Dictionary<(int, int), byte[]> known = [];

    public byte[] Data(int index) => data[index];
    public byte[] Leaf(int index) => SHA256.HashData([0, .. data[index]]);
    public byte[] Complete(int level, long index) => Root((int)(index << level), (int)((index + 1) << level));

    public byte[] Root(int from, int to)
    {
        if (from == to)
            return SHA256.HashData([]);
        if (to - from == 1)
            return Leaf(from);
        if (known.TryGetValue((from, to), out var hash))
            return hash;
        var k = from + Split(to - from);
        return known[(from, to)] = SHA256.HashData([1, .. Root(from, k), .. Root(k, to)]);
    }

    public List<byte[]> Path(int m, int from, int to)
    {
        if (to - from == 1)
            return [];
        var k = Split(to - from);
        return m < k ? [.. Path(m, from, from + k), Root(from + k, to)] : [.. Path(m - k, from + k, to), Root(from, from + k)];
    }

    public List<byte[]> SubProof(int m, int from, int to, bool whole)
    {
        var n = to - from;
        if (m == n)
            return whole ? [] : [Root(from, to)];
        var k = Split(n);
        return m <= k ? [.. SubProof(m, from, from + k, whole), Root(from + k, to)] : [.. SubProof(m - k, from + k, to, false), Root(from, from + k)];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }
}
