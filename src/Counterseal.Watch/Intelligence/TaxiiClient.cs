using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>What a fetch from a TAXII server may cost at most.</summary>
public sealed record TaxiiLimits
{
    /// <summary>Pages.</summary>
    public int Pages { get; init; } = 10_000;

    /// <summary>Bytes of all pages.</summary>
    public long Bytes { get; init; } = 4L << 30;

    /// <summary>Bytes of an answer that is not a page of objects.</summary>
    public int Resource { get; init; } = 4 << 20;

    /// <summary>Time for all pages.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Time for one answer, from the request to its last byte.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Objects asked for in one page.</summary>
    public int PageSize { get; init; } = 1000;
}

/// <summary>How a fetch ended.</summary>
public enum TaxiiEnd
{
    /// <summary>The server said that there is no more.</summary>
    LastPage,

    /// <summary>A limit was reached or the server goes in circles; what came before is used.</summary>
    Bound,

    /// <summary>The server failed or answered something else; what came before is used.</summary>
    Failed,
}

/// <summary>What a fetch brought.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Pages">Pages that came.</param>
/// <param name="Objects">Objects on them.</param>
/// <param name="Added">When the last object that came was added, for the next fetch's <c>added_after</c>; <c>null</c> where the server does not say.</param>
/// <param name="What">One sentence for people.</param>
public sealed record TaxiiFetch(TaxiiEnd End, int Pages, long Objects, string? Added, string What);

/// <summary>A collection on a TAXII server.</summary>
/// <param name="Root">Its API root.</param>
/// <param name="Id">Its identifier.</param>
/// <param name="Title">Its title.</param>
/// <param name="CanRead">We may read it.</param>
public sealed record TaxiiCollection(Uri Root, string Id, string Title, bool CanRead);

/// <summary>Something that a TAXII server should not have answered, or that did not come.</summary>
/// <param name="what">One sentence.</param>
/// <param name="inner">The cause.</param>
public sealed class TaxiiException(string what, Exception? inner = null) : Exception(what, inner);

/// <summary>A client of TAXII 2.1: discovery (4.1), API roots (4.2), collections (5.1), objects (5.4) page by page (3.4, 3.5).</summary>
public sealed class TaxiiClient : IDisposable
{
    private const string MediaType = "application/taxii+json";
    private readonly HttpClient http;
    private readonly TaxiiLimits limits;
    private readonly TimeProvider clock;
    private readonly AuthenticationHeaderValue? credential;
    private readonly Uri server;

    /// <summary>A client.</summary>
    /// <param name="server">The server's address; <c>https</c>, or <c>http</c> on this machine only.</param>
    /// <param name="credential">What is sent as Authorization, to this server only; or <c>null</c>.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="TaxiiException">The address cannot be used.</exception>
    public TaxiiClient(Uri server, AuthenticationHeaderValue? credential = null, TaxiiLimits? limits = null, TimeProvider? clock = null)
    {
        if (!server.IsAbsoluteUri || !(server.Scheme == Uri.UriSchemeHttps || (server.Scheme == Uri.UriSchemeHttp && server.IsLoopback)))
            throw new TaxiiException($"A TAXII server is reached by https:// (http:// on this machine only), not by {server}.");
        this.server = server;
        this.credential = credential;
        this.limits = limits ?? new();
        this.clock = clock ?? TimeProvider.System;
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, ConnectTimeout = TimeSpan.FromSeconds(20) }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The API roots that the server offers (4.1).</summary>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="TaxiiException">It could not be read.</exception>
    public async Task<IReadOnlyList<Uri>> Discover(CancellationToken cancel = default)
    {
        using var json = await Resource(new(server, "/taxii2/"), cancel);
        return [.. JsonText.Members(json.RootElement, "api_roots").Select(root => Uri.TryCreate(server, root.EndsWith('/') ? root : root + "/", out var uri) ? uri : null).OfType<Uri>()];
    }

