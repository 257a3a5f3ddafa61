using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>People with passkeys in Debian's Chromium, under the pages' own content policy, over a real desk and ledger.</summary>
public sealed class AccountBrowserTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>The pages that are looked at here.</summary>
    internal static IEnumerable<Type> Types =>
        [typeof(AccountPage), typeof(AccountsPage), typeof(CodePage), typeof(CompartmentsPage), typeof(DemandAccessPage), typeof(RegisterPage), typeof(StepUpPage), typeof(ViewsPage)];

    [Fact]
    public async Task From_an_empty_desk_to_a_recovery_by_a_second_person()
    {
        await using var stand = await DeskStand.Up();
        var open = await stand.Received("4:26-mj-00317");
        var secret = await stand.Received("for few only");

        // First-run set-up.
        var (ada, _) = await browser.Person();
        await ada.GotoAsync(new Uri(stand.Pages, "/").ToString());
        await ada.GetByText("set up the first administrator").ClickAsync();
        await ada.GetByLabel("Set-up code").FillAsync((await stand.Accounts.SetUpCode(default))!);
        await ada.GetByLabel("Your name").FillAsync("Ada");
        await ada.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Passkey(ada, "Register a passkey", "Ada");
        Assert.Equal(["Founded"], Events(await stand.Desk.Own(default)));

        // Invitations.
        var (dora, _) = await browser.Person();
        await Enrol(stand, dora, await Invite(ada, stand, "Dora", "administrator"), "Dora");
        var (rosa, lose) = await browser.Person();
        await Enrol(stand, rosa, await Invite(ada, stand, "Rosa", "reviewer"), "Rosa");
        var (cora, _) = await browser.Person();
        await Enrol(stand, cora, await Invite(ada, stand, "Cora", "counsel"), "Cora");

        // An administrator sees no demand; a reviewer signs in again with the passkey and sees both.
        await ada.GotoAsync(new Uri(stand.Pages, $"/demands/{open.Demand}").ToString());
        await ada.GetByText("Not with your roles").WaitForAsync();
        await rosa.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await SignIn(rosa);
        await rosa.GetByText("for few only").WaitForAsync();

        // Counsel makes a compartment and puts one in; it is no longer there for the reviewer.
        await cora.GotoAsync(new Uri(stand.Pages, "/compartments").ToString());
        await cora.GetByLabel("Name", new() { Exact = true }).FillAsync("national security");
        await cora.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await cora.GetByRole(AriaRole.Heading, new() { Name = "national security" }).WaitForAsync();
        await cora.GotoAsync(new Uri(stand.Pages, $"/demands/{secret.Demand}/access").ToString());
        await cora.GetByLabel("Why", new() { Exact = true }).FillAsync("says so itself");
        await cora.GetByRole(AriaRole.Button, new() { Name = "Put it into the compartment" }).ClickAsync();
        await cora.GetByText("In national security: only its members see it.").WaitForAsync();
        await rosa.ReloadAsync();
        await rosa.GetByText("4:26-mj-00317").First.WaitForAsync();
        Assert.Equal(0, await rosa.GetByText("for few only").CountAsync());
        var denied = await rosa.GotoAsync(new Uri(stand.Pages, $"/demands/{secret.Demand}").ToString());
        Assert.Equal(404, denied!.Status);
        await rosa.GetByText("No such demand").WaitForAsync();

        // Step-up: a session that is not fresh is asked for the passkey before a weighty act.
        await using (var db = stand.Accounts.Open())
            await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(db.Database, "UPDATE sessions SET confirmed = '2020-01-01 00:00:00'");
        await rosa.GotoAsync(new Uri(stand.Pages, "/account").ToString());
        await rosa.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        await rosa.GetByRole(AriaRole.Heading, new() { Name = "Show that it is you" }).WaitForAsync();
        await rosa.GotoAsync(new Uri(stand.Pages, "/account").ToString());
        await rosa.GetByRole(AriaRole.Link, new() { Name = "Show that it is you" }).ClickAsync();
        await rosa.GetByRole(AriaRole.Button, new() { Name = "Use your passkey" }).ClickAsync();
        await rosa.GetByRole(AriaRole.Heading, new() { Name = "Tokens for the command" }).WaitForAsync();
        await rosa.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        var token = await rosa.Locator("#token").TextContentAsync();
        Assert.Equal("Rosa", (await stand.Accounts.OfToken(token!, default))!.Name);

        // The passkey is lost. One administrator asks, another approves; the new passkey opens, the session and token of before do not.
        await lose();
        await StepUp(ada, stand);
        await ada.GetByText("Rosa: reviewer").ClickAsync();
        await ada.GetByLabel("The passkey of Rosa is lost", new() { Exact = false }).FillAsync("telephone stolen; spoke with her in person");
        await ada.GetByRole(AriaRole.Button, new() { Name = "Ask for the recovery of Rosa" }).ClickAsync();
        await ada.GetByText("Another administrator approves it.").WaitForAsync();
        Assert.Equal(0, await ada.GetByRole(AriaRole.Button, new() { Name = "Approve the recovery of Rosa" }).CountAsync());
        await StepUp(dora, stand);
        await dora.GetByRole(AriaRole.Button, new() { Name = "Approve the recovery of Rosa" }).ClickAsync();
        var code = await dora.Locator("#one-time-code").TextContentAsync();
        await rosa.GotoAsync(new Uri(stand.Pages, "/account").ToString());
        await Enrol(stand, rosa, code!, "Rosa");
        Assert.Null(await stand.Accounts.OfToken(token!, default));
        await rosa.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await SignIn(rosa);
        await rosa.GetByText("4:26-mj-00317").First.WaitForAsync();
        Assert.Equal(["Ada", "Dora"], (await stand.Desk.Own(default)).Where(own => own.Event.Type is "recoveryAsked" or "recoveryApproved").Select(own => own.Event.By));

        // Who looked is on record.
        var views = await stand.Accounts.Views.Latest(secret.Demand, null, null, 100, default);
        Assert.Contains(views, view => view is { Person: "Rosa", Outcome: "none" });
        Assert.Contains(views, view => view is { Person: "Cora", Outcome: "shown" });
    }

    [Fact]
    public async Task The_pages_of_accounts_have_no_accessibility_fault()
    {
        await using var stand = await DeskStand.Up(trial: true);
        await stand.Populate();
        var demand = await stand.Received();
        await stand.Accounts.MakeCompartment("Cora", "national security", ["us.nsl"], default);
        await stand.Accounts.AskRecovery("Ada", (await stand.Person("Rosa")).Account, "lost", default);
        await stand.Desk.Recuse(demand.Demand, "Rolf", "a friend's account", null, default);
        var faults = new List<string>();
        foreach (var (name, roles, paths) in new[]
        {
            ("Anna", new[] { Role.Administrator }, new[] { "/accounts", "/account", "/step-up" }),
            ("Otto", [Role.Counsel, Role.Auditor, Role.Intake], ["/compartments", $"/demands/{demand.Demand}/access", "/views", "/account"]),
        })
        {
            var (page, _) = await browser.Person(forAxe: true);
            await page.GotoAsync(new Uri(stand.Pages, "/sign-in").ToString());
            await Looked("sign-in");
            await page.GotoAsync(new Uri(stand.Pages, "/enrol").ToString());
            await Looked("enrol");
            await page.GetByLabel("Code of your invitation or recovery").FillAsync(await stand.Accounts.Invite("Ada", name, roles, default));
            await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey", Exact = true }).WaitForAsync();
            await Looked("register");
            await Passkey(page, "Register a passkey", name);
            foreach (var path in paths)
            {
                await page.GotoAsync(new Uri(stand.Pages, path).ToString());
                await Looked(path.Replace(demand.Demand, "one", StringComparison.Ordinal).Trim('/').Replace('/', '-'));
            }

            async Task Looked(string what)
            {
                foreach (var width in (int[])[390, 768, 1440])
                {
                    foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
                    {
                        await page.SetViewportSizeAsync(width, 900);
                        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                        await page.ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"{what}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
                        faults.AddRange(await Browser.Faults(page, $"{what} {width} {scheme}"));
                    }
                }
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static async Task<string> Invite(IPage ada, DeskStand stand, string name, string role)
    {
        await ada.GotoAsync(new Uri(stand.Pages, "/accounts").ToString());
        await ada.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await ada.Locator($"#invite-{role}").CheckAsync();
        await ada.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        return (await ada.Locator("#one-time-code").TextContentAsync())!;
    }

    private static async Task Enrol(DeskStand stand, IPage page, string code, string name)
    {
        await page.GotoAsync(new Uri(stand.Pages, "/enrol").ToString());
        await page.GetByLabel("Code of your invitation or recovery").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Passkey(page, "Register a passkey", name);
    }

    private static async Task Passkey(IPage page, string button, string name)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true }).WaitForAsync();
    }

    private static async Task SignIn(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Queue" }).WaitForAsync();
    }

    private static async Task StepUp(IPage page, DeskStand stand)
    {
        await page.GotoAsync(new Uri(stand.Pages, "/step-up?to=/accounts").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Use your passkey" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "People" }).WaitForAsync();
    }

    private static IEnumerable<string> Events(IEnumerable<LoggedEvent> own) => own.Select(one => one.Event.Body.GetType().Name).Where(name => name != nameof(Adopted));
}
