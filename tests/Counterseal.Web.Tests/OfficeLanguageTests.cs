using Counterseal.Desk;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The desk's pages beside queue and demand, in the reader's language: nothing is left in English, and they hold mirrored and at 200 %.</summary>
public sealed class OfficeLanguageTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string Screens = Path.Combine(Place.Root, "artifacts", "screens");

    [Fact]
    public async Task The_pages_of_a_shift_rules_attacks_directory_and_quarantine_say_nothing_in_English_to_whoever_reads_another_language()
    {
        var found = new List<string>();
        await Shift(Untranslated.Marked, "qps", async (page, name) => found.AddRange(await Untranslated.On(page, name)));
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public async Task The_pages_of_accounts_compartments_views_and_officers_say_nothing_in_English_to_whoever_reads_another_language()
    {
        var found = new List<string>();
        await People(Untranslated.Marked, "qps", async (page, name) => found.AddRange(await Untranslated.On(page, name)));
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("ar")]
    public async Task At_200_percent_and_mirrored_no_such_page_has_an_accessibility_fault_or_scrolls_sideways(string tag)
    {
        var folder = Directory.CreateTempSubdirectory("cs-l-").FullName;
        try
        {
            // German words in a language that is written from right to left: what is looked at is the page's layout.
            var words = string.Concat(Directory.EnumerateFiles(Path.Combine(Place.Root, "src", "Counterseal.Web", "Languages", "de"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText));
            File.WriteAllText(Path.Combine(folder, "ar.yaml"), words.Replace("direction: ltr", "direction: rtl", StringComparison.Ordinal));
            var languages = ReaderLanguages.With(folder);
            var faults = new List<string>();
            await Shift(languages, tag, Look);
            await People(languages, tag, Look);
            Assert.True(faults.Count == 0, string.Join('\n', faults));

            async Task Look(IPage page, string name)
            {
                Assert.Equal(tag == "ar" ? "rtl" : "ltr", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main h1')).direction"));
                // 1280 px at 200 % are 640; the smallest that WCAG 2.2 (1.4.10) names are 320.
                foreach (var width in (int[])[320, 640, 390, 1440])
                {
                    await page.SetViewportSizeAsync(width, 900);
                    if (width is 320 or 640)
                        faults.AddRange(await Browser.Faults(page, $"{tag} {width} {name}"));
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"office-{name}-{tag}-{width}.png"), FullPage = true });
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The pages over sample data, as they are with something in them and with nothing.</summary>
    private async Task Shift(ReaderLanguages languages, string tag, Func<IPage, string, Task> look)
    {
        await using var faces = await Faces.Start(languages: languages);
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true);
        var page = await context.NewPageAsync();
        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
        await Visit("/sign-in", "sign-in");
        await page.FillAsync("#code", "0000-0000-0000-0000");
        await page.PressAsync("#code", "Enter");
        await page.Locator("[role=alert]").WaitForAsync();
        await look(page, "sign-in-refused");
        await page.FillAsync("#code", Faces.Code);
        await page.PressAsync("#code", "Enter");
        await page.Locator(".masthead form[action='/sign-out']").WaitForAsync();
        foreach (var path in new[] { "/calendar", "/docket", "/alerts", "/handover", "/quarantine", "/directory", "/rules", $"/rules/{Samples.Books.Book.Rules[0].Id}", "/attacks", "/attacks/figures", "/account", "/step-up", "/nowhere", "/rules/none", "/attacks/none" })
            await Visit(path, Name(path));
        await page.GotoAsync(new Uri(faces.Desk, "/handover").ToString());
        await page.EvaluateAsync("const note = document.querySelector('#shift-note'); note.required = false; note.value = ''; note.form.submit()");
        await page.Locator("[role=alert]").WaitForAsync();
        await look(page, "handover-refused");
        foreach (var row in AttackSamples.Rows)
            await Visit($"/attacks/{row.Id}", $"attack-{row.Standing.ToString().ToLowerInvariant()}");
        await page.GotoAsync(new Uri(faces.Desk, $"/attacks/{AttackSamples.Rows[0].Id}").ToString());
        await page.EvaluateAsync("const reason = document.querySelector('#reason'); reason.required = false; document.querySelector('#by').value = 'Ana'; reason.form.querySelector('button').click()");
        await page.Locator("#why-not").WaitForAsync();
        await look(page, "attack-refused");
        faces.Empty = true;
        faces.Attacks = [];
        faces.Figures = AttackSamples.NoFigures;
        foreach (var path in new[] { "/calendar", "/docket", "/alerts", "/handover", "/attacks", "/attacks/figures" })
            await Visit(path, Name(path) + "-empty");
        faces.BellAway = true;
        await Visit("/attacks", "attacks-away");

        async Task Visit(string path, string name)
        {
            await page.GotoAsync(new Uri(faces.Desk, path).ToString());
            await look(page, name);
        }
    }

    /// <summary>The pages about people, over a real desk: an administrator's, and those of whoever has all the other roles.</summary>
    private async Task People(ReaderLanguages languages, string tag, Func<IPage, string, Task> look)
    {
        await using var portal = await PortalStand.Up(trial: true, languages: languages);
        var stand = portal.Stand;
        await stand.Accounts.MakeCompartment("Cora", "national security", ["us.nsl"], default);
        await stand.Accounts.AskRecovery("Ada", (await stand.Person("Rosa")).Account, "lost", default);
        await stand.Accounts.AskRecovery("Dora", (await stand.Person("Rolf")).Account, "stolen", default);
        _ = await stand.Accounts.ApproveRecovery("Ada", (await stand.Person("Rolf")).Account, default);
        _ = await stand.Accounts.Invite("Ada", "Nils", [Role.Reviewer, Role.Intake], default);
        await stand.Officers.Ask("Orla Ryan", "Clerk of the court", "District Court of Example Town, Ireland", "orla.ryan@court.example", "+353 1 555 7777", null, default);
        var maeve = (await stand.Officers.Now(default)).All.Values.Single(one => one.Name == "Maeve Byrne");
        await stand.Officers.Ask("Tom Nolan", "Judge", "", "tom.nolan@court.example", "+353 1 555 7778", maeve, default);
        var asked = (await stand.Officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Orla Ryan").Asked.Request;
        await stand.Officers.Confirm("Ines", asked, (await stand.Desk.EntryOf("court.example", default))!, "the registrar, A. Walsh", "she is a clerk there since 2019", default);
        await stand.Officers.Ask("Eve", "Inspector", "Ministry of Nowhere", "eve@ministry.example", "+1 555 6666", null, default);
        await stand.Officers.Refuse("Ines", (await stand.Officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Eve").Asked.Request, "no such ministry", default);
        _ = await stand.Officers.Invite("Ines", (await stand.Desk.EntryOf("police.example", default))!, "Nora Quinn", "Inspector", "met in person", default);
        foreach (var (name, roles, paths) in new[]
        {
            ("Anna", new[] { Role.Administrator }, new[] { "/accounts", "/account", "/step-up", "/demands/none", "/account/nothing" }),
            ("Otto", [Role.Counsel, Role.Auditor, Role.Intake], ["/compartments", "/views", "/officers", "/account"]),
        })
        {
            var (page, _) = await browser.Person(forAxe: true);
            await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
            await Visit("/enrol");
            await page.FillAsync("#code", "0000");
            await page.PressAsync("#code", "Enter");
            await page.Locator("[role=alert]").WaitForAsync();
            await look(page, "enrol-refused");
            await page.FillAsync("#code", await stand.Accounts.Invite("Ada", name, roles, default));
            await page.PressAsync("#code", "Enter");
            await page.Locator("form[data-passkey=create] button:enabled").ClickAsync();
            await page.Locator("#passkeys").WaitForAsync();
            foreach (var path in paths)
                await Visit(path);
            if (name == "Anna")
            {
                // What is shown once.
                await page.GotoAsync(new Uri(stand.Pages, "/accounts").ToString());
                await page.FillAsync("#name", "Vera " + tag);
                await page.CheckAsync("#invite-reviewer");
                await page.Locator("form[action='/accounts/invite'] button").ClickAsync();
                await page.Locator("#one-time-code").WaitForAsync();
                await look(page, "accounts-code");
                continue;
            }
            await page.GotoAsync(new Uri(stand.Pages, "/account").ToString());
            await page.Locator("form[action='/account/tokens'] button").ClickAsync();
            await page.Locator("#token").WaitForAsync();
            await look(page, "account-token");
            await page.GotoAsync(new Uri(stand.Pages, "/account").ToString());
            await page.Locator("form[action='/account/calendar'] button").ClickAsync();
            await page.Locator("#feed").WaitForAsync();
            await look(page, "account-feed");
            await page.GotoAsync(new Uri(stand.Pages, "/officers").ToString());
            await page.Locator($"form[action='/officers/requests/{asked}/invite'] button").ClickAsync();
            await page.Locator("#one-time-link").WaitForAsync();
            await look(page, "officers-link");

            async Task Visit(string path)
            {
                await page.GotoAsync(new Uri(stand.Pages, path).ToString());
                await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
                await look(page, Name(path));
            }
        }
    }

    private static string Name(string path) => path.Trim('/').Replace('/', '-').Replace('.', '-');
}
