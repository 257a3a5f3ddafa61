using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>
/// What a CSAF provider serves under <c>/.well-known/csaf/</c> (CSAF 2.0, chapter 7): <c>provider-metadata.json</c>, and under <c>white/</c> <c>index.txt</c>, <c>changes.csv</c> and for each document by year its
/// JSON, its digests and its signature. With a key it is a trusted provider (7.2.3), without one a provider (7.2.2).
/// </summary>
public static class CsafProvider
{
    /// <summary>A file of the layout.</summary>
    /// <param name="Bytes">Its bytes.</param>
    /// <param name="Type">Its media type.</param>
    public sealed record File(byte[] Bytes, string Type);

    /// <summary>The file at a path under <c>/.well-known/csaf/</c>; <c>null</c> when there is none.</summary>
    public static async Task<File?> Serve(VulnerabilityRegister register, string path, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(path);
        switch (path)
        {
            case "provider-metadata.json":
                return new(CsafDocument.Bytes(await Metadata(register, cancel)), "application/json");
            case "white/index.txt":
                return Text(string.Concat((await register.Documents(cancel)).Select(d => Short(d) + "\n").Order(StringComparer.Ordinal)), "text/plain");
            case "white/changes.csv":
                return Text(string.Concat((await register.Documents(cancel)).Select(d => $"\"{Short(d)}\",\"{Time(d.At)}\"\n")), "text/csv");
            case "openpgp.asc":
                return register.Signer is { } signer ? new(Encoding.UTF8.GetBytes(signer.PublicKey), "application/pgp-keys") : null;
        }
        foreach (var ending in (string[])[".sha256", ".sha512", ".asc", ""])
            if (path.EndsWith(ending, StringComparison.Ordinal) && path[..^ending.Length] is var plain && plain.EndsWith(".json", StringComparison.Ordinal) && await register.Document(plain, cancel) is { } found)
                return ending switch
                {
                    ".sha256" => Text($"{found.Sha256}  {Name(found)}\n", "text/plain"),
                    ".sha512" => Text($"{Convert.ToHexStringLower(SHA512.HashData(found.Bytes))}  {Name(found)}\n", "text/plain"),
                    ".asc" => found.Signature is { } signature ? Text(signature, "application/pgp-signature") : null,
                    _ => new(found.Bytes, "application/json"),
                };
        return null;
    }

    /// <summary>Every file of the layout by its path, for a web server that is not ours.</summary>
    public static async Task<IReadOnlyList<(string Path, File File)>> All(VulnerabilityRegister register, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(register);
        var files = new List<(string, File)>();
        var paths = (await register.Documents(cancel)).SelectMany(d => (string[])[d.Path, d.Path + ".sha256", d.Path + ".sha512", d.Path + ".asc"]);
        foreach (var path in (IEnumerable<string>)["provider-metadata.json", "openpgp.asc", "white/index.txt", "white/changes.csv", .. paths])
            if (await Serve(register, path, cancel) is { } file)
                files.Add((path, file));
        return files;
    }

    private static async Task<JsonObject> Metadata(VulnerabilityRegister register, CancellationToken cancel)
    {
        var (publisher, documents) = (register.Publisher, await register.Documents(cancel));
        var here = publisher.Origin + "/.well-known/csaf/";
        var made = new JsonObject
        {
            ["canonical_url"] = here + "provider-metadata.json",
            ["distributions"] = new JsonArray(new JsonObject { ["directory_url"] = here + "white/" }),
            // Of the settings nothing is dated; what changes for those who fetch are the documents.
            ["last_updated"] = Time(documents.Count > 0 ? documents[0].At : new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            ["list_on_CSAF_aggregators"] = true,
            ["metadata_version"] = "2.0",
            ["mirror_on_CSAF_aggregators"] = true,
        };
        if (register.Signer is { } signer)
            made["public_openpgp_keys"] = new JsonArray(new JsonObject { ["fingerprint"] = signer.Fingerprint, ["url"] = here + "openpgp.asc" });
        made["publisher"] = publisher.Json();
        made["role"] = register.Signer is null ? "csaf_provider" : "csaf_trusted_provider";
        return made;
    }

    private static File Text(string text, string type) => new(Encoding.UTF8.GetBytes(text), type + "; charset=utf-8");

    private static string Short(PublishedDocument document) => document.Path["white/".Length..];

    private static string Name(PublishedDocument document) => document.Path[(document.Path.LastIndexOf('/') + 1)..];

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
