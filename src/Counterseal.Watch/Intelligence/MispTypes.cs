namespace Counterseal.Watch;

/// <summary>The attribute types of MISP that can be looked up.</summary>
internal static class MispTypes
{
    public readonly record struct Piece(ObservableKind Kind, string Scope);

    private static readonly Piece Domain = new(ObservableKind.Domain, "");
    private static readonly Piece Address = new(ObservableKind.Address, "");
    private static readonly Piece Mail = new(ObservableKind.Mail, "");
    private static readonly Piece Url = new(ObservableKind.Url, "");
    private static readonly Piece File = new(ObservableKind.Text, "file:name");
    private static readonly Piece RegistryKey = new(ObservableKind.Text, "windows-registry-key:key");

    private static readonly Dictionary<string, Piece?[]> Known = new(StringComparer.Ordinal)
    {
        ["domain"] = [Domain],
        ["hostname"] = [Domain],
        ["ip-src"] = [Address],
        ["ip-dst"] = [Address],
        ["domain|ip"] = [Domain, Address],
        ["ip-src|port"] = [Address, null],
        ["ip-dst|port"] = [Address, null],
        ["hostname|port"] = [Domain, null],
        ["url"] = [Url],
        ["email"] = [Mail],
        ["email-src"] = [Mail],
        ["email-dst"] = [Mail],
        ["email-reply-to"] = [Mail],
        ["email-subject"] = [new(ObservableKind.Text, "email-message:subject")],
        ["filename"] = [File],
        ["regkey"] = [RegistryKey],
        ["regkey|value"] = [RegistryKey, null],
        ["mutex"] = [new(ObservableKind.Text, "mutex:name")],
        ["process-name"] = [new(ObservableKind.Text, "process:name")],
        ["mobile-application-id"] = [new(ObservableKind.Text, "app:id")],
        ["user-agent"] = [new(ObservableKind.Text, "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'")],
        ["x509-fingerprint-md5"] = [new(ObservableKind.Hash, "MD5")],
        ["x509-fingerprint-sha1"] = [new(ObservableKind.Hash, "SHA-1")],
        ["x509-fingerprint-sha256"] = [new(ObservableKind.Hash, "SHA-256")],
    };

    static MispTypes()
    {
        foreach (var hash in new[] { "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-224", "sha3-256", "sha3-384", "sha3-512", "ssdeep", "tlsh", "imphash" })
        {
            var piece = new Piece(ObservableKind.Hash, HashName.Canonical(hash)!);
            Known[hash] = [piece];
            // A file's name beside its hash is too weak to be looked up by itself.
            Known["filename|" + hash] = [null, piece];
        }
    }

    /// <summary>The parts of a value of the type, <c>null</c> for a part that is not looked up; or <c>null</c> for a type of no use.</summary>
    public static IReadOnlyList<Piece?>? Of(string type) => Known.GetValueOrDefault(type);
}
