namespace Counterseal.Ledger.Tests;

/// <summary>A ledger with its home and server, on a Unix socket, in this process.</summary>
internal sealed class ServedLedger : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    private ServedLedger() => Made = LedgerHome.Create(folder["home"], "ledger.example/log");

    public NewLedger Made { get; }
    public LedgerHost Host { get; private set; } = null!;
    public string Socket => folder["ledger.sock"];
    public Log Log => Host.Log;

    public static async Task<ServedLedger> Start(string? address = null)
    {
        var served = new ServedLedger();
        served.Host = await LedgerHost.Start(served.Made.Home.Folder, address ?? "unix:" + served.Socket, TimeProvider.System, CancellationToken.None);
        return served;
    }

    public LedgerClient Client(string? writer = "desk") => new(Host.Address, Made.Key, writer is null ? null : Made.Credentials[writer]);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Dispose();
    }
}
