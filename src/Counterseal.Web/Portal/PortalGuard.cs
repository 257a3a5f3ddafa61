using Counterseal.Desk;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Web;

/// <summary>Stands before every route of the portal and lets through by <see cref="AccessTable"/>, in this order: signed in, form of ours, the demand is the officer's authority's own, fresh. Looks are recorded before they are answered.</summary>
internal static class PortalGuard
{
    /// <summary>The largest request with an original in it: the original, and what stands around it.</summary>
    public const int LargestUpload = Desk.Desk.OriginalLimit + 64 * 1024;
    /// <summary>The largest request with a form.</summary>
    public const int LargestForm = 512 * 1024;

    private const string Fallback = "{*path:nonfile}";
    private const string Upload = "/submit/file";

    /// <summary>Puts it before the routes; to be called after authentication.</summary>
    public static void Use(WebApplication app, PortalPages pages)
    {
        var (officers, filings, time) = (pages.Options.Officers, pages.Options.Filings, pages.Options.Ground.Time);
        // Each may hold 20 MiB, so only a few are read at a time.
        var room = new SemaphoreSlim(4, 4);
        app.Lifetime.ApplicationStopped.Register(room.Dispose);
        app.Use(next => async http =>
        {
            var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            var row = AccessTable.Find(Door.Portal, HttpMethods.IsHead(http.Request.Method) ? "GET" : http.Request.Method, pattern ?? Fallback) ?? AccessTable.Find(Door.Portal, "GET", Fallback);
            if (pattern is not null && row is { Pattern: Fallback } && pattern != Fallback)
                throw new InvalidOperationException($"{http.Request.Method} {pattern} has no line in AccessTable");
            var session = PortalSession.Of(http);
            if (row is null || (row.Who != Who.Anyone && session is null))
            {
                await http.ChallengeAsync(new AuthenticationProperties { RedirectUri = HttpMethods.IsGet(http.Request.Method) ? null : "/" });
                return;
            }
            if (pattern == Upload && !await room.WaitAsync(TimeSpan.FromSeconds(10), http.RequestAborted))
            {
                http.Response.Headers.RetryAfter = "60";
                await pages.Problem(http, 503, "room").ExecuteAsync(http);
                return;
            }
            try
            {
                await Checked(http, row, session);
            }
            finally
            {
                if (pattern == Upload)
                    room.Release();
            }

            async Task Checked(HttpContext asked, AccessRow line, OfficerSession? who)
            {
                if (line.Form)
                {
                    if (asked.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                        size.MaxRequestBodySize = pattern == Upload ? LargestUpload : who is null ? 32 * 1024 : LargestForm;
                    if (await OurForm(asked) is { } no)
                    {
                        await no.ExecuteAsync(asked);
                        return;
                    }
                }
                if (line.Who == Who.Anyone)
                {
                    await next(asked);
                    return;
                }
                var officer = who!.Officer;
                var demand = line.Thing == Thing.Demand ? (string?)asked.GetRouteValue("id") : null;
                if (demand is not null && !await filings.Has(officer.Authority, demand, asked.RequestAborted))
                {
                    await officers.Record(officer, $"portal {line.Method} {line.Pattern}", DemandId.IsOne(demand) ? demand : null, "none");
                    await pages.NoSuchDemand(asked).ExecuteAsync(asked);
                    return;
                }
                if (line.Fresh && time.GetUtcNow() > who.FreshUntil)
                {
                    await pages.Problem(asked, 403, "fresh").ExecuteAsync(asked);
                    return;
                }
                if (line.Recorded)
                {
                    // While the page is being made the look is written; nothing of the answer leaves before it is on the disk.
                    var recorded = officers.Record(officer, $"portal {line.Method} {line.Pattern}", demand, "shown");
                    asked.Response.OnStarting(() => recorded);
                }
                await next(asked);
            }
        });

        async Task<IResult?> OurForm(HttpContext http)
        {
            try
            {
                // Read here first, so that what is too large is told from what is not ours.
                if (http.Request.HasFormContentType)
                    _ = await http.Request.ReadFormAsync(http.RequestAborted);
                return await pages.IsOurForm(http) ? null
                    : pages.Problem(http, 400, "form");
            }
            catch (Exception large) when (large is InvalidDataException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
            {
                return pages.Problem(http, 413, "large");
            }
        }
    }
}
