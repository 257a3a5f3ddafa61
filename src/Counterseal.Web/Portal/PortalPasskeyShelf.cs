using Counterseal.Desk;
using Microsoft.AspNetCore.Identity;

namespace Counterseal.Web;

/// <summary>Identity's store of users and passkeys, which asks through delegates. It changes passkeys only by <see cref="OfficerDoor.Keep"/>, and users not at all.</summary>
internal sealed class PortalPasskeyShelf(OfficerDoor officers) : IUserPasskeyStore<PortalUser>
{
    /// <summary>What is kept of a passkey.</summary>
    public static OfficerPasskey Kept(UserPasskeyInfo passkey) =>
        new(passkey.CredentialId, passkey.PublicKey, passkey.CreatedAt, passkey.SignCount, passkey.Transports ?? [], passkey.IsUserVerified, passkey.IsBackupEligible, passkey.IsBackedUp);

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PortalUser user, CancellationToken cancellationToken) => [.. (await officers.KeptOf(user.Id, cancellationToken)).Select(Info)];

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PortalUser user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await officers.KeptOf(user.Id, cancellationToken)).FirstOrDefault(one => one.Id.AsSpan().SequenceEqual(credentialId)) is { } kept ? Info(kept) : null;

    public async Task<PortalUser?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) => await officers.KeptFor(credentialId, cancellationToken) is { } id ? new(id) : null;

    public async Task<PortalUser?> FindByIdAsync(string userId, CancellationToken cancellationToken) => await officers.Find(userId, cancellationToken) is { } officer ? new(officer.Id) : null;

    public Task AddOrUpdatePasskeyAsync(PortalUser user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => officers.Keep(user.Id, Kept(passkey), cancellationToken);

    public Task<string> GetUserIdAsync(PortalUser user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(PortalUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Id);

    public Task<string?> GetNormalizedUserNameAsync(PortalUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Id);

    public Task<PortalUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => Task.FromResult<PortalUser?>(null);

    public Task RemovePasskeyAsync(PortalUser user, byte[] credentialId, CancellationToken cancellationToken) => throw Not();

    public Task SetUserNameAsync(PortalUser user, string? userName, CancellationToken cancellationToken) => throw Not();

    public Task SetNormalizedUserNameAsync(PortalUser user, string? normalizedName, CancellationToken cancellationToken) => throw Not();

    public Task<IdentityResult> CreateAsync(PortalUser user, CancellationToken cancellationToken) => throw Not();

    public Task<IdentityResult> UpdateAsync(PortalUser user, CancellationToken cancellationToken) => throw Not();

    public Task<IdentityResult> DeleteAsync(PortalUser user, CancellationToken cancellationToken) => throw Not();

    public void Dispose()
    {
    }

    private static UserPasskeyInfo Info(OfficerPasskey kept) => new(kept.Id, kept.Key, kept.Made, kept.Count, [.. kept.Transports], kept.Verified, kept.MayMove, kept.Moved, [], []);

    private static NotSupportedException Not() => new("officers are changed by events of the desk's record, and by nothing here");
}
