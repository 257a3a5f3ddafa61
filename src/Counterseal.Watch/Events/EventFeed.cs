using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Counterseal.Watch;

/// <summary>What one line of a log gave.</summary>
/// <param name="Event">The event, if there is one.</param>
/// <param name="Fault">What was wrong, if anything.</param>
/// <param name="Next">Number and offset from which reading goes on after this line.</param>
public readonly record struct FeedLine(WatchEvent? Event, EventFault? Fault, FeedPosition Next);

/// <summary>How far a source was read: kept in the store with the effects of what was read, so that a killed reader goes on there.</summary>
/// <param name="Lines">Lines read.</param>
/// <param name="Bytes">Bytes read.</param>
public readonly record struct FeedPosition(long Lines, long Bytes);

/// <summary>Lines that were read together.</summary>
/// <param name="Events">Their events, in order.</param>
/// <param name="Faults">What was wrong, in order.</param>
/// <param name="Next">Number and offset from which reading goes on after them.</param>
public sealed record FeedBatch(IReadOnlyList<WatchEvent> Events, IReadOnlyList<EventFault> Faults, FeedPosition Next);

/// <summary>Events from a stream of lines: a file, standard input, the body of a request. Nothing that a line holds ends the reading.</summary>
public static class EventFeed
{
    /// <summary>How far a logger's clock may be ahead of ours before it is said.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads to the end, line by line.</summary>
    /// <param name="stream">At its start; what was read before is passed over, by seeking where the stream can.</param>
    /// <param name="source">Its name, for places.</param>
    /// <param name="reading">The form of its lines.</param>
    /// <param name="from">Where an earlier reading came to.</param>
    /// <param name="time">Our clock.</param>
    /// <param name="cancel">Between lines.</param>
    /// <exception cref="IOException">The source itself cannot be read, or is shorter than what was read of it before.</exception>
    public static async IAsyncEnumerable<FeedLine> Read(
        Stream stream, string source, EventReading reading, FeedPosition from, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(time);
        await PassOver(stream, source, reading, from.Bytes, cancel);
        await foreach (var line in Rest(stream, source, reading, from, time, cancel))
            yield return line;
    }

