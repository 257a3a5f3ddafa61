using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Authentication;
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
    /// <summary>One demand by its id; <c>null</c> when there is none, or not for whoever asks.</summary>
    public required Func<Sight, string, Reader, CancellationToken, Task<DemandView?>> Demand { get; init; }
    /// <summary>The original's bytes by the demand's id; <c>null</c> when they were destroyed. <c>null</c> itself where originals are not shown.</summary>
    public Func<string, CancellationToken, Task<byte[]?>>? Original { get; init; }
    /// <summary>Does something with a demand: id, by whom, what, the version seen; refusals are <see cref="DeskException"/>. <c>null</c> where pages change nothing.</summary>
    public Func<string, string, DemandAct, int?, CancellationToken, Task>? Act { get; init; }
    /// <summary>What changes while somebody looks; <c>null</c> where pages do not listen.</summary>
    public LivePages? Live { get; init; }
    /// <summary>Calendar, docket, alerts and hand-over; <c>null</c> where there are none.</summary>
    public ShiftPages? Shift { get; init; }
    /// <summary>What is in quarantine, newest first.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<QuarantineRow>>> Quarantine { get; init; }
    /// <summary>The directory.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<DirectoryRow>>> Directory { get; init; }
    /// <summary>The rule book in force and those before it.</summary>
    public required Func<CancellationToken, Task<BooksView>> Books { get; init; }
    /// <summary>The rule book in force, without those before it; <c>null</c>: as <see cref="Books"/> has it.</summary>
    public Func<RuleBook>? Book { get; init; }
    /// <summary>The pages on attacks; <c>null</c> where there is no bell.</summary>
    public AttackPages? Attacks { get; init; }
    /// <summary>The page on reports, for a year or the last; <c>null</c> where there is none.</summary>
    public Func<Sight, int?, CancellationToken, Task<ReportDeskView>>? Reports { get; init; }
    /// <summary>What is wrong with the desk itself and must be seen on every page.</summary>
    public Func<string?> Alarm { get; init; } = () => null;
    /// <summary>The people who may sign in.</summary>
    public required Accounts Accounts { get; init; }
    /// <summary>Whether a demand is there and may be seen.</summary>
    public required Func<Sight, string, CancellationToken, Task<bool>> Sees { get; init; }
    /// <summary>Ids of demands that may not be seen; <c>null</c> where none is hidden.</summary>
    public Func<Sight, CancellationToken, Task<IReadOnlySet<string>>>? Hidden { get; init; }
    /// <summary>Officers of authorities, and messages with them; <c>null</c> where there is no portal.</summary>
    public OfficerPages? Officers { get; init; }
    /// <summary>Compartments, conflicts, and who is picked; <c>null</c> where there is no desk behind the pages.</summary>
    public KeepingPages? Keeping { get; init; }
    /// <summary>The company's own sign-in; <c>null</c> where there is none.</summary>
    public CompanySignIn? Company { get; init; }
    /// <summary>In a trial, the code that opens the trial's account: random, made by the host at each start, shown on its terminal; at least 16 characters. <c>null</c>: there is none.</summary>
    public string? SignInCode { get; init; }
}

/// <summary>The staff's pages: queue, demand, attacks, reports, quarantine, directory, rules. What is done there is done by the desk and the bell; the pages hold no rule of their own.</summary>
public static class DeskFace
{
    /// <summary>A web application that is ready to start; the caller starts, stops and disposes it.</summary>
    /// <exception cref="ArgumentException">The sign-in code is shorter than 16 characters.</exception>
    public static WebApplication Build(DeskFaceOptions options)
    {
        options = options with { Ground = options.Ground with { Bell = options.Attacks is not null, Reports = options.Reports is not null, Officers = options.Officers is not null, Shift = options.Shift is not null } };
        if (options.SignInCode is { } code)
            _ = new SignInCode(code);
        var accounts = options.Accounts;
        var builder = options.Ground.Builder(Face.Desk);
        StaffSession.Add(builder.Services, accounts, options.Ground);
        Passkeys.Add(builder.Services, accounts, options.Ground);
        options.Company?.Add(builder.Services, accounts, options.Ground);
        builder.Services.AddRateLimiter(limits => FaceLimits.Desk(limits));

        var app = builder.Build();
        var pages = new DeskPages(app, options);
        options.Ground.Use(app, Face.Desk);
        app.UseRateLimiter();
        app.UseAuthentication();
        AccessGuard.Use(app, Door.Desk, accounts, http => StaffSession.Who(http, accounts, options.Ground.Time), options.Sees, pages.IsOurForm, Noes(pages));
        FaceGround.MapCommon(app);
        Reader.Map(app, options.Ground, pages.Frame);
        SignInRoutes.Map(app, pages);
        AccountRoutes.Map(app, pages);
        if (options.Company is not null)
            CompanySignIn.Map(app, pages);
        if (options.Keeping is { } keeping)
            KeepingRoutes.Map(app, pages, keeping);
        if (options.Officers is { } officers)
            OfficerRoutes.Map(app, pages, officers);
        if (options.Attacks is { } attacks)
            MapAttacks(app, options, pages, attacks);
        MapPages(app, options, pages);
        AccessGuard.Hold(app, Door.Desk);
        return app;
    }

