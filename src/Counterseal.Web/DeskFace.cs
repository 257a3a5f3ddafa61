using System.Security.Claims;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>What the desk's pages are made from.</summary>
public sealed record DeskFaceOptions
{
    /// <summary>Where it listens, and how pages look.</summary>
    public required FaceGround Ground { get; init; }
    /// <summary>The queue: a page of it, and what can be done there.</summary>
    public required QueuePages Queue { get; init; }
    /// <summary>One demand by its id; <c>null</c> when there is none.</summary>
    public required Func<string, CancellationToken, Task<DemandView?>> Demand { get; init; }
    /// <summary>What is in quarantine, newest first.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<QuarantineRow>>> Quarantine { get; init; }
    /// <summary>The directory.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<DirectoryRow>>> Directory { get; init; }
    /// <summary>The rule book in force and those before it.</summary>
    public required Func<CancellationToken, Task<BooksView>> Books { get; init; }
    /// <summary>The pages on attacks; <c>null</c> where there is no bell.</summary>
    public AttackPages? Attacks { get; init; }
    /// <summary>The page on reports, for a year or the last; <c>null</c> where there is none.</summary>
    public Func<int?, CancellationToken, Task<ReportDeskView>>? Reports { get; init; }
    /// <summary>What is wrong with the desk itself and must be seen on every page.</summary>
    public Func<string?> Alarm { get; init; } = () => null;
    /// <summary>The code that opens the pages: random, made by the host at each start, shown on its terminal; at least 16 characters.</summary>
    public required string SignInCode { get; init; }
}

