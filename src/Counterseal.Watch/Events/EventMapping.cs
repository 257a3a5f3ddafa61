using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// How the columns of a CSV file, the directives of a web server's log format, or the members of JSON lines become an event: a YAML file, described in <c>docs/notices.md</c>. A record is one
/// line; a quoted CSV field with a line break inside is reported, not joined.
/// </summary>
public sealed class EventMapping
{
    private static readonly string[] Names =
        ["id", "time", "customer", "account", "kind", "outcome", "sourceIp", "domain", "url", "mailAddress", "userAgent", "md5", "sha1", "sha256", "sha512"];

    private readonly char delimiter;
    private readonly bool named;
    private readonly LogFormat? log;
    private readonly bool json;
    private readonly Dictionary<string, Field> fields;
    private readonly List<(string Property, Field Field)> texts;
    private readonly List<(string Column, string Value)> only;

    private sealed record Field(string? Column, string? Constant, string? Format, int Word, IReadOnlyDictionary<string, string>? Values, string? Otherwise);

    private EventMapping(char delimiter, bool named, LogFormat? log, bool json, Dictionary<string, Field> fields, List<(string, Field)> texts, List<(string, string)> only) =>
        (this.delimiter, this.named, this.log, this.json, this.fields, this.texts, this.only) = (delimiter, named, log, json, fields, texts, only);

    /// <summary>Reads a mapping file.</summary>
    /// <exception cref="FormatException">Not one; names file and line.</exception>
    public static EventMapping Parse(string file, ReadOnlySpan<byte> bytes)
    {
        var note = YamlNote.Read(file, bytes);
        note.Only("form", "delimiter", "header", "log", "only", "fields");
        var form = note.Need("form");
        if (form.Text is not ("csv" or "accessLog" or "ndjson"))
            throw new FormatException($"{form.Place}: the form is csv or accessLog or ndjson, not \"{form.Text}\"");
        var delimiter = note.Get("delimiter")?.Text ?? ",";
        if (delimiter is "tab")
            delimiter = "\t";
        if (delimiter.Length != 1)
            throw new FormatException($"{note.Place}: the delimiter is one character, or the word tab");
        var log = form.Text == "accessLog" ? LogFormat.Parse(note.Need("log")) : null;
        var fields = new Dictionary<string, Field>(StringComparer.Ordinal);
        var texts = new List<(string, Field)>();
        foreach (var (name, value) in note.Need("fields").Entries)
        {
            var field = Read(value);
            if (Names.Contains(name))
                fields[name] = field;
            else
                texts.Add((Property(name) ?? throw new FormatException($"{value.Place}: \"{name}\" is no field of an event; these are: {string.Join(", ", Names)}, and properties as STIX patterns write them, e.g. process:name"), field));
            if (log is not null && field.Column is { } column && !log.Directives.Contains(column))
                throw new FormatException($"{value.Place}: \"{column}\" is not in the log format \"{note.Need("log").Text}\"");
        }
        foreach (var must in (string[])["time", "account", "kind"])
            if (!fields.ContainsKey(must))
                throw new FormatException($"{note.Need("fields").Place}: \"{must}\" is missing; an event has at least a time, an account and a kind");
        var only = new List<(string, string)>();
        foreach (var (column, value) in note.Get("only")?.Entries ?? [])
        {
            if (log is not null && !log.Directives.Contains(column))
                throw new FormatException($"{value.Place}: \"{column}\" is not in the log format \"{note.Need("log").Text}\"");
            only.Add((column, value.Text));
        }
        var header = note.Get("header")?.Text ?? "true";
        if (header is not ("true" or "false"))
            throw new FormatException($"{note.Need("header").Place}: header is true or false");
        return new EventMapping(delimiter[0], header == "true", log, form.Text == "ndjson", fields, texts, only);
    }

