namespace Counterseal.Tally;

/// <summary>
/// A proof that <c>D = n·G + s·H</c> has <c>least ≤ n ≤ most</c>: the bits of <c>n − least</c> and of <c>most − n</c>, each shown to be 0 or 1 by a proof of one of two
/// (Cramer, Damgård, Schoenmakers 1994). With as many bits as <c>most − least</c> needs, both hold only inside the interval.
/// </summary>
/// <param name="Bits">Commitments to the bits 1, 2, … of <c>n − least</c>, then of <c>most − n</c>; bit 0 follows from the rest.</param>
/// <param name="Challenge">The one challenge.</param>
/// <param name="Answers">For each bit, bit 0 first: the part of the challenge for 0, the response for 0, the response for 1.</param>
public sealed record RangeProof(IReadOnlyList<Point> Bits, Scalar Challenge, IReadOnlyList<(Scalar Part, Scalar Zero, Scalar One)> Answers)
{
    /// <summary>Bits that an interval needs; an interval of one number has none and is no interval.</summary>
    public static int Width(long least, long most) => 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(most - least));

    internal static RangeProof Make(Point cell, Point blinding, Point sum, long count, Scalar s, long least, long most, byte[] context, Nonces nonces)
    {
        if (least < 0 || count < least || count > most || least >= most)
            throw new ArgumentOutOfRangeException(nameof(count), $"{count} is not in {least} to {most}");
        var width = Width(least, most);
        var sent = new List<Point>();
        var parts = new List<(Point Commitment, int Bit, Scalar Blinding)>();
        foreach (var (value, whole, total) in ((long, Scalar, Point)[])[(count - least, s, sum - (Scalar.Of((ulong)least) * cell)), (most - count, -s, (Scalar.Of((ulong)most) * cell) - sum)])
        {
            var (first, rest) = (whole, total);
            var upper = new List<(Point, int, Scalar)>();
            for (var i = 1; i < width; i++)
            {
                var r = nonces.Next();
                var bit = (int)((value >> i) & 1);
                var commitment = (Scalar.Of((ulong)bit) * cell) + (r * blinding);
                var power = Scalar.Of(1UL << i);
                first -= power * r;
                rest -= power * commitment;
                upper.Add((commitment, bit, r));
                sent.Add(commitment);
            }
            parts.Add((rest, (int)(value & 1), first));
            parts.AddRange(upper);
        }

        // For each bit both branches: the true one with a nonce, the other made backwards.
        var open = new List<(Scalar Nonce, Scalar FalsePart, Scalar FalseResponse)>();
        using var transcript = Begin(cell, sum, least, most, context, sent);
        foreach (var (commitment, bit, _) in parts)
        {
            Scalar nonce = nonces.Next(), part = nonces.Next(), response = nonces.Next();
            var other = bit == 0 ? commitment - cell : commitment;
            Point[] first = [nonce * blinding, (response * blinding) - (part * other)];
            transcript.Add(first[bit]);
            transcript.Add(first[1 - bit]);
            open.Add((nonce, part, response));
        }
        var challenge = transcript.Challenge();
        var answers = parts.Zip(open, (p, o) =>
        {
            var part = challenge - o.FalsePart;
            var response = o.Nonce + (part * p.Blinding);
            return p.Bit == 0 ? (part, response, o.FalseResponse) : (o.FalsePart, o.FalseResponse, response);
        }).ToList();
        return new RangeProof(sent, challenge, answers);
    }

    internal bool Holds(Point cell, Point blinding, Point sum, long least, long most, byte[] context)
    {
        if (least < 0 || least >= most)
            return false;
        var width = Width(least, most);
        if (Bits.Count != 2 * (width - 1) || Answers.Count != 2 * width)
            return false;
        using var transcript = Begin(cell, sum, least, most, context, Bits);
        Point[] totals = [sum - (Scalar.Of((ulong)least) * cell), (Scalar.Of((ulong)most) * cell) - sum];
        for (var side = 0; side < 2; side++)
        {
            var upper = Bits.Skip(side * (width - 1)).Take(width - 1).ToList();
            var rest = totals[side];
            for (var i = 1; i < width; i++)
                rest -= Scalar.Of(1UL << i) * upper[i - 1];
            for (var i = 0; i < width; i++)
            {
                var commitment = i == 0 ? rest : upper[i - 1];
                var (part, zero, one) = Answers[(side * width) + i];
                transcript.Add((zero * blinding) - (part * commitment));
                transcript.Add((one * blinding) - ((Challenge - part) * (commitment - cell)));
            }
        }
        return transcript.Challenge().Equals(Challenge);
    }

    private static Transcript Begin(Point cell, Point sum, long least, long most, byte[] context, IReadOnlyList<Point> bits)
    {
        var transcript = new Transcript("range");
        transcript.Add(context);
        transcript.Add(cell);
        transcript.Add(sum);
        transcript.Add(least);
        transcript.Add(most);
        foreach (var bit in bits)
            transcript.Add(bit);
        return transcript;
    }
}