    private static Noes Noes(DeskPages pages) => new(
        http => http.ChallengeAsync(new AuthenticationProperties { RedirectUri = HttpMethods.IsGet(http.Request.Method) ? null : "/" }),
        (http, row) =>
        {
            var reader = DeskPages.Reader(http);
            return pages.Problem(http, 403, reader.Say("desk.no.role"), reader.Say("desk.no.role.what", ("roles", Words(row.Roles)), ("yours", Words(Visitor.Needed(http).Person.Roles))), reader.Say("desk.no.role.next")).ExecuteAsync(http);

            string Words(IEnumerable<Role> roles) => string.Join(", ", roles.Select(reader.Word));
        },
        http => NoSuchDemand(pages, http).ExecuteAsync(http),
        async http => await (await DemandRoutes.StepUp(pages, http) ?? Problem(pages, http, 403, "stepup.title", "stepup.needed", "stepup.needed.next")).ExecuteAsync(http),
        http => Problem(pages, http, 400, "desk.no.form", "desk.no.form.what", "desk.no.form.next").ExecuteAsync(http));

    private static void MapPages(WebApplication app, DeskFaceOptions options, DeskPages pages)
    {
        QueueFace.Map(app, options.Queue, pages);
        DemandRoutes.Map(app, pages);
        if (options.Live is { } live)
            LiveRoutes.Map(app, pages, live);
        if (options.Shift is { } shift)
            ShiftRoutes.Map(app, pages, shift);
        app.MapGet("/demands/{id}/events/{version:int}/receipt", async Task<IResult> (string id, int version, HttpContext http) =>
            (await options.Demand(Visitor.Needed(http).Sight, id, http.RequestServices.GetRequiredService<Reader>(), http.RequestAborted))?.Events.FirstOrDefault(e => e.Version == version)?.Proof is { } proof
                ? Results.File(ReceiptFile.Of(proof), "application/json", $"{id}-{version}.receipt.json")
                : NoSuchDemand(pages, http));
        app.MapGet("/quarantine", async Task<IResult> (HttpContext http) =>
            Show<QuarantinePage>(pages, http, new() { [nameof(QuarantinePage.Rows)] = await options.Quarantine(http.RequestAborted) }));
        app.MapGet("/directory", async Task<IResult> (HttpContext http) =>
            Show<DirectoryPage>(pages, http, new() { [nameof(DirectoryPage.Rows)] = await options.Directory(http.RequestAborted), [nameof(DirectoryPage.Proposed)] = options.Officers is { } officers ? await OfficerRoutes.Proposed(officers, http.RequestAborted) : [] }));
        app.MapGet("/rules", async Task<IResult> (HttpContext http) =>
            Show<RulesPage>(pages, http, new() { [nameof(RulesPage.Books)] = await options.Books(http.RequestAborted) }));
        app.MapGet("/rules/{id}", async Task<IResult> (string id, HttpContext http) => (await options.Books(http.RequestAborted)).Book is var book && book.Rules.FirstOrDefault(r => r.Id == id) is { } rule
            ? Show<RulePage>(pages, http, new() { [nameof(RulePage.Book)] = book, [nameof(RulePage.Rule)] = rule })
            : Problem(pages, http, 404, "desk.no.rule", "desk.no.rule.what", "desk.no.rule.next"));
        if (options.Reports is { } reports)
            app.MapGet("/reports", async Task<IResult> (int? year, HttpContext http) => Show<ReportDeskPage>(pages, http, new() { [nameof(ReportDeskPage.View)] = await reports(Visitor.Needed(http).Sight, year is > 1990 and < 3000 ? year : null, http.RequestAborted) }));
        app.MapFallback((HttpContext http) => Problem(pages, http, 404, "desk.no.page", "desk.no.page.what", "absent.none.next"));
    }

