using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Tally;

/// <summary>
/// A tally with its openings as one JSON file, for whoever verifies it offline and for another implementation: schema, leaves in order, openings. Bytes are lower-case hex. The shape is in
/// <c>docs/provable-totals.md</c>.
/// </summary>
/// <param name="Schema">The tables.</param>
/// <param name="Origin">The tally log's origin.</param>
/// <param name="Disclosed">The table and cells in which a closed demand was answered with data.</param>
/// <param name="Leaves">Period and bytes of each leaf.</param>
/// <param name="Openings">In the order of their periods.</param>
public sealed record TallyFile(TallySchema Schema, string Origin, (int Table, IReadOnlyList<string> Cells) Disclosed, IReadOnlyList<(int Period, byte[] Bytes)> Leaves, IReadOnlyList<PeriodOpening> Openings)
{
    /// <summary>The most bytes of a file that is read: 1 GiB.</summary>
    public const long Limit = 1L << 30;

    /// <summary>The most bytes of one opening: 64 MiB.</summary>
    public const int OpeningLimit = 64 << 20;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    /// <summary>All faults; none when the tally holds.</summary>
    public IReadOnlyList<string> Faults(CancellationToken cancel)
    {
        var audit = new TallyAudit(Schema, Origin, cancel);
        foreach (var (period, bytes) in Leaves)
            audit.Add(period, bytes);
        return audit.Finish(Openings, Disclosed);
    }

