using System.Buffers.Binary;

namespace Counterseal.Tally;

/// <summary>Where a leaf stands: no proof made for one place holds at another.</summary>
/// <param name="Origin">The tally log's origin.</param>
/// <param name="Index">The leaf's index, reserved before it was proven.</param>
/// <param name="Period">The period, counted from 0.</param>
public sealed record LeafPlace(string Origin, long Index, int Period);

/// <summary>
/// One leaf of the tally: for each table a commitment to one of its cells, a commitment to a reference, and the proof that each commitment is to exactly one cell, once. All leaves
/// of a schema have one form and one size. Layout in <c>docs/provable-totals.md</c>.
/// </summary>
public sealed class TallyLeaf
{
    private const byte Form = 1;

    private TallyLeaf(TallySchema schema, byte[] bytes)
    {
        Schema = schema;
        Bytes = bytes;
    }

    /// <summary>The schema that it is of.</summary>
    public TallySchema Schema { get; }

    /// <summary>The leaf's bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The period that it says it is of.</summary>
    public int Period { get; private init; }

    /// <summary>For each table the commitment <c>G_{t,c} + r_t·H</c>.</summary>
    public IReadOnlyList<Point> Commitments { get; private init; } = [];

    /// <summary>The commitment to the reference.</summary>
    public Point Reference { get; init; }

    /// <summary>First messages: the masks, the digits, and the two products that show each digit's entries to be 0 or 1.</summary>
    internal Point A { get; private init; }
    internal Point B { get; init; }
    internal Point C { get; init; }
    internal Point D { get; init; }

    /// <summary>For each table the lower coefficients; one for kind, two for each other.</summary>
    internal IReadOnlyList<Point> Coefficients { get; init; } = [];

    /// <summary>Responses for the values 1 to 15 of each digit.</summary>
    internal Scalar[] F { get; init; } = [];
    internal Scalar ZA { get; init; }
    internal Scalar ZC { get; init; }
    internal Scalar[] Z { get; init; } = [];

    /// <summary>Bytes of a leaf of this schema.</summary>
    public static int SizeOf(TallySchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return 1 + 4 + (32 * (schema.Tables.Count + 1 + 4 + schema.Digits + (schema.Digits * (TallySchema.Radix - 1)) + 2 + schema.Tables.Count));
    }

    /// <summary>Reads a leaf: of the one size, every element canonical and not the identity, every number below ℓ. That its proof holds is for <see cref="TallyCheck"/>.</summary>
    /// <exception cref="TallyException">Names the place in the bytes and what is wrong there.</exception>
    public static TallyLeaf Read(TallySchema schema, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeOf(schema))
            throw new TallyException($"a leaf of this schema has {SizeOf(schema)} bytes, this one {bytes.Length}");
        if (bytes[0] != Form)
            throw new TallyException($"byte 0: form {bytes[0]}, and only {Form} is known");
        var at = 5;
        var all = bytes.ToArray();
        Point NextPoint() => Point.TryRead(all.AsSpan((at += 32) - 32, 32), out var point) ? point : throw new TallyException($"byte {at - 32}: not the one encoding of an element, or the identity");
        Scalar NextScalar() => Scalar.TryRead(all.AsSpan((at += 32) - 32, 32), out var scalar) ? scalar : throw new TallyException($"byte {at - 32}: not a number below the order");
        Point[] Points(int count) => [.. Enumerable.Range(0, count).Select(_ => NextPoint())];
        Scalar[] Scalars(int count) => [.. Enumerable.Range(0, count).Select(_ => NextScalar())];
        var period = BinaryPrimitives.ReadInt32BigEndian(bytes[1..]);
        if (period < 0)
            throw new TallyException("byte 1: a period is counted from 0");
        return new TallyLeaf(schema, all)
        {
            Period = period,
            Commitments = Points(schema.Tables.Count),
            Reference = NextPoint(),
            A = NextPoint(),
            B = NextPoint(),
            C = NextPoint(),
            D = NextPoint(),
            Coefficients = Points(schema.Digits),
            F = Scalars(schema.Digits * (TallySchema.Radix - 1)),
            ZA = NextScalar(),
            ZC = NextScalar(),
            Z = Scalars(schema.Tables.Count),
        };
    }

    /// <summary>Puts the parts in their order.</summary>
    internal static byte[] Write(int period, IEnumerable<Point> points, IEnumerable<Scalar> scalars)
    {
        var bytes = new List<byte> { Form };
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, period);
        bytes.AddRange(number);
        foreach (var point in points)
            bytes.AddRange(point.Bytes);
        foreach (var scalar in scalars)
            bytes.AddRange(scalar.Bytes);
        return [.. bytes];
    }

    /// <summary>The challenge: over the place, the schema, all commitments and all first messages.</summary>
    internal static Scalar Challenge(TallySchema schema, LeafPlace place, IEnumerable<Point> points)
    {
        using var transcript = new Transcript("leaf");
        transcript.Add(place.Origin);
        transcript.Add(place.Index);
        transcript.Add(place.Period);
        transcript.Add(schema.Digest);
        foreach (var point in points)
            transcript.Add(point);
        return transcript.Challenge();
    }

    /// <summary>All elements in the order of the bytes.</summary>
    internal IEnumerable<Point> Points() => [.. Commitments, Reference, A, B, C, D, .. Coefficients];
}

/// <summary>Something of a tally that cannot be read, or does not hold.</summary>
public sealed class TallyException(string message) : Exception(message);
