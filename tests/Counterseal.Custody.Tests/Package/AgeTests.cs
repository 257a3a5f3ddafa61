using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody.Tests;

public class AgeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    [InlineData(200_000)]
    public void What_we_write_age_opens_and_what_age_writes_we_open(int length)
    {
        using var scratch = new Scratch();
        using var identity = AgeIdentity.Generate();
        var plain = Bytes(length, 7);
        var ours = Encrypt(plain, identity.Recipient);
        Assert.Equal(plain, Decrypt(ours, identity));

        var key = scratch.Write("key.txt", Encoding.ASCII.GetBytes(identity.Export() + "\n"));
        var opened = Judge.Ask("age", ["-d", "-i", key], ours);
        Assert.SkipWhen(opened is null, "age is not on this machine");
        Assert.True(opened.Value.Exit == 0, opened.Value.Error);
        Assert.Equal(plain, opened.Value.Output);

        var theirs = Judge.Ask("age", ["-r", identity.Recipient.Text], plain)!.Value;
        Assert.Equal(plain, Decrypt(theirs.Output, identity));
        var armored = Judge.Ask("age", ["-a", "-r", identity.Recipient.Text], plain)!.Value;
        using var text = new MemoryStream(armored.Output);
        using var stream = Age.Decrypt(Age.Dearmor(text), [identity]);
        Assert.Equal(plain, ReadAll(stream));
    }

    [Fact]
    public void A_key_that_age_keygen_made_is_read()
    {
        var made = Judge.Ask("age-keygen", []);
        Assert.SkipWhen(made is null, "age-keygen is not on this machine");
        var file = Encoding.ASCII.GetString(made.Value.Output);
        using var identity = AgeIdentity.Parse(file);
        Assert.Contains($"# public key: {identity.Recipient.Text}", file, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_of_several_recipients_opens_it_and_nobody_else()
    {
        using var one = AgeIdentity.Generate();
        using var other = AgeIdentity.Generate();
        using var stranger = AgeIdentity.Generate();
        var plain = Bytes(1000, 1);
        var file = Encrypt(plain, one.Recipient, other.Recipient);
        Assert.Equal(plain, Decrypt(file, one));
        Assert.Equal(plain, Decrypt(file, other));
        Assert.Equal(plain, Decrypt(file, stranger, other));
        Assert.Equal(AgeFault.NoMatch, Assert.Throws<AgeException>(() => Decrypt(file, stranger)).Fault);
    }

    [Fact]
    public void However_it_is_written_in_pieces_the_file_is_the_same()
    {
        using var identity = AgeIdentity.Generate();
        var plain = Bytes(300_000, 2);
        var whole = Write(plain, plain.Length);
        foreach (var piece in new[] { 1000, 65_535, 65_536, 65_537, 131_072 })
            Assert.Equal(whole, Write(plain, piece));

        byte[] Write(byte[] bytes, int piece)
        {
            using var file = new MemoryStream();
            using (var stream = new AgeEncryption(file, [identity.Recipient], new Fixed().Next))
            {
                for (var at = 0; at < bytes.Length; at += piece)
                    stream.Write(bytes, at, Math.Min(piece, bytes.Length - at));
            }
            return file.ToArray();
        }
    }

    [Fact]
    public void Every_flipped_byte_is_found_at_its_place()
    {
        using var identity = AgeIdentity.Generate();
        var plain = Bytes(70_000, 3);
        var file = Encrypt(plain, identity.Recipient);
        var header = file.Length - 16 - 70_000 - 2 * 16;
        for (var at = 0; at < file.Length; at += at < header + 40 || at > file.Length - 40 || Math.Abs(at - header - 16 - 65_552) < 20 ? 1 : 997)
        {
            file[at] ^= 0x20;
            var e = Assert.Throws<AgeException>(() => Decrypt(file, identity));
            file[at] ^= 0x20;
            if (at >= header + 16)
            {
                Assert.Equal(AgeFault.Payload, e.Fault);
                Assert.Equal(at < header + 16 + 65_552 ? header + 16 : header + 16 + 65_552, e.Offset);
            }
            else if (at < header)
                Assert.True(e.Offset <= at || e.Fault == AgeFault.Header, e.Message);
        }
    }

    [Fact]
    public void A_file_that_is_cut_off_or_goes_on_is_refused()
    {
        using var identity = AgeIdentity.Generate();
        var file = Encrypt(Bytes(131_072, 4), identity.Recipient);
        for (var cut = 0; cut < file.Length; cut += cut < 200 ? 1 : 1009)
            Assert.Throws<AgeException>(() => Decrypt(file[..cut], identity));
        Assert.Throws<AgeException>(() => Decrypt(file[..(file.Length - 65_552)], identity));
        Assert.Throws<AgeException>(() => Decrypt([.. file, 0], identity));
        Assert.Throws<AgeException>(() => Decrypt([.. file, .. new byte[100_000]], identity));
        Assert.Throws<AgeException>(() => Decrypt([.. file, .. file], identity));
    }

    [Fact]
    public void Mutated_files_never_do_anything_but_open_or_say_what_is_wrong()
    {
        using var identity = AgeIdentity.Generate();
        var plain = Bytes(300, 5);
        var file = Encrypt(plain, identity.Recipient, AgeIdentity.Generate().Recipient);
        var armored = Encoding.ASCII.GetBytes("-----BEGIN AGE ENCRYPTED FILE-----\n"
            + string.Concat(Convert.ToBase64String(file).Chunk(64).Select(line => new string(line) + "\n")) + "-----END AGE ENCRYPTED FILE-----\n");
        var random = new Random(6);
        for (var i = 0; i < 4000; i++)
        {
            var inArmor = i % 3 == 0;
            var mutant = Mutation.Of(inArmor ? armored : file, random);
            try
            {
                using var bytes = new MemoryStream(mutant);
                using var stream = Age.Decrypt(inArmor ? Age.Dearmor(bytes) : bytes, [identity]);
                Assert.Equal(plain, ReadAll(stream));
            }
            catch (AgeException e)
            {
                Assert.InRange(e.Offset, 0, mutant.Length);
            }
        }
    }

    [Fact]
    public void A_header_without_end_is_given_up_early()
    {
        using var identity = AgeIdentity.Generate();
        var stanza = "-> a\n" + string.Concat(Enumerable.Repeat(new string('A', 64) + "\n", 100_000));
        var e = Assert.Throws<AgeException>(() => Decrypt(Encoding.ASCII.GetBytes("age-encryption.org/v1\n" + stanza), identity));
        Assert.Equal(AgeFault.Header, e.Fault);
        Assert.InRange(e.Offset, 0, 300_000);
        var many = "age-encryption.org/v1\n" + string.Concat(Enumerable.Repeat("-> a\n\n", 200));
        Assert.Contains("128 stanzas", Assert.Throws<AgeException>(() => Decrypt(Encoding.ASCII.GetBytes(many), identity)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_encrypted_to_nobody()
    {
        using var file = new MemoryStream();
        Assert.Throws<ArgumentException>(() => Age.Encrypt(file, []));
        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void What_was_abandoned_cannot_be_taken_for_whole()
    {
        using var identity = AgeIdentity.Generate();
        using var file = new MemoryStream();
        using (var stream = new AgeEncryption(file, [identity.Recipient]))
        {
            stream.Write(new byte[200_000]);
            stream.Abandon();
        }
        Assert.Equal(AgeFault.Payload, Assert.Throws<AgeException>(() => Decrypt(file.ToArray(), identity)).Fault);
    }

    internal static byte[] Encrypt(byte[] plain, params AgeRecipient[] recipients)
    {
        using var file = new MemoryStream();
        using (var stream = Age.Encrypt(file, recipients))
            stream.Write(plain);
        return file.ToArray();
    }

    internal static byte[] Decrypt(byte[] file, params AgeIdentity[] identities)
    {
        using var bytes = new MemoryStream(file);
        using var stream = Age.Decrypt(bytes, identities);
        return ReadAll(stream);
    }

    internal static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }

    internal static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Random bytes that are the same each time: a hash chain, so that two calls never give the same.</summary>
internal sealed class Fixed
{
    private byte[] state = SHA256.HashData("fixed"u8);

    public byte[] Next(int count)
    {
        var bytes = new List<byte>();
        while (bytes.Count < count)
            bytes.AddRange(state = SHA256.HashData(state));
        return [.. bytes.Take(count)];
    }
}

/// <summary>Small damage of every kind: a byte changed, inserted, removed, a stretch repeated or cut.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] bytes, Random random)
    {
        var mutant = new List<byte>(bytes);
        for (var count = random.Next(1, 4); count > 0 && mutant.Count > 0; count--)
        {
            var at = random.Next(mutant.Count);
            var length = random.Next(1, Math.Min(100, mutant.Count - at) + 1);
            switch (random.Next(7))
            {
                case 0: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: mutant[at] = (byte)random.Next(256); break;
                case 2: mutant.Insert(at, (byte)random.Next(256)); break;
                case 3: mutant.RemoveAt(at); break;
                case 4: mutant.InsertRange(at, mutant.GetRange(at, length)); break;
                case 5: mutant.RemoveRange(at, length); break;
                default: mutant.RemoveRange(at, mutant.Count - at); break;
            }
        }
        return [.. mutant];
    }
}
