using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>Every page in a real browser without script: light and dark, telephone and desk, judged by axe; the pictures are in <c>artifacts/screens</c>.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private Faces faces = null!;

    public async ValueTask InitializeAsync() => faces = await Faces.Start();

    public ValueTask DisposeAsync() => faces.DisposeAsync();

    private static readonly string Screens = Path.Combine(Place.Root, "artifacts", "screens");

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task No_page_has_an_accessibility_fault_or_scrolls_sideways(int width, ColorScheme scheme)
    {
        await using var context = await browser.Open(width, scheme, script: true);
        var page = await context.NewPageAsync();
        var faults = new List<string>();

        await Visit("/sign-in", "sign-in", faces.Desk);
        await SignIn(page);
        await Visit("/", "queue", faces.Desk);
        await Visit($"/demands/{Samples.Id}", "demand", faces.Desk);
        await Visit("/quarantine", "quarantine", faces.Desk);
        await Visit("/directory", "directory", faces.Desk);
        await Visit("/reports", "desk-reports", faces.Desk);
        await Visit("/rules", "rules", faces.Desk);
        await Visit($"/rules/{Samples.Books.Book.Rules[0].Id}", "rule", faces.Desk);
        faces.Alarm = "The rule book in the folder cannot be used; the desk goes on with the last good one.";
        await Visit("/demands/none", "no-such-demand", faces.Desk);
        faces.Alarm = null;
        faces.Queue = [];
        await Visit("/", "queue-empty", faces.Desk);
        await Visit("/attacks", "attacks", faces.Desk);
        foreach (var row in AttackSamples.Rows)
            await Visit($"/attacks/{row.Id}", $"attack-{row.Standing.ToString().ToLowerInvariant()}", faces.Desk);
        await page.GotoAsync(new Uri(faces.Desk, $"/attacks/{AttackSamples.Rows[0].Id}").ToString());
        await page.FillAsync("#by", "ana");
        await page.FillAsync("#reason", "too late");
        await page.ClickAsync("button[value=dismiss]");
        await Look("attack-refused");
        await Visit("/attacks/figures", "attack-figures", faces.Desk);
        faces.Figures = AttackSamples.NoFigures;
        await Visit("/attacks/figures", "attack-figures-empty", faces.Desk);
        faces.Attacks = [];
        await Visit("/attacks", "attacks-empty", faces.Desk);
        faces.BellAway = true;
        await Visit("/attacks", "attacks-away", faces.Desk);
        faces.BellAway = false;
        await Visit("/", "front", faces.Public);
        foreach (var language in (string[])["en", "de", "fr", "es", "ar"])
        {
            await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = language });
            await Visit("/check", $"check-{language}", faces.Public);
            await page.FillAsync("#code", AttackSamples.NoticeCode);
            await page.ClickAsync("main button");
            await Look($"check-yes-{language}");
            Assert.Equal(language == "ar" ? "rtl" : "ltr", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main')).direction"));
            Assert.Equal("ltr", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('header')).direction"));
        }
        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string>());
        await Visit("/report", "reports", faces.Public);
        await Visit("/report/2025-H1", "report", faces.Public);
        await Visit("/report/2025", "report-year", faces.Public);
        await Visit("/report/2025-H2/forms", "report-forms", faces.Public);
        await Visit("/ledger", "ledger", faces.Public);
        foreach (var progress in (Progress[])[Progress.Examined, Progress.Answered, Progress.Ready])
        {
            faces.Progress = progress;
            await Visit($"/status/{Samples.Token}", $"status-{progress.ToString().ToLowerInvariant()}", faces.Public);
        }

        await Visit("/status/nobody", "no-such-status", faces.Public);
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task Visit(string path, string name, Uri face)
        {
            await page.GotoAsync(new Uri(face, path).ToString());
            await Look(name);
        }

        async Task Look(string name)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
            if (name == "demand")
                await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"{name}-open-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            faults.AddRange(await Browser.Faults(page, name));
        }
    }

    private async Task SignIn(IPage page)
    {
        await page.GotoAsync(new Uri(faces.Desk, "/sign-in").ToString());
        await page.FillAsync("#code", Faces.Code);
        await page.PressAsync("#code", "Enter");
        await page.Locator("h1", new() { HasText = "Queue" }).WaitForAsync();
    }

    [Fact]
    public async Task The_desk_works_without_script()
    {
        await using var context = await browser.Open(1440, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await SignIn(page);
        await page.ClickAsync($"text={Samples.Demand.Reference}");
        await page.Locator("summary", new() { HasText = "proven, leaf 1,041" }).ClickAsync();
        Assert.True(await page.Locator("text=counterseal ledger prove").First.IsVisibleAsync());
        await page.ClickAsync("text=Sign out");
        await page.Locator("h1", new() { HasText = "Sign in" }).WaitForAsync();
    }

    [Fact]
    public async Task The_first_thing_that_the_tab_key_reaches_skips_to_the_content_and_focus_is_seen()
    {
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(faces.Public, "/").ToString());
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await page.EvaluateAsync<string>("document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("3px", await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineWidth"));
    }

    [Fact]
    public async Task A_printed_demand_unfolds_the_times_and_leaves_out_what_is_for_the_screen()
    {
        await using var context = await browser.Open(1440, ColorScheme.Dark, script: true);
        var page = await context.NewPageAsync();
        await SignIn(page);
        await page.GotoAsync(new Uri(faces.Desk, $"/demands/{Samples.Id}").ToString());
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.False(await page.Locator("nav").IsVisibleAsync());
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, "demand-print.png"), FullPage = true });
    }
}
