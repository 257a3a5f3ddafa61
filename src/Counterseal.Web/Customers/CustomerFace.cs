using System.Security.Cryptography;
using System.Text;
using Counterseal.Desk;
using Counterseal.Watch;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>A notice of a demand with the names of what it cites.</summary>
/// <param name="Notice">The notice.</param>
/// <param name="Instrument">The kind of legal process, by name; <c>null</c> where it is not known.</param>
/// <param name="Citation">Where the rule is written.</param>
public sealed record CustomerNoticeView(CustomerNotice Notice, string? Instrument, string? Citation);

/// <summary>What the bell has for one customer.</summary>
/// <param name="Banners">The notices of attacks, in a language. Throws <see cref="HttpRequestException"/> when the bell does not answer.</param>
/// <param name="Opened">One was shown.</param>
/// <param name="Check">Whether a code is of a notice to this customer.</param>
public sealed record CustomerAttacks(
    Func<Customer, string, CancellationToken, Task<IReadOnlyList<Banner>>> Banners, Func<Customer, string, CancellationToken, Task> Opened, Func<Customer, string, CancellationToken, Task<bool>> Check);

/// <summary>What the customers' pages are made from. The desk's database is not among it: what is asked goes through these delegates, by the names that a token brought.</summary>
public sealed record CustomerFaceOptions
{
    /// <summary>Where it listens, and how pages look.</summary>
    public required FaceGround Ground { get; init; }
    /// <summary>How customers come in.</summary>
    public required HandOver HandOver { get; init; }
    /// <summary>The public face's address, where proofs are checked.</summary>
    public required string Public { get; init; }
    /// <summary>Whom a customer talks to; <c>null</c> where the provider has named nobody.</summary>
    public string? Contact { get; init; }
    /// <summary>The demands that the holder of names was told of.</summary>
    public required Func<IReadOnlyList<HeldName>, CancellationToken, Task<IReadOnlyList<CustomerNoticeView>>> Notices { get; init; }
    /// <summary>The proof of a notice as a file; <c>null</c> when there is none for them.</summary>
    public required Func<IReadOnlyList<HeldName>, string, CancellationToken, Task<byte[]?>> Proof { get; init; }
    /// <summary>Records the customer's own answer. Throws <see cref="DeskException"/>.</summary>
    public required Func<IReadOnlyList<HeldName>, string, CustomerAnswer, string, CancellationToken, Task> Reply { get; init; }
    /// <summary>The bell; <c>null</c> where there is none.</summary>
    public CustomerAttacks? Attacks { get; init; }
}

/// <summary>The pages of customers: what they are told, whether a notice is genuine, and an organisation's own answer. They work without script.</summary>
public static class CustomerFace
{
    private const string Cookie = "counterseal-customer";
    private const string Fallback = "{*path:nonfile}";

