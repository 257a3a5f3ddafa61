namespace Counterseal.Ledger;

/// <summary>A log's files: <c>checkpoint</c> and <c>tile/…</c>, named as C2SP tlog-tiles names the addresses, so that the folder can be served as it is.</summary>
/// <param name="Path">The folder.</param>
internal sealed record LogFolder(string Path)
{
    /// <summary>The signed checkpoint's file.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint");

    /// <summary>The newest checkpoint that witnesses have cosigned.</summary>
    public string Cosigned => System.IO.Path.Combine(Path, "cosigned");

    /// <summary>Held by the one process that writes.</summary>
    public string Lock => System.IO.Path.Combine(Path, "lock");

    /// <summary>A tile's file.</summary>
    public string File(Tile tile) => System.IO.Path.Combine(Path, tile.Path);

    /// <summary>Where the partials of a tile are.</summary>
    public string Partials(Tile tile) => File(tile.Full) + ".p";

    /// <summary>A tile's bytes; when its partial has given way to the full tile, the beginning of that. <c>null</c> when neither is there.</summary>
    public byte[]? Read(Tile tile)
    {
        // The full tile is written before a partial is deleted, so the second look finds it whenever the first came too late.
        if (ReadFile(File(tile)) is { } bytes)
            return bytes;
        return tile.IsFull || ReadFile(File(tile.Full)) is not { } full || full.Length < tile.Size ? null : full[..tile.Size];
    }

    /// <summary>All files under <c>tile/</c>, as the paths that tiles have.</summary>
    public IEnumerable<string> Files()
    {
        var root = System.IO.Path.Combine(Path, "tile");
        return !Directory.Exists(root) ? [] :
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(Path, file));
    }

    private static byte[]? ReadFile(string path)
    {
        try
        {
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
