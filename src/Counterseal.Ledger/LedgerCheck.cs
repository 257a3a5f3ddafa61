using System.Buffers.Binary;

namespace Counterseal.Ledger;

/// <summary>One thing wrong with a log.</summary>
/// <param name="Path">The tile's path, or <c>checkpoint</c>.</param>
/// <param name="Offset">The byte in it from which on it is wrong.</param>
/// <param name="What">What is wrong there.</param>
public sealed record LogFault(string Path, long Offset, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}, byte {Offset}: {What}";
}

/// <summary>What a check found.</summary>
/// <param name="Checkpoint">The checkpoint that the log was held against; <c>null</c> when there is none to trust.</param>
/// <param name="Tiles">Tiles that were compared.</param>
/// <param name="Faults">Everything wrong, at most <see cref="LedgerCheck.MaxFaults"/>.</param>
public sealed record LogReport(Checkpoint? Checkpoint, long Tiles, IReadOnlyList<LogFault> Faults)
{
    /// <summary>True when nothing is wrong.</summary>
    public bool IsGood => Faults.Count == 0;
}

/// <summary>
/// Derives a whole log again from its entries and compares every hash tile byte for byte, then the root and the checkpoint's signature.
/// Where entries and tiles disagree, the hash above, and at the top the signed root, say which of them was changed.
/// </summary>
public sealed class LedgerCheck
{
    /// <summary>Faults reported, at most.</summary>
    public const int MaxFaults = 1000;

    private readonly Func<Tile, Task<byte[]?>> fetch;
    private readonly Action<long, Leaf>? onLeaf;
    private readonly Checkpoint checkpoint;
    private readonly List<LogFault> faults = [];
    private readonly List<List<byte>> levels = [];
    private readonly Dictionary<int, (Tile Tile, byte[]? Bytes)> last = [];
    private long tiles;

    private LedgerCheck(Checkpoint checkpoint, Func<Tile, Task<byte[]?>> fetch, Action<long, Leaf>? onLeaf) =>
        (this.checkpoint, this.fetch, this.onLeaf) = (checkpoint, fetch, onLeaf);

    /// <summary>Checks a log's folder, older partial tiles included. The log may be in use.</summary>
    /// <param name="folder">Holds <c>checkpoint</c> and <c>tile/</c>.</param>
    /// <param name="log">The log's keys.</param>
    /// <param name="witnesses">Whose cosignatures must be on <c>cosigned</c>, a checkpoint of this very tree; <c>null</c> to ask for none.</param>
    public static async Task<LogReport> Run(string folder, LogKeys log, WitnessPolicy? witnesses = null)
    {
        var files = new LogFolder(folder);
        if (!File.Exists(files.Checkpoint))
            return new LogReport(null, 0, [new LogFault("checkpoint", 0, "there is no checkpoint in " + folder)]);
        if (Open(await File.ReadAllBytesAsync(files.Checkpoint), log, out var report) is not { } checkpoint)
            return report!;
        var check = new LedgerCheck(checkpoint, tile => Task.FromResult(files.Read(tile)), null);
        await check.Walk();
        check.OlderPartials(files);
        if (witnesses is not null)
            check.Cosigned(files, log, witnesses);
        return check.Report();
    }

    /// <summary>Checks a log over the network: the checkpoint and every tile that it implies.</summary>
    public static async Task<LogReport> Run(LedgerClient client, CancellationToken cancel)
    {
        if (Open(await client.Checkpoint(cancel), client.Log, out var report) is not { } checkpoint)
            return report!;
        var check = new LedgerCheck(checkpoint, tile => client.FetchTile(tile, cancel), null);
        await check.Walk();
        return check.Report();
    }

    /// <summary>Checks what the log itself rests on at start, and hands over each leaf and the right edge of the tree.</summary>
    internal static async Task<(LogReport Report, byte[][] Edge)> Derive(LogFolder files, Checkpoint checkpoint, Action<long, Leaf> onLeaf)
    {
        var check = new LedgerCheck(checkpoint, tile => Task.FromResult(files.Read(tile)), onLeaf);
        await check.Walk();
        return (check.Report(), [.. check.levels.Select(level => level.ToArray())]);
    }

    private static Checkpoint? Open(byte[] note, LogKeys log, out LogReport? report)
    {
        try
        {
            report = null;
            return Checkpoint.Open(note, log);
        }
        catch (FormatException e)
        {
            report = new LogReport(null, 0, [new LogFault("checkpoint", 0, e.Message)]);
            return null;
        }
    }

