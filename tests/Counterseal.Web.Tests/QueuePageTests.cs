using System.Net;
using System.Text.RegularExpressions;
using Counterseal.Desk;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The queue's page: its address is what it asks for; by form, and by keyboard alone.</summary>
public sealed class QueuePageTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private Faces faces = null!;

    public async ValueTask InitializeAsync() => faces = await Faces.Start();

    public ValueTask DisposeAsync() => faces.DisposeAsync();

    [Fact]
    public async Task The_address_says_what_is_asked_for_and_nothing_else_is_taken_from_it()
    {
        using var desk = await faces.SignedIn();
        _ = await desk.GetStringAsync("/?q=gda+2026&state=all&show=burning&country=IE&instrument=eu.epoc&to=-&at=assessed&after=120261124141800000000000007&other=1");
        Assert.Equal(new QueueAsk { Text = "gda 2026", Open = null, Burning = true, Country = "IE", Instrument = "eu.epoc", Assigned = "", Stage = Stage.Assessed, After = "120261124141800000000000007" }, faces.Asked[^1]);
        _ = await desk.GetStringAsync("/?state=drop&show=all&at=99&to=&q=");
        Assert.Equal(new QueueAsk(), faces.Asked[^1]);
        using var lost = await desk.GetAsync("/?after=lost");
        Assert.Equal(HttpStatusCode.BadRequest, lost.StatusCode);
    }

    [Fact]
    public async Task The_next_page_keeps_the_filters_and_clocks_count_from_their_own_beginning()
    {
        using var desk = await faces.SignedIn();
        var page = WebUtility.HtmlDecode(await desk.GetStringAsync("/?country=US"));
        Assert.Contains("href=\"/?country=US&after=120261124141800000000000007\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"US\" selected", page, StringComparison.Ordinal);
        Assert.Contains("left of 8 h", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticked_demands_are_given_to_a_person_by_whoever_is_signed_in()
    {
        using var desk = await faces.SignedIn();
        var form = Faces.Value(await desk.GetStringAsync("/?country=US"), "form");
        using var answer = await Send(("form", form), ("demand", Samples.Queue[0].Id), ("demand", Samples.Queue[1].Id), ("demand", "../x"), ("to", " B. Okafor "), ("back", "/?country=US"));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/?country=US", answer.Headers.Location!.ToString());
        var (ids, to, by) = Assert.Single(faces.Assigned);
        Assert.Equal([Samples.Queue[0].Id, Samples.Queue[1].Id], ids);
        Assert.Equal(("B. Okafor", "trial"), (to, by));
        using var nobody = await Send(("form", form), ("demand", Samples.Queue[0].Id), ("to", "x"), ("nobody", "1"), ("back", "//evil.example"));
        Assert.Null(faces.Assigned[1].To);
        Assert.Equal("/", nobody.Headers.Location!.ToString());

        async Task<HttpResponseMessage> Send(params (string, string)[] fields) =>
            await desk.PostAsync("/queue/assign?country=US", new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
    }

    [Fact]
    public async Task A_demand_is_given_to_a_person_from_its_own_page()
    {
        using var desk = await faces.SignedIn();
        var page = await desk.GetStringAsync($"/demands/{Samples.Id}");
        Assert.Contains("value=\"Ada Nowak\"", page, StringComparison.Ordinal);
        using var answer = await desk.PostAsync("/queue/assign", new FormUrlEncodedContent(
            [new("form", Faces.Value(page, "form")), new("demand", Faces.Value(page, "demand")), new("to", "B. Okafor"), new("back", Faces.Value(page, "back"))]));
        Assert.Equal($"/demands/{Samples.Id}", answer.Headers.Location!.ToString());
        Assert.Equal([Samples.Id], Assert.Single(faces.Assigned).Ids);
    }

    [Fact]
    public async Task What_cannot_be_assigned_is_named_and_a_form_of_another_page_assigns_nothing()
    {
        using var desk = await faces.SignedIn();
        var form = Faces.Value(await desk.GetStringAsync("/"), "form");
        foreach (var (fields, status, says) in new ((string, string)[], HttpStatusCode, string)[]
        {
            ([("form", form), ("to", "Ada")], HttpStatusCode.UnprocessableEntity, "No demand was ticked"),
            ([("form", form), ("demand", Samples.Queue[0].Id), ("to", " ")], HttpStatusCode.UnprocessableEntity, "Say who is to have them"),
            ([("form", form), ("demand", Samples.Queue[0].Id), ("to", "C. Lind")], HttpStatusCode.Conflict, "this demand is closed"),
            ([("demand", Samples.Queue[0].Id), ("to", "Ada")], HttpStatusCode.BadRequest, "The form is too old"),
        })
        {
            using var answer = await desk.PostAsync("/queue/assign", new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
            Assert.Equal(status, answer.StatusCode);
            Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Single(faces.Assigned);
        using var stranger = Faces.Client(faces.Desk);
        using var unknown = await stranger.PostAsync("/queue/assign", new FormUrlEncodedContent([new("form", form)]));
        Assert.Equal(HttpStatusCode.Redirect, unknown.StatusCode);
    }

    [Fact]
    public async Task A_view_is_kept_by_a_name_and_forgotten()
    {
        using var desk = await faces.SignedIn();
        var form = Faces.Value(await desk.GetStringAsync("/?country=US"), "form");
        (await desk.PostAsync("/queue/views", new FormUrlEncodedContent([new("form", form), new("name", "America"), new("back", "/?country=US")]))).Dispose();
        Assert.Equal(new QueueView("America", "?country=US"), faces.Views[^1]);
        Assert.Contains("href=\"/?country=US\" aria-current=\"true\">America", await desk.GetStringAsync("/?country=US"), StringComparison.Ordinal);
        (await desk.PostAsync("/queue/views", new FormUrlEncodedContent([new("form", form), new("forget", "America"), new("back", "/")]))).Dispose();
        Assert.DoesNotContain(faces.Views, view => view.Name == "America");
        using var nameless = await desk.PostAsync("/queue/views", new FormUrlEncodedContent([new("form", form), new("name", " "), new("back", "/?country=US")]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, nameless.StatusCode);
    }

    [Fact]
    public async Task The_desk_is_walked_by_keyboard_alone_under_its_own_policy()
    {
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true, policy: true);
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Console += (_, said) => { if (said.Type is "error" or "warning") faults.Add(said.Text); };
        page.PageError += (_, error) => faults.Add(error);
        await page.GotoAsync(new Uri(faces.Desk, "/sign-in").ToString());
        await page.Locator("#code:focus").WaitForAsync();
        await page.Keyboard.TypeAsync(Faces.Code);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("h1", new() { HasText = "Queue" }).WaitForAsync();
        await Ready();

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("k");
        Assert.Equal(Samples.Queue[0].Reference, await Focused());
        await page.Keyboard.PressAsync("k");
        Assert.Equal(Samples.Queue[0].Reference, await Focused());
        await page.Keyboard.PressAsync("x");
        Assert.Equal(1, await page.Locator("[data-row] input:checked").CountAsync());
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("a");
        await page.Keyboard.TypeAsync("B. Okafor");
        await page.EvaluateAsync("document.body.dataset.old = 'yes'");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("body:not([data-old]) #search").WaitForAsync();
        await Ready();
        Assert.Equal([Samples.Queue[0].Id, Samples.Queue[1].Id], Assert.Single(faces.Assigned).Ids);
        Assert.Equal("B. Okafor", faces.Assigned[0].To);

        await page.Keyboard.PressAsync("/");
        await page.Locator("#search:focus").WaitForAsync();
        await page.Keyboard.TypeAsync("gda j q");
        await page.EvaluateAsync("document.body.dataset.old = 'yes'");
        await page.Keyboard.PressAsync("Enter");
        await Ready();
        Assert.Equal("gda j q", faces.Asked[^1].Text);

        await page.Keyboard.PressAsync("?");
        Assert.True(await page.Locator("#keys").IsVisibleAsync());
        await page.Keyboard.PressAsync("?");
        Assert.False(await page.Locator("#keys").IsVisibleAsync());

        await page.GotoAsync(faces.Desk.ToString());
        await Ready();
        var row = faces.Queue.ToList().FindIndex(r => r.Id == Samples.Id);
        for (var i = 0; i <= row; i++)
            await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("d");
        await At(page, $"/demands/{Samples.Id}#decision");
        await Ready();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("d");
        await page.Locator("h1", new() { HasText = "Directory" }).WaitForAsync();
        await Ready();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("q");
        await page.Locator("h1", new() { HasText = "Queue" }).WaitForAsync();
        await Ready();
        for (var i = 0; i <= row; i++)
            await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await At(page, $"/demands/{Samples.Id}");
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        // The script shows this button last of all.
        Task Ready() => page.Locator("body:not([data-old]) [data-keys]").WaitForAsync();

        async Task<string> Focused() => await page.EvaluateAsync<string>("document.activeElement.textContent.trim()");
    }

    [Fact]
    public async Task A_demand_is_decided_by_keyboard_alone_and_what_is_refused_stands_in_its_form()
    {
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true, policy: true);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(faces.Desk, $"/sign-in?to=/demands/{Samples.Id}").ToString());
        await page.Locator("#code:focus").WaitForAsync();
        await page.Keyboard.TypeAsync(Faces.Code);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("[data-keys]:visible").WaitForAsync();
        await page.GotoAsync(new Uri(faces.Desk, $"/demands/{Samples.Id}").ToString());
        await page.Locator("[data-keys]:visible").WaitForAsync();
        faces.Refuse = new DeskException("not-now", "the court has not answered", "wait");
        await page.Keyboard.PressAsync("d");
        await Tab("summary", "Decide again");
        await page.Keyboard.PressAsync("Enter");
        await Tab("select", "");
        await page.Keyboard.TypeAsync("reject");
        await Tab("textarea", "");
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("It names nobody.");
        await Tab("button", "Decide");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#refused").WaitForAsync();
        Assert.Equal("It names nobody.", await page.InputValueAsync("#act-decide-reasons"));
        faces.Refuse = null;
        await page.Locator("[data-keys]:visible").WaitForAsync();
        await page.Keyboard.PressAsync("d");
        await Tab("button", "Decide");
        await page.EvaluateAsync("document.body.dataset.old = 'yes'");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("body:not([data-old]) [data-keys]:visible").WaitForAsync();
        Assert.Equal(2, faces.Acts.Count);
        var decided = Assert.IsType<DecideAct>(faces.Acts[1].Act);
        Assert.Equal(Law.Decision.Reject, decided.Decision);
        Assert.Equal(["It names nobody."], decided.Reasons);

        async Task Tab(string tag, string text)
        {
            for (var i = 0; i < 150; i++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<bool>("([tag, text]) => document.activeElement.matches(tag) && (text === '' || document.activeElement.textContent.trim() === text)", new[] { tag, text }))
                    return;
            }
            Assert.Fail($"the tab key reaches no {tag} {text}");
        }
    }

    [Fact]
    public async Task Without_script_the_queue_is_searched_filtered_and_assigned()
    {
        await using var context = await browser.Open(1440, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(faces.Desk, "/sign-in").ToString());
        await page.FillAsync("#code", Faces.Code);
        await page.ClickAsync("main button:has-text('with the code')");
        await page.FillAsync("#search", "garda");
        await page.PressAsync("#search", "Enter");
        await At(page, "/?q=garda");
        await page.SelectOptionAsync("#country", "IE");
        await page.ClickAsync("text=Filter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("country=IE"), new() { Timeout = Patience });
        Assert.Equal(new QueueAsk { Text = "garda", Country = "IE" }, faces.Asked[^1]);
        await page.Locator("[data-row] input").First.CheckAsync();
        await page.FillAsync("#assign-to", "Ada Nowak");
        await page.ClickAsync("text=Assign");
        for (var began = Environment.TickCount64; faces.Assigned.Count == 0 && Environment.TickCount64 - began < Patience;)
            await Task.Delay(20);
        Assert.Equal("Ada Nowak", Assert.Single(faces.Assigned).To);
    }

    private const int Patience = 120_000;

    /// <summary>Asks where the page is until it is there. To wait for the event of getting there may be to wait for one that was a moment ago.</summary>
    private Task At(IPage page, string path) => Assertions.Expect(page).ToHaveURLAsync(new Uri(faces.Desk, path).ToString(), new() { Timeout = Patience });
}
