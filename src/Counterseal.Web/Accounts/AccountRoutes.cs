using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>One's own account, and the accounts of others.</summary>
internal static class AccountRoutes
{
    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages)
    {
        var (accounts, time) = (pages.Options.Accounts, pages.Options.Ground.Time);

        app.MapGet("/account", Task<IResult> (HttpContext http) => Mine(http, null));
        app.MapPost("/account/passkeys", async Task<IResult> (HttpContext http) =>
        {
            var me = Visitor.Needed(http).Person;
            var (digest, no) = await Passkeys.Make(http, (await http.Request.ReadFormAsync(http.RequestAborted))["credential"].ToString(), me.Account, me.Name);
            return digest is null ? pages.Problem(http, 422, DeskPages.Reader(http).Say("desk.unchanged"), no!, DeskPages.Reader(http).Say("passkey.again"))
                : await pages.Act(http, "/account", (visitor, _) => accounts.AddPasskey(visitor.Person, digest, http.RequestAborted));
        });
        app.MapPost("/account/passkeys/drop", Task<IResult> (HttpContext http) => pages.Act(http, "/account", (visitor, form) => accounts.DropPasskey(visitor.Person, form["passkey"].ToString(), http.RequestAborted)));
        app.MapPost("/account/tokens/end", Task<IResult> (HttpContext http) => pages.Act(http, "/account", (visitor, form) => accounts.EndToken(visitor.Person, form["token"].ToString(), http.RequestAborted)));
        app.MapPost("/account/sign-out-everywhere", Task<IResult> (HttpContext http) => pages.Act(http, "/sign-in", (visitor, _) => accounts.SignOutEverywhere(visitor.Person.Name, visitor.Person.Account, http.RequestAborted)));
        app.MapPost("/account/tokens", async Task<IResult> (HttpContext http) =>
        {
            string? token = null;
            var done = await pages.Act(http, "/account", async (visitor, _) => token = await accounts.MakeToken(visitor.Person, http.RequestAborted));
            if (token is null)
                return done;
            http.Response.Headers.Location = default;
            return await Mine(http, token);
        });

        if (pages.Options.Shift is not null)
        {
            app.MapPost("/account/calendar", async Task<IResult> (HttpContext http) =>
            {
                string? feed = null;
                var done = await pages.Act(http, "/account", async (visitor, _) => feed = await accounts.MakeFeed(visitor.Person, http.RequestAborted));
                if (feed is null)
                    return done;
                http.Response.Headers.Location = default;
                var origin = pages.Options.Ground.Origin ?? $"{http.Request.Scheme}://{http.Request.Host}";
                return await Mine(http, null, $"{origin}/calendar/feed/{feed}.ics");
            });
        }

        app.MapGet("/accounts", Task<IResult> (HttpContext http) => All(http, null));
        app.MapPost("/accounts/invite", Task<IResult> (HttpContext http) => Coded(http, async (visitor, form) =>
        {
            var name = form["name"].ToString().Trim();
            return (name, await accounts.Invite(visitor.Person.Name, name, Given(form), http.RequestAborted), time.GetUtcNow().AddDays(2));
        }));
        app.MapPost("/accounts/{account}/roles", (string account, HttpContext http) => pages.Act(http, "/accounts", (visitor, form) => accounts.ChangeRoles(visitor.Person.Name, account, Given(form), form["reason"].ToString(), http.RequestAborted)));
        app.MapPost("/accounts/{account}/end", (string account, HttpContext http) => pages.Act(http, "/accounts", (visitor, form) => accounts.End(visitor.Person.Name, account, form["reason"].ToString(), http.RequestAborted)));
        app.MapPost("/accounts/{account}/sign-out", (string account, HttpContext http) => pages.Act(http, "/accounts", (visitor, _) => accounts.SignOutEverywhere(visitor.Person.Name, account, http.RequestAborted)));
        app.MapPost("/accounts/{account}/recovery", (string account, HttpContext http) => pages.Act(http, "/accounts", (visitor, form) => accounts.AskRecovery(visitor.Person.Name, account, form["reason"].ToString(), http.RequestAborted)));
        app.MapPost("/accounts/{account}/recovery/drop", (string account, HttpContext http) => pages.Act(http, "/accounts", (visitor, _) => accounts.DropRecovery(visitor.Person.Name, account, http.RequestAborted)));
        app.MapPost("/accounts/{account}/recovery/approve", (string account, HttpContext http) => Coded(http, async (visitor, _) =>
        {
            var code = await accounts.ApproveRecovery(visitor.Person.Name, account, http.RequestAborted);
            return ((await accounts.Now(http.RequestAborted)).All[account].Name, code, time.GetUtcNow().AddDays(1));
        }));

        Task<IResult> Coded(HttpContext http, Func<Visitor, IFormCollection, Task<(string, string, DateTimeOffset)>> make) => pages.ShownOnce(http, make, made => All(http, made));

        async Task<IResult> All(HttpContext http, (string, string, DateTimeOffset)? shown)
        {
            var visitor = Visitor.Needed(http);
            return pages.Show<AccountsPage>(http, 200, new()
            {
                [nameof(AccountsPage.Token)] = pages.Token(http),
                [nameof(AccountsPage.Now)] = await accounts.Now(http.RequestAborted),
                [nameof(AccountsPage.May)] = visitor.Person.Has(Role.Administrator),
                [nameof(AccountsPage.Fresh)] = visitor.Fresh,
                [nameof(AccountsPage.Shown)] = shown,
            });
        }

        async Task<IResult> Mine(HttpContext http, string? token, string? feed = null)
        {
            var visitor = Visitor.Needed(http);
            var now = await accounts.Now(http.RequestAborted);
            return pages.Show<AccountPage>(http, 200, new()
            {
                [nameof(AccountPage.Token)] = pages.Token(http),
                [nameof(AccountPage.Me)] = visitor.Person,
                [nameof(AccountPage.Keys)] = await Passkeys.Of(http, visitor.Person),
                [nameof(AccountPage.Tokens)] = (IReadOnlyList<StaffToken>)[.. now.Tokens.Values.Where(one => one.Account == visitor.Person.Account && one.Until > time.GetUtcNow())],
                [nameof(AccountPage.Sessions)] = await accounts.SessionsOf(visitor.Person.Account, http.RequestAborted),
                [nameof(AccountPage.Compartments)] = visitor.Sight.Compartments,
                [nameof(AccountPage.Shown)] = token,
                [nameof(AccountPage.Feed)] = pages.Options.Shift is not null && AccessTable.Find(Door.Desk, "POST", "/account/calendar")!.Lets(visitor.Person) ? now.Feeds.ContainsKey(visitor.Person.Account) : null,
                [nameof(AccountPage.ShownFeed)] = feed,
                [nameof(AccountPage.Ask)] = visitor.Fresh && !visitor.IsTrial ? await Passkeys.AskToMake(http, visitor.Person.Account, visitor.Person.Name) : null,
                [nameof(AccountPage.Fresh)] = visitor.Fresh,
                [nameof(AccountPage.Trial)] = visitor.IsTrial,
                [nameof(AccountPage.Company)] = pages.Options.Company?.Name,
            });
        }
    }

    private static IReadOnlyList<Role> Given(IFormCollection form) =>
        [.. form["role"].Select(word => Roles.Read(word) ?? throw new DeskException("malformed", $"\"{word}\" is no role", "choose from the list"))];
}
