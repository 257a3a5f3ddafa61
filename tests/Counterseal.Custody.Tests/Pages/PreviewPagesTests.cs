using Counterseal.Custody.Tests.Gate;
using Microsoft.Playwright;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>What would leave, on the gate's own pages: to those whom the order names, after a signature, as characters and never as anything that acts.</summary>
public sealed class PreviewPagesTests(GateBrowser browser) : IClassFixture<GateBrowser>
{
    private static readonly string Shots = Directory.CreateDirectory(Path.Combine(Repository.Folder("artifacts"), "screens")).FullName;

    private const string Hostile = """
        From x@example.org Tue Oct 06 09:00:00 2026
        From: "</pre><script>document.title='owned'</script>" <mallory@example.org>
        To: maeve@mail.example
        Date: Tue, 06 Oct 2026 09:00:00 +0000
        Subject: =?utf-8?b?w5xiZXJzaWNodA==?= <img src=x onerror=document.title='owned'>
        Content-Type: multipart/mixed; boundary="b1"

        --b1
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        <p style=3D"position:fixed">Gr=C3=BC=C3=9Fe</p><script>document.title=3D'owned'</script><img src=3D"http://tracker.example/pixel"><meta http-equiv=3Drefresh content=3D"0;url=3Dhttp://evil.example/">
        --b1
        Content-Type: text/plain; charset=iso-8859-1
        Content-Transfer-Encoding: base64

        RfMgaGVsbG8gZnJvbSBhIHBhcnQ=
        --b1
        Content-Type: image/png; name="a.png"
        Content-Transfer-Encoding: base64

        iVBORw0KGgo=
        --b1--


        """;

    private const string Privileged = "From x@example.org Wed Oct 07 09:00:00 2026\nFrom: anna@law.example\nTo: maeve@mail.example\nDate: Wed, 07 Oct 2026 09:00:00 +0000\nSubject: for counsel\n\nprivate\n\n";

    private sealed record Scene(HostileDesk Desk, string Origin, List<PersonAtWindow> People, Case Preview) : IAsyncDisposable
    {
        public PersonAtWindow Alice => People[0];
        public string Address => $"{Origin}/previews/{Preview.Digest}";
        public ValueTask DisposeAsync() => Desk.DisposeAsync();
    }

    private async Task<Scene> Begin(bool forAxe = false)
    {
        var desk = await HostileDesk.Begin(gate: false);
        var large = string.Concat(Enumerable.Repeat(new string('y', 76) + "\n", 2000));
        await File.AppendAllTextAsync(desk.At("mail", "maeve.mbox"), Hostile + Privileged + $"From x@example.org Thu Oct 08 09:00:00 2026\nFrom: x@example.org\nTo: maeve@mail.example\nDate: Thu, 08 Oct 2026 09:00:00 +0000\nSubject: large\n\n{large}\n\n");
        await File.WriteAllTextAsync(Path.Combine(desk.Home, "minimisation.json"), """{"mask":["traffic"],"privileged":{"domains":["law.example"]}}""");
        var origin = GateWithPages.Prepare(desk, GateBrowser.FreePort());
        await desk.StartGate();
        var people = new List<PersonAtWindow>();
        foreach (var name in GateWithPages.People)
            people.Add(await browser.Person(name, forAxe: forAxe));
        await GateWithPages.Found(desk, origin, people);
        var preview = await Case.Preview(desk, "alice", "carol");
        Assert.Equal("done", (await preview.File()).State);
        return new Scene(desk, origin, people, preview);
    }

    private static async Task<string> Shown(PersonAtWindow person) => await person.Page.Locator("main").InnerTextAsync();

    private static IEnumerable<string> Looked(HostileDesk desk) => desk.Journal().Where(line => line.GetProperty("kind").GetString() == "looked").Select(line => line.GetProperty("code").GetString()![17..]);

