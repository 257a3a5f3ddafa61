namespace Counterseal.Watch;

/// <summary>The word for how sure we are.</summary>
public enum ConfidenceWord
{
    /// <summary>Low.</summary>
    Low,

    /// <summary>Moderate.</summary>
    Moderate,

    /// <summary>High.</summary>
    High,
}

/// <summary>
/// What a notice says, before any language: made from a finding's evidence without what may not be passed on. It has no place for an indicator, an actor's name, an address, a time of day or
/// a feed, so no template can print one.
/// </summary>
/// <param name="Verdict">Targeted or compromised.</param>
/// <param name="Confidence">How sure.</param>
/// <param name="State">Whether a state is suspected; which one is not said to a single person.</param>
/// <param name="Month">Any instant in the month of the latest event.</param>
/// <param name="Accounts">The accounts that the reader is told of.</param>
/// <param name="Steps">At most four, the most urgent first.</param>
public sealed record NoticeContent(Verdict Verdict, ConfidenceWord Confidence, bool State, DateTimeOffset Month, IReadOnlyList<string> Accounts, IReadOnlyList<string> Steps)
{
    /// <summary>Most steps in a notice.</summary>
    public const int MostSteps = 4;

    /// <summary>
    /// The evidence that a notice may rest on: marked AMBER at most (TLP 2.0: to customers who need to know). A notice that rested on RED or AMBER+STRICT would pass its substance on, even without naming it.
    /// </summary>
    public static IReadOnlyList<Evidence> Shareable(IEnumerable<Evidence> evidence) => [.. evidence.Where(e => TlpMarks.MayReachCustomers(e.Match.Marking))];

    /// <summary>What to tell the holder of an account, or, with <paramref name="account"/> <c>null</c>, the organisation.</summary>
    /// <returns><c>null</c> when nothing shareable concerns the reader.</returns>
    public static Disclosable<NoticeContent>? Of(IReadOnlyList<Evidence> evidence, string? account, EvidenceRules rules)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(rules);
        var shareable = Shareable(evidence);
        if (Finding.Of(shareable, rules) is not { } finding)
            return null;
        var concerned = account is null ? finding.Accounts : [.. finding.Accounts.Where(a => a.Account == account)];
        if (concerned.Count == 0)
            return null;
        var content = new NoticeContent(
            concerned.Max(a => a.Verdict),
            finding.Confidence >= rules.High ? ConfidenceWord.High : finding.Confidence >= rules.Moderate ? ConfidenceWord.Moderate : ConfidenceWord.Low,
            finding.State is not null, new(finding.Last.UtcDateTime.Year, finding.Last.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero),
            [.. concerned.Select(a => a.Account)],
            [.. finding.Rules.Where(rule => concerned.Any(a => a.Rules.Contains(rule))).SelectMany(rule => rules.Named(rule).Steps).Distinct(StringComparer.Ordinal).Take(MostSteps)]);
        return Disclosable<NoticeContent>.Of(content, shareable.Max(e => e.Match.Marking));
    }
}
