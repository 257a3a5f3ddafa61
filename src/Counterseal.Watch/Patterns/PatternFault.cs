namespace Counterseal.Watch;

/// <summary>Why a text is no pattern of STIX 2.1, clause 9.</summary>
/// <param name="Position">UTF-16 units from the beginning of the pattern, from 0.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
/// <param name="What">What is wrong, one sentence that quotes what was met.</param>
/// <param name="Rule">The clause, e.g. <c>STIX 2.1, 9.6.1</c>.</param>
/// <param name="Next">What to write instead.</param>
public sealed record PatternFault(int Position, int Line, int Column, string What, string Rule, string Next)
{
    /// <summary>One line for people: place, reason, clause, what to do.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {What} ({Rule}) {Next}";
}
