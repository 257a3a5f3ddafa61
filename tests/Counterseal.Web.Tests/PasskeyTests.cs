using System.Net;
using Counterseal.Desk;

namespace Counterseal.Web.Tests;

/// <summary>What the desk makes of an authenticator's answers.</summary>
public sealed class PasskeyTests
{
    [Fact]
    public async Task An_answer_counts_once_on_the_page_that_asked_from_its_own_origin_with_the_person_verified()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var key = stand.Key("Rosa");
        foreach (var bend in new Action<SoftKey>[] { k => k.Flags = 0x01, k => k.Flags = 0x04, k => k.Origin = "https://desk.example.evil" })
        {
            bend(key);
            using var window = Faces.Client(stand.Pages);
            using var refused = await stand.SignIn(window, key);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            (key.Flags, key.Origin) = (0x05, null);
        }
        using var own = Faces.Client(stand.Pages);
        var page = await own.GetStringAsync("/sign-in");
        var answer = key.Get(DeskStand.Ask(page), stand.Pages);
        // Somebody else's browser, which was not asked, has another challenge.
        using var thief = Faces.Client(stand.Pages);
        var other = await thief.GetStringAsync("/sign-in");
        using var stolen = await thief.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", Faces.Value(other, "form")), new("credential", answer)]));
        Assert.Equal(HttpStatusCode.Forbidden, stolen.StatusCode);
        using var first = await own.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("credential", answer)]));
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        using var again = await DeskStand.Post(own, "/account", "/step-up", ("credential", answer));
        Assert.Equal(HttpStatusCode.Forbidden, again.StatusCode);
        foreach (var rubbish in new[] { "{", "[]", "null", "{\"id\":7}", new string('x', 13_000) })
        {
            using var window = Faces.Client(stand.Pages);
            using var refused = await DeskStand.Post(window, "/sign-in", "/sign-in", ("credential", rubbish));
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
    }

    [Fact]
    public async Task What_was_signed_out_is_over_wherever_its_cookie_went()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var cookies = new CookieContainer();
        using var window = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = stand.Pages };
        (await stand.SignIn(window, stand.Key("Rosa"))).Dispose();
        using var thief = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = stand.Pages };
        thief.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(stand.Pages));
        using (var works = await thief.GetAsync("/"))
            Assert.Equal(HttpStatusCode.OK, works.StatusCode);
        (await DeskStand.Post(window, "/account", "/sign-out")).Dispose();
        using (var over = await thief.GetAsync("/"))
            Assert.Equal(HttpStatusCode.Redirect, over.StatusCode);
        // The same for a role that was taken away: it is gone with the next request.
        using var rolf = await stand.As("Rolf");
        await stand.Accounts.ChangeRoles("Ada", (await stand.Person("Rolf")).Account, [Role.Administrator], "promoted", default);
        using (var lost = await rolf.GetAsync("/"))
            Assert.Equal(HttpStatusCode.Forbidden, lost.StatusCode);
        await stand.Accounts.End("Ada", (await stand.Person("Rolf")).Account, "left", default);
        using var ended = await rolf.GetAsync("/account");
        Assert.Equal(HttpStatusCode.Redirect, ended.StatusCode);
    }

    [Fact]
    public async Task Wrong_one_time_codes_are_limited_and_passkeys_go_on_working()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var code = await stand.Accounts.Invite("Ada", "Nina", [Role.Intake], default);
        using var window = Faces.Client(stand.Pages);
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await DeskStand.Post(window, "/enrol", "/enrol", ("code", StaffSecret.NewCode()));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        }
        using var limited = await DeskStand.Post(window, "/enrol", "/enrol", ("code", code));
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        (await stand.As("Rosa")).Dispose();
    }

    [Fact]
    public async Task A_passkey_put_into_the_table_by_hand_opens_nothing()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        await using (var db = stand.Accounts.Open())
        {
            // Whoever writes the database gives Abel's passkey to Cora's account.
            var (abel, cora) = ((await stand.Person("Abel")).Account, (await stand.Person("Cora")).Account);
            await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlAsync(db.Database, $"UPDATE passkeys SET UserId = {cora} WHERE UserId = {abel}");
        }
        using var window = Faces.Client(stand.Pages);
        using var refused = await stand.SignIn(window, stand.Key("Abel"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_token_is_its_person_whatever_the_command_says_and_every_look_is_recorded()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        (await stand.As("Rosa")).Dispose();
        using var command = await stand.Command("Rosa");
        using var other = await command.PostAsync($"/api/demands/{demand}/authenticate", System.Net.Http.Json.JsonContent.Create(new { by = "Cora", reason = "called", evidence = "directory" }));
        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
        Assert.Contains("nothing is recorded under another name", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var own = await command.PostAsync($"/api/demands/{demand}/authenticate", System.Net.Http.Json.JsonContent.Create(new { reason = "called", evidence = "directory" }));
        Assert.True(own.IsSuccessStatusCode, await own.Content.ReadAsStringAsync());
        Assert.Equal("Rosa", (await stand.Desk.Show(demand, default)).Events.Last(one => one.Event.Type == "authenticated").Event.By);
        (await command.GetAsync($"/api/demands/{demand}")).Dispose();
        (await command.GetAsync("/api/demands/7F3K2M9QXTBC4W8NDV5HJ0RSAG")).Dispose();
        var views = await stand.Accounts.Views.Latest(null, (await stand.Person("Rosa")).Account, null, 10, default);
        Assert.Contains(views, view => view.Demand == demand && view is { What: "GET /api/demands/{id}", Outcome: "shown", Person: "Rosa" });
        Assert.Contains(views, view => view is { Demand: "7F3K2M9QXTBC4W8NDV5HJ0RSAG", Outcome: "none" });
        command.DefaultRequestHeaders.Authorization = new("Bearer", StaffSecret.NewToken());
        using var nobody = await command.GetAsync("/api/demands");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task An_auditor_takes_a_sealed_file_along_that_only_its_key_opens()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        await stand.Received();
        using var key = Custody.AgeIdentity.Generate();
        using var window = await stand.As("Abel");
        using var wrong = await DeskStand.Post(window, "/views", "/audit", ("recipient", "age1nonsense"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var taken = await DeskStand.Post(window, "/views", "/audit", ("recipient", key.Recipient.Text));
        Assert.Equal("attachment", taken.Content.Headers.ContentDisposition!.DispositionType);
        await using var plain = Custody.Age.Decrypt(await taken.Content.ReadAsStreamAsync(), [key]);
        var found = await AuditFile.Verify(plain, stand.Log, default);
        Assert.Equal(("Abel", 1), (found.By, found.Demands));
    }
}
