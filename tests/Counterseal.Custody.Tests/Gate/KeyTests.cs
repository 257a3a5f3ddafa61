using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The counterseal key: in a file or in a token, Ed25519 or P-256, and given up for another.</summary>
public sealed class KeyTests
{
    [Theory]
    [InlineData(NoteKeyType.Ed25519, false)]
    [InlineData(NoteKeyType.P256, false)]
    [InlineData(NoteKeyType.Ed25519, true)]
    [InlineData(NoteKeyType.P256, true)]
    public async Task A_release_is_sealed_by_a_key_of_either_kind_in_a_file_or_in_a_token(NoteKeyType type, bool inToken)
    {
        await using var house = await HostileDesk.Begin(gate: false);
        var label = "release-" + type;
        var (_, key) = GateHome.RotateKey(house.Home, type, inToken ? SoftHsm.Place("one", label) : null);
        Assert.Equal(inToken, !File.Exists(Path.Combine(house.Home, "gate.key")));
        await house.StartGate();
        var release = await Case.Release(house);
        Assert.Equal("done", (await release.File()).State);

        using var scratch = await Fetched(house, release);
        var trust = new Trust(key, house.LedgerMade.Key.ToString());
        Assert.All(Package.Verify(scratch[release.Name], trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        Assert.Contains(Package.Verify(scratch[release.Name], trust with { Gate = house.Made.Key }, CancellationToken.None), check => !check.Holds);
        if (inToken)
        {
            var seen = SoftHsm.Tool("one", "--list-objects", "--type", "privkey", "--label", label);
            Assert.Contains("sensitive", seen, StringComparison.Ordinal);
            Assert.Contains("never extractable", seen, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_PIN_that_others_can_read_or_write_opens_no_token(UnixFileMode others)
    {
        using var scratch = new Scratch();
        var pin = scratch.Write("pin", "1234"u8);
        File.SetUnixFileMode(pin, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        var refused = Assert.Throws<InvalidDataException>(() => TokenKey.Generate(new TokenPlace("/nowhere.so", "token", "key", pin, ""), "gate.example", NoteKeyType.Ed25519));
        Assert.Contains("make it 600", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_P256_key_in_a_token_signs_is_good_to_openssl_as_well()
    {
        var place = TokenKey.Generate(SoftHsm.Place("one", "openssl"), "gate.example", NoteKeyType.P256);
        using var signer = TokenKey.Open(place);
        const string text = "counterseal/seal/v1\ngate gate.example\n";
        using var scratch = new Scratch();
        scratch.Write("text", Encoding.UTF8.GetBytes(text));
        scratch.Write("signature", signer.Sign(text).Signature);
        await File.WriteAllTextAsync(scratch["key.pem"], PemEncoding.WriteString("PUBLIC KEY", signer.Verifier.PublicKey));
        string[] ask = ["dgst", "-sha256", "-verify", scratch["key.pem"], "-signature", scratch["signature"], scratch["text"]];
        var said = Judge.Ask("openssl", ask);
        Assert.SkipWhen(said is null, "openssl is not on this machine");
        Assert.Equal(0, said.Value.Exit);
        scratch.Write("text", Encoding.UTF8.GetBytes(text + "\n"));
        Assert.NotEqual(0, Judge.Ask("openssl", ask)!.Value.Exit);
    }

    [Fact]
    public async Task A_gate_does_not_start_on_a_token_that_it_cannot_trust()
    {
        await using var house = await HostileDesk.Begin(gate: false);
        var place = SoftHsm.Place("two", "fixed");
        GateHome.RotateKey(house.Home, NoteKeyType.P256, place);
        var path = Path.Combine(house.Home, "gate.pkcs11");
        var good = TokenPlace.Read(await File.ReadAllBytesAsync(path));

        async Task Refused(TokenPlace bent, string why)
        {
            await File.WriteAllBytesAsync(path, bent.Json());
            Assert.Contains(why, (await Assert.ThrowsAsync<InvalidDataException>(house.StartGate)).Message, StringComparison.Ordinal);
        }

        await Refused(good with { Token = "four" }, "shows no token");
        await Refused(good with { Key = "another" }, "not exactly one private key");
        await Refused(good with { Library = "/nowhere/lib.so" }, "cannot be used");
        await Refused(good with { Public = NoteSigner.Generate(HostileDesk.GateName, NoteKeyType.P256).Verifier.ToString() }, "is not the one");
        var wrong = house.At("wrong.pin");
        await File.WriteAllTextAsync(wrong, "000000");
        File.SetUnixFileMode(wrong, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Refused(good with { Pin = wrong }, "CKR_PIN_INCORRECT");
        File.SetUnixFileMode(wrong, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await Refused(good with { Pin = wrong }, "can be used by others");
        await Refused(good with { Pin = "credential:pin" }, "handed over no credentials");

        SoftHsm.Tool("two", "--keypairgen", "--key-type", "EC:prime256v1", "--label", "loose", "--extractable");
        var spki = house.At("loose.der");
        SoftHsm.Tool("two", "--read-object", "--type", "pubkey", "--label", "loose", "--output-file", spki);
        await Refused(good with { Key = "loose", Public = NoteVerifier.OfP256(HostileDesk.GateName, await File.ReadAllBytesAsync(spki)).ToString() }, "can be taken out");

        await File.WriteAllBytesAsync(path, good.Json());
        var key = Path.Combine(house.Home, "gate.key");
        await File.WriteAllTextAsync(key, NoteSigner.Generate(HostileDesk.GateName).Export());
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("both there", (await Assert.ThrowsAsync<InvalidDataException>(house.StartGate)).Message, StringComparison.Ordinal);
        File.Delete(key);
        await house.StartGate();
        Assert.Throws<InvalidDataException>(() => TokenKey.Generate(place, HostileDesk.GateName, NoteKeyType.P256));
    }

    [Fact]
    public async Task A_key_that_was_given_up_is_good_for_what_was_on_the_ledger_before_and_for_nothing_after()
    {
        await using var house = await HostileDesk.Begin();
        var before = await Case.Release(house);
        Assert.Equal("done", (await before.File()).State);
        using var early = await Fetched(house, before);
        await house.StopGate();
        var stolen = await File.ReadAllTextAsync(Path.Combine(house.Home, "gate.key"));
        var (old, made) = GateHome.RotateKey(house.Home, NoteKeyType.Ed25519, null);
        Assert.Equal(house.Made.Key, old);
        await house.StartGate();
        var after = await Case.Release(house);
        Assert.Equal("done", (await after.File()).State);
        using var late = await Fetched(house, after);

        var about = (await house.Get("/gate")).Json;
        Assert.Equal(made, about.GetProperty("key").GetString());
        var earlier = about.GetProperty("earlier")[0];
        Assert.Equal(old, earlier.GetProperty("gate").GetString());
        var trust = Trust.Parse(new Trust(made, house.LedgerMade.Key.ToString()) { Earlier = [new(old, earlier.GetProperty("before").GetInt64())] }.Bytes());
        Assert.All(Package.Verify(early[before.Name], trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        Assert.All(Package.Verify(late[after.Name], trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));

        // Whoever has the old key seals the later package anew with it, dated as he likes: the ledger says where its leaf is.
        var path = late[after.Name + ".counterseal"];
        var file = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllBytesAsync(path))!;
        using var thief = NoteSigner.Parse(stolen.Trim());
        var text = SignedNote.Parse(Encoding.UTF8.GetBytes(file["seal"]!.GetValue<string>())).Text;
        file["seal"] = HostileDesk.Sign(text, thief);
        await File.WriteAllBytesAsync(path, HostileDesk.Canonical(file));
        var wrong = Assert.Single(Package.Verify(late[after.Name], trust, CancellationToken.None), check => !check.Holds);
        Assert.Contains("earlier key", wrong.What, StringComparison.Ordinal);
    }

    private static async Task<Scratch> Fetched(HostileDesk house, Case release)
    {
        var scratch = new Scratch();
        foreach (var name in (string[])[release.Name + ".age", release.Name + ".counterseal"])
            scratch.Write(name, (await house.Get($"/packages/{release.Digest}/{name}")).Body);
        return scratch;
    }
}
