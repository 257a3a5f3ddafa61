using System.Globalization;
using System.Text;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>The test kit: holds a collector to the contract of <see cref="ICollector"/> over a source of which everything is known.</summary>
public static class CollectorTrial
{
    private static readonly DataCategory[] Categories = Enum.GetValues<DataCategory>();

    /// <summary>Tries everything; gives what is wrong, nothing where all is well.</summary>
    public static IReadOnlyList<TrialFinding> Run(TrialSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var findings = new List<TrialFinding>();
        var before = source.State();
        using (var shown = source.Open())
        {
            var served = Categories.Where(category => shown.ReadText(category) is not null).ToList();
            foreach (var category in served) Try(TrialRule.TimeRanges, () => Ranges(source, category, findings));
            Try(TrialRule.Determinism, () => Twice(source, served, findings));
            foreach (var category in served) Try(TrialRule.Resume, () => ResumeTrial.Run(source, category, findings));
            if (source.Resumes && served.All(category => !ResumeTrial.SaysWhere(source, category))) findings.Add(new(TrialRule.Resume, "no record says where a later reading goes on"));
            foreach (var category in served.Where(category => source.Records.Count(record => record.Category == category && !record.Faulty) >= 3)) Try(TrialRule.Cancel, () => Cancelled(source, category, findings));
        }
        Try(TrialRule.Selectors, () => Selectors(source, findings));
        Try(TrialRule.Plan, () => Plans(source, findings));
        if (source.Bulk is { } bulk) Try(TrialRule.Memory, () => Memory(bulk, findings));
        if (source.State() != before) findings.Add(new(TrialRule.ReadOnly, "the source is not what it was before"));
        return findings;

        void Try(TrialRule rule, Action trial)
        {
            try
            {
                trial();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                findings.Add(new(rule, $"it threw {e.GetType().Name}: {e.Message}"));
            }
        }
    }

    /// <summary>Every pair of record times as a range, open ends, and two ranges at once: exactly what is in them comes out, and all that was offered is accounted for.</summary>
    private static void Ranges(TrialSource source, DataCategory category, List<TrialFinding> findings)
    {
        var records = source.Records.Where(record => record.Category == category).ToList();
        var times = records.Where(record => !record.Faulty).SelectMany(record => new[] { record.Time, record.Until }).OfType<DateTimeOffset>().Distinct().Order().Take(7).ToList();
        var all = new List<IReadOnlyList<TimeRange>> { new TimeRange[] { new(null, null) } };
        if (category != DataCategory.Subscriber && times.Count > 0)
        {
            all.AddRange(times.SelectMany((from, i) => times.Skip(i + 1).Select(to => (IReadOnlyList<TimeRange>)[new(from, to)])));
            all.AddRange(times.Select(from => (IReadOnlyList<TimeRange>)[new(from, from.AddMilliseconds(1))]));
            all.Add([new(times[^1], null)]);
            all.Add([new(null, times[^1])]);
            all.Add([new(times[0], times[times.Count / 2]), new(times[^1], times[^1].AddDays(1))]);
            all.Add([new(times[0], times[^1]), new(times[times.Count / 2], times[^1].AddMilliseconds(1))]);
            all.Add([new(times[^1].AddYears(5), times[^1].AddYears(6))]);
        }
        foreach (var ranges in all)
        {
            var ran = Collect(source.Open, source.Account, [category], ranges);
            Judge(source, category, records, ranges, ran, findings);
        }
    }

