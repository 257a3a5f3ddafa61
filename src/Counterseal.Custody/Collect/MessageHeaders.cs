using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// The header block of a message (RFC 5322 section 2.2), read field by field. A bare CR ends a line like LF and CRLF do: some servers take it so, and
/// then a field hidden behind it (a Subject inside a To) is not taken for part of the one before.
/// </summary>
internal static class MessageHeaders
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The first field of that name, unfolded; <c>null</c> when there is none.</summary>
    public static string? First(ReadOnlySpan<byte> block, string name)
    {
        foreach (var field in new Fields(block))
            if (field.Is(name)) return field.Text();
        return null;
    }

    /// <summary>All fields of that name, unfolded, as they stand from the top.</summary>
    public static List<string> All(ReadOnlySpan<byte> block, string name)
    {
        var all = new List<string>();
        foreach (var field in new Fields(block))
            if (field.Is(name)) all.Add(field.Text());
        return all;
    }

    /// <summary>Whether a line begins like a header field: a name of printable ASCII, then a colon.</summary>
    public static bool LooksLikeField(ReadOnlySpan<byte> line)
    {
        for (var i = 0; i < line.Length && i < 256; i++)
        {
            if (line[i] == ':') return i > 0;
            if (line[i] is <= (byte)' ' or > (byte)'~') return false;
        }
        return false;
    }

    /// <summary>The fields of a block, without allocation until one is wanted.</summary>
    public ref struct Fields(ReadOnlySpan<byte> block)
    {
        private ReadOnlySpan<byte> _rest = block;

        public Field Current { get; private set; }

        public readonly Fields GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_rest.Length > 0)
            {
                var all = _rest;
                var end = Line(all, out var next);
                if (!IsFolded(all))
                {
                    while (next < all.Length && IsFolded(all[next..]))
                    {
                        end = next + Line(all[next..], out var more);
                        next += more;
                    }
                    _rest = all[next..];
                    var colon = all[..end].IndexOf((byte)':');
                    if (colon > 0)
                    {
                        Current = new Field(all[..colon].TrimEnd(" \t"u8), all[(colon + 1)..end]);
                        return true;
                    }
                }
                else _rest = all[next..];
            }
            return false;
        }

        private static bool IsFolded(ReadOnlySpan<byte> line) => line[0] is (byte)' ' or (byte)'\t';

        /// <summary>Length of the first line without its ending, and where the next one begins.</summary>
        private static int Line(ReadOnlySpan<byte> text, out int next)
        {
            var end = text.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0) return next = text.Length;
            next = end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            return end;
        }
    }

    /// <summary>One field as stored.</summary>
    public readonly ref struct Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        private readonly ReadOnlySpan<byte> _name = name, _value = value;

        /// <summary>The name as stored; bytes beyond ASCII one character each.</summary>
        public string Name() => Encoding.Latin1.GetString(_name);

        public bool Is(string lowerCaseName) => Ascii.EqualsIgnoreCase(_name, lowerCaseName);

        /// <summary>The value without line endings and outer space: UTF-8 where it is valid, otherwise one character for each byte, so that nothing is lost.</summary>
        public string Text()
        {
            var bytes = new byte[_value.Length];
            var n = 0;
            foreach (var b in _value)
                if (b is not ((byte)'\r' or (byte)'\n')) bytes[n++] = b;
            var flat = bytes.AsSpan(0, n).Trim(" \t"u8);
            try
            {
                return _strict.GetString(flat);
            }
            catch (DecoderFallbackException)
            {
                return Encoding.Latin1.GetString(flat);
            }
        }
    }
}
