using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// A message on its way out, without the attachments that the rule keeps out: a part goes from its boundary line to the next, and every other byte stays as it is stored. Held are the beginning of a line, a part's
/// header block, and, where size decides, a part up to the limit.
/// </summary>
internal sealed class AttachmentFilter
{
    private const int MostHeaders = 64 * 1024;
    private const int MostBoundary = 200;
    private const int Deepest = 32;

    private readonly AttachmentRule _rule;
    private readonly TakePiece _take;
    private readonly List<byte[]> _boundaries = [];
    private readonly List<byte> _line = [], _part = [];
    private State _state, _after;
    private string _type = "";
    private bool _midLine;
    private byte _lastOfLine;
    private long _toSkip, _leftOut;

    private enum State
    {
        /// <summary>The message's own header block, which is not held: its reader has it.</summary>
        Top,
        /// <summary>What goes out.</summary>
        Out,
        /// <summary>A part's header block, held.</summary>
        Headers,
        /// <summary>An attachment that goes out unless it is too large, held.</summary>
        Undecided,
        /// <summary>An attachment that is left out.</summary>
        Dropped,
    }

    /// <summary>Begins a message.</summary>
    /// <param name="rule">What stays out.</param>
    /// <param name="headers">The message's header block.</param>
    /// <param name="take">Takes what goes out.</param>
    public AttachmentFilter(AttachmentRule rule, ReadOnlySpan<byte> headers, TakePiece take)
    {
        (_rule, _take) = (rule, take);
        _toSkip = headers.Length;
        Entity(headers);
    }

    /// <summary>Attachments left out so far.</summary>
    public long LeftOut => _leftOut;

    /// <summary>The next bytes of the message.</summary>
    public void Write(ReadOnlySpan<byte> piece)
    {
        // The header block of the message goes out as it is, with the empty line that ends it.
        if (_state == State.Top)
        {
            var n = (int)Math.Min(_toSkip, piece.Length);
            _take(piece[..n]);
            _toSkip -= n;
            piece = piece[n..];
            while (piece.Length > 0 && _state == State.Top)
            {
                var b = piece[0];
                _take(piece[..1]);
                piece = piece[1..];
                if (b != '\r') _state = _after;
            }
        }
        while (piece.Length > 0)
        {
            var end = piece.IndexOf((byte)'\n');
            var part = end < 0 ? piece : piece[..(end + 1)];
            piece = piece[part.Length..];
            if (_midLine)
            {
                Pass(part);
                _midLine = end < 0;
                continue;
            }
            var room = Math.Min(part.Length, MostBoundary + 8 - _line.Count);
            _line.AddRange(part[..room]);
            part = part[room..];
            if (_line.Count < MostBoundary + 8 && _line[^1] != '\n') continue;
            Line();
            if (part.Length > 0) Pass(part);
            _midLine = part.Length > 0 ? part[^1] != '\n' : _lastOfLine != '\n';
        }
    }

    /// <summary>Ends the message.</summary>
    public void End()
    {
        if (_line.Count > 0) Line();
        if (_state == State.Headers) PartHeaders();
        if (_state == State.Undecided) Release();
    }

