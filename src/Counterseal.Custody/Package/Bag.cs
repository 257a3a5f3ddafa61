using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Custody;

/// <summary>What a bag (BagIt 1.0, RFC 8493) of ours has in it, and which paths it may have. Its lists of digests are <see cref="BagManifest"/>.</summary>
internal static partial class Bag
{
    /// <summary>The bag declaration, the whole of <c>bagit.txt</c>.</summary>
    public const string Declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

    public const string DeclarationFile = "bagit.txt";
    public const string Info = "bag-info.txt";
    public const string Manifest = "manifest-sha256.txt";
    public const string TagManifest = "tagmanifest-sha256.txt";
    public const string Order = "order.json";
    public const string Report = "report.json";
    public const string DecidedProof = "decided.tlog-proof";
    public const string Salt = "salt";
    /// <summary>The chain-of-custody record; packages of before do not have it.</summary>
    public const string Custody = "custody.jsonld";
    public const string Payload = "data/";
    public const string Approvals = "approvals/";

    /// <summary>The tag files that every bag of ours has, besides the tag manifest and the approvals.</summary>
    public static IReadOnlyList<string> Required { get; } = [DeclarationFile, Info, Manifest, Order, Report, DecidedProof, Salt];

    /// <summary>The most bytes that a file in a bag may have: 64 MiB.</summary>
    public const int MaxFile = 64 * 1024 * 1024;

    /// <summary>The most files and folders that a bag may have.</summary>
    public const int MaxEntries = 100_000;

    /// <summary>Path of an approval, counted from 1.</summary>
    public static string Approval(int n) => $"{Approvals}{n}.note";

    /// <summary>What is wrong with the path of a file in a bag (without the bag's own folder); null when nothing is.</summary>
    public static string? Fault(string path)
    {
        if (path == "fetch.txt")
            return "it would have the reader fetch files from elsewhere";
        if (path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal) || path.Contains(':', StringComparison.Ordinal))
            return "the path is absolute, or another system's";
        var segments = path.Split('/');
        if (segments.Length > 4)
            return "the path is too deep";
        foreach (var segment in segments)
        {
            if (segment is "." or "..")
                return "the path leads out of its folder";
            if (!Segments().IsMatch(segment) || Devices().IsMatch(segment))
                return "the path has a part that is not made of A–Z, a–z, 0–9, \".\", \"_\" and \"-\", or that some system reserves";
        }
        return path.StartsWith(Payload, StringComparison.Ordinal) || Required.Contains(path) || path is TagManifest or Custody || ApprovalPaths().IsMatch(path)
            ? null
            : "a package has no such file";
    }

    /// <summary>Whether an account's folder or a stream may have this name.</summary>
    public static bool IsSegment(string name) => Segments().IsMatch(name) && !Devices().IsMatch(name);

    /// <summary>The lines of <c>bag-info.txt</c>.</summary>
    public static string InfoText(PackageFacts facts, string name, string order, long bytes, long files) => new StringBuilder()
        .Append("Source-Organization: ").Append(facts.Gate).Append('\n')
        .Append("External-Identifier: ").Append(name).Append('\n')
        .Append("Bagging-Date: ").Append(Law.Instant.Text(facts.SealedAt).AsSpan(0, 10)).Append('\n')
        .Append("Payload-Oxum: ").Append(OxumText(bytes, files)).Append('\n')
        .Append("Bag-Software-Agent: Counterseal\n")
        .Append("Counterseal-Order: ").Append(order).Append('\n')
        .Append("Counterseal-Trial: ").Append(facts.Trial ? "true" : "false").Append('\n')
        .ToString();

    /// <summary>RFC 8493, Payload-Oxum: bytes and files of the payload.</summary>
    public static string OxumText(long bytes, long files) => $"{bytes}.{files}";

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,79}[A-Za-z0-9_-])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Segments();

    [GeneratedRegex(@"\A(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\z)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Devices();

    [GeneratedRegex(@"\Aapprovals/[1-9][0-9]{0,2}\.note\z", RegexOptions.CultureInvariant)]
    private static partial Regex ApprovalPaths();
}
