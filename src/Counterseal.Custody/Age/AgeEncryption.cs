using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>Writes an age file: what is written here goes encrypted to another stream. The counterpart that reads is given by <see cref="Age.Decrypt(Stream, IReadOnlyList{AgeIdentity})"/>.</summary>
internal sealed class AgeEncryption : SealingStream
{
    private readonly Stream ciphertext;
    private readonly AgeChunks chunks;
    private readonly byte[] plain = new byte[Age.ChunkSize];
    private readonly byte[] sealedChunk = new byte[Age.ChunkSize + Age.TagSize];
    private int held;

    /// <summary>Writes the header and the nonce of a new file.</summary>
    public AgeEncryption(Stream ciphertext, IReadOnlyList<AgeRecipient> recipients)
        : this(ciphertext, recipients, RandomNumberGenerator.GetBytes)
    {
    }

    /// <summary>The same with the random bytes given.</summary>
    /// <param name="ciphertext">Left open.</param>
    /// <param name="recipients">One to 128, all of one kind.</param>
    /// <param name="random">Gives so many random bytes; only tests give another than the system's.</param>
    internal AgeEncryption(Stream ciphertext, IReadOnlyList<AgeRecipient> recipients, Func<int, byte[]> random)
    {
        if (AgeRecipient.Fault(recipients) is { } fault)
            throw new ArgumentException(fault, nameof(recipients));
        this.ciphertext = ciphertext;
        var fileKey = random(16);
        var nonce = random(Age.NonceSize);
        ciphertext.Write([.. AgeHeader.Write(fileKey, recipients, random), .. nonce]);
        chunks = new AgeChunks(fileKey, nonce);
        CryptographicOperations.ZeroMemory(fileKey);
    }

    private protected override void Put(ReadOnlySpan<byte> buffer)
    {
        // A full chunk waits until there is more, because only then is it known not to be the last.
        while (buffer.Length > 0)
        {
            if (held == plain.Length)
            {
                Put(plain, last: false);
                held = 0;
            }
            if (held == 0 && buffer.Length > plain.Length)
            {
                Put(buffer[..plain.Length], last: false);
                buffer = buffer[plain.Length..];
                continue;
            }
            var taken = Math.Min(plain.Length - held, buffer.Length);
            buffer[..taken].CopyTo(plain.AsSpan(held));
            held += taken;
            buffer = buffer[taken..];
        }
    }

    private protected override void End() => Put(plain.AsSpan(0, held), last: true);

    private void Put(ReadOnlySpan<byte> chunk, bool last)
    {
        chunks.Seal(chunk, last, sealedChunk);
        ciphertext.Write(sealedChunk.AsSpan(0, chunk.Length + Age.TagSize));
    }

    private protected override void Clear()
    {
        chunks.Dispose();
        CryptographicOperations.ZeroMemory(plain);
    }
}
