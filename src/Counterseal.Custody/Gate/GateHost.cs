using System.Globalization;
using System.Threading.RateLimiting;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>
/// Serves one gate over a Unix socket (HTTP/1.1, mode 0660), and by mutual TLS where its folder has a <see cref="TlsDoor"/>, with the endpoints of
/// <c>docs/gate-protocol.md</c>. Filing and fetching need the desk's credential, and by TLS also the key that the door knows as <c>desk</c>; approvals, stops, lifts, directory entries and revocations carry their own proof.
/// </summary>
public sealed class GateHost : IDisposable
{
    private const int Block = 1 << 20;
    private readonly Gate gate;
    private readonly TlsDoor? door;
    private readonly ILogger log;
    private readonly TokenBucketRateLimiter filings = ConnectionLimits.Rate(500, 100);
    private readonly TokenBucketRateLimiter looks = ConnectionLimits.Rate(1000, 200);
    private readonly TokenBucketRateLimiter notes = ConnectionLimits.Rate(500, 100);
    // Stops have a measure of their own, so that nothing else can use up what they need.
    private readonly TokenBucketRateLimiter stops = ConnectionLimits.Rate(200, 20);

    // An envelope may have 32 MiB: only so many are in memory at a time, the others wait.
    private readonly SemaphoreSlim coming = new(4, 4);
    private readonly SemaphoreSlim going = new(4, 4);

    private GateHost(Gate gate, TlsDoor? door, ILogger log) => (this.gate, this.door, this.log) = (gate, door, log);

