using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Desk.Tests;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterseal.Web.Tests;

/// <summary>All doors over a real desk and a real ledger, with people who have passkeys; only the gate is a stand-in.</summary>
internal sealed class DeskStand : IAsyncDisposable
{
    public const string Code = "0123456789abcdef";

    private readonly string folder = Directory.CreateTempSubdirectory("cs-a-").FullName;
    private readonly Dictionary<string, SoftKey> keys = new(StringComparer.Ordinal);
    private LedgerHost ledger = null!;
    private LedgerClient reader = null!;
    private FakeGate gate = null!;
    private WebApplication[] doors = [];
    private ReportDesk? reports;

    public DeskOptions Options { get; private set; } = null!;
    public Desk.Desk Desk { get; private set; } = null!;
    public Accounts Accounts { get; private set; } = null!;
    public Officers Officers { get; private set; } = null!;
    public WebApplication PortalApp => doors[3];
    /// <summary>The portal's address by its name, as passkeys need it.</summary>
    public Uri Portal { get; private set; } = null!;
    public WebApplication Staff => doors[0];
    public WebApplication Open => doors[1];
    public WebApplication Socket => doors[2];
    public LogKeys Log => reader.Log;
    public Uri Pages { get; private set; } = null!;
    public Uri Public => new(Open.Urls.Single());
    public Uri Api => new(Socket.Urls.Single());

    public static async Task<DeskStand> Up(bool trial = false, CompanySignIn? company = null, TimeProvider? time = null, string? origin = null, ReaderLanguages? languages = null, Func<PortalFaceOptions, PortalFaceOptions>? bend = null)
    {
        var stand = new DeskStand();
        var clock = time ?? TimeProvider.System;
        var made = LedgerHome.Create(Path.Combine(stand.folder, "ledger"), "ledger.example/log");
        stand.ledger = await LedgerHost.Start(made.Home.Folder, "unix:" + Path.Combine(stand.folder, "l.sock"), TimeProvider.System, default);
        stand.reader = new LedgerClient(stand.ledger.Address, made.Key, null);
        stand.gate = await FakeGate.Start(Path.Combine(stand.folder, "g.sock"), made.Key);
        var options = DeskHome.Create(Path.Combine(stand.folder, "desk"), given => new DeskOptions
        {
            Database = given.Database,
            WriterKey = given.WriterKey,
            LedgerAddress = stand.ledger.Address,
            LedgerKey = made.Key.ToString(),
            LedgerCredential = made.Credentials["desk"],
            GateAddress = "unix:" + Path.Combine(stand.folder, "g.sock"),
            GateCredential = "gate-secret",
            GateName = "gate.example",
            Rules = Path.Combine(Place.Root, "rules"),
            Trial = trial,
        });
        stand.Options = options;
        stand.Desk = await Counterseal.Desk.Desk.Open(options, clock, default);
        stand.Accounts = await Accounts.Of(options.Database, stand.Desk.AccountRecord(), trial, SessionLimits.Usual, clock, default);
        stand.Officers = await Officers.Of(options.Database, stand.Desk.AccountRecord(), trial, SessionLimits.Usual, clock, default);
        var ground = new FaceGround { Listen = new(IPAddress.Loopback, 0), Trial = trial, Time = clock, Languages = languages ?? ReaderLanguages.Ours };
        var named = origin is null ? ground : ground with { Origin = origin, Hosts = [new Uri(origin).Host] };
        var pages = DeskFace.Build(FromDesk.DeskFace(stand.Desk, named, made.Key, stand.Accounts, trial ? Code : null) with
        {
            Company = company,
            Officers = FromDesk.OfficerPages(stand.Desk, stand.Officers, "http://localhost:8479"),
            Reports = (_, year, _) => Task.FromResult(ReportSamples.Desk(year)),
            Attacks = new()
            {
                List = _ => Task.FromResult(AttackSamples.Rows),
                One = (id, _) => Task.FromResult(AttackSamples.View(id)),
                Decide = (_, _, _, _, _) => Task.FromResult<string?>("nothing is decided in this test"),
                Figures = _ => Task.FromResult(AttackSamples.Figures),
            },
        });
        var open = PublicFace.Build(FromDesk.PublicFace(stand.Desk, ground, stand.reader, "https://demands.example.org/", new RuleShelf(Path.Combine(stand.folder, "rules"))));
        var officers = FromDesk.PortalFace(stand.Desk, named, stand.Officers, stand.Accounts);
        var portal = PortalFace.Build(bend?.Invoke(officers) ?? officers);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var socket = builder.Build();
        StaffDoor.Use(socket, stand.Desk, stand.Accounts);
        StaffApi.Map(socket, stand.Desk, stand.Accounts, clock);
        stand.reports = new(stand.Desk, options.Database, new Counterseal.Reports.ReportShelf(Path.Combine(stand.folder, "reports")), _ => Task.FromResult(new Counterseal.Reports.ReportGround("Example Mail", trial, Counterseal.Reports.ReportForms.Default)), clock);
        ReportApi.Map(socket, stand.reports);
        StaffDoor.Hold(socket);
        stand.doors = [pages, open, socket, portal];
        foreach (var door in stand.doors)
            await door.StartAsync();
        stand.Pages = new($"http://localhost:{new Uri(pages.Urls.Single()).Port}/");
        stand.Portal = new($"http://localhost:{new Uri(portal.Urls.Single()).Port}/");
        return stand;
    }