/// <summary>The staff's pages: queue, demand, attacks, reports, quarantine, directory, rules. They show and change nothing, but that a finding of an attack is confirmed or dismissed there.</summary>
public static class DeskFace
{
    /// <summary>A web application that is ready to start; the caller starts, stops and disposes it.</summary>
    /// <exception cref="ArgumentException">The sign-in code is shorter than 16 characters.</exception>
    public static WebApplication Build(DeskFaceOptions options)
    {
        options = options with { Ground = options.Ground with { Bell = options.Attacks is not null, Reports = options.Reports is not null } };
        var code = new SignInCode(options.SignInCode);
        var builder = options.Ground.Builder(Face.Desk);
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "counterseal-desk";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = options.Ground.CookieSecurity;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
            cookie.SlidingExpiration = false;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "to";
        });
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
            new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        builder.Services.AddRateLimiter(limits => FaceLimits.Desk(limits));

        var app = builder.Build();
        options.Ground.Use(app, Face.Desk);
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        FaceGround.MapCommon(app);
        MapSignIn(app, options, code);
        if (options.Attacks is { } attacks)
            MapAttacks(app, options, attacks);
        MapPages(app, options);
        return app;
    }

    private static void MapPages(WebApplication app, DeskFaceOptions options)
    {
        QueueFace.Map(app, options.Queue, http => Frame(options, http));
        app.MapGet("/demands/{id}", async Task<IResult> (string id, HttpContext http) => await options.Demand(id, http.RequestAborted) is { } view
            ? Show<DemandPage>(options, http, new() { [nameof(DemandPage.View)] = view, [nameof(DemandPage.MayAssign)] = options.Queue.Assign is not null })
            : NoSuchDemand(options, http));
        app.MapGet("/demands/{id}/events/{version:int}/receipt", async Task<IResult> (string id, int version, HttpContext http) =>
            (await options.Demand(id, http.RequestAborted))?.Events.FirstOrDefault(e => e.Version == version)?.Proof is { } proof
                ? Results.File(ReceiptFile.Of(proof), "application/json", $"{id}-{version}.receipt.json")
                : NoSuchDemand(options, http));
        app.MapGet("/quarantine", async Task<IResult> (HttpContext http) =>
            Show<QuarantinePage>(options, http, new() { [nameof(QuarantinePage.Rows)] = await options.Quarantine(http.RequestAborted) }));
        app.MapGet("/directory", async Task<IResult> (HttpContext http) =>
            Show<DirectoryPage>(options, http, new() { [nameof(DirectoryPage.Rows)] = await options.Directory(http.RequestAborted) }));
        app.MapGet("/rules", async Task<IResult> (HttpContext http) =>
            Show<RulesPage>(options, http, new() { [nameof(RulesPage.Books)] = await options.Books(http.RequestAborted) }));
        app.MapGet("/rules/{id}", async Task<IResult> (string id, HttpContext http) => (await options.Books(http.RequestAborted)).Book is var book && book.Rules.FirstOrDefault(r => r.Id == id) is { } rule
            ? Show<RulePage>(options, http, new() { [nameof(RulePage.Book)] = book, [nameof(RulePage.Rule)] = rule })
            : Problem(options, http, 404, "No such rule", "The book in force has no rule of that name; an older book may have had it.", "The page on rules lists all that are in force."));
        if (options.Reports is { } reports)
            app.MapGet("/reports", async Task<IResult> (int? year, HttpContext http) => Show<ReportDeskPage>(options, http, new() { [nameof(ReportDeskPage.View)] = await reports(year is > 1990 and < 3000 ? year : null, http.RequestAborted) }));
        app.MapFallback((HttpContext http) => Problem(options, http, 404, "No such page", "There is nothing at this address.", "The queue shows every open demand."));
    }

    private static void MapAttacks(WebApplication app, DeskFaceOptions options, AttackPages attacks)
    {
        var forms = app.Services.GetRequiredService<IAntiforgery>();
        var pages = app.MapGroup("/attacks").AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (HttpRequestException)
            {
                return Problem(options, context.HttpContext, 503, "The bell does not answer", "What it found is kept, and what was confirmed is told when it is back.", "Try again in a minute; if it stays, look at what `counterseal serve` says of the bell on its terminal.");
            }
        });
        pages.MapGet("", async Task<IResult> (HttpContext http) => Show<AttacksPage>(options, http, new() { [nameof(AttacksPage.Rows)] = await attacks.List(http.RequestAborted) }));
        pages.MapGet("/figures", async Task<IResult> (HttpContext http) => Show<AttackFiguresPage>(options, http, new() { [nameof(AttackFiguresPage.Figures)] = await attacks.Figures(http.RequestAborted) }));
        pages.MapGet("/{id}", Task<IResult> (string id, HttpContext http) => One(id, http, 200, null));
        pages.MapGet("/{id}/events/{version:int}/receipt", async Task<IResult> (string id, int version, HttpContext http) =>
            (await attacks.One(id, http.RequestAborted))?.Events.FirstOrDefault(e => e.Version == version)?.Proof is { } proof
                ? Results.File(ReceiptFile.Of(proof), "application/json", $"{id}-{version}.receipt.json")
                : NoSuchFinding(options, http));
        pages.MapPost("/{id}/decide", async Task<IResult> (string id, HttpContext http) =>
        {
            if (!await forms.IsRequestValidAsync(http))
                return Problem(options, http, 400, "The form is too old", "It was made by an earlier start of the desk, or by another page. Nothing was recorded.", "Load the page again and send it once more.");
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (by, reason, decision) = (form["by"].ToString().Trim(), form["reason"].ToString().Trim(), form["decision"].ToString());
            var no = decision is not ("confirm" or "dismiss") ? "Say whether it is so, with one of the two buttons."
                : by.Length is 0 or > 100 || reason.Length is 0 or > 2000 ? "A decision has your name and a reason; both go on the record."
                : await attacks.Decide(id, decision == "confirm", by, reason, http.RequestAborted);
            if (no is not null)
                return await One(id, http, 422, new(by, reason, no));
            // Seen after the redirect, so that loading the page again sends nothing twice.
            http.Response.Headers.Location = $"/attacks/{id}";
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        });

        async Task<IResult> One(string id, HttpContext http, int status, RefusedDecision? refused) => await attacks.One(id, http.RequestAborted) is { } view
            ? FacePage.Of<AttackPage>(Frame(options, http), status, new() { [nameof(AttackPage.View)] = view, [nameof(AttackPage.Token)] = Token(forms, http), [nameof(AttackPage.Refused)] = refused })
            : NoSuchFinding(options, http);
    }

    private static RazorComponentResult NoSuchFinding(DeskFaceOptions options, HttpContext http) =>
        Problem(options, http, 404, "No such finding", "The bell holds no finding, or no event of it, at this address.", "The page on attacks lists all of them.");

    private static void MapSignIn(WebApplication app, DeskFaceOptions options, SignInCode code)
    {
        var forms = app.Services.GetRequiredService<IAntiforgery>();

        app.MapGet("/sign-in", (HttpContext http) => SignIn(http, Path(http.Request.Query["to"]), wrong: false)).AllowAnonymous();

        app.MapPost("/sign-in", async Task<IResult> (HttpContext http) =>
        {
            if (!await forms.IsRequestValidAsync(http))
                return FormTooOld(http);
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var to = Path(form["to"]);
            if (!code.Is(form["code"].ToString()))
            {
                FaceLog.SignInRefused(FaceGround.Logger(app));
                return SignIn(http, to, wrong: true);
            }

            var person = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "trial")], CookieAuthenticationDefaults.AuthenticationScheme));
            await http.SignInAsync(person);
            FaceLog.SignedIn(FaceGround.Logger(app));
            return Results.LocalRedirect(to);
        }).AllowAnonymous().RequireRateLimiting(FaceLimits.SignIn);

        app.MapPost("/sign-out", async Task<IResult> (HttpContext http) =>
        {
            if (!await forms.IsRequestValidAsync(http))
                return FormTooOld(http);
            await http.SignOutAsync();
            return Results.LocalRedirect("/sign-in");
        });

        IResult SignIn(HttpContext http, string to, bool wrong) =>
            FacePage.Of<SignInPage>(options.Ground.Frame(Face.Desk), wrong ? 403 : 200, new()
            {
                [nameof(SignInPage.Token)] = Token(forms, http),
                [nameof(SignInPage.To)] = to,
                [nameof(SignInPage.Wrong)] = wrong,
            });

        IResult FormTooOld(HttpContext http) =>
            Problem(options, http, 400, "The form is too old", "It was made by an earlier start of the desk, or by another page.", "Load the page again and send it once more.");
    }

    /// <summary>A path of this face and of no other; anything else becomes the queue.</summary>
    private static string Path(string? to) =>
        to is { Length: > 0 and < 500 } && to[0] == '/' && (to.Length == 1 || (to[1] != '/' && to[1] != '\\')) && !to.Any(char.IsControl) ? to : "/";

    private static FormToken Token(IAntiforgery forms, HttpContext http)
    {
        var set = forms.GetAndStoreTokens(http);
        return new(set.FormFieldName, set.RequestToken!);
    }

    private static Frame Frame(DeskFaceOptions options, HttpContext http) =>
        options.Ground.Frame(Face.Desk) with
        {
            Alarm = http.User.Identity?.IsAuthenticated == true ? options.Alarm() : null,
            SignOut = http.User.Identity?.IsAuthenticated == true ? Token(http.RequestServices.GetRequiredService<IAntiforgery>(), http) : null,
        };

    private static RazorComponentResult Show<TPage>(DeskFaceOptions options, HttpContext http, Dictionary<string, object?> values)
        where TPage : Microsoft.AspNetCore.Components.IComponent =>
        FacePage.Of<TPage>(Frame(options, http), 200, values);

    private static RazorComponentResult NoSuchDemand(DeskFaceOptions options, HttpContext http) =>
        Problem(options, http, 404, "No such demand", "The desk holds no demand, or no event of it, at this address.", "The queue shows every open demand.");

    private static RazorComponentResult Problem(DeskFaceOptions options, HttpContext http, int status, string title, string what, string next) =>
        FacePage.Problem(Frame(options, http), status, title, what, next);
}
