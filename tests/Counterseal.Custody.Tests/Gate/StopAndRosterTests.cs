using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>People who say no, and people who may no longer say yes.</summary>
public class StopAndRosterTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_by_any_one_rostered_person_holds_a_demand_or_everything_until_two_lift_it(bool everything)
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        var stop = await desk.Post("/stops", desk.StopNote(everything ? "everything" : release.DemandId));
        Assert.Equal((200, "stopped"), (stop.Status, stop.State));

        await RefusalTests.Refused(desk, release, "stopped");
        var other = await (await Case.OnReceived(desk, "count")).File();
        Assert.Equal(everything ? "stopped" : null, other.Refused);

        var digest = stop.Member("stop")!;
        Assert.Equal("too-few-approvals", (await desk.Post("/lifts", desk.LiftNote(digest, "carol"))).Refused);
        Assert.Equal("too-few-approvals", (await desk.Post("/lifts", desk.LiftNote(digest, "carol", "carol"))).Refused);
        Assert.Equal("stopped", (await release.File()).Refused);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(digest, "carol", "bob"))).State);
        Assert.Equal("done", (await release.File()).State);
        Assert.Equal(["stopped", "lifted"], desk.Own().Select(own => own.Type).Where(type => type is "stopped" or "lifted"));
    }

    [Fact]
    public async Task A_stop_that_comes_after_sealing_still_keeps_the_package_in_also_after_a_restart()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        Assert.Equal("stopped", (await desk.Post("/stops", desk.StopNote(release.DemandId))).State);

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("stopped", (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Refused);
            Assert.Equal("stopped", (await desk.Get($"/packages/{release.Digest}/{release.Name}.age", range: "bytes=0-9")).Refused);
            await desk.RestartGate();
        }
    }

    [Fact]
    public async Task An_authority_stops_what_is_meant_for_it_and_nothing_else()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        var text = $"counterseal/stop/v1\ngate {HostileDesk.GateName}\ndemand everything\nat {Instant.Text(HostileDesk.Start)}\nnonce {new string('0', 32)}\n";
        var note = HostileDesk.Sign(text, desk.AuthoritySigner);
        Assert.Equal("not-on-roster", (await desk.Post("/stops", note)).Refused);
        Assert.Equal(200, (await desk.Post("/directory", desk.Sign(desk.DirectoryText(), "dora", "egon"))).Status);
        Assert.Equal("stopped", (await desk.Post("/stops", note)).State);

        await RefusalTests.Refused(desk, release, "stopped");
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.Equal("not-on-roster", (await desk.Post("/stops", HostileDesk.Sign(text, NoteSigner.Generate("police.example")))).Refused);
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("strange")]
    [InlineData("missing")]
    [InlineData("gone")]
    [InlineData("forgedLift")]
    public async Task Where_the_stops_cannot_be_read_everything_is_stopped(string how)
    {
        await using var desk = await HostileDesk.Begin();
        var stops = Path.Combine(desk.Home, "stops");
        var stop = (await desk.Post("/stops", desk.StopNote(HostileDesk.NewDemandId()))).Member("stop")!;
        var release = await Case.Release(desk);
        switch (how)
        {
            case "broken":
                await File.WriteAllTextAsync(Path.Combine(stops, stop + ".json"), "{}");
                break;
            case "strange":
                await File.WriteAllTextAsync(Path.Combine(stops, "notes.txt"), "");
                break;
            case "missing":
                File.Delete(Path.Combine(stops, stop + ".json"));
                break;
            case "gone":
                Directory.Delete(stops, recursive: true);
                break;
            default:
                var held = (await desk.Post("/stops", desk.StopNote(release.DemandId))).Member("stop")!;
                await File.WriteAllTextAsync(Path.Combine(stops, held + ".lift"), desk.LiftNote(held, "alice", "bob"));
                break;
        }
        await RefusalTests.Refused(desk, release, "stopped");
    }

    [Fact]
    public async Task A_struck_reviewer_is_struck_at_once()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        desk.WriteRoster(desk.RosterJson(without: "bob"));
        await RefusalTests.Refused(desk, release, "not-on-roster");
    }

    [Fact]
    public async Task A_reviewer_struck_while_the_order_waits_does_not_count_any_more()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await RefusalTests.Waiting(desk);
        desk.WriteRoster(desk.RosterJson(without: "alice"));
        var answer = await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "bob"));
        Assert.Equal(("waiting", "1"), (answer.State, answer.Member("have")));
        Assert.Equal("not-on-roster", (await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "alice"))).Refused);
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
    }

    [Theory]
    [InlineData("unreadable")]
    [InlineData("oneKeyTwice")]
    [InlineData("nameTwice")]
    [InlineData("releaseByOne")]
    [InlineData("otherGate")]
    [InlineData("missing")]
    public async Task Under_a_roster_that_cannot_be_used_nothing_is_approved(string how)
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        switch (how)
        {
            case "missing":
                File.Delete(Path.Combine(desk.Home, "roster.json"));
                break;
            case "unreadable":
                desk.WriteRoster("{"u8.ToArray());
                break;
            default:
                desk.WriteRoster(desk.RosterJson(change: roster =>
                {
                    if (how == "releaseByOne")
                        roster["approvals"]!["release"] = 1;
                    else if (how == "otherGate")
                        roster["gate"] = "gate2.example";
                    else
                        roster["people"]!.AsArray().Add(Twin(desk, how == "nameTwice" ? "Alice" : "mallory", how == "oneKeyTwice"));
                }));
                break;
        }
        await RefusalTests.Refused(desk, release, "roster");
    }

    [Fact]
    public async Task A_roster_set_back_to_an_earlier_epoch_is_not_used()
    {
        await using var desk = await HostileDesk.Begin();
        var old = desk.RosterJson();
        desk.WriteRoster(desk.RosterJson(epoch: 2));
        Assert.Equal("wrong-approval", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        desk.WriteRoster(old);
        await RefusalTests.Refused(desk, await Case.Release(desk), "roster");
    }

    private static JsonObject Twin(HostileDesk desk, string name, bool sameKey)
    {
        using var fresh = NoteSigner.Generate(name);
        var key = fresh.Verifier;
        if (sameKey)
        {
            // A vkey of mallory's over alice's public key.
            byte[] typed = [1, .. desk.People["alice"].Verifier.PublicKey];
            var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name + "\n"), .. typed])[..4];
            key = NoteVerifier.Parse($"{name}+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String(typed)}");
        }
        return new JsonObject { ["name"] = name, ["key"] = key.ToString(), ["roles"] = new JsonArray("reviewer") };
    }
}
