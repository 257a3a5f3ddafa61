using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>The rule book in force, and those before it, as their page shows them.</summary>
/// <param name="Book">The book in force.</param>
/// <param name="Trouble">Why what lies in its folder now is not in force.</param>
/// <param name="TroubleSince">Since when.</param>
/// <param name="History">The books that the desk has worked by, newest first.</param>
public sealed record BooksView(RuleBook Book, string? Trouble, DateTimeOffset? TroubleSince, IReadOnlyList<BooksView.Entry> History)
{
    /// <summary>A book that was adopted.</summary>
    /// <param name="Digest">Its digest.</param>
    /// <param name="At">When.</param>
    /// <param name="Leaf">Where in the ledger.</param>
    public sealed record Entry(string Digest, DateTimeOffset At, long Leaf);

    /// <summary>Reads the desk's own events.</summary>
    public static BooksView Of(RuleBook book, BookTrouble? trouble, IReadOnlyList<LoggedEvent> events) => new(
        book, trouble?.What, trouble?.Since,
        [.. events.Reverse().Select(e => e.Event.Body is Adopted adopted ? new Entry(adopted.Book, e.Event.At, e.LeafIndex) : null).OfType<Entry>()]);
}
