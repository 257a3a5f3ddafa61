using System.Net;
using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Custody.Tests.People;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>Whoever can open the gate's pages, and is on no roster: they write nothing into its journal, cross no tripwire, and stay no longer than the passkey that let them in.</summary>
public sealed class StrangersAtThePagesTests
{
    private sealed record Scene(HostileDesk Desk, HttpClient Http, string Origin, SoftPasskey Passkey) : IAsyncDisposable
    {
        public async Task<(int Status, string Text, string? Cookie)> Post(string path, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) { Headers = { ContentType = new("application/json") } } };
            request.Headers.Add("Origin", Origin);
            using var answer = await Http.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0] : null);
        }

        public async Task<string> Get(string path, string? cookie = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (cookie is not null)
                request.Headers.Add("Cookie", cookie);
            return await (await Http.SendAsync(request)).Content.ReadAsStringAsync();
        }

        public Task<(int Status, string Text, string? Cookie)> Sign(string text, SoftPasskey by, Action<JsonObject>? bend = null)
        {
            var answer = by.Answer(text, "localhost", Origin);
            static string Url64(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
            var body = new JsonObject { ["text"] = text, ["credential"] = Url64(answer.Credential), ["authenticatorData"] = Url64(answer.AuthenticatorData), ["clientDataJSON"] = Url64(answer.ClientData), ["signature"] = Url64(answer.Signature) };
            bend?.Invoke(body);
            return Post("/sign", body.ToJsonString());
        }

        /// <summary>Signs in, and gives the visit's cookie.</summary>
        public async Task<string> SignIn(SoftPasskey by)
        {
            var text = WebUtility.HtmlDecode((await Get("/")).Split("data-text=\"")[1].Split('"')[0]);
            var (status, said, cookie) = await Sign(text, by);
            Assert.True(status == 200, said);
            return cookie!;
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            Passkey.Dispose();
            await Desk.DisposeAsync();
        }
    }

    private static byte[] Roster(HostileDesk desk, string origin, SoftPasskey passkey, int epoch) => desk.RosterJson(epoch, roster =>
    {
        roster["passkeys"] = new JsonObject { ["rpId"] = "localhost", ["origin"] = origin, ["backedUp"] = false };
        roster["people"]![0]!["passkeys"] = new JsonArray(passkey.OnRoster());
    });

    private static async Task<Scene> Begin()
    {
        var desk = await HostileDesk.Begin(gate: false);
        var port = GateBrowser.FreePort();
        var origin = $"http://localhost:{port}";
        new PagesSettings($"localhost:{port}").Write(desk.Home);
        var passkey = new SoftPasskey();
        desk.WriteRoster(Roster(desk, origin, passkey, 1));
        await desk.Settle(settings => settings["tripwires"]!["refusedPerHour"] = 3);
        return new Scene(desk, new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(origin) }, origin, passkey);
    }

    [Fact]
    public async Task Rubbish_from_anybody_is_refused_without_a_line_in_the_journal_and_stops_nothing()
    {
        await using var scene = await Begin();
        using var stranger = new SoftPasskey();
        var desk = scene.Desk;
        var stop = desk.StopNote("everything").Split("\n\n")[0] + "\n";
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(400, (await scene.Post("/sign", "{")).Status);
            Assert.Equal(400, (await scene.Post("/sign", "{}")).Status);
            Assert.Equal(400, (await scene.Post("/enrol/begin", "[]")).Status);
            Assert.Contains((await scene.Post("/enrol/begin", """{"code":"ABCD-EFGH-JKMN-PQRS"}""")).Status, (int[])[404, 429]);
            Assert.Equal(403, (await scene.Post("/propose", """{"text":"counterseal/directory/v2\n"}""")).Status);
            // A passkey that nobody has, and one of Alice's with a signature that is not hers.
            Assert.Contains("not-on-roster", (await scene.Sign(stop, stranger)).Text, StringComparison.Ordinal);
            foreach (var text in new[] { stop, "counterseal/approval/v1\nnonsense\n", "nonsense" })
                Assert.Contains("wrong-approval", (await scene.Sign(text, scene.Passkey, body => body["signature"] = "MAYCAQECAQE")).Text, StringComparison.Ordinal);
        }
        Assert.Empty(desk.Refusals());
        Assert.Equal("ready", (await desk.Get("/healthz")).State);
    }

    [Fact]
    public async Task A_visit_ends_when_the_passkey_that_began_it_is_taken_off_the_roster_though_its_person_stays()
    {
        await using var scene = await Begin();
        var cookie = await scene.SignIn(scene.Passkey);
        Assert.Contains("Orders that wait", await scene.Get("/", cookie), StringComparison.Ordinal);
        using var next = new SoftPasskey();
        scene.Desk.WriteRoster(Roster(scene.Desk, scene.Origin, next, 2));
        Assert.Contains("Sign in with your passkey", await scene.Get("/", cookie), StringComparison.Ordinal);
        Assert.Contains("Orders that wait", await scene.Get("/", await scene.SignIn(next)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewing_ends_with_the_epoch_in_which_it_was_signed()
    {
        await using var desk = await HostileDesk.Begin();
        var preview = await Case.Preview(desk, "carol");
        Assert.Equal("done", (await preview.File()).State);
        var note = desk.Sign(View.Text(HostileDesk.GateName, 1, "carol", preview.Digest, desk.Clock.GetUtcNow(), new string('a', 32)), "carol");
        var viewing = "Viewing " + (await desk.Post("/previews/" + preview.Digest, note)).Member("viewing");
        Assert.Equal(200, (await RawHttp.Send(desk.Socket, "GET", $"/previews/{preview.Digest}/records/0", null, null, null, viewing)).Status);
        desk.WriteRoster(desk.RosterJson(epoch: 2));
        Assert.Equal("wrong-view", (await RawHttp.Send(desk.Socket, "GET", $"/previews/{preview.Digest}/records/0", null, null, null, viewing)).Refused);
    }
}
