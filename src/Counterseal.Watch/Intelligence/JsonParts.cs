using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Counterseal.Watch;

/// <summary>One wanted part of a JSON file.</summary>
/// <param name="Wanted">Which of the wanted places it is.</param>
/// <param name="Pointer">Where it stands.</param>
/// <param name="Line">The line where it begins, from 1; of an end, where that is.</param>
/// <param name="Json">Its bytes, valid UTF-8 and valid JSON; empty for the end of a group.</param>
/// <param name="Cut">Of an end: the file ended before the group did.</param>
internal readonly record struct JsonPart(int Wanted, string Pointer, long Line, ReadOnlyMemory<byte> Json, bool Cut)
{
    /// <summary>Parses the part; it was checked before.</summary>
    public JsonDocument Parse() => JsonDocument.Parse(Json, JsonParts.Options);
}

/// <summary>
/// Cuts the wanted parts out of a JSON stream of any size in bounded memory. <see cref="Utf8JsonReader"/> stops for good at the first fault, so the outer structure is followed here,
/// forgivingly, and each part is then held against it strictly: a fault inside a part costs that part, and a fault around the parts costs nothing but a remark.
/// </summary>
internal sealed class JsonParts
{
    public static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    private const int MaxFrames = 64;
    private readonly Stream stream;
    private readonly string file;
    private readonly FeedLimits limits;
    private readonly FeedRemarks remarks;
    private readonly string[][] wanted;
    private readonly bool[] groups;
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly List<Frame> frames = [];
    private readonly ArrayBufferWriter<byte> part = new(1024);
    private int at;
    private int filled;
    private long total;
    private long line = 1;
    private bool stopped;

    /// <summary>Parts of a stream.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="file">The name for remarks.</param>
    /// <param name="wanted">Pointers with <c>*</c> for any name or number; with <c>/</c> at the end, the end of that object is told.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="remarks">Takes what was wrong.</param>
    public JsonParts(Stream stream, string file, IReadOnlyList<string> wanted, FeedLimits limits, FeedRemarks remarks)
    {
        this.stream = stream;
        this.file = file;
        this.limits = limits;
        this.remarks = remarks;
        groups = [.. wanted.Select(w => w.EndsWith('/'))];
        this.wanted = [.. wanted.Select(w => w.Trim('/').Split('/'))];
    }

    private sealed class Frame(bool list, long line)
    {
        public bool List { get; } = list;

        public long Line { get; } = line;

        public int Index { get; set; } = -1;

        public string Key { get; set; } = "";

        public bool Empty { get; set; } = true;

        public bool Comma { get; set; }

        public string Step => List ? Index.ToString(CultureInfo.InvariantCulture) : Key;
    }

    /// <summary>The stream ended, or was stopped, before the JSON text did.</summary>
    public bool Cut { get; private set; }

