using System.Net;
using Counterseal.Watch;

namespace Counterseal.Cli;

/// <summary>
/// A file or standard input as parts of whole lines, each sent while it is read, so that a line of any length needs no memory. A part ends after eight megabytes, or when the input pauses.
/// </summary>
internal sealed class EventUpload(Stream input, TimeProvider time)
{
    private const int PartSize = 8 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly byte[] buffer = new byte[256 << 10];
    private Task<int>? reading;
    private int start, end;

    /// <summary>Whether there is more; waits for it.</summary>
    public async Task<bool> More(CancellationToken cancel)
    {
        if (start < end)
            return true;
        reading ??= input.ReadAsync(buffer, cancel).AsTask();
        (start, end) = (0, await reading);
        reading = null;
        return end > 0;
    }

    /// <summary>Passes over what was sent before.</summary>
    /// <exception cref="Refused">The input is shorter.</exception>
    public async Task PassOver(FeedPosition from, string source, CancellationToken cancel)
    {
        if (input.CanSeek)
        {
            if (from.Bytes > input.Length)
                throw new Refused($"{source} has {input.Length:N0} bytes and was read to byte {from.Bytes:N0} before: it is another file of the same name. Give it a name of its own with --source");
            input.Position = from.Bytes;
            return;
        }
        for (var left = from.Bytes; left > 0;)
        {
            var got = await input.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancel);
            left -= got > 0 ? got : throw new Refused($"the input ends before byte {from.Bytes:N0}, to which {source} was read before. Give it a name of its own with --source");
        }
    }

    /// <summary>The next part as a request's body, after what goes before the lines.</summary>
    public HttpContent Part(byte[] before) => new Body(this, before);

    private async Task Write(Stream to, CancellationToken cancel)
    {
        var (sent, atLineBreak) = (0L, true);
        while (true)
        {
            if (start == end)
            {
                reading ??= input.ReadAsync(buffer, cancel).AsTask();
                // Whoever writes into a pipe now and then wants to see what came of it.
                if (sent > 0 && atLineBreak && await Task.WhenAny(reading, Task.Delay(Pause, time, cancel)) != reading)
                    return;
                (start, end) = (0, await reading);
                reading = null;
                if (end == 0)
                    return;
            }
            var have = buffer.AsMemory(start, end - start);
            // Beyond its size a part ends with the line in hand.
            var last = sent + have.Length >= PartSize;
            var take = !last ? have.Length : have.Span.IndexOf((byte)'\n') is var at && at >= 0 ? at + 1 : have.Length;
            await to.WriteAsync(have[..take], cancel);
            atLineBreak = have.Span[take - 1] == '\n';
            start += take;
            sent += take;
            if (last && atLineBreak)
                return;
        }
    }

    private sealed class Body(EventUpload upload, byte[] before) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(before, cancellationToken);
            await upload.Write(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
