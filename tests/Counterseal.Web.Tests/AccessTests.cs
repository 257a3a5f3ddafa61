using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Counterseal.Desk;

namespace Counterseal.Web.Tests;

/// <summary>Walks the authorization table: every line, as everybody, with what is one's own and what is not.</summary>
public sealed class AccessTests
{
    /// <summary>Everybody who might try: nobody, and one person of each role; the last has all roles that go together.</summary>
    private static readonly string[] Everybody = ["", "Ada", "Ines", "Rosa", "Cora", "Kurt", "Abel"];

    [Fact]
    public async Task Every_route_of_every_door_has_a_line_and_every_line_that_is_not_optional_a_route()
    {
        await using var stand = await DeskStand.Up();
        await using var faces = await Faces.Start();
        var mapped = new HashSet<(Door, string, string)>();
        foreach (var (door, app) in new[] { (Door.Desk, stand.Staff), (Door.Public, stand.Open), (Door.Staff, stand.Socket), (Door.Portal, stand.PortalApp) })
        {
            var routes = AccessGuard.Routes(app).ToList();
            Assert.True(routes.Count > 8, $"only {routes.Count} routes of {door} seen: the test looks at the wrong thing");
            foreach (var (method, pattern) in routes)
                Assert.True(AccessTable.Find(door, method, pattern) is not null, $"{door}: {method} {pattern} has no line");
            mapped.UnionWith(routes.Select(route => (door, route.Method, route.Pattern)));
        }
        Assert.Equal(AccessTable.Rows.Count, AccessTable.Rows.DistinctBy(row => (row.Door, row.Method, row.Pattern)).Count());
    }

