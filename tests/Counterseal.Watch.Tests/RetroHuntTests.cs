using System.Net;
using Counterseal.Desk.Tests;

namespace Counterseal.Watch.Tests;

public class RetroHuntTests(Postgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Observable Sought(ObservableKind kind, string value, string scope = "")
    {
        Assert.True(Observable.TryRead(kind, scope, value, out var observable, out var problem), problem);
        return observable!;
    }

    private static WatchEvent Event(string id, string? ip = null, string? domain = null, string? url = null, string? mail = null, FileHash? hash = null, string account = "ada@example.org") =>
        new(id, Stand.Start, "example", account, EventKind.SignIn, EventOutcome.Failed)
        {
            SourceIp = ip is null ? null : IPAddress.Parse(ip),
            Domain = domain,
            Url = url,
            MailAddress = mail,
            Hashes = hash is { } h ? [h] : [],
            UserAgent = "it's \"x\"",
            Place = new("log", 7, 9),
        };

    [Fact]
    public void Kept_events_that_a_new_indicator_may_fit_are_found_and_come_back_as_they_were()
    {
        var folder = Directory.CreateTempSubdirectory("cs-kept-").FullName;
        try
        {
            var kept = new KeptEvents(folder);
            Assert.Empty(kept.Hunt([Sought(ObservableKind.Domain, "evil.example")], default));
            var sha = new string('a', 64);
            WatchEvent[] events =
            [
                Event("ip4", ip: "198.51.100.77"), Event("ip6", ip: "2001:db8:7::1"), Event("mapped", ip: "::ffff:198.51.100.78"), Event("name", domain: "a.b.evil.example"), Event("near", domain: "notevil.example"),
                Event("url", url: "https://u@www.Evil.example:8443/x?y"), Event("mail", mail: "who@evil.example"), Event("hash", hash: new("SHA-256", sha)), Event("quiet", ip: "192.0.2.1", domain: "good.example"),
            ];
            kept.Keep("2026-11-24-1", events);
            kept.Keep("2026-11-24-2", Enumerable.Range(0, 3000).Select(i => Event($"many-{i}", ip: "192.0.2.2")));
            string[] Found(params Observable[] sought) => [.. kept.Hunt(sought, default).SelectMany(batch => batch).Select(e => e.Id).Order(StringComparer.Ordinal)];
            Assert.Equal(["mail", "name", "url"], Found(Sought(ObservableKind.Domain, "evil.example")));
            Assert.Equal(["ip4", "mapped"], Found(Sought(ObservableKind.Address, "198.51.100.64/26")));
            Assert.Equal(["ip6"], Found(Sought(ObservableKind.Address, "2001:db8:7::/48")));
            Assert.Equal(["ip4"], Found(Sought(ObservableKind.Address, "198.51.100.77")));
            Assert.Equal(["hash"], Found(Sought(ObservableKind.Hash, sha.ToUpperInvariant(), "SHA-256")));
            Assert.Equal(["mail"], Found(Sought(ObservableKind.Mail, "who@evil.example")));
            Assert.Equal(["url"], Found(Sought(ObservableKind.Url, "https://www.evil.example/other")));
            Assert.Empty(Found(Sought(ObservableKind.Domain, "nowhere.example")));
            Assert.Equal([2000, 1000], kept.Hunt([Sought(ObservableKind.Address, "192.0.2.2")], default).Select(batch => batch.Count));
            Assert.Empty(kept.Hunt([Sought(ObservableKind.Address, "192.0.2.2")], Stand.Start.AddSeconds(1)));
            var back = Assert.Single(Assert.Single(kept.Hunt([Sought(ObservableKind.Hash, sha, "SHA-256")], default)));
            var was = events.Single(e => e.Id == "hash");
            Assert.Equal(was.Hashes, back.Hashes);
            Assert.Equal(was with { Hashes = back.Hashes }, back);
            Assert.Throws<ArgumentException>(() => kept.Keep("../x", events));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_retro_hunt_finds_what_was_not_known_then_and_counts_nothing_twice(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var kept = new KeptEvents(Path.Combine(stand.Folder, "kept"));
        stand.Plant("203.0.113.7");
        WatchEvent[] events = [stand.SignIn("203.0.113.7"), stand.SignIn("203.0.113.8"), stand.SignIn("203.0.113.8"), stand.SignIn("192.0.2.1")];
        await stand.Bell.Take(events, null, Stop);
        kept.Keep("day", events);
        await stand.Bell.Settle(Stop);
        Assert.Equal(1, Assert.Single(await stand.Bell.Findings(Stop)).Finding.Events);

        stand.Plant("203.0.113.8", source: "feed two");
        for (var twice = 0; twice < 2; twice++)
            foreach (var batch in kept.Hunt([Sought(ObservableKind.Address, "203.0.113.0/24")], default))
                await stand.Bell.TakeAgain(batch, Stop);
        await stand.Bell.Settle(Stop);
        var found = Assert.Single(await stand.Bell.Findings(Stop)).Finding;
        Assert.Equal((3L, true), (found.Events, found.Corroborated));
        Assert.Equal(4, await stand.Bell.Counted(Stop));
    }
}
