using Counterseal.Intake;

namespace Counterseal.Web;

/// <summary>An original that could not be taken, and why.</summary>
/// <param name="At">When it came.</param>
/// <param name="Channel">How it came.</param>
/// <param name="Format">What it was taken for.</param>
/// <param name="Digest">Lower-case hex SHA-256 of the bytes, which are kept.</param>
/// <param name="Faults">Each with place, rule and what to do.</param>
public sealed record QuarantineRow(DateTimeOffset At, string Channel, string Format, string Digest, IReadOnlyList<Remark> Faults);
