using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody.Tests;

/// <summary>Hybrid post-quantum age files, several recipients and ASCII armor, with npm's <c>age-encryption</c> (by age's author) and Debian's <c>age</c> as judges.</summary>
public class HybridTests
{
    // Made by this project from 32 bytes 0x42 and the random bytes of Fixed; confirmed by npm's age-encryption.
    private static readonly string Seed = Bech32.Encode("AGE-SECRET-KEY-PQ-", Enumerable.Repeat((byte)0x42, 32).ToArray());
    private const string RecipientDigest = "b2da659c4e0591b57136911de6e7d8c814619610249fe43e6a7b69f7fba83857";
    private const string FileDigest = "0c0ef90a5756274b5ba41dc92c7829ac435e7a262232977b8412fae9967d8f92";

    [Fact]
    public void A_seed_has_the_recipient_and_makes_the_file_that_it_always_had()
    {
        using var identity = AgeIdentity.Parse(Seed);
        Assert.Equal(Seed, identity.Export());
        Assert.Equal(1959, identity.Recipient.Text.Length);
        Assert.Equal(RecipientDigest, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(identity.Recipient.Text))));
        using var file = new MemoryStream();
        using (var stream = new AgeEncryption(file, [identity.Recipient], new Fixed().Next))
            stream.Write("known"u8);
        Assert.Equal(FileDigest, Convert.ToHexStringLower(SHA256.HashData(file.ToArray())));
        Assert.Equal("known"u8.ToArray(), AgeTests.Decrypt(file.ToArray(), identity));
        var judge = NpmJudge.Of("age");
        Assert.Equal(identity.Recipient.Text, Encoding.ASCII.GetString(judge.Do(null, "recipient", Seed)));
        Assert.Equal("known"u8.ToArray(), judge.Do(file.ToArray(), "decrypt", Seed));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    public void What_we_write_to_several_hybrid_recipients_npms_age_opens_for_each_and_we_open_what_it_writes(int length)
    {
        var judge = NpmJudge.Of("age");
        using var one = AgeIdentity.Generate(AgeKind.Hybrid);
        using var other = AgeIdentity.Generate(AgeKind.Hybrid);
        using var stranger = AgeIdentity.Generate(AgeKind.Hybrid);
        var plain = AgeTests.Bytes(length, 1);
        var ours = AgeTests.Encrypt(plain, one.Recipient, other.Recipient);
        var theirs = judge.Do(plain, "encrypt", $"{one.Recipient},{other.Recipient}");
        foreach (var identity in new[] { one, other })
        {
            Assert.Equal(plain, judge.Do(ours, "decrypt", identity.Export()));
            Assert.Equal(plain, AgeTests.Decrypt(ours, identity));
            Assert.Equal(plain, AgeTests.Decrypt(theirs, identity));
        }
        Assert.NotEqual(0, judge.Ask(ours, "decrypt", stranger.Export()).Exit);
        Assert.Equal(AgeFault.NoMatch, Assert.Throws<AgeException>(() => AgeTests.Decrypt(ours, stranger)).Fault);
    }

    [Fact]
    public void What_we_write_to_several_X25519_recipients_both_ages_open_for_each()
    {
        var judge = NpmJudge.Of("age");
        using var scratch = new Scratch();
        AgeIdentity[] identities = [AgeIdentity.Generate(), AgeIdentity.Generate(), AgeIdentity.Generate()];
        var plain = AgeTests.Bytes(100_000, 2);
        var ours = AgeTests.Encrypt(plain, [.. identities.Select(identity => identity.Recipient)]);
        foreach (var identity in identities)
        {
            var secret = identity.Export();
            Assert.Equal(plain, judge.Do(ours, "decrypt", secret));
            var opened = Judge.Ask("age", ["-d", "-i", scratch.Write("key", Encoding.ASCII.GetBytes(secret))], ours);
            Assert.SkipWhen(opened is null, "age is not on this machine");
            Assert.Equal(plain, opened.Value.Output);
            identity.Dispose();
        }
    }

    [Fact]
    public void Two_kinds_of_recipients_are_refused_with_the_reason()
    {
        using var one = AgeIdentity.Generate(AgeKind.Hybrid);
        using var other = AgeIdentity.Generate();
        Assert.Contains("breaks the weaker", Assert.Throws<ArgumentException>(() => AgeTests.Encrypt([], one.Recipient, other.Recipient)).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => AgeTests.Encrypt([], one.Recipient, one.Recipient)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hybrid_key_that_is_none_is_refused_with_the_rule()
    {
        using var identity = AgeIdentity.Generate(AgeKind.Hybrid);
        var key = Bech32.Decode(identity.Recipient.Text).Data;
        Assert.Equal(identity.Recipient, AgeRecipient.Parse(Bech32.Encode("age1pq", key)));
        Assert.Contains("1215 bytes", Refused(key[..^1]), StringComparison.Ordinal);
        Assert.Contains("low order", Refused([.. key[..1184], .. new byte[32]]), StringComparison.Ordinal);
        // Every coefficient of the lattice's half is looked at: 3329 in each of two places of three bytes.
        for (var at = 0; at < 1152; at += 3)
        {
            Assert.Contains("modulus", Refused([.. key[..at], 0x01, (byte)(0x0d | key[at + 1] & 0xf0), .. key[(at + 2)..]]), StringComparison.Ordinal);
            Assert.Contains("modulus", Refused([.. key[..(at + 1)], (byte)(0x10 | key[at + 1] & 0x0f), 0xd0, .. key[(at + 3)..]]), StringComparison.Ordinal);
        }

        static string Refused(byte[] key) => Assert.Throws<FormatException>(() => AgeRecipient.Parse(Bech32.Encode("age1pq", key))).Message;
    }

    [Fact]
    public void Mutated_hybrid_files_never_do_anything_but_open_or_say_what_is_wrong()
    {
        using var identity = AgeIdentity.Generate(AgeKind.Hybrid);
        var plain = AgeTests.Bytes(300, 5);
        var file = AgeTests.Encrypt(plain, identity.Recipient);
        var random = new Random(6);
        for (var i = 0; i < 500; i++)
        {
            var mutant = Mutation.Of(file, random);
            try
            {
                Assert.Equal(plain, AgeTests.Decrypt(mutant, identity));
            }
            catch (AgeException e)
            {
                Assert.InRange(e.Offset, 0, mutant.Length);
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(47, 5)]
    [InlineData(48, 48)]
    [InlineData(4_799, 31)]
    [InlineData(200_000, 65_552)]
    public void Armor_is_what_age_writes_and_reads(int length, int piece)
    {
        var plain = AgeTests.Bytes(length, 3);
        using var text = new MemoryStream();
        using (var armor = Age.Armor(text))
        {
            for (var at = 0; at < length; at += piece)
                armor.Write(plain, at, Math.Min(piece, length - at));
        }
        Assert.Equal(
            "-----BEGIN AGE ENCRYPTED FILE-----\n" + string.Concat(Convert.ToBase64String(plain).Chunk(64).Select(line => new string(line) + "\n")) + "-----END AGE ENCRYPTED FILE-----\n",
            Encoding.ASCII.GetString(text.ToArray()));
        using var identity = AgeIdentity.Generate();
        using var file = new MemoryStream();
        using (var armor = Age.Armor(file))
        using (var stream = Age.Encrypt(armor, [identity.Recipient]))
            stream.Write(plain);
        using var scratch = new Scratch();
        var opened = Judge.Ask("age", ["-d", "-i", scratch.Write("key", Encoding.ASCII.GetBytes(identity.Export()))], file.ToArray());
        Assert.SkipWhen(opened is null, "age is not on this machine");
        Assert.True(opened.Value.Exit == 0, opened.Value.Error);
        Assert.Equal(plain, opened.Value.Output);
        file.Position = 0;
        Assert.Equal(plain, AgeTests.ReadAll(Age.Decrypt(Age.Dearmor(file), [identity])));
    }
}