    private static void Judge(TrialSource source, DataCategory category, List<TrialRecord> records, IReadOnlyList<TimeRange> ranges, Collected ran, List<TrialFinding> findings)
    {
        var asked = $"{category}, {string.Join(" and ", ranges.Select(range => $"{Word(range.From)} to {Word(range.To)}"))}";
        var everything = ranges.Any(range => range is { From: null, To: null });
        foreach (var record in records)
        {
            var expected = everything || category == DataCategory.Subscriber || ranges.Any(range => In(record, range));
            var seen = ran.Records.Count(bytes => bytes.Contains(record.Marker, StringComparison.Ordinal));
            if (record.Faulty)
            {
                if (seen > 0 && !everything) findings.Add(new(TrialRule.Unreadable, $"{asked}: {record.Marker} has no time that can be read, and was written"));
            }
            else if (seen > 1) findings.Add(new(TrialRule.Scope, $"{asked}: {record.Marker} was written {seen} times"));
            else if ((seen == 1) != expected) findings.Add(new(TrialRule.TimeRanges, $"{asked}: {record.Marker} of {Word(record.Time)} was {(expected ? "not " : "")}written"));
        }
        foreach (var foreign in source.Foreign.Where(foreign => ran.Records.Any(bytes => bytes.Contains(foreign, StringComparison.Ordinal))))
            findings.Add(new(TrialRule.Scope, $"{asked}: {foreign} of another account was written"));
        if (category != DataCategory.Content)
        {
            foreach (var content in source.Contents.Where(content => ran.Records.Any(bytes => bytes.Contains(content, StringComparison.OrdinalIgnoreCase))))
                findings.Add(new(TrialRule.Fields, $"{asked}: {content} of a subject or body was written"));
        }
        var results = ran.Report.Accounts;
        var (inScope, unreadable) = (results.Sum(result => result.InScope), results.Sum(result => result.UnreadableTotal));
        if (inScope + results.Sum(result => result.OutOfScope + result.LeftOut.Sum(left => left.Count)) + unreadable != ran.Offered)
            findings.Add(new(TrialRule.Accounting, $"{asked}: {ran.Offered} records were offered, and the counts give another sum"));
        if (everything && inScope + unreadable != records.Count)
            findings.Add(new(TrialRule.Accounting, $"{asked}: the source has {records.Count} records, {inScope} were written and {unreadable} named as unreadable"));
        if (!everything && unreadable != records.Count(record => record.Faulty))
            findings.Add(new(TrialRule.Unreadable, $"{asked}: {records.Count(record => record.Faulty)} records cannot be read, and {unreadable} are named"));
        if (results.SelectMany(result => result.Unreadable).Any(one => one.Place.Length == 0 || one.Reason.Length == 0))
            findings.Add(new(TrialRule.Unreadable, $"{asked}: an unreadable record has no place or no reason"));
        Queries(source, category, ranges, ran, asked, findings);
    }

    /// <summary>What was run is what the plan shows: the text, the account, and bounds that are those asked for.</summary>
    private static void Queries(TrialSource source, DataCategory category, IReadOnlyList<TimeRange> ranges, Collected ran, string asked, List<TrialFinding> findings)
    {
        if (ran.BeforeFirstQuery) findings.Add(new(TrialRule.Plan, $"{asked}: a record was offered before the query was said"));
        if (ran.Queries.Count == 0) findings.Add(new(TrialRule.Plan, $"{asked}: no query was said"));
        var apart = category == DataCategory.Subscriber ? [new TimeRange(null, null)] : Apart(ranges);
        var bounds = ran.Queries.Where(query => query.Parameters.ContainsKey("from")).ToList();
        foreach (var (text, parameters) in ran.Queries)
        {
            if (text != ran.Shown) findings.Add(new(TrialRule.Plan, $"{asked}: another query was run than was shown"));
            if (!parameters.TryGetValue("account", out var account) || account != source.Account) findings.Add(new(TrialRule.Plan, $"{asked}: a query was run for another account, or names none"));
        }
        var expected = QueryPlan.Of("", apart);
        if (bounds.Count > 0 && (string.Join(", ", bounds.Select(query => query.Parameters["from"])) != expected["from"] || string.Join(", ", bounds.Select(query => query.Parameters.GetValueOrDefault("to"))) != expected["to"]))
            findings.Add(new(TrialRule.Plan, $"{asked}: the queries had other bounds than were asked for"));
    }

