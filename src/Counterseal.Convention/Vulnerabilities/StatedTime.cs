using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>A time as exactly as somebody states it: a year, a month, a day, or an instant with its offset. What is not known is not made up.</summary>
[JsonConverter(typeof(Converter))]
public sealed record StatedTime
{
    private StatedTime(string text, DateTimeOffset earliest, DateTimeOffset end, bool exact) => (Text, Earliest, End, IsInstant) = (text, earliest, end, exact);

    /// <summary>As it was stated, e.g. <c>2026-03</c>, <c>2026-03-14</c> or <c>2026-03-14T09:30:00Z</c>.</summary>
    public string Text { get; }

    /// <summary>The earliest instant that it can mean, UTC.</summary>
    public DateTimeOffset Earliest { get; }

    /// <summary>The instant after the last one that it can mean; the instant itself where it is one.</summary>
    public DateTimeOffset End { get; }

    /// <summary>Whether it is one instant.</summary>
    public bool IsInstant { get; }

    /// <summary>An instant, to the second.</summary>
    public static StatedTime At(DateTimeOffset instant) => Parse(instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    /// <summary>Reads a year, a month, a day (UTC) or an RFC 3339 instant.</summary>
    /// <exception cref="FormatException">None of these.</exception>
    public static StatedTime Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        DateTime Read(string format) => DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && at.Year is >= 1970 and < 9999
            ? at : throw new FormatException($"\"{text}\" is no year (2026), month (2026-03), day (2026-03-14) or instant with its offset (2026-03-14T09:30:00Z)");
        switch (text.Length)
        {
            case 4:
                var year = Read("yyyy");
                return new(text, year, year.AddYears(1), false);
            case 7:
                var month = Read("yyyy-MM");
                return new(text, month, month.AddMonths(1), false);
            case 10:
                var day = Read("yyyy-MM-dd");
                return new(text, day, day.AddDays(1), false);
            default:
                // An offset must be there: an hour without one is an hour in many places.
                if (text.Length is >= 17 and <= 35 && (text[^1] == 'Z' || text[^6] is '+' or '-')
                    && DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at) && at.Year is >= 1970 and < 9999)
                    return new(text, at, at, true);
                Read("yyyy");
                throw new FormatException();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private sealed class Converter : JsonConverter<StatedTime>
    {
        public override StatedTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, StatedTime value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
    }
}
