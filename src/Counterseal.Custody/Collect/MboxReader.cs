using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Counterseal.Custody;

/// <summary>What separates the messages of an mbox, as the operator states it in <c>accounts.ndjson</c>.</summary>
internal enum MboxFraming
{
    /// <summary>Not stated: From lines, and where a Content-Length frames the message too the two must agree.</summary>
    Either,
    /// <summary>mboxo, mboxrd: From lines only.</summary>
    From,
    /// <summary>mboxcl, mboxcl2: Content-Length where it ends at a From line or at the end of the file, otherwise From lines.</summary>
    Length,
}

/// <summary>
/// An mbox of any dialect (RFC 4155 and the older ones), read through one buffer. Where a message ends is known before its first byte is given, so that a message
/// larger than the buffer is read twice and nothing is handed over that later turns out to be two messages. Rules in <c>docs/sources.md</c>.
/// </summary>
internal sealed class MboxReader : MessageReader
{
    /// <summary>Bytes of the buffer. A larger one gains nothing; it must hold a whole header block twice over.</summary>
    public const int BufferLength = 2 * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private readonly MboxFraming _framing;
    private readonly byte[] _buffer;
    private readonly long _length;
    private long _origin;
    private int _filled;

    private byte[]? _aside;
    private byte[]? _chunk;
    private int _fromLength, _headersLength;
    private long _messageEnd;