    /// <summary>A reading of one source: the first line of a CSV file is its header, so each file needs a reading of its own.</summary>
    public EventReading NewReading()
    {
        var columns = fields.Values.Concat(texts.Select(t => t.Field)).Select(f => f.Column).OfType<string>().Concat(only.Select(o => o.Column)).Distinct(StringComparer.Ordinal).ToArray();
        if (json)
        {
            var paths = new JsonPaths(columns);
            return (ReadOnlySpan<byte> line, EventPlace place, out WatchEvent? happened) =>
            {
                happened = null;
                var values = new string[columns.Length];
                Array.Fill(values, "");
                var more = new List<(int, string)>();
                return paths.Read(line, values, more) ?? Make(columns, values, more, line, place, out happened);
            };
        }
        string[]? header = log?.Directives.ToArray();
        return (ReadOnlySpan<byte> line, EventPlace place, out WatchEvent? happened) =>
        {
            happened = null;
            var text = Encoding.UTF8.GetString(line);
            if (log is not null)
                return log.Cut(text, out var parts) ?? Make(header!, parts, [], line, place, out happened);
            if (Csv(text, out var cells) is { } wrong)
                return wrong;
            if (header is null)
            {
                header = named ? [.. cells.Select(cell => cell.Trim())] : [.. cells.Select((_, i) => (i + 1).ToString(CultureInfo.InvariantCulture))];
                var missing = columns.Except(header, StringComparer.Ordinal).ToList();
                if (missing.Count > 0)
                {
                    header = null;
                    return $"the header has no column {string.Join(", ", missing)}; correct the mapping or the file";
                }
                if (named)
                    return null;
            }
            return cells.Count == header.Length ? Make(header, cells, [], line, place, out happened) : $"{cells.Count} fields, the header has {header.Length}; left out";
        };
    }

    /// <summary>A property as a pattern's path writes it, in the one writing that paths have; <c>null</c> where it is none.</summary>
    private static string? Property(string name) =>
        name.Contains(':', StringComparison.Ordinal) && Pattern.Read($"[{name} = 'x']") is { Pattern.Root: ObservationTest { Comparison: PropertyTest { Path: { } path } } } && path.Steps.Count <= 10 && path.Steps.All(step => step is KeyStep) ? path.ToString() : null;

    private static Field Read(YamlNote note)
    {
        if (note.IsText)
            return new(note.Text, null, null, 0, null, null);
        note.Only("column", "is", "format", "word", "values", "otherwise");
        if ((note.Get("column") is null) == (note.Get("is") is null))
            throw new FormatException($"{note.Place}: a field has either a column or, as a constant, \"is\"");
        return new(
            note.Get("column")?.Text, note.Get("is")?.Text, note.Get("format")?.Text, note.Get("word")?.Number(1, 100) ?? 0,
            note.Get("values")?.Entries.ToDictionary(e => e.Key, e => e.Value.Text, StringComparer.Ordinal), note.Get("otherwise")?.Text);
    }

    private string? Make(string[] header, IReadOnlyList<string> cells, List<(int Column, string Value)> more, ReadOnlySpan<byte> line, EventPlace place, out WatchEvent? happened)
    {
        happened = null;
        foreach (var (column, wanted) in only)
            if (cells[Array.IndexOf(header, column)].Trim() != wanted)
                return null;
        var timeText = Value("time", header, cells);
        if (Time(timeText, fields["time"].Format) is not { } time)
            return $"time \"{timeText}\" is not in the form that the mapping names; left out";
        if (Value("account", header, cells) is not { } account)
            return "the account is empty; left out";
        if (!Enum.TryParse<EventKind>(Value("kind", header, cells), ignoreCase: true, out var kind))
            return $"kind \"{Value("kind", header, cells)}\" is none of {string.Join(", ", Enum.GetValues<EventKind>().Select(YamlNote.Spelled))}; left out";
        if (!Enum.TryParse<EventOutcome>(Value("outcome", header, cells) ?? "unknown", ignoreCase: true, out var outcome))
            return $"outcome \"{Value("outcome", header, cells)}\" is none of unknown, failed, stopped, succeeded; left out";
        IPAddress? ip = null;
        if (Value("sourceIp", header, cells) is { } address && (ip = JsonFields.Ip(address)) is null)
            return $"\"{address}\" is no IP address; left out";
        happened = new WatchEvent(
            Value("id", header, cells) ?? Convert.ToHexStringLower(SHA256.HashData(line)), time, Value("customer", header, cells) ?? account, account, kind, outcome)
        {
            SourceIp = ip,
            Domain = Value("domain", header, cells)?.ToLowerInvariant().TrimEnd('.'),
            Url = Value("url", header, cells),
            MailAddress = Value("mailAddress", header, cells)?.ToLowerInvariant(),
            UserAgent = Value("userAgent", header, cells),
            Hashes = [.. Hashes(header, cells, more)],
            Texts = [.. texts.SelectMany(text => Values(text.Field, header, cells, more).Select(value => new EventText(text.Property, value)))],
            Place = place,
        };
        return null;
    }