    /// <summary>The cosigned checkpoint is signed by the log and by enough witnesses, and its root is that of the first leaves of this tree.</summary>
    private void Cosigned(LogFolder files, LogKeys log, WitnessPolicy witnesses)
    {
        if (!File.Exists(files.Cosigned))
        {
            Fault("cosigned", 0, "no witness has cosigned this log, and cosignatures are asked for");
            return;
        }
        try
        {
            var note = File.ReadAllBytes(files.Cosigned);
            var seen = Checkpoint.Open(note, log);
            if (witnesses.Fault(SignedNote.Parse(note)) is { } fault)
                Fault("cosigned", 0, fault);
            else if (seen.Size > checkpoint.Size)
                Fault("cosigned", 0, $"witnesses have cosigned {seen.Size} leaves, and the log has {checkpoint.Size}: it was set back");
            else if (faults.Count == 0 && !new TileTree(seen.Size, tile => files.Read(Now(tile))!).Root().AsSpan().SequenceEqual(seen.Root))
                Fault("cosigned", 0, $"what witnesses have cosigned at size {seen.Size} is another tree: a fork, or a rewritten log. Keep both, they are the evidence");
        }
        catch (FormatException e)
        {
            Fault("cosigned", 0, e.Message);
        }
    }

    private LogReport Report() => new(checkpoint, tiles, faults);

    private async Task Walk()
    {
        for (var from = 0L; from < checkpoint.Size; from += Tile.FullWidth)
        {
            var width = (int)Math.Min(Tile.FullWidth, checkpoint.Size - from);
            var hashes = await LeafHashes(new Tile(Tile.Entries, from / Tile.FullWidth, width), from);
            if (hashes is null)
                return;
            Level(0).AddRange(hashes);
            for (var level = 0; Level(level).Count == Tile.FullWidth * Merkle.HashSize; level++)
            {
                var full = new Tile(level, from >> (8 * (level + 1)), Tile.FullWidth);
                var good = await Settle(full, [.. Level(level)]);
                Level(level).Clear();
                Level(level + 1).AddRange(TileTree.Fold(good));
            }
        }
        await RightEdge();
    }

    /// <summary>The hashes of an entries tile's leaves; when there is no such tile, what the hash tile above it says. <c>null</c> when neither is there.</summary>
    private async Task<byte[]?> LeafHashes(Tile tile, long from)
    {
        if (await Stored(tile) is not { } entries)
            return await Stored(tile with { Level = 0 });
        var hashes = new byte[tile.Width * Merkle.HashSize];
        for (var i = 0; i < tile.Width; i++)
        {
            var entry = entries.AsSpan(i * Tile.EntrySize, Tile.EntrySize);
            var length = BinaryPrimitives.ReadUInt16BigEndian(entry);
            if (length != Leaf.Size)
                Fault(tile, i * Tile.EntrySize + (entry[0] == 0 ? 1 : 0), $"the length of leaf {from + i} is {length}, but a leaf has {Leaf.Size} bytes");
            var leaf = entry[2..];
            onLeaf?.Invoke(from + i, new Leaf(leaf[..32], leaf[32..]));
            Merkle.LeafHash(leaf).CopyTo(hashes, i * Merkle.HashSize);
        }
        return hashes;
    }

    /// <summary>Compares a full tile with what is derived from below. Gives the bytes that the hash above vouches for.</summary>
    private async Task<byte[]> Settle(Tile tile, byte[] derived)
    {
        if (await Stored(tile) is not { } stored || stored.AsSpan().SequenceEqual(derived))
            return derived;
        var above = await HashAbove(tile);
        if (above.AsSpan().SequenceEqual(TileTree.Fold(stored)) && !above.AsSpan().SequenceEqual(TileTree.Fold(derived)))
        {
            BlameBelow(tile, stored, derived);
            return stored;
        }
        BlameTile(tile, stored, derived);
        return derived;
    }

    /// <summary>What the tile one level up holds for this one; empty when that tile is missing.</summary>
    private async Task<byte[]> HashAbove(Tile tile)
    {
        var count = Tile.At(tile.Level + 1, checkpoint.Size);
        var index = tile.Index / Tile.FullWidth;
        var above = new Tile(tile.Level + 1, index, (int)Math.Min(Tile.FullWidth, count - index * Tile.FullWidth));
        if (!last.TryGetValue(above.Level, out var cached) || cached.Tile != above)
            last[above.Level] = cached = (above, await fetch(above));
        var at = (int)(tile.Index % Tile.FullWidth) * Merkle.HashSize;
        return cached.Bytes is { } bytes && bytes.Length == above.Size ? bytes[at..(at + Merkle.HashSize)] : [];
    }

