using System.Globalization;
using System.Text;

namespace Counterseal.Reports;

/// <summary>One row: orders to provide information from one Member State.</summary>
/// <param name="State">ISO 3166-1 alpha-2, or <c>otherStates</c>.</param>
/// <param name="Orders">How many; <c>null</c> where it may not be said alone.</param>
/// <param name="Inform">Median hours until the authority was told of receipt: the receipt is given with the commit, so 0.</param>
/// <param name="Effect">Median hours until effect was given to it.</param>
public sealed record DsaRow(string State, int? Orders, decimal? Inform, decimal? Effect);

/// <summary>
/// Orders to provide information as Art. 15(1)(a) of Regulation (EU) 2022/2065 asks for them, for one calendar year. The public form is made of what is published already, so
/// that nothing follows from both; the exact one is for an authority that may demand it, and undoes the protection when it is published.
/// </summary>
public static class DsaForm
{
    /// <summary>From published half-years: a State that is not shown alone in each has no number of its own.</summary>
    public static IReadOnlyList<DsaRow> Public(IReadOnlyList<Report> halves, ReportForms forms)
    {
        ArgumentNullException.ThrowIfNull(halves);
        ArgumentNullException.ThrowIfNull(forms);
        var sum = ReportSum.Of(halves).Table("country");
        return [.. forms.DsaStates.Order(StringComparer.Ordinal).Select(state =>
        {
            var cell = sum?.Cells.FirstOrDefault(one => one.Of == state);
            // Medians of halves do not add up; only a single half's may stand.
            return new DsaRow(state, cell?.Count, cell is null ? null : 0, halves.Count == 1 ? cell?.Median : null);
        })];
    }

    /// <summary>Exact, from the demands themselves.</summary>
    public static IReadOnlyList<DsaRow> Exact(IReadOnlyList<CountedDemand> demands, int year, ReportForms forms)
    {
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(forms);
        var counted = demands.Where(demand => demand.Answered?.UtcDateTime.Year == year && !forms.IsBanded(demand.Instrument)).ToLookup(demand => demand.Country, StringComparer.Ordinal);
        return [.. forms.DsaStates.Order(StringComparer.Ordinal).Select(state =>
        {
            var times = counted[state].Select(demand => demand.Answered!.Value - demand.Received).Order().ToList();
            return new DsaRow(state, times.Count, times.Count == 0 ? null : 0, times.Count == 0 ? null : Math.Round((decimal)times[(times.Count - 1) / 2].TotalHours, 1));
        })];
    }

    /// <summary>As CSV (RFC 4180, UTF-8, CRLF).</summary>
    public static string Csv(IReadOnlyList<DsaRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder("member_state,orders_to_provide_information,median_hours_to_inform_of_receipt,median_hours_to_give_effect\r\n");
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture, $"{row.State},{row.Orders?.ToString(CultureInfo.InvariantCulture) ?? "not shown alone"},{row.Inform},{row.Effect}\r\n");
        return text.ToString();
    }
}