    /// <summary>Reads on from a stream that stands where an earlier reading came to; the reading has seen a CSV file's header already.</summary>
    internal static async IAsyncEnumerable<FeedLine> Rest(
        Stream stream, string source, EventReading reading, FeedPosition from, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var block in EventLines.Read(stream, from.Lines, from.Bytes, cancel))
        {
            var (at, number) = (0, 0L);
            while (block.Cut(ref at, ref number, out var line))
            {
                cancel.ThrowIfCancellationRequested();
                var (happened, fault) = One(line, source, reading, time.GetUtcNow());
                yield return new FeedLine(happened, fault, new(line.Number, line.Next));
            }
            block.Done();
        }
    }

    /// <summary>Reads to the end in batches, which come in the order of the source: one thread cuts, others take the lines apart. For files; a batch of a pipe is what it gave at once.</summary>
    /// <param name="stream">At its start; what was read before is passed over, by seeking where the stream can.</param>
    /// <param name="source">Its name, for places.</param>
    /// <param name="reading">The form of its lines.</param>
    /// <param name="from">Where an earlier reading came to.</param>
    /// <param name="time">Our clock.</param>
    /// <param name="threads">How many take lines apart, beside the caller's.</param>
    /// <param name="cancel">Between batches.</param>
    /// <exception cref="IOException">The source itself cannot be read, or is shorter than what was read of it before.</exception>
    public static async IAsyncEnumerable<FeedBatch> Batches(
        Stream stream, string source, EventReading reading, FeedPosition from, TimeProvider time, int threads, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        await PassOver(stream, source, reading, from.Bytes, cancel);
        var ahead = new Queue<Task<FeedBatch>>(threads + 1);
        // A CSV file's reading learns its header first, and nobody may read beside it until then.
        var learnt = false;
        await foreach (var block in EventLines.Read(stream, from.Lines, from.Bytes, cancel))
        {
            if (!learnt)
            {
                var batch = Take(block, source, reading, time.GetUtcNow());
                learnt = batch.Events.Count > 0;
                yield return batch;
                continue;
            }
            ahead.Enqueue(Task.Run(() => Take(block, source, reading, time.GetUtcNow()), cancel));
            if (ahead.Count > threads)
                yield return await ahead.Dequeue();
        }
        while (ahead.TryDequeue(out var batch))
            yield return await batch;
    }

    private static FeedBatch Take(EventBlock block, string source, EventReading reading, DateTimeOffset now)
    {
        var events = new List<WatchEvent>((int)block.Lines);
        List<EventFault>? faults = null;
        var (at, number) = (0, 0L);
        // One pass over the block says it for all its lines, where there is nothing but ASCII.
        var text = Ascii.IsValid(block.Bytes.Span);
        while (block.Cut(ref at, ref number, out var line))
        {
            var (happened, fault) = One(line, source, reading, now, text);
            if (happened is not null)
                events.Add(happened);
            if (fault is not null)
                (faults ??= []).Add(fault);
        }
        block.Done();
        return new FeedBatch(events, faults ?? (IReadOnlyList<EventFault>)[], block.Next);
    }

    private static (WatchEvent? Event, EventFault? Fault) One(in EventLine line, string source, EventReading reading, DateTimeOffset now, bool text = false)
    {
        var place = new EventPlace(source, line.Number, line.Offset);
        if (line.TooLong)
            return (null, new(place, string.Create(CultureInfo.InvariantCulture, $"the line has {line.Length:N0} bytes, the most is {EventLines.MostBytes:N0}; passed over"), true));
        var (happened, fault) = One(line.Bytes.Span, place, reading, now, text);
        if (fault is { Lost: true } && !line.Ended)
            fault = fault with { What = $"the input ends in the middle of the line ({fault.What})" };
        return (happened, fault);
    }

    /// <summary>Reads one line; <paramref name="text"/> says that it is known to be UTF-8.</summary>
    internal static (WatchEvent? Event, EventFault? Fault) One(ReadOnlySpan<byte> line, EventPlace place, EventReading reading, DateTimeOffset now, bool text = false)
    {
        if (line.Trim(" \t\r"u8).IsEmpty)
            return (null, null);
        WatchEvent? happened = null;
        if (((text ? null : EventReadings.NotText(line)) ?? reading(line, place, out happened)) is { } why)
            return (null, new(place, why, true));
        if (happened is null)
            return (null, null);
        if (happened.Id.Contains('\0', StringComparison.Ordinal) || happened.Customer.Contains('\0', StringComparison.Ordinal) || happened.Account.Contains('\0', StringComparison.Ordinal))
            return (null, new(place, "its id, customer or account holds the character U+0000; left out", true));
        if (happened.Time < Earliest)
            return (null, new(place, $"its time is {happened.Time:yyyy-MM-dd}, before any log of ours; left out", true));
        if (happened.Time - now > Ahead)
        {
            return (happened with { Time = now },
                new(place, string.Create(CultureInfo.InvariantCulture, $"its time {happened.Time:yyyy-MM-ddTHH:mm:ssZ} is {(happened.Time - now).TotalMinutes:0} min ahead of this machine's clock; taken as of its arrival"), false));
        }
        return (happened, null);
    }

    /// <summary>Goes to where an earlier reading came to. The first line is shown to the reading once more, since a CSV file's header stands there.</summary>
    private static async Task PassOver(Stream stream, string source, EventReading reading, long bytes, CancellationToken cancel)
    {
        if (bytes == 0)
            return;
        var buffer = new byte[64 << 10];
        var first = new MemoryStream();
        var whole = false;
        for (var left = bytes; left > 0;)
        {
            var got = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancel);
            if (got == 0)
                throw new IOException($"{source} ends before byte {bytes}, to which it was read before; is it another file of the same name? Give it a name of its own, or forget the position");
            left -= got;
            if (whole || first.Length > EventLines.MostBytes)
                continue;
            var breakAt = buffer.AsSpan(0, got).IndexOf((byte)'\n');
            whole = breakAt >= 0;
            first.Write(buffer, 0, whole ? breakAt + 1 : got);
            if (!whole && first.Length <= EventLines.MostBytes)
                continue;
            if (stream.CanSeek && bytes <= stream.Length)
            {
                stream.Position = bytes;
                left = 0;
            }
        }
        if (!whole || first.Length > EventLines.MostBytes)
            return;
        var (at, number) = (0, 0L);
        if (new EventBlock(first.ToArray(), 1, 0, 0, true, 0).Cut(ref at, ref number, out var line) && Utf8.IsValid(line.Bytes.Span))
            _ = reading(line.Bytes.Span, new EventPlace(source, 1, 0), out _);
    }
}
