
namespace Counterseal.Tally;

/// <summary>A cell as published: a number, or an interval with its commitment and the proof that the number is in it.</summary>
/// <param name="Place">The cell's place.</param>
/// <param name="Least">The number, or the interval's least.</param>
/// <param name="Most">The number again, or the interval's most.</param>
/// <param name="Hidden">For an interval.</param>
public sealed record PublishedCell(int Place, long Least, long Most, (Point Sum, RangeProof Proof)? Hidden);

/// <summary>A table of a period as published. Places that are not in <paramref name="Cells"/> are 0.</summary>
/// <param name="Cells">The cells, ascending by place.</param>
/// <param name="Challenge">Of the proof that nothing else is in the sum.</param>
/// <param name="Response">Its response.</param>
public sealed record PublishedTable(IReadOnlyList<PublishedCell> Cells, Scalar Challenge, Scalar Response);

/// <summary>Which leaves a period is: contiguous, fixed beforehand, and under which root.</summary>
/// <param name="Origin">The tally log's origin.</param>
/// <param name="Period">The period, counted from 0.</param>
/// <param name="From">Index of its first leaf.</param>
/// <param name="To">Index behind its last.</param>
/// <param name="Root">The log's root at size <paramref name="To"/>, 32 bytes.</param>
public sealed record PeriodLeaves(string Origin, int Period, long From, long To, byte[] Root);

/// <summary>
/// What a report opens of a period: for each table the numbers and intervals, and one proof that the sum of <b>all</b> leaves' commitments is those numbers, those hidden
/// numbers, and blindings: <c>S_t − Σ n_c·G_{t,c} − Σ D_c = s·H</c>. Since nobody knows a relation between the elements, and each leaf is proven to be one cell once, no other
/// numbers fit. Nothing else is opened, so that nothing follows by subtraction.
/// </summary>
/// <param name="Leaves">The period.</param>
/// <param name="Tables">One for each table of the schema.</param>
public sealed record PeriodOpening(PeriodLeaves Leaves, IReadOnlyList<PublishedTable> Tables)
{
    /// <summary>Opens a period.</summary>
    /// <param name="schema">The tables.</param>
    /// <param name="leaves">The period.</param>
    /// <param name="counts">For each table the number of leaves at each place.</param>
    /// <param name="blindings">For each table the sum of all leaves' blindings: what each writer gives of its own leaves is one number a table.</param>
    /// <param name="hidden">For each table the places that are shown as an interval.</param>
    /// <param name="key">A secret from which nonces are derived; 32 bytes.</param>
    /// <exception cref="ArgumentException">A number is outside the interval given for it, or the counts do not add up to the leaves.</exception>
    public static PeriodOpening Make(
        TallySchema schema, PeriodLeaves leaves, IReadOnlyList<IReadOnlyList<long>> counts, IReadOnlyList<Scalar> blindings,
        IReadOnlyList<IReadOnlyDictionary<int, (long Least, long Most)>> hidden, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(blindings);
        ArgumentNullException.ThrowIfNull(hidden);
        using var nonces = new Nonces(key, [.. Context(schema, leaves, 0), .. blindings.SelectMany(blinding => blinding.Bytes.ToArray())]);
        var tables = new List<PublishedTable>();
        for (var t = 0; t < schema.Tables.Count; t++)
        {
            if (counts[t].Sum() != leaves.To - leaves.From)
                throw new ArgumentException($"the table {schema.Tables[t].Name} counts {counts[t].Sum()} of {leaves.To - leaves.From} leaves", nameof(counts));
            var context = Context(schema, leaves, t);
            var rest = blindings[t];
            var cells = new List<PublishedCell>();
            for (var place = 0; place < TallySchema.Places(t); place++)
            {
                var count = counts[t][place];
                if (hidden[t].TryGetValue(place, out var interval))
                {
                    var s = nonces.Next();
                    var sum = (Scalar.Of((ulong)count) * schema.Cell(t, place)) + (s * schema.Blinding);
                    rest -= s;
                    cells.Add(new PublishedCell(place, interval.Least, interval.Most, (sum, RangeProof.Make(schema.Cell(t, place), schema.Blinding, sum, count, s, interval.Least, interval.Most, context, nonces))));
                }
                else if (count > 0 || place < schema.Tables[t].Cells.Count)
                {
                    cells.Add(new PublishedCell(place, count, count, null));
                }
            }
            var nonce = nonces.Next();
            var challenge = Challenge(context, cells, rest * schema.Blinding, nonce * schema.Blinding);
            tables.Add(new PublishedTable(cells, challenge, nonce + (challenge * rest)));
        }
        return new PeriodOpening(leaves, tables);
    }

