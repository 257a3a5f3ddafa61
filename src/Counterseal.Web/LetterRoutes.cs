using System.Text;
using Counterseal.Desk;
using Counterseal.Intake;
using Counterseal.Law;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>The drafts of a demand's letters: a page, and each as a file. Nothing is kept, and nothing is sent: what goes to the authority goes by the form of messages, when a person sends it.</summary>
internal static class LetterRoutes
{
    private const int MostName = 100;

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages, Letters letters)
    {
        app.MapGet("/demands/{id}/letters", (string id, HttpContext http) => Page(pages, letters, http, id, 200, Name(http, "letter"), Name(http, "ground"), null));
        app.MapGet("/demands/{id}/letters/draft", async Task<IResult> (string id, HttpContext http) =>
        {
            if (await pages.Options.Demand(Visitor.Needed(http).Sight, id, Reader(http), http.RequestAborted) is not { } view)
                return NoSuch(pages, http);
            var format = http.Request.Query["format"].ToString();
            try
            {
                if (view.Tampered is not null)
                    throw new LetterException("the database does not say of this demand what the ledger says; nothing is drafted from it until a person has looked", "demand");
                var draft = letters.Write(LettersView.MatterOf(view, await Book(pages, http), pages.Options.Ground.Time.GetUtcNow()), Name(http, "letter"), Name(http, "ground"), format == "text" ? DraftFormat.Text : DraftFormat.Markdown);
                return format switch
                {
                    "xml" when draft.Annex3 is { } annex3 => Results.File([.. Annex3Xml.Write(annex3), (byte)'\n'], "application/xml", $"{id}-{draft.Letter}.xml"),
                    "xml" => throw new LetterException($"only the letter annex3 is there as data, and the draft is {draft.Letter}; choose markdown or text", "format"),
                    "text" => Results.File(Encoding.UTF8.GetBytes(draft.Text), "text/plain; charset=utf-8", $"{id}-{draft.Letter}.txt"),
                    "markdown" or "" => Results.File(Encoding.UTF8.GetBytes(draft.Text), "text/markdown; charset=utf-8", $"{id}-{draft.Letter}.md"),
                    _ => throw new LetterException("is not known; choose markdown, text or xml", "format"),
                };
            }
            catch (LetterException no)
            {
                return pages.Problem(http, 422, Reader(http).Say("letters.wrong"), DeskPages.Sentence(no.Message), Reader(http).Say("letters.wrong.next"), below: true);
            }
        });
    }

    /// <summary>
    /// Sends a message to the authority. What still has a place that is left to counsel is not sent; what was written from a draft comes back to its page with why it was not taken.
    /// </summary>
    /// <param name="pages">The pages.</param>
    /// <param name="http">The request.</param>
    /// <param name="id">The demand.</param>
    /// <param name="write">Writes it: by whom, what.</param>
    public static async Task<IResult> Send(DeskPages pages, HttpContext http, string id, Func<string, string, Task> write)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (text, letter) = (form["text"].ToString(), form["letter"].ToString());
        try
        {
            if (text.Contains(LetterView.Gap, StringComparison.OrdinalIgnoreCase))
                throw new FormException(Reader(http).Say("letters.gap"), Reader(http).Say("letters.gap.next"));
            await write(Visitor.Needed(http).Person.Name, text);
            return DeskPages.Then(http, $"/demands/{id}#messages");
        }
        catch (FormException no)
        {
            return pages.Options.Letters is { } letters && letter.Length > 0 ? await Back(letters, 422, no.Message, no.Next, below: false)
                : pages.Problem(http, 422, Reader(http).Say("desk.unchanged"), DeskPages.Sentence(no.Message), DeskPages.Sentence(no.Next));
        }
        catch (DeskException no) when (letter.Length > 0 && no.Code is not ("kept" or "unknown") && pages.Options.Letters is not null)
        {
            return await Back(pages.Options.Letters, no.Code is "conflict" or "not-now" or "tampered" ? 409 : 422, no.Message, no.Next, below: true);
        }
        catch (DeskException no)
        {
            return await pages.Act(http, "", (_, _) => throw no);
        }

        Task<IResult> Back(Letters letters, int status, string what, string next, bool below) =>
            Page(pages, letters, http, id, status, letter, form["ground"].ToString() is { Length: > 0 } ground ? ground : null, new(letter, text, $"{DeskPages.Sentence(what)} {DeskPages.Sentence(next)}", below));
    }

    private static async Task<IResult> Page(DeskPages pages, Letters letters, HttpContext http, string id, int status, string? letter, string? ground, RefusedLetter? refused)
    {
        var visitor = Visitor.Needed(http);
        if (await pages.Options.Demand(visitor.Sight, id, Reader(http), http.RequestAborted) is not { } view)
            return NoSuch(pages, http);
        var drafts = LettersView.Of(letters, view, await Book(pages, http), pages.Options.Ground.Time.GetUtcNow(), letter, ground);
        // One that is called for stands there already.
        if (ground is null && drafts.CalledFor.Any(one => one.Name == letter))
            drafts = drafts with { Chosen = null };
        return pages.Show<LettersPage>(http, status, new()
        {
            [nameof(LettersPage.Drafts)] = drafts,
            [nameof(LettersPage.Token)] = pages.Token(http),
            [nameof(LettersPage.Writes)] = pages.Options.Officers is not null && view.Tampered is null && AccessTable.Find(Door.Desk, "POST", "/demands/{id}/messages")!.Lets(visitor.Person),
            [nameof(LettersPage.Conflict)] = view.Recused.ContainsKey(visitor.Person.Name),
            [nameof(LettersPage.Refused)] = refused,
        });
    }

    private static async Task<RuleBook> Book(DeskPages pages, HttpContext http) => pages.Options.Book?.Invoke() ?? (await pages.Options.Books(http.RequestAborted)).Book;

    private static string? Name(HttpContext http, string name) => http.Request.Query[name].ToString() is { Length: > 0 and <= MostName } one ? one : null;

    private static Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult NoSuch(DeskPages pages, HttpContext http) =>
        pages.Problem(http, 404, Reader(http).Say("absent.none"), Reader(http).Say("absent.none.what"), Reader(http).Say("absent.none.next"));

    private static Reader Reader(HttpContext http) => http.RequestServices.GetRequiredService<Reader>();
}

/// <summary>A message from a draft that was not taken.</summary>
/// <param name="Letter">Which letter it was drafted as.</param>
/// <param name="Text">What was to be sent.</param>
/// <param name="Why">Why it was not, and what to do.</param>
/// <param name="Below">Whether the desk says so, in English; else it is in the reader's language.</param>
public sealed record RefusedLetter(string Letter, string Text, string Why, bool Below);
