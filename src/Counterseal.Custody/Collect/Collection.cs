using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate may read, as its operator configured it (formats in <c>docs/sources.md</c>).</summary>
/// <param name="Accounts">Path of the <c>accounts.ndjson</c>: subscriber data, sessions, and where each account's mailbox is.</param>
/// <param name="Mail">Folder under which the mailboxes named in it are (mbox files or Maildir folders).</param>
public sealed record Sources(string Accounts, string Mail);

/// <summary>Collect and minimise in one pass over the sources: only what the scope names reaches the sink.</summary>
public static class Collection
{
    /// <summary>Places of unreadable records that are listed for one account and category; further ones are only counted, so that a broken source cannot fill the memory.</summary>
    public const int ListedUnreadable = 1000;

    /// <summary>
    /// Resolves the selectors, reads each account's records, writes what is in scope to the sink and accounts for every record read.
    /// An item without categories resolves its selector and collects nothing; for a count, widen it first with <see cref="Counted"/>.
    /// A mailbox is read once for each mail category, since the sink takes one stream after the other.
    /// </summary>
    /// <param name="sources">What may be read.</param>
    /// <param name="scope">What is compelled.</param>
    /// <param name="number">The opaque number of an account, e.g. <c>A-7F3K2M9QXTBC</c>, by its own name.</param>
    /// <param name="sink">Where what is in scope goes.</param>
    /// <param name="cancel">Stops between records.</param>
    /// <exception cref="SourceException">A source is missing or breaks its format: names file, line and rule.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what the sink has so far is not complete.</exception>
    public static CollectionReport Run(Sources sources, Scope scope, Func<string, string> number, IRecordSink sink, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(number);
        ArgumentNullException.ThrowIfNull(sink);

        var file = new AccountFile(sources.Accounts);
        var found = file.Find(scope, cancel);
        var results = new List<AccountResult>();
        foreach (var reach in found.Accounts)
        {
            var account = file.Read(reach);
            foreach (var category in Enum.GetValues<DataCategory>())
            {
                var items = reach.Items.Select(i => scope.Items[i]).Where(i => i.Categories.Contains(category)).ToList();
                if (items.Count == 0) continue;
                var stream = new CategoryStream(number(account.Name), category, sink);
                switch (category)
                {
                    case DataCategory.Subscriber:
                        stream.InScope(AccountRecords.Subscriber(account));
                        break;
                    case DataCategory.Identification:
                        foreach (var session in account.Sessions)
                        {
                            cancel.ThrowIfCancellationRequested();
                            if (items.Exists(i => AccountRecords.InScope(session, i))) stream.InScope(AccountRecords.Session(session));
                            else stream.OutOfScope();
                        }
                        break;
                    default:
                        using (var messages = AccountMailbox.Open(sources.Mail, account, $"{sources.Accounts}: line {reach.Place.Line}"))
                            if (messages is not null) CollectMail(messages, new TimeRanges(items), stream, cancel);
                        break;
                }
                results.Add(stream.Finish());
            }
        }
        var selectors = found.Selectors.Select((s, i) => new SelectorResult(i, [.. s.Accounts.Select(number)]) { Why = s.Why }).ToList();
        return new CollectionReport(selectors, results);
    }

    /// <summary>The scope that a count runs over: an item without categories is counted for all four.</summary>
    public static Scope Counted(Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new Scope([.. scope.Items.Select(i => i.Categories.Count == 0 ? i with { Categories = Enum.GetValues<DataCategory>() } : i)]);
    }

    private static void CollectMail(MessageReader messages, TimeRanges ranges, CategoryStream stream, CancellationToken cancel)
    {
        var traffic = new TrafficRecord();
        while (messages.Read(cancel))
        {
            cancel.ThrowIfCancellationRequested();
            if (messages.Fault is { } fault)
            {
                stream.Unreadable(messages.Place, fault);
                continue;
            }
            var time = MessageTime.Of(messages);
            if (time is null && !ranges.Everything)
            {
                stream.Unreadable(messages.Place, "no Received, From line, Date or file name gives its time, so it is neither in nor out of the time range");
                continue;
            }
            if (!ranges.Contains(time?.At))
            {
                stream.OutOfScope();
                continue;
            }
            stream.Judged(time?.Basis);
            if (stream.Category == DataCategory.Traffic) stream.InScope(traffic.Write(messages, time));
            else stream.InScope(messages, cancel);
        }
    }
}

