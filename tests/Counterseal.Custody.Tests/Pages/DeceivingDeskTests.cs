using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Custody.Tests.People;
using Counterseal.Ledger;
using Counterseal.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>A founded gate with its people in front of their windows, and a web site of the desk's that tries to have them approve what they did not see.</summary>
public sealed class DeceivingDesk : IAsyncLifetime
{
    private readonly GateBrowser browser = new();
    private WebApplication? site;

    public HostileDesk Desk { get; private set; } = null!;
    public string Origin { get; private set; } = "";
    public int SitePort { get; } = GateBrowser.FreePort();
    public IReadOnlyList<PersonAtWindow> People { get; private set; } = [];
    public PersonAtWindow Alice => People[0];

    /// <summary>What the desk's site serves at its root.</summary>
    public string Page { get; set; } = "";

    public async ValueTask InitializeAsync()
    {
        await browser.InitializeAsync();
        if (!DebianChromium.IsHere)
            return;
        Desk = await HostileDesk.Begin(gate: false);
        Origin = GateWithPages.Prepare(Desk, GateBrowser.FreePort());
        await Desk.StartGate();
        var people = new List<PersonAtWindow>();
        foreach (var name in GateWithPages.People)
            people.Add(await browser.Person(name));
        People = people;
        await GateWithPages.Found(Desk, Origin, people);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.ListenLocalhost(SitePort));
        site = builder.Build();
        site.Run(http =>
        {
            http.Response.ContentType = "text/html";
            return http.Response.WriteAsync(http.Request.Path == "/inner" ? "<p>inner</p>" : Page);
        });
        await site.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (site is not null)
            await site.DisposeAsync();
        if (Desk is not null)
            await Desk.DisposeAsync();
        await browser.DisposeAsync();
    }
}

/// <summary>Approving under a page that shows something else is impossible: whatever the desk puts before a person, what counts is what the gate's own page showed and the passkey signed.</summary>
public sealed class DeceivingDeskTests : IClassFixture<DeceivingDesk>
{
    private readonly DeceivingDesk world;

    public DeceivingDeskTests(DeceivingDesk world)
    {
        this.world = world;
        if (!DebianChromium.IsHere)
            Assert.Skip("chromium is not here; nobody can be deceived");
    }

    private HostileDesk Desk => world.Desk;

    private async Task<Case> Waiting()
    {
        Desk.Clock.Advance(TimeSpan.FromMinutes(1));
        // Wherever the test before has led her.
        await world.Alice.Page.GotoAsync(world.Origin + "/");
        var release = await Case.Release(Desk);
        release.Approvals.Clear();
        Assert.Equal("waiting", (await release.File()).State);
        return release;
    }

    private async Task<string?> Have(Case one) => (await Desk.Get("/orders/" + one.Digest)).Member("have");

    private static string TextFor(Case one, string reviewer) => Approval.Text(HostileDesk.GateName, 2, reviewer, one.Digest);

