using System.Net;
using Counterseal.Desk;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>What a page that is open is told of others' changes: over HTTP, and in two browser windows.</summary>
public sealed class LiveTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task A_page_is_told_who_did_what_and_a_dropped_connection_goes_on_where_it_was()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        using (var stream = await Stream.Open(rosa, $"/demands/{demand}/live?after=2"))
        {
            _ = await stand.Desk.Stay(demand, "Cora", "the court said so, of m.okonkwo@example.net", null, default);
            var (id, data) = await stream.Next();
            Assert.Equal("3", id);
            Assert.Contains("\"by\":\"Cora\",\"type\":\"stayed\"", data, StringComparison.Ordinal);
            Assert.DoesNotContain("okonkwo", data, StringComparison.Ordinal);
        }
        // Dropped; meanwhile two more happen.
        _ = await stand.Desk.Resume(demand, "Rolf", "over", null, default);
        _ = await stand.Desk.Assign(demand, "Ines", "Rolf", null, default);
        using var again = await Stream.Open(rosa, $"/demands/{demand}/live?after=2", last: "3");
        Assert.Equal("4", (await again.Next()).Id);
        Assert.Equal("5", (await again.Next()).Id);
    }

    [Fact]
    public async Task The_queue_is_told_of_what_one_sees_and_of_nothing_else()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var (open, secret) = ((await stand.Received("open")).Demand, (await stand.Received("secret")).Demand);
        await stand.Accounts.MakeCompartment("Cora", "few", [], default);
        _ = await stand.Desk.Restrict(secret, "Cora", "few", "a test", null, default);
        using var rosa = await stand.As("Rosa");
        using var cora = await stand.As("Cora");
        var last = await stand.Desk.LastLeaf(default);
        using var ofRosa = await Stream.Open(rosa, $"/live?after={last}");
        using var ofCora = await Stream.Open(cora, $"/live?after={last}");
        _ = await stand.Desk.Stay(secret, "Cora", "held", null, default);
        _ = await stand.Desk.Stay(open, "Cora", "held", null, default);
        Assert.Contains(open, (await ofRosa.Next()).Data, StringComparison.Ordinal);
        Assert.Contains(secret, (await ofCora.Next()).Data, StringComparison.Ordinal);
        Assert.Contains(open, (await ofCora.Next()).Data, StringComparison.Ordinal);
        using var none = await Stream.Ask(rosa, $"/demands/{secret}/live?after=0");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        // Put away while somebody listens: the stream ends without a word of it.
        using var mine = await Stream.Open(rosa, $"/demands/{open}/live?after=99");
        _ = await stand.Desk.Restrict(open, "Cora", "few", "a test", null, default);
        Assert.Null((await mine.Next()).Id);
    }

    [Fact]
    public async Task A_session_that_ends_closes_its_streams_and_only_listening_keeps_none_alive()
    {
        var clock = new DemandWorkTests.Later();
        await using var stand = await DeskStand.Up(time: clock);
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        using (var stream = await Stream.Open(rosa, $"/demands/{demand}/live?after=99"))
        {
            await stand.Accounts.SignOutEverywhere("Rosa", (await stand.Person("Rosa")).Account, default);
            Assert.Null((await stream.Next()).Id);
        }
        using var cora = await stand.As("Cora");
        using var idle = await Stream.Open(cora, $"/demands/{demand}/live?after=99");
        clock.By += SessionLimits.Usual.Idle + TimeSpan.FromMinutes(1);
        Assert.Null((await idle.Next()).Id);
    }

    [Fact]
    public async Task A_session_has_three_streams_and_the_oldest_gives_way()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        var streams = new List<Stream>();
        for (var i = 0; i < 4; i++)
            streams.Add(await Stream.Open(rosa, $"/demands/{demand}/live?after=2"));
        Assert.Equal("enough", (await streams[0].Next()).Data);
        _ = await stand.Desk.Stay(demand, "Cora", "held", null, default);
        foreach (var stream in streams.Skip(1))
            Assert.Equal("3", (await stream.Next()).Id);
        foreach (var stream in streams)
            stream.Dispose();
    }

    [Fact]
    public async Task Only_pages_that_listen_may_ask_this_face_and_nobody_else()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        foreach (var (path, listens) in new[] { ("/", true), ($"/demands/{demand}", true), ("/directory", false), ("/calendar", false), ("/account", false), ($"/demands/{demand}/access", false) })
        {
            using var answer = await rosa.GetAsync(path);
            Assert.Equal(listens, answer.Headers.GetValues("Content-Security-Policy").Single().EndsWith("; connect-src 'self'", StringComparison.Ordinal));
        }
        using var plain = await rosa.GetAsync("/live");
        Assert.Equal(HttpStatusCode.NotAcceptable, plain.StatusCode);
    }

    [Fact]
    public async Task A_second_persons_change_is_seen_without_reload_and_what_is_being_typed_stays()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        var faults = new List<string>();
        var first = await Person("Ruth", Role.Reviewer);
        var second = await Person("Carl", Role.Counsel);
        await first.GotoAsync(new Uri(stand.Pages, $"/demands/{demand}").ToString());
        await first.Locator("#act-decide > summary").ClickAsync();
        await first.FillAsync("#act-decide-reasons", "half a sentence");
        await second.GotoAsync(new Uri(stand.Pages, $"/demands/{demand}").ToString());
        await second.Locator("#act-stay > summary").ClickAsync();
        await second.FillAsync("#act-stay-reason", "the court said so");
        await second.ClickAsync("#act-stay button");
        await second.GetByText("Held: the court said so").First.WaitForAsync();

        // Seen by the first without a reload: the words, the list of events, the new form; and what was typed is there.
        await first.GetByText("Changed by Carl just now: stayed").WaitForAsync();
        await first.Locator("section[data-part=events]", new() { HasText = "Held: the court said so" }).WaitForAsync();
        await first.Locator("#act-resume").WaitForAsync();
        Assert.Equal("half a sentence", await first.InputValueAsync("#act-decide-reasons"));
        await first.GetByText("What you are typing was left as it is.").WaitForAsync();
        // Sent all the same: told who was first, nothing lost.
        await first.ClickAsync("#act-decide button:has-text('Decide')");
        await first.GetByRole(AriaRole.Heading, new() { Name = "Somebody was first" }).WaitForAsync();
        Assert.Equal("half a sentence", await first.InputValueAsync("#act-decide-reasons"));

        // The queue, too.
        await first.GotoAsync(stand.Pages.ToString());
        await first.Locator("[data-part=list]", new() { HasText = "stayed" }).WaitForAsync();
        await second.Locator("#act-resume > summary").ClickAsync();
        await second.FillAsync("#act-resume-reason", "it is over");
        await second.ClickAsync("#act-resume button");
        await first.Locator("[data-part=list]", new() { HasText = "assessed" }).WaitForAsync();
        await first.GetByText("Changed by Carl just now: resumed").WaitForAsync();
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task<IPage> Person(string name, Role role)
        {
            var (page, _) = await browser.Person();
            page.Console += (_, said) => { if (said.Type is "error" or "warning" && !said.Text.Contains("409", StringComparison.Ordinal)) faults.Add($"{name}: {said.Text}"); };
            page.PageError += (_, error) => faults.Add($"{name}: {error}");
            await page.GotoAsync(new Uri(stand.Pages, "/enrol").ToString());
            await page.GetByLabel("Code of your invitation or recovery").FillAsync(await stand.Accounts.Invite("Ada", name, [role], default));
            await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Register a passkey", Exact = true }).ClickAsync();
            await page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true }).WaitForAsync();
            return page;
        }
    }

    /// <summary>A stream of server-sent events, as a browser reads it.</summary>
    private sealed class Stream(HttpResponseMessage answer, StreamReader reader) : IDisposable
    {
        public static async Task<HttpResponseMessage> Ask(HttpClient window, string path, string? last = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd("text/event-stream");
            if (last is not null)
                request.Headers.Add("Last-Event-ID", last);
            return await window.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        public static async Task<Stream> Open(HttpClient window, string path, string? last = null)
        {
            var answer = await Ask(window, path, last);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            return new(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        /// <summary>The next event; without an id and data when the stream has ended, and with its name alone where it is no change.</summary>
        public async Task<(string? Id, string Data)> Next()
        {
            string? id = null, name = null, data = "";
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data = line[6..];
                else if (line.Length == 0 && name is not null)
                    return name == "change" ? (id, data) : (id, name);
            }
            return (null, "");
        }

        public void Dispose()
        {
            reader.Dispose();
            answer.Dispose();
        }
    }
}
