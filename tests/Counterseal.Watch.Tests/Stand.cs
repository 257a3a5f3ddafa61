using System.Net;
using System.Security.Cryptography;
using Counterseal.Desk.Tests;
using Counterseal.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Watch.Tests;

/// <summary>A bell with a real ledger and a clock that the test turns, in a folder of its own.</summary>
internal sealed class Stand : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<string> Pem = new(DkimKey.Create);
    private readonly string folder = Directory.CreateTempSubdirectory("cs-w-").FullName;
    private readonly List<Bell> bells = [];
    private readonly List<LedgerClient> clients = [];
    private NewLedger made = null!;
    private LedgerHost? ledger;
    private int events;

    public static TheoryData<string> Both { get; } = ["sqlite", "postgres"];

    public FakeTimeProvider Clock { get; } = new(Start);
    public BellOptions Options { get; set; } = null!;
    public Bell Bell => bells[^1];
    public NoteVerifier Log => made.Key;
    public string Folder => folder;

    public byte[] Writer { get; } = RandomNumberGenerator.GetBytes(32);
    public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>What is known: by address of the source.</summary>
    public Dictionary<string, List<IndicatorMatch>> Known { get; } = [];

    public Dictionary<string, Customer> Customers { get; } = [];

    public static DkimKey Dkim { get; } = new("notices.example", "s1", Pem.Value);

    public static async Task<Stand> Up(string store, Postgres postgres, MailServer? mail = null)
    {
        var stand = new Stand();
        stand.made = LedgerHome.Create(Path.Combine(stand.folder, "ledger"), "ledger.example/log", "watch");
        await stand.StartLedger();
        stand.Options = new BellOptions
        {
            Database = store == "postgres" ? await postgres.NewDatabase() : "sqlite:" + Path.Combine(stand.folder, "watch.db"),
            WriterKey = new WriterKey(stand.Writer),
            Secret = stand.Secret,
            Provider = new Provider("Example Mail", "mail.example", "Access Line, +00 123 456", "security@notices.example"),
            Customers = id => stand.Customers.GetValueOrDefault(id),
            Matching = (happened, into) => into.AddRange(happened.SourceIp is { } ip && stand.Known.TryGetValue(ip.ToString(), out var known) ? known : []),
            Mail = mail,
            Dkim = Dkim,
            Trial = true,
        };
        await stand.Another();
        return stand;
    }

    public async Task StartLedger() => ledger = await LedgerHost.Start(made.Home.Folder, "unix:" + Path.Combine(folder, "l.sock"), TimeProvider.System, default);

    public async Task StopLedger()
    {
        await ledger!.DisposeAsync();
        ledger = null;
    }

    /// <summary>Another process on the same database.</summary>
    public async Task<Bell> Another()
    {
        var client = new LedgerClient("unix:" + Path.Combine(folder, "l.sock"), made.Key, made.Credentials["watch"]);
        clients.Add(client);
        bells.Add(await Bell.Open(Options, client, Clock, default));
        return bells[^1];
    }

    /// <summary>What a ledger's client of another process needs.</summary>
    public (string Address, string Key, string Credential) LedgerAccess => ("unix:" + Path.Combine(folder, "l.sock"), made.Key.ToString(), made.Credentials["watch"]);

    public IndicatorMatch Plant(string ip, string actor = "Quiet Heron", string? state = "XA", string source = "feed one", int confidence = 80, Tlp marking = Tlp.Green)
    {
        var match = new IndicatorMatch($"indicator--{ip}-{source}", "sourceIp", ip, actor, state, source, confidence, marking);
        if (!Known.TryGetValue(ip, out var list))
            Known[ip] = list = [];
        list.Add(match);
        return match;
    }

    public WatchEvent SignIn(string ip, string account = "ada@example.org", string customer = "example", EventOutcome outcome = EventOutcome.Failed, string? id = null) =>
        new(id ?? $"e-{Interlocked.Increment(ref events)}", Clock.GetUtcNow(), customer, account, EventKind.SignIn, outcome) { SourceIp = IPAddress.Parse(ip), Place = new("log", events, 0) };

    /// <summary>An attack seen, corroborated and confirmed; gives the finding's id.</summary>
    public async Task<string> Confirmed(EventOutcome outcome = EventOutcome.Failed, string account = "ada@example.org", string customer = "example")
    {
        if (!Known.ContainsKey("203.0.113.7"))
        {
            Plant("203.0.113.7");
            Plant("203.0.113.8", source: "feed two");
        }
        await Bell.Take([SignIn("203.0.113.7", account, customer, outcome), SignIn("203.0.113.8", account, customer, outcome)], null, default);
        await Bell.Settle(default);
        var id = Finding.IdOf(customer, "Quiet Heron");
        if ((await Bell.Findings(default)).Single(f => f.Finding.Id == id).Status != FindingStatus.Confirmed)
            await Bell.Confirm(id, "ana", "seen in two feeds", default);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bell in bells)
            await bell.DisposeAsync();
        foreach (var client in clients)
            client.Dispose();
        if (ledger is not null)
            await ledger.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
