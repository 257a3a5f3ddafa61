using System.Globalization;
using Counterseal.Desk;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Counterseal.Web;

/// <summary>
/// Sign-in through the company's own provider (OpenID Connect, code flow with PKCE). It says who somebody is, and no more: the account must be there already and have been tied by its person, and
/// roles come from the record, unless <see cref="Grants"/> says otherwise.
/// </summary>
public sealed record CompanySignIn
{
    private const string Scheme = "company";
    private const string Purpose = "purpose";
    private const string Account = "account";
    private const string SessionId = "session";
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);

    /// <summary>What people call it, e.g. <c>Example Mail's sign-in</c>.</summary>
    public required string Name { get; init; }
    /// <summary>The provider's address; its metadata are read from <c>/.well-known/openid-configuration</c> below it. HTTPS, but on this machine.</summary>
    public required string Authority { get; init; }
    /// <summary>This desk's name there.</summary>
    public required string ClientId { get; init; }
    /// <summary>This desk's secret there.</summary>
    public required string ClientSecret { get; init; }
    /// <summary>The claim that <see cref="Grants"/> looks at; <c>null</c>: claims give nothing.</summary>
    public string? GrantClaim { get; init; }
    /// <summary>Values of that claim and the role that each adds for one session; never administrator.</summary>
    public IReadOnlyDictionary<string, Role> Grants { get; init; } = new SortedDictionary<string, Role>(StringComparer.Ordinal);

    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => $"{Name} at {Authority}";

    /// <summary>Registers the handler.</summary>
    internal void Add(IServiceCollection services, Accounts accounts, FaceGround ground) => services.AddAuthentication().AddOpenIdConnect(Scheme, oidc =>
    {
        oidc.Authority = Authority;
        oidc.ClientId = ClientId;
        oidc.ClientSecret = ClientSecret;
        oidc.RequireHttpsMetadata = !new Uri(Authority).IsLoopback;
        oidc.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        oidc.CallbackPath = "/sign-in/company/back";
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.Scope.Clear();
        oidc.Scope.Add("openid");
        oidc.MapInboundClaims = false;
        oidc.SaveTokens = false;
        oidc.GetClaimsFromUserInfoEndpoint = false;
        oidc.TimeProvider = ground.Time;
        foreach (var cookie in new[] { oidc.CorrelationCookie, oidc.NonceCookie })
        {
            // The provider sends the browser back from another site, where strict cookies stay behind.
            cookie.SameSite = SameSiteMode.Lax;
            cookie.HttpOnly = true;
            cookie.SecurePolicy = ground.CookieSecurity;
        }
        oidc.Events.OnRedirectToIdentityProvider = context =>
        {
            if (context.Properties.Items[Purpose] is "step-up" or "link")
            {
                context.ProtocolMessage.Prompt = OpenIdConnectPrompt.Login;
                context.ProtocolMessage.MaxAge = "0";
            }
            return Task.CompletedTask;
        };
        oidc.Events.OnTicketReceived = async context =>
        {
            context.HandleResponse();
            await Received(context, accounts, ground);
        };
        oidc.Events.OnRemoteFailure = async context =>
        {
            context.HandleResponse();
            await Refuse(context.HttpContext, accounts, ground, DeskPages.Reader(context.HttpContext).Say("signin.company.broken"));
        };
    });

    /// <summary>Maps the ways to it.</summary>
    internal static void Map(WebApplication app, DeskPages pages)
    {
        app.MapPost("/sign-in/company", async Task<IResult> (HttpContext http) => Ask("sign-in", DeskPages.Local((await http.Request.ReadFormAsync(http.RequestAborted))["to"]), null)).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/step-up/company", async Task<IResult> (HttpContext http) => Ask("step-up", DeskPages.Local((await http.Request.ReadFormAsync(http.RequestAborted))["to"]), Visitor.Needed(http))).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/account/company", IResult (HttpContext http) => Ask("link", "/account", Visitor.Needed(http)));
    }

    private static IResult Ask(string purpose, string to, Visitor? visitor) => Results.Challenge(new AuthenticationProperties(new Dictionary<string, string?>
    {
        [Purpose] = purpose,
        [Account] = visitor?.Person.Account,
        [SessionId] = visitor?.Session?.Id,
    })
    { RedirectUri = to }, [Scheme]);

    private async Task Received(TicketReceivedContext context, Accounts accounts, FaceGround ground)
    {
        var (http, claims, items) = (context.HttpContext, context.Principal!, context.Properties!.Items);
        var cancel = http.RequestAborted;
        var (issuer, subject) = (claims.FindFirst("iss")?.Value ?? "", claims.FindFirst("sub")?.Value ?? "");
        var shown = long.TryParse(claims.FindFirst("auth_time")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : (DateTimeOffset?)null;
        var just = shown is { } at && ground.Time.GetUtcNow() - at < Slack;
        var people = await accounts.Now(cancel);
        var known = people.All.Values.FirstOrDefault(person => person.Ended is null && person.Company == (issuer, subject));
        switch (items[Purpose])
        {
            case "sign-in" when known is not null:
                IReadOnlyList<Role> granted = GrantClaim is null ? [] : [.. claims.FindAll(GrantClaim).Select(claim => Grants.TryGetValue(claim.Value, out var role) ? (Role?)role : null).OfType<Role>().Distinct()];
                await StaffSession.Begin(http, accounts, known, "company", shown ?? DateTimeOffset.UnixEpoch, granted);
                await Onward(http, ground, context.ReturnUri is { Length: > 1 } to ? to : known.Has(Role.Administrator) ? "/accounts" : "/");
                return;
            case "step-up" when known is not null && known.Account == items[Account] && just && await StaffSession.Confirm(http, accounts, known, items[SessionId] ?? ""):
                await accounts.Views.Record(known.Account, known.Name, "step-up", null, "done");
                await Onward(http, ground, context.ReturnUri ?? "/");
                return;
            case "link" when just && people.Find(items[Account]) is { } person && subject.Length > 0:
                try
                {
                    _ = await accounts.Link(person, issuer, subject, cancel);
                }
                catch (DeskException no)
                {
                    await Refuse(http, accounts, ground, DeskPages.Sentence(no.Message), below: true);
                    return;
                }
                await Onward(http, ground, "/account");
                return;
            default:
                await Refuse(http, accounts, ground, DeskPages.Reader(http).Say(items[Purpose] == "sign-in" ? "signin.company.untied" : "signin.company.stale"));
                return;
        }
    }

    private static async Task Refuse(HttpContext http, Accounts accounts, FaceGround ground, string why, bool below = false)
    {
        await accounts.Views.Record("", "", "sign-in by company", null, "refused");
        var reader = DeskPages.Reader(http);
        await FacePage.Problem(ground.Frame(Face.Desk), 403, reader.Say("signin.company.no"), why, below ? null : reader.Say("signin.company.next"), below).ExecuteAsync(http);
    }

    /// <summary>Goes on from a page of our own: on the way from the provider the session's strict cookie would stay behind.</summary>
    private static async Task Onward(HttpContext http, FaceGround ground, string to)
    {
        http.Response.Headers["Refresh"] = $"0;url={to}";
        await FacePage.Problem(ground.Frame(Face.Desk), 200, DeskPages.Reader(http).Say("signin.done"), DeskPages.Reader(http).Say("signin.done.what"), null).ExecuteAsync(http);
    }
}
