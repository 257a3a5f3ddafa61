using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>
/// What stays in the house. Nothing that goes out may let a reader conclude whether an account exists, what a count found, who the
/// customer is, or what made us doubt the sender: an answer must not be a way to find that out.
/// </summary>
internal static class Discretion
{
    // Families by a word of their names (data.exists, eu.data.stored), so that a new fact of one is kept too; and single facts.
    private static readonly string[] Families = ["data", "customer", "mail", "emergency"];
    private static readonly string[] Single = ["selector.resolved", "preservation.from", "authenticated", "seal.verified"];

    // What the authority knows and we do not, besides what its own demand should have said.
    private static readonly string[] Theirs = ["offence.maxMonths", "offence.listed", "proceeding", "sentence.months", "deadline.demanded"];

    /// <summary>Whether a fact stays in the house.</summary>
    public static bool Keeps(string fact) => Single.Contains(fact, StringComparer.Ordinal) || (fact.Contains('.', StringComparison.Ordinal) && fact.Split('.').Intersect(Families, StringComparer.Ordinal).Any());

    /// <summary>Whether the authority may be asked for it.</summary>
    public static bool MayBeAsked(FactName fact) => fact.Source == FactSource.Demand || Theirs.Contains(fact.Name, StringComparer.Ordinal);

    /// <summary>The facts as if no count had been made and there were something to hand over: every answer is drafted so, whatever a count found.</summary>
    public static Facts Uncounted(Facts facts) => new(new SortedDictionary<string, string>(facts.Values.ToDictionary(), StringComparer.Ordinal) { ["data.exists"] = "true" });

    /// <summary>The facts without those that stay in the house: what an assessment says of these may be said outside.</summary>
    public static Facts Open(Facts facts) => Uncounted(new(facts.Values.Where(f => !Keeps(f.Key)).ToDictionary(StringComparer.Ordinal)));

    /// <summary>The demand without the mail address that our directory is asked about.</summary>
    public static Demand Open(Demand demand) => demand with { Issuing = demand.Issuing with { Mail = null } };
}
