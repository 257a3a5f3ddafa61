using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Counterseal.EndToEnd.Tests;

/// <summary><c>counterseal watch demo</c> as a process, smaller than by default: killed in the middle, then run to its end.</summary>
public class WatchDemoTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task The_bells_demo_is_killed_in_the_middle_goes_on_and_finds_exactly_what_was_planted()
    {
        var stop = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Directory.CreateTempSubdirectory("cs-wd-").FullName, "demo");
        try
        {
            string[] demo = ["watch", "demo", "--folder", folder, "--events", "60000", "--customers", "1000", "--json"];
            // The third batch: the devices' is the first, so that one batch of sign-ins is kept and the next is lost.
            var (killed, _) = await Run(Path.Combine(AppContext.BaseDirectory, "counterseal.dll"), demo, "watch.batch.before#3", stop);
            Assert.NotEqual(0, killed);
            var (code, output) = await Run(Path.Combine(AppContext.BaseDirectory, "counterseal.dll"), demo, null, stop);
            var said = JsonNode.Parse(output)!;
            Assert.True(code == 0, output);
            Assert.True((bool)said["good"]!);
            Assert.True((bool)said["resumed"]!);
            Assert.Equal((50, 50, 0, 0, 50), ((int)said["planted"]!, (int)said["found"]!, (int)said["missed"]!, (int)said["invented"]!, (int)said["customers"]!));
            Assert.InRange((long)said["signIns"]!, 60_000, 60_300);
            Assert.Contains("role=\"alert\"", await File.ReadAllTextAsync(Path.Combine(folder, "after-sign-in.html"), stop), StringComparison.Ordinal);

            var mails = Directory.GetFiles(Path.Combine(folder, "mailbox", "new"));
            Assert.Equal((int)said["notices"]!, mails.Length);
            Assert.InRange(mails.Length, 50, 100);
            Assert.SkipUnless(File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/dkim"), "no dkimpy here: install python3-dkim");
            var record = (await File.ReadAllTextAsync(Path.Combine(folder, "dkim.txt"), stop)).Split('"')[1];
            var (_, verdicts) = await Run(null, [Path.Combine(Place.Root, "tests", "judges", "mail", "verify.py"), "demo._domainkey.notices.example", record, .. mails], null, stop);
            Assert.Equal(Enumerable.Repeat("good", mails.Length), verdicts.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> Run(string? assembly, string[] arguments, string? crashAt, CancellationToken stop)
    {
        var start = new ProcessStartInfo(assembly is null ? Python : "dotnet", assembly is null ? arguments : [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (crashAt is not null)
            start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(stop);
        var output = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, output.Length > 0 ? output : await errors);
    }
}
