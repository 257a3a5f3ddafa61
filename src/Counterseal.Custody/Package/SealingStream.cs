namespace Counterseal.Custody;

/// <summary>A write-only stream that makes an encrypted (or armored) file as it is written. Disposing it ends the file, unless it was given up before.</summary>
public abstract class SealingStream : Stream
{
    private bool ended;

    /// <summary>Writes what ends the file; nothing can be written after it. Disposing does it too.</summary>
    public void Finish()
    {
        if (ended)
            return;
        ended = true;
        End();
    }

    /// <summary>Gives up: the end is not written, so that nobody can take what is there for a whole file.</summary>
    public virtual void Abandon() => ended = true;

    /// <inheritdoc/>
    public sealed override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        Put(buffer);
    }

    /// <inheritdoc/>
    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Takes the next bytes.</summary>
    private protected abstract void Put(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the end.</summary>
    private protected abstract void End();

    /// <summary>Clears what is secret.</summary>
    private protected virtual void Clear()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                Finish();
            }
            finally
            {
                Clear();
            }
        }
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !ended;

    /// <summary>Not known.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not known.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Nothing to do: what is complete was passed on, what is being filled stays.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not possible.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();
}