    [Fact]
    public async Task A_viewer_signs_sees_what_would_leave_as_characters_and_every_look_is_on_record()
    {
        await using var scene = await Begin();
        var (desk, alice) = (scene.Desk, scene.Alice);
        var foreign = new List<string>();
        alice.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(scene.Origin, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                foreign.Add(request.Url);
        };

        // The order's own page leads there; before the signature only numbers stand there, and nothing is on record.
        await alice.Page.GotoAsync($"{scene.Origin}/orders/{scene.Preview.Digest}");
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "what would leave" }).ClickAsync();
        await alice.Page.GetByText("That you look goes on the ledger").WaitForAsync();
        Assert.DoesNotContain("x@example.org", await alice.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "viewed");
        await alice.Press("Look at what would leave, as alice");
        await alice.Page.GetByText("What is left out, and why").WaitForAsync();
        Assert.Single(desk.Own(), own => own.Type == "viewed" && own.Index is not null);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(desk.Home, "orders", scene.Preview.Digest), "view-*.note"));
        var listed = await Shown(alice);
        foreach (var part in new[] { "25 records", "12 written; 10 outside the scope; 0 not readable; 1 left out: privileged: held for counsel; third parties masked in 12", "Messages of A-" })
            Assert.Contains(part, listed, StringComparison.Ordinal);
        Assert.Empty(Looked(desk));

        // Beginnings of messages, then one of them.
        await alice.Page.Locator("a[href$='/records?from=13']").ClickAsync();
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "Record 13" }).First.WaitForAsync();
        Assert.Equal(["records 13 to 24, 8192 bytes"], Looked(desk));
        var items = await Shown(alice);
        Assert.Contains("Übersicht <img src=x onerror=document.title='owned'>", items, StringComparison.Ordinal);
        Assert.DoesNotContain("private", items, StringComparison.Ordinal);
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "Record 23", Exact = true }).ClickAsync();
        await alice.Page.GetByText("The message").WaitForAsync();
        var record = await Shown(alice);
        foreach (var part in new[] { "Eó hello from a part", "<p style=\"position:fixed\">Grüße</p><script>document.title='owned'</script>", "Its source. Nothing of it is rendered", "image/png, a.png", "It is not shown here", "\"</pre><script>document.title='owned'</script>\" <mallory@example.org>", "http-equiv" })
            Assert.Contains(part, record, StringComparison.Ordinal);
        Assert.Equal("record 23", Looked(desk).Last());
        Assert.Equal(0, await alice.Page.EvaluateAsync<int>("document.querySelectorAll('main script, main img, main iframe, main form, main style, main [style], main a[download], main a[href^=http]').length"));
        Assert.DoesNotContain("owned", await alice.Page.TitleAsync(), StringComparison.Ordinal);

        // A record larger than a page comes in pieces, to its end, and each is on record.
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "record 24" }).ClickAsync();
        await alice.Page.GetByText("Bytes 1 to 65536 of").WaitForAsync();
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "What comes after" }).ClickAsync();
        await alice.Page.GetByText("Bytes 65537 to 131072 of").WaitForAsync();
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "What comes after" }).ClickAsync();
        await alice.Page.GetByText("Bytes 131073 to").WaitForAsync();
        Assert.Equal(0, await alice.Page.GetByRole(AriaRole.Link, new() { Name = "What comes after" }).CountAsync());
        Assert.Equal(["record 24, 65536 bytes", "record 24 from 65536, 65536 bytes", "record 24 from 131072"], Looked(desk).TakeLast(3));

        // Nothing of it is kept by a browser, taken away as a file, or fetched from anywhere.
        var answer = await alice.Page.GotoAsync(scene.Address + "/records/23");
        Assert.Equal("no-store", answer!.Headers["cache-control"]);
        Assert.Equal("text/html; charset=utf-8", answer.Headers["content-type"]);
        Assert.False(answer.Headers.ContainsKey("content-disposition"));
        Assert.StartsWith("default-src 'none'; style-src 'self'; script-src 'self'", answer.Headers["content-security-policy"], StringComparison.Ordinal);
        Assert.Empty(foreign);
        foreach (var nothing in new[] { "/records/25", "/records/x", "/records/-1", "/records/23?at=99999999", "/records/23?at=x", "/records?from=25", "/records/23/raw", "/records.age" })
            Assert.Equal(404, (await alice.Page.GotoAsync(scene.Address + nothing))!.Status);
    }

    [Fact]
    public async Task Nobody_else_sees_it_and_a_viewing_ends_by_time_by_a_stop_and_with_the_preview()
    {
        await using var scene = await Begin();
        var (desk, alice, bob, carol) = (scene.Desk, scene.People[0], scene.People[1], scene.People[2]);

        // Bob is a reviewer and approved it; the order does not name him.
        await bob.Open(scene.Origin + "/previews");
        Assert.Contains("No preview is here for you", await Shown(bob), StringComparison.Ordinal);
        foreach (var path in new[] { "", "/records?from=0", "/records/0" })
            Assert.Equal(404, (await bob.Page.GotoAsync(scene.Address + path))!.Status);

        // His own signature, posted as the page would: refused. So is one of Alice's on his page: it is not his visit.
        async Task<string> Posted(PersonAtWindow at, PersonAtWindow signer)
        {
            var text = View.Text(HostileDesk.GateName, desk.Epoch, signer.Name, scene.Preview.Digest, desk.Clock.GetUtcNow(), HostileDesk.Hex(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)));
            var answer = await signer.Answer(text);
            static string Url64(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
            return await at.Page.EvaluateAsync<string>("async body => (await (await fetch('/sign', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).text())",
                new { text, credential = Url64(answer.Credential), authenticatorData = Url64(answer.AuthenticatorData), clientDataJSON = Url64(answer.ClientData), signature = Url64(answer.Signature) });
        }
        Assert.Contains("wrong-view", await Posted(bob, bob), StringComparison.Ordinal);
        await alice.Open(scene.Origin + "/previews");
        Assert.Contains("wrong-view", await Posted(bob, alice), StringComparison.Ordinal);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "viewed");

        // Who has not signed in is asked to, and comes back here; the answer to the page has no token.
        await carol.Press("Leave");
        await carol.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in with your passkey" }).WaitForAsync();
        await carol.Open(scene.Address + "/records/0");
        await carol.Page.GetByRole(AriaRole.Button, new() { Name = "Look at what would leave, as carol" }).WaitForAsync();
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "Demand " + scene.Preview.DemandId }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Look at what would leave, as alice" }).WaitForAsync();
        Assert.Equal($"{{\"to\":\"/previews/{scene.Preview.Digest}\"}}", await Posted(alice, alice));
        await alice.Page.GotoAsync(scene.Address);
        Assert.Contains("What is left out, and why", await Shown(alice), StringComparison.Ordinal);

        // What Alice has opened is not open for Carol.
        await carol.Page.GotoAsync(scene.Address + "/records/0");
        Assert.Contains("Look at what would leave, as carol", await Shown(carol), StringComparison.Ordinal);

        var stop = (await desk.Post("/stops", desk.StopNote(scene.Preview.DemandId))).Member("stop")!;
        Assert.Equal(403, (await alice.Page.GotoAsync(scene.Address + "/records/0"))!.Status);
        Assert.Contains("stop", await Shown(alice), StringComparison.Ordinal);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob"))).State);
        Assert.Equal(200, (await alice.Page.GotoAsync(scene.Address + "/records/0"))!.Status);

        desk.Clock.Advance(TimeSpan.FromMinutes(16));
        await alice.Page.GotoAsync(scene.Address + "/records/0");
        Assert.Contains("Look at what would leave, as alice", await Shown(alice), StringComparison.Ordinal);
        desk.Clock.Advance(TimeSpan.FromHours(4));
        await alice.Open(scene.Origin + "/previews");
        Assert.Contains("No preview is here for you", await Shown(alice), StringComparison.Ordinal);
        Assert.Equal(404, (await alice.Page.GotoAsync(scene.Address))!.Status);
    }

    [Fact]
    public async Task The_pages_of_a_preview_fit_in_every_width_and_light_and_axe_finds_nothing()
    {
        await using var scene = await Begin(forAxe: true);
        var alice = scene.Alice;
        var faults = new List<string>();
        async Task See(string name)
        {
            foreach (var (width, scheme) in ((int, ColorScheme)[])[(390, ColorScheme.Light), (390, ColorScheme.Dark), (768, ColorScheme.Light), (768, ColorScheme.Dark), (1440, ColorScheme.Light), (1440, ColorScheme.Dark)])
            {
                await alice.Page.SetViewportSizeAsync(width, 900);
                await alice.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await alice.Page.ScreenshotAsync(new() { Path = Path.Combine(Shots, $"gate-preview-{name}-{width}-{scheme}.png".ToLowerInvariant()), FullPage = true });
                faults.AddRange(await alice.Faults($"{name} {width} {scheme}"));
            }
        }
        await alice.Open(scene.Origin + "/previews");
        await See("list");
        await alice.Page.GotoAsync(scene.Address);
        await See("ask");
        await alice.Press("Look at what would leave, as alice");
        await alice.Page.GetByText("What is left out, and why").WaitForAsync();
        await See("streams");
        await alice.Page.GotoAsync(scene.Address + "/records?from=13");
        await See("records");
        await alice.Page.GotoAsync(scene.Address + "/records/1");
        await See("row");
        await alice.Page.GotoAsync(scene.Address + "/records/23");
        await See("message");
        await alice.Page.GotoAsync(scene.Address + "/records/24?at=65536");
        await See("piece");
        await scene.People[1].Open(scene.Origin + "/previews");
        Assert.Empty(faults);
    }
}
