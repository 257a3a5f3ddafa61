using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Counterseal.EndToEnd.Tests;

/// <summary><c>counterseal convention demo</c> as a process.</summary>
public class ConventionDemoTests
{
    [Fact]
    public async Task The_registrys_demo_holds_each_of_its_checks()
    {
        var stop = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Directory.CreateTempSubdirectory("cs-cd-").FullName, "demo");
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "counterseal.dll"), "convention", "demo", "--folder", folder, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync(stop);
            var output = await process.StandardOutput.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            Assert.True(process.ExitCode == 0, output + await errors);
            var said = JsonNode.Parse(output)!;
            Assert.True((bool)said["good"]!);
            Assert.InRange((long)said["incidents"]!, 200, 400);
            Assert.Equal("States bound by a Digital Geneva Convention: none", (string)said["bound"]!);
            Assert.InRange(said["checks"]!.AsArray().Count, 40, 80);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }
}
