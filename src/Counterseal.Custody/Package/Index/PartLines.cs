using System.Text;

namespace Counterseal.Custody;

/// <summary>The lines of a stream that lies in parts, read once and front to back; a long line is kept to its first 64 KiB.</summary>
internal sealed class PartLines(IReadOnlyList<string> parts) : IDisposable
{
    private const int Longest = 64 * 1024;
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly MemoryStream line = new();
    private FileStream? file;
    private int next;
    private int start;
    private int end;

    /// <summary>The part in which the line that was read last begins, from 0.</summary>
    public int Part { get; private set; }

    /// <summary>Where in that part, in bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>The line's bytes without its ending; valid until the next.</summary>
    public ReadOnlySpan<byte> Line => line.GetBuffer().AsSpan(0, (int)line.Length);

    /// <summary>The line in words.</summary>
    public string Text => Encoding.UTF8.GetString(Line);

    /// <summary>Bytes of the line with its ending, also those that were not kept.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the next line; false at the end.</summary>
    public bool Next()
    {
        line.SetLength(0);
        Length = 0;
        while (start < end || Fill())
        {
            if (Length == 0)
                (Part, Offset) = (next - 1, file!.Position - (end - start));
            var held = buffer.AsSpan(start, end - start);
            var newline = held.IndexOf((byte)'\n');
            var taken = newline < 0 ? held : held[..newline];
            line.Write(taken[..(int)Math.Min(taken.Length, Longest - line.Length)]);
            var used = newline < 0 ? held.Length : newline + 1;
            start += used;
            Length += used;
            if (newline < 0)
                continue;
            if (line.Length > 0 && line.GetBuffer()[line.Length - 1] == '\r')
                line.SetLength(line.Length - 1);
            return true;
        }
        return Length > 0;
    }

    private bool Fill()
    {
        while (true)
        {
            if (file is not null && (end = file.Read(buffer)) > 0)
            {
                start = 0;
                return true;
            }
            (start, end) = (0, 0);
            if (next == parts.Count)
                return false;
            file?.Dispose();
            file = new FileStream(parts[next++], FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file?.Dispose();
        line.Dispose();
    }
}
