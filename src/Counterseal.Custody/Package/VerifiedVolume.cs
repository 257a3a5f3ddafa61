using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>The bytes of a volume, a block at a time; a block is given only when its digest is the one stated.</summary>
internal sealed class VerifiedVolume(Stream file, string path, SealedVolume volume, CancellationToken cancel) : Stream
{
    private readonly byte[] block = new byte[BlockDigests.Size];
    private readonly IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long next;
    private int start;
    private int end;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (start == end && !NextBlock())
            return 0;
        var taken = Math.Min(end - start, buffer.Length);
        block.AsSpan(start, taken).CopyTo(buffer);
        start += taken;
        return taken;
    }

    /// <summary>Everything has been read, and the whole has the digest stated.</summary>
    /// <exception cref="PackageException">It has not.</exception>
    public void RequireEnd()
    {
        if (start < end || NextBlock() || Convert.ToHexStringLower(whole.GetHashAndReset()) != volume.Digest)
            throw new PackageException($"{path}: the whole file does not have the digest stated");
    }

    private bool NextBlock()
    {
        cancel.ThrowIfCancellationRequested();
        if (next * BlockDigests.Size >= volume.Length)
            return false;
        var bytes = block.AsSpan(0, volume.BlockLength(next));
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || !volume.HasBlock(next, SHA256.HashData(bytes)))
            throw new PackageException($"{PackageChecks.Place(path, volume, next)}: the block is not the one stated");
        whole.AppendData(bytes);
        (start, end) = (0, bytes.Length);
        next++;
        return true;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            whole.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not used.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not used.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not possible.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
