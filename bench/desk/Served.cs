using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Web;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Bench.Desk;

/// <summary>The desk's face over a filled database, as <c>counterseal serve</c> makes it, without a gate and a ledger behind it: pages are read, nothing is written.</summary>
internal static class Served
{
    private const string Code = "a bench's sign-in code";

    private static readonly TimeSpan SignIn = TimeSpan.FromSeconds(8);

    public static async Task<int> Run(string database, TimeSpan warm, TimeSpan length)
    {
        var log = NoteVerifier.Parse((await File.ReadAllTextAsync(ManyDemands.KeyFile(database))).Trim());
        DateTimeOffset filled;
        string sample;
        await using (var db = DeskDatabase.Opener(database)())
        {
            filled = await db.Demands.MaxAsync(d => d.Received);
            // Each word on its own line: ids of open demands, references, authorities, selectors' beginnings.
            var rows = await db.Demands.Where(d => d.Open).OrderBy(d => d.Id).Take(400).Select(d => new { d.Id, d.Reference, d.Authority, d.Country }).ToListAsync();
            var old = await db.Demands.Where(d => !d.Open).OrderBy(d => d.Id).Take(400).Select(d => new { d.Reference, d.Authority }).ToListAsync();
            sample = Path.GetTempFileName();
            await File.WriteAllLinesAsync(sample, [.. rows.Select(r => $"id\t{r.Id}"), .. rows.Select(r => $"country\t{r.Country}"), .. old.Select(r => $"word\t{r.Reference}"), .. old.Select(r => $"word\t{r.Authority}"), .. Enumerable.Range(0, 200).Select(i => $"word\tp{i * 2999 % 600_000}.quinn"), "word\tcourt", "word\tstaatsanwaltschaft", "word\ttown", "word\tquinn", "word\tus 20", "word\tdistrict court of towna", "word\texample mail1", "word\t2026", "word\tp1"]);
        }
        var socket = "unix:" + Path.Combine(Path.GetTempPath(), "nobody-listens-here.sock");
        var options = new DeskOptions
        {
            Database = database,
            LedgerAddress = socket,
            LedgerKey = log.ToString(),
            LedgerCredential = "x",
            WriterKey = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("a bench's writer key"u8)),
            GateAddress = socket,
            GateCredential = "x",
            GateName = "gate.example",
            Rules = ManyDemands.Rules,
            Trial = true,
        };
        var time = new Shifted(DateTimeOffset.UtcNow - filled.AddMinutes(5));
        var opening = Stopwatch.StartNew();
        using var desk = await Counterseal.Desk.Desk.Open(options, time, default);
        Console.Error.WriteLine($"opened in {opening.Elapsed.TotalSeconds:0.0} s (the ledger is away, so nothing is compared with it)");
        await using var accounts = await Accounts.Of(database, desk.AccountRecord(), true, SessionLimits.Usual, time, default);
        await using var face = DeskFace.Build(FromDesk.DeskFace(desk, new() { Listen = new(System.Net.IPAddress.Loopback, 0), Provider = "Example Mail", Trial = true, Time = time, Zone = WorkZone.Named("Europe/Dublin") }, log, accounts, Code));
        var taken = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, to) => { if (instrument.Name == "http.server.request.duration") to.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            var route = "";
            foreach (var tag in tags)
                route = tag.Key == "http.route" ? tag.Value?.ToString() ?? "" : route;
            lock (taken)
            {
                if (!taken.TryGetValue(route, out var list))
                    taken[route] = list = [];
                list.Add(seconds * 1000);
            }
        });
        listener.Start();
        await face.StartAsync();
        Console.WriteLine($"{face.Urls.Single()}\t{Code}\t{sample}");
        await Console.Out.FlushAsync();
        // The people sign in, go once through everything and work for a while before it counts.
        await Task.Delay(warm + SignIn);
        lock (taken)
            taken.Clear();
        var cpu = Environment.CpuUsage.TotalTime;
        await Task.Delay(length);
        await face.StopAsync();
        lock (taken)
        {
            cpu = Environment.CpuUsage.TotalTime - cpu;
            var all = taken.Sum(one => one.Value.Count);
            foreach (var (route, list) in taken.Where(one => one.Value.Count > 20).OrderBy(one => one.Key, StringComparer.Ordinal))
                Console.Error.WriteLine($"server, {route,-16} {People.Line(list)}");
            using var self = Process.GetCurrentProcess();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"server: {cpu.TotalMilliseconds / Math.Max(1, all):0.0} ms of processor a request, {self.PeakWorkingSet64 >> 20} MiB at the peak, {GC.GetTotalMemory(true) >> 20} MiB live"));
        }
        return 0;
    }

    /// <summary>The time at which the database was filled, going on from there: clocks run as they did.</summary>
    private sealed class Shifted(TimeSpan back) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow - back;
    }
}
