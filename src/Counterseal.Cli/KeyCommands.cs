using System.CommandLine;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>keys</c>: key files for reviewers and authorities, and the trust file for verifiers.</summary>
internal static class KeyCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("keys", "Makes key files for reviewers and authorities, and shows the public keys that verifiers need.");
        command.Subcommands.Add(Reviewer());
        command.Subcommands.Add(Authority());
        command.Subcommands.Add(Strike());
        command.Subcommands.Add(Trust());
        command.Subcommands.Add(LedgerKeyCommands.Take());
        command.Subcommands.Add(Reach.Key());
        return command;
    }

    private static Command Reviewer()
    {
        var name = new Argument<string>("name") { Description = "The person's name on the roster: letters, digits, dot and dash." };
        var output = Flags.Text("--out", "The key file to make (mode 0600); it must not exist.");
        var enrol = new Option<bool>("--enrol") { Description = "Also put the public key on the roster of this --home's gate (trial mode only; a new epoch begins)." };
        var roles = new Option<string[]>("--role") { Description = "reviewer, directory; may be given twice. Default: both.", DefaultValueFactory = _ => ["reviewer", "directory"] };
        var home = Flags.Home();
        return Flags.Make("reviewer", "Makes a reviewer's Ed25519 key. The private key stays with the person; the roster gets the public one.",
            "keys reviewer alice --out alice.key --enrol", [name, output, enrol, roles, home],
            (parsed, answer, _) =>
            {
                using var signer = NoteSigner.Generate(parsed.GetValue(name)!);
                var path = parsed.GetValue(output)!;
                KeyFile.WriteSecret(path, $"# counterseal reviewer's key; public: {signer.Verifier}\n{signer.Export()}\n");
                if (parsed.GetValue(enrol))
                    Enrol(Home.Of(parsed.GetValue(home)), signer.Verifier, parsed.GetValue(roles)!);
                answer.Give(new { name = signer.Name, key = signer.Verifier.ToString(), file = path, enrolled = parsed.GetValue(enrol) }, console =>
                {
                    console.WriteLine($"{path}: the private key, for {signer.Name} alone");
                    console.WriteLine($"public key for the roster: {signer.Verifier}");
                });
                return Task.FromResult(0);
            });
    }

    private static Command Strike()
    {
        var name = new Argument<string>("name") { Description = "The person's name on the roster." };
        var home = Flags.Home();
        return Flags.Make("strike", "Takes a person off the roster of this --home's gate (trial mode only). A new epoch begins at once: approvals that wait are void.", "keys strike alice", [name, home],
            (parsed, answer, _) =>
            {
                var epoch = TrialHome.Strike(Home.Of(parsed.GetValue(home)), parsed.GetValue(name)!);
                answer.Give(new { struck = parsed.GetValue(name), epoch }, console => console.WriteLine($"{parsed.GetValue(name)} is off the roster; epoch {epoch} begins"));
                return Task.FromResult(0);
            });
    }

    private static Command Authority()
    {
        var id = new Argument<string>("id") { Description = "The authority's id in the directory, e.g. garda.example." };
        var output = Flags.Text("--out", "The key file to make (mode 0600); FILE.signer is made beside it.");
        var hybrid = new Option<bool>("--hybrid") { Description = "A post-quantum age identity (age 1.3 and later) instead of an X25519 one." };
        return Flags.Make("authority", "Makes an authority's two keys: an age identity that opens packages, and an Ed25519 key that can stop its own demand.",
            "keys authority garda.example --out garda.key", [id, output, hybrid],
            (parsed, answer, _) =>
            {
                using var signer = NoteSigner.Generate(parsed.GetValue(id)!);
                using var identity = AgeIdentity.Generate(parsed.GetValue(hybrid) ? AgeKind.Hybrid : AgeKind.X25519);
                var path = parsed.GetValue(output)!;
                KeyFile.WriteSecret(path, $"# public key: {identity.Recipient.Text}\n{identity.Export()}\n");
                KeyFile.WriteSecret($"{path}.signer", $"# public key: {signer.Verifier}\n{signer.Export()}\n");
                answer.Give(new { id = signer.Name, recipient = identity.Recipient.Text, signer = signer.Verifier.ToString(), file = path, signerFile = $"{path}.signer" }, console =>
                {
                    console.WriteLine($"{path}: opens packages; `counterseal open` and plain `age -d -i` read it");
                    console.WriteLine($"{path}.signer: stops this authority's own demands");
                    console.WriteLine($"recipient: {identity.Recipient.Text}");
                    console.WriteLine($"signer:    {signer.Verifier}");
                });
                return Task.FromResult(0);
            });
    }

    private static Command Trust()
    {
        var (home, reach) = (Flags.Home(), Reach.Gate());
        var renew = new Option<bool>("--renew") { Description = "First make it anew from what the running gate says of its keys, the earlier ones with the place in the ledger up to which they are good." };
        var witness = new Option<string[]>("--witness") { Description = "Also this witness's key (vkey), in what is printed; once for each. Whoever verifies with such a file asks for cosignatures." };
        var need = new Option<int?>("--need") { Description = "How many of the witnesses must have cosigned. Default: more than half." };
        return Flags.Make("trust", "Prints the trust file of a home: the public keys that `verify` and `open` need. Hand it over another way than packages.",
            "keys trust --home ./counterseal-home > trust.json", [home, renew, witness, need, .. reach.Options],
            async (parsed, _, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                // What is not the gate's to say stays as it was.
                var before = place.Exists ? PackageCommands.ReadTrust(new FileInfo(place.Trust)) : null;
                if (parsed.GetValue(renew))
                {
                    using var gate = reach.OpenGate(parsed, place);
                    var about = (await gate.About(cancel)).Json;
                    var trust = new Trust(about.GetProperty("key").GetString()!, about.GetProperty("ledger").GetString()!)
                    {
                        Earlier = !about.TryGetProperty("earlier", out var earlier) ? []
                            : [.. earlier.EnumerateArray().Select(key => new EarlierKey(key.GetProperty("gate").GetString()!, key.GetProperty("before").GetInt64()))],
                        EarlierLedgers = !about.TryGetProperty("earlierLedgers", out var ledgers) ? []
                            : [.. ledgers.EnumerateArray().Select(key => new EarlierLogKey(NoteVerifier.Parse(key.GetProperty("ledger").GetString()!), key.GetProperty("upTo").GetInt64(), key.TryGetProperty("doubted", out var doubted) && doubted.GetBoolean()))],
                        TimeStamps = before?.TimeStamps ?? [],
                        Witnesses = before?.Witnesses,
                    };
                    Durable.Replace(place.Trust, trust.Bytes(), "home.trust");
                }
                if (!place.Exists)
                    throw new Refused($"{place.Folder} has no trust.json; `counterseal serve --home {place.Folder}` makes one");
                // Whose cosignatures are asked for is each verifier's own matter: the home's file stays as it is.
                Console.Out.WriteLine(parsed.GetValue(witness) is { Length: > 0 } witnesses
                    ? System.Text.Encoding.UTF8.GetString((PackageCommands.ReadTrust(new FileInfo(place.Trust)) with { Witnesses = WitnessPolicy.Of(parsed.GetValue(need) ?? witnesses.Length / 2 + 1, witnesses) }).Bytes())
                    : File.ReadAllText(place.Trust).TrimEnd());
                return 0;
            });
    }

    /// <summary>Puts a public key on the roster of a trial home's gate; a new epoch begins, which voids pending approvals.</summary>
    public static void Enrol(Home home, NoteVerifier key, IReadOnlyList<string> roles) => TrialHome.Enrol(home, key, roles);
}
