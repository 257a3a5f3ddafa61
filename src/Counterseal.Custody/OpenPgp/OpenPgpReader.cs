using System.Buffers.Binary;

namespace Counterseal.Custody;

/// <summary>Reads the fields of an OpenPGP packet (RFC 9580, 3) from front to back; whatever is not there is a <see cref="FormatException"/>.</summary>
internal ref struct OpenPgpReader(ReadOnlySpan<byte> bytes)
{
    // 16,384 bits; no algorithm that is read here has longer numbers.
    private const int MaxNumber = 2048;
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Bytes that are left.</summary>
    public readonly int Left => rest.Length;

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
            throw new FormatException($"{count} bytes should follow where {rest.Length} are left");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(rest.Length);

    /// <summary>The next byte, which stays.</summary>
    public readonly byte Peek() => rest[0];

    public byte Byte() => Take(1)[0];

    public ushort Short() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint Long() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>A length of four octets that fits what is left.</summary>
    public int Count() => Long() is var count && count <= (uint)rest.Length ? (int)count : throw new FormatException($"{count} bytes should follow where {rest.Length} are left");

    /// <summary>A number (RFC 9580, 3.2): its bits, then its bytes without leading zeros.</summary>
    public ReadOnlySpan<byte> Number()
    {
        var bits = Short();
        var bytes = Take((bits + 7) / 8);
        if (bytes.Length > MaxNumber)
            throw new FormatException($"a number of {bits} bits is longer than any key's");
        return bytes.Length > 0 && (bytes[0] == 0 || 8 * bytes.Length - byte.LeadingZeroCount(bytes[0]) != bits)
            ? throw new FormatException("a number does not have the bits that it says")
            : bytes;
    }

    /// <summary>A length of one, two or five octets (RFC 9580, 4.2.1 and 5.2.3.7), without the partial ones.</summary>
    public int Length(bool subpacket)
    {
        var first = Byte();
        return first < 192 ? first
            : first == 255 ? Count()
            : first < 224 || subpacket ? ((first - 192) << 8) + Byte() + 192
            : throw new FormatException("a packet in pieces, where a key has whole ones");
    }

    /// <summary>The next packet (RFC 9580, 4.2), in either format of its header.</summary>
    public (int Tag, byte[] Body) Packet()
    {
        var header = Byte();
        if ((header & 0x80) == 0)
            throw new FormatException("this is no OpenPGP packet");
        if ((header & 0x40) != 0)
            return (header & 63, Take(Length(subpacket: false)).ToArray());
        var length = (header & 3) switch
        {
            0 => Byte(),
            1 => Short(),
            2 => Count(),
            _ => throw new FormatException("a packet without a length, where a key has whole ones"),
        };
        return (header >> 2 & 15, Take(length).ToArray());
    }
}
