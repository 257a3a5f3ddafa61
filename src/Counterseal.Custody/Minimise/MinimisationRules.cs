using System.Text.Json.Nodes;

namespace Counterseal.Custody;

/// <summary>Which attachments stay out of what is handed over.</summary>
/// <param name="All">Every one.</param>
/// <param name="Types">Media types, <c>audio/mpeg</c> or <c>audio/*</c>, as the message declares them.</param>
/// <param name="Largest">Those of more bytes as stored; <c>null</c> for any size.</param>
internal sealed record AttachmentRule(bool All, IReadOnlyList<string> Types, int? Largest)
{
    /// <summary>The greatest limit, because a part is held until it is known whether it is over it: 16 MiB.</summary>
    public const int MostLargest = 16 << 20;

    /// <summary>Whether any attachment could be left out.</summary>
    public bool IsNothing => !All && Types.Count == 0 && Largest is null;

    /// <summary>Whether the declared type alone keeps an attachment out.</summary>
    public bool LeavesOut(string type) => All || Types.Any(rule => rule == type || (rule.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(rule[..^1], StringComparison.Ordinal)));
}

/// <summary>
/// The gate's rules of minimisation, <c>minimisation.json</c> in its folder (<c>docs/minimisation.md</c>). Their digest is on the ledger and in every report, so that a quiet change is seen.
/// </summary>
internal sealed record MinimisationRules
{
    private const int MostEntries = 100_000;

    /// <summary>No rule but those that always hold.</summary>
    public static MinimisationRules None { get; } = Read("{}"u8.ToArray());

    /// <summary>Lower-case hex SHA-256 of the canonical form.</summary>
    public required string Digest { get; init; }

    /// <summary>Whether other people's addresses in traffic are replaced by pseudonyms.</summary>
    public bool MaskTraffic { get; init; }

    /// <summary>Addresses of privileged correspondents, lower case.</summary>
    public IReadOnlySet<string> Addresses { get; init; } = new HashSet<string>();

    /// <summary>Their domains, those below them included, lower case.</summary>
    public IReadOnlySet<string> Domains { get; init; } = new HashSet<string>();

    /// <summary>Attachments of content.</summary>
    public AttachmentRule Attachments { get; init; } = new(false, [], null);

    /// <exception cref="RefusalException"><c>malformed</c> with the member.</exception>
    public static MinimisationRules Read(ReadOnlyMemory<byte> json)
    {
        const string file = "minimisation.json";
        using var document = Shape.Parse(json, 16 << 20, file);
        var root = Shape.Closed(document.RootElement, file, "mask", "privileged", "attachments");
        var mask = root.Has("mask") ? root.Texts("mask", 4, 20) : [];
        if (mask.Any(category => category != "traffic"))
            throw RefusalException.Malformed("only traffic can be masked: content is handed over as it is stored or not at all", root.Place("mask"));
        var privileged = root.Has("privileged") ? root.Object("privileged", "addresses", "domains") : null;
        var addresses = privileged?.Has("addresses") == true ? privileged.Texts("addresses", MostEntries, 320) : [];
        var domains = privileged?.Has("domains") == true ? privileged.Texts("domains", MostEntries, 255) : [];
        if (addresses.Any(address => address.IndexOf('@', StringComparison.Ordinal) < 1 || address.EndsWith('@')) || domains.Any(domain => domain.Length == 0 || domain.Contains('@', StringComparison.Ordinal) || domain.StartsWith('.')))
            throw RefusalException.Malformed("addresses are like counsel@law.example, domains like law.example", privileged!.Place("addresses"));
        return new MinimisationRules
        {
            Digest = Canonical.Digest(Canonical.Bytes(JsonNode.Parse(json.Span)!)),
            MaskTraffic = mask.Count > 0,
            Addresses = addresses.Select(address => address.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal),
            Domains = domains.Select(domain => domain.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal),
            Attachments = root.Has("attachments") ? ReadAttachments(root.Object("attachments", "leaveOut", "largest")) : new(false, [], null),
        };
    }

    private static AttachmentRule ReadAttachments(Shape rule)
    {
        var types = rule.Has("leaveOut") ? rule.Texts("leaveOut", 1000, 100) : [];
        if (types.Any(type => type != "all" && type.Split('/') is not [{ Length: > 0 }, { Length: > 0 }]))
            throw RefusalException.Malformed("leaveOut lists media types like audio/* or application/pdf, or all", rule.Place("leaveOut"));
        return new AttachmentRule(types.Contains("all"), [.. types.Where(type => type != "all").Select(type => type.ToLowerInvariant())], rule.Has("largest") ? (int)rule.Whole("largest", 0, AttachmentRule.MostLargest) : null);
    }
}
