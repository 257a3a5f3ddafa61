using Counterseal.Desk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Web;

/// <summary>How a door says no; each in its own form.</summary>
/// <param name="SignIn">Nobody is signed in.</param>
/// <param name="Role">The person's roles do not allow it.</param>
/// <param name="Nothing">There is no such thing, or not for this person.</param>
/// <param name="StepUp">The person must show first that it is them.</param>
/// <param name="Form">The form is not one of this session's.</param>
internal sealed record Noes(
    Func<HttpContext, Task> SignIn, Func<HttpContext, AccessRow, Task> Role, Func<HttpContext, Task> Nothing, Func<HttpContext, Task> StepUp, Func<HttpContext, Task>? Form);

/// <summary>Stands before every route of a door and lets through by <see cref="AccessTable"/>, in this order: signed in, form of ours, role, the thing is there for this person, fresh. Looks are recorded before they are answered.</summary>
internal static class AccessGuard
{
    /// <summary>Puts it before the routes; to be called after authentication.</summary>
    /// <param name="app">The door's application.</param>
    /// <param name="door">Which door.</param>
    /// <param name="accounts">The people.</param>
    /// <param name="who">Finds out who asks, and puts it on the request.</param>
    /// <param name="sees">Whether a demand is there and may be seen.</param>
    /// <param name="isOurForm">Whether a form carries its anti-forgery value.</param>
    /// <param name="no">How the door refuses.</param>
    public static void Use(WebApplication app, Door door, Accounts accounts, Func<HttpContext, Task<Visitor?>> who, Func<Sight, string, CancellationToken, Task<bool>> sees, Func<HttpContext, Task<bool>> isOurForm, Noes no) =>
        app.Use(next => async http =>
        {
            var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            // A path or method that nothing is mapped to is told only to those who are signed in.
            var row = AccessTable.Find(door, HttpMethods.IsHead(http.Request.Method) ? "GET" : http.Request.Method, pattern ?? Fallback) ?? AccessTable.Find(door, "GET", Fallback);
            if (pattern is not null && row is { Pattern: Fallback } && pattern != Fallback)
                throw new InvalidOperationException($"{http.Request.Method} {pattern} has no line in AccessTable");
            var visitor = await who(http);
            visitor?.On(http);
            if (row is null || (row.Who != Who.Anyone && visitor is null))
            {
                await no.SignIn(http);
                return;
            }
            // Whoever is signed in may say at length, in any script: a character is up to nine bytes of a form.
            if (row.Form && visitor is not null && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size && size.MaxRequestBodySize < LargestForm)
                size.MaxRequestBodySize = LargestForm;
            if (row.Form && !await isOurForm(http))
            {
                await (no.Form ?? no.Nothing)(http);
                return;
            }
            if (row.Who == Who.Anyone)
            {
                await next(http);
                return;
            }
            var demand = row.Thing == Thing.Demand ? (string?)http.GetRouteValue("id") : null;
            if (!row.Lets(visitor!.Person))
            {
                await Told("refused", () => no.Role(http, row));
                return;
            }
            if (demand is not null && !(DemandId.IsOne(demand) && await sees(visitor.Sight, demand, http.RequestAborted)))
            {
                await Told("none", () => no.Nothing(http));
                return;
            }
            if (row.Fresh && !visitor.Fresh)
            {
                await no.StepUp(http);
                return;
            }
            if (row.Recorded)
            {
                // While the page is being made the view is written; nothing of the answer leaves before it is on the disk.
                var recorded = Record("shown");
                http.Response.OnStarting(() => recorded);
            }
            await next(http);

            async Task Told(string outcome, Func<Task> say)
            {
                if (row.Recorded || demand is not null)
                    await Record(outcome);
                await say();
            }

            Task Record(string outcome) => accounts.Views.Record(visitor.Person.Account, visitor.Person.Name, $"{row.Method} {row.Pattern}", demand is not null && DemandId.IsOne(demand) ? demand : null, outcome);
        });

    /// <summary>Holds every route of a door against the table.</summary>
    /// <exception cref="InvalidOperationException">A route has no line: nobody has said who may use it.</exception>
    public static void Hold(WebApplication app, Door door)
    {
        var without = Routes(app).Where(route => AccessTable.Find(door, route.Method, route.Pattern) is null).Select(route => $"{route.Method} {route.Pattern}").ToList();
        if (without.Count > 0)
            throw new InvalidOperationException($"no line in AccessTable says who may use {string.Join(", ", without)} of {door}");
    }

    /// <summary>Method and pattern of each route of an application.</summary>
    public static IEnumerable<(string Method, string Pattern)> Routes(WebApplication app) =>
        ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (method, endpoint.RoutePattern.RawText ?? "")));

    /// <summary>The largest form of somebody who is signed in: 256 KiB.</summary>
    private const int LargestForm = 256 << 10;
    private const string Fallback = "{*path:nonfile}";
}
