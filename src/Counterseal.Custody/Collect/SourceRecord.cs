namespace Counterseal.Custody;

/// <summary>One record as a collector offers it: a row, a session, a message, a file, or one that could not be read.</summary>
public abstract class SourceRecord
{
    private protected SourceRecord()
    {
    }

    /// <summary>Where it is in the source, so that a person finds it: a byte offset, a file's name, a row's key.</summary>
    public abstract string Place { get; }

    /// <summary>
    /// What a later reading needs to go on behind this record (<see cref="CollectorRun.From"/>), in the collector's own words, at most 4 KiB; <c>null</c> where it cannot: then a reading that is cut off begins anew. It is asked for
    /// rarely, and only after the record was taken.
    /// </summary>
    public virtual string? Resume { get; init; }
}

/// <summary>A record that could not be read: named, never skipped.</summary>
/// <param name="place">Where it is.</param>
/// <param name="reason">Why, in plain words without customer data.</param>
public sealed class SourceFault(string place, string reason) : SourceRecord
{
    /// <inheritdoc/>
    public override string Place => place;

    /// <summary>Why, in plain words.</summary>
    public string Reason => reason;
}

/// <summary>A record of named fields, one line of NDJSON.</summary>
/// <param name="place">Where it is.</param>
/// <param name="time">When it happened; <c>null</c> where the category has no time, or the record's cannot be read.</param>
/// <param name="fields">Names and values: text, whole or decimal numbers, true and false, instants, lists of texts; <c>null</c> is left out. Bytes are written as base64.</param>
public sealed class SourceRow(string place, DateTimeOffset? time, IReadOnlyList<KeyValuePair<string, object?>> fields) : SourceRecord
{
    /// <inheritdoc/>
    public override string Place => place;

    /// <summary>When it happened.</summary>
    public DateTimeOffset? Time => time;

    /// <summary>Names and values.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Fields => fields;
}

/// <summary>A record of the category identification: when an account was used, and from where.</summary>
/// <param name="place">Where it is.</param>
/// <param name="session">The session.</param>
public sealed class SourceSession(string place, Session session) : SourceRecord
{
    /// <inheritdoc/>
    public override string Place => place;

    /// <summary>The session.</summary>
    public Session Session => session;
}

/// <summary>A mail message as stored (RFC 5322), of any size: only its header block is held.</summary>
public abstract class SourceMessage : SourceRecord
{
    /// <summary>When it came; <c>null</c> where nothing tells.</summary>
    public abstract MessageTime? Time { get; }

    /// <summary>A <c>From </c> line for an mbox, with its line ending. By default one made of <see cref="Time"/>.</summary>
    public virtual ReadOnlySpan<byte> FromLine => MboxFromLine.Made(Time?.At);

    /// <summary>The header block as stored, without the empty line that ends it; at most 256 KiB.</summary>
    public abstract ReadOnlySpan<byte> Headers { get; }

    /// <summary>Bytes of headers and body as stored.</summary>
    public abstract long Size { get; }

    /// <summary>Gives these bytes in pieces.</summary>
    public abstract void CopyTo(TakePiece take, CancellationToken cancel);
}

/// <summary>A stored file or object.</summary>
public abstract class SourceFile : SourceRecord
{
    /// <summary>Its name within the account, as stored.</summary>
    public abstract string Name { get; }

    /// <summary>The span of time that it is of, <c>End</c> exclusive: an instant where both are equal, a whole day where only that is known.</summary>
    public abstract (DateTimeOffset First, DateTimeOffset End) Time { get; }

    /// <summary>Its bytes.</summary>
    public abstract long Size { get; }

    /// <summary>Gives exactly <see cref="Size"/> bytes in pieces.</summary>
    /// <exception cref="SourceException">It has another size by now, or cannot be read.</exception>
    public abstract void CopyTo(TakePiece take, CancellationToken cancel);
}
