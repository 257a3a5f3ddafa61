using System.Text;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>The folder of letters is read whole or not at all, and a template reaches the model and nothing else.</summary>
public class LetterFolderTests
{
    private const string To = "{% comment %} to: authority {% endcomment %}\n";
    private const string Court = "{% comment %} to: court {% endcomment %}\n";

    [Fact]
    public void The_letters_that_ship_are_the_eight()
    {
        Assert.Equal(["annex3", "clarification", "mlat", "motion", "objection", "recall", "redirect", "refusal"], LetterWorld.Letters.Names);
        Assert.True(File.Exists(Path.Combine(LetterWorld.Folder, "README.md")));
    }

    [Fact]
    public void Every_ground_that_the_rule_books_declare_has_a_letter_and_every_box_of_Annex_III_a_ground()
    {
        Assert.NotEmpty(LetterWorld.Shipped.Grounds);
        Assert.Empty(LetterWorld.Letters.Mistakes(LetterWorld.Shipped));
        var boxes = LetterWorld.Shipped.Grounds.Values.Where(g => g.Id.StartsWith(Annex3.Grounds, StringComparison.Ordinal)).Select(g => Annex3.Box(g.Id, g.Letter)).ToList();
        Assert.Equal(Enum.GetValues<Annex3Box>().Where(b => b != Annex3Box.Other), boxes.Select(b => b!.Value).Order());
    }

    [Fact]
    public void A_ground_without_a_letter_is_named()
    {
        var without = Letters.Read(LetterWorld.Files.Where(f => f.Name != "motion.liquid"));
        Assert.Equal("The ground 'ex.comity' names the letter 'motion', which is not here; the letters are annex3, clarification, mlat, objection, recall, redirect, refusal.", Assert.Single(without.Mistakes(LetterWorld.Book)));
    }

