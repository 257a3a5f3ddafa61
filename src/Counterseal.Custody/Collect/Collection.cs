using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate may read, as its operator configured it (formats in <c>docs/sources.md</c>).</summary>
/// <param name="Accounts">Path of the <c>accounts.ndjson</c>: subscriber data, sessions, and where each account's mailbox is.</param>
/// <param name="Mail">Folder under which the mailboxes named in it are (mbox files or Maildir folders).</param>
public sealed record Sources(string Accounts, string Mail);

/// <summary>Collect and minimise in one pass over the sources: only what the scope names reaches the sink, whatever a collector offers.</summary>
public static class Collection
{
    /// <summary>Places of unreadable records that are listed for one account and category; further ones are only counted, so that a broken source cannot fill the memory.</summary>
    public const int ListedUnreadable = 1000;

    /// <summary>As <see cref="Run(IReadOnlyList{ICollector}, Scope, Func{string, string}, IRecordSink, CancellationToken)"/>, from the accounts file and the mail folder.</summary>
    public static CollectionReport Run(Sources sources, Scope scope, Func<string, string> number, IRecordSink sink, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sources);
        using var store = new MailStore(sources);
        return Run([store], scope, number, sink, cancel);
    }

    /// <summary>
    /// Resolves the selectors, reads each account's records, writes what is in scope to the sink and accounts for every record read.
    /// An item without categories resolves its selector and collects nothing; for a count, widen it first with <see cref="Counted"/>.
    /// A source is read once for each category, since the sink takes one stream after the other.
    /// </summary>
    /// <param name="collectors">What may be read; the caller disposes them.</param>
    /// <param name="scope">What is compelled.</param>
    /// <param name="number">The opaque number of an account, e.g. <c>A-7F3K2M9QXTBC</c>, by its own name.</param>
    /// <param name="sink">Where what is in scope goes.</param>
    /// <param name="cancel">Stops between records.</param>
    /// <exception cref="SourceException">A source is missing, breaks its format or ran a query that is not in its plan: names place and rule.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what the sink has so far is not complete.</exception>
    public static CollectionReport Run(IReadOnlyList<ICollector> collectors, Scope scope, Func<string, string> number, IRecordSink sink, CancellationToken cancel) =>
        Run(collectors, scope, number, sink, Minimisation.None, cancel);

    /// <summary>The same under rules of minimisation.</summary>
    internal static CollectionReport Run(IReadOnlyList<ICollector> collectors, Scope scope, Func<string, string> number, IRecordSink sink, Minimisation minimisation, CancellationToken cancel) =>
        Run(collectors, scope, number, sink, null, null, minimisation, cancel);

    /// <summary>As the other, with what makes it go on where an earlier attempt stood.</summary>
    /// <param name="collectors">What may be read.</param>
    /// <param name="scope">What is compelled.</param>
    /// <param name="number">The opaque number of an account.</param>
    /// <param name="sink">Where what is in scope goes: the spool, where there is one.</param>
    /// <param name="spool">Keeps what was collected; <c>null</c> where nothing is kept.</param>
    /// <param name="passed">Is told how many bytes of the sources were read, and of how many as far as that is known.</param>
    /// <param name="minimisation">What is masked, held back and left out; the same as when it was begun.</param>
    /// <param name="cancel">Stops between records.</param>
    /// <exception cref="CannotResumeException">The sources are not as they were; delete the spool and begin anew.</exception>
    internal static CollectionReport Run(IReadOnlyList<ICollector> collectors, Scope scope, Func<string, string> number, IRecordSink sink, Spool? spool, Action<long, long>? passed, Minimisation minimisation, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(collectors);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(number);
        ArgumentNullException.ThrowIfNull(sink);

        var found = SelectorLookup.Run(collectors, scope, cancel);
        var selectors = scope.Items.Select((item, i) => new SelectorResult(i, [.. found[item.Selector].Accounts.Select(number)]) { Why = found[item.Selector].Why }).ToList();
        var readings = Readings(collectors, scope, found).ToList();
        var before = spool?.State;
        if (before is not null && !(SameSelectors(before.Selectors, selectors) && Fit(before, readings, number)))
            throw new CannotResumeException("the accounts are not those any more that were found when it was begun");
        if (before is not null && before.Minimisation != minimisation.Rules.Digest)
            throw new CannotResumeException("the rules of minimisation are others than when it was begun");
        var results = new List<AccountResult>(before?.Finished ?? []);
        var begun = before?.Begun;
        var sizes = passed is null && spool is null ? [] : readings.Select(reading => reading.Collector.Size(reading.Account, reading.Category)).ToList();
        var done = sizes.Take(results.Count).Sum();
        foreach (var (account, reaching, category, items, collector) in readings.Skip(results.Count))
        {
            var query = collector.ReadText(category)!;
            var stream = new CategoryStream(number(account), category, collector, sink, minimisation, Own(account, reaching, found), begun);
            var ranges = new TimeRanges(items, category);
            var run = new CollectorRun((text, _) => Planned(collector, query, text), cancel)
            {
                From = begun?.From,
                Passed = sizes.Count == 0 ? null : bytes =>
                {
                    spool?.Passed(done + bytes);
                    passed?.Invoke(done + bytes, sizes.Sum());
                },
            };
            begun = null;
            foreach (var record in collector.Read(account, category, ranges.Apart, run))
            {
                cancel.ThrowIfCancellationRequested();
                Take(record, items, ranges, stream, cancel);
                if (spool is { IsDue: true } && record is not SourceFile && record.Resume is { } from)
                    spool.Close(new CollectionState(selectors, results, stream.Begun(from), IsComplete: false) { Minimisation = minimisation.Rules.Digest });
            }
            results.Add(stream.Finish());
            done += sizes.Count == 0 ? 0 : sizes[results.Count - 1];
            if (spool is { IsDue: true })
                spool.Close(new CollectionState(selectors, results, null, IsComplete: false) { Minimisation = minimisation.Rules.Digest });
        }
        if (before is not { IsComplete: true })
            spool?.Complete(new CollectionState(selectors, results, null, IsComplete: true) { Minimisation = minimisation.Rules.Digest });
        return new CollectionReport(selectors, results) { Minimisation = minimisation.Rules.Digest };
    }

    /// <summary>What is read, in order: each account's categories, from each collector that serves them.</summary>
    private static IEnumerable<(string Account, List<ScopeItem> Reaching, DataCategory Category, List<ScopeItem> Items, ICollector Collector)> Readings(IReadOnlyList<ICollector> collectors, Scope scope, Dictionary<Selector, AccountsOf> found) =>
        from reach in SelectorLookup.Accounts(scope, found)
        from category in Enum.GetValues<DataCategory>()
        let items = reach.Items.Where(item => item.Categories.Contains(category)).ToList()
        where items.Count > 0
        from collector in collectors
        where collector.ReadText(category) is not null
        select (reach.Account, reach.Items, category, items, collector);

    private static bool SameSelectors(IReadOnlyList<SelectorResult> before, List<SelectorResult> now) =>
        before.Count == now.Count && before.Zip(now).All(pair => pair.First.Item == pair.Second.Item && pair.First.Why == pair.Second.Why && pair.First.Accounts.SequenceEqual(pair.Second.Accounts));

    private static bool Fit(CollectionState before, List<(string Account, List<ScopeItem> Reaching, DataCategory Category, List<ScopeItem> Items, ICollector Collector)> readings, Func<string, string> number)
    {
        var known = before.Begun is { } begun ? [.. before.Finished, begun.SoFar] : before.Finished;
        return known.Count <= readings.Count && known.Zip(readings).All(pair =>
            pair.First.Account == number(pair.Second.Account) && pair.First.Category == pair.Second.Category && (pair.First.Source ?? "") == pair.Second.Collector.Name);
    }

    /// <summary>What is the account's own, lower case: its name, the selectors that led to it, and what its sources know of it.</summary>
    private static HashSet<string> Own(string account, List<ScopeItem> reaching, Dictionary<Selector, AccountsOf> found) =>
        [account.ToLowerInvariant(), .. reaching.Where(item => item.Selector.Kind is SelectorKind.Mailbox or SelectorKind.Telephone).Select(item => item.Selector.Value.ToLowerInvariant()), .. reaching.SelectMany(item => found[item.Selector].Own.GetValueOrDefault(account) ?? []).Select(address => address.ToLowerInvariant())];

    /// <summary>The scope that a count runs over: an item without categories is counted for all four.</summary>
    public static Scope Counted(Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new Scope([.. scope.Items.Select(i => i.Categories.Count == 0 ? i with { Categories = Enum.GetValues<DataCategory>() } : i)]);
    }

    internal static void Planned(ICollector collector, string planned, string ran)
    {
        if (ran != planned) throw new SourceException($"the collector \"{collector.Name}\" was about to run another query than the one that its plan shows");
    }

    private static void Take(SourceRecord record, List<ScopeItem> items, TimeRanges ranges, CategoryStream stream, CancellationToken cancel)
    {
        switch (record)
        {
            case SourceFault fault:
                stream.Unreadable(fault.Place, fault.Reason);
                break;
            case SourceSession session:
                if (items.Exists(item => AccountRecords.InScope(session.Session, item))) stream.InScope(session);
                else stream.OutOfScope();
                break;
            case SourceRow when stream.Category == DataCategory.Subscriber:
                stream.InScope((SourceRow)record);
                break;
            case SourceRow row:
                if (row.Time is null && !ranges.Everything) stream.Unreadable(row.Place, "nothing in it gives its time, so it is neither in nor out of the time range");
                else if (!ranges.Contains(row.Time)) stream.OutOfScope();
                else if (stream.Holds(row)) stream.LeftOut(Minimisation.Privileged);
                else stream.InScope(row);
                break;
            case SourceMessage message:
                var time = message.Time;
                if (time is null && !ranges.Everything)
                {
                    stream.Unreadable(message.Place, "no Received, From line, Date or file name gives its time, so it is neither in nor out of the time range");
                }
                else if (!ranges.Contains(time?.At))
                {
                    stream.OutOfScope();
                }
                else if (stream.Holds(message))
                {
                    stream.LeftOut(Minimisation.Privileged);
                }
                else
                {
                    stream.Judged(time?.Basis);
                    stream.InScope(message, time, cancel);
                }
                break;
            case SourceFile file:
                if (ranges.Contains(file.Time.First, file.Time.End) is not { } inside) stream.Unreadable(file.Place, "only its day is known, and a time range begins or ends within it");
                else if (inside) stream.InScope(file, cancel);
                else stream.OutOfScope();
                break;
            default:
                throw new SourceException($"a record of a kind that the gate does not know ({record.GetType().Name})");
        }
    }
}

