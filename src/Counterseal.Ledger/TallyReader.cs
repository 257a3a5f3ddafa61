using System.Runtime.CompilerServices;

namespace Counterseal.Ledger;

/// <summary>Reads a tally as anybody can: from a copy of its folder (<c>plan</c>, <c>checkpoint</c>, <c>tile/…</c>) or from an address with the same names below it. What it gives is verified against the signed checkpoint, or is for the caller to verify.</summary>
public sealed class TallyReader
{
    private readonly Func<string, CancellationToken, Task<byte[]?>> read;
    private readonly NoteVerifier log;

    /// <summary>A reader.</summary>
    /// <param name="read">The bytes under a name, e.g. <c>checkpoint</c>; <c>null</c> where there is none.</param>
    /// <param name="log">The event log's key; the tally's is the same under its own name.</param>
    public TallyReader(Func<string, CancellationToken, Task<byte[]?>> read, NoteVerifier log)
    {
        ArgumentNullException.ThrowIfNull(log);
        this.read = read;
        this.log = log.As(TallyHome.OriginOf(log.Name));
    }

    /// <summary>The tally's keys to the log's: the same under its own name. An earlier one is good for any size, since what it signed is only held against what the present one signs.</summary>
    public static LogKeys Keys(LogKeys log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var origin = TallyHome.OriginOf(log.Name);
        return new LogKeys(log.Now.As(origin), [.. log.Earlier.Select(earlier => earlier with { Key = earlier.Key.As(origin), UpTo = long.MaxValue })]);
    }

    /// <summary>A reader of a folder.</summary>
    public static TallyReader OfFolder(string folder, NoteVerifier log) =>
        new(async (name, cancel) => Path.Combine(folder, name) is var file && File.Exists(file) ? await File.ReadAllBytesAsync(file, cancel) : null, log);

    /// <summary>The plan's bytes.</summary>
    /// <exception cref="LedgerException">There is none.</exception>
    public async Task<byte[]> Plan(CancellationToken cancel) => await read("plan", cancel) ?? throw new LedgerException("there is no plan here; a tally's folder has the files plan and checkpoint and the folder tile");

    /// <summary>The latest checkpoint, verified.</summary>
    /// <exception cref="LedgerException">There is none, or it is not signed by the tally's key.</exception>
    public async Task<Checkpoint> Latest(CancellationToken cancel)
    {
        try
        {
            return Checkpoint.Open(await read("checkpoint", cancel) ?? throw new LedgerException("there is no checkpoint here"), log);
        }
        catch (FormatException e)
        {
            throw new LedgerException($"the tally's checkpoint is not good: {e.Message}");
        }
    }

    /// <summary>All leaves under a checkpoint, in order. That they hash to its root is for the caller to see at the end.</summary>
    /// <exception cref="LedgerException">A tile is missing or of another size.</exception>
    public async IAsyncEnumerable<byte[]> Leaves(Checkpoint under, int leafSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(under);
        for (var from = 0L; from < under.Size; from += Tile.FullWidth)
        {
            var tile = new Tile(Tile.Entries, from / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, under.Size - from));
            var bytes = await Bytes(tile, (2 + leafSize) * tile.Width, cancel);
            for (var i = 0; i < tile.Width; i++)
                yield return Entry(tile, bytes, i, leafSize);
        }
    }

    /// <summary>One leaf, proven to be in the tally under a checkpoint.</summary>
    /// <exception cref="LedgerException">It is not there, or does not hash to the root.</exception>
    public async Task<byte[]> Leaf(Checkpoint under, long index, int leafSize, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(under);
        if (index < 0 || index >= under.Size)
            throw new LedgerException($"the tally has {under.Size} leaves, counted from 0, and so none with the index {index} yet");
        var tile = new Tile(Tile.Entries, index / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, under.Size - (index / Tile.FullWidth * Tile.FullWidth)));
        var leaf = Entry(tile, await Bytes(tile, (2 + leafSize) * tile.Width, cancel), (int)(index % Tile.FullWidth), leafSize);
        var known = new Dictionary<Tile, byte[]>();
        while (true)
        {
            try
            {
                var proof = new TileTree(under.Size, wanted => known.TryGetValue(wanted, out var bytes) ? bytes : throw new Wanted(wanted)).InclusionProof(index);
                return Merkle.VerifyInclusion(index, under.Size, Merkle.LeafHash(leaf), proof, under.Root) ? leaf : throw new LedgerException($"leaf {index} does not hash to the root that the ledger has signed");
            }
            catch (Wanted wanted)
            {
                known[wanted.Tile] = await Bytes(wanted.Tile, wanted.Tile.Size, cancel);
            }
        }
    }

    private async Task<byte[]> Bytes(Tile tile, int size, CancellationToken cancel)
    {
        var bytes = await read(tile.Path, cancel) ?? (tile.IsFull ? null : await read(tile.Full.Path, cancel));
        return bytes is not null && bytes.Length >= size ? bytes[..size] : throw new LedgerException($"{tile.Path} is missing or cut off");
    }

    private static byte[] Entry(Tile tile, byte[] bytes, int i, int leafSize)
    {
        var at = i * (2 + leafSize);
        return ((bytes[at] << 8) | bytes[at + 1]) == leafSize ? bytes[(at + 2)..(at + 2 + leafSize)] : throw new LedgerException($"{tile.Path}: a leaf of another size than the plan's tables have ({leafSize})");
    }

    private sealed class Wanted(Tile tile) : Exception
    {
        public Tile Tile => tile;
    }
}

/// <summary>A Merkle tree (RFC 6962) that grows leaf by leaf and keeps only the subtrees at its right edge.</summary>
public sealed class GrowingTree
{
    private readonly List<(int Level, byte[] Hash)> edge = [];

    /// <summary>Adds a leaf.</summary>
    public void Add(ReadOnlySpan<byte> leaf)
    {
        var one = (Level: 0, Hash: Merkle.LeafHash(leaf));
        while (edge.Count > 0 && edge[^1].Level == one.Level)
        {
            one = (one.Level + 1, Merkle.NodeHash(edge[^1].Hash, one.Hash));
            edge.RemoveAt(edge.Count - 1);
        }
        edge.Add(one);
    }

    /// <summary>The root as of now.</summary>
    public byte[] Root()
    {
        if (edge.Count == 0)
            return Merkle.EmptyRoot();
        var root = edge[^1].Hash;
        for (var i = edge.Count - 2; i >= 0; i--)
            root = Merkle.NodeHash(edge[i].Hash, root);
        return root;
    }
}
