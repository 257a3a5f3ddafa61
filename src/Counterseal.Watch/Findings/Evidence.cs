namespace Counterseal.Watch;

/// <summary>All matches of one indicator with one account's events that one rule weighed: as many as there were, kept as one line, so that an actor's flood does not fill the store.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Actor">The actor.</param>
/// <param name="Account">The account.</param>
/// <param name="Match">The indicator and what is said of it.</param>
/// <param name="Rule">The id of the <see cref="EvidenceRule"/>.</param>
/// <param name="Events">How many events.</param>
/// <param name="First">The earliest.</param>
/// <param name="Last">The latest.</param>
/// <param name="Event">The id of the first that was met.</param>
/// <param name="Place">Where that one was read.</param>
public sealed record Evidence(
    string Customer, string Actor, string Account, IndicatorMatch Match, string Rule, long Events, DateTimeOffset First, DateTimeOffset Last, string Event, EventPlace Place)
{
    /// <summary>Evidence of one event, or <c>null</c> when the match counts for nothing.</summary>
    public static Evidence? Of(WatchEvent happened, IndicatorMatch match, EvidenceRules rules, WarningLists suppressed)
    {
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(match);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(suppressed);
        if (rules.Weigh(happened, match) is not { } rule || suppressed.Holding(match.Field, match.Value) is not null)
            return null;
        return new(happened.Customer, match.Actor, happened.Account, match, rule.Id, 1, happened.Time, happened.Time, happened.Id, happened.Place);
    }
}
