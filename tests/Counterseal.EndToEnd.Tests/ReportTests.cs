using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Reports;

namespace Counterseal.EndToEnd.Tests;

/// <summary>The transparency report by the real processes: published once, whatever is killed meanwhile, and proven by the command.</summary>
public class ReportTests
{
    private const string Points = "report.pending.before,report.pending.after,report.file.before,report.file.after,report.proof.before,report.proof.after";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_each_of_its_writes_a_report_is_published_once_with_a_proof_that_the_command_verifies()
    {
        await using var house = House.Build();
        house.CrashAt = Points;
        var writes = Points.Split(',').Select(point => point[..point.LastIndexOf('.')]).Distinct();
        var listed = File.ReadAllText(Path.Combine(Place.Root, "docs", "crash-points.md"));
        Assert.All(writes, write => Assert.Contains($"`{write}`", listed, StringComparison.Ordinal));
        var (published, digests) = (false, new HashSet<string>());
        for (var tries = 0; tries < 12 && !published; tries++)
        {
            await house.Start();
            using var desk = new StaffClient(house.Home);
            try
            {
                await desk.Post("/api/reports/2026-H1", new JsonObject { ["by"] = "ana" }, Stop);
                published = true;
            }
            catch (DeskRefused refused) when ((string?)refused.Body["refused"] == "published")
            {
                published = true;
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException or SocketException)
            {
                // The desk is dying; its people start it again when it is dead, and say the same again.
                for (var wait = 0; house.IsUp && wait < 200; wait++)
                    await Task.Delay(50, Stop);
            }
            foreach (var file in Directory.Exists(house.Home.Reports) ? Directory.EnumerateFiles(house.Home.Reports, "report.json*", SearchOption.AllDirectories) : [])
                digests.Add(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file, Stop))));
        }
        Assert.True(published);
        await house.Start();
        Assert.Equal(6, house.Deaths);
        var shelf = new ReportShelf(house.Home.Reports);
        var report = Assert.Single(shelf.Reports());
        Assert.Equal([report.Report.Digest], digests);

        // What the public page gives is the bytes of the digest on the ledger, and a stranger proves it with the command alone.
        using var http = new HttpClient { BaseAddress = new Uri((string)house.Up["publicFace"]!) };
        Assert.Equal(report.Bytes, await http.GetByteArrayAsync("/report/2026-H1/report.json", Stop));
        Assert.Contains("proven, leaf", await http.GetStringAsync("/report/2026-H1", Stop), StringComparison.Ordinal);
        var receipt = Path.Combine(house.Folder, "receipt.json");
        await File.WriteAllBytesAsync(receipt, await http.GetByteArrayAsync("/report/2026-H1/receipt.json", Stop), Stop);
        Assert.Equal(0, await Command("ledger", "prove", "--receipt", receipt, "--trust", house.Home.Trust));
        await File.WriteAllTextAsync(receipt, (await File.ReadAllTextAsync(receipt, Stop)).Replace("\"salt\":\"", "\"salt\":\"00", StringComparison.Ordinal), Stop);
        Assert.NotEqual(0, await Command("ledger", "prove", "--receipt", receipt, "--trust", house.Home.Trust));

        // By the commands, as a person would: a correction beside it, a statement, a second publication refused.
        var key = Path.Combine(house.Folder, "ana.key");
        Assert.Equal(0, await Command("keys", "reviewer", "ana", "--out", key));
        Assert.Equal(1, await Command("report", "publish", "2026-H1", "--by", "ana", "--home", house.Home.Folder));
        Assert.Equal(0, await Command("report", "erratum", "2026-H1", "--by", "ana", "--reason", "A line was missing.", "--home", house.Home.Folder));
        Assert.Equal(0, await Command("report", "state", "keys", "--text", "We have never handed over a key.", "--key", key, "--home", house.Home.Folder));
        var page = await http.GetStringAsync("/report/2026-H1", Stop);
        Assert.Contains("A line was missing.", page, StringComparison.Ordinal);
        Assert.Contains("We have never handed over a key.", await http.GetStringAsync("/report", Stop), StringComparison.Ordinal);
        Assert.Equal(report.Bytes, await http.GetByteArrayAsync("/report/2026-H1/report.json", Stop));
    }

    [Fact]
    public async Task The_check_of_made_up_tables_ends_with_0_and_of_a_table_that_cannot_be_true_with_1()
    {
        var example = Path.Combine(Place.Root, "samples", "reports-check", "example");
        Assert.Equal(0, await Command("report", "check", Path.Combine(example, "mapping.yaml")));
        var folder = Directory.CreateTempSubdirectory("cs-check-").FullName;
        var table = Path.Combine(folder, "table.csv");
        await File.WriteAllTextAsync(table, "year,type,count_requests_received,count_disclosed\n2025,subpoena,10,12\n", Stop);
        Assert.Equal(1, await Command("report", "check", table));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> Command(params string[] arguments)
    {
        var start = Child.Self(arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        return process.ExitCode;
    }
}
