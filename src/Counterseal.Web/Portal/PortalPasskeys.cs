using Counterseal.Desk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>An account as ASP.NET Core Identity wants it.</summary>
/// <param name="Id">The officer's account.</param>
internal sealed record PortalUser(string Id);

/// <summary>Officers' passkeys by ASP.NET Core Identity, over delegates instead of a database. It judges what an authenticator says; whose passkey counts is for the record (<see cref="OfficerRoll"/>) to say.</summary>
internal static class PortalPasskeys
{
    /// <summary>Registers Identity.</summary>
    public static void Add(IServiceCollection services, PortalFaceOptions options)
    {
        services.AddSingleton<IUserStore<PortalUser>>(new PortalPasskeyShelf(options.Officers));
        services.AddIdentityCore<PortalUser>(identity => identity.User.AllowedUserNameCharacters = "").AddSignInManager();
        PasskeyGround.Add<PortalUser>(services, options.Ground, "counterseal-portal-challenge");
    }

    /// <summary>What an authenticator is asked to make, as JSON for the page.</summary>
    public static Task<string> AskToMake(HttpContext http, string officer, string name) => Manager(http).MakePasskeyCreationOptionsAsync(new() { Id = officer, Name = name, DisplayName = name });

    /// <summary>What an authenticator is asked to answer, as JSON for the page.</summary>
    public static Task<string> AskToAnswer(HttpContext http) => Manager(http).MakePasskeyRequestOptionsAsync(null);

    /// <summary>Takes a new passkey: into its table, where it opens nothing yet.</summary>
    /// <returns>Its digest for the record, or the sentence that says why not.</returns>
    public static async Task<(string? Digest, string? No)> Make(HttpContext http, OfficerDoor officers, string answer, string officer)
    {
        if (answer.Length is 0 or > PasskeyGround.LargestAnswer)
            return (null, "portal.passkey.silent");
        PasskeyAttestationResult made;
        try
        {
            made = await Manager(http).PerformPasskeyAttestationAsync(answer);
        }
        catch (InvalidOperationException)
        {
            return (null, "portal.passkey.old");
        }
        if (!made.Succeeded || made.UserEntity.Id != officer)
            return (null, "portal.passkey.other");
        var passkey = PortalPasskeyShelf.Kept(made.Passkey);
        await officers.Keep(officer, passkey, http.RequestAborted);
        return (passkey.Digest, null);
    }

    /// <summary>Who answered with a passkey that the record knows; <c>null</c> when nobody, for whatever reason.</summary>
    public static async Task<Officer?> Answered(HttpContext http, OfficerDoor officers, string answer)
    {
        if (answer.Length is 0 or > PasskeyGround.LargestAnswer)
            return null;
        PasskeyAssertionResult<PortalUser> said;
        try
        {
            said = await Manager(http).PerformPasskeyAssertionAsync(answer);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
        if (!said.Succeeded || PortalPasskeyShelf.Kept(said.Passkey) is var passkey && await officers.Find(said.User.Id, http.RequestAborted) is not { } officer || !officer.Passkeys.Contains(passkey.Digest))
            return null;
        await officers.Keep(officer.Id, passkey, http.RequestAborted);
        return officer;
    }

    private static SignInManager<PortalUser> Manager(HttpContext http) => http.RequestServices.GetRequiredService<SignInManager<PortalUser>>();
}
