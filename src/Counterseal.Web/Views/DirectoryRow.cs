namespace Counterseal.Web;

/// <summary>An authority of the directory: whom a package may be encrypted to, and which number is called back.</summary>
/// <param name="Id">The authority's id.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Name">Its official name.</param>
/// <param name="Recipient">The key that packages are encrypted to, <c>age1…</c>.</param>
/// <param name="Callback">The number to call back.</param>
/// <param name="Version">From 1.</param>
/// <param name="SignedBy">Names on its signatures; the gate checks them, not the desk.</param>
/// <param name="Digest">Digest of the entry's text.</param>
public sealed record DirectoryRow(string Id, string Country, string Name, string Recipient, string Callback, int Version, IReadOnlyList<string> SignedBy, string Digest);
