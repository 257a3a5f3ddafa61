using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>Collecting for a count, a package, a snapshot or a preview, so that a kill costs at most one segment.</summary>
public sealed partial class Gate
{
    /// <summary>Collects into the sink what the order's scope names, first from what an earlier attempt has kept, and measures it.</summary>
    /// <exception cref="CannotResumeException">What was kept is of no use; delete it and begin anew, with another sink.</exception>
    private CollectionReport Gather(Work work, Order order, IRecordSink sink, CancellationToken cancel)
    {
        (work.Records, work.Bytes) = (0, 0);
        var counts = order.Kind == OrderKind.Count;
        using var sources = Sources();
        using var spool = new Spool(home.At("spool", order.Digest), home.Vault, home.Settings.Segment, new Progress(sink, work), keeps: !counts);
        if (counts && spool.State is { } before)
            (work.Records, work.Bytes) = before.Counted;
        if (spool.Resumed)
            GateLog.GoesOn(log, order.Digest, work.Records);
        var report = Collection.Run(sources.Collectors, counts ? Collection.Counted(order.Scope) : order.Scope, home.AccountNumber, spool, spool, work.Passed, Minimised(work), cancel);
        cancel.ThrowIfCancellationRequested();
        MeasureCollected(order, counts ? 0 : work.Bytes, report);
        return report;
    }
}

internal static partial class GateLog
{
    [LoggerMessage(11, LogLevel.Information, "order {Order} goes on behind {Records} records that were collected before")]
    public static partial void GoesOn(ILogger log, string order, long records);

    [LoggerMessage(12, LogLevel.Warning, "order {Order} cannot go on where it was cut off, and begins anew")]
    public static partial void BegunAnew(ILogger log, string order, Exception e);
}
