using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>
/// The folder of rule books that were in force, each under its digest, so that the public can read what changed from one to the next. The ledger has only their digests. A folder whose files do not hash to its
/// name is as none.
/// </summary>
/// <param name="folder">Made when the first book is kept.</param>
public sealed class RuleShelf(string folder)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, RuleBook> read = new(StringComparer.Ordinal);

    /// <summary>Keeps a book, unless it is there. A crash leaves a folder that no digest names; the next call makes it anew.</summary>
    public void Keep(RuleBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        var place = Path.Combine(folder, book.Digest);
        if (!read.TryAdd(book.Digest, book) || Directory.Exists(place))
            return;
        var making = Path.Combine(folder, $".{book.Digest}.{Environment.ProcessId}");
        if (Directory.Exists(making))
            Directory.Delete(making, recursive: true);
        foreach (var (name, bytes) in book.Files())
        {
            var file = Path.Combine(making, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
        Directory.Move(making, place);
    }

    /// <summary>A book by its digest; <c>null</c> when it was not kept, or is not what its name says.</summary>
    public RuleBook? Find(string digest)
    {
        if (digest is not { Length: 64 } || !digest.All(char.IsAsciiHexDigitLower))
            return null;
        if (read.TryGetValue(digest, out var known))
            return known;
        var place = Path.Combine(folder, digest);
        if (!Directory.Exists(place))
            return null;
        try
        {
            var book = RuleBook.Load(place);
            return book.Digest == digest ? read.GetOrAdd(digest, book) : null;
        }
        catch (Exception no) when (no is RuleBookException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
