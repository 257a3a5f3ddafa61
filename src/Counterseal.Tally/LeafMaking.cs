namespace Counterseal.Tally;

/// <summary>
/// Makes a leaf: commitments, and one proof for all tables that each commits to exactly one cell, once (one-out-of-many in the form of Bootle, Cerulli, Chaidos, Ghadafi, Groth and Petit
/// 2015). Improved on that: one vector commitment holds the digits of all tables, which halves what a verifier pays; and the masks of two digits are tied across tables, which proves
/// without another element that a leaf is counted in all tables or in none, and exactly if it is <i>closed</i>, and that <i>national security</i> is in all or in none.
/// </summary>
public static class LeafMaking
{
    /// <summary>Proves a leaf for its place. About 0.2 s; the time does not depend on the cells.</summary>
    /// <param name="schema">The tables.</param>
    /// <param name="place">Where it will stand.</param>
    /// <param name="secret">What it is.</param>
    /// <param name="key">The writer's secret, from which nonces are derived (with fresh randomness); 32 bytes.</param>
    /// <returns>The leaf's bytes. They are to be durable before they are sent; a retry sends the same bytes.</returns>
    public static byte[] Make(TallySchema schema, LeafPlace place, LeafSecret secret, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(secret);
        var tables = schema.Tables.Count;
        var h = schema.Blinding;
        var commitments = Enumerable.Range(0, tables).Select(t => Commitment(schema, t, secret.Places[t], secret.Blindings[t])).ToArray();
        var reference = (secret.Reference * schema.Reference) + (secret.ReferenceBlinding * h);
        using var nonces = new Nonces(key, Statement(schema, place, secret, commitments));

        // The digits' entries: 1 at the value, 0 elsewhere; and their masks, each digit's summing to 0.
        var bits = new Scalar[schema.Digits * TallySchema.Radix];
        for (var t = 0; t < tables; t++)
        {
            var digit = TallySchema.FirstDigit(t);
            OneHot(bits, digit, secret.Places[t] % TallySchema.Radix);
            if (t > 0)
                OneHot(bits, digit + 1, secret.Places[t] / TallySchema.Radix);
        }
        var masks = Masks(schema, nonces);

        Scalar rA = nonces.Next(), rB = nonces.Next(), rC = nonces.Next(), rD = nonces.Next();
        Point a = rA * h, b = rB * h, c = rC * h, d = rD * h;
        var two = Scalar.Of(2);
        for (var i = 0; i < bits.Length; i++)
        {
            var v = schema.Digit(i / TallySchema.Radix, i % TallySchema.Radix);
            a += masks[i] * v;
            b += bits[i] * v;
            c += (masks[i] * (Scalar.One - (two * bits[i]))) * v;
            d += -(masks[i] * masks[i]) * v;
        }

        var coefficients = new List<Point>();
        var rho = new List<Scalar>();
        for (var t = 0; t < tables; t++)
        {
            var (low, high) = (TallySchema.FirstDigit(t) * TallySchema.Radix, (TallySchema.FirstDigit(t) + 1) * TallySchema.Radix);
            Scalar rho0 = nonces.Next(), rho1 = nonces.Next();
            Point p0 = rho0 * h, p1 = rho1 * h;
            for (var i = 0; i < TallySchema.Places(t); i++)
            {
                var cell = schema.Cell(t, i);
                if (t == 0)
                {
                    p0 -= masks[i] * cell;
                    continue;
                }
                int l = low + (i % TallySchema.Radix), u = high + (i / TallySchema.Radix);
                p0 -= (masks[l] * masks[u]) * cell;
                p1 -= ((bits[l] * masks[u]) + (bits[u] * masks[l])) * cell;
            }
            coefficients.Add(p0);
            rho.Add(rho0);
            if (t > 0)
            {
                coefficients.Add(p1);
                rho.Add(rho1);
            }
        }

        Point[] points = [.. commitments, reference, a, b, c, d, .. coefficients];
        var x = TallyLeaf.Challenge(schema, place, points);
        var f = bits.Zip(masks, (bit, mask) => (bit * x) + mask).ToArray();
        var z = new Scalar[tables];
        for (int t = 0, k = 0; t < tables; t++)
            z[t] = t == 0 ? (x * secret.Blindings[t]) - rho[k++] : (x * x * secret.Blindings[t]) - rho[k++] - (x * rho[k++]);
        return TallyLeaf.Write(place.Period, points, [.. f.Where((_, i) => i % TallySchema.Radix > 0), (rB * x) + rA, (rC * x) + rD, .. z]);
    }

    /// <summary><c>G_{t,c} + r·H</c>. The cell is looked up, not chosen by a branch on a secret of a remote party: prover and owner of the secret are one process.</summary>
    internal static Point Commitment(TallySchema schema, int table, int place, Scalar blinding) => schema.Cell(table, place) + (blinding * schema.Blinding);

    private static void OneHot(Scalar[] bits, int digit, int value)
    {
        for (var i = 0; i < TallySchema.Radix; i++)
            bits[(digit * TallySchema.Radix) + i] = Scalar.Of((ulong)(((i ^ value) - 1) >>> 31));
    }

    private static Scalar[] Masks(TallySchema schema, Nonces nonces)
    {
        var masks = new Scalar[schema.Digits * TallySchema.Radix];
        for (var i = 0; i < masks.Length; i++)
            masks[i] = nonces.Next();
        for (var t = 1; t < schema.Tables.Count; t++)
        {
            var high = (TallySchema.FirstDigit(t) + 1) * TallySchema.Radix;
            masks[high + TallySchema.NotCountedRow] = -masks[(int)LeafKind.Closed];
            masks[high + TallySchema.SecurityRow] = masks[((TallySchema.FirstDigit(1) + 1) * TallySchema.Radix) + TallySchema.SecurityRow];
        }
        for (var digit = 0; digit < schema.Digits; digit++)
        {
            var sum = Scalar.Zero;
            for (var i = 1; i < TallySchema.Radix; i++)
                sum += masks[(digit * TallySchema.Radix) + i];
            masks[digit * TallySchema.Radix] = -sum;
        }
        return masks;
    }

    private static byte[] Statement(TallySchema schema, LeafPlace place, LeafSecret secret, Point[] commitments)
    {
        using var transcript = new Transcript("nonces");
        transcript.Add(place.Origin);
        transcript.Add(place.Index);
        transcript.Add(place.Period);
        transcript.Add(schema.Digest);
        foreach (var commitment in commitments)
            transcript.Add(commitment);
        for (var t = 0; t < secret.Places.Count; t++)
        {
            transcript.Add(secret.Places[t]);
            var blinding = secret.Blindings[t];
            transcript.Add(blinding.Bytes);
        }
        return transcript.Digest();
    }
}