    private async Task<(int Status, string? Refused)> Post(string body, string? origin = null, string path = "/sign", string type = "application/json", string? host = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, world.Origin + path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (origin is null)
            request.Headers.TryAddWithoutValidation("Origin", world.Origin);
        else if (origin.Length > 0)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        if (host is not null)
            request.Headers.Host = host;
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.StartsWith('{') ? (string?)JsonNode.Parse(text)!["refused"] : null);
    }

    private static string Body(string text, PasskeyAnswer answer) => new JsonObject
    {
        ["text"] = text,
        ["credential"] = System.Buffers.Text.Base64Url.EncodeToString(answer.Credential),
        ["authenticatorData"] = System.Buffers.Text.Base64Url.EncodeToString(answer.AuthenticatorData),
        ["clientDataJSON"] = System.Buffers.Text.Base64Url.EncodeToString(answer.ClientData),
        ["signature"] = System.Buffers.Text.Base64Url.EncodeToString(answer.Signature),
    }.ToJsonString();

    [Fact]
    public async Task A_link_to_another_order_shows_that_other_order_and_approves_no_more_than_is_shown()
    {
        var (told, linked) = (await Waiting(), await Waiting());
        world.Page = $"<a href='{world.Origin}/orders/{linked.Digest}'>Approve order {told.Digest}</a>";
        await world.Alice.Open(world.Origin + "/");
        await world.Alice.Page.GotoAsync($"http://localhost:{world.SitePort}/");
        await world.Alice.Page.GetByRole(AriaRole.Link).ClickAsync();
        await world.Alice.Page.GetByText("Your decision").WaitForAsync();
        var shown = await world.Alice.Page.Locator("main").InnerTextAsync();
        Assert.Contains(linked.Digest, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(told.Digest, shown, StringComparison.Ordinal);
        await world.Alice.Press("Approve with your passkey as alice");
        await world.Alice.Page.GetByText("You have approved this order").WaitForAsync();
        Assert.Equal(("0", "1"), (await Have(told), await Have(linked)));
    }

    [Fact]
    public async Task The_gates_page_stands_in_no_frame_and_under_no_overlay()
    {
        var order = await Waiting();
        await world.Alice.Open(world.Origin + "/");
        world.Page = $"<p>Win a prize</p><iframe style='opacity:0.01;position:fixed;inset:0;width:100%;height:100%' allow='publickey-credentials-get *' src='{world.Origin}/orders/{order.Digest}'></iframe>";
        await world.Alice.Page.GotoAsync($"http://localhost:{world.SitePort}/");
        await world.Alice.Page.WaitForTimeoutAsync(500);
        var frame = Assert.Single(world.Alice.Page.Frames, frame => frame != world.Alice.Page.MainFrame);
        Assert.StartsWith("chrome-error:", frame.Url, StringComparison.Ordinal);
        Assert.Equal(0, await frame.Locator("button").CountAsync());

        // A window that the desk opens is cut off from it.
        world.Page = "<button onclick=\"window.made = window.open(this.dataset.to)\" data-to='" + world.Origin + "/orders/" + order.Digest + "'>Open</button>";
        await world.Alice.Page.GotoAsync($"http://localhost:{world.SitePort}/");
        var opened = await world.Alice.Page.RunAndWaitForPopupAsync(() => world.Alice.Press("Open"));
        await opened.GetByText("Your decision").WaitForAsync();
        Assert.True(await opened.EvaluateAsync<bool>("window.opener === null"));
        Assert.True(await world.Alice.Page.EvaluateAsync<bool>("window.made.closed"));
        await opened.CloseAsync();
        Assert.Equal("0", await Have(order));
    }

    [Fact]
    public async Task A_passkey_that_answers_on_the_desks_page_has_answered_for_the_desks_page()
    {
        var order = await Waiting();
        world.Page = "<p>Please confirm your holiday</p>";
        await world.Alice.Page.GotoAsync($"http://localhost:{world.SitePort}/");
        // The same host name, so the browser lets the desk's page ask: the origin tells.
        var stolen = await world.Alice.Answer(TextFor(order, "alice"));
        Assert.Contains($"http://localhost:{world.SitePort}", Encoding.UTF8.GetString(stolen.ClientData), StringComparison.Ordinal);
        Assert.Equal((403, "wrong-approval"), await Post(Body(TextFor(order, "alice"), stolen)));
        var line = SoftPasskey.LineOf("alice", stolen, world.Alice.Passkey!.Value.Key);
        Assert.Equal("wrong-approval", (await Desk.Post($"/orders/{order.Digest}/approvals", new SignedNote(TextFor(order, "alice"), [line]).Bytes())).Refused);

        // Inside a frame of another site the browser says so, and so does the gate.
        world.Page = $"<iframe allow='publickey-credentials-get *' src='http://localhost:{world.SitePort}/inner'></iframe>";
        await world.Alice.Page.GotoAsync($"http://127.0.0.1:{world.SitePort}/");
        var inner = world.Alice.Page.Frames.Single(frame => frame.Url.EndsWith("/inner", StringComparison.Ordinal));
        var framed = world.Alice with { Page = world.Alice.Page };
        var client = await inner.EvaluateAsync<string>("""
            async () => new TextDecoder().decode((await navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32), rpId: "localhost", userVerification: "required" } })).response.clientDataJSON)
            """);
        Assert.Contains("\"crossOrigin\":true", client, StringComparison.Ordinal);

        // On another host name the browser does not ask at all.
        var refused = await Assert.ThrowsAsync<PlaywrightException>(() => framed.Answer(TextFor(order, "alice")));
        Assert.Contains("SecurityError", refused.Message, StringComparison.Ordinal);
        Assert.Equal("0", await Have(order));
    }

    [Fact]
    public async Task An_answer_that_was_listened_to_is_good_for_nothing_else()
    {
        var (first, second) = (await Waiting(), await Waiting());
        var sent = new List<string>();
        void Listen(object? from, IRequest request)
        {
            if (request.Url.EndsWith("/sign", StringComparison.Ordinal))
                sent.Add(request.PostData!);
        }
        await world.Alice.Page.Context.ClearCookiesAsync();
        world.Alice.Page.Request += Listen;
        await world.Alice.Open($"{world.Origin}/orders/{first.Digest}");
        await world.Alice.Press("Approve with your passkey as alice");
        await world.Alice.Page.GetByText("You have approved this order").WaitForAsync();
        world.Alice.Page.Request -= Listen;
        Assert.Equal(2, sent.Count);

        // The sign-in again, the sign-in as an approval, the approval again, and the approval for the other order.
        Assert.Equal((403, "wrong-approval"), await Post(sent[0]));
        var signIn = JsonNode.Parse(sent[0])!;
        signIn["text"] = TextFor(second, "alice");
        Assert.Equal((403, "wrong-approval"), await Post(signIn.ToJsonString()));
        Assert.Equal((202, (string?)null), await Post(sent[1]));
        Assert.Equal("1", await Have(first));
        var approval = JsonNode.Parse(sent[1])!;
        approval["text"] = TextFor(second, "alice");
        Assert.Equal((403, "wrong-approval"), await Post(approval.ToJsonString()));
        approval["text"] = TextFor(first, "bob");
        Assert.Equal((403, "wrong-approval"), await Post(approval.ToJsonString()));
        Assert.Equal(("1", "0"), (await Have(first), await Have(second)));
    }

    [Fact]
    public async Task An_answer_to_one_order_is_none_to_another_and_without_verifying_its_person_none_at_all()
    {
        var (shown, wanted) = (await Waiting(), await Waiting());
        await world.Alice.Open($"{world.Origin}/orders/{shown.Digest}");
        var answer = await world.Alice.Answer(TextFor(shown, "alice"));
        Assert.Equal((403, "wrong-approval"), await Post(Body(TextFor(wanted, "alice"), answer)));
        await world.Alice.Verifies(false);
        try
        {
            Assert.Equal((403, "wrong-approval"), await Post(Body(TextFor(shown, "alice"), await world.Alice.Answer(TextFor(shown, "alice"), verification: "discouraged"))));
        }
        finally
        {
            await world.Alice.Verifies(true);
        }
        Assert.Equal(("0", "0"), (await Have(shown), await Have(wanted)));
        Assert.Equal((202, (string?)null), await Post(Body(TextFor(shown, "alice"), await world.Alice.Answer(TextFor(shown, "alice")))));
    }

    [Fact]
    public async Task Another_sites_requests_and_another_name_for_the_gate_are_turned_away()
    {
        var order = await Waiting();
        await world.Alice.Open(world.Origin + "/");
        var good = Body(TextFor(order, "alice"), await world.Alice.Answer(TextFor(order, "alice")));
        Assert.Equal(400, (await Post(good, origin: $"http://localhost:{world.SitePort}")).Status);
        Assert.Equal(400, (await Post(good, origin: "")).Status);
        Assert.Equal(400, (await Post(good, type: "text/plain")).Status);
        Assert.Equal(421, (await Post(good, host: "gate.evil.example")).Status);
        Assert.Equal(400, (await Post(new string('x', 70_000))).Status);
        Assert.Equal("0", await Have(order));

        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler);
        using var door = await client.GetAsync($"{world.Origin}/orders/{order.Digest}");
        var page = await door.Content.ReadAsStringAsync();
        Assert.Contains("Sign in with your passkey", page, StringComparison.Ordinal);
        Assert.DoesNotContain("TEST-0001", page, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Assert.Single(door.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", Assert.Single(door.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        foreach (var path in new[] { $"/orders/{order.Digest}/original/1.png", $"/orders/{order.Digest}/original", "//evil.example/", "/packages/" + order.Digest, "/gate" })
            Assert.DoesNotContain("evil.example\"", await (await client.GetAsync(world.Origin + path)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var picture = await client.GetAsync($"{world.Origin}/orders/{order.Digest}/original/1.png");
        Assert.NotEqual("image/png", picture.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task What_a_demand_says_stays_text_and_its_original_stays_pixels()
    {
        const string attack = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";
        Desk.Demand = Case.Warrant() with { Reference = attack, Offence = attack };
        try
        {
            var order = await Waiting();
            await world.Alice.Open($"{world.Origin}/orders/{order.Digest}");
            await world.Alice.Page.GetByText("Your decision").WaitForAsync();
            Assert.Contains("<script>", await world.Alice.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
            Assert.Equal(1, await world.Alice.Page.Locator("script").CountAsync());
            Assert.DoesNotContain("taken", await world.Alice.Page.TitleAsync() is var title && title.StartsWith("taken", StringComparison.Ordinal) ? "taken" : "", StringComparison.Ordinal);
            var sources = await world.Alice.Page.EvaluateAsync<string[]>("[...document.images].map(image => image.getAttribute('src'))");
            Assert.Equal([$"/orders/{order.Digest}/original/1.png"], sources);
        }
        finally
        {
            Desk.Demand = Case.Warrant();
        }
    }
}