    private IEnumerable<FileHash> Hashes(string[] header, IReadOnlyList<string> cells, List<(int Column, string Value)> more)
    {
        foreach (var (name, algorithm) in ((string, string)[])[("md5", "MD5"), ("sha1", "SHA-1"), ("sha256", "SHA-256"), ("sha512", "SHA-512")])
            if (fields.TryGetValue(name, out var field))
                foreach (var hex in Values(field, header, cells, more))
                    yield return new FileHash(algorithm, hex.ToLowerInvariant());
    }

    private string? Value(string name, string[] header, IReadOnlyList<string> cells) => fields.TryGetValue(name, out var field) ? Value(field, field.Column is { } column ? cells[Array.IndexOf(header, column)] : "") : null;

    // A list has several values, and all of them count where an event can have several.
    private static IEnumerable<string> Values(Field field, string[] header, IReadOnlyList<string> cells, List<(int Column, string Value)> more)
    {
        var at = field.Column is { } column ? Array.IndexOf(header, column) : -1;
        if (Value(field, at < 0 ? "" : cells[at]) is { } first)
            yield return first;
        foreach (var (other, text) in more)
            if (other == at && Value(field, text) is { } value)
                yield return value;
    }

    private static string? Value(Field field, string cell)
    {
        if (field.Constant is { } constant)
            return constant;
        cell = cell.Trim();
        if (field.Word > 0)
        {
            var words = cell.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            cell = words.Length >= field.Word ? words[field.Word - 1] : "";
        }
        if (field.Values is not null)
            return field.Values.TryGetValue(cell, out var mapped) ? mapped : field.Otherwise ?? (cell.Length == 0 ? null : cell);
        // A lone dash is how access logs say "nothing".
        return cell is "" or "-" ? null : cell;
    }

    private static DateTimeOffset? Time(string? text, string? format)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        switch (format)
        {
            case null:
                return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, utc, out var plain) ? plain : null;
            case "epochSeconds" or "epochMilliseconds":
                if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                    return null;
                var ms = format == "epochSeconds" && Math.Abs(number) < 1e12m ? number * 1000 : number;
                return ms is >= 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms) : null;
            default:
                return DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, utc, out var exact) ? exact : null;
        }
    }

    // RFC 4180, 2: quotes around a field, doubled quotes inside.
    private string? Csv(string line, out List<string> cells)
    {
        cells = [];
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                var cell = new StringBuilder();
                var close = at + 1;
                while (true)
                {
                    var quote = line.IndexOf('"', close);
                    if (quote < 0)
                        return $"character {at + 1}: a quote that is not closed on its line; left out";
                    cell.Append(line, close, quote - close);
                    close = quote + 1;
                    if (close >= line.Length || line[close] != '"')
                        break;
                    cell.Append('"');
                    close++;
                }
                if (close < line.Length && line[close] != delimiter)
                    return $"character {close + 1}: text after a closing quote; left out";
                cells.Add(cell.ToString());
                at = close;
            }
            else
            {
                var end = line.IndexOf(delimiter, at);
                cells.Add(line[at..(end < 0 ? line.Length : end)]);
                at = end < 0 ? line.Length : end;
            }
            if (at >= line.Length)
                return null;
            at++;
        }
    }
}
