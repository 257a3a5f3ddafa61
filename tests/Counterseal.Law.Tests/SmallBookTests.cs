using System.Text;
using System.Text.Json;

namespace Counterseal.Law.Tests;

/// <summary>Books that say little: the engine never fills in what they leave out.</summary>
public class SmallBookTests
{
    private static readonly DateTimeOffset Received = Case.Instant("2026-09-07T10:20:00Z");

    private static RuleBook Book(string rules) => RuleBook.Read(
        [Repository.RuleFiles.Single(f => f.Name == "facts.yaml"), ("law/zz.yaml", Encoding.UTF8.GetBytes("title: A country\nzone: Etc/UTC\ninstruments:\n  - {id: zz.order, name: An order, citation: Act 1}\nrules:\n" + rules))]);

    private static Demand Demand(string? instrument = "zz.order", params DataCategory[] categories) => new()
    {
        Reference = "R",
        Instrument = instrument,
        Issuing = new Authority("An authority", "ZZ"),
        Scope = new Scope([new ScopeItem(new Selector(SelectorKind.Mailbox, "someone@example.org"), categories, null, null)]),
    };

    private static Assessment Assess(RuleBook book, Demand demand, params (string, string)[] facts) =>
        Engine.Assess(demand, new Facts(facts.ToDictionary(f => f.Item1, f => f.Item2)), book, Received, Received);

    private const string Conditional =
        "  - {id: zz.reach, citation: Act 2, checked: false, from: 2020-01-01, to: 2026-12-31, instruments: zz.order, plain: Reaches traffic., when: {order.complete: \"true\"}, reach: {categories: [traffic]}, fails: \"Not {categories}.\"}\n";

    [Fact]
    public void A_book_without_rules_permits_nothing()
    {
        var book = Book("  []\n".Replace("  []\n", "  - {id: zz.note, citation: Act 9, checked: false, from: 2020-01-01, plain: Look., risk: Look.}\n", StringComparison.Ordinal));
        Assert.Equal(Decision.Reject, Assess(book, Demand(categories: DataCategory.Traffic)).Proposed);
        Assert.Equal(Decision.Undecided, Assess(book, Demand(instrument: null, DataCategory.Traffic)).Proposed);
        Assert.Equal(Decision.Undecided, Assess(book, Demand()).Proposed);
        Assert.All([Demand(categories: DataCategory.Traffic), Demand(null, DataCategory.Traffic), Demand()], d => Assert.Empty(Assess(book, d).Permitted.Items));
    }

    [Fact]
    public void A_reach_that_hangs_on_an_unknown_is_a_question_and_then_an_answer()
    {
        var book = Book(Conditional);
        var open = Assess(book, Demand(categories: DataCategory.Traffic));
        Assert.Equal((Decision.Undecided, "order.complete"), (open.Proposed, open.Questions.Single().Fact));
        Assert.Equal(Decision.Comply, Assess(book, Demand(categories: DataCategory.Traffic), ("order.complete", "true")).Proposed);
        Assert.Equal(Decision.Reject, Assess(book, Demand(categories: DataCategory.Traffic), ("order.complete", "false")).Proposed);
        var part = Assess(book, Demand("zz.order", DataCategory.Traffic, DataCategory.Content), ("order.complete", "true"));
        Assert.Equal((Decision.ComplyInPart, DataCategory.Traffic), (part.Proposed, part.Permitted.Items.Single().Categories.Single()));
        Assert.Contains(part.Findings, f => f is { Rule: "zz.reach", Sign: Sign.Fails, Sentence: "Not content data." });
    }

    [Fact]
    public void Of_several_failures_that_redirect_the_route_names_the_first_in_the_book()
    {
        var book = Book(
            "  - {id: zz.first, citation: Act 3, checked: false, from: 2020-01-01, plain: P., require: {order.complete: \"true\"}, otherwise: redirect, fails: \"First.\"}\n"
            + "  - {id: zz.reach, citation: Act 2, checked: false, from: 2020-01-01, instruments: zz.order, plain: P., reach: {categories: [traffic]}, otherwise: redirect, fails: \"Second.\"}\n");
        var a = Assess(book, Demand(categories: DataCategory.Content), ("order.complete", "false"));
        Assert.Equal((Decision.Redirect, RouteKind.Customer, "zz.first", "First."), (a.Proposed, a.Route.To, a.Route.Rule, a.Route.Sentence));
    }