    /// <summary>The collections of an API root (5.1).</summary>
    /// <param name="root">The API root.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="TaxiiException">It could not be read.</exception>
    public async Task<IReadOnlyList<TaxiiCollection>> Collections(Uri root, CancellationToken cancel = default)
    {
        using var json = await Resource(new(root, "collections/"), cancel);
        var collections = new List<TaxiiCollection>();
        foreach (var c in JsonText.Items(json.RootElement, "collections"))
        {
            if (JsonText.Member(c, "id") is not { } id) continue;
            collections.Add(new(root, id, JsonText.Member(c, "title") ?? id, c.TryGetProperty("can_read", out var read) && read.ValueKind == JsonValueKind.True));
        }

        return collections;
    }

    /// <summary>Reads a collection from an instant on, to its last page or to a limit. What came is handed over however it ends.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="addedAfter">Objects added later than this; the last fetch's <see cref="TaxiiFetch.Added"/>, or <c>null</c> for all.</param>
    /// <param name="feed">The operator's name of the feed.</param>
    /// <param name="into">Takes what was read.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<TaxiiFetch> Fetch(TaxiiCollection collection, string? addedAfter, string feed, Intelligence into, CancellationToken cancel = default)
    {
        var reader = new StixReader(feed, into, new FeedLimits { Bytes = limits.Bytes + 1 });
        var started = clock.GetTimestamp();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? next = null, added = null;
        int pages = 0, empty = 0;
        long objects = 0, bytes = 0;
        TaxiiFetch Ended(TaxiiEnd end, string what)
        {
            reader.Finish();
            if (end != TaxiiEnd.LastPage) into.Remarks.Add(RemarkKind.Dropped, collection.Title, 1, "", what);
            return new(end, pages, objects, added, what);
        }

        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                if (pages >= limits.Pages) return Ended(TaxiiEnd.Bound, string.Create(CultureInfo.InvariantCulture, $"After {pages} pages the server still had more; reading stopped there. Raise the limit if the collection is that large."));
                if (bytes >= limits.Bytes) return Ended(TaxiiEnd.Bound, string.Create(CultureInfo.InvariantCulture, $"After {bytes} bytes the server still had more; reading stopped there. Raise the limit if the collection is that large."));
                var left = limits.Time - clock.GetElapsedTime(started);
                if (left <= TimeSpan.Zero) return Ended(TaxiiEnd.Bound, string.Create(CultureInfo.InvariantCulture, $"After {limits.Time.TotalSeconds:0} seconds the server still had more; reading stopped there."));

                var query = string.Create(CultureInfo.InvariantCulture, $"?limit={limits.PageSize}") + (addedAfter is null ? "" : "&added_after=" + Uri.EscapeDataString(addedAfter)) + (next is null ? "" : "&next=" + Uri.EscapeDataString(next));
                using var timer = new CancellationTokenSource(left < limits.Answer ? left : limits.Answer, clock);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
                StixReader.Page page;
                try
                {
                    using var answer = await Get(new(collection.Root, $"collections/{Uri.EscapeDataString(collection.Id)}/objects/{query}"), both.Token);
                    await using var body = new Counted(await answer.Content.ReadAsStreamAsync(both.Token), limits.Bytes - bytes, both.Token);
                    var name = string.Create(CultureInfo.InvariantCulture, $"{collection.Title}, page {pages + 1}");
                    page = await Task.Run(() => reader.Read(body, name, both.Token), both.Token);
                    bytes += body.Taken;
                    if (body.Over) return Ended(TaxiiEnd.Bound, string.Create(CultureInfo.InvariantCulture, $"The answers come to more than {limits.Bytes} bytes; reading stopped there. Raise the limit if the collection is that large."));
                    if (page.Whole && answer.Headers.TryGetValues("X-TAXII-Date-Added-Last", out var last) && StixTime.TryRead(last.First(), out _)) added = last.First();
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    return Ended(TaxiiEnd.Bound, "The server took longer than the time allowed; what came before is used.");
                }

                pages++;
                objects += page.Objects;
                if (!page.Whole) return Ended(TaxiiEnd.Failed, string.Create(CultureInfo.InvariantCulture, $"Page {pages} is cut off; what came before is used, and the next fetch asks from the same instant again."));
                if (!page.More) return Ended(TaxiiEnd.LastPage, string.Create(CultureInfo.InvariantCulture, $"{objects} objects on {pages} pages."));
                if (page.Next is null) return Ended(TaxiiEnd.Failed, "The server says that there is more, and not how to ask for it (TAXII 2.1, 3.5: next).");
                if (!seen.Add(page.Next)) return Ended(TaxiiEnd.Bound, "The server goes in circles: it names the same next page a second time. Reading stopped there.");
                empty = page.Objects == 0 ? empty + 1 : 0;
                if (empty >= 3) return Ended(TaxiiEnd.Bound, "Three pages in a row were empty and the server still said that there is more. Reading stopped there.");
                next = page.Next;
            }
        }
        catch (TaxiiException e)
        {
            return Ended(TaxiiEnd.Failed, e.Message);
        }
        catch (HttpRequestException e)
        {
            return Ended(TaxiiEnd.Failed, $"The server cannot be reached: {e.Message}");
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> Get(Uri address, CancellationToken cancel)
    {
        // An API root may lie elsewhere; the credential does not follow.
        var home = address.Scheme == server.Scheme && address.Authority == server.Authority;
        if (!home && !(address.Scheme == Uri.UriSchemeHttps || address.IsLoopback)) throw new TaxiiException($"The server points to {address}, which is not https.");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd(MediaType + ";version=2.1");
        if (home) request.Headers.Authorization = credential;
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        try
        {
            if ((int)answer.StatusCode is >= 300 and < 400)
                throw new TaxiiException($"The server answered {(int)answer.StatusCode} and points to {answer.Headers.Location}; redirects are not followed. Use that address if it is right.");
            if (!answer.IsSuccessStatusCode)
                throw new TaxiiException($"The server answered {(int)answer.StatusCode} for {address.AbsolutePath}" + (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "; check the credential." : "."));
            if (answer.Content.Headers.ContentType?.MediaType is not (MediaType or "application/json" or "application/stix+json"))
                throw new TaxiiException($"The server answered with {answer.Content.Headers.ContentType?.ToString() ?? "no content type"} for {address.AbsolutePath}; {MediaType} is expected (TAXII 2.1, 1.6.8).");
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task<JsonDocument> Resource(Uri address, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(limits.Answer, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            using var answer = await Get(address, both.Token);
            await using var body = new Counted(await answer.Content.ReadAsStreamAsync(both.Token), limits.Resource, both.Token);
            using var whole = new MemoryStream();
            await Task.Run(() => body.CopyTo(whole), both.Token);
            if (body.Over) throw new TaxiiException(string.Create(CultureInfo.InvariantCulture, $"The answer for {address.AbsolutePath} has more than {limits.Resource} bytes."));
            return JsonDocument.Parse(whole.ToArray());
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TaxiiException($"The server did not answer in time for {address.AbsolutePath}.", e);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            throw new TaxiiException($"The answer for {address.AbsolutePath} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>An answer's bytes, counted, cut off at a limit, and given up when time is.</summary>
    private sealed class Counted(Stream inner, long most, CancellationToken cancel) : Stream
    {
        public long Taken { get; private set; }

        public bool Over { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Taken; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            // The reader is synchronous; only the asynchronous read can be given up in the middle.
            var read = inner.ReadAsync(buffer.AsMemory(offset, count), cancel).AsTask().GetAwaiter().GetResult();
            if (Taken + read > most)
            {
                Over = true;
                read = (int)(most - Taken);
            }

            Taken += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
