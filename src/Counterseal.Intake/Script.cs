using System.Text;

namespace Counterseal.Intake;

/// <summary>How an original is written, told from its bytes: encoding, byte-order mark, first character that is no space.</summary>
/// <param name="Encoding">Strict: throws on a byte sequence that is not of the encoding. <c>null</c> for UTF-32, which nobody has to take.</param>
/// <param name="Name">Its name as an XML declaration writes it.</param>
/// <param name="Mark">Length of the byte-order mark.</param>
/// <param name="First">The first character that is no space, or NUL when there is none or it is not ASCII.</param>
internal sealed record Script(Encoding? Encoding, string Name, int Mark, char First)
{
    private static readonly UTF8Encoding Utf8 = new(false, true);
    private static readonly UnicodeEncoding Utf16 = new(false, false, true);
    private static readonly UnicodeEncoding Utf16Big = new(true, false, true);

    public static Script Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0, 0, 0xfe, 0xff])) return new(null, "UTF-32", 4, Peek(bytes[4..], 4, 3));
        if (bytes.StartsWith<byte>([0xff, 0xfe, 0, 0])) return new(null, "UTF-32", 4, Peek(bytes[4..], 4, 0));
        if (bytes.StartsWith<byte>([0xef, 0xbb, 0xbf])) return new(Utf8, "UTF-8", 3, Peek(bytes[3..], 1, 0));
        if (bytes.StartsWith<byte>([0xfe, 0xff])) return new(Utf16Big, "UTF-16", 2, Peek(bytes[2..], 2, 1));
        if (bytes.StartsWith<byte>([0xff, 0xfe])) return new(Utf16, "UTF-16", 2, Peek(bytes[2..], 2, 0));
        if (bytes.Length >= 4 && bytes[0] == 0 && bytes[1] == 0) return new(null, "UTF-32", 0, Peek(bytes, 4, 3));
        if (bytes.Length >= 4 && bytes[1] == 0 && bytes[2] == 0) return new(null, "UTF-32", 0, Peek(bytes, 4, 0));
        if (bytes.Length >= 2 && bytes[0] == 0) return new(Utf16Big, "UTF-16", 0, Peek(bytes, 2, 1));
        if (bytes.Length >= 2 && bytes[1] == 0) return new(Utf16, "UTF-16", 0, Peek(bytes, 2, 0));
        return new(Utf8, "UTF-8", 0, Peek(bytes, 1, 0));
    }

    /// <summary>Offset of the first byte that is not of the encoding, and its line from 1; <c>null</c> when all are.</summary>
    public (int Offset, int Line)? FirstBad(ReadOnlySpan<byte> bytes)
    {
        var bad = -1;
        if (Encoding is UTF8Encoding)
        {
            for (var i = 0; i < bytes.Length && bad < 0;)
            {
                if (Rune.DecodeFromUtf8(bytes[i..], out _, out var used) != System.Buffers.OperationStatus.Done) bad = i;
                i += used;
            }
        }
        else if (Encoding is not null)
        {
            try
            {
                Encoding.GetCharCount(bytes[Mark..]);
            }
            catch (DecoderFallbackException broken)
            {
                bad = Math.Min(Math.Max(broken.Index, 0) + Mark, bytes.Length);
            }
        }
        return bad < 0 ? null : (bad, 1 + bytes[..bad].Count((byte)'\n'));
    }

    private static char Peek(ReadOnlySpan<byte> bytes, int width, int significant)
    {
        for (var i = 0; i + width <= bytes.Length; i += width)
        {
            var c = bytes[i + significant];
            for (var j = 0; j < width; j++)
                if (j != significant && bytes[i + j] != 0)
                    return '\ufffd';
            if (c is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) return c is > 0 and < 0x80 ? (char)c : '\ufffd';
        }
        return '\0';
    }
}
