using Counterseal.Web.Pages;
using Counterseal.Web.Portal;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The portal's pages, and the desk's page of officers, in Debian's Chromium: axe in three widths and two schemes, and the way of an officer without script.</summary>
public sealed class PortalPageTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>The desk's pages that are looked at here.</summary>
    internal static IEnumerable<Type> Types => [typeof(OfficersPage)];

    private static readonly string Screens = Path.Combine(Place.Root, "artifacts", "screens");

    [Fact]
    public async Task No_page_of_the_portal_has_an_accessibility_fault_or_scrolls_sideways()
    {
        await using var portal = await PortalStand.Up(trial: true);
        var stand = portal.Stand;
        using var window = await portal.As("Maeve Byrne");
        var id = await PortalStand.File(window, "IE-DC-2026-0417");
        _ = await PortalStand.File(window, "IE-DC-2026-0502");
        await stand.Desk.Write(id, "Rosa", "The order names two accounts in one line. Which of them do you mean?", default);
        var maeve = (await stand.Officers.Now(default)).All.Values.Single(one => one.Name == "Maeve Byrne");
        await stand.Desk.Write(id, maeve, "The first. The second is of another case and was named in error.\nWe file it again if it matters.", default);
        await stand.Desk.Write(id, "Rosa", "Thank you.", default);
        await stand.Officers.Ask("Orla Ryan", "Clerk of the court", "District Court of Example Town, Ireland", "orla.ryan@court.example", "+353 1 555 7777", null, default);
        await stand.Officers.Ask("Tom Nolan", "Judge", "", "tom.nolan@court.example", "+353 1 555 7778", maeve, default);
        var asked = (await stand.Officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Orla Ryan").Asked.Request;
        await stand.Officers.Confirm("Ines", asked, (await stand.Desk.EntryOf("court.example", default))!, "the registrar, A. Walsh", "she is a clerk there since 2019", default);
        await stand.Officers.Ask("Eve", "Inspector", "Ministry of Nowhere", "eve@ministry.example", "+1 555 6666", null, default);
        await stand.Officers.Refuse("Ines", (await stand.Officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Eve").Asked.Request, "no such ministry", default);
        using var key = Custody.AgeIdentity.Generate();
        await stand.Officers.Propose(maeve, "age-x25519", key.Recipient.Text, RecipientKey.Read(key.Recipient.Text, TimeProvider.System.GetUtcNow()).Fingerprint, default);
        var invitation = await stand.Officers.Invite("Ines", (await stand.Desk.EntryOf("police.example", default))!, "Nora Quinn", "Inspector", "met in person", default);

        var faults = new List<string>();
        var visited = new HashSet<Type>();
        var (page, _) = await browser.Person(forAxe: true);
        await Visit<PortalSignInPage>(stand.Portal, "/sign-in", "portal-sign-in");
        await Visit<PortalRequestPage>(stand.Portal, "/request", "portal-request");
        await Visit<PortalKeyHelpPage>(stand.Portal, "/key/help", "portal-key-help");
        await Visit<PortalJoinPage>(stand.Portal, $"/join/{invitation.Code}", "portal-join");
        await page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Demands of Police of Example County" }).WaitForAsync();
        await Visit<PortalDemandsPage>(stand.Portal, "/", "portal-empty");

        // The court's registrar, with a passkey in this browser.
        var sean = await stand.Officers.Invite("Ines", (await stand.Desk.EntryOf("court.example", default))!, "Una Walsh", "Registrar", "met in person", default);
        await page.GotoAsync(new Uri(stand.Portal, $"/join/{sean.Code}").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Demands of District Court of Example Town" }).WaitForAsync();
        await Visit<PortalDemandsPage>(stand.Portal, "/", "portal-demands");
        await Visit<PortalDemandPage>(stand.Portal, $"/demands/{id}", "portal-demand");
        await Visit<PortalDemandPage>(stand.Portal, $"/demands/{id}?filed", "portal-receipt");
        await Visit<PortalSubmitPage>(stand.Portal, "/submit", "portal-submit");
        await page.FillAsync("#reference", "IE-DC-2026-0600");
        await page.FillAsync("#issuing-country", "Ireland");
        await page.FillAsync("#item1-value", "everybody@*");
        await page.Locator("section[aria-labelledby=by-form] button[value=check]").ClickAsync();
        await page.GetByText("nothing was filed or kept").WaitForAsync();
        await Look("portal-submit-faults");
        await page.FillAsync("#issuing-country", "US");
        await page.SelectOptionAsync("#instrument", "us.sca.warrant");
        await page.FillAsync("#item1-value", "ada@example.test");
        await page.Locator("section[aria-labelledby=by-form] button[value=check]").ClickAsync();
        await page.GetByText("Nothing is filed yet").WaitForAsync();
        await Look("portal-submit-checked");
        await Visit<PortalColleaguesPage>(stand.Portal, "/colleagues", "portal-colleagues");
        await Visit<PortalKeyPage>(stand.Portal, "/key", "portal-key");
        await Visit<PortalAccountPage>(stand.Portal, "/account", "portal-account");
        await Visit<ProblemPage>(stand.Portal, "/demands/none", "portal-no-such-demand");

        // The desk's side.
        await page.GotoAsync(new Uri(stand.Pages, "/sign-in").ToString());
        await page.FillAsync("#code", DeskStand.Code);
        await page.PressAsync("#code", "Enter");
        await page.Locator("h1", new() { HasText = "Queue" }).WaitForAsync();
        await Visit<OfficersPage>(stand.Pages, "/officers", "officers");
        await Visit<DirectoryPage>(stand.Pages, "/directory", "directory-proposed");
        await Visit<DemandPage>(stand.Pages, $"/demands/{id}", "demand-messages");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        // A page that was added and is looked at nowhere fails here.
        var all = typeof(PortalDemandsPage).Assembly.GetTypes().Where(type => type.Namespace == typeof(PortalDemandsPage).Namespace && type.IsAssignableTo(typeof(IComponent)) && !type.IsNested && type.Name.EndsWith("Page", StringComparison.Ordinal));
        Assert.Equal(all.Select(type => type.Name).Order(StringComparer.Ordinal), visited.Where(type => type.Namespace == typeof(PortalDemandsPage).Namespace).Select(type => type.Name).Order(StringComparer.Ordinal));

        async Task Visit<TPage>(Uri face, string path, string name) where TPage : IComponent
        {
            visited.Add(typeof(TPage));
            await page.GotoAsync(new Uri(face, path).ToString());
            await Look(name);
        }

        async Task Look(string name)
        {
            foreach (var width in (int[])[390, 768, 1440])
            {
                foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
                {
                    await page.SetViewportSizeAsync(width, 900);
                    await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
                    await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
                    faults.AddRange(await Browser.Faults(page, $"{name} {width} {scheme}"));
                }
            }
        }
    }

    [Fact]
    public async Task But_for_the_passkey_itself_an_officers_whole_way_needs_no_script()
    {
        await using var portal = await PortalStand.Up();
        await using var context = await browser.Open(390, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        // The passkey's answer needs a script, so the session is begun beside the browser and its cookie handed over.
        var cookie = await Session(portal);
        await context.AddCookiesAsync([new() { Name = cookie.Name, Value = cookie.Value, Url = portal.Stand.Portal.ToString() }]);
        await page.GotoAsync(portal.Stand.Portal.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "File a demand" }).First.ClickAsync();
        await page.FillAsync("#reference", "without script");
        await page.SelectOptionAsync("#instrument", "us.sca.warrant");
        await page.FillAsync("#issuing-country", "Ireland");
        await page.SelectOptionAsync("#issuing-kind", "court");
        await page.FillAsync("#item1-value", "ada@example.test");
        await page.CheckAsync("#item1-subscriber");
        await page.Locator("section[aria-labelledby=by-form] button[value=file]").ClickAsync();
        // The draft is kept, the fault leads to its field.
        await page.GetByRole(AriaRole.Link, new() { Name = "Country of the issuing authority" }).ClickAsync();
        Assert.Equal("without script", await page.InputValueAsync("#reference"));
        Assert.True(await page.IsCheckedAsync("#item1-subscriber"));
        await page.FillAsync("#issuing-country", "US");
        await page.Locator("section[aria-labelledby=by-form] button[value=file]").ClickAsync();
        await page.GetByText("Your demand is filed and on record.").WaitForAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download the receipt" }).ClickAsync());
        Assert.EndsWith(".receipt.json", download.SuggestedFilename, StringComparison.Ordinal);
        await page.FillAsync("#text", "Please look at it today.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await page.GetByText("Please look at it today.").First.WaitForAsync();
        await page.GetByText("Take this demand back").First.ClickAsync();
        await page.FillAsync("#reason", "filed in error");
        await page.CheckAsync("#sure");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it back" }).ClickAsync();
        await page.GetByText("Nothing more is done on it.").First.WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "For authorities" }).WaitForAsync();
    }

    private static async Task<(string Name, string Value)> Session(PortalStand portal)
    {
        var jar = new System.Net.CookieContainer();
        using var window = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = jar }) { BaseAddress = portal.Stand.Portal };
        using var answer = await portal.SignIn(window, portal.Key("Maeve Byrne"));
        var cookie = jar.GetCookies(portal.Stand.Portal).Single(one => one.Name == "counterseal-portal");
        return (cookie.Name, cookie.Value);
    }
}
