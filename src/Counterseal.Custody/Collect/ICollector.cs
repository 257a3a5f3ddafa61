using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>
/// One source of customer data. A boundary: a company writes its own (<c>docs/collectors.md</c>), and <c>CollectorTrial</c> says whether it keeps the contract. A collector finds
/// accounts, offers records, or both; it decides nothing. What is in scope, which fields leave and what is counted is decided in <see cref="Collection"/>, by one code for all.
/// One instance serves one collection and is used by one thread.
/// </summary>
public interface ICollector : IDisposable
{
    /// <summary>Its name in <c>gate.json</c>: lower-case letters, digits and hyphens, at most 20; it is part of the names of streams. Empty for the accounts file and mail folder.</summary>
    string Name { get; }

    /// <summary>
    /// The query by which it finds accounts by this kind of selector, with its parameters by name; <c>null</c> where it cannot. Made from configuration alone, without touching
    /// the source: reviewers approve this text.
    /// </summary>
    string? FindText(SelectorKind kind);

    /// <summary>The query by which it reads this category, with its parameters by name; <c>null</c> where it does not serve it. Made from configuration alone, without touching the source.</summary>
    string? ReadText(DataCategory category);

    /// <summary>Which fields a <see cref="SourceRow"/> of this category may have. Not asked for messages, sessions and files.</summary>
    RowFields Fields(DataCategory category);

    /// <summary>
    /// The accounts that each selector names exactly: no wildcard, no guess. Addresses are compared without regard to case, account names and telephone numbers byte by byte.
    /// Selectors come without repetition; the answer has one entry for each, in their order.
    /// </summary>
    /// <exception cref="SourceException">The source cannot be read.</exception>
    IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run);

    /// <summary>
    /// Offers the account's records of a category, one after the other, always in the same order; a record is good until the next is asked for. Every record whose time is in one of the ranges must be among them, once;
    /// others may be. One that cannot be read is offered as <see cref="SourceFault"/>. Before it runs a query it says it to <see cref="CollectorRun.Ran"/> and looks at
    /// <see cref="CollectorRun.Cancel"/>; between records the gate does.
    /// </summary>
    /// <param name="account">The provider's own name of the account.</param>
    /// <param name="category">One that <see cref="ReadText"/> serves.</param>
    /// <param name="ranges">Half-open, ascending, apart from each other.</param>
    /// <param name="run">The collection that it serves.</param>
    /// <exception cref="SourceException">The source cannot be read in full.</exception>
    /// <exception cref="CannotResumeException">It cannot go on from <see cref="CollectorRun.From"/>.</exception>
    IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run);

    /// <summary>How many bytes of the source <see cref="Read"/> will pass, where that can be said at once; otherwise 0. Only for people who wait.</summary>
    long Size(string account, DataCategory category) => 0;
}

/// <summary>What selectors come to.</summary>
/// <param name="Accounts">The provider's own names of the accounts; empty for none.</param>
/// <param name="Why">Why there are none, where that is not simply that nobody has it.</param>
public sealed record AccountsOf(IReadOnlyList<string> Accounts, string? Why = null)
{
    /// <summary>Further addresses and numbers of the accounts, where the source knows them: the account's own, which are not masked as other people's are.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Own { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>A half-open range of time.</summary>
/// <param name="From">First instant in it; <c>null</c> for no lower bound.</param>
/// <param name="To">First instant behind it; <c>null</c> for no upper bound.</param>
public readonly record struct TimeRange(DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Whether an instant is in one of the ranges: for a collector that need not fetch what the gate would leave out.</summary>
    public static bool Any(IReadOnlyList<TimeRange> ranges, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        foreach (var range in ranges)
            if ((range.From is null || at >= range.From) && (range.To is null || at < range.To)) return true;
        return false;
    }
}

/// <summary>The fields that rows of a category may have; what else a row has is left out and counted.</summary>
/// <param name="Names">In the order in which they are written.</param>
/// <param name="Parties">Those among them that name people who communicate (addresses, numbers): masked and held back as the gate's rules say.</param>
public sealed record RowFields(IReadOnlyList<string> Names, IReadOnlyList<string> Parties)
{
    /// <summary>No field at all.</summary>
    public static RowFields None { get; } = new([], []);
}

/// <summary>The collection that a collector serves.</summary>
/// <param name="Ran">Takes every query before it runs: its text as <see cref="ICollector.FindText"/> or <see cref="ICollector.ReadText"/> gave it, and the values of its parameters by name.</param>
/// <param name="Cancel">Ends it: looked at before each query, inside large records, and where much is read without a record.</param>
public sealed record CollectorRun(Action<string, IReadOnlyDictionary<string, string>> Ran, CancellationToken Cancel)
{
    /// <summary>
    /// Where an earlier reading of the same account, category and ranges was cut off: the <see cref="SourceRecord.Resume"/> of one of its records. Exactly the records behind that one are offered then.
    /// <c>null</c> to begin at the beginning, and always for a collector whose records have none.
    /// </summary>
    public string? From { get; init; }

    /// <summary>May be told, as often as is cheap, how many bytes of the source this reading has passed, from its beginning, for people who wait; or <c>null</c>.</summary>
    public Action<long>? Passed { get; init; }
}

/// <summary>Makes a collector of one kind from its settings in <c>gate.json</c>; <c>null</c> for a kind that it does not know.</summary>
public delegate ICollector? MakeCollector(CollectorSettings settings);

/// <summary>A source that cannot be used.</summary>
public sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
