using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Tests;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>Five people who have registered and signed a roster on a real gate's pages; their passkeys then stand on the roster of every gate at that address.</summary>
public sealed class RegisteredPeople : IAsyncLifetime
{
    private readonly GateBrowser browser = new();
    private readonly int port = GateBrowser.FreePort();
    private JsonArray people = [];
    private Func<string, string, Counterseal.Ledger.NoteSignature>? sign;
    private string origin = "";

    public async ValueTask InitializeAsync()
    {
        if (!DebianChromium.IsHere)
            return;
        await browser.InitializeAsync();
        await using var desk = await HostileDesk.Begin(gate: false);
        origin = GateWithPages.Prepare(desk, port);
        await desk.StartGate();
        var windows = new List<PersonAtWindow>();
        foreach (var name in GateWithPages.People)
            windows.Add(await browser.Person(name));
        await GateWithPages.Found(desk, origin, windows);
        people = JsonNode.Parse(File.ReadAllBytes(Path.Combine(desk.Home, "roster.json")))!["people"]!.DeepClone().AsArray();
        sign = desk.Passkey;
    }

    /// <summary>A house whose people sign by passkey, on the gate's origin, in the browser.</summary>
    public async Task<HostileDesk> Begin()
    {
        if (sign is null)
            Assert.Skip("chromium is not here; nobody can sign by passkey");
        var desk = await HostileDesk.Begin(gate: false);
        new PagesSettings($"localhost:{port}").Write(desk.Home);
        desk.Rosters = roster =>
        {
            roster["people"] = people.DeepClone();
            GateWithPages.Rules(roster, origin);
        };
        desk.Passkey = sign;
        desk.WriteRoster(desk.RosterJson());
        await desk.StartGate();
        return desk;
    }

    public ValueTask DisposeAsync() => browser.DisposeAsync();
}

/// <summary>The same table, by people with passkeys: each approval and directory entry is signed by Chromium's virtual authenticators on the gate's own origin.</summary>
public sealed class PasskeyRefusalTests(RegisteredPeople people) : RefusalTests, IClassFixture<RegisteredPeople>
{
    protected override Task<HostileDesk> Begin() => people.Begin();
}
