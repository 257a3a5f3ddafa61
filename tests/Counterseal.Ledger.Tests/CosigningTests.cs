using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Counterseal.Ledger.Tests;

/// <summary>A ledger with three witnesses, two of which make a checkpoint cosigned: what it serves, what it keeps, and what happens when they are away, slow or saw another tree.</summary>
public sealed class CosigningTests : IAsyncDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private readonly TemporaryFolder folder = new();
    private readonly NewLedger made;
    private readonly TestWitness[] witnesses;
    private readonly Dictionary<int, WitnessHost> hosts = [];
    private readonly WitnessPolicy policy;

    public CosigningTests()
    {
        made = LedgerHome.Create(folder["home"], "ledger.example/log");
        witnesses = [.. Enumerable.Range(1, 3).Select(i => new TestWitness($"w{i}.example", made.Key))];
        var settings = new LedgerWitnesses(2, [.. witnesses.Select((witness, i) => new LedgerWitness(witness.Key.ToString(), Address(i)))]);
        settings.Write(made.Home.Folder);
        policy = settings.Policy;
    }

    [Fact]
    public async Task A_checkpoint_gets_the_cosignatures_is_served_with_them_and_a_proof_under_it_is_whole_offline()
    {
        foreach (var i in (int[])[0, 1, 2])
            await StartWitness(i);
        await using var ledger = await LedgerHost.Start(made.Home.Folder, "unix:" + folder["l"], TimeProvider.System, CancellationToken.None);
        using var client = new LedgerClient(ledger.Address, made.Key, made.Credentials["desk"]);
        var proof = await client.Append(Leaves.Of(0), CancellationToken.None);
        var note = SignedNote.Parse((await Until(() => client.Cosigned(CancellationToken.None), bytes => bytes is not null && SignedNote.Parse(bytes).Text == SignedNote.Parse(proof.Checkpoint).Text && policy.Saw(SignedNote.Parse(bytes)).Count == 3))!);
        Assert.All(policy.Saw(note), seen => Assert.Equal(witnesses[0].Clock.Now, seen.Value));
        Assert.Equal(note.Bytes(), await client.Checkpoint(CancellationToken.None));
        Assert.Equal(note.Bytes(), await File.ReadAllBytesAsync(made.Home.Cosigned));

        var cosigned = (await client.CosignedProof(0, Leaves.Of(0), CancellationToken.None))!;
        Assert.Equal(1, TlogProof.Parse(cosigned.Text()).Verify(Leaves.Of(0), made.Key).Size);
        Assert.Null(policy.Fault(SignedNote.Parse(cosigned.Checkpoint)));
        Assert.NotNull(policy.Fault(SignedNote.Parse(proof.Checkpoint)));
        Assert.Null(await client.CosignedProof(1, Leaves.Of(1), CancellationToken.None));

        // The log goes on before the witnesses have seen it: the latest checkpoint is always there.
        for (var i = 1; i < 300; i++)
            await client.Append(Leaves.Of(i), CancellationToken.None);
        Assert.Equal(300, Checkpoint.Open(await client.Checkpoint(CancellationToken.None), made.Key).Size);
        await Until(() => client.Cosigned(CancellationToken.None), bytes => Checkpoint.Open(bytes!, made.Key).Size == 300);
        Assert.Equal(300, (await client.CosignedProof(7, Leaves.Of(7), CancellationToken.None))!.Verify(Leaves.Of(7), made.Key).Size);
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, made.Key, policy)).Faults);
    }

    [Fact]
    public async Task With_one_witness_away_it_is_cosigned_with_two_away_the_last_one_stands_and_appends_never_wait()
    {
        await StartWitness(0);
        await StartWitness(1);
        await using var log = await OpenLog();
        await using (var cosigning = Begin(log))
        {
            await log.AppendAll(0, 5);
            await Until(() => Size(cosigning), size => size == 5);
            await StopWitness(1);
            var began = Stopwatch.GetTimestamp();
            await log.AppendAll(5, 200);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
            await Task.Delay(300);
            Assert.Equal(5, await Size(cosigning));
            Assert.Equal(200, Checkpoint.Open(cosigning.Checkpoint(), made.Key).Size);
        }
        // After a restart the last one is served at once, and with the witness back the log goes on.
        await using var again = Begin(log);
        Assert.Equal(5, await Size(again));
        Assert.Equal(5, (await Until(() => Task.FromResult(again.Prove(3)), proof => proof is not null))!.Verify(Leaves.Of(3), made.Key).Size);
        await StartWitness(1);
        await Until(() => Size(again), size => size == 200);
    }

    [Fact]
    public async Task A_log_that_does_not_grow_is_cosigned_again_so_that_there_is_a_fresh_time()
    {
        foreach (var i in (int[])[0, 1, 2])
            await StartWitness(i);
        await using var log = await OpenLog();
        await log.AppendAll(0, 3);
        await using var cosigning = Begin(log);
        await Until(() => Size(cosigning), size => size == 3);
        foreach (var witness in witnesses)
            witness.Clock.Now = witness.Clock.Now.AddHours(1);
        await Until(() => Task.FromResult(policy.Saw(SignedNote.Parse(cosigning.Cosigned!))), seen => seen.Count == 3 && seen.Values.All(at => at == witnesses[0].Clock.Now));
        Assert.Equal(3, await Size(cosigning));
    }

    [Fact]
    public async Task A_log_that_was_set_back_or_rewritten_gets_no_cosignature_for_what_it_says_now_and_the_check_says_so()
    {
        foreach (var i in (int[])[0, 1, 2])
            await StartWitness(i);
        await using (var log = await OpenLog())
        {
            await log.AppendAll(0, 10);
            await using var cosigning = Begin(log);
            await Until(() => Size(cosigning), size => size == 10);
        }
        var cosigned = await File.ReadAllBytesAsync(made.Home.Cosigned);
        // Whoever has the key begins again with other leaves.
        Directory.Delete(made.Home.LogFolder, recursive: true);
        using (var signer = made.Home.OpenKey())
            Log.Create(made.Home.LogFolder, signer);
        await using (var log = await OpenLog())
        {
            await log.AppendAll(100, 120);
            await using var cosigning = Begin(log);
            await Task.Delay(500);
            Assert.Null(cosigning.Cosigned);
        }
        Assert.Contains("no witness has cosigned", Assert.Single((await LedgerCheck.Run(made.Home.LogFolder, made.Key, policy)).Faults).What, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(made.Home.Cosigned, cosigned);
        Assert.Contains("another tree", Assert.Single((await LedgerCheck.Run(made.Home.LogFolder, made.Key, policy)).Faults).What, StringComparison.Ordinal);
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, made.Key)).Faults);
    }

    [Fact]
    public async Task Go_verifies_the_cosignatures_with_its_own_notes_and_not_those_of_another_checkpoint()
    {
        var checker = await GoCheckerTests.Build(folder["checker"]);
        foreach (var i in (int[])[0, 1, 2])
            await StartWitness(i);
        await using var log = await OpenLog();
        await log.AppendAll(0, 20);
        await using (var cosigning = Begin(log))
            await Until(() => Task.FromResult(cosigning.Cosigned), note => note is not null && policy.Saw(SignedNote.Parse(note)).Count == 3 && Checkpoint.Open(note, made.Key).Size == 20);
        string[] keys = [.. policy.Keys.Select(key => key.ToString())];
        var at = witnesses[0].Clock.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var (status, said) = await GoCheckerTests.Run(checker, ["-cosigned", made.Home.LogFolder, made.Key.ToString(), "3", .. keys]);
        Assert.Equal((0, $"good: size 20, w1.example at {at}, w2.example at {at}, w3.example at {at}\n"), (status, said));

        var note = SignedNote.Parse(await File.ReadAllBytesAsync(made.Home.Cosigned));
        var later = note with { Text = new Checkpoint(log.Key.Name, 21, new byte[32]).Text() };
        using (var signer = made.Home.OpenKey())
            later = later with { Signatures = [signer.Sign(later.Text), .. later.Signatures.Where(line => line.Name != signer.Name)] };
        await File.WriteAllBytesAsync(made.Home.Cosigned, later.Bytes());
        Assert.Equal(1, (await GoCheckerTests.Run(checker, ["-cosigned", made.Home.LogFolder, made.Key.ToString(), "1", .. keys])).Status);
        var two = note with { Signatures = [.. note.Signatures.SkipLast(1)] };
        await File.WriteAllBytesAsync(made.Home.Cosigned, two.Bytes());
        Assert.Equal(1, (await GoCheckerTests.Run(checker, ["-cosigned", made.Home.LogFolder, made.Key.ToString(), "3", .. keys])).Status);
    }

    [Fact]
    public async Task A_witness_that_answers_rubbish_slowly_or_with_another_tree_spoils_nothing()
    {
        await StartWitness(0);
        await StartWitness(1);
        var asked = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var rubbish = builder.Build();
        rubbish.MapPost("/add-checkpoint", async context =>
        {
            var line = WitnessKey.Cosign(NoteSigner.Generate("w3.example"), "another text\n", DateTimeOffset.UnixEpoch.AddDays(1)).ToString();
            (context.Response.StatusCode, var text) = (Interlocked.Increment(ref asked) % 9) switch
            {
                0 => (200, "— w3.example AAAAAAAA\n"),
                1 => (200, line + "\n"),
                2 => (200, ""),
                3 => (409, "9223372036854775807\n"),
                4 => (409, "0\n"),
                5 => (409, "many\n"),
                6 => (200, new string('x', 1 << 20)),
                7 => (422, "no\n"),
                _ => (500, "no"),
            };
            await context.Response.WriteAsync(text);
        });
        await rubbish.StartAsync();
        new LedgerWitnesses(2, [.. witnesses.Select((witness, i) => new LedgerWitness(witness.Key.ToString(), i == 2 ? rubbish.Urls.First() : Address(i)))]).Write(made.Home.Folder);
        await using var log = await OpenLog();
        await using (var cosigning = Begin(log))
        {
            for (var i = 0; i < 6; i++)
            {
                await log.AppendAll(10 * i, 10 * (i + 1));
                await Until(() => Size(cosigning), size => size == 10 * (i + 1));
            }
        }
        Assert.True(asked > 0);
        Assert.Equal(2, policy.Saw(SignedNote.Parse(await File.ReadAllBytesAsync(made.Home.Cosigned))).Count);
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, made.Key, policy)).Faults);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var i in hosts.Keys.ToList())
            await StopWitness(i);
        foreach (var witness in witnesses)
            witness.Dispose();
        folder.Dispose();
    }

    private string Address(int i) => "unix:" + folder[$"w{i}"];

    private async Task StartWitness(int i) => hosts[i] = await WitnessHost.Start(witnesses[i].Folder, Address(i), witnesses[i].Clock, CancellationToken.None);

    private async Task StopWitness(int i)
    {
        if (hosts.Remove(i, out var host))
            await host.DisposeAsync();
    }

    private async Task<Log> OpenLog()
    {
        // The log keeps the key for as long as it is open, which is as long as the test runs.
        return await Log.Open(made.Home.LogFolder, made.Home.OpenKey());
    }

    private Cosigning Begin(Log log) => Cosigning.Start(made.Home, log, TimeProvider.System, NullLogger.Instance, Short, TimeSpan.FromMilliseconds(100))!;

    private Task<long?> Size(Cosigning cosigning) => Task.FromResult(cosigning.Cosigned is { } note ? Checkpoint.Open(note, made.Key).Size : (long?)null);

    private static async Task<T> Until<T>(Func<Task<T>> ask, Func<T, bool> good)
    {
        for (var i = 0; ; i++)
        {
            var got = await ask();
            if (good(got))
                return got;
            Assert.True(i < 600, "it did not come to be within half a minute");
            await Task.Delay(50);
        }
    }
}
