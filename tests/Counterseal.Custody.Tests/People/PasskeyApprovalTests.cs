using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.People;

/// <summary>People who approve, stop and lift by passkey; what the gate takes for their word, and what it does not.</summary>
public sealed class PasskeyApprovalTests : IDisposable
{
    private readonly Dictionary<string, SoftPasskey> passkeys = new()
    {
        ["alice"] = new SoftPasskey(),
        ["bob"] = new SoftPasskey("EdDSA"),
        ["carol"] = new SoftPasskey("RS256"),
        ["dora"] = new SoftPasskey(),
        ["egon"] = new SoftPasskey("EdDSA"),
    };

    private readonly SoftPasskey spare = new("EdDSA");

    public void Dispose()
    {
        foreach (var passkey in passkeys.Values.Append(spare))
            passkey.Dispose();
    }

    /// <summary>A desk whose gate knows its people by passkeys only; alice has two.</summary>
    private async Task<HostileDesk> Begin(Action<JsonObject>? change = null)
    {
        var desk = await HostileDesk.Begin(gate: false);
        desk.WriteRoster(desk.RosterJson(change: roster =>
        {
            ByPasskey(roster);
            change?.Invoke(roster);
        }));
        await desk.StartGate();
        return desk;
    }

    private void ByPasskey(JsonObject roster)
    {
        roster["keyFiles"] = false;
        roster["passkeys"] = new JsonObject { ["rpId"] = SoftPasskey.RpId, ["origin"] = SoftPasskey.Origin, ["backedUp"] = false };
        foreach (var person in roster["people"]!.AsArray())
        {
            person!.AsObject().Remove("key");
            var name = person["name"]!.GetValue<string>();
            person["passkeys"] = new JsonArray(name == "alice" ? [passkeys[name].OnRoster(), spare.OnRoster()] : [passkeys[name].OnRoster()]);
        }
    }

    private static string ApprovalText(string order, string reviewer, string verb = "approve", string gate = HostileDesk.GateName, int epoch = 1) =>
        $"counterseal/approval/v1\nverb {verb}\ngate {gate}\nepoch {epoch}\nreviewer {reviewer}\norder {order}\n";

    private string Approve(string order, string reviewer, string? by = null) => passkeys[by ?? reviewer].Note(reviewer, ApprovalText(order, reviewer));

    private async Task<Case> Release(HostileDesk desk, params string[] by)
    {
        var text = desk.DirectoryText();
        var note = new SignedNote(text, [passkeys["dora"].Line("dora", text), passkeys["egon"].Line("egon", text)]);
        var release = await Case.Release(desk, directory: Encoding.UTF8.GetString(note.Bytes()));
        release.Approvals.Clear();
        release.Approvals.AddRange(by.Select(name => Approve(release.Digest, name)));
        return release;
    }

