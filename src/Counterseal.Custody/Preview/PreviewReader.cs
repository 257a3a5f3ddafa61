using System.Buffers.Binary;
using System.Text.Json.Nodes;

namespace Counterseal.Custody;

/// <summary>Looks into a finished preview. Every byte given was verified by the chunk that it lies in.</summary>
internal static class PreviewReader
{
    /// <summary>The most bytes of one record that are shown: 1 MiB.</summary>
    public const int MostShown = 1 << 20;

    /// <summary>The most entries of the index that are shown at once.</summary>
    public const int MostListed = 1000;

    /// <summary>Streams, numbers and report.</summary>
    public static JsonObject Listing(string folder, AgeIdentity vault)
    {
        using var file = File.OpenRead(Path.Combine(folder, PreviewWriter.Listing));
        using var plain = Age.Decrypt(file, [vault]);
        using var bytes = new MemoryStream();
        plain.CopyTo(bytes);
        return JsonNode.Parse(bytes.ToArray())!.AsObject();
    }

    /// <summary>How long each record is, from one on; at most <see cref="MostListed"/>.</summary>
    public static IReadOnlyList<(long Record, long Length)> Lengths(string folder, AgeIdentity vault, long from)
    {
        using var index = new AgeSeek(Path.Combine(folder, PreviewWriter.Index), vault);
        var count = from < 0 ? 0 : Math.Clamp((index.Length / PreviewWriter.Entry) - from, 0, MostListed);
        if (count == 0)
            return [];
        var entries = new byte[count * PreviewWriter.Entry];
        index.Read(from * PreviewWriter.Entry, entries);
        return [.. Enumerable.Range(0, (int)count).Select(i => (from + i, BinaryPrimitives.ReadInt64BigEndian(entries.AsSpan((i * PreviewWriter.Entry) + 8))))];
    }

    /// <summary>The beginning of one record and its whole length; <c>null</c> when there is no such record.</summary>
    public static (byte[] Bytes, long Length)? Record(string folder, AgeIdentity vault, long record)
    {
        using var index = new AgeSeek(Path.Combine(folder, PreviewWriter.Index), vault);
        if (record < 0 || record >= index.Length / PreviewWriter.Entry)
            return null;
        var entry = new byte[PreviewWriter.Entry];
        index.Read(record * PreviewWriter.Entry, entry);
        var length = BinaryPrimitives.ReadInt64BigEndian(entry.AsSpan(8));
        using var records = new AgeSeek(Path.Combine(folder, PreviewWriter.Records), vault);
        var bytes = new byte[Math.Min(length, MostShown)];
        records.Read(BinaryPrimitives.ReadInt64BigEndian(entry), bytes);
        return (bytes, length);
    }
}
