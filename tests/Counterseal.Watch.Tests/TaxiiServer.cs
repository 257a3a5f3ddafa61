using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Counterseal.Watch.Tests;

/// <summary>A small TAXII 2.1 server in the test's own process, with collections that behave and collections that do not.</summary>
internal sealed class TaxiiServer : IAsyncDisposable
{
    public const string Media = "application/taxii+json;version=2.1";
    private readonly WebApplication app;

    private TaxiiServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    /// <summary>Each request's path and query, Accept and Authorization.</summary>
    public List<(string Path, string Accept, string Authorization)> Asked { get; } = [];

    /// <summary>When object n of the collection <c>good</c> was added.</summary>
    public static string Added(int n) => StixTime.Write(new DateTimeOffset(2026, 1, 1, 0, 0, n, TimeSpan.Zero));

    public static async Task<TaxiiServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new TaxiiServer(app);
        app.Use(async (context, next) =>
        {
            lock (server.Asked) server.Asked.Add((context.Request.Path + context.Request.QueryString, context.Request.Headers.Accept.ToString(), context.Request.Headers.Authorization.ToString()));
            await next();
        });
        app.MapGet("/taxii2/", () => Json("""{"title":"test","api_roots":["/api1/","https://elsewhere.example/api/"]}"""));
        app.MapGet("/api1/collections/", () => Json("""{"collections":[{"id":"good","title":"Good","can_read":true,"can_write":false},{"id":"closed","title":"Closed","can_read":false},{"title":"no id"}]}"""));
        app.MapGet("/api1/collections/{id}/objects/", server.Objects);
        app.MapGet("/big/collections/", () => Json("{\"collections\":[" + new string(' ', 5 << 20) + "]}"));
        app.MapGet("/broken/collections/", () => Json("{\"collections\":["));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static IResult Json(string text) => Results.Text(text, Media);

    private static string Domain(string name) => Feed.Indicator(name, $"[domain-name:value = 'd{name}.example']");

    private async Task Objects(HttpContext context, string id)
    {
        var at = int.TryParse(context.Request.Query["next"], out var n) ? n : 0;
        async Task Answer(string text, string? last = null, int status = 200, string type = Media)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            if (last is not null) context.Response.Headers["X-TAXII-Date-Added-Last"] = last;
            await context.Response.WriteAsync(text);
        }

        string Page(string objects, bool more, string? next) => $$"""{"more":{{(more ? "true" : "false")}}{{(next is null ? "" : $",\"next\":\"{next}\"")}},"objects":[{{objects}}]}""";
        switch (id)
        {
            case "good":
                // Ten objects, four on a page, whatever limit was asked for; added_after as TAXII 2.1, 5.4 has it.
                var after = context.Request.Query["added_after"].ToString();
                var all = Enumerable.Range(0, 10).Where(i => after.Length == 0 || string.CompareOrdinal(Added(i), after) > 0).ToList();
                var page = all.Skip(at).Take(4).ToList();
                await Answer(Page(string.Join(',', page.Select(i => Domain(i.ToString(CultureInfo.InvariantCulture)))), at + 4 < all.Count, at + 4 < all.Count ? (at + 4).ToString(CultureInfo.InvariantCulture) : null), page.Count > 0 ? Added(page[^1]) : null);
                break;
            case "endless":
                await Answer(Page(Domain(at.ToString(CultureInfo.InvariantCulture)), true, (at + 1).ToString(CultureInfo.InvariantCulture)), Added(at % 60));
                break;
            case "circle":
                await Answer(Page(Domain(at.ToString(CultureInfo.InvariantCulture)), true, ((at + 1) % 3).ToString(CultureInfo.InvariantCulture)));
                break;
            case "empty":
                await Answer(Page("", true, (at + 1).ToString(CultureInfo.InvariantCulture)));
                break;
            case "nonext":
                await Answer(Page(Domain("1"), true, null));
                break;
            case "fails":
                if (at == 0) await Answer(Page(Domain("1"), true, "1"), Added(1));
                else await Answer("""{"title":"out of order"}""", status: 503);
                break;
            case "html":
                await Answer("<html>sign in</html>", type: "text/html");
                break;
            case "moved":
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = "https://elsewhere.example/";
                break;
            case "secret":
                if (context.Request.Headers.Authorization == "Basic dTpw") await Answer(Page(Domain("1"), false, null));
                else await Answer("{}", status: 401);
                break;
            case "cut":
                if (at == 0) await Answer(Page(Domain("1"), true, "1"), Added(1));
                else await Answer(Page(Domain("2") + "," + Domain("3"), false, null)[..^60], Added(3));
                break;
            case "aborts":
                context.Response.ContentType = Media;
                await context.Response.WriteAsync(Page(Domain("1") + "," + Domain("2"), false, null)[..^60]);
                await context.Response.Body.FlushAsync();
                // What was sent must have arrived; an abort at once may overtake it.
                await Task.Delay(300);
                context.Abort();
                break;
            case "stream":
                // One answer that never ends: objects for ever.
                context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
                context.Response.ContentType = Media;
                await context.Response.WriteAsync("{\"objects\":[");
                var block = string.Concat(Enumerable.Range(0, 200).Select(i => Domain(i.ToString(CultureInfo.InvariantCulture)) + ",")) + new string(' ', 100_000);
                while (!context.RequestAborted.IsCancellationRequested) await context.Response.WriteAsync(block, context.RequestAborted);
                break;
            case "slow":
                context.Response.ContentType = Media;
                await context.Response.WriteAsync("{\"objects\":[" + Domain("1") + ",");
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.WriteAsync(" ", context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await Task.Delay(50, context.RequestAborted);
                }

                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }
}
