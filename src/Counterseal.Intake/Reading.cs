using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>What came of reading an original: a demand with warnings, or the faults for which it goes to quarantine.</summary>
/// <param name="Format">What the original was taken for: <c>ts103120</c>, <c>counterseal-json</c>, <c>unknown</c>.</param>
/// <param name="Demand">The demand, or <c>null</c> when there are faults.</param>
/// <param name="Warnings">What was read but not understood, e.g. elements of a later version; at most <see cref="Limits.Remarks"/>.</param>
/// <param name="Faults">Why it cannot be taken; at most <see cref="Limits.Remarks"/>.</param>
public sealed record Reading(string Format, Demand? Demand, IReadOnlyList<Remark> Warnings, IReadOnlyList<Remark> Faults)
{
    /// <summary>An ETSI TS 103 120 (HI-1) message in XML.</summary>
    public const string Ts103120 = "ts103120";

    /// <summary>The project's own JSON form, <c>docs/demand.schema.json</c>.</summary>
    public const string CountersealJson = "counterseal-json";

    /// <summary>Neither.</summary>
    public const string Unknown = "unknown";
}
