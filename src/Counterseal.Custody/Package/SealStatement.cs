using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate states of a package, as RFC 8785 JSON (shape in <c>docs/gate-protocol.md</c>); it cannot be built but from its canonical bytes.</summary>
public sealed record SealStatement
{
    /// <summary>The most bytes that a <c>NAME.counterseal</c> may have, 64 MiB: block digests for some 950 GB.</summary>
    public const int Limit = 64 * 1024 * 1024;
    // The first had one age volume for X25519 recipients and nothing else; it is read, no longer written.
    private const string FirstFormat = "counterseal/package/v1";
    private const string Format = "counterseal/package/v2";
    private const int MostVolumes = 999;

    /// <summary>Reads a statement strictly.</summary>
    /// <exception cref="SealFormatException">Names the member and the rule.</exception>
    public SealStatement(byte[] canonical)
    {
        Canonical = canonical;
        try
        {
            using var document = Shape.ParseCanonical(canonical, Limit, "/statement");
            var format = Shape.Open(document.RootElement, "/statement").Text("format");
            string[] members = ["v", "format", "name", "gate", "trial", "sealedAt", "authority", "demand", "order", "recipients", "manifest", "volumes"];
            var root = Shape.Closed(document.RootElement, "/statement", format == FirstFormat ? members : [.. members, "encryption"]);
            root.Whole("v", 1, 1);
            if (format is not (FirstFormat or Format))
                throw RefusalException.Malformed($"this must be \"{Format}\", or \"{FirstFormat}\" of older packages", root.Place("format"));
            Order = root.Hex("order", 32);
            Name = root.Text("name");
            if (Name != NameOf(Order))
                throw RefusalException.Malformed("the name is not that of the order", root.Place("name"));
            Gate = root.Text("gate", 100);
            Trial = root.Bool("trial");
            SealedAt = root.Instant("sealedAt");
            Authority = root.Text("authority", 1024);
            var demand = root.Object("demand", "id", "originalDigest");
            DemandId = demand.DemandId("id");
            OriginalDigest = demand.Hex("originalDigest", 32);
            Encryption = format == FirstFormat ? PackageFormat.AgeX25519
                : PackageRecipients.FormatOf(root.Text("encryption")) ?? throw RefusalException.Malformed("this must be age-x25519, age-hybrid, openpgp-gpg or openpgp-9580", root.Place("encryption"));
            Recipients = root.Texts("recipients", PackageRecipients.Most, Bech32.MaxLength);
            CheckRecipients(root);
            Manifest = root.Hex("manifest", 32);
            Volumes = SealedVolume.Read(root, Name + PackageRecipients.ExtensionOf(Encryption), format == FirstFormat ? 1 : MostVolumes);
        }
        catch (RefusalException e)
        {
            throw new SealFormatException(e.Refusal.Where, e.Refusal.What);
        }
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] Canonical { get; }

    /// <summary>Lower-case hex SHA-256 of the canonical bytes.</summary>
    public string Digest => Custody.Canonical.Digest(Canonical);

    /// <summary><c>cs-</c> and the order digest's first 16 characters.</summary>
    public string Name { get; }

    /// <summary>The gate's name.</summary>
    public string Gate { get; }

    /// <summary>Whether it was made in trial mode.</summary>
    public bool Trial { get; }

    /// <summary>When, on the gate's clock, UTC.</summary>
    public DateTimeOffset SealedAt { get; }

    /// <summary>The authority it is for, by its name in the directory.</summary>
    public string Authority { get; }

    /// <summary>The demand's id.</summary>
    public string DemandId { get; }

    /// <summary>Lower-case hex SHA-256 of the demand's original bytes.</summary>
    public string OriginalDigest { get; }

    /// <summary>The order's digest.</summary>
    public string Order { get; }

    /// <summary>How it is encrypted.</summary>
    public PackageFormat Encryption { get; }

    /// <summary>Whom it is encrypted to: age recipients, or fingerprints of an OpenPGP key and, after a slash, of its subkey that was encrypted to.</summary>
    public IReadOnlyList<string> Recipients { get; }

    /// <summary>Lower-case hex SHA-256 of the bag's salt and its <c>manifest-sha256.txt</c>.</summary>
    public string Manifest { get; }

    /// <summary>The encrypted file, in one piece or more: put together in order they are the file.</summary>
    public IReadOnlyList<SealedVolume> Volumes { get; }

    /// <summary>Bytes of all volumes.</summary>
    public long Length => Volumes.Sum(volume => volume.Length);

    /// <summary>The name of an order's package.</summary>
    internal static string NameOf(string order) => "cs-" + order[..16];

    /// <summary>The name of a volume: that of the file itself where it is the only one, else with a number of three digits after it.</summary>
    internal static string VolumeName(string file, int index, int count) => count == 1 ? file : $"{file}.{index + 1:D3}";

