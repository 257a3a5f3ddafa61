using System.Net;
using System.Security.Cryptography;
using Counterseal.Desk;
using Microsoft.IdentityModel.Tokens;

namespace Counterseal.Web.Tests;

/// <summary>The customers' pages over the wire, without script.</summary>
public sealed class CustomerFaceTests : IAsyncLifetime
{
    private CustomerStand stand = null!;

    public async ValueTask InitializeAsync() => stand = await CustomerStand.Up();

    public ValueTask DisposeAsync() => stand.DisposeAsync();

    [Fact]
    public async Task A_customer_whom_the_product_sends_sees_its_own_notices_and_nobody_elses()
    {
        using var ada = await stand.As(CustomerStand.Ada);
        var page = WebUtility.HtmlDecode(await ada.GetStringAsync("/"));
        foreach (var said in new[] { "We gave a part of it", "Garda National Cyber Crime Bureau", "GDA-2026-118734", "Regulation (EU) 2023/1543, Art. 5", Samples.Digest, "7F3K-2M9Q-XTBC-4W8N", "entry 1,051", "https://demands.example.org/ledger/check" })
            Assert.Contains(said, page, StringComparison.Ordinal);
        using var eve = await stand.As("eve@example.test");
        var none = await eve.GetStringAsync("/");
        Assert.Contains("There is no notice for you", none, StringComparison.Ordinal);
        Assert.DoesNotContain("GDA-2026-118734", none, StringComparison.Ordinal);
        using var proof = await eve.GetAsync($"/notices/{CustomerStand.Given}/proof.json");
        Assert.Equal(HttpStatusCode.NotFound, proof.StatusCode);
        Assert.Contains("notice/v1", await ada.GetStringAsync($"/notices/{CustomerStand.Given}/proof.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_good_once_for_this_face_for_two_minutes_and_signed_by_the_product_alone()
    {
        using var window = Faces.Client(stand.Pages);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var once = stand.Token();
        using (var first = await CustomerStand.Enter(window, once))
            Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        stand.Clock.By = TimeSpan.FromMinutes(10);
        foreach (var (why, token) in new[]
        {
            ("used and over", once),
            ("of another key", stand.Token(by: stranger)),
            ("signed with the public key as a secret", stand.Token(algorithm: SecurityAlgorithms.HmacSha256)),
            ("for another face", stand.Token(audience: "https://elsewhere.example.org")),
            ("of another product", stand.Token(issuer: "other.example")),
            ("over", stand.Token(ago: TimeSpan.FromMinutes(3))),
            ("from the future", stand.Token(ago: TimeSpan.FromMinutes(-5))),
            ("for too long", stand.Token(holds: TimeSpan.FromMinutes(3))),
            ("from before the face began", stand.Token(ago: TimeSpan.FromMinutes(11), holds: TimeSpan.FromMinutes(12))),
            ("with a number that can be guessed", stand.Token(jti: "7")),
            ("with a name since no day", stand.Token(since: "yesterday")),
            ("cut off", stand.Token()[..^8]),
            ("unsigned", string.Join('.', "eyJhbGciOiJub25lIn0", stand.Token().Split('.')[1], "")),
            ("nothing", ""),
            ("too large", new string('a', HandOver.MostToken + 1)),
        })
        {
            using var fresh = Faces.Client(stand.Pages);
            using var answer = await CustomerStand.Enter(fresh, token);
            Assert.True(answer.StatusCode == (token.Length > HandOver.MostToken ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.Forbidden), $"a token that is {why}: {answer.StatusCode}");
            Assert.False(answer.Headers.Contains("Set-Cookie"), why);
        }
        var twice = stand.Token();
        using var good = await CustomerStand.Enter(window, twice);
        Assert.Equal(HttpStatusCode.SeeOther, good.StatusCode);
        using var again = await CustomerStand.Enter(window, twice);
        Assert.Equal(HttpStatusCode.Forbidden, again.StatusCode);
    }

    [Fact]
    public async Task A_session_ends_when_nobody_looks_after_two_hours_and_at_sign_out()
    {
        using var idle = await stand.As(CustomerStand.Ada);
        stand.Clock.By += TimeSpan.FromMinutes(19);
        Assert.Equal(HttpStatusCode.OK, (await idle.GetAsync("/")).StatusCode);
        stand.Clock.By += TimeSpan.FromMinutes(21);
        Assert.Equal(HttpStatusCode.Unauthorized, (await idle.GetAsync("/")).StatusCode);
        using var busy = await stand.As(CustomerStand.Ada);
        for (var i = 0; i < 11; i++)
        {
            stand.Clock.By += TimeSpan.FromMinutes(10);
            Assert.Equal(HttpStatusCode.OK, (await busy.GetAsync("/")).StatusCode);
        }
        stand.Clock.By += TimeSpan.FromMinutes(10);
        Assert.Equal(HttpStatusCode.Unauthorized, (await busy.GetAsync("/")).StatusCode);
        using var leaves = await stand.As(CustomerStand.Ada);
        using var left = await DeskStand.Post(leaves, "/", "/sign-out");
        Assert.Contains("You are signed out here.", await left.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await leaves.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Every_line_of_the_table_holds_signed_out_and_no_form_of_elsewhere_is_taken()
    {
        var rows = AccessTable.Rows.Where(row => row.Door == Door.Customer).ToList();
        var routes = AccessGuard.Routes(stand.App).ToList();
        Assert.All(routes, route => Assert.NotNull(AccessTable.Find(Door.Customer, route.Method, route.Pattern)));
        Assert.All(rows, row => Assert.Contains(routes, route => route.Method == row.Method && row.IsOf(route.Pattern)));
        using var nobody = Faces.Client(stand.Pages);
        using var ada = await stand.As(CustomerStand.Ada);
        var tried = 0;
        foreach (var row in rows.Where(row => row.Who != Who.Anyone))
        {
            var path = row.Pattern.Replace("{id}", CustomerStand.Redirected, StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new(row.Method), path);
            using var answer = await nobody.SendAsync(request);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{row.Method} {path}: {answer.StatusCode}");
            tried++;
            if (row.Method != "POST")
                continue;
            Assert.True(row.Form);
            foreach (var form in new[] { "", "guessed" })
            {
                using var foreign = await ada.PostAsync(new Uri(path, UriKind.Relative), new FormUrlEncodedContent([new("form", form), new("answer", "Answered"), new("says", "x")]));
                Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
            }
        }
        Assert.True(tried >= 6, $"only {tried} lines");
        Assert.Empty(stand.Said);
    }

    [Fact]
    public async Task An_organisation_puts_its_own_answer_on_the_record_and_only_to_what_was_sent_on_to_it()
    {
        using var ada = await stand.As(CustomerStand.Ada);
        using var kept = await DeskStand.Post(ada, "/", $"/notices/{CustomerStand.Redirected}/answer", ("answer", "NoData"), ("says", "The account was closed in 2024."));
        Assert.Equal(HttpStatusCode.SeeOther, kept.StatusCode);
        Assert.Equal([(CustomerStand.Redirected, CustomerAnswer.NoData, "The account was closed in 2024.")], stand.Said);
        using var foreign = await DeskStand.Post(ada, "/", $"/notices/{CustomerStand.Given}/answer", ("answer", "NoData"), ("says", "x"));
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        foreach (var (answer, says) in new[] { ("Answered", " "), ("17", "x"), ("Released", "x") })
        {
            using var wrong = await DeskStand.Post(ada, "/", $"/notices/{CustomerStand.Redirected}/answer", ("answer", answer), ("says", says));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
            Assert.Contains("Nothing was recorded", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Single(stand.Said);
    }

    [Fact]
    public async Task A_code_is_genuine_only_for_whom_its_notice_is_shown_to()
    {
        using var ada = await stand.As(CustomerStand.Ada);
        using var eve = await stand.As("eve@example.test");
        foreach (var (window, code, ours) in new[] { (ada, "7f3k 2m9q xtbc 4w8n", true), (ada, AttackSamples.NoticeCode, true), (ada, "7F3K-2M9Q-XTBC-4W8M", false), (ada, "", false), (eve, "7F3K-2M9Q-XTBC-4W8N", false) })
        {
            using var answer = await DeskStand.Post(window, "/check", "/check", ("code", code));
            Assert.Contains(ours ? "Yes: a notice" : "No: no notice", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Notices_of_attacks_stand_there_count_as_opened_and_are_missed_when_the_bell_is_away()
    {
        stand.Banners = [CustomerStand.Attack];
        using var ada = await stand.As(CustomerStand.Ada);
        Assert.Contains("We believe that attackers tried to get into your account", await ada.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal([CustomerStand.Attack.Notice], stand.Opened);
        stand.BellAway = true;
        var page = await ada.GetStringAsync("/");
        Assert.Contains("Notices of attacks cannot be shown now", page, StringComparison.Ordinal);
        Assert.Contains("GDA-2026-118734", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_answer_has_the_headers_that_it_must_and_no_script_at_all(bool https)
    {
        await using var face = https ? await CustomerStand.Up(origin: "https://notices.example.org") : await CustomerStand.Up();
        using var window = Faces.Client(face.Pages);
        if (https)
            window.DefaultRequestHeaders.Host = "localhost";
        using var enter = await CustomerStand.Enter(window, face.Token());
        var cookie = enter.Headers.GetValues("Set-Cookie").Single();
        Assert.Equal(https, cookie.StartsWith("__Host-counterseal-customer=", StringComparison.Ordinal) && cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        foreach (var path in new[] { "/", "/check", "/enter", "/reader", "/no-such-page" })
        {
            using var answer = await window.GetAsync(path);
            Assert.Equal("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal(https, answer.Headers.Contains("Strict-Transport-Security"));
            Assert.DoesNotContain("<script", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }
    }
}
