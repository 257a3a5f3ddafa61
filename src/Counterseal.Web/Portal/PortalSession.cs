using System.Security.Claims;
using Counterseal.Desk;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>The cookie of a session at the portal. It holds the session's name and nothing else; the session itself is a row behind the face.</summary>
internal static class PortalSession
{
    private const string Secret = "session";

    /// <summary>Registers it.</summary>
    public static void Add(IServiceCollection services, PortalFaceOptions options) =>
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = options.Ground.CookieName("counterseal-portal");
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = options.Ground.CookieSecurity;
            cookie.ExpireTimeSpan = options.Officers.Limits.Whole;
            cookie.SlidingExpiration = false;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "to";
            cookie.Events.OnValidatePrincipal = async context =>
            {
                if (context.Principal?.FindFirstValue(Secret) is { } secret && await options.Officers.OfSession(secret, context.HttpContext.RequestAborted) is { } session)
                    context.HttpContext.Items[typeof(OfficerSession)] = session;
                else
                    context.RejectPrincipal();
            };
        });

    /// <summary>Begins a session and sets its cookie.</summary>
    public static async Task Begin(HttpContext http, OfficerDoor officers, Officer officer)
    {
        // A session that was there before is not taken over: its name may be known to somebody else.
        if (Of(http) is { } old)
            await officers.End(old, http.RequestAborted);
        var secret = await officers.Begin(officer, http.RequestAborted);
        await http.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, officer.Id), new(Secret, secret)], CookieAuthenticationDefaults.AuthenticationScheme)));
        await officers.Record(officer, "portal sign-in", null, "done");
    }

    /// <summary>Ends the session.</summary>
    public static async Task End(HttpContext http, OfficerDoor officers)
    {
        if (Of(http) is { } session)
        {
            await officers.End(session, http.RequestAborted);
            await officers.Record(session.Officer, "portal sign-out", null, "done");
        }
        await http.SignOutAsync();
    }

    /// <summary>The session of a request; <c>null</c> when nobody is signed in.</summary>
    public static OfficerSession? Of(HttpContext http) => http.Items.TryGetValue(typeof(OfficerSession), out var one) ? (OfficerSession?)one : null;

    /// <summary>Who asks, on a route that lets only officers in.</summary>
    public static Officer Needed(HttpContext http) => Of(http)?.Officer ?? throw new InvalidOperationException("a route that needs an officer is open to anyone; see AccessTable");
}
