using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>A gate's folder held against the ledger, without running it: what an operator asks after a restore, or whenever in doubt. Nothing is written.</summary>
public static class GateState
{
    /// <summary>Checks a gate that does not run.</summary>
    /// <param name="folder">The gate's folder.</param>
    /// <param name="clock">For opening the journal.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>All checks that could be made.</returns>
    /// <exception cref="InvalidDataException">The folder cannot be used, or the gate runs.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public static async Task<IReadOnlyList<Check>> Check(string folder, TimeProvider clock, CancellationToken cancel)
    {
        using var home = GateHome.Open(folder);
        using var client = new LedgerClient(home.Settings.LedgerAddress, home.LedgerKey, home.LedgerCredential, home.Tls);
        var checks = new List<Check>();
        Journal journal;
        try
        {
            journal = Journal.Open(home.At("journal.ndjson"), clock);
            checks.Add(new Check(true, $"each of the journal's {journal.Lines} lines follows from the one before", null));
        }
        catch (InvalidDataException e)
        {
            return [new Check(false, $"the journal is as it was written: {e.Message}", home.At("journal.ndjson"))];
        }
        var now = Checkpoint.Open(await client.Checkpoint(cancel), home.LedgerKey);
        await Last(home, client, now, checks, cancel);
        await Leaves(home, client, journal, now, checks, cancel);
        Stops(home, journal, checks);
        Roster(home, journal, checks);
        Packages(home, journal, checks, cancel);
        return checks;
    }

    private static async Task Last(GateHome home, LedgerClient client, Checkpoint now, List<Check> checks, CancellationToken cancel)
    {
        var path = home.At("last-checkpoint");
        if (!File.Exists(path))
            return;
        try
        {
            var last = Checkpoint.Open(await File.ReadAllBytesAsync(path, cancel), home.LedgerKey);
            if (last.Size > now.Size)
            {
                checks.Add(new Check(false, $"the ledger is at least as long as when the gate saw it last: it has {now.Size} leaves and had {last.Size}; the ledger's copy is older than the gate's", path));
                return;
            }
            await client.EnsureConsistent(last, now, cancel);
            checks.Add(new Check(true, $"the ledger, {now.Size} leaves, continues what the gate saw last, {last.Size}", null));
        }
        catch (Exception e) when (e is LedgerException or FormatException)
        {
            checks.Add(new Check(false, $"the ledger continues what the gate saw last: {e.Message}", path));
        }
    }

    private static async Task Leaves(GateHome home, LedgerClient client, Journal journal, Checkpoint now, List<Check> checks, CancellationToken cancel)
    {
        var own = journal.Leaves;
        var acknowledged = own.Where(leaf => leaf.Index is not null).ToDictionary(leaf => leaf.Index!.Value);
        var beyond = new Dictionary<string, long>(StringComparer.Ordinal);
        for (long n = own.Count; n < own.Count + GateLedger.LookAhead; n++)
            beyond[Convert.ToHexStringLower(home.Writer.Tag(n))] = n;
        var (found, ahead, index) = (0, 0L, 0L);
        await foreach (var leaf in client.Leaves(now, cancel))
        {
            if (acknowledged.TryGetValue(index, out var mine))
            {
                if (leaf.Tag.SequenceEqual(home.Writer.Tag(mine.N)) && leaf.Commitment.SequenceEqual(Commitment.Of(mine.Salt, mine.Event.Canonical)))
                    found++;
                else
                    checks.Add(new Check(false, $"leaf {index} of the ledger is the gate's event {mine.N} ({mine.Event.Type}): it is another", home.At("journal.ndjson")));
            }
            if (beyond.TryGetValue(Convert.ToHexStringLower(leaf.Tag), out var n))
                ahead = Math.Max(ahead, n - own.Count + 1);
            index++;
        }
        var missing = acknowledged.Keys.Count(at => at >= index);
        checks.Add(missing == 0
            ? new Check(true, $"{found} of the gate's events are in the ledger where the journal says ({own.Count - acknowledged.Count} are still to be sent)", null)
            : new Check(false, $"the gate's events are in the ledger where the journal says: {missing} lie beyond its end; the ledger's copy is older than the gate's", home.At("journal.ndjson")));
        checks.Add(ahead == 0
            ? new Check(true, "the ledger has no event of the gate's that its journal does not know", null)
            : new Check(false, $"the ledger has no event of the gate's that its journal does not know: it has {ahead} more; this copy of the gate is older than the ledger", home.At("journal.ndjson")));
    }

    private static void Stops(GateHome home, Journal journal, List<Check> checks)
    {
        var gone = journal.All("stopped").Where(leaf => !File.Exists(home.At("stops", leaf.Subject + ".json"))).ToList();
        checks.Add(new Check(gone.Count == 0, gone.Count == 0 ? "each stop on record is there" : $"each stop on record is there: {gone.Count} are not", gone.Count == 0 ? null : home.At("stops")));
    }

    private static void Roster(GateHome home, Journal journal, List<Check> checks)
    {
        if (journal.Latest("roster") is not { } recorded)
            return;
        try
        {
            var roster = home.ReadRoster();
            checks.Add(roster.Digest == recorded.Subject
                ? new Check(true, $"the roster is the one last on record (epoch {roster.Epoch})", null)
                : new Check(false, $"the roster is the one last on record: it is another (epoch {roster.Epoch}); find out who changed it", home.At("roster.json")));
        }
        catch (RefusalException e)
        {
            checks.Add(new Check(false, $"the roster can be read: {e.Refusal.What}", home.At("roster.json")));
        }
    }

    private static void Packages(GateHome home, Journal journal, List<Check> checks, CancellationToken cancel)
    {
        var trust = new Trust(home.Signer.Verifier.ToString(), home.LedgerKey.Now.ToString()) { EarlierLedgers = home.LedgerKey.Earlier };
        var keys = journal.All("key").OrderBy(leaf => leaf.N).ToList();
        trust = trust with { Earlier = [.. keys.Zip(keys.Skip(1), (old, next) => new EarlierKey(old.Subject, next.Index ?? long.MaxValue))] };
        var whole = 0;
        foreach (var leaf in journal.All("sealed"))
        {
            cancel.ThrowIfCancellationRequested();
            var name = "cs-" + leaf.Subject[..16];
            var path = home.At("packages", leaf.Subject, name);
            if (!File.Exists(path + ".counterseal"))
                checks.Add(new Check(false, $"the package {name} that was sealed is there: it is not", path));
            else if (Package.Verify(path, trust, cancel).FirstOrDefault(check => !check.Holds) is { } wrong)
                checks.Add(new Check(false, $"the package {name} is what was sealed: {wrong.What}", wrong.Where));
            else
                whole++;
        }
        checks.Add(new Check(true, $"{whole} packages are there and are what was sealed", null));
    }
}
