using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>The authority that puts its time on what this gate seals (RFC 3161).</summary>
/// <param name="Address">Where it is asked; <c>http</c> or <c>https</c>, its answer is signed either way.</param>
/// <param name="Certificates">Base64 of the DER of the certificates that may sign; one to four.</param>
public sealed record TimeStampAuthority(Uri Address, IReadOnlyList<string> Certificates);

/// <summary>
/// Time stamps: obtained after a package is sealed, beside it as <c>NAME.tsr</c>. An authority that is away holds up nothing; the gate asks again each minute, and says
/// until then that there is none, and why.
/// </summary>
public sealed partial class Gate
{
    private static readonly TimeSpan StampPatience = TimeSpan.FromSeconds(10);
    private const int StampsARound = 20;
    private readonly SemaphoreSlim stamping = new(1, 1);
    private readonly ConcurrentDictionary<string, string> unstamped = new(StringComparer.Ordinal);
    private Task stamped = Task.CompletedTask;

    /// <summary>Sees to the time stamps without anybody waiting for them.</summary>
    private void StampSoon()
    {
        if (home.Settings.TimeStamps is { } authority)
            stamped = Task.Run(() => StampAll(authority, ending.Token), CancellationToken.None);
    }

    private async Task StampAll(TimeStampAuthority authority, CancellationToken cancel)
    {
        try
        {
            await stamping.WaitAsync(cancel);
            try
            {
                var missing = Directory.EnumerateFiles(home.At("packages"), "*.counterseal", SearchOption.AllDirectories).Where(seal => !System.IO.File.Exists(StampPath(seal))).Take(StampsARound).ToList();
                if (missing.Count == 0)
                    return;
                using var http = new HttpClient { Timeout = StampPatience, MaxResponseContentBufferSize = TimeStamp.Limit };
                foreach (var seal in missing)
                    await Stamp(authority, http, seal, cancel);
            }
            finally
            {
                stamping.Release();
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The gate ends; it asks again when it has started.
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GateLog.RequestFailed(log, e);
        }
    }

    private async Task Stamp(TimeStampAuthority authority, HttpClient http, string seal, CancellationToken cancel)
    {
        var digest = Path.GetFileName(Path.GetDirectoryName(seal))!;
        try
        {
            var statement = new SealStatement(await System.IO.File.ReadAllBytesAsync(home.At("packages", digest, "statement.json"), cancel));
            var request = TimeStamp.Request(statement);
            using var content = new ByteArrayContent(request.Encode());
            content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var response = await http.PostAsync(authority.Address, content, cancel);
            if (!response.IsSuccessStatusCode)
                throw new FormatException($"the authority answers with status {(int)response.StatusCode}");
            var answer = await response.Content.ReadAsByteArrayAsync(cancel);
            var stamp = TimeStamp.Take(request, answer, TimeStamp.Certificates(authority.Certificates));
            Durable.Replace(StampPath(seal), answer, "gate.stamp.write", GateHome.FileMode);
            unstamped.TryRemove(digest, out _);
            ledger.Journal?.Note("stamped", digest, Law.Instant.Text(stamp.At));
        }
        catch (Exception e) when (e is HttpRequestException or FormatException or SealFormatException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            var reason = e is TaskCanceledException ? $"the authority did not answer within {StampPatience.TotalSeconds:0} seconds" : Visible.Text(e.Message, 300);
            if (unstamped.TryAdd(digest, reason) || unstamped[digest] != reason)
                GateLog.NoStamp(log, digest, reason);
            unstamped[digest] = reason;
        }
    }

    /// <summary>What is known of a package's time stamp: that it is there, or why not; <c>null</c> where no authority is set.</summary>
    private JsonObject? StampState(string digest, Outcome outcome) =>
        outcome.Name is not { } name ? null
        : System.IO.File.Exists(home.At("packages", digest, name + ".tsr")) ? new JsonObject { ["file"] = name + ".tsr" }
        : home.Settings.TimeStamps is null ? null
        : new JsonObject { ["missing"] = unstamped.TryGetValue(digest, out var reason) ? reason : "not asked for yet" };

    private static string StampPath(string seal) => Path.ChangeExtension(seal, ".tsr");
}

internal static partial class GateLog
{
    [LoggerMessage(40, LogLevel.Warning, "no time stamp for order {Order}: {Reason}")]
    public static partial void NoStamp(ILogger log, string order, string reason);
}
