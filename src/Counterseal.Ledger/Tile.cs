using System.Globalization;

namespace Counterseal.Ledger;

/// <summary>
/// The coordinates of a tile of C2SP tlog-tiles (v0.1.0): a hash tile holds 256 hashes of one level of the tree (fewer at its right edge),
/// an entries tile the 256 leaves below a tile of level 0.
/// </summary>
/// <param name="Level">0 to 63; hashes of subtrees of 256^level leaves; or <see cref="Entries"/>.</param>
/// <param name="Index">Counts the tiles of a level from the left.</param>
/// <param name="Width">Hashes or leaves in it: 1 to 256; 256 is a full tile.</param>
public readonly record struct Tile(int Level, long Index, int Width)
{
    /// <summary>The level that stands for entries instead of hashes.</summary>
    public const int Entries = -1;

    /// <summary>Hashes of a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>Bytes of one leaf in an entries tile: its length, two bytes, big-endian, and itself.</summary>
    public const int EntrySize = 2 + Leaf.Size;

    /// <summary>True when the tile has all its 256 hashes or leaves, and so will never change.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>The full tile that this one is, or once will be.</summary>
    public Tile Full => this with { Width = FullWidth };

    /// <summary>Bytes of one hash or leaf in this tile.</summary>
    public int SlotSize => Level == Entries ? EntrySize : Merkle.HashSize;

    /// <summary>Length of the tile in bytes.</summary>
    public int Size => Width * SlotSize;

    /// <summary>The path under the log's prefix, e.g. <c>tile/0/x001/x234/067.p/8</c>.</summary>
    public string Path
    {
        get
        {
            var n = (Index % 1000).ToString("D3", CultureInfo.InvariantCulture);
            for (var rest = Index / 1000; rest > 0; rest /= 1000)
                n = string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:D3}/{n}");
            var level = Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture);
            return IsFull ? $"tile/{level}/{n}" : string.Create(CultureInfo.InvariantCulture, $"tile/{level}/{n}.p/{Width}");
        }
    }

    /// <summary>Reads a path; <c>null</c> when it is not the one path of a tile.</summary>
    public static Tile? Parse(string path)
    {
        var parts = path.Split('/');
        if (path.Length > 100 || parts.Length < 3 || parts[0] != "tile")
            return null;
        var level = parts[1] == "entries" ? Entries : (int)(Checkpoint.Decimal(parts[1]) is <= 63 and var l ? l : -2);
        var width = FullWidth;
        var last = parts.Length - 1;
        if (parts[last - 1].EndsWith(".p", StringComparison.Ordinal))
        {
            width = Checkpoint.Decimal(parts[last]) is >= 1 and < FullWidth and var w ? (int)w : 0;
            parts[--last] = parts[last][..^2];
        }
        long index = 0;
        for (var i = 2; i <= last; i++)
        {
            var digits = i == last ? parts[i] : parts[i].StartsWith('x') ? parts[i][1..] : "";
            if (digits.Length != 3 || !digits.All(char.IsAsciiDigit) || index > long.MaxValue / 256 / 1000)
                return null;
            index = index * 1000 + int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        var tile = new Tile(level, index, width);
        return level >= Entries && width > 0 && tile.Path == path ? tile : null;
    }

    /// <summary>True when a log of this size has that many hashes or leaves in the tile, or more.</summary>
    public bool IsIn(long size) => Level < 8 && Index * FullWidth + Width <= At(Level, size);

    /// <summary>The tiles that a log of this size consists of: full ones, and at each level at most one partial at the right.</summary>
    public static IEnumerable<Tile> Of(long size)
    {
        for (var level = Entries; level < 8; level++)
        {
            var count = At(level, size);
            for (var index = 0L; index < count / FullWidth; index++)
                yield return new Tile(level, index, FullWidth);
            if (count % FullWidth > 0)
                yield return new Tile(level, count / FullWidth, (int)(count % FullWidth));
        }
    }

    /// <summary>How many hashes (or leaves) a log of this size has at a level: ⌊size / 256^level⌋.</summary>
    internal static long At(int level, long size) => level <= 0 ? size : level < 8 ? size >> (8 * level) : 0;

    /// <inheritdoc/>
    public override string ToString() => Path;

}
