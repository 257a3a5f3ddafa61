namespace Counterseal.Custody.Tests.Gate;

/// <summary>What an earlier order left goes only for a demand that has ended, with two approvals, after a delay in which anybody can stop it.</summary>
public class DeleteTests
{
    private static string Folder(HostileDesk desk, Case of, string kind) => Path.Combine(desk.Home, kind switch { "release" => "packages", "preview" => "previews", _ => "snapshots" }, of.Digest);

    private static async Task<Case> Left(HostileDesk desk, string kind)
    {
        var made = kind switch
        {
            "release" => await Case.Release(desk),
            "preview" => await Case.Preview(desk, "alice"),
            _ => await Case.OnReceived(desk, "preserve"),
        };
        Assert.Equal("done", (await made.File()).State);
        Assert.True(Directory.Exists(Folder(desk, made, kind)));
        return made;
    }

    private static async Task<RawAnswer> After(HostileDesk desk, string order, Func<RawAnswer, bool> until)
    {
        for (var i = 0; i < 200; i++)
        {
            var answer = await desk.Get("/orders/" + order);
            if (until(answer))
                return answer;
            await Task.Delay(25);
        }
        return await desk.Get("/orders/" + order);
    }

    [Theory]
    [InlineData("preserve", "withdrawn")]
    [InlineData("release", "withdrawn")]
    [InlineData("release", "closed")]
    public async Task A_deletion_is_announced_waits_and_is_done_and_all_of_it_is_on_record(string kind, string ended)
    {
        await using var desk = await HostileDesk.Begin();
        var left = await Left(desk, kind);
        var delete = await Case.Delete(desk, left, left.Digest, ended);

        Assert.Equal((403, "too-few-approvals"), ((await delete.ApprovedBy("alice").File(wait: false)).Status, (await delete.File(wait: false)).Refused));
        var answer = await delete.ApprovedBy("alice", "bob").File();
        Assert.Equal((202, "deleting", "2026-11-25T02:00:00Z"), (answer.Status, answer.State, answer.Member("until")));
        Assert.Equal("deleting", (await desk.Get("/orders/" + delete.Digest)).State);

        // Longer than the order's own window, and a restart in between.
        desk.Clock.Advance(TimeSpan.FromHours(23));
        await desk.RestartGate();
        Assert.True(Directory.Exists(Folder(desk, left, kind)));
        desk.Clock.Advance(TimeSpan.FromHours(1));
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        var done = await After(desk, delete.Digest, one => one.State == "done");
        Assert.Equal(left.Digest, done.Json.GetProperty("result").GetProperty("deleted").GetString());
        Assert.False(Directory.Exists(Folder(desk, left, kind)));
        Assert.Equal(["deleting", "deleted"], desk.Own().Where(own => own.Index is not null).Select(own => own.Type).Where(type => type.StartsWith("delet", StringComparison.Ordinal)));
        if (kind == "release")
        {
            Assert.Equal(404, (await desk.Get($"/packages/{left.Digest}/{left.Name}.age")).Status);
            // What it answered stays known, and its decision is used up.
            Assert.Equal("done", (await left.File()).State);
        }
        Assert.Equal("wrong-event", (await (await Case.Delete(desk, left, left.Digest, ended)).File()).Refused);
    }

    [Fact]
    public async Task A_stop_of_the_demand_holds_a_deletion_as_long_as_it_holds()
    {
        await using var desk = await HostileDesk.Begin();
        var left = await Left(desk, "preserve");
        var delete = await Case.Delete(desk, left, left.Digest);
        Assert.Equal("deleting", (await delete.File()).State);
        var stop = (await desk.Post("/stops", desk.StopNote(left.DemandId, by: "egon"))).Member("stop")!;
        Assert.Equal("true", (await desk.Get("/orders/" + delete.Digest)).Member("stopped"), ignoreCase: true);
        desk.Clock.Advance(TimeSpan.FromHours(30));
        for (var i = 0; i < 3; i++)
        {
            desk.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(100);
        }
        Assert.True(Directory.Exists(Folder(desk, left, "preserve")));
        Assert.DoesNotContain(desk.Own(), own => own.Type == "deleted");

        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob"))).State);
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("done", (await After(desk, delete.Digest, one => one.State == "done")).State);
        Assert.False(Directory.Exists(Folder(desk, left, "preserve")));
    }

    [Fact]
    public async Task A_change_of_the_roster_while_it_waits_voids_it()
    {
        await using var desk = await HostileDesk.Begin();
        var left = await Left(desk, "preserve");
        var delete = await Case.Delete(desk, left, left.Digest);
        Assert.Equal("deleting", (await delete.File()).State);
        desk.WriteRoster(desk.RosterJson(epoch: 2, without: "bob"));
        desk.Clock.Advance(TimeSpan.FromHours(24));
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        await After(desk, delete.Digest, one => one.Status == 404 || one.State is null);
        Assert.True(Directory.Exists(Folder(desk, left, "preserve")));
        Assert.Contains("too-few-approvals", desk.Refusals());
    }

    [Theory]
    [InlineData("on received", "wrong-event")]
    [InlineData("on a decision", "wrong-event")]
    [InlineData("of another demand", "wrong-event")]
    [InlineData("of another original", "wrong-event")]
    [InlineData("of a count", "wrong-event")]
    [InlineData("of nothing", "wrong-event")]
    [InlineData("stopped", "stopped")]
    [InlineData("without the digest", "malformed")]
    [InlineData("with a recipient", "malformed")]
    public async Task A_deletion_that_does_not_hold_is_refused(string how, string code)
    {
        await using var desk = await HostileDesk.Begin();
        var left = await Left(desk, "preserve");
        var delete = how switch
        {
            "on received" => await Case.Delete(desk, left, left.Digest, "received"),
            "on a decision" => await Case.Delete(desk, left, left.Digest, "decided"),
            "of another demand" => await Case.Delete(desk, await Left(desk, "preserve"), left.Digest),
            "of a count" => await Counted(desk),
            "of nothing" => await Case.Delete(desk, left, new string('a', 64)),
            "without the digest" => await Case.Delete(desk, left, left.Digest, order: order => order.Remove("deletes")),
            "with a recipient" => await Case.Delete(desk, left, left.Digest, order: order => order["recipient"] = new string('a', 64)),
            "of another original" => await Case.Delete(desk, left, left.Digest, order: order => order["demand"]!["originalDigest"] = HostileDesk.Sha("another"u8.ToArray())),
            _ => await Case.Delete(desk, left, left.Digest),
        };
        if (how == "of another original")
            delete.Original = "another"u8.ToArray();
        if (how == "stopped")
            await desk.Post("/stops", desk.StopNote(left.DemandId));
        Assert.Equal(code, (await delete.File()).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "deleting");
        Assert.True(Directory.Exists(Folder(desk, left, "preserve")));

        static async Task<Case> Counted(HostileDesk desk)
        {
            var count = await Case.OnReceived(desk, "count");
            Assert.Equal("done", (await count.File()).State);
            return await Case.Delete(desk, count, count.Digest);
        }
    }

    [Fact]
    public async Task In_a_gate_without_a_delay_it_still_is_announced_first()
    {
        await using var desk = await HostileDesk.Begin();
        await desk.Settle(settings => settings["deleteAfter"] = 0);
        var left = await Left(desk, "release");
        Assert.Equal("deleting", (await (await Case.Delete(desk, left, left.Digest)).File()).State);
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 200 && Directory.Exists(Folder(desk, left, "release")); i++)
            await Task.Delay(25);
        Assert.False(Directory.Exists(Folder(desk, left, "release")));
    }
}
