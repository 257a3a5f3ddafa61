using System.Buffers;

namespace Counterseal.Custody;

/// <summary>The bytes of an age file, read once from front to back: lines first, then the payload. It knows where it is, so that errors can say so.</summary>
internal sealed class AgeInput(Stream stream)
{
    /// <summary>More is no header that anyone writes, and would be work done before anything is authenticated.</summary>
    public const int MaxHeader = 256 * 1024;
    private readonly byte[] buffer = new byte[4096];
    private readonly ArrayBufferWriter<byte> header = new();
    private int start;
    private int end;

    /// <summary>The byte that is read next.</summary>
    public long Position { get; private set; }

    /// <summary>Everything that <see cref="ReadLine"/> read, newlines included.</summary>
    public ReadOnlySpan<byte> Header => header.WrittenSpan;

    /// <summary>The next line without its newline.</summary>
    /// <exception cref="AgeException">The file ends first, or the header is too long.</exception>
    public byte[] ReadLine()
    {
        var from = header.WrittenCount;
        while (true)
        {
            if (start == end && !Fill())
                throw new AgeException(AgeFault.Header, Position, "the file ends inside its header");
            var held = buffer.AsSpan(start, end - start);
            var newline = held.IndexOf((byte)'\n');
            var taken = newline < 0 ? held.Length : newline + 1;
            if (header.WrittenCount + taken > MaxHeader)
                throw new AgeException(AgeFault.Header, Position, $"the header is longer than {MaxHeader} bytes");
            header.Write(held[..taken]);
            start += taken;
            Position += taken;
            if (newline >= 0)
                return header.WrittenSpan[from..^1].ToArray();
        }
    }

    /// <summary>Fills the span as far as the file goes; gives how far.</summary>
    public int Read(Span<byte> into)
    {
        var held = Math.Min(end - start, into.Length);
        buffer.AsSpan(start, held).CopyTo(into);
        start += held;
        var read = held + stream.ReadAtLeast(into[held..], into.Length - held, throwOnEndOfStream: false);
        Position += read;
        return read;
    }

    private bool Fill()
    {
        (start, end) = (0, stream.Read(buffer));
        return end > 0;
    }
}