    /// <summary>The parts, in the order of the file. A part's bytes are good until the next is asked for.</summary>
    public IEnumerable<JsonPart> Read()
    {
        SkipMark();
        var valueNext = true;
        if (SkipSpace() < 0)
        {
            Cut = true;
            if (!stopped) Remark("The file is empty.");
            yield break;
        }

        while (true)
        {
            var c = SkipSpace();
            if (c < 0)
            {
                Cut = true;
                if (!stopped) Remark("The file ends in the middle; what came before is used.");
                for (var i = frames.Count - 1; i >= 0; i--)
                {
                    if (Group(i) is { } group) yield return new(group, Pointer(i), line, default, true);
                }

                yield break;
            }

            if (valueNext)
            {
                valueNext = false;
                var begins = line;
                var match = Match(out var descend);
                if (match >= 0)
                {
                    if (Capture(begins)) yield return new(match, Pointer(frames.Count), begins, part.WrittenMemory, false);
                }
                else if (descend && c is '{' or '[' && frames.Count < MaxFrames)
                {
                    at++;
                    frames.Add(new(c == '[', begins));
                }
                else
                {
                    Scan(null, out _, out _);
                }

                if (frames.Count == 0) break;
                continue;
            }

            var frame = frames[^1];
            if (c is '}' or ']')
            {
                if (frame.Comma) Remark("A comma stands before the end of a list or object.", RemarkKind.Mended);
                if (frame.List != (c == ']')) Remark($"“{(char)c}” closes what was opened otherwise.", RemarkKind.Mended);
                at++;
                var group = Group(frames.Count - 1);
                var pointer = group is null ? "" : Pointer(frames.Count - 1);
                frames.RemoveAt(frames.Count - 1);
                if (group is { } g) yield return new(g, pointer, line, default, false);
                if (frames.Count == 0) break;
            }
            else if (c == ',')
            {
                if (frame.Empty || frame.Comma) Remark("A comma stands with nothing before it.", RemarkKind.Mended);
                frame.Comma = true;
                at++;
            }
            else
            {
                if (!frame.Empty && !frame.Comma) Remark($"A comma is missing before {PatternScanner.Quote(((char)c).ToString())}.", RemarkKind.Mended);
                frame.Empty = false;
                frame.Comma = false;
                if (frame.List)
                {
                    frame.Index++;
                    valueNext = true;
                }
                else if (c != '"')
                {
                    Remark($"{PatternScanner.Quote(((char)c).ToString())} stands where a name in quotes is expected.");
                    Scan(null, out _, out _);
                }
                else
                {
                    part.ResetWrittenCount();
                    Scan(part, out var broken, out var large);
                    frame.Key = broken || large || part.WrittenCount > 1026 ? "?" : Name();
                    if (SkipSpace() == ':') at++;
                    else Remark($"No colon follows the name {PatternScanner.Quote(frame.Key)}.", RemarkKind.Mended);
                    valueNext = true;
                }
            }
        }

        if (SkipSpace() >= 0) Remark("Something follows the end of the JSON text; it is not read.", RemarkKind.Unused);
    }

    private string Name()
    {
        try
        {
            return JsonSerializer.Deserialize<string>(part.WrittenSpan) ?? "?";
        }
        catch (JsonException)
        {
            return "?";
        }
    }

    private void Remark(string what, RemarkKind kind = RemarkKind.Dropped) => remarks.Add(kind, file, line, Pointer(frames.Count), what);

    private string Pointer(int count)
    {
        var pointer = new StringBuilder();
        for (var i = 0; i < count; i++)
            if (frames[i].List || frames[i].Key.Length > 0) pointer.Append('/').Append(frames[i].Step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        return pointer.ToString();
    }

    /// <summary>The wanted place that the next value is, or -1; and whether one lies below it.</summary>
    private int Match(out bool descend)
    {
        descend = false;
        var match = -1;
        for (var w = 0; w < wanted.Length; w++)
        {
            var path = wanted[w];
            if (path.Length < frames.Count || !Fits(path, frames.Count)) continue;
            if (path.Length > frames.Count || groups[w]) descend = true;
            else match = w;
        }

        return match;
    }

    private bool Fits(string[] path, int count)
    {
        for (var i = 0; i < count; i++)
            if (path[i] != "*" && (frames[i].List || frames[i].Key != path[i])) return false;
        return true;
    }

    private int? Group(int depth)
    {
        for (var w = 0; w < wanted.Length; w++)
            if (groups[w] && wanted[w].Length == depth && Fits(wanted[w], depth)) return w;
        return null;
    }

    private bool Capture(long begins)
    {
        part.ResetWrittenCount();
        var complete = Scan(part, out var broken, out var large);
        void No(string why) => remarks.Add(RemarkKind.Dropped, file, begins, Pointer(frames.Count), why);
        if (!complete)
        {
            No("This is cut off: the file ends before it does.");
            return false;
        }

        if (large)
        {
            No(string.Create(CultureInfo.InvariantCulture, $"This has more than {limits.Part} bytes."));
            return false;
        }

        if (!Utf8.IsValid(part.WrittenSpan))
        {
            No("This is not UTF-8.");
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(part.WrittenSpan, new JsonReaderOptions { MaxDepth = limits.Depth });
            while (reader.Read())
            {
            }

            if (!broken) return true;
            No("Its brackets do not match.");
        }
        catch (JsonException e)
        {
            No(e.Message.Contains("MaxDepth", StringComparison.Ordinal) || e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? string.Create(CultureInfo.InvariantCulture, $"More than {limits.Depth} lists and objects are inside one another here.")
                : string.Create(CultureInfo.InvariantCulture, $"This is not JSON, at its line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}."));
        }

        return false;
    }

    /// <summary>Goes over one value, and writes it down as long as it is within the limit. False where the file ends before the value does.</summary>
    private bool Scan(ArrayBufferWriter<byte>? to, out bool broken, out bool large)
    {
        broken = false;
        large = false;
        var depth = 0;
        UInt128 lists = 0;
        while (true)
        {
            if (at == filled && !Fill()) return depth == 0;
            var c = buffer[at];
            switch (c)
            {
                case (byte)'"':
                    if (!String(to, ref large, ref broken)) return false;
                    break;
                case (byte)'{' or (byte)'[':
                    if (depth < 128) lists = c == '[' ? lists | (UInt128.One << depth) : lists & ~(UInt128.One << depth);
                    depth++;
                    Write(to, 1, ref large);
                    break;
                case (byte)'}' or (byte)']':
                    if (depth == 0) return true;
                    depth--;
                    if (depth < 128 && ((lists >> depth & 1) == 1) != (c == ']')) broken = true;
                    Write(to, 1, ref large);
                    break;
                case (byte)',' when depth == 0:
                    return true;
                case (byte)'\n':
                    if (depth == 0) return true;
                    line++;
                    Write(to, 1, ref large);
                    break;
                case (byte)' ' or (byte)'\t' or (byte)'\r' when depth == 0:
                    return true;
                default:
                    var run = buffer.AsSpan(at, filled - at).IndexOfAny(Structure);
                    Write(to, run < 0 ? filled - at : Math.Max(run, 1), ref large);
                    if (depth == 0 && c is (byte)':') return true;
                    continue;
            }

            if (depth == 0) return true;
        }
    }

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],\n \t\r"u8);
    private static readonly SearchValues<byte> StringEnd = SearchValues.Create("\"\\\n"u8);

