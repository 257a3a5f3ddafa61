using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Counterseal.Web;

/// <summary>What holds of passkeys on every face that asks for them: the face's own name and origin and no other, a verified person, and a challenge of five minutes (Web Authentication, Level 3).</summary>
internal static class PasskeyGround
{
    /// <summary>Characters of an authenticator's answer, at most.</summary>
    public const int LargestAnswer = 12_000;

    /// <summary>Registers it, behind the face's own store of users.</summary>
    /// <param name="services">The face's services.</param>
    /// <param name="ground">Where the face is.</param>
    /// <param name="cookie">The name of the challenge's cookie.</param>
    public static void Add<TUser>(IServiceCollection services, FaceGround ground, string cookie) where TUser : class
    {
        var origin = ground.Origin;
        services.TryAddScoped<IPasskeyHandler<TUser>, PasskeyHandler<TUser>>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            passkeys.ServerDomain = origin is null ? null : new Uri(origin).Host;
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "required";
            passkeys.AuthenticatorTimeout = TimeSpan.FromMinutes(2);
            passkeys.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin
                && context.Origin == (origin ?? $"{context.HttpContext.Request.Scheme}://{context.HttpContext.Request.Host}"));
        });
        // Where Identity keeps the challenge between asking and answering.
        services.AddAuthentication().AddCookie(IdentityConstants.TwoFactorUserIdScheme, kept =>
        {
            kept.Cookie.Name = ground.CookieName(cookie);
            kept.Cookie.HttpOnly = true;
            kept.Cookie.SameSite = SameSiteMode.Strict;
            kept.Cookie.SecurePolicy = ground.CookieSecurity;
            kept.ExpireTimeSpan = TimeSpan.FromMinutes(5);
        });
    }
}
