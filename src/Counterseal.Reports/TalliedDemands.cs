using System.Text.Json;
using Counterseal.Desk;
using Counterseal.Tally;

namespace Counterseal.Reports;

/// <summary>
/// Demands as the tally has them. A desk with a tally counts by its leaves: a demand is received in the period of its <i>received</i> leaf and answered in that of its <i>closed</i> leaf, as what that leaf says; so the
/// report's numbers are the ones that its opening proves. What has no leaf is in no total.
/// </summary>
public static class TalliedDemands
{
    /// <summary>Those of the demands that are in the tally, by their leaves.</summary>
    /// <exception cref="ReportException"><c>tally</c>: a leaf's cells are not words that the report counts by.</exception>
    public static IReadOnlyList<CountedDemand> Of(IReadOnlyList<CountedDemand> demands, IReadOnlyList<TalliedLeaf> leaves, TallyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(plan);
        var received = leaves.Where(leaf => !leaf.Closed).ToDictionary(leaf => leaf.Demand, StringComparer.Ordinal);
        var closed = leaves.Where(leaf => leaf.Closed).ToDictionary(leaf => leaf.Demand, StringComparer.Ordinal);
        var first = HalfYear.Parse(plan.First);
        // What was answered before there was a tally stays as it was reported; what is not in it yet will be in a later period.
        return [.. demands.Where(demand => received.ContainsKey(demand.Id) || demand.Came < first)
            .Select(demand => received.TryGetValue(demand.Id, out var leaf) ? One(demand, leaf, closed.GetValueOrDefault(demand.Id), plan) : demand.Period < first ? demand : demand with { Tallied = true })];
    }

    private static CountedDemand One(CountedDemand demand, TalliedLeaf received, TalliedLeaf? closed, TallyPlan plan)
    {
        demand = demand with { Tallied = true, ReceivedIn = HalfYear.Parse(plan.Name(received.Opening.Place.Period)), ClosedIn = null, Since = null };
        if (closed is null)
            return demand;
        demand = demand with { ClosedIn = HalfYear.Parse(plan.Name(closed.Opening.Place.Period)) };
        string Cell(int table) => plan.Schema.CellName(table, closed.Opening.Secret.Places[table]);
        if (closed.Opening.Secret.Places[1] == TallySchema.Security)
            return demand;
        return demand with
        {
            Country = Cell(1),
            Instrument = Cell(2),
            Outcome = Enum.TryParse<Outcome>(Cell(3), ignoreCase: true, out var outcome) && JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString()) == Cell(3) ? outcome
                : throw new ReportException("tally", $"the tally's outcome \"{Cell(3)}\" is none of the report's", "the tally's plan is of another version of this program"),
        };
    }
}
