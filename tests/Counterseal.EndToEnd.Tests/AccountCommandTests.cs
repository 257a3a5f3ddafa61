using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Custody;

namespace Counterseal.EndToEnd.Tests;

/// <summary>What the real <c>serve</c> says of accounts, and the audit file by the command.</summary>
public class AccountCommandTests
{
    [Fact]
    public async Task A_trial_says_its_set_up_code_and_an_audit_file_is_taken_and_checked_by_the_command()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = House.Build();
        await house.Start();
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$", (string?)house.Up["setUp"]);
        using var walk = new Walk(house.Home, TimeProvider.System);
        _ = await walk.Submit(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "ordinary.json"), cancel), cancel);
        using var key = AgeIdentity.Generate();
        var (file, secret) = (Path.Combine(house.Folder, "x.audit.age"), Path.Combine(house.Folder, "auditor.key"));
        await File.WriteAllTextAsync(secret, key.Export() + "\n", cancel);
        var (taken, _) = await Run(null, "audit", "take", "--recipient", key.Recipient.Text, "--out", file, "--home", house.Home.Folder);
        Assert.Equal(0, taken);
        var (good, said) = await Run(null, "audit", "verify", file, "--key", secret, "--trust", house.Home.Trust, "--json");
        Assert.Equal(0, good);
        Assert.Equal(("trial", 1), ((string?)JsonNode.Parse(said)!["by"], (int)JsonNode.Parse(said)!["demands"]!));
        var bytes = await File.ReadAllBytesAsync(file, cancel);
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, cancel);
        var (bad, _) = await Run(null, "audit", "verify", file, "--key", secret, "--trust", house.Home.Trust);
        Assert.Equal(1, bad);
        // A token that is nobody's is not taken for the trial's account, and one that others can read is not sent.
        var token = Path.Combine(house.Folder, "token");
        await File.WriteAllTextAsync(token, "counterseal_nobody", cancel);
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(1, (await Run(token, "demands", "list", "--home", house.Home.Folder)).Code);
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(1, (await Run(token, "demands", "list", "--home", house.Home.Folder)).Code);
        Assert.Equal(0, (await Run(null, "demands", "list", "--home", house.Home.Folder)).Code);
    }

    private static async Task<(int Code, string Said)> Run(string? token, params string[] arguments)
    {
        var start = Child.Self(arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (token is not null)
            start.Environment["COUNTERSEAL_TOKEN"] = token;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        _ = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
