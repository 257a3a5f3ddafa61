using System.Globalization;
using System.Net;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Watch;
using Counterseal.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterseal.Cli;

/// <summary>The desk's own process: the room behind a staff socket and two faces, and the timer that finishes what was interrupted.</summary>
internal static class DeskProcess
{
    /// <summary>Runs until cancelled.</summary>
    public static async Task Run(Home home, int deskPort, int publicPort, string code, bool hasBell, Action ready, CancellationToken cancel)
    {
        var options = DeskHome.Open(home.Desk);
        var log = NoteVerifier.Parse(options.LedgerKey);
        using var desk = await Counterseal.Desk.Desk.Open(options, TimeProvider.System, cancel);
        using var ledger = new LedgerClient(options.LedgerAddress, log, credential: null);
        await using var staff = Staff(desk, home.DeskSocket);
        using var bell = hasBell ? new BellClient(home.BellSocket) : null;
        await using var register = RegisterSettings.Exists(home.Vulnerabilities) ? await VulnerabilityAccess.Open(home, TimeProvider.System, cancel) : null;
        await using var deskFace = DeskFace.Build(FromDesk.DeskFace(desk, Ground(deskPort, options), log, code) with { Attacks = bell is null ? null : FromBell.Attacks(bell, log) });
        await using var publicFace = PublicFace.Build(FromDesk.PublicFace(desk, Ground(publicPort, options), ledger, $"http://127.0.0.1:{publicPort.ToString(CultureInfo.InvariantCulture)}") with { CheckCode = bell is null ? null : bell.Check, Vulnerabilities = register?.Register });
        WebApplication[] all = [staff, deskFace, publicFace];
        foreach (var app in all)
            await app.StartAsync(cancel);
        File.SetUnixFileMode(home.DeskSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ready();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reports = register is null ? Task.CompletedTask : register.Tend(ends.Token);
        try
        {
            await Tend(desk, cancel);
        }
        finally
        {
            // However the desk ends, the register's round in hand is let through first.
            await ends.CancelAsync();
            await reports;
        }
        foreach (var app in all)
            await app.StopAsync(CancellationToken.None);
    }

    private static FaceGround Ground(int port, DeskOptions options) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, port),
        Trial = options.Trial,
        Logs = logs => logs.AddJsonConsole(console => console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'")
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning),
    };

    private static WebApplication Staff(Counterseal.Desk.Desk desk, string socket)
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
        StaffApi.Map(app, desk, TimeProvider.System);
        return app;
    }

    private static async Task Tend(Counterseal.Desk.Desk desk, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                foreach (var trouble in await desk.Tend(cancel))
                    await Console.Error.WriteLineAsync($"counterseal desk: {trouble}");
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C or SIGTERM: the ordinary end.
        }
    }
}
