using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Counterseal.Ledger;

/// <summary>
/// A named place just before or after a durable write. When the environment variable <c>COUNTERSEAL_CRASH_AT</c> names it,
/// the process kills itself there (SIGKILL, no clean-up), which is how the crash tests hold "nothing acknowledged is lost".
/// <c>name#3</c> means the third time that it is reached. Of several, with commas between, the first counts; whoever starts the process again gives it
/// the others (<see cref="Rest"/>). With <c>COUNTERSEAL_LOSE_UNSYNCED=1</c> what <see cref="Durable"/> has written
/// but not yet synced is thrown away first, as a loss of power may do.
/// </summary>
public static class CrashPoint
{
    /// <summary>The environment variable.</summary>
    public const string Setting = "COUNTERSEAL_CRASH_AT";

    private static readonly (string? Name, long Time) At = Read(Environment.GetEnvironmentVariable(Setting));
    private static readonly string? Trace = Environment.GetEnvironmentVariable("COUNTERSEAL_CRASH_TRACE");
    private static readonly ConcurrentDictionary<string, bool> Traced = new();
    private static long reached;

    /// <summary>Dies here if told to; otherwise does nothing.</summary>
    /// <param name="name">part.write.before or part.write.after, e.g. <c>gate.journal.append.before</c>; all are listed in <c>docs/crash-points.md</c>.</param>
    public static void Reach(string name)
    {
        if (Trace is not null && Traced.TryAdd(name, true))
            lock (Traced)
                File.AppendAllText(Trace, name + "\n");
        if (At.Name == name && Interlocked.Increment(ref reached) == At.Time)
            Die();
    }

    /// <summary>What is left of the setting for a process that is started again after it died: all but the first point, or <c>null</c>.</summary>
    public static string? Rest(string? setting) => setting?.Split(',', 2) is [_, var rest] ? rest : null;

    private static void Die()
    {
        // Until the process is gone nothing may be synced, so that nothing more can be acknowledged.
        Unsynced.LoseAll();
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private static (string?, long) Read(string? setting)
    {
        if (string.IsNullOrEmpty(setting))
            return (null, 0);
        setting = setting.Split(',')[0];
        var hash = setting.LastIndexOf('#');
        return hash < 0 ? (setting, 1) : (setting[..hash], long.Parse(setting.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
