using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>One look at something of the desk: who, when, what.</summary>
/// <param name="N">Its number, from 1 without gaps.</param>
/// <param name="At">When, UTC, to the millisecond.</param>
/// <param name="Account">The account's id; empty where nobody was signed in.</param>
/// <param name="Person">The person's name.</param>
/// <param name="What">The page or interface, by its pattern and never by its path, e.g. <c>GET /demands/{id}</c>; or <c>sign-in</c>, <c>step-up</c>, <c>sign-out</c>.</param>
/// <param name="Demand">The demand looked at; <c>null</c> for lists and everything else.</param>
/// <param name="Outcome"><c>shown</c>, <c>done</c>, <c>refused</c> or <c>none</c> (there is nothing there, or not for this person).</param>
public sealed record View(long N, DateTimeOffset At, string Account, string Person, string What, string? Demand, string Outcome)
{
    /// <summary>What the chain begins with: 32 zero bytes.</summary>
    internal static byte[] Begin => new byte[32];

    /// <summary>The chain's digest after this view: SHA-256 of the digest before, and of the view's canonical JSON.</summary>
    public byte[] Chained(byte[] before)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("counterseal/view/v1\n"u8);
        hash.AppendData(before);
        hash.AppendData(Canon.Bytes(this));
        return hash.GetHashAndReset();
    }

    internal static View Of(ViewRow row) => new(row.N, row.At, row.Account, row.Person, row.What, row.Demand, row.Outcome);
}

/// <summary>
/// The record of views: append-only, chained, many at once. Whoever asks waits until the view is committed, while the page is being made; all who wait share one commit, so that a busy desk pays one for dozens.
/// </summary>
public sealed class ViewLog : IAsyncDisposable
{
    private const int MostAtOnce = 512;
    private readonly Func<AccountDatabase> open;
    private readonly TimeProvider time;
    private readonly Channel<(View View, TaskCompletionSource Done)> waiting = Channel.CreateBounded<(View, TaskCompletionSource)>(10_000);
    private readonly Task writing;

    internal ViewLog(Func<AccountDatabase> open, TimeProvider time)
    {
        this.open = open;
        this.time = time;
        writing = Task.Run(Write);
    }

    /// <summary>Records a view; done once it is on the disk.</summary>
    public async Task Record(string account, string person, string what, string? demand, string outcome)
    {
        var now = time.GetUtcNow();
        var one = new View(0, new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero), account, person, what, demand, outcome);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await waiting.Writer.WriteAsync((one, done));
        await done.Task;
    }

    /// <summary>Views, newest first: of one demand, of one person, or all.</summary>
    /// <param name="demand">Only of this demand.</param>
    /// <param name="account">Only by this account.</param>
    /// <param name="before">Only those with a lower number.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancel">Stops.</param>
    public async Task<IReadOnlyList<View>> Latest(string? demand, string? account, long? before, int most, CancellationToken cancel)
    {
        await using var db = open();
        var rows = db.Views.AsNoTracking();
        if (demand is not null)
            rows = rows.Where(v => v.Demand == demand);
        if (account is not null)
            rows = rows.Where(v => v.Account == account);
        if (before is { } n)
            rows = rows.Where(v => v.N < n);
        return [.. (await rows.OrderByDescending(v => v.N).Take(most).ToListAsync(cancel)).Select(View.Of)];
    }

    /// <summary>All views up to a number, oldest first, with the chain's digest after each.</summary>
    public async IAsyncEnumerable<(View View, byte[] Chain)> Oldest(long last, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var db = open();
        await foreach (var row in db.Views.AsNoTracking().Where(v => v.N <= last).OrderBy(v => v.N).AsAsyncEnumerable().WithCancellation(cancel))
            yield return (View.Of(row), row.Chain);
    }

    /// <summary>Where the chain stands.</summary>
    public async Task<(long Last, string Chain)> Head(CancellationToken cancel)
    {
        await using var db = open();
        var head = await db.ViewHeads.AsNoTracking().SingleAsync(h => h.Name == ViewHeadRow.One, cancel);
        return (head.Last, Convert.ToHexStringLower(head.Chain));
    }

    /// <summary>Walks the chain from its beginning; what is wrong as a sentence, or <c>null</c>.</summary>
    /// <param name="known">What the ledger has: numbers, and the chain's digest after each.</param>
    /// <param name="cancel">Stops.</param>
    public async Task<string?> Check(IReadOnlyDictionary<long, string> known, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(known);
        var (chain, last) = (View.Begin, 0L);
        await foreach (var (view, after) in Oldest(long.MaxValue, cancel))
        {
            if (view.N != last + 1)
                return string.Create(CultureInfo.InvariantCulture, $"views {last + 1} to {view.N - 1} are not there: rows were deleted");
            chain = view.Chained(chain);
            if (!chain.AsSpan().SequenceEqual(after))
                return string.Create(CultureInfo.InvariantCulture, $"view {view.N} ({Instant.Text(view.At)}) or one before it was changed");
            if (known.TryGetValue(view.N, out var said) && said != Convert.ToHexStringLower(chain))
                return string.Create(CultureInfo.InvariantCulture, $"up to view {view.N} the record is not the one whose digest is on the ledger");
            last = view.N;
        }
        return known.Keys.Where(n => n > last).Select(n => (long?)n).Max() is { } missing ? string.Create(CultureInfo.InvariantCulture, $"views {last + 1} to {missing} are not there: rows were deleted") : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writing;
    }

    private async Task Write()
    {
        var batch = new List<(View View, TaskCompletionSource Done)>(MostAtOnce);
        while (await waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostAtOnce && waiting.Reader.TryRead(out var one))
                batch.Add(one);
            try
            {
                await Commit(batch);
                foreach (var (_, done) in batch)
                    done.SetResult();
            }
            catch (Exception no) when (no is DbUpdateException or InvalidOperationException or System.Data.Common.DbException or IOException)
            {
                // What could not be recorded is not shown: whoever waits is told.
                foreach (var (_, done) in batch)
                    done.SetException(no);
            }
        }
    }

    private async Task Commit(List<(View View, TaskCompletionSource Done)> batch)
    {
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync();
        // The head's row is the lock, on both databases and between processes.
        await db.ViewHeads.Where(h => h.Name == ViewHeadRow.One).ExecuteUpdateAsync(set => set.SetProperty(h => h.Last, h => h.Last + batch.Count));
        var head = await db.ViewHeads.AsNoTracking().SingleAsync(h => h.Name == ViewHeadRow.One);
        var (n, chain) = (head.Last - batch.Count, head.Chain);
        foreach (var (waited, _) in batch)
        {
            var view = waited with { N = ++n };
            chain = view.Chained(chain);
            db.Views.Add(new ViewRow { N = n, At = view.At, Account = view.Account, Person = view.Person, What = view.What, Demand = view.Demand, Outcome = view.Outcome, Chain = chain });
        }
        await db.SaveChangesAsync();
        await db.ViewHeads.Where(h => h.Name == ViewHeadRow.One).ExecuteUpdateAsync(set => set.SetProperty(h => h.Chain, chain));
        await transaction.CommitAsync();
    }
}
