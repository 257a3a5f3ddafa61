using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Custody.Tests.People;
using Counterseal.Ledger;
using Counterseal.Tests;
using Microsoft.Playwright;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>Debian's Chromium with people in front of it, each with an authenticator of their own (CDP's virtual ones).</summary>
public sealed class GateBrowser : IAsyncLifetime
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

    /// <summary>A person at a window. The gate's own content policy holds, unless axe must be let in past it.</summary>
    public async Task<PersonAtWindow> Person(string name, int width = 1440, ColorScheme scheme = ColorScheme.Light, bool forAxe = false)
    {
        if (chromium is null)
            Assert.Skip("chromium is not here; the gate's pages cannot be looked at");
        var context = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 }, ColorScheme = scheme, BypassCSP = forAxe });
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        var tools = await context.NewCDPSessionAsync(page);
        await tools.SendAsync("WebAuthn.enable");
        var options = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true };
        var added = await tools.SendAsync("WebAuthn.addVirtualAuthenticator", new() { ["options"] = options });
        return new PersonAtWindow(name, page, tools, added!.Value.GetProperty("authenticatorId").GetString()!);
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (chromium is not null)
            await chromium.DisposeAsync();
        playwright?.Dispose();
    }
}

/// <summary>One person with one authenticator.</summary>
public sealed record PersonAtWindow(string Name, IPage Page, ICDPSession Tools, string Authenticator)
{
    /// <summary>The passkey, once the roster has it: id and COSE key.</summary>
    public (byte[] Id, byte[] Key)? Passkey { get; set; }

    /// <summary>Sets whether the authenticator verifies its person.</summary>
    public Task Verifies(bool verified) => Tools.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = Authenticator, ["isUserVerified"] = verified });

    /// <summary>Asks the authenticator, on the page where the person is, for a note's text: what a page would do that has nothing but the text.</summary>
    public async Task<PasskeyAnswer> Answer(string text, string rpId = "localhost", string verification = "required")
    {
        var got = await Page.EvaluateAsync<JsonElement>("""
            async ({ challenge, rpId, id, verification }) => {
              const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));
              const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)));
              const credential = await navigator.credentials.get({ publicKey: { challenge: bytes(challenge), rpId, userVerification: verification, allowCredentials: [{ type: "public-key", id: bytes(id) }] } });
              const response = credential.response;
              return [credential.rawId, response.authenticatorData, response.clientDataJSON, response.signature].map(text);
            }
            """, new { challenge = Base64Url.EncodeToString(PasskeyAnswer.Challenge(text)), rpId, id = Base64Url.EncodeToString(Passkey!.Value.Id), verification });
        var parts = got.EnumerateArray().Select(part => part.GetBytesFromBase64()).ToArray();
        return new PasskeyAnswer(parts[0], parts[1], parts[2], parts[3]);
    }

    /// <summary>The signature line of that answer.</summary>
    public async Task<NoteSignature> Line(string text) => SoftPasskey.LineOf(Name, await Answer(text), Passkey!.Value.Key);

    /// <summary>Registers with the code of an invitation, on the gate's page.</summary>
    public async Task Enrol(string origin, string code)
    {
        await Page.GotoAsync(origin + "/enrol");
        await Page.GetByLabel("Code of your invitation").FillAsync(code);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey" }).ClickAsync();
        await Page.GetByText("Registered for " + Name).WaitForAsync();
    }

    /// <summary>Opens a page of the gate, signing in where it asks for it.</summary>
    public async Task Open(string address)
    {
        await Page.GotoAsync(address);
        if (await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).CountAsync() == 0)
            return;
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).ClickAsync();
        await Page.GetByText("You are " + Name).WaitForAsync();
    }

    /// <summary>Presses a button.</summary>
    public Task Press(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();

    /// <summary>What is wrong with the page as it stands: whether it scrolls sideways, and all that axe finds.</summary>
    public Task<IReadOnlyList<string>> Faults(string name) => Axe.Faults(Page, name);
}

/// <summary>A gate with pages of its own on this machine, and people who have registered there.</summary>
public static class GateWithPages
{
    public static readonly string[] People = ["alice", "bob", "carol", "dora", "egon"];

    /// <summary>Gives a house's gate pages and a roster without people, to be founded.</summary>
    public static string Prepare(HostileDesk desk, int port, Action<JsonObject>? roster = null)
    {
        var origin = $"http://localhost:{port}";
        new PagesSettings($"localhost:{port}").Write(desk.Home);
        desk.WriteRoster(desk.RosterJson(change: json =>
        {
            json["people"] = new JsonArray();
            Rules(json, origin);
            json["change"] = new JsonObject { ["quorum"] = 3, ["wait"] = 3600 };
            roster?.Invoke(json);
        }));
        return origin;
    }

    public static void Rules(JsonObject roster, string origin)
    {
        roster["keyFiles"] = false;
        roster["passkeys"] = new JsonObject { ["rpId"] = "localhost", ["origin"] = origin, ["backedUp"] = false };
    }

    /// <summary>Invites everybody; each registers on the gate's page and then signs the roster there.</summary>
    public static async Task Found(HostileDesk desk, string origin, IReadOnlyList<PersonAtWindow> people)
    {
        foreach (var person in people)
            await person.Enrol(origin, RosterCeremony.Invite(desk.Home, person.Name, [person.Name is "dora" or "egon" ? "directory" : "reviewer"], desk.Clock.GetUtcNow()));
        RosterCeremony.Draft(desk.Home, [], null, desk.Clock.GetUtcNow());
        foreach (var person in people)
        {
            await person.Open(origin + "/roster");
            await person.Press("Sign this roster as " + person.Name);
            await person.Page.GetByText("There is nothing for you to sign here").Or(person.Page.GetByText("fixed in a ceremony")).First.WaitForAsync();
        }
        foreach (var entry in JsonNode.Parse(File.ReadAllBytes(Path.Combine(desk.Home, "roster.json")))!["people"]!.AsArray())
        {
            var passkey = entry!["passkeys"]![0]!;
            people.Single(person => person.Name == (string)entry["name"]!).Passkey = (Convert.FromBase64String((string)passkey["id"]!), Convert.FromBase64String((string)passkey["key"]!));
        }
        desk.Epoch = 2;
        desk.Passkey = (name, text) => Task.Run(() => people.Single(person => person.Name == name).Line(text)).GetAwaiter().GetResult();
    }
}
