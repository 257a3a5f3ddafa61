using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody;

/// <summary>The two ways in which packages are encrypted with OpenPGP. The directory states one for each recipient.</summary>
public enum OpenPgpProfile
{
    /// <summary>What GnuPG 2.2 opens: a key of version 4, AES-256 in CFB with a modification detection code (RFC 9580's SEIPD version 1), not compressed.</summary>
    Gpg,
    /// <summary>RFC 9580: a key of version 6, AES-256 in OCB, in chunks of 64 KiB that are verified one by one (SEIPD version 2), not compressed.</summary>
    Rfc9580,
}

/// <summary>
/// Writes an OpenPGP message: what is written here goes encrypted to another stream, as one literal packet. Packets come in pieces of 64 KiB, so nothing
/// but a piece is ever held.
/// </summary>
internal sealed class OpenPgpEncryption : SealingStream
{
    private const byte Aes256 = 9;
    private const int SessionKeySize = 32;
    private readonly PartialPacket outer;
    private readonly SealingStream encryption;
    private readonly PartialPacket literal;

    /// <summary>Writes the session key for each recipient and begins the message.</summary>
    /// <param name="ciphertext">Left open.</param>
    /// <param name="profile">Which way.</param>
    /// <param name="recipients">One to 128; keys of version 4 for <see cref="OpenPgpProfile.Gpg"/>, of version 6 for <see cref="OpenPgpProfile.Rfc9580"/>.</param>
    /// <param name="fileName">What the message calls its content: ASCII, at most 100 characters.</param>
    /// <param name="random">Gives so many random bytes.</param>
    /// <exception cref="ArgumentException">No recipient, too many, or one whose key is of the other version.</exception>
    public OpenPgpEncryption(Stream ciphertext, OpenPgpProfile profile, IReadOnlyList<OpenPgpCertificate> recipients, string fileName, Func<int, byte[]> random)
    {
        if (Fault(profile, recipients) is { } fault)
            throw new ArgumentException(fault, nameof(recipients));
        var sessionKey = random(SessionKeySize);
        foreach (var recipient in recipients)
            ciphertext.Write(OpenPgpSessionKey.Packet(recipient.Encryption, profile == OpenPgpProfile.Rfc9580, Aes256, sessionKey, random));
        outer = new PartialPacket(ciphertext, 18);
        encryption = profile == OpenPgpProfile.Rfc9580 ? new Chunked(outer, sessionKey, random) : new Detected(outer, sessionKey, random);
        CryptographicOperations.ZeroMemory(sessionKey);
        literal = new PartialPacket(encryption, 11);
        literal.Write([(byte)'b', (byte)fileName.Length, .. Encoding.ASCII.GetBytes(fileName), 0, 0, 0, 0]);
    }

    /// <summary>What is wrong with recipients of one message, or <c>null</c>.</summary>
    public static string? Fault(OpenPgpProfile profile, IReadOnlyList<OpenPgpCertificate> recipients)
    {
        var version = profile == OpenPgpProfile.Rfc9580 ? 6 : 4;
        return recipients.Count is 0 or > AgeHeader.MaxStanzas ? $"a package has one to {AgeHeader.MaxStanzas} recipients, not {recipients.Count}"
            : recipients.DistinctBy(one => one.Fingerprint).Count() < recipients.Count ? "a recipient is named twice"
            : recipients.FirstOrDefault(one => one.Version != version) is not { } other ? null
            : version == 6 ? $"the key {other.Fingerprint} is of version {other.Version}; openpgp-9580 takes keys of version 6"
            : $"the key {other.Fingerprint} is of version {other.Version}; openpgp-gpg takes keys of version 4, which is what gpg reads";
    }

    private protected override void Put(ReadOnlySpan<byte> bytes) => literal.Write(bytes);

    private protected override void End()
    {
        literal.Finish();
        encryption.Finish();
        outer.Finish();
    }

    public override void Abandon()
    {
        base.Abandon();
        literal.Abandon();
        encryption.Abandon();
        outer.Abandon();
    }

    private protected override void Clear()
    {
        literal.Dispose();
        encryption.Dispose();
        outer.Dispose();
    }

    /// <summary>SEIPD version 1 (RFC 9580, 5.13.1): CFB over a random prefix and the packets, whose SHA-1 is the last packet.</summary>
    private sealed class Detected : SealingStream
    {
        private readonly Stream output;
        private readonly Aes aes = Aes.Create();
        private readonly ICryptoTransform cfb;
#pragma warning disable CA5350 // The format's own: encrypted with what it covers, it tells damage; who made it is for the counterseal to say.
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        private readonly byte[] plain = new byte[PartialPacket.Piece];
        private readonly byte[] cipher = new byte[PartialPacket.Piece];
        private int held;

        public Detected(Stream output, byte[] key, Func<int, byte[]> random)
        {
            this.output = output;
            (aes.Mode, aes.Padding, aes.FeedbackSize, aes.Key, aes.IV) = (CipherMode.CFB, PaddingMode.None, 128, key, new byte[16]);
            cfb = aes.CreateEncryptor();
            output.WriteByte(1);
            var prefix = random(16);
            Put([.. prefix, prefix[14], prefix[15]]);
        }

        private protected override void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            Encrypt(bytes);
        }

