using Counterseal.Desk;
using Counterseal.Web.Portal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>An authority's own demands: list, page, files, messages, withdrawal. The guard has let through only what is the officer's authority's own, and each delegate asks for it again.</summary>
internal static class PortalDemandRoutes
{
    private const int APage = 25;

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, PortalPages pages)
    {
        var filings = pages.Options.Filings;

        app.MapGet("/", async Task<IResult> (int? page, HttpContext http) =>
        {
            var officer = PortalSession.Needed(http);
            var at = Math.Clamp(page ?? 1, 1, 10_000);
            var rows = await filings.List(officer.Authority, (at - 1) * APage, APage + 1, http.RequestAborted);
            return pages.Show<PortalDemandsPage>(http, 200, new()
            {
                [nameof(PortalDemandsPage.Authority)] = (await pages.Options.Authority(officer.Authority, http.RequestAborted))?.Name ?? officer.Authority,
                [nameof(PortalDemandsPage.Rows)] = (IReadOnlyList<FiledDemand>)[.. rows.Take(APage)],
                [nameof(PortalDemandsPage.Read)] = await filings.Read(officer.Id, http.RequestAborted),
                [nameof(PortalDemandsPage.At)] = at,
                [nameof(PortalDemandsPage.More)] = rows.Count > APage,
            });
        });
        app.MapGet("/demands/{id}", Task<IResult> (string id, string? filed, HttpContext http) => One(http, id, 200, filed is not null, null, ""));
        app.MapGet("/demands/{id}/receipt", async Task<IResult> (string id, HttpContext http) =>
            await filings.Receipt(PortalSession.Needed(http).Authority, id, http.RequestAborted) is { } receipt ? Results.File(receipt, "application/json", $"{id}.receipt.json") : pages.NoSuchDemand(http));
        app.MapGet("/demands/{id}/tally.json", async Task<IResult> (string id, HttpContext http) =>
            await filings.Tally(PortalSession.Needed(http).Authority, id, http.RequestAborted) is { } tally ? Results.File(tally, "application/json", "tally.json") : pages.NoSuchDemand(http));
        app.MapGet("/demands/{id}/files/{file}", async Task<IResult> (string id, string file, HttpContext http) =>
        {
            var officer = PortalSession.Needed(http);
            if (await filings.One(officer.Authority, id, http.RequestAborted) is not { } demand || FromDesk.Status(demand.View).Files.All(one => one.Name != file))
                return pages.NoSuchDemand(http);
            try
            {
                return await filings.Package(officer, id, file, PublicFace.Range(http.Request), http.RequestAborted) is { } answer ? new PublicFace.Passage(answer, file) : pages.NoSuchDemand(http);
            }
            catch (Exception away) when (PublicFace.IsAway(away))
            {
                http.Response.Headers.RetryAfter = "30";
                return pages.Problem(http, 503, "answer");
            }
        });
        app.MapPost("/demands/{id}/messages", async Task<IResult> (string id, HttpContext http) =>
        {
            var text = (await http.Request.ReadFormAsync(http.RequestAborted))["text"].ToString();
            try
            {
                await filings.Write(PortalSession.Needed(http), id, text, http.RequestAborted);
                return DeskPages.Then(http, $"/demands/{id}#messages");
            }
            catch (DeskException no) when (no.Code == "not-now")
            {
                // What was written stays in the form.
                return await One(http, id, 422, false, new(DeskPages.Sentence(no.Message), English: true), text);
            }
            catch (DeskException no)
            {
                return pages.Refused(http, no);
            }
        }).RequireRateLimiting(FaceLimits.Submit);
        app.MapPost("/demands/{id}/withdraw", async Task<IResult> (string id, HttpContext http) =>
            (await http.Request.ReadFormAsync(http.RequestAborted))["sure"] != "yes" ? pages.Problem(http, 422, "sure")
            : await pages.Act(http, $"/demands/{id}", (officer, form) => filings.Withdraw(officer, id, form["reason"].ToString(), http.RequestAborted)));

        async Task<IResult> One(HttpContext http, string id, int status, bool filed, PortalNo? wrong, string text)
        {
            var officer = PortalSession.Needed(http);
            if (await filings.One(officer.Authority, id, http.RequestAborted) is not { } demand)
                return pages.NoSuchDemand(http);
            var read = (await filings.Read(officer.Id, http.RequestAborted)).GetValueOrDefault(id);
            if (demand.Messages.Count > 0 && demand.Messages[^1].Version > read)
                await filings.HasRead(officer.Id, id, demand.Messages[^1].Version, http.RequestAborted);
            return pages.Show<PortalDemandPage>(http, status, new()
            {
                [nameof(PortalDemandPage.Token)] = pages.Token(http),
                [nameof(PortalDemandPage.Demand)] = demand,
                [nameof(PortalDemandPage.Read)] = read,
                [nameof(PortalDemandPage.Filed)] = filed,
                [nameof(PortalDemandPage.Tally)] = await filings.Tally(officer.Authority, id, http.RequestAborted) is not null,
                [nameof(PortalDemandPage.Wrong)] = wrong,
                [nameof(PortalDemandPage.Text)] = text,
            });
        }
    }
}
