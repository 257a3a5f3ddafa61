using System.Text;

namespace Counterseal.Custody;

/// <summary>A BagIt manifest (RFC 8493, 2.1.3): a digest and a path on each line, in the order in which the files stand in the archive.</summary>
internal sealed class BagManifest
{
    private readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);
    private readonly StringBuilder text = new();

    /// <summary>Path to lower-case hex SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Digests => digests;

    /// <summary>Adds a file.</summary>
    public void Add(string path, ReadOnlySpan<byte> digest)
    {
        var hex = Convert.ToHexStringLower(digest);
        digests.Add(path, hex);
        text.Append(hex).Append("  ").Append(path).Append('\n');
    }

    /// <summary>The manifest file's bytes.</summary>
    public byte[] Bytes() => Encoding.ASCII.GetBytes(text.ToString());

    /// <summary>Reads a manifest file strictly: the form that <see cref="Bytes"/> writes and no other.</summary>
    /// <exception cref="PackageException">Names file and line.</exception>
    public static BagManifest Read(string name, ReadOnlySpan<byte> bytes)
    {
        var manifest = new BagManifest();
        if (bytes.Length == 0)
            return manifest;
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        if (lines[^1].Length != 0)
            throw new PackageException($"{name}: the last line has no end");
        for (var i = 0; i < lines.Length - 1; i++)
        {
            var line = lines[i];
            if (line.Length < 67 || line[64..66] != "  " || !Shape.IsHex(line[..64], 32))
                throw new PackageException($"{name}, line {i + 1}: not a SHA-256 in lower-case hex, two spaces and a path");
            var path = line[66..];
            if (Bag.Fault(path) is { } fault)
                throw new PackageException($"{name}, line {i + 1}: \"{Visible.Text(path, 120)}\": {fault}");
            if (manifest.digests.ContainsKey(path))
                throw new PackageException($"{name}, line {i + 1}: \"{path}\" is listed twice");
            manifest.Add(path, Convert.FromHexString(line.AsSpan(0, 64)));
        }
        return manifest;
    }
}
