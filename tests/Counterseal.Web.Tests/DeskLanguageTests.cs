using Counterseal.Desk;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The queue and the demand's pages in the reader's language: by form, by a made-up language, and as they look.</summary>
public sealed class DeskLanguageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Queue_and_demand_say_nothing_in_English_to_whoever_reads_another_language()
    {
        await using var faces = await Faces.Start(languages: Untranslated.Marked);
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true);
        var (page, found) = (await context.NewPageAsync(), new List<string>());
        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = "qps" });
        await SignIn(page, faces);
        await Look("/");
        await Look("/?q=garda&state=all&show=burning&country=IE&to=-");
        faces.View = Samples.Marked(Samples.View);
        await Look($"/demands/{Samples.Id}");
        faces.View = Samples.Marked(Samples.Waiting);
        await Look($"/demands/{Samples.Id}");
        faces.View = Samples.Marked(Samples.View) with { State = "stayed", Tampered = "event 2 is not the leaf" };
        await Look($"/demands/{Samples.Id}");
        faces.View = Samples.Marked(Samples.Waiting);
        await Visit($"/demands/{Samples.Id}");
        await page.Locator("#act-decide > summary").ClickAsync();
        await page.Locator("#act-decide input[name=keep]").First.UncheckAsync();
        await page.Locator("#act-decide button[formaction]").ClickAsync();
        await page.Locator("#looked").WaitForAsync();
        found.AddRange(await Untranslated.On(page, "look"));
        faces.Refuse = new DeskException("not-now", "the court has not answered", "wait");
        await page.Locator("#act-decide .btn-primary").ClickAsync();
        await page.Locator("#refused").WaitForAsync();
        found.AddRange(await Untranslated.On(page, "refused"));
        faces.Refuse = new ConflictException(Samples.Id, 1, null);
        await page.Locator("#act-decide .btn-primary").ClickAsync();
        await page.Locator(".since").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        found.AddRange(await Untranslated.On(page, "conflict"));
        faces.Refuse = null;
        faces.Queue = [];
        faces.Empty = true;
        await Look("/");
        await Look("/?q=nobody");
        await Look("/?after=lost");
        // A page's title is the reference itself, in nobody's language.
        found.RemoveAll(one => one.EndsWith($"title: {Samples.Demand.Reference}", StringComparison.Ordinal));
        Assert.True(found.Count == 0, string.Join('\n', found));

        Task Visit(string path) => page.GotoAsync(new Uri(faces.Desk, path).ToString());

        async Task Look(string path)
        {
            await Visit(path);
            found.AddRange(await Untranslated.On(page, path));
        }
    }

    [Fact]
    public async Task A_demand_read_from_a_real_desk_says_nothing_in_English_from_its_arrival_to_its_end()
    {
        await using var stand = await DeskStand.Up(languages: Untranslated.Marked);
        await stand.Populate();
        _ = await stand.Desk.AddEntry(DemandWorkTests.Entry(), "Cora", default);
        var demand = (await stand.Received()).Demand;
        using var cora = await stand.As("Cora");
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true);
        var (page, found) = (await context.NewPageAsync(), new List<string>());
        await Look("received");
        _ = await stand.Desk.Authenticate(demand, "Cora", Authenticity.Authentic, "called", "spoke", null, default);
        _ = await stand.Desk.Establish(demand, "Cora", "customer.type", "person", "looked", null, default);
        await stand.Desk.Litigate(demand, "Cora", new ChallengeFiled("High Court", "12", "We", "It is too wide."), null, default);
        await stand.Desk.Litigate(demand, "Cora", new HearingSet(DateTimeOffset.UtcNow.AddDays(9), "Court 4", null), null, default);
        await stand.Desk.Litigate(demand, "Cora", new ChallengeEnded(ChallengeOutcome.Upheld, "It fell."), null, default);
        await Look("before a court");
        _ = await stand.Desk.Decide(demand, "Cora", Law.Decision.Reject, null, ["It names nobody."], null, null, null, default);
        _ = await stand.Desk.Assign(demand, "Cora", "Rosa", null, default);
        _ = await stand.Desk.Stay(demand, "Cora", "the court said so", null, default);
        await Look("stayed");
        _ = await stand.Desk.Resume(demand, "Cora", "it is over", null, default);
        _ = await stand.Desk.Recuse(demand, "Rolf", "a cousin's mailbox", null, default);
        _ = await stand.Desk.Close(demand, "Cora", "all is done", null, default);
        await Look("closed");
        found.AddRange(await Shown(await cora.GetStringAsync($"/demands/{demand}/access"), "access"));
        using var abel = await stand.As("Abel");
        found.AddRange(await Shown(await Page(abel, $"/demands/{demand}/access"), "access of an auditor"));
        foreach (var (act, fields) in new (string, (string, string)[])[]
        {
            ("authenticate", [("reason", "x")]), ("facts", [("fact", "customer.type"), ("reason", "x")]), ("decide", []), ("orders", [("kind", "preview")]), ("orders", [("kind", "preserve")]),
            ("perform", [("rule", "x")]), ("docket", [("kind", "hearing")]), ("docket", [("kind", "filed")]), ("stay", []),
        })
        {
            cora.DefaultRequestHeaders.Remove("Accept-Language");
            cora.DefaultRequestHeaders.Add("Accept-Language", "qps");
            using var answer = await DemandWorkTests.Send(cora, demand, act, fields);
            Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            found.AddRange(await Shown(await answer.Content.ReadAsStringAsync(), $"{act} refused"));
        }
        Assert.True(found.Count == 0, string.Join('\n', found.Distinct()));

        async Task Look(string what) => found.AddRange(await Shown(await Page(cora, $"/demands/{demand}"), what));

        static async Task<string> Page(HttpClient window, string path)
        {
            window.DefaultRequestHeaders.Remove("Accept-Language");
            window.DefaultRequestHeaders.Add("Accept-Language", "qps");
            return await window.GetStringAsync(path);
        }

        async Task<IReadOnlyList<string>> Shown(string html, string name)
        {
            await page.SetContentAsync(html.Replace("<script", "<template", StringComparison.Ordinal).Replace("</script>", "</template>", StringComparison.Ordinal));
            return await Untranslated.On(page, name);
        }
    }

    [Fact]
    public async Task In_German_and_French_queue_and_demand_have_no_accessibility_fault_and_do_not_scroll_sideways()
    {
        await using var faces = await Faces.Start();
        var faults = new List<string>();
        foreach (var tag in new[] { "de", "fr" })
        {
            foreach (var width in new[] { 320, 390, 768, 1440 })
            {
                await using var context = await browser.Open(width, ColorScheme.Light, script: true);
                var page = await context.NewPageAsync();
                await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
                await SignIn(page, faces);
                foreach (var (path, name, view) in new[] { ("/", "queue", Samples.View), ($"/demands/{Samples.Id}", "demand", Samples.View), ($"/demands/{Samples.Id}", "demand-waiting", Samples.Waiting) })
                {
                    faces.View = view;
                    await page.GotoAsync(new Uri(faces.Desk, path).ToString());
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"{name}-{tag}-{width}.png"), FullPage = true });
                    await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
                    faults.AddRange(await Browser.Faults(page, $"{tag} {width} {name}"));
                }
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static async Task SignIn(IPage page, Faces faces)
    {
        await page.GotoAsync(new Uri(faces.Desk, "/sign-in").ToString());
        await page.FillAsync("#code", Faces.Code);
        await page.PressAsync("#code", "Enter");
        await page.Locator("#search").WaitForAsync();
    }
}
