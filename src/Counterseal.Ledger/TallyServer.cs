using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Ledger;

/// <summary>
/// The tally over HTTP, beside the event log: <c>/tally/checkpoint</c>, <c>/tally/tile/…</c>, <c>/tally/plan</c> and <c>/tally/periods</c> for everybody; <c>POST /tally/reservations</c>, <c>PUT /tally/leaves/N</c> for
/// writers, and <c>/tally/sums/P</c> for the desk, which makes the report. Errors are one line of plain text.
/// </summary>
public static class TallyServer
{
    /// <summary>A leaf of the largest schema fits.</summary>
    private const int MostLeaf = 16 << 10;

    /// <summary>Maps the endpoints.</summary>
    public static void Map(IEndpointRouteBuilder app, TallySlots tally, IReadOnlyList<LedgerWriter> writers, TlsDoor? door)
    {
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/tally/checkpoint", reading, context => Bytes(context, "text/plain; charset=utf-8", "no-cache", tally.Signed));
        app.MapMethods("/tally/plan", reading, context => Bytes(context, "application/json", "no-cache", tally.Plan.ToArray()));
        app.MapMethods("/tally/tile/{**rest}", reading, context => Tile.Parse("tile/" + context.Request.RouteValues["rest"]) is not { } tile ? Say(context, 400, "not a tile's path")
            : tally.Tile(tile) is { } bytes ? Bytes(context, "application/octet-stream", "public, max-age=31536000, immutable", bytes) : Say(context, 404, "no checkpoint of this tally implies this tile, or the partial of an older one is gone"));
        app.MapMethods("/tally/periods", reading, context => Bytes(context, "application/json", "no-cache", JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. tally.Periods().Select(one => new JsonObject
        {
            ["period"] = one.Period,
            ["from"] = one.From,
            ["to"] = one.To,
            ["root"] = Convert.ToHexStringLower(one.Root),
            ["over"] = one.Over,
        })]))));
        app.MapMethods("/tally/consistency/{from}/{to}", reading, Consistency);
        app.MapPost("/tally/reservations", context => Writing(context, writer =>
        {
            var made = tally.Reserve(writer.Name);
            return Bytes(context, "application/json", "no-store", JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["index"] = made.Index, ["period"] = made.Period, ["at"] = made.At.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture) }));
        }));
        app.MapPut("/tally/leaves/{index}", context => Writing(context, writer => Leaf(context, writer)));
        app.MapGet("/tally/sums/{period:int}", context => Writing(context, writer => writer.Name != "desk" ? Say(context, 403, "the desk makes the report, and it alone is told this")
            : tally.Sums(int.Parse((string)context.Request.RouteValues["period"]!, System.Globalization.CultureInfo.InvariantCulture)) is { } sums ? Bytes(context, "application/json", "no-store", sums) : Say(context, 404, "this period has no leaf")));

        async Task Writing(HttpContext context, Func<LedgerWriter, Task> write)
        {
            if (LedgerServer.Caller(context, writers, door) is not { } writer)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                await Say(context, 401, "this takes the credential of a writer: Authorization: Bearer …");
                return;
            }
            try
            {
                await write(writer);
            }
            catch (LedgerException e)
            {
                await Say(context, 400, e.Message);
            }
            catch (IOException e) when (!context.RequestAborted.IsCancellationRequested)
            {
                await Say(context, 503, e.Message);
            }
        }

        async Task Leaf(HttpContext context, LedgerWriter writer)
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = MostLeaf;
            if (Checkpoint.Decimal(context.Request.RouteValues["index"] as string) is not { } index)
            {
                await Say(context, 400, "an index is a decimal number without leading zeros");
                return;
            }
            var body = new byte[MostLeaf];
            var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
            var bytes = body[..length];
            var standing = await Task.Run(() => tally.Deliver(writer.Name, index, bytes));
            await Say(context, standing == TallyStanding.Lapsed ? 409 : 200, standing.ToString().ToLowerInvariant());
        }

        async Task Consistency(HttpContext context)
        {
            var (from, to) = (Checkpoint.Decimal(context.Request.RouteValues["from"] as string), Checkpoint.Decimal(context.Request.RouteValues["to"] as string));
            if (from is not >= 1 || to is null || from > to || to > tally.Latest.Size)
                await Say(context, 400, "two sizes are wanted, 1 ≤ from ≤ to ≤ the tally's size");
            else
                await Say(context, 200, string.Concat(tally.Consistency(from.Value, to.Value).Select(hash => Convert.ToBase64String(hash) + "\n")));
        }
    }

    private static Task Say(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return Bytes(context, "text/plain; charset=utf-8", "no-store", Encoding.UTF8.GetBytes(status == 200 ? text : text + "\n"));
    }

    private static async Task Bytes(HttpContext context, string type, string cache, byte[] bytes)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = cache;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
