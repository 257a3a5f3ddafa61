using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>No letter tells whether an account exists, what a count found, who the customer is, or what made us doubt the sender.</summary>
public class DiscretionTests
{
    /// <summary>Sentences of the small book that rest on what stays in the house, and words of ours that are nobody's business.</summary>
    private static readonly string[] InHouse =
    [
        "The call-back failed, we believe that the demand is forged.", "It is established from whom the demand comes.", "The count found nothing in scope.", "The customer is a lawyer.", "The customer is an enterprise",
        "The account was deleted in May", "we think it unlawful", "our own promise", "destroy the record", "Look at every emergency again.",
        "the copy that we made ends", "The mail address is of no agency that we know.", "The copy that we made is gone.",
        "data.exists", "customer.", "authenticated", "weight", "doubt", "changes",
    ];

    [Fact]
    public void Every_letter_is_the_same_whatever_a_count_found() => LetterWorld.Holds(LetterWorld.Situation(LetterWorld.Book), drawn => SameForEachCount(drawn.Demand, drawn.Facts, LetterWorld.Book), 60);

    [Fact]
    public void Every_letter_under_the_shipped_books_is_the_same_whatever_a_count_found() => LetterWorld.Holds(LetterWorld.Situation(LetterWorld.Shipped), drawn => SameForEachCount(drawn.Demand, drawn.Facts, LetterWorld.Shipped), 60);

