using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>The queue's page and its forms: search and filters are its address, assignment and kept views are posted.</summary>
internal static class QueueFace
{
    /// <summary>At most so many demands are assigned at once.</summary>
    private const int MostAtOnce = QueueAsk.MostRows;

    /// <param name="app">The desk's face.</param>
    /// <param name="queue">What it is made from.</param>
    /// <param name="pages">What the desk's pages have in common.</param>
    public static void Map(WebApplication app, QueuePages queue, DeskPages pages)
    {
        app.MapGet("/", Task<IResult> (HttpContext http) => Page(http, 200, []));

        if (queue.Assign is { } assign)
        {
            app.MapPost("/queue/assign", async Task<IResult> (HttpContext http) =>
            {
                var form = await http.Request.ReadFormAsync(http.RequestAborted);
                var ids = form["demand"].OfType<string>().Where(DemandId.IsOne).Distinct().Take(MostAtOnce).ToList();
                var to = form["nobody"].Count > 0 ? null : form["to"].ToString().Trim();
                if (ids.Count == 0)
                    return await Page(http, 422, [new("", Say(http, "queue.no.ticked"))]);
                if (to is "" or { Length: > 100 } || to?.Any(char.IsControl) == true)
                    return await Page(http, 422, [new("", Say(http, "queue.no.person"))]);
                var refused = await assign(Visitor.Needed(http).Sight, ids, to, Visitor.Needed(http).Person.Name, http.RequestAborted);
                return refused.Count > 0 ? await Page(http, 409, refused) : SeeOther(http, Back(form["back"]));
            });
        }

        if (queue is { Keep: { } keep, Forget: { } forget })
        {
            app.MapPost("/queue/views", async Task<IResult> (HttpContext http) =>
            {
                var form = await http.Request.ReadFormAsync(http.RequestAborted);
                try
                {
                    if (form["forget"].ToString() is { Length: > 0 } name)
                        await forget(Account(http), name, http.RequestAborted);
                    else
                        await keep(Account(http), new(form["name"].ToString().Trim(), Back(form["back"])[1..]), http.RequestAborted);
                }
                catch (DeskException no) when (no.Code == "malformed")
                {
                    return await Page(http, 422, [new("", Say(http, "queue.no.view")) { Said = $"{no.Message}. What to do: {no.Next}." }]);
                }
                return SeeOther(http, Back(form["back"]));
            });
        }

        async Task<IResult> Page(HttpContext http, int status, IReadOnlyList<RefusedAssignment> refused)
        {
            var filter = QueueFilter.Of(http.Request.Query);
            try
            {
                LiveRoutes.Listen(pages.Options, http);
                var live = pages.Options.Live;
                // Asked before the list, so that nothing falls between the two.
                var last = live is null ? -1 : await live.Last(http.RequestAborted);
                return FacePage.Of<QueuePage>(pages.Frame(http), status, new()
                {
                    [nameof(QueuePage.List)] = await queue.List(Visitor.Needed(http).Sight, filter.Ask, http.RequestAborted),
                    [nameof(QueuePage.Filter)] = filter,
                    [nameof(QueuePage.Note)] = pages.Options.Shift is { } shift ? await shift.Note(http.RequestAborted) : null,
                    [nameof(QueuePage.Leaf)] = live is null ? null : last,
                    [nameof(QueuePage.Views)] = queue.Views is { } views ? await views(Account(http), http.RequestAborted) : null,
                    [nameof(QueuePage.MayAssign)] = MayAssign(queue, http),
                    [nameof(QueuePage.Person)] = Visitor.Needed(http).Person.Name,
                    [nameof(QueuePage.Refused)] = refused,
                });
            }
            catch (DeskException no) when (no.Code == "malformed")
            {
                return FacePage.Problem(pages.Frame(http), 400, Say(http, "queue.no.page"), Say(http, "queue.no.page.what"), Say(http, "queue.no.page.next"));
            }
        }
    }

    /// <summary>Whether whoever asks may say who works on a demand.</summary>
    public static bool MayAssign(QueuePages queue, HttpContext http) => queue.Assign is not null && AccessTable.Find(Door.Desk, "POST", "/queue/assign")!.Lets(Visitor.Needed(http).Person);

    private static string Say(HttpContext http, string name) => http.RequestServices.GetRequiredService<Reader>().Say(name);

    private static string Account(HttpContext http) => Visitor.Needed(http).Person.Account;

    /// <summary>The queue's own address, or a demand's, and no other.</summary>
    private static string Back(string? to) => to is { Length: > 0 and < 2000 } && !to.Any(char.IsControl)
        && (to.StartsWith("/?", StringComparison.Ordinal) || (to.StartsWith("/demands/", StringComparison.Ordinal) && DemandId.IsOne(to["/demands/".Length..]))) ? to : "/";

    private static IResult SeeOther(HttpContext http, string to)
    {
        // Seen after the redirect, so that loading the page again sends nothing twice.
        http.Response.Headers.Location = to;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}
