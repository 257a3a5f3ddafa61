using System.Runtime.InteropServices;

namespace Counterseal.Law.Tests;

/// <summary>The processor's time that this thread has had, so that what else the machine does makes nothing slow. (Linux: <c>clock_gettime</c>, <c>CLOCK_THREAD_CPUTIME_ID</c>.)</summary>
internal static class ProcessorTime
{
    private const int OfThisThread = 3;

    public static TimeSpan Now => clock_gettime(OfThisThread, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100) : throw new PlatformNotSupportedException("no clock of the thread's own");

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
