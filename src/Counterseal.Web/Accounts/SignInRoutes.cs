using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Counterseal.Web;

/// <summary>Ways in: the first administrator, invitations and recoveries, signing in, and showing again that it is you.</summary>
internal static class SignInRoutes
{
    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages)
    {
        var (accounts, trial) = (pages.Options.Accounts, pages.Options.SignInCode is { } code ? new SignInCode(code) : null);
        var company = pages.Options.Company is not null;
        var guesses = new FaceLimits.Guesses();
        app.Lifetime.ApplicationStopped.Register(guesses.Dispose);

        app.MapGet("/sign-in", Task<IResult> (HttpContext http) => SignIn(http, DeskPages.Local(http.Request.Query["to"]), null, 200));
        app.MapPost("/sign-in", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var to = DeskPages.Local(form["to"]);
            var answer = form["credential"].ToString();
            if (answer.Length == 0 && !guesses.May)
                return FaceLimits.Guesses.No(http);
            if (await Passkeys.Answered(http, accounts, answer) is { } person)
            {
                await StaffSession.Begin(http, accounts, person, "passkey");
                FaceLog.SignedIn(FaceGround.Logger(app), "a passkey");
                return Results.LocalRedirect(to == "/" && person.Has(Role.Administrator) ? "/accounts" : to);
            }
            if (answer.Length == 0 && trial is not null && trial.Is(form["code"].ToString()) && (await accounts.Now(http.RequestAborted)).Find(People.Trial) is { } anybody)
            {
                await StaffSession.Begin(http, accounts, anybody, "trial");
                FaceLog.SignedIn(FaceGround.Logger(app), "the trial's code");
                return Results.LocalRedirect(to);
            }
            FaceLog.SignInRefused(FaceGround.Logger(app));
            if (answer.Length == 0)
                guesses.Wrong();
            await accounts.Views.Record("", "", "sign-in", null, "refused");
            return await SignIn(http, to, Say(http, answer.Length > 0 ? "signin.no.passkey" : trial is null ? "signin.no.answer" : "signin.no.code"), 403);
        }).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/sign-out", async Task<IResult> (HttpContext http) =>
        {
            await StaffSession.End(http, accounts);
            return Results.LocalRedirect("/sign-in");
        });

        app.MapGet("/set-up", async Task<IResult> (HttpContext http) => await accounts.SetUpCode(http.RequestAborted) is null ? Over(http) : Begin(http, "set-up", null, 200));
        app.MapPost("/set-up", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (given, name) = (form["code"].ToString(), form["name"].ToString().Trim());
            if (!guesses.May)
                return FaceLimits.Guesses.No(http);
            if (!await accounts.OpensSetUp(given, http.RequestAborted))
                return await Refused(http, "set-up", Say(http, "setup.no"));
            return name.Length is < 2 or > 60 ? Begin(http, "set-up", Say(http, "setup.no.name"), 422) : await Register(http, "set-up", given, StaffSecret.NewAccount(), name, null);
        }).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/set-up/passkey", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (given, name, account, answer) = (form["code"].ToString(), form["name"].ToString(), form["account"].ToString(), form["credential"].ToString());
            if (!guesses.May)
                return FaceLimits.Guesses.No(http);
            if (!await accounts.OpensSetUp(given, http.RequestAborted) || account.Length != 20)
                return await Refused(http, "set-up", Say(http, "setup.no.over"));
            return await Registered(http, "set-up", given, account, name, answer, passkey => accounts.Found(given, account, name, passkey, http.RequestAborted));
        }).RequireRateLimiting(FaceLimits.SignIn);

        app.MapGet("/enrol", (HttpContext http) => Begin(http, "enrol", null, 200));
        app.MapPost("/enrol", async Task<IResult> (HttpContext http) =>
        {
            var given = (await http.Request.ReadFormAsync(http.RequestAborted))["code"].ToString();
            return !guesses.May ? FaceLimits.Guesses.No(http) : await accounts.Opens(given, http.RequestAborted) is { } open ? await Register(http, "enrol", given, open.Account, open.Name, null) : await Refused(http, "enrol", Say(http, "enrol.no"));
        }).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/enrol/passkey", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (given, answer) = (form["code"].ToString(), form["credential"].ToString());
            return !guesses.May ? FaceLimits.Guesses.No(http) : await accounts.Opens(given, http.RequestAborted) is { } open
                ? await Registered(http, "enrol", given, open.Account, open.Name, answer, passkey => accounts.Enrol(given, passkey, http.RequestAborted))
                : await Refused(http, "enrol", Say(http, "enrol.no"));
        }).RequireRateLimiting(FaceLimits.SignIn);

        app.MapGet("/step-up", Task<IResult> (HttpContext http) => StepUp(http, DeskPages.Local(http.Request.Query["to"]), null, 200));
        app.MapPost("/step-up", async Task<IResult> (HttpContext http) =>
        {
            var visitor = Visitor.Needed(http);
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (to, answer) = (DeskPages.Local(form["to"]), form["credential"].ToString());
            if (visitor.IsTrial && !guesses.May)
                return FaceLimits.Guesses.No(http);
            var shown = visitor.IsTrial ? trial?.Is(form["code"].ToString()) == true : (await Passkeys.Answered(http, accounts, answer))?.Account == visitor.Person.Account;
            await accounts.Views.Record(visitor.Person.Account, visitor.Person.Name, "step-up", null, shown ? "done" : "refused");
            if (!shown && visitor.IsTrial)
                guesses.Wrong();
            if (!shown)
                return await StepUp(http, to, Say(http, visitor.IsTrial ? "stepup.no.code" : "stepup.no.passkey"), 403);
            await StaffSession.Confirm(http, accounts, visitor.Person, visitor.Session!.Id);
            return Results.LocalRedirect(to);
        }).RequireRateLimiting(FaceLimits.SignIn);

        async Task<IResult> SignIn(HttpContext http, string to, string? wrong, int status)
        {
            return pages.Bare<SignInPage>(http, status, new()
            {
                [nameof(SignInPage.Token)] = pages.Token(http),
                [nameof(SignInPage.To)] = to,
                [nameof(SignInPage.Wrong)] = wrong,
                [nameof(SignInPage.Ask)] = await Passkeys.AskToAnswer(http, null),
                [nameof(SignInPage.Code)] = trial is not null,
                [nameof(SignInPage.SetUp)] = await accounts.SetUpCode(http.RequestAborted) is not null,
                [nameof(SignInPage.Company)] = company ? pages.Options.Company!.Name : null,
                [nameof(SignInPage.Named)] = System.Net.IPAddress.TryParse(http.Request.Host.Host, out _) ? $"{http.Request.Scheme}://localhost{(http.Request.Host.Port is { } port ? $":{port}" : "")}/sign-in" : null,
            });
        }

        async Task<IResult> StepUp(HttpContext http, string to, string? wrong, int status)
        {
            var visitor = Visitor.Needed(http);
            return pages.Show<StepUpPage>(http, status, new()
            {
                [nameof(StepUpPage.Token)] = pages.Token(http),
                [nameof(StepUpPage.To)] = to,
                [nameof(StepUpPage.Wrong)] = wrong,
                [nameof(StepUpPage.Minutes)] = (int)accounts.Limits.Fresh.TotalMinutes,
                [nameof(StepUpPage.Ask)] = visitor.IsTrial || visitor.Person.Passkeys.Count == 0 ? null : await Passkeys.AskToAnswer(http, visitor.Person.Account),
                [nameof(StepUpPage.Code)] = visitor.IsTrial,
                [nameof(StepUpPage.Company)] = company && visitor.Person.Company is not null ? pages.Options.Company!.Name : null,
            });
        }

        RazorComponentResult Begin(HttpContext http, string way, string? wrong, int status, string? said = null) =>
            pages.Bare<CodePage>(http, status, new() { [nameof(CodePage.Token)] = pages.Token(http), [nameof(CodePage.Way)] = way, [nameof(CodePage.Wrong)] = wrong, [nameof(CodePage.Said)] = said });

        async Task<IResult> Refused(HttpContext http, string way, string why)
        {
            guesses.Wrong();
            await accounts.Views.Record("", "", way, null, "refused");
            FaceLog.SignInRefused(FaceGround.Logger(app));
            return Begin(http, way, why, 403);
        }

        async Task<IResult> Register(HttpContext http, string way, string given, string account, string name, string? wrong)
        {
            return pages.Bare<RegisterPage>(http, wrong is null ? 200 : 422, new()
            {
                [nameof(RegisterPage.Token)] = pages.Token(http),
                [nameof(RegisterPage.Way)] = way,
                [nameof(RegisterPage.Code)] = given,
                [nameof(RegisterPage.Account)] = account,
                [nameof(RegisterPage.Name)] = name,
                [nameof(RegisterPage.Wrong)] = wrong,
                [nameof(RegisterPage.Ask)] = await Passkeys.AskToMake(http, account, name),
            });
        }

        async Task<IResult> Registered(HttpContext http, string way, string given, string account, string name, string answer, Func<string, Task<Person>> record)
        {
            var (digest, no) = await Passkeys.Make(http, answer, account, name);
            if (digest is null)
                return await Register(http, way, given, account, name, no);
            Person person;
            try
            {
                person = await record(digest);
            }
            catch (DeskException refused)
            {
                return Begin(http, way, $"{DeskPages.Sentence(refused.Message)} {DeskPages.Sentence(refused.Next)}", 422, "en");
            }
            await StaffSession.Begin(http, accounts, person, "passkey");
            return Results.LocalRedirect("/account");
        }

        RazorComponentResult Over(HttpContext http) => pages.Problem(http, 404, Say(http, "setup.over"), Say(http, "setup.over.what"), Say(http, "setup.over.next"));
    }

    private static string Say(HttpContext http, string name) => DeskPages.Reader(http).Say(name);
}
