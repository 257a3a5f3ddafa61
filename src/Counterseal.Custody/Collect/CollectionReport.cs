using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>Every record accounted for.</summary>
/// <param name="Selectors">What each selector came to, in the order of the scope.</param>
/// <param name="Accounts">One entry for each account found and category asked of it, in order of first mention.</param>
public sealed record CollectionReport(IReadOnlyList<SelectorResult> Selectors, IReadOnlyList<AccountResult> Accounts)
{
    /// <summary>Digest of the gate's rules of minimisation; they are on the ledger under it.</summary>
    public string? Minimisation { get; init; }
}

/// <summary>What a selector came to.</summary>
/// <param name="Item">Index of the scope item, from 0.</param>
/// <param name="Accounts">Opaque account numbers; empty for none.</param>
public sealed record SelectorResult(int Item, IReadOnlyList<string> Accounts)
{
    /// <summary>Why it came to nothing, where that is not simply that nobody here has it; otherwise absent.</summary>
    public string? Why { get; init; }
}

/// <summary>Counts for one account and category: records read = <paramref name="InScope"/> + <paramref name="OutOfScope"/> + <see cref="UnreadableTotal"/> + the counts of <see cref="LeftOut"/>.</summary>
/// <param name="Account">Opaque number.</param>
/// <param name="Category">The category.</param>
/// <param name="InScope">Records written.</param>
/// <param name="OutOfScope">Records read and left out (outside the time range).</param>
/// <param name="Unreadable">Records that could not be read, each with its place; at most <see cref="Collection.ListedUnreadable"/> of them.</param>
/// <param name="Bytes">Bytes written.</param>
public sealed record AccountResult(string Account, DataCategory Category, long InScope, long OutOfScope, IReadOnlyList<Unreadable> Unreadable, long Bytes)
{
    /// <summary>All records that could not be read, those not listed included.</summary>
    public long UnreadableTotal { get; init; } = Unreadable.Count;

    /// <summary>For mail: what told the time of the messages written, by how many.</summary>
    public IReadOnlyList<BasisCount> Times { get; init; } = [];

    /// <summary>The collector's name in <c>gate.json</c>; absent for the accounts file and mail folder.</summary>
    public string? Source { get; init; }

    /// <summary>Records in scope that were left out, by reason.</summary>
    public IReadOnlyList<LeftOut> LeftOut { get; init; } = [];

    /// <summary>Attachments that were left out of messages that were written.</summary>
    public long AttachmentsLeftOut { get; init; }

    /// <summary>Records that were written with third parties masked, by the scope or by the gate's rules.</summary>
    public long Masked { get; init; }

    /// <summary>Fields that rows had and that are not of the category, by how many rows; they were left out.</summary>
    public IReadOnlyList<FieldCount> FieldsLeftOut { get; init; } = [];
}

/// <summary>Records that were left out.</summary>
/// <param name="Reason">Plain words.</param>
/// <param name="Count">How many.</param>
public sealed record LeftOut(string Reason, long Count);

/// <summary>A field that was left out.</summary>
/// <param name="Field">Its name in the source.</param>
/// <param name="Rows">How many rows had it.</param>
public sealed record FieldCount(string Field, long Rows);

/// <summary>How many messages had their time from one basis.</summary>
/// <param name="Basis">What told the time.</param>
/// <param name="Messages">How many.</param>
public sealed record BasisCount(TimeBasis Basis, long Messages);

/// <summary>A record that could not be read.</summary>
/// <param name="Place">Where it is: the byte offset in an mbox, a file's name, a row's key.</param>
/// <param name="Reason">Plain words.</param>
public sealed record Unreadable(string Place, string Reason);
