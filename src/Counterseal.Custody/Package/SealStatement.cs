using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate states of a package, as RFC 8785 JSON (shape in <c>docs/gate-protocol.md</c>); it cannot be built but from its canonical bytes.</summary>
public sealed record SealStatement
{
    /// <summary>The most bytes that a <c>NAME.counterseal</c> may have, 64 MiB: block digests for some 950 GB.</summary>
    public const int Limit = 64 * 1024 * 1024;
    private const string PackageFormat = "counterseal/package/v1";

    /// <summary>Reads a statement strictly.</summary>
    /// <exception cref="SealFormatException">Names the member and the rule.</exception>
    public SealStatement(byte[] canonical)
    {
        Canonical = canonical;
        try
        {
            using var document = Shape.ParseCanonical(canonical, Limit, "/statement");
            var root = Shape.Closed(document.RootElement, "/statement",
                "v", "format", "name", "gate", "trial", "sealedAt", "authority", "demand", "order", "recipients", "manifest", "volumes");
            root.Whole("v", 1, 1);
            if (root.Text("format") != PackageFormat)
                throw RefusalException.Malformed($"this must be \"{PackageFormat}\"", root.Place("format"));
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
            Recipients = [.. root.Texts("recipients", AgeHeader.MaxStanzas, Bech32.MaxLength).Select((text, i) => Recipient(text, $"{root.Place("recipients")}/{i}"))];
            if (AgeRecipient.Fault(Recipients) is { } fault)
                throw RefusalException.Malformed(fault, root.Place("recipients"));
            Manifest = root.Hex("manifest", 32);
            Volume = SealedVolume.Read(root, Name);
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

    /// <summary>Whom it is encrypted to.</summary>
    public IReadOnlyList<AgeRecipient> Recipients { get; }

    /// <summary>Lower-case hex SHA-256 of the bag's salt and its <c>manifest-sha256.txt</c>.</summary>
    public string Manifest { get; }

    /// <summary>The one volume; the list has room for more, which no version writes yet.</summary>
    public SealedVolume Volume { get; }

    /// <summary>The name of an order's package.</summary>
    internal static string NameOf(string order) => "cs-" + order[..16];

    /// <summary>The statement of a package.</summary>
    internal static SealStatement Of(PackageFacts facts, string order, string manifest, long length, byte[] digest, byte[] blocks)
    {
        var name = NameOf(order);
        var list = new JsonArray();
        for (var at = 0; at < blocks.Length; at += 32)
            list.Add(Convert.ToHexStringLower(blocks.AsSpan(at, 32)));
        return new SealStatement(Custody.Canonical.Bytes(new JsonObject
        {
            ["v"] = 1,
            ["format"] = PackageFormat,
            ["name"] = name,
            ["gate"] = facts.Gate,
            ["trial"] = facts.Trial,
            ["sealedAt"] = Instant.Text(facts.SealedAt),
            ["authority"] = facts.Authority,
            ["demand"] = new JsonObject { ["id"] = facts.DemandId, ["originalDigest"] = facts.OriginalDigest },
            ["order"] = order,
            ["recipients"] = new JsonArray([.. facts.Recipients.Select(recipient => (JsonNode)recipient.Text)]),
            ["manifest"] = manifest,
            ["volumes"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["name"] = name + ".age",
                ["length"] = length,
                ["digest"] = Convert.ToHexStringLower(digest),
                ["block"] = BlockDigests.Size,
                ["blocks"] = list,
            }),
        }));
    }

    /// <summary>Equal when the canonical bytes are.</summary>
    public bool Equals(SealStatement? other) => other is not null && Canonical.AsSpan().SequenceEqual(other.Canonical);

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode(StringComparison.Ordinal);

    private static AgeRecipient Recipient(string text, string where)
    {
        try
        {
            return AgeRecipient.Parse(text);
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed(e.Message, where);
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

    internal static SealedVolume Read(Shape statement, string name)
    {
        var where = statement.Place("volumes");
        var list = statement.Member("volumes");
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != 1)
            throw RefusalException.Malformed("this must be a list of one volume", where);
        var volume = Shape.Closed(list[0], where + "/0", "index", "name", "length", "digest", "block", "blocks");
        volume.Whole("index", 0, 0);
        volume.Whole("block", BlockDigests.Size, BlockDigests.Size);
        if (volume.Text("name") != name + ".age")
            throw RefusalException.Malformed("the volume's name is not the package's", volume.Place("name"));
        var length = volume.Whole("length", 1, long.MaxValue / 2);
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
        return new SealedVolume(name + ".age", length, volume.Hex("digest", 32), digests);
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
