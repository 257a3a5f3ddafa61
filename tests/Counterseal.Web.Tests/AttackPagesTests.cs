using System.Net;

namespace Counterseal.Web.Tests;

/// <summary>The pages on attacks and the page that checks a code, over HTTP.</summary>
public class AttackPagesTests
{
    private static readonly string Id = AttackSamples.Rows[0].Id;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<HttpResponseMessage> Decide(HttpClient client, string decision, string by, string reason, string? token = null)
    {
        token ??= Faces.Value(await client.GetStringAsync($"/attacks/{Id}", Stop), "form");
        return await client.PostAsync($"/attacks/{Id}/decide", new FormUrlEncodedContent([new("form", token), new("by", by), new("reason", reason), new("decision", decision)]), Stop);
    }

    [Fact]
    public async Task A_finding_is_confirmed_with_a_name_and_a_reason_and_shown_again_after_a_redirect()
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        using var answer = await Decide(client, "confirm", " ana ", "two feeds agree");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal($"/attacks/{Id}", answer.Headers.Location!.ToString());
        using var other = await Decide(client, "dismiss", "ana", "a VPN");
        Assert.Equal([(Id, true, "ana", "two feeds agree"), (Id, false, "ana", "a VPN")], faces.Decided);
    }

    [Theory]
    [InlineData("confirm", "", "two feeds agree")]
    [InlineData("confirm", "ana", " ")]
    [InlineData("dismiss", "ana", "")]
    [InlineData("both", "ana", "two feeds agree")]
    public async Task Without_a_name_a_reason_or_a_choice_nothing_is_recorded_and_what_was_typed_stays(string decision, string by, string reason)
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        using var answer = await Decide(client, decision, by, reason);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Contains("Nothing was recorded.", page, StringComparison.Ordinal);
        if (by.Length > 0)
            Assert.Contains("value=\"ana\"", page, StringComparison.Ordinal);
        Assert.Empty(faces.Decided);
    }

    [Fact]
    public async Task What_the_bell_refuses_is_said_on_the_page()
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        using var answer = await Decide(client, "confirm", "ana", "too late");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("It was confirmed by somebody else already.", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_another_page_decides_nothing_and_nobody_decides_without_signing_in()
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        using var forged = await Decide(client, "confirm", "ana", "two feeds agree", token: "forged");
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var stranger = Faces.Client(faces.Desk);
        using var shut = await Decide(stranger, "confirm", "ana", "two feeds agree", token: "forged");
        Assert.Equal(HttpStatusCode.Redirect, shut.StatusCode);
        Assert.StartsWith("/sign-in", shut.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
        Assert.Empty(faces.Decided);
    }

    [Fact]
    public async Task Without_a_bell_there_are_no_such_pages_and_no_links_to_them()
    {
        await using var faces = await Faces.Start(bell: false);
        using var client = await faces.SignedIn();
        Assert.DoesNotContain("/attacks", await client.GetStringAsync("/", Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/attacks", Stop)).StatusCode);
        using var open = Faces.Client(faces.Public);
        Assert.DoesNotContain("href=\"/check\"", await open.GetStringAsync("/", Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await open.GetAsync("/check", Stop)).StatusCode);
    }

    [Fact]
    public async Task A_bell_that_does_not_answer_is_said_and_the_other_pages_go_on()
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        faces.BellAway = true;
        using var away = await client.GetAsync("/attacks", Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Contains("The bell does not answer", await away.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", Stop)).StatusCode);
        using var open = Faces.Client(faces.Public);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Check(open, "x")).StatusCode);
    }

    [Fact]
    public async Task What_people_and_feeds_wrote_is_text_on_the_page()
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        var page = await client.GetStringAsync($"/attacks/{AttackSamples.Rows[2].Id}", Stop);
        Assert.DoesNotContain("<script", page.Replace($"<script type=\"module\" src=\"{Asset.Keys.Path}\"></script>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_receipt_of_a_findings_event_is_a_file_that_can_be_checked_elsewhere()
    {
        await using var faces = await Faces.Start();
        using var client = await faces.SignedIn();
        using var file = await client.GetAsync($"/attacks/{Id}/events/1/receipt", Stop);
        Assert.Equal("application/json", file.Content.Headers.ContentType!.MediaType);
        Assert.Contains("receipt/v1", await file.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/attacks/{Id}/events/9/receipt", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/attacks/none", Stop)).StatusCode);
    }

    [Fact]
    public async Task The_page_that_checks_a_code_says_yes_or_no_in_the_readers_language_and_nothing_else()
    {
        await using var faces = await Faces.Start();
        using var client = Faces.Client(faces.Public);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ar");
        var form = await client.GetAsync("/check", Stop);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", await form.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", form.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        async Task<string> Said(string code) => await (await Check(client, code)).Content.ReadAsStringAsync(Stop);
        var arabic = Watch.NoticeLanguage.For("ar");
        string Html(string sentence) => System.Text.Encodings.Web.HtmlEncoder.Default.Encode(arabic.Say(sentence));
        var (yes, no, later) = (await Said(AttackSamples.NoticeCode), await Said("ABCD-EFGH-JKMN-0000"), await Said("again"));
        Assert.NotEqual(yes, no);
        // The pages are one but for their one sentence.
        Assert.Equal(no, yes.Replace(Html("check.yes"), Html("check.no"), StringComparison.Ordinal));
        Assert.Equal(no, later.Replace(Html("check.later"), Html("check.no"), StringComparison.Ordinal));
        Assert.DoesNotContain("ABCD", yes, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Check(client, new string('x', 5000))).StatusCode);
        Assert.DoesNotContain(AttackSamples.NoticeCode, faces.Logged(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_tries_many_codes_is_told_to_wait()
    {
        await using var faces = await Faces.Start();
        using var client = Faces.Client(faces.Public);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 31; i++)
            answers.Add((await Check(client, "x")).StatusCode);
        Assert.All(answers.Take(30), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[30]);
    }

    private static Task<HttpResponseMessage> Check(HttpClient client, string code) => client.PostAsync("/check", new FormUrlEncodedContent([new("code", code)]), Stop);
}
