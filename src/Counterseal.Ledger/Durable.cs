using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Counterseal.Ledger;

/// <summary>
/// Durable file writes, in one place: each returns only when the bytes and the name would survive a loss of power.
/// In the lost-write test (<c>COUNTERSEAL_LOSE_UNSYNCED=1</c>) a crash point also throws away everything not yet synced.
/// Each write named <c>x</c> reaches the crash points <c>x.before</c> (nothing written), <c>x.unsynced</c> (written, not synced), for a
/// replacement <c>x.renamed</c> (the new name stands, the folder is not synced), and <c>x.after</c> (durable, nobody told yet).
/// </summary>
public static class Durable
{
    /// <summary>Writes a file whole or not at all: temporary name, fsync, rename, fsync of the folder.</summary>
    /// <param name="path">The file; missing folders are made.</param>
    /// <param name="bytes">All that it shall hold.</param>
    /// <param name="crashPoint">The write's name, e.g. <c>ledger.checkpoint</c>.</param>
    /// <param name="mode">Permissions of the file, or <c>null</c> for the system's own.</param>
    public static void Replace(string path, ReadOnlySpan<byte> bytes, string crashPoint, UnixFileMode? mode = null) =>
        Replace([(path, bytes.ToArray())], crashPoint, mode);

    /// <summary>Writes several files, each whole or not at all (not all or none), with no more syncs than that needs.</summary>
    /// <param name="files">Each path with all that it shall hold; no path twice.</param>
    /// <param name="crashPoint">The write's name.</param>
    /// <param name="mode">Permissions of the files, or <c>null</c> for the system's own.</param>
    public static void Replace(IReadOnlyCollection<(string Path, byte[] Bytes)> files, string crashPoint, UnixFileMode? mode = null)
    {
        CrashPoint.Reach(crashPoint + ".before");
        foreach (var folder in Folders(files))
            CreateFolder(folder);
        var open = new List<FileStream>(files.Count);
        try
        {
            foreach (var (path, bytes) in files)
            {
                Unsynced.About(Temporary(path));
                var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
                if (mode is not null && !OperatingSystem.IsWindows())
                    options.UnixCreateMode = mode;
                var file = new FileStream(Temporary(path), options);
                open.Add(file);
                file.Write(bytes);
            }
            CrashPoint.Reach(crashPoint + ".unsynced");
            foreach (var file in open)
                file.Flush(flushToDisk: true);
        }
        finally
        {
            open.ForEach(file => file.Dispose());
        }
        foreach (var (path, _) in files)
        {
            Unsynced.About(path);
            File.Move(Temporary(path), path, overwrite: true);
        }
        CrashPoint.Reach(crashPoint + ".renamed");
        foreach (var folder in Folders(files))
            SyncFolder(folder);
        foreach (var (path, _) in files)
        {
            Unsynced.Synced(Temporary(path));
            Unsynced.Synced(path);
        }
        CrashPoint.Reach(crashPoint + ".after");
    }

    /// <summary>Appends to a file and syncs it; the file is made if it is not there.</summary>
    /// <param name="path">The file; missing folders are made.</param>
    /// <param name="bytes">What is added at its end.</param>
    /// <param name="crashPoint">The write's name, e.g. <c>gate.journal.append</c>.</param>
    /// <param name="mode">Permissions of a file that is made here, or <c>null</c> for the system's own.</param>
    public static void Append(string path, ReadOnlySpan<byte> bytes, string crashPoint, UnixFileMode? mode = null)
    {
        CrashPoint.Reach(crashPoint + ".before");
        var isNew = !File.Exists(path);
        if (isNew)
        {
            CreateFolder(Folder(path));
            Unsynced.About(path);
        }
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var file = new FileStream(path, options))
        {
            if (!isNew)
                Unsynced.AboutToGrow(path, file.Length);
            file.Seek(0, SeekOrigin.End);
            file.Write(bytes);
            CrashPoint.Reach(crashPoint + ".unsynced");
            file.Flush(flushToDisk: true);
        }
        if (isNew)
            SyncFolder(Folder(path));
        Unsynced.Synced(path);
        CrashPoint.Reach(crashPoint + ".after");
    }

    /// <summary>Deletes files and syncs their folders; a file that is not there is no error.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="crashPoint">The write's name, e.g. <c>ledger.trim</c>.</param>
    public static void Delete(IReadOnlyCollection<string> paths, string crashPoint)
    {
        CrashPoint.Reach(crashPoint + ".before");
        foreach (var path in paths)
        {
            Unsynced.About(path);
            File.Delete(path);
        }
        CrashPoint.Reach(crashPoint + ".unsynced");
        foreach (var folder in paths.Select(Folder).Distinct())
            SyncFolder(folder);
        foreach (var path in paths)
            Unsynced.Synced(path);
        CrashPoint.Reach(crashPoint + ".after");
    }

    /// <summary>Makes a folder and those above it that are missing; each is synced into the one above.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="mode">Permissions of the folders made, or <c>null</c> for the system's own.</param>
    public static void CreateFolder(string folder, UnixFileMode? mode = null)
    {
        if (Directory.Exists(folder))
            return;
        var above = Folder(folder);
        CreateFolder(above, mode);
        if (mode is { } given && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder, given);
        else
            Directory.CreateDirectory(folder);
        SyncFolder(above);
    }

    /// <summary>Makes the names in a folder durable (fsync of the folder itself).</summary>
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Libc.Open(folder, Libc.ReadOnlyDirectory);
        if (descriptor < 0)
            throw Failure(folder);
        try
        {
            if (Libc.Fsync(descriptor) != 0)
                throw Failure(folder);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    private static IOException Failure(string folder)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{folder}: the folder cannot be synced: {error.Message}", error);
    }

    private static string Temporary(string path) => path + ".new";

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new IOException($"{path} has no folder");

    private static IEnumerable<string> Folders(IEnumerable<(string Path, byte[] Bytes)> files) => files.Select(file => Folder(file.Path)).Distinct();

    private static class Libc
    {
        /// <summary>O_RDONLY | O_CLOEXEC on Linux.</summary>
        public const int ReadOnlyDirectory = 0x80000;

        [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Fsync(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Close(int descriptor);
    }
}
