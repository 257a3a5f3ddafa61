using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>The plaintext of a whole age file on disk, read at any place: the chunks that a piece lies in are decrypted and verified, the others are not looked at.</summary>
internal sealed class AgeSeek : IDisposable
{
    private const int SealedSize = Age.ChunkSize + Age.TagSize;
    private readonly FileStream file;
    private readonly AgeChunks chunks;
    private readonly long payload;
    private readonly long count;
    private readonly byte[] sealedChunk = new byte[SealedSize];
    private readonly byte[] plain = new byte[Age.ChunkSize];
    private long at = -1;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="AgeException">It is no age file, or not for this key.</exception>
    public AgeSeek(string path, AgeIdentity identity)
    {
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.RandomAccess);
        try
        {
            var input = new AgeInput(file);
            var fileKey = AgeHeader.Read(input).Unwrap([identity], null);
            Span<byte> nonce = stackalloc byte[Age.NonceSize];
            if (input.Read(nonce) < nonce.Length)
                throw new AgeException(AgeFault.Header, input.Position, "the file ends inside the payload's nonce");
            payload = input.Position;
            chunks = new AgeChunks(fileKey, nonce);
            CryptographicOperations.ZeroMemory(fileKey);
            var bytes = file.Length - payload;
            count = (bytes + SealedSize - 1) / SealedSize;
            Length = bytes - (count * Age.TagSize);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of plaintext.</summary>
    public long Length { get; }

    /// <summary>Fills the span from a place on.</summary>
    /// <exception cref="AgeException">A chunk does not verify.</exception>
    /// <exception cref="ArgumentOutOfRangeException">So much is not there.</exception>
    public void Read(long offset, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(into.Length, Length - offset);
        while (into.Length > 0)
        {
            var length = Load(offset / Age.ChunkSize);
            var from = (int)(offset % Age.ChunkSize);
            var taken = Math.Min(length - from, into.Length);
            plain.AsSpan(from, taken).CopyTo(into);
            into = into[taken..];
            offset += taken;
        }
    }

    private int Load(long chunk)
    {
        var place = payload + (chunk * SealedSize);
        var length = (int)Math.Min(SealedSize, file.Length - place);
        if (chunk == at)
            return length - Age.TagSize;
        at = -1;
        file.Position = place;
        file.ReadExactly(sealedChunk, 0, length);
        chunks.GoTo((ulong)chunk);
        if (!chunks.Open(sealedChunk.AsSpan(0, length), last: chunk == count - 1, plain))
            throw new AgeException(AgeFault.Payload, place, $"chunk {chunk + 1} does not verify");
        at = chunk;
        return length - Age.TagSize;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        chunks.Dispose();
        file.Dispose();
        CryptographicOperations.ZeroMemory(plain);
    }
}
