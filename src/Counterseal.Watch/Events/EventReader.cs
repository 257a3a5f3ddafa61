using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Counterseal.Watch;

/// <summary>What became of a stream's events.</summary>
/// <param name="Events">Handed over.</param>
/// <param name="Other">Left out because the form's <c>only</c> says so.</param>
/// <param name="Dropped">Could not be read; each is a remark.</param>
/// <param name="Ahead">Of those handed over: later than the clock by more than five minutes, so that some clock is wrong.</param>
public readonly record struct EventCount(long Events, long Other, long Dropped, long Ahead);

/// <summary>Reads events from a stream (a file, standard input, a pipe) line by line in bounded memory. A line that cannot be read costs that line.</summary>
/// <param name="form">What the fields mean.</param>
/// <param name="remarks">Takes what was wrong.</param>
/// <param name="clock">The clock.</param>
/// <param name="limits">The limits; <see cref="FeedLimits.Part"/> is that of a line, 1 MiB where none are given.</param>
public sealed class EventReader(EventForm form, FeedRemarks remarks, TimeProvider? clock = null, FeedLimits? limits = null)
{
    private static readonly FeedLimits Usual = new() { Part = 1 << 20, Bytes = long.MaxValue };
    private static readonly string[] RoleNames = ["id", "time", "customer", "country", "outcome"];

    private readonly FeedLimits limits = limits ?? Usual;
    private readonly SeenEvent seen = new(form);
    private long events, other, dropped, ahead;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="file">The name for remarks.</param>
    /// <param name="take">Takes each event; it is the same object each time.</param>
    /// <param name="cancel">Stops between two events.</param>
    public EventCount Read(Stream stream, string file, Action<SeenEvent> take, CancellationToken cancel = default)
    {
        events = other = dropped = ahead = 0;
        var latest = (clock ?? TimeProvider.System).GetUtcNow().AddMinutes(5);
        if (form.Shape == EventShape.Csv)
        {
            Csv(stream, file, latest, take, cancel);
        }
        else
        {
            var root = form.Shape == EventShape.NdJson ? Fields() : null;
            var log = form.Shape == EventShape.AccessLog ? new AccessLog(form) : null;
            var lines = new Lines(stream, limits.Part);
            while (lines.Next(out var line, out var whole))
            {
                cancel.ThrowIfCancellationRequested();
                if (line.IsEmpty && whole) continue;
                seen.Clear();
                seen.Line = lines.Number;
                var what = !whole ? string.Create(CultureInfo.InvariantCulture, $"The line has more than {limits.Part} bytes.")
                    : !Utf8.IsValid(line) ? "The line is not UTF-8."
                    : root is not null ? Json(line, root) : log!.Read(line, seen);
                Take(what, file, lines.Number, latest, take);
            }

            if (lines.Failure is { } failure) Drop(file, lines.Number, $"Reading ended early: {failure}");
        }

        return new(events, other, dropped, ahead);
    }

    private void Drop(string file, long line, string what)
    {
        dropped++;
        remarks.Add(RemarkKind.Dropped, file, line, "", what);
    }

    private void Take(string? what, string file, long line, DateTimeOffset latest, Action<SeenEvent> take)
    {
        if (what == "") { other++; return; }
        if (what is null && !seen.HasTime()) what = $"The event has no time in {PatternScanner.Quote(form.Roles["time"])}.";
        if (what is not null) { Drop(file, line, what); return; }
        events++;
        if (seen.Time > latest) ahead++;
        take(seen);
    }

    // JSON: the fields that are wanted as a tree of names, walked beside the reader; all else is skipped.

    private sealed class Field(string name)
    {
        public byte[] Name { get; } = Encoding.UTF8.GetBytes(name);

        public List<Field> Below { get; } = [];

        public Field[] Children { get; private set; } = [];

        public void Settle()
        {
            Children = [.. Below];
            foreach (var below in Below) below.Settle();
        }

        public List<int> Means { get; } = [];

        public byte[]? Only { get; set; }

        public int Condition { get; set; } = -1;
    }

    private Field Fields()
    {
        var root = new Field("");
        Field At(string path)
        {
            var at = root;
            foreach (var step in path.Split('.'))
            {
                var next = at.Below.Find(f => f.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(step)));
                if (next is null) at.Below.Add(next = new(step));
                at = next;
            }

            return at;
        }