    /// <summary>What does not hold of this opening; none when all does.</summary>
    /// <param name="schema">The tables.</param>
    /// <param name="sums">For each table the sum of the commitments of all leaves of the period, each of which <see cref="TallyCheck"/> has found to hold.</param>
    public IReadOnlyList<string> Faults(TallySchema schema, IReadOnlyList<Point> sums)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(sums);
        if (Tables.Count != schema.Tables.Count)
            return [$"{Tables.Count} tables are opened of {schema.Tables.Count}"];
        var faults = new List<string>();
        for (var t = 0; t < Tables.Count; t++)
        {
            var name = schema.Tables[t].Name;
            var context = Context(schema, Leaves, t);
            var rest = sums[t];
            var before = -1;
            foreach (var cell in Tables[t].Cells)
            {
                var what = $"{name}: {(cell.Place is >= 0 and < 256 && cell.Place < TallySchema.Places(t) ? schema.CellName(t, cell.Place).TrimStart('\0') : "?")}";
                if (cell.Place <= before || cell.Place >= TallySchema.Places(t) || cell.Least < 0 || cell.Most < cell.Least)
                {
                    faults.Add($"{what}: places come once, ascending, with numbers from 0");
                    break;
                }
                before = cell.Place;
                var g = schema.Cell(t, cell.Place);
                if (cell.Hidden is var (sum, proof))
                {
                    if (!proof.Holds(g, schema.Blinding, sum, cell.Least, cell.Most, context))
                        faults.Add($"{what}: it is not proven that the number is from {cell.Least} to {cell.Most}");
                    rest -= sum;
                }
                else if (cell.Most != cell.Least)
                {
                    faults.Add($"{what}: an interval without a proof");
                }
                else
                {
                    rest -= Scalar.Of((ulong)cell.Least) * g;
                }
            }
            var table = Tables[t];
            var first = (table.Response * schema.Blinding) - (table.Challenge * rest);
            if (!Challenge(context, table.Cells, rest, first).Equals(table.Challenge))
                faults.Add($"{name}: the numbers are not the sum of the leaves");
        }
        return faults;
    }

    private static byte[] Context(TallySchema schema, PeriodLeaves leaves, int table)
    {
        using var transcript = new Transcript("period");
        transcript.Add(leaves.Origin);
        transcript.Add(leaves.Period);
        transcript.Add(leaves.From);
        transcript.Add(leaves.To);
        transcript.Add(leaves.Root);
        transcript.Add(schema.Digest);
        transcript.Add(table);
        return transcript.Digest();
    }

    private static Scalar Challenge(byte[] context, IReadOnlyList<PublishedCell> cells, Point rest, Point first)
    {
        using var transcript = new Transcript("sum");
        transcript.Add(context);
        foreach (var cell in cells)
        {
            transcript.Add(cell.Place);
            transcript.Add(cell.Least);
            transcript.Add(cell.Most);
            transcript.Add(cell.Hidden is var (sum, _) ? sum : Point.Identity);
        }
        transcript.Add(rest);
        transcript.Add(first);
        return transcript.Challenge();
    }
}