    /// <summary>Sets up the first administrator over the pages, and everybody else by invitations: Ada and Dora administer, the others have the role that their name begins with.</summary>
    public async Task Populate()
    {
        keys["Ada"] = new SoftKey();
        using var window = Faces.Client(Pages);
        await Register(window, "set-up", (await Accounts.SetUpCode(default))!, "Ada", keys["Ada"]);
        foreach (var (name, role) in new[] { ("Dora", Role.Administrator), ("Ines", Role.Intake), ("Rosa", Role.Reviewer), ("Rolf", Role.Reviewer), ("Cora", Role.Counsel), ("Kurt", Role.Custodian), ("Abel", Role.Auditor) })
            await Join(name, role);
    }

    public async Task Join(string name, params Role[] roles)
    {
        keys[name] = new SoftKey();
        using var window = Faces.Client(Pages);
        await Register(window, "enrol", await Accounts.Invite("Ada", name, roles, default), name, keys[name]);
    }

    /// <summary>Registers over the pages, as a browser would.</summary>
    public async Task Register(HttpClient window, string way, string code, string name, SoftKey key)
    {
        var first = await window.GetStringAsync("/" + way);
        using var second = await window.PostAsync("/" + way, new FormUrlEncodedContent([new("form", Faces.Value(first, "form")), new("code", code), new("name", name)]));
        var page = await second.Content.ReadAsStringAsync();
        Assert.True(second.IsSuccessStatusCode, page);
        using var third = await window.PostAsync($"/{way}/passkey", new FormUrlEncodedContent([
            new("form", Faces.Value(page, "form")), new("code", code), new("name", name), new("account", Faces.Value(page, "account")), new("credential", key.Create(Ask(page), Pages))]));
        Assert.True(third.StatusCode == HttpStatusCode.Redirect, await third.Content.ReadAsStringAsync());
    }

    public SoftKey Key(string name) => keys[name];

    public async Task<Person> Person(string name) => (await Accounts.Now(default)).Named(name)!;

    /// <summary>A window in which a person has signed in by passkey.</summary>
    public async Task<HttpClient> As(string name)
    {
        var window = Faces.Client(Pages);
        using var answer = await SignIn(window, keys[name]);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        return window;
    }

    public async Task<HttpResponseMessage> SignIn(HttpClient window, SoftKey key, string to = "/")
    {
        var page = await window.GetStringAsync("/sign-in");
        return await window.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("to", to), new("credential", key.Get(Ask(page), Pages))]));
    }

    /// <summary>A client of the command's socket with a person's token; <c>null</c>: with none.</summary>
    public async Task<HttpClient> Command(string? name)
    {
        var client = new HttpClient { BaseAddress = Api };
        if (name is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", await Accounts.MakeToken(await Person(name), default));
        return client;
    }

    /// <summary>What the page asks an authenticator.</summary>
    public static string Ask(string page)
    {
        var from = page.IndexOf("data-ask=\"", StringComparison.Ordinal) + "data-ask=\"".Length;
        return WebUtility.HtmlDecode(page[from..page.IndexOf('"', from)]);
    }

    /// <summary>Posts a form with the anti-forgery value of a page.</summary>
    /// <summary>Takes the ledger away.</summary>
    public ValueTask StopLedger() => ledger.DisposeAsync();

    public static async Task<HttpResponseMessage> Post(HttpClient window, string from, string path, params (string Name, string Value)[] fields)
    {
        var form = Faces.Value(await window.GetStringAsync(from), "form");
        return await window.PostAsync(path, new FormUrlEncodedContent([new("form", form), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]));
    }

    public async Task<Receipt> Received(string reference = "4:26-mj-00317") => Assert.IsType<Receipt>(await Desk.Receive(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "demand/v1",
        ["reference"] = reference,
        ["instrument"] = "us.sca.warrant",
        ["issuing"] = new JsonObject { ["name"] = "District Court of Example", ["country"] = "US", ["kind"] = "court" },
        ["issued"] = "2026-11-23T08:00:00Z",
        ["scope"] = new JsonArray(new JsonObject
        {
            ["selector"] = new JsonObject { ["mailbox"] = "ada@example.test" },
            ["from"] = "2026-10-01T00:00:00Z",
            ["to"] = "2026-11-01T00:00:00Z",
            ["categories"] = new JsonArray("subscriber", "content"),
        }),
    }.ToJsonString()), "test", default));

    public async ValueTask DisposeAsync()
    {
        foreach (var door in doors)
            await door.DisposeAsync();
        reports?.Dispose();
        Officers.Dispose();
        await Accounts.DisposeAsync();
        Desk.Dispose();
        await gate.DisposeAsync();
        reader.Dispose();
        await ledger.DisposeAsync();
        foreach (var key in keys.Values)
            key.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
