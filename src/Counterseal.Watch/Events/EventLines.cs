using System.Runtime.CompilerServices;

namespace Counterseal.Watch;

/// <summary>One line of a log.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Offset">Its first byte, from 0.</param>
/// <param name="Bytes">Without the line break; valid until the next line is asked for. Empty when the line was too long.</param>
/// <param name="Length">How many bytes it has, also when it was too long to keep.</param>
/// <param name="Next">The byte after its line break: where reading can go on.</param>
/// <param name="Ended">Whether a line break ended it; the last line of a truncated file has none.</param>
/// <param name="TooLong">Whether it was passed over.</param>
internal readonly record struct EventLine(long Number, long Offset, ReadOnlyMemory<byte> Bytes, long Length, long Next, bool Ended, bool TooLong);

/// <summary>Cuts a stream into lines. A line without end is passed over in bounded memory, and the next one is read as if nothing had been.</summary>
internal static class EventLines
{
    /// <summary>Longest line that is kept, in bytes (1 MiB): a sign-in record has about one thousandth.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>The lines of a stream.</summary>
    /// <param name="stream">Read to its end, once.</param>
    /// <param name="number">The number before that of the first line.</param>
    /// <param name="offset">Where in the source the stream stands.</param>
    /// <param name="cancel">Between two reads.</param>
    public static async IAsyncEnumerable<EventLine> Read(Stream stream, long number, long offset, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new byte[256 << 10];
        int start = 0, end = 0, searched = 0;
        long passedOver = 0;
        while (true)
        {
            var breakAt = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (breakAt >= 0)
            {
                breakAt += searched;
                var length = passedOver + breakAt - start;
                yield return new EventLine(++number, offset, passedOver > 0 ? default : Trimmed(buffer, start, breakAt), length, offset + length + 1, true, passedOver > 0);
                offset += length + 1;
                passedOver = 0;
                start = searched = breakAt + 1;
                continue;
            }
            if (end - start > MostBytes || passedOver > 0)
            {
                passedOver += end - start;
                start = end;
            }
            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }
            searched = end;
            if (end == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var got = await stream.ReadAsync(buffer.AsMemory(end), cancel);
            if (got == 0)
                break;
            end += got;
        }
        if (end > start || passedOver > 0)
        {
            var length = passedOver + end - start;
            yield return new EventLine(++number, offset, passedOver > 0 ? default : Trimmed(buffer, start, end), length, offset + length, false, passedOver > 0);
        }
    }

    // Windows writes a carriage return before the line break; it belongs to no form that we read.
    private static ReadOnlyMemory<byte> Trimmed(byte[] buffer, int start, int end) =>
        buffer.AsMemory(start, (end > start && buffer[end - 1] == '\r' ? end - 1 : end) - start);
}
