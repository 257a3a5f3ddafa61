using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterseal.Ledger;

/// <summary>The ledger process: one home, its log, and Kestrel (HTTP/1.1) on a Unix socket or on this machine's loopback, and by mutual TLS where the home has a <see cref="TlsDoor"/>.</summary>
public sealed partial class LedgerHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly NoteSigner signer;
    private readonly NoteSigner? old;
    private readonly Cosigning? cosigning;
    private readonly string? socket;

    private LedgerHost(WebApplication app, Log log, TallySlots? tally, NoteSigner signer, NoteSigner? old, Cosigning? cosigning, string address, string? socket) =>
        (this.app, Log, Tally, this.signer, this.old, this.cosigning, Address, this.socket) = (app, log, tally, signer, old, cosigning, address, socket);

    /// <summary>The log that is served.</summary>
    public Log Log { get; }

    /// <summary>The tally beside it; <c>null</c> where there is none.</summary>
    public TallySlots? Tally { get; }

    /// <summary>Where it is served: what a <see cref="LedgerClient"/> takes.</summary>
    public string Address { get; }

    /// <summary>Serves a home until it is told to stop.</summary>
    /// <param name="home">A folder made by <see cref="LedgerHome.Create"/>.</param>
    /// <param name="address"><c>unix:/path</c> (made with mode 0600) or <c>http://127.0.0.1:port</c>.</param>
    /// <param name="time">The clock, for how long opening took.</param>
    /// <param name="stop">Ends the serving; what waits is committed first.</param>
    /// <param name="socketMode">Permissions of the Unix socket; <c>null</c> is 0600. 0660 lets a group in.</param>
    /// <param name="tally">What the leaves of the home's tally are, where it has one.</param>
    /// <exception cref="LedgerException">There is no ledger, it is damaged, another process has it, or the address cannot be used.</exception>
    public static async Task Run(string home, string address, TimeProvider time, CancellationToken stop, UnixFileMode? socketMode = null, Func<TallyHome, string, TallyWork>? tally = null)
    {
        await using var host = await Start(home, address, time, stop, socketMode, tally);
        var ended = new TaskCompletionSource();
        await using (stop.Register(ended.SetResult))
            await ended.Task;
    }

    /// <summary>Opens a home and serves it until disposed. Returns when the address answers.</summary>
    /// <param name="home">A folder made by <see cref="LedgerHome.Create"/>.</param>
    /// <param name="address"><c>unix:/path</c>, or <c>http://127.0.0.1:port</c> (port 0: any).</param>
    /// <param name="time">The clock, for how long opening took.</param>
    /// <param name="cancel">Ends the starting.</param>
    /// <param name="socketMode">Permissions of the Unix socket; <c>null</c> is 0600. 0660 lets a group in.</param>
    /// <param name="tally">What the leaves of the home's tally are, where it has one.</param>
    /// <exception cref="LedgerException">See <see cref="Run"/>.</exception>
    public static async Task<LedgerHost> Start(string home, string address, TimeProvider time, CancellationToken cancel, UnixFileMode? socketMode = null, Func<TallyHome, string, TallyWork>? tally = null)
    {
        var started = time.GetTimestamp();
        var folder = new LedgerHome(home);
        var signer = folder.OpenKey();
        NoteSigner? old = null;
        Log? log = null;
        Cosigning? cosigning = null;
        TallySlots? slots = null;
        try
        {
            var writers = LedgerWriter.Read(folder.Writers);
            old = folder.OpenOldKey();
            log = await Log.Open(folder.LogFolder, signer, old);
            var socket = address.StartsWith("unix:", StringComparison.Ordinal) ? Path.GetFullPath(address["unix:".Length..]) : null;
            if (new TallyHome(folder) is { Exists: true } second && tally is not null)
                slots = TallySlots.Open(second, tally(second, TallyHome.OriginOf(signer.Name)), signer, old, time);
            var app = Build(log, slots, writers, address, socket, folder, time, out cosigning);
            await Listen(app, socket, socketMode ?? UnixFileMode.UserRead | UnixFileMode.UserWrite, cancel);
            var served = socket is null ? app.Urls.First() : "unix:" + socket;
            Serving(app.Logger, log.Key.ToString(), log.Latest.Size, served, (long)time.GetElapsedTime(started).TotalMilliseconds);
            slots?.Start();
            return new LedgerHost(app, log, slots, signer, old, cosigning, served, socket);
        }
        catch
        {
            if (cosigning is not null)
                await cosigning.DisposeAsync();
            if (slots is not null)
                await slots.DisposeAsync();
            if (log is not null)
                await log.DisposeAsync();
            signer.Dispose();
            old?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (cosigning is not null)
            await cosigning.DisposeAsync();
        if (Tally is not null)
            await Tally.DisposeAsync();
        await Log.DisposeAsync();
        signer.Dispose();
        old?.Dispose();
        if (socket is not null)
            File.Delete(socket);
    }

    private static WebApplication Build(Log log, TallySlots? tally, IReadOnlyList<LedgerWriter> writers, string address, string? socket, LedgerHome home, TimeProvider time, out Cosigning? cosigning)
    {
        var door = TlsDoor.Read(home.Folder);
        // An empty builder: no settings from the environment, from files or from arguments can open another door.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "counterseal-ledger" });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4096;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.MaxConcurrentConnections = 1024;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
            if (socket is not null)
                kestrel.ListenUnixSocket(Narrow(socket));
            else
                kestrel.Listen(Loopback(address));
            door?.Open(kestrel, home.Folder, time);
        });
        var app = builder.Build();
        app.UseRouting();
        cosigning = Cosigning.Start(home, log, time, app.Logger);
        LedgerServer.Map(app, log, writers, door, cosigning);
        if (tally is not null)
            TallyServer.Map(app, tally, writers, door);
        return app;
    }

    internal static async Task Listen(WebApplication app, string? socket, UnixFileMode mode, CancellationToken cancel)
    {
        if (socket is null)
        {
            await app.StartAsync(cancel);
            return;
        }
        // The log's lock is held, so whoever left this socket is gone.
        if (File.Exists(socket) && new FileInfo(socket).Length > 0)
            throw new LedgerException($"{socket} is a file, not a socket");
        File.Delete(socket);
        var narrow = Path.GetDirectoryName(Narrow(socket))!;
        Durable.CreateFolder(Path.GetDirectoryName(socket)!);
        if (Directory.Exists(narrow))
            Directory.Delete(narrow, recursive: true);
        Directory.CreateDirectory(narrow, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            await app.StartAsync(cancel);
            // Bound where nobody else can come, and open to the others only once its mode is right. (A narrowed umask would do it too, but it is the whole process's.)
            File.SetUnixFileMode(Narrow(socket), mode);
            File.Move(Narrow(socket), socket, overwrite: true);
        }
        catch (Exception e) when (e is IOException or SocketException or ArgumentException or InvalidDataException)
        {
            throw new LedgerException($"cannot listen on {socket}: {e.Message}");
        }
        finally
        {
            Directory.Delete(narrow, recursive: true);
        }
    }

    /// <summary>Where a socket is bound, before it moves to where it is served.</summary>
    internal static string Narrow(string socket) => Path.Combine(Path.GetDirectoryName(socket)!, "." + Path.GetFileName(socket), "s");

    internal static IPEndPoint Loopback(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)
            ? new IPEndPoint(ip, uri.Port)
            : throw new LedgerException($"\"{address}\": the ledger listens on unix:/path or http://127.0.0.1:port; for other hosts `counterseal ledger door` makes a door with mutual TLS");

    [LoggerMessage(10, LogLevel.Information, "serving the log of {Key}, {Size} leaves, at {Address}; opened and verified in {Milliseconds} ms")]
    private static partial void Serving(ILogger logger, string key, long size, string address, long milliseconds);
}
