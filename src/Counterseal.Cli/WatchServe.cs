using System.CommandLine;
using System.Globalization;
using System.Net;
using Counterseal.Watch;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>watch serve</c>, <c>watch stream</c>, <c>watch init</c>, <c>watch dkim</c>: the bell as a process of its own, and what it needs.</summary>
internal static class WatchServe
{
    /// <summary>The bell with its doors.</summary>
    public static Command Serve()
    {
        var home = Flags.Home();
        var port = new Option<int?>("--port") { Description = "Its doors' port on this machine, in the place of the one in watch.yaml." };
        var withParent = new Option<bool>("--with-parent") { Description = "End when standard input ends (used by `serve`)." };
        return Flags.Make("serve", "Runs the bell: doors for loggers, the product and the code page; findings; notices.", "watch serve --home ./counterseal-home", [home, port, withParent],
            async (parsed, answer, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                place.CheckPaths();
                Directory.CreateDirectory(Path.GetDirectoryName(place.BellSocket)!);
                var settings = Settings(place);
                var stop = ParentWatch.Token(parsed.GetValue(withParent), cancel);
                await using var claim = Claim(place);
                await using var mailbox = settings.Mailbox is { } folder ? new LocalMailbox(folder) : null;
                await using var host = await BellHost.Open(settings, Mail(mailbox), Say, TimeProvider.System, stop);
                var door = new IPEndPoint(settings.Listen.Address, parsed.GetValue(port) ?? settings.Listen.Port);
                await host.Serve(place.BellSocket, door, () =>
                {
                    if (!parsed.GetValue(withParent))
                        answer.Give(new { ready = true, watch = $"http://{door}/" }, console => console.WriteLine($"The bell is up: http://{door}/  Ctrl+C ends it."));
                }, stop);
                return 0;
            });
    }

    /// <summary>A consumer of the stream, beside the bell that serves.</summary>
    public static Command Stream()
    {
        var home = Flags.Home();
        var url = new Option<string?>("--url") { Description = "The servers, e.g. nats://nats.example:4222. Default: \"stream\" in watch.yaml." };
        var name = new Option<string?>("--stream") { Description = "The stream's name." };
        var durable = new Option<string?>("--durable") { Description = "The consumer's name: all machines that share the work give the same." };
        var form = new Option<string?>("--form") { Description = "ocsf, entra, or a mapping file." };
        return Flags.Make("stream", "Consumes a NATS JetStream stream into the bell's database; several machines may share one stream and one PostgreSQL.", "watch stream --url nats://nats.example:4222 --stream signins", [home, url, name, durable, form],
            async (parsed, answer, cancel) =>
            {
                var settings = Settings(Home.Of(parsed.GetValue(home)));
                var said = settings.Stream;
                var source = (said ?? new StreamSource("", "", "bell")) with
                {
                    Url = parsed.GetValue(url) ?? said?.Url ?? throw new Refused($"which stream? Give --url and --stream, or write \"stream\" into {settings}"),
                    Stream = parsed.GetValue(name) ?? said?.Stream ?? throw new Refused($"which stream? Give --stream, or write \"stream\" into {settings}"),
                    Durable = parsed.GetValue(durable) ?? said?.Durable ?? "bell",
                };
                await using var mailbox = settings.Mailbox is { } folder ? new LocalMailbox(folder) : null;
                await using var host = await BellHost.Open(settings, Mail(mailbox), Say, TimeProvider.System, cancel);
                var (taken, repeated) = (0L, 0L);
                var rounds = host.Rounds(cancel);
                var asking = host.Asking(cancel);
                await host.Consume(source, parsed.GetValue(form) is { } own ? own : settings.StreamForm, result =>
                {
                    (taken, repeated) = (taken + result.Events, repeated + result.Repeated);
                    if (!Console.IsErrorRedirected)
                        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{taken:N0} events taken, {repeated:N0} came again"));
                    return Task.CompletedTask;
                }, cancel);
                await rounds;
                await asking;
                answer.Give(new { taken, repeated }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{taken:N0} events taken, {repeated:N0} came again")));
                return 0;
            });
    }

    /// <summary>A bell for a home that has none.</summary>
    public static Command Init()
    {
        var home = Flags.Home();
        return Flags.Make("init", "Gives a trial home a bell, with keys and a credential of its own. `serve` must not run meanwhile.", "watch init --home ./counterseal-home", [home],
            (parsed, answer, _) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                if (File.Exists(place.LedgerSocket) && Answers(place.LedgerSocket))
                    throw new Refused("the ledger of this home is running, and learns of new writers when it starts; stop `counterseal serve`, then do this again");
                TrialHome.AddBell(place);
                answer.Give(new { made = place.Bell }, console => console.WriteLine($"made {place.Bell}; look through its watch.yaml (docs/bell.md), then start `counterseal serve --home {place.Folder}`"));
                return Task.FromResult(0);
            });
    }

    /// <summary>The DKIM record to publish.</summary>
    public static Command Dkim()
    {
        var home = Flags.Home();
        return Flags.Make("dkim", "Prints the record to publish in the domain's zone, so that receivers can check notices.", "watch dkim", [home],
            (parsed, answer, _) =>
            {
                var settings = Settings(Home.Of(parsed.GetValue(home)));
                var key = settings.Dkim ?? throw new Refused($"{settings} has no \"dkim\"");
                var name = $"{key.Selector}._domainkey.{key.Domain}";
                answer.Give(new { name, type = "TXT", value = key.Record }, _ => Console.Out.WriteLine($"{name}. TXT \"{key.Record}\""));
                return Task.FromResult(0);
            });
    }

    /// <summary>Where a home's bell listens.</summary>
    public static IPEndPoint Door(Home home, int? port) => Settings(home).Listen is var listen && port is { } other ? new(listen.Address, other) : listen;

    /// <summary>A home's settings of the bell.</summary>
    /// <exception cref="Refused">There are none.</exception>
    public static WatchSettings Settings(Home home) => WatchHome.Exists(home.Bell)
        ? WatchSettings.Read(home.Bell) : throw new Refused($"{home.Folder} has no bell (no bell/{WatchSettings.FileName}); `counterseal watch init --home {home.Folder}` makes one");

    /// <summary>A trial's mailbox as a mail server.</summary>
    internal static MailServer? Mail(LocalMailbox? mailbox) => mailbox is null ? null : new MailServer("127.0.0.1", mailbox.Port, Tls: false);

    private static void Say(string sentence) => Console.Error.WriteLine($"counterseal bell: {Answer.Visible(sentence)}");

    // Two of them would take each other's socket away.
    private static FileStream Claim(Home home)
    {
        try
        {
            return new FileStream(Path.Combine(home.Bell, "running"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new Refused($"a bell runs on {home.Bell} already");
        }
    }

    /// <summary>Whether something answers on a socket.</summary>
    internal static bool Answers(string socket)
    {
        try
        {
            using var probe = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
            probe.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
