using System.CommandLine;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>gate serve</c>: the one part that reads customer data, as a process of its own.</summary>
internal static class GateCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("gate", "The gate: the only part that reads customer data or makes a package, and only for a signed order.");
        var home = Flags.Home();
        var withParent = new Option<bool>("--with-parent") { Description = "End when standard input ends (used by `serve`)." };
        var (production, socket) = (Production.Flag(), Production.Socket("gate"));
        command.Subcommands.Add(Production.InitGate());
        command.Subcommands.Add(Flags.Make("serve", "Runs the gate on its Unix socket, and by mutual TLS where it has a door.", "gate serve --home ./counterseal-home", [home, withParent, production, socket],
            async (parsed, _, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                if (parsed.GetValue(production) || !GateHome.Glance(place.Gate).Trial)
                    Production.HoldGate(place);
                var at = parsed.GetValue(socket) ?? place.GateSocket;
                if (at == place.GateSocket)
                    place.CheckPaths();
                Directory.CreateDirectory(Path.GetDirectoryName(at)!);
                await GateHost.Run(place.Gate, at, TimeProvider.System, ParentWatch.Token(parsed.GetValue(withParent), cancel), collectors: Collectors.CollectorKinds.Make);
                return 0;
            }));
        command.Subcommands.Add(RotateKey());
        command.Subcommands.Add(Stops());
        foreach (var rotation in RotationCommands.Gate())
            command.Subcommands.Add(rotation);
        command.Subcommands.Add(Reach.Door("gate", home => home.Gate, "The name desk files orders and fetches packages, with its credential; any other name is a person's."));
        command.Subcommands.Add(RosterCommands.Command());
        command.Subcommands.Add(GateClockCommands.Clock());
        command.Subcommands.Add(GateClockCommands.Witness());
        return command;
    }

    private static Command Stops()
    {
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("stops", "Prints the digests of the stops that hold everything, one a line: what `order lift` takes.", "gate stops", [home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                var health = (await gate.Health(cancel)).Json;
                var stops = health.TryGetProperty("stops", out var list) ? list.EnumerateArray().Select(stop => stop.GetString()!).ToList() : [];
                answer.Give(new { state = health.GetProperty("state").GetString(), stops }, console => stops.ForEach(stop => console.WriteLine(stop)));
                return 0;
            });
    }

    private static Command RotateKey()
    {
        var home = Flags.Home();
        var p256 = new Option<bool>("--p256") { Description = "A P-256 key instead of Ed25519, for tokens that have no other." };
        var library = new Option<FileInfo?>("--pkcs11") { Description = "Make the key in a PKCS#11 token, with this library. It signs there and cannot be taken out." };
        var token = Flags.Text("--token", "The token's label.", required: false);
        var label = Flags.Text("--label", "The new key's label in the token.", required: false);
        var pin = Flags.Text("--pin-file", "The file with the token's PIN (mode 600), or credential:NAME for one that systemd hands over.", required: false);
        return Flags.Make("rotate-key", "Gives the gate, which must not run, another counterseal key; the old private key is gone. Afterwards: `keys trust --renew`.",
            "gate rotate-key --home ./counterseal-home", [home, p256, library, token, label, pin],
            (parsed, answer, _) =>
            {
                TokenPlace? place = null;
                if (parsed.GetValue(library) is { } path)
                {
                    var from = parsed.GetValue(pin) ?? throw new Refused("--pkcs11 needs --token, --label and --pin-file");
                    place = new TokenPlace(path.FullName, parsed.GetValue(token) ?? throw new Refused("--pkcs11 needs --token"), parsed.GetValue(label) ?? throw new Refused("--pkcs11 needs --label"),
                        from.StartsWith("credential:", StringComparison.Ordinal) ? from : Path.GetFullPath(from), "");
                }
                var (old, made) = GateHome.RotateKey(Home.Of(parsed.GetValue(home)).Gate, parsed.GetValue(p256) ? NoteKeyType.P256 : NoteKeyType.Ed25519, place);
                answer.Give(new { old, key = made }, console =>
                {
                    console.WriteLine($"old key: {old}");
                    console.WriteLine($"new key: {made}");
                    console.WriteLine("Start the gate, then make the trust file anew: counterseal keys trust --renew");
                });
                return Task.FromResult(0);
            });
    }
}
