using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterseal.Ledger;

/// <summary>
/// The ledger's protocol over HTTP: reading as C2SP tlog-tiles has it (<c>/checkpoint</c>, <c>/tile/…</c>), the same with cosignatures (<c>/cosigned</c>), <c>/proof</c> and <c>/consistency</c>
/// for those who do not want to work with tiles, and <c>POST /append</c> for writers. Errors are one line of plain text.
/// </summary>
public static partial class LedgerServer
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Maps the endpoints.</summary>
    /// <param name="app">A web application.</param>
    /// <param name="log">The log. It stays the caller's to dispose.</param>
    /// <param name="writers">Who may append.</param>
    /// <param name="door">The door for other hosts: who comes in by it appends only under the name that its key has.</param>
    /// <param name="cosigning">The cosignatures by the log's witnesses; <c>null</c> where it has none.</param>
    public static void Map(IEndpointRouteBuilder app, Log log, IReadOnlyList<LedgerWriter> writers, TlsDoor? door = null, Cosigning? cosigning = null)
    {
        var logger = app.ServiceProvider.GetService<ILoggerFactory>()?.CreateLogger("Counterseal.Ledger") ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/checkpoint", reading, context => Give(context, cosigning?.Checkpoint() ?? log.SignedCheckpoint));
        app.MapMethods("/cosigned", reading, context => cosigning?.Cosigned is { } note ? Give(context, note) : Say(context, 404, "no checkpoint of this log has enough cosignatures yet"));
        app.MapMethods("/cosigned/proof/{index}", reading, context => CosignedProof(context, cosigning, logger));
        app.MapMethods("/tile/{**rest}", reading, context => TileFile(context, log));
        app.MapMethods("/proof/{index}", reading, context => Proof(context, log, logger));
        app.MapMethods("/consistency/{from}/{to}", reading, context => Consistency(context, log, logger));
        app.MapMethods("/healthz", reading, context => Say(context, log.Failure is null ? 200 : 503, log.Failure?.Message ?? "ok"));
        app.MapPost("/append", context => Append(context, log, writers, door, logger));
    }

    private static Task Give(HttpContext context, byte[] signed)
    {
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentType = PlainText;
        context.Response.ContentLength = signed.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(signed).AsTask();
    }

    private static async Task TileFile(HttpContext context, Log log)
    {
        if (Tile.Parse("tile/" + context.Request.RouteValues["rest"]) is not { } tile)
        {
            await Say(context, 400, "not a tile's path: /tile/<level or \"entries\">/<index>[.p/<width>]");
            return;
        }
        if (log.TileFile(tile) is not { } file)
        {
            await Say(context, 404, tile.IsFull || !tile.IsIn(log.Latest.Size) ? "no checkpoint of this log implies this tile" : "this tile has grown since; ask for the full tile, or the partial of the present checkpoint");
            return;
        }
        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = tile.Size;
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.SendFileAsync(file, 0, tile.Size, context.RequestAborted);
    }

    private static async Task Proof(HttpContext context, Log log, ILogger logger)
    {
        if (Number(context, "index") is not { } index)
            await Say(context, 400, "an index is a decimal number without leading zeros");
        else if (index >= log.Latest.Size)
            await Say(context, 404, $"the log has {log.Latest.Size} leaves, counted from 0");
        else
            await Answer(context, logger, () => log.Prove(index).Text());
    }

    private static async Task CosignedProof(HttpContext context, Cosigning? cosigning, ILogger logger)
    {
        if (Number(context, "index") is not { } index)
            await Say(context, 400, "an index is a decimal number without leading zeros");
        else if (cosigning?.Cosigned is not { } note || index >= Ledger.Checkpoint.Read(SignedNote.Parse(note).Text).Size)
            await Say(context, 404, "no cosigned checkpoint of this log covers that leaf yet");
        else
            await Answer(context, logger, () => cosigning.Prove(index)!.Text());
    }

    private static async Task Consistency(HttpContext context, Log log, ILogger logger)
    {
        if (Number(context, "from") is not { } from || Number(context, "to") is not { } to || from < 1 || from > to)
            await Say(context, 400, "two sizes are wanted, 1 ≤ from ≤ to");
        else if (to > log.Latest.Size)
            await Say(context, 404, $"the log has {log.Latest.Size} leaves");
        else
            await Answer(context, logger, () => string.Concat(log.Consistency(from, to).Select(hash => Convert.ToBase64String(hash) + "\n")));
    }

    private static async Task Append(HttpContext context, Log log, IReadOnlyList<LedgerWriter> writers, TlsDoor? door, ILogger logger)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = 1024; // More than a leaf, because Kestrel counts the framing of a chunked body too.
        // A credential that was copied from another host opens nothing without that host's key.
        if (Caller(context, writers, door) is not { } writer)
        {
            RefusedCredential(logger);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Say(context, 401, "appending takes the credential of a writer: Authorization: Bearer …");
            return;
        }
        var body = new byte[Leaf.Size + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length != Leaf.Size)
        {
            await Say(context, 400, $"a leaf is {Leaf.Size} bytes: a tag of 32 and a commitment of 32");
            return;
        }
        try
        {
            var proof = await log.Append(new Leaf(body.AsSpan(0, 32), body.AsSpan(32, 32)), context.RequestAborted);
            Appended(logger, writer.Name, proof.Index);
            await Say(context, 200, proof.Text());
        }
        catch (LedgerException e) when (e.IsConflict)
        {
            RefusedConflict(logger, writer.Name, e.Message);
            await Say(context, 409, e.Message);
        }
        catch (IOException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            Failed(logger, e);
            await Say(context, 503, "the log cannot take this now; nothing was acknowledged");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The writer went away. The leaf may be in the log; the writer will send the very same again.
            Abandoned(logger, writer.Name);
        }
    }

    private static async Task Answer(HttpContext context, ILogger logger, Func<string> text)
    {
        string answer;
        try
        {
            answer = text();
        }
        catch (IOException e)
        {
            Failed(logger, e);
            await Say(context, 503, "the log's tiles cannot be read; its operator should check it");
            return;
        }
        context.Response.Headers.CacheControl = "no-cache";
        await Say(context, 200, answer);
    }

    /// <summary>Who writes, by credential and, from another host, by that host's key as well.</summary>
    internal static LedgerWriter? Caller(HttpContext context, IReadOnlyList<LedgerWriter> writers, TlsDoor? door) =>
        Writer(context, writers) is { } writer && (context.Connection.ClientCertificate is null || TlsDoor.Caller(context, door) == writer.Name) ? writer : null;

    private static LedgerWriter? Writer(HttpContext context, IReadOnlyList<LedgerWriter> writers)
    {
        const string scheme = "Bearer ";
        var given = context.Request.Headers.Authorization;
        return given.Count == 1 && given[0] is { Length: < 300 } one && one.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? LedgerWriter.Find(writers, one[scheme.Length..].Trim())
            : null;
    }

    private static long? Number(HttpContext context, string name) => Ledger.Checkpoint.Decimal(context.Request.RouteValues[name] as string);

    private static async Task Say(HttpContext context, int status, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(status == 200 ? text : text + "\n");
        context.Response.StatusCode = status;
        context.Response.ContentType = PlainText;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    [LoggerMessage(1, LogLevel.Debug, "appended leaf {Index} for {Writer}")]
    private static partial void Appended(ILogger logger, string writer, long index);

    [LoggerMessage(2, LogLevel.Warning, "refused an append without a writer's credential")]
    private static partial void RefusedCredential(ILogger logger);

    [LoggerMessage(3, LogLevel.Warning, "refused an append by {Writer}: {Why}")]
    private static partial void RefusedConflict(ILogger logger, string writer, string why);

    [LoggerMessage(4, LogLevel.Critical, "the log failed")]
    private static partial void Failed(ILogger logger, Exception failure);

    [LoggerMessage(5, LogLevel.Information, "{Writer} went away before its answer")]
    private static partial void Abandoned(ILogger logger, string writer);
}
