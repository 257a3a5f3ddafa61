using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// A bag coming out of its archive into an empty folder. Every path is checked before anything is written, every file is hashed as it is written, and
/// at the end the bag must be exactly what its manifests list.
/// </summary>
internal sealed class BagExtraction(string name, string folder, CancellationToken cancel)
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> declared = new(StringComparer.Ordinal);
    private readonly byte[] buffer = new byte[128 * 1024];
    private long payloadBytes;

    /// <summary>Files written.</summary>
    public int Files => files.Count;

    /// <summary>Reads the archive to its end and writes its files.</summary>
    /// <exception cref="PackageException">Names the entry and the rule.</exception>
    public void Read(Stream archive)
    {
        var tar = new TarReader(archive);
        var entries = 0;
        while (tar.Next() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            if (++entries > Bag.MaxEntries)
                throw Wrong(tar, entry, $"there are more than {Bag.MaxEntries} files and folders");
            if (!entry.Path.StartsWith(name + "/", StringComparison.Ordinal))
                throw Wrong(tar, entry, $"it is not in the folder {name}");
            var path = entry.Path[(name.Length + 1)..];
            if (entry.IsFolder)
                Folder(tar, entry, path.Length == 0 ? path : path[..^1]);
            else
                File(tar, entry, path);
        }
    }

    /// <summary>The bag against its own manifests, both ways, and against what the gate states.</summary>
    /// <exception cref="PackageException">Names the file and the rule.</exception>
    public void Verify(SealStatement statement)
    {
        foreach (var required in Bag.Required.Append(Bag.TagManifest))
        {
            if (!files.ContainsKey(required))
                throw new PackageException($"the bag: {required} is missing");
        }
        var manifestBytes = Tag(Bag.Manifest);
        if (Canonical.Digest([.. Tag(Bag.Salt), .. manifestBytes]) != statement.Manifest)
            throw new PackageException($"the bag: {Bag.Salt} and {Bag.Manifest} do not have the digest that the gate stated (/statement/manifest)");
        if (Order.DigestOf(Tag(Bag.Order)) != statement.Order)
            throw new PackageException($"the bag: {Bag.Order} is not the order that the gate stated (/statement/order)");
        Compare(Bag.Manifest, BagManifest.Read(Bag.Manifest, manifestBytes), path => path.StartsWith(Bag.Payload, StringComparison.Ordinal));
        Compare(Bag.TagManifest, BagManifest.Read(Bag.TagManifest, Tag(Bag.TagManifest)), path => !path.StartsWith(Bag.Payload, StringComparison.Ordinal) && path != Bag.TagManifest);
        if (Encoding.UTF8.GetString(Tag(Bag.DeclarationFile)) != Bag.Declaration)
            throw new PackageException($"the bag: {Bag.DeclarationFile} does not declare BagIt 1.0 in UTF-8");
        var oxum = Bag.OxumText(payloadBytes, files.Keys.Count(path => path.StartsWith(Bag.Payload, StringComparison.Ordinal)));
        var info = Encoding.UTF8.GetString(Tag(Bag.Info)).Split('\n');
        foreach (var line in new[] { $"External-Identifier: {name}", $"Payload-Oxum: {oxum}", $"Counterseal-Order: {statement.Order}", $"Counterseal-Trial: {(statement.Trial ? "true" : "false")}" })
        {
            if (!info.Contains(line))
                throw new PackageException($"the bag: {Bag.Info} lacks the line \"{line}\"");
        }
    }

    private void Compare(string list, BagManifest manifest, Func<string, bool> belongs)
    {
        foreach (var (path, digest) in manifest.Digests)
        {
            if (!belongs(path) || !files.TryGetValue(path, out var found))
                throw new PackageException($"the bag: {list} lists {path}, which is missing or has no place there");
            if (Convert.ToHexStringLower(found) != digest)
                throw new PackageException($"the bag: {path} does not have the digest that {list} gives");
        }
        foreach (var path in files.Keys)
        {
            if (belongs(path) && !manifest.Digests.ContainsKey(path))
                throw new PackageException($"the bag: {path} is not listed in {list}");
        }
    }

    private void Folder(TarReader tar, TarHeader entry, string path)
    {
        // The path of a folder is good if that of some file in it would be.
        if (path is not ("" or "data" or "approvals") && Bag.Fault(path + "/x") is { } fault)
            throw Wrong(tar, entry, fault);
        if (!declared.Add(path))
            throw Wrong(tar, entry, "it is there twice");
        Make(tar, entry, path);
    }

    private void File(TarReader tar, TarHeader entry, string path)
    {
        if (Bag.Fault(path) is { } fault)
            throw Wrong(tar, entry, fault);
        if (entry.Length > Bag.MaxFile)
            throw Wrong(tar, entry, $"it is {entry.Length} bytes long; at most {Bag.MaxFile} are taken");
        Make(tar, entry, Parent(path));
        if (!Claim(tar, entry, path))
            throw Wrong(tar, entry, "it is there twice");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = new FileStream(Path.Combine(folder, path), Options()))
        {
            for (int read; (read = tar.Read(buffer)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                file.Write(buffer, 0, read);
            }
        }
        files.Add(path, hash.GetHashAndReset());
        if (path.StartsWith(Bag.Payload, StringComparison.Ordinal))
            payloadBytes += entry.Length;
    }

    /// <summary>Takes a path for one entry; false where it is taken, an error where it differs from another in case only.</summary>
    private bool Claim(TarReader tar, TarHeader entry, string path) => seen.TryAdd(path, path)
        || (seen[path] == path ? false : throw Wrong(tar, entry, $"it differs from {seen[path]} in upper and lower case only"));

    /// <summary>Makes a folder and those above it.</summary>
    private void Make(TarReader tar, TarHeader entry, string path)
    {
        if (path.Length == 0 || folders.Contains(path))
            return;
        Make(tar, entry, Parent(path));
        if (!Claim(tar, entry, path))
            throw Wrong(tar, entry, $"{path} is a file already, and cannot be a folder");
        folders.Add(path);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path.Combine(folder, path));
        else
            Directory.CreateDirectory(Path.Combine(folder, path), FolderMode);
    }

    private static string Parent(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    private byte[] Tag(string path) => System.IO.File.ReadAllBytes(Path.Combine(folder, path));

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static PackageException Wrong(TarReader tar, TarHeader entry, string what) =>
        new($"the archive in the package, byte {tar.Offset}, \"{Visible.Text(entry.Path, 120)}\": {what}");
}
