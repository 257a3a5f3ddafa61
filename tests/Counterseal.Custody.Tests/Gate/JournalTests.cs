using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The gate's journal against the ledger, and what a cut leaves behind.</summary>
public class JournalTests
{
    private static string Path(HostileDesk desk) => System.IO.Path.Combine(desk.Home, "journal.ndjson");

    private static async Task<HostileDesk> WithOneRelease()
    {
        var desk = await HostileDesk.Begin();
        Assert.Equal("done", (await (await Case.Release(desk)).File()).State);
        await desk.StopGate();
        return desk;
    }

    private static async Task Refuses(HostileDesk desk, string code)
    {
        await desk.StartGate();
        var release = await Case.Release(desk);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(code, (await release.File()).Refused);
            Assert.Equal(code, (await (await Case.OnReceived(desk, "count")).File()).Refused);
            await desk.RestartGate();
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public async Task A_journal_that_was_rolled_back_is_noticed_and_nothing_runs(int lines)
    {
        await using var desk = await WithOneRelease();
        var all = await File.ReadAllLinesAsync(Path(desk));
        // "done" is the last line; before it stand the acknowledgement and the intent of sealed.
        await File.WriteAllLinesAsync(Path(desk), all[..Math.Max(0, all.Length - 1 - Math.Min(lines, all.Length))]);
        await Refuses(desk, "journal");
        Assert.Equal("journal", desk.Refusals()[^1]);
    }

    [Fact]
    public async Task A_lost_acknowledgement_alone_is_found_again_in_the_ledger()
    {
        await using var desk = await WithOneRelease();
        var all = await File.ReadAllLinesAsync(Path(desk));
        await File.WriteAllLinesAsync(Path(desk), all[..^2]);
        await desk.StartGate();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.All(desk.Own(), own => Assert.NotNull(own.Index));
    }

    [Fact]
    public async Task A_journal_with_a_changed_line_is_not_believed()
    {
        await using var desk = await WithOneRelease();
        var all = await File.ReadAllTextAsync(Path(desk));
        await File.WriteAllTextAsync(Path(desk), all.Replace("\"kind\":\"done\"", "\"kind\":\"gone\"", StringComparison.Ordinal).Replace("\"n\":1,", "\"n\":0,", StringComparison.Ordinal));
        await Refuses(desk, "journal");
    }

    [Fact]
    public async Task A_last_line_that_was_torn_is_cut_off_and_the_work_goes_on()
    {
        await using var desk = await WithOneRelease();
        var whole = await File.ReadAllBytesAsync(Path(desk));
        await File.AppendAllTextAsync(Path(desk), "{\"at\":\"2026-11-24T02:0");
        await desk.StartGate();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        var now = await File.ReadAllBytesAsync(Path(desk));
        Assert.True(now.AsSpan().StartsWith(whole));
        await desk.RestartGate();
        Assert.Equal(200, (await desk.Get("/healthz")).Status);
    }

    [Fact]
    public async Task Leaves_under_the_gates_own_tags_that_it_did_not_write_stop_it()
    {
        await using var desk = await WithOneRelease();
        var stolen = new WriterKey(await File.ReadAllBytesAsync(System.IO.Path.Combine(desk.Home, "writer.key")));
        using var client = desk.LedgerAt("unix:" + desk.At("ledger.sock"));
        await client.Append(new Leaf(stolen.Tag(desk.Own().Count + 5), Commitment.Of(new byte[32], "forged"u8)), CancellationToken.None);
        await Refuses(desk, "journal");
    }

    [Fact]
    public async Task A_ledger_that_was_set_back_is_a_fork_and_without_the_gates_memory_still_a_wrong_journal()
    {
        await using var desk = await WithOneRelease();
        await desk.StopLedger();
        Directory.Delete(desk.LedgerMade.Home.LogFolder, recursive: true);
        using (var key = desk.LedgerMade.Home.OpenKey())
            Log.Create(desk.LedgerMade.Home.LogFolder, key);
        await desk.StartLedger();
        await Refuses(desk, "fork");
        await desk.StopGate();
        File.Delete(System.IO.Path.Combine(desk.Home, "last-checkpoint"));
        await Refuses(desk, "journal");
    }

    [Fact]
    public async Task A_gate_that_starts_without_its_ledger_refuses_and_recovers_by_itself()
    {
        await using var desk = await WithOneRelease();
        var count = await Case.OnReceived(desk, "count");
        await desk.StopLedger();
        await desk.StartGate();
        Assert.Equal("ledger-away", (await count.File()).Refused);
        Assert.Equal(503, (await desk.Get("/healthz")).Status);
        await desk.StartLedger();
        Assert.Equal("done", (await count.File()).State);
    }

    [Fact]
    public async Task A_release_cut_off_after_sealed_is_made_whole_with_the_very_same_bytes()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        var second = release.Approvals[1];
        await release.ApprovedBy("alice").File();
        var order = System.IO.Path.Combine(desk.Home, "orders", release.Digest);
        var kept = new[] { "order.json", "envelope.json" }.Select(name => System.IO.Path.Combine(order, name)).ToDictionary(path => path, File.ReadAllBytes);
        Assert.Equal("done", (await desk.Post($"/orders/{release.Digest}/approvals", second)).State);
        var package = await desk.Get($"/packages/{release.Digest}/{release.Name}.age");
        await desk.StopGate();
        // As if the power had gone between the leaf and the counterseal.
        File.Delete(System.IO.Path.Combine(order, "outcome.json"));
        File.Delete(System.IO.Path.Combine(desk.Home, "packages", release.Digest, release.Name + ".counterseal"));
        foreach (var (path, bytes) in kept)
            await File.WriteAllBytesAsync(path, bytes);
        await File.WriteAllBytesAsync(System.IO.Path.Combine(order, "approvals.json"), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new[] { desk.Approve(release.Digest, "alice"), second }));
        desk.Clock.Advance(TimeSpan.FromHours(30));

