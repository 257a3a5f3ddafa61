using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Custody.Tests.People;

/// <summary>A passkey's answer counts for one text, on one origin, by a person whom the authenticator has verified, and in no other way.</summary>
public class WebAuthnTests
{
    private const string Text = "counterseal/approval/v1\nverb approve\n";
    private static readonly PasskeyRules Rules = new(SoftPasskey.RpId, SoftPasskey.Origin, BackedUp: false);
    private static readonly byte[] Challenge = PasskeyAnswer.Challenge(Text);

    public static TheoryData<string> Algorithms => ["ES256", "EdDSA", "RS256"];

    private static Passkey Known(SoftPasskey soft) => new(soft.Id, CoseKey.Read(soft.CoseKey, out _), soft.BackedUp);

    private static string? Fault(SoftPasskey soft, PasskeyRules? rules = null) => WebAuthn.Fault(soft.Answer(Text), Known(soft), Challenge, rules ?? Rules);

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_good_answer_counts_and_the_same_answer_for_any_other_text_does_not(string algorithm)
    {
        using var soft = new SoftPasskey(algorithm);
        Assert.Null(Fault(soft));
        Assert.Contains("another challenge", WebAuthn.Fault(soft.Answer(Text), Known(soft), PasskeyAnswer.Challenge(Text + "\n"), Rules), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void An_answer_with_any_bit_turned_counts_for_nothing(string algorithm)
    {
        using var soft = new SoftPasskey(algorithm);
        var (answer, known) = (soft.Answer(Text), Known(soft));
        byte[][] parts = [answer.Credential, answer.AuthenticatorData, answer.ClientData, answer.Signature];
        Prop.ForAll(Gen.Choose(0, 8 * parts.Sum(part => part.Length) - 1).ToArbitrary(), bit =>
        {
            var bent = parts.Select(part => part.ToArray()).ToArray();
            var (at, which) = (bit / 8, 0);
            while (at >= bent[which].Length)
                at -= bent[which++].Length;
            bent[which][at] ^= (byte)(1 << (bit % 8));
            return WebAuthn.Fault(new PasskeyAnswer(bent[0], bent[1], bent[2], bent[3]), known, Challenge, Rules) is not null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Another_passkey_of_the_same_kind_does_not_stand_for_this_one(string algorithm)
    {
        using var soft = new SoftPasskey(algorithm);
        using var other = new SoftPasskey(algorithm);
        Assert.NotNull(WebAuthn.Fault(other.Answer(Text), Known(soft), Challenge, Rules));
        Assert.NotNull(WebAuthn.Fault(other.Answer(Text) with { Credential = soft.Id }, Known(soft), Challenge, Rules));
    }

    [Theory]
    [InlineData("type", "webauthn.create", "kind of question")]
    [InlineData("type", "payment.get", "kind of question")]
    [InlineData("origin", "https://desk.example", "another origin")]
    [InlineData("origin", "https://gate.example:444", "another origin")]
    [InlineData("origin", "https://gate.example/", "another origin")]
    [InlineData("origin", "http://gate.example", "another origin")]
    [InlineData("origin", "https://GATE.example", "another origin")]
    [InlineData("origin", "https://evil.gate.example", "another origin")]
    [InlineData("challenge", "AAAA", "another challenge")]
    [InlineData("crossOrigin", "true", "inside a page")]
    [InlineData("crossOrigin", "1", "cannot be read")]
    [InlineData("topOrigin", "\"https://desk.example\"", "under a page")]
    public void What_the_browser_says_is_taken_to_the_letter_though_the_passkey_signed_it(string member, string value, string why)
    {
        using var soft = new SoftPasskey { Client = client => client[member] = member is "crossOrigin" or "topOrigin" ? JsonNode.Parse(value) : value };
        Assert.Contains(why, Fault(soft), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_the_browser_adds_does_no_harm_and_one_that_it_leaves_out_is_missed()
    {
        using var soft = new SoftPasskey { Client = client => client["other_keys_can_be_added_here"] = "do not compare clientDataJSON against a template" };
        Assert.Null(Fault(soft));
        soft.Client = client => client.Remove("crossOrigin");
        Assert.Null(Fault(soft));
        foreach (var member in new[] { "type", "challenge", "origin" })
        {
            soft.Client = client => client.Remove(member);
            Assert.Contains("cannot be read", Fault(soft), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0x04, "present")]
    [InlineData(0x01, "verify the person")]
    [InlineData(0x15, "says that it was")]
    [InlineData(0x0d, "takes no passkeys that can be copied")]
    [InlineData(0x45, "new credential")]
    [InlineData(0x85, "extensions")]
    public void Flags_that_the_roster_does_not_allow_are_refused(int flags, string why)
    {
        using var soft = new SoftPasskey { Flags = (byte)flags };
        Assert.Contains(why, Fault(soft), StringComparison.Ordinal);
    }

    [Fact]
    public void A_passkey_that_can_be_copied_counts_only_where_the_roster_says_so_and_does_not_change_its_mind()
    {
        var lenient = Rules with { BackedUp = true };
        using var synced = new SoftPasskey(backedUp: true);
        Assert.Contains("can be copied", Fault(synced), StringComparison.Ordinal);
        Assert.Null(Fault(synced, lenient));
        synced.Flags |= 0x10;
        Assert.Null(Fault(synced, lenient));
        synced.Flags = 0x05;
        Assert.Contains("otherwise than at its registration", Fault(synced, lenient), StringComparison.Ordinal);
        using var bound = new SoftPasskey();
        Assert.Null(Fault(bound, lenient));
        bound.Flags |= 0x08;
        Assert.Contains("otherwise than at its registration", Fault(bound, lenient), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_relying_party_and_bytes_too_few_or_too_many_are_refused()
    {
        using var soft = new SoftPasskey();
        Assert.Contains("relying party", WebAuthn.Fault(soft.Answer(Text, rpId: "desk.example"), Known(soft), Challenge, Rules), StringComparison.Ordinal);
        soft.Data = data => data[..36];
        Assert.Contains("cut off", Fault(soft), StringComparison.Ordinal);
        soft.Data = data => [.. data, 0];
        Assert.Contains("behind", Fault(soft), StringComparison.Ordinal);
        soft.Data = data =>
        {
            data[32] |= 0x80;
            return [.. data, 0xa1, 0x61, (byte)'x', 0xf5];
        };
        Assert.Null(Fault(soft));
        soft.Data = data =>
        {
            data[32] |= 0x80;
            return [.. data, 0xa1, 0x61, (byte)'x', 0xf5, 0];
        };
        Assert.Contains("behind", Fault(soft), StringComparison.Ordinal);
        soft.Data = null;
        soft.Client = client => client["x"] = new string('x', 5000);
        Assert.Contains("too long", Fault(soft), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_registration_gives_the_passkey_that_then_answers(string algorithm)
    {
        using var soft = new SoftPasskey(algorithm);
        var (attestation, client) = soft.Register(Challenge);
        var passkey = WebAuthn.Register(attestation, client, Challenge, Rules);
        Assert.Equal(soft.Id, passkey.Id);
        Assert.Equal(soft.CoseKey, passkey.Key.Bytes);
        Assert.Null(WebAuthn.Fault(soft.Answer(Text), passkey, Challenge, Rules));
    }

    [Fact]
    public void A_registration_is_held_to_the_same_and_any_other_bytes_are_refused_and_never_crash()
    {
        using var soft = new SoftPasskey();
        var (attestation, client) = soft.Register(Challenge);
        Assert.Throws<FormatException>(() => WebAuthn.Register(attestation, client, PasskeyAnswer.Challenge("x"), Rules));
        Assert.Throws<FormatException>(() => WebAuthn.Register(attestation, client, Challenge, Rules with { RpId = "desk.example" }));
        Assert.Throws<FormatException>(() => WebAuthn.Register(attestation, client, Challenge, Rules with { Origin = "https://desk.example" }));
        Assert.Throws<FormatException>(() => WebAuthn.Register(new byte[20_000], client, Challenge, Rules));
        using var synced = new SoftPasskey(backedUp: true);
        var copied = synced.Register(Challenge);
        Assert.Throws<FormatException>(() => WebAuthn.Register(copied.Attestation, copied.Client, Challenge, Rules));
        var taken = 0;
        Prop.ForAll(Gen.Choose(0, (attestation.Length * 256 * 3) - 1).ToArbitrary(), change =>
        {
            var (at, value, how) = (change / 768, change % 256, change / 256 % 3);
            byte[] bent = how switch { 0 => [.. attestation[..at], (byte)value, .. attestation[(at + 1)..]], 1 => attestation[..at], _ => [.. attestation[..at], (byte)value, .. attestation[at..]] };
            try
            {
                // Where the bytes still say something, they say what the gate keeps: another id, AAGUID or counter.
                taken += WebAuthn.Register(bent, client, Challenge, Rules).Id.Length > 0 ? 1 : 0;
            }
            catch (FormatException)
            {
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Assert.InRange(taken, 1, 1900);
    }

    [Fact]
    public void Keys_of_other_kinds_and_points_beside_the_curve_are_refused()
    {
        using var soft = new SoftPasskey();
        var beside = soft.CoseKey.ToArray();
        beside[^1] ^= 1;
        Assert.Throws<FormatException>(() => CoseKey.Read(beside, out _));
        Assert.Throws<FormatException>(() => CoseKey.Read(Cose(w => { w.WriteInt32(1); w.WriteInt32(2); w.WriteInt32(3); w.WriteInt32(-35); }, 2), out _));
        using var small = RSA.Create(1024);
        Assert.Throws<FormatException>(() => CoseKey.Read(Rsa(small.ExportParameters(false).Modulus!, [1, 0, 1]), out _));
        using var good = RSA.Create(2048);
        Assert.NotNull(CoseKey.Read(Rsa(good.ExportParameters(false).Modulus!, [1, 0, 1]), out _));
        Assert.Throws<FormatException>(() => CoseKey.Read(Rsa(good.ExportParameters(false).Modulus!, [3]), out _));
        Assert.Throws<FormatException>(() => CoseKey.Read(ReadOnlyMemory<byte>.Empty, out _));

        static byte[] Rsa(byte[] modulus, byte[] exponent) => Cose(w =>
        {
            w.WriteInt32(1);
            w.WriteInt32(3);
            w.WriteInt32(3);
            w.WriteInt32(-257);
            w.WriteInt32(-1);
            w.WriteByteString(modulus);
            w.WriteInt32(-2);
            w.WriteByteString(exponent);
        }, 4);

        static byte[] Cose(Action<CborWriter> write, int members)
        {
            var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
            writer.WriteStartMap(members);
            write(writer);
            writer.WriteEndMap();
            return writer.Encode();
        }
    }

    [Fact]
    public void A_signature_line_is_read_back_and_any_other_length_of_it_is_not()
    {
        using var soft = new SoftPasskey();
        var answer = soft.Answer(Text);
        var line = answer.Line("alice", Known(soft));
        Assert.Equal(soft.LineOf("alice", answer), line);
        var read = PasskeyAnswer.Read(line.Signature);
        Assert.Equal(answer.Signature, read.Signature);
        Assert.Equal(answer.ClientData, read.ClientData);
        for (var length = 0; length < line.Signature.Length; length++)
            Assert.Throws<FormatException>(() => PasskeyAnswer.Read(line.Signature.AsSpan(0, length)));
        Assert.Throws<FormatException>(() => PasskeyAnswer.Read([.. line.Signature, 0]));
    }

    [Theory]
    [InlineData("gate.example", "https://gate.example", true)]
    [InlineData("example.org", "https://gate.example.org:8443", true)]
    [InlineData("localhost", "http://localhost:8472", true)]
    [InlineData("gate.example", "http://gate.example", false)]
    [InlineData("gate.example", "https://desk.example", false)]
    [InlineData("gate.example", "https://evilgate.example", false)]
    [InlineData("gate.example", "https://gate.example/", false)]
    [InlineData("gate.example", "https://user@gate.example", false)]
    [InlineData("Gate.example", "https://Gate.example", false)]
    [InlineData("192.0.2.1", "https://192.0.2.1", false)]
    [InlineData("", "https://gate.example", false)]
    public void A_relying_party_and_its_origin_belong_together(string rpId, string origin, bool good) => Assert.Equal(good, PasskeyRules.Fault(rpId, origin) is null);
}
