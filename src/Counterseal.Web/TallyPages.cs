using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>Where the public pages have the tally from.</summary>
/// <param name="Read">The bytes of <c>plan</c>, <c>checkpoint</c> or <c>tile/…</c>; <c>null</c> where there is none. Throws <see cref="HttpRequestException"/> when the ledger does not answer.</param>
/// <param name="Log">The event log's key.</param>
public sealed record TallySource(Func<string, CancellationToken, Task<byte[]?>> Read, LogKeys Log);

/// <summary>The tally on the public face: what it proves, its files, and the check of a party's own demand, which works without JavaScript.</summary>
internal static class TallyPages
{
    public static void Map(WebApplication app, FaceGround ground, TallySource source)
    {
        var reader = new TallyReader(source.Read, source.Log.Now);
        app.MapGet("/tally", () => Page(200, null, null));
        app.MapPost("/tally", async Task<IResult> (HttpContext http) =>
        {
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = OwnDemand.Limit + 4096;
            if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > OwnDemand.Limit + 4096)
                return Page(413, null, Said(http, "totals.wrong.large"), ours: true);
            try
            {
                var form = await http.Request.ReadFormAsync(new FormOptions { ValueLengthLimit = OwnDemand.Limit, BufferBodyLengthLimit = OwnDemand.Limit + 4096, MultipartBodyLengthLimit = OwnDemand.Limit + 4096 }, http.RequestAborted);
                byte[] bytes;
                if (form.Files["file"] is { Length: > 0 } file)
                {
                    using var memory = new MemoryStream();
                    await file.CopyToAsync(memory, http.RequestAborted);
                    bytes = memory.ToArray();
                }
                else
                {
                    bytes = System.Text.Encoding.UTF8.GetBytes(form["receipt"].ToString());
                }
                return Page(200, await OwnDemand.Check(bytes, reader, source.Log, http.RequestAborted), null);
            }
            catch (Exception wrong) when (wrong is FormatException or LedgerException or InvalidDataException)
            {
                return Page(422, null, wrong.Message);
            }
            catch (Exception away) when (away is HttpRequestException or IOException)
            {
                http.Response.Headers.RetryAfter = "30";
                return Page(503, null, Said(http, "totals.wrong.away"), ours: true);
            }
        }).RequireRateLimiting(FaceLimits.Check);
        foreach (var name in (string[])["plan", "checkpoint"])
            app.MapGet("/tally/" + name, async Task<IResult> (HttpContext http) => await File(http, name, name == "plan" ? "application/json" : "text/plain; charset=utf-8", "no-cache"));
        app.MapGet("/tally/tile/{**rest}", async Task<IResult> (string? rest, HttpContext http) => Tile.Parse("tile/" + rest) is { } tile
            ? await File(http, tile.Path, "application/octet-stream", "public, max-age=604800, immutable") : None(http));

        async Task<IResult> File(HttpContext http, string name, string type, string cache)
        {
            byte[]? bytes;
            try
            {
                bytes = await source.Read(name, http.RequestAborted);
            }
            catch (Exception away) when (away is HttpRequestException or IOException or LedgerException)
            {
                http.Response.Headers.RetryAfter = "5";
                return Results.Text("The ledger does not answer. Try again in a few seconds.\n", statusCode: 503);
            }
            if (bytes is null)
                return None(http);
            // Read by verifiers on other origins; it is public and the same for everybody.
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            http.Response.Headers.CacheControl = cache;
            return Results.Bytes(bytes, type);
        }

        RazorComponentResult Page(int status, OwnDemandVerdict? verdict, string? wrong, bool ours = false) =>
            FacePage.Of<TallyPage>(ground.Frame(Face.Public), status, new() { [nameof(TallyPage.Verdict)] = verdict, [nameof(TallyPage.Wrong)] = wrong, [nameof(TallyPage.IsOurs)] = ours });

        static string Said(HttpContext http, string name) => http.RequestServices.GetRequiredService<Reader>().Say(name);

        RazorComponentResult None(HttpContext http) => PublicRefusal.Of(http, ground, 404, "tally");
    }
}
