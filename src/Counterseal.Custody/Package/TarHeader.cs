using System.Globalization;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// The header block of one file or folder in a ustar archive (POSIX.1-1988). Nothing else is written or read: no links, devices, sparse files, pax
/// or GNU records, so that an archive has one meaning for every program.
/// </summary>
/// <param name="Path">ASCII, at most 100 bytes; a folder's ends in a slash.</param>
/// <param name="Length">Bytes that follow; 0 for a folder.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
internal sealed record TarHeader(string Path, long Length, bool IsFolder)
{
    /// <summary>Everything in a tar comes in blocks of 512 bytes.</summary>
    public const int Block = 512;
    private const int MaxPath = 100;
    private const long MaxLength = (1L << 33) - 1;

    /// <summary>The zero bytes that fill up the last block of a file of this length.</summary>
    public static int Padding(long length) => (int)(-length & (Block - 1));

    /// <summary>The header block; owner 0, mode 0644 or 0755.</summary>
    /// <exception cref="ArgumentException">The path or length has no place in ustar.</exception>
    public byte[] Write(DateTimeOffset modified)
    {
        if (Path.Length is 0 or > MaxPath || !Ascii.IsValid(Path))
            throw new ArgumentException($"\"{Path}\" is no path for a tar: it is ASCII and at most {MaxPath} bytes long");
        if (Length is < 0 or > MaxLength)
            throw new ArgumentException($"{Length} bytes are too many for one file in a tar");
        var block = new byte[Block];
        Encoding.ASCII.GetBytes(Path, block.AsSpan(0, MaxPath));
        Octal(block.AsSpan(100, 8), IsFolder ? 0b111_101_101 : 0b110_100_100);
        Octal(block.AsSpan(108, 8), 0);
        Octal(block.AsSpan(116, 8), 0);
        Octal(block.AsSpan(124, 12), Length);
        Octal(block.AsSpan(136, 12), Math.Clamp(modified.ToUnixTimeSeconds(), 0, MaxLength));
        block[156] = (byte)(IsFolder ? '5' : '0');
        "ustar\u000000"u8.CopyTo(block.AsSpan(257));
        Octal(block.AsSpan(329, 8), 0);
        Octal(block.AsSpan(337, 8), 0);
        Octal(block.AsSpan(148, 7), Sum(block));
        block[155] = (byte)' ';
        return block;
    }

    /// <summary>Reads a header block; null for the zero block that ends an archive.</summary>
    /// <exception cref="FormatException">Names the field or the kind of entry.</exception>
    public static TarHeader? Read(ReadOnlySpan<byte> block)
    {
        if (!block.ContainsAnyExcept((byte)0))
            return null;
        if (Number(block.Slice(148, 8), "checksum") != Sum(block))
            throw new FormatException("the header's checksum does not fit: this is no tar header");
        if (!block.Slice(257, 8).SequenceEqual("ustar\u000000"u8))
            throw new FormatException("the header is not ustar's");
        var path = Name(block[..MaxPath], "path");
        if (Name(block.Slice(345, 155), "prefix").Length > 0)
            throw new FormatException("the path is split in two; a bag's paths are short enough to be whole");
        var kind = block[156];
        if (kind is not ((byte)'0' or (byte)'5'))
            throw new FormatException(kind switch
            {
                (byte)'1' or (byte)'2' => "it is a link; only regular files and folders are taken",
                (byte)'3' or (byte)'4' or (byte)'6' => "it is a device; only regular files and folders are taken",
                _ => $"it is an entry of type 0x{kind:x2}; only regular files and folders are taken",
            });
        if (Name(block.Slice(157, 100), "link").Length > 0)
            throw new FormatException("it names a link target; only regular files and folders are taken");
        var length = Number(block.Slice(124, 12), "size");
        var isFolder = kind == '5';
        if (isFolder != path.EndsWith('/'))
            throw new FormatException("its type and its path disagree whether it is a folder");
        return isFolder && length != 0
            ? throw new FormatException("a folder has contents of its own")
            : new TarHeader(path, length, isFolder);
    }

    private static string Name(ReadOnlySpan<byte> field, string what)
    {
        var end = field.IndexOf((byte)0);
        var name = end < 0 ? field : field[..end];
        if (end >= 0 && field[end..].ContainsAnyExcept((byte)0))
            throw new FormatException($"the {what} goes on after its end");
        return !name.ContainsAnyExceptInRange((byte)'!', (byte)'~')
            ? Encoding.ASCII.GetString(name)
            : throw new FormatException($"the {what} has a character outside printable ASCII");
    }

    private static long Number(ReadOnlySpan<byte> field, string what)
    {
        var digits = field.IndexOfAnyExceptInRange((byte)'0', (byte)'7');
        // One or two of NUL and space end a number; anything else (GNU's binary numbers, minus signs) is not ustar.
        if (digits < 1 || field[digits..].ContainsAnyExcept((byte)0, (byte)' '))
            throw new FormatException($"the {what} is not an octal number");
        var number = 0L;
        foreach (var digit in field[..digits])
            number = (number << 3) | (uint)(digit - '0');
        return number;
    }

    private static void Octal(Span<byte> field, long number)
    {
        var text = Convert.ToString(number, 8).PadLeft(field.Length - 1, '0');
        Encoding.ASCII.GetBytes(text, field[..^1]);
    }

    private static long Sum(ReadOnlySpan<byte> block)
    {
        var sum = 8L * ' ';
        for (var i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : block[i];
        return sum;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Path} ({Length} bytes)");
}
