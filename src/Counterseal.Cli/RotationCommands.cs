using System.CommandLine;
using System.Globalization;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>New keys and credentials for old ones, each where it is kept. The runbooks (docs/runbooks) say in which order.</summary>
internal static class RotationCommands
{
    /// <summary>Of the ledger.</summary>
    public static IEnumerable<Command> Ledger()
    {
        var (home, name, output) = (Flags.Home(), new Argument<string>("writer") { Description = "desk, gate, watch, …: its name in writers.json." }, Output());
        yield return Flags.Make("credential", "Gives a writer another credential; the old one appends nothing from the ledger's next start on.", "ledger credential gate --out new.credential", [name, output, home],
            (parsed, answer, _) =>
            {
                var path = parsed.GetValue(output)!;
                Free(path);
                KeyFile.WriteSecret(path, LedgerWriter.Renew(new LedgerHome(Home.Of(parsed.GetValue(home)).Ledger).Writers, parsed.GetValue(name)!) + "\n");
                answer.Give(new { writer = parsed.GetValue(name), file = path }, console => console.WriteLine($"{path}: for {parsed.GetValue(name)} alone; start the ledger again"));
                return Task.FromResult(0);
            });
    }

    /// <summary>Of the gate.</summary>
    public static IEnumerable<Command> Gate()
    {
        yield return GateCredential();
        var writer = Flags.Home();
        yield return Flags.Make("rotate-writer", "Gives the gate, which must not run, another writer key from its next leaf on.", "gate rotate-writer", [writer],
            (parsed, answer, _) =>
            {
                var from = GateHome.RotateWriter(Home.Of(parsed.GetValue(writer)).Gate);
                answer.Give(new { from }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the gate's leaves from number {from} on have tags of the new key")));
                return Task.FromResult(0);
            });
        var vault = Flags.Home();
        yield return Flags.Make("rotate-vault", "Gives the gate, which must not run, another vault key, and encrypts its snapshots and previews to it.", "gate rotate-vault", [vault],
            (parsed, answer, _) =>
            {
                var files = GateHome.RotateVault(Home.Of(parsed.GetValue(vault)).Gate);
                answer.Give(new { files }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files} snapshots and previews are encrypted to the new vault key")));
                return Task.FromResult(0);
            });
    }

    /// <summary>Of the desk.</summary>
    public static Command Desk()
    {
        var command = new Command("desk", "The desk's own settings, keys and credentials.");
        command.Subcommands.Add(Production.InitDesk());
        var (home, ledger, gate) = (Flags.Home(), Secret("--ledger", "The file with its new credential at the ledger."), Secret("--gate", "The file with its new credential at the gate."));
        command.Subcommands.Add(Flags.Make("credential", "Takes new credentials from files; holds from the desk's next start.", "desk credential --gate desk.credential", [home, ledger, gate],
            (parsed, answer, _) =>
            {
                var (atLedger, atGate) = (Read(parsed.GetValue(ledger)), Read(parsed.GetValue(gate)));
                if ((atLedger ?? atGate) is null)
                    throw new Refused("--ledger or --gate is wanted");
                DeskHome.Change(Home.Of(parsed.GetValue(home)).Desk, options => options with { LedgerCredential = atLedger ?? options.LedgerCredential, GateCredential = atGate ?? options.GateCredential });
                answer.Give(new { taken = true }, console => console.WriteLine("taken; start the desk again"));
                return Task.FromResult(0);
            }));
        var writer = Flags.Home();
        command.Subcommands.Add(Flags.Make("rotate-writer", "Gives the desk, which must not run, another writer key from its next leaf on.", "desk rotate-writer", [writer],
            async (parsed, answer, cancel) =>
            {
                var from = await DeskHome.RotateWriter(Home.Of(parsed.GetValue(writer)).Desk, cancel);
                answer.Give(new { from }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the desk's leaves from number {from} on have tags of the new key")));
                return 0;
            }));
        return command;
    }

    private static Command GateCredential()
    {
        var (home, ledger, output) = (Flags.Home(), Secret("--ledger", "The file with the gate's new credential at the ledger."), new Option<string?>("--desk") { Description = "Make the desk another credential, into this file; the old one opens nothing any more." });
        return Flags.Make("credential", "Takes a new credential for the ledger from a file, or makes the desk another. The gate must not run.", "gate credential --desk desk.credential", [home, ledger, output],
            (parsed, answer, _) =>
            {
                var folder = Home.Of(parsed.GetValue(home)).Gate;
                var (taken, path) = (Read(parsed.GetValue(ledger)), parsed.GetValue(output));
                if (taken is null && path is null)
                    throw new Refused("--ledger or --desk is wanted");
                if (taken is not null)
                    GateHome.TakeLedgerCredential(folder, taken);
                if (path is not null)
                {
                    Free(path);
                    KeyFile.WriteSecret(path, GateHome.NewDeskCredential(folder) + "\n");
                }
                answer.Give(new { taken = taken is not null, desk = path }, console => console.WriteLine(path is null ? "taken; start the gate again" : $"{path}: for the desk alone; start the gate again"));
                return Task.FromResult(0);
            });
    }

    private static Option<string> Output() => Flags.Text("--out", "The file to make (mode 0600).");

    private static Option<FileInfo> Secret(string name, string description) => new Option<FileInfo>(name) { Description = description }.AcceptExistingOnly();

    /// <summary>Before the old credential is gone: the new one must have a place to go to.</summary>
    private static void Free(string path)
    {
        if (File.Exists(path))
            throw new Refused($"{path} is there already; a credential is never overwritten");
    }

    private static string? Read(FileInfo? file) => file is null ? null : file.Length is > 0 and < 1024 ? File.ReadAllText(file.FullName).Trim() : throw new Refused($"{file.Name} holds no credential");
}
