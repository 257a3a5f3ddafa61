using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Counterseal.Ledger.Tests;

/// <summary>A process is killed (SIGKILL) at each crash point of the ledger; then the log is opened again and held to what it had acknowledged.</summary>
public class CrashTests
{
    private const int Before = 252;
    private const int Killed = 137;

    public static TheoryData<string, bool> Commits()
    {
        var data = new TheoryData<string, bool>();
        foreach (var write in new[] { "ledger.tiles", "ledger.checkpoint" })
            foreach (var place in new[] { "before", "unsynced", "renamed", "after" })
                foreach (var lose in new[] { false, true })
                    data.Add($"{write}.{place}", lose);
        return data;
    }

    /// <summary>The first commit, and a later one that fills the first tiles of 256.</summary>
    [Theory]
    [MemberData(nameof(Commits))]
    public async Task Killed_in_a_commit_nothing_acknowledged_is_lost_and_the_work_goes_on(string point, bool lose)
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example/log");
        using var signer = made.Home.OpenKey();
        await using (var log = await Log.Open(made.Home.LogFolder, signer))
            await log.AppendAll(0, Before);

        var acknowledged = new Dictionary<int, TlogProof>();
        foreach (var time in new[] { 1, 4 })
        {
            var (status, lines) = await Child($"{point}#{time}", lose, "append", made.Home.Folder, Before, 270);
            Assert.Equal(Killed, status);
            foreach (var line in lines)
                acknowledged[int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)] = TlogProof.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[1])));

            await using var log = await Log.Open(made.Home.LogFolder, signer);
            Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, made.Key)).Faults);
            foreach (var (leaf, old) in acknowledged)
            {
                var checkpoint = old.Verify(Leaves.Of(leaf), made.Key);
                Assert.InRange(checkpoint.Size, 1, log.Latest.Size);
                Assert.True(Merkle.VerifyConsistency(checkpoint.Size, log.Latest.Size, checkpoint.Root, log.Latest.Root, log.Consistency(checkpoint.Size, log.Latest.Size)));
                Assert.Equal(old.Index, (await log.Append(Leaves.Of(leaf), CancellationToken.None)).Index);
            }
        }
        // After the fourth commit's death some leaf has been acknowledged by the first three, unless the first was the one to die.
        Assert.NotEmpty(acknowledged);
        var (end, rest) = await Child(null, false, "append", made.Home.Folder, Before, 270);
        Assert.Equal(0, end);
        Assert.Equal("done", rest[^1]);
        var report = await LedgerCheck.Run(made.Home.LogFolder, made.Key);
        Assert.Empty(report.Faults);
        Assert.Equal(270, report.Checkpoint!.Size);
    }

    [Theory]
    [InlineData("before", false)]
    [InlineData("unsynced", false)]
    [InlineData("unsynced", true)]
    [InlineData("after", true)]
    public async Task Killed_while_dropping_what_was_never_acknowledged_the_log_still_opens(string place, bool lose)
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example/log");
        using var signer = made.Home.OpenKey();
        await using (var log = await Log.Open(made.Home.LogFolder, signer))
            await log.AppendAll(0, 10);
        var stray = Path.Combine(made.Home.LogFolder, "tile/0/000.p/12");
        await File.WriteAllBytesAsync(stray, new byte[12 * 32]);
        Assert.Equal(Killed, (await Child("ledger.trim." + place, lose, "append", made.Home.Folder, 10, 12)).Status);
        Assert.Equal(place == "before" || (place == "unsynced" && lose), File.Exists(stray));
        await using (var log = await Log.Open(made.Home.LogFolder, signer))
        {
            Assert.False(File.Exists(stray));
            Assert.Equal(10, log.Latest.Size);
            await log.AppendAll(10, 12);
        }
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, made.Key)).Faults);
    }

    [Theory]
    [InlineData("key.create.unsynced", true)]
    [InlineData("key.create.after", false)]
    [InlineData("ledger.writers.renamed", true)]
    [InlineData("ledger.create.before", false)]
    [InlineData("ledger.create.renamed", true)]
    [InlineData("ledger.create.after", true)]
    public async Task Killed_while_a_home_is_made_there_is_none_and_it_can_be_made_again(string point, bool lose)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Killed, (await Child(point, lose, "create", folder["home"])).Status);
        Assert.False(Directory.Exists(folder["home"]));
        Assert.Equal(0, (await Child(null, false, "create", folder["home"])).Status);
        using var signer = new LedgerHome(folder["home"]).OpenKey();
        await using var log = await Log.Open(new LedgerHome(folder["home"]).LogFolder, signer);
        Assert.Equal(0, log.Latest.Size);
    }

    [Fact]
    public async Task The_crash_points_that_a_ledger_reaches_are_the_ones_in_the_docs()
    {
        using var folder = new TemporaryFolder();
        var trace = new Dictionary<string, string> { ["COUNTERSEAL_CRASH_TRACE"] = folder["trace"] };
        Assert.Equal(0, (await Child(trace, "create", folder["home"])).Status);
        Assert.Equal(0, (await Child(trace, "append", folder["home"], 0, 3)).Status);
        Directory.CreateDirectory(Path.Combine(folder["home"], "log/tile/0/000.p"));
        await File.WriteAllBytesAsync(Path.Combine(folder["home"], "log/tile/0/000.p/9"), new byte[9 * 32]);
        Assert.Equal(0, (await Child(trace, "append", folder["home"], 3, 4)).Status);
        var reached = (await File.ReadAllLinesAsync(folder["trace"])).Distinct().Order(StringComparer.Ordinal).ToList();
        var docs = await File.ReadAllTextAsync(Path.Combine(Place.Root, "docs/crash-points.md"));
        Assert.All(reached, point => Assert.Contains($"`{point[..point.LastIndexOf('.')]}`", docs, StringComparison.Ordinal));
        Assert.Equal(["key.create", "ledger.checkpoint", "ledger.create", "ledger.tiles", "ledger.trim", "ledger.writers"], reached.Select(point => point[..point.LastIndexOf('.')]).Distinct());
    }

    internal static Task<(int Status, string[] Lines)> Child(string? crashAt, bool lose, params object[] arguments)
    {
        var environment = new Dictionary<string, string>();
        if (crashAt is not null)
            environment["COUNTERSEAL_CRASH_AT"] = crashAt;
        if (lose)
            environment["COUNTERSEAL_LOSE_UNSYNCED"] = "1";
        return Child(environment, arguments);
    }

    private static async Task<(int Status, string[] Lines)> Child(Dictionary<string, string> environment, params object[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Counterseal.Ledger.CrashChild")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode is 0 or Killed, await errors);
        return (process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
