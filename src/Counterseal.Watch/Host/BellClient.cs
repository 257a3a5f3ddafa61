using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Counterseal.Watch;

/// <summary>What the desk's pages and the command ask of a running bell, over its staff socket.</summary>
public sealed class BellClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>A client of a bell.</summary>
    /// <param name="socket">The staff socket's path.</param>
    public BellClient(string socket) => http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var to = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await to.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(to, ownsSocket: true);
            }
            catch
            {
                to.Dispose();
                throw;
            }
        },
    })
    { BaseAddress = new Uri("http://bell/"), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Findings: open ones first, then by how bad and how sure; at most 1,000.</summary>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public Task<IReadOnlyList<FindingRow>> Findings(CancellationToken cancel) => Get<IReadOnlyList<FindingRow>>("findings", cancel)!;

    /// <summary>One finding whole; <c>null</c> when there is none.</summary>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public Task<FindingFile?> Finding(string id, CancellationToken cancel) => Get<FindingFile>($"findings/{Uri.EscapeDataString(id)}", cancel);

    /// <summary>Confirms a finding.</summary>
    /// <exception cref="RecordException">It may not be; says why.</exception>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public Task<FindingFile?> Confirm(string id, string by, string reason, CancellationToken cancel) => Post<FindingFile>($"findings/{Uri.EscapeDataString(id)}/confirm", JsonContent.Create(new BellStaff.Said(by, reason), options: WatchJson.Options), cancel);

    /// <summary>Dismisses a finding.</summary>
    /// <exception cref="RecordException">It may not be; says why.</exception>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public Task<FindingFile?> Dismiss(string id, string by, string reason, CancellationToken cancel) => Post<FindingFile>($"findings/{Uri.EscapeDataString(id)}/dismiss", JsonContent.Create(new BellStaff.Said(by, reason), options: WatchJson.Options), cancel);

    /// <summary>Notices: unreachable ones first, then by when they are due; at most 1,000.</summary>
    public Task<IReadOnlyList<NoticeRow>> Notices(CancellationToken cancel) => Get<IReadOnlyList<NoticeRow>>("notices", cancel)!;

    /// <summary>The figures.</summary>
    public Task<WatchFigures> Figures(CancellationToken cancel) => Get<WatchFigures>("figures", cancel)!;

    /// <summary>The feeds; read again first where <paramref name="again"/>.</summary>
    public async Task<FeedsReport> Feeds(bool again, CancellationToken cancel) => (again ? await Post<FeedsReport>("feeds", null, cancel) : await Get<FeedsReport>("feeds", cancel))!;

    /// <summary>Holds kept events against the present indicators.</summary>
    public Task<HuntResult> Hunt(DateTimeOffset since, CancellationToken cancel) => Post<HuntResult>($"hunt?since={Uri.EscapeDataString(since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))}", null, cancel)!;

    /// <summary>One round now: evidence becomes findings, what is due is told.</summary>
    public Task<RoundResult> Round(CancellationToken cancel) => Post<RoundResult>("round", null, cancel)!;

    /// <summary>Whether a code is one of ours: yes, no, or <c>null</c> when too many were tried from there.</summary>
    public async Task<bool?> Check(string code, IPAddress client, CancellationToken cancel) =>
        (await Post<BellStaff.Answered>("check", JsonContent.Create(new BellStaff.Asked(code, client.ToString()), options: WatchJson.Options), cancel))!.Ours;

    /// <summary>The notices of one account, for the customer's own page.</summary>
    /// <param name="account">The account that signed in.</param>
    /// <param name="administers">The customer that it administers, or <c>null</c>.</param>
    /// <param name="language">The reader's language.</param>
    /// <param name="cancel">Ends the asking.</param>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public async Task<IReadOnlyList<Banner>> Banners(string account, string? administers, string? language, CancellationToken cancel) =>
        (await Post<IReadOnlyList<Banner>>("customer/banners", Of(new(account, administers, language)), cancel))!;

    /// <summary>A notice was shown to its reader after sign-in.</summary>
    /// <exception cref="RecordException">There is no such notice for that account.</exception>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public Task Opened(string account, string? administers, string notice, CancellationToken cancel) => Post<BellStaff.Answered>("customer/opened", Of(new(account, administers, Notice: notice)), cancel);

    /// <summary>Whether a code typed after sign-in is of a notice to this account.</summary>
    /// <exception cref="HttpRequestException">The bell does not answer.</exception>
    public async Task<bool> CheckSignedIn(string account, string? administers, string code, CancellationToken cancel) =>
        (await Post<BellStaff.Answered>("customer/code", Of(new(account, administers, Code: code)), cancel))!.Ours == true;

    private static JsonContent Of(BellStaff.OfCustomer asked) => JsonContent.Create(asked, options: WatchJson.Options);

    /// <summary>How far a source is read.</summary>
    public Task<FeedPosition> Position(string source, CancellationToken cancel) => Get<FeedPosition>($"position?source={Uri.EscapeDataString(source)}", cancel);

    /// <summary>Hands over a part of a file: whole lines from a position on.</summary>
    /// <param name="source">Under which name the position is kept; empty to keep none.</param>
    /// <param name="form">The form's name, or the mapping file's name.</param>
    /// <param name="mapping">The mapping file, or empty.</param>
    /// <param name="header">The file's first line where a mapping needs it and it was read before, or empty.</param>
    /// <param name="from">Where the part begins.</param>
    /// <param name="lines">Writes mapping, header and lines.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<TakenPart> Take(string source, string form, long mapping, long header, FeedPosition from, HttpContent lines, CancellationToken cancel) =>
        Post<TakenPart>(string.Create(CultureInfo.InvariantCulture, $"take?source={Uri.EscapeDataString(source)}&form={Uri.EscapeDataString(form)}&mapping={mapping}&header={header}&lines={from.Lines}&bytes={from.Bytes}"), lines, cancel)!;

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<T?> Get<T>(string path, CancellationToken cancel)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        return await Read<T>(response, cancel);
    }

    private async Task<T?> Post<T>(string path, HttpContent? body, CancellationToken cancel)
    {
        using (body)
        using (var response = await http.PostAsync(new Uri(path, UriKind.Relative), body, cancel))
            return await Read<T>(response, cancel);
    }

    private static async Task<T?> Read<T>(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadFromJsonAsync<T>(WatchJson.Options, cancel);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return default;
        if (response.StatusCode == HttpStatusCode.Conflict)
            throw new RecordException((await response.Content.ReadFromJsonAsync<BellStaff.Refusal>(WatchJson.Options, cancel))!.What);
        throw new HttpRequestException($"the bell answers {(int)response.StatusCode}", null, response.StatusCode);
    }
}