    [Fact]
    public void An_end_that_the_demand_left_open_closes_as_often_as_rules_say_and_is_not_cut()
    {
        const string Narrow = "  - {id: zz.narrow.NAME, citation: Act 3, checked: false, from: 2020-01-01, instruments: zz.order, plain: P., narrow: {notAfter: NAME}, fails: \"Cut.\"}\n";
        var book = Book("  - {id: zz.reach, citation: Act 2, checked: false, from: 2020-01-01, instruments: zz.order, plain: P., reach: {categories: [traffic]}, fails: \"No.\"}\n"
            + Narrow.Replace("NAME", "received", StringComparison.Ordinal) + Narrow.Replace("NAME", "demand.issued", StringComparison.Ordinal));
        var issued = Received.AddDays(-3);
        var open = Assess(book, Demand(categories: DataCategory.Traffic) with { Issued = issued });
        Assert.Equal(Decision.Comply, open.Proposed);
        Assert.Equal(issued, open.Permitted.Items.Single().To);
        var named = Demand(categories: DataCategory.Traffic) with { Issued = issued };
        var cut = Assess(book, named with { Scope = new Scope([named.Scope.Items[0] with { To = Received.AddDays(1) }]) });
        Assert.Equal((Decision.ComplyInPart, issued), (cut.Proposed, cut.Permitted.Items.Single().To));
        Assert.Equal([Sign.Fails, Sign.Fails], cut.Findings.Where(f => f.Rule.StartsWith("zz.narrow", StringComparison.Ordinal)).Select(f => f.Sign));
    }

    [Fact]
    public void A_rule_that_has_ended_reaches_nothing()
    {
        var book = Book(Conditional);
        Assessment On(string received) => Engine.Assess(Demand(categories: DataCategory.Traffic), new Facts(new Dictionary<string, string> { ["order.complete"] = "true" }), book, Case.Instant(received), Case.Instant("2027-06-01T00:00:00Z"));
        Assert.Equal(Decision.Comply, On("2026-12-31T23:59:59Z").Proposed);
        Assert.Equal(Decision.Reject, On("2027-01-01T00:00:00Z").Proposed);
    }

    [Fact]
    public void Who_tells_the_customer_is_nobody_while_the_record_contradicts_the_demand()
    {
        var a = Engine.Assess(Demand("us.sca.warrant", DataCategory.Content) with { Secrecy = new SecrecyOrder("a law", null) },
            new Facts(new Dictionary<string, string> { ["secrecy"] = "none" }), Repository.Book, Received, Received);
        Assert.Equal(NoticeBy.Nobody, a.Notice.By);
        Assert.Contains(a.Questions, q => q.Fact == "secrecy");
        Assert.Empty(a.Permitted.Items);
    }

    [Fact]
    public void What_is_kept_without_categories_is_what_is_demanded()
    {
        var demand = Demand("us.sca.preservation");
        var a = Engine.Assess(demand with { Issuing = new Authority("Police", "US", AuthorityKind.Police) }, new Facts(new Dictionary<string, string> { ["authenticated"] = "true" }), Repository.Book, Received, Received);
        Assert.Equal(demand.Scope.Items.Single() with { Categories = [] }, a.Preserve.Items.Single() with { Categories = [] });
        Assert.Empty(a.Preserve.Items.Single().Categories);
    }

    [Theory]
    [InlineData("""{"reference":"R","issuing":{"name":"A","country":"ZZ"},"scope":{}}""")]
    [InlineData("""{"reference":"R","issuing":{"name":"A","country":"ZZ"},"scope":{"items":null}}""")]
    [InlineData("""{"reference":"R","issuing":{"name":"A","country":"ZZ"},"scope":{"items":[{"selector":{"kind":"mailbox","value":"a@b"}}]}}""")]
    [InlineData("""{"reference":"R","issuing":{"name":"A"},"scope":{"items":[]}}""")]
    [InlineData("""{"reference":"R","issuing":{"name":"A","country":"ZZ"},"scope":{"items":[{"selector":{"kind":1,"value":"a@b"},"categories":[]}]}}""")]
    [InlineData("""{"reference":"R","issuing":{"name":"A","country":"ZZ"},"scope":{"items":[]},"everything":true}""")]
    [InlineData("""{"reference":null,"issuing":{"name":"A","country":"ZZ"},"scope":{"items":[]}}""")]
    public void A_half_given_demand_is_refused_by_its_json(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Demand>(json, LawJson.Options));

    [Fact]
    public void A_whole_demand_is_read_from_its_json()
    {
        var demand = JsonSerializer.Deserialize<Demand>("""{"reference":"R","issuing":{"name":"A","country":"ZZ"},"scope":{"items":[{"selector":{"kind":"mailbox","value":"a@b"},"categories":["traffic"]}]}}""", LawJson.Options)!;
        Assert.Equal((AuthorityKind.Unknown, DataCategory.Traffic), (demand.Issuing.Kind, demand.Scope.Items[0].Categories[0]));
    }
}
