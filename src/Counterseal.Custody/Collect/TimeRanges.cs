using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>The union of the items' time ranges.</summary>
internal sealed class TimeRanges
{
    public TimeRanges(IReadOnlyList<ScopeItem> items, DataCategory category)
    {
        Everything = items.Any(i => i.From is null && i.To is null);
        var apart = new List<TimeRange>();
        foreach (var range in items.Select(item => Asked(item, category)).OrderBy(range => range.From ?? DateTimeOffset.MinValue))
        {
            if (apart.Count > 0 && (apart[^1].To is not { } end || range.From is null || range.From <= end))
                apart[^1] = apart[^1] with { To = apart[^1].To is null || range.To is null ? null : range.To > apart[^1].To ? range.To : apart[^1].To };
            else apart.Add(range);
        }
        Apart = apart;
        if (items.Any(item => item.ThirdParties is not null)) unmasked = new TimeRanges([.. items.Where(item => item.ThirdParties is null)], category);
    }

    private readonly TimeRanges? unmasked;

    /// <summary>One item has no bound at all, so that a record's time does not matter.</summary>
    public bool Everything { get; }

    /// <summary>Whether third parties are to be masked in a record that is in the ranges: when each item that takes it in says so.</summary>
    public bool Masks(DateTimeOffset? at) => unmasked is not null && !unmasked.Contains(at);

    /// <summary>The same as ranges that do not touch, ascending.</summary>
    public IReadOnlyList<TimeRange> Apart { get; }

    /// <summary>The range in which a source is asked for an item. Who used an IP address then is asked of that instant.</summary>
    public static TimeRange Asked(ScopeItem item, DataCategory category) => category switch
    {
        DataCategory.Subscriber => new TimeRange(null, null),
        DataCategory.Identification when item is { Selector: { Kind: SelectorKind.IpAddress, At: { } at }, From: null, To: null } => new TimeRange(at, at.AddSeconds(1)),
        _ => new TimeRange(item.From, item.To),
    };

    public bool Contains(DateTimeOffset? at)
    {
        if (Everything) return true;
        foreach (var range in Apart)
            if ((range.From is null || at >= range.From) && (range.To is null || at < range.To)) return at is not null;
        return false;
    }

    /// <summary>Whether a span is inside; <c>null</c> when a part is and a part is not. A span without length is an instant.</summary>
    public bool? Contains(DateTimeOffset first, DateTimeOffset end)
    {
        if (Everything) return true;
        if (end <= first) return Contains(first);
        foreach (var range in Apart)
        {
            if ((range.From is { } from && end <= from) || (range.To is { } to && first >= to)) continue;
            return (range.From is null || first >= range.From) && (range.To is null || end <= range.To) ? true : null;
        }
        return false;
    }
}
