namespace Counterseal.Ledger;

/// <summary>A tree of a known size as its tiles: every complete subtree is inside one tile.</summary>
/// <param name="size">Leaves.</param>
/// <param name="read">The bytes of a tile of this size's tree.</param>
internal sealed class TileTree(long size, Func<Tile, byte[]> read)
{
    /// <summary>The root, from the tiles of the right edge.</summary>
    public byte[] Root() => Merkle.Root(size, Subtree);

    /// <summary>See <see cref="Merkle.InclusionProof"/>.</summary>
    public IReadOnlyList<byte[]> InclusionProof(long index) => Merkle.InclusionProof(index, size, Subtree);

    /// <summary>See <see cref="Merkle.ConsistencyProof"/>.</summary>
    public IReadOnlyList<byte[]> ConsistencyProof(long first) => Merkle.ConsistencyProof(first, size, Subtree);

    /// <summary>The hash of complete subtrees of up to 256 hashes, side by side in a tile.</summary>
    /// <param name="hashes">A power of two of them.</param>
    public static byte[] Fold(ReadOnlySpan<byte> hashes)
    {
        if (hashes.Length == Merkle.HashSize)
            return hashes.ToArray();
        var half = hashes.Length / 2;
        return Merkle.NodeHash(Fold(hashes[..half]), Fold(hashes[half..]));
    }

    private byte[] Subtree(int level, long index)
    {
        var (tileLevel, inTile) = (level / 8, level % 8);
        var first = index << inTile;
        var tileIndex = first / Tile.FullWidth;
        var width = (int)Math.Min(Tile.FullWidth, Tile.At(tileLevel, size) - tileIndex * Tile.FullWidth);
        var tile = read(new Tile(tileLevel, tileIndex, width));
        return Fold(tile.AsSpan((int)(first % Tile.FullWidth) * Merkle.HashSize, (1 << inTile) * Merkle.HashSize));
    }
}
