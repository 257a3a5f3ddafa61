using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>The rule books as the public reads them: the one in force, those before it as the ledger has them, and the text of those that were kept.</summary>
/// <param name="Book">The book in force.</param>
/// <param name="History">The books that demands were assessed by, newest first.</param>
/// <param name="Find">The text of an earlier book; <c>null</c> when it was not kept.</param>
public sealed record PublicRules(RuleBook Book, IReadOnlyList<BooksView.Entry> History, Func<string, RuleBook?> Find)
{
    /// <summary>Reads the desk's own events.</summary>
    public static PublicRules Of(RuleBook book, IReadOnlyList<LoggedEvent> adopted, RuleShelf shelf)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        return new(book, BooksView.Of(book, null, adopted).History, shelf.Find);
    }

    /// <summary>Since when a rule stands as it does now: the oldest book, without a gap from now on, in which it has the same words. <c>null</c> while the ledger has no book.</summary>
    /// <param name="rule">A rule of the book in force.</param>
    /// <returns>That book, and whether it is the oldest whose text is known: then the rule may be older.</returns>
    public (BooksView.Entry Since, bool AtLeast)? Since(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var words = Book.TextOf(rule);
        BooksView.Entry? since = null;
        foreach (var entry in History)
        {
            if (Find(entry.Digest) is not { } book)
                return since is null ? null : (since, true);
            if (book.Rules.FirstOrDefault(one => one.Id == rule.Id) is not { } same || book.TextOf(same) != words)
                break;
            since = entry;
        }
        return since is null ? null : (since, since == History[^1]);
    }

    /// <summary>What a book of the history changed, held against the one before it; <c>null</c> for the first, and where the text of one of them was not kept.</summary>
    public BookDiff? Changed(BooksView.Entry entry)
    {
        var at = History.ToList().IndexOf(entry);
        return at >= 0 && at + 1 < History.Count && Find(History[at + 1].Digest) is { } old && Find(entry.Digest) is { } next ? BookDiff.Of(old, next, []) : null;
    }
}