/// <summary>Asks every collector that can for the accounts that the scope's selectors name.</summary>
internal static class SelectorLookup
{
    /// <summary>What each selector comes to, from all collectors together.</summary>
    public static Dictionary<Selector, AccountsOf> Run(IReadOnlyList<ICollector> collectors, Scope scope, CancellationToken cancel)
    {
        var found = scope.Items.Select(item => item.Selector).Distinct().ToDictionary(selector => selector, _ => (Accounts: new List<string>(), Own: new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), Why: (string?)null, Asked: false));
        foreach (var collector in collectors)
        {
            var selectors = found.Keys.Where(selector => WantedSelectors.WhyNot(selector) is null && collector.FindText(selector.Kind) is not null).ToList();
            if (selectors.Count == 0) continue;
            var texts = selectors.Select(selector => collector.FindText(selector.Kind)!).ToHashSet(StringComparer.Ordinal);
            var answers = collector.Find(selectors, new CollectorRun((text, _) => Collection.Planned(collector, texts.Contains(text) ? text : "", text), cancel));
            if (answers.Count != selectors.Count) throw new SourceException($"the collector \"{collector.Name}\" answered {answers.Count} selectors where {selectors.Count} were asked");
            for (var i = 0; i < selectors.Count; i++)
            {
                var (accounts, own, why, _) = found[selectors[i]];
                foreach (var account in answers[i].Accounts)
                {
                    if (account.Length == 0 || (selectors[i].Kind == SelectorKind.Account && account != selectors[i].Value))
                        throw new SourceException($"the collector \"{collector.Name}\" found an account of another name than the one that was asked for");
                    if (!accounts.Contains(account)) accounts.Add(account);
                    if (answers[i].Own.TryGetValue(account, out var known)) own[account] = [.. own.GetValueOrDefault(account) ?? [], .. known];
                }
                found[selectors[i]] = (accounts, own, why ?? answers[i].Why, true);
            }
        }
        return found.ToDictionary(f => f.Key, f => One(f.Key, f.Value));
    }

    /// <summary>The accounts in order of first mention, each with the items that lead to it.</summary>
    public static IEnumerable<(string Account, List<ScopeItem> Items)> Accounts(Scope scope, Dictionary<Selector, AccountsOf> found)
    {
        var order = new List<string>();
        var items = new Dictionary<string, List<ScopeItem>>(StringComparer.Ordinal);
        foreach (var item in scope.Items)
        {
            foreach (var account in found[item.Selector].Accounts)
            {
                if (!items.TryGetValue(account, out var reaching))
                {
                    items[account] = reaching = [];
                    order.Add(account);
                }
                reaching.Add(item);
            }
        }
        return order.Select(account => (account, items[account]));
    }

    private static AccountsOf One(Selector selector, (List<string> Accounts, Dictionary<string, IReadOnlyList<string>> Own, string? Why, bool Asked) found) => found.Accounts.Count switch
    {
        0 => new AccountsOf([], WantedSelectors.WhyNot(selector) ?? (found.Asked ? found.Why : "no source of this gate can look up this kind of identifier")),
        // Two accounts at one address, port and instant: one of the records is wrong, and guessing would name an innocent person.
        > 1 when selector.Kind == SelectorKind.IpAddress => new AccountsOf([], $"{found.Accounts.Count} accounts have a session at this address, port and time"),
        > 1 when selector.Kind == SelectorKind.Mailbox => throw new SourceException("two accounts of the gate's sources have one of the addresses asked for, so it is not known whose it is. Nothing was collected."),
        _ => new AccountsOf(found.Accounts) { Own = found.Own },
    };
}

