using System.Text;
using System.Text.Json;

namespace Counterseal.Custody.Tests.OpenPgp;

/// <summary>What we write to OpenPGP recipients, opened by programs that are not ours: Debian's gpg, and npm's openpgp for RFC 9580.</summary>
public class OpenPgpTests
{
    private static DateTimeOffset Now => DateTimeOffset.UtcNow.AddMinutes(5);

    private static readonly int[] Lengths = [0, 1, 15, 16, 17, 65_000, 65_524, 65_525, 65_526, 65_535, 65_536, 65_537, 131_072, 400_001];

    [Fact]
    public void What_we_write_for_gpg_gpg_opens()
    {
        using var gpg = Gpg.Of("default", "default");
        foreach (var length in Lengths)
        {
            var plain = AgeTests.Bytes(length, 1);
            Assert.Equal(plain, gpg.Decrypt(Encrypt(plain, OpenPgpProfile.Gpg, gpg.Certificate)));
        }
    }

    [Theory]
    [InlineData("rsa2048", "rsa2048")]
    [InlineData("rsa3072", "rsa4096")]
    [InlineData("ed25519", "cv25519")]
    [InlineData("nistp256", "nistp256")]
    [InlineData("nistp384", "nistp384")]
    [InlineData("nistp521", "nistp521")]
    [InlineData("rsa2048", "cv25519")]
    public void Every_usual_kind_of_key_that_gpg_makes_is_read_and_encrypted_to(string primary, string subkey)
    {
        using var gpg = Gpg.Of(primary, subkey);
        Assert.Equal(4, gpg.Certificate.Version);
        Assert.Equal(gpg.Fingerprint, gpg.Certificate.Fingerprint);
        Assert.Equal(["Officer <officer@authority.example>"], gpg.Certificate.Users);
        var plain = AgeTests.Bytes(1000, 2);
        Assert.Equal(plain, gpg.Decrypt(Encrypt(plain, OpenPgpProfile.Gpg, gpg.Certificate)));
    }

    [Fact]
    public void Each_of_several_gpg_recipients_opens_it()
    {
        using var one = Gpg.Of("ed25519", "cv25519");
        using var other = Gpg.Of("rsa2048", "rsa2048");
        using var stranger = Gpg.Of("ed25519", "cv25519");
        var plain = AgeTests.Bytes(100_000, 3);
        var file = Encrypt(plain, OpenPgpProfile.Gpg, one.Certificate, other.Certificate);
        Assert.Equal(plain, one.Decrypt(file));
        Assert.Equal(plain, other.Decrypt(file));
        Assert.NotEqual(0, stranger.Ask(file, "--decrypt").Exit);
    }

    [Fact]
    public void A_flipped_byte_of_what_we_write_for_gpg_is_noticed_by_gpg()
    {
        using var gpg = Gpg.Of("ed25519", "cv25519");
        var file = Encrypt(AgeTests.Bytes(5000, 4), OpenPgpProfile.Gpg, gpg.Certificate);
        foreach (var at in new[] { 300, 2000, file.Length - 30, file.Length - 1 })
        {
            file[at] ^= 1;
            Assert.NotEqual(0, gpg.Ask(file, "--decrypt").Exit);
            file[at] ^= 1;
        }
    }

    [Fact]
    public void What_we_write_by_RFC_9580_npms_openpgp_opens()
    {
        var judge = NpmJudge.Of("openpgp");
        using var scratch = new Scratch();
        var (certificate, secret) = Sixth(judge, scratch);
        foreach (var length in Lengths)
        {
            var plain = AgeTests.Bytes(length, 5);
            Assert.Equal(plain, judge.Do(Encrypt(plain, OpenPgpProfile.Rfc9580, certificate), "decrypt", secret));
        }
    }

