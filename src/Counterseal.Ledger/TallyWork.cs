namespace Counterseal.Ledger;

/// <summary>
/// What a tally's leaves are, as far as the ledger must know: it keeps them, fills empty slots and refuses what is none, and knows nothing of how they are made. Whoever starts the process hands
/// this in (docs/provable-totals.md).
/// </summary>
/// <param name="Plan">The published plan, served as it is.</param>
/// <param name="Slot">Time between two slots.</param>
/// <param name="Each">Leaves that each slot adds.</param>
/// <param name="Window">A leaf goes into one of so many slots to come.</param>
/// <param name="LeafSize">Bytes of a leaf.</param>
/// <param name="Period">The period of an instant.</param>
/// <param name="PeriodOf">The period that a leaf says it is of.</param>
/// <param name="Cover">Makes a leaf that stands for nothing, for an index and a period. The same index gives the same commitments.</param>
/// <param name="Fault">What is wrong with a leaf for an index and a period; <c>null</c> when it holds there.</param>
/// <param name="Sums">What the covers among leaves (index and bytes) add up to, as JSON: one number a table, and how many they are.</param>
public sealed record TallyWork(
    byte[] Plan, TimeSpan Slot, int Each, int Window, int LeafSize, Func<DateTimeOffset, int> Period, Func<byte[], int> PeriodOf, Func<long, int, byte[]> Cover,
    Func<long, int, byte[], string?> Fault, Func<IEnumerable<(long Index, byte[] Bytes)>, byte[]> Sums);

/// <summary>Where a leaf goes that is yet to be made.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Period">Its period.</param>
/// <param name="At">When its slot is, UTC, if the ledger runs through until then.</param>
public sealed record TallyReservation(long Index, int Period, DateTimeOffset At);

/// <summary>How a leaf stands that was sent.</summary>
public enum TallyStanding
{
    /// <summary>Durable, and waits for its slot.</summary>
    Waiting,
    /// <summary>In the log, under a signed checkpoint.</summary>
    Logged,
    /// <summary>Its index holds another leaf: it came too late. A new index is to be reserved.</summary>
    Lapsed,
}

/// <summary>A period as it stands in the tally.</summary>
/// <param name="Period">Counted from 0.</param>
/// <param name="From">Index of its first leaf.</param>
/// <param name="To">Index behind its last.</param>
/// <param name="Root">The log's root at that size.</param>
/// <param name="Over">Whether no leaf can come to it any more.</param>
public sealed record TallyPeriod(int Period, long From, long To, byte[] Root, bool Over);
