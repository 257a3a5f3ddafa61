namespace Counterseal.Ledger;

/// <summary>
/// What the log holds of an event: 64 bytes, a tag PRF(writer's key, n) and a salted commitment. A writer knows its own
/// leaves; a stranger sees noise. See <see cref="WriterKey"/> for the tag and <see cref="Commitment"/> for the second half.
/// </summary>
public readonly record struct Leaf
{
    /// <summary>64.</summary>
    public const int Size = 64;

    private readonly byte[] bytes;

    /// <summary>A leaf of a tag and a commitment, 32 bytes each.</summary>
    /// <exception cref="ArgumentException">Either is not 32 bytes long.</exception>
    public Leaf(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> commitment)
    {
        if (tag.Length != 32 || commitment.Length != 32)
            throw new ArgumentException($"a leaf is a tag and a commitment of 32 bytes each, not {tag.Length} and {commitment.Length}");
        bytes = [.. tag, .. commitment];
    }

    /// <summary>The first 32 bytes.</summary>
    public ReadOnlySpan<byte> Tag => bytes.AsSpan(0, 32);

    /// <summary>The last 32 bytes.</summary>
    public ReadOnlySpan<byte> Commitment => bytes.AsSpan(32, 32);

    /// <summary>All 64.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Equal when the bytes are.</summary>
    public bool Equals(Leaf other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(bytes, 0);
}
