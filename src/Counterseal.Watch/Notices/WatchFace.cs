using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Watch;

/// <summary>
/// The bell's doors over HTTP, for whichever program hosts them: events in, the banner and the code for a product's own pages after sign-in (with the product's credential), and the public page that
/// checks a code and tells nothing else.
/// </summary>
public static class WatchFace
{
    private const int MostAccount = 1024;

    /// <summary>Lets events in: <c>POST /events?form=ocsf|entra</c>, one event a line, any length. The answer says how many were new, how many were there, and which lines were not taken.</summary>
    /// <param name="app">Where.</param>
    /// <param name="bell">Takes them.</param>
    /// <param name="credential">What a logger shows as its bearer token.</param>
    /// <param name="time">Our clock.</param>
    public static void MapEvents(IEndpointRouteBuilder app, Bell bell, string credential, TimeProvider time) =>
        app.MapPost("/events", async (HttpContext context) =>
        {
            if (!Shown(context, credential))
                return Results.Unauthorized();
            EventReading reading;
            switch (context.Request.Query["form"].ToString())
            {
                case "ocsf" or "":
                    reading = OcsfAuthentication.Read;
                    break;
                case "entra":
                    reading = EntraSignIn.Read;
                    break;
                default:
                    return Results.Text("form is ocsf or entra\n", statusCode: 400);
            }
            // Whoever sends a stream of hours is not cut off by a limit on bodies: memory is bounded by the batch.
            if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = null;
            if (context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } slowest)
                slowest.MinDataRate = null;
            const int batch = 2000, mostNamed = 100;
            var (events, faults, lost, total) = (new List<WatchEvent>(batch), new List<EventFault>(), 0L, default(BatchResult));
            await foreach (var line in EventFeed.Read(context.Request.Body, "http", reading, default, time, context.RequestAborted))
            {
                if (line.Fault is { } fault)
                {
                    lost += fault.Lost ? 1 : 0;
                    if (faults.Count < mostNamed)
                        faults.Add(fault);
                }
                if (line.Event is { } happened)
                    events.Add(happened);
                if (events.Count == batch)
                    await Flush();
            }
            await Flush();
            return Results.Json(new { taken = total.Events, repeated = total.Repeated, leftOut = lost, faults = faults.Select(fault => $"{fault.Place}: {fault.What}") }, WatchJson.Options);

            async Task Flush()
            {
                var one = await bell.Take(events, null, context.RequestAborted);
                total = new(total.Events + one.Events, total.Repeated + one.Repeated, total.Evidence + one.Evidence);
                events.Clear();
            }
        });

    /// <summary>
    /// For a product's own pages, after it has signed somebody in: <c>POST /notices/banners</c>, <c>/notices/opened</c>, <c>/notices/code</c>, each with JSON <c>{"account": …, "administers": …}</c> and, by turns,
    /// <c>language</c>, <c>notice</c>, <c>code</c>.
    /// </summary>
    /// <param name="app">Where.</param>
    /// <param name="bell">Has the notices.</param>
    /// <param name="credential">What the product shows as its bearer token: whoever has it may ask for any account.</param>
    public static void MapProduct(IEndpointRouteBuilder app, Bell bell, string credential)
    {
        app.MapPost("/notices/banners", Task<IResult> (HttpContext context) => Asked(context, credential, async asked =>
            Results.Json(await bell.Banners(asked.Account, asked.Administers, asked.Language, context.RequestAborted), WatchJson.Options)));
        app.MapPost("/notices/opened", Task<IResult> (HttpContext context) => Asked(context, credential, async asked =>
        {
            try
            {
                await bell.Opened(asked.Account, asked.Administers, asked.Notice ?? "", context.RequestAborted);
                return Results.NoContent();
            }
            catch (RecordException no)
            {
                return Results.Text(no.Message + "\n", statusCode: 404);
            }
        }));
        app.MapPost("/notices/code", Task<IResult> (HttpContext context) => Asked(context, credential, async asked =>
            Results.Json(new { ours = await bell.CheckSignedIn(asked.Account, asked.Administers, asked.Code ?? "", context.RequestAborted) }, WatchJson.Options)));
    }

    /// <summary>The public page: <c>GET /check</c> and <c>POST /check</c> with the field <c>code</c>.</summary>
    /// <param name="app">Where.</param>
    /// <param name="bell">Knows the codes.</param>
    public static void MapPublic(IEndpointRouteBuilder app, Bell bell)
    {
        app.MapGet("/check", (HttpContext context) => Page(context, null));
        app.MapPost("/check", async (HttpContext context) =>
        {
            if (!context.Request.HasFormContentType || context.Request.ContentLength is null or > 4096)
                return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            var answer = await bell.CheckPublicly(form["code"].ToString(), context.Connection.RemoteIpAddress ?? IPAddress.None, context.RequestAborted);
            return Page(context, answer switch { true => "check.yes", false => "check.no", null => "check.later" });
        });
    }

    private sealed record Question(string Account, string? Administers = null, string? Language = null, string? Notice = null, string? Code = null);

    private static async Task<IResult> Asked(HttpContext context, string credential, Func<Question, Task<IResult>> answer)
    {
        if (!Shown(context, credential))
            return Results.Unauthorized();
        try
        {
            var asked = await JsonSerializer.DeserializeAsync<Question>(context.Request.Body, WatchJson.Options, context.RequestAborted);
            return asked is { Account.Length: > 0 and <= MostAccount } ? await answer(asked) : Results.Text("account is missing\n", statusCode: 400);
        }
        catch (JsonException wrong)
        {
            return Results.Text($"not the JSON that is asked for: {wrong.Message}\n", statusCode: 400);
        }
    }

    private static bool Shown(HttpContext context, string credential)
    {
        var shown = context.Request.Headers.Authorization.ToString();
        return shown.StartsWith("Bearer ", StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown["Bearer ".Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(credential)));
    }

    private static IResult Page(HttpContext context, string? answer)
    {
        var language = NoticeLanguage.Accepted(context.Request.Headers.AcceptLanguage);
        string Words(string name) => WebUtility.HtmlEncode(language.Say(name));
        // The address that asks is in no page, and no page is kept: the same for everybody.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.ContentLanguage = language.Tag;
        var html = string.Create(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="{language.Tag}" dir="{(language.RightToLeft ? "rtl" : "ltr")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{Words("check.title")}</title>
            <style>body{"{"}max-width:38em;margin:2em auto;padding:0 1em;font:1.1em/1.5 sans-serif{"}"}input{"{"}font:inherit;width:14em;direction:ltr{"}"}</style></head>
            <body><main><h1>{Words("check.title")}</h1>
            {(answer is null ? "" : $"<p role=\"status\"><strong>{Words(answer)}</strong></p>")}
            <form method="post" action="check"><p><label>{Words("check.prompt")} <input name="code" autocomplete="off" maxlength="64" required dir="ltr"></label> <button>{Words("check.button")}</button></p></form>
            <p>{Words("real.never")}</p></main></body></html>
            """);
        return Results.Content(html, "text/html; charset=utf-8");
    }
}
