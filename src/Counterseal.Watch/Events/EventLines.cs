using System.Buffers;
using System.Runtime.CompilerServices;

namespace Counterseal.Watch;

/// <summary>One line of a log.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Offset">Its first byte, from 0.</param>
/// <param name="Bytes">Without the line break. Empty when the line was too long.</param>
/// <param name="Length">How many bytes it has, also when it was too long to keep.</param>
/// <param name="Next">The byte after its line break: where reading can go on.</param>
/// <param name="Ended">Whether a line break ended it; the last line of a truncated file has none.</param>
/// <param name="TooLong">Whether it was passed over.</param>
internal readonly record struct EventLine(long Number, long Offset, ReadOnlyMemory<byte> Bytes, long Length, long Next, bool Ended, bool TooLong);

/// <summary>Whole lines of a log as they were read together, in memory of their own until <see cref="Done"/>, so that several blocks can be taken apart side by side; or one line that was too long to keep.</summary>
/// <param name="Bytes">The lines with their breaks.</param>
/// <param name="Lines">How many.</param>
/// <param name="Number">The number before that of the first line.</param>
/// <param name="Offset">The first byte, from 0.</param>
/// <param name="Ended">Whether the last line has a line break.</param>
/// <param name="TooLong">The length of the one line that was passed over; 0 for lines that are here.</param>
internal sealed record EventBlock(ReadOnlyMemory<byte> Bytes, long Lines, long Number, long Offset, bool Ended, long TooLong)
{
    /// <summary>The array that <see cref="Bytes"/> is of, if it is to be given back.</summary>
    public byte[]? Rented { get; init; }

    /// <summary>Nobody looks at its bytes any more.</summary>
    public void Done()
    {
        if (Rented is not null)
            ArrayPool<byte>.Shared.Return(Rented);
    }

    /// <summary>Where reading can go on behind it.</summary>
    public FeedPosition Next => new(Number + Lines, Offset + (TooLong > 0 ? TooLong + (Ended ? 1 : 0) : Bytes.Length));

    /// <summary>The next line; <paramref name="at"/> and <paramref name="number"/> begin at 0.</summary>
    public bool Cut(ref int at, ref long number, out EventLine line)
    {
        if (number == Lines)
        {
            line = default;
            return false;
        }
        if (TooLong > 0)
        {
            line = new EventLine(Number + ++number, Offset, default, TooLong, Next.Bytes, Ended, true);
            return true;
        }
        var rest = Bytes[at..];
        var breakAt = rest.Span.IndexOf((byte)'\n');
        var length = breakAt < 0 ? rest.Length : breakAt;
        var next = at + length + (breakAt < 0 ? 0 : 1);
        // Windows writes a carriage return before the line break, and a mark at the beginning of a file; they belong to no form that we read.
        var (from, to) = (Offset + at == 0 && rest.Span.StartsWith("\uFEFF"u8) ? 3 : 0, length > 0 && rest.Span[length - 1] == '\r' ? length - 1 : length);
        line = new EventLine(Number + ++number, Offset + at, rest[from..Math.Max(from, to)], length, Offset + next, breakAt >= 0, false);
        at = next;
        return true;
    }
}

/// <summary>Cuts a stream into blocks of whole lines, as they come. A line without end is passed over in bounded memory, and the next one is read as if nothing had been.</summary>
internal static class EventLines
{
    /// <summary>Longest line that is kept, in bytes (1 MiB): a sign-in record has about one thousandth.</summary>
    public const int MostBytes = 1 << 20;

    private const int Usual = 256 << 10;

    /// <summary>The blocks of a stream.</summary>
    /// <param name="stream">Read to its end, once.</param>
    /// <param name="number">The number before that of the first line.</param>
    /// <param name="offset">Where in the source the stream stands.</param>
    /// <param name="cancel">Between two reads.</param>
    public static async IAsyncEnumerable<EventBlock> Read(Stream stream, long number, long offset, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Blocks are used again and again: an array of this size for each would be the collector's main work.
        var buffer = ArrayPool<byte>.Shared.Rent(Usual);
        var held = 0;
        long passedOver = 0;
        while (true)
        {
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var got = await stream.ReadAsync(buffer.AsMemory(held), cancel);
            if (got == 0)
                break;
            var (from, end) = (0, held + got);
            if (passedOver > 0)
            {
                var breakAt = buffer.AsSpan(0, end).IndexOf((byte)'\n');
                if (breakAt < 0)
                {
                    passedOver += end;
                    held = 0;
                    continue;
                }
                var skipped = new EventBlock(default, 1, number, offset, true, passedOver + breakAt);
                yield return skipped;
                (number, offset) = (skipped.Next.Lines, skipped.Next.Bytes);
                (passedOver, from, held) = (0, breakAt + 1, breakAt + 1);
            }
            var last = buffer.AsSpan(held, end - held).LastIndexOf((byte)'\n');
            if (last >= 0)
            {
                last += held + 1;
                // What was read is given away as it is; only the line that goes on is copied.
                var rest = ArrayPool<byte>.Shared.Rent(Math.Max(Usual, end - last));
                buffer.AsSpan(last, end - last).CopyTo(rest);
                foreach (var block in Fitting(buffer, buffer.AsMemory(from, last - from), number, offset))
                {
                    yield return block;
                    (number, offset) = (block.Next.Lines, block.Next.Bytes);
                }
                (buffer, held) = (rest, end - last);
            }
            else
            {
                if (from > 0)
                    buffer.AsSpan(from, end - from).CopyTo(buffer);
                held = end - from;
            }
            if (held > MostBytes)
                (buffer, passedOver, held) = (ArrayPool<byte>.Shared.Rent(Usual), held, 0);
        }
        if (passedOver > 0)
            yield return new EventBlock(default, 1, number, offset, false, passedOver + held);
        else if (held > 0)
            yield return held > MostBytes ? new EventBlock(default, 1, number, offset, false, held) : new EventBlock(buffer.AsMemory(0, held), 1, number, offset, false, 0);
    }

    // A line may come to be too long just in the read that ends it; it is then the first of its block.
    private static IEnumerable<EventBlock> Fitting(byte[] buffer, ReadOnlyMemory<byte> lines, long number, long offset)
    {
        if (lines.Length > MostBytes && lines.Span.IndexOf((byte)'\n') is var first && first > MostBytes)
        {
            var skipped = new EventBlock(default, 1, number, offset, true, first);
            yield return skipped;
            (lines, number, offset) = (lines[(first + 1)..], skipped.Next.Lines, skipped.Next.Bytes);
        }
        if (lines.Length > 0)
            yield return new EventBlock(lines, lines.Span.Count((byte)'\n'), number, offset, true, 0) { Rented = buffer };
    }
}
