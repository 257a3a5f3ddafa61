namespace Counterseal.Tally;

/// <summary>
/// What a party is given to check its own demand: the place of its leaf, what it commits to, and the blindings of that leaf alone. It is evidence that can be passed on: whoever
/// has it can show it to others.
/// </summary>
/// <param name="Place">Where the leaf stands.</param>
/// <param name="Secret">Its cells, reference and blindings.</param>
public sealed record LeafOpening(LeafPlace Place, LeafSecret Secret)
{
    /// <summary>What does not fit between this opening and a leaf; <c>null</c> when all does.</summary>
    /// <param name="leaf">The leaf that stands at the place in the log.</param>
    /// <param name="reference">The reference as a number, computed by the party itself from what it knows (<see cref="LeafSecret.ReferenceOf"/>): an opening for another's leaf has another one.</param>
    public string? Fault(TallyLeaf leaf, Scalar reference)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        var schema = leaf.Schema;
        if (Secret.Places.Count != schema.Tables.Count || Secret.Blindings.Count != schema.Tables.Count)
            return $"the opening has {Secret.Places.Count} cells and {Secret.Blindings.Count} blindings, and the tally {schema.Tables.Count} tables";
        for (var t = 0; t < schema.Tables.Count; t++)
        {
            if (Secret.Places[t] < 0 || Secret.Places[t] >= TallySchema.Places(t))
                return $"the table {schema.Tables[t].Name} has no place {Secret.Places[t]}";
            if (!LeafMaking.Commitment(schema, t, Secret.Places[t], Secret.Blindings[t]).Equals(leaf.Commitments[t]))
                return $"the leaf is not {schema.CellName(t, Secret.Places[t])} in the table {schema.Tables[t].Name}";
        }
        if (!Secret.Reference.Equals(reference))
            return "the opening has another reference than yours: it is for another demand";
        return ((reference * schema.Reference) + (Secret.ReferenceBlinding * schema.Blinding)).Equals(leaf.Reference)
            ? null
            : "the leaf has another reference than the opening: it is another demand's";
    }
}
