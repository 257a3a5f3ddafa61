using System.Text.Json.Nodes;
using Counterseal.Cli;

namespace Counterseal.EndToEnd.Tests;

/// <summary>The tally over the real processes: a demand is received, a package is sealed, and whoever holds the receipt finds it counted.</summary>
public class TallyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_holds_a_receipt_finds_the_demand_in_the_tally_and_the_package_that_the_gate_sealed_is_in_too()
    {
        await using var house = House.Build();
        await house.Start();
        using var people = new Stubborn(house, Stop);
        await people.GoAllTheWay();
        using var http = new HttpClient { BaseAddress = new Uri((string)house.Up["publicFace"]!) };
        var address = $"status/{(string)people.Receipts[0]["token"]!}/tally.json";
        await Until(async () => (await http.GetAsync(new Uri(address, UriKind.Relative), Stop)).IsSuccessStatusCode, "the status page gives no leaf");
        var paper = Path.Combine(house.Folder, "tally.json");
        await File.WriteAllBytesAsync(paper, await http.GetByteArrayAsync(new Uri(address, UriKind.Relative), Stop), Stop);
        var tally = http.BaseAddress + "tally";

        // Killed without warning, the ledger goes on where it was, and nothing that it had taken is lost.
        await house.Kill();
        await house.Start();
        tally = (string)house.Up["publicFace"]! + "tally";
        await Until(async () => await Run("tally", "check", paper, "--tally", tally, "--trust", house.Home.Trust) == 0, "the demand is not in the tally");
        Assert.Equal(0, await Run("tally", "verify", "--tally", tally, "--trust", house.Home.Trust));

        // Another's paper for it is refused.
        var forged = JsonNode.Parse(await File.ReadAllBytesAsync(paper, Stop))!;
        forged["tally"]![0]!["index"] = (long)forged["tally"]![0]!["index"]! == 0 ? 1 : 0;
        await File.WriteAllTextAsync(paper, forged.ToJsonString(), Stop);
        Assert.Equal(1, await Run("tally", "check", paper, "--tally", tally, "--trust", house.Home.Trust));

        // The gate's rounds come each minute.
        await Until(() => Task.FromResult(Directory.Exists(Path.Combine(house.Home.Gate, "tally"))
            && Directory.EnumerateFiles(Path.Combine(house.Home.Gate, "tally"), "*.json").Any(file => (bool)JsonNode.Parse(File.ReadAllBytes(file))!["logged"]!)), "the gate's package is not in the tally");
        await house.Kill();
        // A copy of the folder is enough to verify all of it.
        Assert.Equal(0, await Run("tally", "verify", "--tally", Path.Combine(house.Home.Ledger, "tally", "log"), "--trust", house.Home.Trust));
    }

    private static async Task<int> Run(params string[] arguments)
    {
        var start = Child.Self(arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Stop);
        await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        await errors;
        return process.ExitCode;
    }

    private static async Task Until(Func<Task<bool>> holds, string otherwise)
    {
        for (var patience = 0; !await holds(); patience++)
        {
            Assert.True(patience < 150, otherwise);
            await Task.Delay(TimeSpan.FromSeconds(2), Stop);
        }
    }
}
