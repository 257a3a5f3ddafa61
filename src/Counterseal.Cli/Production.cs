using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>Production: each part as a user of its own, who cannot read the others' folders. Made by three <c>init</c> commands, and held to at every start.</summary>
internal static class Production
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Where the units keep the parts.</summary>
    private static readonly string[] Usual = ["/var/lib/counterseal-gate", "/var/lib/counterseal-ledger", "/var/lib/counterseal-watch"];

    /// <summary><c>--production</c>.</summary>
    public static Option<bool> Flag() => new("--production") { Description = "Refuse to run as root, from a folder that others can use, or as the user of another part." };

    /// <summary><c>--socket</c>.</summary>
    public static Option<string?> Socket(string part) => new("--socket") { Description = $"Where the {part}'s Unix socket goes (mode 0660, for a group). Default: run/{part}.sock in the home." };

    /// <summary>A part's process does not run as root, its folder is its own alone, and no socket that it speaks to belongs to its own user.</summary>
    /// <param name="part">What it is.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="neighbours">Addresses of other parts.</param>
    /// <exception cref="Refused">It is otherwise; says what to do.</exception>
    public static void Hold(string part, string folder, params IEnumerable<string> neighbours)
    {
        var self = FileFacts.Self;
        if (self == 0)
            throw new Refused($"the {part} does not run as root in production; give it a user of its own (deploy/systemd/counterseal-{part}.service)");
        var own = FileFacts.Of(folder);
        if (own.Owner != self || (own.Mode & Others) != 0)
            throw new Refused($"{folder} is not the {part}'s alone (owner {own.Owner}, mode {Convert.ToString((int)own.Mode, 8)}); chown it to the {part}'s user and chmod 700");
        foreach (var address in neighbours)
        {
            if (PartAddress.Parse(address).Socket is { } socket && File.Exists(socket) && FileFacts.Of(socket).Owner == self)
                throw new Refused($"{socket} belongs to the {part}'s own user: two parts share a user, so one that is stolen is both. Run each as its own (deploy/systemd)");
        }
    }

    /// <summary>The gate does not share its home with a desk.</summary>
    public static void HoldGate(Home home)
    {
        Hold("gate", home.Gate, GateHome.Glance(home.Gate).Ledger);
        if (DeskHome.Exists(home.Desk))
            throw new Refused($"{home.Folder} has a desk too; in production the gate has a home of its own, which the desk's user cannot read");
    }

    /// <summary>The desk can read neither the folders that the units name nor those of its own home.</summary>
    public static void HoldDesk(Home home, DeskOptions options)
    {
        Hold("desk", home.Desk, options.GateAddress, options.LedgerAddress);
        RefuseReadable([home.Gate, home.Ledger, home.Bell, .. Usual]);
    }

    /// <summary>Refuses where a folder of another part can be read.</summary>
    /// <exception cref="Refused">It can.</exception>
    public static void RefuseReadable(IEnumerable<string> folders)
    {
        foreach (var folder in folders)
        {
            try
            {
                if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                    throw new Refused($"this user can read {folder}; run gate and ledger as users of their own, with folders of mode 700, then start the desk again");
            }
            catch (UnauthorizedAccessException)
            {
                // Not being let in is what is asked for.
            }
        }
    }

    /// <summary><c>ledger init</c>.</summary>
    public static Command InitLedger()
    {
        var (home, origin) = (Flags.Home(), Flags.Text("--origin", "The log's name: its public address without scheme, e.g. ledger.example/log."));
        var output = Flags.Text("--credentials", "The folder to make, with one file for each writer (mode 0600): carry each to its writer and delete it.");
        return Flags.Make("init", "Makes a ledger for production, with credentials for desk and gate.", "ledger init --home /var/lib/counterseal-ledger --origin ledger.example/log --credentials ./credentials", [home, origin, output],
            (parsed, answer, _) =>
            {
                var made = LedgerHome.Create(Home.Of(parsed.GetValue(home)).Ledger, parsed.GetValue(origin)!);
                foreach (var (name, credential) in made.Credentials)
                    KeyFile.WriteSecret(Path.Combine(parsed.GetValue(output)!, name), credential + "\n");
                answer.Give(new { key = made.Key.ToString() }, console => console.WriteLine(made.Key.ToString()));
                return Task.FromResult(0);
            });
    }

    /// <summary><c>gate init</c>.</summary>
    public static Command InitGate()
    {
        var (home, name) = (Flags.Home(), Flags.Text("--name", "The gate's name, e.g. gate.example."));
        var (ledger, ledgerKey, credential) = (Flags.Text("--ledger", "unix:/path, or https://host:port#PIN."), Flags.Text("--ledger-key", "The ledger's key, as `ledger init` printed it."), Flags.File("--ledger-credential", "The gate's credential at the ledger."));
        var (accounts, mail, roster) = (Flags.Text("--accounts", "The accounts.ndjson that it reads (docs/sources.md)."), Flags.Text("--mail", "The folder of mailboxes."), Flags.File("--roster", "roster.json (docs/gate-protocol.md)."));
        var output = Flags.Text("--desk-credential", "The file to make (mode 0600) with the desk's credential at this gate.");
        return Flags.Make("init", "Makes a gate for production, with keys of its own.",
            "gate init --home /var/lib/counterseal-gate --name gate.example --ledger unix:/run/counterseal-ledger/ledger.sock --ledger-key ledger.example/log+… --ledger-credential gate --accounts /srv/accounts.ndjson --mail /srv/mail --roster roster.json --desk-credential desk-gate",
            [home, name, ledger, ledgerKey, credential, accounts, mail, roster, output],
            (parsed, answer, _) =>
            {
                var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
                PartAddress.Parse(parsed.GetValue(ledger)!);
                KeyFile.WriteSecret(parsed.GetValue(output)!, secret + "\n");
                GateCreated made;
                try
                {
                    made = GateHome.Create(
                        Home.Of(parsed.GetValue(home)).Gate,
                        new GateSettings(parsed.GetValue(name)!, Trial: false, parsed.GetValue(ledger)!, parsed.GetValue(ledgerKey)!, new Sources(Path.GetFullPath(parsed.GetValue(accounts)!), Path.GetFullPath(parsed.GetValue(mail)!)),
                            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))),
                        File.ReadAllText(parsed.GetValue(credential)!.FullName).Trim(),
                        File.ReadAllBytes(parsed.GetValue(roster)!.FullName),
                        [AssessCommand.Rules]);
                }
                catch
                {
                    // A credential of a gate that was not made is in nobody's way the next time.
                    File.Delete(parsed.GetValue(output)!);
                    throw;
                }
                answer.Give(new { key = made.Key }, console => console.WriteLine(made.Key));
                return Task.FromResult(0);
            });
    }

    /// <summary><c>desk init</c>.</summary>
    public static Command InitDesk()
    {
        var home = Flags.Home();
        var (gate, gateName, gateKey, gateCredential) = (Flags.Text("--gate", "unix:/path, or https://host:port#PIN."), Flags.Text("--gate-name", "The gate's name."), Flags.Text("--gate-key", "The gate's key, as `gate init` printed it."), Flags.File("--gate-credential", "The desk's credential at the gate."));
        var (ledger, ledgerKey, ledgerCredential) = (Flags.Text("--ledger", "unix:/path, or https://host:port#PIN."), Flags.Text("--ledger-key", "The ledger's key."), Flags.File("--ledger-credential", "The desk's credential at the ledger."));
        var (database, tls) = (Flags.Text("--database", "A PostgreSQL connection string. Default: SQLite in the home.", required: false), Flags.Text("--tls", "The desk's key file, where gate or ledger are on other hosts.", required: false));
        return Flags.Make("init", "Makes a desk for production.",
            "desk init --home /var/lib/counterseal-desk --gate unix:/run/counterseal-gate/gate.sock --gate-name gate.example --gate-key gate.example+… --gate-credential desk-gate --ledger unix:/run/counterseal-ledger/ledger.sock --ledger-key ledger.example/log+… --ledger-credential desk",
            [home, gate, gateName, gateKey, gateCredential, ledger, ledgerKey, ledgerCredential, database, tls],
            (parsed, answer, _) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                var trust = new Trust(parsed.GetValue(gateKey)!, parsed.GetValue(ledgerKey)!);
                Trust.Parse(trust.Bytes());
                var rules = Path.Combine(place.Desk, "rules");
                TrialHome.CopyFolder(AssessCommand.Rules, rules);
                DeskHome.Create(place.Desk, make => new DeskOptions
                {
                    Database = parsed.GetValue(database) ?? make.Database,
                    LedgerAddress = parsed.GetValue(ledger)!,
                    LedgerKey = parsed.GetValue(ledgerKey)!,
                    LedgerCredential = File.ReadAllText(parsed.GetValue(ledgerCredential)!.FullName).Trim(),
                    WriterKey = make.WriterKey,
                    GateAddress = parsed.GetValue(gate)!,
                    GateCredential = File.ReadAllText(parsed.GetValue(gateCredential)!.FullName).Trim(),
                    GateName = parsed.GetValue(gateName)!,
                    Rules = rules,
                    Trial = false,
                    Tls = parsed.GetValue(tls) is { } file ? Path.GetFullPath(file) : null,
                });
                Durable.Replace(place.Trust, trust.Bytes(), "home.trust");
                answer.Give(new { desk = place.Desk, trust = place.Trust }, console => console.WriteLine($"{place.Desk} and {place.Trust}; start it with `counterseal serve --no-children`"));
                return Task.FromResult(0);
            });
    }
}
