using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Counterseal.Ledger;

/// <summary>What the system says of a file (Linux): whose it is, who may do what, and which one it is.</summary>
/// <param name="Owner">The user's number.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Inode">Its number in its file system.</param>
/// <param name="BornSeconds">When it came to be, Unix time; 0 where the file system does not say.</param>
/// <param name="BornNanoseconds">The rest of it.</param>
public sealed record FileFacts(uint Owner, UnixFileMode Mode, ulong Inode, long BornSeconds, uint BornNanoseconds)
{
    private const int Here = -100; // AT_FDCWD
    private const uint Everything = 0xFFF; // STATX_ALL

    /// <summary>The user that this process runs as; 0 is root.</summary>
    public static uint Self => EffectiveUser();

    /// <summary>Looks at a file, folder or socket.</summary>
    /// <exception cref="IOException">It is not there, or cannot be looked at.</exception>
    public static FileFacts Of(string path)
    {
        Span<byte> about = stackalloc byte[256];
        if (Statx(Here, path, 0, Everything, ref MemoryMarshal.GetReference(about)) != 0)
            throw new IOException($"{path} cannot be looked at (error {Marshal.GetLastPInvokeError()})");
        // struct statx has one layout on all machines, in their own byte order.
        return new FileFacts(
            MemoryMarshal.Read<uint>(about[20..]), (UnixFileMode)(MemoryMarshal.Read<ushort>(about[28..]) & 0xFFF), MemoryMarshal.Read<ulong>(about[32..]),
            MemoryMarshal.Read<long>(about[80..]), MemoryMarshal.Read<uint>(about[88..]));
    }

    /// <summary>Inode and birth as bytes: the same for the same file, another for a copy of it.</summary>
    public byte[] Identity()
    {
        var bytes = new byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Inode);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), BornSeconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), BornNanoseconds);
        return bytes;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte about);

    [DllImport("libc", EntryPoint = "geteuid"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
