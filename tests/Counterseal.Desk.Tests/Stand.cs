using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Counterseal.Tally;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Desk.Tests;

/// <summary>A desk with a real ledger and a fake gate, all in a folder of its own.</summary>
internal sealed class Stand : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cs-d-").FullName;
    private NewLedger? made;
    private Desk? desk;

    public static TheoryData<string> Both { get; } = ["sqlite", "postgres"];

    public FakeTimeProvider Clock { get; } = new(Given.Start);
    public LedgerHost? Ledger { get; private set; }
    public FakeGate Gate { get; private set; } = null!;
    public DeskOptions Options { get; private set; } = null!;
    public Desk Desk => desk!;
    public NoteVerifier Log => made!.Key;

    public static async Task<Stand> Up(string store, Postgres postgres, bool tally = false)
    {
        var stand = new Stand();
        stand.made = LedgerHome.Create(Path.Combine(stand.folder, "ledger"), "ledger.example/log");
        if (tally)
        {
            new TallyHome(stand.made.Home).Create(Plan.Bytes());
            File.WriteAllBytes(Path.Combine(stand.folder, "tally.json"), Plan.Bytes());
        }
        await stand.StartLedger();
        stand.Gate = await FakeGate.Start(Path.Combine(stand.folder, "gate.sock"), stand.Log);
        var home = Path.Combine(stand.folder, "desk");
        var database = store == "postgres" ? await postgres.NewDatabase() : null;
        stand.Options = DeskHome.Create(home, given => new DeskOptions
        {
            Database = database ?? given.Database,
            WriterKey = given.WriterKey,
            LedgerAddress = stand.Ledger!.Address,
            LedgerKey = stand.Log.ToString(),
            LedgerCredential = stand.made.Credentials["desk"],
            GateAddress = "unix:" + Path.Combine(stand.folder, "gate.sock"),
            GateCredential = "gate-secret",
            GateName = "gate.example",
            Rules = Path.Combine(Root, "rules"),
            Trial = true,
            Tally = tally ? Path.Combine(stand.folder, "tally.json") : null,
        });
        stand.desk = await Desk.Open(DeskHome.Open(home), stand.Clock, default);
        return stand;
    }

    /// <summary>Gives the desk a copy of the rule book that a test may change, and starts it again before it has adopted one.</summary>
    public async Task OwnRules()
    {
        var rules = Path.Combine(folder, "rules");
        foreach (var file in Directory.EnumerateFiles(Options.Rules, "*.yaml", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(rules, Path.GetRelativePath(Options.Rules, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        Options = Options with { Rules = rules };
        await Reopen();
    }

    /// <summary>Another desk process on the same database.</summary>
    public Task<Desk> Another() => Desk.Open(Options, Clock, default);

    public async Task Reopen()
    {
        desk!.Dispose();
        desk = await Another();
    }

    /// <summary>Small tables, so that proving is quick; two leaves a slot of a minute, drawn into one of two slots.</summary>
    public static TallyPlan Plan { get; } = TallyPlan.Of(
        Given.Start, TimeSpan.FromMinutes(1), 2, 2, ["US", "DE"], ["us.sca.warrant"],
        ["contentDisclosed", "nonContentDisclosed", "partly", "noData", "redirected", "rejected", "challenged", "withdrawn"], ["contentDisclosed", "nonContentDisclosed", "partly"], ["us.nsl"], 1000);

    public string TallyWaiting => new TallyHome(made!.Home).Waiting;

    public async Task StartLedger(bool tally = true) =>
        Ledger = await LedgerHost.Start(made!.Home.Folder, "unix:" + Path.Combine(folder, "l.sock"), Clock, default, null, tally ? TallyKeeping.Work : null);

    /// <summary>Lets so many slots of the tally pass.</summary>
    public async Task Slots(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var size = Ledger!.Tally!.Latest.Size;
            for (var patience = 0; Ledger.Tally.Latest.Size == size; patience++)
            {
                Assert.True(patience < 3000, $"no slot came: {Ledger.Tally.Failure?.Message}");
                Clock.Advance(TimeSpan.FromSeconds(5));
                await Task.Delay(20);
            }
        }
    }

    /// <summary>A leaf as the ledger serves it, proven.</summary>
    public async Task<byte[]> TallyLeaf(long index)
    {
        using var client = new TallyClient(Ledger!.Address, Log, null);
        var reader = new TallyReader(client.Read, Log);
        return await reader.Leaf(await reader.Latest(default), index, Counterseal.Tally.TallyLeaf.SizeOf(Plan.Schema), default);
    }

    /// <summary>What the ledger says of its covers.</summary>
    public async Task<PartSum> Covers()
    {
        using var client = new TallyClient(Ledger!.Address, Log, made!.Credentials["desk"]);
        return PartSum.Read(Plan.Schema, await client.Sums(0, default) ?? throw new InvalidOperationException("no covers"));
    }

    public async Task StopLedger()
    {
        await Ledger!.DisposeAsync();
        Ledger = null;
    }

    /// <summary>Changes the database behind the desk's back.</summary>
    public async Task Edit(string sql)
    {
        await using var db = DeskDatabase.Opener(Options.Database)();
#pragma warning disable EF1002 // The test writes its own SQL.
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(db.Database, sql);
#pragma warning restore EF1002
    }

    public static byte[] Warrant(string reference = "4:26-mj-00317", bool categories = true) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "demand/v1",
        ["reference"] = reference,
        ["instrument"] = "us.sca.warrant",
        ["issuing"] = new JsonObject { ["name"] = "District Court of Example", ["country"] = "US", ["kind"] = "court" },
        ["issued"] = "2026-11-23T08:00:00Z",
        ["scope"] = new JsonArray(Item(categories)),
    }.ToJsonString());

    private static JsonObject Item(bool categories)
    {
        var item = new JsonObject { ["selector"] = new JsonObject { ["mailbox"] = "ada@example.test" }, ["from"] = "2026-10-01T00:00:00Z", ["to"] = "2026-11-01T00:00:00Z" };
        if (categories)
            item["categories"] = new JsonArray("subscriber", "content");
        return item;
    }

    public async Task<Receipt> Received(byte[]? original = null) =>
        Assert.IsType<Receipt>(await Desk.Receive(original ?? Warrant(), "test", default));

    /// <summary>A directory entry signed by two people whom nobody knows.</summary>
    public static byte[] Entry()
    {
        using var one = NoteSigner.Generate("one");
        using var two = NoteSigner.Generate("two");
        return SignedNote.Sign(
            "counterseal/directory/v2\nauthority court.example\ncountry US\nname District Court of Example\nformat age-x25519\nrecipient age1qqqq\nsigner none\ncallback +1 555 0100\nconfirmed 2026-11-24T02:00:00Z one by voice\nversion 1\n", one, two).Bytes();
    }

    public static string Root
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (File.Exists(Path.Combine(at.FullName, "counterseal.slnx")))
                    return at.FullName;
            }
            throw new InvalidOperationException("the tests run outside the project's folder");
        }
    }

    public async ValueTask DisposeAsync()
    {
        desk?.Dispose();
        if (Gate is not null)
            await Gate.DisposeAsync();
        if (Ledger is not null)
            await Ledger.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
