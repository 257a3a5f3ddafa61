using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Ledger.Tests;

public sealed class TlogProofTests : IDisposable
{
    private readonly NoteSigner log = NoteSigner.Generate("ledger.example");
    private readonly Leaf[] leaves = [.. Enumerable.Range(0, 21).Select(i => new Leaf(SHA256.HashData([1, (byte)i]), SHA256.HashData([2, (byte)i])))];

    public void Dispose() => log.Dispose();

    private byte[] Complete(int level, long index) =>
        level == 0 ? Merkle.LeafHash(leaves[index].Bytes) : Merkle.NodeHash(Complete(level - 1, index * 2), Complete(level - 1, index * 2 + 1));

    private TlogProof Proof(int index) => new(index, Merkle.InclusionProof(index, leaves.Length, Complete),
        new Checkpoint(log.Name, leaves.Length, Merkle.Root(leaves.Length, Complete)).Sign(log));

    [Fact]
    public void A_proof_reads_back_and_verifies_its_leaf_and_no_other()
    {
        for (var i = 0; i < leaves.Length; i++)
        {
            var text = Proof(i).Text();
            var read = TlogProof.Parse(text);
            Assert.Equal(text, read.Text());
            Assert.Equal(leaves.Length, read.Verify(leaves[i], log.Verifier).Size);
            Assert.Throws<FormatException>(() => read.Verify(leaves[(i + 1) % leaves.Length], log.Verifier));
        }
    }

    [Fact]
    public void A_bit_flipped_anywhere_in_a_proof_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Proof(13).Text());
        for (var i = 0; i < bytes.Length; i++)
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[i] ^= (byte)(1 << bit);
                Assert.Throws<FormatException>(() => TlogProof.Parse(Encoding.UTF8.GetString(changed)).Verify(leaves[13], log.Verifier));
            }
    }

    [Fact]
    public void Anything_more_or_less_is_refused()
    {
        var text = Proof(13).Text();
        for (var length = 0; length < text.Length; length++)
            Assert.Throws<FormatException>(() => TlogProof.Parse(text[..length]));
        foreach (var more in new[] { text + "\n", "\n" + text, text.Replace("index", "extra AAAA\nindex", StringComparison.Ordinal), text.Replace("index 13", "index 013", StringComparison.Ordinal), text.Replace("\n", "\r\n", StringComparison.Ordinal) })
            Assert.Throws<FormatException>(() => TlogProof.Parse(more));
        var long64 = new TlogProof(0, [.. Enumerable.Repeat(new byte[32], 64)], Proof(0).Checkpoint).Text();
        Assert.Equal("line 66: more than 63 hashes", Assert.Throws<FormatException>(() => TlogProof.Parse(long64)).Message);
        Assert.Throws<FormatException>(() => TlogProof.Parse(new string('x', TlogProof.MaxSize + 1)));
    }

    [Fact]
    public void A_checkpoint_of_another_log_or_key_is_refused()
    {
        var proof = Proof(4);
        using var sameName = NoteSigner.Generate(log.Name);
        using var otherName = NoteSigner.Generate("other.example");
        Assert.Contains("no signature by", Assert.Throws<FormatException>(() => proof.Verify(leaves[4], sameName.Verifier)).Message, StringComparison.Ordinal);
        Assert.Contains("not of other.example", Assert.Throws<FormatException>(() => proof.Verify(leaves[4], otherName.Verifier)).Message, StringComparison.Ordinal);
        var forged = SignedNote.Sign(new Checkpoint(log.Name, 9, new byte[32]).Text(), otherName).Bytes();
        Assert.Throws<FormatException>(() => Checkpoint.Open(forged, log.Verifier));
    }

    [Theory]
    [InlineData("ledger.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextension\n", "extension lines are refused")]
    [InlineData("ledger.example\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "line 2")]
    [InlineData("ledger.example\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "line 2")]
    [InlineData("ledger.example\n+1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "line 2")]
    [InlineData("ledger.example\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "line 2")]
    [InlineData("ledger.example\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "line 2")]
    [InlineData("ledger.example\n1\nAAAA\n", "line 3")]
    [InlineData("ledger.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", "line 3")]
    [InlineData("\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "line 1")]
    [InlineData("ledger.example\n1\n", "three lines")]
    public void A_malformed_checkpoint_is_refused_even_with_a_good_signature(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Checkpoint.Open(SignedNote.Sign(text, log).Bytes(), log.Verifier)).Message, StringComparison.Ordinal);
}
