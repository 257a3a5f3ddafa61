using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Every line of the protocol's table, sent as raw bytes by a desk that lies: the code, the line in the journal, and nothing released.</summary>
public class RefusalTests
{
    /// <summary>The house in which each line is tried.</summary>
    protected virtual Task<HostileDesk> Begin() => HostileDesk.Begin();

    /// <summary>Sends one envelope that must be refused.</summary>
    internal static async Task Refused(HostileDesk desk, Case one, string code, int status = 403)
    {
        var answer = await one.File();
        Assert.Equal((status, code), (answer.Status, answer.Refused));
        foreach (var member in new[] { "what", "where", "rule", "next" })
            Assert.NotEqual("", answer.Member(member) ?? "");
        Assert.Equal(code, desk.Refusals()[^1]);
        Assert.Equal(404, (await desk.Get($"/packages/{one.Digest}/{one.Name}.age")).Status);
        Assert.DoesNotContain(desk.Own(), own => own.Type is "begun" or "sealed");
    }

    [Fact]
    public async Task One_approval_releases_nothing()
    {
        await using var desk = await Begin();
        var release = (await Case.Release(desk)).ApprovedBy("alice");

        var atOnce = await release.File(wait: false);
        Assert.Equal((403, "too-few-approvals"), (atOnce.Status, atOnce.Refused));
        Assert.Equal("too-few-approvals", desk.Refusals()[^1]);
        Assert.Equal(404, (await desk.Get("/orders/" + release.Digest)).Status);

        var waiting = await release.File();
        Assert.Equal((202, "waiting"), (waiting.Status, waiting.State));
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "begun");
    }

    [Fact]
    public async Task The_same_reviewer_twice_is_one_person()
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk);
        await Refused(desk, release.ApprovedBy("alice", "alice"), "same-reviewer-twice", 409);

        Assert.Equal("waiting", (await release.ApprovedBy("alice").File()).State);
        var again = await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "alice"));
        Assert.Equal(("waiting", "1"), (again.State, again.Member("have")));
    }

    [Fact]
    public async Task An_approval_for_another_order_counts_for_nothing()
    {
        await using var desk = await Begin();
        var other = await Case.Release(desk);
        var release = await Case.Release(desk);
        release.Approvals[1] = other.Approvals[1];
        await Refused(desk, release, "wrong-approval");
        Assert.Equal("wrong-approval", (await desk.Post($"/orders/{(await Waiting(desk)).Digest}/approvals", other.Approvals[1])).Refused);
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("gate")]
    [InlineData("verb")]
    [InlineData("signature")]
    [InlineData("forged")]
    public async Task An_approval_of_another_epoch_gate_or_verb_or_by_another_hand_counts_for_nothing(string bent)
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk);
        release.Approvals[1] = bent switch
        {
            "epoch" => desk.Approve(release.Digest, "bob", epoch: 2),
            "gate" => desk.Approve(release.Digest, "bob", gate: "gate2.example"),
            "verb" => desk.Approve(release.Digest, "bob", verb: "refuse"),
            "signature" => desk.Approve(release.Digest, "bob", by: "alice"),
            _ => HostileDesk.Sign($"counterseal/approval/v1\nverb approve\ngate {HostileDesk.GateName}\nepoch 1\nreviewer bob\norder {release.Digest}\n", NoteSigner.Generate("bob")),
        };
        await Refused(desk, release, "wrong-approval");
    }

    [Fact]
    public async Task A_scope_widened_after_approval_is_another_order()
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk, order: order => order["scope"] = HostileDesk.ScopeJson(Case.Mail(DataCategory.Subscriber)));
        release.Order["scope"] = HostileDesk.ScopeJson(desk.Demand.Scope);
        await Refused(desk, release, "wrong-approval");
    }

    [Fact]
    public async Task A_scope_wider_than_decided_is_refused_whoever_approved_it()
    {
        await using var desk = await Begin();
        await Refused(desk, await Case.Release(desk, decided: body => body["scope"] = HostileDesk.ScopeJson(Case.Mail(DataCategory.Subscriber))), "wider-than-decided");
    }

    [Theory]
    [InlineData("count")]
    [InlineData("preserve")]
    public async Task What_was_not_demanded_is_neither_counted_nor_preserved(string kind)
    {
        await using var desk = await Begin();
        var elsewhere = new Scope([desk.Demand.Scope.Items[0] with { Selector = new Selector(SelectorKind.Mailbox, "somebody@mail.example") }]);
        await Refused(desk, await Case.OnReceived(desk, kind, elsewhere), "wider-than-decided");
    }

    [Fact]
    public async Task Scope_beyond_the_law_is_refused_though_it_was_decided_and_approved()
    {
        await using var desk = await Begin();
        // A subpoena does not reach content; the decision pretends that it does.
        desk.Demand = Case.Warrant() with { Instrument = "us.sca.subpoena" };
        await Refused(desk, await Case.Release(desk), "beyond-law");
    }

    [Fact]
    public async Task A_forged_assessment_under_valid_approvals_releases_nothing()
    {
        await using var desk = await Begin();
        await Refused(desk, await Case.Release(desk, decided: body => body["basis"] = "us.sca.subpoena.reach"), "beyond-law");
        await Refused(desk, await Case.Release(desk, decided: body => body["basisIsPolicy"] = true), "beyond-law");
    }

    [Fact]
    public async Task A_demand_that_nobody_authenticated_releases_nothing()
    {
        await using var desk = await Begin();
        var unknown = await Case.Release(desk);
        unknown.Facts.Remove("authenticated");
        await Case.Release(desk, of: unknown);
        await Refused(desk, unknown, "beyond-law");
    }

    [Fact]
    public async Task A_swapped_recipient_is_refused()
    {
        await using var desk = await Begin();
        using var thief = AgeIdentity.Generate();
        // Another entry, properly signed, that is not the one ordered.
        await Refused(desk, await Case.Release(desk, directory: desk.Sign(desk.DirectoryText(thief.Recipient.Text), "dora", "egon")), "wrong-recipient");
        // The entry ordered, with the key swapped under its signatures.
        await Refused(desk, await Case.Release(desk, directory: desk.Sign(desk.DirectoryText(), "dora", "egon").Replace(desk.Recipient.Recipient.Text, thief.Recipient.Text, StringComparison.Ordinal)), "wrong-recipient");
        // The order names another recipient than the decision.
        var swapped = desk.DirectoryText(thief.Recipient.Text);
        await Refused(desk, await Case.Release(desk, order: order => order["recipient"] = HostileDesk.Sha(Encoding.UTF8.GetBytes(swapped)), directory: desk.Sign(swapped, "dora", "egon")), "wrong-event");
    }

    [Fact]
    public async Task A_directory_entry_with_one_signature_or_by_people_without_the_role_is_refused()
    {
        await using var desk = await Begin();
        await Refused(desk, await Case.Release(desk, directory: desk.Sign(desk.DirectoryText(), "dora")), "wrong-recipient");
        await Refused(desk, await Case.Release(desk, directory: desk.Sign(desk.DirectoryText(), "dora", "dora")), "wrong-recipient");
        await Refused(desk, await Case.Release(desk, directory: desk.Sign(desk.DirectoryText(), "dora", "alice")), "wrong-recipient");
    }

    [Fact]
    public async Task A_decision_that_is_not_in_the_ledger_releases_nothing()
    {
        await using var desk = await Begin();
        // The proof is of another leaf.
        var genuine = await desk.Log(HostileDesk.EventBytes("decided", HostileDesk.NewDemandId(), []));
        await Refused(desk, await Case.Release(desk, log: bytes =>
        {
            var forged = genuine.DeepClone().AsObject();
            forged["bytes"] = Convert.ToBase64String(bytes);
            return Task.FromResult(forged);
        }), "not-in-ledger");
        // The right leaf with another salt.
        await Refused(desk, await Case.Release(desk, log: async bytes =>
        {
            var forged = await desk.Log(bytes);
            forged["salt"] = HostileDesk.Hex(RandomNumberGenerator.GetBytes(32));
            return forged;
        }), "not-in-ledger");
    }

    [Fact]
    public async Task A_checkpoint_of_another_log_proves_nothing()
    {
        await using var desk = await Begin();
        var made = LedgerHome.Create(desk.At("other"), "ledger.example/log");
        await using var other = await LedgerHost.Start(made.Home.Folder, "unix:" + desk.At("other.sock"), TimeProvider.System, CancellationToken.None);
        using var client = new LedgerClient(other.Address, made.Key, made.Credentials["desk"]);
        await Refused(desk, await Case.Release(desk, log: bytes => desk.Log(bytes, client)), "other-log");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task A_fork_of_the_ledger_under_its_own_key_is_noticed(int more)
    {
        await using var desk = await Begin();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        // The ledger's key and credentials were stolen: another history is signed with them, shorter or longer than the one the gate saw.
        var fork = LedgerHome.Create(desk.At("fork"), "ledger.example/log");
        File.Copy(desk.LedgerMade.Home.Key, fork.Home.Key, overwrite: true);
        File.Copy(desk.LedgerMade.Home.Writers, fork.Home.Writers, overwrite: true);
        Directory.Delete(fork.Home.LogFolder, recursive: true);
        using (var key = fork.Home.OpenKey())
            Log.Create(fork.Home.LogFolder, key);
        await using var forked = await LedgerHost.Start(fork.Home.Folder, "unix:" + desk.At("fork.sock"), TimeProvider.System, CancellationToken.None);
        using var client = desk.LedgerAt(forked.Address);
        for (var i = 0; i < more; i++)
            await desk.Log([(byte)i], client);

        var release = await Case.Release(desk, log: bytes => desk.Log(bytes, client));
        var answer = await release.File();
        Assert.Equal((403, "fork"), (answer.Status, answer.Refused));
        Assert.Equal("fork", desk.Refusals()[^1]);
    }

    [Fact]
    public async Task An_order_is_good_only_in_its_window_on_the_gates_clock()
    {
        await using var desk = await Begin();
        var now = desk.Clock.GetUtcNow();
        await Refused(desk, await Case.Release(desk, order: order => order["notBefore"] = Instant.Text(now + TimeSpan.FromSeconds(1))), "too-early");
        await Refused(desk, await Case.Release(desk, order: order =>
        {
            order["notBefore"] = Instant.Text(now - TimeSpan.FromHours(2));
            order["expires"] = Instant.Text(now);
        }), "expired");
        await Refused(desk, await Case.Release(desk, order: order => order["expires"] = Instant.Text(now + TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1))), "too-long");
        await Refused(desk, await Case.OnReceived(desk, "preserve", order: order => order["preserveUntil"] = Instant.Text(now + TimeSpan.FromDays(367))), "too-long");
    }

    [Fact]
    public async Task An_order_that_waited_too_long_for_its_second_approval_is_over()
    {
        await using var desk = await Begin();
        var release = await Waiting(desk);
        desk.Clock.Advance(TimeSpan.FromHours(4) - TimeSpan.FromSeconds(30));
        var second = desk.Approve(release.Digest, "bob");
        desk.Clock.Advance(TimeSpan.FromSeconds(40));
        var late = await desk.Post($"/orders/{release.Digest}/approvals", second);
        Assert.Contains(late.Refused, (string[])["expired", "unknown"]);
        Assert.Contains("expired", desk.Refusals());
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
    }

    [Fact]
    public async Task A_second_release_for_the_same_decision_is_refused_unless_a_new_decision_names_it()
    {
        await using var desk = await Begin();
        var first = await Case.Release(desk);
        Assert.Equal("done", (await first.File()).State);
        var firstDigest = first.Digest;

        // The same decision under a new nonce, and a second leaf for the same version of the same demand.
        first.Order["nonce"] = HostileDesk.Hex(RandomNumberGenerator.GetBytes(16));
        first.ApprovedBy("alice", "bob");
        Assert.Equal((409, "already-released"), ((await first.File()).Status, (await first.File()).Refused));
        await Case.Release(desk, of: first, decided: body => body["reasons"] = new JsonArray("for other reasons"));
        Assert.Equal("already-released", (await first.File()).Refused);
        await desk.RestartGate();
        Assert.Equal("already-released", (await first.File()).Refused);
        Assert.Equal("already-released", desk.Refusals()[^1]);

        // A re-issue must be decided, and name an order that released.
        await Case.Release(desk, of: first, version: 9, order: order => order["reissueOf"] = firstDigest);
        Assert.Equal("wrong-event", (await first.File()).Refused);
        await Case.Release(desk, of: first, version: 9, reissueOf: new string('a', 64));
        Assert.Equal("wrong-event", (await first.File()).Refused);
        await Case.Release(desk, of: first, version: 9, reissueOf: firstDigest);
        Assert.Equal("done", (await first.File()).State);
    }

    [Fact]
    public async Task The_wrong_original_is_refused()
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk);
        release.Original[0] ^= 1;
        await Refused(desk, release, "wrong-original");
        release.Original[0] ^= 1;
    }

    [Fact]
    public async Task Another_gates_order_and_production_in_a_trial_are_refused()
    {
        await using var desk = await Begin();
        await Refused(desk, await Case.Release(desk, order: order => order["gate"] = "gate2.example"), "wrong-gate");
        await Refused(desk, await Case.Release(desk, order: order => order["trial"] = false), "wrong-gate");
    }

    [Fact]
    public async Task A_rule_book_that_the_gate_does_not_hold_is_refused()
    {
        await using var desk = await Begin();
        var digest = new string('b', 64);
        await Refused(desk, await Case.Release(desk, decided: body => body["book"] = digest, order: order => order["book"] = digest), "unknown-book");
    }

    [Theory]
    [InlineData("decision", "noData")]
    [InlineData("decision", "reject")]
    [InlineData("originalDigest", null)]
    [InlineData("demandDigest", null)]
    [InlineData("factsDigest", null)]
    [InlineData("book", null)]
    [InlineData("recipient", null)]
    [InlineData("asOf", "2026-11-24T01:00:00Z")]
    [InlineData("received", "2026-11-24T01:00:00Z")]
    public async Task A_decision_that_says_otherwise_in_any_field_is_the_wrong_event(string member, string? value)
    {
        await using var desk = await Begin();
        await Refused(desk, await Case.Release(desk, decided: body => body[member] = value ?? new string('c', 64)), "wrong-event");
    }

    [Fact]
    public async Task An_event_of_another_type_or_demand_is_the_wrong_event()
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk);
        await release.RestOn("assessed", [], 3, null);
        release.Order["rests"] = HostileDesk.Sha(Convert.FromBase64String(release.Event["bytes"]!.GetValue<string>()));
        await Refused(desk, release.ApprovedBy("alice", "bob"), "wrong-event");

        var other = await Case.Release(desk);
        other.Order["demand"]!["id"] = HostileDesk.NewDemandId();
        await Refused(desk, other.ApprovedBy("alice", "bob"), "wrong-event");
        await Refused(desk, await Case.OnReceived(desk, "count", received: body => body["demand"]!["reference"] = "another"), "wrong-event");
        await Refused(desk, await Case.OnReceived(desk, "count", received: body => body["original"]!["digest"] = new string('d', 64)), "wrong-event");
    }

    [Fact]
    public async Task Without_the_ledger_nothing_runs_but_a_stop_is_taken()
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk);
        await desk.StopLedger();

        var away = await release.File();
        Assert.Equal((503, "ledger-away"), (away.Status, away.Refused));
        Assert.Equal("stopped", (await desk.Post("/stops", desk.StopNote(release.DemandId))).State);
        await desk.StartLedger();
        // The first question may meet the end of the old connection; the gate then says that the ledger is away, and is asked again.
        var back = await release.File();
        for (var i = 0; i < 40 && back.Refused == "ledger-away"; i++)
        {
            await Task.Delay(50);
            back = await release.File();
        }
        Assert.Equal("stopped", back.Refused);
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 200 && desk.Own().Any(own => own.Index is null); i++)
            await Task.Delay(25);
        Assert.All(desk.Own(), own => Assert.NotNull(own.Index));
    }

    [Fact]
    public async Task A_source_that_breaks_its_format_releases_nothing()
    {
        await using var desk = await Begin();
        var release = await Case.Release(desk);
        var accounts = await File.ReadAllTextAsync(desk.At("accounts.ndjson"));
        await File.WriteAllTextAsync(desk.At("accounts.ndjson"), accounts + "{broken\n");
        var answer = await release.File();
        Assert.Equal((403, "source"), (answer.Status, answer.Refused));
        Assert.Equal("source", desk.Refusals()[^1]);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "sealed");

        await File.WriteAllTextAsync(desk.At("accounts.ndjson"), accounts);
        Assert.Equal("done", (await release.File()).State);
    }

    [Fact]
    public void The_table_of_the_protocol_and_the_gates_codes_are_the_same()
    {
        var refusals = File.ReadAllText(Repository.Folder("docs", "gate-protocol.md")).Split("## Refusals")[1].Split("\n## ")[0];
        var table = refusals.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => line.Split('|')[1].Split('·')).Select(code => code.Trim(' ', '`'));
        Assert.Equal(Refusal.Codes.Order(), table.Order());
    }

    internal static async Task<Case> Waiting(HostileDesk desk)
    {
        var release = (await Case.Release(desk)).ApprovedBy("alice");
        Assert.Equal("waiting", (await release.File()).State);
        return release;
    }
}
