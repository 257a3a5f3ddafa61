using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

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

    /// <summary>The same, read.</summary>
    public static PreviewListing Streams(string folder, AgeIdentity vault)
    {
        var listing = Listing(folder, vault);
        return new PreviewListing(
            (long)listing["records"]!,
            (long)listing["bytes"]!,
            [.. listing["streams"]!.AsArray().Select(one => new PreviewStream((string)one!["name"]!, (string)one["extension"]!, (long)one["first"]!, (long)one["records"]!, (long)one["bytes"]!))],
            JsonSerializer.Deserialize<CollectionReport>(listing["report"]!, LawJson.Options)!);
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

    /// <summary>Pieces of records, one after the other: how long each is, and at most so many bytes of it from a place on. Ends where there are no more records.</summary>
    /// <param name="folder">The preview's folder.</param>
    /// <param name="vault">The gate's own key.</param>
    /// <param name="record">The first record, from 0.</param>
    /// <param name="count">How many records at most.</param>
    /// <param name="at">Where in each record to begin, in bytes.</param>
    /// <param name="most">At most so many bytes of each.</param>
    public static IReadOnlyList<PreviewPiece> Pieces(string folder, AgeIdentity vault, long record, int count, long at, int most)
    {
        using var index = new AgeSeek(Path.Combine(folder, PreviewWriter.Index), vault);
        using var records = new AgeSeek(Path.Combine(folder, PreviewWriter.Records), vault);
        var pieces = new List<PreviewPiece>();
        var entry = new byte[PreviewWriter.Entry];
        for (var n = record; record >= 0 && at >= 0 && n < index.Length / PreviewWriter.Entry && pieces.Count < count; n++)
        {
            index.Read(n * PreviewWriter.Entry, entry);
            var length = BinaryPrimitives.ReadInt64BigEndian(entry.AsSpan(8));
            var bytes = new byte[Math.Clamp(length - at, 0, most)];
            if (bytes.Length > 0)
                records.Read(BinaryPrimitives.ReadInt64BigEndian(entry) + at, bytes);
            pieces.Add(new PreviewPiece(n, length, at, bytes));
        }
        return pieces;
    }
}

/// <summary>What a preview has.</summary>
/// <param name="Records">How many records, all streams together.</param>
/// <param name="Bytes">How large together.</param>
/// <param name="Streams">The streams, in their order.</param>
/// <param name="Report">What was read, written and left out.</param>
internal sealed record PreviewListing(long Records, long Bytes, IReadOnlyList<PreviewStream> Streams, CollectionReport Report);

/// <summary>A piece of one record of a preview.</summary>
/// <param name="Record">Its number, from 0.</param>
/// <param name="Length">Bytes of the whole record.</param>
/// <param name="At">Where the piece begins.</param>
/// <param name="Bytes">The piece.</param>
internal sealed record PreviewPiece(long Record, long Length, long At, byte[] Bytes);