/// <summary>The union of the items' time ranges.</summary>
internal sealed class TimeRanges
{
    public TimeRanges(IReadOnlyList<ScopeItem> items, DataCategory category)
    {
        Everything = items.Any(i => i.From is null && i.To is null);
        var apart = new List<TimeRange>();
        foreach (var range in items.Select(item => Asked(item, category)).OrderBy(range => range.From ?? DateTimeOffset.MinValue))
        {
            if (apart.Count > 0 && (apart[^1].To is not { } end || range.From is null || range.From <= end))
                apart[^1] = apart[^1] with { To = apart[^1].To is null || range.To is null ? null : range.To > apart[^1].To ? range.To : apart[^1].To };
            else apart.Add(range);
        }
        Apart = apart;
    }

    /// <summary>One item has no bound at all, so that a record's time does not matter.</summary>
    public bool Everything { get; }

    /// <summary>The same as ranges that do not touch, ascending.</summary>
    public IReadOnlyList<TimeRange> Apart { get; }

    /// <summary>The range in which a source is asked for an item. Who used an IP address then is asked of that instant.</summary>
    public static TimeRange Asked(ScopeItem item, DataCategory category) => category switch
    {
        DataCategory.Subscriber => new TimeRange(null, null),
        DataCategory.Identification when item is { Selector: { Kind: SelectorKind.IpAddress, At: { } at }, From: null, To: null } => new TimeRange(at, at.AddSeconds(1)),
        _ => new TimeRange(item.From, item.To),
    };

