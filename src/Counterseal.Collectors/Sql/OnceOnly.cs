using Counterseal.Custody;

namespace Counterseal.Collectors;

/// <summary>Each of several ranges is a query, and what has no time, or touches two ranges, comes with each: it goes once.</summary>
internal sealed class OnceOnly(IReadOnlyList<TimeRange> ranges)
{
    private readonly HashSet<string> _timeless = new(StringComparer.Ordinal);

    /// <summary>Whether nothing is remembered behind this record: then a later reading, which remembers nothing, gives no record twice.</summary>
    public bool Forgets(bool timed) => ranges.Count == 1 || (timed && _timeless.Count == 0);

    /// <summary>Whether a record of the query of this range is to be offered.</summary>
    public bool Take(SourceRecord record, int query)
    {
        if (ranges.Count == 1) return true;
        return record switch
        {
            SourceRow { Time: { } at } => TimeRange.Any([ranges[query]], at) || (query == 0 && !TimeRange.Any(ranges, at)),
            SourceSession { Session: var session } => !ranges.Take(query).Any(earlier => (earlier.To is null || session.From < earlier.To) && (earlier.From is null || session.To is null || session.To > earlier.From)),
            _ => _timeless.Add(record.Place),
        };
    }
}