    [Fact]
    public async Task A_page_that_was_added_without_a_line_keeps_the_door_from_starting()
    {
        await using var stand = await DeskStand.Up();
        Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(stand.Staff, "/quite-new", () => "hello");
        Assert.Contains("GET /quite-new", Assert.Throws<InvalidOperationException>(() => AccessGuard.Hold(stand.Staff, Door.Desk)).Message, StringComparison.Ordinal);
        using var window = Faces.Client(stand.Pages);
        using var answer = await window.GetAsync("/quite-new");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task Every_line_of_the_pages_lets_in_whom_it_says_and_nobody_else_whatever_the_demand()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var things = await Things.Of(stand);
        var faults = new List<string>();
        var tried = 0;
        foreach (var name in Everybody)
        {
            using var window = name.Length == 0 ? Faces.Client(stand.Pages) : await stand.As(name);
            var person = name.Length == 0 ? null : await stand.Person(name);
            var form = Faces.Value(await window.GetStringAsync(name.Length == 0 ? "/enrol" : "/account"), "form");
            foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Desk && !row.Pattern.StartsWith("/assets", StringComparison.Ordinal) && !Optional(row) && !EndsTheSession(row)))
            {
                foreach (var (path, kind) in things.Paths(row))
                {
                    tried++;
                    using var request = new HttpRequestMessage(new(row.Method), path);
                    if (row.Method == "POST")
                        request.Content = new FormUrlEncodedContent([new("form", form), new("reason", "a test"), new("person", "Rolf"), new("compartment", "nobody's")]);
                    using var answer = await window.SendAsync(request);
                    var said = Kind(answer);
                    var expected = row.Who == Who.Anyone ? "open"
                        : person is null ? "sign-in"
                        : !row.Lets(person) ? "403"
                        : row.Thing == Thing.Demand && kind != "own" ? "404"
                        : "open";
                    if (said != expected)
                        faults.Add($"{(name.Length == 0 ? "nobody" : name)} {row.Method} {path} ({kind}): {said}, not {expected}");
                }
            }
        }
        Assert.True(tried > 250, $"only {tried} requests");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Every_line_of_the_commands_socket_lets_in_whom_it_says_and_nobody_else()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var things = await Things.Of(stand);
        var faults = new List<string>();
        var tried = 0;
        foreach (var name in Everybody)
        {
            // Signing in a moment ago is what makes it fresh.
            if (name.Length > 0)
                (await stand.As(name)).Dispose();
            using var command = await stand.Command(name.Length == 0 ? null : name);
            var person = name.Length == 0 ? null : await stand.Person(name);
            foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Staff))
            {
                foreach (var (path, kind) in things.Paths(row))
                {
                    tried++;
                    using var request = new HttpRequestMessage(new(row.Method), path);
                    if (row.Method == "POST")
                        request.Content = JsonContent.Create(new JsonObject());
                    using var answer = await command.SendAsync(request);
                    var said = answer.StatusCode switch
                    {
                        HttpStatusCode.Unauthorized => "sign-in",
                        HttpStatusCode.Forbidden => "403",
                        HttpStatusCode.NotFound when kind != "own" => "404",
                        HttpStatusCode.InternalServerError => "500",
                        // A refusal has its words; without any, the request did not fit the route.
                        HttpStatusCode.BadRequest when (await answer.Content.ReadAsByteArrayAsync()).Length == 0 => "400",
                        _ => "open",
                    };
                    var expected = person is null ? "sign-in" : !row.Lets(person) ? "403" : row.Thing == Thing.Demand && kind != "own" ? "404" : "open";
                    if (said != expected)
                        faults.Add($"{(name.Length == 0 ? "nobody" : name)} {row.Method} {path} ({kind}): {said}, not {expected}: {await answer.Content.ReadAsStringAsync()}");
                }
            }
        }
        Assert.True(tried > 200, $"only {tried} requests");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Every_post_of_the_pages_refuses_a_form_that_is_not_its_sessions_own()
    {
        // The company's provider is never asked: a form that is not ours does not get that far.
        await using var stand = await DeskStand.Up(company: new() { Name = "Example sign-in", Authority = "http://localhost:9", ClientId = "x", ClientSecret = "x" });
        await stand.Populate();
        var things = await Things.Of(stand);
        using var window = await stand.As("Cora");
        using var other = await stand.As("Rosa");
        var foreign = Faces.Value(await other.GetStringAsync("/account"), "form");
        foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Desk && row.Method == "POST"))
        {
            Assert.True(row.Form, $"{row.Pattern} takes a post without an anti-forgery value");
            foreach (var body in new FormUrlEncodedContent[] { new([]), new([new("form", "guessed")]), new([new("form", foreign)]) })
            {
                using var answer = await window.PostAsync(things.Paths(row)[0].Path, body);
                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{row.Pattern}: {answer.StatusCode}");
            }
            using var json = await window.PostAsJsonAsync(things.Paths(row)[0].Path, new { form = foreign });
            Assert.Equal(HttpStatusCode.BadRequest, json.StatusCode);
        }
        Assert.Equal(2, (await stand.Accounts.SessionsOf((await stand.Person("Cora")).Account, default)).Count);
    }

    [Fact]
    public async Task Weighty_acts_need_a_fresh_answer_on_the_pages_and_for_tokens()
    {
        var clock = new Later();
        await using var stand = await DeskStand.Up(time: clock);
        await stand.Populate();
        var things = await Things.Of(stand);
        foreach (var name in Everybody.Skip(1))
        {
            using var window = await stand.As(name);
            using var command = await stand.Command(name);
            var form = Faces.Value(await window.GetStringAsync("/account"), "form");
            var person = await stand.Person(name);
            clock.By += SessionLimits.Usual.Fresh + TimeSpan.FromSeconds(1);
            foreach (var row in AccessTable.Rows.Where(row => row.Door != Door.Portal && row.Fresh && row.Lets(person) && !Optional(row)))
            {
                using var answer = row.Door == Door.Desk
                    ? await window.PostAsync(things.Paths(row)[0].Path, new FormUrlEncodedContent([new("form", form)]))
                    : await command.SendAsync(new HttpRequestMessage(new(row.Method), things.Paths(row)[0].Path) { Content = row.Method == "POST" ? JsonContent.Create(new JsonObject()) : null });
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
                Assert.Contains(row.Door == Door.Desk ? "Show that it is you" : "step-up", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_bearer_sees_its_own_demand_and_a_wrong_token_and_no_token_look_alike()
    {
        await using var stand = await DeskStand.Up();
        var (mine, others) = (await stand.Received("mine"), await stand.Received("theirs"));
        using var window = Faces.Client(stand.Public);
        using var own = await window.GetAsync($"/status/{mine.Token}");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        foreach (var path in new[] { $"/status/{others.Demand}", $"/status/{mine.Demand}", $"/status/{StaffSecret.NewSession()[..32]}", $"/status/{mine.Token[..31]}" })
        {
            using var none = await window.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }
    }

    private static string Kind(HttpResponseMessage answer) => answer.StatusCode switch
    {
        HttpStatusCode.Redirect when answer.Headers.Location!.ToString().Contains("/sign-in?to=", StringComparison.Ordinal) => "sign-in",
        HttpStatusCode.Forbidden when answer.RequestMessage!.RequestUri!.AbsolutePath is "/sign-in" or "/step-up" or "/set-up" or "/enrol" or "/set-up/passkey" or "/enrol/passkey" => "open",
        HttpStatusCode.Forbidden => "403",
        HttpStatusCode.NotFound when answer.RequestMessage!.RequestUri!.AbsolutePath.StartsWith("/demands/", StringComparison.Ordinal) => "404",
        HttpStatusCode.InternalServerError => "500",
        HttpStatusCode.BadRequest => "400",
        _ => "open",
    };

    /// <summary>Ways to the company's provider, which has tests of its own (<see cref="CompanySignInTests"/>).</summary>
    private static bool Optional(AccessRow row) => row.Pattern.EndsWith("/company", StringComparison.Ordinal);

    /// <summary>Lines after which the walk would go on as nobody; they have tests of their own.</summary>
    private static bool EndsTheSession(AccessRow row) => row.Pattern is "/sign-out" or "/account/sign-out-everywhere";

    /// <summary>What there is to ask for: a demand that all see, one in a compartment of Rolf's alone, one that was never there, and an account.</summary>
    private sealed record Things(string Own, string Foreign, string Account)
    {
        public static async Task<Things> Of(DeskStand stand)
        {
            var (open, secret) = (await stand.Received("open"), await stand.Received("secret"));
            await stand.Join("Lena", Role.Counsel);
            await stand.Accounts.MakeCompartment("Lena", "nobody's", [], default);
            await stand.Desk.Restrict(secret.Demand, "Lena", "nobody's", "a test", null, default);
            return new(open.Demand, secret.Demand, "NOSUCHACCOUNT0000000");
        }

        public IReadOnlyList<(string Path, string Kind)> Paths(AccessRow row) => row.Thing == Thing.Demand
            ? [(Path(row, Own), "own"), (Path(row, Foreign), "in another's compartment"), (Path(row, "7F3K2M9QXTBC4W8NDV5HJ0RSAG"), "not there"), (Path(row, "no-id"), "no id")]
            : [(Path(row, row.Thing == Thing.Finding ? AttackSamples.Rows[0].Id : "us.sca.warrant"), "own")];

        private string Path(AccessRow row, string id) => row.Pattern.Replace("{*path:nonfile}", "/no-such-page", StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal).Replace("{version:int}", "1", StringComparison.Ordinal)
            .Replace("{token}", "none.ics", StringComparison.Ordinal).Replace("{account}", Account, StringComparison.Ordinal).Replace("{order}", new string('a', 64), StringComparison.Ordinal).Replace("{file}", "x.age", StringComparison.Ordinal)
            .Replace("{period}", "2026-H1", StringComparison.Ordinal).Replace("{form}", "dsa", StringComparison.Ordinal).Replace("{year:int}", "2026", StringComparison.Ordinal);
    }

    private sealed class Later : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
