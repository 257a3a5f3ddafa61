using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>What is wrong with the rule book that lies in the folder; the desk goes on with the last good one.</summary>
/// <param name="What">File, line, rule and what to do.</param>
/// <param name="Since">When it was first seen, UTC.</param>
/// <param name="InForce">Digest of the book that stays in force.</param>
public sealed record BookTrouble(string What, DateTimeOffset Since, string InForce)
{
    /// <summary>One sentence.</summary>
    public override string ToString() => $"the rule book in the folder is not in force, the last good one ({InForce[..12]}…) is: {What}";
}

/// <summary>The folder of the rule book, and the last good book that was in it. Whoever edits a rule in a running desk can break nothing.</summary>
internal sealed class BookShelf
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private string _seen;
    private volatile RuleBook _book;
    private RuleBook _found;

    /// <summary>Reads the book.</summary>
    /// <exception cref="RuleBookException">It cannot be used; there is no last good one yet.</exception>
    public BookShelf(string folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        _seen = Traces();
        _book = _found = RuleBook.Load(folder);
    }

    /// <summary>The book in force.</summary>
    public RuleBook Book => _book;

    /// <summary>Digest of the book that is on the ledger as the one in force; <c>null</c> before the first.</summary>
    public string? Adopted { get; private set; }

    /// <summary>What is wrong with what lies in the folder now.</summary>
    public BookTrouble? Trouble { get; private set; }

    /// <summary>The last good book in the folder, read again when a file changed.</summary>
    public RuleBook Look()
    {
        var traces = Traces();
        if (traces == _seen)
            return _found;
        try
        {
            _found = RuleBook.Load(_folder);
            Trouble = null;
        }
        catch (Exception no) when (no is RuleBookException or IOException or UnauthorizedAccessException)
        {
            Trouble = new BookTrouble(no.Message, Trouble?.Since ?? _time.GetUtcNow(), _book.Digest);
        }
        // Only now: a file that changed while it was read is read again the next time.
        _seen = traces;
        return _found;
    }

    /// <summary>Puts a book in force, once it is on the ledger.</summary>
    public void Adopt(RuleBook book)
    {
        _book = book;
        Adopted = book.Digest;
    }

    // Names, lengths and times: enough to notice a change, and cheap enough to look every half minute.
    private string Traces() => !Directory.Exists(_folder) ? "" : string.Join('\n', Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => new FileInfo(path)).Select(file => $"{file.FullName} {(file.Exists ? file.Length : -1)} {(file.Exists ? file.LastWriteTimeUtc.Ticks : 0)}"));
}
