using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// One event of a stream. A reader uses the same one for every event, so that millions need no memory: what outlives the next event is copied out of it.
/// </summary>
public sealed class SeenEvent
{
    internal const int Roles = 5;
    private readonly ArrayBufferWriter<byte> bytes = new(1024);
    private readonly List<(int Field, int Start, int Length)> fields = [];

    private IndicatorIndex? known;
    private int[] ways = [];

    internal SeenEvent(EventForm form) => Form = form;

    /// <summary>What its fields mean.</summary>
    public EventForm Form { get; }

    /// <summary>The line where it stands, from 1.</summary>
    public long Line { get; internal set; }

    /// <summary>When it was.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>The source's identifier, or empty; events that say the same one are the same event.</summary>
    public ReadOnlySpan<byte> Id => Role(0);

    /// <summary>Whose account it is, as the source names it; or empty.</summary>
    public ReadOnlySpan<byte> Customer => Role(2);

    /// <summary>Where it came from, as the source says it; or empty.</summary>
    public ReadOnlySpan<byte> Country => Role(3);

    /// <summary>How it ended, as the source says it; or empty.</summary>
    public ReadOnlySpan<byte> Outcome => Role(4);

    /// <summary>Looks all values up.</summary>
    /// <param name="index">The indicators.</param>
    /// <param name="hits">Takes the hits; is not cleared.</param>
    /// <returns>How many were added.</returns>
    public int Find(IndicatorIndex index, List<IndexHit> hits)
    {
        if (!ReferenceEquals(index, known)) Learn(index);
        var found = 0;
        foreach (var (field, start, length) in CollectionsMarshal.AsSpan(fields))
            if (field >= Roles) found += index.Find(ways[field - Roles], bytes.WrittenSpan.Slice(start, length), hits);
        return found;
    }

    // Apart from Find, so that its closure is made once an index and not once an event.
    private void Learn(IndicatorIndex index)
    {
        ways = [.. Form.Values.Select(v => index.Way(v.Kind, v.Scope))];
        known = index;
    }

    /// <summary>The values that are looked up, each with the field it stands in.</summary>
    public IEnumerable<(string Field, string Value)> Values => fields.Where(f => f.Field >= Roles).Select(f => (Form.Values[f.Field - Roles].Path, Encoding.UTF8.GetString(bytes.WrittenSpan.Slice(f.Start, f.Length))));

    internal void Clear()
    {
        bytes.ResetWrittenCount();
        fields.Clear();
        Time = default;
    }

    internal void Add(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        fields.Add((field, bytes.WrittenCount, value.Length));
        bytes.Write(value);
    }

    /// <summary>Room for a value that is written in place; <see cref="Took"/> says how much of it was.</summary>
    internal Span<byte> Room(int length) => bytes.GetSpan(length);

    internal void Took(int field, int length)
    {
        if (length == 0) return;
        fields.Add((field, bytes.WrittenCount, length));
        bytes.Advance(length);
    }

    /// <summary>Reads the time from its field: RFC 3339, or seconds or milliseconds since 1970. False where it has none.</summary>
    internal bool HasTime()
    {
        var text = Role(1);
        if (text.IsEmpty || text.Length > 64) return false;
        if (Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length)
        {
            // Up to the year 5138 seconds have eleven digits at most, and milliseconds since 1973 twelve or more.
            if (number is <= 0 or > 253_402_300_799_000) return false;
            Time = number > 99_999_999_999 ? DateTimeOffset.FromUnixTimeMilliseconds(number) : DateTimeOffset.FromUnixTimeSeconds(number);
            return true;
        }

        Span<char> chars = stackalloc char[text.Length];
        if (!Ascii.IsValid(text)) return false;
        for (var i = 0; i < text.Length; i++) chars[i] = (char)text[i];
        if (StixTime.TryRead(chars, out var time) || FeedTime.TryRead(chars.ToString(), out time)
            || DateTimeOffset.TryParseExact(chars, "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
        {
            Time = time.ToUniversalTime();
            return true;
        }

        return false;
    }

    private ReadOnlySpan<byte> Role(int role)
    {
        foreach (var (field, start, length) in fields)
            if (field == role) return bytes.WrittenSpan.Slice(start, length);
        return [];
    }
}
