using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>
/// Telling people: the program that <c>page</c> in <c>gate.json</c> names is run when the gate stops itself, when anybody stops something, when a stop is lifted, and when the roster is about to change, does, or does not.
/// It is given words, counts, digests and the names of those on the roster, who are the ones to be told; nothing about a demand or a customer.
/// </summary>
public sealed partial class Gate
{
    private const int MostToTell = 50;
    private static readonly TimeSpan PagingTime = TimeSpan.FromSeconds(30);

    private readonly Lock telling = new();
    private Task told = Task.CompletedTask;
    private int toTell;

    /// <summary>Tells everybody of a stop, or of its end: <c>PROGRAM stopped|lifted everything|demand DIGEST to NAME …</c>, with the stop's digest.</summary>
    private void TellOfStop(string word, Stop stop) => Tell([word, stop.Demand == Stop.Everything ? "everything" : "demand", stop.Digest], Everybody());

    /// <summary>Tells everybody on the old roster and the new one: <c>PROGRAM roster proposed|halted|changed EPOCH DIGEST to NAME …</c>, with the new epoch and the change's digest.</summary>
    private void TellOfRoster(string word, RosterDraft draft, IReadOnlyList<string> old) =>
        Tell(["roster", word, draft.Roster.Epoch.ToString(CultureInfo.InvariantCulture), draft.Digest], [.. old.Concat(draft.Roster.People.Select(person => person.Name)).Distinct(StringComparer.Ordinal)]);

    /// <summary>The names on the roster in force; none while it cannot be read.</summary>
    private IReadOnlyList<string> Everybody() => RosterNow() is { } roster ? [.. roster.People.Select(person => person.Name)] : [];

    /// <summary>Runs the program in the background, one message after the other. Whoever may stop things may do it often: what is behind more messages than people could read is left out, and that is in the log.</summary>
    private void Tell(IReadOnlyList<string> words, IReadOnlyList<string> people)
    {
        if (home.Settings.Page is null)
            return;
        lock (telling)
        {
            if (toTell >= MostToTell)
            {
                GateLog.NotPaged(log, -1, null);
                return;
            }
            toTell++;
            told = Next(told);
        }

        async Task Next(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await Page(words, people);
            lock (telling)
                toTell--;
        }
    }

    /// <summary>Runs the operator's program: the words, <c>to</c>, and the names of the people. No shell, nothing of the environment.</summary>
    private async Task Page(IReadOnlyList<string> words, IReadOnlyList<string> people)
    {
        if (home.Settings.Page is not { } program)
            return;
        try
        {
            var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
            start.Environment.Clear();
            foreach (var argument in (string[])[.. words, "to", .. people])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(PagingTime);
            try
            {
                await process.WaitForExitAsync(patience.Token);
                if (process.ExitCode != 0)
                    GateLog.NotPaged(log, process.ExitCode, null);
            }
            catch (OperationCanceledException e)
            {
                process.Kill(entireProcessTree: true);
                GateLog.NotPaged(log, -1, e);
            }
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            GateLog.NotPaged(log, -1, e);
        }
    }
}

internal static partial class GateLog
{
    [LoggerMessage(10, LogLevel.Error, "people could not be paged (exit code {Code})")]
    public static partial void NotPaged(ILogger log, int code, Exception? e);
}
