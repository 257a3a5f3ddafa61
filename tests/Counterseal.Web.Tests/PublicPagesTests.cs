using System.Net;

namespace Counterseal.Web.Tests;

/// <summary>The public's front, rules and authorities' page over the wire.</summary>
public sealed class PublicPagesTests : IAsyncLifetime
{
    private Faces faces = null!;

    public async ValueTask InitializeAsync() => faces = await Faces.Start();

    public ValueTask DisposeAsync() => faces.DisposeAsync();

    [Fact]
    public async Task The_front_page_answers_four_questions_in_their_order()
    {
        var page = await Get("/");
        string[] questions = ["How many demands came, and what we gave", "How to check that", "What the rules are", "Were you asked about, or attacked?"];
        var places = questions.Select(question => page.IndexOf($">{question}</h2>", StringComparison.Ordinal)).ToList();
        Assert.All(places, place => Assert.True(place > 0));
        Assert.Equal(places.Order(), places);
        Assert.Equal(4, System.Text.RegularExpressions.Regex.Count(page, "<h2 "));
    }

    [Fact]
    public async Task The_rules_are_there_with_citation_since_when_and_what_each_book_changed()
    {
        var page = await Get("/rules");
        var book = PublicSamples.Rules.Book;
        foreach (var rule in book.Rules)
        {
            Assert.Contains($"href=\"/rules/{rule.Id}\"", page, StringComparison.Ordinal);
            Assert.Contains(rule.Plain, page, StringComparison.Ordinal);
            Assert.Contains(rule.Citation, page, StringComparison.Ordinal);
        }
        // A rule whose words the newest book changed stands since then; all others at least since the first book whose text is known.
        var changed = book.Rules.Single(rule => rule.Id == "policy.notice");
        Assert.Equal((PublicSamples.New, false), (PublicSamples.Rules.Since(changed)!.Value.Since.Digest, PublicSamples.Rules.Since(changed)!.Value.AtLeast));
        Assert.True(PublicSamples.Rules.Since(book.Rules.First(rule => rule.Id != "policy.notice"))!.Value.AtLeast);
        Assert.Contains("Rules: 1. Other declarations: 0.", page, StringComparison.Ordinal);
        Assert.Contains("was not kept here", page, StringComparison.Ordinal);

        var changes = await Get($"/rules/books/{PublicSamples.New}");
        Assert.Contains("<ins>We tell the customer unless a recorded, unexpired secrecy order forbids it; with the disclosure, where that may not wait.</ins>", changes, StringComparison.Ordinal);
        Assert.Contains("policy.notice", await Get("/rules/policy.notice"), StringComparison.Ordinal);
        using var window = Faces.Client(faces.Public);
        foreach (var none in new[] { "/rules/no.such.rule", $"/rules/books/{new string('0', 64)}", "/rules/books/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await window.GetAsync(none)).StatusCode);
    }

    [Fact]
    public void Books_are_kept_whole_under_their_digests_and_one_that_was_touched_is_as_none()
    {
        var folder = Directory.CreateTempSubdirectory("cs-b-").FullName;
        try
        {
            var book = PublicSamples.Rules.Book;
            new RuleShelf(folder).Keep(book);
            new RuleShelf(folder).Keep(book);
            Assert.Equal(book.Digest, new RuleShelf(folder).Find(book.Digest)!.Digest);
            Assert.Single(Directory.EnumerateFileSystemEntries(folder));
            File.AppendAllText(Path.Combine(folder, book.Digest, "policy", "notice.yaml"), "# touched\n");
            Assert.Null(new RuleShelf(folder).Find(book.Digest));
            Assert.Null(new RuleShelf(folder).Find("../" + book.Digest));
            Assert.Null(new RuleShelf(folder).Find(new string('0', 64)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Authorities_read_how_to_reach_us_what_is_refused_and_why()
    {
        var page = await Get("/authorities");
        foreach (var said in new[] { "authorities@example.example, +353 1 555 0100", "https://demands.example.org/demands", "Bulk data", "Keys, back doors", "Silence without a basis", "on a number that we already hold" })
            Assert.Contains(said, page, StringComparison.Ordinal);
    }

    private async Task<string> Get(string path)
    {
        using var window = Faces.Client(faces.Public);
        using var answer = await window.GetAsync(path);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}\n{string.Join('\n', faces.Logged().Split('\n').Where(line => line.Contains("Exception", StringComparison.Ordinal)))}");
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }
}
