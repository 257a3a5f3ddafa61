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
                if (spool is { IsDue: true } && record.Resume is { } from)
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
                else stream.InScope(row, ranges.Masks(row.Time));
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
                    stream.InScope(message, time, ranges.Masks(time?.At), cancel);
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
