using System.Buffers.Binary;
using System.Security.Cryptography;
using Aead = System.Security.Cryptography.ChaCha20Poly1305;

namespace Counterseal.Custody;

/// <summary>The STREAM of an age payload (C2SP age, "Payload"): chunk n under nonce n (11 bytes, big-endian) and a byte that marks the last one.</summary>
internal sealed class AgeChunks : IDisposable
{
    private readonly Aead aead;
    private readonly byte[] nonce = new byte[12];
    private ulong counter;

    /// <summary>A stream of chunks under HKDF-SHA256(file key, the payload's nonce, "payload").</summary>
    public AgeChunks(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> payloadNonce)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, payloadNonce, "payload"u8);
        aead = new Aead(key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>How many chunks went through.</summary>
    public ulong Count => counter;

    /// <summary>Encrypts the next chunk; <paramref name="sealedChunk"/> takes it and its tag.</summary>
    public void Seal(ReadOnlySpan<byte> chunk, bool last, Span<byte> sealedChunk)
    {
        Mark(last);
        counter++;
        aead.Encrypt(nonce, chunk, sealedChunk[..chunk.Length], sealedChunk.Slice(chunk.Length, Age.TagSize));
    }

    /// <summary>Decrypts the next chunk into <paramref name="chunk"/>; false where it does not verify. <see cref="Advance"/> goes on to the one after.</summary>
    public bool Open(ReadOnlySpan<byte> sealedChunk, bool last, Span<byte> chunk)
    {
        Mark(last);
        var length = sealedChunk.Length - Age.TagSize;
        try
        {
            aead.Decrypt(nonce, sealedChunk[..length], sealedChunk[length..], chunk[..length]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // The caller says which chunk and where.
            return false;
        }
    }

    /// <summary>The chunk that was opened is done with.</summary>
    public void Advance() => counter++;

    /// <summary>The next to be opened is chunk n, from 0. Never used where something is sealed.</summary>
    public void GoTo(ulong n) => counter = n;

    private void Mark(bool last)
    {
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(3, 8), counter);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    /// <inheritdoc/>
    public void Dispose() => aead.Dispose();
}
