using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>ledger witness</c>: whom the ledger asks for cosignatures; <c>ledger renew</c>: a newer proof for a receipt or a package.</summary>
internal static class LedgerWitnessCommands
{
    /// <summary><c>ledger witness</c>.</summary>
    public static Command Command()
    {
        var command = new Command("witness", "The witnesses that the ledger asks to cosign its checkpoints.");
        command.Subcommands.Add(Add());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Remove());
        return command;
    }

    private static Command Add()
    {
        var (key, home, need) = (new Argument<string>("key") { Description = "The witness's key (vkey), as `witness init` printed it." }, Flags.Home(), Need());
        var at = Flags.Text("--at", "Its address: https://host/prefix, https://host:port#PIN (mutual TLS), unix:/path, or http:// on this machine.");
        return Flags.Make("add", "Asks one more witness, or one at another address. Holds from the ledger's next start.", "ledger witness add witness.example+… --at https://witness.example", [key, at, need, home],
            (parsed, answer, _) =>
            {
                var witness = WitnessKey.Parse(parsed.GetValue(key)!);
                Write(parsed, home, need, answer, before => [.. before.Where(one => WitnessKey.Parse(one.Key) != witness), new LedgerWitness(witness.ToString(), parsed.GetValue(at)!)]);
                return Task.FromResult(0);
            });
    }

    private static Command Remove()
    {
        var (key, home, need) = (new Argument<string>("key") { Description = "Its key (vkey)." }, Flags.Home(), Need());
        return Flags.Make("remove", "Asks a witness no longer. Holds from the ledger's next start.", "ledger witness remove witness.example+…", [key, need, home],
            (parsed, answer, _) =>
            {
                var witness = WitnessKey.Parse(parsed.GetValue(key)!);
                Write(parsed, home, need, answer, before => before.Any(one => WitnessKey.Parse(one.Key) == witness) ? [.. before.Where(one => WitnessKey.Parse(one.Key) != witness)] : throw new Refused($"the ledger does not ask {witness.Name} under this key"));
                return Task.FromResult(0);
            });
    }

    private static Command List()
    {
        var home = Flags.Home();
        return Flags.Make("list", "Lists the witnesses, and when each cosigned last.", "ledger witness list", [home],
            (parsed, answer, _) =>
            {
                var ledger = new LedgerHome(Home.Of(parsed.GetValue(home)).Ledger);
                var settings = LedgerWitnesses.Read(ledger.Folder);
                var seen = settings is not null && File.Exists(ledger.Cosigned) ? settings.Policy.Saw(SignedNote.Parse(File.ReadAllBytes(ledger.Cosigned))) : new Dictionary<string, DateTimeOffset>();
                var witnesses = (settings?.Witnesses ?? []).Select(one => (one.Key, one.Address, At: seen.TryGetValue(WitnessKey.Parse(one.Key).Name, out var at) ? at : (DateTimeOffset?)null)).ToList();
                answer.Give(new { need = settings?.Need ?? 0, witnesses = witnesses.Select(one => new { key = one.Key, address = one.Address, cosigned = one.At }) }, console =>
                {
                    console.WriteLine(settings is null ? "the ledger asks no witness" : string.Create(CultureInfo.InvariantCulture, $"{settings.Need} of {settings.Witnesses.Count} make a checkpoint cosigned"));
                    foreach (var one in witnesses)
                        console.WriteLine(Answer.Visible($"{one.Key} at {one.Address}: {(one.At is { } at ? $"last at {at:yyyy-MM-dd HH:mm:ss}Z" : "not in the newest cosigned checkpoint")}"));
                });
                return Task.FromResult(0);
            });
    }

    /// <summary><c>ledger renew</c>.</summary>
    public static Command Renew()
    {
        var file = new Argument<FileInfo>("file") { Description = "A receipt, or a package's NAME.counterseal." }.AcceptExistingOnly();
        var (home, reach) = (Flags.Home(), Reach.Ledger());
        return Flags.Make("renew", "Fetches a newer proof of the same leaf, under the newest cosigned checkpoint where there is one: into the receipt, or beside the package as NAME.tlog-proof.", "ledger renew cs-3f2a91c07be4d815.counterseal",
            [file, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                var (place, path) = (Home.Of(parsed.GetValue(home)), parsed.GetValue(file)!.FullName);
                using var ledger = reach.OpenLedger(parsed, place, PackageCommands.ReadTrust(new FileInfo(place.Trust)).LedgerKeys());
                var bytes = await File.ReadAllBytesAsync(path, cancel);
                TlogProof proof;
                if (path.EndsWith(".counterseal", StringComparison.Ordinal))
                {
                    var seal = SealFile.Read(bytes);
                    proof = await Fetch(ledger, TlogProof.Parse(seal.Sealed.Proof).Index, seal.Sealed.Leaf, cancel);
                    path = Path.ChangeExtension(path, ".tlog-proof");
                    Durable.Replace(path, Encoding.UTF8.GetBytes(proof.Text()), "proof.renew");
                }
                else
                {
                    var receipt = JsonNode.Parse(bytes)!;
                    var received = receipt["received"] ?? throw new Refused($"{path} is not a receipt: it has no 'received'");
                    var leaf = new Leaf(Convert.FromHexString((string)received["tag"]!), Commitment.Of(Convert.FromHexString((string)received["salt"]!), Convert.FromBase64String((string)received["event"]!)));
                    proof = await Fetch(ledger, TlogProof.Parse((string)received["proof"]!).Index, leaf, cancel);
                    received["proof"] = proof.Text();
                    Durable.Replace(path, Encoding.UTF8.GetBytes(receipt.ToJsonString()), "proof.renew");
                }
                var checkpoint = Checkpoint.Open(proof.Checkpoint, ledger.Log);
                answer.Give(new { file = path, index = proof.Index, size = checkpoint.Size }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: leaf {proof.Index} under the checkpoint of size {checkpoint.Size}")));
                return 0;
            });
    }

    private static async Task<TlogProof> Fetch(LedgerClient ledger, long index, Leaf leaf, CancellationToken cancel) =>
        await ledger.CosignedProof(index, leaf, cancel) ?? await ledger.Proof(index, leaf, cancel);

    private static void Write(ParseResult parsed, Option<DirectoryInfo> home, Option<int?> need, Answer answer, Func<IReadOnlyList<LedgerWitness>, IReadOnlyList<LedgerWitness>> change)
    {
        var ledger = new LedgerHome(Home.Of(parsed.GetValue(home)).Ledger);
        if (!File.Exists(ledger.Writers))
            throw new Refused($"{ledger.Folder} is no ledger's folder");
        var witnesses = change(LedgerWitnesses.Read(ledger.Folder)?.Witnesses ?? []);
        var settings = new LedgerWitnesses(parsed.GetValue(need) ?? witnesses.Count / 2 + 1, witnesses);
        settings.Write(ledger.Folder);
        answer.Give(new { need = settings.Need, witnesses = settings.Witnesses }, console =>
            console.WriteLine(witnesses.Count == 0 ? "the ledger asks no witness any more" : string.Create(CultureInfo.InvariantCulture, $"{settings.Need} of {witnesses.Count} make a checkpoint cosigned; start the ledger again")));
    }

    private static Option<int?> Need() => new("--need") { Description = "How many cosignatures make a checkpoint cosigned. Default: more than half of the witnesses." };
}
