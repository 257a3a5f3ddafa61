using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Watch;

/// <summary>A pattern that events are held against, and what is said of its indicator.</summary>
public sealed class HeldPattern
{
    private readonly byte[] key;
    private int overruns;

    internal HeldPattern(Indicator indicator, IndicatorMatch said, PatternMatcher matcher)
    {
        (Indicator, Matcher) = (indicator, matcher);
        Said = said with { Field = Field(matcher) };
        Span = matcher.Span;
        key = SHA256.HashData(Encoding.UTF8.GetBytes($"counterseal/pattern/v1\n{indicator.Feed}\n{indicator.Id}\n{matcher.Pattern.Text}"));
    }

    /// <summary>The indicator.</summary>
    public Indicator Indicator { get; }

    /// <summary>What a match says.</summary>
    public IndicatorMatch Said { get; }

    /// <summary>The compiled pattern.</summary>
    public PatternMatcher Matcher { get; }

    /// <summary>How far apart the events of a match may be; <c>null</c> where the pattern does not say.</summary>
    public TimeSpan? Span { get; }

    /// <summary>Whether it ran into its limits so often that this process no longer tries it.</summary>
    public bool SetAside => Volatile.Read(ref overruns) >= PatternLimits.Overruns;

    internal void Overran() => Interlocked.Increment(ref overruns);

    /// <summary>What is kept of one account's events for this pattern stands under this name. Another text of the same indicator begins anew.</summary>
    internal byte[] StreamOf(WatchEvent happened)
    {
        Span<byte> of = stackalloc byte[64];
        key.CopyTo(of);
        SHA256.HashData(Encoding.UTF8.GetBytes($"{happened.Customer}\n{happened.Account}"), of[32..]);
        return SHA256.HashData(of)[..16];
    }

    // What a program calls itself proves as little in a pattern as it does alone.
    private static string Field(PatternMatcher matcher) => matcher.Brackets.All(OnlyUserAgent) ? "userAgent" : "pattern";

    private static bool OnlyUserAgent(ComparisonExpression comparison) => comparison switch
    {
        ComparisonAnd and => and.Parts.All(OnlyUserAgent),
        ComparisonOr or => or.Parts.All(OnlyUserAgent),
        PropertyTest test => test.Path.ToString() == EventObservation.UserAgent,
        _ => false,
    };
}

/// <summary>That an event could be part of a match over several events.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Happened">The event.</param>
/// <param name="Holds">The pairs of brackets that are true for it, a bit each from the left.</param>
internal readonly record struct PatternSight(HeldPattern Pattern, WatchEvent Happened, byte[] Holds)
{
    public static bool Has(byte[] holds, int bracket) => (holds[bracket >> 3] >> (bracket & 7) & 1) == 1;
}
