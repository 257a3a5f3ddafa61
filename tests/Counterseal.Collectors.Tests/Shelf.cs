using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors.Tests;

/// <summary>A source in memory, as a company's own collector might begin: 15 records of log-ins and calls for two accounts. Each test bends one thing in it.</summary>
internal class Shelf : ICollector
{
    public static readonly DateTimeOffset Start = new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero);

    public List<(string Account, string Key, DateTimeOffset? At)> Rows { get; } = [.. Enumerable.Range(0, 6).SelectMany(i => new[] { ("acc-1", $"mine-{i}-", (DateTimeOffset?)Start.AddHours(i)), ("acc-10", $"theirs-{i}-", Start.AddHours(i)) }), ("acc-1", "timeless-", null)];

    public virtual string Name => "shelf";

    public virtual string? FindText(SelectorKind kind) => kind == SelectorKind.Mailbox ? "address = @value" : null;

    public virtual string? ReadText(DataCategory category) => category == DataCategory.Traffic ? "account = @account and at >= @from and at < @to, or without time" : null;

    public virtual RowFields Fields(DataCategory category) => new(["key", "at"], []);

    public virtual IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run)
    {
        foreach (var selector in selectors)
            run.Ran(FindText(selector.Kind)!, QueryPlan.Of(selector));
        return [.. selectors.Select(selector => new AccountsOf(selector.Value switch { "maeve@mail.example" => ["acc-1"], "other@mail.example" => ["acc-10"], _ => [] }))];
    }

    public virtual IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
    {
        run.Cancel.ThrowIfCancellationRequested();
        foreach (var range in ranges)
            run.Ran(ReadText(category)!, QueryPlan.Of(account, range));
        return Rows.Where(row => row.Account == account && (row.At is null || ranges.Any(range => (range.From is null || row.At >= range.From) && (range.To is null || row.At < range.To)))).Select(Row);
    }

    public void Dispose()
    {
    }

    protected static SourceRecord Row((string Account, string Key, DateTimeOffset? At) row) =>
        new SourceRow(row.Key, row.At, [new("key", row.Key), new("at", row.At), new("note", "SECRET-BODY")]);

    /// <summary>The trial of a shelf, with all that is on it.</summary>
    public static TrialSource Trial(Func<Shelf> make, Func<string>? state = null) => new()
    {
        Open = make,
        Account = "acc-1",
        Records = [.. new Shelf().Rows.Where(row => row.Account == "acc-1").Select(row => new TrialRecord(DataCategory.Traffic, row.At, row.Key) { Faulty = row.At is null })],
        Foreign = ["theirs-"],
        Contents = ["SECRET-BODY"],
        Selectors = [new(new Selector(SelectorKind.Mailbox, "maeve@mail.example"), ["acc-1"]), new(new Selector(SelectorKind.Mailbox, "other@mail.example"), ["acc-10"])],
        State = state ?? (() => ""),
        Away = make,
    };

    /// <summary>Knows one account by its name and has no records, so that a collector without accounts of its own can be asked.</summary>
    public sealed class Knows(string account) : Shelf
    {
        public override string? FindText(SelectorKind kind) => kind == SelectorKind.Account ? "account = @value" : null;

        public override string? ReadText(DataCategory category) => null;

        public override IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => [.. selectors.Select(selector => new AccountsOf(selector.Value == account ? [account] : []))];
    }
}
