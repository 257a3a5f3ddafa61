using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Desk.Tests;

/// <summary>
/// A desk in a process of its own, which a crash point may kill: this very program, asked for the one test below, with
/// <c>COUNTERSEAL_DESK_CHILD</c> naming a file with the desk's options. It adds a line to the file beside it for each thing that was acknowledged.
/// </summary>
public class Child
{
    private const string Options = "COUNTERSEAL_DESK_CHILD";

    [Fact(Explicit = true)]
    public async Task Serves_until_it_is_killed()
    {
        var file = Environment.GetEnvironmentVariable(Options);
        Assert.SkipWhen(string.IsNullOrEmpty(file), "only as a child of the crash tests");
        var options = JsonSerializer.Deserialize<DeskOptions>(await File.ReadAllBytesAsync(file!), LawJson.Options)!;
        await Work(options, line => File.AppendAllText(file + ".said", line + "\n"));
    }

    /// <summary>Whom the child tells of its emergency.</summary>
    internal static AlertSettings Alerts { get; } = new() { Webhook = new("https://pager.example.net/", new string('s', 32)), Steps = [new(0, ["night@example.net"])] };

    /// <summary>Runs the child until it dies at a crash point; gives its exit code and what it acknowledged.</summary>
    internal static async Task<(int Exit, string[] Acknowledged)> Run(DeskOptions options, string crashAt)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(options, LawJson.Options));
            var start = new ProcessStartInfo(Path.ChangeExtension(typeof(Child).Assembly.Location, null), ["-class", typeof(Child).FullName!, "-explicit", "only", "-noLogo"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment[Options] = file;
            start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode is 0 or 137, output + await errors);
            return (process.ExitCode, File.Exists(file + ".said") ? await File.ReadAllLinesAsync(file + ".said") : []);
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".said");
        }
    }

    private static async Task Work(DeskOptions options, Action<string> say)
    {
        using var desk = await Desk.Open(options, TimeProvider.System, default);
        var entry = await desk.AddEntry(Stand.Entry(), "ada", default);
        say($"entry {entry.Digest}");
        var faulty = (Quarantined)await desk.Receive(Encoding.UTF8.GetBytes($"<no {Guid.NewGuid()}>"), "test", default);
        say($"quarantined {faulty.Digest}");
        var receipt = (Receipt)await desk.Receive(Stand.Warrant(), "test", default);
        say($"receipt {receipt.Demand} {receipt.Token}");
        await desk.Stay(receipt.Demand, "ada", "court order", null, default);
        say($"stayed {receipt.Demand}");
        // What a busy machine has left undone, as the timer does it.
        await desk.Tend(default);
        var emergency = (Receipt)await desk.Receive(ShiftTests.Emergency("IE-1"), "test", default);
        say($"receipt {emergency.Demand} {emergency.Token}");
        await using var accounts = await Accounts.Of(options.Database, desk.AccountRecord(), false, SessionLimits.Usual, TimeProvider.System, default);
        await desk.TendAlerts(Alerts, accounts.Views, Sight.Whole, (alert, _) =>
        {
            say($"handed {alert.Id}");
            return Task.FromResult<string?>(null);
        }, default);
    }
}
