using System.Collections.Concurrent;
using System.Net;
using Counterseal.Desk;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Counterseal.Web.Tests;

/// <summary>Both faces on loopback ports over sample data, with everything they log.</summary>
internal sealed class Faces : IAsyncDisposable
{
    public const string Code = "quiet-otter-9F3K-2M7Q";
    public const string Package = "not really a package, but bytes all the same";

    private readonly WebApplication desk;
    private readonly WebApplication open;

    public Uri Desk { get; }
    public Uri Public { get; }
    public List<byte[]> Submitted { get; } = [];
    public IReadOnlyList<QueueRow> Queue { get; set; } = Samples.Queue;
    public List<QueueAsk> Asked { get; } = [];
    public List<(IReadOnlyList<string> Ids, string? To, string By)> Assigned { get; } = [];
    public List<QueueView> Views { get; } = [new("mine, burning", "?show=burning&to=trial")];
    public DemandView View { get; set; } = Samples.View;
    public List<(string By, DemandAct Act)> Acts { get; } = [];
    public DeskException? Refuse { get; set; }
    /// <summary>Nothing in calendar, docket, alerts and hand-over.</summary>
    public bool Empty { get; set; }
    public Progress Progress { get; set; } = Progress.Examined;
    public bool LedgerAway { get; set; }
    public bool Broken { get; set; }
    public string? Alarm { get; set; }
    public bool BellAway { get; set; }
    public IReadOnlyList<AttackRow> Attacks { get; set; } = AttackSamples.Rows;
    public AttackFigures Figures { get; set; } = AttackSamples.Figures;
    public List<(string Id, bool So, string By, string Reason)> Decided { get; } = [];

    private Accounts accounts = null!;
    private string folder = "";

    private Faces(WebApplication desk, WebApplication open)
    {
        (this.desk, this.open) = (desk, open);
        Desk = new(desk.Urls.Single());
        Public = new(open.Urls.Single());
    }

