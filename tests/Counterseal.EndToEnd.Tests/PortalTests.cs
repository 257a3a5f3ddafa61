using Counterseal.Cli;
using Counterseal.Tests;
using Microsoft.Playwright;

namespace Counterseal.EndToEnd.Tests;

/// <summary>An officer's way through the real <c>serve</c>, in a real browser with a virtual authenticator.</summary>
public class PortalTests
{
    [Fact]
    public async Task An_officer_is_invited_registers_a_passkey_files_by_the_form_and_sees_what_comes_of_it()
    {
        if (!DebianChromium.IsHere)
            Assert.Skip("chromium is not here; the pages cannot be looked at");
        var cancel = TestContext.Current.CancellationToken;
        await using var house = House.Build();
        await house.Start();
        using var walk = new Walk(house.Home, TimeProvider.System);
        await walk.AddToDirectory(house.Entry, cancel);

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(DebianChromium.Start);

        // Staff of the trial invite an officer of the directory's court.
        await using var staff = await browser.NewContextAsync();
        var desk = await staff.NewPageAsync();
        await desk.GotoAsync((string)house.Up["desk"]!);
        await desk.GetByRole(AriaRole.Textbox).FillAsync((string)house.Up["code"]!);
        await desk.GetByRole(AriaRole.Button, new() { Name = "Sign in with the code" }).ClickAsync();
        await desk.GetByRole(AriaRole.Link, new() { Name = "Officers" }).ClickAsync();
        await desk.FillAsync("#name", "Maeve Byrne");
        await desk.FillAsync("#office", "Registrar");
        await desk.FillAsync("#reason", "met in person at the court");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        var link = (await desk.Locator("#one-time-link").TextContentAsync())!;
        Assert.StartsWith((string)house.Up["portal"]!, link, StringComparison.Ordinal);

        // The officer registers a passkey under the portal's own policy, signs out and in again, and files.
        await using var office = await browser.NewContextAsync();
        var page = await office.NewPageAsync();
        var tools = await office.NewCDPSessionAsync(page);
        await tools.SendAsync("WebAuthn.enable");
        await tools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        });
        await page.GotoAsync(link);
        await page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Demands of District Court of Example Town" }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Demands of District Court of Example Town" }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "File a demand" }).First.ClickAsync();
        await page.FillAsync("#reference", "IE-DC-2026-0777");
        await page.SelectOptionAsync("#instrument", "eu.epoc");
        await page.SelectOptionAsync("#issuing-kind", "judge");
        await page.FillAsync("#item1-value", "maeve.quinn@mail.example");
        await page.CheckAsync("#item1-subscriber");
        await page.CheckAsync("#item1-identification");
        await page.FillAsync("#issued", "2026-10-02T08:15");
        await page.FillAsync("#offence", "Kidnapping of a minor");
        await page.GetByText("Validation, emergency, secrecy").ClickAsync();
        await page.FillAsync("#emergency", "A child was taken from her home this morning; the person who took her wrote to the family from this address.");
        await page.Locator("section[aria-labelledby=by-form] button[value=check]").ClickAsync();
        await page.GetByText("Nothing is filed yet").WaitForAsync();
        await page.Locator("section[aria-labelledby=by-form] button[value=file]").ClickAsync();
        await page.GetByText("Your demand is filed and on record.").WaitForAsync();
        var id = new Uri(page.Url).AbsolutePath["/demands/".Length..];
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download the receipt" }).ClickAsync());
        var receipt = Path.Combine(house.Folder, "receipt.json");
        await download.SaveAsAsync(receipt);
        Assert.Equal(0, await Run("ledger", "prove", "--receipt", receipt, "--trust", house.Home.Trust, "--json"));

        // People authenticate and decide; the officer sees that the answer is being prepared, and only then.
        Assert.Equal("Being examined.", await page.Locator(".lead strong").TextContentAsync());
        await walk.Authenticate(id, "niamh", "called back", "the registrar, on the directory's number", cancel);
        await page.ReloadAsync();
        Assert.Equal("Being examined.", await page.Locator(".lead strong").TextContentAsync());
        await desk.GotoAsync($"{house.Up["desk"]}demands/{id}");
        await desk.GetByText("That is evidence of where it comes from").WaitForAsync();
        await desk.FillAsync("#message-text", "Which of the two accounts?");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await page.GotoAsync((string)house.Up["portal"]!);
        await page.GetByText("1 unread message").WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "IE-DC-2026-0777" }).ClickAsync();
        await page.GetByText("Which of the two accounts?").WaitForAsync();
        await DemoScript.AnswerQuestions(walk, id, cancel);
        await walk.Decide(id, "niamh", "comply", "lawful", "court.example", cancel);
        await page.ReloadAsync();
        Assert.Equal("The answer is being prepared.", await page.Locator(".lead strong").TextContentAsync());
        var order = await walk.Order(id, "niamh", "release", cancel);
        await walk.Approve(order, house.Alice, cancel);
        await walk.Approve(order, house.Bob, cancel);
        await walk.Done(id, order, cancel);
        await page.ReloadAsync();
        Assert.Equal("The answer is ready.", await page.Locator(".lead strong").TextContentAsync());
        var folder = Directory.CreateDirectory(Path.Combine(house.Folder, "fetched")).FullName;
        foreach (var name in await page.Locator(".files a").AllTextContentsAsync())
        {
            var file = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync());
            await file.SaveAsAsync(Path.Combine(folder, name));
        }
        var package = Path.Combine(folder, Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(folder, "*.counterseal").Single()));
        var key = Path.Combine(house.Folder, "court.key");
        await File.WriteAllTextAsync(key, house.AuthorityKey.Export() + "\n", cancel);
        var opened = Path.Combine(house.Folder, "opened");
        Assert.Equal(0, await Run("open", package, "--trust", house.Home.Trust, "--key", key, "--into", opened));
        Assert.NotEmpty(Directory.EnumerateFiles(opened, "subscriber*", SearchOption.AllDirectories));
        // That it was handed out is on record with the officer's name.
        var handed = (await walk.Show(id, cancel))["events"]!.AsArray().Single(one => (string)one!["type"]! == "released")!;
        Assert.Equal("Maeve Byrne (court.example)", (string)handed["by"]!);
    }

    private static async Task<int> Run(params string[] arguments)
    {
        var start = Child.Self(arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = System.Diagnostics.Process.Start(start)!;
        _ = await process.StandardOutput.ReadToEndAsync();
        _ = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
