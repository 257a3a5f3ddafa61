using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>Every page in a real browser without script: light and dark, telephone and desk, judged by axe; the pictures are in <c>artifacts/screens</c>.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private Faces faces = null!;
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        faces = await Faces.Start();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await faces.DisposeAsync();
    }

    private static readonly string Screens = Path.Combine(Root(), "artifacts", "screens");

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside the project");
        return folder;
    }

    [Theory(Timeout = 90_000)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task No_page_has_an_accessibility_fault_or_scrolls_sideways(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme, script: true);
        var page = await context.NewPageAsync();
        var faults = new List<string>();

        await Visit("/sign-in", "sign-in", faces.Desk);
        await SignIn(page);
        await Visit("/", "queue", faces.Desk);
        await Visit($"/demands/{Samples.Id}", "demand", faces.Desk);
        await Visit("/quarantine", "quarantine", faces.Desk);
        await Visit("/directory", "directory", faces.Desk);
        await Visit("/demands/none", "no-such-demand", faces.Desk);
        faces.Queue = [];
        await Visit("/", "queue-empty", faces.Desk);
        await Visit("/", "front", faces.Public);
        await Visit("/ledger", "ledger", faces.Public);
        foreach (var progress in Enum.GetValues<Progress>())
        {
            faces.Progress = progress;
            await Visit($"/status/{Samples.Token}", $"status-{progress.ToString().ToLowerInvariant()}", faces.Public);
        }

        await Visit("/status/nobody", "no-such-status", faces.Public);
        Assert.Empty(faults);

        async Task Visit(string path, string name, Uri face)
        {
            await page.GotoAsync(new Uri(face, path).ToString());
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
            if (name == "demand")
                await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"{name}-open-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if (wide > 0)
                faults.Add($"{name}: {wide} px too wide");
            var axe = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
            faults.AddRange(axe.Violations.SelectMany(v => v.Nodes.Select(n => $"{name}: {v.Id}: {n.Html} {string.Join(' ', n.Any.Select(a => a.Message))}")));
        }
    }

    private async Task<IBrowserContext> Context(int width, ColorScheme scheme, bool script)
    {
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 }, ColorScheme = scheme, JavaScriptEnabled = script, BypassCSP = true });
        context.SetDefaultTimeout(10_000);
        return context;
    }

    private async Task SignIn(IPage page)
    {
        await page.GotoAsync(new Uri(faces.Desk, "/sign-in").ToString());
        await page.FillAsync("#code", Faces.Code);
        await page.ClickAsync("main button");
        await page.WaitForURLAsync(new Uri(faces.Desk, "/").ToString());
    }
}
