using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Desk;

/// <summary>What the gate said of an order.</summary>
/// <param name="Order">The order's digest.</param>
/// <param name="State"><c>waiting</c>, <c>working</c>, <c>deleting</c>, <c>done</c>, <c>refused</c> or <c>unknown</c>.</param>
/// <param name="Have">Approvals so far, where it said.</param>
/// <param name="Need">Approvals needed, where it said.</param>
/// <param name="Result">The result's JSON when done.</param>
/// <param name="Refusal">The refusal.</param>
public sealed record GateAnswer(string Order, string State, int? Have, int? Need, JsonElement? Result, GateRefusal? Refusal)
{
    /// <summary>How far it is, while it works.</summary>
    public GateProgress? Progress { get; init; }
}

/// <summary>How far an order is.</summary>
/// <param name="Records">Records collected.</param>
/// <param name="Bytes">Bytes collected.</param>
/// <param name="Read">Bytes of the sources read.</param>
/// <param name="OfBytes">Of how many, as far as the sources can say; 0 where they cannot.</param>
/// <param name="StartedAt">Since when it works, or works again.</param>
public sealed record GateProgress(long Records, long Bytes, long Read, long OfBytes, DateTimeOffset StartedAt)
{
    /// <summary>How long it takes at the pace so far; <c>null</c> where nothing says so.</summary>
    public TimeSpan? Left(DateTimeOffset now) => Read > 0 && OfBytes >= Read && now > StartedAt ? (now - StartedAt) * ((double)(OfBytes - Read) / Read) : null;
}

/// <summary>A refusal of the gate, in its words.</summary>
/// <param name="Code">E.g. <c>beyond-law</c>.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Where">Where.</param>
/// <param name="Rule">By which rule.</param>
/// <param name="Next">What to do.</param>
public sealed record GateRefusal(string Code, string What, string? Where, string? Rule, string? Next)
{
    /// <summary>Whether the very same order will never be carried out. Anything else may pass: the ledger comes back, a stop is lifted, a better approval comes.</summary>
    public bool IsFinal => Code is "malformed" or "wrong-gate" or "wrong-original" or "not-in-ledger" or "wrong-event" or "wider-than-decided"
        or "beyond-law" or "wrong-plan" or "wrong-recipient" or "expired" or "too-long" or "already-released";
}

/// <summary>The desk's line to the gate, over its Unix socket or by mutual TLS; speaks <c>docs/gate-protocol.md</c> and knows none of the gate's code.</summary>
public sealed class GateLink : IDisposable
{
    private const int MostAnswer = 40 << 20;
    private static readonly JsonSerializerOptions Lenient = new(LawJson.Options)
    {
        // Results may gain members; what the desk does not know it does not record.
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    private readonly HttpClient http;

    /// <summary>A link.</summary>
    /// <param name="address"><c>unix:/path</c>, or <c>https://host:port#PIN</c> (mutual TLS).</param>
    /// <param name="credential">The desk's credential at the gate.</param>
    /// <param name="own">The desk's key for mutual TLS; needed where the address has a pin.</param>
    /// <exception cref="FormatException">Not such an address, or its pin asks for an own key.</exception>
    public GateLink(string address, string credential, TlsKey? own = null)
    {
        http = PartAddress.Parse(address).Client(own);
        http.Timeout = TimeSpan.FromMinutes(2);
        http.MaxResponseContentBufferSize = MostAnswer;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
    }

    /// <summary>Files an order with its proof; the same order again adds its approvals and changes nothing else.</summary>
    /// <exception cref="DeskException"><c>gate-away</c>.</exception>
    public Task<GateAnswer> File(string order, JsonObject envelope, CancellationToken cancel) =>
        Ask(order, HttpMethod.Post, "orders", new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(envelope)), "application/json", cancel);

