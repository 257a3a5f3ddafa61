using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>
/// A package being written: one tar of a BagIt bag, encrypted as it grows, in parts of at most 64 MiB. Two parts are in memory at a time: one is filled
/// while the other is hashed, encrypted and written.
/// </summary>
public sealed class PackageWriter : IRecordSink, IDisposable
{
    /// <summary>Bytes of a part, unless told otherwise: 16 MiB, because two are in memory at a time and the gate has 200 MB for everything.</summary>
    public const int DefaultPartSize = 16 * 1024 * 1024;

    // A tar's path has 100 bytes; the name of the package, "data", and up to seven digits for the part are in it too.
    private const int MaxName = 64;
    private readonly PackageFacts facts;
    private readonly string order;
    private readonly byte[] salt;
    private readonly Volumes volumes;
    private readonly SealingStream encryption;
    private readonly BagManifest manifest = new();
    private readonly BagManifest tags = new();
    private readonly HashSet<string> accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> streams = new(StringComparer.OrdinalIgnoreCase);
    private readonly int partSize;
    private byte[] filling = [];
    private byte[] writing = [];
    private Task pending = Task.CompletedTask;
    private string? stream;
    private string extension = "";
    private int part;
    private int held;
    private int lastRecord;
    private bool inRecord;
    private long payloadBytes;
    private bool finished;
    private bool disposed;

    /// <summary>Begins a package on an empty stream.</summary>
    /// <param name="file">Becomes <c>NAME.age</c> or <c>NAME.pgp</c>; left open.</param>
    /// <param name="facts">What is said of the order.</param>
    /// <param name="partSize">The most bytes of a part, 1 to 64 MiB.</param>
    /// <exception cref="ArgumentException">A fact cannot be written: no recipient, a name of several lines.</exception>
    public PackageWriter(Stream file, PackageFacts facts, int partSize = DefaultPartSize)
        : this(file, facts, partSize, RandomNumberGenerator.GetBytes)
    {
    }

    /// <summary>Begins a package in volumes, none of which is larger than told.</summary>
    /// <param name="open">Gives the empty stream of a volume, counted from 0; the one before has all its bytes then.</param>
    /// <param name="volumeSize">Bytes of a volume but the last, a multiple of 1 MiB.</param>
    /// <param name="facts">What is said of the order.</param>
    /// <exception cref="ArgumentException">A fact cannot be written.</exception>
    public PackageWriter(Func<int, Stream> open, long volumeSize, PackageFacts facts)
        : this(open, volumeSize, facts, DefaultPartSize, RandomNumberGenerator.GetBytes)
    {
    }

    /// <summary>The same with the random bytes given: the same bytes and the same input make the same package.</summary>
    internal PackageWriter(Stream file, PackageFacts facts, int partSize, Func<int, byte[]> random)
        : this(_ => file, long.MaxValue, facts, partSize, random)
    {
    }

