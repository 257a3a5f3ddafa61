using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Tally;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>tally</c>: totals that anyone can verify.</summary>
internal static class TallyCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("tally", "Totals that anyone can verify, with public data alone.");
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(Check());
        foreach (var planning in TallyPlanning.Commands())
            command.Subcommands.Add(planning);
        return command;
    }

    private static Option<string?> Tally() => new("--tally") { Description = "The tally: a copy of its folder (plan, checkpoint, tile/…), or its address, e.g. https://demands.example.org/tally." };

    private static Option<FileInfo?> Trust() => new("--trust") { Description = "Public keys, got another way." };

    private static Command Verify()
    {
        var file = new Argument<FileInfo?>("file") { Description = "Instead of a tally with its reports: one file with tables, leaves and openings (docs/provable-totals.md).", Arity = ArgumentArity.ZeroOrOne };
        var (tally, trust) = (Tally(), Trust());
        var reports = new Option<DirectoryInfo?>("--reports") { Description = "The folder of published reports, or a copy of it: report.json and tally.json in a folder for each half-year." };
        var known = new Option<FileInfo[]>("--known") { Description = "A checkpoint of the tally that you have from before or from somebody else; the tally must have grown from it.", AllowMultipleArgumentsPerToken = true };
        return Flags.Make("verify", "Verifies every leaf of a tally and every total of the reports beside it, covers included.", "tally verify --tally ./tally --reports ./reports --trust trust.json", [file, tally, reports, trust, known],
            async (parsed, answer, cancel) =>
            {
                if (parsed.GetValue(file) is { } path)
                    return await VerifyFile(path, answer, cancel);
                if (parsed.GetValue(tally) is not { } from || parsed.GetValue(trust) is not { } keys)
                    throw new Refused("name a tally with --tally and public keys with --trust, or a tally file");
                var log = PackageCommands.ReadTrust(keys).LedgerKeys();
                using var http = new HttpClient { MaxResponseContentBufferSize = 8 << 20 };
                var clock = Stopwatch.StartNew();
                TallyVerdict verdict;
                try
                {
                    verdict = await TallyVerification.Run(Reader(from, log.Now, http), Published(parsed.GetValue(reports)), [.. (parsed.GetValue(known) ?? []).Select(one => Checkpoint.Open(File.ReadAllBytes(one.FullName), TallyReader.Keys(log)))], cancel);
                }
                catch (TallyException e)
                {
                    throw new Refused(e.Message);
                }
                answer.Give(new { holds = verdict.Holds, leaves = verdict.Leaves, periods = verdict.Periods, faults = verdict.Faults, seconds = Math.Round(clock.Elapsed.TotalSeconds, 1) }, console =>
                {
                    foreach (var fault in verdict.Faults)
                        console.WriteLine(Answer.Visible(fault));
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(verdict.Holds ? "yes" : "no")}: {verdict.Leaves} leaves verified in {clock.Elapsed.TotalSeconds:0.0} s; {(verdict.Periods.Count == 0 ? "no report beside it" : $"totals of {string.Join(", ", verdict.Periods)}{(verdict.Holds ? " proven" : "")}")}{(verdict.Holds ? "" : $"; {verdict.Faults.Count} fault(s)")}"));
                });
                return verdict.Holds ? 0 : 1;
            });
    }

    private static Command Check()
    {
        var receipt = new Argument<FileInfo>("receipt") { Description = "Your receipt, or tally.json from your demand's status page." }.AcceptExistingOnly();
        var (tally, trust) = (Tally(), Trust());
        return Flags.Make("check", "An authority's check of its own demand: that it is in the tally, once, and as what. Needs nothing of ours but public files.", "tally check receipt.json --tally https://demands.example.org/tally --trust trust.json", [receipt, tally, trust],
            async (parsed, answer, cancel) =>
            {
                if (parsed.GetValue(tally) is not { } from || parsed.GetValue(trust) is not { } keys)
                    throw new Refused("name the tally with --tally and public keys with --trust");
                if (parsed.GetValue(receipt)!.Length > OwnDemand.Limit)
                    throw new Refused($"{parsed.GetValue(receipt)!.Name} is too large for a receipt");
                var log = PackageCommands.ReadTrust(keys).LedgerKeys();
                using var http = new HttpClient { MaxResponseContentBufferSize = 8 << 20 };
                var verdict = await OwnDemand.Check(await File.ReadAllBytesAsync(parsed.GetValue(receipt)!.FullName, cancel), Reader(from, log.Now, http), log, cancel);
                answer.Give(new { holds = verdict.Holds, demand = verdict.Demand, leaves = verdict.Leaves.Select(leaf => new { leaf.Kind, leaf.Index, leaf.Period, cells = leaf.Cells.ToDictionary(cell => cell.Table, cell => cell.Cell) }), faults = verdict.Faults, waiting = verdict.Waiting }, console =>
                {
                    foreach (var leaf in verdict.Leaves)
                        console.WriteLine(Answer.Visible($"yes: {leaf.Kind}, leaf {leaf.Index.ToString(CultureInfo.InvariantCulture)}, in the totals of {leaf.Period}{(leaf.Cells.Count == 0 ? "" : " as " + string.Join(", ", leaf.Cells.Select(cell => $"{cell.Table} {cell.Cell}")))}"));
                    foreach (var line in verdict.Faults)
                        console.WriteLine(Answer.Visible($"no: {line}"));
                    foreach (var line in verdict.Waiting)
                        console.WriteLine(Answer.Visible($"not yet: {line}"));
                });
                return verdict.Holds ? 0 : 1;
            });
    }

    private static async Task<int> VerifyFile(FileInfo path, Answer answer, CancellationToken cancel)
    {
        if (path.Exists && path.Length > TallyFile.Limit)
            throw new Refused($"{path.Name} has {path.Length} bytes; a tally file has at most {TallyFile.Limit}");
        TallyFile tally;
        try
        {
            tally = TallyFile.Read(await File.ReadAllBytesAsync(path.FullName, cancel));
        }
        catch (TallyException e)
        {
            throw new Refused($"{path.Name}: {e.Message}");
        }
        var faults = tally.Faults(cancel);
        answer.Give(new { holds = faults.Count == 0, leaves = tally.Leaves.Count, periods = tally.Openings.Count, faults }, console =>
        {
            foreach (var fault in faults)
                console.WriteLine(fault);
            foreach (var opening in faults.Count == 0 ? tally.Openings : [])
            {
                for (var t = 0; t < opening.Tables.Count; t++)
                {
                    var cells = opening.Tables[t].Cells.Where(cell => cell.Most > 0).Select(cell => string.Create(
                        CultureInfo.InvariantCulture, $"{tally.Schema.CellName(t, cell.Place)} {cell.Least}{(cell.Most == cell.Least ? "" : $" to {cell.Most}")}"));
                    console.WriteLine($"period {opening.Leaves.Period}, {tally.Schema.Tables[t].Name}: {string.Join(", ", cells)}");
                }
            }
            console.WriteLine(faults.Count == 0
                ? $"Every total is the sum of all leaves: {tally.Leaves.Count} leaves, {tally.Openings.Count} periods."
                : $"It does not hold: {faults.Count} faults.");
        });
        return faults.Count == 0 ? 0 : 1;
    }

    private static TallyReader Reader(string from, NoteVerifier log, HttpClient http)
    {
        if (!from.StartsWith("http://", StringComparison.Ordinal) && !from.StartsWith("https://", StringComparison.Ordinal))
            return TallyReader.OfFolder(from, log);
        var prefix = from.TrimEnd('/') + "/";
        return new(async (name, cancel) =>
        {
            using var response = await http.GetAsync(new Uri(prefix + name), cancel);
            return response.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancel);
        }, log);
    }

    private static List<(Report Report, byte[]? Opening)> Published(DirectoryInfo? folder)
    {
        if (folder is null)
            return [];
        if (!folder.Exists)
            throw new Refused($"{folder.FullName} is not there");
        return [.. folder.EnumerateDirectories().Where(one => File.Exists(Path.Combine(one.FullName, "report.json"))).Select(one => (
            Report.Read(File.ReadAllBytes(Path.Combine(one.FullName, "report.json"))),
            Path.Combine(one.FullName, "tally.json") is var opening && File.Exists(opening) ? File.ReadAllBytes(opening) : null))];
    }
}
