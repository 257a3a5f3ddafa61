using System.Collections.Concurrent;
using System.Text.Json;

namespace Counterseal.Law.Tests;

/// <summary>
/// The case table against every change of every rule: each rule is dropped, and each of its words, numbers, dates and conditions changed, one
/// at a time; some case must then come out otherwise than counsel expects. What is only said must at least be seen in the output of a case.
/// </summary>
public class MutationTests
{
    // Changes after which the book means the same, each with the reason. A change that a case does catch may not stand here.
    private static readonly Dictionary<(string Rule, string What), string> SameMeaning = new()
    {
        // Where no rule says who tells, we do all the same (docs/rule-books.md, Notice). The rule gives the reason and where it is written; that these are said is tested below.
        [("policy.notice", "it is dropped")] = "the default is the same",
        [("policy.notice", "from is a day later")] = "the default is the same",
    };

    private const int First = 12;

    private static readonly BookText Text = new(Repository.RuleFiles);
    private static readonly HashSet<string> Clocks = [.. Text.Rules.Where(r => r.Node.Children.ContainsKey("deadline")).Select(r => r.Id)];
    private static readonly ConcurrentDictionary<Case, IReadOnlySet<string>> Applying = new();

    [Fact]
    public void Changing_any_rule_of_any_book_makes_a_case_fail()
    {
        var survivors = new ConcurrentBag<(BookText.Piece Rule, string What)>();
        var tried = 0;
        Parallel.ForEach(Text.Rules, new ParallelOptions { MaxDegreeOfParallelism = 2 }, rule =>
        {
            var cases = CasesOf(rule);
            foreach (var mutation in Mutation.Of(rule.Node))
            {
                Interlocked.Increment(ref tried);
                if (!Caught(rule, mutation, cases)) survivors.Add((rule, mutation.What));
            }
        });
        var unexpected = survivors.Where(s => !SameMeaning.ContainsKey((s.Rule.Id, s.What))).OrderBy(s => s.Rule.File, StringComparer.Ordinal).ThenBy(s => s.Rule.Line).ThenBy(s => s.What, StringComparer.Ordinal)
            .Select(s => $"{s.Rule.File}, line {s.Rule.Line}, rule {s.Rule.Id}: no case notices that {s.What}").ToList();
        Assert.True(unexpected.Count == 0, $"{unexpected.Count} of {tried} changes go unnoticed:\n{string.Join('\n', unexpected)}");
        Assert.Empty(SameMeaning.Keys.Except(survivors.Select(s => (Rule: s.Rule.Id, s.What))).Select(k => $"{k.Rule}: a case does notice that {k.What}"));
        Assert.True(tried > Text.Rules.Count * 5, $"only {tried} changes of {Text.Rules.Count} rules were tried");
    }

    [Fact]
    public void Every_sentence_and_citation_of_every_rule_is_said_in_a_case()
    {
        var silent = new ConcurrentBag<string>();
        Parallel.ForEach(Text.Rules, new ParallelOptions { MaxDegreeOfParallelism = 2 }, rule =>
        {
            var (marked, marks) = Mutation.Marked(rule.Node);
            var open = marks.ToList();
            foreach (var batch in Batches(CasesOf(rule)))
            {
                var book = Reduced(batch, rule, marked);
                Assert.NotEqual(Repository.Book.Digest, book.Digest);
                foreach (var c in batch)
                {
                    if (open.Count == 0) return;
                    var output = JsonSerializer.Serialize(c.Assess(book), LawJson.Options);
                    open.RemoveAll(m => output.Contains(m.Mark, StringComparison.Ordinal));
                }
            }
            foreach (var (key, _) in open) silent.Add($"{rule.File}, line {rule.Line}, rule {rule.Id}: no case shows its '{key}'");
        });
        Assert.True(silent.IsEmpty, $"{silent.Count} sentences are never said:\n{string.Join('\n', silent.Order(StringComparer.Ordinal))}");
    }

    [Fact]
    public void A_book_with_fewer_rules_gives_the_same_in_the_cases_for_which_it_is_made()
    {
        // The two tests above rest on this: rules that cannot apply to a case may be left out.
        Assert.All(Case.All.Chunk(First), batch =>
        {
            var book = Reduced(batch, Text.Rules[0], Text.Rules[0].Node);
            Assert.All(batch, c => Assert.Equal(Json(c, Repository.Book), Json(c, book)));
        });
        Assert.True(Text.Rules.Count > Case.All.Max(c => Applies(c).Count) * 3 / 2, "no case leaves out a third of the rules");
    }

    private static string Json(Case c, RuleBook book) => JsonSerializer.Serialize(c.Assess(book) with { Book = "" }, LawJson.Options);

