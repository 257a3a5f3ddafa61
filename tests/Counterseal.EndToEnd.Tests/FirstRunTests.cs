using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Custody;
using Microsoft.Playwright;

namespace Counterseal.EndToEnd.Tests;

/// <summary>A company's first day, on an empty folder, at the real processes' pages: accounts, the roster's ceremony, the directory, an officer at the portal, and the first demands to their end.</summary>
public sealed class FirstRunTests(Windows windows) : IClassFixture<Windows>
{
    [Fact]
    public async Task From_an_empty_folder_to_an_emergency_answered_to_one_rejected_and_one_redirected_with_nothing_but_passkeys()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = House.OnEmptyGround();
        await house.Start();
        var (desk, gate) = ((string)house.Up["desk"]!, (string)house.Up["gate"]!);

        // The first administrator, with the code that the terminal showed once; the others by invitation.
        var ada = await windows.Person("Ada");
        await ada.Page.GotoAsync(desk + "set-up");
        await ada.Fill("Set-up code", (string)house.Up["setUp"]!);
        await ada.Fill("Your name", "Ada");
        await ada.Press("Go on");
        await ada.Press("Register a passkey");
        await ada.Heads("Ada");
        await ada.Page.GotoAsync(desk + "set-up");
        await ada.Sees("Set-up is over");
        Assert.Equal(0, await ada.Page.GetByLabel("Set-up code").CountAsync());
        var niamh = await windows.Person("Niamh");
        await Join(ada, niamh, desk, "reviewer");
        await niamh.Page.GotoAsync(desk);
        await niamh.Heads("Queue");

        // The ceremony: three register at the gate, the operator drafts, each signs, and from then on it is on the ledger and key files are not taken.
        List<Window> roster = [];
        foreach (var name in (string[])["alice", "bob", "carol"])
        {
            var code = (string)(await Run("gate", "roster", "invite", name, "--role", name == "bob" ? "reviewer" : "directory", "--role", name == "carol" ? "directory" : "reviewer", "--home", house.Home.Folder, "--json"))["code"]!;
            var person = await windows.Person(name);
            await person.EnrolAtGate(gate, code);
            roster.Add(person);
        }
        var settings = Path.Combine(house.Folder, "settings.json");
        await File.WriteAllTextAsync(settings, """{"keyFiles":false,"change":{"quorum":2,"wait":3600}}""", cancel);
        _ = await Run("gate", "roster", "draft", "--settings", settings, "--home", house.Home.Folder, "--json");
        foreach (var person in roster)
        {
            await person.AtGate(gate + "roster");
            await person.Press("Sign this roster as " + person.Name);
            await person.Waits(person.Page.GetByText("There is nothing for you to sign here").Or(person.Page.GetByText("fixed in a ceremony")));
        }
        await roster[0].AtGate(gate + "roster");
        await roster[0].Sees("fixed in a ceremony");
        await roster[0].Shot("first-run-roster");
        Assert.True((bool)(await Run("gate", "roster", "show", "--home", house.Home.Folder, "--json"))["ceremony"]!);
        Assert.NotEqual(0, (await RunAny("roster", "add", "mallory.pub", "--home", house.Home.Folder)).Code);

        // To whom packages may go: carol confirmed the key and proposes, alice signs as well.
        var (_, bob, carol) = (roster[0], roster[1], roster[2]);
        var alice = roster[0];
        var text = DirectoryEntry.Text("court.example", "IE", "District Court of Example Town", "age-x25519", [house.AuthorityKey.Recipient.Text], house.AuthoritySigner.Verifier.ToString(), "+353 1 555 0100",
            new Confirmation(TimeProvider.System.GetUtcNow(), "carol", "read back by telephone"), 1);
        await carol.AtGate(gate + "directory");
        await carol.Page.GetByLabel("The entry's lines").FillAsync(text);
        await carol.Press("Propose it");
        await carol.Press("Sign this entry");
        await carol.Sees("You have signed it");
        await alice.AtGate(gate + "directory");
        await alice.Press("Sign this entry");
        await alice.Page.GetByText("The signed entry, for the desk").ClickAsync();
        house.Entry = (await alice.Page.Locator("pre").First.InnerTextAsync()).TrimEnd('\n') + "\n";