    /// <summary>The partial tiles at the right have no hash above them but the signed root.</summary>
    private async Task RightEdge()
    {
        var derived = new Dictionary<Tile, byte[]>();
        var stored = new Dictionary<Tile, byte[]>();
        for (var level = 0; level < levels.Count; level++)
        {
            if (Level(level).Count == 0)
                continue;
            var tile = new Tile(level, Tile.At(level, checkpoint.Size) / Tile.FullWidth, Level(level).Count / Merkle.HashSize);
            derived[tile] = [.. Level(level)];
            stored[tile] = await Stored(tile) ?? derived[tile];
        }
        var isDerivedRight = Root(derived).AsSpan().SequenceEqual(checkpoint.Root);
        var isStoredRight = Root(stored).AsSpan().SequenceEqual(checkpoint.Root);
        foreach (var tile in derived.Keys.Where(tile => !stored[tile].AsSpan().SequenceEqual(derived[tile])))
            if (isStoredRight)
                BlameBelow(tile, stored[tile], derived[tile]);
            else
                BlameTile(tile, stored[tile], derived[tile]);
        if (!isDerivedRight && !isStoredRight)
            Fault("checkpoint", checkpoint.Text().LastIndexOf('\n', checkpoint.Text().Length - 2) + 1,
                $"the signed root is not the tree's: the tiles hash to {Convert.ToBase64String(Root(derived))}");
    }

    private byte[] Root(Dictionary<Tile, byte[]> edge) => new TileTree(checkpoint.Size, tile => edge[tile]).Root();

    private void BlameTile(Tile tile, byte[] stored, byte[] derived)
    {
        foreach (var (slot, at) in Differences(stored, derived, tile.SlotSize))
            Fault(tile, at, $"this byte is {stored[at]:x2} and should be {derived[at]:x2} (hash {slot} of the tile)");
    }

    private void BlameBelow(Tile tile, byte[] stored, byte[] derived)
    {
        foreach (var (slot, _) in Differences(stored, derived, tile.SlotSize))
        {
            var below = tile.Index * Tile.FullWidth + slot;
            if (tile.Level == 0)
                Fault(tile with { Level = Tile.Entries }, slot * Tile.EntrySize + 2, $"leaf {below} is not the one that was logged (somewhere in these {Leaf.Size} bytes)");
            else
                Fault(new Tile(tile.Level - 1, below, Tile.FullWidth), 0, $"this tile and what is below it agree with each other, but not with {tile.Path}, byte {slot * Merkle.HashSize}");
        }
    }

    private static IEnumerable<(int Slot, int At)> Differences(byte[] one, byte[] other, int slotSize)
    {
        for (var slot = 0; slot * slotSize < Math.Min(one.Length, other.Length); slot++)
        {
            var length = Math.Min(slotSize, Math.Min(one.Length, other.Length) - slot * slotSize);
            var same = one.AsSpan(slot * slotSize, length).CommonPrefixLength(other.AsSpan(slot * slotSize, length));
            if (same < length)
                yield return (slot, slot * slotSize + same);
        }
    }

    /// <summary>Partials of earlier checkpoints must be the beginning of what their tile has become.</summary>
    private void OlderPartials(LogFolder files)
    {
        foreach (var path in files.Files().Order(StringComparer.Ordinal))
        {
            if (Tile.Parse(path) is not { IsFull: false } tile || !tile.IsIn(checkpoint.Size))
                continue;
            var now = Now(tile);
            // Deleted meanwhile by a log in use, the first file is no fault; a missing second one has been reported already.
            if (now == tile || files.Read(tile) is not { } partial || files.Read(now) is not { } grown)
                continue;
            tiles++;
            if (partial.Length != tile.Size)
                Fault(tile, Math.Min(partial.Length, tile.Size), $"the tile has {partial.Length} bytes and should have {tile.Size}");
            foreach (var (slot, at) in Differences(partial, grown, tile.SlotSize))
                if (!faults.Any(fault => fault.Path == now.Path && fault.Offset / tile.SlotSize == slot))
                    Fault(tile, at, $"this byte is {partial[at]:x2}, but {now.Path} has {grown[at]:x2} there");
        }
    }

    /// <summary>What a tile of an earlier size has become.</summary>
    private Tile Now(Tile tile) => tile with { Width = (int)Math.Min(Tile.FullWidth, Tile.At(tile.Level, checkpoint.Size) - tile.Index * Tile.FullWidth) };

    private async Task<byte[]?> Stored(Tile tile)
    {
        var bytes = await fetch(tile);
        tiles++;
        if (bytes is null)
            Fault(tile, 0, "the tile is missing");
        else if (bytes.Length != tile.Size)
            Fault(tile, Math.Min(bytes.Length, tile.Size), $"the tile has {bytes.Length} bytes and should have {tile.Size}");
        else
            return bytes;
        return null;
    }

    private List<byte> Level(int level)
    {
        while (levels.Count <= level)
            levels.Add([]);
        return levels[level];
    }

    private void Fault(Tile tile, long offset, string what) => Fault(tile.Path, offset, what);

    private void Fault(string path, long offset, string what)
    {
        if (faults.Count < MaxFaults)
            faults.Add(new LogFault(path, offset, what));
    }
}
