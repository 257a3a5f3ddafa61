using System.Net;
using Counterseal.Desk;

namespace Counterseal.Web.Tests;

/// <summary>The company's own sign-in against a real OpenIddict server.</summary>
public sealed class CompanySignInTests
{
    [Fact]
    public async Task Whoever_tied_an_account_signs_in_and_nobody_else_does_whatever_the_provider_says()
    {
        await using var provider = await Provider.Up();
        await using var stand = await Up(provider);
        using (var stranger = Faces.Client(stand.Pages))
        {
            using var refused = await Through(stranger, "/sign-in", "/sign-in/company");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("no account here is tied to it", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var still = await stranger.GetAsync("/");
            Assert.Equal(HttpStatusCode.Redirect, still.StatusCode);
        }
        await Tie(stand, "Rosa");
        Assert.Equal("subject-1", (await stand.Person("Rosa")).Company!.Value.Subject);
        provider.Since = TimeProvider.System.GetUtcNow().AddHours(-3);
        using var window = Faces.Client(stand.Pages);
        using var answer = await Through(window, "/sign-in", "/sign-in/company");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("0;url=/", answer.Headers.GetValues("Refresh").Single());
        Assert.Contains("reviewer", await window.GetStringAsync("/account"), StringComparison.Ordinal);
        Assert.Contains("code_challenge_method=S256", provider.Asked[^1], StringComparison.Ordinal);
        // Another person there is nobody here, though the browser had the first one's cookies.
        provider.Subject = "subject-2";
        using var other = Faces.Client(stand.Pages);
        using var no = await Through(other, "/sign-in", "/sign-in/company");
        Assert.Equal(HttpStatusCode.Forbidden, no.StatusCode);
    }

    [Fact]
    public async Task Step_up_asks_for_a_new_sign_in_and_a_provider_that_gives_an_old_one_is_found_out()
    {
        await using var provider = await Provider.Up();
        await using var stand = await Up(provider);
        await Tie(stand, "Cora");
        provider.Since = TimeProvider.System.GetUtcNow().AddHours(-3);
        using var window = Faces.Client(stand.Pages);
        (await Through(window, "/sign-in", "/sign-in/company")).Dispose();
        // A sign-in of hours ago is a sign-in, and not fresh.
        using (var stale = await DeskStand.Post(window, "/account", "/compartments", ("compartment", "secret")))
            Assert.Equal(HttpStatusCode.Forbidden, stale.StatusCode);
        provider.Obeys = false;
        using (var refused = await Through(window, "/step-up", "/step-up/company"))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using (var stale = await DeskStand.Post(window, "/account", "/compartments", ("compartment", "secret")))
            Assert.Equal(HttpStatusCode.Forbidden, stale.StatusCode);
        provider.Obeys = true;
        using (var shown = await Through(window, "/step-up", "/step-up/company"))
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Contains("prompt=login", provider.Asked[^1], StringComparison.Ordinal);
        Assert.Contains("max_age=0", provider.Asked[^1], StringComparison.Ordinal);
        using var done = await DeskStand.Post(window, "/account", "/compartments", ("compartment", "secret"));
        Assert.Equal(HttpStatusCode.SeeOther, done.StatusCode);
    }

    [Fact]
    public async Task Claims_give_roles_only_where_it_is_configured_for_one_session_and_never_administrator()
    {
        foreach (var configured in new[] { false, true })
        {
            await using var provider = await Provider.Up();
            await using var stand = await Up(provider, configured);
            await Tie(stand, "Ines");
            provider.Groups = ["legal", "admins"];
            using var window = Faces.Client(stand.Pages);
            using var answer = await Through(window, "/sign-in", "/sign-in/company");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = await window.GetStringAsync("/account");
            Assert.Equal(configured, page.Contains("intake, counsel", StringComparison.Ordinal));
            Assert.DoesNotContain("administrator", page, StringComparison.Ordinal);
            Assert.Equal([Role.Intake], (await stand.Person("Ines")).Roles);
        }
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_signs_nobody_in()
    {
        await using var provider = await Provider.Up();
        await using var stand = await Up(provider);
        await Tie(stand, "Rosa");
        using var attacker = Faces.Client(stand.Pages);
        var callback = await Callback(attacker, "/sign-in", "/sign-in/company");
        // The victim's browser is sent to the attacker's answer: it has no correlation for it.
        using var victim = Faces.Client(stand.Pages);
        using var answer = await victim.GetAsync(callback);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var still = await victim.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, still.StatusCode);
    }

    private static async Task<DeskStand> Up(Provider provider, bool grants = false)
    {
        var stand = await DeskStand.Up(company: new()
        {
            Name = "Example Mail's sign-in",
            Authority = provider.Authority,
            ClientId = Provider.ClientId,
            ClientSecret = Provider.ClientSecret,
            GrantClaim = grants ? "groups" : null,
            Grants = new Dictionary<string, Role> { ["legal"] = Role.Counsel, ["admins"] = Role.Administrator },
        });
        await provider.Know(stand.Pages);
        await stand.Populate();
        return stand;
    }

    private static async Task Tie(DeskStand stand, string name)
    {
        using var window = await stand.As(name);
        using var answer = await Through(window, "/account", "/account/company");
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<HttpResponseMessage> Through(HttpClient window, string from, string path) => await window.GetAsync(await Callback(window, from, path));

    /// <summary>The address to which the provider sends the browser back.</summary>
    private static async Task<Uri> Callback(HttpClient window, string from, string path)
    {
        using var asked = await DeskStand.Post(window, from, path, ("to", "/"));
        Assert.True(asked.StatusCode == HttpStatusCode.Redirect, await asked.Content.ReadAsStringAsync());
        using var there = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var back = await there.GetAsync(asked.Headers.Location);
        Assert.True(back.StatusCode == HttpStatusCode.Redirect, await back.Content.ReadAsStringAsync());
        return back.Headers.Location!;
    }
}
