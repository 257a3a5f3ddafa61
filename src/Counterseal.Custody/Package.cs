using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What the bag needs beyond the records, and what the seal says of the order.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Trial">Trial mode; stamped on everything.</param>
/// <param name="Order">The order's canonical bytes.</param>
/// <param name="DemandId">The demand's id.</param>
/// <param name="OriginalDigest">Lower-case hex SHA-256 of the demand's original bytes.</param>
/// <param name="Approvals">The approvals, signed notes.</param>
/// <param name="DecidedProof">The tlog-proof of the decision's leaf.</param>
/// <param name="Recipients">Whom it is encrypted to.</param>
/// <param name="Authority">The authority's name in the directory.</param>
/// <param name="SealedAt">On the gate's clock, UTC.</param>
public sealed record PackageFacts(
    string Gate,
    bool Trial,
    byte[] Order,
    string DemandId,
    string OriginalDigest,
    IReadOnlyList<string> Approvals,
    string DecidedProof,
    IReadOnlyList<AgeRecipient> Recipients,
    string Authority,
    DateTimeOffset SealedAt);

/// <summary>A package being written: one tar of a BagIt bag, encrypted as it grows, in parts of at most 64 MB.</summary>
public sealed class PackageWriter : IRecordSink, IDisposable
{
    /// <summary>Begins a package on an empty stream.</summary>
    public PackageWriter(Stream age, PackageFacts facts) => throw new NotSupportedException(age.ToString() + facts);
    /// <inheritdoc/>
    public void Begin(string name, string extension) => throw new NotSupportedException();
    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> piece) => throw new NotSupportedException();
    /// <inheritdoc/>
    public void EndRecord() => throw new NotSupportedException();
    /// <inheritdoc/>
    public void End() => throw new NotSupportedException();
    /// <summary>Writes the bag's tag files and manifests and ends the age file; gives what the seal states.</summary>
    /// <param name="report">Every record accounted for; goes into the bag as <c>report.json</c>.</param>
    public SealStatement Finish(CollectionReport report) => throw new NotSupportedException();
    /// <inheritdoc/>
    public void Dispose() { }
}

/// <summary>What the gate states of a package, as RFC 8785 JSON (shape in <c>docs/gate-protocol.md</c>).</summary>
/// <param name="Canonical">The canonical bytes.</param>
public sealed record SealStatement(byte[] Canonical)
{
    /// <summary>Lower-case hex SHA-256 of the canonical bytes.</summary>
    public string Digest => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Canonical));
}

/// <summary>The <c>NAME.counterseal</c> file: statement, the <i>sealed</i> event with its proof, the gate's signature over both.</summary>
public static class SealFile
{
    /// <summary>Makes the file's bytes, one canonical encoding.</summary>
    /// <param name="statement">What is stated.</param>
    /// <param name="sealedEvent">Canonical bytes of the gate's sealed event, which names the statement's digest.</param>
    /// <param name="salt">Its salt.</param>
    /// <param name="leaf">Its leaf.</param>
    /// <param name="proof">Its proof.</param>
    /// <param name="gate">The counterseal key.</param>
    public static byte[] Make(SealStatement statement, byte[] sealedEvent, byte[] salt, Leaf leaf, TlogProof proof, NoteSigner gate) =>
        throw new NotSupportedException();
}

/// <summary>Public keys got another way: what <c>verify</c> and <c>open</c> believe.</summary>
/// <param name="Gate">The gate's counterseal key (vkey).</param>
/// <param name="Ledger">The ledger's key (vkey); its name is the log's origin.</param>
public sealed record Trust(string Gate, string Ledger);

/// <summary>One thing that was checked of a package.</summary>
/// <param name="Holds">Whether it holds.</param>
/// <param name="What">What was checked, one sentence.</param>
/// <param name="Where">File and byte offset or field, when it fails.</param>
public sealed record Check(bool Holds, string What, string? Where);

/// <summary>The officer's side: verify offline, then open.</summary>
public static class Package
{
    /// <summary>Checks <c>NAME.counterseal</c> and every block of <c>NAME.age</c> beside it. All checks that could be made, in order; good only if every one holds.</summary>
    /// <param name="path">Either file, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="cancel">Stops between blocks.</param>
    public static IReadOnlyList<Check> Verify(string path, Trust trust, CancellationToken cancel) => throw new NotSupportedException(path + trust);

    /// <summary>Verifies, decrypts to a new folder, checks the bag, and shows nothing until the last chunk has verified.</summary>
    /// <param name="path">Either file, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="identity">The recipient's key.</param>
    /// <param name="folder">Must not exist.</param>
    /// <param name="cancel">Stops between blocks and leaves nothing behind.</param>
    /// <exception cref="PackageException">Names what is wrong and where.</exception>
    public static IReadOnlyList<Check> Open(string path, Trust trust, AgeIdentity identity, string folder, CancellationToken cancel) =>
        throw new NotSupportedException(path + trust + identity + folder);
}

/// <summary>A package that does not verify or must not be opened.</summary>
public sealed class PackageException(string message) : Exception(message);