    public bool Contains(DateTimeOffset? at)
    {
        if (Everything) return true;
        foreach (var range in Apart)
            if ((range.From is null || at >= range.From) && (range.To is null || at < range.To)) return at is not null;
        return false;
    }

    /// <summary>Whether a span is inside; <c>null</c> when a part is and a part is not. A span without length is an instant.</summary>
    public bool? Contains(DateTimeOffset first, DateTimeOffset end)
    {
        if (Everything) return true;
        if (end <= first) return Contains(first);
        foreach (var range in Apart)
        {
            if ((range.From is { } from && end <= from) || (range.To is { } to && first >= to)) continue;
            return (range.From is null || first >= range.From) && (range.To is null || end <= range.To) ? true : null;
        }
        return false;
    }
}

/// <summary>One account's stream of one category on its way to the sink, with its counts. The sink hears of it only when there is a record.</summary>
internal sealed class CategoryStream
{
    private readonly string account;
    private readonly DataCategory category;
    private readonly ICollector collector;
    private readonly IRecordSink sink;
    private readonly List<Unreadable> _unreadable = [];
    private readonly long[] _bases = new long[Enum.GetValues<TimeBasis>().Length];
    private readonly SortedDictionary<string, long> _fieldsLeftOut = new(StringComparer.Ordinal), _leftOut = new(StringComparer.Ordinal);
    private readonly Minimisation minimisation;
    private readonly IReadOnlySet<string> own;
    private readonly RowFields _fields;
    private readonly TrafficRecord _traffic = new();
    private long _inScope, _outOfScope, _unreadableTotal, _bytes, _attachmentsLeftOut;
    private string? _extension;
    private MboxrdWriter? _mbox;
    private FileArchive? _archive;

