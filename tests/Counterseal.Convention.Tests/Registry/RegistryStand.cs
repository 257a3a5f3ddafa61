using System.Security.Cryptography;
using Counterseal.Desk.Tests;
using Counterseal.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Convention.Tests;

/// <summary>A registry with a real ledger, in a folder of its own.</summary>
internal sealed class RegistryStand : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cs-r-").FullName;
    private readonly NoteSigner signer = NoteSigner.Generate("registry.example/editor");
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private NewLedger made = null!;
    private LedgerHost? ledger;

    public static TheoryData<string> Both { get; } = ["sqlite", "postgres"];

    public static string Root { get; } = FindRoot();

    /// <summary>The project's own data.</summary>
    public static string Data { get; } = Path.Combine(Root, "registry");

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    public RegistryOptions Options { get; private set; } = null!;
    public RegistryPen Pen { get; private set; } = null!;
    public RegistryRecord Record { get; private set; } = null!;
    public RegistryReader Reader => new(Record);
    public LedgerClient Client => Pen.Ledger;
    public WriterKey Tags => Pen.Key;
    public string Folder => folder;

    /// <summary>What a child process needs.</summary>
    public string[] Access => [Options.Database, "unix:" + Path.Combine(folder, "l.sock"), made.Key.ToString(), made.Credentials["registry"], Convert.ToHexString(key), Path.Combine(folder, "editor.key")];

    public static async Task<RegistryStand> Up(string store, Postgres postgres)
    {
        var stand = new RegistryStand();
        stand.made = LedgerHome.Create(Path.Combine(stand.folder, "ledger"), "ledger.example/log", "registry");
        await stand.StartLedger();
        File.WriteAllText(Path.Combine(stand.folder, "editor.key"), stand.signer.Export() + "\n");
        File.SetUnixFileMode(Path.Combine(stand.folder, "editor.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        stand.Options = new() { Database = store == "postgres" ? await postgres.NewDatabase() : "sqlite:" + Path.Combine(stand.folder, "registry.db"), Editor = stand.signer.Verifier, Log = stand.made.Key };
        stand.Pen = new(stand.signer, new LedgerClient("unix:" + Path.Combine(stand.folder, "l.sock"), stand.made.Key, stand.made.Credentials["registry"]), new WriterKey(stand.key));
        await stand.Open();
        return stand;
    }

    public async Task Open() => Record = await RegistryRecord.Open(Options, Pen, Clock, default);

    public async Task StartLedger() => ledger = await LedgerHost.Start(made?.Home.Folder ?? Path.Combine(folder, "ledger"), "unix:" + Path.Combine(folder, "l.sock"), TimeProvider.System, default);

    public async Task StopLedger()
    {
        await ledger!.DisposeAsync();
        ledger = null;
    }

    public Task<RegistryReport> Check(string? data = null) => RegistryCheck.Run(Record, data, Client, Tags, default);

    public static FeedMapping Mapping(string feed) => FeedMapping.Read(feed + ".yaml", File.ReadAllBytes(Path.Combine(Data, "mappings", feed + ".yaml")));

    public static Incident Incident(string key, string title = "Sample", string[]? accused = null, int year = 2015) => new(
        "test", key, title, null, new DateOnly(year, 5, 1), null, ["theft"], [new("DE", ["company"])], [new("A laboratory", ["EE"], AttributionBasis.Community, null, accused ?? ["CN"])], [], null,
        [new(ClauseRef.Parse("us-cn/2015/1"), "intellectual-property", "because")], ["https://news.example/1"], [], Sample: true);

    public Task<RegistryEvent?> Put(params Incident[] incidents) => Record.Append("ana", "correction", "a test", [.. incidents.Select(RegistryItem.Of)], default);

    public async Task<string> Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await Record.DisposeAsync();
        Client.Dispose();
        signer.Dispose();
        if (ledger is not null)
            await ledger.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string FindRoot()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "counterseal.slnx")))
            at = Path.GetDirectoryName(at)!;
        return at;
    }
}
