using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>The bytes of a package's volumes, one after the other, a block at a time; a block is given only when its digest is the one stated.</summary>
/// <param name="volumes">Each with its path.</param>
/// <param name="cancel">Asked for every block.</param>
internal sealed class VerifiedVolumes(IReadOnlyList<(string Path, SealedVolume Stated)> volumes, CancellationToken cancel) : Stream
{
    private readonly byte[] block = new byte[BlockDigests.Size];
    private readonly IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? file;
    private int index;
    private long next;
    private int start;
    private int end;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0 || (start == end && !NextBlock()))
            return 0;
        var taken = Math.Min(end - start, buffer.Length);
        block.AsSpan(start, taken).CopyTo(buffer);
        start += taken;
        return taken;
    }

    /// <summary>The first byte, which stays.</summary>
    public int Peek() => start < end || NextBlock() ? block[start] : -1;

    /// <summary>Everything has been read.</summary>
    /// <exception cref="PackageException">It has not, or a volume does not have the digest stated.</exception>
    public void RequireEnd()
    {
        if (start < end || NextBlock())
            throw new PackageException($"{volumes[^1].Path}: there is more after the end of what it holds");
    }

    private bool NextBlock()
    {
        cancel.ThrowIfCancellationRequested();
        while (index < volumes.Count && next * BlockDigests.Size >= volumes[index].Stated.Length)
        {
            if (Convert.ToHexStringLower(whole.GetHashAndReset()) != volumes[index].Stated.Digest)
                throw new PackageException($"{volumes[index].Path}: the whole file does not have the digest stated");
            file?.Dispose();
            (file, next) = (null, 0);
            index++;
        }
        if (index == volumes.Count)
            return false;
        var (path, stated) = volumes[index];
        file ??= PackageChecks.OpenVolume(path, stated);
        var bytes = block.AsSpan(0, stated.BlockLength(next));
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || !stated.HasBlock(next, SHA256.HashData(bytes)))
            throw new PackageException($"{PackageChecks.Place(path, stated, next)}: the block is not the one stated");
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
        {
            whole.Dispose();
            file?.Dispose();
        }
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