    /// <summary>A web application that is ready to start; the caller starts, stops and disposes it.</summary>
    public static WebApplication Build(CustomerFaceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Ground = options.Ground with { Bell = options.Attacks is not null } };
        var builder = options.Ground.Builder(Face.Customer);
        builder.Services.AddRateLimiter(FaceLimits.Customer);
        builder.Services.AddSingleton(new CustomerSessions(options.Ground.Time));
        var app = builder.Build();
        options.Ground.Use(app, Face.Customer);
        app.UseRateLimiter();
        Guard(app, options);
        FaceGround.MapCommon(app);
        Reader.Map(app, options.Ground, _ => options.Ground.Frame(Face.Customer));
        MapWayIn(app, options);
        MapNotices(app, options);
        MapCheck(app, options);
        app.MapFallback((HttpContext http) => Out(http, options, 404, null));
        AccessGuard.Hold(app, Door.Customer);
        return app;
    }

    /// <summary>Stands before every route and lets through by <see cref="AccessTable"/>: signed in where it says so, and with a form of ours.</summary>
    private static void Guard(WebApplication app, CustomerFaceOptions options) => app.Use(next => async http =>
    {
        var method = HttpMethods.IsHead(http.Request.Method) ? "GET" : http.Request.Method;
        var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? Fallback;
        var row = AccessTable.Find(Door.Customer, method, pattern) ?? (pattern == Fallback ? AccessTable.Find(Door.Customer, "GET", Fallback) : null)
            ?? throw new InvalidOperationException($"{method} {pattern} has no line in AccessTable");
        if (row.Who != Who.Anyone)
        {
            if (http.RequestServices.GetRequiredService<CustomerSessions>().Find(http.Request.Cookies[options.Ground.CookieName(Cookie)]) is not { } session)
            {
                await Out(http, options, 401, null).ExecuteAsync(http);
                return;
            }
            http.Features.Set(session);
        }
        if (row.Form && !await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            var reader = http.RequestServices.GetRequiredService<Reader>();
            await FacePage.Problem(options.Ground.Frame(Face.Customer), 400, reader.Say("customer.wrong"), reader.Say("customer.wrong.what"), null).ExecuteAsync(http);
            return;
        }
        await next(http);
    });

    private static void MapWayIn(WebApplication app, CustomerFaceOptions options)
    {
        // For a trial, in which no product is there to send the form.
        app.MapGet("/enter", (HttpContext http) => Out(http, options, 200, null));
        app.MapPost("/enter", async Task<IResult> (HttpContext http) =>
        {
            if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > HandOver.MostToken + 1024)
                return Out(http, options, 413, "customer.out.refused");
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            if (await options.HandOver.Take(form["token"].ToString().Trim()) is not { } customer || http.RequestServices.GetRequiredService<CustomerSessions>().Begin(customer) is not { } secret)
                return Out(http, options, 403, "customer.out.refused");
            // The product's page sent the form, and its browser must bring the cookie on the way on from there: Lax, not Strict.
            http.Response.Cookies.Append(options.Ground.CookieName(Cookie), secret, new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = options.Ground.IsHttps });
            return See("/");
        }).RequireRateLimiting(FaceLimits.Enter);
        app.MapPost("/sign-out", (HttpContext http) =>
        {
            http.RequestServices.GetRequiredService<CustomerSessions>().End(http.Request.Cookies[options.Ground.CookieName(Cookie)]);
            http.Response.Cookies.Delete(options.Ground.CookieName(Cookie), new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = options.Ground.IsHttps });
            return Out(http, options, 200, "customer.out.left");
        });
    }

    private static void MapNotices(WebApplication app, CustomerFaceOptions options)
    {
        app.MapGet("/", async Task<IResult> (HttpContext http) => await Page(http, 200, null));
        app.MapGet("/notices/{id}/proof.json", async Task<IResult> (string id, HttpContext http) =>
            await options.Proof(Known(http).Names, id, http.RequestAborted) is { } file ? Results.Bytes(file, "application/json", "notice.json") : Out(http, options, 404, null));
        app.MapPost("/notices/{id}/answer", async Task<IResult> (string id, HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            if (!Enum.TryParse<CustomerAnswer>(form["answer"].ToString(), ignoreCase: true, out var answer) || !Enum.IsDefined(answer))
                return await Page(http, 422, "answer.wrong");
            try
            {
                await options.Reply(Known(http).Names, id, answer, form["says"].ToString(), http.RequestAborted);
                return See("/#" + id);
            }
            catch (DeskException no)
            {
                return no.Code switch
                {
                    "unknown" => Out(http, options, 404, null),
                    "kept" or "conflict" or "tampered" => await Page(http, 503, "answer.wrong"),
                    "not-now" => await Page(http, 409, "answer.full"),
                    _ => await Page(http, 422, "answer.wrong"),
                };
            }
        }).RequireRateLimiting(FaceLimits.Answer);

        async Task<IResult> Page(HttpContext http, int status, string? wrong)
        {
            var (session, reader) = (http.Features.Get<CustomerSession>()!, http.RequestServices.GetRequiredService<Reader>());
            var notices = await options.Notices(session.Customer.Names, http.RequestAborted);
            IReadOnlyList<Banner>? banners = [];
            if (options.Attacks is { } attacks)
            {
                try
                {
                    banners = await attacks.Banners(session.Customer, reader.Language.Tag, http.RequestAborted);
                    foreach (var banner in banners.Where(banner => !banner.Opened))
                        await attacks.Opened(session.Customer, banner.Notice, http.RequestAborted);
                }
                catch (Exception away) when (away is HttpRequestException or RecordException)
                {
                    banners = null;
                }
            }
            return FacePage.Of<CustomerPage>(Frame(http, options), status, new()
            {
                [nameof(CustomerPage.Session)] = session,
                [nameof(CustomerPage.Notices)] = notices,
                [nameof(CustomerPage.Banners)] = banners,
                [nameof(CustomerPage.Public)] = options.Public,
                [nameof(CustomerPage.Contact)] = options.Contact,
                [nameof(CustomerPage.Wrong)] = wrong,
            });
        }
    }

    private static void MapCheck(WebApplication app, CustomerFaceOptions options)
    {
        app.MapGet("/check", (HttpContext http) => FacePage.Of<GenuinePage>(Frame(http, options), 200, []));
        app.MapPost("/check", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var code = Plain(form["code"].ToString());
            var ours = false;
            foreach (var notice in await options.Notices(Known(http).Names, http.RequestAborted))
                ours |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Plain(notice.Notice.Code)), Encoding.UTF8.GetBytes(code));
            if (!ours && options.Attacks is { } attacks && code.Length is > 0 and <= 64)
            {
                try
                {
                    ours = await attacks.Check(Known(http), form["code"].ToString().Trim(), http.RequestAborted);
                }
                catch (HttpRequestException)
                {
                    http.Response.Headers.RetryAfter = "30";
                    return FacePage.Of<GenuinePage>(Frame(http, options), 503, new() { [nameof(GenuinePage.Answer)] = "customer.away" });
                }
            }
            return FacePage.Of<GenuinePage>(Frame(http, options), 200, new() { [nameof(GenuinePage.Answer)] = ours ? "genuine.yes" : "genuine.no" });
        }).RequireRateLimiting(FaceLimits.Answer);
    }

    private static Customer Known(HttpContext http) => http.Features.Get<CustomerSession>()!.Customer;

    /// <summary>Letters that look alike are one, blanks and hyphens none, as people type codes.</summary>
    private static string Plain(string code) => string.Concat(code.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit).Take(64)).Replace('O', '0').Replace('I', '1').Replace('L', '1');

    private static Frame Frame(HttpContext http, CustomerFaceOptions options)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        // What antiforgery asks of caches is less than what every page here asks already.
        http.Response.Headers.CacheControl = "no-store";
        return options.Ground.Frame(Face.Customer) with { SignOut = new(tokens.FormFieldName, tokens.RequestToken!) };
    }

    private static RazorComponentResult Out(HttpContext http, CustomerFaceOptions options, int status, string? said)
    {
        http.Response.Headers.CacheControl = "no-store";
        return FacePage.Of<CustomerOutPage>(options.Ground.Frame(Face.Customer), status, new() { [nameof(CustomerOutPage.Said)] = said, [nameof(CustomerOutPage.Paste)] = options.Ground.Trial });
    }

    private static SeeOther See(string path) => new SeeOther(path);

    private sealed class SeeOther(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
