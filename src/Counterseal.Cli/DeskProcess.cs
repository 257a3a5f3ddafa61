using System.Globalization;
using System.Net;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Watch;
using Counterseal.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterseal.Cli;

/// <summary>Ports of the faces.</summary>
/// <param name="Desk">The desk's pages.</param>
/// <param name="Public">The public's.</param>
/// <param name="Portal">The portal of authorities' officers.</param>
/// <param name="Customers">The customers' pages; <c>null</c> where there are none.</param>
internal sealed record FacePorts(int Desk, int Public, int Portal, int? Customers);

/// <summary>The desk's own process: the room behind a staff socket and four faces, and the timer that finishes what was interrupted.</summary>
internal static class DeskProcess
{
    /// <summary>Runs until cancelled.</summary>
    public static async Task Run(Home home, FacePorts ports, string? code, bool hasBell, string? gatePages, Action<string?> ready, CancellationToken cancel)
    {
        var options = DeskHome.Open(home.Desk);
        options = options with { GatePages = gatePages ?? options.GatePages };
        var log = LogKeys.Parse(options.LedgerKey);
        using var desk = await Counterseal.Desk.Desk.Open(options, TimeProvider.System, cancel);
        await using var accounts = await Accounts.Of(options.Database, desk.AccountRecord(), options.Trial, SessionLimits.Usual, TimeProvider.System, cancel);
        using var officers = await Officers.Of(options.Database, desk.AccountRecord(), options.Trial, SessionLimits.Usual, TimeProvider.System, cancel);
        using var ledger = new LedgerClient(options.LedgerAddress, log, credential: null);
        using var tally = desk.TallyPlan is null ? null : new TallyClient(options.LedgerAddress, log, options.LedgerCredential, options.Tls is null ? null : TlsKey.Open(options.Tls));
        using var bell = hasBell ? new BellClient(home.BellSocket) : null;
        var shelf = new ReportShelf(home.Reports);
        var books = new RuleShelf(home.Rules);
        var languages = ReaderLanguages.With(home.Languages);
        var letters = Intake.Letters.Load(Directory.Exists(home.Letters) ? home.Letters : DraftCommand.Letters);
        if (letters.Mistakes(desk.Book) is [var mistake, ..])
            throw new Refused($"{home.Letters}: {mistake}");
        using var reports = new ReportDesk(desk, options.Database, shelf, stop => ReportGround(options, bell, stop), TimeProvider.System) { Tally = tally };
        await using var staff = Staff(desk, accounts, reports, home.DeskSocket);
        await using var deskFace = DeskFace.Build(FromDesk.DeskFace(desk, Ground(ports.Desk, options, options.PagesOrigin), log, accounts, code) with { Letters = letters, Company = Company(options.Company), Attacks = bell is null ? null : FromBell.Attacks(bell, log), Reports = reports.View, Officers = FromDesk.OfficerPages(desk, officers, options.PortalOrigin ?? string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ports.Portal}")) });
        await using var portalFace = PortalFace.Build(FromDesk.PortalFace(desk, Ground(ports.Portal, options, options.PortalOrigin), officers, accounts));
        var registryHome = new Convention.RegistryHome(home.Registry);
        await using var registry = registryHome.Exists ? await Convention.RegistryRecord.Open(registryHome.Options(), null, TimeProvider.System, cancel) : null;
        await using var register = RegisterSettings.Exists(home.Vulnerabilities) ? await VulnerabilityAccess.Open(home, TimeProvider.System, cancel) : null;
        await using var publicFace = PublicFace.Build(FromDesk.PublicFace(desk, Ground(ports.Public, options) with { Languages = languages }, ledger, Local(ports.Public), books) with { Contact = options.AuthorityContact, CheckCode = bell is null ? null : bell.Check, Reports = shelf, Registry = registry is null ? null : new(registry), Vulnerabilities = register?.Register, Tally = tally is null ? null : new(tally.Read, log) });
        using var handOver = options.Customers is { } product && ports.Customers is { } at ? new HandOver(product.Key, product.Issuer, product.Origin ?? Local(at), TimeProvider.System) : null;
        await using var customerFace = handOver is null ? null : CustomerFace.Build(FromDesk.CustomerFace(desk, Ground(ports.Customers!.Value, options, options.Customers!.Origin) with { Languages = languages }, handOver, Local(ports.Public)) with { Contact = options.Customers.Contact, Attacks = bell is null ? null : FromBell.Customers(bell) });
        WebApplication[] all = [staff, deskFace, portalFace, publicFace, .. customerFace is null ? (ReadOnlySpan<WebApplication>)[] : [customerFace]];
        foreach (var app in all)
            await app.StartAsync(cancel);
        File.SetUnixFileMode(home.DeskSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ready(await accounts.SetUpCode(cancel));
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var round = register is null ? Task.CompletedTask : register.Tend(ends.Token);
        try
        {
            using var alerts = options.Alerts is { } set ? new AlertSending(set, options.PagesOrigin ?? $"http://localhost:{ports.Desk.ToString(CultureInfo.InvariantCulture)}", WorkZone.Utc, TimeProvider.System) : null;
            await Tend(desk, accounts, books, options.Alerts, alerts, cancel);
        }
        finally
        {
            // However the desk ends, the register's round in hand is let through first.
            await ends.CancelAsync();
            await round;
        }
        foreach (var app in all)
            await app.StopAsync(CancellationToken.None);
    }

    /// <summary>The bell's months become half-years. Where it does not answer nothing is published, rather than a report without its attacks.</summary>
    private static async Task<ReportGround> ReportGround(DeskOptions options, BellClient? bell, CancellationToken cancel) => new(
        new FaceGround { Listen = new IPEndPoint(IPAddress.Loopback, 0) }.Provider, options.Trial, ReportForms.Default,
        bell is null ? null : (await bell.Figures(cancel)).Months.GroupBy(month => HalfYear.Of(DateTimeOffset.ParseExact(month.Of, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)))
            .ToDictionary(half => half.Key, half => half.Sum(month => month.Customers)));

    private static string Local(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    private static CompanySignIn? Company(CompanySettings? set) => set is null ? null : new()
    {
        Name = set.Name,
        Authority = set.Authority,
        ClientId = set.ClientId,
        ClientSecret = set.ClientSecret,
        GrantClaim = set.GrantClaim,
        Grants = set.Grants ?? new SortedDictionary<string, Role>(StringComparer.Ordinal),
    };

    private static FaceGround Ground(int port, DeskOptions options, string? origin = null) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, port),
        Origin = origin,
        Hosts = ["localhost", "127.0.0.1", "[::1]", .. origin is null ? (ReadOnlySpan<string>)[] : [new Uri(origin).Host]],
        Trial = options.Trial,
        GatePages = options.GatePages,
        Logs = logs => logs.AddJsonConsole(console => console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'")
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning),
    };

    private static WebApplication Staff(Counterseal.Desk.Desk desk, Accounts accounts, ReportDesk reports, string socket)
    {
        File.Delete(socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Counterseal.Desk.Desk.OriginalLimit + 4096;
            kestrel.ListenUnixSocket(socket);
        });
        var app = builder.Build();
        StaffDoor.Use(app, desk, accounts);
        StaffApi.Map(app, desk, accounts, TimeProvider.System);
        ReportApi.Map(app, reports);
        StaffDoor.Hold(app);
        return app;
    }

    private static async Task SealViews(Accounts accounts, CancellationToken cancel)
    {
        try
        {
            _ = await accounts.SealViews(cancel);
        }
        catch (DeskException no)
        {
            await Console.Error.WriteLineAsync($"counterseal desk: {no.Message}");
        }
    }

    private static async Task Alert(Counterseal.Desk.Desk desk, Accounts accounts, AlertSettings set, AlertSending alerts, CancellationToken cancel)
    {
        try
        {
            // What only some see is named to nobody by mail.
            var common = (await accounts.Now(cancel)).SightOf("");
            foreach (var trouble in await desk.TendAlerts(set, accounts.Views, common, alerts.Send, cancel))
                await Console.Error.WriteLineAsync($"counterseal desk: {trouble}");
        }
        catch (DeskException no)
        {
            await Console.Error.WriteLineAsync($"counterseal desk: {no.Message}");
        }
    }

    private static async Task Tend(Counterseal.Desk.Desk desk, Accounts accounts, RuleShelf books, AlertSettings? set, AlertSending? alerts, CancellationToken cancel)
    {
        var rounds = 0;
        books.Keep(desk.Book);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                foreach (var trouble in await desk.Tend(cancel))
                    await Console.Error.WriteLineAsync($"counterseal desk: {trouble}");
                if (set is not null && alerts is not null)
                    await Alert(desk, accounts, set, alerts, cancel);
                books.Keep(desk.Book);
                // Every hour: what was looked at until then cannot be changed unnoticed any more.
                if (++rounds % 120 == 0)
                    await SealViews(accounts, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C or SIGTERM: the ordinary end.
        }
    }
}
