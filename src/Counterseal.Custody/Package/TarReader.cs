using System.Globalization;

namespace Counterseal.Custody;

/// <summary>Reads an archive of <see cref="TarHeader"/> entries once from front to back, to its very last byte.</summary>
internal sealed class TarReader(Stream stream)
{
    // Programs fill the last record of a tar up to 10,240 bytes.
    private const int MaxTrailing = 10_240;
    private readonly byte[] block = new byte[TarHeader.Block];
    private long position;
    private long left;
    private int padding;

    /// <summary>The byte of the archive where the current entry's header begins.</summary>
    public long Offset { get; private set; }

    /// <summary>The next entry, or null after the last one, when the archive's end has been read too.</summary>
    /// <exception cref="PackageException">Names the entry's byte and the rule.</exception>
    public TarHeader? Next()
    {
        if (left > 0)
            throw new InvalidOperationException("the entry before has not been read to its end");
        ReadZeros(padding);
        Offset = position;
        Fill();
        TarHeader? header;
        try
        {
            header = TarHeader.Read(block);
        }
        catch (FormatException e)
        {
            throw Wrong(Offset, e.Message);
        }
        if (header is null)
        {
            ReadEnd();
            return null;
        }
        (left, padding) = (header.Length, TarHeader.Padding(header.Length));
        return header;
    }

    /// <summary>Reads on in the current entry; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        var read = stream.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
        if (read == 0 && left > 0 && buffer.Length > 0)
            throw Wrong(position, "the archive ends inside a file");
        left -= read;
        position += read;
        return read;
    }

    private void ReadEnd()
    {
        ReadZeros(TarHeader.Block);
        // To the end of the stream, so that whoever verifies the stream has verified all of it.
        for (var trailing = 0; ;)
        {
            var read = stream.Read(block);
            if (read == 0)
                return;
            position += read;
            trailing += read;
            if (trailing > MaxTrailing || block.AsSpan(0, read).ContainsAnyExcept((byte)0))
                throw Wrong(position - read, "the archive goes on after its end");
        }
    }

    private void ReadZeros(int count)
    {
        var zeros = block.AsSpan(0, count);
        if (stream.ReadAtLeast(zeros, count, throwOnEndOfStream: false) < count)
            throw Wrong(position, "the archive is cut off");
        if (zeros.ContainsAnyExcept((byte)0))
            throw Wrong(position, "there is something between two files");
        position += count;
    }

    private void Fill()
    {
        if (stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) < block.Length)
            throw Wrong(position, "the archive is cut off");
        position += block.Length;
    }

    private static PackageException Wrong(long offset, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"the archive in the package, byte {offset}: {what}"));
}
