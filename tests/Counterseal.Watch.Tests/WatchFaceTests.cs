using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Counterseal.Desk.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterseal.Watch.Tests;

public class WatchFaceTests(Postgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<(WebApplication App, HttpClient Http)> Serve(Stand stand)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        WatchFace.MapEvents(app, stand.Bell, "logger-secret", stand.Clock);
        WatchFace.MapProduct(app, stand.Bell, "product-secret");
        WatchFace.MapPublic(app, stand.Bell);
        await app.StartAsync(Stop);
        return (app, new HttpClient { BaseAddress = new Uri(app.Urls.First()) });
    }

    private static HttpRequestMessage Post(string path, string credential, HttpContent body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        return request;
    }

    [Fact]
    public async Task Events_come_in_over_HTTP_once_each_and_bad_lines_are_named()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var (app, http) = await Serve(stand);
        await using var _ = app;
        using var __ = http;
        stand.Plant("203.0.113.7");
        var lines = string.Concat(Enumerable.Range(0, 2500).Select(i =>
            $$$"""{"class_uid":3002,"time":{{{Stand.Start.ToUnixTimeMilliseconds()}}},"status_id":1,"metadata":{"uid":"e-{{{i}}}"},"user":{"name":"ada"},"src_endpoint":{"ip":"203.0.113.7"}}""" + "\n")) + "{broken\n";
        using var refused = await http.SendAsync(Post("/events", "product-secret", new StringContent(lines)), Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var unknown = await http.SendAsync(Post("/events?form=xml", "logger-secret", new StringContent(lines)), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        foreach (var (taken, repeated) in ((int, int)[])[(2500, 0), (0, 2500)])
        {
            using var answer = await http.SendAsync(Post("/events", "logger-secret", new StringContent(lines)), Stop);
            var said = (await answer.Content.ReadFromJsonAsync<JsonNode>(Stop))!;
            Assert.Equal((taken, repeated, 1), ((int)said["taken"]!, (int)said["repeated"]!, (int)said["leftOut"]!));
            Assert.StartsWith("http, line 2501 (byte ", (string)said["faults"]![0]!, StringComparison.Ordinal);
        }
        await stand.Bell.Settle(Stop);
        Assert.Equal(2500, Assert.Single(await stand.Bell.Findings(Stop)).Finding.Events);
    }

    [Fact]
    public async Task A_product_shows_the_banner_after_sign_in_and_says_when_it_was_opened()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var (app, http) = await Serve(stand);
        await using var _ = app;
        using var __ = http;
        stand.Customers["example"] = new("example", "Example", "XB", "press", null, account => new Contact("ar", []));
        await stand.Confirmed();
        await stand.Bell.Tell(Stop);
        stand.Clock.Advance(TimeSpan.FromDays(3));
        async Task<HttpResponseMessage> Ask(string path, object asked, string credential = "product-secret") => await http.SendAsync(Post(path, credential, JsonContent.Create(asked)), Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask("/notices/banners", new { account = "ada@example.org" }, "logger-secret")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask("/notices/banners", new { account = "" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask("/notices/banners", new { acount = "x" })).StatusCode);
        var banners = (await (await Ask("/notices/banners", new { account = "ada@example.org" })).Content.ReadFromJsonAsync<JsonArray>(Stop))!;
        var banner = Assert.Single(banners)!;
        Assert.Contains("role=\"alert\" lang=\"ar\" dir=\"rtl\"", (string)banner["html"]!, StringComparison.Ordinal);
        Assert.False((bool)banner["opened"]!);
        var notice = (string)banner["notice"]!;
        Assert.Equal(HttpStatusCode.NotFound, (await Ask("/notices/opened", new { account = "bob@example.org", notice })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Ask("/notices/opened", new { account = "ada@example.org", notice })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Ask("/notices/opened", new { account = "ada@example.org", notice })).StatusCode);
        Assert.Equal(NoticeStatus.Opened, Assert.Single(await stand.Bell.Notices(Stop)).Status);
        var code = NoticeCode.Of(stand.Secret, notice);
        Assert.Equal("{\"ours\":true}", await (await Ask("/notices/code", new { account = "ada@example.org", code })).Content.ReadAsStringAsync(Stop));
        Assert.Equal("{\"ours\":false}", await (await Ask("/notices/code", new { account = "bob@example.org", code })).Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task The_public_page_says_yes_or_no_and_nothing_else_in_the_readers_language()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var (app, http) = await Serve(stand);
        await using var _ = app;
        using var __ = http;
        stand.Customers["example"] = new("example", "Example", "XB", "press", null, account => new Contact("en", []));
        await stand.Confirmed();
        await stand.Bell.Tell(Stop);
        var notice = Assert.Single(await stand.Bell.Notices(Stop));
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("da, ar;q=0.8, en;q=0.5");
        var page = await http.GetAsync("/check", Stop);
        var form = await page.Content.ReadAsStringAsync(Stop);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", form, StringComparison.Ordinal);
        Assert.Contains("no-store", page.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", form, StringComparison.Ordinal);
        async Task<string> Check(string code) =>
            await (await http.PostAsync("/check", new FormUrlEncodedContent([new("code", code)]), Stop)).Content.ReadAsStringAsync(Stop);
        var arabic = NoticeLanguage.For("ar");
        var yes = await Check(NoticeCode.Of(stand.Secret, notice.Id));
        var no = await Check("ABCD-EFGH-JKMN-PQRS");
        // The two pages are one but for their one sentence.
        Assert.Equal(no, yes.Replace(WebUtility.HtmlEncode(arabic.Say("check.yes")), WebUtility.HtmlEncode(arabic.Say("check.no")), StringComparison.Ordinal));
        Assert.Equal(no, await Check("<script>"));
        for (var i = 0; i < CodeTries.Most; i++)
            await Check("x");
        var later = await Check("x");
        Assert.Contains(WebUtility.HtmlEncode(arabic.Say("check.later")), later, StringComparison.Ordinal);
        Assert.Equal(later, await Check(NoticeCode.Of(stand.Secret, notice.Id)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync("/check", new FormUrlEncodedContent([new("code", new string('x', 5000))]), Stop)).StatusCode);
    }
}
