namespace Counterseal.Watch;

/// <summary>What came of reading a pattern's text: the pattern, or the first fault.</summary>
/// <param name="Pattern">The pattern, or <c>null</c>.</param>
/// <param name="Fault">The first fault, or <c>null</c>.</param>
/// <param name="Remarks">What was read although the specification says it otherwise, and what can never match; one sentence each.</param>
public sealed record PatternReading(Pattern? Pattern, PatternFault? Fault, IReadOnlyList<string> Remarks);
