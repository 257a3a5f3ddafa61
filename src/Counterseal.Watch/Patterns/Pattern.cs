namespace Counterseal.Watch;

/// <summary>A pattern as STIX 2.1, clause 9 has it: its text and its tree. Not to be confused with <see cref="PatternMatcher"/>, which is compiled from it.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Root">The tree.</param>
public sealed record Pattern(string Text, ObservationExpression Root)
{
    /// <summary>Reads a pattern. Never throws for what the text says.</summary>
    /// <param name="text">The pattern.</param>
    public static PatternReading Read(string text) => new PatternParser(text).Read();
}