    internal PackageWriter(Func<int, Stream> open, long volumeSize, PackageFacts facts, int partSize, Func<int, byte[]> random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partSize, Bag.MaxFile);
        if (facts.Gate.Any(char.IsControl) || facts.Gate.Length is 0 or > 100)
            throw new ArgumentException("a gate's name is one line of at most 100 characters", nameof(facts));
        if (facts.Authority.Length > 1024)
            throw new ArgumentException("an authority's name is at most 1024 characters long", nameof(facts));
        if (facts.Approvals.Count > 999)
            throw new ArgumentException("a package has at most 999 approvals", nameof(facts));
        this.facts = facts;
        this.partSize = partSize;
        order = Order.DigestOf(facts.Order);
        Name = SealStatement.NameOf(order);
        salt = random(32);
        volumes = new Volumes(open, volumeSize);
        encryption = facts.Recipients.Encrypt(volumes, Name, random);
        Folder("");
        Tag(Bag.DeclarationFile, Encoding.ASCII.GetBytes(Bag.Declaration));
        Tag(Bag.Order, facts.Order);
        for (var i = 0; i < facts.Approvals.Count; i++)
            Tag(Bag.Approval(i + 1), Encoding.UTF8.GetBytes(facts.Approvals[i]));
        Tag(Bag.DecidedProof, Encoding.UTF8.GetBytes(facts.DecidedProof));
        Tag(Bag.Salt, salt);
        Folder(Bag.Payload);
    }

    /// <summary><c>cs-</c> and the order digest's first 16 characters.</summary>
    public string Name { get; }

    /// <summary>Begins a stream of records; its name is an account number and a stream, e.g. <c>A-7F3K2M/content</c>.</summary>
    /// <exception cref="ArgumentException">The name or extension cannot be a file's, or was there before.</exception>
    /// <exception cref="InvalidOperationException">The stream before has not ended.</exception>
    public void Begin(string name, string extension)
    {
        if (stream is not null || finished)
            throw new InvalidOperationException($"the stream {stream} has not ended, or the package is finished");
        var parts = name.Split('/');
        if (parts.Length != 2 || !parts.All(Bag.IsSegment) || !Bag.IsSegment(extension) || extension.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException($"\"{name}.{extension}\" is not an account number, a slash, a stream and an extension", nameof(name));
        if (name.Length + extension.Length > MaxName)
            throw new ArgumentException($"\"{name}.{extension}\" is too long for a path in a tar: at most {MaxName} characters", nameof(name));
        if (accounts.TryGetValue(parts[0], out var account) && account != parts[0])
            throw new ArgumentException($"the account {parts[0]} differs from {account} in upper and lower case only", nameof(name));
        accounts.Add(parts[0]);
        if (!streams.Add($"{name}.{extension}"))
            throw new ArgumentException($"the stream {name}.{extension} was there before", nameof(name));
        (stream, this.extension, part, held, lastRecord) = (name, extension, 0, 0, 0);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> piece)
    {
        _ = stream ?? throw new InvalidOperationException("no stream has begun");
        inRecord |= piece.Length > 0;
        while (piece.Length > 0)
        {
            if (held == partSize)
                EndPart(lastRecord > 0 ? lastRecord : held);
            if (filling.Length == 0)
                filling = ArrayPool<byte>.Shared.Rent(partSize);
            var taken = Math.Min(partSize - held, piece.Length);
            piece[..taken].CopyTo(filling.AsSpan(held));
            held += taken;
            piece = piece[taken..];
        }
    }

    /// <inheritdoc/>
    public void EndRecord()
    {
        _ = stream ?? throw new InvalidOperationException("no stream has begun");
        (lastRecord, inRecord) = (held, false);
    }

    /// <inheritdoc/>
    public void End()
    {
        _ = stream ?? throw new InvalidOperationException("no stream has begun");
        if (inRecord)
            throw new InvalidOperationException($"the last record of {stream} has not ended");
        if (held > 0)
            EndPart(held);
        stream = null;
    }

    /// <summary>Writes the bag's tag files and manifests and ends the age file; gives what the seal states.</summary>
    /// <param name="report">Every record accounted for; goes into the bag as <c>report.json</c>.</param>
    /// <param name="collected">When collecting ended, UTC, for the chain-of-custody record; by default when the package was begun.</param>
    /// <exception cref="InvalidOperationException">A stream has not ended, or it is finished already.</exception>
    public SealStatement Finish(CollectionReport report, DateTimeOffset? collected = null)
    {
        if (stream is not null || finished)
            throw new InvalidOperationException("the last stream has not ended, or the package is finished");
        finished = true;
        pending.GetAwaiter().GetResult();
        Tag(Bag.Report, ReportBytes(report));
        Tag(Bag.Info, Encoding.UTF8.GetBytes(Bag.InfoText(facts, Name, order, payloadBytes, manifest.Digests.Count)));
        var payload = manifest.Bytes();
        Tag(Bag.Manifest, payload);
        if (facts.Custody is { } custody)
            Tag(Bag.Custody, CustodyRecord.Bytes(facts, custody, order, Name, SHA256.HashData(payload), collected ?? facts.SealedAt));
        File(Bag.TagManifest, tags.Bytes());
        encryption.Write(new byte[2 * TarHeader.Block]);
        encryption.Finish();
        volumes.Flush();
        return SealStatement.Of(facts, order, Canonical.Digest([.. salt, .. payload]), volumes.Finish());
    }

    /// <summary>Ends a part at so many bytes; what is held beyond them begins the next.</summary>
    private void EndPart(int length)
    {
        pending.GetAwaiter().GetResult();
        var path = $"{Bag.Payload}{stream}-{++part:D4}.{extension}";
        (filling, writing) = (writing, filling);
        var rest = writing.AsSpan(length, held - length);
        if (rest.Length > 0)
        {
            if (filling.Length == 0)
                filling = ArrayPool<byte>.Shared.Rent(partSize);
            rest.CopyTo(filling);
        }
        (held, lastRecord) = (rest.Length, 0);
        payloadBytes += length;
        pending = Task.Run(() =>
        {
            var digest = Task.Run(() => SHA256.HashData(writing.AsSpan(0, length)));
            File(path, writing.AsSpan(0, length));
            manifest.Add(path, digest.GetAwaiter().GetResult());
        });
    }

    private void Tag(string path, ReadOnlySpan<byte> bytes)
    {
        File(path, bytes);
        tags.Add(path, SHA256.HashData(bytes));
    }

    private void File(string path, ReadOnlySpan<byte> bytes)
    {
        encryption.Write(new TarHeader($"{Name}/{path}", bytes.Length, IsFolder: false).Write(facts.SealedAt));
        encryption.Write(bytes);
        encryption.Write(new byte[TarHeader.Padding(bytes.Length)]);
    }

    private void Folder(string path) => encryption.Write(new TarHeader($"{Name}/{path}", 0, IsFolder: true).Write(facts.SealedAt));

    private byte[] ReportBytes(CollectionReport report)
    {
        var json = JsonSerializer.SerializeToNode(report, LawJson.Options)!.AsObject();
        (json["v"], json["order"], json["trial"]) = (1, order, facts.Trial);
        var bytes = Canonical.Bytes(json);
        return bytes.Length <= Bag.MaxFile ? bytes : throw new InvalidOperationException($"the report is {bytes.Length} bytes long, more than a file of the bag may have");
    }

    /// <summary>Without <see cref="Finish"/> before it, what was written cannot be taken for a whole package: it has no last chunk.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        // Its fault, if any, has been or would have been reported by the call that needed it.
        Task.WaitAny(pending);
        encryption.Abandon();
        encryption.Dispose();
        volumes.Dispose();
        Return(ref filling);
        Return(ref writing);
        (stream, finished) = (null, true);
    }

    // Customers' data does not stay behind in a pool.
    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        buffer = [];
    }

    /// <summary>Where the ciphertext goes: to the files, and by their digests.</summary>
    private sealed class Volumes(Func<int, Stream> open, long size) : Stream
    {
        private readonly List<(long Length, byte[] Digest, byte[] Blocks)> done = [];
        private BlockDigests digests = new();
        private Stream? file;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                if (digests.Length == size)
                    Next();
                file ??= open(done.Count);
                var taken = (int)Math.Min(buffer.Length, size - digests.Length);
                digests.Append(buffer[..taken]);
                file.Write(buffer[..taken]);
                buffer = buffer[taken..];
            }
        }

        public List<(long Length, byte[] Digest, byte[] Blocks)> Finish()
        {
            if (digests.Length > 0)
                Next();
            return done;
        }

        private void Next()
        {
            var (whole, blocks) = digests.Finish();
            done.Add((digests.Length, whole, blocks));
            digests.Dispose();
            digests = new BlockDigests();
            file!.Flush();
            file = null;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => file?.Flush();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                digests.Dispose();
            base.Dispose(disposing);
        }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
