using System.CommandLine;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>How a command reaches the gate or the ledger: the home's socket, or another host by mutual TLS.</summary>
internal sealed class Reach
{
    private readonly string part;
    private readonly Option<string?> at;
    private readonly Option<FileInfo?> tls;

    private Reach(string part)
    {
        this.part = part;
        at = new Option<string?>($"--{part}")
        {
            Description = $"Where the {part} answers: unix:/path, or https://host:port#PIN. Default: $COUNTERSEAL_{part.ToUpperInvariant()}, or the home's socket.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable($"COUNTERSEAL_{part.ToUpperInvariant()}"),
        };
        tls = new Option<FileInfo?>("--tls")
        {
            Description = "Your own key file for mutual TLS (`counterseal keys tls`). Default: $COUNTERSEAL_TLS.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("COUNTERSEAL_TLS") is { } file ? new FileInfo(file) : null,
        };
    }

    /// <summary>To the gate.</summary>
    public static Reach Gate() => new("gate");

    /// <summary>To the ledger.</summary>
    public static Reach Ledger() => new("ledger");

    /// <summary>The options.</summary>
    public IEnumerable<Symbol> Options => [at, tls];

    /// <summary>A client of the gate, for people.</summary>
    public GateClient OpenGate(ParseResult parsed, Home home) => new(parsed.GetValue(at) ?? home.GateAddress, own: Own(parsed));

    /// <summary>A reader of the ledger.</summary>
    public LedgerClient OpenLedger(ParseResult parsed, Home home, LogKeys key) => new(parsed.GetValue(at) ?? home.LedgerAddress, key, credential: null, Own(parsed));

    private TlsKey? Own(ParseResult parsed)
    {
        var file = parsed.GetValue(tls);
        if (file is { Exists: false })
            throw new Refused($"{file} is not there; `counterseal keys tls NAME --out {file.Name}` makes a key for mutual TLS with the {part}");
        return file is null ? null : TlsKey.Open(file.FullName);
    }

    /// <summary><c>door</c>: who may come in from other hosts.</summary>
    /// <param name="part"><c>gate</c> or <c>ledger</c>.</param>
    /// <param name="folder">The part's folder in a home.</param>
    /// <param name="who">What the names of clients mean there.</param>
    public static Command Door(string part, Func<Home, string> folder, string who)
    {
        var home = Flags.Home();
        var listen = Flags.Text("--listen", "IP address and port, e.g. 192.0.2.5:8473.");
        var clients = new Option<string[]>("--client") { Description = $"NAME=PIN, once for each key that may come in. {who}", Required = true };
        var days = Days();
        return Flags.Make("door", $"Opens a door for other hosts at the {part}: TLS 1.3 with a key on each side, known by its pin. Makes the {part}'s own key where there is none. Holds from its next start.",
            $"{part} door --listen 192.0.2.5:8473 --client desk=9c41… --client alice=77e0…", [home, listen, clients, days],
            (parsed, answer, _) =>
            {
                var place = folder(Home.Of(parsed.GetValue(home)));
                if (!Directory.Exists(place))
                    throw new Refused($"{place} is not there; make the {part} first");
                var door = new TlsDoor(parsed.GetValue(listen)!, [.. parsed.GetValue(clients)!.Select(text => text.Split('=', 2) is [var name, var pin] ? new TlsClient(name, pin) : throw new Refused($"--client {text}: NAME=PIN is wanted"))]);
                var path = Path.Combine(place, TlsKey.FileName);
                using var key = File.Exists(path) ? TlsKey.Open(path) : TlsKey.Create(path, part, TimeProvider.System.GetUtcNow(), parsed.GetValue(days));
                door.Write(place);
                answer.Give(new { listen = door.Listen, pin = key.Pin, clients = door.Clients }, console =>
                {
                    console.WriteLine($"the {part}'s pin: {key.Pin}");
                    console.WriteLine($"others reach it at https://HOST:{door.Listen[(door.Listen.LastIndexOf(':') + 1)..]}#{key.Pin}");
                    foreach (var client in door.Clients)
                        console.WriteLine(Answer.Visible($"comes in: {client.Name} ({client.Pin[..12]}…)"));
                });
                return Task.FromResult(0);
            });
    }

    /// <summary><c>keys tls</c>.</summary>
    public static Command Key()
    {
        var name = new Argument<string>("name") { Description = "The name on the certificate, for people who look; only the pin counts." };
        var output = Flags.Text("--out", "The key file to make (mode 0600).");
        var renew = new Option<bool>("--renew") { Description = "A new certificate over the key that is in the file: the pin stays." };
        var days = Days();
        return Flags.Make("tls", "Makes a key for mutual TLS, P-256 with a self-signed certificate, and prints its pin, which the other side's `door` gets.",
            "keys tls desk --out desk/tls.pem", [name, output, renew, days],
            (parsed, answer, _) =>
            {
                var path = parsed.GetValue(output)!;
                var now = TimeProvider.System.GetUtcNow();
                using var key = parsed.GetValue(renew) ? TlsKey.Renew(path, now, parsed.GetValue(days)) : TlsKey.Create(path, parsed.GetValue(name)!, now, parsed.GetValue(days));
                answer.Give(new { file = path, pin = key.Pin, until = key.Certificate.NotAfter.ToUniversalTime() }, console =>
                {
                    console.WriteLine($"{path}: the key and its certificate, good until {key.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
                    console.WriteLine($"pin: {key.Pin}");
                });
                return Task.FromResult(0);
            });
    }

    private static Option<int> Days() => new("--days") { Description = "How long a new certificate is good.", DefaultValueFactory = _ => 730 };
}
