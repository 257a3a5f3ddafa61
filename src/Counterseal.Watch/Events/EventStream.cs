using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Counterseal.Watch;

/// <summary>Which stream is shared.</summary>
/// <param name="Url">The servers, e.g. <c>nats://nats.example:4222</c>.</param>
/// <param name="Stream">The stream's name.</param>
/// <param name="Durable">The consumer's name: all machines that share the work give the same.</param>
/// <param name="Batch">Events that are taken at once.</param>
/// <param name="Patience">After how many seconds what a machine has in hand is given to another. A batch that takes longer comes twice, and is counted once.</param>
public sealed record StreamSource(string Url, string Stream, string Durable, int Batch = 500, int Patience = 30);

/// <summary>
/// Events from NATS JetStream through one durable consumer that several machines share. A message is acknowledged after its effects are committed, so whatever a killed machine had in hand comes to
/// another; what comes twice is counted once (<see cref="Bell.Take"/>). A message holds one event, or several with line breaks between.
/// </summary>
public static class EventStream
{
    /// <summary>Consumes until it is told to stop.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="reading">The form of the events.</param>
    /// <param name="bell">Takes them.</param>
    /// <param name="fault">Told of each event that could not be taken as it stands; such a message is not delivered again.</param>
    /// <param name="taken">Told of each batch after it is acknowledged.</param>
    /// <param name="time">Our clock.</param>
    /// <param name="cancel">Stops after the batch in hand.</param>
    /// <exception cref="NatsException">The server cannot be reached, or has no such stream.</exception>
    public static async Task Run(
        StreamSource source, EventReading reading, Bell bell, Action<EventFault> fault, Func<BatchResult, Task> taken, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(bell);
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentNullException.ThrowIfNull(taken);
        ArgumentNullException.ThrowIfNull(time);
        await using var connection = new NatsConnection(new NatsOpts { Url = source.Url });
        var stream = new NatsJSContext(connection);
        var consumer = await stream.CreateOrUpdateConsumerAsync(source.Stream, new ConsumerConfig(source.Durable)
        {
            AckPolicy = ConsumerConfigAckPolicy.Explicit,
            AckWait = TimeSpan.FromSeconds(source.Patience),
            MaxDeliver = -1,
            MaxAckPending = source.Batch * 20,
        }, cancel);
        var batch = new List<INatsJSMsg<NatsMemoryOwner<byte>>>(source.Batch);
        var events = new List<WatchEvent>(source.Batch);
        while (!cancel.IsCancellationRequested)
        {
            await foreach (var message in consumer.FetchAsync<NatsMemoryOwner<byte>>(new NatsJSFetchOpts { MaxMsgs = source.Batch, Expires = TimeSpan.FromSeconds(1) }, cancellationToken: cancel))
            {
                using var body = message.Data;
                Read(body.Span, new EventPlace(source.Stream, (long)(message.Metadata?.Sequence.Stream ?? 0), -1), reading, time.GetUtcNow(), events, fault);
                batch.Add(message);
            }
            if (batch.Count == 0)
                continue;
            var result = await bell.Take(events, null, cancel);
            Counterseal.Ledger.CrashPoint.Reach("watch.stream.taken");
            // The last of them confirmed by the server says that those before it, on the same connection, were got too.
            foreach (var message in batch.Take(batch.Count - 1))
                await message.AckAsync(cancellationToken: CancellationToken.None);
            await batch[^1].AckAsync(new AckOpts { DoubleAck = true }, CancellationToken.None);
            batch.Clear();
            events.Clear();
            await taken(result);
        }
    }

    private static void Read(ReadOnlySpan<byte> body, EventPlace place, EventReading reading, DateTimeOffset now, List<WatchEvent> events, Action<EventFault> fault)
    {
        foreach (var range in body.Split((byte)'\n'))
        {
            var (happened, wrong) = EventFeed.One(body[range], place, reading, now);
            if (wrong is not null)
                fault(wrong);
            if (happened is not null)
                events.Add(happened);
        }
    }
}