    /// <summary>A string cannot hold a line break, so a broken one ends there at the latest and the rest of the file goes on.</summary>
    private bool String(ArrayBufferWriter<byte>? to, ref bool large, ref bool broken)
    {
        Write(to, 1, ref large);
        while (true)
        {
            if (at == filled && !Fill()) return false;
            var run = buffer.AsSpan(at, filled - at).IndexOfAny(StringEnd);
            if (run < 0)
            {
                Write(to, filled - at, ref large);
                continue;
            }

            Write(to, run, ref large);
            switch (buffer[at])
            {
                case (byte)'"':
                    Write(to, 1, ref large);
                    return true;
                case (byte)'\n':
                    broken = true;
                    return true;
                default:
                    Write(to, 1, ref large);
                    if (at == filled && !Fill()) return false;
                    if (buffer[at] != '\n') Write(to, 1, ref large);
                    break;
            }
        }
    }

    private void Write(ArrayBufferWriter<byte>? to, int count, ref bool large)
    {
        if (to is not null && !large)
        {
            if (to.WrittenCount + count > limits.Part)
            {
                large = true;
                to.ResetWrittenCount();
            }
            else
            {
                to.Write(buffer.AsSpan(at, count));
            }
        }

        at += count;
    }

    private int SkipSpace()
    {
        while (true)
        {
            if (at == filled && !Fill()) return -1;
            var c = buffer[at];
            if (c == '\n') line++;
            else if (c is not ((byte)' ' or (byte)'\t' or (byte)'\r')) return c;
            at++;
        }
    }

    private void SkipMark()
    {
        if (Fill() && filled >= 3 && buffer.AsSpan(0, 3).SequenceEqual(Encoding.UTF8.Preamble)) at = 3;
    }

    private bool Fill()
    {
        if (stopped) return false;
        if (total >= limits.Bytes)
        {
            stopped = true;
            Remark(string.Create(CultureInfo.InvariantCulture, $"The file has more than {limits.Bytes} bytes; the rest is not read."));
            return false;
        }

        try
        {
            filled = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, limits.Bytes - total));
        }
        catch (IOException e)
        {
            stopped = true;
            Remark($"Reading ended early: {e.Message}");
            filled = 0;
        }

        at = 0;
        total += filled;
        return filled > 0;
    }
}
