using Counterseal.Desk;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>What the routes of the portal's pages have in common: frame, forms, refusals.</summary>
internal sealed class PortalPages(WebApplication app, PortalFaceOptions options)
{
    private readonly IAntiforgery forms = app.Services.GetRequiredService<IAntiforgery>();

    /// <summary>What the face is made from.</summary>
    public PortalFaceOptions Options => options;

    /// <summary>The navigation; none for whoever is not signed in.</summary>
    public static IReadOnlyList<(string Href, string Name)> Links(Frame frame, Reader reader) =>
        frame.You is null ? [] : [("/", reader.Say("nav.demands")), ("/submit", reader.Say("nav.submit")), ("/colleagues", reader.Say("nav.colleagues")), ("/key", reader.Say("nav.key"))];

    /// <summary>A page.</summary>
    public RazorComponentResult Show<TPage>(HttpContext http, int status, Dictionary<string, object?> values) where TPage : IComponent => FacePage.Of<TPage>(Frame(http), status, values);

    /// <summary>Who reads the answer to a request.</summary>
    public static Reader ReaderOf(HttpContext http) => http.RequestServices.GetRequiredService<Reader>();

    /// <summary>A page that says no, in the reader's language: the sentences <c>portal.no.WHICH</c>.</summary>
    public RazorComponentResult Problem(HttpContext http, int status, string which)
    {
        var reader = ReaderOf(http);
        return FacePage.Problem(Frame(http), status, reader.Say($"portal.no.{which}"), reader.Say($"portal.no.{which}.what"), reader.Say($"portal.no.{which}.next"), way: Way(http, reader));
    }

    /// <summary>Nothing was changed, and why: the portal says it itself.</summary>
    public RazorComponentResult Unchanged(HttpContext http, string why)
    {
        var reader = ReaderOf(http);
        return FacePage.Problem(Frame(http), 422, reader.Say("portal.unchanged"), reader.Say(why), reader.Say("portal.unchanged.again"), way: Way(http, reader));
    }

    private static (string, string) Way(HttpContext http, Reader reader) => PortalSession.Of(http) is null ? ("/sign-in", reader.Say("portal.request.back")) : ("/", reader.Say("nav.demands"));

    /// <summary>There is nothing at this address.</summary>
    public RazorComponentResult Nothing(HttpContext http) => Problem(http, 404, "page");

    /// <summary>There is no such demand, or it is not this authority's: one answer for both.</summary>
    public RazorComponentResult NoSuchDemand(HttpContext http) => Problem(http, 404, "demand");

    /// <summary>An act, and the page where it shows; the desk's own refusals become pages.</summary>
    public async Task<IResult> Act(HttpContext http, string then, Func<Officer, IFormCollection, Task> act)
    {
        try
        {
            await act(PortalSession.Needed(http), await http.Request.ReadFormAsync(http.RequestAborted));
            return DeskPages.Then(http, then);
        }
        catch (DeskException no)
        {
            return Refused(http, no);
        }
    }

    /// <summary>The desk's refusal as a page.</summary>
    public RazorComponentResult Refused(HttpContext http, DeskException no) => no.Code switch
    {
        "unknown" => NoSuchDemand(http),
        "kept" => Problem(http, 503, "ledger"),
        _ => FacePage.Problem(Frame(http), no.Code is "conflict" or "not-now" or "tampered" ? 409 : 422, ReaderOf(http).Say("portal.unchanged"), DeskPages.Sentence(no.Message), DeskPages.Sentence(no.Next), below: true, way: Way(http, ReaderOf(http))),
    };

    /// <summary>The anti-forgery value for a form.</summary>
    public FormToken Token(HttpContext http)
    {
        var set = forms.GetAndStoreTokens(http);
        return new(set.FormFieldName, set.RequestToken!);
    }

    /// <summary>Whether a form carries its value.</summary>
    public Task<bool> IsOurForm(HttpContext http) => http.Request.HasFormContentType ? forms.IsRequestValidAsync(http) : Task.FromResult(false);

    /// <summary>Whether the officer's passkey answered just now.</summary>
    public bool Fresh(HttpContext http) => PortalSession.Of(http) is { } session && options.Ground.Time.GetUtcNow() <= session.FreshUntil;

    /// <summary>The frame, with what is whoever's who asks.</summary>
    public Frame Frame(HttpContext http)
    {
        var frame = options.Ground.Frame(Face.Portal);
        return PortalSession.Of(http) is not { } session ? frame : frame with { SignOut = Token(http), You = session.Officer.Name };
    }
}
