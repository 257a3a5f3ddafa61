using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Counterseal.Ledger;

/// <summary>
/// The append-only Merkle log on disk. The folder is the C2SP tlog-tiles layout and nothing else is kept: entries and hash tiles are durable first,
/// then the signed checkpoint that covers them, and only then is anything acknowledged or served. What lies beyond the checkpoint was never
/// acknowledged, and goes when the log is opened. One process at a time.
/// </summary>
public sealed class Log : IAsyncDisposable
{
    /// <summary>Leaves that share one commit, at most.</summary>
    public const int MaxBatch = 4096;

    private const int CachedTiles = 256;

    private readonly LogFolder files;
    private readonly IReadOnlyList<NoteSigner> signers;
    private readonly FileStream held;
    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxBatch) { SingleReader = true });
    private readonly Dictionary<Tag, long> indexes;
    private readonly Dictionary<Tag, Waiting> waiting = [];
    private readonly ConcurrentDictionary<Tile, byte[]> cache = new();
    private readonly Lock gate = new();
    private readonly Task committing;
    private volatile LogSnapshot now;
    private volatile Exception? failure;

    private Log(LogFolder files, IReadOnlyList<NoteSigner> signers, FileStream held, LogSnapshot now, Dictionary<Tag, long> indexes)
    {
        (this.files, this.signers, this.held, this.now, this.indexes) = (files, signers, held, now, indexes);
        committing = Task.Run(Commit);
    }

    /// <summary>The log's key.</summary>
    public NoteVerifier Key => signers[0].Verifier;

    /// <summary>The latest checkpoint; durable.</summary>
    public Checkpoint Latest => now.Checkpoint;

    /// <summary>The latest checkpoint as signed.</summary>
    public byte[] SignedCheckpoint => now.Signed;

    /// <summary>Why the log takes nothing more, or <c>null</c>: a write failed, so nobody knows what is on the disk until the log is opened anew.</summary>
    public Exception? Failure => failure;

    /// <summary>Makes a new log without leaves.</summary>
    /// <param name="folder">Must hold no log.</param>
    /// <param name="signer">The log's key; its name is the origin.</param>
    /// <exception cref="LedgerException">There is a log in the folder.</exception>
    public static void Create(string folder, NoteSigner signer)
    {
        var files = new LogFolder(folder);
        if (File.Exists(files.Checkpoint) || files.Files().Any())
            throw new LedgerException($"{folder} holds a log already; a second one under the same key would be a fork");
        Durable.Replace(files.Checkpoint, new Checkpoint(signer.Name, 0, Merkle.EmptyRoot()).Sign(signer), "ledger.create");
    }

    /// <summary>Opens a log: takes its lock, derives the tree from the entries and holds it against the checkpoint, drops what was never acknowledged.</summary>
    /// <param name="folder">As made by <see cref="Create"/>.</param>
    /// <param name="signer">The log's key. It stays the caller's to dispose.</param>
    /// <param name="old">While the log changes keys, the one before, which signs too; else <c>null</c>. It stays the caller's to dispose.</param>
    /// <exception cref="LedgerException">There is no log; another process has it; or it is damaged (the message names each tile and byte).</exception>
    public static async Task<Log> Open(string folder, NoteSigner signer, NoteSigner? old = null)
    {
        var files = new LogFolder(folder);
        if (!File.Exists(files.Checkpoint))
            throw new LedgerException($"there is no log in {folder} (no file \"checkpoint\"): a new one is made by creating a home; a lost checkpoint comes back from a copy, never by starting anew");
        var held = TakeLock(files);
        try
        {
            var signed = await File.ReadAllBytesAsync(files.Checkpoint);
            var checkpoint = Read(signed, signer.Verifier);
            var indexes = new Dictionary<Tag, long>();
            var (report, edge) = await LedgerCheck.Derive(files, checkpoint, (index, leaf) => indexes.TryAdd(new Tag(leaf.Tag), index));
            if (!report.IsGood)
                throw new LedgerException($"the log in {folder} is damaged and is not opened; restore it from a copy. {string.Join("; ", report.Faults.Take(10))}");
            var last = new Tile(Tile.Entries, checkpoint.Size / Tile.FullWidth, (int)(checkpoint.Size % Tile.FullWidth));
            var entries = last.Width == 0 ? [] : files.Read(last)!;
            RefuseSetBack(files, checkpoint.Size);
            Trim(files, checkpoint.Size);
            return new Log(files, old is null || old.Verifier == signer.Verifier ? [signer] : [signer, old], held, new LogSnapshot(checkpoint, signed, edge, entries), indexes);
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Appends a leaf; the proof comes once it is durable. The same leaf again gives the same index. Appends that wait together share one commit.
    /// </summary>
    /// <param name="leaf">64 bytes.</param>
    /// <param name="cancel">Ends the waiting only: the leaf may still be committed.</param>
    /// <exception cref="LedgerException">The same tag is in the log with another commitment.</exception>
    /// <exception cref="IOException">The log cannot write; nothing was acknowledged.</exception>
    public async Task<TlogProof> Append(Leaf leaf, CancellationToken cancel)
    {
        if (leaf.Bytes.Length != Leaf.Size)
            throw new ArgumentException($"a leaf is {Leaf.Size} bytes", nameof(leaf));
        var tag = new Tag(leaf.Tag);
        Waiting? mine = null;
        Waiting? other;
        long known;
        lock (gate)
        {
            if (!indexes.TryGetValue(tag, out known))
                known = -1;
            if (known < 0 && !waiting.TryGetValue(tag, out other))
                waiting[tag] = other = mine = new Waiting(leaf, new TaskCompletionSource<Committed>(TaskCreationOptions.RunContinuationsAsynchronously));
            else
                other = known < 0 ? waiting[tag] : null;
        }
        if (known >= 0)
            return ReadLeaf(known) == leaf ? Prove(known) : throw Conflict(known);
        if (mine is not null)
            await Enqueue(mine);
        var committed = await other!.Done.Task.WaitAsync(cancel);
        return other.Leaf == leaf ? Prove(committed.Index, committed.Snapshot) : throw Conflict(committed.Index);
    }

    /// <summary>The proof of a leaf under the latest checkpoint.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    /// <exception cref="IOException">The tiles on disk no longer give a proof that verifies.</exception>
    public TlogProof Prove(long index) => Prove(index, now);

    /// <summary>The proof of a leaf under an earlier checkpoint of this log.</summary>
    /// <param name="index">The leaf's index.</param>
    /// <param name="under">The checkpoint.</param>
    /// <param name="signed">Its bytes, which go into the proof as they are.</param>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint does not cover the leaf, or is beyond the log.</exception>
    /// <exception cref="IOException">The tiles on disk give no proof that verifies under it.</exception>
    public TlogProof Prove(long index, Checkpoint under, byte[] signed)
    {
        ArgumentNullException.ThrowIfNull(under);
        var snapshot = now;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(under.Size, snapshot.Checkpoint.Size, nameof(under));
        var hashes = new TileTree(under.Size, tile => ReadWithin(tile, snapshot)).InclusionProof(index);
        return Merkle.VerifyInclusion(index, under.Size, Merkle.LeafHash(ReadLeaf(index).Bytes), hashes, under.Root)
            ? new TlogProof(index, hashes, signed)
            : throw new IOException($"the tiles on disk do not prove leaf {index} under the checkpoint of size {under.Size}; check the log");
    }

    /// <summary>That the log grew from one size into another without a change (RFC 6962, 2.1.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 ≤ from ≤ to ≤ the latest size.</exception>
    public IReadOnlyList<byte[]> Consistency(long from, long to)
    {
        var snapshot = now;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, snapshot.Checkpoint.Size);
        return new TileTree(to, tile => ReadWithin(tile, snapshot)).ConsistencyProof(from);
    }

    /// <summary>The file of a tile, for serving; <c>null</c> when no checkpoint implies it, or when the tile has grown full and the partial is gone.</summary>
    public string? TileFile(Tile tile)
    {
        var path = files.File(tile);
        return tile.IsIn(now.Checkpoint.Size) && File.Exists(path) ? path : null;
    }

    /// <summary>Commits what waits, then lets the folder go.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await committing;
        await held.DisposeAsync();
    }

    private async Task Enqueue(Waiting mine)
    {
        try
        {
            // Not cancelled by the caller: others may be waiting for the same leaf.
            await queue.Writer.WriteAsync(mine, CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            Fail([mine], failure ?? new IOException("the log is being closed"));
        }
    }

    private async Task Commit()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            var batch = new List<Waiting>();
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var next))
                batch.Add(next);
            try
            {
                Commit(batch);
            }
            catch (Exception e)
            {
                // After a failed write or sync nobody knows what the disk holds. Only opening anew, which reads it all, can tell.
                failure = new IOException($"the log takes nothing more until it is opened anew, because a write failed: {e.Message}", e);
                queue.Writer.TryComplete();
                Fail(batch, failure);
                while (queue.Reader.TryRead(out var rest))
                    Fail([rest], failure);
            }
        }
    }

    private void Commit(List<Waiting> batch)
    {
        var before = now;
        var growth = before.Grow(batch.Select(one => one.Leaf));
        Durable.Replace([.. growth.Tiles.Select(made => (files.File(made.Tile), made.Bytes))], "ledger.tiles");
        var signed = growth.Checkpoint.Sign(signers);
        Durable.Replace(files.Checkpoint, signed, "ledger.checkpoint");
        var snapshot = new LogSnapshot(growth.Checkpoint, signed, growth.Edge, growth.Entries);
        lock (gate)
        {
            now = snapshot;
            for (var i = 0; i < batch.Count; i++)
            {
                var tag = new Tag(batch[i].Leaf.Tag);
                indexes.Add(tag, before.Checkpoint.Size + i);
                waiting.Remove(tag);
            }
        }
        for (var i = 0; i < batch.Count; i++)
            batch[i].Done.SetResult(new Committed(before.Checkpoint.Size + i, snapshot));
        foreach (var (tile, _) in growth.Tiles.Where(made => made.Tile.IsFull))
            DropPartials(files, tile);
    }

    private void Fail(IEnumerable<Waiting> some, Exception why)
    {
        foreach (var one in some)
        {
            lock (gate)
                waiting.Remove(new Tag(one.Leaf.Tag));
            one.Done.TrySetException(why);
        }
    }

    private TlogProof Prove(long index, LogSnapshot snapshot)
    {
        var hashes = snapshot.Tree(ReadFull).InclusionProof(index);
        var proof = new TlogProof(index, hashes, snapshot.Signed);
        if (!Merkle.VerifyInclusion(index, snapshot.Checkpoint.Size, Merkle.LeafHash(ReadLeaf(index).Bytes), hashes, snapshot.Checkpoint.Root))
            throw new IOException($"the tiles on disk no longer prove leaf {index}: they were changed under the running log; check it");
        return proof;
    }

    private Leaf ReadLeaf(long index)
    {
        var snapshot = now;
        var tile = index / Tile.FullWidth;
        var bytes = tile == snapshot.Checkpoint.Size / Tile.FullWidth ? snapshot.Entries : ReadFull(new Tile(Tile.Entries, tile, Tile.FullWidth));
        var leaf = bytes.AsSpan((int)(index % Tile.FullWidth) * Tile.EntrySize + 2, Leaf.Size);
        return new Leaf(leaf[..32], leaf[32..]);
    }

    private byte[] ReadFull(Tile tile)
    {
        if (cache.TryGetValue(tile, out var bytes))
            return bytes;
        bytes = files.Read(tile);
        if (bytes is null || bytes.Length != tile.Size)
            throw new IOException($"{tile.Path} is missing or cut off; check the log");
        if (cache.Count >= CachedTiles)
            cache.Clear();
        return cache[tile] = bytes;
    }

    /// <summary>A tile of an earlier size, as the beginning of what it is in the snapshot.</summary>
    private byte[] ReadWithin(Tile tile, LogSnapshot snapshot) =>
        tile.Full.IsIn(snapshot.Checkpoint.Size) ? ReadFull(tile.Full) : snapshot.Edge[tile.Level];

    private static LedgerException Conflict(long index) =>
        new($"this tag is in the log at index {index} with another commitment: one tag stands for one event", isConflict: true);

    private static Checkpoint Read(byte[] signed, NoteVerifier key)
    {
        try
        {
            return Checkpoint.Open(signed, key);
        }
        catch (FormatException e)
        {
            throw new LedgerException($"the log's checkpoint is not good: {e.Message}");
        }
    }

    private static FileStream TakeLock(LogFolder files)
    {
        try
        {
            return new FileStream(files.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LedgerException($"another process has the log in {files.Path} open ({e.Message})");
        }
    }

    /// <summary>A crash leaves at most one commit beyond the checkpoint. More than that was acknowledged: an older checkpoint has been put in its place.</summary>
    private static void RefuseSetBack(LogFolder files, long size)
    {
        var isTooMuch = files.Files().Any(path => Tile.Parse(path) is { Level: Tile.Entries } tile && tile.Index * Tile.FullWidth + tile.Width > size + MaxBatch);
        // A partial goes only after a later checkpoint is durable.
        var isGrown = Tile.Of(size).Any(tile => !File.Exists(files.File(tile)));
        if (isTooMuch || isGrown)
            throw new LedgerException($"the checkpoint in {files.Path} has been set back to size {size}: the tiles show that leaves beyond it were acknowledged. To go on from here would be a fork; restore the latest checkpoint from a copy, or from any proof that a writer holds");
    }

    /// <summary>Removes what no checkpoint covers (never acknowledged; were it left, a later checkpoint might seem to cover it) and partials that grew full.</summary>
    private static void Trim(LogFolder files, long size)
    {
        var beyond = new List<string>();
        foreach (var path in files.Files().ToList())
        {
            var name = path.EndsWith(".new", StringComparison.Ordinal) ? path[..^4] : path;
            if (Tile.Parse(name) is { } tile && (name != path || !tile.IsIn(size)))
                beyond.Add(Path.Combine(files.Path, path));
        }
        if (beyond.Count > 0)
            Durable.Delete(beyond, "ledger.trim");
        foreach (var tile in Tile.Of(size).Where(tile => tile.IsFull))
            DropPartials(files, tile);
    }

    private static void DropPartials(LogFolder files, Tile full)
    {
        if (Directory.Exists(files.Partials(full)))
            Directory.Delete(files.Partials(full), recursive: true);
    }

    private sealed record Waiting(Leaf Leaf, TaskCompletionSource<Committed> Done);

    private sealed record Committed(long Index, LogSnapshot Snapshot);

    /// <summary>A tag as a dictionary's key, without an array of its own.</summary>
    private readonly record struct Tag(UInt128 High, UInt128 Low)
    {
        public Tag(ReadOnlySpan<byte> tag) : this(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(tag), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(tag[16..]))
        {
        }
    }
}