    private static void Twice(TrialSource source, List<DataCategory> served, List<TrialFinding> findings)
    {
        foreach (var category in served)
        {
            var (one, two) = (Collect(source.Open, source.Account, [category], [new(null, null)]), Collect(source.Open, source.Account, [category], [new(null, null)]));
            if (!one.Records.SequenceEqual(two.Records)) findings.Add(new(TrialRule.Determinism, $"{category}: two readings gave different bytes"));
        }
    }

    private static void Cancelled(TrialSource source, DataCategory category, List<TrialFinding> findings)
    {
        using var cancel = new CancellationTokenSource();
        try
        {
            var ran = Collect(source.Open, source.Account, [category], [new(null, null)], offered => { if (offered == 1) cancel.Cancel(); }, cancel.Token);
            findings.Add(new(TrialRule.Cancel, $"{category}: cancelled at the first record, it went on to the end ({ran.Offered} records)"));
        }
        catch (OperationCanceledException)
        {
            // As it should be.
        }
        try
        {
            using var collector = source.Open();
            var run = new CollectorRun((_, _) => { }, new CancellationToken(canceled: true));
            if (collector.Read(source.Account, category, [new(null, null)], run).Any()) findings.Add(new(TrialRule.Cancel, $"{category}: with a token that was cancelled before, it offered a record"));
        }
        catch (OperationCanceledException)
        {
            // As it should be.
        }
    }

    private static void Selectors(TrialSource source, List<TrialFinding> findings)
    {
        using var collector = source.Open();
        if (source.Selectors.Count == 0)
        {
            foreach (var kind in Enum.GetValues<SelectorKind>().Where(kind => collector.FindText(kind) is not null))
                findings.Add(new(TrialRule.Selectors, $"it finds accounts by {kind}, and the source of the trial names no such selector"));
            return;
        }
        foreach (var known in source.Selectors)
        {
            var found = Find(source, known.Selector);
            if (!found.Order(StringComparer.Ordinal).SequenceEqual(known.Accounts.Order(StringComparer.Ordinal))) findings.Add(new(TrialRule.Selectors, $"{Word(known.Selector)} came to \"{string.Join(", ", found)}\" instead of \"{string.Join(", ", known.Accounts)}\""));
            foreach (var trick in Tricks(known.Selector).Where(trick => !source.Selectors.Any(other => other.Selector == trick)))
            {
                var tricked = Find(source, trick);
                if (tricked.Count > 0) findings.Add(new(TrialRule.Selectors, $"{Word(trick)} came to \"{string.Join(", ", tricked)}\""));
            }
        }
        // All at once: one answer for each, in their order.
        var together = source.Selectors.Select(known => known.Selector).ToList();
        var answers = collector.Find(together, new CollectorRun((_, _) => { }, CancellationToken.None));
        if (answers.Count != together.Count || answers.Zip(source.Selectors).Any(pair => !pair.First.Accounts.Order(StringComparer.Ordinal).SequenceEqual(pair.Second.Accounts.Order(StringComparer.Ordinal))))
            findings.Add(new(TrialRule.Selectors, "asked for all selectors at once, it answers otherwise than one by one"));
    }

    /// <summary>What looks like the selector, or like a language that the source might speak.</summary>
    private static IEnumerable<Selector> Tricks(Selector selector)
    {
        var value = selector.Value;
        if (selector.Kind == SelectorKind.IpAddress)
        {
            if (selector.Port is { } port) yield return selector with { Port = port == 65535 ? 1 : port + 1 };
            if (selector.At is { } at) yield return selector with { At = at.AddYears(-50) };
            yield break;
        }
        string[] tricks =
        [
            "%", "_", "*", "?", ".*", "", value + "%", value + "*", value + " ", " " + value, value[..^1] + "_", value[..^1] + "?", value[..^1], value + "x", "%" + value[1..],
            value + "' OR '1'='1", value + "\" OR \"1\"=\"1", value + "'--", value + "\\", value + "\n", value + "\u0000", value + ";", "' UNION SELECT '" + value, value + "{0}", value + ")", value + "/", "../" + value, "(?i)" + value,
            string.Concat(value.Select(c => c == 'a' ? '\u0430' : c)),
        ];
        foreach (var trick in tricks.Where(trick => trick != value).Distinct()) yield return selector with { Value = trick };
        // Addresses come in lower case and are compared so; an account's own name is compared byte by byte.
        if (selector.Kind == SelectorKind.Account && value.Any(char.IsAsciiLetterLower)) yield return selector with { Value = value.ToUpperInvariant() };
    }

