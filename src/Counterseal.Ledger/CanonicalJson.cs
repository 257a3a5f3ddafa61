using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Counterseal.Ledger;

/// <summary>
/// Canonical JSON by RFC 8785 (JCS): one byte string for one value, so that a digest over it means the value. Members are sorted by the UTF-16
/// code units of their names (3.2.3), numbers are printed as ECMAScript prints them (3.2.2.3), strings with the fewest escapes (3.2.2.2).
/// System.Text.Json only cuts the text into tokens; everything that the form depends on is here.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Objects and arrays within one another, at most.</summary>
    public const int MaxDepth = 64;

    /// <summary>Bytes of JSON text, at most (64 MiB).</summary>
    public const int MaxSize = 64 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The canonical bytes of the JSON text given. Duplicate keys, lone surrogates and depth over 64 are refused.</summary>
    /// <exception cref="FormatException">Not JSON, or not representable; names the byte offset.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxSize)
            throw new FormatException($"JSON text of {json.Length} bytes: at most {MaxSize} are read");
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        var output = new Output(json.Length);
        try
        {
            reader.Read();
            Value(ref reader, output);
            reader.Read();
        }
        catch (JsonException e)
        {
            var offset = Offset(json, e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
            var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new FormatException($"byte {offset}: not JSON as read here: {(cut < 0 ? e.Message : e.Message[..cut])}", e);
        }
        return output.ToArray();
    }

    /// <summary>True when the bytes are exactly the canonical form of what they say; false for anything else, JSON or not.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> json)
    {
        try
        {
            return json.SequenceEqual(Canonicalize(json));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static void Value(ref Utf8JsonReader reader, Output output)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: Object(ref reader, output); break;
            case JsonTokenType.StartArray: Array(ref reader, output); break;
            case JsonTokenType.String: String(Text(ref reader), output); break;
            case JsonTokenType.Number: Number(ref reader, output); break;
            case JsonTokenType.True: output.Add("true"u8); break;
            case JsonTokenType.False: output.Add("false"u8); break;
            default: output.Add("null"u8); break;
        }
    }

    private static void Array(ref Utf8JsonReader reader, Output output)
    {
        output.Add((byte)'[');
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!first)
                output.Add((byte)',');
            Value(ref reader, output);
        }
        output.Add((byte)']');
    }

    private static void Object(ref Utf8JsonReader reader, Output output)
    {
        output.Add((byte)'{');
        var start = output.Length;
        var members = new List<Member>();
        var sorted = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (at, from, name) = (reader.TokenStartIndex, output.Length, Text(ref reader));
            String(name, output);
            output.Add((byte)':');
            reader.Read();
            Value(ref reader, output);
            output.Add((byte)',');
            sorted &= members.Count == 0 || string.CompareOrdinal(members[^1].Name, name) < 0;
            members.Add(new Member(name, at, from - start, output.Length - from));
        }
        if (!sorted)
            Sort(members, output.Since(start));
        if (members.Count > 0)
            output.DropLast();
        output.Add((byte)'}');
    }

    private static void Sort(List<Member> members, Span<byte> written)
    {
        members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : a.At.CompareTo(b.At));
        for (var i = 1; i < members.Count; i++)
            if (members[i].Name == members[i - 1].Name)
                throw new FormatException($"byte {members[i].At}: the member \"{Shown(members[i].Name)}\" is there twice");
        var copy = written.ToArray();
        var to = 0;
        foreach (var member in members)
        {
            copy.AsSpan(member.From, member.Length).CopyTo(written[to..]);
            to += member.Length;
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"byte {reader.TokenStartIndex}: this string is not Unicode (a lone surrogate, or bytes that are not UTF-8)", e);
        }
    }

    private static void String(string text, Output output)
    {
        output.Add((byte)'"');
        var plain = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= ' ' and not ('"' or '\\'))
                continue;
            output.Add(text.AsSpan(plain, i - plain));
            plain = i + 1;
            output.Add(text[i] switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\b' => @"\b",
                '\t' => @"\t",
                '\n' => @"\n",
                '\f' => @"\f",
                '\r' => @"\r",
                var c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            });
        }
        output.Add(text.AsSpan(plain));
        output.Add((byte)'"');
    }

    private static void Number(ref Utf8JsonReader reader, Output output)
    {
        var value = double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
            throw new FormatException($"byte {reader.TokenStartIndex}: this number is beyond IEEE 754 double precision");
        output.Add(Es6(value));
    }

    /// <summary>A number as ECMAScript's Number::toString prints it (ECMA-262, 6.1.6.1.20), which RFC 8785 takes over.</summary>
    /// <param name="value">Finite.</param>
    internal static string Es6(double value)
    {
        if (Math.Abs(value) < 1L << 53 && Math.Truncate(value) == value)
            return ((long)value).ToString(CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        var (digits, n) = Shortest(Math.Abs(value));
        var k = digits.Length;
        return sign + n switch
        {
            _ when n >= k && n <= 21 => digits + new string('0', n - k),
            > 0 and <= 21 => digits[..n] + "." + digits[n..],
            > -6 and <= 0 => "0." + new string('0', -n) + digits,
            _ => digits[..1] + (k > 1 ? "." + digits[1..] : "") + "e" + (n > 0 ? "+" : "-") + Math.Abs(n - 1).ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The shortest decimal digits that read back as the same double, the closest of these, and where the point stands: 0.digits × 10^n.</summary>
    private static (string Digits, int N) Shortest(double value)
    {
        if ((BitConverter.DoubleToInt64Bits(value) & MantissaBits) != 0)
            return Split(value.ToString("R", CultureInfo.InvariantCulture));
        // Below a power of two the doubles lie twice as dense as above. There .NET's own shortest form is at times not one that reads back, so
        // it is sought here: for each length the nearest decimal, then its neighbour above, where the room is.
        for (var length = 1; length < 17; length++)
        {
            var (digits, n) = Split(value.ToString("E" + (length - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            if (Reads(digits, n, value))
                return (digits, n);
            var full = long.Parse(digits.PadRight(length, '0'), NumberStyles.None, CultureInfo.InvariantCulture);
            var above = (full + 1).ToString(CultureInfo.InvariantCulture);
            if (Reads(above, n + above.Length - length, value))
                return (above.TrimEnd('0'), n + above.Length - length);
        }
        return Split(value.ToString("E16", CultureInfo.InvariantCulture));
    }

    private const long MantissaBits = (1L << 52) - 1;

    private static bool Reads(string digits, int n, double value) =>
        double.Parse(string.Create(CultureInfo.InvariantCulture, $"0.{digits}E{n}"), NumberStyles.Float, CultureInfo.InvariantCulture) == value;

    private static (string Digits, int N) Split(string printed)
    {
        var e = printed.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(printed.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? printed : printed[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var n = (point < 0 ? mantissa.Length : point) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        return (significant.TrimEnd('0'), n - (digits.Length - significant.Length));
    }

    private static string Shown(string name) => name.Length <= 60 ? name : name[..60] + "…";

    private static long Offset(ReadOnlySpan<byte> json, long line, long inLine)
    {
        var start = 0;
        for (; line > 0 && json[start..].IndexOf((byte)'\n') is var end and >= 0; line--)
            start += end + 1;
        return start + inLine;
    }

    private readonly record struct Member(string Name, long At, int From, int Length);

    private sealed class Output(int expected)
    {
        private byte[] bytes = new byte[Math.Max(16, expected)];
        public int Length { get; private set; }
        public void DropLast() => Length--;
        public Span<byte> Since(int start) => bytes.AsSpan(start, Length - start);
        public byte[] ToArray() => bytes.AsSpan(0, Length).ToArray();
        public void Add(byte one) => Room(1)[Length++] = one;

        public void Add(ReadOnlySpan<byte> some)
        {
            some.CopyTo(Room(some.Length).AsSpan(Length));
            Length += some.Length;
        }

        public void Add(ReadOnlySpan<char> text)
        {
            var size = Strict.GetByteCount(text);
            Length += Strict.GetBytes(text, Room(size).AsSpan(Length));
        }

        private byte[] Room(int more)
        {
            if (bytes.Length - Length < more)
                System.Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + more));
            return bytes;
        }
    }
}
