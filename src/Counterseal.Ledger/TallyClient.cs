using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Counterseal.Ledger;

/// <summary>What writers and readers say to the tally of a ledger process. Checkpoints and leaves are verified; the rest is for writers, who believe their ledger.</summary>
public sealed class TallyClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>A client.</summary>
    /// <param name="address">As <see cref="LedgerClient"/> takes it.</param>
    /// <param name="log">The event log's keys; the tally's are the same under its own name.</param>
    /// <param name="credential">The writer's credential, or <c>null</c> for a reader.</param>
    /// <param name="own">The own key for mutual TLS; needed where the address has a pin.</param>
    /// <exception cref="FormatException">Not such an address, or its pin asks for an own key.</exception>
    public TallyClient(string address, LogKeys log, string? credential, TlsKey? own = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        Log = TallyReader.Keys(log);
        http = PartAddress.ParsePublic(address).Client(own);
        http.Timeout = TimeSpan.FromSeconds(60);
        http.MaxResponseContentBufferSize = 8 << 20;
        if (credential is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
    }

    /// <summary>The tally's keys.</summary>
    public LogKeys Log { get; }

    /// <summary>Reserves an index.</summary>
    /// <exception cref="HttpRequestException">The ledger cannot be reached, or has no room.</exception>
    /// <exception cref="LedgerException">Refused, or the ledger has no tally.</exception>
    public async Task<TallyReservation> Reserve(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "tally/reservations");
        var said = Json(await Send(request, cancel) ?? throw new LedgerException("the ledger has no tally"));
        return Shaped(() => new TallyReservation((long)said["index"]!, (int)said["period"]!, DateTimeOffset.Parse((string)said["at"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)));
    }

    /// <summary>Sends a leaf for its index; the same bytes again ask how it stands.</summary>
    /// <exception cref="HttpRequestException">The ledger cannot be reached; the caller sends the very same again.</exception>
    /// <exception cref="LedgerException">It is no leaf for this index.</exception>
    public async Task<TallyStanding> Deliver(long index, byte[] leaf, CancellationToken cancel)
    {
        using var body = new ByteArrayContent(leaf);
        using var request = new HttpRequestMessage(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"tally/leaves/{index}")) { Content = body };
        try
        {
            var said = Encoding.UTF8.GetString(await Send(request, cancel) ?? throw new LedgerException("the ledger has no tally"));
            return said == "logged" ? TallyStanding.Logged : said == "waiting" ? TallyStanding.Waiting : throw new LedgerException("the ledger's answer is none of the tally's protocol");
        }
        catch (LedgerException e) when (e.IsConflict)
        {
            return TallyStanding.Lapsed;
        }
    }

    /// <summary>The published plan.</summary>
    public async Task<byte[]> Plan(CancellationToken cancel) => await Get("tally/plan", cancel) ?? throw new LedgerException("the ledger has no tally");

    /// <summary>The periods that have leaves.</summary>
    public async Task<IReadOnlyList<TallyPeriod>> Periods(CancellationToken cancel)
    {
        var said = Json(await Get("tally/periods", cancel) ?? throw new LedgerException("the ledger has no tally"));
        return Shaped(() => (IReadOnlyList<TallyPeriod>)[.. said.AsArray().Select(one => new TallyPeriod((int)one!["period"]!, (long)one["from"]!, (long)one["to"]!, Convert.FromHexString((string)one["root"]!), (bool)one["over"]!))]);
    }

    /// <summary>What the covers of a period add up to, as the ledger says it; <c>null</c> when the period has no leaf.</summary>
    public Task<byte[]?> Sums(int period, CancellationToken cancel) => Get(string.Create(CultureInfo.InvariantCulture, $"tally/sums/{period}"), cancel);

    /// <summary>The latest signed checkpoint's bytes, verified.</summary>
    /// <exception cref="LedgerException">The answer is no checkpoint of this tally.</exception>
    public async Task<byte[]> Checkpoint(CancellationToken cancel)
    {
        var answer = await Get("tally/checkpoint", cancel) ?? throw new LedgerException("the ledger has no tally");
        return Shaped(() =>
        {
            _ = Ledger.Checkpoint.Open(answer, Log);
            return answer;
        });
    }

    /// <summary>What everybody may read under a name (<c>plan</c>, <c>checkpoint</c>, <c>tile/…</c>), not verified; <c>null</c> when there is none.</summary>
    public Task<byte[]?> Read(string name, CancellationToken cancel) => Get("tally/" + name, cancel);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<byte[]?> Get(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Send(request, cancel);
    }

    private async Task<byte[]?> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var response = await http.SendAsync(request, cancel);
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            if (response.IsSuccessStatusCode)
                return body;
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            var says = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500))).Trim();
            if ((int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
                throw new HttpRequestException($"the ledger cannot answer now ({(int)response.StatusCode}): {says}", null, response.StatusCode);
            throw new LedgerException($"the ledger refuses ({(int)response.StatusCode}): {says}", response.StatusCode == HttpStatusCode.Conflict);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException("the ledger did not answer in time", e);
        }
    }

    private static JsonNode Json(byte[] answer) => Shaped(() => JsonNode.Parse(answer, documentOptions: new() { MaxDepth = 8 }) ?? throw new FormatException("null"));

    private static T Shaped<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new LedgerException($"the ledger's answer does not verify: {e.Message}");
        }
    }
}
