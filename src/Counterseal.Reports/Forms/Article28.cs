using System.Globalization;
using System.Text;

namespace Counterseal.Reports;

/// <summary>One row of the statistics.</summary>
/// <param name="Instrument">E.g. <c>eu.epoc</c>.</param>
/// <param name="State">The issuing State.</param>
/// <param name="Data">The most intrusive category asked for, or <c>notSaid</c>.</param>
/// <param name="Emergency">Whether it was an emergency.</param>
/// <param name="Received">Orders that came in the year.</param>
/// <param name="Fulfilled">Of them, those answered with data, in whole or in part.</param>
/// <param name="NotFulfilled">Of them, those answered without.</param>
/// <param name="Open">Of them, those not answered at the time of counting.</param>
/// <param name="MeanHours">Mean time from receipt to the answer of those fulfilled, in hours.</param>
public sealed record Article28Row(string Instrument, string State, string Data, bool Emergency, int Received, int Fulfilled, int NotFulfilled, int Open, decimal? MeanHours);

/// <summary>
/// The statistics that a provider may send to the Commission by 31 March (Regulation (EU) 2023/1543, Art. 28(4)). They are exact and go to the Commission alone: published beside the
/// report they would undo its protection.
/// </summary>
public static class Article28
{
    /// <summary>Counts the orders received in a calendar year.</summary>
    public static IReadOnlyList<Article28Row> Rows(IReadOnlyList<CountedDemand> demands, int year, ReportForms forms)
    {
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(forms);
        return [.. demands.Where(demand => demand.Received.UtcDateTime.Year == year && forms.Article28Instruments.Contains(demand.Instrument, StringComparer.Ordinal))
            .GroupBy(demand => (demand.Instrument, demand.Country, Data: demand.Asked is { } category ? ReportMaking.Word(category) : "notSaid", demand.Emergency))
            .OrderBy(group => group.Key.Instrument, StringComparer.Ordinal).ThenBy(group => group.Key.Country, StringComparer.Ordinal).ThenBy(group => group.Key.Data, StringComparer.Ordinal).ThenBy(group => group.Key.Emergency)
            .Select(group =>
            {
                var fulfilled = group.Where(demand => demand.Answered is not null && demand.Outcome is Outcome.ContentDisclosed or Outcome.NonContentDisclosed or Outcome.Partly).ToList();
                var open = group.Count(demand => demand.Answered is null);
                return new Article28Row(
                    group.Key.Instrument, group.Key.Country, group.Key.Data, group.Key.Emergency, group.Count(), fulfilled.Count, group.Count() - fulfilled.Count - open, open,
                    fulfilled.Count == 0 ? null : Math.Round((decimal)fulfilled.Average(demand => (demand.Answered!.Value - demand.Received).TotalHours), 1));
            })];
    }

    /// <summary>As CSV (RFC 4180, UTF-8, CRLF).</summary>
    public static string Csv(IReadOnlyList<Article28Row> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder("instrument,issuing_state,data_type,emergency,received,fulfilled,not_fulfilled,open,mean_hours\r\n");
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture, $"{row.Instrument},{row.State},{row.Data},{(row.Emergency ? "yes" : "no")},{row.Received},{row.Fulfilled},{row.NotFulfilled},{row.Open},{row.MeanHours}\r\n");
        return text.ToString();
    }
}
