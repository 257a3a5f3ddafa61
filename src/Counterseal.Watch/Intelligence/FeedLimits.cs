namespace Counterseal.Watch;

/// <summary>What a feed may cost at most.</summary>
public sealed record FeedLimits
{
    /// <summary>The usual limits.</summary>
    public static FeedLimits Usual { get; } = new();

    /// <summary>Bytes of one file or one answer: 8 GiB. Reading stops there; what came before is used.</summary>
    public long Bytes { get; init; } = 8L << 30;

    /// <summary>Bytes of one object, attribute or CSV record: 4 MiB. A larger one is left out, however large.</summary>
    public int Part { get; init; } = 4 << 20;

    /// <summary>Lists and objects inside one another within such a part.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Attributes of one MISP event, which are held until its end, where its marking may stand.</summary>
    public int EventAttributes { get; init; } = 1_000_000;
}
