using System.Globalization;
using System.Net;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;

namespace Counterseal.Watch;

/// <summary>
/// The bell as it runs: the bell with its settings, the feeds and the customers' directory read again as they change, a round of settling and telling on a timer, and, where it serves, its doors. One
/// process serves; others may consume the stream beside it.
/// </summary>
public sealed class BellHost : IAsyncDisposable
{
    private const int KeptAtOnce = 50_000;
    private readonly WatchSettings settings;
    private readonly LedgerClient ledger;
    private readonly Action<string> say;
    private readonly TimeProvider time;
    private readonly KeptEvents? kept;
    private readonly List<WatchEvent> toKeep = [];
    private readonly SemaphoreSlim keeping = new(1, 1);
    private volatile CustomerDirectory customers = CustomerDirectory.None;
    private (DateTime, long) customersStamp;
    private string? lastTrouble;
    private long letGo, gaveUp;
    private int keptFiles;

    private BellHost(WatchSettings settings, LedgerClient ledger, Action<string> say, TimeProvider time)
    {
        (this.settings, this.ledger, this.say, this.time) = (settings, ledger, say, time);
        Shelf = new FeedShelf(settings.Feeds, settings.Taxii, settings.TaxiiEvery, settings.WarningLists, settings.Unsaid, time);
        kept = settings.Keep is { } folder ? new KeptEvents(folder) : null;
    }

    /// <summary>The bell.</summary>
    public Bell Bell { get; private set; } = null!;

    /// <summary>The feeds.</summary>
    public FeedShelf Shelf { get; }

    /// <summary>Opens the bell, finishes what a crash left, and reads feeds and customers.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="mail">The mail server, where it is not the settings' own.</param>
    /// <param name="say">Told what people should know, in sentences without personal data.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="RecordException">The database was made by a newer Counterseal.</exception>
    public static async Task<BellHost> Open(WatchSettings settings, MailServer? mail, Action<string> say, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(say);
        ArgumentNullException.ThrowIfNull(time);
        var host = new BellHost(settings, new LedgerClient(settings.LedgerAddress, settings.LedgerKey, settings.LedgerCredential), say, time);
        try
        {
            host.Bell = await Bell.Open(new BellOptions
            {
                Database = settings.Database,
                WriterKey = new WriterKey(settings.WriterKey),
                Secret = settings.Secret,
                Provider = settings.Provider,
                Customers = id => host.customers.Find(id),
                Matching = host.Shelf.Match,
                Patterns = () => host.Shelf.Matching.Several,
                Rules = settings.Rules,
                Schedule = settings.Schedule,
                Mail = mail ?? settings.Mail,
                Dkim = settings.Dkim,
                Taken = host.Note,
                Trial = settings.Trial,
            }, host.ledger, time, cancel);
            await host.Refresh(all: false, cancel);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves doors and staff until it is told to stop, with a round each so often; then ends what is in hand.</summary>
    /// <param name="socket">The staff's socket, made with mode 0600.</param>
    /// <param name="listen">The doors; <c>null</c> for the settings' own.</param>
    /// <param name="ready">Called when both answer.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task Serve(string socket, IPEndPoint? listen, Action ready, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ready);
        await using var doors = Doors(listen ?? settings.Listen);
        await doors.StartAsync(cancel);
        File.Delete(socket);
        await using var staff = Staff(socket);
        await staff.StartAsync(cancel);
        File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ready();
        var stream = settings.Stream is { } source ? Consume(source, settings.StreamForm, _ => Task.CompletedTask, cancel) : Task.CompletedTask;
        var asking = Asking(cancel);
        await Rounds(cancel);
        await doors.StopAsync(CancellationToken.None);
        await staff.StopAsync(CancellationToken.None);
        await stream;
        await asking;
    }

    /// <summary>Consumes a stream until it is told to stop; where the server is away it is tried again.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="form">The form of its events.</param>
    /// <param name="taken">Told of each batch.</param>
    /// <param name="cancel">Ends it after the batch in hand.</param>
    public async Task Consume(StreamSource source, string form, Func<BatchResult, Task> taken, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(source);
        var (faults, pause) = (0L, TimeSpan.FromSeconds(10));
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await EventStream.Run(source, EventReadings.Named(form), Bell, fault =>
                {
                    if (Interlocked.Increment(ref faults) <= 100)
                        say($"{fault.Place}: {fault.What}");
                }, taken, time, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception away) when (away is NatsException or IOException or RecordException or System.Data.Common.DbException)
            {
                say($"the stream {source.Stream} cannot be consumed now ({away.Message}); tried again in {pause.TotalSeconds:0} s, and nothing of it is lost");
                await Wait(pause, cancel);
            }
        }
    }

