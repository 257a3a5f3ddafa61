using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// When notices go out. All that is due for one actor goes in one batch, and when a batch goes is shifted by an amount that an outsider cannot compute: from when a notice came, an attacker who
/// reads a victim's mail learns neither which attempt was seen nor when.
/// </summary>
/// <param name="TargetedDelay">At least so long after a finding of "targeted" is confirmed.</param>
/// <param name="TargetedBatch">Then at the next batch; one each so long.</param>
/// <param name="CompromisedDelay">At least so long after "compromised": short, because the damage goes on.</param>
/// <param name="CompromisedBatch">One batch each so long.</param>
/// <param name="TargetedPatience">Unopened for so long, the next way is taken.</param>
/// <param name="CompromisedPatience">The same for "compromised".</param>
public sealed record NoticeSchedule(
    TimeSpan TargetedDelay, TimeSpan TargetedBatch, TimeSpan CompromisedDelay, TimeSpan CompromisedBatch, TimeSpan TargetedPatience, TimeSpan CompromisedPatience)
{
    /// <summary>A day and daily for targeted, an hour and every four for compromised; five days and one until the next way.</summary>
    public static NoticeSchedule Default { get; } =
        new(TimeSpan.FromDays(1), TimeSpan.FromDays(1), TimeSpan.FromHours(1), TimeSpan.FromHours(4), TimeSpan.FromDays(5), TimeSpan.FromDays(1));

    /// <summary>When a notice is due.</summary>
    /// <param name="confirmed">When its finding was confirmed, or grew worse.</param>
    /// <param name="verdict">What it says.</param>
    /// <param name="actor">The actor: its own batches.</param>
    /// <param name="secret">Shifts the batches.</param>
    public DateTimeOffset Due(DateTimeOffset confirmed, Verdict verdict, string actor, ReadOnlySpan<byte> secret)
    {
        var (delay, batch) = verdict == Verdict.Compromised ? (CompromisedDelay, CompromisedBatch) : (TargetedDelay, TargetedBatch);
        var earliest = confirmed + delay;
        if (batch <= TimeSpan.Zero)
            return earliest;
        // Slot k goes out at k·batch plus a shift within the slot; the first that is not too early is taken.
        for (var slot = earliest.UtcTicks / batch.Ticks; ; slot++)
        {
            var at = new DateTimeOffset((slot * batch.Ticks) + Shift(slot, verdict, actor, secret, batch), TimeSpan.Zero);
            if (at >= earliest)
                return at;
        }
    }

    /// <summary>How long to wait after the n-th failure of one way: 5, 10, 20, 40 minutes …</summary>
    public static TimeSpan Retry(int tries) => TimeSpan.FromMinutes(5 * Math.Pow(2, Math.Clamp(tries - 1, 0, 10)));

    /// <summary>How long to wait for the reader.</summary>
    public TimeSpan Patience(Verdict verdict) => verdict == Verdict.Compromised ? CompromisedPatience : TargetedPatience;

    private static long Shift(long slot, Verdict verdict, string actor, ReadOnlySpan<byte> secret, TimeSpan batch)
    {
        var hash = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"counterseal/notice-batch/v1\n{slot}\n{verdict}\n{actor}"));
        // Whole seconds: a mail's date has no more.
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)Math.Max(1, (long)batch.TotalSeconds)) * TimeSpan.TicksPerSecond;
    }
}
