using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate may read, as its operator configured it.</summary>
/// <param name="Accounts">Path of the <c>accounts.ndjson</c>: subscriber data, sessions, and where each account's mailbox is.</param>
/// <param name="Mail">Folder under which the mailboxes named in it are (mbox files or Maildir folders).</param>
public sealed record Sources(string Accounts, string Mail);

/// <summary>Collect and minimise in one pass over the sources: only what the scope names reaches the sink.</summary>
public static class Collection
{
    /// <summary>Resolves the selectors, reads each account's records, writes what is in scope to the sink and accounts for every record read.</summary>
    /// <param name="sources">What may be read.</param>
    /// <param name="scope">What is compelled.</param>
    /// <param name="number">The opaque number of an account, e.g. <c>A-7F3K2M9QXTBC</c>, by its own name.</param>
    /// <param name="sink">Where what is in scope goes.</param>
    /// <param name="cancel">Stops between records.</param>
    /// <exception cref="SourceException">A source is missing or breaks its format: names file, line and rule.</exception>
    public static CollectionReport Run(Sources sources, Scope scope, Func<string, string> number, IRecordSink sink, CancellationToken cancel) =>
        throw new NotSupportedException();
}

/// <summary>Every record accounted for.</summary>
/// <param name="Selectors">What each selector came to, in the order of the scope.</param>
/// <param name="Accounts">One entry for each account found, in order of first mention.</param>
public sealed record CollectionReport(IReadOnlyList<SelectorResult> Selectors, IReadOnlyList<AccountResult> Accounts);

/// <summary>What a selector came to.</summary>
/// <param name="Item">Index of the scope item, from 0.</param>
/// <param name="Accounts">Opaque account numbers; empty for none.</param>
public sealed record SelectorResult(int Item, IReadOnlyList<string> Accounts);

/// <summary>Counts for one account and category.</summary>
/// <param name="Account">Opaque number.</param>
/// <param name="Category">The category.</param>
/// <param name="InScope">Records written.</param>
/// <param name="OutOfScope">Records read and left out (outside the time range).</param>
/// <param name="Unreadable">Records that could not be read, each with its place.</param>
/// <param name="Bytes">Bytes written.</param>
public sealed record AccountResult(string Account, DataCategory Category, long InScope, long OutOfScope, IReadOnlyList<Unreadable> Unreadable, long Bytes);

/// <summary>A record that could not be read.</summary>
/// <param name="Place">Byte offset in an mbox, or the file's name in a Maildir.</param>
/// <param name="Reason">Plain words.</param>
public sealed record Unreadable(string Place, string Reason);

/// <summary>A source that cannot be used.</summary>
public sealed class SourceException(string message) : Exception(message);
