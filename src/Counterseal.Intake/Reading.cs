using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>What came of reading an original: a demand with warnings, or the faults for which it goes to quarantine.</summary>
/// <param name="Format">What the original was taken for: <c>ts103120</c>, <c>counterseal-json</c>, <c>unknown</c>.</param>
/// <param name="Demand">The demand, or <c>null</c> when there are faults.</param>
/// <param name="Warnings">What was read but not understood, e.g. elements of a later version.</param>
/// <param name="Faults">Why it cannot be taken.</param>
public sealed record Reading(string Format, Demand? Demand, IReadOnlyList<Remark> Warnings, IReadOnlyList<Remark> Faults);

/// <summary>Something about a place in the original.</summary>
/// <param name="Line">From 1; <c>null</c> when the place has no line.</param>
/// <param name="Element">Element path or JSON pointer.</param>
/// <param name="Rule">The clause or rule concerned, e.g. <c>TS 103 120 V1.12.1, 6.2.2</c>.</param>
/// <param name="What">What is wrong, one sentence.</param>
/// <param name="Next">What to do now.</param>
public sealed record Remark(int? Line, string Element, string Rule, string What, string Next);

/// <summary>The front door for bytes: tells the format, reads it, never throws for what the bytes say.</summary>
public static class Door
{
    /// <summary>Reads an original of at most 20 MiB.</summary>
    /// <param name="original">The bytes as they came.</param>
    /// <param name="schemas">Folder with ETSI's own XSDs that an operator added, or <c>null</c>.</param>
    public static Reading Read(ReadOnlyMemory<byte> original, string? schemas = null) => throw new NotSupportedException(original + schemas);
}
