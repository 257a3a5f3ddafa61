using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Desk;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>audit</c>: takes a sealed audit file along, and checks one.</summary>
internal static class AuditCommands
{
    /// <summary>The command and its parts.</summary>
    public static Command Command()
    {
        var audit = new Command("audit", "What an auditor takes along: demands with all their events and proofs, and who looked at them.");
        audit.Subcommands.Add(Take());
        audit.Subcommands.Add(Verify());
        return audit;
    }

    private static Command Take()
    {
        var recipient = Flags.Text("--recipient", "An age recipient of yours (age1…); only its key opens the file.");
        var (output, home) = (Flags.Text("--out", "The file to make."), Flags.Home());
        return Flags.Make("take", "Writes a sealed audit file of what you may see; its digest goes on the ledger.", "audit take --recipient age1… --out 2026-11.audit.age", [recipient, output, home],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                var file = parsed.GetValue(output)!;
                await desk.Download("api/audit", new JsonObject { ["recipient"] = parsed.GetValue(recipient) }, file, cancel);
                answer.Give(new { file, bytes = new FileInfo(file).Length }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {new FileInfo(file).Length} bytes. Check it: counterseal audit verify {file} --key YOUR.key --trust trust.json")));
                return 0;
            });
    }

    private static Command Verify()
    {
        var file = new Argument<FileInfo>("file") { Description = "The audit file." };
        var (key, trust) = (Flags.File("--key", "The age key that it was sealed to."), Flags.File("--trust", "Public keys, got another way."));
        return Flags.Make("verify", "Checks an audit file offline: every event against the ledger, the chain of views, and that nothing was changed or left out.", "audit verify 2026-11.audit.age --key auditor.key --trust trust.json", [file.AcceptExistingOnly(), key, trust],
            async (parsed, answer, cancel) =>
            {
                using var identity = AgeIdentity.Parse(File.ReadLines(parsed.GetValue(key)!.FullName).First(line => line.Length > 0 && line[0] != '#').Trim());
                await using var from = parsed.GetValue(file)!.OpenRead();
                await using var plain = Age.Decrypt(from, [identity]);
                var found = await AuditFile.Verify(plain, PackageCommands.ReadTrust(parsed.GetValue(trust)!).LedgerKeys(), cancel);
                answer.Give(new { good = true, by = found.By, at = found.At, demands = found.Demands, events = found.Events, views = found.Views, withheld = found.Withheld }, console =>
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"yes: taken by {found.By} at {Law.Instant.Text(found.At)}; {found.Demands} demands, {found.Events} events, each in the ledger; {found.Views} views in one chain, {found.Withheld} more withheld")));
                return 0;
            });
    }
}
