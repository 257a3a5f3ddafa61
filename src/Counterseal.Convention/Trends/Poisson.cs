namespace Counterseal.Convention;

/// <summary>An interval around a number.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end; infinite where nothing bounds it.</param>
public readonly record struct Interval(double Low, double High);

/// <summary>Exact intervals for counts and for the ratio of two, at 95 %. No large-number approximation: the counts are small.</summary>
public static class Poisson
{
    private const double Half = 0.025;

    /// <summary>Garwood's interval for the mean of a Poisson count (F. Garwood, Biometrika 28, 1936): half of chi-squared quantiles.</summary>
    public static Interval Of(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new(count == 0 ? 0 : Solve(mean => UpperGamma(count, mean), Half, 0, count), Solve(mean => 1 - UpperGamma(count + 1, mean), Half, count, (2 * count) + 30, falling: true));
    }

    /// <summary>
    /// The ratio of two rates, after to before, with its exact interval: given the sum of the two counts, one of them is binomial (J. Przyborowski and H. Wilenski, Biometrika 31, 1940), and Clopper and
    /// Pearson's interval for its share is carried over.
    /// </summary>
    /// <param name="before">The count before.</param>
    /// <param name="years">Over so many years.</param>
    /// <param name="after">The count after.</param>
    /// <param name="yearsAfter">Over so many years.</param>
    /// <returns>The ratio (<c>null</c> where nothing was counted before) and its interval.</returns>
    public static (double? Ratio, Interval Interval) Ratio(long before, double years, long after, double yearsAfter)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(before);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(years);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(yearsAfter);
        var n = before + after;
        if (n == 0)
            return (null, new(0, double.PositiveInfinity));
        // Share of the counts that falls after; P(X >= after) rises with it, P(X <= after) falls.
        var low = after == 0 ? 0 : Solve(share => Beta(after, n - after + 1, share), Half, 0, 1);
        var high = after == n ? 1 : Solve(share => 1 - Beta(after + 1, n - after, share), Half, 0, 1, falling: true);
        double Carried(double share) => share >= 1 ? double.PositiveInfinity : share / (1 - share) * years / yearsAfter;
        return (before == 0 ? null : after / yearsAfter / (before / years), new(Carried(low), Carried(high)));
    }

    /// <summary>P(X ≥ k) of a Poisson variable of a mean: the regularized lower incomplete gamma function P(k, mean).</summary>
    internal static double UpperGamma(long k, double mean)
    {
        if (mean <= 0)
            return 0;
        // The sum over the shorter tail, term by term from its largest; a term is e^(i ln mean − mean − ln i!).
        if (mean < k)
        {
            var term = Math.Exp((k * Math.Log(mean)) - mean - LogFactorial(k));
            var sum = 0.0;
            for (var i = k; term > sum * 1e-17; i++)
            {
                sum += term;
                term *= mean / (i + 1);
            }
            return Math.Min(1, sum);
        }
        var below = 0.0;
        var one = Math.Exp(((k - 1) * Math.Log(mean)) - mean - LogFactorial(k - 1));
        for (var i = k - 1; i >= 0 && one > below * 1e-17; i--)
        {
            below += one;
            one *= i / mean;
        }
        return Math.Clamp(1 - below, 0, 1);
    }

    /// <summary>The regularized incomplete beta function for whole numbers: P(X ≥ a) of a binomial variable of a + b − 1 draws.</summary>
    internal static double Beta(long a, long b, double share)
    {
        if (share <= 0)
            return 0;
        if (share >= 1)
            return 1;
        var n = a + b - 1;
        double Term(long i) => Math.Exp(LogFactorial(n) - LogFactorial(i) - LogFactorial(n - i) + (i * Math.Log(share)) + ((n - i) * Math.Log(1 - share)));
        var sum = 0.0;
        if (a > share * n)
        {
            var term = Term(a);
            for (var i = a; i <= n && term > sum * 1e-17; i++)
            {
                sum += term;
                term *= (double)(n - i) / (i + 1) * share / (1 - share);
            }
            return Math.Min(1, sum);
        }
        var below = Term(a - 1);
        for (var i = a - 1; i >= 0 && below > sum * 1e-17; i--)
        {
            sum += below;
            below *= i / (double)(n - i + 1) * (1 - share) / share;
        }
        return Math.Clamp(1 - sum, 0, 1);
    }

    private static double LogFactorial(long n)
    {
        if (n < 256)
        {
            var sum = 0.0;
            for (var i = 2; i <= n; i++)
                sum += Math.Log(i);
            return sum;
        }
        // Stirling's series; at 256 its error is below 1e-16.
        double x = n + 1;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x)) - (1 / (360 * x * x * x));
    }

    private static double Solve(Func<double, double> probability, double wanted, double low, double high, bool falling = false)
    {
        while (falling && probability(high) > wanted && high < 1e12 && high != 1)
            high *= 2;
        for (var i = 0; i < 200 && high - low > 1e-12 * Math.Max(1, high); i++)
        {
            var middle = (low + high) / 2;
            if (probability(middle) > wanted != falling)
                high = middle;
            else
                low = middle;
        }
        return (low + high) / 2;
    }
}