    /// <summary>Runs a gate until it is cancelled.</summary>
    /// <param name="home">The gate's folder, as <see cref="GateHome.Create"/> made it.</param>
    /// <param name="socket">Where the socket goes; at most 107 bytes. What is there is replaced.</param>
    /// <param name="clock">The gate's clock.</param>
    /// <param name="cancel">Ends it; work that is cut off is taken up at the next start.</param>
    /// <param name="ready">Called once it listens.</param>
    /// <param name="logging">Where its log goes; by default JSON lines on standard error.</param>
    /// <param name="collectors">Makes the collectors that <c>gate.json</c> names.</param>
    /// <exception cref="InvalidDataException">The folder cannot be used.</exception>
    public static async Task Run(string home, string socket, TimeProvider clock, CancellationToken cancel, Action? ready = null, Action<ILoggingBuilder>? logging = null, MakeCollector? collectors = null)
    {
        var door = TlsDoor.Read(home);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        (logging ?? JsonOnStandardError)(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            ConnectionLimits.Apply(options, Envelope.Limit);
            options.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http1);
            door?.Open(options, home, clock);
        });
        await using var app = builder.Build();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Counterseal.Gate");
        await using var gate = Gate.Open(home, clock, log, collectors);
        using var host = new GateHost(gate, door, log);
        app.Run(host.Serve);
        File.Delete(socket);
        await app.StartAsync(cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(socket, GateHome.FileMode | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        await using var pages = PagesSettings.Read(home) is { } listen ? await PagesHost.Start(gate, listen, clock, log, cancel) : null;
        ready?.Invoke();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancel.Register(ended.SetResult))
            await ended.Task;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(patience.Token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        filings.Dispose();
        looks.Dispose();
        notes.Dispose();
        stops.Dispose();
        coming.Dispose();
        going.Dispose();
    }

    private async Task Serve(HttpContext http)
    {
        try
        {
            await Route(http, [.. (http.Request.Path.Value ?? "").Split('/').Skip(1)]);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            await Answer(http, gate.Refuse("", Refusal.Of(Refusal.Malformed, e.StatusCode == 413 ? "the body is too large" : "the request cannot be read", "/")));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception e)
        {
            GateLog.RequestFailed(log, e);
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private Task Route(HttpContext http, string[] path)
    {
        var (isGet, isPost) = (HttpMethods.IsGet(http.Request.Method), HttpMethods.IsPost(http.Request.Method));
        return path switch
        {
            ["healthz"] when isGet => Look(http, async () => await gate.Health(http.RequestAborted)),
            ["gate"] when isGet => Look(http, () => Task.FromResult(gate.About())),
            ["tally", var period] when isGet && Whole(period) is >= 0 and <= int.MaxValue and var of => Look(http, () => Task.FromResult(IsDesk(http) ? gate.TallySums((int)of) : Plainly(Refusal.Of(Refusal.NotTheDesk, "this needs the desk's credential", "Authorization")))),
            ["plans"] when isPost => Plan(http),
            ["orders"] when isGet => Look(http, () => Task.FromResult(gate.List())),
            ["orders"] when isPost => FileOrder(http),
            ["orders", var digest] when isGet && Shape.IsHex(digest, 32) => Look(http, () => WithEnvelope(http, going, () => Task.FromResult(gate.Show(digest, IsDesk(http))))),
            ["orders", var digest, "approvals"] when isPost && Shape.IsHex(digest, 32) => Note(http, notes, note => gate.Approve(digest, note, http.RequestAborted)),
            ["stops"] when isPost => Note(http, stops, note => gate.TakeStop(note, CancellationToken.None)),
            ["lifts"] when isPost => Note(http, notes, note => gate.TakeLift(note, http.RequestAborted)),
            ["clocks"] when isPost => Note(http, notes, note => gate.TakeClock(note, http.RequestAborted)),
            ["rosters"] when isPost => Note(http, notes, note => gate.SignRoster(note, http.RequestAborted)),
            ["rosters", "halts"] when isPost => Note(http, stops, note => gate.HaltRoster(note, http.RequestAborted)),
            ["directory"] when isPost => Note(http, notes, note => Task.FromResult(gate.TakeDirectory(note))),
            ["revocations"] when isPost => Note(http, stops, note => gate.TakeRevocation(note, CancellationToken.None)),
            ["previews", var digest] when isPost && Shape.IsHex(digest, 32) => Note(http, notes, note => gate.Look(digest, note, http.RequestAborted)),
            ["previews", var digest, "records"] when isGet && Shape.IsHex(digest, 32) => Look(http, () => Task.FromResult(gate.PreviewIndex(digest, Viewing(http), Whole(http.Request.Query["from"])))),
            ["previews", var digest, "records", var record] when isGet && Shape.IsHex(digest, 32) => Look(http, () => Task.FromResult(gate.PreviewRecord(digest, Viewing(http), Whole(record)))),
            ["packages", var digest, var name] when isGet && Shape.IsHex(digest, 32) => Package(http, digest, name),
            _ => Answer(http, Refusal.Of(Refusal.Unknown, "there is no such address", "/")),
        };
    }

    private async Task FileOrder(HttpContext http)
    {
        using var lease = filings.AttemptAcquire();
        if (!lease.IsAcquired)
            await Answer(http, Busy());
        else if (!IsDesk(http))
            await Answer(http, Refusal.Of(Refusal.NotTheDesk, "this needs the desk's credential", "Authorization"));
        else
            await Answer(http, await WithEnvelope(http, coming, async () => await gate.File(await Body(http, Envelope.Limit), http.Request.Query["wait"] != "no", http.RequestAborted)));
    }

    private async Task Plan(HttpContext http)
    {
        using var lease = filings.AttemptAcquire();
        if (!lease.IsAcquired)
            await Answer(http, Busy());
        else if (!IsDesk(http))
            await Answer(http, Refusal.Of(Refusal.NotTheDesk, "this needs the desk's credential", "Authorization"));
        else
            await Answer(http, await WithEnvelope(http, coming, async () => gate.Plan(await Body(http, Order.Limit))));
    }

    private static async Task<GateAnswer> WithEnvelope(HttpContext http, SemaphoreSlim envelopes, Func<Task<GateAnswer>> answer)
    {
        await envelopes.WaitAsync(http.RequestAborted);
        try
        {
            return await answer();
        }
        finally
        {
            envelopes.Release();
        }
    }

    private static async Task Note(HttpContext http, TokenBucketRateLimiter limiter, Func<ReadOnlyMemory<byte>, Task<GateAnswer>> take)
    {
        using var lease = limiter.AttemptAcquire();
        if (!lease.IsAcquired)
            await Answer(http, Busy());
        else
            await Answer(http, await take(await Body(http, NoteLines.Limit)));
    }

    private async Task Look(HttpContext http, Func<Task<GateAnswer>> look)
    {
        using var lease = looks.AttemptAcquire();
        if (lease.IsAcquired)
            await Answer(http, await look());
        else
            await Answer(http, Busy());
    }

    /// <summary>Hands out a sealed file, whole or one range of it. Whether it may still leave is asked again for every megabyte.</summary>
    private async Task Package(HttpContext http, string digest, string name)
    {
        using var lease = looks.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            await Answer(http, Busy());
            return;
        }
        if (!IsDesk(http))
        {
            await Answer(http, Refusal.Of(Refusal.NotTheDesk, "this needs the desk's credential", "Authorization"));
            return;
        }
        var (path, refusal) = await gate.Package(digest, name, http.RequestAborted);
        if (path is null)
        {
            await Answer(http, gate.Refuse(digest, refusal!));
            return;
        }
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        if (RangeOf(http.Request.Headers.Range, file.Length) is not { } range)
        {
            http.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            http.Response.Headers.ContentRange = "bytes */" + file.Length.ToString(CultureInfo.InvariantCulture);
            return;
        }
        if (range.From == 0)
            gate.NoteServed(digest, name);
        if (range.IsPart)
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.From}-{range.End - 1}/{file.Length}");
        }
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = range.End - range.From;
        http.Response.Headers.AcceptRanges = "bytes";
        file.Position = range.From;
        var block = new byte[Block];
        for (var left = range.End - range.From; left > 0;)
        {
            var read = await file.ReadAsync(block.AsMemory(0, (int)Math.Min(Block, left)), http.RequestAborted);
            if (read == 0 || (await gate.Package(digest, name, http.RequestAborted)).Path is null)
            {
                http.Abort();
                return;
            }
            await http.Response.Body.WriteAsync(block.AsMemory(0, read), http.RequestAborted);
            left -= read;
        }
    }

    /// <summary>One range of bytes; anything but a single <c>bytes=from-[to]</c> asks for the whole.</summary>
    private static (long From, long End, bool IsPart)? RangeOf(string? header, long length)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.Ordinal) || header.Split('-') is not [var first, var last])
            return (0, length, false);
        if (!long.TryParse(first.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var from))
            return (0, length, false);
        var to = length - 1;
        if (last.Length > 0 && !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out to))
            return (0, length, false);
        return from >= length || to < from ? null : (from, Math.Min(to + 1, length), true);
    }

    private bool IsDesk(HttpContext http) =>
        TlsDoor.Caller(http, door) is null or "desk" && http.Request.Headers.Authorization.ToString() is { Length: < 512 } value && value.StartsWith("Bearer ", StringComparison.Ordinal) && gate.IsDesk(value[7..]);

    /// <summary>The token of a viewing, or empty.</summary>
    private static string Viewing(HttpContext http) =>
        http.Request.Headers.Authorization.ToString() is { Length: < 512 } value && value.StartsWith("Viewing ", StringComparison.Ordinal) ? value[8..] : "";

    /// <summary>A number from an address; 0 where there is none, -1 where it is not one.</summary>
    private static long Whole(string? text) => string.IsNullOrEmpty(text) ? 0 : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>The body, of at most so many bytes.</summary>
    /// <exception cref="Microsoft.AspNetCore.Http.BadHttpRequestException">It is larger.</exception>
    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext http, int limit)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        using var body = new MemoryStream(Math.Clamp((int)(http.Request.ContentLength ?? 0), 0, limit));
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static GateAnswer Plainly(Refusal refusal) => new(refusal.Status, refusal.Json());

    private static Task Answer(HttpContext http, Refusal refusal) => Answer(http, Plainly(refusal));

    private static async Task Answer(HttpContext http, GateAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Json.Length;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(answer.Json, http.RequestAborted);
    }

    private static Refusal Busy() => Refusal.Of(Refusal.Busy, "too many requests", "/");

    private static void JsonOnStandardError(ILoggingBuilder logging) => logging
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddJsonConsole()
        .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
}
