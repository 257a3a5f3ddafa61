using System.Globalization;

namespace Counterseal.Watch;

/// <summary>One figure with what it counts.</summary>
/// <param name="Of">E.g. a country, an actor, <c>2026-11</c>.</param>
/// <param name="Customers">How many customers.</param>
public sealed record Figure(string Of, int Customers);

/// <summary>Customers by suspected state and year: the trend.</summary>
/// <param name="State">Two letters, or <c>unknown</c>.</param>
/// <param name="Year">When they were first seen attacked.</param>
/// <param name="Customers">How many.</param>
public sealed record TrendFigure(string State, int Year, int Customers);

/// <summary>Confirmed findings in figures. The figures themselves are for the provider; <see cref="Published"/> is what may go out.</summary>
/// <param name="Customers">Different customers.</param>
/// <param name="Compromised">Of them, those of whom something was compromised.</param>
/// <param name="Notices">Notices handed on.</param>
/// <param name="Opened">Of them, opened.</param>
/// <param name="Open">Findings that nobody has decided.</param>
/// <param name="Dismissed">Findings that were dismissed.</param>
/// <param name="Countries">By the customers' country.</param>
/// <param name="Actors">By actor.</param>
/// <param name="States">By suspected state.</param>
/// <param name="Sectors">By the customers' sector.</param>
/// <param name="Months">By the month in which they were first seen attacked.</param>
/// <param name="Trend">By suspected state and year.</param>
public sealed record WatchFigures(
    int Customers, int Compromised, int Notices, int Opened, int Open, int Dismissed,
    IReadOnlyList<Figure> Countries, IReadOnlyList<Figure> Actors, IReadOnlyList<Figure> States, IReadOnlyList<Figure> Sectors, IReadOnlyList<Figure> Months, IReadOnlyList<TrendFigure> Trend)
{
    /// <summary>Below this no number of customers is published.</summary>
    public const int Least = 5;

    /// <summary>Counts.</summary>
    public static WatchFigures Of(IReadOnlyList<FindingState> findings, IReadOnlyList<NoticeState> notices, Func<string, Customer?> customers)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(notices);
        ArgumentNullException.ThrowIfNull(customers);
        var told = findings.Where(f => f.Status == FindingStatus.Confirmed).Select(f => f.Finding).ToList();
        return new(
            told.Select(f => f.Customer).Distinct().Count(),
            told.Where(f => f.Verdict == Verdict.Compromised).Select(f => f.Customer).Distinct().Count(),
            notices.Count(n => n.FirstSent is not null), notices.Count(n => n.Reached),
            findings.Count(f => f.Status == FindingStatus.Open), findings.Count(f => f.Status == FindingStatus.Dismissed),
            By(told, f => customers(f.Customer)?.Country), By(told, f => f.Actor), By(told, f => f.State), By(told, f => customers(f.Customer)?.Sector),
            By(told, f => f.First.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)),
            [.. told.GroupBy(f => (State: f.State ?? "unknown", f.First.UtcDateTime.Year)).Select(g => new TrendFigure(g.Key.State, g.Key.Year, g.Select(f => f.Customer).Distinct().Count()))
                .OrderBy(t => t.State, StringComparer.Ordinal).ThenBy(t => t.Year)]);
    }

    /// <summary>
    /// A number as it may be published: <c>0</c>, <c>&lt;5</c>, or rounded to a multiple of five. Each number is rounded by itself, totals too, so that no difference of two published numbers gives one
    /// that was held back, and a month's growth does not point at one person.
    /// </summary>
    public static string Published(int customers) => customers switch
    {
        0 => "0",
        < Least => "<5",
        _ => ((customers + 2) / 5 * 5).ToString(CultureInfo.InvariantCulture),
    };

    private static List<Figure> By(List<Finding> told, Func<Finding, string?> of) =>
        [.. told.GroupBy(f => of(f) is { Length: > 0 } name ? name : "unknown").Select(g => new Figure(g.Key, g.Select(f => f.Customer).Distinct().Count()))
            .OrderByDescending(f => f.Customers).ThenBy(f => f.Of, StringComparer.Ordinal)];
}
