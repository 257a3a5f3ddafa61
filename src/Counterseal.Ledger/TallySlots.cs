using System.Globalization;
using System.Security.Cryptography;

namespace Counterseal.Ledger;

/// <summary>
/// The tally as it runs: at each slot it grows by the same number of leaves, those that wait for it and covers for the rest, whether anybody is busy or not. An index is reserved before its leaf is proven; a
/// leaf that was taken is durable and keeps its index; a reservation that lapses is filled by a cover.
/// </summary>
public sealed class TallySlots : IAsyncDisposable
{
    /// <summary>Slots ahead of now in which there may be room; beyond that nothing is reserved.</summary>
    public const int MostAhead = 20_000;

    private readonly TallyHome home;
    private readonly TallyWork work;
    private readonly TimeProvider time;
    private readonly TallyLog log;
    private readonly Lock gate = new();
    private readonly Dictionary<long, byte[]> waiting = [];
    private readonly Dictionary<long, string> reserved = [];
    private readonly List<(int Period, long From, long To)> periods = [];
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private long closing;
    private volatile Exception? failure;

    private TallySlots(TallyHome home, TallyWork work, TimeProvider time, TallyLog log)
    {
        (this.home, this.work, this.time, this.log) = (home, work, time, log);
        closing = log.Latest.Size;
    }

    /// <summary>The latest checkpoint.</summary>
    public Checkpoint Latest
    {
        get
        {
            lock (gate)
                return log.Latest;
        }
    }

    /// <summary>As signed.</summary>
    public byte[] Signed
    {
        get
        {
            lock (gate)
                return log.Signed;
        }
    }

    /// <summary>The plan, as it is published.</summary>
    public ReadOnlyMemory<byte> Plan => work.Plan;

    /// <summary>Why it no longer grows, or <c>null</c>.</summary>
    public Exception? Failure => failure;

    /// <summary>So long before a slot nothing more is taken for it, and its covers are made.</summary>
    private TimeSpan Lead => TimeSpan.FromTicks(Math.Min(work.Slot.Ticks / 2, TimeSpan.FromSeconds(Math.Max(5, work.Each)).Ticks));

    /// <summary>Opens a tally without starting its slots.</summary>
    /// <param name="home">Made by <see cref="TallyHome.Create"/>.</param>
    /// <param name="work">What its leaves are.</param>
    /// <param name="signer">The ledger's key; stays the caller's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="earlier">The ledger's key before, where it has changed keys.</param>
    /// <exception cref="LedgerException">As <see cref="TallyLog.Open"/>.</exception>
    internal static TallySlots Open(TallyHome home, TallyWork work, NoteSigner signer, TimeProvider time, NoteVerifier? earlier = null)
    {
        var origin = TallyHome.OriginOf(signer.Name);
        var log = TallyLog.Open(home.LogFolder, signer.As(origin), work.LeafSize, earlier?.As(origin));
        var slots = new TallySlots(home, work, time, log);
        foreach (var (index, bytes) in log.Leaves(0, log.Latest.Size))
            slots.Count(index, work.PeriodOf(bytes));
        var old = new List<string>();
        foreach (var file in Directory.EnumerateFiles(home.Waiting))
        {
            if (long.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index >= log.Latest.Size)
                slots.waiting[index] = File.ReadAllBytes(file);
            else
                old.Add(file);
        }
        if (old.Count > 0)
            Durable.Delete(old, "ledger.tally.taken");
        return slots;
    }

    /// <summary>Starts the slots.</summary>
    internal void Start() => running = Task.Run(Run);