    /// <summary>Rounds of looking for changes, settling and telling, until it is told to stop.</summary>
    public async Task Rounds(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(settings.Round, time);
        try
        {
            do
            {
                try
                {
                    await Refresh(all: false, cancel);
                    await Round(cancel);
                    await Flush(cancel);
                    await Bell.Prune(cancel);
                    SayLost();
                    Forget();
                    lastTrouble = null;
                }
                catch (Exception trouble) when (trouble is RecordException or System.Data.Common.DbException or HttpRequestException or IOException or FormatException or LedgerException)
                {
                    // Said once, not in every round.
                    if (lastTrouble != trouble.Message)
                        say(trouble.Message);
                    lastTrouble = trouble.Message;
                }
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException)
        {
            await Flush(CancellationToken.None);
        }
    }

    /// <summary>Asks the TAXII servers as their time comes, until it is told to stop.</summary>
    public async Task Asking(CancellationToken cancel)
    {
        while (settings.Taxii.Count > 0 && !cancel.IsCancellationRequested)
        {
            try
            {
                await Shelf.Ask(all: false, say, cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Wait(settings.Round, cancel);
        }
    }

    /// <summary>One round: evidence becomes findings, what is due is told.</summary>
    /// <exception cref="RecordException">The ledger does not answer; nothing is lost.</exception>
    public async Task<RoundResult> Round(CancellationToken cancel) => new(await Bell.Settle(cancel), await Bell.Tell(cancel));

    /// <summary>Reads feeds, warning lists and customers again where they changed.</summary>
    /// <param name="all">Whether they changed or not.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async Task Refresh(bool all, CancellationToken cancel)
    {
        await Shelf.Refresh(all, say, cancel);
        if (all)
            await Shelf.Ask(all, say, cancel);
        try
        {
            var file = new FileInfo(settings.Customers);
            var stamp = (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
            if (stamp == customersStamp && !all)
                return;
            customersStamp = stamp;
            await using var stream = file.OpenRead();
            var read = await CustomerDirectory.Read(file.Name, stream, cancel);
            foreach (var fault in read.Faults.Take(10))
                say(fault);
            customers = read;
        }
        catch (Exception away) when (away is IOException or UnauthorizedAccessException)
        {
            say($"the customers' directory {settings.Customers} cannot be read ({away.Message}); {(customers.Count == 0 ? "nobody can be told but on the page after sign-in" : $"the {customers.Count:N0} customers read before are used")}");
        }
    }

    /// <summary>Holds kept events against the present indicators; what was counted before is not counted again.</summary>
    /// <param name="since">Not before.</param>
    /// <param name="cancel">Between batches.</param>
    /// <exception cref="RecordException">No events are kept.</exception>
    public async Task<HuntResult> Hunt(DateTimeOffset since, CancellationToken cancel)
    {
        if (kept is null)
            throw new RecordException($"no events are kept: write \"keep\" with a folder into {settings}; events that come from then on can be hunted through");
        await Flush(cancel);
        var (events, found) = (0L, 0L);
        foreach (var batch in kept.Hunt(Shelf.Matching.Indicators.SelectMany(indicator => indicator.Observables), since))
        {
            cancel.ThrowIfCancellationRequested();
            events += batch.Count;
            found += (await Bell.TakeAgain(batch, cancel)).Evidence;
        }
        return new(events, found, await Bell.Settle(cancel));
    }

    /// <summary>A customer's name, or its id.</summary>
    internal string NameOf(string customer) => customers.Find(customer)?.Name ?? customer;

    /// <summary>A customer's country, or nothing.</summary>
    internal string CountryOf(string customer) => customers.Find(customer)?.Country ?? "";

    internal NoticeRow Row(NoticeState notice) => new(notice, NameOf(notice.Planned.Customer), Bell.NextLook(notice));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Bell is not null)
            await Bell.DisposeAsync();
        ledger.Dispose();
        keeping.Dispose();
        Shelf.Dispose();
    }

    private void Note(IReadOnlyList<WatchEvent> events, BatchResult result)
    {
        Interlocked.Add(ref letGo, result.LetGo);
        Interlocked.Add(ref gaveUp, result.GaveUp);
        if (kept is not null)
            Keep(events);
    }

    // What patterns over several events could not take is said with its count, and once a round.
    private void SayLost()
    {
        if (Interlocked.Exchange(ref letGo, 0) is > 0 and var gone)
            say(string.Create(CultureInfo.InvariantCulture, $"{gone:N0} events that could have completed a pattern over several events were let go: more stand open than are kept"));
        if (Interlocked.Exchange(ref gaveUp, 0) is > 0 and var searches)
            say(string.Create(CultureInfo.InvariantCulture, $"{searches:N0} searches of patterns over several events were given up at their limit"));
    }

    private void Keep(IReadOnlyList<WatchEvent> events)
    {
        bool full;
        lock (toKeep)
        {
            toKeep.AddRange(events);
            full = toKeep.Count >= KeptAtOnce;
        }
        if (full)
            Flush(CancellationToken.None).GetAwaiter().GetResult();
    }

    // Many batches in one file: one file a batch would be a hundred thousand by the end of a day.
    private async Task Flush(CancellationToken cancel)
    {
        if (kept is null)
            return;
        await keeping.WaitAsync(cancel);
        try
        {
            List<WatchEvent> events;
            lock (toKeep)
                events = [.. toKeep];
            if (events.Count == 0)
                return;
            var now = time.GetUtcNow();
            kept.Keep(string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd-HHmmss}-{Environment.ProcessId}-{keptFiles++}"), events);
            lock (toKeep)
                toKeep.RemoveRange(0, events.Count);
        }
        finally
        {
            keeping.Release();
        }
    }

    private void Forget()
    {
        if (settings.Keep is not { } folder)
            return;
        var last = (time.GetUtcNow() - settings.KeepFor).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        foreach (var file in Directory.GetFiles(folder, "*.parquet").Where(file => string.CompareOrdinal(Path.GetFileName(file), 0, last, 0, last.Length) < 0))
            File.Delete(file);
    }

    private async Task Wait(TimeSpan pause, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(pause, time, cancel);
        }
        catch (OperationCanceledException)
        {
            // The loop around it ends.
        }
    }

    private WebApplication Doors(IPEndPoint listen)
    {
        var app = Build(kestrel => kestrel.Listen(listen), mostBody: 64 << 10);
        app.Use((context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            context.Response.Headers.XFrameOptions = "DENY";
            context.Response.Headers.CacheControl = "no-store";
            return next(context);
        });
        app.UseRouting();
        if (settings.LoggerCredential is { } logger)
            WatchFace.MapEvents(app, Bell, logger, time);
        if (settings.ProductCredential is { } product)
            WatchFace.MapProduct(app, Bell, product);
        WatchFace.MapPublic(app, Bell);
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        return app;
    }

    private WebApplication Staff(string socket)
    {
        var app = Build(kestrel =>
        {
            // `watch take` sends as fast as its own input comes.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.ListenUnixSocket(socket);
        }, mostBody: 64 << 10);
        app.UseRouting();
        BellStaff.Map(app, this, time);
        return app;
    }

    private static WebApplication Build(Action<KestrelServerOptions> listen, long mostBody)
    {
        // An empty builder: no settings from the environment, from files or from arguments can open another door.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "counterseal-bell" });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = mostBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.MaxConcurrentConnections = 1024;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
            listen(kestrel);
        });
        return builder.Build();
    }
}