    [Fact]
    public void A_flipped_byte_of_what_we_write_by_RFC_9580_is_noticed_by_npms_openpgp()
    {
        var judge = NpmJudge.Of("openpgp");
        using var scratch = new Scratch();
        var (certificate, secret) = Sixth(judge, scratch);
        Assert.Equal(6, certificate.Version);
        Assert.Equal(64, certificate.Fingerprint.Length);
        var file = Encrypt(AgeTests.Bytes(70_000, 6), OpenPgpProfile.Rfc9580, certificate);
        foreach (var at in new[] { 400, 66_000, file.Length - 1 })
        {
            file[at] ^= 1;
            Assert.NotEqual(0, judge.Ask(file, "decrypt", secret).Exit);
            file[at] ^= 1;
        }
        Assert.NotEqual(0, judge.Ask(file[..^16], "decrypt", secret).Exit);
    }

    [Fact]
    public void A_key_of_the_other_version_is_refused_with_the_profile()
    {
        var judge = NpmJudge.Of("openpgp");
        using var scratch = new Scratch();
        var (sixth, _) = Sixth(judge, scratch);
        using var gpg = Gpg.Of("ed25519", "cv25519");
        Assert.Contains("openpgp-gpg takes keys of version 4", Assert.Throws<ArgumentException>(() => Encrypt([], OpenPgpProfile.Gpg, sixth)).Message, StringComparison.Ordinal);
        Assert.Contains("openpgp-9580 takes keys of version 6", Assert.Throws<ArgumentException>(() => Encrypt([], OpenPgpProfile.Rfc9580, gpg.Certificate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revoked_certificate_is_refused_and_so_is_one_that_ended()
    {
        var judge = NpmJudge.Of("openpgp");
        var revoked = Key(judge, "rfc9580", "revoked");
        Assert.Contains("revoked", Refused(Encoding.ASCII.GetBytes(revoked.Public), Now), StringComparison.Ordinal);
        var expiring = Encoding.ASCII.GetBytes(Key(judge, "rfc9580", "expiring").Public);
        Assert.NotNull(OpenPgpCertificate.Parse(expiring, Now).Expires);
        Assert.Contains("it ended on", Refused(expiring, Now.AddHours(2)), StringComparison.Ordinal);
        Assert.Contains("in the future", Refused(expiring, Now.AddHours(-2)), StringComparison.Ordinal);
        using var gpg = Gpg.Of("ed25519", "cv25519", expire: "2d");
        Assert.Contains("it ended on", Refused(gpg.Exported, Now.AddDays(3)), StringComparison.Ordinal);
        gpg.Revoke();
        Assert.Contains("revoked", Refused(gpg.Export(), Now), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_without_a_subkey_for_encrypting_is_refused()
    {
        using var gpg = Gpg.Of("ed25519", null);
        Assert.Contains("no subkey that can be encrypted to", Refused(gpg.Export(), Now), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weak_key_a_secret_key_two_keys_and_a_large_one_are_refused()
    {
        using var weak = Gpg.Of("rsa1024", "rsa1024");
        Assert.Contains("RSA of 1024 bits", Refused(weak.Export(), Now), StringComparison.Ordinal);
        using var gpg = Gpg.Of("ed25519", "cv25519");
        Assert.Contains("secret key", Refused(gpg.Ask(null, "--export-secret-keys").Output, Now), StringComparison.Ordinal);
        Assert.Contains("second certificate", Refused([.. gpg.Exported, .. gpg.Exported], Now), StringComparison.Ordinal);
        Assert.Contains("at most 16384", Refused([.. gpg.Exported, .. new byte[16_384]], Now), StringComparison.Ordinal);
        foreach (var nothing in new byte[][] { [], [0], "age1"u8.ToArray(), gpg.Exported[..40] })
            Refused(nothing, Now);
    }

    [Fact]
    public void A_signature_with_SHA_1_does_not_count()
    {
        using var gpg = Gpg.Of("rsa2048", "rsa2048", hash: "SHA1");
        Assert.Contains("SHA-1", Refused(gpg.Export(), Now), StringComparison.Ordinal);
    }

    [Fact]
    public void No_changed_bit_of_a_certificate_goes_unnoticed_where_it_matters_and_none_throws_anything_else()
    {
        using var gpg = Gpg.Of("ed25519", "cv25519");
        var good = gpg.Certificate;
        for (var at = 0; at < gpg.Exported.Length; at++)
        {
            var mutant = (byte[])gpg.Exported.Clone();
            mutant[at] ^= (byte)(1 << at % 8);
            Same(mutant);
        }
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
            Same(Mutation.Of(gpg.Exported, random));

        void Same(byte[] mutant)
        {
            try
            {
                // It may lose a user id or a preference that is not signed, never get another key.
                var read = OpenPgpCertificate.Parse(mutant, Now);
                Assert.Equal((good.Fingerprint, Convert.ToHexString(good.Encryption.Body)), (read.Fingerprint, Convert.ToHexString(read.Encryption.Body)));
            }
            catch (FormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Fact]
    public void A_subkey_of_another_certificate_is_not_taken()
    {
        using var one = Gpg.Of("ed25519", "cv25519");
        using var other = Gpg.Of("ed25519", "cv25519");
        // The primary key and user id of one with the subkey of the other: what somebody on the way would make.
        var (head, _) = Split(one.Exported);
        var (_, tail) = Split(other.Exported);
        Assert.Contains("binds it", Refused([.. head, .. tail], Now), StringComparison.Ordinal);

        static (byte[] Head, byte[] Tail) Split(byte[] bytes)
        {
            var reader = new OpenPgpReader(bytes);
            var left = reader.Left;
            while (reader.Packet().Tag != 14)
                left = reader.Left;
            return (bytes[..^left], bytes[^left..]);
        }
    }

    [Fact]
    public void However_it_is_written_in_pieces_the_message_is_the_same_and_memory_does_not_grow()
    {
        var judge = NpmJudge.Of("openpgp");
        using var scratch = new Scratch();
        var (sixth, _) = Sixth(judge, scratch);
        using var gpg = Gpg.Of("ed25519", "cv25519");
        foreach (var (profile, certificate) in new[] { (OpenPgpProfile.Gpg, gpg.Certificate), (OpenPgpProfile.Rfc9580, sixth) })
        {
            var plain = AgeTests.Bytes(300_000, 8);
            var whole = Write(plain.Length);
            foreach (var piece in new[] { 1000, 65_523, 65_535, 65_536, 65_537, 131_072 })
                Assert.Equal(whole, Write(piece));

            byte[] Write(int piece)
            {
                using var file = new MemoryStream();
                using (var stream = new OpenPgpEncryption(file, profile, [certificate], "x.tar", new Fixed().Next))
                {
                    for (var at = 0; at < plain.Length; at += piece)
                        stream.Write(plain, at, Math.Min(piece, plain.Length - at));
                }
                return file.ToArray();
            }

            using var large = new OpenPgpEncryption(Stream.Null, profile, [certificate], "x.tar", System.Security.Cryptography.RandomNumberGenerator.GetBytes);
            large.Write(plain);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
                large.Write(plain);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    [Fact]
    public void What_was_given_up_cannot_be_taken_for_whole()
    {
        using var gpg = Gpg.Of("ed25519", "cv25519");
        using var file = new MemoryStream();
        using (var stream = new OpenPgpEncryption(file, OpenPgpProfile.Gpg, [gpg.Certificate], "x.tar", System.Security.Cryptography.RandomNumberGenerator.GetBytes))
        {
            stream.Write(new byte[200_000]);
            stream.Abandon();
        }
        Assert.NotEqual(0, gpg.Ask(file.ToArray(), "--decrypt").Exit);
    }

    internal static byte[] Encrypt(byte[] plain, OpenPgpProfile profile, params OpenPgpCertificate[] recipients)
    {
        using var file = new MemoryStream();
        using (var stream = new OpenPgpEncryption(file, profile, recipients, "cs-0.tar", System.Security.Cryptography.RandomNumberGenerator.GetBytes))
            stream.Write(plain);
        return file.ToArray();
    }

    private static (string Private, string Public) Key(NpmJudge judge, params string[] options)
    {
        using var made = JsonDocument.Parse(judge.Do(null, ["key", .. options]));
        return (made.RootElement.GetProperty("private").GetString()!, made.RootElement.GetProperty("public").GetString()!);
    }

    /// <summary>A key of RFC 9580, and the file of its secret half.</summary>
    internal static (OpenPgpCertificate Certificate, string Secret) Sixth(NpmJudge judge, Scratch scratch, DateTimeOffset? at = null)
    {
        var (secret, text) = Key(judge, at is { } then ? ["rfc9580", then.ToString("O")] : []);
        return (OpenPgpCertificate.Parse(Encoding.ASCII.GetBytes(text), Now), scratch.Write("secret.asc", Encoding.ASCII.GetBytes(secret)));
    }

    private static string Refused(byte[] bytes, DateTimeOffset now) => Assert.Throws<FormatException>(() => OpenPgpCertificate.Parse(bytes, now)).Message;
}

/// <summary>Debian's gpg with a key of its own in a home that is gone afterwards.</summary>
internal sealed class Gpg : IDisposable
{
    private readonly Scratch home = new();
    private OpenPgpCertificate? certificate;
    private byte[]? exported;
    private string[] clock = [];

    private Gpg()
    {
    }

    public string Fingerprint { get; private set; } = "";
    public byte[] Exported => exported ??= Export();
    public OpenPgpCertificate Certificate => certificate ??= OpenPgpCertificate.Parse(Exported, DateTimeOffset.UtcNow.AddMinutes(5));

    /// <summary>A new key; the test is skipped where there is no gpg.</summary>
    public static Gpg Of(string primary, string? subkey, string expire = "0", string hash = "SHA512", DateTimeOffset? at = null)
    {
        var gpg = new Gpg();
        if (at is { } then)
            gpg.clock = ["--faked-system-time", then.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", System.Globalization.CultureInfo.InvariantCulture)];
        File.SetUnixFileMode(gpg.home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] hashing = ["--cert-digest-algo", hash, "--allow-weak-digest-algos"];
        var made = Judge.Ask("gpg", gpg.Arguments([.. hashing, "--passphrase", "", "--quick-generate-key", "Officer <officer@authority.example>", primary, subkey is "default" ? "default" : "sign,cert", expire]));
        Assert.SkipWhen(made is null, "gpg is not on this machine (gnupg)");
        Assert.True(made.Value.Exit == 0, made.Value.Error);
        var listing = Encoding.ASCII.GetString(gpg.Ask(null, "--with-colons", "--list-keys").Output);
        gpg.Fingerprint = listing.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        if (subkey is not (null or "default"))
        {
            var added = gpg.Ask(null, [.. hashing, "--passphrase", "", "--quick-add-key", gpg.Fingerprint, subkey, "encr", expire]);
            Assert.True(added.Exit == 0, added.Error);
        }
        return gpg;
    }

    public (int Exit, byte[] Output, string Error) Ask(byte[]? input, params string[] arguments) => Judge.Ask("gpg", Arguments(arguments), input ?? [])!.Value;

    public byte[] Decrypt(byte[] file)
    {
        var (exit, output, error) = Ask(file, "--decrypt");
        Assert.True(exit == 0, error);
        Assert.DoesNotContain("WARNING: message was not integrity protected", error, StringComparison.Ordinal);
        return output;
    }

    public byte[] Export() => Ask(null, "--export-options", "export-minimal", "--export").Output;

    public void Revoke()
    {
        var certificate = File.ReadAllText(Path.Combine(home.Folder, "openpgp-revocs.d", Fingerprint + ".rev")).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal);
        var (exit, _, error) = Ask(Encoding.ASCII.GetBytes(certificate), "--import");
        Assert.True(exit == 0, error);
    }

    private string[] Arguments(string[] arguments) => ["--homedir", home.Folder, "--batch", "--no-tty", "--pinentry-mode", "loopback", .. clock, .. arguments];

    public void Dispose()
    {
        Judge.Ask("gpgconf", ["--homedir", home.Folder, "--kill", "all"]);
        home.Dispose();
    }
}
