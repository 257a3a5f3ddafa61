namespace Counterseal.Watch;

/// <summary>How much a finding's evidence comes to by now. The finding itself, as it is on the record, changes only when an analyst or a notice would say something else.</summary>
/// <param name="Events">Events that met an indicator.</param>
/// <param name="First">The earliest.</param>
/// <param name="Last">The latest.</param>
public sealed record FindingExtent(long Events, DateTimeOffset First, DateTimeOffset Last)
{
    /// <summary>As it was when the finding was last recorded.</summary>
    internal static FindingExtent Of(Finding finding) => new(finding.Events, finding.First, finding.Last);

    /// <summary>Of its evidence.</summary>
    internal static FindingExtent Of(Finding finding, IReadOnlyList<Evidence> evidence) =>
        evidence.Count == 0 ? Of(finding) : new(evidence.Sum(e => e.Events), evidence.Min(e => e.First), evidence.Max(e => e.Last));
}
