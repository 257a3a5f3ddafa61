using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Watch;

/// <summary>What is known of one actor's doings at one customer.</summary>
/// <param name="Id">32 hex digits, made from customer and actor.</param>
/// <param name="Customer">The customer.</param>
/// <param name="Actor">The actor.</param>
/// <param name="State">The state suspected behind it, two letters, or <c>null</c>; set only where all the evidence that names one names the same.</param>
/// <param name="Verdict">Targeted or compromised.</param>
/// <param name="Confidence">0 to 99: the surest indicator of each source, sources taken as independent.</param>
/// <param name="Corroborated">Whether enough independent indicators or sources agree; otherwise it waits for more, and only a person may confirm it.</param>
/// <param name="First">The earliest event.</param>
/// <param name="Last">The latest event.</param>
/// <param name="Events">How many events.</param>
/// <param name="Accounts">Each account with its own verdict.</param>
/// <param name="Indicators">The indicators' ids.</param>
/// <param name="Sources">The feeds.</param>
/// <param name="Rules">The rules that weighed, most telling first: their reasons and steps.</param>
public sealed record Finding(
    string Id, string Customer, string Actor, string? State, Verdict Verdict, int Confidence, bool Corroborated, DateTimeOffset First, DateTimeOffset Last, long Events,
    IReadOnlyList<AccountFinding> Accounts, IReadOnlyList<string> Indicators, IReadOnlyList<string> Sources, IReadOnlyList<string> Rules)
{
    /// <summary>The id of the one finding for a customer and an actor.</summary>
    public static string IdOf(string customer, string actor) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"counterseal/finding/v1\n{customer}\n{actor}")).AsSpan(0, 16));

    /// <summary>Folds the evidence of one customer and actor.</summary>
    /// <returns><c>null</c> when there is no evidence.</returns>
    /// <exception cref="FormatException">A rule that weighed is no longer in the rules.</exception>
    public static Finding? Of(IReadOnlyCollection<Evidence> evidence, EvidenceRules rules)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(rules);
        if (evidence.Count == 0)
            return null;
        var (customer, actor) = (evidence.First().Customer, evidence.First().Actor);
        var accounts = evidence.GroupBy(e => e.Account, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new AccountFinding(g.Key, g.Max(e => rules.Named(e.Rule).Says!.Value), Telling(g, rules))).ToList();
        // Within a source the surest indicator speaks; one feed that repeats itself is no second witness.
        var doubt = 1.0;
        foreach (var source in evidence.GroupBy(e => e.Match.Source, StringComparer.Ordinal))
            doubt *= 1 - Math.Min(99, source.Max(e => e.Match.Confidence)) / 100.0;
        var states = evidence.Select(e => e.Match.State).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var sources = evidence.Select(e => e.Match.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return new(
            IdOf(customer, actor), customer, actor, states.Count == 1 ? states[0] : null,
            accounts.Max(a => a.Verdict), Math.Min(99, (int)Math.Round(100 * (1 - doubt))),
            sources.Count >= rules.Corroboration || evidence.Select(e => (e.Match.Field, e.Match.Value)).Distinct().Count() >= rules.Corroboration,
            evidence.Min(e => e.First), evidence.Max(e => e.Last), evidence.Sum(e => e.Events), accounts,
            [.. evidence.Select(e => e.Match.Indicator).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], sources, Telling(evidence, rules));
    }

    /// <summary>Whether another finding of the same id says something that an analyst or a notice would say differently.</summary>
    public bool SaysMoreThan(Finding? earlier) =>
        earlier is null || Verdict != earlier.Verdict || Corroborated != earlier.Corroborated || State != earlier.State || Confidence != earlier.Confidence
        || !Accounts.Select(a => (a.Account, a.Verdict)).SequenceEqual(earlier.Accounts.Select(a => (a.Account, a.Verdict)))
        || !Indicators.SequenceEqual(earlier.Indicators) || !Rules.SequenceEqual(earlier.Rules);

    private static List<string> Telling(IEnumerable<Evidence> evidence, EvidenceRules rules) =>
        [.. evidence.Select(e => e.Rule).Distinct(StringComparer.Ordinal).OrderByDescending(id => rules.Named(id).Says).ThenBy(id => Order(rules, id))];

    private static int Order(EvidenceRules rules, string id)
    {
        for (var i = 0; i < rules.Rules.Count; i++)
            if (rules.Rules[i].Id == id)
                return i;
        return int.MaxValue;
    }
}

/// <summary>One account within a finding.</summary>
/// <param name="Account">The account.</param>
/// <param name="Verdict">Of this account alone.</param>
/// <param name="Rules">The rules that weighed its evidence, most telling first.</param>
public sealed record AccountFinding(string Account, Verdict Verdict, IReadOnlyList<string> Rules);
