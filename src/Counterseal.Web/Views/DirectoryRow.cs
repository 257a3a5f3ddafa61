namespace Counterseal.Web;

/// <summary>An authority of the directory: whom a package may be encrypted to, and which number is called back.</summary>
/// <param name="Id">The authority's id.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Name">Its official name.</param>
/// <param name="Format">How packages are encrypted, e.g. <c>age-x25519</c> or <c>openpgp-gpg</c>.</param>
/// <param name="Fingerprints">The SHA-256 of each key that packages are encrypted to, in groups of four.</param>
/// <param name="Confirmed">When, by whom and how the keys were confirmed.</param>
/// <param name="Callback">The number to call back.</param>
/// <param name="Version">From 1.</param>
/// <param name="SignedBy">Names on its signatures; the gate checks them, not the desk.</param>
/// <param name="Digest">Digest of the entry's text.</param>
public sealed record DirectoryRow(string Id, string Country, string Name, string Format, IReadOnlyList<string> Fingerprints, string Confirmed, string Callback, int Version, IReadOnlyList<string> SignedBy, string Digest);
