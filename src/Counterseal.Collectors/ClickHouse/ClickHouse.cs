using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>
/// ClickHouse over its HTTP interface: the operator's query with parameters that the server binds (<c>{account:String}</c>), under <c>readonly=1</c>. The answer is awaited whole by the server before it sends any of it, so that
/// an error comes instead of a part that looks whole.
/// </summary>
internal sealed class ClickHouse : ICollector
{
    private const int LongestRow = 16 << 20;
    private readonly CollectorSettings _settings;
    private readonly Uri _address;
    private readonly string _user;
    private readonly TimesAs _times;
    private readonly Lazy<HttpClient> _http;

    public ClickHouse(CollectorSettings settings)
    {
        settings.Only("address", "user", "database", "times");
        (_settings, _times) = (settings, RowReading.Times(settings));
        if (!Uri.TryCreate(settings.Need("address"), UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            throw settings.Wrong("\"address\" is https://…, or http on this machine");
        _address = address;
        _user = settings.Settings.GetValueOrDefault("user", "default");
        QueryTemplate.Check(settings, '{');
        _http = new(() => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None }) { Timeout = Timeout.InfiniteTimeSpan });
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public string? FindText(SelectorKind kind) => _settings.Find.TryGetValue(kind, out var query) ? Shown(query) : null;

    /// <inheritdoc/>
    public string? ReadText(DataCategory category) => _settings.Categories.TryGetValue(category, out var of) ? Shown(of.Query!) : null;

    /// <inheritdoc/>
    public RowFields Fields(DataCategory category) => _settings.Categories.TryGetValue(category, out var of) ? of.Fields : RowFields.None;

    /// <inheritdoc/>
    public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run)
    {
        var all = new List<AccountsOf>();
        foreach (var selector in selectors)
        {
            run.Cancel.ThrowIfCancellationRequested();
            run.Ran(FindText(selector.Kind)!, QueryPlan.Of(selector));
            var parameters = new Dictionary<string, string> { ["value"] = selector.Value };
            if (selector.Kind == SelectorKind.IpAddress)
            {
                parameters["port"] = selector.Port!.Value.ToString(CultureInfo.InvariantCulture);
                parameters["at"] = Moment(selector.At!.Value);
            }
            var accounts = new List<string>();
            foreach (var row in Rows(_settings.Find[selector.Kind], parameters, run.Cancel))
            {
                if (row is not [{ Value: string account }]) throw new SourceException($"the collector \"{Name}\" finds accounts by a query that gives anything but one column of text");
                if (!accounts.Contains(account)) accounts.Add(account);
            }
            all.Add(new AccountsOf(accounts));
        }
        return all;
    }

    /// <inheritdoc/>
    public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
    {
        var rows = new RowReading(_settings, category, _times, zonelessIsUtc: false);
        var once = new OnceOnly(ranges);
        for (var i = 0; i < ranges.Count; i++)
        {
            run.Cancel.ThrowIfCancellationRequested();
            run.Ran(ReadText(category)!, QueryPlan.Of(account, ranges[i]));
            var parameters = new Dictionary<string, string> { ["account"] = account };
            if (category != DataCategory.Subscriber)
            {
                // The bounds of DateTime64; a bound finer than a microsecond goes outwards.
                parameters["from"] = Moment(ranges[i].From ?? new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero));
                parameters["to"] = Moment(ranges[i].To?.AddTicks(TimeSpan.TicksPerMicrosecond - 1) ?? new DateTimeOffset(2299, 12, 31, 23, 59, 59, TimeSpan.Zero));
            }
            foreach (var row in Rows(_settings.Categories[category].Query!, parameters, run.Cancel))
            {
                var record = rows.Read(row);
                if (once.Take(record, i)) yield return record;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_http.IsValueCreated) _http.Value.Dispose();
    }

    private static string Shown(string query) => "-- ClickHouse, readonly=1\n" + query;

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private IEnumerable<List<KeyValuePair<string, object?>>> Rows(string query, Dictionary<string, string> parameters, CancellationToken cancel)
    {
        var target = new StringBuilder("?readonly=1&wait_end_of_query=1");
        if (_settings.Settings.TryGetValue("database", out var database)) target.Append("&database=").Append(Uri.EscapeDataString(database));
        // The server reads a parameter's value as one field of its tab-separated form.
        foreach (var (name, value) in parameters)
            target.Append("&param_").Append(name).Append('=').Append(Uri.EscapeDataString(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal)));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, target.ToString())) { Content = new StringContent(query, Encoding.UTF8) };
        request.Headers.TryAddWithoutValidation("X-ClickHouse-User", _user);
        if (_settings.CredentialFile is not null) request.Headers.TryAddWithoutValidation("X-ClickHouse-Key", _settings.Credential());
        request.Headers.TryAddWithoutValidation("X-ClickHouse-Format", "JSONEachRow");
        using var response = Guarded(() => _http.Value.Send(request, HttpCompletionOption.ResponseHeadersRead, cancel));
        if (response.StatusCode != HttpStatusCode.OK)
            throw new SourceException($"the collector \"{Name}\": ClickHouse refused ({(int)response.StatusCode}{(response.Headers.TryGetValues("X-ClickHouse-Exception-Code", out var code) && int.TryParse(code.First(), out var number) ? $", exception {number}" : "")})");
        using var reader = new StreamReader(Guarded(() => response.Content.ReadAsStream(cancel)), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024);
        while (Guarded(reader.ReadLine) is { } line)
        {
            cancel.ThrowIfCancellationRequested();
            if (line.Length > LongestRow) throw new SourceException($"the collector \"{Name}\": a row of over 16 Mi characters");
            yield return Row(line);
        }
    }

    private List<KeyValuePair<string, object?>> Row(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return [.. document.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Value(member.Value)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An error that comes after rows stands among them as text.
            throw new SourceException($"the collector \"{Name}\": ClickHouse broke off, or gave a line that is no row");
        }
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.TryGetDecimal(out var number) ? number : value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : one.GetRawText()).ToList(),
        _ => value.GetRawText(),
    };

    private T Guarded<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or DecoderFallbackException)
        {
            throw new SourceException($"the collector \"{Name}\": ClickHouse cannot be reached, or broke off ({e.GetType().Name})");
        }
    }
}
