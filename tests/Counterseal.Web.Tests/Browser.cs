using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>Debian's Chromium, started once for all page tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright playwright = null!;
    private IBrowser chromium = null!;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Timeout = 120_000,
            Args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A window. The pages' own policy forbids all script, so axe is let in past it.</summary>
    public async Task<IBrowserContext> Open(int width, ColorScheme scheme, bool script)
    {
        var context = await chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 },
            ColorScheme = scheme,
            JavaScriptEnabled = script,
            BypassCSP = script,
        });
        context.SetDefaultTimeout(120_000);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
        playwright.Dispose();
    }
}
