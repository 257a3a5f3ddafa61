using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Counterseal.Watch;

/// <summary>An IPv4 or IPv6 address or network (RFC 4632, RFC 4291). IPv4 in IPv6 (<c>::ffff:192.0.2.1</c>) counts as IPv4; bits behind the prefix do not count.</summary>
public readonly record struct Network
{
    private Network(UInt128 bits, int prefix, bool six)
    {
        IsSix = six;
        Prefix = prefix;
        Bits = bits & Mask(prefix, six);
    }

    /// <summary>The address's bits behind the prefix are zero; an IPv4 address has 32.</summary>
    internal UInt128 Bits { get; }

    /// <summary>Bits that count: up to 32 for IPv4, up to 128 for IPv6.</summary>
    public int Prefix { get; }

    /// <summary>An IPv6 network.</summary>
    public bool IsSix { get; }

    /// <summary>All bits count: one address.</summary>
    public bool IsAddress => Prefix == (IsSix ? 128 : 32);

    /// <summary>Every address of the other is one of this.</summary>
    /// <param name="other">The other.</param>
    public bool Holds(Network other) => IsSix == other.IsSix && Prefix <= other.Prefix && (other.Bits & Mask(Prefix, IsSix)) == Bits;

    /// <summary>The same address's first bits as a network.</summary>
    internal Network Widened(int prefix) => new(Bits, prefix, IsSix);

    /// <summary>An address as the runtime has it; a zone does not count.</summary>
    internal static Network Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length == 4) return new(BinaryPrimitives.ReadUInt32BigEndian(bytes), 32, false);
        return address.IsIPv4MappedToIPv6 ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), 32, false) : new(BinaryPrimitives.ReadUInt128BigEndian(bytes), 128, true);
    }

    /// <summary>Reads an address or a network. Four decimal numbers without leading zeros for IPv4; no zone for IPv6.</summary>
    /// <param name="text">The text.</param>
    /// <param name="network">The network.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out Network network)
    {
        network = default;
        if (text.Length is 0 or > 64) return false;
        Span<byte> bytes = stackalloc byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > 127) return false;
            bytes[i] = (byte)text[i];
        }

        return TryParse(bytes, out network);
    }

    /// <summary>Reads an address or a network from ASCII.</summary>
    /// <param name="text">The text.</param>
    /// <param name="network">The network.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out Network network)
    {
        network = default;
        var slash = text.IndexOf((byte)'/');
        var prefix = -1;
        if (slash >= 0)
        {
            var digits = text[(slash + 1)..];
            if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0')) return false;
            prefix = 0;
            foreach (var digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'9') return false;
                prefix = prefix * 10 + (digit - '0');
            }

            text = text[..slash];
        }

        if (TryFour(text, out var four))
        {
            if (prefix > 32) return false;
            network = new(four, prefix < 0 ? 32 : prefix, false);
            return true;
        }

        if (text.Length is < 2 or > 45 || text.IndexOf((byte)':') < 0 || text.IndexOf((byte)'%') >= 0 || prefix > 128) return false;
        if (!IPAddress.TryParse(Encoding.ASCII.GetString(text), out var address) || address.AddressFamily != AddressFamily.InterNetworkV6) return false;
        Span<byte> sixteen = stackalloc byte[16];
        address.TryWriteBytes(sixteen, out _);
        UInt128 bits = 0;
        foreach (var b in sixteen) bits = (bits << 8) | b;
        if (address.IsIPv4MappedToIPv6 && prefix is < 0 or >= 96) network = new((uint)bits, prefix < 0 ? 32 : prefix - 96, false);
        else network = new(bits, prefix < 0 ? 128 : prefix, true);
        return true;
    }

    /// <summary>The address, and the prefix where it is a network.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[IsSix ? 16 : 4];
        var rest = Bits;
        for (var i = bytes.Length - 1; i >= 0; i--, rest >>= 8) bytes[i] = (byte)(rest & 255);
        return IsAddress ? new IPAddress(bytes).ToString() : $"{new IPAddress(bytes)}/{Prefix}";
    }

    /// <summary>Four decimal numbers without leading zeros, and nothing else.</summary>
    internal static bool TryFour(ReadOnlySpan<byte> text, out uint bits)
    {
        bits = 0;
        if (text.Length is < 7 or > 15) return false;
        uint whole = 0;
        int parts = 0, digits = 0, part = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || ++parts > 3) return false;
                whole = (whole << 8) | (uint)part;
                digits = part = 0;
            }
            else
            {
                if (c is < (byte)'0' or > (byte)'9' || (digits == 1 && part == 0)) return false;
                part = part * 10 + (c - '0');
                if (++digits > 3 || part > 255) return false;
            }
        }

        if (parts != 3 || digits == 0) return false;
        bits = (whole << 8) | (uint)part;
        return true;
    }

    private static UInt128 Mask(int prefix, bool six) => prefix == 0 ? 0 : six
        ? UInt128.MaxValue << (128 - prefix)
        : (uint)(uint.MaxValue << (32 - prefix));
}
