using System.Security.Claims;
using Counterseal.Desk;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>The cookie of a session at the staff's pages. It holds the session's name and nothing else; the session itself is the desk's.</summary>
internal static class StaffSession
{
    private const string Secret = "session";

    /// <summary>Registers it.</summary>
    public static void Add(IServiceCollection services, Accounts accounts, FaceGround ground) =>
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = ground.CookieName("counterseal-desk");
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = ground.CookieSecurity;
            cookie.ExpireTimeSpan = accounts.Limits.Whole;
            cookie.SlidingExpiration = false;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "to";
            cookie.Events.OnValidatePrincipal = async context =>
            {
                if (context.Principal?.FindFirstValue(Secret) is { } secret && await accounts.OfSession(secret, context.HttpContext.RequestAborted) is { } session)
                    context.HttpContext.Items[typeof(Session)] = session;
                else
                    context.RejectPrincipal();
            };
        });

    /// <summary>Begins a session and sets its cookie.</summary>
    public static async Task Begin(HttpContext http, Accounts accounts, Person person, string way, DateTimeOffset? confirmed = null, IReadOnlyList<Role>? granted = null)
    {
        // A session that was there before is not taken over: its name may be known to somebody else.
        if (Of(http) is { } old)
            await accounts.End(old, http.RequestAborted);
        await Keep(http, person, await accounts.Begin(person, way, confirmed, granted ?? [], http.RequestAborted));
        await accounts.Views.Record(person.Account, person.Name, $"sign-in by {way}", null, "done");
    }

    /// <summary>The person has just shown that it is them: the session goes on under another name.</summary>
    /// <param name="http">The request.</param>
    /// <param name="accounts">The people.</param>
    /// <param name="person">Who.</param>
    /// <param name="session">The session's id.</param>
    /// <returns>Whether the session still stood.</returns>
    public static async Task<bool> Confirm(HttpContext http, Accounts accounts, Person person, string session)
    {
        if (await accounts.Confirm(session, http.RequestAborted) is not { } secret)
            return false;
        await Keep(http, person, secret);
        return true;
    }

    private static Task Keep(HttpContext http, Person person, string secret) => http.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
        [new(ClaimTypes.NameIdentifier, person.Account), new(ClaimTypes.Name, person.Name), new(Secret, secret)], CookieAuthenticationDefaults.AuthenticationScheme)));

    /// <summary>Ends the session.</summary>
    public static async Task End(HttpContext http, Accounts accounts)
    {
        if (Of(http) is { } session)
        {
            await accounts.End(session, http.RequestAborted);
            await accounts.Views.Record(session.Person.Account, session.Person.Name, "sign-out", null, "done");
        }
        await http.SignOutAsync();
    }

    /// <summary>The session of a request.</summary>
    public static Session? Of(HttpContext http) => http.Items.TryGetValue(typeof(Session), out var one) ? (Session?)one : null;

    /// <summary>Who asks.</summary>
    public static async Task<Visitor?> Who(HttpContext http, Accounts accounts, TimeProvider time) => Of(http) is { } session
        ? new(session.Person, session, (await accounts.Now(http.RequestAborted)).SightOf(session.Person.Account), time.GetUtcNow() <= session.FreshUntil)
        : null;
}
