using System.Globalization;
using System.Runtime.CompilerServices;

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

/// <summary>Events from a stream of lines: a file, standard input, the body of a request. Nothing that a line holds ends the reading.</summary>
public static class EventFeed
{
    /// <summary>How far a logger's clock may be ahead of ours before it is said.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads to the end.</summary>
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
        await PassOver(stream, source, from.Bytes, cancel);
        await foreach (var line in EventLines.Read(stream, from.Lines, from.Bytes, cancel))
        {
            var next = new FeedPosition(line.Number, line.Next);
            var place = new EventPlace(source, line.Number, line.Offset);
            if (line.TooLong)
            {
                yield return new FeedLine(null, new(place, string.Create(CultureInfo.InvariantCulture, $"the line has {line.Length:N0} bytes, the most is {EventLines.MostBytes:N0}; passed over"), true), next);
                continue;
            }
            var (happened, fault) = One(line.Bytes.Span, place, reading, time.GetUtcNow());
            if (fault is { Lost: true } && !line.Ended)
                fault = fault with { What = $"the input ends in the middle of the line ({fault.What})" };
            yield return new FeedLine(happened, fault, next);
        }
    }

    /// <summary>Reads one line.</summary>
    internal static (WatchEvent? Event, EventFault? Fault) One(ReadOnlySpan<byte> line, EventPlace place, EventReading reading, DateTimeOffset now)
    {
        if (line.Trim(" \t\r"u8).IsEmpty)
            return (null, null);
        WatchEvent? happened = null;
        if ((EventReadings.NotText(line) ?? reading(line, place, out happened)) is { } why)
            return (null, new(place, why, true));
        if (happened is null)
            return (null, null);
        if ((happened.Id + happened.Customer + happened.Account).Contains('\0', StringComparison.Ordinal))
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

    private static async Task PassOver(Stream stream, string source, long bytes, CancellationToken cancel)
    {
        if (stream.CanSeek && bytes <= stream.Length)
        {
            stream.Position = bytes;
            return;
        }
        var buffer = new byte[64 << 10];
        for (var left = bytes; left > 0;)
        {
            var got = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancel);
            if (got == 0)
                throw new IOException($"{source} ends before byte {bytes}, to which it was read before; is it another file of the same name? Give it a name of its own, or forget the position");
            left -= got;
        }
    }
}