    /// <summary>The digest of the queries that the gate would run for a scope; <c>null</c> when it cannot be reached, or makes no plans.</summary>
    public async Task<string?> Plan(OrderKind kind, Scope scope, CancellationToken cancel)
    {
        var body = Canon.Bytes(new JsonObject { ["kind"] = Life.Word(kind), ["scope"] = JsonSerializer.SerializeToNode(scope, LawJson.Options) });
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "plans") { Content = new ByteArrayContent(body) };
            using var response = await http.SendAsync(request, cancel);
            if (response.StatusCode != HttpStatusCode.OK)
                return null;
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel), new JsonDocumentOptions { MaxDepth = 32 });
            return Text(document.RootElement, "plan");
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>What the gate's leaves of a tally's period add up to.</summary>
    /// <exception cref="DeskException"><c>gate-away</c> or <c>gate-refused</c>.</exception>
    public async Task<byte[]> Tally(int period, CancellationToken cancel)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(FormattableString.Invariant($"tally/{period}"), UriKind.Relative), cancel);
            return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync(cancel)
                : throw new DeskException("gate-refused", $"the gate gives no sum of its leaves ({(int)response.StatusCode})", "give the gate the tally's plan: counterseal tally adopt");
        }
        catch (HttpRequestException away)
        {
            throw Away(away);
        }
    }

    /// <summary>How an order stands.</summary>
    /// <exception cref="DeskException"><c>gate-away</c>.</exception>
    public Task<GateAnswer> Ask(string order, CancellationToken cancel) => Ask(order, HttpMethod.Get, "orders/" + order, null, null, cancel);

    /// <summary>Passes on one approval, a signed note.</summary>
    /// <exception cref="DeskException"><c>gate-away</c>.</exception>
    public Task<GateAnswer> Approve(string order, byte[] note, CancellationToken cancel) =>
        Ask(order, HttpMethod.Post, $"orders/{order}/approvals", new ByteArrayContent(note), "text/plain", cancel);

    /// <summary>A file of a sealed package, as the gate streams it.</summary>
    /// <param name="order">The order's digest.</param>
    /// <param name="file">A volume's name, or <c>NAME.counterseal</c>.</param>
    /// <param name="range">A <c>Range</c> header to pass on, or <c>null</c> for the whole file.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="DeskException"><c>gate-away</c> or <c>gate-refused</c>.</exception>
    public async Task<PackageFile> Package(string order, string file, string? range, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"packages/{order}/{file}");
            if (range is not null)
                request.Headers.TryAddWithoutValidation("Range", range);
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException away)
        {
            throw Away(away);
        }
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
        {
            var headers = response.Content.Headers;
            return new PackageFile(await response.Content.ReadAsStreamAsync(cancel), headers.ContentLength, headers.ContentRange?.ToString());
        }
        using (response)
        {
            var answer = Read(order, response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancel));
            throw new DeskException("gate-refused", answer.Refusal?.What ?? $"the gate has no {file} ({(int)response.StatusCode})", answer.Refusal?.Next ?? "poll the demand, then try again");
        }
    }

    /// <summary>Reads a result into a record; members that the desk does not know are left out.</summary>
    /// <exception cref="DeskException"><c>gate-refused</c>: not the protocol's shape.</exception>
    internal static T Result<T>(GateAnswer answer)
    {
        try
        {
            return answer.Result!.Value.Deserialize<T>(Lenient)!;
        }
        catch (Exception no) when (no is JsonException or InvalidOperationException)
        {
            throw new DeskException("gate-refused", $"the gate's result for order {answer.Order} is not of the protocol's shape: {no.Message}", "the gate and the desk are of different versions; update both");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<GateAnswer> Ask(string order, HttpMethod method, string path, HttpContent? content, string? type, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            if (type is not null)
                content!.Headers.ContentType = new MediaTypeHeaderValue(type);
            using var response = await http.SendAsync(request, cancel);
            return Read(order, response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancel));
        }
        catch (HttpRequestException away)
        {
            throw Away(away);
        }
        catch (OperationCanceledException away) when (!cancel.IsCancellationRequested)
        {
            throw Away(away);
        }
    }

    private static GateAnswer Read(string order, HttpStatusCode status, byte[] body)
    {
        if (status == HttpStatusCode.Unauthorized)
            throw new DeskException("gate-refused", "the gate does not know the desk's credential", "check gateCredential in desk.json");
        JsonElement said;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            said = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            said = default;
        }
        if (said.ValueKind != JsonValueKind.Object)
            return status == HttpStatusCode.NotFound
                ? new GateAnswer(order, "unknown", null, null, null, null)
                : throw new DeskException("gate-away", $"the gate answered {(int)status} without the protocol's JSON", "look at the gate's log, then try again");
        if (Text(said, "refused") is "unknown")
            return new GateAnswer(order, "unknown", null, null, null, null);
        if (Text(said, "refused") is "not-the-desk")
            throw new DeskException("gate-refused", "the gate does not know the desk's credential", "check gateCredential in desk.json");
        if (Text(said, "refused") is { } code)
            return new GateAnswer(order, Text(said, "state") ?? "refused", Number(said, "have"), Number(said, "need"), null, new GateRefusal(code, Text(said, "what") ?? code, Text(said, "where"), Text(said, "rule"), Text(said, "next")));
        if (status == HttpStatusCode.NotFound)
            return new GateAnswer(order, "unknown", null, null, null, null);
        return new GateAnswer(
            order, Text(said, "state") ?? "unknown", Number(said, "have"), Number(said, "need"),
            said.TryGetProperty("result", out var result) ? result : null, null)
        {
            Progress = said.TryGetProperty("progress", out var progress) ? ProgressOf(progress) : null,
        };
    }

    private static GateProgress? ProgressOf(JsonElement said)
    {
        try
        {
            return said.Deserialize<GateProgress>(Lenient);
        }
        catch (JsonException)
        {
            // It is for people who wait, and no reason to stop.
            return null;
        }
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static DeskException Away(Exception because) =>
        new("gate-away", $"the gate cannot be reached ({because.Message}); the order is kept and will be filed, with the queries that the gate then names", "start the gate; polling files the order again");
}

/// <summary>A file of a package, being streamed.</summary>
/// <param name="Content">Its bytes; the caller disposes it.</param>
/// <param name="Length">Bytes to come, where the gate said.</param>
/// <param name="Range">The gate's <c>Content-Range</c>, when only a part was asked for.</param>
public sealed record PackageFile(Stream Content, long? Length, string? Range);
