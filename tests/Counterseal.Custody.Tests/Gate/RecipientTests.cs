using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>For whom a package is made: formats, several keys, confirmation, versions, revocation, and who may approve.</summary>
public class RecipientTests
{
    [Theory]
    [InlineData("age-x25519", 1)]
    [InlineData("age-x25519", 3)]
    [InlineData("age-x25519 armor", 1)]
    [InlineData("age-hybrid", 2)]
    [InlineData("age-hybrid armor", 1)]
    public async Task A_release_is_made_in_the_format_of_the_entry_and_each_of_its_keys_opens_it(string format, int count)
    {
        await using var desk = await HostileDesk.Begin();
        var identities = Enumerable.Range(0, count).Select(_ => AgeIdentity.Generate(format.StartsWith("age-hybrid", StringComparison.Ordinal) ? AgeKind.Hybrid : AgeKind.X25519)).ToList();
        var release = await To(desk, desk.DirectoryText(string.Join(',', identities.Select(one => one.Recipient.Text)), format: format));
        Assert.Equal("done", (await release.File()).State);
        var folder = await Fetch(desk, release);
        Assert.Equal(format.EndsWith("armor", StringComparison.Ordinal), File.ReadAllText(Path.Combine(folder, release.Name + ".age")).StartsWith("-----BEGIN", StringComparison.Ordinal));
        for (var i = 0; i < count; i++)
        {
            Assert.All(Package.Open(Path.Combine(folder, release.Name), Trust(desk), identities[i], desk.At($"opened-{i}"), CancellationToken.None), check => Assert.True(check.Holds));
            identities[i].Dispose();
        }
    }

