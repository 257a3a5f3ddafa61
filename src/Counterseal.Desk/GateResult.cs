using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>What a count came to (<c>docs/gate-protocol.md</c>, Results).</summary>
/// <param name="Accounts">Each account found, by its opaque number.</param>
/// <param name="Selectors">What each selector resolved to.</param>
/// <param name="Unreadable">Records that could not be read, so that nobody knows whether they are in scope.</param>
public sealed record CountResult(IReadOnlyList<CountedAccount> Accounts, IReadOnlyList<CountedSelector> Selectors, long Unreadable)
{
    /// <summary>All items in scope.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Items => Accounts.Sum(account => account.Categories.Sum(category => category.Items));
}

/// <summary>Counts of one account.</summary>
/// <param name="Account">Opaque number.</param>
/// <param name="Categories">One for each category.</param>
public sealed record CountedAccount(string Account, IReadOnlyList<CountedCategory> Categories);

/// <summary>Items in scope of one category.</summary>
/// <param name="Category">The category.</param>
/// <param name="Items">How many.</param>
/// <param name="Bytes">How large together.</param>
public sealed record CountedCategory(DataCategory Category, long Items, long Bytes);

/// <summary>What a selector came to.</summary>
/// <param name="Item">Index of the scope item, from 0.</param>
/// <param name="Accounts">Opaque numbers; empty for none.</param>
public sealed record CountedSelector(int Item, IReadOnlyList<string> Accounts);

/// <summary>A snapshot in the gate's vault.</summary>
/// <param name="Snapshot">Its name.</param>
/// <param name="Until">Kept until then.</param>
/// <param name="Items">How many items.</param>
/// <param name="Bytes">How large.</param>
public sealed record PreserveResult(string Snapshot, DateTimeOffset Until, long Items, long Bytes);

/// <summary>A preview at the gate.</summary>
/// <param name="Preview">Its name.</param>
/// <param name="Until">Kept until then.</param>
/// <param name="Items">How many items.</param>
/// <param name="Bytes">How large.</param>
public sealed record PreviewResult(string Preview, DateTimeOffset Until, long Items, long Bytes);

/// <summary>A deletion at the gate.</summary>
/// <param name="Deleted">The order whose snapshot, package or preview went.</param>
/// <param name="At">When.</param>
public sealed record DeleteResult(string Deleted, DateTimeOffset At);

/// <summary>A sealed package.</summary>
/// <param name="Name">The common name of its two files.</param>
/// <param name="Statement">Digest of what the gate states.</param>
/// <param name="Volumes">The encrypted files.</param>
/// <param name="Sealed">The gate's event, with its proof.</param>
public sealed record SealResult(string Name, string Statement, IReadOnlyList<SealedVolume> Volumes, ProvenEvent Sealed)
{
    /// <summary>The name of a volume's file.</summary>
    public string FileOf(SealedVolume volume) => volume?.Name ?? Name + ".age";

    /// <summary>The name of the counterseal's file.</summary>
    public string Counterseal => Name + ".counterseal";

    /// <summary>Whether the package has a file of that name.</summary>
    public bool Has(string file) => file == Counterseal || Volumes.Any(volume => FileOf(volume) == file);
}

/// <summary>One encrypted file of a package.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Digest">SHA-256.</param>
/// <param name="Name">Its file name; <c>null</c> in what older gates said, for <c>NAME.age</c>.</param>
public sealed record SealedVolume(int Index, long Length, string Digest, string? Name = null);

/// <summary>An event that can be checked offline: bytes and salt give the commitment, the tag completes the leaf, the proof puts it in the log.</summary>
/// <param name="Event">Canonical bytes.</param>
/// <param name="Salt">Lower-case hex, 32 bytes.</param>
/// <param name="Tag">Lower-case hex, 32 bytes.</param>
/// <param name="Proof">The tlog-proof's text.</param>
public sealed record ProvenEvent(byte[] Event, string Salt, string Tag, string Proof);
