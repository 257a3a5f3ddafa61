namespace Counterseal.Web;

/// <summary>
/// What the bearer of a receipt may know: how far the demand is, and the sealed files once they are released. It has no member
/// from which one could tell whether an account exists, what was decided, or who works on it.
/// </summary>
/// <param name="Received">When it was received.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Since">When it got there.</param>
/// <param name="Order">Digest of the release order, by which the gate knows the files; <c>null</c> before.</param>
/// <param name="Files">The files to download; empty before.</param>
public sealed record StatusView(DateTimeOffset Received, Progress Progress, DateTimeOffset? Since, string? Order, IReadOnlyList<PackageFile> Files);

/// <summary>How far a demand is, in the words that its sender may read.</summary>
public enum Progress
{
    /// <summary>It is on record.</summary>
    Received,
    /// <summary>People are looking at it.</summary>
    Examined,
    /// <summary>It is on hold.</summary>
    Stayed,
    /// <summary>It was withdrawn.</summary>
    Withdrawn,
    /// <summary>The answer went to the address on file.</summary>
    Answered,
    /// <summary>The answer can be fetched.</summary>
    Ready,
}

/// <summary>A file of a package.</summary>
/// <param name="Name"><c>NAME.age</c> or <c>NAME.counterseal</c>.</param>
/// <param name="Length">In bytes, where known.</param>
/// <param name="Digest">Lower-case hex SHA-256, where known.</param>
public sealed record PackageFile(string Name, long? Length, string? Digest);
