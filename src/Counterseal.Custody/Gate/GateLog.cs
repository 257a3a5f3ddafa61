using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

internal static partial class GateLog
{
    [LoggerMessage(1, LogLevel.Warning, "refused {Code} for order {Order}")]
    public static partial void Refused(ILogger log, string order, string code);

    [LoggerMessage(2, LogLevel.Error, "the journal could not be written")]
    public static partial void JournalUnwritable(ILogger log, Exception e);

    [LoggerMessage(3, LogLevel.Information, "order {Order} is done")]
    public static partial void Done(ILogger log, string order);

    [LoggerMessage(4, LogLevel.Error, "order {Order} could not be carried out")]
    public static partial void Failed(ILogger log, string order, Exception e);

    [LoggerMessage(5, LogLevel.Warning, "the gate cannot work: {Code}")]
    public static partial void NotReady(ILogger log, string code);

    [LoggerMessage(6, LogLevel.Warning, "the rule book in {Folder} cannot be used")]
    public static partial void BookUnusable(ILogger log, string folder, Exception e);

    [LoggerMessage(7, LogLevel.Information, "snapshot or preview of order {Order} deleted at the end of its term")]
    public static partial void Lapsed(ILogger log, string order);

    [LoggerMessage(9, LogLevel.Warning, "the gate's folder was restored from a copy: stop {Stop} holds everything until a quorum lifts it")]
    public static partial void Restored(ILogger log, string stop);

    [LoggerMessage(15, LogLevel.Warning, "the clock is held against the journal alone: no witnesses are set")]
    public static partial void JournalAlone(ILogger log);

    [LoggerMessage(8, LogLevel.Error, "a request could not be answered")]
    public static partial void RequestFailed(ILogger log, Exception e);
}