    private static void Plans(TrialSource source, List<TrialFinding> findings)
    {
        var texts = Texts(source.Open);
        if (!texts.SequenceEqual(Texts(source.Open))) findings.Add(new(TrialRule.Plan, "two instances show different plans"));
        if (source.Away is { } away && !texts.SequenceEqual(Texts(away))) findings.Add(new(TrialRule.Plan, "without its source it shows another plan: the plan is made from configuration alone"));
        using var collector = source.Open();
        foreach (var known in source.Selectors.Where(known => collector.FindText(known.Selector.Kind) is not null))
        {
            var ran = new List<(string Text, IReadOnlyDictionary<string, string> Parameters)>();
            collector.Find([known.Selector], new CollectorRun((text, parameters) => ran.Add((text, parameters)), CancellationToken.None));
            if (ran.Count != 1 || ran[0].Text != collector.FindText(known.Selector.Kind) || !ran[0].Parameters.ToHashSet().SetEquals(QueryPlan.Of(known.Selector)))
                findings.Add(new(TrialRule.Plan, $"{Word(known.Selector)} was looked up by another query, or with other values, than is shown"));
        }

        static List<string?> Texts(Func<ICollector> open)
        {
            using var shown = open();
            return [.. Enum.GetValues<SelectorKind>().Select(shown.FindText), .. Categories.Select(shown.ReadText)];
        }
    }