    /// <summary>A stream at its beginning, or where an earlier attempt stood: whatever it counts, it counts on.</summary>
    public CategoryStream(string account, DataCategory category, ICollector collector, IRecordSink sink, Minimisation minimisation, IReadOnlySet<string> own, BegunReading? begun = null)
    {
        (this.account, this.category, this.collector, this.sink, this.minimisation, this.own) = (account, category, collector, sink, minimisation, own);
        _fields = collector.Fields(category);
        if (begun is null) return;
        var soFar = begun.SoFar;
        (_inScope, _outOfScope, _unreadableTotal, _bytes, _extension) = (soFar.InScope, soFar.OutOfScope, soFar.UnreadableTotal, soFar.Bytes, begun.Extension);
        _unreadable.AddRange(soFar.Unreadable);
        foreach (var time in soFar.Times) _bases[(int)time.Basis] = time.Messages;
        _attachmentsLeftOut = soFar.AttachmentsLeftOut;
        foreach (var left in soFar.LeftOut) _leftOut[left.Reason] = left.Count;
        foreach (var field in soFar.FieldsLeftOut) _fieldsLeftOut[field.Field] = field.Rows;
    }

    public DataCategory Category => category;

    /// <summary>Where it stands between two records.</summary>
    public BegunReading Begun(string from) => new(Result(), _extension, from);

    public void InScope(SourceRow row)
    {
        Begin("ndjson");
        if (category == DataCategory.Traffic && minimisation.Rules.MaskTraffic) row = minimisation.Masked(row, _fields.Parties, own);
        foreach (var (name, value) in row.Fields)
            if (value is not null && !_fields.Names.Contains(name)) _fieldsLeftOut[name] = _fieldsLeftOut.GetValueOrDefault(name) + 1;
        Write(AccountRecords.Row(row, _fields.Names));
        sink.EndRecord();
    }