    [Fact]
    public async Task Two_people_release_by_passkey_and_the_package_holds_their_notes()
    {
        await using var desk = await Begin();
        var release = await Release(desk, "alice");
        Assert.Equal("waiting", (await release.File()).State);
        var answer = await desk.Post($"/orders/{release.Digest}/approvals", Approve(release.Digest, "carol"));
        Assert.Equal((200, "done"), (answer.Status, answer.State));
        Assert.Equal(200, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
    }

    [Fact]
    public async Task Two_passkeys_of_one_person_are_one_person()
    {
        await using var desk = await Begin();
        var release = await Release(desk, "alice");
        release.Approvals.Add(spare.Note("alice", ApprovalText(release.Digest, "alice")));
        await RefusalTests.Refused(desk, release, "same-reviewer-twice", 409);
        var stop = (await desk.Post("/stops", passkeys["bob"].Note("bob", StopText(desk, "everything")))).Member("stop")!;
        var text = LiftText(desk, stop);
        Assert.Equal("too-few-approvals", (await desk.Post("/lifts", Note(text, passkeys["alice"].Line("alice", text), spare.Line("alice", text)))).Refused);
        Assert.Equal("lifted", (await desk.Post("/lifts", Note(text, spare.Line("alice", text), passkeys["dora"].Line("dora", text)))).State);
    }

    [Theory]
    [InlineData("otherOrder")]
    [InlineData("otherText")]
    [InlineData("otherPersonsPasskey")]
    [InlineData("strangersPasskey")]
    [InlineData("keyFile")]
    [InlineData("otherOrigin")]
    [InlineData("insideAnotherPage")]
    [InlineData("otherRelyingParty")]
    [InlineData("notVerified")]
    [InlineData("canBeCopied")]
    [InlineData("verb")]
    [InlineData("gate")]
    [InlineData("epoch")]
    [InlineData("cutOff")]
    public async Task An_answer_given_to_anything_else_counts_for_nothing(string bent)
    {
        await using var desk = await Begin();
        var other = await Release(desk, "alice", "bob");
        var release = await Release(desk, "alice");
        var (bob, text) = (passkeys["bob"], ApprovalText(release.Digest, "bob"));
        using var stranger = new SoftPasskey();
        release.Approvals.Add(bent switch
        {
            "otherOrder" => other.Approvals[1],
            // The line of another order's approval under this order's text: a replayed answer.
            "otherText" => Note(text, SignedNote.Parse(Encoding.UTF8.GetBytes(other.Approvals[1])).Signatures[0]),
            "otherPersonsPasskey" => passkeys["carol"].Note("bob", text),
            "strangersPasskey" => stranger.Note("bob", text),
            "keyFile" => desk.Approve(release.Digest, "bob"),
            "otherOrigin" => bob.Note("bob", text, origin: "https://desk.example"),
            "insideAnotherPage" => With(bob, soft => soft.Client = client => client["crossOrigin"] = true, text),
            "otherRelyingParty" => bob.Note("bob", text, rpId: "desk.example"),
            "notVerified" => With(bob, soft => soft.Flags = 0x01, text),
            "canBeCopied" => With(bob, soft => soft.Flags = 0x0d, text),
            "verb" => bob.Note("bob", ApprovalText(release.Digest, "bob", verb: "refuse")),
            "gate" => bob.Note("bob", ApprovalText(release.Digest, "bob", gate: "gate2.example")),
            "epoch" => bob.Note("bob", ApprovalText(release.Digest, "bob", epoch: 2)),
            _ => Note(text, Cut(bob.Line("bob", text))),
        });
        await RefusalTests.Refused(desk, release, "wrong-approval");
        Assert.Equal("waiting", (await (await Release(desk, "alice")).File()).State);

        static NoteSignature Cut(NoteSignature line) => line with { Signature = line.Signature[..^10] };
    }

    [Fact]
    public async Task A_counter_that_does_not_rise_is_refused_also_after_a_restart_and_one_that_stays_zero_is_none()
    {
        await using var desk = await Begin();
        passkeys["alice"].Counter = 7;
        var first = await Release(desk, "alice");
        Assert.Equal("waiting", (await first.File()).State);
        Assert.Equal("waiting", (await first.File()).State);
        Assert.Equal("1", (await desk.Post($"/orders/{first.Digest}/approvals", first.Approvals[0])).Member("have"));

        foreach (var counter in new uint[] { 7, 6, 0 })
        {
            passkeys["alice"].Counter = counter;
            await RefusalTests.Refused(desk, await Release(desk, "alice"), "wrong-approval");
            await desk.RestartGate();
        }
        passkeys["alice"].Counter = 8;
        Assert.Equal("waiting", (await (await Release(desk, "alice")).File()).State);
        // Bob's passkey keeps no counter.
        Assert.Equal("waiting", (await (await Release(desk, "bob")).File()).State);
        Assert.Equal("waiting", (await (await Release(desk, "bob")).File()).State);
        await File.WriteAllTextAsync(Path.Combine(desk.Home, "counters.json"), "{");
        passkeys["alice"].Counter = 9;
        await RefusalTests.Refused(desk, await Release(desk, "alice"), "roster");
    }

    [Fact]
    public async Task A_stop_by_passkey_holds_at_once_whatever_its_counter_says()
    {
        await using var desk = await Begin();
        passkeys["carol"].Counter = 5;
        Assert.Equal("waiting", (await (await Release(desk, "carol")).File()).State);
        passkeys["carol"].Counter = 2;
        Assert.Equal("stopped", (await desk.Post("/stops", passkeys["carol"].Note("carol", StopText(desk, "everything")))).State);
        Assert.Equal("not-on-roster", (await desk.Post("/stops", passkeys["carol"].Note("bob", StopText(desk, "everything")))).Refused);
        await RefusalTests.Refused(desk, await Release(desk, "alice", "bob"), "stopped");
    }

    [Fact]
    public async Task Content_needs_more_people_than_the_rest_where_the_roster_says_so()
    {
        await using var desk = await Begin(roster => roster["approvals"]!["release"] = new JsonObject { ["subscriber"] = 2, ["identification"] = 2, ["traffic"] = 2, ["content"] = 3 });
        var content = await Release(desk, "alice", "bob");
        Assert.Equal("waiting", (await content.File()).State);
        Assert.Equal("3", (await desk.Get("/orders/" + content.Digest)).Member("need"));
        Assert.Equal("done", (await desk.Post($"/orders/{content.Digest}/approvals", Approve(content.Digest, "carol"))).State);
        desk.Demand = desk.Demand with { Scope = Case.Mail(DataCategory.Subscriber) };
        Assert.Equal("done", (await (await Release(desk, "alice", "bob")).File()).State);
    }

    [Theory]
    [InlineData(null, "waiting")]
    [InlineData(false, "waiting")]
    [InlineData(true, "done")]
    public async Task An_emergency_needs_as_many_people_as_the_roster_says(bool? claimed, string then)
    {
        await using var desk = await Begin(roster => roster["approvals"]!["count"] = new JsonObject { ["subscriber"] = 1, ["identification"] = 1, ["traffic"] = 2, ["content"] = 2, ["emergency"] = 1 });
        desk.Demand = Case.Warrant() with { Emergency = claimed };
        var count = await Case.OnReceived(desk, "count");
        count.Approvals.Clear();
        count.Approvals.Add(Approve(count.Digest, "alice"));
        Assert.Equal(then, (await count.File()).State);
    }

    [Theory]
    [InlineData("one for an emergency")]
    [InlineData("one for content")]
    [InlineData("copied where none may be")]
    [InlineData("no rules")]
    [InlineData("same passkey twice")]
    [InlineData("other origin")]
    [InlineData("key where none may be")]
    [InlineData("nothing to sign with")]
    [InlineData("quorum below the most approvals")]
    public void A_roster_that_contradicts_itself_cannot_be_read(string how)
    {
        var desk = new JsonObject
        {
            ["gate"] = HostileDesk.GateName,
            ["epoch"] = 1,
            ["people"] = new JsonArray(new JsonObject { ["name"] = "alice", ["roles"] = new JsonArray("reviewer") }, new JsonObject { ["name"] = "bob", ["roles"] = new JsonArray("reviewer") }, new JsonObject { ["name"] = "carol", ["roles"] = new JsonArray("reviewer") }),
            ["approvals"] = new JsonObject { ["count"] = 1, ["preserve"] = 1, ["release"] = new JsonObject { ["subscriber"] = 2, ["identification"] = 2, ["traffic"] = 2, ["content"] = 3, ["emergency"] = 2 } },
            ["change"] = new JsonObject { ["quorum"] = 3, ["wait"] = 86400 },
        };
        ByPasskey(desk);
        var good = Roster.Read(Encoding.UTF8.GetBytes(desk.ToJsonString()));
        Assert.Equal((3, 3, TimeSpan.FromDays(1)), (good.MostNeeded, good.Change!.Quorum, good.Change.Wait));
        using var key = NoteSigner.Generate("alice");
        var alice = desk["people"]![0]!;
        switch (how)
        {
            case "one for an emergency":
                desk["approvals"]!["release"]!["emergency"] = 1;
                break;
            case "one for content":
                desk["approvals"]!["release"]!["content"] = 1;
                break;
            case "copied where none may be":
                alice["passkeys"]![0]!["backedUp"] = true;
                break;
            case "no rules":
                desk.Remove("passkeys");
                break;
            case "same passkey twice":
                desk["people"]![1]!["passkeys"]!.AsArray().Add(passkeys["alice"].OnRoster());
                break;
            case "other origin":
                desk["passkeys"]!["origin"] = "https://desk.example";
                break;
            case "key where none may be":
                alice["key"] = key.Verifier.ToString();
                break;
            case "nothing to sign with":
                alice["passkeys"] = new JsonArray();
                break;
            default:
                desk["change"]!["quorum"] = 2;
                break;
        }
        Assert.Equal("malformed", Assert.Throws<RefusalException>(() => Roster.Read(Encoding.UTF8.GetBytes(desk.ToJsonString()))).Refusal.Code);
    }

    private static string With(SoftPasskey passkey, Action<SoftPasskey> bend, string text)
    {
        bend(passkey);
        return passkey.Note("bob", text);
    }

    private static string StopText(HostileDesk desk, string demand) =>
        Stop.Text(HostileDesk.GateName, demand, desk.Clock.GetUtcNow(), Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)));

    private static string LiftText(HostileDesk desk, string stop) => Lift.Text(HostileDesk.GateName, stop, desk.Clock.GetUtcNow());

    private static string Note(string text, params NoteSignature[] lines) => Encoding.UTF8.GetString(new SignedNote(text, lines).Bytes());
}
