using System.Globalization;
using System.Numerics;
using Counterseal.Watch;

namespace Counterseal.Cli;

/// <summary>An attack that the demo plants: these events, and the one finding that must come of them.</summary>
/// <param name="Customer">The customer's number.</param>
/// <param name="Actor">The actor that its indicators are attributed to.</param>
/// <param name="Verdict">What must be found, said here by hand and not by the rules.</param>
/// <param name="Events">The events.</param>
internal sealed record PlantedAttack(int Customer, string Actor, Verdict Verdict, IReadOnlyList<PlantedEvent> Events);

/// <summary>A planted event.</summary>
/// <param name="Observable">The indicator's value; for a decoy, one that is next to it.</param>
/// <param name="Succeeded">Whether a sign-in went through.</param>
internal sealed record PlantedEvent(Observable Observable, bool Succeeded);

/// <summary>
/// The demo's customers and their sign-ins, made as they are read: each line depends on the seed and its number alone and has one length, so that the stream can be entered anywhere, and none of it is
/// kept. Ordinary sign-ins come from 10.0.0.0/8, where no feed has an indicator.
/// </summary>
internal sealed class WatchDemoStream : Stream
{
    /// <summary>Bytes of a line with its line break.</summary>
    public const int LineSize = 400;

    /// <summary>The first sign-in of the stream.</summary>
    public static readonly DateTimeOffset Start = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ulong seed;
    private readonly long events;
    private readonly int customers;
    private readonly Dictionary<long, (int Customer, PlantedEvent Event)> planted;
    private readonly byte[] line = new byte[LineSize];
    private long position, made = -1;

    /// <summary>A stream.</summary>
    /// <param name="seed">Two streams of one seed are one.</param>
    /// <param name="events">Sign-ins in all.</param>
    /// <param name="customers">Customers.</param>
    /// <param name="planted">Which lines are planted.</param>
    public WatchDemoStream(ulong seed, long events, int customers, Dictionary<long, (int Customer, PlantedEvent Event)> planted) =>
        (this.seed, this.events, this.customers, this.planted) = (seed, events, customers, planted);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => events * LineSize;

    /// <inheritdoc/>
    public override long Position { get => position; set => position = value; }

    /// <summary>A customer's id.</summary>
    public static string Id(int customer) => string.Create(CultureInfo.InvariantCulture, $"c{customer:000000}");

    /// <summary>A customer's account.</summary>
    public static string Account(int customer) => string.Create(CultureInfo.InvariantCulture, $"person@c{customer:000000}.example");

    /// <summary>A number that depends on the seed and two others alone (SplitMix64).</summary>
    public static ulong Draw(ulong seed, ulong a, ulong b = 0)
    {
        var x = seed + (a * 0x9E3779B97F4A7C15) + BitOperations.RotateLeft(b * 0xD1B54A32D192ED03, 31);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>When the n-th sign-in was: the stream runs over sixty days.</summary>
    public DateTimeOffset TimeOf(long n) => Start.AddMilliseconds(Math.Floor(n * (60 * 86_400_000.0 / events)));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && position < Length)
        {
            var (n, within) = Math.DivRem(position, LineSize);
            if (made != n)
                Make(made = n);
            var take = Math.Min(buffer.Length - filled, LineSize - (int)within);
            line.AsSpan((int)within, take).CopyTo(buffer[filled..]);
            filled += take;
            position += take;
        }
        return filled;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Make(long n)
    {
        var draw = Draw(seed, (ulong)n);
        var attack = planted.TryGetValue(n, out var one);
        var customer = attack ? one.Customer : (int)(draw % (ulong)customers);
        var failed = attack ? !one.Event.Succeeded : draw >> 60 == 0;
        Span<char> ip = stackalloc char[64];
        int length;
        if (attack)
        {
            // Of a network its second address, so that the index must look inside.
            var value = one.Event.Observable.Value.Split('/')[0];
            if (one.Event.Observable.Value.Contains('/', StringComparison.Ordinal) && value.EndsWith("::", StringComparison.Ordinal))
                value += "2";
            value.CopyTo(ip);
            length = value.Length;
        }
        else
        {
            var host = (uint)(draw >> 24);
            _ = ip.TryWrite(CultureInfo.InvariantCulture, $"10.{host & 255}.{(host >> 8) & 255}.{(host >> 16) & 255}", out length);
        }
        System.Text.Unicode.Utf8.TryWrite(line, CultureInfo.InvariantCulture,
            $$$"""{"class_uid":3002,"activity_id":1,"status_id":{{{(failed ? 2 : 1)}}},"time":{{{TimeOf(n).ToUnixTimeMilliseconds()}}},"metadata":{"uid":"s-{{{n}}}","product":{"name":"demo"}},"user":{"email_addr":"person@c{{{customer:000000}}}.example","org":{"uid":"c{{{customer:000000}}}"}},"src_endpoint":{"ip":"{{{ip[..length]}}}"},"http_request":{"user_agent":"Mozilla/5.0"}}""", out var used);
        line.AsSpan(used).Fill((byte)' ');
        line[^1] = (byte)'\n';
    }
}