    /// <summary>Opens an mbox. What is appended after this is not read.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="CannotResumeException">It is not the mbox any more that <paramref name="from"/> is of.</exception>
    public MboxReader(string path, MboxFraming framing, int bufferLength = BufferLength, string? from = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferLength, 2 * (HeaderLimit + MboxFromLine.Lookahead));
        _framing = framing;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        _length = RandomAccess.GetLength(_file);
        if (from is not null) (End, _length) = GoOn(from);
        _buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(bufferLength, _length));
    }

    /// <inheritdoc/>
    public override long Passed => End;

    /// <summary>Where the message ends, where the mbox ended when it was opened, and the digest of what stands before: a mailbox that grew is the same, one that was written anew is not.</summary>
    public override string? Resume => string.Create(CultureInfo.InvariantCulture, $"{End}:{_length}:{Before(End)}");

    /// <summary>Offset of the current entry's first byte.</summary>
    public long Start { get; private set; }

    /// <summary>Offset behind the current entry's last byte; the next entry's <see cref="Start"/>.</summary>
    public long End { get; private set; }

    /// <inheritdoc/>
    public override string Place => Start.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> FromLine => Head()[.._fromLength];

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Headers => Head()[_fromLength..(_fromLength + _headersLength)];

    /// <inheritdoc/>
    public override long Size => _messageEnd - Start - _fromLength;

    /// <inheritdoc/>
    public override MessageTime? StoredTime =>
        MessageDate.ParseFromLine(FromLine) is { } at ? new MessageTime(at, TimeBasis.FromLine) : null;

    /// <inheritdoc/>
    public override bool Read(CancellationToken cancel)
    {
        Start = End;
        _aside = null;
        Fault = null;
        (_fromLength, _headersLength) = (0, 0);
        if (Start >= _length) return false;
        if (!MboxFromLine.Begins(At(Start, MboxFromLine.Lookahead))) return ReadStray(cancel);

        var body = ReadHead();
        var byFrom = _framing == MboxFraming.Length && body >= 0 ? -1 : NextFromLine(body < 0 ? Start + _fromLength + _headersLength : body, cancel);
        var byLength = _framing == MboxFraming.From || body < 0 ? -1 : EndByContentLength(body);
        if (byFrom < 0 && byLength < 0) byFrom = NextFromLine(body, cancel);
        End = Math.Max(byFrom, byLength);
        if (_framing == MboxFraming.Either && byLength > byFrom)
            Fault = string.Create(CultureInfo.InvariantCulture, $"two readings: by its Content-Length the message runs to byte {byLength}, but a From line stands at byte {byFrom}; state the mailbox's \"framing\" in the accounts file");
        else if (body < 0)
            Fault = $"its header block is longer than {HeaderLimit / 1024} KiB";
        _messageEnd = WithoutSeparator(body < 0 ? End : body);
        return true;
    }

    /// <inheritdoc/>
    public override void CopyTo(TakePiece take, CancellationToken cancel)
    {
        var at = Start + _fromLength;
        if (Start >= _origin && _messageEnd <= _origin + _filled)
        {
            take(_buffer.AsSpan((int)(at - _origin), (int)(_messageEnd - at)));
            return;
        }
        _chunk ??= new byte[1024 * 1024];
        while (at < _messageEnd)
        {
            cancel.ThrowIfCancellationRequested();
            var n = RandomAccess.Read(_file, _chunk.AsSpan(0, (int)Math.Min(_chunk.Length, _messageEnd - at)), at);
            if (n == 0) throw Changed();
            take(_chunk.AsSpan(0, n));
            at += n;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _file.Dispose();

    /// <summary>Bytes before the first From line: an unreadable entry, or nothing where they are only empty lines.</summary>
    private bool ReadStray(CancellationToken cancel)
    {
        // NextFromLine looks for a line ending before the From line; the file's first byte has been judged already.
        End = NextFromLine(Start, cancel);
        _messageEnd = End;
        var blank = true;
        CopyTo(piece => blank = blank && !piece.ContainsAnyExcept(" \t\r\n"u8), cancel);
        if (blank) return Read(cancel);
        Fault = "it has no From line at its beginning, so it is not known what it is";
        return true;
    }

    /// <summary>Finds From line and header block; gives where the body begins, or -1 when the block is too long.</summary>
    private long ReadHead()
    {
        var bytes = At(Start, HeaderLimit + MboxFromLine.Lookahead);
        var line = bytes.IndexOf((byte)'\n');
        if (line < 0)
        {
            _fromLength = bytes.Length;
            return _length;
        }
        _fromLength = line + 1;
        var at = _fromLength;
        while (at < HeaderLimit)
        {
            var rest = bytes[at..];
            if (rest.Length == 0 || rest[0] == '\n' || rest.StartsWith("\r\n"u8) || rest[0] == 'F' && MboxFromLine.Begins(rest))
            {
                _headersLength = at - _fromLength;
                return Start + at + (rest.Length == 0 || rest[0] == 'F' ? 0 : rest[0] == '\n' ? 1 : 2);
            }
            var next = rest.IndexOf((byte)'\n');
            if (next < 0)
            {
                if (bytes.Length > HeaderLimit) break;
                _headersLength = bytes.Length - _fromLength;
                return _length;
            }
            at += next + 1;
        }
        _headersLength = 0;
        return -1;
    }

    /// <summary>The first line from <paramref name="body"/> on that begins a message, or the end of the file.</summary>
    private long NextFromLine(long body, CancellationToken cancel)
    {
        if (body < _length && body > Start && MboxFromLine.Begins(At(body, MboxFromLine.Lookahead)) && IsLineStart(body)) return body;
        var at = body;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var bytes = Scan(at);
            var last = _origin + _filled == _length;
            // A candidate is judged only with enough of what follows at hand.
            var searchable = last ? bytes : bytes[..^MboxFromLine.Lookahead];
            var hit = searchable.IndexOf("\nFrom "u8);
            if (hit >= 0)
            {
                if (MboxFromLine.Begins(bytes[(hit + 1)..])) return at + hit + 1;
                at += hit + 1;
                continue;
            }
            if (last) return _length;
            at += searchable.Length - MboxFromLine.Marker.Length;
        }
    }

    /// <summary>Where a Content-Length says that the message ends, if a From line or the end of the file is there; otherwise -1.</summary>
    private long EndByContentLength(long body)
    {
        var fields = MessageHeaders.All(Headers, "content-length");
        if (fields.Count != 1 || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > _length - body) return -1;
        var at = body + length;
        if (at == _length) return at;
        Span<byte> bytes = stackalloc byte[MboxFromLine.Lookahead + 8];
        // One byte before, to see that a From line begins a line.
        bytes = bytes[..Peek(bytes, at - 1)];
        var i = 1;
        for (var lines = 0; lines < 2 && i < bytes.Length; lines++)
        {
            if (bytes[i] == '\n') i++;
            else if (bytes[i..].StartsWith("\r\n"u8)) i += 2;
        }
        if (at - 1 + i == _length) return _length;
        return bytes[i - 1] == '\n' && MboxFromLine.Begins(bytes[i..]) ? at - 1 + i : -1;
    }

    /// <summary>Where the message ends without the empty line that separates it from the next.</summary>
    private long WithoutSeparator(long body)
    {
        Span<byte> tail = stackalloc byte[3];
        var room = (int)Math.Min(3, End - body);
        if (room < 1) return End;
        // The line ending before the body counts, so that a body of one empty line is only a separator.
        room = (int)Math.Min(3, End - Start);
        tail = tail[..Peek(tail[..room], End - room)];
        if (tail.EndsWith("\n\r\n"u8) && End - body >= 2) return End - 2;
        return tail.EndsWith("\n\n"u8) ? End - 1 : End;
    }

    private bool IsLineStart(long at)
    {
        Span<byte> before = stackalloc byte[1];
        return at == 0 || Peek(before, at - 1) == 1 && before[0] == '\n';
    }

    /// <summary>From line and header block, from the buffer or from where they were kept when it moved on.</summary>
    private ReadOnlySpan<byte> Head() => _aside ?? (Start >= _origin ? _buffer.AsSpan((int)(Start - _origin), _fromLength + _headersLength) : default);

    /// <summary>At least so many bytes from there on, or all up to the end of the file; the buffer keeps the current message if it can.</summary>
    private ReadOnlySpan<byte> At(long position, int count)
    {
        var have = position >= _origin ? _origin + _filled - position : -1;
        if (have < Math.Min(count, _length - position)) Move(position, count);
        return _buffer.AsSpan((int)(position - _origin), _filled - (int)(position - _origin));
    }

    /// <summary>All that the buffer has from there on, after moving it on when that is too little to judge a From line.</summary>
    private ReadOnlySpan<byte> Scan(long position) => At(position, 2 * MboxFromLine.Lookahead);

    private void Move(long position, int count)
    {
        var keep = position;
        if (Start >= _origin && Start < position && position - Start + count <= _buffer.Length) keep = Start;
        else if (Start < position && Start >= _origin && _aside is null) _aside = Head().ToArray();
        var kept = 0;
        if (keep >= _origin && keep < _origin + _filled)
        {
            kept = (int)(_origin + _filled - keep);
            _buffer.AsSpan((int)(keep - _origin), kept).CopyTo(_buffer);
        }
        (_origin, _filled) = (keep, kept);
        var want = (int)Math.Min(_buffer.Length, _length - keep);
        while (_filled < want)
        {
            var n = RandomAccess.Read(_file, _buffer.AsSpan(_filled, want - _filled), _origin + _filled);
            if (n == 0) throw Changed();
            _filled += n;
        }
    }

    /// <summary>Reads a few bytes anywhere without moving the buffer.</summary>
    private int Peek(Span<byte> bytes, long position)
    {
        var want = (int)Math.Min(bytes.Length, _length - position);
        if (position >= _origin && position + want <= _origin + _filled)
        {
            _buffer.AsSpan((int)(position - _origin), want).CopyTo(bytes);
            return want;
        }
        for (var got = 0; got < want;)
        {
            var n = RandomAccess.Read(_file, bytes[got..want], position + got);
            if (n == 0) throw Changed();
            got += n;
        }
        return want;
    }

    private (long End, long Length) GoOn(string from)
    {
        if (from.Split(':') is [var end, var length, var before]
            && long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var whole)
            && at <= whole && whole <= _length && Before(at) == before)
            return (at, whole);
        _file.Dispose();
        throw new CannotResumeException("the mailbox was written anew since");
    }

    /// <summary>The digest of the last 64 KiB before an offset.</summary>
    private string Before(long end)
    {
        var bytes = new byte[Math.Min(end, 64 * 1024)];
        for (var got = 0; got < bytes.Length;)
        {
            var n = RandomAccess.Read(_file, bytes.AsSpan(got), end - bytes.Length + got);
            if (n == 0) throw Changed();
            got += n;
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    private SourceException Changed() => new($"a mailbox became shorter while it was being read (it had {_length} bytes). Run again over a mailbox that is at rest, or a snapshot of it.");
}
