namespace Counterseal.Custody;

/// <summary>Takes a piece of bytes.</summary>
internal delegate void TakePiece(ReadOnlySpan<byte> piece);

/// <summary>
/// The messages of one mailbox, one after the other. After <see cref="Read"/> the other members speak of the current message; spans are
/// valid until the next <see cref="Read"/>. Only the header block is held, a message may be of any size.
/// </summary>
internal abstract class MessageReader : IDisposable
{
    /// <summary>A header block longer than this makes its message unreadable (with its From line, in bytes).</summary>
    public const int HeaderLimit = 256 * 1024;

    /// <summary>Goes to the next message; <c>false</c> after the last.</summary>
    /// <exception cref="SourceException">The mailbox changed while it was read, or cannot be read at all.</exception>
    public abstract bool Read(CancellationToken cancel);

    /// <summary>Byte offset in an mbox, or the file's name in a Maildir.</summary>
    public abstract string Place { get; }

    /// <summary>Why the current message cannot be read; <c>null</c> when it can.</summary>
    public string? Fault { get; protected set; }

    /// <summary>The <c>From </c> line as stored, with its line ending; for a Maildir, one made for it.</summary>
    public abstract ReadOnlySpan<byte> FromLine { get; }

    /// <summary>The header block as stored, without the empty line that ends it.</summary>
    public abstract ReadOnlySpan<byte> Headers { get; }

    /// <summary>Bytes of the message as stored: headers and body, without From line and without the empty line that separates messages.</summary>
    public abstract long Size { get; }

    /// <summary>What the mailbox itself says of the time: the From line of an mbox, the name of a Maildir file.</summary>
    public abstract MessageTime? StoredTime { get; }

    /// <summary>Gives the message's <see cref="Size"/> bytes in pieces.</summary>
    public abstract void CopyTo(TakePiece take, CancellationToken cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    protected abstract void Dispose(bool disposing);
}