    /// <summary>Draws a free index in one of the next slots, and keeps it for this writer until it lapses.</summary>
    /// <exception cref="IOException">The slots ahead are full.</exception>
    public TallyReservation Reserve(string writer)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var size = log.Latest.Size;
            var next = NextSlot(now);
            // Not into a slot that has closed, nor into one that closes before a leaf can be proven.
            var skip = closing > size ? 1 : 0;
            while (next + (work.Slot * skip) - Lead - now < Lead / 2)
                skip++;
            for (var first = skip; first < MostAhead; first += work.Window)
            {
                var free = Enumerable.Range(0, work.Window * work.Each).Select(i => size + ((long)first * work.Each) + i).Where(index => !waiting.ContainsKey(index) && !reserved.ContainsKey(index)).ToList();
                if (free.Count == 0)
                    continue;
                var index = free[RandomNumberGenerator.GetInt32(free.Count)];
                reserved[index] = writer;
                var at = SlotOf(index, size, next);
                return new TallyReservation(index, work.Period(at), at);
            }
            throw new IOException($"all slots of the next {MostAhead} are taken; more leaves are wanted than the tally's plan has room for");
        }
    }

    /// <summary>Takes a leaf for its index; it is durable when this returns. The same bytes again are the same leaf.</summary>
    /// <exception cref="LedgerException">It is no leaf for this index.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public TallyStanding Deliver(string writer, long index, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        lock (gate)
        {
            if (Standing(writer, index, bytes) is { } known)
                return known;
            if (index >= log.Latest.Size + ((long)MostAhead * work.Each))
                throw new LedgerException($"the index {index} is not one that was reserved");
        }
        if (bytes.Length != work.LeafSize)
            throw new LedgerException($"a leaf of this tally has {work.LeafSize} bytes, this one {bytes.Length}");
        // A leaf that does not hold would spoil its whole period, so each is verified before it is taken.
        if (work.Fault(index, work.PeriodOf(bytes), bytes) is { } fault)
            throw new LedgerException($"this is no leaf for the index {index}: {fault}");
        lock (gate)
        {
            if (Standing(writer, index, bytes) is { } known)
                return known;
            if (work.PeriodOf(bytes) != work.Period(SlotOf(index, log.Latest.Size, NextSlot(time.GetUtcNow()))))
                return TallyStanding.Lapsed;
            Durable.Replace(WaitingFile(index), bytes, "ledger.tally.waiting", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            waiting[index] = bytes;
            return TallyStanding.Waiting;
        }
    }

    /// <summary>The periods that have leaves, the first first.</summary>
    public IReadOnlyList<TallyPeriod> Periods()
    {
        lock (gate)
        {
            var now = work.Period(time.GetUtcNow());
            return [.. periods.Select(one => new TallyPeriod(one.Period, one.From, one.To, log.Tree(one.To).Root(), one.Period < now))];
        }
    }

    /// <summary>What the covers of a period add up to; <c>null</c> when it has no leaf.</summary>
    public byte[]? Sums(int period)
    {
        List<(long, byte[])> leaves;
        lock (gate)
        {
            if (!periods.Exists(one => one.Period == period))
                return null;
            var (_, from, to) = periods.Find(one => one.Period == period);
            leaves = [.. log.Leaves(from, to)];
        }
        return work.Sums(leaves);
    }

    /// <summary>A tile as it is served.</summary>
    public byte[]? Tile(Tile tile)
    {
        lock (gate)
            return log.TileBytes(tile);
    }

    /// <summary>That the tally grew from one size into another without a change (RFC 6962, 2.1.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 ≤ from ≤ to ≤ the latest size.</exception>
    public IReadOnlyList<byte[]> Consistency(long from, long to)
    {
        lock (gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(to, log.Latest.Size);
            return log.Tree(to).ConsistencyProof(from);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        log.Dispose();
        stopping.Dispose();
    }

    /// <summary>One slot: what waits is closed, covers are made for all of it (so that the work is the same whatever waits), and at its time it is shown.</summary>
    internal async Task Slot(DateTimeOffset at, CancellationToken cancel)
    {
        long from;
        lock (gate)
        {
            from = log.Latest.Size;
            closing = from + work.Each;
        }
        var period = work.Period(at);
        var covers = await Task.Run(() => Enumerable.Range(0, work.Each).Select(i => work.Cover(from + i, period)).ToList(), cancel);
        if (at - time.GetUtcNow() is { Ticks: > 0 } left)
            await Task.Delay(left, time, cancel);
        lock (gate)
        {
            var leaves = covers.Select((cover, i) => waiting.TryGetValue(from + i, out var leaf) && work.PeriodOf(leaf) == period ? leaf : cover).ToList();
            log.Append(leaves);
            for (var index = from; index < closing; index++)
            {
                Count(index, period);
                waiting.Remove(index);
                reserved.Remove(index);
            }
            var taken = Enumerable.Range(0, work.Each).Select(i => WaitingFile(from + i)).Where(File.Exists).ToList();
            if (taken.Count > 0)
                Durable.Delete(taken, "ledger.tally.taken");
        }
    }

    private async Task Run()
    {
        try
        {
            while (true)
            {
                var at = NextSlot(time.GetUtcNow());
                if (at - Lead - time.GetUtcNow() is { Ticks: > 0 } left)
                    await Task.Delay(left, time, stopping.Token);
                await Slot(at, stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        catch (Exception e)
        {
            // After a failed write nobody knows what the disk holds; opening anew, which reads it all, can tell.
            failure = new IOException($"the tally grows no more until it is opened anew: {e.Message}", e);
        }
    }

    private TallyStanding? Standing(string writer, long index, byte[] bytes)
    {
        if (failure is not null)
            throw new IOException(failure.Message, failure);
        if (index < log.Latest.Size)
            return log.Leaf(index).AsSpan().SequenceEqual(bytes) ? TallyStanding.Logged : TallyStanding.Lapsed;
        if (waiting.TryGetValue(index, out var there))
            return there.AsSpan().SequenceEqual(bytes) ? TallyStanding.Waiting : TallyStanding.Lapsed;
        return index < closing || (reserved.TryGetValue(index, out var other) && other != writer) ? TallyStanding.Lapsed : null;
    }

    private DateTimeOffset SlotOf(long index, long size, DateTimeOffset next) => next + (work.Slot * ((index - size) / work.Each));

    private DateTimeOffset NextSlot(DateTimeOffset now) => new(((now.UtcTicks / work.Slot.Ticks) + 1) * work.Slot.Ticks, TimeSpan.Zero);

    private string WaitingFile(long index) => Path.Combine(home.Waiting, index.ToString(CultureInfo.InvariantCulture));

    private void Count(long index, int period)
    {
        if (periods.Count == 0 || periods[^1].Period != period)
            periods.Add((period, index, index + 1));
        else
            periods[^1] = periods[^1] with { To = index + 1 };
    }
}
