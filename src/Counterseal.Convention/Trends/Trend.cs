using System.Globalization;

namespace Counterseal.Convention;

/// <summary>Incidents counted in a year.</summary>
/// <param name="Of">The year.</param>
/// <param name="Count">How many.</param>
/// <param name="Interval">The exact Poisson interval of 95 % around it.</param>
public sealed record TrendYear(int Of, long Count, Interval Interval);

/// <summary>What a comparison says.</summary>
public enum TrendVerdict
{
    /// <summary>The interval of the ratio lies above one.</summary>
    More,
    /// <summary>It lies below one.</summary>
    Fewer,
    /// <summary>It holds one.</summary>
    CannotBeTold,
}

/// <summary>Before and after a pledge.</summary>
/// <param name="Year">The year of the pledge, which counts on neither side.</param>
/// <param name="Before">Incidents before.</param>
/// <param name="YearsBefore">In so many years.</param>
/// <param name="After">Incidents after.</param>
/// <param name="YearsAfter">In so many years.</param>
/// <param name="Ratio">The rate after to the rate before; <c>null</c> where none was counted before.</param>
/// <param name="Interval">Its exact interval of 95 %.</param>
public sealed record Comparison(int Year, long Before, int YearsBefore, long After, int YearsAfter, double? Ratio, Interval Interval)
{
    /// <summary>What it says.</summary>
    public TrendVerdict Verdict => Interval.Low > 1 ? TrendVerdict.More : Interval.High < 1 ? TrendVerdict.Fewer : TrendVerdict.CannotBeTold;

    /// <summary>The same as a sentence.</summary>
    public string Sentence
    {
        get
        {
            string Number(double n) => double.IsInfinity(n) ? "without end" : n.ToString("0.00", CultureInfo.InvariantCulture);
            var what = Verdict switch { TrendVerdict.More => "More", TrendVerdict.Fewer => "Fewer", _ => "It cannot be told whether more or fewer" };
            return string.Create(CultureInfo.InvariantCulture,
                $"{what}{(Verdict == TrendVerdict.CannotBeTold ? "" : " incidents a year after than before")}: {Before} in {YearsBefore} years before {Year}, {After} in {YearsAfter} years after; rate ratio {(Ratio is { } r ? Number(r) : "not defined")}, 95 % interval {Number(Interval.Low)} to {Number(Interval.High)}.");
        }
    }
}

/// <summary>Incidents by year.</summary>
/// <param name="Years">Every year from the first to the last, those without an incident too.</param>
public sealed record Trend(IReadOnlyList<TrendYear> Years)
{
    /// <summary>What a number of incidents cannot say; stands beside every one.</summary>
    public const string CannotSay =
        "What is counted is what the feeds tell, in the year in which they say that it began. An incident that nobody noticed, or told, is in no count; more attention gives more incidents; two feeds may tell one twice. Who did it is what the named sources say. A change after a pledge is no proof that the pledge made it.";

    /// <summary>Makes a trend of counts by year.</summary>
    /// <param name="counts">By year; years without are zero.</param>
    /// <param name="from">The first year.</param>
    /// <param name="to">The last.</param>
    public static Trend Of(IReadOnlyDictionary<int, long> counts, int from, int to)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return new(to < from ? [] : [.. Enumerable.Range(from, to - from + 1).Select(year => new TrendYear(year, counts.GetValueOrDefault(year), Poisson.Of(counts.GetValueOrDefault(year))))]);
    }

    /// <summary>Before and after a year; <c>null</c> where there is no year on one side.</summary>
    public Comparison? Around(int year)
    {
        var (before, after) = (Years.Where(y => y.Of < year).ToList(), Years.Where(y => y.Of > year).ToList());
        if (before.Count == 0 || after.Count == 0)
            return null;
        var (b, a) = (before.Sum(y => y.Count), after.Sum(y => y.Count));
        var (ratio, interval) = Poisson.Ratio(b, before.Count, a, after.Count);
        return new(year, b, before.Count, a, after.Count, ratio, interval);
    }
}
