namespace Counterseal.Law;

/// <summary>Demand + facts + rule book + time → assessment. Pure and deterministic; no country is named in this code.</summary>
public static class Engine
{
    /// <summary>Assesses one demand.</summary>
    /// <param name="demand">As read from the original.</param>
    /// <param name="facts">What people have established.</param>
    /// <param name="book">The rules.</param>
    /// <param name="received">When it was received: the law of that day applies, clocks start here.</param>
    /// <param name="asOf">The time the assessment is made for.</param>
    public static Assessment Assess(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf) =>
        throw new NotSupportedException();
}
