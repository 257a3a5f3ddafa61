namespace Counterseal.Custody;

/// <summary>Takes a piece of bytes.</summary>
public delegate void TakePiece(ReadOnlySpan<byte> piece);

/// <summary>
/// The messages of one mailbox, one after the other. After <see cref="Read"/> the other members speak of the current message; spans are
/// valid until the next <see cref="Read"/>. Only the header block is held, a message may be of any size.
/// </summary>
internal abstract class MessageReader : SourceMessage, IDisposable
{
    /// <summary>A header block longer than this makes its message unreadable (with its From line, in bytes).</summary>
    public const int HeaderLimit = 256 * 1024;

    /// <summary>Goes to the next message; <c>false</c> after the last.</summary>
    /// <exception cref="SourceException">The mailbox changed while it was read, or cannot be read at all.</exception>
    public abstract bool Read(CancellationToken cancel);

    /// <summary>Bytes of the mailbox up to the end of the current message.</summary>
    public abstract long Passed { get; }

    /// <summary>Why the current message cannot be read; <c>null</c> when it can.</summary>
    public string? Fault { get; protected set; }

    /// <inheritdoc/>
    public override MessageTime? Time => MessageTime.Of(this);

    /// <summary>What the mailbox itself says of the time: the From line of an mbox, the name of a Maildir file.</summary>
    public abstract MessageTime? StoredTime { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    protected abstract void Dispose(bool disposing);
}
