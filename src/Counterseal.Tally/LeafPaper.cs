using System.Text.Json.Nodes;

namespace Counterseal.Tally;

/// <summary>The opening of one leaf as it stands in a receipt or a closing notice: cells by their names, numbers in lower-case hex. The reference is not in it; whoever checks computes it.</summary>
public static class LeafPaper
{
    /// <summary>Writes an opening.</summary>
    public static JsonObject Of(TallySchema schema, LeafOpening opening)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(opening);
        return new JsonObject
        {
            ["origin"] = opening.Place.Origin,
            ["index"] = opening.Place.Index,
            ["period"] = opening.Place.Period,
            ["cells"] = new JsonArray([.. opening.Secret.Places.Select((place, t) => JsonValue.Create(schema.CellName(t, place)))]),
            ["blindings"] = new JsonArray([.. opening.Secret.Blindings.Select(Hex)]),
            ["referenceBlinding"] = Hex(opening.Secret.ReferenceBlinding),
        };
    }

    /// <summary>Reads an opening; its reference is the one that the reader computed.</summary>
    /// <exception cref="TallyException">It has another shape, or names a cell that the tables do not have.</exception>
    public static LeafOpening Read(TallySchema schema, JsonNode? paper, Scalar reference)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            var cells = paper!["cells"]!.AsArray().Select(cell => (string)cell!).ToList();
            if (cells.Count != schema.Tables.Count)
                throw new TallyException($"the opening has {cells.Count} cells, and the tally {schema.Tables.Count} tables");
            return new LeafOpening(
                new LeafPlace((string)paper["origin"]!, (long)paper["index"]!, (int)paper["period"]!),
                new LeafSecret([.. cells.Select((cell, t) => schema.Place(t, cell))], [.. paper["blindings"]!.AsArray().Select(one => Number((string)one!))], reference, Number((string)paper["referenceBlinding"]!)));
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new TallyException("not the opening of a leaf: " + e.Message);
        }
    }

    private static JsonValue Hex(Scalar number) => JsonValue.Create(Convert.ToHexStringLower(number.Bytes));

    private static Scalar Number(string hex) => Scalar.TryRead(Convert.FromHexString(hex), out var number) ? number : throw new TallyException($"{hex}: not a number below the order");
}
