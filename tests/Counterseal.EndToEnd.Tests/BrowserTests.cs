using Counterseal.Cli;
using Counterseal.Tests;
using Microsoft.Playwright;

namespace Counterseal.EndToEnd.Tests;

/// <summary>The pages of the real <c>serve</c> in a real browser, after a real walk.</summary>
public class BrowserTests
{
    [Fact]
    public async Task Queue_demand_status_and_ledger_pages_show_the_walk_and_axe_finds_nothing()
    {
        if (!DebianChromium.IsHere)
            Assert.Skip("chromium is not here; the pages cannot be looked at");
        var cancel = TestContext.Current.CancellationToken;
        await using var house = House.Build();
        await house.Start();
        using var walk = new Walk(house.Home, TimeProvider.System);
        var decided = await Steps.Decided(house, walk, cancel);
        var receipt = await walk.Submit(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "ordinary.json"), cancel), cancel);
        var order = await walk.Order(decided, "niamh", "release", cancel);
        await walk.Approve(order, house.Alice, cancel);
        await walk.Approve(order, house.Bob, cancel);
        await walk.Done(decided, order, cancel);

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(DebianChromium.Start);
        var shots = Directory.CreateDirectory(Path.Combine(Place.Root, "artifacts", "screens")).FullName;
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1440), (ColorScheme.Dark, 390) })
        {
            await using var context = await browser.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 }, JavaScriptEnabled = true, BypassCSP = true });
            var page = await context.NewPageAsync();
            var desk = (string)house.Up["desk"]!;
            await page.GotoAsync(desk);
            await page.GetByRole(AriaRole.Textbox).FillAsync((string)house.Up["code"]!);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with the code" }).ClickAsync();
            await See(page, "queue", "4:26-mj-00317");
            await page.GetByRole(AriaRole.Link, new() { Name = "IE-DC-2026-0417" }).ClickAsync();
            await See(page, "demand", "eu.epoc");
            await page.GetByText("approved 2/2").First.WaitForAsync();
            await page.GotoAsync($"{house.Up["publicFace"]}status/{(string)receipt["token"]!}");
            await See(page, "status", "Keep the address of this page to yourself");
            Assert.DoesNotContain("acc-", await page.ContentAsync(), StringComparison.Ordinal);
            await page.GotoAsync($"{house.Up["publicFace"]}ledger");
            await See(page, "ledger", "ledger.trial.example");

            async Task See(IPage shown, string name, string text)
            {
                await shown.GetByText(text).First.WaitForAsync();
                await shown.ScreenshotAsync(new() { Path = Path.Combine(shots, $"walk-{name}-{width}-{scheme}.png".ToLowerInvariant()), FullPage = true });
                Assert.Empty(await Axe.Faults(shown, $"{name} {width} {scheme}"));
            }
        }
    }
}
