using Counterseal.Tests;
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
        chromium = await playwright.Chromium.LaunchAsync(DebianChromium.Start);
    }

    /// <summary>A window. The pages' own policy forbids all script but the desk's keyboard, so axe is let in past it, except where the policy is what is looked at.</summary>
    public async Task<IBrowserContext> Open(int width, ColorScheme scheme, bool script, bool policy = false)
    {
        var context = await chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 },
            ColorScheme = scheme,
            JavaScriptEnabled = script,
            BypassCSP = script && !policy,
        });
        context.SetDefaultTimeout(120_000);
        return context;
    }

    /// <summary>A window of a person with an authenticator of their own (CDP's virtual one). The pages' own policy holds, unless axe must be let in past it.</summary>
    public async Task<(IPage Page, Func<Task> Lose)> Person(bool forAxe = false)
    {
        var context = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 }, BypassCSP = forAxe });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        var tools = await context.NewCDPSessionAsync(page);
        await tools.SendAsync("WebAuthn.enable");
        var authenticator = await Add();
        return (page, async () =>
        {
            await tools.SendAsync("WebAuthn.removeVirtualAuthenticator", new() { ["authenticatorId"] = authenticator });
            authenticator = await Add();
        }
        );

        async Task<string> Add() => (await tools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        }))!.Value.GetProperty("authenticatorId").GetString()!;
    }

    /// <summary>The tests that open a page in dark open it in light at the same width too; in dark only what hangs on colours is looked at.</summary>
    public static async Task<IReadOnlyList<string>> Faults(IPage page, string name) => await Axe.Faults(page, name, await page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: dark)').matches"));

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
        playwright.Dispose();
    }
}
