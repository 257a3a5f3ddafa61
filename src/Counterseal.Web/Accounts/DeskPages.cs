using Counterseal.Desk;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>What the routes of the staff's pages have in common: frame, forms, refusals.</summary>
internal sealed class DeskPages(WebApplication app, DeskFaceOptions options)
{
    private readonly IAntiforgery forms = app.Services.GetRequiredService<IAntiforgery>();

    /// <summary>What the face is made from.</summary>
    public DeskFaceOptions Options => options;

    /// <summary>A page for whoever is signed in.</summary>
    public RazorComponentResult Show<TPage>(HttpContext http, int status, Dictionary<string, object?> values) where TPage : IComponent => FacePage.Of<TPage>(Frame(http), status, values);

    /// <summary>A page for whoever is not.</summary>
    public RazorComponentResult Bare<TPage>(HttpContext http, int status, Dictionary<string, object?> values) where TPage : IComponent
    {
        _ = http;
        return FacePage.Of<TPage>(options.Ground.Frame(Face.Desk), status, values);
    }

    /// <summary>A page that says no, in the reader's language; what a room below says of it, in English.</summary>
    public RazorComponentResult Problem(HttpContext http, int status, string title, string what, string next, bool below = false) => FacePage.Problem(Frame(http), status, title, what, next, below);

    /// <summary>Who reads.</summary>
    public static Reader Reader(HttpContext http) => http.RequestServices.GetRequiredService<Reader>();

    /// <summary>After an act: the page where it shows, so that loading it again sends nothing twice.</summary>
    public static IResult Then(HttpContext http, string path)
    {
        http.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>An act, and the page where it shows; the desk's own refusals become pages.</summary>
    public async Task<IResult> Act(HttpContext http, string then, Func<Visitor, IFormCollection, Task> act)
    {
        try
        {
            await act(Visitor.Needed(http), await http.Request.ReadFormAsync(http.RequestAborted));
            return Then(http, then);
        }
        catch (DeskException no)
        {
            return Problem(http, no.Code switch { "unknown" => 404, "conflict" or "not-now" or "tampered" => 409, "kept" => 503, _ => 422 }, Reader(http).Say(no.Code == "kept" ? "desk.kept" : "desk.unchanged"), Sentence(no.Message), Sentence(no.Next), below: true);
        }
    }

    /// <summary>An act that makes something which is shown once, as the answer to the form itself, so that no address leads to it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="act">Makes it.</param>
    /// <param name="show">The page with it.</param>
    public async Task<IResult> ShownOnce<T>(HttpContext http, Func<Visitor, IFormCollection, Task<T>> act, Func<T, Task<IResult>> show)
    {
        (bool Is, T What) made = default;
        var done = await Act(http, "/", async (visitor, form) => made = (true, await act(visitor, form)));
        if (!made.Is)
            return done;
        http.Response.Headers.Location = default;
        return await show(made.What);
    }

    /// <summary>The anti-forgery value for a form.</summary>
    public FormToken Token(HttpContext http)
    {
        var set = forms.GetAndStoreTokens(http);
        return new(set.FormFieldName, set.RequestToken!);
    }

    /// <summary>Whether a form carries its value.</summary>
    public Task<bool> IsOurForm(HttpContext http) => http.Request.HasFormContentType ? forms.IsRequestValidAsync(http) : Task.FromResult(false);

    /// <summary>A path of this face and of no other; anything else becomes the queue.</summary>
    public static string Local(string? to) =>
        to is { Length: > 0 and < 500 } && to[0] == '/' && (to.Length == 1 || (to[1] != '/' && to[1] != '\\')) && !to.Any(char.IsControl) ? to : "/";

    /// <summary>The frame, with what is whoever's who asks.</summary>
    public Frame Frame(HttpContext http)
    {
        var frame = options.Ground.Frame(Face.Desk);
        return Visitor.Of(http) is not { } visitor ? frame : frame with
        {
            Alarm = options.Alarm(),
            SignOut = Token(http),
            You = visitor.Person.Name,
            May = path => AccessTable.Find(Door.Desk, "GET", path)?.Lets(visitor.Person) != false,
        };
    }

    /// <summary>A refusal's words as a sentence.</summary>
    public static string Sentence(string words) => words.Length == 0 ? "" : char.ToUpperInvariant(words[0]) + words[1..] + (words[^1] is '.' or '?' ? "" : ".");
}