        private void Encrypt(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                var taken = Math.Min(plain.Length - held, bytes.Length);
                bytes[..taken].CopyTo(plain.AsSpan(held));
                held += taken;
                bytes = bytes[taken..];
                if (held < plain.Length)
                    continue;
                output.Write(cipher.AsSpan(0, cfb.TransformBlock(plain, 0, held, cipher, 0)));
                held = 0;
            }
        }

        private protected override void End()
        {
            hash.AppendData([0xd3, 0x14]);
            Encrypt([0xd3, 0x14, .. hash.GetHashAndReset()]);
            // CFB's last block may be shorter; a transform gives whole ones only.
            var whole = held / 16 * 16;
            output.Write(cipher.AsSpan(0, whole > 0 ? cfb.TransformBlock(plain, 0, whole, cipher, 0) : 0));
            var padded = new byte[16];
            plain.AsSpan(whole, held - whole).CopyTo(padded);
            cfb.TransformBlock(padded, 0, 16, cipher, 0);
            output.Write(cipher.AsSpan(0, held - whole));
        }

        private protected override void Clear()
        {
            CryptographicOperations.ZeroMemory(plain);
            cfb.Dispose();
            aes.Dispose();
            hash.Dispose();
        }
    }

    /// <summary>SEIPD version 2 (RFC 9580, 5.13.2): chunks in OCB, each with its tag, and a last tag over how much there was.</summary>
    private sealed class Chunked : SealingStream
    {
        private const byte OcbId = 2;
        // 2^(10 + 6) bytes: 64 KiB.
        private const byte ChunkSize = 10;
        private readonly Stream output;
        private readonly Ocb ocb;
        private readonly byte[] info = [0xd2, 2, Aes256, OcbId, ChunkSize];
        private readonly byte[] nonce = new byte[Ocb.NonceSize];
        private readonly byte[] plain = new byte[1 << (ChunkSize + 6)];
        private readonly byte[] sealedChunk = new byte[(1 << (ChunkSize + 6)) + Ocb.TagSize];
        private ulong count;
        private ulong total;
        private int held;

        public Chunked(Stream output, byte[] sessionKey, Func<int, byte[]> random)
        {
            this.output = output;
            var salt = random(32);
            var derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, sessionKey, 32 + Ocb.NonceSize - 8, salt, info);
            var key = derived[..32];
            derived.AsSpan(32).CopyTo(nonce);
            ocb = new Ocb(key, plain.Length);
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(derived);
            output.Write([.. info.AsSpan(1), .. salt]);
        }

        private protected override void Put(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (held == 0 && bytes.Length >= plain.Length)
                {
                    Seal(bytes[..plain.Length]);
                    bytes = bytes[plain.Length..];
                    continue;
                }
                var taken = Math.Min(plain.Length - held, bytes.Length);
                bytes[..taken].CopyTo(plain.AsSpan(held));
                held += taken;
                bytes = bytes[taken..];
                if (held < plain.Length)
                    continue;
                Seal(plain);
                held = 0;
            }
        }

        private void Seal(ReadOnlySpan<byte> chunk)
        {
            ocb.Encrypt(Nonce(), info, chunk, sealedChunk);
            output.Write(sealedChunk.AsSpan(0, chunk.Length + Ocb.TagSize));
            count++;
            total += (ulong)chunk.Length;
        }

        private protected override void End()
        {
            if (held > 0)
                Seal(plain.AsSpan(0, held));
            Span<byte> associated = stackalloc byte[13];
            info.CopyTo(associated);
            BinaryPrimitives.WriteUInt64BigEndian(associated[5..], total);
            ocb.Encrypt(Nonce(), associated, [], sealedChunk);
            output.Write(sealedChunk.AsSpan(0, Ocb.TagSize));
        }

        private byte[] Nonce()
        {
            BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(Ocb.NonceSize - 8), count);
            return nonce;
        }

        private protected override void Clear()
        {
            CryptographicOperations.ZeroMemory(plain);
            ocb.Dispose();
        }
    }
}

/// <summary>A packet whose length is not known before its end (RFC 9580, 4.2.1.4): pieces of 64 KiB, the last of any length.</summary>
internal sealed class PartialPacket : SealingStream
{
    /// <summary>Bytes of a piece.</summary>
    public const int Piece = 1 << PieceBits;
    private const int PieceBits = 16;
    private readonly Stream output;
    private readonly byte[] piece = new byte[1 + Piece];
    private int held;

    /// <summary>Writes the packet's type.</summary>
    public PartialPacket(Stream output, int tag)
    {
        this.output = output;
        output.WriteByte((byte)(0xc0 | tag));
        piece[0] = 0xe0 | PieceBits;
    }

    private protected override void Put(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            // A full piece waits until there is more: the last one has another length.
            if (held == Piece)
            {
                output.Write(piece);
                held = 0;
            }
            var taken = Math.Min(Piece - held, bytes.Length);
            bytes[..taken].CopyTo(piece.AsSpan(1 + held));
            held += taken;
            bytes = bytes[taken..];
        }
    }

    private protected override void End()
    {
        Span<byte> length = [0xff, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(length[1..], (uint)held);
        output.Write(length);
        output.Write(piece.AsSpan(1, held));
    }

    private protected override void Clear() => CryptographicOperations.ZeroMemory(piece);
}