    /// <summary>The statement of a package.</summary>
    /// <exception cref="InvalidOperationException">More than 999 volumes.</exception>
    internal static SealStatement Of(PackageFacts facts, string order, string manifest, IReadOnlyList<(long Length, byte[] Digest, byte[] Blocks)> volumes)
    {
        if (volumes.Count > MostVolumes)
            throw new InvalidOperationException($"a package in {volumes.Count} volumes, at most {MostVolumes}: let them be larger");
        var name = NameOf(order);
        var list = new JsonArray();
        foreach (var (length, digest, blocks) in volumes)
        {
            var digests = new JsonArray();
            for (var at = 0; at < blocks.Length; at += 32)
                digests.Add(Convert.ToHexStringLower(blocks.AsSpan(at, 32)));
            list.Add(new JsonObject
            {
                ["index"] = list.Count,
                ["name"] = VolumeName(name + facts.Recipients.Extension, list.Count, volumes.Count),
                ["length"] = length,
                ["digest"] = Convert.ToHexStringLower(digest),
                ["block"] = BlockDigests.Size,
                ["blocks"] = digests,
            });
        }
        return new SealStatement(Custody.Canonical.Bytes(new JsonObject
        {
            ["v"] = 1,
            ["format"] = Format,
            ["name"] = name,
            ["gate"] = facts.Gate,
            ["trial"] = facts.Trial,
            ["sealedAt"] = Instant.Text(facts.SealedAt),
            ["authority"] = facts.Authority,
            ["demand"] = new JsonObject { ["id"] = facts.DemandId, ["originalDigest"] = facts.OriginalDigest },
            ["order"] = order,
            ["encryption"] = PackageRecipients.WordOf(facts.Recipients.Format),
            ["recipients"] = new JsonArray([.. facts.Recipients.Names.Select(recipient => (JsonNode)recipient)]),
            ["manifest"] = manifest,
            ["volumes"] = list,
        }));
    }

    /// <summary>Equal when the canonical bytes are.</summary>
    public bool Equals(SealStatement? other) => other is not null && Canonical.AsSpan().SequenceEqual(other.Canonical);

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode(StringComparison.Ordinal);

    private void CheckRecipients(Shape root)
    {
        if (Recipients.Count == 0 || Recipients.Distinct(StringComparer.Ordinal).Count() < Recipients.Count)
            throw RefusalException.Malformed("there is no recipient, or one twice", root.Place("recipients"));
        for (var i = 0; i < Recipients.Count; i++)
        {
            if (RecipientFault(Recipients[i]) is { } fault)
                throw RefusalException.Malformed(fault, $"{root.Place("recipients")}/{i}");
        }
    }

    private string? RecipientFault(string text)
    {
        if (Encryption is PackageFormat.OpenPgpGpg or PackageFormat.OpenPgp9580)
        {
            var bytes = Encryption == PackageFormat.OpenPgpGpg ? 20 : 32;
            return text.Split('/') is { Length: 2 } parts && parts.All(part => !part.Any(char.IsAsciiLetterLower) && Shape.IsHex(part.ToLowerInvariant(), bytes))
                ? null
                : $"this must be two fingerprints of {bytes} bytes in upper-case hex, with a slash between them";
        }
        try
        {
            return AgeRecipient.Parse(text).Kind == (Encryption == PackageFormat.AgeHybrid ? AgeKind.Hybrid : AgeKind.X25519) ? null : "this is a recipient of the other kind";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}

/// <summary>A volume of a package: an encrypted file.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Digest">Lower-case hex SHA-256 of all of it.</param>
/// <param name="Blocks">SHA-256 of each 1 MiB block, 32 bytes each, one after the other.</param>
public sealed record SealedVolume(string Name, long Length, string Digest, byte[] Blocks)
{
    /// <summary>Whether a block's digest is the one stated.</summary>
    internal bool HasBlock(long index, ReadOnlySpan<byte> digest) => Blocks.AsSpan((int)(index * 32), 32).SequenceEqual(digest);

    /// <summary>Length of a block; the last may be shorter.</summary>
    internal int BlockLength(long index) => (int)Math.Min(BlockDigests.Size, Length - index * BlockDigests.Size);

    internal static IReadOnlyList<SealedVolume> Read(Shape statement, string file, int most)
    {
        var where = statement.Place("volumes");
        var list = statement.Member("volumes");
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 || list.GetArrayLength() > most)
            throw RefusalException.Malformed($"this must be a list of one to {most} volumes", where);
        return [.. list.EnumerateArray().Select((element, index) => Read(element, $"{where}/{index}", index, SealStatement.VolumeName(file, index, list.GetArrayLength())))];
    }

    private static SealedVolume Read(JsonElement element, string where, int index, string name)
    {
        var volume = Shape.Closed(element, where, "index", "name", "length", "digest", "block", "blocks");
        volume.Whole("index", index, index);
        volume.Whole("block", BlockDigests.Size, BlockDigests.Size);
        if (volume.Text("name") != name)
            throw RefusalException.Malformed("the volume's name is not the package's", volume.Place("name"));
        var length = volume.Whole("length", 1, long.MaxValue / 2048);
        var blocks = volume.Member("blocks");
        if (blocks.ValueKind != JsonValueKind.Array || blocks.GetArrayLength() != (length + BlockDigests.Size - 1) / BlockDigests.Size)
            throw RefusalException.Malformed("there is not one digest for each block of the length", volume.Place("blocks"));
        var digests = new byte[blocks.GetArrayLength() * 32];
        var at = 0;
        foreach (var block in blocks.EnumerateArray())
        {
            if (block.ValueKind != JsonValueKind.String || block.GetString() is not { } hex || !Shape.IsHex(hex, 32))
                throw RefusalException.Malformed("this must be 32 bytes in lower-case hex", $"{volume.Place("blocks")}/{at / 32}");
            Convert.FromHexString(hex, digests.AsSpan(at, 32), out _, out _);
            at += 32;
        }
        return new SealedVolume(name, length, volume.Hex("digest", 32), digests);
    }
}

/// <summary>A statement, counterseal or trust file that is not in its one form.</summary>
/// <param name="where">The member, as a JSON pointer, or the byte.</param>
/// <param name="what">What is wrong with it.</param>
public sealed class SealFormatException(string where, string what) : FormatException($"{where}: {what}")
{
    /// <summary>The member, as a JSON pointer, or the byte.</summary>
    public string Where { get; } = where;
}
