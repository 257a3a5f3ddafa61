using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Who is on the roster is told, by the operator's program, when anybody stops, lifts, or changes the roster.</summary>
public sealed class PagingTests : IDisposable
{
    private readonly string script = Path.Combine(Path.GetTempPath(), "page" + HostileDesk.NewDemandId());

    public PagingTests()
    {
        File.WriteAllText(script, $"#!/bin/sh\necho \"$*\" >> {script}.said\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(script) + "*"))
            File.Delete(file);
    }

    private async Task<string[]> Said(int lines)
    {
        for (var i = 0; i < 400; i++)
        {
            if (File.Exists(script + ".said") && await File.ReadAllLinesAsync(script + ".said") is var said && said.Length >= lines)
                return said;
            await Task.Delay(25);
        }
        return File.Exists(script + ".said") ? await File.ReadAllLinesAsync(script + ".said") : [];
    }

    [Fact]
    public async Task A_stop_and_its_end_are_told_to_everybody_once_and_without_the_demand()
    {
        await using var desk = await HostileDesk.Begin();
        await desk.Settle(settings => settings["page"] = script);
        var note = desk.StopNote(HostileDesk.NewDemandId());
        var one = (await desk.Post("/stops", note)).Member("stop")!;
        Assert.Equal("stopped", (await desk.Post("/stops", note)).State);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(one, "alice", "bob"))).State);
        var all = (await desk.Post("/stops", desk.StopNote("everything"))).Member("stop")!;
        const string people = " to alice bob carol dora egon";
        Assert.Equal([$"stopped demand {one}{people}", $"lifted demand {one}{people}", $"stopped everything {all}{people}"], await Said(3));
    }

    [Fact]
    public async Task A_change_of_the_roster_is_told_to_the_old_and_the_new_when_it_is_proposed_ended_and_in_effect()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        desk.WriteRoster(desk.RosterJson(change: roster => roster["change"] = new JsonObject { ["quorum"] = 2, ["wait"] = 3600 }));
        await desk.Settle(settings => settings["page"] = script);
        var first = await Proposed(desk, 1, []);
        var founded = await Sign(desk, first, "alice", "bob", "carol", "dora", "egon");
        Assert.Equal("inEffect", founded.State);
        Assert.Equal([$"roster changed {first.Epoch} {first.Digest} to alice bob carol dora egon"], await Said(1));

        desk.Epoch = (int)first.Epoch;
        var ended = await Proposed(desk, 2, ["carol"]);
        Assert.Equal("waiting", (await Sign(desk, ended, "alice", "bob")).State);
        var halt = desk.Sign($"counterseal/roster-halt/v1\ngate {HostileDesk.GateName}\nchange {ended.Digest}\nat {Instant.Text(desk.Clock.GetUtcNow())}\n", "carol");
        Assert.Equal("halted", (await desk.Post("/rosters/halts", halt)).State);
        Assert.Equal("halted", (await desk.Post("/rosters/halts", halt)).State);
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await Proposed(desk, 3, ["carol"]);
        Assert.Equal("waiting", (await Sign(desk, next, "alice", "bob")).State);
        desk.Clock.Advance(TimeSpan.FromHours(2));
        // It takes effect when somebody next asks for anything; an approval of before is void then.
        Assert.Equal("wrong-approval", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        Assert.Equal(next.Epoch, (await desk.Get("/gate")).Json.GetProperty("epoch").GetInt64());
        var said = await Said(5);
        // Carol is told that she goes.
        const string people = " to alice bob carol dora egon";
        Assert.Equal(
            [$"roster proposed {ended.Epoch} {ended.Digest}{people}", $"roster halted {ended.Epoch} {ended.Digest}{people}", $"roster proposed {next.Epoch} {next.Digest}{people}", $"roster changed {next.Epoch} {next.Digest}{people}"],
            said[1..]);
    }

    private static async Task<RawAnswer> Sign(HostileDesk desk, (string Text, string Digest, long Epoch) draft, params string[] people)
    {
        RawAnswer? answer = null;
        foreach (var person in people)
            answer = await desk.Post("/rosters", desk.Sign(draft.Text, person));
        return answer!;
    }

    private static Task<(string Text, string Digest, long Epoch)> Proposed(HostileDesk desk, int n, string[] without)
    {
        var before = Directory.Exists(Path.Combine(desk.Home, "rosters")) ? Directory.GetFiles(Path.Combine(desk.Home, "rosters")) : [];
        RosterCeremony.Draft(desk.Home, without, n == 1 ? null : new() { ["change"] = new JsonObject { ["quorum"] = 2, ["wait"] = 3600 + n } }, desk.Clock.GetUtcNow());
        var draft = RosterDraft.Read(File.ReadAllBytes(Directory.GetFiles(Path.Combine(desk.Home, "rosters")).Except(before).Single()));
        return Task.FromResult((draft.Change.Note.Text, draft.Digest, draft.Roster.Epoch));
    }
}