/// <summary>The union of the items' time ranges.</summary>
internal sealed class TimeRanges(IEnumerable<ScopeItem> items)
{
    private readonly (DateTimeOffset From, DateTimeOffset To)[] _ranges =
        [.. items.Select(i => (i.From ?? DateTimeOffset.MinValue, i.To ?? DateTimeOffset.MaxValue))];

    /// <summary>One item has no bound at all, so that a message's time does not matter.</summary>
    public bool Everything { get; } = items.Any(i => i.From is null && i.To is null);

    public bool Contains(DateTimeOffset? at) => Everything || Array.Exists(_ranges, r => at >= r.From && at < r.To);
}

/// <summary>One account's stream of one category on its way to the sink, with its counts. The sink hears of it only when there is a record.</summary>
internal sealed class CategoryStream(string account, DataCategory category, IRecordSink sink)
{
    private readonly List<Unreadable> _unreadable = [];
    private readonly long[] _bases = new long[Enum.GetValues<TimeBasis>().Length];
    private long _inScope, _outOfScope, _unreadableTotal, _bytes;
    private MboxrdWriter? _mbox;

    public DataCategory Category => category;

    public void InScope(ReadOnlySpan<byte> record)
    {
        Begin();
        Write(record);
        sink.EndRecord();
    }

    public void InScope(MessageReader message, CancellationToken cancel)
    {
        Begin();
        _mbox ??= new MboxrdWriter(Write);
        _mbox.Begin(message.FromLine);
        message.CopyTo(_mbox.Write, cancel);
        _mbox.End();
        sink.EndRecord();
    }

    public void OutOfScope() => _outOfScope++;

    public void Unreadable(string place, string reason)
    {
        _unreadableTotal++;
        if (_unreadable.Count < Collection.ListedUnreadable) _unreadable.Add(new Unreadable(place, reason));
    }

    public void Judged(TimeBasis? basis)
    {
        if (basis is { } b) _bases[(int)b]++;
    }

    public AccountResult Finish()
    {
        if (_inScope > 0) sink.End();
        return new AccountResult(account, category, _inScope, _outOfScope, _unreadable, _bytes)
        {
            UnreadableTotal = _unreadableTotal,
            Times = [.. Enum.GetValues<TimeBasis>().Where(b => _bases[(int)b] > 0).Select(b => new BasisCount(b, _bases[(int)b]))],
        };
    }

    private void Begin()
    {
        if (_inScope++ > 0) return;
        var (name, extension) = category switch
        {
            DataCategory.Subscriber => ("subscriber", "ndjson"),
            DataCategory.Identification => ("sessions", "ndjson"),
            DataCategory.Traffic => ("traffic", "ndjson"),
            _ => ("content", "mbox"),
        };
        sink.Begin($"{account}/{name}", extension);
    }

    private void Write(ReadOnlySpan<byte> piece)
    {
        _bytes += piece.Length;
        sink.Write(piece);
    }
}

/// <summary>Every record accounted for.</summary>
/// <param name="Selectors">What each selector came to, in the order of the scope.</param>
/// <param name="Accounts">One entry for each account found and category asked of it, in order of first mention.</param>
public sealed record CollectionReport(IReadOnlyList<SelectorResult> Selectors, IReadOnlyList<AccountResult> Accounts);

/// <summary>What a selector came to.</summary>
/// <param name="Item">Index of the scope item, from 0.</param>
/// <param name="Accounts">Opaque account numbers; empty for none.</param>
public sealed record SelectorResult(int Item, IReadOnlyList<string> Accounts)
{
    /// <summary>Why it came to nothing, where that is not simply that nobody here has it; otherwise absent.</summary>
    public string? Why { get; init; }
}

/// <summary>Counts for one account and category: records read = <paramref name="InScope"/> + <paramref name="OutOfScope"/> + <see cref="UnreadableTotal"/>.</summary>
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
}

/// <summary>How many messages had their time from one basis.</summary>
/// <param name="Basis">What told the time.</param>
/// <param name="Messages">How many.</param>
public sealed record BasisCount(TimeBasis Basis, long Messages);

/// <summary>A record that could not be read.</summary>
/// <param name="Place">Byte offset in an mbox, or the file's name in a Maildir.</param>
/// <param name="Reason">Plain words.</param>
public sealed record Unreadable(string Place, string Reason);

/// <summary>A source that cannot be used.</summary>
public sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
