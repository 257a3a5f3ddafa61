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
    private static readonly Dictionary<(string Rule, string What), string> SameMeaning = [];

    private const int Batch = 16;

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
            foreach (var batch in CasesOf(rule).Chunk(Batch))
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
        Assert.All(Case.All.Chunk(Batch), batch =>
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
        var instruments = Case.Texts(rule.Node, "instruments");
        var (from, to) = (NaiveBook.Date(Case.Text(rule.Node, "from")!).AddDays(-2), Case.Text(rule.Node, "to") is { } last ? NaiveBook.Date(last).AddDays(2) : DateOnly.MaxValue);
        return [.. Case.All.Where(c => NaiveBook.Day(c.Received, TimeZoneInfo.Utc) is var day && day >= from && day <= to
                && (instruments.Count == 0 || instruments.Contains(c.Demand.Instrument) || instruments.Contains(c.Facts.Values.GetValueOrDefault("instrument"))))
            .OrderBy(c => c.Expect.Rules.Contains(rule.Id) ? 0 : 1)];
    }

    private static bool Caught(BookText.Piece rule, Mutation mutation, List<Case> cases)
    {
        foreach (var batch in cases.Chunk(Batch))
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
        return false;
    }

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
