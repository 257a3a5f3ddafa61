using System.Net.Http.Headers;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What the gate answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The answer; a refusal has the member <c>refused</c>.</param>
public sealed record GateReply(int Status, JsonElement Json)
{
    /// <summary>The refusal's code, or <c>null</c>.</summary>
    public string? Refused => Status >= 400 && Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("refused", out var code) ? code.GetString() : null;

    /// <summary>The order's state, or <c>null</c>.</summary>
    public string? State => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("state", out var state) ? state.GetString() : null;
}

/// <summary>Speaks to a gate over its Unix socket or, from another host, by mutual TLS: what reviewers, stoppers and operators use. The desk has a client of its own in its own room.</summary>
public sealed class GateClient : IDisposable
{
    private const int LargestAnswer = 64 << 20;
    private readonly HttpClient http;

    /// <summary>A client.</summary>
    /// <param name="address"><c>unix:/path</c>, or <c>https://host:port#PIN</c> (mutual TLS).</param>
    /// <param name="credential">The desk's credential, or <c>null</c> for people, whose notes carry their own proof.</param>
    /// <param name="own">The own key for mutual TLS; needed where the address has a pin.</param>
    /// <exception cref="FormatException">Not such an address, or its pin asks for an own key.</exception>
    public GateClient(string address, string? credential = null, TlsKey? own = null)
    {
        http = PartAddress.Parse(address).Client(own);
        http.MaxResponseContentBufferSize = LargestAnswer;
        http.Timeout = TimeSpan.FromMinutes(2);
        if (credential is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
    }

    /// <summary>Files an envelope.</summary>
    public Task<GateReply> File(byte[] envelope, bool wait, CancellationToken cancel) => Post(wait ? "orders" : "orders?wait=no", envelope, cancel);

    /// <summary>Where an order stands; with the whole envelope while it waits.</summary>
    public Task<GateReply> Show(string digest, CancellationToken cancel) => Get($"orders/{digest}", cancel);

    /// <summary>What waits.</summary>
    public Task<GateReply> List(CancellationToken cancel) => Get("orders", cancel);

    /// <summary>The gate's name, key, epoch and books.</summary>
    public Task<GateReply> About(CancellationToken cancel) => Get("gate", cancel);

    /// <summary>Whether it can work.</summary>
    public Task<GateReply> Health(CancellationToken cancel) => Get("healthz", cancel);

    /// <summary>Sends a reviewer's approval.</summary>
    public Task<GateReply> Approve(string digest, byte[] note, CancellationToken cancel) => Post($"orders/{digest}/approvals", note, cancel);

    /// <summary>Sends a stop.</summary>
    public Task<GateReply> Stop(byte[] note, CancellationToken cancel) => Post("stops", note, cancel);

    /// <summary>Sends a lift.</summary>
    public Task<GateReply> Lift(byte[] note, CancellationToken cancel) => Post("lifts", note, cancel);

    /// <summary>Sends what a quorum has signed about the gate's clock.</summary>
    public Task<GateReply> Clock(byte[] note, CancellationToken cancel) => Post("clocks", note, cancel);

    /// <summary>Sends the revocation of a directory entry.</summary>
    public Task<GateReply> Revoke(byte[] note, CancellationToken cancel) => Post("revocations", note, cancel);

    /// <summary>Opens a preview with a viewer's note; the answer has the listing and, as <c>viewing</c>, the token for the records.</summary>
    public Task<GateReply> Look(string digest, byte[] note, CancellationToken cancel) => Post($"previews/{digest}", note, cancel);

    /// <summary>How long each record of a preview is, from one on.</summary>
    public Task<GateReply> PreviewIndex(string digest, string viewing, long from, CancellationToken cancel) =>
        Get($"previews/{digest}/records?from={from.ToString(System.Globalization.CultureInfo.InvariantCulture)}", cancel, viewing);

    /// <summary>One record of a preview.</summary>
    public Task<GateReply> PreviewRecord(string digest, string viewing, long record, CancellationToken cancel) =>
        Get($"previews/{digest}/records/{record.ToString(System.Globalization.CultureInfo.InvariantCulture)}", cancel, viewing);

    /// <summary>Shows the gate a directory entry, so that it knows the authority's own stops.</summary>
    public Task<GateReply> Directory(byte[] note, CancellationToken cancel) => Post("directory", note, cancel);

    /// <summary>Fetches a package's file into a stream; the desk's credential is needed.</summary>
    /// <returns>The refusal, or <c>null</c> when all of it came.</returns>
    /// <exception cref="HttpRequestException">The gate broke off, e.g. because a stop came.</exception>
    public async Task<GateReply?> Fetch(string digest, string name, Stream into, CancellationToken cancel)
    {
        using var response = await http.GetAsync(new Uri($"packages/{digest}/{name}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
            return await Reply(response, cancel);
        await response.Content.CopyToAsync(into, cancel);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<GateReply> Get(string path, CancellationToken cancel, string? viewing = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (viewing is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Viewing", viewing);
        using var response = await http.SendAsync(request, cancel);
        return await Reply(response, cancel);
    }

    private async Task<GateReply> Post(string path, byte[] body, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(body);
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancel);
        return await Reply(response, cancel);
    }

    private static async Task<GateReply> Reply(HttpResponseMessage response, CancellationToken cancel)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancel);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return new GateReply((int)response.StatusCode, document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return new GateReply((int)response.StatusCode, default);
        }
    }
}
