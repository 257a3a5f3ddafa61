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
    public void Engine_and_document_agree_on_random_books() => Draw.Holds(DrawnBook.World, t =>
    {
        var against = Outcome.Of(t.Situation.Assess(t.Book.Book)).Against(t.Situation.Naive(t.Book.Naive));
        return against.Length == 0 ? true : throw new InvalidOperationException($"{against}\n{t.Situation}\n{t.Book}");
    }, 3000);

    private static void Agree(FsCheck.Gen<Situation> situations, int times) => Draw.Holds(situations, situation =>
    {
        var against = Outcome.Of(situation.Assess()).Against(situation.Naive());
        return against.Length == 0 ? true : throw new InvalidOperationException($"{against}\n{situation}");
    }, times);
}
