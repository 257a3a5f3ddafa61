using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>ledger</c>: the log as a process of its own, and what anyone can check of it.</summary>
internal static class LedgerCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("ledger", "The append-only log: serve it, read its checkpoint, prove a leaf, check every hash.");
        command.Subcommands.Add(Serve());
        command.Subcommands.Add(Production.InitLedger());
        command.Subcommands.Add(Checkpoint());
        command.Subcommands.Add(Prove());
        command.Subcommands.Add(Check());
        command.Subcommands.Add(LedgerWitnessCommands.Renew());
        command.Subcommands.Add(LedgerWitnessCommands.Command());
        foreach (var change in LedgerKeyCommands.Ledger())
            command.Subcommands.Add(change);
        foreach (var rotation in RotationCommands.Ledger())
            command.Subcommands.Add(rotation);
        command.Subcommands.Add(Reach.Door("ledger", home => home.Ledger, "A writer's name is its name in writers.json; any other name only reads."));
        return command;
    }

    private static Command Serve()
    {
        var home = Flags.Home();
        var withParent = new Option<bool>("--with-parent") { Description = "End when standard input ends (used by `serve`)." };
        var (production, socket) = (Production.Flag(), Production.Socket("ledger"));
        return Flags.Make("serve", "Runs the ledger on its Unix socket, and by mutual TLS where it has a door.", "ledger serve --home ./counterseal-home", [home, withParent, production, socket],
            async (parsed, _, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                if (parsed.GetValue(production))
                    Production.Hold("ledger", place.Ledger);
                var at = parsed.GetValue(socket) ?? place.LedgerSocket;
                if (at == place.LedgerSocket)
                    place.CheckPaths();
                Directory.CreateDirectory(Path.GetDirectoryName(at)!);
                const UnixFileMode group = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
                await LedgerHost.Run(place.Ledger, $"unix:{at}", TimeProvider.System, ParentWatch.Token(parsed.GetValue(withParent), cancel), parsed.GetValue(socket) is null ? null : group, Counterseal.Tally.TallyKeeping.Work);
                return 0;
            });
    }

    private static Command Checkpoint()
    {
        var (home, reach) = (Flags.Home(), Reach.Ledger());
        return Flags.Make("checkpoint", "Prints the latest signed checkpoint, verified.", "ledger checkpoint", [home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                var key = PackageCommands.ReadTrust(new FileInfo(place.Trust)).LedgerKeys();
                using var ledger = reach.OpenLedger(parsed, place, key);
                var note = await ledger.Checkpoint(cancel);
                var checkpoint = Counterseal.Ledger.Checkpoint.Open(note, key);
                answer.Give(new { origin = checkpoint.Origin, size = checkpoint.Size, root = Convert.ToBase64String(checkpoint.Root), note = Encoding.UTF8.GetString(note) },
                    _ => Console.Out.Write(Encoding.UTF8.GetString(note)));
                return 0;
            });
    }

    private static Command Prove()
    {
        var receipt = Flags.File("--receipt", "A receipt as `submit` wrote it.");
        var trust = Flags.File("--trust", "Public keys, got another way.");
        var original = new Option<FileInfo?>("--original") { Description = "The demand's own bytes, to be held against the receipt's digest." };
        return Flags.Make("prove", "Checks a receipt offline: that its event is the leaf of the ledger that it says.", "ledger prove --receipt emergency.json.receipt.json --trust trust.json", [receipt, trust, original],
            async (parsed, answer, cancel) =>
            {
                var node = JsonNode.Parse(await File.ReadAllBytesAsync(parsed.GetValue(receipt)!.FullName, cancel))!;
                var received = node["received"] ?? throw new Refused($"{parsed.GetValue(receipt)!.Name} is not a receipt: it has no 'received'");
                var bytes = Convert.FromBase64String((string)received["event"]!);
                var leaf = new Leaf(Convert.FromHexString((string)received["tag"]!), Commitment.Of(Convert.FromHexString((string)received["salt"]!), bytes));
                var proof = TlogProof.Parse((string)received["proof"]!);
                var believed = PackageCommands.ReadTrust(parsed.GetValue(trust)!);
                var checkpoint = proof.Verify(leaf, believed.LedgerKeys());
                if (believed.LedgerKeys().EarlierSigner(SignedNote.Parse(proof.Checkpoint), checkpoint.Size) is { Doubted: true } doubted && (believed.Witnesses is null || believed.Witnesses.Fault(SignedNote.Parse(proof.Checkpoint)) is not null))
                    throw new Refused($"the checkpoint is signed with {doubted.Key}, which has been in other hands, and no witnesses that you trust vouch for it. `counterseal ledger renew` gets a proof of the same leaf under the present key");
                if (believed.Witnesses?.Fault(SignedNote.Parse(proof.Checkpoint)) is { } unwitnessed)
                    throw new Refused($"{unwitnessed}. `counterseal ledger renew` gets a cosigned proof of the same leaf");
                var digest = (string?)JsonNode.Parse(bytes)!["body"]?["original"]?["digest"];
                if (parsed.GetValue(original) is { } file)
                {
                    var own = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file.FullName, cancel)));
                    if (own != digest)
                        throw new Refused($"{file.Name} has the digest {own}, and the receipt is for {digest ?? "an event without an original"}");
                }

                answer.Give(new { good = true, index = proof.Index, origin = checkpoint.Origin, size = checkpoint.Size, originalDigest = digest }, console =>
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"yes: leaf {proof.Index} of {checkpoint.Origin}, under its checkpoint of size {checkpoint.Size}{(believed.Witnesses is { } seen ? $", which {seen.Need} witnesses that you trust have cosigned" : "")}{(digest is null ? "" : $"; the original's digest is {digest}")}")));
                return 0;
            });
    }

    private static Command Check()
    {
        var home = Flags.Home();
        var folder = new Option<DirectoryInfo?>("--log") { Description = "A log's folder or a copy of it. Default: the home's ledger." };
        var trust = new Option<FileInfo?>("--trust") { Description = "Public keys. Default: the home's trust.json." };
        return Flags.Make("check", "Re-derives the whole tree from the entries and compares every hash, the root and the signature.", "ledger check --home ./counterseal-home", [home, folder, trust],
            async (parsed, answer, _) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                var believed = PackageCommands.ReadTrust(parsed.GetValue(trust) ?? new FileInfo(place.Trust));
                var report = await LedgerCheck.Run(parsed.GetValue(folder)?.FullName ?? Path.Combine(place.Ledger, "log"), believed.LedgerKeys(), believed.Witnesses);
                answer.Give(new { good = report.IsGood, size = report.Checkpoint?.Size, tiles = report.Tiles, faults = report.Faults }, console =>
                {
                    console.WriteLine(report.IsGood
                        ? string.Create(CultureInfo.InvariantCulture, $"yes: {report.Checkpoint!.Size} leaves and {report.Tiles} tiles hash to the signed root{(believed.Witnesses is { } seen ? $"; {seen.Need} witnesses that are trusted have cosigned this tree" : "")}")
                        : string.Create(CultureInfo.InvariantCulture, $"no: {report.Faults.Count} fault(s)"));
                });
                foreach (var fault in report.Faults)
                    Answer.Error.WriteLine(Answer.Visible(fault.ToString()));
                return report.IsGood ? 0 : 1;
            });
    }
}