        // An officer of that court, called for by staff; Maeve registers her own passkey at the portal.
        using var walk = new Walk(house.Home, TimeProvider.System);
        await walk.AddToDirectory(house.Entry, cancel);
        var maeve = await windows.Person("Maeve Byrne");
        await niamh.Page.GotoAsync(desk + "officers");
        await StepUp(niamh);
        await niamh.Page.FillAsync("#name", maeve.Name);
        await niamh.Page.FillAsync("#office", "Registrar");
        await niamh.Page.FillAsync("#reason", "met in person at the court");
        await niamh.Press("Invite");
        await maeve.Page.GotoAsync((await niamh.Page.Locator("#one-time-link").TextContentAsync())!);
        await maeve.Press("Register a passkey");
        await maeve.Heads("Demands of District Court of Example Town");
        await maeve.Press("Sign out");
        await maeve.Press("Sign in with your passkey");
        await maeve.Heads("Demands of District Court of Example Town");

        // An emergency, filed by the form.
        var id = await FileEmergency(maeve, "IE-DC-2026-0901", (string)house.Up["portal"]!);
        await maeve.Shot("walk-portal-filed");
        var download = await maeve.Page.RunAndWaitForDownloadAsync(() => maeve.Page.GetByRole(AriaRole.Link, new() { Name = "Download the receipt" }).ClickAsync());
        var receipt = Path.Combine(house.Folder, "receipt.json");
        await download.SaveAsAsync(receipt);
        Assert.Equal(0, (await RunAny("ledger", "prove", "--receipt", receipt, "--trust", house.Home.Trust, "--json")).Code);
        Assert.Equal("Being examined.", await maeve.Page.Locator(".lead strong").TextContentAsync());

        // One person of the desk, by its forms alone: called back, questions answered, decided, ordered.
        var page = new DemandForms(niamh, desk, id, walk, cancel);
        await page.Authenticate("called back on the directory's number", "spoke with the registrar, who confirmed it");
        await maeve.Page.ReloadAsync();
        Assert.Equal("Being examined.", await maeve.Page.Locator(".lead strong").TextContentAsync());
        await niamh.Page.GotoAsync($"{desk}demands/{id}");
        await niamh.Sees("That is evidence of where it comes from");
        await niamh.Page.FillAsync("#message-text", "Which of the two accounts?");
        await niamh.Press("Send");
        await niamh.Sees("Which of the two accounts?");
        await maeve.Page.GotoAsync((string)house.Up["portal"]!);
        await maeve.Sees("1 unread message");
        await maeve.Page.GetByRole(AriaRole.Link, new() { Name = "IE-DC-2026-0901" }).ClickAsync();
        await maeve.Sees("Which of the two accounts?");
        await page.AnswerAll(DemoScript.Known);
        await page.Decide("Comply", "the law compels it");
        await maeve.Page.ReloadAsync();
        Assert.Equal("The answer is being prepared.", await maeve.Page.Locator(".lead strong").TextContentAsync());
        var order = await page.Order("release", "Order the release");
        await niamh.Shot("walk-desk-ordered");

        // Two people of the roster, at the gate.
        foreach (var person in (Window[])[bob, alice])
        {
            await person.AtGate($"{gate}orders/{order}");
            await person.Sees("RELEASE: hand a package");
            await person.Press($"Approve with your passkey as {person.Name}");
            await person.Waits(person.Page.GetByText("You have approved this order").Or(person.Page.GetByText("was carried out")));
        }
        await walk.Done(id, order, cancel);
        await alice.Page.ReloadAsync();
        await alice.Sees("was carried out: the package is sealed");
        await niamh.Page.GotoAsync(desk + "demands/" + id);
        await niamh.Sees("approved 2/2");
        await niamh.Shot("first-run-demand");

