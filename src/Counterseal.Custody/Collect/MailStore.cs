using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>The accounts file and the mail folder as a collector: finds accounts by every kind of selector, serves all four categories.</summary>
internal sealed class MailStore(Sources sources) : ICollector
{
    private readonly AccountFile _file = new(sources.Accounts);
    private readonly Dictionary<string, AccountPlace> _places = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "";

    /// <inheritdoc/>
    public string? FindText(SelectorKind kind) => kind == SelectorKind.Unknown ? null : "every line of the accounts file, by the value";

    /// <inheritdoc/>
    public string? ReadText(DataCategory category) => category switch
    {
        DataCategory.Subscriber => "the account's line of the accounts file, without mailbox and sessions",
        DataCategory.Identification => "the sessions in the account's line of the accounts file, of time from ≤ t < to",
        _ => "the account's mailbox in the mail folder, messages of time from ≤ t < to",
    };

    /// <inheritdoc/>
    public RowFields Fields(DataCategory category) => category == DataCategory.Subscriber ? AccountRecords.SubscriberFields : RowFields.None;

    /// <inheritdoc/>
    public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (var selector in selectors) run.Ran(FindText(selector.Kind)!, QueryPlan.Of(selector));
        var (found, places, own) = _file.Find(selectors, run.Cancel);
        foreach (var (name, place) in places) _places[name] = place;
        return [.. found.Select(accounts => new AccountsOf(accounts) { Own = accounts.ToDictionary(account => account, account => own[account], StringComparer.Ordinal) })];
    }

    /// <inheritdoc/>
    public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.Ran(ReadText(category)!, QueryPlan.Of(account, ranges));
        if (!_places.TryGetValue(account, out var place))
        {
            // Another collector found it; it need not have a line here.
            if (!_file.Find([new Selector(SelectorKind.Account, account)], run.Cancel).Places.TryGetValue(account, out place)) yield break;
            _places[account] = place;
        }
        var where = $"{sources.Accounts}: line {place.Line}";
        var line = _file.Read(account, place);
        switch (category)
        {
            case DataCategory.Subscriber:
                yield return AccountRecords.Subscriber(line, where);
                break;
            case DataCategory.Identification:
                foreach (var session in line.Sessions) yield return new SourceSession(where, session);
                break;
            default:
                using (var messages = AccountMailbox.Open(sources.Mail, line, where, run.From))
                {
                    while (messages is not null && messages.Read(run.Cancel))
                    {
                        run.Passed?.Invoke(messages.Passed);
                        yield return messages.Fault is { } fault ? new SourceFault(messages.Place, fault) : messages;
                    }
                }
                break;
        }
    }

    /// <inheritdoc/>
    public long Size(string account, DataCategory category)
    {
        if (category is DataCategory.Subscriber or DataCategory.Identification || !_places.TryGetValue(account, out var place) || _file.Read(account, place).Mailbox is not { } name) return 0;
        var mbox = new FileInfo(Path.Combine(sources.Mail, name));
        return mbox.Exists ? mbox.Length : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
