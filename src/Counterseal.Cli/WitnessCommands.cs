using System.CommandLine;
using System.Globalization;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>witness</c>: a witness of logs, which another organisation than the log's runs.</summary>
internal static class WitnessCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("witness", "A witness: cosigns the checkpoints of logs that it watches, and never two views of one. For another organisation than the log's.");
        command.Subcommands.Add(Init());
        command.Subcommands.Add(Serve());
        command.Subcommands.Add(Change("watch", "Watches a log under a key, the first or, while the log changes keys, one more. Holds from the witness's next start.", (home, key) => home.Add(key)));
        command.Subcommands.Add(Change("unwatch", "Believes a log's key no longer; what was seen of the log stays. Holds from the witness's next start.", (home, key) => home.Remove(key)));
        command.Subcommands.Add(Logs());
        command.Subcommands.Add(Reach.Door("witness", home => home.Witness, "The logs that may ask, by any name."));
        return command;
    }

    private static Command Init()
    {
        var (home, name) = (Flags.Home(), Flags.Text("--name", "The witness's name: a public address without scheme, e.g. witness.example."));
        return Flags.Make("init", "Makes a witness with a key of its own, and prints its public key: what the logs, and whoever verifies, get.", "witness init --home /var/lib/counterseal-witness --name witness.example", [home, name],
            (parsed, answer, _) =>
            {
                var key = WitnessHome.Create(Home.Of(parsed.GetValue(home)).Witness, parsed.GetValue(name)!);
                answer.Give(new { key = key.ToString() }, console => Console.Out.WriteLine(key.ToString()));
                return Task.FromResult(0);
            });
    }

    private static Command Serve()
    {
        var home = Flags.Home();
        var withParent = new Option<bool>("--with-parent") { Description = "End when standard input ends." };
        var listen = new Option<string?>("--listen") { Description = "http://127.0.0.1:PORT instead of the Unix socket, for a web server before it." };
        var socket = Production.Socket("witness");
        return Flags.Make("serve", "Runs the witness on its Unix socket or on this machine's loopback, and by mutual TLS where it has a door.", "witness serve --home /var/lib/counterseal-witness --listen http://127.0.0.1:8474",
            [home, withParent, listen, socket],
            async (parsed, _, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                var at = parsed.GetValue(socket) ?? place.WitnessSocket;
                if (parsed.GetValue(listen) is null)
                    Directory.CreateDirectory(Path.GetDirectoryName(at)!);
                const UnixFileMode group = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
                cancel = ParentWatch.Token(parsed.GetValue(withParent), cancel);
                await using var host = await WitnessHost.Start(place.Witness, parsed.GetValue(listen) ?? $"unix:{at}", TimeProvider.System, cancel, parsed.GetValue(socket) is null ? null : group);
                var ended = new TaskCompletionSource();
                await using (cancel.Register(ended.SetResult))
                    await ended.Task;
                return 0;
            });
    }

    private static Command Change(string verb, string description, Action<WitnessHome, NoteVerifier> change)
    {
        var (key, home) = (new Argument<string>("key") { Description = "The log's key (vkey), as `ledger init` printed it." }, Flags.Home());
        return Flags.Make(verb, description, $"witness {verb} ledger.example/log+…", [key, home],
            (parsed, answer, _) =>
            {
                var log = NoteVerifier.Parse(parsed.GetValue(key)!);
                var folder = new WitnessHome(Home.Of(parsed.GetValue(home)).Witness);
                change(folder, log);
                answer.Give(folder.Read(), console => console.WriteLine(Answer.Visible($"{log.Name}: {folder.Read().FirstOrDefault(one => one.Origin == log.Name)?.Keys.Count ?? 0} key(s); start the witness again")));
                return Task.FromResult(0);
            });
    }

    private static Command Logs()
    {
        var home = Flags.Home();
        return Flags.Make("logs", "Lists the logs, and what the witness has cosigned last of each.", "witness logs", [home],
            (parsed, answer, _) =>
            {
                var folder = new WitnessHome(Home.Of(parsed.GetValue(home)).Witness);
                var logs = folder.Read().Select(log => (log.Origin, log.Keys, Size: folder.SizeSeen(log.Origin))).ToList();
                answer.Give(logs.Select(log => new { origin = log.Origin, keys = log.Keys, size = log.Size }), console => logs.ForEach(log =>
                    console.WriteLine(Answer.Visible(string.Create(CultureInfo.InvariantCulture, $"{log.Origin}: {(log.Size is { } size ? $"{size} leaves cosigned" : "nothing cosigned yet")}; {log.Keys.Count} key(s)")))));
                return Task.FromResult(0);
            });
    }
}