    // Those that name the rule first: they were written for it.
    private static List<Case> CasesOf(BookText.Piece rule)
    {
        var (from, to) = (NaiveBook.Date(Case.Text(rule.Node, "from")!).AddDays(-2), Case.Text(rule.Node, "to") is { } last ? NaiveBook.Date(last).AddDays(2) : DateOnly.MaxValue);
        return [.. Case.All.Where(c => NaiveBook.Day(c.Received, TimeZoneInfo.Utc) is var day && day >= from && day <= to && Speaks(rule, c)).OrderBy(c => c.Expect.Rules.Contains(rule.Id) ? 0 : 1)];
    }

    // Whether the rule is about the case's instrument.
    private static bool Speaks(BookText.Piece rule, Case c) => Case.Texts(rule.Node, "instruments") is var instruments
        && (instruments.Count == 0 || instruments.Contains(c.Demand.Instrument) || instruments.Contains(c.Facts.Values.GetValueOrDefault("instrument")));

    private static bool Caught(BookText.Piece rule, Mutation mutation, List<Case> cases)
    {
        foreach (var batch in Batches(cases))
        {
            RuleBook book;
            try
            {
                book = Reduced(batch, rule, mutation.Node);
            }
            catch (RuleBookException)
            {
                return true;
            }
            foreach (var c in batch)
                if (Case.Mismatch(c, book) is not null || (mutation.Shown && Json(c, book) != Json(c, Repository.Book))) return true;
        }
        return mutation.Day is { } day && IdleOn(day, rule, mutation);
    }

    // The day by which a rule begins sooner or later, or ends, may be one on which it has nothing to act on (no other rule of that law is in force yet): then no
    // case can be written. It is taken for such a day when all the cases that were written for the rule come out the same on it, with the change and without.
    private static bool IdleOn(DateOnly day, BookText.Piece rule, Mutation mutation)
    {
        var written = Case.All.Where(c => c.Expect.Rules.Contains(rule.Id)).ToList();
        if (written.Count == 0) written = [.. Case.All.Where(c => Speaks(rule, c))];
        var book = RuleBook.Read(Text.With(_ => true, rule, mutation.Node));
        var zone = Repository.Naive.Rules.Single(r => r.Id == rule.Id).Zone;
        return written.Count > 0 && written.Select(c => Moved(c, day.DayNumber - NaiveBook.Day(c.Received, zone).DayNumber)).All(c => Json(c, book) == Json(c, Repository.Book));
    }

    // Everything in a case so many days later.
    private static Case Moved(Case c, int days)
    {
        DateTimeOffset? Later(DateTimeOffset? at) => at?.AddDays(days);
        return c with
        {
            Received = c.Received.AddDays(days),
            AsOf = c.AsOf.AddDays(days),
            Demand = c.Demand with
            {
                Issued = Later(c.Demand.Issued),
                Secrecy = c.Demand.Secrecy is { } gag ? gag with { Until = Later(gag.Until) } : null,
                Scope = new Scope([.. c.Demand.Scope.Items.Select(i => i with { From = Later(i.From), To = Later(i.To) })]),
            },
            Facts = new Facts(c.Facts.Values.ToDictionary(f => f.Key, f => FactName.TryInstant(f.Value, out var at) ? Instant.Text(at.AddDays(days)) : f.Value)),
        };
    }

    // The first few were written for the rule, and one book for them is quick to read.
    private static IEnumerable<IReadOnlyList<Case>> Batches(List<Case> cases) => cases.Count <= First ? [cases] : [cases[..First], cases[First..]];

    private static RuleBook Reduced(IEnumerable<Case> cases, BookText.Piece changed, YamlDotNet.RepresentationModel.YamlMappingNode? to)
    {
        var keep = cases.SelectMany(Applies).ToHashSet(StringComparer.Ordinal);
        return RuleBook.Read(Text.With(r => keep.Contains(r.Id), changed, to));
    }

    private static IReadOnlySet<string> Applies(Case c) => Applying.GetOrAdd(c, c =>
    {
        // What is in force and may apply, whatever another rule does; and the clocks on which it waits.
        var ids = Naive.MayApply(Repository.Naive, c.Demand, c.Facts, c.Received, c.AsOf).ToHashSet(StringComparer.Ordinal);
        for (var found = ids.Count - 1; found != ids.Count;)
        {
            found = ids.Count;
            foreach (var rule in Text.Rules.Where(r => ids.Contains(r.Id)).ToList())
                ids.UnionWith(Clocks.Where(id => id != rule.Id && rule.Text.Contains($"\"{id}\"", StringComparison.Ordinal)));
        }
        return ids;
    });
}
