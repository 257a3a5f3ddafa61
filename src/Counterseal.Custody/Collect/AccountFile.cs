using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>Where an account stands in the accounts file.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Offset">Byte offset of the line.</param>
/// <param name="Length">Bytes of the line without its ending.</param>
internal sealed record AccountPlace(long Line, long Offset, int Length);

/// <summary>An account that selectors lead to.</summary>
/// <param name="Name">The provider's own name of it.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Items">The scope items that lead to it, ascending.</param>
internal sealed record AccountReach(string Name, AccountPlace Place, IReadOnlyList<int> Items);

/// <summary>What the selectors came to.</summary>
/// <param name="Selectors">For each scope item the accounts' names, and why there are none where that needs saying.</param>
/// <param name="Accounts">The accounts found, in order of first mention.</param>
internal sealed record AccountsFound(IReadOnlyList<(IReadOnlyList<string> Accounts, string? Why)> Selectors, IReadOnlyList<AccountReach> Accounts);

/// <summary>The accounts file, read line by line; of an account that is found only its place is kept.</summary>
internal sealed class AccountFile(string path)
{
    /// <summary>A line may be this long, in bytes.</summary>
    public const int LineLimit = 1024 * 1024;

    /// <summary>Resolves each selector to the accounts that it names exactly; the whole file is read, and refused if any line is broken.</summary>
    /// <exception cref="SourceException">The file is missing, a line breaks the format, or two accounts have one name or one address.</exception>
    public AccountsFound Find(Scope scope, CancellationToken cancel)
    {
        var wanted = new WantedSelectors(scope);
        var found = new Dictionary<string, (AccountPlace Place, SortedSet<int> Items)>(StringComparer.Ordinal);
        var byItem = scope.Items.Select(_ => new List<string>()).ToList();
        foreach (var (place, account) in Lines(cancel))
        {
            foreach (var item in wanted.By(account))
            {
                if (!found.TryGetValue(account.Name, out var reach)) found[account.Name] = reach = (place, []);
                else if (reach.Place != place) throw Twice(place, reach.Place, $"the account \"{account.Name}\"");
                var selector = scope.Items[item].Selector;
                if (selector.Kind == SelectorKind.Mailbox && byItem[item].Count > 0 && byItem[item][0] != account.Name)
                    throw Twice(place, found[byItem[item][0]].Place, $"the address \"{selector.Value}\"");
                if (reach.Items.Add(item)) byItem[item].Add(account.Name);
            }
        }

        var selectors = new List<(IReadOnlyList<string>, string?)>();
        for (var i = 0; i < byItem.Count; i++)
        {
            var why = WantedSelectors.WhyNot(scope.Items[i].Selector);
            if (scope.Items[i].Selector.Kind == SelectorKind.IpAddress && byItem[i].Count > 1)
            {
                // Two accounts at one address, port and instant: one of the records is wrong, and guessing would name an innocent person.
                why = $"{byItem[i].Count} accounts have a session at this address, port and time";
                foreach (var name in byItem[i]) found[name].Items.Remove(i);
                byItem[i].Clear();
            }
            selectors.Add((byItem[i], why));
        }
        var accounts = found.Where(f => f.Value.Items.Count > 0)
            .OrderBy(f => f.Value.Items.Min).ThenBy(f => f.Value.Place.Offset)
            .Select(f => new AccountReach(f.Key, f.Value.Place, [.. f.Value.Items]));
        return new AccountsFound(selectors, [.. accounts]);
    }

    /// <summary>Reads the account at a place that <see cref="Find"/> gave.</summary>
    /// <exception cref="SourceException">The file has changed since.</exception>
    public Account Read(AccountReach reach)
    {
        using var file = Open();
        var bytes = new byte[reach.Place.Length];
        file.Position = reach.Place.Offset;
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length)
        {
            var account = new AccountLine(path, reach.Place.Line).Read(bytes);
            if (account.Name == reach.Name) return account;
        }
        throw new SourceException($"{path}: line {reach.Place.Line}: the file changed while it was being read. Run again.");
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

/// <summary>The scope's selectors, ready to be held against one account after the other.</summary>
internal sealed class WantedSelectors
{
    private readonly Scope _scope;
    private readonly Dictionary<(SelectorKind, string), List<int>> _items = [];

    public WantedSelectors(Scope scope)
    {
        _scope = scope;
        for (var i = 0; i < scope.Items.Count; i++)
        {
            var selector = scope.Items[i].Selector;
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

    /// <summary>The items whose selectors name this account.</summary>
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
                if (session.Covers(_scope.Items[i].Selector)) yield return i;
    }

    private List<int> Items(SelectorKind kind, string value) => _items.TryGetValue((kind, value), out var list) ? list : [];

    private static (SelectorKind, string)? Key(Selector selector) => selector.Kind switch
    {
        SelectorKind.Mailbox => (selector.Kind, selector.Value.ToLowerInvariant()),
        SelectorKind.IpAddress when AccountLine.NormalIp(selector.Value) is { } ip => (selector.Kind, ip),
        _ => (selector.Kind, selector.Value),
    };
}