        await desk.StartGate();
        Assert.Equal("done", (await desk.Settled(release.Digest)).State);
        Assert.Equal(package.Body, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Body);
        Assert.Single(desk.Own(), own => own.Type == "sealed");
    }

    [Fact]
    public async Task A_release_cut_off_before_sealed_starts_again_by_itself_under_a_new_file_key()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        await release.ApprovedBy("alice").File();
        await desk.StopGate();
        var approvals = System.IO.Path.Combine(desk.Home, "orders", release.Digest, "approvals.json");
        await File.WriteAllBytesAsync(approvals, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new[] { desk.Approve(release.Digest, "alice"), desk.Approve(release.Digest, "bob") }));
        var half = System.IO.Path.Combine(desk.Home, "packages", release.Digest);
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(System.IO.Path.Combine(half, release.Name + ".age.partial"), "half of an age file");

        await desk.StartGate();
        Assert.Equal("done", (await desk.Settled(release.Digest)).State);
        Assert.Equal([release.Name + ".age", release.Name + ".counterseal", "statement.json"], Directory.EnumerateFiles(half).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
        // The outcome is told before the order's bytes are cleared away.
        for (var looks = 0; Directory.GetFiles(System.IO.Path.GetDirectoryName(approvals)!).Length > 1 && looks < 500; looks++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal([], Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(approvals)!).Select(System.IO.Path.GetFileName).Where(name => name != "outcome.json"));
    }

    [Fact]
    public async Task Only_one_gate_runs_on_a_folder_and_only_with_keys_that_nobody_else_can_read()
    {
        await using var desk = await HostileDesk.Begin();
        await Assert.ThrowsAsync<InvalidDataException>(() => GateHost.Run(desk.Home, desk.At("second.sock"), desk.Clock, CancellationToken.None));
        await desk.StopGate();
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in Directory.EnumerateFiles(desk.Home, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("running", StringComparison.Ordinal)))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        foreach (var folder in Directory.EnumerateDirectories(desk.Home, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        File.SetUnixFileMode(System.IO.Path.Combine(desk.Home, "gate.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        await Assert.ThrowsAsync<InvalidDataException>(desk.StartGate);
    }

    [Fact]
    public async Task The_journal_holds_no_personal_data()
    {
        await using var desk = await WithOneRelease();
        var journal = await File.ReadAllTextAsync(Path(desk));
        foreach (var line in desk.Journal().Where(line => line.GetProperty("kind").GetString() == "intent"))
            journal += Encoding.UTF8.GetString(line.GetProperty("event").GetBytesFromBase64());
        foreach (var word in new[] { "maeve", "acc-1", "alice", "bob", "Police", "TEST-0001" })
            Assert.DoesNotContain(word, journal, StringComparison.OrdinalIgnoreCase);
    }
}
