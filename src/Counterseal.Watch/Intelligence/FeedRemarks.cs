namespace Counterseal.Watch;

/// <summary>The remarks of a reading: the first of each kind in full, all of them counted.</summary>
public sealed class FeedRemarks
{
    /// <summary>Remarks of one kind that are kept in full; a feed can be wrong in every line.</summary>
    public const int Kept = 10_000;

    private readonly List<FeedRemark> kept = [];
    private readonly long[] counts = new long[3];

    /// <summary>The first <see cref="Kept"/> of each kind, in the order of reading.</summary>
    public IReadOnlyList<FeedRemark> All => kept;

    /// <summary>How many there are of a kind, those that were not kept included.</summary>
    /// <param name="kind">The kind.</param>
    public long Count(RemarkKind kind) => counts[(int)kind];

    internal void Add(RemarkKind kind, string file, long line, string pointer, string what)
    {
        if (counts[(int)kind]++ < Kept) kept.Add(new(kind, file, line, pointer, what));
    }
}