        for (var i = 0; i < RoleNames.Length; i++)
            if (form.Roles.TryGetValue(RoleNames[i], out var path)) At(path).Means.Add(i);
        for (var i = 0; i < form.Values.Count; i++) At(form.Values[i].Path).Means.Add(SeenEvent.Roles + i);
        var condition = 0;
        foreach (var (path, value) in form.Only) (At(path).Only, At(path).Condition) = (Encoding.UTF8.GetBytes(value), condition++);
        root.Settle();
        return root;
    }

    /// <summary><c>null</c>: read; empty: not one of these events; else what is wrong.</summary>
    private string? Json(ReadOnlySpan<byte> line, Field root)
    {
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = limits.Depth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "The line is no JSON object.";
            var met = 0UL;
            Object(ref reader, root, ref met);
            if (reader.Read()) return "Something follows the object on its line.";
            return met == (1UL << form.Only.Count) - 1 ? null : "";
        }
        catch (JsonException e)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The line is not JSON, at its byte {(e.BytePositionInLine ?? 0) + 1}.");
        }
        catch (InvalidOperationException)
        {
            return "A text in the line holds half a surrogate pair.";
        }
    }

    private void Object(ref Utf8JsonReader reader, Field at, ref ulong met)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Field? next = null;
            var name = reader.ValueSpan;
            foreach (var below in at.Children)
            {
                if (!(reader.ValueIsEscaped ? reader.ValueTextEquals(below.Name) : name.SequenceEqual(below.Name))) continue;
                next = below;
                break;
            }

            if (!reader.Read()) return;
            if (next is null) reader.Skip();
            else Value(ref reader, next, ref met);
        }
    }

    private void Value(ref Utf8JsonReader reader, Field field, ref ulong met)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when field.Below.Count > 0:
                Object(ref reader, field, ref met);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Value(ref reader, field, ref met);
                break;
            case JsonTokenType.StartObject:
                reader.Skip();
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                foreach (var means in field.Means) seen.Took(means, reader.CopyString(seen.Room(reader.ValueSpan.Length)));
                if (field.Only is not null && reader.ValueTextEquals(field.Only)) met |= 1UL << field.Condition;
                break;
            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                foreach (var means in field.Means) seen.Add(means, reader.ValueSpan);
                if (field.Only is not null && reader.ValueSpan.SequenceEqual(field.Only)) met |= 1UL << field.Condition;
                break;
        }
    }

    private void Csv(Stream stream, string file, DateTimeOffset latest, Action<SeenEvent> take, CancellationToken cancel)
    {
        List<(int Column, int Means)>? columns = null;
        var only = new List<(int Column, string Value)>();
        var before = remarks.Count(RemarkKind.Dropped);
        foreach (var (line, fields) in new CsvRecords(stream, file, form.Delimiter, form.Comment, limits, remarks).Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (columns is null)
            {
                columns = [];
                int Column(string name)
                {
                    var column = form.Header ? fields.ToList().FindIndex(f => string.Equals(f.Trim(), name, StringComparison.OrdinalIgnoreCase))
                        : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number - 1 : -1;
                    return column;
                }

                foreach (var (name, means) in form.Roles.Select(r => (r.Value, Array.IndexOf(RoleNames, r.Key))).Concat(form.Values.Select((v, i) => (v.Path, SeenEvent.Roles + i))))
                {
                    if (Column(name) is var column and >= 0) columns.Add((column, means));
                    else if (means == 1)
                    {
                        Drop(file, line, $"The file has no column {PatternScanner.Quote(name)}, which says when an event was; nothing is read.");
                        return;
                    }
                    else remarks.Add(RemarkKind.Unused, file, line, name, "The file has no such column.");
                }

                foreach (var (name, value) in form.Only) only.Add((Column(name), value));
                if (form.Header) continue;
            }

            seen.Clear();
            seen.Line = line;
            foreach (var (column, means) in columns)
                if (column < fields.Count) seen.Add(means, Encoding.UTF8.GetBytes(fields[column].Trim()));
            Take(only.All(o => o.Column >= 0 && o.Column < fields.Count && fields[o.Column].Trim() == o.Value) ? null : "", file, line, latest, take);
        }

        dropped += remarks.Count(RemarkKind.Dropped) - before - dropped;
    }

    /// <summary>Lines of a stream; one that is too long is gone over without being kept.</summary>
    private ref struct Lines(Stream stream, int most)
    {
        private byte[] buffer = new byte[1 << 18];
        private int from;
        private int to;
        private bool ended;

        public long Number { get; private set; }

        public string? Failure { get; private set; }

        public bool Next(out ReadOnlySpan<byte> line, out bool whole)
        {
            whole = true;
            var scanned = 0;
            while (true)
            {
                var end = buffer.AsSpan(from + scanned, to - from - scanned).IndexOf((byte)'\n');
                if (end >= 0)
                {
                    line = buffer.AsSpan(from, scanned + end);
                    from += scanned + end + 1;
                    Number++;
                    if (!whole) line = [];
                    else if (line.Length > most)
                    {
                        line = [];
                        whole = false;
                    }
                    else if (line.EndsWith("\r"u8)) line = line[..^1];
                    if (Number == 1 && line.StartsWith(Encoding.UTF8.Preamble)) line = line[3..];
                    return true;
                }

                scanned = to - from;
                if (ended)
                {
                    line = buffer.AsSpan(from, scanned);
                    from = to;
                    if (scanned == 0 && whole) return false;
                    Number++;
                    if (!whole) line = [];
                    else if (line.Length > most)
                    {
                        line = [];
                        whole = false;
                    }
                    return true;
                }

                if (scanned > most)
                {
                    whole = false;
                    from = to;
                    scanned = 0;
                }

                if (from > 0)
                {
                    buffer.AsSpan(from, to - from).CopyTo(buffer);
                    (to, from) = (to - from, 0);
                }

                if (to == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                try
                {
                    var read = stream.Read(buffer, to, buffer.Length - to);
                    to += read;
                    ended = read == 0;
                }
                catch (IOException e)
                {
                    Failure = e.Message;
                    ended = true;
                }
            }
        }
    }
}
