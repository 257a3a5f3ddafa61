using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors.Tests;

/// <summary>
/// ClickHouse over HTTP. No ClickHouse runs here: a small server of the test's own looks at each request as ClickHouse's documentation has it, and answers from a list. That a real one answers alike is not shown by this.
/// </summary>
public class ClickHouseTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 5, 6, 0, 0, TimeSpan.Zero);
    private const string Read = "SELECT id, toUnixTimestamp64Milli(at) AS ms, marker, note FROM calls WHERE account = {account:String} AND (at >= {from:DateTime64(6, 'UTC')} AND at < {to:DateTime64(6, 'UTC')} OR at IS NULL) ORDER BY id";
    private const string Find = "SELECT account FROM customers WHERE address = {value:String}";

    [Fact]
    public void The_collector_keeps_the_contract_and_asks_only_read_only_with_bound_parameters()
    {
        using var server = new Server();
        var settings = Settings(server.Address);
        Assert.Empty(CollectorTrial.Run(new TrialSource
        {
            Open = () => CollectorKinds.Make(settings)!,
            Account = "acc-1",
            Records = [.. Enumerable.Range(0, 5).Select(i => new TrialRecord(DataCategory.Traffic, Start.AddHours(i), $"mine-{i}")), new(DataCategory.Traffic, null, "mine-5") { Faulty = true }],
            Foreign = ["theirs-"],
            Contents = ["BODY-"],
            Selectors = [new(new Selector(SelectorKind.Mailbox, "o'hara\\x@mail.example"), ["acc-1"])],
            State = () => "",
            Away = () => CollectorKinds.Make(settings with { Settings = new Dictionary<string, string>(settings.Settings) { ["address"] = "https://nowhere.example" } })!,
        }));
        Assert.Empty(server.Faults);
    }

    [Fact]
    public void An_error_that_comes_after_rows_is_no_end_of_the_rows()
    {
        using var server = new Server { Tail = "Code: 241. DB::Exception: Memory limit exceeded for acc-1" };
        using var collector = CollectorKinds.Make(Settings(server.Address))!;
        var refused = Assert.Throws<SourceException>(() => collector.Read("acc-1", DataCategory.Traffic, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
        Assert.DoesNotContain("acc-1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("address", "http://clickhouse.example:8123/")]
    [InlineData("address", "ftp://x/")]
    public void A_credential_is_not_sent_over_the_network_in_clear(string setting, string value)
    {
        var settings = Settings("http://127.0.0.1:1/");
        Assert.Contains("https", Assert.Throws<InvalidDataException>(() => CollectorKinds.Make(settings with { Settings = new Dictionary<string, string>(settings.Settings) { [setting] = value } })).Message, StringComparison.Ordinal);
    }

    private static CollectorSettings Settings(string address) => new("clicks", "clickhouse")
    {
        Settings = new Dictionary<string, string> { ["address"] = address, ["user"] = "reader", ["database"] = "logs", ["times"] = "milliseconds" },
        CredentialFile = "clicks.credential",
        Credential = () => "secret",
        Find = new Dictionary<SelectorKind, string> { [SelectorKind.Mailbox] = Find },
        Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new() { Query = Read, Time = "ms", Place = "id", Fields = new(["ms", "marker"], []) } },
    };

    /// <summary>Knows two queries, and no others.</summary>
    private sealed class Server : IDisposable
    {
        private readonly HttpListener listener = new();
        private readonly Task serving;

        public Server()
        {
            Address = $"http://127.0.0.1:{ObjectTests.FreePort().ToString(CultureInfo.InvariantCulture)}/";
            listener.Prefixes.Add(Address);
            listener.Start();
            serving = Task.Run(Serve);
        }

        public string Address { get; }
        public string? Tail { get; init; }
        public ConcurrentQueue<string> Faults { get; } = [];

        public void Dispose()
        {
            listener.Stop();
            serving.Wait();
            listener.Close();
        }

        private async Task Serve()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var answer = Answer(context.Request, await reader.ReadToEndAsync());
                context.Response.ContentType = "application/x-ndjson";
                await using var writer = new StreamWriter(context.Response.OutputStream, new UTF8Encoding(false));
                await writer.WriteAsync(answer + Tail);
            }
        }

        private string Answer(HttpListenerRequest request, string query)
        {
            Expect(request.HttpMethod, "POST");
            Expect(request.QueryString["readonly"], "1");
            Expect(request.QueryString["wait_end_of_query"], "1");
            Expect(request.QueryString["database"], "logs");
            Expect(request.Headers["X-ClickHouse-User"], "reader");
            Expect(request.Headers["X-ClickHouse-Key"], "secret");
            Expect(request.Headers["X-ClickHouse-Format"], "JSONEachRow");
            if (query == Find)
                return Parameter(request, "value") == "o'hara\\x@mail.example" ? "{\"account\":\"acc-1\"}\n" : "";
            Expect(query, Read);
            var (account, from, to) = (Parameter(request, "account"), At(Parameter(request, "from")), At(Parameter(request, "to")));
            var rows = new StringBuilder();
            foreach (var (of, whose) in new[] { ("acc-1", "mine"), ("acc-10", "theirs") })
            {
                for (var i = 0; i < 6; i++)
                {
                    DateTimeOffset? at = i == 5 ? null : Start.AddHours(i);
                    if (of == account && (at is null || (at >= from && at < to)))
                        rows.Append(new JsonObject { ["id"] = i, ["ms"] = at?.ToUnixTimeMilliseconds(), ["marker"] = $"{whose}-{i}", ["note"] = $"BODY-{i}" }.ToJsonString()).Append('\n');
                }
            }
            return rows.ToString();
        }

        /// <summary>A parameter's value as ClickHouse reads it: one field of its tab-separated form.</summary>
        private static string Parameter(HttpListenerRequest request, string name)
        {
            var field = Uri.UnescapeDataString(request.Url!.Query.Split('&').Single(part => part.StartsWith($"param_{name}=", StringComparison.Ordinal))[(name.Length + 7)..]);
            return JsonSerializer.Deserialize<string>('"' + field.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\\0", "\\u0000", StringComparison.Ordinal) + '"')!;
        }

        private static DateTimeOffset At(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        private void Expect(string? got, string shall)
        {
            if (got != shall)
                Faults.Enqueue($"\"{got}\" instead of \"{shall}\"");
        }
    }
}
