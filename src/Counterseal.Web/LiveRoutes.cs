using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Counterseal.Desk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>What the pages that listen are told from.</summary>
public sealed record LivePages
{
    /// <summary>Done when something was recorded, or after a while.</summary>
    public required Func<TimeSpan, CancellationToken, Task> Changed { get; init; }
    /// <summary>What happened to a demand after a version.</summary>
    public required Func<string, int, CancellationToken, Task<IReadOnlyList<Change>>> Of { get; init; }
    /// <summary>What happened after a leaf to demands that somebody sees.</summary>
    public required Func<Sight, long, CancellationToken, Task<IReadOnlyList<Change>>> After { get; init; }
    /// <summary>The last leaf recorded.</summary>
    public required Func<CancellationToken, Task<long>> Last { get; init; }
    /// <summary>Whether a demand is there and may be seen.</summary>
    public required Func<Sight, string, CancellationToken, Task<bool>> Sees { get; init; }
}

/// <summary>
/// Server-sent events for pages that are open: that somebody did something, and who; never what a demand holds, which the page then asks for as any page. Each has an id, so that a connection that was
/// dropped goes on where it was.
/// </summary>
internal static class LiveRoutes
{
    /// <summary>Browsers have six connections to an origin over HTTP/1.1; pages need some of them.</summary>
    private const int MostPerSession = 3;
    private const int LookBack = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Lets a page ask this face for its changes.</summary>
    public static void Listen(DeskFaceOptions options, HttpContext http)
    {
        if (options.Live is not null)
            http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.Listening;
    }

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages, LivePages live)
    {
        var streams = new ConcurrentDictionary<string, List<Listener>>(StringComparer.Ordinal);
        var stopping = app.Lifetime.ApplicationStopping;

        app.MapGet("/demands/{id}/live", (string id, HttpContext http) => Stream(http, async (sight, after, cancel) =>
            await live.Sees(sight, id, cancel) ? [.. (await live.Of(id, (int)Math.Clamp(after, 0, int.MaxValue), cancel)).Select(one => (one, (long)one.Version))] : null));
        app.MapGet("/live", (HttpContext http) =>
        {
            // Leaves may become visible a little out of order: one looks back a little, and those told already are not told again.
            var (told, first) = (new HashSet<long>(), true);
            return Stream(http, async (sight, after, cancel) =>
            {
                var all = await live.After(sight, Math.Max(-1, after - LookBack), cancel);
                if (first)
                    told.UnionWith(all.Select(one => one.Leaf).Where(leaf => leaf <= after));
                first = false;
                told.RemoveWhere(leaf => leaf < after - (2 * LookBack));
                return [.. all.Where(one => told.Add(one.Leaf)).Select(one => (one, Math.Max(one.Leaf, after)))];
            });
        });

        async Task Stream(HttpContext http, Func<Sight, long, CancellationToken, Task<IReadOnlyList<(Change Change, long Id)>?>> news)
        {
            var visitor = Visitor.Needed(http);
            if (visitor.Session is not { } session || !http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            {
                http.Response.StatusCode = StatusCodes.Status406NotAcceptable;
                http.Response.ContentType = "text/plain; charset=utf-8";
                await http.Response.WriteAsync("This is a stream of server-sent events, for the desk's own pages.\n");
                return;
            }
            using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
            var mine = new Listener(over);
            Enter(streams, session.Id, mine);
            try
            {
                http.Response.ContentType = "text/event-stream";
                http.Response.Headers["X-Accel-Buffering"] = "no";
                await http.Response.WriteAsync("retry: 2000\n\n", over.Token);
                await http.Response.Body.FlushAsync(over.Token);
                var after = Began(http);
                while (!over.IsCancellationRequested)
                {
                    // Asked before one looks: what is recorded in between ends the wait at once.
                    var changed = live.Changed(Patience, over.Token);
                    var person = await pages.Options.Accounts.Stands(session, over.Token);
                    // The browser asks again by itself: with the session's new name after a step-up, and otherwise it is told no as any page is.
                    if (person is null || !AccessTable.Find(Door.Desk, "GET", "/live")!.Lets(person) || await news((await pages.Options.Accounts.Now(over.Token)).SightOf(person.Account), after, over.Token) is not { } found)
                        break;
                    foreach (var (change, id) in found)
                    {
                        after = Math.Max(after, id);
                        var data = JsonSerializer.Serialize(new { change.By, change.Type, change.Demand, change.Version, At = Law.Instant.Text(change.At), Own = change.By == person.Name }, JsonSerializerOptions.Web);
                        await http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {after}\nevent: change\ndata: {data}\n\n"), over.Token);
                    }
                    if (found.Count == 0)
                        await http.Response.WriteAsync(":\n\n", over.Token);
                    await http.Response.Body.FlushAsync(over.Token);
                    await changed;
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // The page was left, the desk ends, or another page of the session took its place, and then it is told so that it does not come back at once.
                if (mine.Enough && !http.RequestAborted.IsCancellationRequested && !stopping.IsCancellationRequested)
                    await http.Response.WriteAsync("event: enough\ndata: {}\n\n", http.RequestAborted);
            }
            finally
            {
                Leave(streams, session.Id, mine);
            }
        }
    }

    /// <summary>Where the page stands: what the browser says after a broken connection, or what the page's address said.</summary>
    private static long Began(HttpContext http)
    {
        var said = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : http.Request.Query["after"].ToString();
        return long.TryParse(said, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var after) && after >= -1 ? after : 0;
    }

    private static void Enter(ConcurrentDictionary<string, List<Listener>> streams, string session, Listener one)
    {
        // Sessions that listen no more are forgotten now and then; their names are few.
        if (streams.Count > 1000)
        {
            foreach (var (name, _) in streams.Where(other => other.Value.Count == 0).ToList())
                streams.TryRemove(name, out _);
        }
        var mine = streams.GetOrAdd(session, _ => []);
        lock (mine)
        {
            mine.Add(one);
            // The oldest goes: its tab is the one that is not looked at.
            if (mine.Count > MostPerSession)
            {
                var oldest = mine[0];
                mine.RemoveAt(0);
                oldest.Enough = true;
                oldest.Over.Cancel();
            }
        }
    }

    private static void Leave(ConcurrentDictionary<string, List<Listener>> streams, string session, Listener one)
    {
        if (!streams.TryGetValue(session, out var mine))
            return;
        lock (mine)
        {
            mine.Remove(one);
        }
    }

    private sealed class Listener(CancellationTokenSource over)
    {
        public CancellationTokenSource Over => over;
        public bool Enough { get; set; }
    }
}
