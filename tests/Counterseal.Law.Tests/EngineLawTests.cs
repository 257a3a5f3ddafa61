using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck.Fluent;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>What holds for every demand, whatever the book says of it: under the repository's book, and under random ones.</summary>
public partial class EngineLawTests
{
    private static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value, LawJson.Options);

    private static bool Complies(Assessment a) => a.Proposed is Decision.Comply or Decision.ComplyInPart;

    private static bool Same(Assessment a, Assessment b) => Json(a).AsSpan().SequenceEqual(Json(b));

    private static void Everywhere(Func<Situation, RuleBook, bool> law, int times = 1000)
    {
        Draw.Holds(Draw.Situation, s => law(s, Repository.Book), times);
        Draw.Holds(DrawnBook.World, t => law(t.Situation, t.Book.Book), times);
    }

    [Fact]
    public void What_is_permitted_or_kept_is_within_what_is_demanded() => Everywhere(
        (s, book) => s.Assess(book) is var a && Scope.Within(a.Permitted, Draw.Demanded(s.Demand, s.Facts)) && Scope.Within(a.Preserve, Draw.Demanded(s.Demand, s.Facts)), 2000);

    [Fact]
    public void Nothing_is_permitted_unless_compliance_is_proposed_on_a_named_basis() => Everywhere(
        (s, book) => s.Assess(book) is var a && (Complies(a) ? a.Basis is not null && a.Permitted.Items.Count + a.Preserve.Items.Count > 0 : a.Permitted.Items.Count == 0 && a.Basis is null), 2000);

    [Fact]
    public void Whatever_rests_on_a_source_that_nobody_has_read_says_so()
    {
        Everywhere((s, book) =>
        {
            var a = s.Assess(book);
            var rests = a.Deadlines.Select(d => d.Rule).Concat(a.Duties.Select(d => d.Rule)).Concat(a.Suspended.Select(x => x.Rule)).Append(a.Route.Rule).Append(a.Notice.Rule).Append(a.Basis).ToHashSet();
            return a.Unread.SequenceEqual(book.Rules.Where(r => !r.Checked && rests.Contains(r.Id)).Select(r => r.Id));
        });
        Assert.Contains(Case.All, c => c.Assess(Repository.Book).Unread.Count > 0);
        Assert.Contains(Case.All, c => c.Assess(Repository.Book) is { Unread.Count: 0, Deadlines.Count: > 0 });
    }

    [Fact]
    public void Nothing_is_permitted_while_a_question_is_open() => Everywhere(
        (s, book) => s.Assess(book) is var a && (a.Findings.All(f => f.Sign != Sign.Question) || a.Permitted.Items.Count == 0), 2000);

    [Fact]
    public void Nothing_is_permitted_while_something_suspends_it() => Everywhere(
        (s, book) => s.Assess(book) is var a && (a.Suspended.Count == 0 || a.Permitted.Items.Count == 0));

    [Fact]
    public void No_item_without_categories_is_ever_permitted() => Everywhere(
        (s, book) => s.Assess(book).Permitted.Items.All(i => i.Categories.Count > 0));

    [Fact]
    public void Nothing_leaves_before_the_demand_is_authenticated() => Draw.Holds(
        Draw.Situation, s => s.Received.Year < 2021 || s.Facts.Values.GetValueOrDefault("authenticated") == "true" || !Complies(s.Assess()));

    [Fact]
    public void Nothing_leaves_in_an_emergency_before_somebody_called_back() => Draw.Holds(
        Draw.Situation, s => s.Received.Year < 2021 || s.Demand.Emergency != true || s.Facts.Values.GetValueOrDefault("emergency.callback") == "true" || !Complies(s.Assess()));

    [Fact]
    public void No_data_is_told_only_where_a_count_found_nothing_and_asks_who_is_there() => Draw.Holds(
        Draw.Situation, s => s.Assess() is var a && (a.Proposed != Decision.NoData
            || (s.Facts.Values["data.exists"] == "false" && (s.Facts.Values.GetValueOrDefault("authenticated") == "true" || a.Questions.Any(q => q.Fact == "authenticated")))));

    [Fact]
    public void Doubt_decides_nothing() => Draw.Holds(DrawnBook.World, t =>
    {
        // The same book without its weights comes out the same, but for the doubt.
        var weightless = RuleBook.Read(t.Book.Files.Select(f => (f.Name, Encoding.UTF8.GetBytes(Weight().Replace(Encoding.UTF8.GetString(f.Bytes), "")))));
        var (with, without) = (t.Situation.Assess(t.Book.Book), t.Situation.Assess(weightless));
        return without.Doubt == 0 && Outcome.Of(with with { Doubt = 0 }).Against(Outcome.Of(without)).Length == 0;
    }, 200);

    [GeneratedRegex(@"    weight: \d+\n")]
    private static partial Regex Weight();

    [Fact]
    public void One_more_fact_turns_no_into_yes_only_through_a_rule_that_names_it() => Draw.Holds(
        from s in Draw.Situation from f in Draw.Fact(Repository.Naive, s.Received) select (s, f),
        t =>
        {
            var (before, after) = (t.s.Assess(), t.s.With(t.f.Name, t.f.Value).Assess());
            return Complies(before) || !Complies(after) || Named(Repository.Naive, t.s).Contains(t.f.Name);
        }, 3000);

    [Fact]
    public void A_fact_that_no_rule_in_force_names_changes_nothing()
    {
        var tried = 0;
        var drawn = from t in DrawnBook.World from f in Draw.Fact(t.Book.Naive, t.Situation.Received) select (t.Book, t.Situation, f);
        Draw.Holds(drawn, t =>
        {
            if (Named(t.Book.Naive, t.Situation).Contains(t.f.Name)) return true;
            tried++;
            return Same(t.Situation.Assess(t.Book.Book), t.Situation.With(t.f.Name, t.f.Value).Assess(t.Book.Book));
        }, 2000);
        Assert.True(tried > 500, $"only {tried} facts were named by no rule");
    }

    // The names of all rules in force, with those that others are worked out from. What the instrument is and which categories are sought decides of everything, and a
    // secrecy order of who tells where no rule says.
    private static HashSet<string> Named(NaiveBook book, Situation s)
    {
        var words = book.Rules.Where(r => NaiveBook.Within(r.Node, NaiveBook.Day(s.Received, r.Zone))).SelectMany(r => r.Node.AllNodes.OfType<YamlScalarNode>().Select(n => n.Value!))
            .Concat(book.Clocks.Values.Select(c => Case.Text(c, "calendarOf") ?? "")).Concat(["instrument", "scope.categories", "secrecy"]).ToHashSet(StringComparer.Ordinal);
        foreach (var (worked, from) in new[] { ("mail.domain", "issuing.country"), ("citation.fits", "issuing.country"), ("secrecy", "secrecy.until"), ("secrecy.days", "secrecy.until"), ("demand.ageDays", "demand.issued") })
            if (words.Contains(worked)) words.Add(from);
        return words;
    }

    [Fact]
    public void A_fact_that_no_book_knows_changes_nothing() => Everywhere((s, book) => Same(s.Assess(book), s.With("colour", "true").Assess(book)), 500);

    [Fact]
    public void The_same_input_gives_the_same_bytes_from_a_book_read_again_in_another_order()
    {
        var again = RuleBook.Read(Repository.RuleFiles.Reverse());
        Draw.Holds(Draw.Situation, s => Same(s.Assess(), s.Assess(again)));
        Draw.Holds(DrawnBook.World, t => Same(t.Situation.Assess(t.Book.Book), t.Situation.Assess(RuleBook.Read(t.Book.Files.Reverse()))), 100);
    }

    [Fact]
    public void An_instant_at_either_end_of_time_makes_nothing_fall_over()
    {
        // An authority writes its own dates, and people mistype theirs.
        var names = Repository.Naive.Names.Where(n => Case.Text(n.Value, "type") == "instant" && Case.Text(n.Value, "source") is "person" or "demand").Select(n => n.Key).ToList();
        foreach (var c in Case.All)
        {
            var s = new Situation(c.Demand, c.Facts, c.Received, c.AsOf);
            foreach (var at in new[] { DateTimeOffset.MinValue, new DateTimeOffset(9999, 12, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue })
            {
                var items = c.Demand.Scope.Items;
                Situation[] odd =
                [
                    s with { Demand = c.Demand with { Issued = at } }, s with { Demand = c.Demand with { Secrecy = new SecrecyOrder("a law", at) } }, s with { AsOf = at },
                    s with { Demand = c.Demand with { Scope = new Scope([.. items.Select(i => i with { From = at })]) } }, s with { Demand = c.Demand with { Scope = new Scope([.. items.Select(i => i with { To = at })]) } },
                    .. names.Select(name => s.With(name, Instant.Text(at))),
                ];
                foreach (var one in odd) Assert.NotEmpty(one.Assess().Reasons);
            }
        }
    }

    [Fact]
    public void The_order_in_which_facts_were_recorded_means_nothing() => Everywhere(
        (s, book) => Same(s.Assess(book), (s with { Facts = new Facts(s.Facts.Values.Reverse().ToDictionary()) }).Assess(book)), 500);

    [Fact]
    public void An_assessment_survives_its_own_json() => Everywhere(
        (s, book) => Json(s.Assess(book)) is var bytes && Json(JsonSerializer.Deserialize<Assessment>(bytes, LawJson.Options)!).AsSpan().SequenceEqual(bytes), 500);

    [Fact]
    public void Every_decision_is_met_by_the_random_demands() =>
        Assert.Equal(Enum.GetValues<Decision>().Order(), Draw.Many(Draw.Situation, 3000).Select(s => s.Assess().Proposed).Distinct().Order());
}
