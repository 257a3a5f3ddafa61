using System.Security.Cryptography;

namespace Counterseal.Tally;

/// <summary>
/// What the writer of a leaf keeps: its cells, its blindings, and its reference. The blindings of the tables are independent of each other, so that an opening of one says nothing of
/// another.
/// </summary>
/// <param name="Places">For each table the place.</param>
/// <param name="Blindings">For each table the blinding.</param>
/// <param name="Reference">The reference as a number.</param>
/// <param name="ReferenceBlinding">Its blinding.</param>
public sealed record LeafSecret(IReadOnlyList<int> Places, IReadOnlyList<Scalar> Blindings, Scalar Reference, Scalar ReferenceBlinding)
{
    /// <summary>The secret of a closed demand: a cell in each table.</summary>
    /// <param name="schema">The tables.</param>
    /// <param name="cells">The cell's name for each table beside kind, in order; <c>national security</c> in one of them means in all.</param>
    /// <param name="received">The index of the leaf with which it was received.</param>
    public static LeafSecret Closed(TallySchema schema, IReadOnlyList<string> cells, long received)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count != schema.Tables.Count - 1)
            throw new ArgumentException($"a closed demand has a cell in each of {schema.Tables.Count - 1} tables", nameof(cells));
        var security = cells.Count(cell => cell == "national security");
        if (security != 0 && security != cells.Count)
            throw new ArgumentException("a national security demand takes that cell in every table", nameof(cells));
        return Fresh([(int)LeafKind.Closed, .. cells.Select((cell, i) => schema.Place(i + 1, cell))], ReferenceOf("closed", received.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>The secret of a leaf that counts in no table but kind.</summary>
    /// <param name="schema">The tables.</param>
    /// <param name="kind">Received, sealed or cover.</param>
    /// <param name="reference">For sealed the order's digest, for received the receipt's own number; for a cover nothing.</param>
    public static LeafSecret Uncounted(TallySchema schema, LeafKind kind, string reference)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (kind == LeafKind.Closed)
            throw new ArgumentException("a closed demand is counted", nameof(kind));
        return Fresh([(int)kind, .. Enumerable.Repeat(TallySchema.NotCounted, schema.Tables.Count - 1)], ReferenceOf(kind.ToString().ToLowerInvariant(), reference));
    }

    /// <summary>
    /// The same with blindings that a key gives, for a writer that hands no single one of its leaves to anybody: what it must keep is the key and which leaves are its own. An opening says
    /// nothing of the key.
    /// </summary>
    /// <param name="schema">The tables.</param>
    /// <param name="kind">Received, sealed or cover.</param>
    /// <param name="reference">As in <see cref="Uncounted"/>.</param>
    /// <param name="key">32 secret bytes.</param>
    /// <param name="place">Where the leaf stands.</param>
    public static LeafSecret Derived(TallySchema schema, LeafKind kind, string reference, ReadOnlySpan<byte> key, LeafPlace place)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(place);
        var secret = Uncounted(schema, kind, reference);
        var seed = key.ToArray();
        Scalar Blinding(string of) => Scalar.Reduce(HMACSHA512.HashData(seed, TallySchema.Framed([TallySchema.Version, "blinding", place.Origin, place.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), kind.ToString(), reference, of]).ToArray()));
        return secret with { Blindings = [.. schema.Tables.Select(table => Blinding("table " + table.Name))], ReferenceBlinding = Blinding("reference") };
    }

    /// <summary>A reference as a number: SHA-512 of the framed version, kind and text, modulo ℓ.</summary>
    public static Scalar ReferenceOf(string kind, string reference) => Scalar.Reduce(SHA512.HashData([.. TallySchema.Framed([TallySchema.Version, "reference", kind, reference])]));

    private static LeafSecret Fresh(IReadOnlyList<int> places, Scalar reference) => new(places, [.. places.Select(_ => Scalar.Random())], reference, Scalar.Random());
}
