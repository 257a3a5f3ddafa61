namespace Counterseal.Watch;

/// <summary>What a pattern may cost at most. Feeds are written by others, and a pattern is a program.</summary>
public static class PatternLimits
{
    /// <summary>UTF-16 units of a pattern's text: 1 Mi.</summary>
    public const int Text = 1 << 20;

    /// <summary>Parentheses inside one another.</summary>
    public const int Depth = 100;

    /// <summary>Observations that one match may need, REPEATS multiplied out, where the pattern has more than one pair of brackets or more than one REPEATS.</summary>
    public const int Observations = 1000;

    /// <summary>REPEATS where the pattern has one pair of brackets and no other REPEATS.</summary>
    public const int Repeats = 1_000_000;

    /// <summary>UTF-16 units of a regular expression.</summary>
    public const int Expression = 4096;

    /// <summary>How long one MATCHES may take over one value.</summary>
    public static readonly TimeSpan Matching = TimeSpan.FromMilliseconds(100);

    /// <summary>Patterns that need more than one value and are held against events; the surest go first.</summary>
    public const int Held = 10_000;

    /// <summary>Of those, patterns that are tried on every event with the property, because they ask for no value that could be looked up.</summary>
    public const int Tried = 1_000;

    /// <summary>Observations of one account that are kept for one pattern.</summary>
    public const int Kept = 1_000;

    /// <summary>Steps of the search after each event of an account: a stream has less patience than a question.</summary>
    public const int StreamSteps = 100_000;

    /// <summary>How often a pattern may run into a time or step limit before a process sets it aside.</summary>
    public const int Overruns = 10;

    /// <summary>The widest window for whose sake anything is kept.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(90);

    /// <summary>Steps that the search for observations takes before it says that it gave up.</summary>
    public const int Steps = 1_000_000;
}
