using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.People;

/// <summary>Who is on the roster is settled by those who are on it: a first roster by all of them, each later one by a quorum of the old, in the open and with time to say no.</summary>
public sealed class RosterCeremonyTests : IDisposable
{
    private readonly Dictionary<string, SoftPasskey> passkeys = ((string[])["alice", "bob", "carol", "dora", "egon", "frank"]).ToDictionary(name => name, name => new SoftPasskey(name is "bob" ? "EdDSA" : "ES256"));

    public void Dispose()
    {
        foreach (var passkey in passkeys.Values)
            passkey.Dispose();
    }

    /// <summary>A gate without people, whose operator has invited some who have registered.</summary>
    private async Task<HostileDesk> Begin(params string[] people)
    {
        var desk = await HostileDesk.Begin(gate: false);
        desk.WriteRoster(JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["gate"] = HostileDesk.GateName,
            ["epoch"] = 1,
            ["people"] = new JsonArray(),
            ["approvals"] = new JsonObject { ["count"] = 1, ["preserve"] = 1, ["release"] = 2 },
            ["passkeys"] = new JsonObject { ["rpId"] = SoftPasskey.RpId, ["origin"] = SoftPasskey.Origin, ["backedUp"] = false },
            ["keyFiles"] = false,
            ["change"] = new JsonObject { ["quorum"] = 3, ["wait"] = 24 * 3600 },
        }));
        foreach (var name in people)
            Register(desk, name);
        await desk.StartGate();
        return desk;
    }

    private void Register(HostileDesk desk, string name)
    {
        var code = RosterCeremony.Invite(desk.Home, name, [name is "dora" or "egon" ? "directory" : "reviewer"], desk.Clock.GetUtcNow());
        var invitation = RosterCeremony.Find(desk.Home, code.ToLowerInvariant().Replace('0', 'o'), desk.Clock.GetUtcNow());
        Assert.NotNull(invitation);
        Assert.Null(RosterCeremony.Find(desk.Home, code, desk.Clock.GetUtcNow() + TimeSpan.FromDays(3)));
        RosterCeremony.Register(desk.Home, invitation, new Passkey(passkeys[name].Id, CoseKey.Read(passkeys[name].CoseKey, out _), false));
    }

    private static string TextOf(HostileDesk desk, string change) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(desk.Home, "rosters", change + ".json")))!["text"]!.GetValue<string>();

    private Task<RawAnswer> Sign(HostileDesk desk, string change, string name)
    {
        var text = TextOf(desk, change);
        return desk.Post("/rosters", passkeys[name].Note(name, text));
    }

    private async Task<HostileDesk> Founded()
    {
        var people = new[] { "alice", "bob", "carol", "dora", "egon" };
        var desk = await Begin(people);
        var change = RosterCeremony.Draft(desk.Home, [], null, desk.Clock.GetUtcNow());
        foreach (var name in people)
            Assert.Equal(name == "egon" ? "inEffect" : "drafted", (await Sign(desk, change, name)).State);
        return desk;
    }

    private async Task<Case> Release(HostileDesk desk, int epoch, params string[] by)
    {
        var text = desk.DirectoryText();
        var release = await Case.Release(desk, directory: Encoding.UTF8.GetString(new SignedNote(text, [passkeys["dora"].Line("dora", text), passkeys["egon"].Line("egon", text)]).Bytes()));
        release.Approvals.Clear();
        release.Approvals.AddRange(by.Select(name => Approve(release.Digest, epoch, name)));
        return release;
    }

    private string Approve(string order, int epoch, string name) => passkeys[name].Note(name, Approval.Text(HostileDesk.GateName, epoch, name, order));

    [Fact]
    public async Task The_first_roster_is_fixed_when_everyone_on_it_has_signed_and_then_it_is_on_the_ledger_and_releases()
    {
        await using var desk = await Begin("alice", "bob", "carol", "dora", "egon");
        var change = RosterCeremony.Draft(desk.Home, [], null, desk.Clock.GetUtcNow());
        foreach (var name in new[] { "alice", "bob", "carol", "dora" })
            Assert.Equal("drafted", (await Sign(desk, change, name)).State);
        await RefusalTests.Refused(desk, await Release(desk, 2, "alice", "bob"), "not-on-roster");
        Assert.Equal("not-on-roster", (await Sign(desk, change, "frank")).Refused);

        var last = await Sign(desk, change, "egon");
        Assert.Equal("inEffect", last.State);
        Assert.Equal("done", (await (await Release(desk, 2, "alice", "bob")).File()).State);
        Assert.All(desk.Own(), own => Assert.NotNull(own.Index));
        await desk.RestartGate();
        Assert.Equal("done", (await (await Release(desk, 2, "alice", "carol")).File()).State);
    }

    [Theory]
    [InlineData("one more")]
    [InlineData("one less")]
    [InlineData("approvals")]
    [InlineData("epoch")]
    [InlineData("space")]
    public async Task A_roster_file_that_was_edited_after_the_ceremony_is_refused(string how)
    {
        await using var desk = await Founded();
        var path = Path.Combine(desk.Home, "roster.json");
        var genuine = await File.ReadAllBytesAsync(path);
        var roster = JsonNode.Parse(genuine)!;
        switch (how)
        {
            case "one more":
                roster["people"]!.AsArray().Add(new JsonObject { ["name"] = "frank", ["roles"] = new JsonArray("reviewer"), ["passkeys"] = new JsonArray(passkeys["frank"].OnRoster()) });
                break;
            case "one less":
                roster["people"]!.AsArray().RemoveAt(2);
                break;
            case "approvals":
                roster["approvals"]!["count"] = 2;
                break;
            case "epoch":
                roster["epoch"] = 3;
                break;
        }
        desk.WriteRoster(how == "space" ? [.. genuine, (byte)' '] : JsonSerializer.SerializeToUtf8Bytes(roster));
        if (how == "one less")
            desk.WriteRoster(Encoding.UTF8.GetBytes(roster.ToJsonString().Replace("\"quorum\":3", "\"quorum\":2", StringComparison.Ordinal)));
        await RefusalTests.Refused(desk, await Release(desk, how == "epoch" ? 3 : 2, "alice", "bob"), "roster");
        await desk.RestartGate();
        await RefusalTests.Refused(desk, await Release(desk, how == "epoch" ? 3 : 2, "alice", "bob"), "roster");
        desk.WriteRoster(genuine);
        Assert.Equal("done", (await (await Release(desk, 2, "alice", "bob")).File()).State);
    }

    [Fact]
    public async Task A_change_needs_a_quorum_of_the_old_and_the_new_passkeys_waits_and_voids_what_was_approved_before()
    {
        await using var desk = await Founded();
        var waiting = await Release(desk, 2, "alice");
        Assert.Equal("waiting", (await waiting.File()).State);
        Register(desk, "frank");
        var change = RosterCeremony.Draft(desk.Home, ["carol"], null, desk.Clock.GetUtcNow());
        Assert.Equal("drafted", (await Sign(desk, change, "frank")).State);
        Assert.Equal("drafted", (await Sign(desk, change, "alice")).State);
        Assert.Equal("drafted", (await Sign(desk, change, "alice")).State);
        Assert.Equal("drafted", (await Sign(desk, change, "bob")).State);
        var proposed = await Sign(desk, change, "dora");
        Assert.Equal("waiting", proposed.State);
        Assert.Equal(Law.Instant.Text(desk.Clock.GetUtcNow() + TimeSpan.FromDays(1)), proposed.Member("effective"));
        Assert.Contains(change, (await desk.Get("/gate", null)).Text, StringComparison.Ordinal);
        Assert.Contains(desk.Own(), own => own is { Type: "proposed", Index: not null });

        // Until then the old roster stands: frank counts for nothing, carol for one.
        desk.Clock.Advance(TimeSpan.FromHours(23));
        await RefusalTests.Refused(desk, await Release(desk, 2, "alice", "frank"), "not-on-roster");
        var late = await Release(desk, 2, "carol");
        Assert.Equal("waiting", (await late.File()).State);
        desk.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));
        Assert.Equal("wrong-approval", (await desk.Post($"/orders/{late.Digest}/approvals", Approve(late.Digest, 2, "alice"))).Refused);
        Assert.Equal("not-on-roster", (await desk.Post($"/orders/{late.Digest}/approvals", Approve(late.Digest, 3, "carol"))).Refused);
        Assert.Equal("1", (await desk.Post($"/orders/{late.Digest}/approvals", Approve(late.Digest, 3, "alice"))).Member("have"));
        Assert.Equal("done", (await desk.Post($"/orders/{late.Digest}/approvals", Approve(late.Digest, 3, "frank"))).State);
        await desk.RestartGate();
        Assert.Equal("not-on-roster", (await (await Release(desk, 3, "carol")).File()).Refused);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("carol")]
    public async Task Any_one_person_of_the_old_roster_ends_a_change_that_waits_also_the_one_whom_it_strikes(string by)
    {
        await using var desk = await Founded();
        var change = RosterCeremony.Draft(desk.Home, ["carol"], new JsonObject { ["change"] = new JsonObject { ["quorum"] = 2, ["wait"] = 0 } }, desk.Clock.GetUtcNow());
        foreach (var name in new[] { "alice", "bob", "dora" })
            await Sign(desk, change, name);
        var halt = RosterHalt.Text(HostileDesk.GateName, change, desk.Clock.GetUtcNow());
        Assert.Equal("not-on-roster", (await desk.Post("/rosters/halts", passkeys["frank"].Note("frank", halt))).Refused);
        Assert.Equal("halted", (await desk.Post("/rosters/halts", passkeys[by].Note(by, halt))).State);
        desk.Clock.Advance(TimeSpan.FromHours(25));
        await desk.RestartGate();
        Assert.Equal("unknown", (await Sign(desk, change, "egon")).Refused);
        Assert.Equal("done", (await (await Release(desk, 2, "bob", "carol")).File()).State);
    }

    [Fact]
    public async Task A_change_that_was_cut_off_between_record_and_file_is_made_whole()
    {
        await using var desk = await Founded();
        var path = Path.Combine(desk.Home, "roster.json");
        var old = await File.ReadAllBytesAsync(path);
        var change = RosterCeremony.Draft(desk.Home, ["carol"], new JsonObject { ["change"] = new JsonObject { ["quorum"] = 2, ["wait"] = 3600 } }, desk.Clock.GetUtcNow());
        foreach (var name in new[] { "alice", "bob", "egon" })
            await Sign(desk, change, name);
        desk.Clock.Advance(TimeSpan.FromDays(1));
        await RefusalTests.Refused(desk, await Release(desk, 2, "bob", "carol"), "wrong-approval");
        var next = await File.ReadAllBytesAsync(path);
        Assert.NotEqual(old, next);
        await desk.StopGate();
        await File.WriteAllBytesAsync(path, old);
        await desk.StartGate();
        Assert.Equal("done", (await (await Release(desk, 3, "alice", "bob")).File()).State);
        Assert.Equal(next, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Too_few_of_the_old_change_nothing_however_many_new_ones_sign_and_a_signature_is_for_one_change()
    {
        await using var desk = await Founded();
        Register(desk, "frank");
        var change = RosterCeremony.Draft(desk.Home, ["carol", "egon"], null, desk.Clock.GetUtcNow());
        foreach (var name in new[] { "frank", "alice", "bob" })
            Assert.Equal("drafted", (await Sign(desk, change, name)).State);
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        var other = RosterCeremony.Draft(desk.Home, ["carol"], null, desk.Clock.GetUtcNow());
        // Dora's signature under the one, put under the other.
        var line = passkeys["dora"].Line("dora", TextOf(desk, other));
        Assert.Equal("not-on-roster", (await desk.Post("/rosters", Encoding.UTF8.GetString(new SignedNote(TextOf(desk, change), [line]).Bytes()))).Refused);
        desk.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal("done", (await (await Release(desk, 2, "alice", "carol")).File()).State);
        Assert.Equal("roster", (await Sign(desk, Stale(desk), "alice")).Refused);
    }

    [Fact]
    public async Task In_production_a_roster_that_nobody_has_signed_approves_nothing()
    {
        var settings = new JsonObject { ["change"] = new JsonObject { ["quorum"] = 3, ["wait"] = 60 } };
        await using var desk = await Begin("alice", "bob", "carol", "dora", "egon");
        await desk.StopGate();
        var path = Path.Combine(desk.Home, "gate.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("\"trial\":true", "\"trial\":false", StringComparison.Ordinal));
        await desk.StartGate();
        Assert.Equal("roster", (await Sign(desk, RosterCeremony.Draft(desk.Home, [], settings, desk.Clock.GetUtcNow()), "alice")).Refused);
        var change = RosterCeremony.Draft(desk.Home, [], null, desk.Clock.GetUtcNow());
        var unsigned = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(desk.Home, "rosters", change + ".json")))!["roster"]!.GetValue<string>();
        desk.WriteRoster(Convert.FromBase64String(unsigned));
        var release = await Release(desk, 2, "alice", "bob");
        release.Order["trial"] = false;
        release.Approvals.Clear();
        release.Approvals.AddRange(new[] { "alice", "bob" }.Select(name => Approve(release.Digest, 2, name)));
        await RefusalTests.Refused(desk, release, "roster");
    }

    /// <summary>A draft that follows another roster than the one in force.</summary>
    private static string Stale(HostileDesk desk)
    {
        var draft = JsonNode.Parse(File.ReadAllBytes(Directory.GetFiles(Path.Combine(desk.Home, "rosters")).First(path => File.ReadAllText(path).Contains("\\nepoch 2\\n", StringComparison.Ordinal))))!;
        return HostileDesk.Sha(Encoding.UTF8.GetBytes(draft["text"]!.GetValue<string>()));
    }
}