    public static async Task<Faces> Start(bool trial = true, bool bell = true, ReaderLanguages? languages = null)
    {
        Faces? faces = null;
        var reports = await ReportSamples.Shelf;
        var log = new ConcurrentQueue<string>();
        var ground = new FaceGround
        {
            Listen = new(IPAddress.Loopback, 0),
            Provider = "Example Mail",
            Languages = languages ?? ReaderLanguages.Ours,
            Trial = trial,
            Zone = WorkZone.Named("Europe/Dublin"),
            Time = new Fixed(),
            Logs = logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Kept(log)),
        };
        var folder = Directory.CreateTempSubdirectory("cs-f-").FullName;
        var accounts = await Trial(folder, ground.Time);
        var desk = DeskFace.Build(new()
        {
            Ground = ground,
            Accounts = accounts,
            Sees = (_, id, _) => Task.FromResult(id == Samples.Id),
            SignInCode = Code,
            Queue = new QueuePages
            {
                List = (_, ask, _) =>
                {
                    faces!.Asked.Add(ask);
                    return faces.Broken ? throw new InvalidOperationException("m.okonkwo@example.net")
                        : ask.After == "lost" ? throw new DeskException("malformed", "this page of the queue is not one", "begin at the first page")
                        : Task.FromResult(new QueueList(faces.Queue, faces.Queue.Count > 3 && ask.After is null ? "120261124141800000000000007" : null, new(faces.Queue.Count, faces.Queue.Count(r => r.Emergency), 2, [("US", 3), ("IE", 1)], [("us.sca.subpoena", 2), ("eu.epoc", 1)], [("Ada Nowak", 2)])));
                },
                Assign = (_, ids, to, by, _) =>
                {
                    faces!.Assigned.Add((ids, to, by));
                    return Task.FromResult<IReadOnlyList<RefusedAssignment>>(to == "C. Lind" ? [new(ids[0], "was not assigned: this demand is closed.")] : []);
                },
                Views = (_, _) => Task.FromResult<IReadOnlyList<QueueView>>([.. faces!.Views]),
                Keep = (_, view, _) =>
                {
                    if (view.Name.Length == 0)
                        throw new DeskException("malformed", "the view's name is missing", "name it");
                    faces!.Views.Add(view);
                    return Task.CompletedTask;
                },
                Forget = (_, name, _) => Task.FromResult(faces!.Views.RemoveAll(view => view.Name == name)),
            },
            Demand = (_, id, _, _) => Task.FromResult(id == Samples.Id ? faces!.View : null),
            Original = (_, _) => Task.FromResult<byte[]?>(Samples.Bytes(Samples.Original)),
            Act = (_, by, act, _, _) =>
            {
                faces!.Acts.Add((by, act));
                return faces.Refuse is { } no ? throw no : Task.CompletedTask;
            },
            Live = new()
            {
                Changed = (patience, cancel) => Task.Delay(patience, cancel),
                Of = (_, _, _) => Task.FromResult<IReadOnlyList<Change>>([]),
                After = (_, _, _) => Task.FromResult<IReadOnlyList<Change>>([]),
                Last = _ => Task.FromResult(0L),
                Sees = (_, _, _) => Task.FromResult(true),
            },
            Shift = new()
            {
                Calendar = (_, from, to, _) => Task.FromResult<IReadOnlyList<DayEntry>>([.. (faces!.Empty ? [] : Samples.Days).Where(day => day.At >= from && day.At < to)]),
                Docket = (_, _) => Task.FromResult(faces!.Empty ? [] : Samples.Docket),
                Alerts = (_, _) => Task.FromResult(faces!.Empty ? [] : Samples.Alerts),
                Changes = (_, _, _) => Task.FromResult(faces!.Empty ? [] : Samples.Changes),
                Note = _ => Task.FromResult(faces!.Empty ? null : Samples.Note),
                HandOver = (by, note, _) => note.Length == 0 ? throw new DeskException("malformed", "a note has 1 to 4000 characters, not 0", "say it shorter") : Task.CompletedTask,
            },
            Quarantine = _ => Task.FromResult(Samples.Quarantine),
            Directory = _ => Task.FromResult(Samples.Directory),
            Books = _ => Task.FromResult(Samples.Books),
            Alarm = () => faces?.Alarm,
            Reports = (_, year, _) => Task.FromResult(ReportSamples.Desk(year)),
            Attacks = !bell ? null : new AttackPages
            {
                List = _ => faces!.BellAway ? throw new HttpRequestException("away") : Task.FromResult(faces.Attacks),
                One = (id, _) => faces!.BellAway ? throw new HttpRequestException("away") : Task.FromResult(AttackSamples.View(id)),
                Decide = (id, so, by, reason, _) =>
                {
                    faces!.Decided.Add((id, so, by, reason));
                    return Task.FromResult(reason == "too late" ? "It was confirmed by somebody else already." : null);
                },
                Figures = _ => Task.FromResult(faces!.Figures),
            },
        });
        var open = PublicFace.Build(new()
        {
            Ground = ground,
            Origin = "https://demands.example.org",
            LedgerKey = Samples.LedgerKey,
            Reports = reports,
            Rules = _ => Task.FromResult(PublicSamples.Rules),
            Contact = "authorities@example.example, +353 1 555 0100",
            Tally = new((_, _) => Task.FromResult<byte[]?>(null), Counterseal.Ledger.LogKeys.Parse(Samples.LedgerKey)),
            Checkpoint = _ => faces!.LedgerAway ? throw new HttpRequestException("away") : Task.FromResult(Samples.Bytes(Samples.Checkpoint)),
            Tile = (tile, _) => Task.FromResult(tile.Path == "tile/0/x001/067" ? new byte[8192] : null),
            Status = (token, _) => Task.FromResult(token == Samples.Token ? Samples.Status(faces!.Progress) : null),
            Package = (token, file, range, _) => Task.FromResult(token != Samples.Token || !file.EndsWith(".age", StringComparison.Ordinal) ? null
                : range == "bytes=4-" ? new PackageFile(new MemoryStream(Samples.Bytes(Package[4..])), Package.Length - 4, $"bytes 4-{Package.Length - 1}/{Package.Length}")
                : new PackageFile(new MemoryStream(Samples.Bytes(Package)), Package.Length, null)),
            CheckCode = !bell ? null : (code, _, _) => faces!.BellAway ? throw new HttpRequestException("away") : Task.FromResult<bool?>(code switch { AttackSamples.NoticeCode => true, "again" => null, _ => false }),
            Submit = (bytes, _) =>
            {
                faces!.Submitted.Add(bytes);
                if (bytes[0] == 'k')
                    throw new KeptException(Samples.Id, "received", null);
                return Task.FromResult(bytes[0] == '{'
                    ? new Submission(Samples.Bytes("{\"receipt\":1}"), Samples.Token, [])
                    : new Submission(null, null, Samples.Faults));
            },
        });
        await desk.StartAsync();
        await open.StartAsync();
        faces = new(desk, open) { log = log, accounts = accounts, folder = folder };
        return faces;
    }

    private ConcurrentQueue<string> log = new();

    /// <summary>All that both faces logged.</summary>
    public string Logged() => string.Join('\n', log);

    /// <summary>A client that follows nothing and keeps cookies.</summary>
    public static HttpClient Client(Uri face) => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = face };

    /// <summary>A client that has signed in at the desk.</summary>
    public async Task<HttpClient> SignedIn()
    {
        var client = Client(Desk);
        using var answer = await SignIn(client, Code);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    public static async Task<HttpResponseMessage> SignIn(HttpClient client, string code, string to = "/")
    {
        var form = await client.GetStringAsync("/sign-in");
        return await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", Value(form, "form")), new("to", to), new("code", code)]));
    }

    public static string Value(string page, string field)
    {
        var at = page.IndexOf($"name=\"{field}\" value=\"", StringComparison.Ordinal);
        Assert.True(at > 0, $"no field {field}");
        var from = at + $"name=\"{field}\" value=\"".Length;
        return page[from..page.IndexOf('"', from)];
    }

    /// <summary>A trial's people on a database of their own, whose record is kept in memory: there is no ledger here.</summary>
    internal static Task<Accounts> Trial(string folder, TimeProvider time)
    {
        var events = new List<DeskEvent>();
        return Accounts.Of("sqlite:" + Path.Combine(folder, "accounts.db"), new(
            (by, body, _) =>
            {
                events.Add(DeskEvent.Of(DeskEvent.Own, events.Count + 1, time.GetUtcNow(), by, body));
                return Task.FromResult(events.Count);
            },
            (version, _) => Task.FromResult<IReadOnlyList<DeskEvent>>([.. events.Skip(version)])), trial: true, SessionLimits.Usual, time, default);
    }

    public async ValueTask DisposeAsync()
    {
        await desk.DisposeAsync();
        await open.DisposeAsync();
        await accounts.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Fixed : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Samples.Now;
    }

    /// <summary>Keeps every line with its scopes, so that nothing logged stays unseen.</summary>
    private sealed class Kept(ConcurrentQueue<string> lines) : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

        public ILogger CreateLogger(string categoryName) => new One(this, lines, categoryName);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class One(Kept kept, ConcurrentQueue<string> lines, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => kept.scopes.Push(state);

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                var around = "";
                kept.scopes.ForEachScope((scope, _) => around += $" [{(scope is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(", ", pairs.Select(p => $"{p.Key}={p.Value}")) : scope)}]", 0);
                lines.Enqueue($"{logLevel} {category} {eventId.Id} {formatter(state, exception)} {exception}{around}");
            }
        }
    }
}