        // The officer fetches it at the portal. It is verified against the home's public keys, and opened by a program that is not ours.
        await maeve.Page.ReloadAsync();
        await maeve.Sees("The answer is ready.");
        await maeve.Shot("walk-portal-ready");
        var folder = Directory.CreateDirectory(Path.Combine(house.Folder, "officer")).FullName;
        foreach (var name in await maeve.Page.Locator(".files a").AllTextContentsAsync())
        {
            var file = await maeve.Page.RunAndWaitForDownloadAsync(() => maeve.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync());
            await file.SaveAsAsync(Path.Combine(folder, name));
        }
        var package = Path.Combine(folder, Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(folder, "*.counterseal").Single()));
        Assert.True(Package.Verify(package, house.Trust, cancel).All(check => check.Holds));
        var secret = Path.Combine(house.Folder, "officer.key");
        await File.WriteAllTextAsync(secret, house.AuthorityKey.Export() + "\n", cancel);
        using var age = Process.Start(new ProcessStartInfo("sh", ["-c", "age -d -i \"$1\" \"$2\" | tar -t", "-", secret, package + ".age"]) { RedirectStandardOutput = true })!;
        Assert.Contains("bagit.txt", await age.StandardOutput.ReadToEndAsync(cancel), StringComparison.Ordinal);

        var opened = Path.Combine(house.Folder, "opened");
        Assert.Equal(0, (await RunAny("open", package, "--trust", house.Home.Trust, "--key", secret, "--into", opened)).Code);
        Assert.NotEmpty(Directory.EnumerateFiles(opened, "subscriber*", SearchOption.AllDirectories));
        var handed = (await walk.Show(id, cancel))["events"]!.AsArray().Single(one => (string)one!["type"]! == "released")!;
        Assert.Equal("Maeve Byrne (court.example)", (string)handed["by"]!);

        // A second one is refused, and the officer reads why; a third goes on to whom it belongs to.
        foreach (var (reference, decision, reason) in ((string, string, string)[])[("IE-DC-2026-0902", "Reject", "no emergency is made out"), ("IE-DC-2026-0903", "Redirect", "the account is the company Example Ltd's")])
        {
            var other = await FileEmergency(maeve, reference, (string)house.Up["portal"]!);
            var answered = new DemandForms(niamh, desk, other, walk, cancel);
            await answered.Authenticate("called back on the directory's number", "spoke with the registrar");
            await answered.AnswerAll(DemoScript.Known);
            await answered.Decide(decision, reason);
            await maeve.Page.ReloadAsync();
            await maeve.Sees(reason);
            await maeve.Shot("walk-portal-" + decision.ToLowerInvariant());
            Assert.Equal(0, await maeve.Page.Locator(".files a").CountAsync());
        }
    }

    private static async Task StepUp(Window person)
    {
        if (await person.Page.GetByRole(AriaRole.Button, new() { Name = "Use your passkey" }).CountAsync() > 0)
            await person.Press("Use your passkey");
    }

    /// <summary>Files an emergency by the portal's form, having it checked first; gives its id.</summary>
    private static async Task<string> FileEmergency(Window officer, string reference, string portal)
    {
        await officer.Page.GotoAsync(portal + "submit");
        await officer.Page.FillAsync("#reference", reference);
        await officer.Page.SelectOptionAsync("#instrument", "eu.epoc");
        await officer.Page.SelectOptionAsync("#issuing-kind", "judge");
        await officer.Page.FillAsync("#item1-value", "maeve.quinn@mail.example");
        await officer.Page.CheckAsync("#item1-subscriber");
        await officer.Page.CheckAsync("#item1-identification");
        await officer.Page.FillAsync("#issued", "2026-10-02T08:15");
        await officer.Page.FillAsync("#offence", "Kidnapping of a minor");
        await officer.Page.GetByText("Validation, emergency, secrecy").ClickAsync();
        await officer.Page.FillAsync("#emergency", "A child was taken from her home this morning; the person who took her wrote to the family from this address.");
        await officer.Page.Locator("section[aria-labelledby=by-form] button[value=check]").ClickAsync();
        await officer.Sees("Nothing is filed yet");
        await officer.Page.Locator("section[aria-labelledby=by-form] button[value=file]").ClickAsync();
        await officer.Sees("Your demand is filed and on record.");
        return new Uri(officer.Page.Url).AbsolutePath["/demands/".Length..];
    }

    /// <summary>Invites and registers one person at the desk.</summary>
    internal static async Task Join(Window administrator, Window person, string desk, params string[] roles)
    {
        await administrator.Page.GotoAsync(desk + "accounts");
        if (await administrator.Page.GetByRole(AriaRole.Button, new() { Name = "Use your passkey" }).CountAsync() > 0)
            await administrator.Press("Use your passkey");
        await administrator.Fill("Name", person.Name);
        foreach (var role in roles)
            await administrator.Page.Locator($"#invite-{role}").CheckAsync();
        await administrator.Press("Invite");
        var code = await administrator.Page.Locator("#one-time-code").TextContentAsync();
        await person.Page.GotoAsync(desk + "enrol");
        await person.Fill("Code of your invitation or recovery", code!);
        await person.Press("Go on");
        await person.Press("Register a passkey");
        await person.Heads(person.Name);
    }

    private static async Task<JsonNode> Run(params string[] arguments)
    {
        var (code, said, errors) = await RunAny(arguments);
        Assert.True(code == 0, errors);
        return JsonNode.Parse(said)!;
    }

    private static async Task<(int Code, string Said, string Errors)> RunAny(params string[] arguments)
    {
        var start = Child.Self(arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said, await errors);
    }
}
