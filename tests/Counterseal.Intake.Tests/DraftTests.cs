using System.Text;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>Each letter from a fixed demand, held against the committed draft. With COUNTERSEAL_WRITE_DRAFTS=1 the drafts are written anew, to be read before they are committed.</summary>
public class DraftTests
{
    private static readonly JsonSerializerOptions Indented = new(LawJson.Options) { WriteIndented = true };

    private static readonly Demand Order = LetterWorld.Order();

    private static readonly Demand Epoc = LetterWorld.Order("eu.epoc") with { EnforcingAuthorityNotified = true };

    private static Matter Matter(string name) => name switch
    {
        "refusal" => LetterWorld.Matter(Order, ("authenticated", "true"), ("offence.maxMonths", "60")),
        "objection" => LetterWorld.Matter(Order with { Issuing = Order.Issuing with { Kind = AuthorityKind.Judge }, Assistance = ["the private key of the mailbox,\nand standing access"], Secrecy = new(null, null) }, ("authenticated", "true"), ("offence.maxMonths", "60")),
        "clarification" => LetterWorld.Matter(Order with { Issuing = Order.Issuing with { Kind = AuthorityKind.Court } }, ("authenticated", "true")),
        "redirect" => LetterWorld.Matter(Order with { Secrecy = new("Example Act, s. 9", new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)) }, ("authenticated", "true"), ("customer.type", "enterprise")),
        "recall" => LetterWorld.Matter(Order with { Emergency = true }, ("authenticated", "true"), ("validation.after", "false")),
        "mlat" => LetterWorld.Matter(LetterWorld.Order("ex.wish") with { Issuing = new("Court of Elsewhere", "YY", AuthorityKind.Court) }, ("authenticated", "true")),
        "motion" => LetterWorld.Matter(Order with { Issuing = Order.Issuing with { Kind = AuthorityKind.Court }, Citations = ["Example Act, s. 1"] }, ("authenticated", "true"), ("conflict.ground", "foreignLaw"), ("conflict.country", "YY"), ("offence.maxMonths", "60")),
        _ => LetterWorld.Matter(Epoc, ("authenticated", "true"), ("immunity.seen", "true"), ("conflict.ground", "foreignLaw"), ("conflict.country", "YY"), ("data.impossible", "true")),
    };

    [Theory]
    [InlineData("refusal")]
    [InlineData("objection")]
    [InlineData("clarification")]
    [InlineData("redirect")]
    [InlineData("recall")]
    [InlineData("mlat")]
    [InlineData("motion")]
    [InlineData("annex3")]
    public void The_matter_calls_for_the_letter_and_the_draft_is_the_committed_one(string name)
    {
        var draft = LetterWorld.Letters.Write(Matter(name));

        Assert.Equal(name, draft.Letter);
        Same(name + ".md", draft.Text);
        Assert.All(draft.Gaps, gap => Assert.Contains($"[to be completed by counsel: {gap}]", draft.Text, StringComparison.Ordinal));
        Assert.Equal(draft.Gaps.Count, draft.Text.Split("[to be completed by counsel").Length - 1);
    }

    [Fact]
    public void The_same_letter_as_plain_text_is_the_committed_one() =>
        Same("refusal.txt", LetterWorld.Letters.Write(Matter("refusal"), format: DraftFormat.Text).Text);

    [Fact]
    public void Annex_III_as_JSON_and_as_XML_are_the_committed_ones()
    {
        var form = LetterWorld.Letters.Write(Matter("annex3")).Annex3!;

        Same("annex3.json", JsonSerializer.Serialize(form, Indented) + "\n");
        Same("annex3.xml", Encoding.UTF8.GetString(Annex3Xml.Write(form)) + "\n");
    }

    private static void Same(string file, string text)
    {
        var path = Path.Combine(LetterWorld.Drafts, file);
        if (Environment.GetEnvironmentVariable("COUNTERSEAL_WRITE_DRAFTS") == "1") File.WriteAllText(path, text);
        Assert.Equal(File.ReadAllText(path), text);
    }
}
