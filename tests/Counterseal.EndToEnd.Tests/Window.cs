using Counterseal.Tests;
using Microsoft.Playwright;

namespace Counterseal.EndToEnd.Tests;

/// <summary>Debian's Chromium for the real processes' pages.</summary>
public sealed class Windows : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? chromium;

    public async ValueTask InitializeAsync()
    {
        if (!DebianChromium.IsHere)
            return;
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(DebianChromium.Start);
    }

    /// <summary>A person at a window of their own, with an authenticator of their own (CDP's virtual one). The pages' own content policy holds.</summary>
    public async Task<Window> Person(string name)
    {
        if (chromium is null)
            Assert.Skip("chromium is not here; the pages cannot be looked at");
        var context = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 }, AcceptDownloads = true });
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        var tools = await context.NewCDPSessionAsync(page);
        await tools.SendAsync("WebAuthn.enable");
        await tools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        });
        return new Window(name, page);
    }

    public async ValueTask DisposeAsync()
    {
        if (chromium is not null)
            await chromium.DisposeAsync();
        playwright?.Dispose();
    }
}

/// <summary>A person at a window.</summary>
/// <param name="Name">As the person is called on pages and roster.</param>
/// <param name="Page">What the person sees.</param>
public sealed record Window(string Name, IPage Page)
{
    private static readonly string Shots = Directory.CreateDirectory(Path.Combine(Place.Root, "artifacts", "screens")).FullName;

    /// <summary>Presses a button.</summary>
    public Task Press(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).First.ClickAsync();

    /// <summary>Fills a field.</summary>
    public Task Fill(string label, string value) => Page.GetByLabel(label, new() { Exact = true }).First.FillAsync(value);

    /// <summary>Waits until a text stands on the page.</summary>
    public Task Sees(string text) => Waits(Page.GetByText(text));

    /// <summary>Waits until a heading stands on the page.</summary>
    public Task Heads(string text) => Waits(Page.GetByRole(AriaRole.Heading, new() { Name = text, Exact = true }));

    /// <summary>Waits for any of what may come; says what the page shows instead.</summary>
    public async Task Waits(ILocator what)
    {
        try
        {
            await what.First.WaitForAsync();
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Name} waited for {what} and sees, at {Page.Url}: {await Page.Locator("main").InnerTextAsync()}");
        }
    }

    /// <summary>Keeps a picture of the page.</summary>
    public Task Shot(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, name + ".png"), FullPage = true });

    /// <summary>Registers at the gate with the code of an invitation.</summary>
    public async Task EnrolAtGate(string gate, string code)
    {
        await Page.GotoAsync(gate + "enrol");
        await Fill("Code of your invitation", code);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey" }).ClickAsync();
        await Sees("Registered for " + Name);
    }

    /// <summary>Opens a page of the gate, signing in where it asks for it.</summary>
    public async Task AtGate(string address)
    {
        await Page.GotoAsync(address);
        if (await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).CountAsync() == 0)
            return;
        await Press("Sign in with your passkey");
        await Sees("You are " + Name);
    }
}
