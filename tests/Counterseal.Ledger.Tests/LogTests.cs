namespace Counterseal.Ledger.Tests;

public class LogTests
{
    [Fact]
    public async Task Appended_leaves_get_indexes_in_order_and_proofs_that_verify()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        Assert.Equal(0, log.Latest.Size);
        Assert.Equal(Merkle.EmptyRoot(), log.Latest.Root);
        for (var i = 0; i < 10; i++)
        {
            var proof = await log.Append(Leaves.Of(i), CancellationToken.None);
            Assert.Equal(i, proof.Index);
            Assert.Equal(i + 1, proof.Verify(Leaves.Of(i), log.Key).Size);
            Assert.Equal(log.SignedCheckpoint, proof.Checkpoint);
            Assert.Equal(await File.ReadAllBytesAsync(test.File("checkpoint")), proof.Checkpoint);
        }
    }

    [Fact]
    public async Task The_same_leaf_again_gives_the_same_index_and_another_commitment_is_a_conflict()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        await log.AppendAll(0, 300);
        foreach (var i in new[] { 0, 255, 256, 299 })
        {
            var again = await log.Append(Leaves.Of(i), CancellationToken.None);
            again.Verify(Leaves.Of(i), log.Key);
            var conflict = await Assert.ThrowsAsync<LedgerException>(() => log.Append(Leaves.Of(i, commitment: 1), CancellationToken.None));
            Assert.True(conflict.IsConflict);
            Assert.Contains($"index {again.Index} ", conflict.Message, StringComparison.Ordinal);
        }
        Assert.Equal(300, log.Latest.Size);
        await test.Close();
        log = await test.Open();
        Assert.Equal(300, log.Latest.Size);
        Assert.True((await Assert.ThrowsAsync<LedgerException>(() => log.Append(Leaves.Of(7, commitment: 1), CancellationToken.None))).IsConflict);
        (await log.Append(Leaves.Of(7), CancellationToken.None)).Verify(Leaves.Of(7), log.Key);
        Assert.Equal(300, log.Latest.Size);
    }

    [Fact]
    public async Task The_same_leaf_at_the_same_time_is_logged_once_and_a_conflict_meanwhile_is_refused()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        for (var round = 0; round < 20; round++)
        {
            var same = Enumerable.Range(0, 8).Select(_ => log.Append(Leaves.Of(round), CancellationToken.None)).ToList();
            var other = log.Append(Leaves.Of(round, commitment: 1), CancellationToken.None);
            foreach (var proof in await Task.WhenAll(same))
                Assert.Equal(round, proof.Index);
            await Assert.ThrowsAsync<LedgerException>(() => other);
            Assert.Equal(round + 1, log.Latest.Size);
        }
    }

    [Fact]
    public void At_every_size_up_to_1100_root_and_proofs_are_those_of_the_plain_definition()
    {
        const int max = 1100;
        var tree = new NaiveTree(max);
        using var signer = NoteSigner.Generate("ledger.example");
        var snapshot = new LogSnapshot(new Checkpoint(signer.Name, 0, Merkle.EmptyRoot()), [], [], []);
        var stored = new Dictionary<Tile, byte[]>();
        var random = new Random(6962);
        for (var size = 1; size <= max; size++)
        {
            var data = tree.Data(size - 1);
            var growth = snapshot.Grow([new Leaf(data.AsSpan(0, 32), data.AsSpan(32, 32))]);
            foreach (var (tile, bytes) in growth.Tiles)
                stored[tile] = bytes;
            snapshot = new LogSnapshot(growth.Checkpoint, [], growth.Edge, growth.Entries);
            Assert.Equal(tree.Root(0, size), snapshot.Checkpoint.Root);
            foreach (var tile in Tile.Of(size))
                Assert.Equal(tile.Size, stored[tile].Length);
            var now = snapshot.Tree(tile => stored[tile]);
            foreach (var index in new[] { 0, size - 1, random.Next(size), random.Next(size) })
                Assert.Equal(tree.Path(index, 0, size), now.InclusionProof(index));
            foreach (var first in new[] { 1, size, random.Next(1, size + 1), random.Next(1, size + 1) })
                Assert.Equal(tree.SubProof(first, 0, size, whole: true), now.ConsistencyProof(first));
        }
    }

    [Fact]
    public async Task Any_cutting_into_batches_and_restarts_gives_the_same_folder()
    {
        var random = new Random(5);
        byte[]? root = null;
        for (var round = 0; round < 3; round++)
        {
            await using var test = new TestLog();
            for (var size = 0; size < 1100;)
            {
                var log = await test.Open();
                var next = round == 0 ? 1100 : Math.Min(1100, size + random.Next(1, 300));
                // One after the other so that the order is ours; the batches form by themselves.
                var all = Enumerable.Range(size, next - size).Select(i => log.Append(Leaves.Of(i), CancellationToken.None)).ToList();
                await Task.WhenAll(all);
                size = next;
                if (random.Next(2) == 0)
                    await test.Close();
            }
            var report = await test.Check();
            Assert.Empty(report.Faults);
            Assert.Equal(1100, report.Checkpoint!.Size);
            root ??= report.Checkpoint.Root;
            Assert.Equal(root, report.Checkpoint.Root);
            foreach (var tile in Tile.Of(1100))
                Assert.True(File.Exists(test.File(tile.Path)), tile.Path);
            Assert.False(Directory.Exists(test.File("tile/0/000.p")));
        }
    }

    [Fact]
    public async Task A_hundred_writers_at_once_each_get_a_proof_of_their_own_leaf_and_share_commits()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        var proofs = await Task.WhenAll(Enumerable.Range(0, 100).Select(w => Task.Run(async () =>
        {
            var mine = new List<(Leaf, TlogProof)>();
            for (var i = 0; i < 10; i++)
                mine.Add((Leaves.Of(w * 10 + i), await log.Append(Leaves.Of(w * 10 + i), CancellationToken.None)));
            return mine;
        })));
        var all = proofs.SelectMany(mine => mine).ToList();
        foreach (var (leaf, proof) in all)
            proof.Verify(leaf, log.Key);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), all.Select(one => one.Item2.Index).Order());
        var commits = all.Select(one => Convert.ToHexString(one.Item2.Checkpoint)).Distinct().Count();
        Assert.InRange(commits, 10, 500);
        Assert.Empty((await test.Check()).Faults);
    }

    [Fact]
    public async Task Between_any_two_sizes_there_is_a_proof_of_growth()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        var seen = new List<Checkpoint>();
        foreach (var size in new[] { 1, 2, 3, 100, 255, 256, 257, 511, 512, 600 })
        {
            await log.AppendAll((int)log.Latest.Size, size);
            seen.Add(log.Latest);
        }
        foreach (var old in seen)
            foreach (var young in seen.Where(one => one.Size >= old.Size))
                Assert.True(Merkle.VerifyConsistency(old.Size, young.Size, old.Root, young.Root, log.Consistency(old.Size, young.Size)));
    }

    [Fact]
    public async Task Only_one_process_has_the_log()
    {
        await using var test = new TestLog();
        await test.Open();
        Assert.Contains("another process", (await Assert.ThrowsAsync<LedgerException>(() => Log.Open(test.Folder, test.Signer))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_log_is_made_over_a_log_or_in_place_of_a_lost_checkpoint()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        await log.AppendAll(0, 3);
        await test.Close();
        Assert.Throws<LedgerException>(() => Log.Create(test.Folder, test.Signer));
        File.Delete(test.File("checkpoint"));
        Assert.Throws<LedgerException>(() => Log.Create(test.Folder, test.Signer));
        Assert.Contains("never by starting anew", (await Assert.ThrowsAsync<LedgerException>(test.Open)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_of_another_key_is_not_opened()
    {
        await using var test = new TestLog();
        using var other = NoteSigner.Generate(test.Signer.Name);
        Assert.Contains("no signature by", (await Assert.ThrowsAsync<LedgerException>(() => Log.Open(test.Folder, other))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_tile_keeps_the_log_from_opening_and_is_named()
    {
        await using var test = new TestLog();
        await (await test.Open()).AppendAll(0, 600);
        await test.Close();
        Leaves.Flip(test.File("tile/0/001"), 1234);
        Assert.Contains("tile/0/001, byte 1234: ", (await Assert.ThrowsAsync<LedgerException>(test.Open)).Message, StringComparison.Ordinal);
        Leaves.Flip(test.File("tile/0/001"), 1234);
        Assert.Equal(600, (await test.Open()).Latest.Size);
    }

    [Fact]
    public async Task After_a_failed_write_nothing_is_acknowledged_until_the_log_is_opened_anew()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        await log.AppendAll(0, 5);
        // A folder stands where the tile's temporary file should go.
        Directory.CreateDirectory(test.File("tile/0/000.p/6.new"));
        await Assert.ThrowsAsync<IOException>(() => log.Append(Leaves.Of(5), CancellationToken.None));
        Directory.Delete(test.File("tile/0/000.p/6.new"));
        await Assert.ThrowsAsync<IOException>(() => log.Append(Leaves.Of(6), CancellationToken.None));
        Assert.NotNull(log.Failure);
        Assert.Equal(5, log.Latest.Size);
        (await log.Append(Leaves.Of(4), CancellationToken.None)).Verify(Leaves.Of(4), log.Key);
        await test.Close();
        log = await test.Open();
        Assert.Equal(5, (await log.Append(Leaves.Of(6), CancellationToken.None)).Index);
        Assert.Empty((await test.Check()).Faults);
    }

    [Fact]
    public async Task What_no_checkpoint_covers_is_not_served_and_goes_when_the_log_is_opened()
    {
        await using var test = new TestLog();
        await (await test.Open()).AppendAll(0, 5);
        await test.Close();
        await File.WriteAllBytesAsync(test.File("tile/0/000.p/7"), new byte[7 * 32]);
        await File.WriteAllBytesAsync(test.File("tile/entries/000.p/7.new"), new byte[3]);
        await File.WriteAllTextAsync(test.File("notes.txt"), "the operator's own");
        Assert.Empty((await test.Check()).Faults);
        var log = await test.Open();
        Assert.False(File.Exists(test.File("tile/0/000.p/7")));
        Assert.False(File.Exists(test.File("tile/entries/000.p/7.new")));
        Assert.True(File.Exists(test.File("notes.txt")));
        Assert.NotNull(log.TileFile(new Tile(0, 0, 5)));
        Assert.Null(log.TileFile(new Tile(0, 0, 7)));
        Assert.Null(log.TileFile(new Tile(0, 0, 256)));
    }

    [Fact]
    public async Task A_leaf_of_nothing_is_refused()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        await Assert.ThrowsAsync<ArgumentException>(() => log.Append(default, CancellationToken.None));
    }

    [Theory]
    [InlineData(250, 260)]
    [InlineData(512, 5000)]
    public async Task A_checkpoint_that_was_set_back_is_refused_where_the_tiles_show_it(int old, int young)
    {
        await using var test = new TestLog();
        var log = await test.Open();
        await log.AppendAll(0, old);
        var before = log.SignedCheckpoint;
        await log.AppendAll(old, young);
        var latest = log.SignedCheckpoint;
        await test.Close();
        await File.WriteAllBytesAsync(test.File("checkpoint"), before);
        Assert.Contains("set back", (await Assert.ThrowsAsync<LedgerException>(test.Open)).Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(test.File("checkpoint"), latest);
        Assert.Equal(young, (await test.Open()).Latest.Size);
    }
}
