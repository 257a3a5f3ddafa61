using System.CommandLine;
using Counterseal.Custody;

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
        command.Subcommands.Add(Flags.Make("serve", "Runs the gate on its Unix socket, and by mutual TLS where it has a door.", "gate serve --home ./counterseal-home", [home, withParent],
            async (parsed, _, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                place.CheckPaths();
                Directory.CreateDirectory(Path.GetDirectoryName(place.GateSocket)!);
                await GateHost.Run(place.Gate, place.GateSocket, TimeProvider.System, ParentWatch.Token(parsed.GetValue(withParent), cancel));
                return 0;
            }));
        command.Subcommands.Add(Reach.Door("gate", home => home.Gate, "The name desk files orders and fetches packages, with its credential; any other name is a person's."));
        command.Subcommands.Add(RosterCommands.Command());
        return command;
    }
}
