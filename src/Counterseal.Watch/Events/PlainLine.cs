using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Counterseal.Watch;

/// <summary>
/// A line as programs write them: JSON without escapes. Reading sign-ins is mostly passing over what nobody asks for, and this does that several times as fast as the framework's
/// reader. At anything else (an escape, a fault, a deep nesting) it gives up, <see cref="End"/> says so, and the line is read by <see cref="CarefulLine"/>. It never throws, and takes no line that the other refuses.
/// </summary>
internal ref struct PlainLine : IJsonLine
{
    private const int Deepest = 16;
    private const int Nowhere = -1;
    private readonly ReadOnlySpan<byte> bytes;

    // Each step keeps its place in a register and writes it back once: a chain of stores and loads would be most of the time.
    private int at;
    private int depth;
    private bool fresh;
    private bool gaveUp;

    public PlainLine(ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        at = Space(bytes, 0);
    }

    public bool Next(out ReadOnlySpan<byte> name)
    {
        name = default;
        var here = Space(bytes, at);
        if (At(bytes, here) == '}')
        {
            at = here + 1;
            depth--;
            fresh = false;
            return false;
        }
        if (!fresh)
        {
            if (At(bytes, here) != ',')
                return GiveUp();
            here = Space(bytes, here + 1);
        }
        fresh = false;
        if (At(bytes, here) != '"')
            return GiveUp();
        var end = Quote(bytes, here + 1);
        var colon = end < 0 ? 0 : Space(bytes, end + 1);
        if (end < 0 || At(bytes, colon) != ':')
            return GiveUp();
        name = bytes[(here + 1)..end];
        at = Space(bytes, colon + 1);
        return true;
    }

    public bool Enter()
    {
        if (At(bytes, at) != '{')
        {
            Pass();
            return false;
        }
        if (++depth > Deepest)
            return GiveUp();
        at++;
        return fresh = true;
    }

    /// <summary>Whether all that was given since the first <see cref="Enter"/> is so: the object ended, and nothing stands behind it.</summary>
    public readonly bool End() => !gaveUp && depth == 0 && Space(bytes, at) == bytes.Length;

    public string? Text() => Value(out var value) ? Encoding.UTF8.GetString(value) : null;

    public string? Shared() => Value(out var value) ? SharedText.Of(value) : null;

    public long? Number()
    {
        if (At(bytes, at) != '"')
            return Value(out var digits) && Utf8Parser.TryParse(digits, out long number, out var used) && used == digits.Length ? number : null;
        return Text() is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) ? written : null;
    }

    public IPAddress? Ip()
    {
        if (At(bytes, at) != '"')
        {
            Pass();
            return null;
        }
        if (!Value(out var value))
            return null;
        return Network.TryFour(value, out var four) ? new IPAddress(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(four) : four) : JsonFields.Ip(Encoding.UTF8.GetString(value));
    }

    public void Pass()
    {
        var end = After(bytes, at, depth);
        if (end < 0)
            GiveUp();
        else
            at = end;
    }

    /// <summary>A text that is not empty, or a number, as it stands; anything else is passed over.</summary>
    private bool Value(out ReadOnlySpan<byte> value)
    {
        var from = at;
        var first = At(bytes, from);
        Pass();
        value = gaveUp ? default : first == '"' ? bytes[(from + 1)..(at - 1)] : bytes[from..at];
        return first == '"' ? !value.IsEmpty && (Utf8.IsValid(value) || GiveUp()) : !value.IsEmpty && (first == '-' || char.IsAsciiDigit((char)first));
    }

    /// <summary>Where the value that begins here ends, or nowhere.</summary>
    private static int After(ReadOnlySpan<byte> bytes, int at, int depth)
    {
        switch (At(bytes, at))
        {
            case (byte)'"':
                var quote = Quote(bytes, at + 1);
                return quote < 0 ? Nowhere : quote + 1;
            case (byte)'{':
                return depth < Deepest ? AfterMembers(bytes, Space(bytes, at + 1), depth + 1) : Nowhere;
            case (byte)'[':
                return depth < Deepest ? AfterElements(bytes, Space(bytes, at + 1), depth + 1) : Nowhere;
            case (byte)'t':
                return bytes[at..].StartsWith("true"u8) ? at + 4 : Nowhere;
            case (byte)'f':
                return bytes[at..].StartsWith("false"u8) ? at + 5 : Nowhere;
            case (byte)'n':
                return bytes[at..].StartsWith("null"u8) ? at + 4 : Nowhere;
            default:
                return AfterNumber(bytes, at);
        }
    }

    private static int AfterMembers(ReadOnlySpan<byte> bytes, int at, int depth)
    {
        if (At(bytes, at) == '}')
            return at + 1;
        while (At(bytes, at) == '"')
        {
            var quote = Quote(bytes, at + 1);
            at = quote < 0 ? bytes.Length : Space(bytes, quote + 1);
            if (At(bytes, at) != ':')
                return Nowhere;
            var end = After(bytes, Space(bytes, at + 1), depth);
            at = end < 0 ? bytes.Length : Space(bytes, end);
            if (At(bytes, at) == '}')
                return at + 1;
            if (At(bytes, at) != ',')
                return Nowhere;
            at = Space(bytes, at + 1);
        }
        return Nowhere;
    }

    private static int AfterElements(ReadOnlySpan<byte> bytes, int at, int depth)
    {
        if (At(bytes, at) == ']')
            return at + 1;
        while (true)
        {
            var end = After(bytes, at, depth);
            at = end < 0 ? bytes.Length : Space(bytes, end);
            if (At(bytes, at) == ']')
                return at + 1;
            if (At(bytes, at) != ',')
                return Nowhere;
            at = Space(bytes, at + 1);
        }
    }

    // RFC 8259, 6. What follows a number is looked at by whoever reads on.
    private static int AfterNumber(ReadOnlySpan<byte> bytes, int at)
    {
        if (At(bytes, at) == '-')
            at++;
        var from = at;
        at = AfterDigits(bytes, at);
        if (at == from || (bytes[from] == '0' && at > from + 1))
            return Nowhere;
        if (At(bytes, at) == '.')
        {
            from = at + 1;
            at = AfterDigits(bytes, from);
            if (at == from)
                return Nowhere;
        }
        if ((At(bytes, at) | 0x20) == 'e')
        {
            from = At(bytes, at + 1) is (byte)'+' or (byte)'-' ? at + 2 : at + 1;
            at = AfterDigits(bytes, from);
            if (at == from)
                return Nowhere;
        }
        return at;
    }

    private static int AfterDigits(ReadOnlySpan<byte> bytes, int at)
    {
        while (char.IsAsciiDigit((char)At(bytes, at)))
            at++;
        return at;
    }

    /// <summary>Where the quote is that ends a text, or nowhere.</summary>
    private static int Quote(ReadOnlySpan<byte> bytes, int at)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        for (; at + Vector128<byte>.Count <= bytes.Length; at += Vector128<byte>.Count)
        {
            var some = Vector128.LoadUnsafe(ref start, (nuint)at);
            var ends = (Vector128.Equals(some, Vector128.Create((byte)'"')) | Vector128.Equals(some, Vector128.Create((byte)'\\')) | Vector128.Equals(Vector128.Min(some, Vector128.Create((byte)0x1f)), some)).ExtractMostSignificantBits();
            if (ends == 0)
                continue;
            at += BitOperations.TrailingZeroCount(ends);
            return bytes[at] == '"' ? at : Nowhere;
        }
        while (at < bytes.Length && bytes[at] is not ((byte)'"' or (byte)'\\' or < (byte)' '))
            at++;
        return At(bytes, at) == '"' ? at : Nowhere;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte At(ReadOnlySpan<byte> bytes, int at) => (uint)at < (uint)bytes.Length ? bytes[at] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Space(ReadOnlySpan<byte> bytes, int at)
    {
        while (At(bytes, at) is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }

    // To the end, where nothing is read as anything.
    private bool GiveUp()
    {
        gaveUp = true;
        at = bytes.Length;
        return false;
    }
}
