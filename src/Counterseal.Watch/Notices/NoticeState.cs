namespace Counterseal.Watch;

/// <summary>How far a notice has come.</summary>
public enum NoticeStatus
{
    /// <summary>It waits for its batch.</summary>
    Planned,

    /// <summary>Somebody has taken it to pass on.</summary>
    Sent,

    /// <summary>The reader's side has it.</summary>
    Delivered,

    /// <summary>The reader has opened it.</summary>
    Opened,

    /// <summary>No way is left; a person must find another. The page after sign-in still shows it.</summary>
    Unreachable,
}

/// <summary>A notice: a fold over its events.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Planned">What was planned.</param>
/// <param name="Version">How many events.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Rung">The way of the chain that is being tried.</param>
/// <param name="Tries">How often it failed there.</param>
/// <param name="Sent">Whether it went out by the present way.</param>
/// <param name="At">When the last event was.</param>
/// <param name="FirstSent">When it first went out.</param>
/// <param name="Failure">What went wrong last.</param>
/// <param name="FailedFinally">Whether the present way is dead.</param>
/// <param name="Answered">Whether a mail answered it. An answer stops nothing: whoever is in the mailbox can write one.</param>
public sealed record NoticeState(
    string Id, NoticePlanned Planned, int Version, NoticeStatus Status, int Rung, int Tries, bool Sent, DateTimeOffset At, DateTimeOffset? FirstSent, string? Failure, bool FailedFinally, bool Answered)
{
    /// <summary>Tries of one way before it counts as dead.</summary>
    public const int MostTries = 5;

    /// <summary>The state after one more event.</summary>
    /// <exception cref="RecordException">It may not follow.</exception>
    public static NoticeState Next(NoticeState? before, RecordEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.Body is NoticePlanned planned)
            return before is null
                ? new(happened.Subject, planned, happened.Version, NoticeStatus.Planned, 0, 0, false, happened.At, null, null, false, false)
                : throw new RecordException($"notice {happened.Subject} is planned already");
        if (before is null)
            throw new RecordException($"there is no notice {happened.Subject}");
        var after = before with { Version = happened.Version, At = happened.At };
        return happened.Body switch
        {
            NoticeSent sent when sent.Rung == before.Rung && !before.Sent => after with { Status = Higher(before.Status, NoticeStatus.Sent), Sent = true, FirstSent = before.FirstSent ?? happened.At, Tries = 0 },
            NoticeFailed failed when failed.Rung == before.Rung =>
                after with { Failure = failed.Why, Tries = before.Tries + 1, Sent = false, FailedFinally = failed.Final || before.Tries + 1 >= MostTries },
            NoticeDelivered delivered when delivered.Rung <= before.Rung => after with { Status = Higher(before.Status, NoticeStatus.Delivered) },
            NoticeOpened => after with { Status = Higher(before.Status, NoticeStatus.Opened) },
            NoticeReplied => after with { Answered = true },
            NoticeEscalated up when up.Rung == before.Rung + 1 && up.Rung < before.Planned.Chain.Count => after with { Rung = up.Rung, Tries = 0, Sent = false, FailedFinally = false },
            NoticeUnreachable => after with { Status = NoticeStatus.Unreachable },
            _ => throw new RecordException($"{happened.Body.GetType().Name} cannot follow in notice {happened.Subject}, which is at way {before.Rung + 1} of {before.Planned.Chain.Count} ({before.Status})"),
        };
    }

    /// <summary>Whether the reader is known to have it; then no other way is tried.</summary>
    public bool Reached => Status == NoticeStatus.Opened;

    /// <summary>When somebody must look at it again; <c>null</c> when there is nothing to do.</summary>
    /// <param name="schedule">How long to wait.</param>
    public DateTimeOffset? Look(NoticeSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (Reached || Status == NoticeStatus.Unreachable)
            return null;
        if (Planned.Chain.Count == 0 || FailedFinally)
            return At > Planned.Due ? At : Planned.Due;
        if (!Sent)
            return Tries == 0 ? (Rung == 0 ? Planned.Due : At) : At + NoticeSchedule.Retry(Tries);
        return At + schedule.Patience(Planned.Content.Verdict);
    }

    private static NoticeStatus Higher(NoticeStatus one, NoticeStatus other) => one > other && one != NoticeStatus.Unreachable ? one : other;
}
