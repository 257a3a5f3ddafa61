using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// What an order has collected so far, kept so that a kill does not cost it. Every call of a sink is passed on and written down here too, in segments <c>0001.age</c>, <c>0002.age</c>, …: each an
/// age file of its own for the gate's vault, under a file key of its own, ending in where the collection stood (<see cref="CollectionState"/>). A segment is durable when it is closed; one that
/// was not is deleted, so nothing is ever written twice under one key. Closed segments are replayed into the next attempt's sink; the collection goes on behind the last.
/// </summary>
internal sealed class Spool : IRecordSink, IDisposable
{
    /// <summary>A segment is closed after so many bytes collected, or sixteen times as many read, unless <c>gate.json</c> says otherwise.</summary>
    public const long UsualSegment = 64L << 20;

    private const int BufferSize = 4 << 20;
    private const int FrameHead = 5;
    private const int MostState = 1 << 28;

    private readonly string folder;
    private readonly AgeIdentity vault;
    private readonly long segmentSize;
    private readonly IRecordSink target;
    private readonly bool keeps;
    private byte[] filling = [];
    private byte[] writing = [];
    private int held;
    private Task pending = Task.CompletedTask;
    private FileStream? file;
    private AgeEncryption? encryption;
    private int closed;
    private long collected, read, readBefore;
    private bool disposed;

    /// <summary>Opens the spool of an order and replays what is in it.</summary>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="vault">The gate's own key.</param>
    /// <param name="segmentSize">Bytes collected after which a segment is due.</param>
    /// <param name="target">Gets everything, what was collected before first.</param>
    /// <param name="keeps">Whether records are kept. Of a count only its counts are, and nothing is replayed.</param>
    /// <exception cref="CannotResumeException">What is there cannot be read.</exception>
    public Spool(string folder, AgeIdentity vault, long segmentSize, IRecordSink target, bool keeps = true)
    {
        (this.folder, this.vault, this.segmentSize, this.target, this.keeps) = (folder, vault, segmentSize, target, keeps);
        Durable.CreateFolder(folder, GateHome.FolderMode);
        foreach (var cut in Directory.EnumerateFiles(folder, "*.partial"))
            File.Delete(cut);
        while (File.Exists(Segment(closed + 1)))
            State = Replay(Segment(++closed));
        Resumed = closed > 0;
    }

    /// <summary>Where the collection stood when the last segment was closed; <c>null</c> before the first.</summary>
    public CollectionState? State { get; private set; }

    /// <summary>Whether there was something to go on from.</summary>
    public bool Resumed { get; }

    /// <summary>Whether it is time to close a segment.</summary>
    public bool IsDue => collected >= segmentSize || (read - readBefore) / 16 >= segmentSize;

    /// <summary>Deletes an order's spool; none is no error.</summary>
    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>So many bytes of the sources were read.</summary>
    public void Passed(long bytes)
    {
        if (read == 0 && Resumed)
            readBefore = bytes;
        read = bytes;
    }

    /// <inheritdoc/>
    public void Begin(string name, string extension)
    {
        target.Begin(name, extension);
        Keep('B', Encoding.UTF8.GetBytes($"{name}\n{extension}"));
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> piece)
    {
        target.Write(piece);
        collected += piece.Length;
        Keep('W', piece);
    }

    /// <inheritdoc/>
    public void EndRecord()
    {
        target.EndRecord();
        Keep('R', []);
    }

    /// <inheritdoc/>
    public void End()
    {
        target.End();
        Keep('E', []);
    }

    /// <summary>Closes a segment: it is made durable beside what goes on, and before the next is closed.</summary>
    public void Close(CollectionState state)
    {
        Put('S', JsonSerializer.SerializeToUtf8Bytes(state, LawJson.Options));
        Flush(close: true);
        (collected, readBefore) = (0, read);
    }

    /// <summary>The collection is complete. What little was collected without ever closing a segment is sooner read again than written down.</summary>
    public void Complete(CollectionState state)
    {
        if (closed > 0 || IsDue)
            Close(state);
        pending.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        Task.WaitAny(pending);
        encryption?.Abandon();
        encryption?.Dispose();
        file?.Dispose();
        // Customers' data does not stay behind in memory.
        Array.Clear(filling);
        Array.Clear(writing);
    }

