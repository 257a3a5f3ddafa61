using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>The SHA-256 of a volume as a whole and of each 1 MiB block of it, as it goes by; so that damage has a place.</summary>
internal sealed class BlockDigests : IDisposable
{
    /// <summary>1 MiB.</summary>
    public const int Size = 1024 * 1024;
    private readonly IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash block = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream blocks = new();
    private int inBlock;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        whole.AppendData(bytes);
        Length += bytes.Length;
        while (bytes.Length > 0)
        {
            var taken = Math.Min(Size - inBlock, bytes.Length);
            block.AppendData(bytes[..taken]);
            bytes = bytes[taken..];
            inBlock += taken;
            if (inBlock == Size)
                EndBlock();
        }
    }

    /// <summary>The digest of all and, 32 bytes each, those of the blocks; the last block may be shorter.</summary>
    public (byte[] Whole, byte[] Blocks) Finish()
    {
        if (inBlock > 0)
            EndBlock();
        return (whole.GetHashAndReset(), blocks.ToArray());
    }

    private void EndBlock()
    {
        blocks.Write(block.GetHashAndReset());
        inBlock = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        whole.Dispose();
        block.Dispose();
        blocks.Dispose();
    }
}
