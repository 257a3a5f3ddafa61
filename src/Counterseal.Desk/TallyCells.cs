using Counterseal.Law;
using Counterseal.Tally;

namespace Counterseal.Desk;

/// <summary>What a closed demand is counted as in the tally, folded from its events: the same words that the transparency report counts by.</summary>
public static class TallyCells
{
    /// <summary>A cell's name for each table beside <c>kind</c>: country, instrument, outcome, half-year of receipt. A national-security demand takes that cell in each.</summary>
    /// <param name="life">The demand's events up to its closing, oldest first.</param>
    /// <param name="plan">The tally's plan.</param>
    /// <param name="received">The period of its <i>received</i> leaf.</param>
    /// <exception cref="LifeException">They do not begin with received.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<DeskEvent> life, TallyPlan plan, int received)
    {
        ArgumentNullException.ThrowIfNull(life);
        ArgumentNullException.ThrowIfNull(plan);
        if (life.Count == 0 || life[0].Body is not Received { Demand: var demand })
            throw new LifeException("a demand's life begins with received");
        var instrument = demand.Instrument;
        string? outcome = null;
        Decided? decided = null;
        foreach (var happened in life.Skip(1))
        {
            switch (happened.Type)
            {
                case "established" when instrument is null && (Established)happened.Body is { Fact: "instrument", Value: { } known }:
                    instrument = known;
                    break;
                case "decided":
                    decided = (Decided)happened.Body;
                    if (!decided.HandsOver && !IsDisclosed(outcome, plan))
                        outcome = decided.Decision switch { Decision.NoData => "noData", Decision.Redirect => "redirected", Decision.Challenge => "challenged", _ => "rejected" };
                    break;
                case "released" when decided is not null:
                    outcome = decided.Decision == Decision.ComplyInPart ? "partly"
                        : decided.Scope.Items.Any(item => item.Categories.Contains(DataCategory.Content)) ? "contentDisclosed" : "nonContentDisclosed";
                    break;
                case "withdrawn":
                    outcome ??= "withdrawn";
                    break;
            }
        }
        instrument ??= "unknown";
        if (plan.Security.Contains(instrument, StringComparer.Ordinal))
            return [.. Enumerable.Repeat("national security", plan.Schema.Tables.Count - 1)];
        var country = demand.Issuing.Country is { Length: 2 } code && code.All(char.IsAsciiLetterUpper) ? code : "??";
        return [plan.Cell(1, country), plan.Cell(2, instrument), outcome ?? "rejected", plan.Name(received)];
    }

    private static bool IsDisclosed(string? outcome, TallyPlan plan) => outcome is not null && plan.Disclosed.Cells.Contains(outcome);
}
