using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterseal.Ledger;

/// <summary>
/// The witness process: C2SP tlog-witness over HTTP/1.1 on a Unix socket or on this machine's loopback (a web server of its organisation stands before it), and by mutual TLS where the folder has a
/// <see cref="TlsDoor"/>. Whoever can sign for a watched log may ask; nobody else gets more than a no.
/// </summary>
public sealed partial class WitnessHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Witness witness;
    private readonly string? socket;

    private WitnessHost(WebApplication app, Witness witness, string address, string? socket) => (this.app, this.witness, Address, this.socket) = (app, witness, address, socket);

    /// <summary>Where it is served.</summary>
    public string Address { get; }

    /// <summary>Opens a witness's folder and serves it until disposed. Returns when the address answers.</summary>
    /// <param name="folder">As <see cref="WitnessHome.Create"/> made it.</param>
    /// <param name="address"><c>unix:/path</c>, or <c>http://127.0.0.1:port</c> (port 0: any).</param>
    /// <param name="clock">The time in its cosignatures.</param>
    /// <param name="cancel">Ends the starting.</param>
    /// <param name="socketMode">Permissions of the Unix socket; <c>null</c> is 0600.</param>
    /// <exception cref="LedgerException">The folder or the address cannot be used.</exception>
    public static async Task<WitnessHost> Start(string folder, string address, TimeProvider clock, CancellationToken cancel, UnixFileMode? socketMode = null)
    {
        var witness = Witness.Open(folder, clock);
        try
        {
            var socket = address.StartsWith("unix:", StringComparison.Ordinal) ? Path.GetFullPath(address["unix:".Length..]) : null;
            var app = Build(witness, folder, address, socket, clock);
            await LedgerHost.Listen(app, socket, socketMode ?? UnixFileMode.UserRead | UnixFileMode.UserWrite, cancel);
            var served = socket is null ? app.Urls.First() : "unix:" + socket;
            Serving(app.Logger, witness.Key.ToString(), served);
            return new WitnessHost(app, witness, served, socket);
        }
        catch
        {
            witness.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        witness.Dispose();
        if (socket is not null)
            File.Delete(socket);
    }

    private static WebApplication Build(Witness witness, string folder, string address, string? socket, TimeProvider clock)
    {
        var door = TlsDoor.Read(folder);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "counterseal-witness" });
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Kestrel counts the framing of a chunked body too.
            kestrel.Limits.MaxRequestBodySize = Witness.MaxRequest + 4096;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
            if (socket is not null)
                kestrel.ListenUnixSocket(LedgerHost.Narrow(socket));
            else
                kestrel.Listen(LedgerHost.Loopback(address));
            door?.Open(kestrel, folder, clock);
        });
        var app = builder.Build();
        app.Run(http => Serve(http, witness, app.Logger));
        return app;
    }

    private static async Task Serve(HttpContext http, Witness witness, ILogger logger)
    {
        var path = (http.Request.Path.Value ?? "").Split('/');
        if (path is ["", "add-checkpoint"] && HttpMethods.IsPost(http.Request.Method))
        {
            if (await Body(http) is not { } body)
            {
                await Say(http, 413, $"a request has at most {Witness.MaxRequest} bytes\n");
                return;
            }
            var answer = witness.AddCheckpoint(body);
            if (answer.Status is 422 or 503)
                NotCosigned(logger, answer.Status, answer.Body);
            await Say(http, answer.Status, answer.Body.EndsWith('\n') ? answer.Body : answer.Body + "\n", answer.Status == 409 ? "text/x.tlog.size" : null);
        }
        else if (path is ["", var hash, "checkpoint"] && HttpMethods.IsGet(http.Request.Method) && witness.Latest(hash) is { } note)
            await Say(http, 200, Encoding.UTF8.GetString(note));
        else if (path is ["", "healthz"] && HttpMethods.IsGet(http.Request.Method))
            await Say(http, 200, "ok");
        else
            await Say(http, 404, "a witness answers POST /add-checkpoint and GET /<SHA-256 of an origin>/checkpoint\n");
    }

    private static async Task<byte[]?> Body(HttpContext http)
    {
        var body = new byte[Witness.MaxRequest + 1];
        try
        {
            var length = await http.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, http.RequestAborted);
            return length <= Witness.MaxRequest ? body[..length] : null;
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            return null;
        }
    }

    private static async Task Say(HttpContext http, int status, string text, string? type = null)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = type ?? "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    [LoggerMessage(20, LogLevel.Information, "{Key} witnesses at {Address}")]
    private static partial void Serving(ILogger logger, string key, string address);

    [LoggerMessage(21, LogLevel.Critical, "not cosigned ({Status}): {Why}")]
    private static partial void NotCosigned(ILogger logger, int status, string why);
}
