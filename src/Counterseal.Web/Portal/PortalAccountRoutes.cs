using Counterseal.Desk;
using Counterseal.Web.Portal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Counterseal.Web;

/// <summary>Ways into the portal, one's own account, colleagues, and the authority's key.</summary>
internal static class PortalAccountRoutes
{
    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, PortalPages pages)
    {
        var (officers, time) = (pages.Options.Officers, pages.Options.Ground.Time);

        app.MapGet("/sign-in", Task<IResult> (HttpContext http) => SignIn(http, DeskPages.Local(http.Request.Query["to"]), null, 200));
        app.MapPost("/sign-in", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var to = DeskPages.Local(form["to"]);
            if (await PortalPasskeys.Answered(http, officers, form["credential"].ToString()) is { } officer)
            {
                await PortalSession.Begin(http, officers, officer);
                FaceLog.SignedIn(FaceGround.Logger(app), "an officer's passkey");
                return Results.LocalRedirect(to);
            }
            FaceLog.SignInRefused(FaceGround.Logger(app));
            await officers.Record(null, "portal sign-in", null, "refused");
            return await SignIn(http, to, form["credential"].ToString().Length == 0 ? "portal.passkey.silent" : "portal.passkey.unknown", 403);
        }).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/sign-out", async Task<IResult> (HttpContext http) =>
        {
            await PortalSession.End(http, officers);
            return Results.LocalRedirect("/sign-in");
        });

        app.MapGet("/join/{token}", Task<IResult> (string token, HttpContext http) => Join(http, token, null)).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/join/{token}", async Task<IResult> (string token, HttpContext http) =>
        {
            if (await officers.Opens(token, http.RequestAborted) is not { } invited)
                return await Join(http, token, null);
            var (digest, no) = await PortalPasskeys.Make(http, officers, (await http.Request.ReadFormAsync(http.RequestAborted))["credential"].ToString(), invited.Officer);
            if (digest is null)
                return await Join(http, token, no);
            try
            {
                await PortalSession.Begin(http, officers, await officers.Enrol(token, digest, http.RequestAborted));
                return Results.LocalRedirect("/");
            }
            catch (DeskException refused)
            {
                return pages.Refused(http, refused);
            }
        }).RequireRateLimiting(FaceLimits.SignIn);

        app.MapGet("/request", IResult (HttpContext http) => Request(http, 200, new("", "", "", "", ""), null, false));
        app.MapPost("/request", async Task<IResult> (HttpContext http) =>
        {
            var asking = Asking(await http.Request.ReadFormAsync(http.RequestAborted));
            try
            {
                await officers.Ask(asking, null, http.RequestAborted);
                // The same page whoever asks, for whatever authority: it says nothing of what is known here.
                return Request(http, 200, new("", "", "", "", ""), null, true);
            }
            catch (DeskException no) when (no.Code is "not-now" or "malformed")
            {
                return Request(http, 422, asking, new(DeskPages.Sentence(no.Message), English: true), false);
            }
            catch (DeskException no)
            {
                return pages.Refused(http, no);
            }
        }).RequireRateLimiting(FaceLimits.Request);

        app.MapGet("/account", Task<IResult> (HttpContext http) => Mine(http));
        app.MapPost("/account/passkeys", async Task<IResult> (HttpContext http) =>
        {
            var (digest, no) = await PortalPasskeys.Make(http, officers, (await http.Request.ReadFormAsync(http.RequestAborted))["credential"].ToString(), PortalSession.Needed(http).Id);
            return digest is null ? pages.Unchanged(http, no!) : await pages.Act(http, "/account", (officer, _) => officers.Add(officer, digest, http.RequestAborted));
        });
        app.MapPost("/account/passkeys/drop", Task<IResult> (HttpContext http) => pages.Act(http, "/account", (officer, form) => officers.Drop(officer, form["passkey"].ToString(), http.RequestAborted)));
        app.MapPost("/account/sign-out-everywhere", Task<IResult> (HttpContext http) => pages.Act(http, "/sign-in", (officer, _) => officers.EndAll(officer, http.RequestAborted)));

        app.MapGet("/colleagues", Task<IResult> (HttpContext http) => Colleagues(http, 200, new("", "", "", "", ""), null));
        app.MapPost("/colleagues", async Task<IResult> (HttpContext http) =>
        {
            var asking = Asking(await http.Request.ReadFormAsync(http.RequestAborted));
            try
            {
                await officers.Ask(asking, PortalSession.Needed(http), http.RequestAborted);
                return DeskPages.Then(http, "/colleagues");
            }
            catch (DeskException no) when (no.Code is "not-now" or "malformed")
            {
                return await Colleagues(http, 422, asking, new(DeskPages.Sentence(no.Message), English: true));
            }
            catch (DeskException no)
            {
                return pages.Refused(http, no);
            }
        });

        app.MapGet("/key/help", IResult (HttpContext http) => pages.Show<PortalKeyHelpPage>(http, 200, []));
        app.MapGet("/key", Task<IResult> (HttpContext http) => Key(http, 200, null));
        app.MapPost("/key", async Task<IResult> (HttpContext http) =>
        {
            var given = (await http.Request.ReadFormAsync(http.RequestAborted))["key"].ToString();
            try
            {
                var key = RecipientKey.Read(given, time.GetUtcNow());
                await officers.Propose(PortalSession.Needed(http), key, http.RequestAborted);
                return DeskPages.Then(http, "/key");
            }
            catch (KeyRefusedException no)
            {
                return await Key(http, 422, Own(http, no.Sentence));
            }
            catch (FormatException no)
            {
                return await Key(http, 422, new(DeskPages.Sentence(no.Message), English: true));
            }
            catch (DeskException no)
            {
                return pages.Refused(http, no);
            }
        });

        async Task<IResult> SignIn(HttpContext http, string to, string? wrong, int status)
        {
            return pages.Show<PortalSignInPage>(http, status, new()
            {
                [nameof(PortalSignInPage.Token)] = pages.Token(http),
                [nameof(PortalSignInPage.To)] = to,
                [nameof(PortalSignInPage.Wrong)] = Own(http, wrong),
                [nameof(PortalSignInPage.Ask)] = await PortalPasskeys.AskToAnswer(http),
                // An IP address cannot be a passkey's place, so this machine is named.
                [nameof(PortalSignInPage.Named)] = Named(http, "/sign-in"),
            });
        }

        async Task<IResult> Join(HttpContext http, string token, string? wrong)
        {
            return await officers.Opens(token, http.RequestAborted) is not { } invited
                ? pages.Problem(http, 404, "link")
                : pages.Show<PortalJoinPage>(http, wrong is null ? 200 : 422, new()
                {
                    [nameof(PortalJoinPage.Token)] = pages.Token(http),
                    [nameof(PortalJoinPage.Link)] = token,
                    [nameof(PortalJoinPage.Invited)] = invited,
                    [nameof(PortalJoinPage.Authority)] = (await pages.Options.Authority(invited.Authority, http.RequestAborted))?.Name ?? invited.Authority,
                    [nameof(PortalJoinPage.Ask)] = await PortalPasskeys.AskToMake(http, invited.Officer, $"{invited.Name} ({invited.Authority})"),
                    [nameof(PortalJoinPage.Wrong)] = Own(http, wrong),
                    [nameof(PortalJoinPage.Named)] = Named(http, $"/join/{Uri.EscapeDataString(token)}"),
                });
        }

        RazorComponentResult Request(HttpContext http, int status, OfficerAsking given, PortalNo? wrong, bool done) => pages.Show<PortalRequestPage>(http, status, new()
        {
            [nameof(PortalRequestPage.Token)] = pages.Token(http),
            [nameof(PortalRequestPage.Given)] = given,
            [nameof(PortalRequestPage.Wrong)] = wrong,
            [nameof(PortalRequestPage.Done)] = done,
        });

        async Task<IResult> Mine(HttpContext http)
        {
            var officer = PortalSession.Needed(http);
            return pages.Show<PortalAccountPage>(http, 200, new()
            {
                [nameof(PortalAccountPage.Token)] = pages.Token(http),
                [nameof(PortalAccountPage.Me)] = officer,
                [nameof(PortalAccountPage.Authority)] = (await pages.Options.Authority(officer.Authority, http.RequestAborted))?.Name ?? officer.Authority,
                [nameof(PortalAccountPage.Keys)] = (IReadOnlyList<OfficerPasskey>)[.. (await officers.KeptOf(officer.Id, http.RequestAborted)).Where(one => officer.Passkeys.Contains(one.Digest)).OrderBy(one => one.Made)],
                [nameof(PortalAccountPage.Sessions)] = await officers.Sessions(officer.Id, http.RequestAborted),
                [nameof(PortalAccountPage.Ask)] = pages.Fresh(http) ? await PortalPasskeys.AskToMake(http, officer.Id, officer.By) : null,
            });
        }

        async Task<IResult> Colleagues(HttpContext http, int status, OfficerAsking given, PortalNo? wrong)
        {
            var officer = PortalSession.Needed(http);
            return pages.Show<PortalColleaguesPage>(http, status, new()
            {
                [nameof(PortalColleaguesPage.Token)] = pages.Token(http),
                [nameof(PortalColleaguesPage.Authority)] = (await pages.Options.Authority(officer.Authority, http.RequestAborted))?.Name ?? officer.Authority,
                [nameof(PortalColleaguesPage.Rows)] = await officers.Colleagues(officer.Authority, http.RequestAborted),
                [nameof(PortalColleaguesPage.Waiting)] = await officers.Waiting(officer.Authority, http.RequestAborted),
                [nameof(PortalColleaguesPage.Given)] = given,
                [nameof(PortalColleaguesPage.Wrong)] = wrong,
            });
        }

        async Task<IResult> Key(HttpContext http, int status, PortalNo? wrong)
        {
            var officer = PortalSession.Needed(http);
            return pages.Show<PortalKeyPage>(http, status, new()
            {
                [nameof(PortalKeyPage.Token)] = pages.Token(http),
                [nameof(PortalKeyPage.Entry)] = await pages.Options.Authority(officer.Authority, http.RequestAborted),
                [nameof(PortalKeyPage.Proposed)] = await officers.Proposed(officer.Authority, http.RequestAborted),
                [nameof(PortalKeyPage.Wrong)] = wrong,
                [nameof(PortalKeyPage.Fresh)] = pages.Fresh(http),
            });
        }
    }

    /// <summary>A refusal that the portal itself has a sentence for.</summary>
    private static PortalNo? Own(HttpContext http, string? sentence) => sentence is null ? null : new(PortalPages.ReaderOf(http).Say(sentence), English: false);

    private static string? Named(HttpContext http, string path) =>
        System.Net.IPAddress.TryParse(http.Request.Host.Host.Trim('[', ']'), out _) ? $"{http.Request.Scheme}://localhost{(http.Request.Host.Port is { } port ? $":{port}" : "")}{path}" : null;

    private static OfficerAsking Asking(IFormCollection form) => new(form["name"].ToString(), form["office"].ToString(), form["authority"].ToString(), form["mail"].ToString(), form["telephone"].ToString());
}
