using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace Counterseal.Custody.Tests.OpenPgp;

/// <summary>Our OCB against BouncyCastle's, which is another's work.</summary>
public class OcbTests
{
    [Fact]
    public void Every_length_up_to_nine_blocks_is_encrypted_as_BouncyCastle_does_it()
    {
        var random = new Fixed();
        foreach (var keySize in new[] { 16, 32 })
        {
            var key = random.Next(keySize);
            using var ocb = new Ocb(key, 160);
            for (var length = 0; length <= 150; length++)
                Check(ocb, key, random.Next(15), random.Next(length % 41), random.Next(length));
        }
    }

    [Fact]
    public void A_whole_chunk_and_every_last_byte_of_a_nonce_are_as_BouncyCastle_does_it()
    {
        var random = new Fixed();
        var key = random.Next(32);
        using var ocb = new Ocb(key, 65_536);
        Check(ocb, key, random.Next(15), random.Next(5), AgeTests.Bytes(65_536, 1));
        Check(ocb, key, random.Next(15), random.Next(13), AgeTests.Bytes(65_535, 2));
        for (var last = 0; last < 256; last++)
            Check(ocb, key, [.. random.Next(14), (byte)last], random.Next(5), random.Next(40));
    }

    private static void Check(Ocb ocb, byte[] key, byte[] nonce, byte[] associated, byte[] plain)
    {
        var judge = new OcbBlockCipher(new AesEngine(), new AesEngine());
        judge.Init(true, new AeadParameters(new KeyParameter(key), 128, nonce, associated));
        var expected = new byte[plain.Length + 16];
        var written = judge.ProcessBytes(plain, 0, plain.Length, expected, 0);
        judge.DoFinal(expected, written);
        var ours = new byte[plain.Length + 16];
        ocb.Encrypt(nonce, associated, plain, ours);
        Assert.Equal(expected, ours);
    }
}
