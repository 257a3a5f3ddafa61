using Counterseal.Web.Pages;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The customers' pages and the public pages that stand beside them, in a real browser: three widths, two schemes, judged by axe; and the walk of a customer without script.</summary>
public sealed class CustomerBrowserTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>Pages that are looked at here.</summary>
    internal static IReadOnlyList<Type> Types { get; } = [typeof(CustomerPage), typeof(CustomerOutPage), typeof(GenuinePage), typeof(ReaderPage), typeof(ProofPage), typeof(EntriesPage), typeof(PublicRulesPage), typeof(RuleChangesPage), typeof(AuthoritiesPage)];

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(768, ColorScheme.Light)]
    [InlineData(768, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task No_page_has_an_accessibility_fault_or_scrolls_sideways(int width, ColorScheme scheme)
    {
        await using var stand = await CustomerStand.Up(trial: true);
        await using var faces = await Faces.Start();
        await using var desk = await DeskStand.Up();
        await using var context = await browser.Open(width, scheme, script: true);
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        await Look(stand.Pages, "/", "customer-out");
        await LanguageTests.Enter(page, stand);
        await Look(stand.Pages, "/", "customer");
        stand.Banners = [CustomerStand.Attack];
        await Look(stand.Pages, "/", "customer-attacked");
        (stand.Banners, stand.Notices) = ([], []);
        await Look(stand.Pages, "/", "customer-none");
        await Look(stand.Pages, "/check", "customer-check");
        foreach (var (path, name) in new[] { ("/reader", "reader"), ("/ledger/check", "ledger-check"), ("/rules", "public-rules"), ($"/rules/books/{PublicSamples.New}", "rule-changes"), ("/rules/us.sca.warrant.reach", "public-rule"), ("/authorities", "authorities") })
            await Look(faces.Public, path, name);
        // Entries are shown only under a checkpoint that its key has signed; so these are a real ledger's.
        await desk.Received("a demand");
        await Look(desk.Public, "/ledger/entries", "entries");
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task Look(Uri face, string path, string name)
        {
            await page.GotoAsync(new Uri(face, path).ToString());
            await page.ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
            faults.AddRange(await Browser.Faults(page, name));
        }
    }

    [Fact]
    public async Task A_customer_reads_answers_checks_a_code_and_leaves_without_script()
    {
        await using var stand = await CustomerStand.Up(trial: true);
        await using var context = await browser.Open(390, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(stand.Pages.ToString());
        await page.FillAsync("#token", stand.Token());
        await page.ClickAsync("main button");
        await page.Locator("h1", new() { HasText = "Your notices" }).WaitForAsync();
        await page.CheckAsync($"form[action='/notices/{CustomerStand.Redirected}/answer'] input[value=NoData]");
        await page.FillAsync($"#says-{CustomerStand.Redirected}", "The account was closed in 2024.");
        await page.ClickAsync("text=Put it on the record");
        Assert.Equal("The account was closed in 2024.", Assert.Single(stand.Said).Says);
        await page.ClickAsync("nav >> text=Check a notice");
        await page.FillAsync("#code", "7F3K-2M9Q-XTBC-4W8N");
        await page.ClickAsync("main button");
        Assert.True(await page.Locator("text=Yes: a notice that is shown to you here").IsVisibleAsync());
        await page.ClickAsync("text=Sign out");
        Assert.True(await page.Locator("text=You are signed out here.").IsVisibleAsync());
    }
}
