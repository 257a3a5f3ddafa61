using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <content>What the gate does by itself, every minute: agree with the ledger, take up what was cut off, forget what is over.</content>
public sealed partial class Gate
{
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    /// <summary>One round of what the gate does by itself: agree with the ledger, send what was intended, take up what was cut off, let lapse what is over.</summary>
    private async Task Keep(CancellationToken cancel)
    {
        try
        {
            if (await ledger.Disagreement(cancel) is { } refusal)
            {
                GateLog.NotReady(log, refusal.Code);
                return;
            }
            await ledger.SendAll(cancel);
            // A kill may have come between a stop's file and its record.
            foreach (var stop in stops.Taken().Where(stop => ledger.Journal!.Find("stopped", stop.Digest) is null))
                await StopOnRecord(stop, cancel);
            foreach (var revocation in directory.Revocations().Where(one => ledger.Journal!.Find("revoked", one.Entry) is null))
                await OnRecord("revoked", revocation.Entry, "", OwnEvent.Revoked(revocation), cancel);
            await KeyOnRecord(cancel);
            await RosterOnRecord(cancel);
            await RulesOnRecord(cancel);
            foreach (var book in books.Keys.Order(StringComparer.Ordinal))
                await BookFault(book, cancel);
            StampSoon();
            // Terms end, and what is over is deleted, by a clock that nothing speaks against.
            if (await ClockFault(cancel) is { } wrong)
            {
                GateLog.NotReady(log, wrong.Code);
                return;
            }
            await TakeUp(cancel);
            await Sweep(cancel);
            await SweepPreviews(cancel);
            if (tally is not null)
                await tally.Tend(ledger.Journal!, cancel);
        }
        catch (RefusalException e)
        {
            GateLog.NotReady(log, e.Refusal.Code);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GateLog.RequestFailed(log, e);
        }
    }

    private async Task KeepOn()
    {
        using var timer = new PeriodicTimer(Round, clock);
        try
        {
            do
                await Keep(ending.Token);
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    /// <summary>Orders with approvals enough that are not being worked on: cut off by a kill, or by a ledger that was away. Orders that are over are forgotten.</summary>
    private async Task TakeUp(CancellationToken cancel)
    {
        await filing.WaitAsync(cancel);
        try
        {
            shelf.Tidy();
            var unfinished = shelf.Unfinished();
            foreach (var left in Directory.EnumerateDirectories(home.At("spool")).Where(left => !unfinished.Contains(Path.GetFileName(left)) && !works.ContainsKey(Path.GetFileName(left))))
                Spool.Delete(left);
            foreach (var (digest, over) in works.Where(work => work.Value.Task.IsCompleted && work.Value.Refusal is null))
            {
                if (shelf.Done(digest) is not null && works.TryRemove(digest, out _))
                    over.Dispose();
            }
            var roster = home.ReadRoster();
            foreach (var digest in shelf.Unfinished())
            {
                works.TryGetValue(digest, out var work);
                if (work is { Task.IsCompleted: false })
                    continue;
                if (shelf.Glance(digest) is not var (order, approvals))
                    continue;
                if (EffectOnRecord(order) is not null)
                {
                    Begin(shelf.Find(digest)!);
                }
                else if (order.Kind == OrderKind.Delete && Deleting(digest) is { } deleting)
                {
                    // Its window was for being announced; from then on it has its own time.
                    if (Due(deleting) > clock.GetUtcNow() || StopFault(order.DemandId, null) is not null)
                        continue;
                    if (Counted(approvals, digest, roster) is var counted && counted.Count >= roster.Needs(order))
                    {
                        Begin(shelf.Find(digest)!);
                        continue;
                    }
                    // Whoever approved it must count still: a roster that has changed since voids it.
                    Forget(digest);
                    Refuse(digest, TooFew(counted.Count, roster.Needs(order)));
                }
                else if (clock.GetUtcNow() >= order.Expires)
                {
                    Forget(digest);
                    Refuse(digest, Refusal.Of(Refusal.Expired, "the order was not carried out in its time", "/order/expires"));
                }
                else if (work?.Refusal is null or { Code: Refusal.LedgerAway or Refusal.Clock } && Counted(approvals, digest, roster).Count >= roster.Needs(order))
                {
                    Begin(shelf.Find(digest)!);
                }
            }
        }
        finally
        {
            filing.Release();
        }
    }

    /// <summary>Deletes an order that is over without an effect, with whatever was collected for it.</summary>
    private void Forget(string digest)
    {
        DeleteHalf(digest);
        shelf.Forget(digest);
        if (works.TryRemove(digest, out var work))
            work.Dispose();
    }

    /// <summary>Deletes what was collected for an order that came to nothing.</summary>
    private void DeleteHalf(string digest, bool keepSpool = false)
    {
        if (!keepSpool)
            Spool.Delete(home.At("spool", digest));
        foreach (var half in (string[])[home.At("packages", digest), home.At("previews", digest), home.At("snapshots", digest)])
        {
            if (Directory.Exists(half))
                Directory.Delete(half, recursive: true);
        }
    }

    /// <summary>Deletes the snapshots whose term has ended: on record first.</summary>
    private async Task Sweep(CancellationToken cancel)
    {
        foreach (var folder in Directory.EnumerateDirectories(home.At("snapshots")))
        {
            var digest = Path.GetFileName(folder);
            // A folder without its event is an attempt that was cut off; the next attempt, or the end of the order, clears it.
            if (ledger.Journal!.Find("preserved", digest) is not { } preserved || (works.TryGetValue(digest, out var work) && !work.Task.IsCompleted))
                continue;
            if (!Shape.TryInstant(preserved.Read("until"), out var end) || end > clock.GetUtcNow())
                continue;
            await Record("lapsed", preserved.Event.Demand, OwnEvent.Order(digest), digest, cancel);
            CrashPoint.Reach("gate.snapshot.delete.before");
            Directory.Delete(folder, recursive: true);
            CrashPoint.Reach("gate.snapshot.delete.after");
            GateLog.Lapsed(log, digest);
        }
    }
}
