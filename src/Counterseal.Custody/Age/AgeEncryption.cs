using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>Writes an age file: what is written here goes encrypted to another stream. The counterpart that reads is given by <see cref="Age.Decrypt(Stream, IReadOnlyList{AgeIdentity})"/>.</summary>
internal sealed class AgeEncryption : Stream
{
    private readonly Stream ciphertext;
    private readonly AgeChunks chunks;
    private readonly byte[] plain = new byte[Age.ChunkSize];
    private readonly byte[] sealedChunk = new byte[Age.ChunkSize + Age.TagSize];
    private int held;
    private bool ended;

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

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(ended, this);
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

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes the last chunk; nothing can be written after it. Disposing does it too.</summary>
    public void Finish()
    {
        if (ended)
            return;
        ended = true;
        Put(plain.AsSpan(0, held), last: true);
    }

    /// <summary>Gives up: no last chunk is written, so that nobody can take what is there for a whole file.</summary>
    public void Abandon() => ended = true;

    private void Put(ReadOnlySpan<byte> chunk, bool last)
    {
        chunks.Seal(chunk, last, sealedChunk);
        ciphertext.Write(sealedChunk.AsSpan(0, chunk.Length + Age.TagSize));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                Finish();
            }
            finally
            {
                chunks.Dispose();
                CryptographicOperations.ZeroMemory(plain);
            }
        }
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !ended;

    /// <summary>Not known.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not known.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Passes on what is complete; the chunk that is being filled stays.</summary>
    public override void Flush() => ciphertext.Flush();

    /// <summary>Not possible.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();
}
