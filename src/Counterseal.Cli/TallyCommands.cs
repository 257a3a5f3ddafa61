using System.CommandLine;
using System.Globalization;
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
        var file = new Argument<FileInfo>("file") { Description = "A tally file: tables, leaves and openings (docs/provable-totals.md)." };
        command.Subcommands.Add(Flags.Make("verify", "Verifies every leaf and every published total of a tally file, offline.", "tally verify docs/provable-totals-vectors.json", [file],
            async (parsed, answer, cancel) =>
            {
                var path = parsed.GetValue(file)!;
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
            }));
        return command;
    }
}
