using System.Text;

namespace Counterseal.Watch.Tests;

/// <summary>Feeds in a line, and streams that no disk could hold.</summary>
internal static class Feed
{
    public static Intelligence Stix(string json, FeedLimits? limits = null) => Stix(Encoding.UTF8.GetBytes(json), limits);

    public static Intelligence Stix(byte[] bytes, FeedLimits? limits = null)
    {
        using var stream = new MemoryStream(bytes);
        return Stix(stream, "test.json", limits);
    }

    public static Intelligence Stix(Stream stream, string file, FeedLimits? limits = null, Intelligence? into = null)
    {
        into ??= new();
        var reader = new StixReader("test", into, limits);
        reader.Read(stream, file);
        reader.Finish();
        return into;
    }

    public static Intelligence Misp(string json, Intelligence? into = null, string feed = "test")
    {
        into ??= new();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        new MispReader(feed, into).Read(stream, "test.json");
        return into;
    }

    public static Intelligence Csv(string mapping, string text, FeedLimits? limits = null) => Csv(mapping, Encoding.UTF8.GetBytes(text), limits);

    public static Intelligence Csv(string mapping, byte[] bytes, FeedLimits? limits = null)
    {
        var into = new Intelligence();
        using var stream = new MemoryStream(bytes);
        new CsvReader(CsvMapping.Read(Encoding.UTF8.GetBytes(mapping)), "test", into, limits).Read(stream, "test.csv");
        return into;
    }

    public static string Bundle(params string[] objects) => $$"""{"type":"bundle","id":"bundle--1","objects":[{{string.Join(",\n", objects)}}]}""";

    public static string Indicator(string name, string pattern = "[domain-name:value = 'evil.example']", string more = "") =>
        $$"""{"type":"indicator","spec_version":"2.1","id":"indicator--{{name}}","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","pattern":"{{pattern.Replace("\\", "\\\\", StringComparison.Ordinal)}}","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"{{(more.Length > 0 ? "," + more : "")}}}""";

    public static IEnumerable<FeedRemark> Dropped(this Intelligence intelligence) => intelligence.Remarks.All.Where(r => r.Kind == RemarkKind.Dropped);

    public static IEnumerable<FeedRemark> Mended(this Intelligence intelligence) => intelligence.Remarks.All.Where(r => r.Kind == RemarkKind.Mended);
}

/// <summary>A beginning, one byte very many times, and an end; nothing of it is held.</summary>
internal sealed class LongStream(string beginning, byte filler, long times, string end) : Stream
{
    private readonly byte[] head = Encoding.UTF8.GetBytes(beginning);
    private readonly byte[] tail = Encoding.UTF8.GetBytes(end);
    private long at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => head.Length + times + tail.Length;

    public override long Position { get => at; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var to = buffer.AsSpan(offset, count);
        var from = at < head.Length ? head.AsSpan((int)at) : at >= head.Length + times ? tail.AsSpan((int)(at - head.Length - times)) : [];
        int read;
        if (at >= head.Length && at < head.Length + times)
        {
            read = (int)Math.Min(count, head.Length + times - at);
            to[..read].Fill(filler);
        }
        else
        {
            read = Math.Min(count, from.Length);
            from[..read].CopyTo(to);
        }

        at += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