    public void InScope(SourceSession session)
    {
        Only(DataCategory.Identification, "a session");
        Begin("ndjson");
        Write(AccountRecords.Session(session.Session));
        sink.EndRecord();
    }

    public void InScope(SourceMessage message, MessageTime? time, CancellationToken cancel)
    {
        if (category == DataCategory.Traffic)
        {
            Begin("ndjson");
            Write(_traffic.Write(message, time, minimisation.Rules.MaskTraffic ? values => minimisation.Masked(values, own) : null));
        }
        else
        {
            Only(DataCategory.Content, "a message");
            Begin("mbox");
            _mbox ??= new MboxrdWriter(Write);
            _mbox.Begin(message.FromLine);
            if (minimisation.Rules.Attachments.IsNothing)
            {
                message.CopyTo(_mbox.Write, cancel);
            }
            else
            {
                var filter = new AttachmentFilter(minimisation.Rules.Attachments, message.Headers, _mbox.Write);
                message.CopyTo(filter.Write, cancel);
                filter.End();
                _attachmentsLeftOut += filter.LeftOut;
            }
            _mbox.End();
        }
        sink.EndRecord();
    }

    public void InScope(SourceFile file, CancellationToken cancel)
    {
        Only(DataCategory.Content, "a file");
        Begin("tar");
        // A record ends where the next begins, so that the end of the archive belongs to the last.
        if (_archive is not null) sink.EndRecord();
        _archive ??= new FileArchive(Write);
        _archive.Add(file, cancel);
    }

    public void OutOfScope() => _outOfScope++;

    /// <summary>Whether a record is held back.</summary>
    public bool Holds(SourceMessage message) => minimisation.Holds(message);

    /// <inheritdoc cref="Holds(SourceMessage)"/>
    public bool Holds(SourceRow row) => minimisation.Holds(row, _fields.Parties);

    public void LeftOut(string reason) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + 1;

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
        if (_archive is not null)
        {
            _archive.End();
            sink.EndRecord();
        }
        if (_inScope > 0) sink.End();
        return Result();
    }

    private AccountResult Result() => new(account, category, _inScope, _outOfScope, [.. _unreadable], _bytes)
    {
        Source = collector.Name.Length > 0 ? collector.Name : null,
        UnreadableTotal = _unreadableTotal,
        Times = [.. Enum.GetValues<TimeBasis>().Where(b => _bases[(int)b] > 0).Select(b => new BasisCount(b, _bases[(int)b]))],
        LeftOut = [.. _leftOut.Select(left => new LeftOut(left.Key, left.Value))],
        AttachmentsLeftOut = _attachmentsLeftOut,
        FieldsLeftOut = [.. _fieldsLeftOut.Select(field => new FieldCount(field.Key, field.Value))],
    };

    /// <summary>One stream is of one form; what of a collector does not fit its category is an error of the collector, not a record.</summary>
    private void Only(DataCategory fits, string what)
    {
        if (category != fits) throw new SourceException($"the collector \"{collector.Name}\" offered {what} as {CollectorSettings.Word(category)}");
    }

    private void Begin(string extension)
    {
        if (_extension is { } before && before != extension) throw new SourceException($"the collector \"{collector.Name}\" offered records of two forms as {CollectorSettings.Word(category)}");
        _extension = extension;
        if (_inScope++ > 0) return;
        var name = category switch
        {
            DataCategory.Subscriber => "subscriber",
            DataCategory.Identification => "sessions",
            DataCategory.Traffic => "traffic",
            _ => extension == "tar" ? "files" : "content",
        };
        sink.Begin(collector.Name.Length > 0 ? $"{account}/{name}-{collector.Name}" : $"{account}/{name}", extension);
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
