namespace Counterseal.Custody;

/// <summary>
/// Writes messages as mboxrd: one <c>&gt;</c> goes before each line that matches <c>^&gt;*From </c>, so that taking one off gives back exactly the bytes that were
/// stored. Pieces may end anywhere; at most four bytes are held.
/// </summary>
internal sealed class MboxrdWriter(TakePiece take)
{
    private bool _atLineStart, _crlf;
    private int _held;
    private byte _last;

    /// <summary>Begins a message with its From line, which ends in a line ending or is given one.</summary>
    public void Begin(ReadOnlySpan<byte> fromLine)
    {
        _crlf = fromLine.EndsWith("\r\n"u8);
        take(fromLine);
        if (!fromLine.EndsWith("\n"u8)) take("\n"u8);
        (_atLineStart, _held, _last) = (true, 0, (byte)'\n');
    }

    /// <summary>The next bytes of the message.</summary>
    public void Write(ReadOnlySpan<byte> piece)
    {
        if (piece.Length == 0) return;
        var from = MboxFromLine.Marker;

        // Finish what an earlier piece left open: '>' signs so far on this line, then a part of "From ".
        var i = 0;
        while (_atLineStart && i < piece.Length)
        {
            var b = piece[i];
            if (b == from[_held])
            {
                i++;
                if (++_held < from.Length) continue;
                take(">"u8);
                Release();
            }
            else if (b == '>' && _held == 0)
            {
                take(piece.Slice(i++, 1));
                _last = b;
            }
            else
            {
                Release();
            }
        }
        if (i == piece.Length) return;

        var rest = piece[i..];
        _last = rest[^1];
        for (int at = 0, search = 0; ;)
        {
            var hit = rest[search..].IndexOf(from);
            if (hit < 0)
            {
                var tail = OpenTail(rest[at..]);
                take(rest[at..^tail]);
                (_held, _atLineStart) = (tail, tail > 0 || EndsAtLineStart(rest[at..]));
                return;
            }
            hit += search;
            search = hit + from.Length;
            var start = hit;
            while (start > 0 && rest[start - 1] == '>') start--;
            if (start == 0 || rest[start - 1] != '\n') continue;
            take(rest[at..hit]);
            take(">"u8);
            at = hit;
        }
    }

    /// <summary>Ends the message: with a line ending where it has none, and the empty line that separates messages.</summary>
    public void End()
    {
        Release();
        var line = _crlf ? "\r\n"u8 : "\n"u8;
        if (_last != '\n') take(line);
        take(line);
    }

    private void Release()
    {
        if (_held > 0)
        {
            take(MboxFromLine.Marker[.._held]);
            _last = MboxFromLine.Marker[_held - 1];
        }
        (_held, _atLineStart) = (0, false);
    }

    /// <summary>How many bytes at the end could be the beginning of a "From " on a line of its own.</summary>
    private static int OpenTail(ReadOnlySpan<byte> bytes)
    {
        for (var n = Math.Min(MboxFromLine.Marker.Length - 1, bytes.Length); n > 0; n--)
            if (bytes.EndsWith(MboxFromLine.Marker[..n]) && EndsAtLineStart(bytes[..^n])) return n;
        return 0;
    }

    /// <summary>Whether the bytes end in a line ending and then nothing but '&gt;' signs.</summary>
    private static bool EndsAtLineStart(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.TrimEnd((byte)'>');
        return rest.Length > 0 && rest[^1] == '\n';
    }
}
