using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

/// <summary>What the check calls impossible must never be met: held against demands under our book and under books of random rules.</summary>
public class PossibilitiesTests
{
    [Fact]
    public void Whatever_a_condition_of_our_books_comes_to_was_held_possible() =>
        Draw.Holds(Draw.Situation, s => Met(Repository.Book, s) is { } impossible ? throw new InvalidOperationException($"{impossible}\n{s}") : true, times: 400);

    [Fact]
    public void Whatever_a_condition_of_a_random_book_comes_to_was_held_possible() =>
        Draw.Holds(DrawnBook.World, w => Met(w.Book.Book, w.Situation) is { } impossible ? throw new InvalidOperationException($"{impossible}\n{w.Situation}\n{w.Book}") : true, times: 1500);

    [Fact]
    public void A_rule_of_a_random_book_that_is_said_never_to_apply_never_does()
    {
        var books = Enumerable.Range(0, 120).Select(n => new DrawnBook(n)).ToArray();
        var said = books.Select(b => BookCheck.Faults(b.Book, new DateOnly(2026, 11, 24))).ToArray();
        HashSet<string> Named(int book, BookFaultKind kind, string words) => [.. said[book].Where(f => f.Kind == kind && f.What.Contains(words, StringComparison.Ordinal)).Select(f => f.Rule!)];
        var never = books.Select((_, n) => Named(n, BookFaultKind.NeverHolds, "its 'when' can never hold")).ToArray();
        var always = books.Select((_, n) => Named(n, BookFaultKind.AlwaysHolds, "its 'when' always holds")).ToArray();
        var behind = books.Select((_, n) => Named(n, BookFaultKind.Unreachable, "is never the first")).ToArray();
        Assert.True(never.Sum(n => n.Count) > 8 && behind.Sum(n => n.Count) > 4, $"{never.Sum(n => n.Count)} never, {always.Sum(n => n.Count)} always, {behind.Sum(n => n.Count)} behind another");
        var under = from n in Gen.Choose(0, books.Length - 1) from s in Draw.Of(books[n].Naive) select (n, s);
        Draw.Holds(under, of =>
        {
            var (n, s) = of;
            var known = new Circumstances(s.Demand, s.Facts, books[n].Book, s.Received, s.AsOf);
            foreach (var rule in books[n].Book.InForce(known.Instrument, s.Received).Where(r => r.When is not null))
            {
                if (never[n].Contains(rule.Id)) Assert.NotEqual(Truth.True, rule.When!.Holds(known));
                if (always[n].Contains(rule.Id)) Assert.Equal(Truth.True, rule.When!.Holds(known));
            }
            var a = s.Assess(books[n].Book);
            return !behind[n].Contains(a.Notice.Rule ?? "") && !behind[n].Contains(a.Route.Rule ?? "");
        }, times: 3000);
    }

    // The first outcome that was held impossible, in words.
    private static string? Met(RuleBook book, Situation s)
    {
        var known = new Circumstances(s.Demand, s.Facts, book, s.Received, s.AsOf);
        var possibilities = new Possibilities(book, new Setting(known.Instrument, s.Received));
        var cells = new List<Cell>();
        for (var place = 0; place < s.Demand.Scope.Items.Count; place++)
        {
            var item = s.Demand.Scope.Items[place];
            foreach (var category in item.Categories.Count == 0 ? [null] : item.Categories.Cast<DataCategory?>()) cells.Add(new Cell(cells.Count, place, item, category));
        }
        foreach (var rule in book.InForce(known.Instrument, s.Received))
        {
            // What the rule asks together, of the demand and of each cell.
            foreach (var cell in rule.Items is null ? [null] : cells.Cast<Cell?>())
            {
                List<Wanted> met = [];
                if (rule.When is { } when) met.Add(new(when, Out(when.Holds(known))));
                if (rule.Effect is Effect.Require { Condition: var condition } && !ReferenceEquals(condition, Condition.Never)) met.Add(new(condition, Out(condition.Holds(known))));
                if (rule.Items is { } items) met.Add(new(items, Out(items.Holds(known, cell))));
                if (met.Count > 0 && possibilities.Find([.. met.Select(m => new Clause(m))]).Is == false)
                    return $"{rule.Id} came to {string.Join(", ", met.Select(m => $"{ConditionText.Of(m.Condition)}: {m.Outcomes}"))}, which was held impossible";
            }
        }
        return null;
    }

    private static Outcomes Out(Truth truth) => truth switch { Truth.True => Outcomes.True, Truth.False => Outcomes.False, _ => Outcomes.Unknown };
}
