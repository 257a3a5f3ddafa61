namespace Counterseal.Watch;

/// <summary>Where a finding stands.</summary>
public enum FindingStatus
{
    /// <summary>Nobody has decided.</summary>
    Open,

    /// <summary>It is so; the customer is told.</summary>
    Confirmed,

    /// <summary>It is not so.</summary>
    Dismissed,
}

/// <summary>A finding and what was decided about it: a fold over its events.</summary>
/// <param name="Finding">As its latest evidence has it.</param>
/// <param name="Version">How many events.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="By">Who decided, if anybody.</param>
/// <param name="Reason">With what reason.</param>
/// <param name="At">When the last event was.</param>
/// <param name="Decided">When it was decided.</param>
/// <param name="Raised">When it was first on the record.</param>
public sealed record FindingState(
    Finding Finding, int Version, FindingStatus Status, string? By, string? Reason, DateTimeOffset At, DateTimeOffset? Decided, DateTimeOffset Raised)
{
    /// <summary>The state after one more event.</summary>
    /// <exception cref="RecordException">It may not follow; says why and what can be done.</exception>
    public static FindingState Next(FindingState? before, RecordEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        switch (happened.Body)
        {
            case FindingRaised raised when before is null:
                return new(raised.Finding, happened.Version, FindingStatus.Open, null, null, happened.At, null, happened.At);
            case FindingRaised:
                throw new RecordException($"finding {happened.Subject} is on the record already");
            case not null when before is null:
                throw new RecordException($"there is no finding {happened.Subject}");
            case FindingChanged changed:
                // What an analyst dismissed stays dismissed for the indicators that were looked at; a new one is a new question.
                var again = before.Status == FindingStatus.Dismissed && changed.Finding.Indicators.Except(before.Finding.Indicators, StringComparer.Ordinal).Any();
                return before with
                {
                    Finding = changed.Finding,
                    Version = happened.Version,
                    At = happened.At,
                    Status = again ? FindingStatus.Open : before.Status,
                    By = again ? null : before.By,
                    Reason = again ? null : before.Reason,
                    Decided = again ? null : before.Decided,
                };
            case FindingConfirmed when before.Status == FindingStatus.Confirmed:
                throw new RecordException($"finding {happened.Subject} was confirmed by {before.By} already");
            case FindingConfirmed confirmed:
                return before with { Version = happened.Version, At = happened.At, Status = FindingStatus.Confirmed, By = happened.By, Reason = confirmed.Reason, Decided = happened.At };
            case FindingDismissed when before.Status == FindingStatus.Confirmed:
                throw new RecordException(
                    $"finding {happened.Subject} was confirmed by {before.By}, so its customer is told; nothing takes a notice back. A government's wish for silence is a demand: it comes in through the front door like any other");
            case FindingDismissed when before.Status == FindingStatus.Dismissed:
                throw new RecordException($"finding {happened.Subject} was dismissed by {before.By} already");
            case FindingDismissed dismissed:
                return before with { Version = happened.Version, At = happened.At, Status = FindingStatus.Dismissed, By = happened.By, Reason = dismissed.Reason, Decided = happened.At };
            default:
                throw new RecordException($"{happened.Body?.GetType().Name} is nothing that happens to a finding");
        }
    }
}

/// <summary>Something may not follow what is on the record, or the record cannot be written; the message is for people.</summary>
public sealed class RecordException : Exception
{
    /// <summary>With its sentence.</summary>
    public RecordException(string message) : base(message) { }

    /// <summary>With its sentence and cause.</summary>
    public RecordException(string message, Exception cause) : base(message, cause) { }
}