    /// <summary>The beginning of a line, or a whole one.</summary>
    private void Line()
    {
        var line = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line);
        _lastOfLine = line[^1];
        var (level, closes) = Boundary(line);
        if (level >= 0)
        {
            if (_state == State.Headers) PartHeaders();
            if (_state == State.Undecided) Release();
            _boundaries.RemoveRange(closes ? level : level + 1, _boundaries.Count - (closes ? level : level + 1));
            _state = closes ? State.Out : State.Headers;
            Pass(line);
        }
        else if (_state == State.Headers && line.TrimEnd("\r\n"u8).IsEmpty)
        {
            Pass(line);
            PartHeaders();
        }
        else
        {
            Pass(line);
        }
        _line.Clear();
    }

    /// <summary>Which of the open boundaries a line is of, the innermost first; -1 for none.</summary>
    private (int Level, bool Closes) Boundary(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("--"u8)) return (-1, false);
        var rest = line[2..].TrimEnd(" \t\r\n"u8);
        for (var i = _boundaries.Count - 1; i >= 0; i--)
        {
            if (rest.SequenceEqual(_boundaries[i])) return (i, false);
            if (rest.Length == _boundaries[i].Length + 2 && rest.StartsWith(_boundaries[i]) && rest.EndsWith("--"u8)) return (i, true);
        }
        return (-1, false);
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        switch (_state)
        {
            case State.Headers:
                _part.AddRange(bytes);
                if (_part.Count <= MostHeaders) break;
                // No mail program writes such a header block; what it is cannot be told, so it is taken for an attachment.
                _type = "application/octet-stream";
                Decide();
                break;
            case State.Undecided:
                _part.AddRange(bytes);
                if (_part.Count > _rule.Largest) Drop();
                break;
            case State.Dropped:
                break;
            default:
                _take(bytes);
                break;
        }
    }

    /// <summary>A part's header block is complete.</summary>
    private void PartHeaders()
    {
        var block = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_part);
        var start = block.IndexOf((byte)'\n') + 1;
        Entity(block[start..]);
        if (_after == State.Out) Release();
        else Decide();
    }

    /// <summary>What an entity's header block says: a multipart opens a boundary and goes out, a text that is no attachment goes out, anything else is one.</summary>
    private void Entity(ReadOnlySpan<byte> headers)
    {
        var type = MessageHeaders.First(headers, "content-type") ?? "text/plain";
        var disposition = MessageHeaders.First(headers, "content-disposition") ?? "";
        _type = type.Split(';')[0].Trim().ToLowerInvariant();
        _after = State.Undecided;
        if (_type.StartsWith("multipart/", StringComparison.Ordinal) && Parameter(type, "boundary") is { Length: > 0 and <= MostBoundary } boundary && _boundaries.Count < Deepest)
        {
            _boundaries.Add(Encoding.Latin1.GetBytes(boundary.TrimEnd()));
            _after = State.Out;
        }
        else if (_type is "text/plain" or "text/html" && !disposition.TrimStart().StartsWith("attachment", StringComparison.OrdinalIgnoreCase) && Parameter(disposition, "filename") is null && Parameter(type, "name") is null)
        {
            _after = State.Out;
        }
        if (_state == State.Top && _after == State.Undecided)
        {
            // The message itself is the attachment: its header block stays.
            if (_rule.LeavesOut(_type))
            {
                _after = State.Dropped;
                _leftOut++;
            }
            else if (_rule.Largest is null)
            {
                _after = State.Out;
            }
        }
    }

    private void Decide()
    {
        if (_rule.LeavesOut(_type) || _part.Count > _rule.Largest) Drop();
        else if (_rule.Largest is null) Release();
        else _state = State.Undecided;
    }

    private void Drop()
    {
        _part.Clear();
        _state = State.Dropped;
        _leftOut++;
    }

    private void Release()
    {
        _take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_part));
        _part.Clear();
        _state = State.Out;
    }

    /// <summary>A parameter of a structured field (RFC 2045), its quotation marks taken off; <c>null</c> when it has none. The encoded and continued forms of RFC 2231 count as there.</summary>
    internal static string? Parameter(string field, string name)
    {
        for (var at = field.IndexOf(';', StringComparison.Ordinal); at >= 0 && at < field.Length;)
        {
            var equals = field.IndexOf('=', at);
            if (equals < 0) return null;
            var key = field[(at + 1)..equals].Trim();
            var value = new StringBuilder();
            var i = equals + 1;
            while (i < field.Length && field[i] is ' ' or '\t') i++;
            if (i < field.Length && field[i] == '"')
            {
                for (i++; i < field.Length && field[i] != '"'; i++)
                {
                    if (field[i] == '\\' && i + 1 < field.Length) i++;
                    value.Append(field[i]);
                }
                at = field.IndexOf(';', Math.Min(i, field.Length));
            }
            else
            {
                at = field.IndexOf(';', Math.Min(i, field.Length));
                value.Append(field.AsSpan(i, (at < 0 ? field.Length : at) - i).Trim());
            }
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase) || (name != "boundary" && key.StartsWith(name + "*", StringComparison.OrdinalIgnoreCase))) return value.ToString();
        }
        return null;
    }
}
