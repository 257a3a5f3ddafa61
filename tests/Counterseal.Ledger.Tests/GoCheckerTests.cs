using System.Diagnostics;

namespace Counterseal.Ledger.Tests;

/// <summary>The log in the eyes of a program that is not ours: Go's sumdb/note and sumdb/tlog, by the small checker in tests/ledger-checker.</summary>
public class GoCheckerTests
{
    [Fact]
    public async Task Go_checks_out_a_log_with_every_leaf_and_proof_and_finds_a_flipped_byte()
    {
        using var folder = new TemporaryFolder();
        var checker = await Build(folder["checker"]);
        await using var test = new TestLog();
        var log = await test.Open();
        Directory.CreateDirectory(folder["proofs"]);
        async Task Keep(int i) => await File.WriteAllTextAsync(Path.Combine(folder["proofs"], $"{i}.tlog-proof"), log.Prove(i).Text());
        await log.AppendAll(0, 3);
        await Keep(2);
        await log.AppendAll(3, 700);
        await Keep(255);
        await Keep(256);
        await log.AppendAll(700, 1500);
        await Keep(0);
        await Keep(1499);
        var vkey = test.Signer.Verifier.ToString();
        Assert.Equal((0, "good: 1500 leaves\n"), await Run(checker, test.Folder, vkey, folder["proofs"]));

        foreach (var tile in Tile.Of(1500))
        {
            Leaves.Flip(test.File(tile.Path), tile.Size / 2);
            Assert.Equal(1, (await Run(checker, test.Folder, vkey)).Status);
            Leaves.Flip(test.File(tile.Path), tile.Size / 2);
        }
        using var other = NoteSigner.Generate(test.Signer.Name);
        Assert.Equal(1, (await Run(checker, test.Folder, other.Verifier.ToString())).Status);
        Leaves.Flip(Path.Combine(folder["proofs"], "255.tlog-proof"), 60);
        Assert.Equal(1, (await Run(checker, test.Folder, vkey, folder["proofs"])).Status);
    }

    [Fact]
    public async Task Go_checks_out_an_empty_log()
    {
        using var folder = new TemporaryFolder();
        var checker = await Build(folder["checker"]);
        await using var test = new TestLog();
        Assert.Equal((0, "good: 0 leaves\n"), await Run(checker, test.Folder, test.Signer.Verifier.ToString()));
    }

    internal static async Task<string> Build(string output)
    {
        const string gopath = "/usr/share/gocode";
        if (Place.Program("go") is not { } go)
        {
            Assert.Skip("go is not installed (Debian: golang-go)");
            return "";
        }
        if (!Directory.Exists(gopath + "/src/golang.org/x/mod/sumdb"))
            Assert.Skip("Go's sumdb is not installed (Debian: golang-golang-x-mod-dev)");
        var (status, text) = await Run(go, ["build", "-o", output, Path.Combine(Place.Root, "tests/ledger-checker/main.go")], ("GO111MODULE", "off"), ("GOPATH", gopath), ("GOCACHE", Path.Combine(Path.GetTempPath(), "counterseal-go-cache")));
        Assert.True(status == 0, text);
        return output;
    }

    internal static Task<(int Status, string Text)> Run(string checker, params string[] arguments) => Run(checker, arguments, []);

    private static async Task<(int Status, string Text)> Run(string program, string[] arguments, params (string, string)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, text);
    }
}
