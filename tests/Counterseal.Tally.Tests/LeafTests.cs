namespace Counterseal.Tally.Tests;

public sealed class LeafTests
{
    private static readonly TallySchema Schema = MadeTally.Schema;

    private static LeafPlace Place(long index) => new("tally.test.example", index, 0);

    private static (LeafPlace, TallyLeaf) Leaf(long index, LeafSecret secret) => (Place(index), TallyLeaf.Read(Schema, LeafMaking.Make(Schema, Place(index), secret, MadeTally.Key)));

    [Fact]
    public void An_honest_leaf_of_each_kind_holds_at_its_place_and_at_no_other()
    {
        (LeafPlace, TallyLeaf)[] leaves =
        [
            Leaf(0, LeafSecret.Uncounted(Schema, LeafKind.Cover, "")),
            Leaf(1, LeafSecret.Uncounted(Schema, LeafKind.Received, "receipt 1")),
            Leaf(2, LeafSecret.Closed(Schema, ["IE", "comply"], 1)),
            Leaf(3, LeafSecret.Closed(Schema, ["national security", "national security"], 1)),
            Leaf(4, LeafSecret.Uncounted(Schema, LeafKind.Sealed, new string('a', 64))),
        ];
        Assert.Empty(TallyCheck.Faults(Schema, leaves, TestContext.Current.CancellationToken));
        foreach (var (place, leaf) in leaves)
        {
            Assert.Equal(TallyLeaf.SizeOf(Schema), leaf.Bytes.Length);
            foreach (var other in (LeafPlace[])[place with { Index = place.Index + 1 }, place with { Origin = "tally.other.example" }, place with { Period = 1 }])
                Assert.Single(TallyCheck.Faults(Schema, [(other, leaf)], TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void The_elements_of_all_cells_digits_and_blindings_differ()
    {
        var elements = Schema.Elements().Select(element => Convert.ToHexString(element.Bytes)).ToList();
        Assert.Equal(2 + 16 + (2 * 256) + (5 * 16), elements.Count);
        Assert.Equal(elements.Count, elements.Distinct().Count());
        Assert.DoesNotContain(new string('0', 64), elements);
        // A name that two tables share has an element in each.
        Assert.NotEqual(Convert.ToHexString(Schema.Cell(1, TallySchema.NotCounted).Bytes), Convert.ToHexString(Schema.Cell(2, TallySchema.NotCounted).Bytes));
    }

    [Fact]
    public void Two_leaves_of_one_thing_share_no_element_and_no_number()
    {
        var secret = LeafSecret.Closed(Schema, ["IE", "comply"], 1);
        byte[] first = LeafMaking.Make(Schema, Place(2), secret, MadeTally.Key), second = LeafMaking.Make(Schema, Place(2), secret, MadeTally.Key);
        // The commitments are the same, since secret and blindings are; everything of the proof is made anew.
        var commitments = 5 + (32 * (Schema.Tables.Count + 1));
        Assert.Equal(first[..commitments], second[..commitments]);
        Assert.Empty(first[commitments..].Chunk(32).Select(Convert.ToHexString).Intersect(second[commitments..].Chunk(32).Select(Convert.ToHexString)));
    }

    [Fact]
    public void Numbers_and_elements_have_one_encoding_each()
    {
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        Assert.False(Scalar.TryRead(order, out _));
        order[0]--;
        Assert.True(Scalar.TryRead(order, out var largest));
        Assert.True((largest + Scalar.One).Equals(Scalar.Zero));
        Assert.False(Point.TryRead(new byte[32], out _));
        // Not canonical by RFC 9496, A.3: an odd field element, and one that is not below p.
        Assert.False(Point.TryRead(Convert.FromHexString("0100000000000000000000000000000000000000000000000000000000000000"), out _));
        Assert.False(Point.TryRead(Convert.FromHexString("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), out _));
    }
}
