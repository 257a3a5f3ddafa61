using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

/// <summary>The engine against the second evaluator, which was written from the document without a look at it.</summary>
public class NaiveAgreementTests
{
    [Fact]
    public void Engine_and_document_agree_on_every_case() => Assert.All(Case.All, c =>
    {
        var situation = new Situation(c.Demand, c.Facts, c.Received, c.AsOf);
        Assert.Equal("", Outcome.Of(situation.Assess()).Against(situation.Naive()));
    });

    [Fact]
    public void Engine_and_document_agree_on_demands_near_the_cases() => Agree(Draw.Near, 2000);

    [Fact]
    public void Engine_and_document_agree_on_random_demands() => Agree(Draw.Any, 2000);

    [Fact]
    public void Engine_and_document_agree_on_random_books()
    {
        var agreed = 0;
        var drawn = from book in DrawnBook.Any from one in Draw.Of(NaiveBook.Of(book.Files)) from other in Draw.Of(NaiveBook.Of(book.Files)) select (book, one, other);
        Draw.Holds(drawn, t =>
        {
            RuleBook book;
            try
            {
                book = RuleBook.Read(t.book.Files);
            }
            catch (RuleBookException)
            {
                return true;
            }
            var naive = NaiveBook.Of(t.book.Files);
            foreach (var situation in new[] { t.one, t.other })
            {
                var against = Outcome.Of(situation.Assess(book)).Against(situation.Naive(naive));
                if (against.Length > 0) throw new InvalidOperationException($"{against}\n{situation}\n{t.book}");
                agreed++;
            }
            return true;
        }, 2000);
        Assert.True(agreed > 3000, $"only {agreed} demands met a book that is read");
    }

    private static void Agree(FsCheck.Gen<Situation> situations, int times) => Draw.Holds(situations, situation =>
    {
        var against = Outcome.Of(situation.Assess()).Against(situation.Naive());
        return against.Length == 0 ? true : throw new InvalidOperationException($"{against}\n{situation}");
    }, times);
}
