using Counterseal.Custody;

namespace Counterseal.Collectors;

/// <summary>A folder of the gate's own machine. Links are not followed, and only regular files are opened.</summary>
internal sealed class Folder : IObjectStore
{
    private readonly string _root;

    public Folder(CollectorSettings settings)
    {
        settings.Only([.. ObjectCollector.Settings, "folder"]);
        _root = Path.GetFullPath(settings.Need("folder"));
    }

    public string What => "the files";

    public IEnumerable<StoredObject> List(string prefix, string? after, CancellationToken cancel)
    {
        var path = _root;
        if (!Directory.Exists(path)) throw new SourceException("a folder of stored files is not there");
        foreach (var part in prefix.TrimEnd('/').Split('/'))
        {
            path = Path.Combine(path, part);
            if (new DirectoryInfo(path) is { LinkTarget: not null }) throw new SourceException($"{prefix}: it is a link, and links are not followed");
        }
        return Directory.Exists(path) ? Below(path, prefix, after, cancel) : [];
    }

    public Stream Open(StoredObject stored, CancellationToken cancel)
    {
        try
        {
            return new FileStream(Path.Combine(_root, stored.Key), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{stored.Key}: it cannot be read ({e.GetType().Name})");
        }
    }

    public void Dispose()
    {
    }

    private static IEnumerable<StoredObject> Below(string folder, string prefix, string? after, CancellationToken cancel)
    {
        List<FileSystemInfo> entries;
        try
        {
            entries = [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(Ordered, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{prefix}: it cannot be listed ({e.GetType().Name})");
        }
        foreach (var entry in entries)
        {
            cancel.ThrowIfCancellationRequested();
            var (key, place) = (prefix + entry.Name, prefix + Ordered(entry));
            // What is in a folder comes behind the folder's own place.
            if (after is not null && string.CompareOrdinal(place, after) <= 0 && !(place.EndsWith('/') && after.StartsWith(place, StringComparison.Ordinal))) continue;
            if (entry.LinkTarget is not null)
            {
                yield return new StoredObject(key, 0, DateTimeOffset.UnixEpoch) { Fault = "it is a link, and links are not followed" };
            }
            else if (entry is DirectoryInfo)
            {
                foreach (var inner in Below(entry.FullName, key + "/", after, cancel)) yield return inner;
            }
            else if (entry is FileInfo file)
            {
                // Pipes, sockets and devices have no length, and opening one could wait for ever.
                var regular = (file.Attributes & (FileAttributes.Normal | FileAttributes.Archive)) != 0 || file.Length > 0;
                yield return new StoredObject(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)) { Fault = regular ? null : "it is not a regular file" };
            }
        }
    }

    private static string Ordered(FileSystemInfo entry) => entry is DirectoryInfo && entry.LinkTarget is null ? entry.Name + "/" : entry.Name;
}
