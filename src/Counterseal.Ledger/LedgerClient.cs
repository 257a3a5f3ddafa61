namespace Counterseal.Ledger;

/// <summary>What a writer (desk, gate) and a reader say to the ledger process, over its Unix socket or HTTPS.</summary>
public sealed class LedgerClient : IDisposable
{
    /// <summary>A client.</summary>
    /// <param name="address">A Unix socket path (<c>unix:/path</c>) or an <c>https://</c> address.</param>
    /// <param name="log">The log's key; every answer is verified against it.</param>
    /// <param name="credential">The writer's credential, or <c>null</c> for a reader.</param>
    public LedgerClient(string address, NoteVerifier log, string? credential) => throw new NotSupportedException(address + log + credential);

    /// <summary>
    /// Appends a leaf and returns its proof once it is durable. The same leaf again gives the same index; the same tag with
    /// another commitment is refused.
    /// </summary>
    /// <exception cref="LedgerException">Refused, or the answer does not verify.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached; the caller tries again with the very same leaf.</exception>
    public Task<TlogProof> Append(Leaf leaf, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>The latest signed checkpoint's bytes, verified.</summary>
    public Task<byte[]> Checkpoint(CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Verifies that the log grew from one checkpoint into another without a change (RFC 6962 consistency); either order.</summary>
    /// <exception cref="LedgerException">It did not: a fork, or the ledger gives no valid proof.</exception>
    public Task EnsureConsistent(Checkpoint one, Checkpoint other, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>All leaves under a checkpoint, in order, fetched as entry tiles and verified against its root before the last is given.</summary>
    /// <exception cref="LedgerException">The tiles do not hash to the checkpoint's root.</exception>
    public IAsyncEnumerable<Leaf> Leaves(Checkpoint under, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose() { }
}

/// <summary>The ledger refused, or gave an answer that does not verify.</summary>
public sealed class LedgerException(string message) : Exception(message);
