using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// Where a gate's journal lies: machine, inode, time of birth. A folder that was restored from a copy, by whatever program, has another; its gate starts stopped,
/// since what people had stopped since the copy was made is not in it.
/// </summary>
internal static class Place
{
    /// <summary>The file in the gate's folder; backups leave it out.</summary>
    public const string FileName = "place";

    /// <summary>Whether the journal lies where it lay.</summary>
    public static bool IsKnown(GateHome home) => File.Exists(home.At(FileName)) && File.ReadAllText(home.At(FileName)).TrimEnd() == Of(home.At("journal.ndjson"));

    /// <summary>Remembers where the journal lies.</summary>
    public static void Keep(string folder) =>
        Durable.Replace(Path.Combine(folder, FileName), Encoding.ASCII.GetBytes(Of(Path.Combine(folder, "journal.ndjson")) + "\n"), "gate.place", GateHome.FileMode);

    private static string Of(string path)
    {
        Span<byte> what = stackalloc byte[24];
        if (OperatingSystem.IsLinux())
        {
            Span<byte> about = stackalloc byte[256];
            if (Statx(-100, path, 0, 0xFFF, ref MemoryMarshal.GetReference(about)) != 0)
                throw new IOException($"{path} cannot be looked at");
            // stx_ino; stx_btime: seconds and nanoseconds, zero where the file system has none.
            about.Slice(32, 8).CopyTo(what);
            about.Slice(80, 12).CopyTo(what[8..]);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(what, File.GetCreationTimeUtc(path).Ticks);
        }
        const string machine = "/etc/machine-id";
        return Convert.ToHexStringLower(SHA256.HashData([.. File.Exists(machine) ? File.ReadAllBytes(machine) : [], .. what]));
    }

    [DllImport("libc", EntryPoint = "statx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte about);
}