    private static void MapAttacks(WebApplication app, DeskFaceOptions options, DeskPages pages, AttackPages attacks)
    {
        var routes = app.MapGroup("/attacks").AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (HttpRequestException)
            {
                return Problem(pages, context.HttpContext, 503, "attack.away", "attack.away.what", "attack.away.next");
            }
        });
        routes.MapGet("", async Task<IResult> (HttpContext http) => Show<AttacksPage>(pages, http, new() { [nameof(AttacksPage.Rows)] = await attacks.List(http.RequestAborted) }));
        routes.MapGet("/figures", async Task<IResult> (HttpContext http) => Show<AttackFiguresPage>(pages, http, new() { [nameof(AttackFiguresPage.Figures)] = await attacks.Figures(http.RequestAborted) }));
        routes.MapGet("/{id}", Task<IResult> (string id, HttpContext http) => One(id, http, 200, null));
        routes.MapGet("/{id}/events/{version:int}/receipt", async Task<IResult> (string id, int version, HttpContext http) =>
            (await attacks.One(id, http.RequestAborted))?.Events.FirstOrDefault(e => e.Version == version)?.Proof is { } proof
                ? Results.File(ReceiptFile.Of(proof), "application/json", $"{id}-{version}.receipt.json")
                : NoSuchFinding(pages, http));
        routes.MapPost("/{id}/decide", async Task<IResult> (string id, HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            // Behind the trial's account may be anybody, who then says who.
            var visitor = Visitor.Needed(http);
            var (by, reason, decision) = (visitor.IsTrial ? form["by"].ToString().Trim() : visitor.Person.Name, form["reason"].ToString().Trim(), form["decision"].ToString());
            var wrong = decision is not ("confirm" or "dismiss") ? "attack.no.button" : by.Length is 0 or > 100 || reason.Length is 0 or > 2000 ? "attack.no.reason" : null;
            if (wrong is not null)
                return await One(id, http, 422, new(by, reason, DeskPages.Reader(http).Say(wrong)));
            if (await attacks.Decide(id, decision == "confirm", by, reason, http.RequestAborted) is { } no)
                return await One(id, http, 422, new(by, reason, no, "en"));
            // Seen after the redirect, so that loading the page again sends nothing twice.
            http.Response.Headers.Location = $"/attacks/{id}";
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        });

        async Task<IResult> One(string id, HttpContext http, int status, RefusedDecision? refused) => await attacks.One(id, http.RequestAborted) is { } view
            ? FacePage.Of<AttackPage>(pages.Frame(http), status, new() { [nameof(AttackPage.View)] = view, [nameof(AttackPage.Token)] = pages.Token(http), [nameof(AttackPage.Refused)] = refused })
            : NoSuchFinding(pages, http);
    }

    private static RazorComponentResult NoSuchFinding(DeskPages pages, HttpContext http) =>
        Problem(pages, http, 404, "attack.none", "attack.none.what", "attack.none.next");

    private static RazorComponentResult Show<TPage>(DeskPages pages, HttpContext http, Dictionary<string, object?> values)
        where TPage : Microsoft.AspNetCore.Components.IComponent =>
        FacePage.Of<TPage>(pages.Frame(http), 200, values);

    private static RazorComponentResult NoSuchDemand(DeskPages pages, HttpContext http) =>
        Problem(pages, http, 404, "absent.none", "absent.none.what", "absent.none.next");

    private static RazorComponentResult Problem(DeskPages pages, HttpContext http, int status, string title, string what, string next) =>
        pages.Problem(http, status, DeskPages.Reader(http).Say(title), DeskPages.Reader(http).Say(what), DeskPages.Reader(http).Say(next));
}
