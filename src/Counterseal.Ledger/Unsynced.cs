namespace Counterseal.Ledger;

/// <summary>
/// What has been written and not yet synced, each with how to throw it away. Kept only when <c>COUNTERSEAL_LOSE_UNSYNCED=1</c>, for the
/// lost-write tests: the operating system's cache survives SIGKILL, so a test that only kills would never see a missing sync.
/// </summary>
internal static class Unsynced
{
    private static readonly bool On = Environment.GetEnvironmentVariable("COUNTERSEAL_LOSE_UNSYNCED") == "1";
    private static readonly List<(string Path, Action Lose)> Writes = [];

    /// <summary>Notes that <paramref name="path"/> is about to be changed; what it holds now is what a loss of power would leave.</summary>
    public static void About(string path)
    {
        if (!On)
            return;
        var before = File.Exists(path) ? File.ReadAllBytes(path) : null;
        lock (Writes)
            Writes.Add((path, before is null ? () => File.Delete(path) : () => File.WriteAllBytes(path, before)));
    }

    /// <summary>Notes that <paramref name="path"/> is about to grow from <paramref name="length"/> bytes on.</summary>
    public static void AboutToGrow(string path, long length)
    {
        if (!On)
            return;
        lock (Writes)
            Writes.Add((path, () =>
            {
                // The writer that is being lost still holds the file, so no share is refused here.
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
                file.SetLength(length);
            }
            ));
    }

    /// <summary>The path's bytes and name would now survive.</summary>
    public static void Synced(string path)
    {
        if (!On)
            return;
        lock (Writes)
            Writes.RemoveAll(write => write.Path == path);
    }

    /// <summary>Throws away, newest first, and never lets go again: whoever syncs after this must not be told that it worked.</summary>
    public static void LoseAll()
    {
        if (!On)
            return;
        Monitor.Enter(Writes);
        for (var i = Writes.Count - 1; i >= 0; i--)
            Writes[i].Lose();
    }
}
