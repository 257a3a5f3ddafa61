using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>
/// OCB (RFC 7253) with AES, a nonce of 15 bytes and a tag of 16, as RFC 9580 uses it; only what encrypts. All blocks of a chunk go through AES in one call,
/// because the masks of a chunk differ from those of the next by one constant.
/// </summary>
internal sealed class Ocb : IDisposable
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 15;
    /// <summary>Bytes of a tag.</summary>
    public const int TagSize = 16;
    private const int BlockSize = 16;
    private readonly Aes aes;
    private readonly byte[] last = new byte[BlockSize];
    private readonly byte[] dollar = new byte[BlockSize];
    private readonly Vector128<byte>[] masks;
    private readonly byte[] work;

    /// <summary>A cipher under a key of 16 or 32 bytes, for plaintexts of at most so many bytes each.</summary>
    public Ocb(byte[] key, int longest)
    {
        aes = Aes.Create();
        aes.Key = key;
        aes.EncryptEcb(last, last, PaddingMode.None);
        Double(last, dollar);
        // masks[i] is what block i + 1 has in its offset besides the nonce's part (L_ntz(1) xor … xor L_ntz(i + 1)).
        masks = new Vector128<byte>[longest / BlockSize];
        work = new byte[masks.Length * BlockSize];
        var powers = new List<byte[]>();
        var mask = Vector128<byte>.Zero;
        for (var i = 0; i < masks.Length; i++)
        {
            var n = BitOperations.TrailingZeroCount(i + 1);
            while (powers.Count <= n)
            {
                powers.Add(new byte[BlockSize]);
                Double(powers.Count == 1 ? dollar : powers[^2], powers[^1]);
            }
            mask ^= Vector128.Create(powers[n]);
            masks[i] = mask;
        }
    }

    /// <summary>Encrypts; <paramref name="output"/> takes as many bytes and the tag.</summary>
    /// <param name="nonce">15 bytes, never the same twice under one key.</param>
    /// <param name="associated">What the tag covers too; not longer than a plaintext may be.</param>
    /// <param name="plain">What is encrypted.</param>
    /// <param name="output">Longer than <paramref name="plain"/> by <see cref="TagSize"/>.</param>
    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> output)
    {
        var start = Offset(nonce);
        var checksum = Vector128<byte>.Zero;
        var whole = plain.Length / BlockSize;
        var blocks = MemoryMarshal.Cast<byte, Vector128<byte>>(plain[..(whole * BlockSize)]);
        var masked = MemoryMarshal.Cast<byte, Vector128<byte>>(work.AsSpan());
        for (var i = 0; i < blocks.Length; i++)
        {
            checksum ^= blocks[i];
            masked[i] = blocks[i] ^ start ^ masks[i];
        }
        var cipher = output[..(whole * BlockSize)];
        if (whole > 0)
            aes.EncryptEcb(work.AsSpan(0, whole * BlockSize), cipher, PaddingMode.None);
        var sealedBlocks = MemoryMarshal.Cast<byte, Vector128<byte>>(cipher);
        for (var i = 0; i < sealedBlocks.Length; i++)
            sealedBlocks[i] ^= start ^ masks[i];
        var offset = whole == 0 ? start : start ^ masks[whole - 1];
        Span<byte> block = stackalloc byte[BlockSize];
        var rest = plain[(whole * BlockSize)..];
        if (rest.Length > 0)
        {
            offset ^= Vector128.Create(last);
            offset.CopyTo(block);
            aes.EncryptEcb(block, block, PaddingMode.None);
            for (var i = 0; i < rest.Length; i++)
                output[whole * BlockSize + i] = (byte)(rest[i] ^ block[i]);
            checksum ^= Padded(rest);
        }
        (checksum ^ offset ^ Vector128.Create(dollar)).CopyTo(block);
        aes.EncryptEcb(block, block, PaddingMode.None);
        (Vector128.Create<byte>(block) ^ Hash(associated)).CopyTo(output[plain.Length..]);
    }

    private Vector128<byte> Hash(ReadOnlySpan<byte> associated)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        var (sum, offset) = (Vector128<byte>.Zero, Vector128<byte>.Zero);
        for (var i = 0; associated.Length >= BlockSize; i++, associated = associated[BlockSize..])
        {
            offset = masks[i];
            (Vector128.Create(associated[..BlockSize]) ^ offset).CopyTo(block);
            aes.EncryptEcb(block, block, PaddingMode.None);
            sum ^= Vector128.Create<byte>(block);
        }
        if (associated.Length == 0)
            return sum;
        (Padded(associated) ^ offset ^ Vector128.Create(last)).CopyTo(block);
        aes.EncryptEcb(block, block, PaddingMode.None);
        return sum ^ Vector128.Create<byte>(block);
    }

    /// <summary>The offset before the first block (RFC 7253, 4.2, "Nonce-dependent and per-encryption variables").</summary>
    private Vector128<byte> Offset(ReadOnlySpan<byte> nonce)
    {
        Span<byte> stretch = stackalloc byte[BlockSize + 8];
        stretch[0] = 1;
        nonce.CopyTo(stretch[1..]);
        var bottom = stretch[15] & 63;
        stretch[15] &= 0xc0;
        aes.EncryptEcb(stretch[..BlockSize], stretch[..BlockSize], PaddingMode.None);
        for (var i = 0; i < 8; i++)
            stretch[BlockSize + i] = (byte)(stretch[i] ^ stretch[i + 1]);
        var (bytes, bits) = (bottom / 8, bottom % 8);
        Span<byte> offset = stackalloc byte[BlockSize];
        for (var i = 0; i < BlockSize; i++)
            offset[i] = (byte)(stretch[bytes + i] << bits | (bits == 0 ? 0 : stretch[bytes + i + 1] >> (8 - bits)));
        return Vector128.Create<byte>(offset);
    }

    private static Vector128<byte> Padded(ReadOnlySpan<byte> rest)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        rest.CopyTo(block);
        block[rest.Length] = 0x80;
        return Vector128.Create<byte>(block);
    }

    /// <summary>Doubling in GF(2^128), most significant bit first.</summary>
    private static void Double(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var carry = from[0] >> 7;
        for (var i = 0; i < BlockSize - 1; i++)
            to[i] = (byte)(from[i] << 1 | from[i + 1] >> 7);
        to[15] = (byte)(from[15] << 1 ^ (carry == 1 ? 0x87 : 0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        aes.Dispose();
        CryptographicOperations.ZeroMemory(last);
        CryptographicOperations.ZeroMemory(dollar);
        CryptographicOperations.ZeroMemory(work);
        masks.AsSpan().Clear();
    }
}
