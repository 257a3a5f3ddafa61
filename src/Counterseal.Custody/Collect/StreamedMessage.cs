namespace Counterseal.Custody;

/// <summary>A message that comes as a stream: its header block is read when it is offered, the rest when it is written. Disposes the stream when the next record is asked for, by <see cref="Dispose"/>.</summary>
public sealed class StreamedMessage : SourceMessage, IDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _head;
    private readonly int _headers;
    private bool _given;

    private StreamedMessage(string place, MessageTime? time, long size, Stream stream, byte[] head, int headers, string? resume) =>
        (Place, Time, Size, _stream, _head, _headers, Resume) = (place, time, size, stream, head, headers, resume);

    /// <inheritdoc/>
    public override string Place { get; }

    /// <inheritdoc/>
    public override MessageTime? Time { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Headers => _head.AsSpan(0, _headers);

    /// <inheritdoc/>
    public override long Size { get; }

    /// <summary>Reads the header block. One over 256 KiB makes it a <see cref="SourceFault"/>, and the stream is disposed.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="time">When it came.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="stream">Gives exactly that many.</param>
    /// <param name="resume">What a later reading needs to go on behind it; <c>null</c> where it cannot.</param>
    public static SourceRecord Begin(string place, MessageTime? time, long size, Stream stream, string? resume = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var head = new byte[Math.Min(size, MessageReader.HeaderLimit + 4)];
        var filled = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (filled == head.Length && HeadersEnd(head, size) is >= 0 and <= MessageReader.HeaderLimit and var end) return new StreamedMessage(place, time, size, stream, head, end, resume);
        stream.Dispose();
        return filled < head.Length ? throw Changed(place, size) : new SourceFault(place, $"its header block is longer than {MessageReader.HeaderLimit / 1024} KiB") { Resume = resume };
    }

    /// <inheritdoc/>
    public override void CopyTo(TakePiece take, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(take);
        if (_given) throw new InvalidOperationException("a streamed message is given once");
        _given = true;
        take(_head);
        var piece = new byte[64 * 1024];
        for (var left = Size - _head.Length; left > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            var n = _stream.Read(piece, 0, (int)Math.Min(piece.Length, left));
            if (n == 0) throw Changed(Place, Size);
            take(piece.AsSpan(0, n));
            left -= n;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static SourceException Changed(string place, long size) => new($"{place}: gave fewer bytes than the {size} that it has; it changed while it was being read. Run again.");

    /// <summary>Length of the header block; -1 when it does not end in what is at hand.</summary>
    private static int HeadersEnd(ReadOnlySpan<byte> bytes, long size)
    {
        for (var at = 0; ;)
        {
            var rest = bytes[at..];
            if (rest.Length > 0 && (rest[0] == '\n' || rest.StartsWith("\r\n"u8))) return at;
            var next = rest.IndexOf((byte)'\n');
            if (next < 0) return bytes.Length < size ? -1 : bytes.Length;
            at += next + 1;
        }
    }
}
