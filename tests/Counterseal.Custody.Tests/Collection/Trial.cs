using System.Globalization;
using System.Text;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Collecting;

/// <summary>A folder with sources, gone after the test.</summary>
internal sealed class Trial : IDisposable
{
    private readonly StringBuilder _accounts = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("counterseal-collect-").FullName;

    public Sources Sources => new(Path.Combine(Folder, "accounts.ndjson"), Path.Combine(Folder, "mail"));

    public Trial() => Directory.CreateDirectory(Sources.Mail);

    public Trial Account(string json)
    {
        _accounts.Append(json).Append('\n');
        return this;
    }

    /// <summary>An account <c>acc-1</c>, address <c>a@b.example</c>, with these bytes as its mbox.</summary>
    public Trial Mbox(byte[] bytes, string more = "")
    {
        File.WriteAllBytes(Path.Combine(Sources.Mail, "a.mbox"), bytes);
        return Account("""{"account":"acc-1","addresses":["a@b.example"],"mailbox":"a.mbox"MORE}""".Replace("MORE", more, StringComparison.Ordinal));
    }

    public Trial Mbox(string text, string more = "") => Mbox(Encoding.UTF8.GetBytes(text), more);

    public string MailFile(string name, string text)
    {
        var path = Path.Combine(Sources.Mail, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public (CollectionReport Report, Recorded Sink) Run(params ScopeItem[] items)
    {
        if (_accounts.Length > 0) File.WriteAllText(Sources.Accounts, _accounts.ToString());
        var sink = new Recorded();
        var report = Custody.Collection.Run(Sources, new Scope(items), name => "A-" + name.ToUpperInvariant(), sink, CancellationToken.None);
        var counted = new CountSink();
        var again = Custody.Collection.Run(Sources, new Scope(items), name => "A-" + name.ToUpperInvariant(), counted, CancellationToken.None);
        Assert.Equal(sink.Streams.Values.Sum(s => s.Count), counted.Records);
        Assert.Equal(report.Accounts.Sum(a => a.Bytes), counted.Bytes);
        Assert.Equal(report.Accounts.Sum(a => a.InScope), again.Accounts.Sum(a => a.InScope));
        return (report, sink);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static ScopeItem Item(Selector selector, params DataCategory[] categories) => new(selector, categories, null, null);

    public static ScopeItem Mail(DataCategory category, string? from = null, string? to = null) =>
        new(new Selector(SelectorKind.Account, "acc-1"), [category], At(from), At(to));

    public static DateTimeOffset? At(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A sink that keeps everything, and holds the collector to the sink's contract.</summary>
internal sealed class Recorded : IRecordSink
{
    private string? _open;
    private MemoryStream? _record;

    /// <summary>Records by <c>name.extension</c>.</summary>
    public Dictionary<string, List<byte[]>> Streams { get; } = [];

    public string Text(string stream) => Streams.TryGetValue(stream, out var all) ? Encoding.UTF8.GetString([.. all.SelectMany(r => r)]) : "";

    public byte[] Bytes(string stream) => Streams.TryGetValue(stream, out var all) ? [.. all.SelectMany(r => r)] : [];

    public void Begin(string name, string extension)
    {
        Assert.Null(_open);
        Streams.Add(_open = $"{name}.{extension}", []);
    }

    public void Write(ReadOnlySpan<byte> piece)
    {
        Assert.NotNull(_open);
        (_record ??= new MemoryStream()).Write(piece);
    }

    public void EndRecord()
    {
        Streams[_open!].Add(_record!.ToArray());
        _record = null;
    }

    public void End()
    {
        Assert.NotNull(_open);
        Assert.Null(_record);
        _open = null;
    }
}
