using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary><c>ledger init</c>, <c>gate init</c> and <c>desk init</c> as the operators' page has them run: one after the other, what is secret passing as a file of mode 600, and the three then know each other.</summary>
public sealed class InitTests : IDisposable
{
    private const string Roster = """{"gate":"gate.example","epoch":1,"people":[],"approvals":{"count":1,"preserve":1,"release":2},"passkeys":{"rpId":"gate.example","origin":"https://gate.example","backedUp":false},"keyFiles":false,"change":{"quorum":2,"wait":86400}}""";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string folder = Directory.CreateTempSubdirectory("counterseal-init-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string At(params string[] names) => Path.Combine([folder, .. names]);

    [Fact]
    public async Task Three_parts_are_made_for_production_and_know_each_other()
    {
        string[] ledger = ["ledger", "init", "--home", At("ledger-home"), "--origin", "ledger.example/log", "--credentials", At("credentials")];
        var ledgerKey = await Said(ledger);
        Assert.StartsWith("ledger.example/log+", ledgerKey, StringComparison.Ordinal);
        Assert.Equal(["desk", "gate"], Directory.GetFiles(At("credentials")).Select(path => Path.GetFileName(path)!).Where(name => name is "desk" or "gate").Order());
        Assert.All(Directory.GetFiles(At("credentials")), path => Assert.Equal(Private, File.GetUnixFileMode(path)));

        await File.WriteAllTextAsync(At("accounts.ndjson"), """{"account":"acc-1","addresses":["maeve@mail.example"],"services":["notes"]}""" + "\n", Stop);
        Directory.CreateDirectory(At("mail"));
        await File.WriteAllTextAsync(At("roster.json"), Roster, Stop);
        var ledgerSocket = At("l.sock");
        string[] gate = ["gate", "init", "--home", At("gate-home"), "--name", "gate.example", "--ledger", "unix:" + ledgerSocket, "--ledger-key", ledgerKey, "--ledger-credential", At("credentials", "gate"), "--accounts", At("accounts.ndjson"), "--mail", At("mail"), "--roster", At("roster.json"), "--desk-credential", At("desk-gate")];
        var gateKey = await Said(gate);
        Assert.StartsWith("gate.example+", gateKey, StringComparison.Ordinal);
        Assert.Equal(Private, File.GetUnixFileMode(At("desk-gate")));
        var home = new Home(At("gate-home")).Gate;
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(home));
        Assert.All(Directory.GetFiles(home), path => Assert.Equal(Private, File.GetUnixFileMode(path)));
        Assert.False((bool)JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(home, "gate.json"), Stop))!["trial"]!);
        Assert.Equal([home], Directory.GetDirectories(At("gate-home")));

        string[] desk = ["desk", "init", "--home", At("desk-home"), "--gate", "unix:" + At("g.sock"), "--gate-name", "gate.example", "--gate-key", gateKey, "--gate-credential", At("desk-gate"), "--ledger", "unix:" + ledgerSocket, "--ledger-key", ledgerKey, "--ledger-credential", At("credentials", "desk")];
        Assert.Contains("counterseal serve --no-children", await Said(desk), StringComparison.Ordinal);
        var trust = new Home(At("desk-home")).Trust;
        Assert.Equal((gateKey, ledgerKey), Trust.Parse(await File.ReadAllBytesAsync(trust, Stop)) is var parsed ? (parsed.Gate, parsed.Ledger) : default);
        Assert.False((bool)JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(new Home(At("desk-home")).Desk, "desk.json"), Stop))!["trial"]!);

        // What was made is not made over.
        var before = State();
        foreach (var again in (string[][])[ledger, gate, desk])
        {
            var (code, _, error) = await Run(again);
            Assert.NotEqual(0, code);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
        Assert.Equal(before, State());

        // The gate is taken by the ledger under its credential, and says who it is.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using (var host = await LedgerHost.Start(new Home(At("ledger-home")).Ledger, "unix:" + ledgerSocket, TimeProvider.System, Stop))
        {
            var ready = new TaskCompletionSource();
            var serving = GateHost.Run(home, At("g.sock"), TimeProvider.System, ending.Token, ready.SetResult, _ => { });
            Assert.Same(ready.Task, await Task.WhenAny(ready.Task, serving));
            using var client = new GateClient("unix:" + At("g.sock"));
            var about = (await client.About(Stop)).Json;
            Assert.Equal((gateKey, ledgerKey, false), (about.GetProperty("key").GetString(), about.GetProperty("ledger").GetString(), about.GetProperty("trial").GetBoolean()));
            await ending.CancelAsync();
            await serving;
        }
    }

    [Theory]
    [InlineData("--ledger", "ledger.sock", "address")]
    [InlineData("--ledger-key", "nonsense", "key")]
    [InlineData("--roster", "missing.json", "missing.json")]
    public async Task What_cannot_be_used_is_said_in_a_sentence_and_nothing_is_made(string flag, string value, string about)
    {
        await File.WriteAllTextAsync(At("roster.json"), Roster, Stop);
        await File.WriteAllTextAsync(At("credential"), "secret", Stop);
        var words = new Dictionary<string, string>
        {
            ["--home"] = At("gate-home"),
            ["--name"] = "gate.example",
            ["--ledger"] = "unix:" + At("l.sock"),
            ["--ledger-key"] = NoteSigner.Generate("ledger.example/log").Verifier.ToString(),
            ["--ledger-credential"] = At("credential"),
            ["--accounts"] = At("accounts.ndjson"),
            ["--mail"] = At("mail"),
            ["--roster"] = At("roster.json"),
            ["--desk-credential"] = At("desk-gate"),
        };
        words[flag] = flag == "--roster" ? At(value) : value;
        var (code, output, error) = await Run(["gate", "init", .. words.SelectMany(word => new[] { word.Key, word.Value })]);
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("gate.example+", output, StringComparison.Ordinal);
        Assert.Contains(about, error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(new Home(At("gate-home")).Gate));
        Assert.False(File.Exists(At("desk-gate")));
    }

    private string State() => string.Join('\n', Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}"));

    private static async Task<string> Said(string[] words)
    {
        var (code, output, error) = await Run(words);
        Assert.True(code == 0, error);
        return output.Trim();
    }

    private static async Task<(int Code, string Output, string Error)> Run(string[] words)
    {
        var start = Child.Self(words);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Stop);
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, output, await error);
    }
}
