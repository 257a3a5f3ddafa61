using System.Collections;
using System.Globalization;
using System.Net;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>How a source of rows writes times that are not times to its driver.</summary>
internal enum TimesAs
{
    /// <summary>RFC 3339 with a zone.</summary>
    Text,
    /// <summary>Unix seconds.</summary>
    Seconds,
    /// <summary>Unix milliseconds.</summary>
    Milliseconds,
}

/// <summary>Makes records out of rows: columns by name, as their source's settings of the category say.</summary>
internal sealed class RowReading(CollectorSettings settings, DataCategory category, TimesAs times, bool zonelessIsUtc)
{
    private readonly CategorySettings _of = settings.Categories[category];
    private long _row;

    /// <summary>The setting <c>times</c>.</summary>
    public static TimesAs Times(CollectorSettings settings) => settings.Settings.GetValueOrDefault("times", "text") switch
    {
        "text" => TimesAs.Text,
        "seconds" => TimesAs.Seconds,
        "milliseconds" => TimesAs.Milliseconds,
        _ => throw settings.Wrong("\"times\" is text, seconds or milliseconds"),
    };

    /// <summary>One row.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="resumeOf">What a later reading needs to go on behind a row with this place, and whether the row tells its time. Asked once for each row.</param>
    public SourceRecord Read(IReadOnlyList<KeyValuePair<string, object?>> columns, Func<string?, bool, string?>? resumeOf = null)
    {
        _row++;
        var key = _of.Place is { } placeColumn && Column(columns, placeColumn) is { } value ? Convert.ToString(Plain(value), CultureInfo.InvariantCulture)! : null;
        var place = key ?? $"row {_row.ToString(CultureInfo.InvariantCulture)}";
        string? Resume(bool timed) => resumeOf?.Invoke(key, timed);
        if (category == DataCategory.Identification) return Session(columns, place, Resume);
        var at = _of.Time is { } timeColumn ? Instant(Column(columns, timeColumn)) : null;
        // What only tells time and place is not data, unless it is named as a field too.
        var fields = columns.Where(column => _of.Fields.Names.Contains(column.Key) || (column.Key != _of.Time && column.Key != _of.Place)).Select(column => KeyValuePair.Create(column.Key, Plain(column.Value)));
        return new SourceRow(place, at, [.. fields]) { Resume = Resume(at is not null) };
    }

    private SourceRecord Session(IReadOnlyList<KeyValuePair<string, object?>> columns, string place, Func<bool, string?> resume)
    {
        var ip = Column(columns, "ip") switch { IPAddress address => address.ToString(), string text => text, _ => null };
        if (ip is null || Session(ip) is not { } normal) return Fault("ip is not one IP address");
        if (Instant(Column(columns, "first")) is not { } first) return Fault("first gives no time");
        var until = Column(columns, "until");
        if (until is not null && Instant(until) is null) return Fault("until gives no time");
        var port = Column(columns, "port");
        if (port is not null && !int.TryParse(Convert.ToString(port, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out _)) return Fault("port is no port");
        return new SourceSession(place, new Session(normal, port is null ? null : Convert.ToInt32(port, CultureInfo.InvariantCulture), first, until is null ? null : Instant(until))) { Resume = resume(true) };

        SourceFault Fault(string why) => new(place, "its column " + why) { Resume = resume(false) };
    }

    private static string? Session(string text) => IPAddress.TryParse(text, out var ip) ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : null;

    private static object? Column(IReadOnlyList<KeyValuePair<string, object?>> columns, string name)
    {
        foreach (var (column, value) in columns)
            if (column == name) return value;
        return null;
    }

    private DateTimeOffset? Instant(object? value)
    {
        switch (value)
        {
            case DateTimeOffset at: return at.ToUniversalTime();
            case DateTime { Kind: DateTimeKind.Utc } at: return new DateTimeOffset(at);
            case DateTime { Kind: DateTimeKind.Unspecified } at when zonelessIsUtc: return new DateTimeOffset(at, TimeSpan.Zero);
            case string text when times == TimesAs.Text:
                var zoned = text.Length > 19 && (text[^1] == 'Z' || text[^6] is '+' or '-');
                return zoned && DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read) ? read : null;
            case null: return null;
            default:
                if (times == TimesAs.Text || !long.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return null;
                try
                {
                    return times == TimesAs.Seconds ? DateTimeOffset.FromUnixTimeSeconds(number) : DateTimeOffset.FromUnixTimeMilliseconds(number);
                }
                catch (ArgumentOutOfRangeException)
                {
                    return null;
                }
        }
    }

    /// <summary>A driver's value as one that a row may have.</summary>
    private object? Plain(object? value) => value switch
    {
        null or DBNull => null,
        string or bool or int or long or ulong or decimal or byte[] or DateTimeOffset or IReadOnlyList<string> => value,
        short or byte or sbyte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float number => (double)number,
        double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        DateTime at => Instant(at) is { } instant ? instant : at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Guid or IPAddress or TimeSpan or TimeOnly or System.Numerics.BigInteger => Convert.ToString(value, CultureInfo.InvariantCulture),
        IEnumerable list and not IDictionary => list.Cast<object?>().Select(one => Convert.ToString(Plain(one), CultureInfo.InvariantCulture) ?? "").ToList(),
        _ => throw new SourceException($"the collector \"{settings.Name}\" met a column of a type that it cannot write ({value.GetType().Name}); turn it into text in the query"),
    };
}
