using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors.Tests;

/// <summary>The test kit against collectors that are wrong on purpose, each in one way: it must name the rule.</summary>
public class WrongCollectorTests
{
    private static int written;

    [Fact]
    public void A_right_collector_passes() => Assert.Empty(CollectorTrial.Run(Shelf.Trial(() => new Shelf())));

    public static TheoryData<TrialRule, string> Wrong => new()
    {
        { TrialRule.TimeRanges, "leaves out the record at from" },
        { TrialRule.TimeRanges, "takes times for another zone's" },
        { TrialRule.TimeRanges, "forgets the second range" },
        { TrialRule.Scope, "gives another account's records" },
        { TrialRule.Scope, "takes an account's name for a prefix" },
        { TrialRule.Scope, "gives a record twice" },
        { TrialRule.Accounting, "keeps the last record to itself" },
        { TrialRule.Determinism, "shuffles" },
        { TrialRule.Cancel, "swallows the cancelling" },
        { TrialRule.Unreadable, "skips what has no time" },
        { TrialRule.Unreadable, "gives a time to what has none" },
        { TrialRule.Selectors, "takes a selector for a pattern" },
        { TrialRule.Selectors, "takes a selector into its query" },
        { TrialRule.Selectors, "trims selectors" },
        { TrialRule.Plan, "runs another query than it shows" },
        { TrialRule.Plan, "does not say what it runs" },
        { TrialRule.Plan, "asks for more time than it was given" },
        { TrialRule.Plan, "looks at the source for its plan" },
        { TrialRule.ReadOnly, "marks what it has read" },
        { TrialRule.Memory, "reads everything before it gives anything" },
        { TrialRule.Fields, "declares a body a field of traffic" },
        { TrialRule.Resume, "goes on one record too far" },
        { TrialRule.Resume, "goes on one record too early" },
        { TrialRule.Resume, "begins at the beginning" },
        { TrialRule.Resume, "goes on in another order" },
        { TrialRule.Resume, "forgets where it was" },
        { TrialRule.Resume, "gives one place for all records" },
        { TrialRule.Resume, "gives nothing behind the second range's records" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_collector_is_caught_by_the_name_of_the_rule(TrialRule rule, string way)
    {
        var source = Shelf.Trial(() => new WrongShelf(way), () => written.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (way == "looks at the source for its plan")
            source = source with { Away = () => new WrongShelf(way) { IsAway = true } };
        if (rule == TrialRule.Resume)
            source = source with { Resumes = true };
        if (rule == TrialRule.Memory)
            source = source with { Bulk = new TrialBulk(() => new Bulk(holds: true), "acc-1", DataCategory.Traffic, 32 << 20) };
        Assert.Contains(CollectorTrial.Run(source), finding => finding.Rule == rule);
    }

    [Fact]
    public void A_collector_that_goes_on_where_it_was_passes() => Assert.Empty(CollectorTrial.Run(Shelf.Trial(() => new WrongShelf("goes on where it was")) with { Resumes = true }));

    [Fact]
    public void A_large_account_passes_when_it_is_read_as_it_goes()
    {
        var source = Shelf.Trial(() => new Shelf()) with { Bulk = new TrialBulk(() => new Bulk(holds: false), "acc-1", DataCategory.Traffic, 32 << 20) };
        Assert.Empty(CollectorTrial.Run(source));
    }

    [Fact]
    public void The_gate_itself_refuses_a_query_that_was_not_shown()
    {
        using var shelf = new WrongShelf("runs another query than it shows");
        var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Mailbox, "maeve@mail.example"), [DataCategory.Traffic], null, null)]);
        var refused = Assert.Throws<SourceException>(() => Collection.Run([shelf], scope, name => name, new CountSink(), CancellationToken.None));
        Assert.Contains("another query", refused.Message, StringComparison.Ordinal);
    }

    private sealed class WrongShelf(string way) : Shelf
    {
        public bool IsAway { get; init; }

        public override string? ReadText(DataCategory category) => base.ReadText(category) is not { } text ? null : way == "looks at the source for its plan" ? $"{text} (of {(IsAway ? 0 : Rows.Count)} rows)" : text;

        public override RowFields Fields(DataCategory category) => way == "declares a body a field of traffic" ? new(["key", "at", "note"], []) : base.Fields(category);

        public override IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => way switch
        {
            "takes a selector for a pattern" => base.Find([.. selectors.Select(selector => selector.Value is "%" or "*" ? selector with { Value = "maeve@mail.example" } : selector)], run),
            "takes a selector into its query" => base.Find([.. selectors.Select(selector => selector with { Value = selector.Value.Split('\'')[0] })], run),
            "trims selectors" => base.Find([.. selectors.Select(selector => selector with { Value = selector.Value.Trim() })], run),
            _ => base.Find(selectors, run),
        };

        public override IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
        {
            switch (way)
            {
                case "leaves out the record at from":
                    return base.Read(account, category, ranges, run).Where(record => !ranges.Any(range => ((SourceRow)record).Time is { } at && at == range.From));
                case "takes times for another zone's":
                    return base.Read(account, category, ranges, run).Select(record => new SourceRow(record.Place, ((SourceRow)record).Time?.AddHours(1), ((SourceRow)record).Fields));
                case "forgets the second range":
                    foreach (var range in ranges)
                        run.Ran(ReadText(category)!, QueryPlan.Of(account, range));
                    return base.Read(account, category, [ranges[0]], run with { Ran = (_, _) => { } });
                case "gives another account's records":
                    return base.Read(account, category, ranges, run).Concat(Rows.Where(row => row.Account == "acc-10").Select(Row));
                case "takes an account's name for a prefix":
                    _ = base.Read(account, category, ranges, run).Count();
                    return Rows.Where(row => row.Account.StartsWith(account, StringComparison.Ordinal)).Select(Row);
                case "gives a record twice":
                    return base.Read(account, category, ranges, run).SelectMany(record => new[] { record, record });
                case "keeps the last record to itself":
                    return base.Read(account, category, ranges, run).SkipLast(1);
                case "shuffles":
                    return base.Read(account, category, ranges, run).OrderBy(_ => Random.Shared.Next());
                case "swallows the cancelling":
                    return base.Read(account, category, ranges, run with { Cancel = CancellationToken.None });
                case "skips what has no time":
                    return base.Read(account, category, ranges, run).Where(record => ((SourceRow)record).Time is not null);
                case "gives a time to what has none":
                    return base.Read(account, category, ranges, run).Select(record => new SourceRow(record.Place, ((SourceRow)record).Time ?? Start, ((SourceRow)record).Fields));
                case "runs another query than it shows":
                    return base.Read(account, category, ranges, run with { Ran = (text, parameters) => run.Ran(text + " or 1 = 1", parameters) });
                case "does not say what it runs":
                    return base.Read(account, category, ranges, run with { Ran = (_, _) => { } });
                case "asks for more time than it was given":
                    return base.Read(account, category, [.. ranges.Select(range => new TimeRange(range.From?.AddDays(-1), range.To))], run);
                case "goes on where it was":
                    return Placed(At(run) + 1);
                case "goes on one record too far":
                    return Placed(run.From is null ? 0 : At(run) + 2);
                case "goes on one record too early":
                    return Placed(Math.Max(0, At(run)));
                case "begins at the beginning":
                    return Placed(0);
                case "goes on in another order":
                    return run.From is null ? Placed(0) : Placed(At(run) + 1).Reverse();
                case "forgets where it was":
                    return base.Read(account, category, ranges, run);
                case "gives one place for all records":
                    return Placed(At(run) + 1, _ => "0");
                case "gives nothing behind the second range's records":
                    return ranges.Count > 1 && At(run) >= 2 ? [] : Placed(At(run) + 1);
                case "marks what it has read":
                    written++;
                    return base.Read(account, category, ranges, run);
                default:
                    return base.Read(account, category, ranges, run);
            }

            static int At(CollectorRun run) => run.From is { } from ? int.Parse(from, System.Globalization.CultureInfo.InvariantCulture) : -1;

            IEnumerable<SourceRecord> Placed(int begin, Func<int, string>? place = null) => base.Read(account, category, ranges, run)
                .Select((record, i) => (SourceRecord)new SourceRow(record.Place, ((SourceRow)record).Time, ((SourceRow)record).Fields) { Resume = place?.Invoke(i) ?? i.ToString(System.Globalization.CultureInfo.InvariantCulture) }).Skip(begin);
        }
    }

    /// <summary>Many records, made as they are asked for or all at once.</summary>
    private sealed class Bulk(bool holds) : Shelf
    {
        public override IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
        {
            run.Ran(ReadText(category)!, QueryPlan.Of(account, ranges));
            var records = Enumerable.Range(0, 36 << 10).Select(i => (SourceRecord)new SourceRow($"{i}", Start, [new("key", new string('k', 1024)), new("at", Start)]));
            return holds ? records.ToList() : records;
        }
    }
}
