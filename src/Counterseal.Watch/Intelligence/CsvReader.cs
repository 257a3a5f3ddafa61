using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Counterseal.Watch;

/// <summary>Records of a CSV stream (RFC 4180; LF or CRLF; quoted fields may hold line breaks) in bounded memory.</summary>
internal sealed class CsvRecords(Stream stream, string file, char delimiter, char? comment, FeedLimits limits, FeedRemarks remarks)
{
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly ArrayBufferWriter<byte> record = new(1024);
    private readonly List<int> ends = [];
    private readonly SearchValues<byte> special = SearchValues.Create([(byte)'"', (byte)'\r', (byte)'\n', (byte)delimiter]);
    private int at;
    private int filled;
    private long total;
    private bool stopped;
    private long line = 1;

    /// <summary>The first line of the record that was read last.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Its fields.</summary>
    public int Count => ends.Count;

    /// <summary>One of them in UTF-8, until the next record is read.</summary>
    public ReadOnlySpan<byte> Field(int number) => record.WrittenSpan[(number == 0 ? 0 : ends[number - 1])..ends[number]];

    /// <summary>All of them.</summary>
    public string[] Fields()
    {
        var fields = new string[ends.Count];
        for (var i = 0; i < fields.Length; i++) fields[i] = Encoding.UTF8.GetString(Field(i));
        return fields;
    }

    /// <summary>Reads the next record; a field's bytes that are not UTF-8, and records that are too long, cost the record. <c>false</c> at the end.</summary>
    public bool Next()
    {
        if (total == 0 && Fill() && filled >= 3 && buffer.AsSpan(0, 3).SequenceEqual(Encoding.UTF8.Preamble)) at = 3;
        while (at < filled || Fill())
        {
            Line = line;
            var how = Record();
            if (how is null) return true;
            if (how.Length > 0) remarks.Add(RemarkKind.Dropped, file, Line, "", how);
        }

        return false;
    }

    /// <summary>Reads one record. <c>null</c>: it is good; empty: there was none; else what is wrong with it.</summary>
    private string? Record()
    {
        record.ResetWrittenCount();
        ends.Clear();
        bool quoted = false, wasQuoted = false, large = false, first = true, skip = false, any = false;
        while (true)
        {
            if (at == filled && !Fill())
            {
                if (quoted && !large) return "The file ends within quotes.";
                break;
            }

            if (skip || large)
            {
                // Nothing of it is kept any more: on to the line's end.
                var run = buffer.AsSpan(at, filled - at).IndexOf((byte)'\n');
                at = run < 0 ? filled : at + run;
                if (run < 0) continue;
            }

            // What is neither quote, delimiter nor line break is kept in one piece.
            if (!first && !quoted && buffer.AsSpan(at, filled - at) is var rest && (rest.IndexOfAny(special) is var plain and not 0))
            {
                rest = plain < 0 ? rest : rest[..plain];
                if (Kept(rest))
                {
                    any = true;
                    at += rest.Length;
                    continue;
                }
            }

            var c = buffer[at++];
            if (first && comment is { } mark && c == mark) skip = true;
            first = false;
            if (c == '\n') line++;
            // A comment ends with its line, and so does a record that is too long: a quote that nobody closes must not swallow the file.
            if (skip || large)
            {
                if (c == '\n') break;
                continue;
            }

            if (quoted)
            {
                if (c != '"') { Keep(c); continue; }
                if ((at < filled || Fill()) && buffer[at] == '"') { at++; Keep(c); continue; }
                quoted = false;
                wasQuoted = true;
            }
            else if (c == '"' && !wasQuoted && record.WrittenCount == (ends.Count == 0 ? 0 : ends[^1])) { quoted = true; any = true; }
            else if (c == delimiter) { ends.Add(record.WrittenCount); wasQuoted = false; any = true; }
            else if (c == '\n') break;
            else if (c != '\r' || !((at < filled || Fill()) && buffer[at] == '\n')) { Keep(c); any = true; }
        }

        if (skip || (!any && !large)) return "";
        ends.Add(record.WrittenCount);
        if (large) return string.Create(CultureInfo.InvariantCulture, $"The record has more than {limits.Part} bytes.");
        return Utf8.IsValid(record.WrittenSpan) ? null : "The record is not UTF-8.";

        bool Kept(ReadOnlySpan<byte> run)
        {
            if (run.IsEmpty || record.WrittenCount + run.Length > limits.Part) return false;
            record.Write(run);
            return true;
        }

        void Keep(byte b)
        {
            if (record.WrittenCount >= limits.Part) { large = true; record.ResetWrittenCount(); ends.Clear(); }
            if (large) return;
            record.GetSpan(1)[0] = b;
            record.Advance(1);
        }
    }