    [Theory]
    // Members.
    [InlineData("\n{{ demand.refrence }}", 3, "'demand' has no member 'refrence'; it has addressee, assistance")]
    [InlineData("{{ doubt }}", 2, "the model has no member 'doubt'")]
    [InlineData("{{ Demand.reference }}", 2, "the model has no member 'Demand'")]
    [InlineData("{{ demand.reference.Length }}", 2, "'demand.reference' is their words and has no members; take '.Length' out")]
    [InlineData("{{ demand.items.size }}", 2, "'demand.items' is list and has no members")]
    [InlineData("{{ demand.items }}", 2, "it cannot be printed, only gone through with {% for %}")]
    [InlineData("{{ demand }}", 2, "it cannot be printed, only asked for one of its members")]
    [InlineData("{{ partly }}", 2, "it cannot be printed, only used in {% if %}")]
    [InlineData("{{ route }}", 2, "it cannot be printed")]
    [InlineData("{{ findings }}", 2, "'findings' does not go to an authority; take it out")]
    [InlineData("{% for f in findings %}{{ f.sentence }}{% endfor %}", 2, "'findings' does not go to an authority")]
    [InlineData("{{ item.selector }}", 2, "the model has no member 'item'")]
    [InlineData("{% for item in demand.items %}\n{{ item.selector }}\n{% endfor %}\n{{ item.selector }}", 5, "the model has no member 'item'")]
    [InlineData("{% for i in demand.items %}{{ i.selector }}{% endfor %}\n\n{% for i in objections %}{{ i.selector }}{% endfor %}", 4, "'i' has no member 'selector'; it has citation, name, sentence")]
    [InlineData("{{ forloop.index }}", 2, "the model has no member 'forloop'")]
    // Loops and conditions.
    [InlineData("{% for i in demand %}{% endfor %}", 2, "'demand' is group and not a list")]
    [InlineData("{% for i in demand.items limit:2 %}{% endfor %}", 2, "':' does not go in a tag")]
    [InlineData("{% for i in demand.items reversed %}{% endfor %}", 2, "a loop is written {% for item in demand.items %}")]
    [InlineData("{% for i in (1..99999999) %}{% endfor %}", 2, "'(' does not go in a tag")]
    [InlineData("{% for demand in demand.items %}{% endfor %}", 2, "'demand' already has a meaning here")]
    [InlineData("{% if route == \"mltat\" %}{% endif %}", 2, "'route' is never \"mltat\"; it is one of direct, customer, mlat")]
    [InlineData("{% if route %}{% endif %}", 2, "compare it with one of them")]
    [InlineData("{% if demand.reference == \"x\" %}{% endif %}", 2, "'demand.reference' is not one of a few words")]
    [InlineData("{% if \"mlat\" == route %}{% endif %}", 2, "a comparison is a member and a word in quotes")]
    [InlineData("{% if partly and nothing %}{% endif %}", 2, "the model has no member 'nothing'")]
    [InlineData("{% if demand %}{% endif %}", 2, "it is neither true nor false")]
    [InlineData("{% unless partly %}\n{% else %}\n{{ x }}{% endunless %}", 4, "the model has no member 'x'")]
    // What the grammar does not have.
    [InlineData("{{ demand.reference | upcase }}", 2, "'|' does not go in a tag")]
    [InlineData("{{ demand['reference'] }}", 2, "'[' does not go in a tag")]
    [InlineData("{{ 'words' }}", 2, "is not a member")]
    [InlineData("\n{{ true }}", 3, "holds something that letters do not have")]
    [InlineData("\n{% if nil %}{% endif %}", 3, "a condition is members joined by and, or")]
    [InlineData("{% assign a = 1 %}", 2, "'assign' is not a tag of letters")]
    [InlineData("{% include 'parts/head' %}", 2, "'include' is not a tag of letters")]
    [InlineData("{% render 'parts/head' %}", 2, "'render' is not a tag of letters")]
    [InlineData("{% raw %}", 2, "'raw' is not a tag of letters")]
    [InlineData("{% part ../secret %}", 2, "'/' does not go in a tag")]
    [InlineData("{% part .. %}", 2, "a part is written {% part head %}")]
    [InlineData("{% part nowhere %}", 2, "there is no part 'nowhere'; the folder parts/ has deadlines, foot, head")]
    [InlineData("{% part head foot %}", 2, "a part is written {% part head %}")]
    [InlineData("{% if partly %}{% else partly %}{% endif %}", 2, "there is more than 'else' in its tag")]
    [InlineData("{%- if partly %}{% endif %}", 2, "the hyphen at a tag's end is not needed")]
    // Syntax.
    [InlineData("words\n{% if partly %}\nmore", 3, "'if' is never closed")]
    [InlineData("{% if partly %}{% endfor %}", 2, "'endfor' stands where the 'if' of line 2 is still open")]
    [InlineData("{% endif %}", 2, "'endif' closes nothing")]
    [InlineData("{% else %}", 2, "'else' stands outside")]
    [InlineData("{% if %}{% endif %}", 2, "is not a template")]
    [InlineData("\n{% if partly partly %}{% endif %}", 3, "is not a template")]
    [InlineData("{{ demand.reference", 2, "'{{' is not closed on its line")]
    [InlineData("{% comment %} a\n{% endcomment %}", 2, "a comment begins and ends on one line")]
    [InlineData("{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}{% if partly %}", 2, "deeper than 12")]
    // Words that could make a value behave otherwise.
    [InlineData("> a quotation of nobody", 2, "a line that begins with > is a quotation")]
    [InlineData("<b>{{ demand.reference }}</b>", 2, "'<' is not used in letters")]
    [InlineData("[words]({{ demand.reference }})", 2, "'](' is not used in letters")]
    [InlineData("`{{ demand.reference }}`", 2, "'`' is not used in letters")]
    [InlineData("left\u202eright", 2, "the character U+202E is hidden")]
    public void A_template_that_is_not_right_is_refused_with_file_line_and_what_to_do(string body, int line, string says)
    {
        var refused = Assert.Throws<LetterException>(() => With("refusal.liquid", To + body));
        Assert.Equal("refusal.liquid", refused.File);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal(line, refused.Line);
    }

