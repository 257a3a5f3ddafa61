using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The gate's clock, set back and set ahead by whoever can, with and without witnesses, some of whom lie or are away.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task Set_back_behind_its_own_journal_the_gate_carries_nothing_out_and_a_stop_is_taken_all_the_same()
    {
        await using var desk = await HostileDesk.Begin();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.Equal("journal", (await About(desk))["against"]!.GetValue<string>());

        // A step of a second or thirty, as clocks are disciplined, is nothing.
        desk.Clock.AdjustTime(HostileDesk.Start.AddSeconds(-30));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);

        desk.Clock.AdjustTime(HostileDesk.Start.AddMinutes(-2));
        var refused = await (await Case.OnReceived(desk, "count")).File();
        Assert.Equal((503, "clock", "journal.ndjson"), (refused.Status, refused.Refused, refused.Member("where")));
        var health = await desk.Get("/healthz");
        Assert.Equal((503, "clock"), (health.Status, health.State));
        Assert.Equal("stopped", (await desk.Post("/stops", desk.StopNote(HostileDesk.NewDemandId()))).State);
        // A stop of everything can be named and lifted, whatever the clock says.
        var stop = (await desk.Post("/stops", desk.StopNote("everything"))).Member("stop")!;
        Assert.Equal(stop, JsonNode.Parse((await desk.Get("/healthz")).Body)!["stops"]![0]!.GetValue<string>());
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob"))).State);

        await desk.RestartGate();
        Assert.Equal("clock", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        desk.Clock.AdjustTime(HostileDesk.Start);
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.Equal("ready", (await desk.Get("/healthz")).State);
    }

    [Fact]
    public async Task An_order_that_has_expired_is_not_made_good_by_setting_the_clock_back_nor_over_a_restart()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk, order: order => order["expires"] = Instant.Text(HostileDesk.Start.AddHours(1)));
        desk.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("expired", (await release.File()).Refused);
        desk.Clock.AdjustTime(HostileDesk.Start.AddMinutes(30));
        Assert.Equal("clock", (await release.File()).Refused);
        await desk.RestartGate();
        Assert.Equal("clock", (await release.File()).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "sealed");
    }

    [Fact]
    public async Task After_a_clock_that_was_ahead_only_a_quorum_has_the_journals_time_forgotten_on_record_and_once()
    {
        await using var desk = await HostileDesk.Begin();
        desk.Clock.AdjustTime(HostileDesk.Start.AddDays(365));
        Assert.Equal(400, (await desk.Post("/orders", "{}", HostileDesk.DeskCredential)).Status);
        desk.Clock.AdjustTime(HostileDesk.Start.AddMinutes(1));
        Assert.Equal("clock", (await (await Case.OnReceived(desk, "count")).File()).Refused);

        Assert.Equal("too-few-approvals", (await desk.Post("/clocks", Note(desk, "alice"))).Refused);
        Assert.Equal("too-few-approvals", (await desk.Post("/clocks", Note(desk, "alice", "alice"))).Refused);
        Assert.Equal("clock", (await desk.Post("/clocks", Note(desk, HostileDesk.Start.AddMinutes(10), "alice", "bob"))).Refused);
        Assert.Equal("wrong-gate", (await desk.Post("/clocks", Note(desk, "alice", "bob").Replace("gate.example", "other.example", StringComparison.Ordinal))).Refused);
        var note = Note(desk, "alice", "bob");
        Assert.Equal((200, "ready"), (await desk.Post("/clocks", note) is var set ? (set.Status, set.State) : default));
        Assert.Contains(desk.Own(), own => own is { Type: "clock", Index: not null });
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        await desk.RestartGate();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);

        // The same note is no key to every earlier time.
        desk.Clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        desk.Clock.AdjustTime(HostileDesk.Start.AddMinutes(1));
        Assert.Equal("clock", (await desk.Post("/clocks", note)).State);
        Assert.Equal("clock", (await (await Case.OnReceived(desk, "count")).File()).Refused);
    }

    [Fact]
    public async Task One_witness_of_three_that_lies_by_a_year_does_not_matter_and_two_that_agree_do()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        await using var witnesses = await Witnesses.Begin(desk);
        witnesses.Clocks[2].Now = HostileDesk.Start.AddDays(365);
        await witnesses.Cosigned();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        var about = await About(desk);
        Assert.Equal(("journal and witnesses", Instant.Text(HostileDesk.Start)), (about["against"]!.GetValue<string>(), about["agreed"]!.GetValue<string>()));
        witnesses.Clocks[2].Now = HostileDesk.Start.AddDays(-365);
        await witnesses.Cosigned();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);

        // Two of three are further than the gate: it is the gate's clock that is wrong, also at its next start.
        witnesses.Clocks[0].Now = witnesses.Clocks[1].Now = HostileDesk.Start.AddMinutes(30);
        await witnesses.Cosigned();
        desk.Clock.Advance(TimeSpan.FromSeconds(40));
        var refused = await (await Case.OnReceived(desk, "count")).File();
        Assert.Equal((503, "clock", "witness-times.json"), (refused.Status, refused.Refused, refused.Member("where")));
        await witnesses.Leave();
        await desk.StopLedger();
        File.Delete(desk.LedgerMade.Home.Cosigned);
        await desk.StartLedger();
        await desk.RestartGate();
        Assert.Equal("witness-times.json", (await (await Case.OnReceived(desk, "count")).File()).Member("where"));
        // What witnesses have said nobody of the roster can have forgotten.
        Assert.Equal("clock", (await desk.Post("/clocks", Note(desk, "alice", "bob"))).State);
        Assert.Equal("clock", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        desk.Clock.AdjustTime(HostileDesk.Start.AddMinutes(30));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
    }

    [Fact]
    public async Task Ahead_of_its_witnesses_it_carries_out_and_deletes_nothing_and_goes_on_by_itself_when_it_is_set_right()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        await using var witnesses = await Witnesses.Begin(desk);
        await witnesses.Cosigned();
        var preserve = await Case.OnReceived(desk, "preserve");
        Assert.Equal("done", (await preserve.File()).State);

        desk.Clock.AdjustTime(HostileDesk.Start.AddDays(365));
        var refused = await (await Case.OnReceived(desk, "count")).File();
        Assert.Equal((503, "clock", "/cosigned"), (refused.Status, refused.Refused, refused.Member("where")));
        Assert.Equal("clock", (await desk.Get("/healthz")).State);
        // Rounds in which a snapshot whose term seems to be over would go.
        desk.Clock.Advance(TimeSpan.FromMinutes(3));
        await Task.Delay(300);
        Assert.True(Directory.Exists(desk.At("gate", "snapshots", preserve.Digest)));
        Assert.DoesNotContain(desk.Own(), own => own.Type == "lapsed");
        Assert.Equal("clock", (await desk.Post("/clocks", Note(desk, "alice", "bob"))).Refused);

        // The journal was written meanwhile, at a time that witnesses spoke against: that holds nobody up.
        desk.Clock.AdjustTime(HostileDesk.Start.AddMinutes(5));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        await desk.RestartGate();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
    }

    [Fact]
    public async Task With_its_witnesses_away_it_works_for_the_hour_that_is_stated_then_not_and_takes_up_what_waited_when_they_are_back()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        await using var witnesses = await Witnesses.Begin(desk);
        await witnesses.Cosigned();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        await witnesses.Leave();
        desk.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        var release = await RefusalTests.Waiting(desk);
        desk.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("clock", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        Assert.Equal("clock", (await desk.Get("/healthz")).State);
        Assert.Equal("clock", (await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "bob"))).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "sealed");

        await witnesses.Return();
        foreach (var clock in witnesses.Clocks)
            clock.Now = desk.Clock.GetUtcNow();
        await witnesses.Cosigned();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        // The order with its approvals is the gate's own to go on with, in its next round.
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        // Until that round has come to it, the answer is the refusal of before.
        for (var i = 0; i < 600 && (await desk.Settled(release.Digest)).State != "done"; i++)
            await Task.Delay(50);
        Assert.Equal("done", (await desk.Settled(release.Digest)).State);
    }

    private static string Note(HostileDesk desk, params string[] people) => Note(desk, desk.Clock.GetUtcNow(), people);

    private static string Note(HostileDesk desk, DateTimeOffset at, params string[] people) => desk.Sign($"counterseal/clock/v1\ngate {HostileDesk.GateName}\nat {Instant.Text(at)}\n", people);

    private static async Task<JsonNode> About(HostileDesk desk) => JsonNode.Parse((await desk.Get("/gate")).Body)!["clock"]!;

    /// <summary>A clock that a test sets.</summary>
    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = HostileDesk.Start;
        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Three witnesses of the desk's ledger, each with a clock of its own; the ledger and the gate want two.</summary>
    private sealed class Witnesses : IAsyncDisposable
    {
        private readonly HostileDesk desk;
        private readonly List<WitnessHost> hosts = [];
        private readonly WitnessPolicy policy;
        private long n;

        private Witnesses(HostileDesk desk)
        {
            this.desk = desk;
            var keys = Enumerable.Range(0, 3).Select(i => WitnessHome.Create(desk.At($"w{i}"), $"w{i}.example")).ToList();
            policy = new WitnessPolicy(2, keys);
            new LedgerWitnesses(2, [.. keys.Select((key, i) => new LedgerWitness(key.ToString(), "unix:" + desk.At($"w{i}.sock")))]).Write(desk.LedgerMade.Home.Folder);
            for (var i = 0; i < 3; i++)
                new WitnessHome(desk.At($"w{i}")).Add(desk.LedgerMade.Key);
        }

        public SetClock[] Clocks { get; } = [new(), new(), new()];

        public static async Task<Witnesses> Begin(HostileDesk desk)
        {
            var witnesses = new Witnesses(desk);
            await witnesses.Return();
            await desk.StopLedger();
            await desk.StartLedger();
            await desk.Settle(settings => settings["witnesses"] = new JsonObject { ["need"] = 2, ["keys"] = new JsonArray([.. witnesses.policy.Keys.Select(key => JsonValue.Create(key.ToString()))]) });
            return witnesses;
        }

        public async Task Return()
        {
            for (var i = 0; i < 3; i++)
                hosts.Add(await WitnessHost.Start(desk.At($"w{i}"), "unix:" + desk.At($"w{i}.sock"), Clocks[i], CancellationToken.None));
        }

        public async Task Leave()
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
            hosts.Clear();
        }

        /// <summary>A leaf is appended, and waits until all three have cosigned it with the times of now; then the gate's last time is no longer fresh.</summary>
        public async Task Cosigned()
        {
            await desk.Log(BitConverter.GetBytes(n++));
            using var reader = new LedgerClient("unix:" + desk.At("ledger.sock"), desk.LedgerMade.Key, null);
            var size = Checkpoint.Open(await reader.Checkpoint(CancellationToken.None), desk.LedgerMade.Key).Size;
            for (var i = 0; i < 600; i++)
            {
                if (await reader.Cosigned(CancellationToken.None) is { } note && Checkpoint.Open(note, desk.LedgerMade.Key).Size >= size && policy.Saw(SignedNote.Parse(note)) is { Count: 3 } seen
                    && policy.Keys.Zip(Clocks).All(pair => seen[pair.First.Name] == pair.Second.Now))
                    return;
                await Task.Delay(50);
            }
            Assert.Fail("the witnesses did not cosign within half a minute");
        }

        public async ValueTask DisposeAsync() => await Leave();
    }
}