    private bool Fill()
    {
        if (stopped) return false;
        if (total >= limits.Bytes)
        {
            stopped = true;
            remarks.Add(RemarkKind.Dropped, file, line, "", string.Create(CultureInfo.InvariantCulture, $"The file has more than {limits.Bytes} bytes; the rest is not read."));
            at = filled = 0;
            return false;
        }

        try
        {
            filled = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, limits.Bytes - total));
        }
        catch (IOException e)
        {
            stopped = true;
            remarks.Add(RemarkKind.Dropped, file, line, "", $"Reading ended early: {e.Message}");
            filled = 0;
        }

        at = 0;
        total += filled;
        return filled > 0;
    }
}

/// <summary>Reads indicators from a CSV file by a mapping.</summary>
/// <param name="mapping">What the columns mean.</param>
/// <param name="feed">The operator's name of the feed.</param>
/// <param name="into">Takes what was read.</param>
/// <param name="limits">The limits.</param>
public sealed class CsvReader(CsvMapping mapping, string feed, Intelligence into, FeedLimits? limits = null)
{
    private static readonly string[] Names = ["id", "value", "type", "validFrom", "validUntil", "confidence", "tlp", "actor", "source"];

    /// <summary>Reads a file. Never throws for what the bytes say.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="file">The file's name, for remarks.</param>
    /// <param name="cancel">Stops between two records.</param>
    public void Read(Stream stream, string file, CancellationToken cancel = default)
    {
        IReadOnlyList<string>? header = null;
        var places = new int[Names.Length];
        var started = false;
        var records = new CsvRecords(stream, file, mapping.Delimiter, mapping.Comment, limits ?? FeedLimits.Usual, into.Remarks);
        PlainIndicators? plain = null;
        while (records.Next())
        {
            cancel.ThrowIfCancellationRequested();
            if (!started)
            {
                started = true;
                header = mapping.Header ? records.Fields() : null;
                foreach (var (number, field) in Names.Index())
                {
                    places[number] = mapping.Column(field, header);
                    if (places[number] >= 0 || !mapping.Names(field)) continue;
                    into.Remarks.Add(RemarkKind.Dropped, file, records.Line, mapping.ColumnName(field)!, $"The file has no column {PatternScanner.Quote(mapping.ColumnName(field)!)}, which the mapping names for {field}; nothing is read.");
                    return;
                }

                if (Names.All(field => field is "value" or "type" || (!mapping.Names(field) && (field is "source" or "actor" || mapping.Fixed(field) is null))))
                    into.Add(plain = new PlainIndicators(new Indicator { Id = "", Feed = feed, Place = "", Text = "", Source = mapping.Fixed("source"), Actors = mapping.Fixed("actor") is { } actor ? [actor] : [] }, file));
                if (mapping.Header) continue;
            }

            if (plain is null || !Plain(records, plain, places))
                One(records.Fields(), places, header, file, records.Line);
        }
    }

    private const int MostTypes = 32;
    private readonly List<(byte[] Type, (ObservableKind Kind, string Scope, ushort Number)? Known)> types = [];

