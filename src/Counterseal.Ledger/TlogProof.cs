namespace Counterseal.Ledger;

/// <summary>A C2SP tlog-proof: that a leaf is at an index of the log under a signed checkpoint, complete and offline. We write no <c>extra</c> line and accept none.</summary>
/// <param name="Index">The leaf's index.</param>
/// <param name="Hashes">Leaf to root, 32 bytes each.</param>
/// <param name="Checkpoint">The signed checkpoint's bytes, verbatim.</param>
public sealed record TlogProof(long Index, IReadOnlyList<byte[]> Hashes, byte[] Checkpoint)
{
    /// <summary>Reads a proof; at most 64 KiB, at most 63 hashes.</summary>
    /// <exception cref="FormatException">Names the line.</exception>
    public static TlogProof Parse(string text) => throw new NotSupportedException(text);

    /// <summary>The proof as text; <see cref="Parse"/> of it gives this proof again.</summary>
    public string Text() => throw new NotSupportedException();

    /// <summary>Verifies that <paramref name="leaf"/> is in the log; gives the checkpoint it rests on.</summary>
    /// <exception cref="FormatException">It is not, or the checkpoint is not the log's.</exception>
    public Checkpoint Verify(Leaf leaf, NoteVerifier log) => throw new NotSupportedException();
}
