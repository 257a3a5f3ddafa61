namespace Counterseal.Ledger;

/// <summary>
/// The second log of the ledger's process: leaves of one size, larger than those of the event log, in the same files (C2SP tlog-tiles) under a name of its own. Leaves come in whole slots. Of the partial
/// tiles only those of the last two checkpoints are kept, since a leaf has kilobytes. Not safe for several threads at once; <see cref="TallySlots"/> takes care.
/// </summary>
internal sealed class TallyLog : IDisposable
{
    private readonly LogFolder files;
    private readonly NoteSigner signer;
    private readonly FileStream held;
    private readonly int leafSize;
    private readonly List<List<byte>> levels = [[]];
    private readonly List<byte> edge = [];
    private IReadOnlyList<Tile> before = [];

    private TallyLog(LogFolder files, NoteSigner signer, FileStream held, int leafSize) => (this.files, this.signer, this.held, this.leafSize) = (files, signer, held, leafSize);

    /// <summary>The latest checkpoint; durable.</summary>
    public Checkpoint Latest { get; private set; } = new("", 0, Merkle.EmptyRoot());

    /// <summary>As signed.</summary>
    public byte[] Signed { get; private set; } = [];

    private int Entry => 2 + leafSize;

    /// <summary>Opens a tally: every leaf is read and the tree derived from them; what lies beyond the checkpoint was never shown and goes.</summary>
    /// <param name="folder">As made by <see cref="TallyHome.Create"/>.</param>
    /// <param name="signer">The tally's key.</param>
    /// <param name="leafSize">Bytes of a leaf.</param>
    /// <param name="earlier">The key before, where the ledger has changed keys: a checkpoint that it signed is signed anew.</param>
    /// <exception cref="LedgerException">There is none, another process has it, or it is damaged.</exception>
    public static TallyLog Open(string folder, NoteSigner signer, int leafSize, NoteVerifier? earlier = null)
    {
        var files = new LogFolder(folder);
        if (!File.Exists(files.Checkpoint))
            throw new LedgerException($"there is no tally in {folder} (no file \"checkpoint\"); a lost one comes back from a copy, never by starting anew");
        FileStream held;
        try
        {
            held = new FileStream(files.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LedgerException($"another process has the tally in {folder} open ({e.Message})");
        }
        var log = new TallyLog(files, signer, held, leafSize);
        try
        {
            log.Read(earlier);
            return log;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Adds leaves: tiles, then the checkpoint that covers them. After a failure the log must be opened anew.</summary>
    public void Append(IReadOnlyList<byte[]> leaves)
    {
        var written = new Dictionary<Tile, byte[]>();
        foreach (var leaf in leaves)
        {
            if (leaf.Length != leafSize)
                throw new ArgumentException($"a leaf of this tally has {leafSize} bytes", nameof(leaves));
            Take(leaf, full => written[full.Tile] = full.Bytes);
        }
        var size = Tile.At(0, levels[0].Count / Merkle.HashSize);
        var partials = Partials(size);
        foreach (var tile in partials)
            written[tile] = tile.Level == Tile.Entries ? [.. edge] : Hashes(tile);
        Durable.Replace([.. written.Select(one => (files.File(one.Key), one.Value))], "ledger.tally.tiles");
        var checkpoint = new Checkpoint(signer.Name, size, Tree(size).Root());
        var signed = checkpoint.Sign(signer);
        Durable.Replace(files.Checkpoint, signed, "ledger.tally.checkpoint");
        var last = Partials(Latest.Size);
        (Latest, Signed) = (checkpoint, signed);
        foreach (var old in before.Except(partials).Except(last))
            File.Delete(files.File(old));
        before = last;
    }

    /// <summary>A leaf of the log.</summary>
    /// <exception cref="IOException">Its tile cannot be read.</exception>
    public byte[] Leaf(long index)
    {
        var tile = index / Tile.FullWidth;
        var at = (int)(index % Tile.FullWidth) * Entry;
        if (tile == Latest.Size / Tile.FullWidth)
            return [.. edge[(at + 2)..(at + Entry)]];
        var bytes = new byte[leafSize];
        using var file = File.OpenRead(files.File(new Tile(Tile.Entries, tile, Tile.FullWidth)));
        file.Position = at + 2;
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>All leaves in a range, in order.</summary>
    public IEnumerable<(long Index, byte[] Bytes)> Leaves(long from, long to)
    {
        for (var index = from; index < to; index++)
            yield return (index, Leaf(index));
    }

    /// <summary>A tile as it is served; <c>null</c> when no checkpoint implies it, or a partial is gone.</summary>
    public byte[]? TileBytes(Tile tile)
    {
        if (!tile.IsIn(Latest.Size))
            return null;
        if (tile.Level != Tile.Entries)
            return Hashes(tile);
        var isEdge = tile.Index == Latest.Size / Tile.FullWidth;
        return isEdge ? [.. edge[..(tile.Width * Entry)]] : files.Read(tile) is { } bytes && bytes.Length >= tile.Width * Entry ? bytes[..(tile.Width * Entry)] : null;
    }

    /// <summary>The tree at a size up to that of the latest checkpoint.</summary>
    public TileTree Tree(long size) => new(size, Hashes);

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    private byte[] Hashes(Tile tile)
    {
        var level = levels[tile.Level];
        var from = checked((int)(tile.Index * Tile.FullWidth * Merkle.HashSize));
        return [.. level[from..(from + (tile.Width * Merkle.HashSize))]];
    }

    private void Take(byte[] leaf, Action<(Tile Tile, byte[] Bytes)> full)
    {
        edge.AddRange([(byte)(leaf.Length >> 8), (byte)leaf.Length, .. leaf]);
        var hash = Merkle.LeafHash(leaf);
        for (var level = 0; ; level++)
        {
            if (levels.Count == level)
                levels.Add([]);
            levels[level].AddRange(hash);
            var count = levels[level].Count / Merkle.HashSize;
            if (count % Tile.FullWidth != 0)
                break;
            var tile = new Tile(level, (count / Tile.FullWidth) - 1, Tile.FullWidth);
            var bytes = Hashes(tile);
            full((tile, bytes));
            hash = TileTree.Fold(bytes);
            if (level > 0)
                continue;
            full((tile with { Level = Tile.Entries }, [.. edge]));
            edge.Clear();
        }
    }

    private void Read(NoteVerifier? earlier)
    {
        byte[] signed = File.ReadAllBytes(files.Checkpoint);
        if (Opened(signed, signer.Verifier, out var fault) is not { } checkpoint)
        {
            checkpoint = earlier is null ? null : Opened(signed, earlier, out _);
            if (checkpoint is null)
                throw new LedgerException($"the tally's checkpoint is not good: {fault}");
            signed = checkpoint.Sign(signer);
        }
        for (var from = 0L; from < checkpoint.Size; from += Tile.FullWidth)
        {
            var tile = new Tile(Tile.Entries, from / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, checkpoint.Size - from));
            var bytes = files.Read(tile with { }) ?? Beginning(tile) ?? throw new LedgerException($"the tally in {files.Path} is damaged: {tile.Path} is not there; restore it from a copy");
            if (bytes.Length < tile.Width * Entry)
                throw new LedgerException($"the tally in {files.Path} is damaged: {tile.Path} has {bytes.Length} bytes; restore it from a copy");
            for (var i = 0; i < tile.Width; i++)
            {
                if (((bytes[i * Entry] << 8) | bytes[(i * Entry) + 1]) != leafSize)
                    throw new LedgerException($"the tally in {files.Path}: {tile.Path} holds a leaf of another size than its plan's ({leafSize}); a tally's plan never changes");
                Take(bytes[((i * Entry) + 2)..((i + 1) * Entry)], _ => { });
            }
        }
        if (!Tree(checkpoint.Size).Root().AsSpan().SequenceEqual(checkpoint.Root))
            throw new LedgerException($"the tally in {files.Path} is damaged: its leaves do not hash to the signed root; restore it from a copy");
        (Latest, Signed) = (checkpoint, signed);
        if (!File.ReadAllBytes(files.Checkpoint).AsSpan().SequenceEqual(signed))
            Durable.Replace(files.Checkpoint, signed, "ledger.tally.checkpoint");
        if (files.Files().Any(path => Tile.Parse(path) is { Level: Tile.Entries } tile && (tile.Index * Tile.FullWidth) + tile.Width > checkpoint.Size + Log.MaxBatch))
            throw new LedgerException($"the checkpoint in {files.Path} has been set back to size {checkpoint.Size}: leaves beyond it were shown. To go on from here would be a fork; restore the latest checkpoint from a copy");
        // Beyond the checkpoint nothing was ever shown; and partials of checkpoints before the last.
        var keep = Partials(checkpoint.Size).ToHashSet();
        var gone = files.Files().Where(path => Tile.Parse(path) is not { } tile || !(tile.IsIn(checkpoint.Size) && (tile.IsFull || keep.Contains(tile)))).Select(path => System.IO.Path.Combine(files.Path, path)).ToList();
        if (gone.Count > 0)
            Durable.Delete(gone, "ledger.tally.trim");
        // What the checkpoint implies and a crash has left out is written again.
        var lacking = keep.Where(tile => !File.Exists(files.File(tile))).Select(tile => (files.File(tile), tile.Level == Tile.Entries ? [.. edge] : Hashes(tile))).ToList();
        if (lacking.Count > 0)
            Durable.Replace(lacking, "ledger.tally.tiles");
    }

    private static Checkpoint? Opened(byte[] signed, NoteVerifier key, out string fault)
    {
        try
        {
            fault = "";
            return Checkpoint.Open(signed, key);
        }
        catch (FormatException e)
        {
            fault = e.Message;
            return null;
        }
    }

    /// <summary>A partial that a later, unfinished append has outgrown.</summary>
    private byte[]? Beginning(Tile tile)
    {
        var folder = files.Partials(tile);
        return !Directory.Exists(folder) ? null
            : Directory.EnumerateFiles(folder).Where(file => !file.EndsWith(".new", StringComparison.Ordinal)).Select(File.ReadAllBytes).FirstOrDefault(bytes => bytes.Length >= tile.Width * Entry);
    }

    private static List<Tile> Partials(long size)
    {
        var tiles = new List<Tile>();
        for (var level = Tile.Entries; level < 8; level++)
        {
            var count = Tile.At(level, size);
            if (count % Tile.FullWidth > 0)
                tiles.Add(new Tile(level, count / Tile.FullWidth, (int)(count % Tile.FullWidth)));
        }
        return tiles;
    }
}