    /// <summary>The file's text.</summary>
    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["v"] = 1,
        ["origin"] = Origin,
        ["tables"] = new JsonArray([.. Schema.Tables.Skip(1).Select(table => new JsonObject { ["name"] = table.Name, ["cells"] = new JsonArray([.. table.Cells.Select(cell => JsonValue.Create(cell))]) })]),
        ["disclosed"] = new JsonObject { ["table"] = Disclosed.Table, ["cells"] = new JsonArray([.. Disclosed.Cells.Select(cell => JsonValue.Create(cell))]) },
        ["leaves"] = new JsonArray([.. Leaves.Select(leaf => new JsonObject { ["period"] = leaf.Period, ["bytes"] = Convert.ToHexStringLower(leaf.Bytes) })]),
        ["openings"] = new JsonArray([.. Openings.Select(Node)]),
    });

    /// <summary>One opening alone, as it is published beside a report.</summary>
    public static byte[] OpeningBytes(PeriodOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return JsonSerializer.SerializeToUtf8Bytes(Node(opening));
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="TallyException">It has another shape.</exception>
    public static PeriodOpening ReadOpening(ReadOnlyMemory<byte> json, string origin)
    {
        if (json.Length > OpeningLimit)
            throw new TallyException($"an opening has at most {OpeningLimit} bytes");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Opening(document.RootElement, origin);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new TallyException("not a period's opening: " + e.Message);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="TallyException">It has another shape; names the member.</exception>
    public static TallyFile Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limit)
            throw new TallyException("a tally file has at most 1 GiB");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() != 1)
                throw new TallyException("/v: only version 1 is known");
            var schema = new TallySchema([.. root.GetProperty("tables").EnumerateArray().Select(table => new TallyTable(Text(table, "name"), Texts(table, "cells")))]);
            var disclosed = (root.GetProperty("disclosed").GetProperty("table").GetInt32(), Texts(root.GetProperty("disclosed"), "cells"));
            if (disclosed.Item1 < 1 || disclosed.Item1 >= schema.Tables.Count)
                throw new TallyException("/disclosed/table: there is no such table");
            foreach (var cell in disclosed.Item2)
                _ = schema.Place(disclosed.Item1, cell);
            return new TallyFile(
                schema, Text(root, "origin"), disclosed,
                [.. root.GetProperty("leaves").EnumerateArray().Select(leaf => (leaf.GetProperty("period").GetInt32(), Hex(leaf, "bytes")))],
                [.. root.GetProperty("openings").EnumerateArray().Select(opening => Opening(opening, Text(root, "origin")))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new TallyException("not a tally file: " + e.Message);
        }
    }

    private static JsonObject Node(PeriodOpening opening) => new()
    {
        ["period"] = opening.Leaves.Period,
        ["from"] = opening.Leaves.From,
        ["to"] = opening.Leaves.To,
        ["root"] = Convert.ToHexStringLower(opening.Leaves.Root),
        ["tables"] = new JsonArray([.. opening.Tables.Select(table => new JsonObject
        {
            ["cells"] = new JsonArray([.. table.Cells.Select(Node)]),
            ["challenge"] = Hex(table.Challenge),
            ["response"] = Hex(table.Response),
        })]),
    };

    private static JsonObject Node(PublishedCell cell)
    {
        var node = new JsonObject { ["place"] = cell.Place, ["least"] = cell.Least, ["most"] = cell.Most };
        if (cell.Hidden is var (sum, proof))
        {
            node["sum"] = Hex(sum);
            node["bits"] = new JsonArray([.. proof.Bits.Select(bit => JsonValue.Create(Hex(bit)))]);
            node["challenge"] = Hex(proof.Challenge);
            node["answers"] = new JsonArray([.. proof.Answers.Select(answer => new JsonArray(Hex(answer.Part), Hex(answer.Zero), Hex(answer.One)))]);
        }
        return node;
    }

    private static PeriodOpening Opening(JsonElement opening, string origin) => new(
        new PeriodLeaves(origin, opening.GetProperty("period").GetInt32(), opening.GetProperty("from").GetInt64(), opening.GetProperty("to").GetInt64(), Hex(opening, "root")),
        [.. opening.GetProperty("tables").EnumerateArray().Select(table => new PublishedTable(
            [.. table.GetProperty("cells").EnumerateArray().Select(Cell)], Scalar(table.GetProperty("challenge")), Scalar(table.GetProperty("response"))))]);

    private static PublishedCell Cell(JsonElement cell)
    {
        var (place, least, most) = (cell.GetProperty("place").GetInt32(), cell.GetProperty("least").GetInt64(), cell.GetProperty("most").GetInt64());
        if (!cell.TryGetProperty("sum", out var sum))
            return new PublishedCell(place, least, most, null);
        var proof = new RangeProof(
            [.. cell.GetProperty("bits").EnumerateArray().Select(Point)],
            Scalar(cell.GetProperty("challenge")),
            [.. cell.GetProperty("answers").EnumerateArray().Select(answer => answer.GetArrayLength() == 3 ? (Scalar(answer[0]), Scalar(answer[1]), Scalar(answer[2])) : throw new TallyException("answers: each has three numbers"))]);
        return new PublishedCell(place, least, most, (Point(sum), proof));
    }

    private static Point Point(JsonElement element) =>
        Tally.Point.TryRead(Convert.FromHexString(element.GetString()!), out var point) ? point : throw new TallyException($"{element.GetString()}: not the one encoding of an element, or the identity");

    private static Scalar Scalar(JsonElement element) =>
        Tally.Scalar.TryRead(Convert.FromHexString(element.GetString()!), out var scalar) ? scalar : throw new TallyException($"{element.GetString()}: not a number below the order");

    private static string Hex(Point point) => Convert.ToHexStringLower(point.Bytes);

    private static string Hex(Scalar scalar) => Convert.ToHexStringLower(scalar.Bytes);

    private static byte[] Hex(JsonElement element, string member) => Convert.FromHexString(element.GetProperty(member).GetString()!);

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString() ?? throw new TallyException($"/{member}: must be a text");

    private static string[] Texts(JsonElement element, string member) => [.. element.GetProperty(member).EnumerateArray().Select(item => item.GetString() ?? throw new TallyException($"/{member}: must be a list of texts"))];
}
