using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>
/// A desk that lies. A real ledger and a real gate run in this process on Unix sockets; the desk has its own ledger credential, its own writer's key and the gate's
/// desk credential (all that a stolen desk has), and the reviewers' keys only where a test lets them sign. From another host, gate and ledger answer it by mutual TLS only
/// with the keys that it has as well.
/// </summary>
public sealed class HostileDesk : IAsyncDisposable
{
    public const string GateName = "gate.example";
    public const string DeskCredential = "desk-credential-of-a-test";
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);

    private readonly string folder = Path.Combine(Path.GetTempPath(), "cg" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
    private readonly WriterKey deskWriter = new(RandomNumberGenerator.GetBytes(32));
    private readonly NewLedger ledgerMade;
    private readonly LedgerClient desk;
    private long n;
    private CancellationTokenSource? running;
    private Task serving = Task.CompletedTask;
    private LedgerHost? ledger;

    private HostileDesk(bool remote)
    {
        Directory.CreateDirectory(folder);
        ledgerMade = LedgerHome.Create(At("ledger"), "ledger.example/log");
        if (remote)
            Remote = new OtherHosts(this);
        desk = new LedgerClient(LedgerAddress, ledgerMade.Key, ledgerMade.Credentials["desk"], Remote?.Desk);
        People = new[] { "alice", "bob", "carol", "dora", "egon" }.ToDictionary(name => name, NoteSigner.Generate);
        AuthoritySigner = NoteSigner.Generate("police.example");
        Recipient = AgeIdentity.Generate();
        Demand = Counterseal.Custody.Tests.Gate.Case.Warrant();
        WriteSources();
        Made = GateHome.Create(
            Home,
            new GateSettings(GateName, true, LedgerAddress, ledgerMade.Key.ToString(), new Sources(At("accounts.ndjson"), At("mail")), Hex(SHA256.HashData(Encoding.UTF8.GetBytes(DeskCredential))))
            {
                // Tests refuse more in one instant than any gate does in an hour; TripwireTests sets its own.
                Tripwires = new Tripwires { OrdersPerHour = 1_000_000, AccountsPerDay = 1_000_000, RefusedPerHour = Tripwires.MostRefused },
            },
            ledgerMade.Credentials["gate"],
            RosterJson(),
            [Repository.Folder("rules")]);
        Remote?.OpenGate();
    }

    /// <summary>Ports and keys, where desk, gate and ledger are on hosts of their own; else <c>null</c>.</summary>
    public OtherHosts? Remote { get; }
    public string LedgerAddress => Remote?.LedgerAddress ?? "unix:" + At("ledger.sock");
    /// <summary>A person's signature line by passkey, where the gate's people have passkeys in place of key files.</summary>
    public Func<string, string, NoteSignature>? Passkey { get; set; }
    /// <summary>What every roster of this house has besides.</summary>
    public Action<JsonObject>? Rosters { get; set; }
    /// <summary>The roster's epoch, under which people approve.</summary>
    public int Epoch { get; set; } = 1;
    public FakeTimeProvider Clock { get; } = new(Start);
    public GateCreated Made { get; }
    public Dictionary<string, NoteSigner> People { get; }
    public NoteSigner AuthoritySigner { get; }
    public AgeIdentity Recipient { get; }
    public Demand Demand { get; set; }
    public byte[] Original { get; } = "the warrant, as it came"u8.ToArray();
    /// <summary>Makes the collectors that the gate's settings name.</summary>
    public MakeCollector? Collectors { get; set; }
    public string Home => At("gate");
    public string Socket => At("gate.sock");
    public NewLedger LedgerMade => ledgerMade;
    public string At(params string[] names) => Path.Combine([folder, .. names]);

    public static async Task<HostileDesk> Begin(bool gate = true, bool remote = false)
    {
        var desk = new HostileDesk(remote);
        await desk.StartLedger();
        if (gate)
            await desk.StartGate();
        return desk;
    }

    public async Task StartLedger() => ledger = await LedgerHost.Start(ledgerMade.Home.Folder, "unix:" + At("ledger.sock"), TimeProvider.System, CancellationToken.None, null, Counterseal.Tally.TallyKeeping.Work);

    public async Task StopLedger()
    {
        await ledger!.DisposeAsync();
        ledger = null;
    }

    public async Task StartGate()
    {
        running = new CancellationTokenSource();
        var ready = new TaskCompletionSource();
        serving = GateHost.Run(Home, Socket, Clock, running.Token, ready.SetResult, logging => logging.SetMinimumLevel(LogLevel.None), Collectors);
        if (await Task.WhenAny(ready.Task, serving) == serving)
        {
            running.Dispose();
            running = null;
            await serving;
        }
    }

    public async Task StopGate()
    {
        if (running is null)
            return;
        await running.CancelAsync();
        await serving;
        running.Dispose();
        running = null;
    }

    /// <summary>Changes <c>gate.json</c> and starts the gate again.</summary>
    public async Task Settle(Action<JsonObject> change)
    {
        await StopGate();
        var path = Path.Combine(Home, "gate.json");
        var settings = JsonNode.Parse(System.IO.File.ReadAllBytes(path))!.AsObject();
        change(settings);
        System.IO.File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(settings));
        await StartGate();
    }

    public async Task RestartGate()
    {
        await StopGate();
        await StartGate();
    }

    public async ValueTask DisposeAsync()
    {
        await StopGate();
        if (ledger is not null)
            await ledger.DisposeAsync();
        desk.Dispose();
        Remote?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // --- what goes over the wire ---

    public Task<RawAnswer> Post(string path, byte[] body, string? credential = DeskCredential) => Send(RawHttp.Request("POST", path, body, credential));

    public Task<RawAnswer> Post(string path, string body, string? credential = null) => Post(path, Encoding.UTF8.GetBytes(body), credential);

    public Task<RawAnswer> Get(string path, string? credential = DeskCredential, string? range = null) => Send(RawHttp.Request("GET", path, null, credential, range));

    private Task<RawAnswer> Send(byte[] request) => Remote is null ? RawHttp.Send(Socket, request) : RawHttp.Send(Remote.GatePort, RawHttp.Tls(Remote.Desk.Certificate, Remote.Gate), request);

    public Task<RawAnswer> File(JsonObject envelope, bool wait = true) => Post(wait ? "/orders" : "/orders?wait=no", JsonSerializer.SerializeToUtf8Bytes(envelope));

    /// <summary>Polls until the order is neither waiting to be taken up nor working.</summary>
    public async Task<RawAnswer> Settled(string digest)
    {
        for (var i = 0; i < 200; i++)
        {
            var answer = await Get("/orders/" + digest);
            if (answer.State is not ("working" or "waiting"))
                return answer;
            await Task.Delay(25);
        }
        return await Get("/orders/" + digest);
    }

    // --- what a desk can make ---

    public async Task<JsonObject> Log(byte[] bytes, LedgerClient? into = null, WriterKey? writer = null)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        var leaf = new Leaf((writer ?? deskWriter).Tag(n++), Commitment.Of(salt, bytes));
        var proof = await (into ?? desk).Append(leaf, CancellationToken.None);
        return new JsonObject
        {
            ["bytes"] = Convert.ToBase64String(bytes),
            ["salt"] = Hex(salt),
            ["tag"] = Hex(leaf.Tag),
            ["proof"] = proof.Text(),
        };
    }

    public LedgerClient LedgerAt(string address) => new(address, ledgerMade.Key, ledgerMade.Credentials["desk"], Remote?.Desk);

    public static byte[] EventBytes(string type, string demand, JsonObject body, int version = 1, string? at = null) => Canonical(new JsonObject
    {
        ["v"] = 1,
        ["type"] = type,
        ["demand"] = demand,
        ["by"] = "counsel",
        ["at"] = at ?? Instant.Text(Start),
        ["version"] = version,
        ["body"] = body.DeepClone(),
    });

    public JsonObject ReceivedBody() => new()
    {
        ["original"] = new JsonObject { ["digest"] = Sha(Original), ["length"] = Original.Length, ["format"] = "counterseal-json", ["channel"] = "test" },
        ["demandDigest"] = Sha(Canonical(DemandJson())),
        ["demand"] = DemandJson(),
    };

    public JsonObject DemandJson() => JsonSerializer.SerializeToNode(Demand, LawJson.Options)!.AsObject();

    public static JsonObject ScopeJson(Scope scope) => JsonSerializer.SerializeToNode(scope, LawJson.Options)!.AsObject();

    public string Book => Made.Books[0];

    public string DirectoryText(string? recipient = null, string? signer = null, int version = 1, string format = "age-x25519", string authority = "police", string confirmed = "2026-11-23T10:00:00Z dora by telephone, number from the police's own pages") =>
        $"counterseal/directory/v2\nauthority {authority}\ncountry US\nname Police of Example\nformat {format}\n{string.Concat((recipient ?? Recipient.Recipient.Text).Split(',').Select(key => $"recipient {key}\n"))}signer {signer ?? AuthoritySigner.Verifier.ToString()}\ncallback +1 555 0100\nconfirmed {confirmed}\nversion {version}\n";

    public string Sign(string text, params string[] people) => Passkey is null
        ? Encoding.UTF8.GetString(SignedNote.Sign(text, people.Select(name => People[name])).Bytes())
        : Encoding.UTF8.GetString(new SignedNote(text, [.. people.Select(name => Passkey(name, text))]).Bytes());

    public static string Sign(string text, NoteSigner signer) => Encoding.UTF8.GetString(SignedNote.Sign(text, signer).Bytes());

    public string Approve(string order, string reviewer, int? epoch = null, string verb = "approve", string gate = GateName, string? by = null) =>
        Sign($"counterseal/approval/v1\nverb {verb}\ngate {gate}\nepoch {epoch ?? Epoch}\nreviewer {reviewer}\norder {order}\n", by ?? reviewer);

    public string StopNote(string demand, string by = "carol", string gate = GateName) =>
        Sign($"counterseal/stop/v1\ngate {gate}\ndemand {demand}\nat {Instant.Text(Clock.GetUtcNow())}\nnonce {Hex(RandomNumberGenerator.GetBytes(16))}\n", by);

    public string LiftNote(string stop, params string[] people) =>
        Sign($"counterseal/lift/v1\ngate {GateName}\nstop {stop}\nat {Instant.Text(Clock.GetUtcNow())}\n", people);

    public byte[] RosterJson(int epoch = 1, Action<JsonObject>? change = null, params string[] without)
    {
        var roster = new JsonObject
        {
            ["gate"] = GateName,
            ["epoch"] = epoch,
            ["people"] = new JsonArray([.. People.Where(person => !without.Contains(person.Key)).Select(person => new JsonObject
            {
                ["name"] = person.Key,
                ["key"] = person.Value.Verifier.ToString(),
                ["roles"] = new JsonArray(person.Key is "dora" or "egon" ? "directory" : "reviewer"),
            })]),
            ["approvals"] = new JsonObject { ["count"] = 1, ["preserve"] = 1, ["release"] = 2 },
        };
        Rosters?.Invoke(roster);
        change?.Invoke(roster);
        return JsonSerializer.SerializeToUtf8Bytes(roster);
    }

    public void WriteRoster(byte[] json) => System.IO.File.WriteAllBytes(Path.Combine(Home, "roster.json"), json);

    public IReadOnlyList<JsonElement> Journal() =>
        [.. (System.IO.File.Exists(Path.Combine(Home, "journal.ndjson")) ? System.IO.File.ReadAllLines(Path.Combine(Home, "journal.ndjson")) : []).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The codes of the refusals in the journal, in order.</summary>
    public IReadOnlyList<string> Refusals() =>
        [.. Journal().Where(line => line.GetProperty("kind").GetString() == "refused").Select(line => line.GetProperty("code").GetString()!)];

    /// <summary>The gate's own events with the index that the ledger gave them.</summary>
    public IReadOnlyList<Own> Own()
    {
        var journal = Journal();
        var indexes = journal.Where(line => line.GetProperty("kind").GetString() == "acknowledged").ToDictionary(line => line.GetProperty("n").GetInt64(), line => line.GetProperty("index").GetInt64());
        return [.. journal.Where(line => line.GetProperty("kind").GetString() == "intent").Select(line => new Own(
            JsonDocument.Parse(line.GetProperty("event").GetBytesFromBase64()).RootElement.GetProperty("type").GetString()!,
            indexes.TryGetValue(line.GetProperty("n").GetInt64(), out var index) ? index : null))];
    }

    public static byte[] Canonical(JsonNode node) => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(node));

    public static string Sha(byte[] bytes) => Hex(SHA256.HashData(bytes));

    public static string OrderDigest(byte[] canonical) => Hex(SHA256.HashData([.. "counterseal/order/v1\n"u8, .. canonical]));

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static string NewDemandId() => RandomNumberGenerator.GetString("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26);

    private void WriteSources()
    {
        Directory.CreateDirectory(At("mail"));
        var mbox = new StringBuilder();
        for (var i = 0; i < 20; i++)
        {
            var at = new DateTimeOffset(2026, 10, 1 + i, 12, 0, 0, TimeSpan.Zero);
            mbox.Append(System.Globalization.CultureInfo.InvariantCulture, $"From x@example.org {at.UtcDateTime:ddd MMM dd HH:mm:ss yyyy}\nFrom: x@example.org\nTo: maeve@mail.example\nDate: {at.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\nSubject: secret {i}\nMessage-ID: <{i}@example.org>\n\nBody number {i}\n\n");
        }
        System.IO.File.WriteAllText(At("mail", "maeve.mbox"), mbox.ToString());
        System.IO.File.WriteAllText(At("accounts.ndjson"), """{"account":"acc-1","addresses":["maeve@mail.example"],"telephones":["353860001001"],"name":"Maeve Quinn","postal":"14 Harbour Row","created":"2019-06-08T03:05:54Z","services":["mail"],"mailbox":"maeve.mbox","sessions":[{"ip":"192.0.2.17","port":50123,"from":"2026-03-01T08:00:00Z","to":"2026-03-01T09:30:00Z"}]}""" + "\n");
    }
}

/// <summary>One of the gate's own events, as its journal has it.</summary>
public sealed record Own(string Type, long? Index);
