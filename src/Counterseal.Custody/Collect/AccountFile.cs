using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>Where an account stands in the accounts file.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Offset">Byte offset of the line.</param>
/// <param name="Length">Bytes of the line without its ending.</param>
internal sealed record AccountPlace(long Line, long Offset, int Length);

/// <summary>The accounts file, read line by line; of an account that is found only its place is kept.</summary>
internal sealed class AccountFile(string path)
{
    /// <summary>A line may be this long, in bytes.</summary>
    public const int LineLimit = 1024 * 1024;

    /// <summary>The accounts that each selector names exactly, in the file's order, where those accounts stand, and their addresses and numbers; the whole file is read, and refused if any line is broken.</summary>
    /// <exception cref="SourceException">The file is missing, a line breaks the format, or two accounts have one name or one address.</exception>
    public (IReadOnlyList<IReadOnlyList<string>> Selectors, IReadOnlyDictionary<string, AccountPlace> Places, IReadOnlyDictionary<string, IReadOnlyList<string>> Own) Find(IReadOnlyList<Selector> selectors, CancellationToken cancel)
    {
        var wanted = new WantedSelectors(selectors);
        var places = new Dictionary<string, AccountPlace>(StringComparer.Ordinal);
        var own = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var found = selectors.Select(_ => new List<string>()).ToList();
        foreach (var (place, account) in Lines(cancel))
        {
            foreach (var i in wanted.By(account))
            {
                if (!places.TryGetValue(account.Name, out var earlier)) (places[account.Name], own[account.Name]) = (place, [.. account.Addresses, .. account.Telephones]);
                else if (earlier != place) throw Twice(place, earlier, "one account's name");
                if (selectors[i].Kind == SelectorKind.Mailbox && found[i].Count > 0 && found[i][0] != account.Name)
                    throw Twice(place, places[found[i][0]], "an address that was asked for");
                if (!found[i].Contains(account.Name)) found[i].Add(account.Name);
            }
        }
        return (found, places, own);
    }

    /// <summary>Reads the account at a place that <see cref="Find"/> gave.</summary>
    /// <exception cref="SourceException">The file has changed since.</exception>
    public Account Read(string name, AccountPlace place)
    {
        using var file = Open();
        var bytes = new byte[place.Length];
        file.Position = place.Offset;
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length)
        {
            var account = new AccountLine(path, place.Line).Read(bytes);
            if (account.Name == name) return account;
        }
        throw new SourceException($"{path}: line {place.Line}: the file changed while it was being read. Run again.");
    }

    private IEnumerable<(AccountPlace, Account)> Lines(CancellationToken cancel)
    {
        using var file = Open();
        var buffer = new byte[LineLimit + 2];
        long line = 0, offset = 0;
        int filled = 0, at = 0;
        for (var ended = false; ;)
        {
            cancel.ThrowIfCancellationRequested();
            var end = Array.IndexOf(buffer, (byte)'\n', at, filled - at);
            if (end < 0 && !ended)
            {
                if (filled - at > LineLimit) throw TooLong(line + 1);
                buffer.AsSpan(at, filled - at).CopyTo(buffer);
                offset += at;
                (filled, at) = (filled - at, 0);
                var n = file.Read(buffer, filled, buffer.Length - filled);
                filled += n;
                ended = n == 0;
                continue;
            }
            if (end < 0 && at == filled) yield break;
            line++;
            var length = (end < 0 ? filled : end) - at;
            if (length > LineLimit) throw TooLong(line);
            var json = buffer.AsMemory(at, length);
            // An empty line is nothing; so that a file may end in one.
            if (json.Span.ContainsAnyExcept(" \t\r"u8))
                yield return (new AccountPlace(line, offset + at, length), new AccountLine(path, line).Read(json));
            at = (end < 0 ? filled : end) + (end < 0 ? 0 : 1);
        }
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{path}: the accounts file cannot be read ({e.Message})", e);
        }
    }

    private SourceException TooLong(long line) => new($"{path}: line {line}: longer than {LineLimit} bytes. The format is in docs/sources.md.");

    private SourceException Twice(AccountPlace here, AccountPlace there, string what) =>
        new($"{path}: lines {there.Line} and {here.Line}: both have {what}, so it is not known whose it is. Correct the file; nothing was collected.");
}

/// <summary>Selectors, ready to be held against one account after the other.</summary>
internal sealed class WantedSelectors
{
    private readonly IReadOnlyList<Selector> _selectors;
    private readonly Dictionary<(SelectorKind, string), List<int>> _items = [];

    public WantedSelectors(IReadOnlyList<Selector> selectors)
    {
        _selectors = selectors;
        for (var i = 0; i < selectors.Count; i++)
        {
            var selector = selectors[i];
            if (WhyNot(selector) is not null || Key(selector) is not { } key) continue;
            if (!_items.TryGetValue(key, out var list)) _items[key] = list = [];
            list.Add(i);
        }
    }

    /// <summary>Why a selector cannot be looked up at all.</summary>
    public static string? WhyNot(Selector selector) => selector switch
    {
        { Kind: SelectorKind.Unknown } => "this kind of identifier cannot be looked up here",
        { Kind: SelectorKind.IpAddress, Port: null } or { Kind: SelectorKind.IpAddress, At: null } =>
            "an IP address is looked up only with port and time: without them it may be anybody's",
        { Kind: SelectorKind.IpAddress } when AccountLine.NormalIp(selector.Value) is null => "not an IP address",
        _ => null,
    };

    /// <summary>The places of the selectors that name this account.</summary>
    public IEnumerable<int> By(Account account)
    {
        if (_items.Count == 0) yield break;
        foreach (var i in Items(SelectorKind.Account, account.Name)) yield return i;
        foreach (var address in account.Addresses)
            foreach (var i in Items(SelectorKind.Mailbox, address.ToLowerInvariant())) yield return i;
        foreach (var telephone in account.Telephones)
            foreach (var i in Items(SelectorKind.Telephone, telephone)) yield return i;
        foreach (var session in account.Sessions)
            foreach (var i in Items(SelectorKind.IpAddress, session.Ip))
                if (session.Covers(_selectors[i])) yield return i;
    }

    private List<int> Items(SelectorKind kind, string value) => _items.TryGetValue((kind, value), out var list) ? list : [];

    private static (SelectorKind, string)? Key(Selector selector) => selector.Kind switch
    {
        SelectorKind.Mailbox => (selector.Kind, selector.Value.ToLowerInvariant()),
        SelectorKind.IpAddress when AccountLine.NormalIp(selector.Value) is { } ip => (selector.Kind, ip),
        _ => (selector.Kind, selector.Value),
    };
}