    [Fact]
    public void A_mistake_in_a_part_is_named_there_and_a_part_uses_no_part()
    {
        var wrong = Assert.Throws<LetterException>(() => With("parts/foot.liquid", "words\n{{ demand.nobody }}"));
        Assert.Equal(("parts/foot.liquid", 2), (wrong.File, wrong.Line));
        var inside = Assert.Throws<LetterException>(() => With("parts/foot.liquid", "{% part head %}"));
        Assert.Contains("there is no part 'head'; the folder parts/ has none", inside.Message, StringComparison.Ordinal);
        var court = Assert.Throws<LetterException>(() => With("parts/items.liquid", "{% for f in findings %}{{ f.sentence }}{% endfor %}"));
        Assert.Contains("does not go to an authority", court.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_goes_to_a_court_may_say_what_goes_to_no_authority() =>
        With("motion.liquid", Court + "{% for f in findings %}It appears {{ f.sentence }}{% endfor %}{% for d in objectBy %}{{ d.what }}{% endfor %}");

    [Theory]
    [InlineData("notes.txt", "does not belong with the letters")]
    [InlineData("Refusal.liquid", "does not belong with the letters")]
    [InlineData("parts/deep/head.liquid", "does not belong with the letters")]
    [InlineData("../head.liquid", "does not belong with the letters")]
    public void A_file_that_is_no_letter_is_refused(string name, string says) =>
        Assert.Contains(says, Assert.Throws<LetterException>(() => With(name, To)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_letter_that_does_not_say_to_whom_it_goes_is_refused()
    {
        foreach (var first in new[] { "", "words", "{% comment %} to: everybody {% endcomment %}", "\n" + To })
            Assert.Contains("does not say to whom", Assert.Throws<LetterException>(() => With("refusal.liquid", first)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_is_refused()
    {
        Assert.Contains("the most is 65536", Assert.Throws<LetterException>(() => With("refusal.liquid", To + new string('a', MostBytes))).Message, StringComparison.Ordinal);
        Assert.Contains("the most is 200", Assert.Throws<LetterException>(() => With("refusal.liquid", To + "{% if " + string.Join(" and ", Enumerable.Repeat("partly", 100)) + " %}{% endif %}")).Message, StringComparison.Ordinal);
        Assert.Contains("the most is 64", Assert.Throws<LetterException>(() => Letters.Read(Enumerable.Range(0, 65).Select(i => ($"l{i}.liquid", Encoding.UTF8.GetBytes(To))))).Message, StringComparison.Ordinal);
        Assert.Contains("is not UTF-8", Assert.Throws<LetterException>(() => Letters.Read([("refusal.liquid", [.. Encoding.UTF8.GetBytes(To), 0xff])])).Message, StringComparison.Ordinal);
    }

    private const int MostBytes = 64 * 1024;

    [Fact]
    public void A_draft_that_grows_beyond_its_bounds_is_refused_soon()
    {
        var many = LetterWorld.Order("ex.order", [.. Enumerable.Range(0, 1000).Select(i => new ScopeItem(new(SelectorKind.Mailbox, $"a{i}@mail.example"), [DataCategory.Subscriber], null, null))]);
        var matter = LetterWorld.Matter(many, ("authenticated", "true"));
        var steps = With("refusal.liquid", To + "{% for a in demand.items %}{% for b in demand.items %}{{ b.categories }}{% endfor %}{% endfor %}");
        Assert.Contains("takes more than 500000 steps", Assert.Throws<LetterException>(() => steps.Write(matter, "refusal")).Message, StringComparison.Ordinal);
        var words = With("refusal.liquid", To + "{% for a in demand.items %}" + new string('w', 5000) + "{% endfor %}");
        Assert.Contains("more than 4194304 characters", Assert.Throws<LetterException>(() => words.Write(matter, "refusal")).Message, StringComparison.Ordinal);
        foreach (var name in LetterWorld.Letters.Names) Assert.True(LetterWorld.Letters.Write(matter, name).Text.Length > 500);
    }

    [Fact]
    public void What_is_asked_for_and_not_there_is_named()
    {
        var matter = LetterWorld.Matter(LetterWorld.Order("ex.order", new ScopeItem(new(SelectorKind.Mailbox, "a@mail.example"), [DataCategory.Subscriber], null, null)), ("authenticated", "true"));
        Assert.Contains("there is no letter 'poem'; the folder has annex3", Assert.Throws<LetterException>(() => LetterWorld.Letters.Write(matter, "poem")).Message, StringComparison.Ordinal);
        Assert.Contains("has no ground 'ex.none'; it has eu.annex3.authority", Assert.Throws<LetterException>(() => LetterWorld.Letters.Write(matter, ground: "ex.none")).Message, StringComparison.Ordinal);
        Assert.Equal(Decision.Comply, matter.Proposed);
        Assert.Contains("nothing of this demand calls for a letter; name one of", Assert.Throws<LetterException>(() => LetterWorld.Letters.Write(matter)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ground_that_counsel_names_is_drafted_whether_a_rule_raised_it_or_not()
    {
        var matter = LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "true"), ("offence.maxMonths", "60"));
        var raised = LetterWorld.Letters.Write(matter, ground: "ex.issuer");
        Assert.Equal("refusal", raised.Letter);
        Assert.Contains("1. Not issued by a court. traffic data: not ordered by a court. (Example Act, s. 3)", raised.Text, StringComparison.Ordinal);
        var named = LetterWorld.Letters.Write(matter, ground: "ex.comity");
        Assert.Equal("motion", named.Letter);
        Assert.Equal([Recipient.Court], named.To);
        Assert.Contains("1. It would break another country's law. [to be completed by counsel: the reason, in words that may go out] (Example Act, s. 7)", named.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Not issued by a court", named.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_tags_leaves_no_line_in_the_letter()
    {
        var letters = With("refusal.liquid", To + "one\n{% if partly %}\ntwo\n{% endif %}\n{% for o in objections %}\n- {{ o.name }}\n{% endfor %}\nlast");
        Assert.Equal("one\ntwo\n- Not issued by a court\nlast\n", letters.Write(LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "true"), ("offence.maxMonths", "60")), "refusal").Text);
    }

    [Fact]
    public void The_page_for_counsel_lists_every_member_with_its_reader()
    {
        var page = File.ReadAllLines(Path.Combine(Place.Root, "docs", "letters.md"));
        foreach (var member in Letters.Members)
        {
            var to = member.To == LetterReaders.Court ? "court" : "authority, court";
            Assert.Contains($"| `{member.Path}` | {member.Shape} | {to} | {member.Meaning} |", page);
        }
        Assert.Equal(Letters.Members.Count, page.Count(l => l.StartsWith("| `", StringComparison.Ordinal) && l.EndsWith(". |", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_link_out_of_the_folder_is_not_followed()
    {
        var folder = Directory.CreateTempSubdirectory("letters");
        try
        {
            var outside = Path.Combine(folder.FullName, "outside");
            File.WriteAllText(outside, To + "words");
            var inside = folder.CreateSubdirectory("letters");
            File.CreateSymbolicLink(Path.Combine(inside.FullName, "refusal.liquid"), outside);
            Assert.Contains("refusal.liquid: is a link", Assert.Throws<LetterException>(() => Letters.Load(inside.FullName)).Message, StringComparison.Ordinal);
            Assert.Contains("is not a folder", Assert.Throws<LetterException>(() => Letters.Load(outside)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Two_thousand_mutations_of_the_templates_are_drafted_or_refused()
    {
        var random = new Random(20265);
        var letters = LetterWorld.Files.Where(f => !f.Name.StartsWith("parts/", StringComparison.Ordinal)).ToList();
        var parts = LetterWorld.Files.Except(letters).ToList();
        var matter = LetterWorld.Matter(LetterWorld.Order(), ("authenticated", "true"), ("offence.maxMonths", "60"));
        string[] bits = ["{{", "}}", "{%", "%}", " if ", " for ", " in ", "endif", "endfor", "else", "elsif", "part ", "comment", "endcomment", "demand.", "items", "objections", "forloop.index", "==", "'", "\"", "|", "-", ".", "\n", "\0", "é", ">"];
        var drafted = 0;
        for (var n = 0; n < 2000; n++)
        {
            var (name, bytes) = letters[random.Next(letters.Count)];
            var text = Encoding.UTF8.GetString(bytes);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(60, text.Length);
                var length = Math.Min(random.Next(1, 30), text.Length - at);
                text = random.Next(4) switch
                {
                    0 => text.Insert(at, bits[random.Next(bits.Length)]),
                    1 => text.Remove(at, length),
                    2 => text.Insert(random.Next(60, text.Length), text.Substring(at, length)),
                    _ => text.Remove(at, 1).Insert(at, bits[random.Next(bits.Length)]),
                };
            }
            try
            {
                var draft = Letters.Read([.. parts, (name, Encoding.UTF8.GetBytes(text))]).Write(matter, Path.GetFileNameWithoutExtension(name));
                Assert.EndsWith("\n", draft.Text, StringComparison.Ordinal);
                drafted++;
            }
            catch (LetterException refused)
            {
                Assert.True(refused.Message.Length > 20);
            }
        }
        Assert.InRange(drafted, 300, 1900);
    }

    private static Letters With(string name, string text) => Letters.Read([.. LetterWorld.Files.Where(f => f.Name != name), (name, Encoding.UTF8.GetBytes(text))]);
}
