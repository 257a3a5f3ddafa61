using System.Globalization;
using System.Text;

namespace Counterseal.Ledger.Tests;

/// <summary>The log's key changed while it was due, after it was lost, and after it was in other hands.</summary>
public sealed class LedgerKeyTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly NewLedger made;
    private LedgerHost? host;

    public LedgerKeyTests() => made = LedgerHome.Create(folder["home"], "ledger.example/log");

    [Fact]
    public async Task A_key_that_is_due_hands_over_both_sign_for_a_while_and_each_proof_stays_good_for_whoever_has_the_keys()
    {
        var first = await Append(0, 5);
        await Stop();
        var change = LedgerKeyChange.Read((await LedgerKeyChange.Rotate(made.Home)).Note.Bytes());
        Assert.Equal((made.Key, 5L, KeyChangeReason.Rotated), (change.Old, change.At.Size, change.Reason));
        var keys = LogKeys.Of(made.Key).After(change);

        // While both sign, who has only the old key reads on, and so does who has only the new one.
        var between = await Append(5, 9);
        foreach (var known in new LogKeys[] { made.Key, change.New, keys })
        {
            using var reader = new LedgerClient(host!.Address, known, null);
            Assert.Equal(9, Checkpoint.Open(await reader.Checkpoint(CancellationToken.None), known).Size);
            between.Verify(Leaves.Of(8), known);
        }
        await Stop();
        Assert.Contains("signs too", (await Assert.ThrowsAsync<LedgerException>(() => LedgerKeyChange.Rotate(made.Home))).Message, StringComparison.Ordinal);
        LedgerKeyChange.Retire(made.Home);
        var after = await Append(9, 12);
        Assert.Throws<FormatException>(() => after.Verify(Leaves.Of(11), made.Key));
        after.Verify(Leaves.Of(11), change.New);
        Assert.Throws<FormatException>(() => first.Verify(Leaves.Of(4), change.New));
        foreach (var (proof, leaf) in new[] { (first, 4), (between, 8), (after, 11) })
            proof.Verify(Leaves.Of(leaf), LogKeys.Parse(keys.ToString()));
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, keys)).Faults);
        await Stop();
        Assert.Throws<LedgerException>(() => LedgerKeyChange.Retire(made.Home));

        // What the old key signs alone beyond its size is nobody's any more.
        await Append(12, 13);
        await Stop();
        var again = await LedgerKeyChange.Rotate(made.Home);
        Assert.Equal(2, keys.After(again).Earlier.Count);
        Assert.Throws<FormatException>(() => keys.After(change));
    }

    [Fact]
    public async Task An_earlier_key_is_good_up_to_its_size_and_no_further()
    {
        await Append(0, 5);
        await Stop();
        using var old = made.Home.OpenKey();
        var change = await LedgerKeyChange.Rotate(made.Home);
        var keys = LogKeys.Of(made.Key).After(change);
        Checkpoint.Open(new Checkpoint(made.Key.Name, 5, new byte[32]).Sign(old), keys);
        Assert.Contains("good up to size 5", Assert.Throws<FormatException>(() => Checkpoint.Open(new Checkpoint(made.Key.Name, 6, new byte[32]).Sign(old), keys)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyChangeReason.Lost)]
    [InlineData(KeyChangeReason.Compromised)]
    public async Task A_log_without_its_key_goes_on_under_a_new_one_over_the_very_same_tree(KeyChangeReason reason)
    {
        var first = await Append(0, 300);
        await Stop();
        var before = await File.ReadAllBytesAsync(made.Home.Checkpoint);
        if (reason == KeyChangeReason.Lost)
        {
            File.Delete(made.Home.Key);
            Assert.Contains("replace-key", (await Assert.ThrowsAsync<LedgerException>(() => Append(300, 301))).Message, StringComparison.Ordinal);
        }
        var change = LedgerKeyChange.Read((await LedgerKeyChange.Replace(made.Home, made.Key, reason)).Note.Bytes());
        Assert.Equal(Checkpoint.Open(before, made.Key), change.At);
        var keys = LogKeys.Of(made.Key).After(change);
        Assert.Equal(reason == KeyChangeReason.Compromised, keys.Earlier[0].Doubted);
        var after = await Append(300, 310);
        Assert.Throws<FormatException>(() => after.Verify(Leaves.Of(309), made.Key));
        after.Verify(Leaves.Of(309), keys);
        first.Verify(Leaves.Of(299), keys);
        using var client = new LedgerClient(host!.Address, keys, null);
        await client.EnsureConsistent(Checkpoint.Open(before, keys), Checkpoint.Open(after.Checkpoint, keys), CancellationToken.None);
        // A newer proof of the same leaf under the present key.
        (await client.Proof(299, Leaves.Of(299), CancellationToken.None)).Verify(Leaves.Of(299), change.New);
    }

    [Fact]
    public async Task A_tree_that_is_not_the_one_that_witnesses_have_cosigned_or_is_damaged_gets_no_new_key()
    {
        await Append(0, 10);
        await Stop();
        using var witness = new TestWitness("w1.example", made.Key);
        using (var thief = made.Home.OpenKey())
        {
            var forged = Fork.Of(thief, 8);
            var line = witness.Open().AddCheckpoint(forged.Request(0, 8)).Body;
            await File.WriteAllTextAsync(made.Home.Cosigned, Encoding.UTF8.GetString(forged.At(8).Sign(thief)) + line);
            new LedgerWitnesses(1, [new LedgerWitness(witness.Key.ToString(), "unix:/nowhere")]).Write(made.Home.Folder);
        }
        Assert.Contains("another tree", (await Assert.ThrowsAsync<LedgerException>(() => LedgerKeyChange.Replace(made.Home, made.Key, KeyChangeReason.Compromised))).Message, StringComparison.Ordinal);
        File.Delete(made.Home.Cosigned);
        using (var other = NoteSigner.Generate(made.Key.Name))
            await Assert.ThrowsAsync<LedgerException>(() => LedgerKeyChange.Replace(made.Home, other.Verifier, KeyChangeReason.Lost));
        Leaves.Flip(Path.Combine(made.Home.LogFolder, "tile/entries/000.p/10"), 100);
        await Assert.ThrowsAsync<LedgerException>(() => LedgerKeyChange.Replace(made.Home, made.Key, KeyChangeReason.Compromised));
    }

    [Fact]
    public async Task What_was_cosigned_under_the_old_key_is_served_under_the_new_one_at_once()
    {
        using var witness = new TestWitness("w1.example", made.Key);
        await using var served = await WitnessHost.Start(witness.Folder, "unix:" + folder["w"], witness.Clock, CancellationToken.None);
        new LedgerWitnesses(1, [new LedgerWitness(witness.Key.ToString(), "unix:" + folder["w"])]).Write(made.Home.Folder);
        await Append(0, 5);
        for (var i = 0; !File.Exists(made.Home.Cosigned) || Checkpoint.Open(await File.ReadAllBytesAsync(made.Home.Cosigned), made.Key).Size < 5; i++)
        {
            Assert.True(i < 400);
            await Task.Delay(50);
        }
        await Stop();
        await served.DisposeAsync();
        var change = await LedgerKeyChange.Replace(made.Home, made.Key, KeyChangeReason.Lost);
        host = await LedgerHost.Start(made.Home.Folder, "unix:" + folder["l"], TimeProvider.System, CancellationToken.None);
        using var reader = new LedgerClient(host.Address, change.New, null);
        var note = SignedNote.Parse(await reader.Checkpoint(CancellationToken.None));
        Assert.NotNull(witness.Key.Saw(note));
        Assert.Equal([change.New.Name], note.VerifiedBy(change.New));
        Assert.Equal(note.Bytes(), await reader.Cosigned(CancellationToken.None));
    }

    [Fact]
    public async Task While_the_ledger_runs_its_key_stays()
    {
        await Append(0, 1);
        Assert.Contains("stop it first", (await Assert.ThrowsAsync<LedgerException>(() => LedgerKeyChange.Rotate(made.Home))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_anybody_else_signed_or_altered_is_none()
    {
        await Append(0, 3);
        await Stop();
        using var old = made.Home.OpenKey();
        var good = await LedgerKeyChange.Rotate(made.Home);
        using var thief = NoteSigner.Generate(made.Key.Name);
        var forged = LedgerKeyChange.Text(made.Key, thief.Verifier, good.At, KeyChangeReason.Rotated);
        Assert.Contains("both sign", Assert.Throws<FormatException>(() => LedgerKeyChange.Read(SignedNote.Sign(forged, thief).Bytes())).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => LedgerKeyChange.Read(SignedNote.Sign(good.Note.Text, old).Bytes()));
        var text = Encoding.UTF8.GetString(good.Note.Bytes());
        foreach (var (from, to) in new[] { ("\n3\n", "\n2\n"), ("reason rotated", "reason lost"), ("counterseal/ledger-key/v1", "counterseal/ledger-key/v2") })
            Assert.Throws<FormatException>(() => LedgerKeyChange.Read(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));
        using var stranger = NoteSigner.Generate("another.example/log");
        Assert.Throws<FormatException>(() => LedgerKeyChange.Read(SignedNote.Sign(LedgerKeyChange.Text(made.Key, stranger.Verifier, good.At, KeyChangeReason.Lost), stranger).Bytes()));
        for (var i = 0; i < text.Length; i += 7)
            Assert.ThrowsAny<FormatException>(() => LedgerKeyChange.Read(Encoding.UTF8.GetBytes(text[..i])));
    }

    [Theory]
    [InlineData("ledger.key.rotate.after#1")]
    [InlineData("ledger.key.rotate.after#2")]
    [InlineData("ledger.key.rotate.renamed#2")]
    [InlineData("ledger.key.rotate.after#3")]
    [InlineData("ledger.key.force.before")]
    [InlineData("ledger.key.force.after")]
    public async Task Killed_anywhere_in_a_change_the_ledger_starts_and_the_command_ends_it(string point)
    {
        await Append(0, 5);
        await Stop();
        Assert.Equal(137, (await CrashTests.Child(point, true, "rotate", made.Home.Folder)).Status);
        await Append(5, 6);
        await Stop();
        if (File.Exists(made.Home.NextKey))
            Assert.Equal(0, (await CrashTests.Child(null, false, "rotate", made.Home.Folder)).Status);
        var change = LedgerKeyChange.Read(await File.ReadAllBytesAsync(made.Home.HandOver));
        var proof = await Append(6, 7);
        proof.Verify(Leaves.Of(6), made.Key);
        proof.Verify(Leaves.Of(6), change.New);
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, LogKeys.Of(made.Key).After(change))).Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    public void The_text_of_keys_is_strict(string text)
    {
        Assert.Throws<FormatException>(() => LogKeys.Parse(text));
        using var other = NoteSigner.Generate(made.Key.Name);
        using var stranger = NoteSigner.Generate("another.example/log");
        foreach (var bad in new[] { $"{made.Key} {other.Verifier}", $"{made.Key} {other.Verifier}@", $"{made.Key} {other.Verifier}@07", $"{made.Key} {made.Key}@7", $"{made.Key} {stranger.Verifier}@7", $"{made.Key}  {other.Verifier}@7", $"{made.Key} {other.Verifier}@7!!" })
            Assert.Throws<FormatException>(() => LogKeys.Parse(bad));
        var good = string.Create(CultureInfo.InvariantCulture, $"{made.Key} {other.Verifier}@7!");
        Assert.Equal(good, LogKeys.Parse(good).ToString());
        Assert.True(LogKeys.Parse(good).Earlier[0].Doubted);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        folder.Dispose();
    }

    /// <summary>Leaves go into the ledger, which is started when it does not run; the proof of the last.</summary>
    private async Task<TlogProof> Append(int from, int to)
    {
        host ??= await LedgerHost.Start(made.Home.Folder, "unix:" + folder["l"], TimeProvider.System, CancellationToken.None);
        return (await host.Log.AppendAll(from, to))[^1];
    }

    private async Task Stop()
    {
        if (host is not null)
            await host.DisposeAsync();
        host = null;
    }
}
