using System.Security.Cryptography;

namespace Counterseal.Tally;

/// <summary>
/// Verifies leaves, many at a time: every equation of every leaf is multiplied by a fresh random weight of 128 bits and all are added up, so that the elements that all leaves share are
/// multiplied once. Only the whole verification is a verdict.
/// </summary>
public static class TallyCheck
{
    /// <summary>Leaves that are added up together.</summary>
    public const int Batch = 1024;

    /// <summary>The leaves whose proofs do not hold at their places, with what is wrong; none when all hold.</summary>
    /// <param name="schema">The tables.</param>
    /// <param name="leaves">Leaves with their places.</param>
    /// <param name="cancel">Between leaves.</param>
    public static IReadOnlyList<(LeafPlace Place, string Fault)> Faults(TallySchema schema, IReadOnlyList<(LeafPlace Place, TallyLeaf Leaf)> leaves, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(leaves);
        if (leaves.Count == 0)
            return [];
        if (Holds(schema, leaves, cancel))
            return [];
        if (leaves.Count == 1)
            return [(leaves[0].Place, Plain(schema, leaves[0].Place, leaves[0].Leaf) ?? "its proof does not hold at this place")];
        // Half and half again, to name the ones that are wrong.
        var half = leaves.Count / 2;
        return [.. Faults(schema, [.. leaves.Take(half)], cancel), .. Faults(schema, [.. leaves.Skip(half)], cancel)];
    }

    /// <summary>Whether all proofs hold.</summary>
    public static bool Holds(TallySchema schema, IReadOnlyList<(LeafPlace Place, TallyLeaf Leaf)> leaves, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(leaves);
        var parts = Math.Clamp(Environment.ProcessorCount, 1, leaves.Count);
        var sums = new Sum[parts];
        Parallel.For(0, parts, part =>
        {
            var sum = new Sum(schema);
            for (var i = part; i < leaves.Count && sum.Good; i += parts)
            {
                cancel.ThrowIfCancellationRequested();
                sum.Add(leaves[i].Place, leaves[i].Leaf);
            }
            sums[part] = sum;
        });
        cancel.ThrowIfCancellationRequested();
        return sums.All(sum => sum.Good) && sums.Skip(1).Aggregate(sums[0], (all, sum) => all.With(sum)).IsZero();
    }

    /// <summary>What holds without any multiplication in the group: the period, and the two ties between tables.</summary>
    private static string? Plain(TallySchema schema, LeafPlace place, TallyLeaf leaf)
    {
        if (leaf.Period != place.Period)
            return "it is of another period";
        var x = TallyLeaf.Challenge(schema, place, leaf.Points());
        Scalar F(int digit, int value) => leaf.F[(digit * (TallySchema.Radix - 1)) + value - 1];
        for (var t = 1; t < schema.Tables.Count; t++)
        {
            var high = TallySchema.FirstDigit(t) + 1;
            if (!(F(0, (int)LeafKind.Closed) + F(high, TallySchema.NotCountedRow)).Equals(x))
                return $"it is not proven that it is counted in the table {schema.Tables[t].Name} exactly if it is closed";
            if (!F(high, TallySchema.SecurityRow).Equals(F(TallySchema.FirstDigit(1) + 1, TallySchema.SecurityRow)))
                return $"it is not proven that it is national security in the table {schema.Tables[t].Name} exactly if it is in {schema.Tables[1].Name}";
        }
        return null;
    }

    /// <summary>The weighted sum of equations: its own elements already multiplied, the shared ones still as numbers.</summary>
    private sealed class Sum(TallySchema schema)
    {
        private readonly Scalar[][] cells = [.. schema.Tables.Select((_, t) => new Scalar[TallySchema.Places(t)])];
        private readonly Scalar[] digits = new Scalar[schema.Digits * TallySchema.Radix];
        private Scalar blinding;
        private Point points = Point.Identity;

        public bool Good { get; private set; } = true;

        public void Add(LeafPlace place, TallyLeaf leaf)
        {
            if (Plain(schema, place, leaf) is not null)
            {
                Good = false;
                return;
            }
            const int radix = TallySchema.Radix;
            var x = TallyLeaf.Challenge(schema, place, leaf.Points());
            var f = new Scalar[schema.Digits * radix];
            for (var digit = 0; digit < schema.Digits; digit++)
            {
                var rest = x;
                for (var i = 1; i < radix; i++)
                    rest -= f[(digit * radix) + i] = leaf.F[(digit * (radix - 1)) + i - 1];
                f[digit * radix] = rest;
            }

            // x·B + A = Com(f), x·C + D = Com(f·(x − f)).
            Scalar w1 = Weight(), w2 = Weight();
            Take(w1, leaf.A);
            Take(w1 * x, leaf.B);
            Take(w2, leaf.D);
            Take(w2 * x, leaf.C);
            blinding -= (w1 * leaf.ZA) + (w2 * leaf.ZC);
            for (var i = 0; i < f.Length; i++)
                digits[i] -= f[i] * (w1 + (w2 * (x - f[i])));

            // x^m·C_t − Σ (product of the digits' responses)·G_{t,i} − Σ x^k·P_k = z·H.
            for (int t = 0, k = 0; t < schema.Tables.Count; t++)
            {
                var w = Weight();
                var wx = w * x;
                var low = f.AsSpan(TallySchema.FirstDigit(t) * radix, radix);
                Take(w, -1, leaf.Coefficients[k++]);
                if (t == 0)
                {
                    for (var i = 0; i < radix; i++)
                        cells[t][i] -= w * low[i];
                    Take(wx, leaf.Commitments[t]);
                }
                else
                {
                    var high = f.AsSpan((TallySchema.FirstDigit(t) + 1) * radix, radix);
                    for (var u = 0; u < radix; u++)
                    {
                        var row = w * high[u];
                        for (var l = 0; l < radix; l++)
                            cells[t][(u * radix) + l] -= row * low[l];
                    }
                    Take(wx, -1, leaf.Coefficients[k++]);
                    Take(wx * x, leaf.Commitments[t]);
                }
                blinding -= w * leaf.Z[t];
            }
        }

        public Sum With(Sum other)
        {
            points += other.points;
            blinding += other.blinding;
            for (var i = 0; i < digits.Length; i++)
                digits[i] += other.digits[i];
            for (var t = 0; t < cells.Length; t++)
            {
                for (var i = 0; i < cells[t].Length; i++)
                    cells[t][i] += other.cells[t][i];
            }
            return this;
        }

        public bool IsZero()
        {
            Take(blinding, schema.Blinding);
            for (var i = 0; i < digits.Length; i++)
                Take(digits[i], schema.Digit(i / TallySchema.Radix, i % TallySchema.Radix));
            for (var t = 0; t < cells.Length; t++)
            {
                for (var i = 0; i < cells[t].Length; i++)
                    Take(cells[t][i], schema.Cell(t, i));
            }
            return points.Equals(Point.Identity);
        }

        private void Take(Scalar weight, Point point) => points += weight * point;

        private void Take(Scalar weight, int sign, Point point) => points = sign < 0 ? points - (weight * point) : points + (weight * point);

        private static Scalar Weight()
        {
            Scalar weight = default;
            RandomNumberGenerator.Fill(weight.Bytes[..16]);
            return weight;
        }
    }
}
