namespace Counterseal.Ledger;

/// <summary>
/// A named place just before or after a durable write. When the environment variable <c>COUNTERSEAL_CRASH_AT</c> names it,
/// the process kills itself there (SIGKILL, no clean-up), which is how the crash tests hold "nothing acknowledged is lost".
/// </summary>
public static class CrashPoint
{
    /// <summary>Dies here if told to; otherwise does nothing.</summary>
    /// <param name="name">part.write.before or part.write.after, e.g. <c>gate.journal.append.before</c>; all are listed in <c>docs/crash-points.md</c>.</param>
    public static void Reach(string name) { _ = name; }
}
