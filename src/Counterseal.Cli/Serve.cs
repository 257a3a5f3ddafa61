using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Desk;
using Counterseal.Watch;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>serve</c>: the desk, and in trial mode gate and ledger as its children.</summary>
internal static class Serve
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var home = Flags.Home();
        var port = new Option<int>("--port") { Description = "The desk's pages, on this machine only. 0 takes a free one.", DefaultValueFactory = _ => 8470 };
        var publicPort = new Option<int>("--public-port") { Description = "The authority's and the public pages, another origin. 0 takes a free one.", DefaultValueFactory = _ => 8471 };
        var portalPort = new Option<int?>("--portal-port") { Description = "The portal of authorities' officers, another origin. 0 takes a free one. Default: 8479, or a free one where --port is 0." };
        var customerPort = new Option<int?>("--customer-port") { Description = "The customers' pages, another origin. 0 takes a free one. Default: 8473, or a free one where --port is 0." };
        var gatePort = new Option<int?>("--gate-port") { Description = "The gate's own pages, where reviewers approve by passkey. 0 takes a free one. Default: 8474, or a free one where --port is 0." };
        var watchPort = new Option<int?>("--watch-port") { Description = "The bell's door for loggers, the product and the code page. 0 takes a free one. Default: as its watch.yaml has it." };
        var accounts = new Option<FileInfo?>("--accounts") { Description = "First run: the accounts.ndjson that the gate reads (docs/sources.md)." };
        var mail = new Option<DirectoryInfo?>("--mail") { Description = "First run: the folder of mailboxes that the gate reads." };
        var database = new Option<string?>("--database") { Description = "First run: a PostgreSQL connection string. Default: SQLite in the home." };
        var schemas = new Option<DirectoryInfo?>("--schemas") { Description = "First run: a folder with ETSI's own XSDs, against which each TS 103 120 message is then validated as well." };
        var noChildren = new Option<bool>("--no-children") { Description = "Use a gate and a ledger that somebody else runs; refuses to start where their folders can be read from here." };
        return Flags.Make("serve", "Runs the desk with its pages; in trial mode also gate, ledger and, where the home has one, the bell, as processes of their own.",
            "serve --home ./counterseal-home --accounts ./accounts.ndjson --mail ./mail", [home, port, publicPort, portalPort, customerPort, gatePort, watchPort, accounts, mail, database, schemas, noChildren],
            async (parsed, answer, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                place.CheckPaths();
                if (!place.Exists)
                    TrialHome.Create(place, parsed.GetValue(accounts)?.FullName, parsed.GetValue(mail)?.FullName, parsed.GetValue(database), parsed.GetValue(schemas)?.FullName, bell: true);
                Directory.CreateDirectory(Path.GetDirectoryName(place.DeskSocket)!);
                var children = !parsed.GetValue(noChildren);
                // Before the ledger starts, which learns of new writers only then. A home from before there was a register gets one.
                if (children && !RegisterSettings.Exists(place.Vulnerabilities))
                    TrialHome.AddVulnerabilities(place);
                if (children)
                    CustomerCommands.Add(place);
                var production = !DeskHome.Open(place.Desk).Trial;
                if (production && children)
                    throw new Refused("in production gate and ledger are started by their own users (deploy/systemd); start the desk with --no-children");
                if (production)
                    Production.HoldDesk(place, DeskHome.Open(place.Desk));
                else if (!children)
                    Production.RefuseReadable([place.Gate, place.Ledger, place.Bell]);

                var gatePages = children ? TrialHome.OpenPages(place, Free(parsed.GetValue(gatePort) ?? (parsed.GetValue(port) == 0 ? 0 : 8474))) : null;
                await using var ledger = children ? await Child.Start(place.LedgerSocket, TimeProvider.System, cancel, "ledger", "serve", "--home", place.Folder) : null;
                await using var gate = children ? await Child.Start(place.GateSocket, TimeProvider.System, cancel, "gate", "serve", "--home", place.Folder) : null;
                var hasBell = children ? WatchHome.Exists(place.Bell) : File.Exists(place.BellSocket);
                var bellDoor = children && hasBell ? WatchServe.Door(place, parsed.GetValue(watchPort) is 0 ? Free(0) : parsed.GetValue(watchPort)) : null;
                await using var bell = bellDoor is not null
                    ? await Child.Start(place.BellSocket, TimeProvider.System, cancel, "watch", "serve", "--home", place.Folder, "--port", bellDoor.Port.ToString(CultureInfo.InvariantCulture)) : null;
                var registry = new Convention.RegistryHome(place.Registry);
                if (children && registry.Exists)
                    await ConventionCommands.Adopt(registry, cancel);
                var code = production ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
                var desk = Free(parsed.GetValue(port));
                var open = Free(parsed.GetValue(publicPort));
                var portal = Free(parsed.GetValue(portalPort) ?? (parsed.GetValue(port) == 0 ? 0 : 8479));
                var customers = DeskHome.Open(place.Desk).Customers is null ? (int?)null : Free(parsed.GetValue(customerPort) ?? (parsed.GetValue(port) == 0 ? 0 : 8473));
                await DeskProcess.Run(place, new(desk, open, portal, customers), code, hasBell, gatePages, setUp =>
                {
                    answer.Give(new { ready = true, desk = $"http://localhost:{desk}/", publicFace = $"http://127.0.0.1:{open}/", portal = $"http://localhost:{portal}/", customers = customers is null ? null : $"http://127.0.0.1:{customers}/", gate = gatePages is null ? null : gatePages + "/", watch = bellDoor is null ? null : $"http://{bellDoor}/", code, setUp }, console =>
                    {
                        console.MarkupLine(production ? "[bold]The desk is up[/]." : "[bold]Counterseal is up[/] (trial mode: all parts run as you).");
                        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  desk:   http://localhost:{desk}/{(code is null ? "" : $"   the trial's sign-in code: {code}")}"));
                        if (setUp is not null)
                            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"          nobody has an account yet: http://localhost:{desk}/set-up   set-up code, once: {setUp}"));
                        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  public: http://127.0.0.1:{open}/   (vulnerabilities: /security/report, /registry/vulnerabilities)"));
                        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  portal: http://localhost:{portal}/   (officers of authorities; invite one at the desk's page Officers)"));
                        if (customers is not null)
                            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  customers: http://127.0.0.1:{customers}/   (a product sends them here{(production ? "" : "; in a trial: counterseal customers token ACCOUNT")})"));
                        if (gatePages is not null)
                            console.WriteLine($"  gate:   {gatePages}/   (reviewers approve here by passkey; register one: counterseal gate roster invite NAME)");
                        if (bellDoor is not null)
                            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  bell:   http://{bellDoor}/events, /notices and /check   (credentials in {place.Bell})"));
                        console.WriteLine($"  commands: COUNTERSEAL_HOME={place.Folder} counterseal demands list");
                        console.WriteLine("Ctrl+C ends it.");
                    });
                }, cancel);
                return 0;
            });
    }

    private static int Free(int port)
    {
        if (port != 0)
            return port;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