    /// <summary>A record that says no more than a value in its one form: most of a large list. Whether it was one.</summary>
    private bool Plain(CsvRecords records, PlainIndicators plain, int[] places)
    {
        const int Value = 1, Type = 2;
        if (places[Value] < 0 || places[Value] >= records.Count || places[Type] >= records.Count) return false;
        var type = places[Type] < 0 ? [] : records.Field(places[Type]);
        var value = records.Field(places[Value]);
        if (Known(type) is not { } known || !Observable.IsCanonical(known.Kind, known.Scope, value) || !plain.Add(known.Number, value, records.Line)) return false;
        into.Replaced(plain, feed, known.Kind, known.Scope, value);
        return true;

        (ObservableKind Kind, string Scope, ushort Number)? Known(ReadOnlySpan<byte> type)
        {
            foreach (var (there, it) in types)
                if (type.SequenceEqual(there)) return it;
            var name = Encoding.UTF8.GetString(type).Trim() is { Length: > 0 } text ? text : mapping.Fixed("type") ?? "";
            (ObservableKind, string, ushort)? found = mapping.KindOf(name) is var (kind, scope) && kind is not (ObservableKind.Text or ObservableKind.Url) ? (kind, scope, plain.NumberOf(kind, scope)) : null;
            if (types.Count < MostTypes) types.Add((type.ToArray(), found));
            return found;
        }
    }

    private void One(string[] fields, int[] places, IReadOnlyList<string>? header, string file, long line)
    {
        int Place(string field) => places[Array.IndexOf(Names, field)];
        string Column(string field) => Place(field) is var p && p < 0 ? "" : header is not null ? header[p].Trim() : (p + 1).ToString(CultureInfo.InvariantCulture);
        void Drop(string field, string what) => into.Remarks.Add(RemarkKind.Dropped, file, line, Column(field), what);
        string? Field(string field) => Place(field) is var p and >= 0 && p < fields.Length && fields[p].Trim() is { Length: > 0 } text ? text : mapping.Fixed(field);

        if (Field("value") is not { } value) { Drop("value", "The record has no value."); return; }
        var type = Field("type") ?? "";
        if (mapping.KindOf(type) is not var (kind, scope)) { Drop("type", $"{PatternScanner.Quote(type)} is no type that the mapping or this program knows."); return; }
        if (!Observable.TryRead(kind, scope, value, out var observable, out var problem)) { Drop("value", $"{PatternScanner.Quote(value)} {problem}."); return; }
        if (problem.Length > 0) into.Remarks.Add(RemarkKind.Mended, file, line, Column("value"), $"{PatternScanner.Quote(value)} {problem}.");
        if (!Time("validFrom", out var from) || !Time("validUntil", out var until)) return;
        if (until <= from) { Drop("validUntil", "The indicator's window ends before it begins."); return; }
        int? confidence = null;
        if (Field("confidence") is { } sure)
        {
            if (int.TryParse(sure, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100) confidence = number;
            else into.Remarks.Add(RemarkKind.Mended, file, line, Column("confidence"), $"{PatternScanner.Quote(sure)} is no whole number from 0 to 100 and is not used.");
        }

        var mark = Field("tlp") is { } tlp ? TlpMarks.Read(tlp) : Tlp.Unmarked;
        if (mark == Tlp.Unknown) into.Remarks.Add(RemarkKind.Mended, file, line, Column("tlp"), $"{PatternScanner.Quote(Field("tlp")!)} is no TLP mark; the record is kept from every notice.");
        into.Add(new Indicator
        {
            Id = Field("id") ?? PlainIndicators.IdOf(observable!),
            Feed = feed,
            Place = string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}"),
            // Most values are written as they are looked up; one text then does for both.
            Text = value == observable!.Value ? observable.Value : value,
            Observables = [observable!],
            Source = Field("source"),
            ValidFrom = from,
            ValidUntil = until,
            Confidence = confidence,
            Tlp = mark,
            Actors = Field("actor") is { } actor ? [actor] : [],
        });

        bool Time(string field, out DateTimeOffset? time)
        {
            time = null;
            if (Field(field) is not { } text) return true;
            if (FeedTime.TryRead(text, out var read))
            {
                time = read;
                return true;
            }

            Drop(field, $"{PatternScanner.Quote(text)} is no time, so that nobody knows whether the record holds.");
            return false;
        }
    }
}