    [Fact]
    public async Task A_gate_with_a_volume_size_serves_the_volumes_by_their_names()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        var settings = Path.Combine(desk.Home, "gate.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(settings))!;
        json["volumeSize"] = 1_000_000;
        await File.WriteAllTextAsync(settings, json.ToJsonString());
        await Assert.ThrowsAsync<InvalidDataException>(desk.StartGate);
        json["volumeSize"] = 1 << 20;
        await File.WriteAllTextAsync(settings, json.ToJsonString());
        var body = Convert.ToBase64String(AgeTests.Bytes(1_500_000, 1), Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n");
        await File.AppendAllTextAsync(desk.At("mail", "maeve.mbox"), $"From x@example.org Sat Oct 10 13:00:00 2026\nFrom: x@example.org\nTo: maeve@mail.example\nDate: Sat, 10 Oct 2026 13:00:00 +0000\nSubject: large\nMessage-ID: <large@example.org>\n\n{body}\n\n");
        await desk.StartGate();
        var release = await Case.Release(desk);
        var answer = await release.File();
        Assert.True(answer.State == "done", answer.Text);
        var folder = await Fetch(desk, release);
        Assert.Equal(
            [$"{release.Name}.age.001", $"{release.Name}.age.002", $"{release.Name}.counterseal"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age.003")).Status);
        Assert.All(Package.Open(Path.Combine(folder, release.Name), Trust(desk), desk.Recipient, desk.At("opened"), CancellationToken.None), check => Assert.True(check.Holds));
    }

    [Fact]
    public async Task A_release_for_gpg_is_opened_by_gpg_and_its_bag_is_the_one_that_was_sealed()
    {
        using var gpg = OpenPgp.Gpg.Of("ed25519", "cv25519", at: HostileDesk.Start.AddDays(-3));
        await using var desk = await HostileDesk.Begin();
        var release = await To(desk, desk.DirectoryText(Convert.ToBase64String(gpg.Exported), format: "openpgp-gpg"));
        var answer = await release.File();
        Assert.True(answer.State == "done", answer.Text);
        var folder = await Fetch(desk, release);
        var archive = desk.At("decrypted.tar");
        await File.WriteAllBytesAsync(archive, gpg.Decrypt(await File.ReadAllBytesAsync(Path.Combine(folder, release.Name + ".pgp"))));
        var checks = Package.OpenArchive(Path.Combine(folder, release.Name), Trust(desk), archive, desk.At("opened"), CancellationToken.None);
        Assert.All(checks, check => Assert.True(check.Holds, check.What));
        Assert.NotEmpty(Directory.GetFiles(desk.At("opened", "data"), "*", SearchOption.AllDirectories));
        Assert.All(Package.Verify(Path.Combine(folder, release.Name + ".pgp"), Trust(desk), CancellationToken.None), check => Assert.True(check.Holds, check.What));
        // Another archive is not this package's.
        await File.WriteAllBytesAsync(archive, new byte[1024]);
        Assert.Throws<PackageException>(() => { Package.OpenArchive(Path.Combine(folder, release.Name), Trust(desk), archive, desk.At("again"), CancellationToken.None); });
        Assert.Contains("OpenPGP message", Assert.Throws<PackageException>(() => { Package.Open(Path.Combine(folder, release.Name), Trust(desk), desk.Recipient, desk.At("again"), CancellationToken.None); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_by_RFC_9580_is_opened_by_npms_openpgp()
    {
        var judge = NpmJudge.Of("openpgp");
        using var scratch = new Scratch();
        var (certificate, secret) = OpenPgp.OpenPgpTests.Sixth(judge, scratch, HostileDesk.Start.AddDays(-3));
        await using var desk = await HostileDesk.Begin();
        var release = await To(desk, desk.DirectoryText(Convert.ToBase64String(certificate.Bytes), format: "openpgp-9580"));
        var answer = await release.File();
        Assert.True(answer.State == "done", answer.Text);
        var folder = await Fetch(desk, release);
        var archive = desk.At("decrypted.tar");
        await File.WriteAllBytesAsync(archive, judge.Do(await File.ReadAllBytesAsync(Path.Combine(folder, release.Name + ".pgp")), "decrypt", secret));
        Assert.All(Package.OpenArchive(Path.Combine(folder, release.Name), Trust(desk), archive, desk.At("opened"), CancellationToken.None), check => Assert.True(check.Holds, check.What));
    }

    [Theory]
    [InlineData("age-hybrid")]
    [InlineData("openpgp-gpg")]
    [InlineData("openpgp-9580")]
    [InlineData("age")]
    [InlineData("age-x25519 armour")]
    public async Task Keys_that_do_not_fit_the_format_are_refused(string format)
    {
        await using var desk = await HostileDesk.Begin();
        Assert.Equal("malformed", (await desk.Post("/directory", desk.Sign(desk.DirectoryText(format: format), "dora", "egon"))).Refused);
    }

    [Fact]
    public async Task Mixed_kinds_a_key_twice_and_more_than_sixteen_are_refused()
    {
        await using var desk = await HostileDesk.Begin();
        using var hybrid = AgeIdentity.Generate(AgeKind.Hybrid);
        var one = desk.Recipient.Recipient.Text;
        foreach (var keys in new[] { $"{one},{hybrid.Recipient.Text}", $"{one},{one}", string.Join(',', Enumerable.Range(0, 17).Select(_ => AgeIdentity.Generate().Recipient.Text)) })
            Assert.Equal("malformed", (await desk.Post("/directory", desk.Sign(desk.DirectoryText(keys), "dora", "egon"))).Refused);
    }

    [Theory]
    [InlineData("2026-11-23T10:00:00Z carol by telephone", "wrong-recipient")]
    [InlineData("2026-11-23T10:00:00Z alice by telephone", "wrong-recipient")]
    [InlineData("2026-11-24T10:00:00Z dora by telephone", "wrong-recipient")]
    [InlineData("2026-11-23T10:00:00Z dora", "malformed")]
    [InlineData("yesterday dora by telephone", "malformed")]
    public async Task An_entry_whose_keys_nobody_who_signed_it_has_confirmed_is_refused(string confirmed, string code)
    {
        await using var desk = await HostileDesk.Begin();
        Assert.Equal(code, (await desk.Post("/directory", desk.Sign(desk.DirectoryText(confirmed: confirmed), "dora", "egon"))).Refused);
    }

    [Fact]
    public async Task A_version_below_the_highest_seen_or_beside_it_is_refused_and_a_higher_one_is_taken()
    {
        await using var desk = await HostileDesk.Begin();
        using var thief = AgeIdentity.Generate();
        var old = desk.Sign(desk.DirectoryText(version: 2), "dora", "egon");
        Assert.Equal(200, (await desk.Post("/directory", old)).Status);
        Assert.Equal(200, (await desk.Post("/directory", old)).Status);
        Assert.Equal("wrong-recipient", (await desk.Post("/directory", desk.Sign(desk.DirectoryText(version: 1), "dora", "egon"))).Refused);
        Assert.Equal("wrong-recipient", (await desk.Post("/directory", desk.Sign(desk.DirectoryText(thief.Recipient.Text, version: 2), "dora", "egon"))).Refused);
        Assert.Equal(200, (await desk.Post("/directory", desk.Sign(desk.DirectoryText(version: 1, authority: "customs"), "dora", "egon"))).Status);
        Assert.Equal(200, (await desk.Post("/directory", desk.Sign(desk.DirectoryText(version: 3), "dora", "egon"))).Status);
        Assert.Equal("wrong-recipient", (await (await To(desk, desk.DirectoryText(version: 2))).File()).Refused);
        await desk.RestartGate();
        Assert.Equal("wrong-recipient", (await (await To(desk, desk.DirectoryText(version: 2))).File()).Refused);
        Assert.Equal("done", (await (await To(desk, desk.DirectoryText(version: 3))).File()).State);
    }

    [Fact]
    public async Task A_newer_version_that_comes_while_an_order_waits_ends_it()
    {
        await using var desk = await HostileDesk.Begin();
        var release = (await Case.Release(desk)).ApprovedBy("alice");
        Assert.Equal("waiting", (await release.File()).State);
        Assert.Equal(200, (await desk.Post("/directory", desk.Sign(desk.DirectoryText(version: 2), "dora", "egon"))).Status);
        Assert.Equal("wrong-recipient", (await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "bob"))).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type is "begun" or "sealed");
    }

    [Fact]
    public async Task A_revocation_by_one_person_of_the_directory_holds_at_once_and_is_on_the_ledger()
    {
        await using var desk = await HostileDesk.Begin();
        var waiting = (await Case.Release(desk)).ApprovedBy("alice");
        Assert.Equal("waiting", (await waiting.File()).State);
        var revoked = await desk.Post("/revocations", Revoke(desk, "egon"));
        Assert.True(revoked.Status == 200, revoked.Text);
        Assert.NotNull(Assert.Single(desk.Own(), own => own.Type == "revoked").Index);
        Assert.Equal("wrong-recipient", (await desk.Post($"/orders/{waiting.Digest}/approvals", desk.Approve(waiting.Digest, "bob"))).Refused);
        Assert.Equal("wrong-recipient", (await (await Case.Release(desk)).File()).Refused);
        Assert.Equal("wrong-recipient", (await desk.Post("/directory", desk.Sign(desk.DirectoryText(), "dora", "egon"))).Refused);
        // Again is the same; a deleted file does not bring the entry back, because it is in the journal.
        Assert.Equal(200, (await desk.Post("/revocations", Revoke(desk, "egon"))).Status);
        Assert.Single(desk.Own(), own => own.Type == "revoked");
        File.Delete(Directory.GetFiles(Path.Combine(desk.Home, "directory"), "*.revoked").Single());
        Assert.Equal("wrong-recipient", (await (await Case.Release(desk)).File()).Refused);
        await desk.RestartGate();
        Assert.Equal("wrong-recipient", (await (await Case.Release(desk)).File()).Refused);
    }

    [Fact]
    public async Task A_revocation_after_the_sealing_keeps_the_package_from_being_handed_out_and_a_reissue_to_the_new_key_is_possible()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        Assert.Equal(200, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
        Assert.Equal(200, (await desk.Post("/revocations", Revoke(desk, "dora"))).Status);
        foreach (var file in new[] { ".age", ".counterseal" })
            Assert.Equal("wrong-recipient", (await desk.Get($"/packages/{release.Digest}/{release.Name}{file}")).Refused);
        using var fresh = AgeIdentity.Generate();
        var again = await To(desk, desk.DirectoryText(fresh.Recipient.Text, version: 2), release);
        var answer = await again.File();
        Assert.True(answer.State == "done", answer.Text);
        Assert.NotEmpty(Package.Open(Path.Combine(await Fetch(desk, again), again.Name), Trust(desk), fresh, desk.At("opened"), CancellationToken.None));
    }

    [Fact]
    public async Task The_authority_itself_revokes_a_known_entry_and_strangers_do_not()
    {
        await using var desk = await HostileDesk.Begin();
        using var stranger = NoteSigner.Generate("police.example");
        Assert.Equal("not-on-roster", (await desk.Post("/revocations", RevokeBy(desk, desk.AuthoritySigner))).Refused);
        Assert.Equal(200, (await desk.Post("/directory", desk.Sign(desk.DirectoryText(), "dora", "egon"))).Status);
        Assert.Equal("not-on-roster", (await desk.Post("/revocations", RevokeBy(desk, stranger))).Refused);
        // A reviewer without the role is not enough.
        Assert.Equal("not-on-roster", (await desk.Post("/revocations", Revoke(desk, "alice"))).Refused);
        Assert.Equal("wrong-gate", (await desk.Post("/revocations", Revoke(desk, "dora", gate: "other.example"))).Refused);
        Assert.Equal("malformed", (await desk.Post("/revocations", "counterseal/revocation/v1\n")).Refused);
        Assert.Equal("done", (await (await Case.Release(desk)).File()).State);
        Assert.Equal(200, (await desk.Post("/revocations", RevokeBy(desk, desk.AuthoritySigner))).Status);
        Assert.Equal("wrong-recipient", (await (await Case.Release(desk)).File()).Refused);
    }

    [Fact]
    public async Task A_revocation_is_taken_without_the_ledger_and_goes_on_record_when_it_is_back()
    {
        await using var desk = await HostileDesk.Begin();
        await desk.StopLedger();
        Assert.Equal(200, (await desk.Post("/revocations", Revoke(desk, "dora"))).Status);
        await desk.StartLedger();
        for (var i = 0; i < 200 && desk.Own().All(own => own.Type != "revoked" || own.Index is null); i++)
        {
            desk.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(25);
        }
        Assert.NotNull(Assert.Single(desk.Own(), own => own.Type == "revoked").Index);
    }

    [Fact]
    public async Task The_two_who_signed_a_key_are_not_alone_the_two_who_approve_the_release()
    {
        await using var desk = await HostileDesk.Begin();
        desk.WriteRoster(desk.RosterJson(change: roster =>
        {
            foreach (var person in roster["people"]!.AsArray())
                person!["roles"] = new JsonArray("reviewer", "directory");
        }));
        var release = (await Case.Release(desk)).ApprovedBy("dora", "egon");
        Assert.Equal("key-signers", (await release.File(wait: false)).Refused);
        Assert.Equal("key-signers", (await release.File()).Refused);
        // One after the other comes to the same; the order goes on waiting for somebody else.
        release.ApprovedBy("dora");
        Assert.Equal("waiting", (await release.File()).State);
        Assert.Equal("key-signers", (await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "egon"))).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type is "begun" or "sealed");
        Assert.Equal("done", (await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "alice"))).State);
    }

    [Fact]
    public async Task A_key_that_ends_between_decision_and_sealing_is_not_sealed_to()
    {
        using var gpg = OpenPgp.Gpg.Of("ed25519", "cv25519", expire: "seconds=262800", at: HostileDesk.Start.AddDays(-3));
        await using var desk = await HostileDesk.Begin();
        var release = (await To(desk, desk.DirectoryText(Convert.ToBase64String(gpg.Exported), format: "openpgp-gpg"))).ApprovedBy("alice");
        Assert.Equal("waiting", (await release.File()).State);
        desk.Clock.Advance(TimeSpan.FromHours(2));
        var answer = await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "bob"));
        Assert.Equal("wrong-recipient", answer.Refused);
        Assert.Contains("it ended on", answer.Text, StringComparison.Ordinal);
    }

    /// <summary>A release to the entry of this text, as a first one or as a re-issue.</summary>
    private static Task<Case> To(HostileDesk desk, string text, Case? reissueOf = null)
    {
        var digest = HostileDesk.Sha(Encoding.UTF8.GetBytes(text));
        return Case.Release(desk, body => body["recipient"] = digest, order => order["recipient"] = digest, directory: desk.Sign(text, "dora", "egon"),
            reissueOf: reissueOf?.Digest, version: reissueOf is null ? 4 : 5, of: reissueOf);
    }

    private static Trust Trust(HostileDesk desk) => new(desk.Made.Key, desk.LedgerMade.Key.ToString());

    private static async Task<string> Fetch(HostileDesk desk, Case release)
    {
        var folder = Directory.CreateDirectory(desk.At("fetched-" + release.Name)).FullName;
        var shown = JsonNode.Parse((await desk.Get("/orders/" + release.Digest)).Body)!;
        foreach (var file in shown["result"]!["volumes"]!.AsArray().Select(volume => (string)volume!["name"]!).Append(release.Name + ".counterseal"))
            await File.WriteAllBytesAsync(Path.Combine(folder, file), (await desk.Get($"/packages/{release.Digest}/{file}")).Body);
        return folder;
    }

    private static string RevocationText(HostileDesk desk, string gate) =>
        $"counterseal/revocation/v1\ngate {gate}\nentry {HostileDesk.Sha(Encoding.UTF8.GetBytes(desk.DirectoryText()))}\nat 2026-11-24T02:00:00Z\nreason the key is lost\n";

    private static string Revoke(HostileDesk desk, string by, string gate = HostileDesk.GateName) => desk.Sign(RevocationText(desk, gate), by);

    private static string RevokeBy(HostileDesk desk, NoteSigner signer) => HostileDesk.Sign(RevocationText(desk, HostileDesk.GateName), signer);
}
