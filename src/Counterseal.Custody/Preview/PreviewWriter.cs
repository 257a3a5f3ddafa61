using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>One stream of a preview.</summary>
/// <param name="Name">Account number and stream, e.g. <c>A-7F3K2M/content</c>.</param>
/// <param name="Extension">E.g. <c>mbox</c>.</param>
/// <param name="First">Number of its first record, counted from 0 through all streams.</param>
/// <param name="Records">How many.</param>
/// <param name="Bytes">How large together.</param>
internal sealed record PreviewStream(string Name, string Extension, long First, long Records, long Bytes);

/// <summary>
/// What would leave, kept so that one record can be looked at: <c>records.age</c> has the records one after the other, <c>index.age</c> where each begins and how long
/// it is, <c>listing.age</c> the streams and the report. All three are encrypted to the gate's own vault key, each under a file key of its own.
/// </summary>
internal sealed class PreviewWriter : IRecordSink, IDisposable
{
    /// <summary>Bytes of an entry of the index: offset and length, each as u64 big-endian.</summary>
    public const int Entry = 16;

    public const string Records = "records.age";
    public const string Index = "index.age";
    public const string Listing = "listing.age";

    private readonly string folder;
    private readonly AgeRecipient vault;
    private readonly FileStream recordsFile;
    private readonly FileStream indexFile;
    private readonly AgeEncryption records;
    private readonly AgeEncryption index;
    private readonly List<PreviewStream> streams = [];
    private readonly byte[] entry = new byte[Entry];
    private PreviewStream? stream;
    private long count, at, begin, streamBegin;

    /// <summary>Begins a preview in an empty folder.</summary>
    public PreviewWriter(string folder, AgeRecipient vault)
    {
        (this.folder, this.vault) = (folder, vault);
        recordsFile = Create(Records);
        indexFile = Create(Index);
        records = new AgeEncryption(recordsFile, [vault]);
        index = new AgeEncryption(indexFile, [vault]);
    }

    /// <inheritdoc/>
    public void Begin(string name, string extension) => (stream, streamBegin) = (new PreviewStream(name, extension, count, 0, 0), at);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> piece)
    {
        records.Write(piece);
        at += piece.Length;
    }

    /// <inheritdoc/>
    public void EndRecord()
    {
        BinaryPrimitives.WriteInt64BigEndian(entry, begin);
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(8), at - begin);
        index.Write(entry);
        (begin, count) = (at, count + 1);
    }

    /// <inheritdoc/>
    public void End()
    {
        streams.Add(stream! with { Records = count - stream.First, Bytes = at - streamBegin });
        stream = null;
    }

    /// <summary>Ends the preview; durable when this returns.</summary>
    public void Finish(CollectionReport report)
    {
        records.Finish();
        index.Finish();
        var listing = new JsonObject
        {
            ["records"] = count,
            ["bytes"] = at,
            ["streams"] = new JsonArray([.. streams.Select(one => new JsonObject
            {
                ["name"] = one.Name,
                ["extension"] = one.Extension,
                ["first"] = one.First,
                ["records"] = one.Records,
                ["bytes"] = one.Bytes,
            })]),
            ["report"] = JsonSerializer.SerializeToNode(report, LawJson.Options),
        };
        using var listingFile = Create(Listing);
        using (var sealing = new AgeEncryption(listingFile, [vault]))
            sealing.Write(Canonical.Bytes(listing));
        foreach (var file in (FileStream[])[recordsFile, indexFile, listingFile])
            file.Flush(flushToDisk: true);
    }

    /// <summary>Without <see cref="Finish"/> before it, what is there has no last chunk and cannot be taken for whole.</summary>
    public void Dispose()
    {
        records.Abandon();
        index.Abandon();
        records.Dispose();
        index.Dispose();
        recordsFile.Dispose();
        indexFile.Dispose();
    }

    private FileStream Create(string name)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = GateHome.FileMode;
        return new FileStream(Path.Combine(folder, name), options);
    }
}
