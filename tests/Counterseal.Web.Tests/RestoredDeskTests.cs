using System.Net;
using Counterseal.Desk;

namespace Counterseal.Web.Tests;

/// <summary>A desk that was lost and is restored from its copy.</summary>
public sealed class RestoredDeskTests
{
    [Fact]
    public async Task People_and_officers_sign_in_at_it_with_the_passkeys_that_they_had_and_who_was_signed_in_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("cs-r-").FullName;
        try
        {
            await using var portal = await PortalStand.Up();
            var stand = portal.Stand;
            using var before = await stand.As("Rosa");
            using var copy = new MemoryStream();
            _ = await DeskCopy.Write(stand.Options.Database, copy, default);
            copy.Position = 0;
            var database = "sqlite:" + Path.Combine(folder, "desk.db");
            _ = await DeskCopy.Restore(database, copy, default);

            using var desk = await Desk.Desk.Open(stand.Options with { Database = database }, TimeProvider.System, default);
            await using var accounts = await Accounts.Of(database, desk.AccountRecord(), trial: false, SessionLimits.Usual, TimeProvider.System, default);
            using var officers = await Officers.Of(database, desk.AccountRecord(), trial: false, SessionLimits.Usual, TimeProvider.System, default);
            var ground = new FaceGround { Listen = new(IPAddress.Loopback, 0) };
            await using var pages = DeskFace.Build(FromDesk.DeskFace(desk, ground, stand.Log, accounts, null));
            await using var door = PortalFace.Build(FromDesk.PortalFace(desk, ground, officers, accounts));
            await pages.StartAsync();
            await door.StartAsync();
            foreach (var (at, key) in new[] { (new Uri($"http://localhost:{new Uri(pages.Urls.Single()).Port}/"), stand.Key("Rosa")), (new Uri($"http://localhost:{new Uri(door.Urls.Single()).Port}/"), portal.Key("Maeve Byrne")) })
            {
                using var window = Faces.Client(at);
                var page = await window.GetStringAsync("/sign-in");
                using var answer = await window.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("to", "/"), new("credential", key.Get(DeskStand.Ask(page), at))]));
                Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
                Assert.Equal(HttpStatusCode.OK, (await window.GetAsync("/account")).StatusCode);
            }
            // Of the session that began before nothing came over; the new one is the only one.
            Assert.Single(await accounts.SessionsOf((await accounts.Now(default)).Named("Rosa")!.Account, default));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }
}
