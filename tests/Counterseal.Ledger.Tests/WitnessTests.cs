using System.Diagnostics;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Ledger.Tests;

/// <summary>The witness: what it cosigns, what it refuses and how, and that no sequence of requests, crash or copy makes it cosign two views.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly NoteSigner log = NoteSigner.Generate("ledger.example/log");
    private readonly TestWitness test;

    public WitnessTests() => test = new TestWitness("witness.example", log.Verifier);

    [Fact]
    public void It_cosigns_what_continues_what_it_saw_with_the_time_of_its_clock()
    {
        var tree = Fork.Of(log, 40);
        var witness = test.Open();
        foreach (var (old, size) in ((int, int)[])[(0, 0), (0, 7), (7, 7), (7, 33), (33, 40)])
        {
            test.Clock.Now = test.Clock.Now.AddSeconds(1);
            var answer = witness.AddCheckpoint(tree.Request(old, size));
            Assert.Equal(200, answer.Status);
            var note = SignedNote.Parse(Encoding.UTF8.GetBytes(tree.At(size).Text() + "\n" + answer.Body));
            Assert.Equal(test.Clock.Now, test.Key.Saw(note));
            var latest = SignedNote.Parse(witness.Latest(WitnessHome.Hash(log.Name)));
            Assert.Equal(tree.At(size).Text(), latest.Text);
            Assert.Equal(test.Clock.Now, test.Key.Saw(latest));
            Assert.Equal([log.Name], latest.VerifiedBy(log.Verifier));
        }
        Assert.Null(witness.Latest(WitnessHome.Hash("another.example")));
    }

    [Fact]
    public void Each_no_has_the_status_that_the_standard_gives_and_changes_nothing()
    {
        using var other = NoteSigner.Generate(log.Name);
        using var stranger = NoteSigner.Generate("another.example/log");
        var (tree, fork) = (Fork.Of(log, 40), Fork.Of(log, 40, branch: 1, from: 5));
        var witness = test.Open();
        Assert.Equal(200, witness.AddCheckpoint(tree.Request(0, 20)).Status);
        var good = tree.Request(20, 40);
        var signed = good.AsSpan(good.AsSpan().IndexOf("\n\n"u8) + 2).ToArray();
        (int Status, byte[] Request)[] no =
        [
            (404, Fork.Of(stranger, 40).Request(0, 40)),
            (403, tree.Request(20, 40, by: other)),
            (403, Changed(good, good.Length - 10)),
            (400, tree.Request(30, 25)),
            (409, tree.Request(0, 40)),
            (409, tree.Request(19, 40)),
            (409, tree.Request(21, 40)),
            (422, fork.Request(20, 40)),
            (422, fork.Request(20, 20)),
            (422, tree.Request(20, 40, [])),
            (422, tree.Request(20, 40, [.. tree.Proof(20, 40), new byte[32]])),
            (422, tree.Request(20, 20, [new byte[32]])),
            (400, []),
            (400, "old 20\n"u8.ToArray()),
            (400, [.. "old 020\n\n"u8, .. signed]),
            (400, [.. "old -1\n\n"u8, .. signed]),
            (400, [.. "old 20 \n\n"u8, .. signed]),
            (400, [.. "new 20\n\n"u8, .. signed]),
            (400, [.. "old 20\n%%%%\n\n"u8, .. signed]),
            (400, [.. "old 20\n"u8, .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Convert.ToBase64String(new byte[32]) + "\n", 64))), .. "\n"u8, .. signed]),
            (400, [.. "old 20\n\n"u8, .. SignedNote.Sign(tree.At(40).Text() + "an extension\n", log).Bytes()]),
            (400, new byte[Witness.MaxRequest + 1]),
        ];
        foreach (var (status, request) in no)
        {
            var answer = witness.AddCheckpoint(request);
            Assert.True(answer.Status == status, $"{Encoding.UTF8.GetString(request)[..Math.Min(100, request.Length)]}: {answer}");
            if (status == 409)
                Assert.Equal("20\n", answer.Body);
        }
        Assert.Equal(200, witness.AddCheckpoint(good).Status);

        // Of nothing: only the empty tree's own root, and no proof.
        using var empty = new TestWitness("empty.example", log.Verifier);
        Assert.Equal(422, empty.Open().AddCheckpoint([.. "old 0\n\n"u8, .. new Checkpoint(log.Name, 0, new byte[32]).Sign(log)]).Status);
        Assert.Equal(422, empty.Open().AddCheckpoint(tree.Request(0, 5, [new byte[32]])).Status);
        Assert.Equal((409, "0\n"), (empty.Open().AddCheckpoint(tree.Request(3, 5)).Status, empty.Open().AddCheckpoint(tree.Request(3, 5)).Body));
    }

    [Fact]
    public void Whatever_it_is_asked_and_however_often_it_restarts_all_that_it_cosigns_is_one_tree_that_only_grows()
    {
        const int max = 24;
        var step = from tree in Gen.Choose(0, 2)
                   from old in Gen.Choose(0, max)
                   from size in Gen.Choose(0, max)
                   from proofOf in Gen.Choose(0, 2)
                   from knows in Gen.Choose(0, 3)
                   from restart in Gen.Choose(0, 9)
                   select (tree, old, size, proofOf, knows: knows > 0, restart: restart == 0);
        var steps = from at in Gen.Choose(0, max) from list in step.ListOf() select (at, list);
        var cosigned = 0;
        Prop.ForAll(steps.ToArbitrary(), run =>
        {
            using var fresh = new TestWitness("fresh.example", log.Verifier);
            Fork[] trees = [Fork.Of(log, max), Fork.Of(log, max, 1, run.at), Fork.Of(log, max, 2, run.at / 2)];
            var seen = new List<Checkpoint>();
            foreach (var (tree, old, size, proofOf, knows, restart) in run.list)
            {
                if (restart)
                    fresh.Close();
                // Mostly it asks from where the witness is, since nearly everything else is a plain 409.
                var from = knows ? seen.Count == 0 ? 0 : seen[^1].Size : old;
                var answer = fresh.Open().AddCheckpoint(trees[tree].Request(from, size, trees[proofOf].Proof(from, size)));
                if (answer.Status != 200)
                    continue;
                var checkpoint = trees[tree].At(size);
                Assert.NotNull(fresh.Key.Saw(SignedNote.Parse(Encoding.UTF8.GetBytes(checkpoint.Text() + "\n" + answer.Body))));
                seen.Add(checkpoint);
                cosigned++;
            }
            return seen.Zip(seen.Skip(1)).All(pair => pair.First.Size <= pair.Second.Size)
                && trees.Any(tree => seen.All(checkpoint => tree.Root(checkpoint.Size).AsSpan().SequenceEqual(checkpoint.Root)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
        Assert.True(cosigned > 100, $"only {cosigned} cosignatures: this has proved little");
    }

    [Fact]
    public void Any_bytes_get_an_answer_and_only_a_whole_good_request_a_cosignature()
    {
        var tree = Fork.Of(log, 40);
        var witness = test.Open();
        Assert.Equal(200, witness.AddCheckpoint(tree.Request(0, 20)).Status);
        var good = tree.Request(20, 40);
        var change = from at in Gen.Choose(0, good.Length - 1)
                     from to in Gen.Choose(0, 255)
                     from cut in Gen.Choose(0, good.Length)
                     from kind in Gen.Choose(0, 3)
                     select kind switch
                     {
                         0 => good[..cut],
                         1 => [.. good[..at], .. good[cut..]],
                         2 => [.. good[..cut], (byte)to, .. good[cut..]],
                         _ => [.. good[..at], (byte)to, .. good[(at + 1)..]],
                     };
        Prop.ForAll(change.ToArbitrary(), bytes =>
        {
            var answer = witness.AddCheckpoint(bytes);
            // A request that is the good one all the same may be taken, once; then its old size is no longer the witness's.
            return bytes.AsSpan().SequenceEqual(good) ? answer.Status is 200 or 409 : answer.Status is 400 or 403 or 404 or 409 or 422;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
        Assert.Contains(witness.AddCheckpoint(good).Status, new[] { 200, 409 });
        Assert.Equal(40, test.Home.SizeSeen(log.Name));
    }

    [Fact]
    public async Task Of_two_branches_that_are_sent_at_once_it_cosigns_one()
    {
        for (var i = 0; i < 20; i++)
        {
            using var fresh = new TestWitness("fresh.example", log.Verifier);
            var witness = fresh.Open();
            Fork[] trees = [.. Enumerable.Range(0, 8).Select(branch => Fork.Of(log, 9, branch, 4))];
            Assert.Equal(200, witness.AddCheckpoint(trees[0].Request(0, 4)).Status);
            var answers = await Task.WhenAll(trees.Select(tree => Task.Run(() => witness.AddCheckpoint(tree.Request(4, 9)).Status)));
            Assert.Equal(1, answers.Count(status => status == 200));
            Assert.Equal(7, answers.Count(status => status == 409));
        }
    }

    [Theory]
    [InlineData("before")]
    [InlineData("unsynced")]
    [InlineData("renamed")]
    [InlineData("after")]
    public async Task Killed_at_any_place_it_never_cosigns_the_other_branch_of_what_it_had_answered(string place)
    {
        var (one, other) = (Fork.Of(log, 9, 1, 4), Fork.Of(log, 9, 2, 4));
        using var folder = new TemporaryFolder();
        foreach (var lose in new[] { false, true })
        {
            using var fresh = new TestWitness("fresh.example", log.Verifier);
            await File.WriteAllBytesAsync(folder["4"], one.Request(0, 4));
            await File.WriteAllBytesAsync(folder["one"], one.Request(4, 9));
            await File.WriteAllBytesAsync(folder["other"], other.Request(4, 9));
            Assert.Equal((0, "200\n"), await Child(null, false, fresh.Folder, folder["4"]));
            var (status, said) = await Child("witness.checkpoint." + place, lose, fresh.Folder, folder["one"]);
            Assert.Equal((137, ""), (status, said));
            // Nobody was answered, so either branch may go on; but only one of them, for ever.
            Assert.Equal(0, (await Child(null, false, fresh.Folder, folder["other"])).Status);
            var answers = (await Child(null, false, fresh.Folder, folder["one"], folder["other"])).Text;
            Assert.Equal("409\n409\n", answers);
            Assert.Equal(9, fresh.Home.SizeSeen(log.Name));
        }
    }

    [Fact]
    public void A_copy_of_its_folder_or_one_that_lost_what_it_saw_does_not_start()
    {
        Assert.Equal(200, test.Open().AddCheckpoint(Fork.Of(log, 9).Request(0, 9)).Status);
        Assert.Contains("another process", Assert.Throws<LedgerException>(() => Witness.Open(test.Folder, TimeProvider.System)).Message, StringComparison.Ordinal);
        test.Close();
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Run("cp", "-a", test.Folder, folder["copy"]));
        Assert.Contains("is a copy", Assert.Throws<LedgerException>(() => Witness.Open(folder["copy"], TimeProvider.System)).Message, StringComparison.Ordinal);
        File.Delete(test.Home.Seen(log.Name));
        Assert.Contains("is gone", Assert.Throws<LedgerException>(() => Witness.Open(test.Folder, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_changes_keys_goes_on_where_it_was_and_one_that_is_forgotten_is_not_begun_anew()
    {
        using var next = NoteSigner.Generate(log.Name);
        var tree = Fork.Of(log, 9);
        Assert.Equal(200, test.Open().AddCheckpoint(tree.Request(0, 4)).Status);
        Assert.Equal(403, test.Open().AddCheckpoint(tree.Request(4, 9, by: next)).Status);
        test.Close();
        test.Home.Add(next.Verifier);
        Assert.Equal(200, test.Open().AddCheckpoint(tree.Request(4, 6, by: next)).Status);
        test.Close();
        test.Home.Remove(log.Verifier);
        Assert.Equal(403, test.Open().AddCheckpoint(tree.Request(6, 9)).Status);
        test.Close();
        test.Home.Remove(next.Verifier);
        Assert.Equal(404, test.Open().AddCheckpoint(tree.Request(6, 9, by: next)).Status);
        test.Close();
        test.Home.Add(next.Verifier);
        Assert.Equal(409, test.Open().AddCheckpoint(tree.Request(0, 9, by: next)).Status);
        Assert.Equal(200, test.Open().AddCheckpoint(tree.Request(6, 9, by: next)).Status);
    }

    [Fact]
    public async Task Over_HTTP_it_answers_as_the_standard_says()
    {
        await using var host = await WitnessHost.Start(test.Folder, "http://127.0.0.1:0", test.Clock, CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(host.Address) };
        var tree = Fork.Of(log, 9);
        using (var cosigned = await http.PostAsync("/add-checkpoint", new ByteArrayContent(tree.Request(0, 9))))
        {
            Assert.Equal(HttpStatusCode.OK, cosigned.StatusCode);
            Assert.StartsWith("— witness.example ", await cosigned.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using (var conflict = await http.PostAsync("/add-checkpoint", new ByteArrayContent(tree.Request(0, 9))))
        {
            Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
            Assert.Equal("text/x.tlog.size", conflict.Content.Headers.ContentType!.ToString());
            Assert.Equal("9\n", await conflict.Content.ReadAsStringAsync());
        }
        using (var large = await http.PostAsync("/add-checkpoint", new ByteArrayContent(new byte[Witness.MaxRequest + 100_000])))
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(tree.At(9).Text(), SignedNote.Parse(await http.GetByteArrayAsync($"/{WitnessHome.Hash(log.Name)}/checkpoint")).Text);
        foreach (var path in new[] { "/", "/add-checkpoint", $"/{WitnessHome.Hash("x")}/checkpoint", "/witness.key", $"/seen/{WitnessHome.Hash(log.Name)}" })
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public void A_witnesss_key_is_no_logs_key_and_a_changed_letter_is_named()
    {
        Assert.Equal(test.Key, WitnessKey.Parse(test.Key.ToString()));
        Assert.Throws<FormatException>(() => NoteVerifier.Parse(test.Key.ToString()));
        Assert.Throws<FormatException>(() => WitnessKey.Parse(log.Verifier.ToString()));
        var text = test.Key.ToString();
        Assert.Throws<FormatException>(() => WitnessKey.Parse(text[..^5] + (text[^5] == 'A' ? 'B' : 'A') + text[^4..]));
        Assert.Throws<FormatException>(() => WitnessPolicy.Of(2, [text]));
        Assert.Throws<FormatException>(() => WitnessPolicy.Of(1, [text, text]));
        Assert.Throws<FormatException>(() => WitnessPolicy.Of(0, [text]));
    }

    [Fact]
    public void The_agreed_time_is_one_that_enough_have_reached_and_one_liar_of_three_moves_it_nowhere()
    {
        var keys = ((string[])["a", "b", "c"]).Select(name =>
        {
            using var signer = NoteSigner.Generate(name);
            return WitnessKey.Of(name, signer.Verifier.PublicKey);
        }).ToList();
        var policy = new WitnessPolicy(2, keys);
        var now = test.Clock.Now;
        Prop.ForAll(Gen.Choose(-400_000_000, 400_000_000).Zip(Gen.Choose(0, 60)).ToArbitrary(), drawn =>
        {
            var (lie, late) = drawn;
            var agreed = policy.Agreed(new Dictionary<string, DateTimeOffset> { ["a"] = now, ["b"] = now.AddSeconds(-late), ["c"] = now.AddSeconds(lie) });
            return agreed >= now.AddSeconds(-late) && agreed <= now;
        }).QuickCheckThrowOnFailure();
        Assert.Null(policy.Agreed(new Dictionary<string, DateTimeOffset> { ["c"] = now, ["stranger"] = now }));
    }

    public void Dispose()
    {
        test.Dispose();
        log.Dispose();
    }

    private static byte[] Changed(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] = changed[at] == (byte)'A' ? (byte)'B' : (byte)'A';
        return changed;
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static async Task<(int Status, string Text)> Child(string? crashAt, bool lose, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Counterseal.Ledger.CrashChild"), ["witness", .. arguments]) { RedirectStandardOutput = true };
        if (crashAt is not null)
            start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
        if (lose)
            start.Environment["COUNTERSEAL_LOSE_UNSYNCED"] = "1";
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, text);
    }
}
