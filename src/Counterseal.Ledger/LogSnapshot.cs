namespace Counterseal.Ledger;

/// <summary>A log as of one signed checkpoint. Immutable: readers keep the one that they began with.</summary>
/// <param name="Checkpoint">Size and root.</param>
/// <param name="Signed">The signed checkpoint's bytes.</param>
/// <param name="Edge">For each level of tiles the hashes of its last tile while that is not full; else empty.</param>
/// <param name="Entries">The last entries tile while it is not full; else empty.</param>
internal sealed record LogSnapshot(Checkpoint Checkpoint, byte[] Signed, byte[][] Edge, byte[] Entries)
{
    /// <summary>The tree, its right edge from memory and the full tiles by <paramref name="readFull"/>.</summary>
    public TileTree Tree(Func<Tile, byte[]> readFull) => new(Checkpoint.Size, tile => tile.IsFull ? readFull(tile) : Edge[tile.Level]);

    /// <summary>The log with more leaves: the next right edge, its root, and every tile that is new.</summary>
    public Growth Grow(IEnumerable<Leaf> leaves)
    {
        var size = Checkpoint.Size;
        var entries = new List<byte>(Entries);
        var levels = Edge.Select(hashes => new List<byte>(hashes)).ToList();
        var tiles = new List<(Tile Tile, byte[] Bytes)>();
        foreach (var leaf in leaves)
        {
            entries.AddRange([0, Leaf.Size, .. leaf.Bytes]);
            var hash = Merkle.LeafHash(leaf.Bytes);
            size++;
            for (var level = 0; ; level++)
            {
                if (levels.Count == level)
                    levels.Add([]);
                levels[level].AddRange(hash);
                if (levels[level].Count < Tile.FullWidth * Merkle.HashSize)
                    break;
                var tile = new Tile(level, (size >> (8 * (level + 1))) - 1, Tile.FullWidth);
                byte[] full = [.. levels[level]];
                tiles.Add((tile, full));
                hash = TileTree.Fold(full);
                levels[level].Clear();
                if (level > 0)
                    continue;
                tiles.Add((tile with { Level = Tile.Entries }, [.. entries]));
                entries.Clear();
            }
        }
        void Partial(int level, List<byte> bytes, int before, int slot)
        {
            // At a level that got no hash since, the last checkpoint's tile still stands.
            var tile = new Tile(level, Tile.At(level, size) / Tile.FullWidth, bytes.Count / slot);
            if (tile.Width > 0 && !(bytes.Count == before && tile.IsIn(Checkpoint.Size)))
                tiles.Add((tile, [.. bytes]));
        }
        Partial(Tile.Entries, entries, Entries.Length, Tile.EntrySize);
        for (var level = 0; level < levels.Count; level++)
            Partial(level, levels[level], level < Edge.Length ? Edge[level].Length : 0, Merkle.HashSize);
        byte[][] edge = [.. levels.Select(level => level.ToArray())];
        var root = new TileTree(size, tile => edge[tile.Level]).Root();
        return new Growth(Checkpoint with { Size = size, Root = root }, edge, [.. entries], tiles);
    }

    /// <summary>What a log becomes: the checkpoint to sign, the right edge, and the tiles to write before it is signed.</summary>
    internal sealed record Growth(Checkpoint Checkpoint, byte[][] Edge, byte[] Entries, IReadOnlyList<(Tile Tile, byte[] Bytes)> Tiles);
}
