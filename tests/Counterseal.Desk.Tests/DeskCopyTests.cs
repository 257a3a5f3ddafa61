using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk.Tests;

/// <summary>The desk's copy, from either database into either.</summary>
public sealed class DeskCopyTests(Postgres postgres)
{
    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    public async Task Passkeys_of_people_and_officers_and_the_record_of_views_are_in_it_and_sessions_are_not(string from, string to)
    {
        await using var stand = await Stand.Up(from, postgres);
        await using var accounts = await AccountTests.Open(stand);
        using var officers = await Officers.Of(stand.Options.Database, stand.Desk.AccountRecord(), trial: false, SessionLimits.Usual, stand.Clock, default);
        var passkey = new OfficerPasskey([1, 2, 3], [4, 5], Given.Start, 7, ["internal"], true, false, false);
        await officers.Keep("o-1", passkey, default);
        await using (var db = accounts.Open())
        {
            db.Users.Add(new Account { Id = "a-1", UserName = "Rosa", NormalizedUserName = "ROSA" });
            db.Set<IdentityUserPasskey<string>>().Add(new() { UserId = "a-1", CredentialId = [9, 8, 7], Data = new() { PublicKey = [6, 5], Name = "passkey", CreatedAt = Given.Start, SignCount = 3, Transports = ["usb"], IsUserVerified = true, AttestationObject = [1], ClientDataJson = [2] } });
            db.Sessions.Add(new SessionRow { Id = "s-1", Account = "a-1", Way = "passkey", Began = Given.Start, Seen = Given.Start, Confirmed = Given.Start });
            await db.SaveChangesAsync();
        }
        for (var i = 0; i < 5; i++)
            await accounts.Views.Record("a-1", "Rosa", "GET /demands/{id}", "d", "shown");
        var head = await accounts.Views.Head(default);

        var folder = Directory.CreateTempSubdirectory("cs-c-").FullName;
        try
        {
            var database = to == "postgres" ? await postgres.NewDatabase() : "sqlite:" + Path.Combine(folder, "desk.db");
            using var copy = new MemoryStream();
            var written = await DeskCopy.Write(stand.Options.Database, copy, default);
            copy.Position = 0;
            Assert.Equal(written, await DeskCopy.Restore(database, copy, default));

            await using var restored = AccountDatabase.Opener(database)();
            Assert.Equal("Rosa", (await restored.Users.SingleAsync(one => one.Id == "a-1")).UserName);
            var kept = await restored.Set<IdentityUserPasskey<string>>().SingleAsync();
            Assert.Equal((byte[])[9, 8, 7], kept.CredentialId);
            Assert.Equal((byte[])[6, 5], kept.Data.PublicKey);
            Assert.Equal((3u, Given.Start), (kept.Data.SignCount, kept.Data.CreatedAt));
            Assert.Equal("o-1", (await restored.OfficerPasskeys.SingleAsync()).Officer);
            Assert.False(await restored.Sessions.AnyAsync());
            // The chain of views goes on where it stood, and holds.
            using var desk = await Desk.Open(stand.Options with { Database = database }, stand.Clock, default);
            await using var again = await Accounts.Of(database, desk.AccountRecord(), trial: false, SessionLimits.Usual, stand.Clock, default);
            Assert.Equal(head, await again.Views.Head(default));
            await again.Views.Record("a-1", "Rosa", "GET /", null, "shown");
            Assert.Null(await again.Views.Check(new Dictionary<long, string> { [head.Last] = head.Chain }, default));
            await Assert.ThrowsAsync<InvalidDataException>(() => DeskCopy.Restore(database, new MemoryStream(copy.ToArray()), default));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }
}