    private string Segment(int number) => Path.Combine(folder, $"{number:D4}.age");

    private void Keep(char kind, ReadOnlySpan<byte> payload)
    {
        if (keeps)
            Put(kind, payload);
    }

    private void Put(char kind, ReadOnlySpan<byte> payload)
    {
        do
        {
            if (BufferSize - held <= FrameHead)
                Flush(close: false);
            if (filling.Length == 0)
                filling = new byte[BufferSize];
            // Pieces may be cut anywhere; the other frames are marked as going on.
            var taken = payload[..Math.Min(payload.Length, BufferSize - held - FrameHead)];
            filling[held] = (byte)(taken.Length == payload.Length || kind == 'W' ? kind : char.ToLowerInvariant(kind));
            BinaryPrimitives.WriteInt32BigEndian(filling.AsSpan(held + 1), taken.Length);
            taken.CopyTo(filling.AsSpan(held + FrameHead));
            held += FrameHead + taken.Length;
            payload = payload[taken.Length..];
        }
        while (payload.Length > 0);
    }

    /// <summary>Hands what is held to be encrypted and written while the next is filled.</summary>
    private void Flush(bool close)
    {
        pending.GetAwaiter().GetResult();
        (filling, writing) = (writing, filling);
        var length = held;
        held = 0;
        var number = closed + 1;
        closed += close ? 1 : 0;
        pending = Task.Run(() => Store(length, number, close));
    }

    private void Store(int length, int number, bool close)
    {
        if (file is null)
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 1 << 17 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = GateHome.FileMode;
            file = new FileStream(Segment(number) + ".partial", options);
            encryption = new AgeEncryption(file, [vault.Recipient]);
        }
        encryption!.Write(writing.AsSpan(0, length));
        if (!close)
            return;
        CrashPoint.Reach("gate.spool.close.before");
        encryption.Finish();
        encryption.Dispose();
        CrashPoint.Reach("gate.spool.close.unsynced");
        file.Flush(flushToDisk: true);
        file.Dispose();
        (file, encryption) = (null, null);
        File.Move(Segment(number) + ".partial", Segment(number));
        CrashPoint.Reach("gate.spool.close.renamed");
        Durable.SyncFolder(folder);
        CrashPoint.Reach("gate.spool.close.after");
    }

    private CollectionState Replay(string path)
    {
        try
        {
            using var sealedFile = File.OpenRead(path);
            using var plain = Age.Decrypt(sealedFile, [vault]);
            var head = new byte[FrameHead];
            var payload = new byte[BufferSize];
            var rest = new MemoryStream();
            while (plain.ReadAtLeast(head, FrameHead, throwOnEndOfStream: false) == FrameHead)
            {
                var piece = payload.AsSpan(0, BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)));
                plain.ReadExactly(piece);
                switch ((char)head[0])
                {
                    case 'W':
                        target.Write(piece);
                        break;
                    case 'R':
                        target.EndRecord();
                        break;
                    case 'E':
                        target.End();
                        break;
                    case 'B':
                        var names = Encoding.UTF8.GetString(piece).Split('\n');
                        target.Begin(names[0], names[1]);
                        break;
                    case 's' when rest.Length < MostState:
                        rest.Write(piece);
                        break;
                    case 'S':
                        rest.Write(piece);
                        return JsonSerializer.Deserialize<CollectionState>(rest.ToArray(), LawJson.Options) ?? throw new CannotResumeException("a segment does not say where it ends");
                    default:
                        throw new CannotResumeException("a segment has a frame that this version does not know");
                }
            }
            throw new CannotResumeException("a segment does not say where it ends");
        }
        catch (Exception e) when (e is AgeException or IOException or JsonException or ArgumentException or IndexOutOfRangeException)
        {
            throw new CannotResumeException($"a segment cannot be read: {e.GetType().Name}", e);
        }
    }
}
