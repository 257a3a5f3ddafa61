using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The ledger's key is another one: what the gate believes then, on whose word, and what becomes of packages sealed before.</summary>
public sealed class LedgerKeyTests
{
    [Fact]
    public async Task A_key_that_was_due_is_believed_on_the_old_ones_word_and_packages_of_before_and_after_verify()
    {
        await using var desk = await HostileDesk.Begin();
        var before = await Released(desk, null);
        await desk.StopGate();
        await desk.StopLedger();
        var change = await LedgerKeyChange.Rotate(desk.LedgerMade.Home);
        Assert.Equal(change.New, GateHome.TakeLedgerKey(desk.Home, change).Now);
        Assert.Equal(change.New, GateHome.TakeLedgerKey(desk.Home, change).Now);
        await desk.StartLedger();
        await desk.StartGate();
        var after = await Released(desk, null);

        var about = JsonNode.Parse((await desk.Get("/gate")).Body)!;
        Assert.Equal(change.New.ToString(), about["ledger"]!.GetValue<string>());
        Assert.Equal((change.Old.ToString(), change.At.Size), (about["earlierLedgers"]![0]!["ledger"]!.GetValue<string>(), about["earlierLedgers"]![0]!["upTo"]!.GetValue<long>()));
        var trust = Trust.Parse(new Trust(desk.Made.Key, change.New.ToString()) { EarlierLedgers = LogKeys.Of(change.Old).After(change).Earlier }.Bytes());
        foreach (var package in new[] { before, after })
            Assert.All(Package.Verify(package, trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        Assert.Contains(Package.Verify(before, trust with { EarlierLedgers = [] }, CancellationToken.None), check => !check.Holds);
        await desk.StopGate();
        Assert.All(await GateState.Check(desk.Home, desk.Clock, CancellationToken.None), check => Assert.True(check.Holds, check.What));
    }

    [Fact]
    public async Task Without_the_old_key_only_a_quorum_of_the_roster_says_which_key_is_the_ledgers_and_a_thief_with_the_old_one_gets_nothing_out()
    {
        await using var desk = await HostileDesk.Begin();
        var before = await Released(desk, null);
        await desk.StopGate();
        await desk.StopLedger();
        var stolen = await File.ReadAllBytesAsync(desk.LedgerMade.Home.Key);
        var change = await LedgerKeyChange.Replace(desk.LedgerMade.Home, desk.LedgerMade.Key, KeyChangeReason.Compromised);
        Assert.Contains("0 people", Assert.Throws<InvalidDataException>(() => GateHome.TakeLedgerKey(desk.Home, change)).Message, StringComparison.Ordinal);
        Assert.Contains("1 people", Assert.Throws<InvalidDataException>(() => GateHome.TakeLedgerKey(desk.Home, change.With(desk.People["alice"]).With(desk.People["alice"]))).Message, StringComparison.Ordinal);
        using (var stranger = NoteSigner.Generate("bob"))
            Assert.ThrowsAny<Exception>(() => GateHome.TakeLedgerKey(desk.Home, change.With(desk.People["alice"]).With(stranger)));
        var keys = GateHome.TakeLedgerKey(desk.Home, change.With(desk.People["alice"]).With(desk.People["bob"]));
        Assert.True(keys.Earlier[0].Doubted);
        await desk.StartLedger();
        await desk.StartGate();
        using var client = new LedgerClient(desk.LedgerAddress, keys, desk.LedgerMade.Credentials["desk"]);
        var after = await Released(desk, client);

        // The thief has a ledger of his own under the old key, as long as he likes, with a decision in it that nobody made.
        var forged = LedgerHome.Create(desk.At("forged"), desk.LedgerMade.Key.Name);
        await File.WriteAllBytesAsync(forged.Home.Key, stolen);
        Directory.Delete(forged.Home.LogFolder, recursive: true);
        using (var signer = forged.Home.OpenKey())
            Log.Create(forged.Home.LogFolder, signer);
        await using (var other = await LedgerHost.Start(forged.Home.Folder, "unix:" + desk.At("forged.sock"), TimeProvider.System, CancellationToken.None))
        {
            using var thief = new LedgerClient(other.Address, keys, forged.Credentials["desk"]);
            Assert.Equal("fork", (await (await Case.Release(desk, log: bytes => desk.Log(bytes, thief))).File()).Refused);
            for (var i = 0; other.Log.Latest.Size <= change.At.Size; i++)
                await other.Log.Append(new Leaf(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i)), new byte[32]), CancellationToken.None);
            using var beyond = new LedgerClient(other.Address, desk.LedgerMade.Key, forged.Credentials["desk"]);
            Assert.Equal("other-log", (await (await Case.Release(desk, log: bytes => desk.Log(bytes, beyond))).File()).Refused);
        }

        // Offline: the gate's present key vouches for what it sealed; an earlier one of its keys does not, but a newer proof does.
        var trust = new Trust(desk.Made.Key, keys.Now.ToString()) { EarlierLedgers = keys.Earlier };
        foreach (var package in new[] { before, after })
            Assert.All(Package.Verify(package, trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        using var next = NoteSigner.Generate(HostileDesk.GateName);
        var later = trust with { Gate = next.Verifier.ToString(), Earlier = [new EarlierKey(desk.Made.Key, 1000)] };
        Assert.Contains("ledger renew", Assert.Single(Package.Verify(before, later, CancellationToken.None), check => !check.Holds).What, StringComparison.Ordinal);
        Assert.All(Package.Verify(after, later, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        var seal = SealFile.Read(await File.ReadAllBytesAsync(before));
        var proof = await client.Proof(TlogProof.Parse(seal.Sealed.Proof).Index, seal.Sealed.Leaf, CancellationToken.None);
        await File.WriteAllTextAsync(Path.ChangeExtension(before, ".tlog-proof"), proof.Text());
        Assert.All(Package.Verify(before, later, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        await File.WriteAllTextAsync(Path.ChangeExtension(before, ".tlog-proof"), seal.Sealed.Proof);
        Assert.Contains(Package.Verify(before, later, CancellationToken.None), check => !check.Holds);
    }

    [Fact]
    public async Task A_change_that_stands_for_another_tree_than_the_gate_has_seen_is_not_believed()
    {
        await using var desk = await HostileDesk.Begin();
        await Released(desk, null);
        await desk.StopGate();
        await desk.StopLedger();
        using var old = desk.LedgerMade.Home.OpenKey();
        using var made = NoteSigner.Generate(old.Name);
        var last = Checkpoint.Open(await File.ReadAllBytesAsync(desk.At("gate", "last-checkpoint")), old.Verifier);
        foreach (var at in new[] { last with { Size = last.Size - 1 }, last with { Root = new byte[32] } })
        {
            var note = SignedNote.Sign(LedgerKeyChange.Text(old.Verifier, made.Verifier, at, KeyChangeReason.Rotated), old, made);
            Assert.Contains("evidence", Assert.Throws<InvalidDataException>(() => GateHome.TakeLedgerKey(desk.Home, LedgerKeyChange.Read(note.Bytes()))).Message, StringComparison.Ordinal);
        }
        using var another = NoteSigner.Generate(old.Name);
        var other = SignedNote.Sign(LedgerKeyChange.Text(another.Verifier, made.Verifier, last, KeyChangeReason.Rotated), another, made);
        Assert.Contains("the key that is known here", Assert.Throws<InvalidDataException>(() => GateHome.TakeLedgerKey(desk.Home, LedgerKeyChange.Read(other.Bytes()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_for_cosignatures_gets_a_yes_only_with_them()
    {
        await using var desk = await HostileDesk.Begin();
        var package = await Released(desk, null);
        var witness = WitnessHome.Create(desk.At("w"), "w.example");
        new WitnessHome(desk.At("w")).Add(desk.LedgerMade.Key);
        var trust = Trust.Parse(new Trust(desk.Made.Key, desk.LedgerMade.Key.ToString()) { Witnesses = new WitnessPolicy(1, [witness]) }.Bytes());
        Assert.Contains("ledger renew", Assert.Single(Package.Verify(package, trust, CancellationToken.None), check => !check.Holds).What, StringComparison.Ordinal);

        var seal = SealFile.Read(await File.ReadAllBytesAsync(package));
        using var reader = new LedgerClient(desk.LedgerAddress, desk.LedgerMade.Key, null);
        var proof = await reader.Proof(TlogProof.Parse(seal.Sealed.Proof).Index, seal.Sealed.Leaf, CancellationToken.None);
        using (var asked = Witness.Open(desk.At("w"), TimeProvider.System))
            proof = proof with { Checkpoint = [.. proof.Checkpoint, .. Encoding.UTF8.GetBytes(asked.AddCheckpoint([.. "old 0\n\n"u8, .. proof.Checkpoint]).Body)] };
        await File.WriteAllTextAsync(Path.ChangeExtension(package, ".tlog-proof"), proof.Text());
        Assert.All(Package.Verify(package, trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        using var stranger = NoteSigner.Generate("w.example");
        var others = trust with { Witnesses = new WitnessPolicy(1, [WitnessKey.Of("w.example", stranger.Verifier.PublicKey)]) };
        Assert.Contains(Package.Verify(package, others, CancellationToken.None), check => !check.Holds);
    }

    private static async Task<string> Released(HostileDesk desk, LedgerClient? client)
    {
        var release = client is null ? await Case.Release(desk) : await Case.Release(desk, log: bytes => desk.Log(bytes, client));
        Assert.Equal("done", (await release.File()).State);
        return desk.At("gate", "packages", release.Digest, release.Name + ".counterseal");
    }
}
