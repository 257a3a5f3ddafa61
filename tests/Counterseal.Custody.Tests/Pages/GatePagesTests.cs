using Counterseal.Custody.Tests.Gate;
using Microsoft.Playwright;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>The gate's own pages in a real browser: people register, fix their roster, look at an order as its bytes have it, and release, stop and lift by passkey.</summary>
public sealed class GatePagesTests(GateBrowser browser) : IClassFixture<GateBrowser>
{
    private static readonly string Shots = Directory.CreateDirectory(Path.Combine(Repository.Folder("artifacts"), "screens")).FullName;

    [Fact]
    public async Task People_register_fix_the_roster_and_two_of_them_release_stop_and_lift()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        var origin = GateWithPages.Prepare(desk, GateBrowser.FreePort());
        await desk.StartGate();
        var people = new List<PersonAtWindow>();
        foreach (var name in GateWithPages.People)
            people.Add(await browser.Person(name, name == "bob" ? 390 : 1440, name == "bob" ? ColorScheme.Dark : ColorScheme.Light));
        var (alice, bob, carol) = (people[0], people[1], people[2]);
        await GateWithPages.Found(desk, origin, people);

        // Dora proposes the recipient and signs it, Egon signs it; then the gate knows it.
        var (dora, egon) = (people[3], people[4]);
        await dora.Open(origin + "/directory");
        await dora.Page.GetByLabel("The entry's lines").FillAsync(desk.DirectoryText());
        await dora.Press("Propose it");
        await dora.Press("Sign this entry");
        await dora.Page.GetByText("You have signed it").WaitForAsync();
        await egon.Open(origin + "/directory");
        await egon.Page.GetByText("Signed by dora").WaitForAsync();
        await egon.Press("Sign this entry");
        await egon.Page.GetByText("The signed entry, for the desk").ClickAsync();
        var entry = await egon.Page.Locator("pre").First.InnerTextAsync();
        Assert.StartsWith(desk.DirectoryText(), entry, StringComparison.Ordinal);

        var release = await Case.Release(desk, directory: entry.TrimEnd('\n') + "\n");
        release.Approvals.Clear();
        Assert.Equal("waiting", (await release.File()).State);
        await alice.Open($"{origin}/orders/{release.Digest}");
        Assert.EndsWith("/orders/" + release.Digest, alice.Page.Url, StringComparison.Ordinal);
        var shown = await alice.Page.Locator("main").InnerTextAsync();
        foreach (var part in new[] { "RELEASE: hand a package", "maeve@mail.example", "Police of Example", desk.Recipient.Recipient.Text, "the order is within what it permits", release.Digest, "0 of 2 people have approved" })
            Assert.Contains(part, shown, StringComparison.Ordinal);
        await alice.Press("Approve with your passkey as alice");
        await alice.Page.GetByText("You have approved this order").WaitForAsync();

        await bob.Open(origin + "/");
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "TEST-0001" }).ClickAsync();
        await bob.Page.GetByText("1 of 2 people have approved: alice").WaitForAsync();
        await bob.Press("Approve with your passkey as bob");
        await bob.Page.GetByText("was carried out: the package is sealed").WaitForAsync();
        Assert.Equal(200, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);

        // One person stops everything, without signing in; two lift it.
        await carol.Press("Leave");
        await carol.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).WaitForAsync();
        var stopping = carol.Page.WaitForResponseAsync(answer => answer.Url.EndsWith("/sign", StringComparison.Ordinal));
        await carol.Press("Stop everything");
        Assert.Equal(200, (await stopping).Status);
        Assert.Equal("stopped", (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Refused);
        await alice.Open(origin + "/stops");
        await alice.Press("Sign to lift this stop");
        await alice.Page.GetByText("You have signed to lift it").WaitForAsync();
        Assert.Equal("stopped", (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Refused);
        await bob.Open(origin + "/stops");
        await bob.Press("Sign to lift this stop");
        await bob.Page.GetByText("None. A stop of one demand").WaitForAsync();
        Assert.Equal(200, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(1920, ColorScheme.Light)]
    public async Task Every_page_fits_and_axe_finds_nothing(int width, ColorScheme scheme)
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        var origin = GateWithPages.Prepare(desk, GateBrowser.FreePort());
        await desk.StartGate();
        var people = new List<PersonAtWindow>();
        foreach (var name in GateWithPages.People)
            people.Add(await browser.Person(name, width, scheme, forAxe: true));
        var alice = people[0];
        var faults = new List<string>();
        async Task See(string name)
        {
            await alice.Page.EvaluateAsync("Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode().catch(() => 0); }))");
            await alice.Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, $"gate-{name}-{width}-{scheme}.png".ToLowerInvariant()), FullPage = true });
            faults.AddRange(await alice.Faults($"{name} {width} {scheme}"));
        }
        await alice.Page.GotoAsync(origin + "/");
        await See("door");
        await alice.Page.GotoAsync(origin + "/enrol");
        await See("enrol");
        await GateWithPages.Found(desk, origin, people);
        await alice.Open(origin + "/");
        await See("empty");

        var release = (await Case.Release(desk)).ApprovedBy("bob");
        Assert.Equal("waiting", (await release.File()).State);
        var count = await Case.OnReceived(desk, "count");
        count.Approvals.Clear();
        Assert.Equal("waiting", (await count.File()).State);
        await alice.Page.GotoAsync(origin + "/");
        await See("orders");
        await alice.Page.GotoAsync($"{origin}/orders/{release.Digest}");
        await See("order");
        Assert.True(await alice.Page.EvaluateAsync<bool>("document.images.length > 0 && [...document.images].every(image => image.naturalWidth > 500)"));

        Assert.Equal("stopped", (await desk.Post("/stops", desk.StopNote(release.DemandId, "carol"))).State);
        await alice.Page.GotoAsync($"{origin}/orders/{release.Digest}");
        await See("order-stopped");
        await alice.Page.GotoAsync(origin + "/stops");
        await See("stops");
        await alice.Page.GotoAsync(origin + "/directory");
        await See("directory");
        RosterCeremony.Draft(desk.Home, ["carol"], new() { ["change"] = new System.Text.Json.Nodes.JsonObject { ["quorum"] = 2, ["wait"] = 7200 } }, desk.Clock.GetUtcNow());
        await alice.Page.GotoAsync(origin + "/roster");
        await See("roster");
        await alice.Page.GotoAsync(origin + "/orders/" + new string('0', 64));
        await See("unknown");
        Assert.Empty(faults);
    }

    [Fact]
    public async Task The_pages_work_by_keyboard_alone()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        var origin = GateWithPages.Prepare(desk, GateBrowser.FreePort());
        await desk.StartGate();
        var people = new List<PersonAtWindow>();
        foreach (var name in GateWithPages.People)
            people.Add(await browser.Person(name));
        await GateWithPages.Found(desk, origin, people);
        var release = (await Case.Release(desk)).ApprovedBy("bob");
        Assert.Equal("waiting", (await release.File()).State);
        var alice = people[0];
        await alice.Open(origin + "/");
        await Reach(alice.Page, "TEST-0001");
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.Page.GetByText("1 of 2 people have approved").WaitForAsync();
        await Reach(alice.Page, "Approve with your passkey as alice");
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.Page.GetByText("was carried out").WaitForAsync();

        static async Task Reach(IPage page, string text)
        {
            for (var i = 0; i < 40; i++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<string>("document.activeElement.textContent.trim()") == text)
                    return;
            }
            Assert.Fail($"{text} cannot be reached by keyboard");
        }
    }
}
