using System.Buffers.Binary;
using System.IO.Compression;

namespace Counterseal.Custody;

/// <summary>
/// Pixels as a PNG that we write ourselves: what a renderer in the sandbox hands out is read as bare pixels (binary PPM) and nothing else, so that no byte that a hostile demand could have
/// shaped reaches the reviewer's browser but as a colour.
/// </summary>
internal static class Png
{
    private const int MostSide = 10_000;

    /// <summary>The PNG of a binary PPM (<c>P6</c>, 255 levels); <c>null</c> for bytes of any other shape.</summary>
    public static byte[]? FromPpm(ReadOnlySpan<byte> ppm)
    {
        if (!ppm.StartsWith("P6\n"u8))
            return null;
        var rest = ppm[3..];
        if (!Number(ref rest, (byte)' ', out var width) || !Number(ref rest, (byte)'\n', out var height) || !Number(ref rest, (byte)'\n', out var levels))
            return null;
        if (width is 0 or > MostSide || height is 0 or > MostSide || levels != 255 || rest.Length != 3L * width * height)
            return null;
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        // Eight bits a sample, red green blue, no interlacing.
        (header[8], header[9]) = (8, 2);
        Chunk(png, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(rest.Slice(3 * width * row, 3 * width));
            }
        }
        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>Width and height of a PNG of ours.</summary>
    public static (int Width, int Height) Size(ReadOnlySpan<byte> png) => (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..]));

    private static bool Number(ref ReadOnlySpan<byte> rest, byte end, out int number)
    {
        var at = rest.IndexOf(end);
        number = 0;
        if (at is < 1 or > 5)
            return false;
        foreach (var digit in rest[..at])
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = (10 * number) + digit - '0';
        }
        rest = rest[(at + 1)..];
        return true;
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(four, data.Length);
        png.Write(four);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(four, Crc(type, data));
        png.Write(four);
    }

    /// <summary>CRC-32 as PNG has it (ISO 3309).</summary>
    private static uint Crc(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var crc = Step(Step(uint.MaxValue, type), data);
        return ~crc;

        static uint Step(uint crc, ReadOnlySpan<byte> bytes)
        {
            foreach (var one in bytes)
                crc = Table[(byte)(crc ^ one)] ^ (crc >> 8);
            return crc;
        }
    }

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n =>
    {
        var crc = (uint)n;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    })];
}