    private static void Memory(TrialBulk bulk, List<TrialFinding> findings)
    {
        var floor = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0, seen = 0;
        var step = bulk.Bytes / 6;
        var sink = new MeasuringSink(bytes =>
        {
            if (bytes - seen < step) return;
            seen = bytes;
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - floor);
        });
        using (var collector = bulk.Open())
        using (var directory = new Directory(bulk.Account))
            Collection.Run([directory, collector], Scope(bulk.Account, [bulk.Category], [new(null, null)]), _ => "A-TRIAL", sink, CancellationToken.None);
        if (sink.Bytes < bulk.Bytes) findings.Add(new(TrialRule.Memory, $"{sink.Bytes} bytes came out where {bulk.Bytes} or more were to"));
        if (most > bulk.Bytes / 3) findings.Add(new(TrialRule.Memory, string.Create(CultureInfo.InvariantCulture, $"while {bulk.Bytes} bytes came out, {most} were held in memory")));
    }

    private static IReadOnlyList<string> Find(TrialSource source, Selector selector)
    {
        using var collector = source.Open();
        return collector.FindText(selector.Kind) is null ? [] : collector.Find([selector], new CollectorRun((_, _) => { }, CancellationToken.None))[0].Accounts;
    }

    private static Collected Collect(Func<ICollector> open, string account, DataCategory[] categories, IReadOnlyList<TimeRange> ranges, Action<int>? offered = null, CancellationToken cancel = default)
    {
        using var collector = new Watched(open(), offered);
        using var directory = new Directory(account);
        var sink = new RecordingSink();
        var report = Collection.Run([directory, collector], Scope(account, categories, ranges), _ => "A-TRIAL", sink, cancel);
        return new Collected(report, sink.Records, collector.Offered, collector.Queries, collector.BeforeFirstQuery, collector.ReadText(categories[0]));
    }

    private static Scope Scope(string account, DataCategory[] categories, IReadOnlyList<TimeRange> ranges) =>
        new([.. ranges.Select(range => new ScopeItem(new Selector(SelectorKind.Account, account), categories, range.From, range.To))]);

    private static bool In(TrialRecord record, TimeRange range) => record.Until is { } until
        ? (range.To is null || record.Time < range.To) && (range.From is null || until > range.From)
        : record.Time is { } at && (range.From is null || at >= range.From) && (range.To is null || at < range.To);

    private static List<TimeRange> Apart(IReadOnlyList<TimeRange> ranges)
    {
        var apart = new List<TimeRange>();
        foreach (var range in ranges.OrderBy(range => range.From ?? DateTimeOffset.MinValue))
        {
            if (apart.Count == 0 || apart[^1].To < range.From) apart.Add(range);
            else apart[^1] = new(apart[^1].From, apart[^1].To is null || range.To is null ? null : range.To > apart[^1].To ? range.To : apart[^1].To);
        }
        return apart;
    }

    private static string Word(DateTimeOffset? at) => at is { } instant ? Instant.Text(instant) : "…";

    private static string Word(Selector selector) => $"{selector.Kind} \"{selector.Value}\"";

    private sealed record Collected(
        CollectionReport Report, IReadOnlyList<string> Records, int Offered, IReadOnlyList<(string Text, IReadOnlyDictionary<string, string> Parameters)> Queries, bool BeforeFirstQuery, string? Shown);

    /// <summary>Knows the account of the trial by its name, so that a collector need not find accounts to be tried.</summary>
    private sealed class Directory(string account) : ICollector
    {
        public string Name => "trial";
        public string? FindText(SelectorKind kind) => kind == SelectorKind.Account ? "the account of the trial" : null;
        public string? ReadText(DataCategory category) => null;
        public RowFields Fields(DataCategory category) => RowFields.None;
        public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => [.. selectors.Select(selector => new AccountsOf(selector.Value == account ? [account] : []))];
        public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run) => [];
        public void Dispose()
        {
        }
    }

    /// <summary>A collector with somebody looking on. Accounts are the kit's, so it finds none.</summary>
    private sealed class Watched(ICollector inner, Action<int>? offered) : ICollector
    {
        public int Offered { get; private set; }
        public bool BeforeFirstQuery { get; private set; }
        public List<(string Text, IReadOnlyDictionary<string, string> Parameters)> Queries { get; } = [];
        public string Name => inner.Name;
        public string? FindText(SelectorKind kind) => null;
        public string? ReadText(DataCategory category) => inner.ReadText(category);
        public RowFields Fields(DataCategory category) => inner.Fields(category);
        public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => [];

        public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
        {
            // The gate would stop at a query that was not shown; here it is written down, to say all that is wrong at once.
            var watched = run with { Ran = (text, parameters) => Queries.Add((text, parameters)) };
            foreach (var record in inner.Read(account, category, ranges, watched))
            {
                BeforeFirstQuery |= Queries.Count == 0;
                Offered++;
                yield return record;
                offered?.Invoke(Offered);
            }
        }

        public void Dispose() => inner.Dispose();
    }

    private sealed class RecordingSink : IRecordSink
    {
        private readonly List<byte> record = [];
        public List<string> Records { get; } = [];

        public void Begin(string name, string extension)
        {
        }

        public void Write(ReadOnlySpan<byte> piece) => record.AddRange(piece);

        public void EndRecord()
        {
            Records.Add(Encoding.Latin1.GetString(record.ToArray()));
            record.Clear();
        }

        public void End()
        {
        }
    }

    private sealed class MeasuringSink(Action<long> at) : IRecordSink
    {
        public long Bytes { get; private set; }

        public void Begin(string name, string extension)
        {
        }

        public void Write(ReadOnlySpan<byte> piece) => Bytes += piece.Length;

        public void EndRecord() => at(Bytes);

        public void End()
        {
        }
    }
}
