using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>Reads the payload of an age file, chunk by chunk, each verified before a byte of it is given.</summary>
internal sealed class AgeDecryption : Stream
{
    private const int SealedSize = Age.ChunkSize + Age.TagSize;
    private readonly AgeInput input;
    private readonly AgeChunks chunks;
    // One byte more than a chunk: whether it can be read says whether the chunk is the last.
    private readonly byte[] sealedChunk = new byte[SealedSize + 1];
    private readonly byte[] plain = new byte[Age.ChunkSize];
    private int ahead;
    private int start;
    private int end;
    private bool ended;
    private AgeException? fault;

    private AgeDecryption(AgeInput input, AgeChunks chunks) => (this.input, this.chunks) = (input, chunks);

    /// <summary>Reads and checks the header; gives the stream of the plaintext.</summary>
    public static AgeDecryption Open(Stream ciphertext, IReadOnlyList<AgeIdentity> identities, AgePassphrase? passphrase)
    {
        var input = new AgeInput(ciphertext);
        var fileKey = AgeHeader.Read(input).Unwrap(identities, passphrase);
        try
        {
            Span<byte> nonce = stackalloc byte[Age.NonceSize];
            var offset = input.Position;
            if (input.Read(nonce) < nonce.Length)
                throw new AgeException(AgeFault.Header, offset, "the file ends inside the payload's nonce");
            return new AgeDecryption(input, new AgeChunks(fileKey, nonce));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (start == end && !ended && fault is null && buffer.Length > 0)
            NextChunk();
        if (start == end && fault is not null)
            throw fault;
        var taken = Math.Min(end - start, buffer.Length);
        plain.AsSpan(start, taken).CopyTo(buffer);
        start += taken;
        return taken;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private void NextChunk()
    {
        var offset = input.Position - ahead;
        var length = ahead + input.Read(sealedChunk.AsSpan(ahead));
        var last = length <= SealedSize;
        var chunk = sealedChunk.AsSpan(0, Math.Min(length, SealedSize));
        if (chunk.Length < Age.TagSize)
            throw fault = new AgeException(AgeFault.Payload, offset, $"the file is cut off: chunk {chunks.Count + 1} is {chunk.Length} bytes long");
        if (chunk.Length == Age.TagSize && chunks.Count > 0)
            throw fault = new AgeException(AgeFault.Payload, offset, "the last chunk is empty although others precede it");
        if (!chunks.Open(chunk, last, plain))
        {
            // A whole chunk of the other kind verifies and is given; what is wrong is what follows it, or that nothing does.
            if (chunk.Length < SealedSize || !chunks.Open(chunk, !last, plain))
                throw fault = new AgeException(AgeFault.Payload, offset, $"chunk {chunks.Count + 1} ({chunk.Length} bytes) does not verify: it was changed, or its end is missing");
            fault = last
                ? new AgeException(AgeFault.Payload, input.Position, "the file is cut off: more chunks belong after this one")
                : new AgeException(AgeFault.Payload, offset + chunk.Length, "the file goes on after its last chunk");
        }
        chunks.Advance();
        (start, end, ended) = (0, chunk.Length - Age.TagSize, last || fault is not null);
        ahead = last ? 0 : 1;
        sealedChunk[0] = sealedChunk[SealedSize];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            chunks.Dispose();
            CryptographicOperations.ZeroMemory(plain);
            (start, end, ended) = (0, 0, true);
        }
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not known before the end.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not known.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not possible.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