    [Fact]
    public void No_sentence_that_stays_in_the_house_is_in_any_draft()
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        LetterWorld.Holds(LetterWorld.Situation(LetterWorld.Book), drawn =>
        {
            var assessment = JsonSerializer.Serialize(Engine.Assess(drawn.Demand, drawn.Facts, LetterWorld.Book, LetterWorld.Received, LetterWorld.Received.AddHours(1)), Relaxed);
            said.UnionWith(InHouse.Where(s => assessment.Contains(s, StringComparison.Ordinal)));
            foreach (var text in Outgoing(drawn.Demand, drawn.Facts, LetterWorld.Book)) Assert.All(InHouse, s => Assert.DoesNotContain(s, text, StringComparison.Ordinal));
            return true;
        }, 300);
        // Else the test would be looking for what is never there.
        Assert.Equal(InHouse.Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Under_the_shipped_books_no_draft_has_a_sentence_that_only_what_stays_in_the_house_brings_up()
    {
        var held = 0;
        LetterWorld.Holds(LetterWorld.Situation(LetterWorld.Shipped), drawn =>
        {
            var open = Sentences(Assess(drawn.Demand, new(drawn.Facts.Values.Where(f => !Stays(f.Key)).ToDictionary())));
            var outgoing = Outgoing(drawn.Demand, drawn.Facts, LetterWorld.Shipped).ToList();
            foreach (var count in new[] { "true", "false" })
            {
                var whole = Sentences(Assess(drawn.Demand, new(drawn.Facts.Values.Append(new("data.exists", count)).DistinctBy(f => f.Key).ToDictionary())));
                var secret = whole.Except(open).Except(Sentences(Assess(drawn.Demand, new(drawn.Facts.Values.Where(f => !Stays(f.Key)).Append(new("data.exists", "true")).ToDictionary())))).ToList();
                held += secret.Count;
                foreach (var text in outgoing) Assert.All(secret, s => Assert.DoesNotContain(s, text, StringComparison.Ordinal));
            }
            return true;
        }, 100);
        Assert.True(held > 100, $"only {held} sentences were held back: the test draws the wrong facts");

        static Assessment Assess(Demand demand, Facts facts) => Engine.Assess(demand, facts, LetterWorld.Shipped, LetterWorld.Received, LetterWorld.Received.AddHours(1));
        static HashSet<string> Sentences(Assessment a) =>
            [.. a.Findings.Select(f => f.Sentence), .. a.Objections.Select(o => o.Sentence), .. a.Duties.Select(d => d.Sentence), .. a.Suspended.Select(s => s.Sentence), a.Route.Sentence, a.Notice.Reason, .. a.Reasons, .. a.Questions.Select(q => q.Text)];
        static bool Stays(string fact) => fact.Contains('.', StringComparison.Ordinal) && fact.Split('.')[0] is "data" or "customer" or "mail" or "emergency" || fact is "authenticated" or "seal.verified" or "selector.resolved" or "preservation.from" || fact.Contains(".data.", StringComparison.Ordinal);
    }

    [Fact]
    public void The_authority_is_asked_only_what_it_knows_and_the_demand_should_have_said()
    {
        LetterWorld.Holds(LetterWorld.Situation(LetterWorld.Shipped), drawn =>
        {
            var matter = Matter.Of(drawn.Demand, drawn.Facts, LetterWorld.Shipped, LetterWorld.Received, LetterWorld.Received.AddHours(1));
            var may = LetterWorld.Shipped.Facts.Values.Where(f => f.Source == FactSource.Demand || f.Name is "offence.maxMonths" or "offence.listed" or "proceeding" or "sentence.months" or "deadline.demanded").Select(f => f.Question);
            Assert.Empty(matter.Asks.Except(may));
            return true;
        });
    }

    [Fact]
    public void What_we_promise_and_when_we_destroy_is_no_deadline_of_a_letter()
    {
        var matter = LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "true"));
        Assert.Equal([("ex.order.answer", DeadlineKind.Answer)], matter.Deadlines.Select(d => (d.Rule, d.Kind)));
    }

    [Fact]
    public void No_name_of_a_fact_is_in_a_letter() => LetterWorld.Holds(LetterWorld.Situation(LetterWorld.Shipped), drawn =>
    {
        var matter = Matter.Of(drawn.Demand, drawn.Facts, LetterWorld.Shipped, LetterWorld.Received, LetterWorld.Received.AddHours(1));
        var names = LetterWorld.Shipped.Facts.Keys.Where(n => n.Contains('.', StringComparison.Ordinal)).ToList();
        foreach (var text in LetterWorld.Letters.Names.Select(letter => LetterWorld.Letters.Write(matter, letter).Text)) Assert.All(names, n => Assert.DoesNotContain(n, text, StringComparison.Ordinal));
        return true;
    }, 100);

    [Fact]
    public void Of_telling_the_customer_nothing_is_said_while_an_endless_secrecy_order_binds_or_where_it_rests_on_what_stays_in_the_house()
    {
        var silent = LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order() with { Secrecy = new("Example Act, s. 9", null) }, ("authenticated", "true")), "refusal").Text;
        Assert.DoesNotContain("Telling the person", silent, StringComparison.Ordinal);
        var dated = LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order() with { Secrecy = new(null, LetterWorld.Received.AddDays(30)) }, ("authenticated", "true")), "refusal").Text;
        Assert.Contains("We do so from 7 October 2026, 10:20 UTC on.", dated, StringComparison.Ordinal);
        var gone = LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "true"), ("preservation.from", "2026-05-01T00:00:00Z")), "refusal").Text;
        Assert.DoesNotContain("Telling the person", gone, StringComparison.Ordinal);
        var epoc = LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order("eu.epoc"), ("authenticated", "true")), "refusal").Text;
        Assert.Contains("The law leaves it to you to tell the person whose data are demanded (Regulation (EU) 2023/1543, Art. 13).", epoc, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_letter_renders_for_every_demand_under_both_books()
    {
        var called = new HashSet<string>(StringComparer.Ordinal);
        foreach (var book in new[] { LetterWorld.Book, LetterWorld.Shipped })
        {
            LetterWorld.Holds(LetterWorld.Situation(book), drawn =>
            {
                var matter = Matter.Of(drawn.Demand, drawn.Facts, book, LetterWorld.Received, LetterWorld.Received.AddDays(2));
                called.UnionWith(matter.CalledFor);
                Assert.All(matter.CalledFor, name => Assert.Contains(name, LetterWorld.Letters.Names));
                foreach (var name in LetterWorld.Letters.Names)
                {
                    var draft = LetterWorld.Letters.Write(matter, name);
                    Assert.Equal(draft.Gaps.Count, draft.Text.Split("[to be completed by counsel: ").Length - 1);
                    Assert.DoesNotContain("\n\n\n", draft.Text, StringComparison.Ordinal);
                }
                foreach (var ground in matter.Grounds.Keys) Assert.Equal(matter.Grounds[ground].Letter, LetterWorld.Letters.Write(matter, ground: ground).Letter);
                return true;
            }, 40);
        }
        Assert.Equal(LetterWorld.Letters.Names, called.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void To_the_sender_of_a_forged_demand_nothing_is_called_for_but_a_recall_of_what_left()
    {
        var forged = LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "false"));
        Assert.Empty(forged.CalledFor);
        Assert.Contains("nothing is told to its sender", Assert.Throws<LetterException>(() => LetterWorld.Letters.Write(forged)).Message, StringComparison.Ordinal);
        var left = LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "false"), ("validation.after", "false"));
        Assert.Equal(["recall"], left.CalledFor);
        var draft = LetterWorld.Letters.Write(left);
        Assert.Equal("the demand is not from whom it says, and nothing is told to its sender", draft.Caution);
        Assert.DoesNotContain("from whom it says", draft.Text, StringComparison.Ordinal);
        Assert.Null(LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "true"))).Caution);
        Assert.Contains("not established", LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order())).Caution, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recall_is_called_for_only_where_something_is_called_back()
    {
        var doubted = LetterWorld.Matter(LetterWorld.Order() with { Emergency = true }, ("authenticated", "true"), ("validation.after", "true"));
        Assert.Contains(doubted.Objections, o => o.Letter == "recall");
        Assert.DoesNotContain("recall", doubted.CalledFor);
        Assert.Equal("recall", LetterWorld.Matter(LetterWorld.Order() with { Emergency = true }, ("authenticated", "true"), ("validation.after", "false")).CalledFor[0]);
    }

    [Fact]
    public void An_identifier_has_no_objection_that_the_whole_demand_does_not_meet()
    {
        var two = LetterWorld.Matter(LetterWorld.Order() with { Emergency = true }, ("authenticated", "true"));
        Assert.All(two.Items, i => Assert.DoesNotContain(i.Reasons, r => r.Rule == "ex.single"));
        var one = LetterWorld.Matter(LetterWorld.Order("ex.order", LetterWorld.Order().Scope.Items[0]) with { Emergency = true }, ("authenticated", "true"));
        Assert.Contains(Assert.Single(one.Items).Reasons, r => r.Rule == "ex.single");
    }

    private static bool SameForEachCount(Demand demand, Facts facts, RuleBook book)
    {
        var drafts = new[] { null, "true", "false" }.Select(count =>
        {
            var values = new SortedDictionary<string, string>(facts.Values.ToDictionary(), StringComparer.Ordinal);
            values.Remove("data.exists");
            if (count is not null) values["data.exists"] = count;
            return Outgoing(demand, new(values), book).ToList();
        }).ToList();
        Assert.Equal(drafts[0], drafts[1]);
        Assert.Equal(drafts[0], drafts[2]);
        return true;
    }

    // All that may leave: each letter's text, the draft as JSON as the command prints it, Annex III as XML, which letters are called for.
    private static IEnumerable<string> Outgoing(Demand demand, Facts facts, RuleBook book)
    {
        var matter = Matter.Of(demand, facts, book, LetterWorld.Received, LetterWorld.Received.AddHours(1));
        foreach (var name in LetterWorld.Letters.Names)
        {
            var draft = LetterWorld.Letters.Write(matter, name, format: DraftFormat.Text);
            yield return draft.Text;
            yield return JsonSerializer.Serialize(draft, Relaxed);
            if (draft.Annex3 is { } form) yield return Encoding.UTF8.GetString(Annex3Xml.Write(form));
        }
    }

    private static readonly JsonSerializerOptions Relaxed = new(LawJson.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
