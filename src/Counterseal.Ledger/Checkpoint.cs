namespace Counterseal.Ledger;

/// <summary>A C2SP tlog-checkpoint: origin, size, root; no extension lines are written, and none are accepted.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">32 bytes, RFC 6962 root hash.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The three lines.</summary>
    public string Text() => throw new NotSupportedException();

    /// <summary>Reads and verifies a signed checkpoint.</summary>
    /// <param name="note">The note's bytes.</param>
    /// <param name="log">The log's key; its name must be the origin.</param>
    /// <exception cref="FormatException">Not a checkpoint, another log's, or not signed by the key.</exception>
    public static Checkpoint Open(ReadOnlySpan<byte> note, NoteVerifier log) => throw new NotSupportedException();
}
