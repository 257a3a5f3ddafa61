using Counterseal.Desk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>Passkeys by ASP.NET Core Identity. It judges what an authenticator says; whose passkey counts is for the record (<see cref="People"/>) to say.</summary>
internal static class Passkeys
{
    /// <summary>Registers Identity over the tables of accounts.</summary>
    /// <param name="services">The face's services.</param>
    /// <param name="accounts">The people.</param>
    /// <param name="ground">Where the face is.</param>
    public static void Add(IServiceCollection services, Accounts accounts, FaceGround ground)
    {
        services.AddScoped(_ => accounts.Open());
        services.AddScoped<IUserStore<Account>>(given => new UserOnlyStore<Account, AccountDatabase, string>(given.GetRequiredService<AccountDatabase>()));
        services.AddIdentityCore<Account>(identity =>
        {
            identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            // Names are judged by the record's own rule.
            identity.User.AllowedUserNameCharacters = "";
        }).AddSignInManager();
        PasskeyGround.Add<Account>(services, ground, "counterseal-desk-challenge");
    }

    /// <summary>What an authenticator is asked to make, as JSON for the page.</summary>
    public static Task<string> AskToMake(HttpContext http, string account, string name) =>
        Manager(http).MakePasskeyCreationOptionsAsync(new() { Id = account, Name = name, DisplayName = name });

    /// <summary>What an authenticator is asked to answer, as JSON for the page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Whose passkey; <c>null</c>: whoever has one.</param>
    public static async Task<string> AskToAnswer(HttpContext http, string? account) =>
        await Manager(http).MakePasskeyRequestOptionsAsync(account is null ? null : await Manager(http).UserManager.FindByIdAsync(account));

    /// <summary>Takes a new passkey: into its table, where it opens nothing yet.</summary>
    /// <param name="http">The request.</param>
    /// <param name="answer">What the authenticator said, as the page's script sent it.</param>
    /// <param name="account">For which account it was asked.</param>
    /// <param name="name">The person's name.</param>
    /// <returns>Its digest for the record, or why not, in the reader's language.</returns>
    public static async Task<(string? Digest, string? No)> Make(HttpContext http, string answer, string account, string name)
    {
        if (answer.Length is 0 or > PasskeyGround.LargestAnswer)
            return (null, Say("passkey.no.answer"));
        var manager = Manager(http);
        PasskeyAttestationResult made;
        try
        {
            made = await manager.PerformPasskeyAttestationAsync(answer);
        }
        catch (InvalidOperationException)
        {
            return (null, Say("passkey.no.old"));
        }
        if (!made.Succeeded || made.UserEntity.Id != account)
            return (null, Say("passkey.no.other"));
        var user = await manager.UserManager.FindByIdAsync(account);
        if (user is null)
        {
            // A registration that was broken off leaves a row that opens nothing; the name is free by the record, and so it is here.
            var db = http.RequestServices.GetRequiredService<AccountDatabase>();
            var normal = manager.UserManager.NormalizeName(name);
            await db.Users.Where(other => other.NormalizedUserName == normal).ExecuteDeleteAsync(http.RequestAborted);
            user = new Account { Id = account, UserName = name };
            if (await manager.UserManager.CreateAsync(user) is { Succeeded: false } no)
                return (null, string.Join(" ", no.Errors.Select(error => error.Description)));
        }
        made.Passkey.Name = "passkey";
        return await manager.UserManager.AddOrUpdatePasskeyAsync(user, made.Passkey) is { Succeeded: true }
            ? (People.PasskeyDigest(made.Passkey.CredentialId, made.Passkey.PublicKey), null)
            : (null, Say("passkey.no.kept"));

        string Say(string name) => DeskPages.Reader(http).Say(name);
    }

    /// <summary>Who answered with a passkey that the record knows.</summary>
    /// <param name="http">The request.</param>
    /// <param name="accounts">The people.</param>
    /// <param name="answer">What the authenticator said, as the page's script sent it.</param>
    /// <returns>The person; <c>null</c> when nobody, for whatever reason.</returns>
    public static async Task<Person?> Answered(HttpContext http, Accounts accounts, string answer)
    {
        if (answer.Length is 0 or > PasskeyGround.LargestAnswer)
            return null;
        var manager = Manager(http);
        PasskeyAssertionResult<Account> said;
        try
        {
            said = await manager.PerformPasskeyAssertionAsync(answer);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
        if (!said.Succeeded || (await accounts.Now(http.RequestAborted)).Find(said.User.Id) is not { } person || !person.Passkeys.Contains(People.PasskeyDigest(said.Passkey.CredentialId, said.Passkey.PublicKey)))
            return null;
        _ = await manager.UserManager.AddOrUpdatePasskeyAsync(said.User, said.Passkey);
        return person;
    }

    /// <summary>Passkeys of a person that the record knows: digest, since when.</summary>
    public static async Task<IReadOnlyList<(string Digest, DateTimeOffset Since)>> Of(HttpContext http, Person person) =>
        await Manager(http).UserManager.FindByIdAsync(person.Account) is not { } user ? []
            : [.. (await Manager(http).UserManager.GetPasskeysAsync(user)).Select(one => (Digest: People.PasskeyDigest(one.CredentialId, one.PublicKey), one.CreatedAt)).Where(one => person.Passkeys.Contains(one.Digest)).OrderBy(one => one.CreatedAt)];

    private static SignInManager<Account> Manager(HttpContext http) => http.RequestServices.GetRequiredService<SignInManager<Account>>();
}
