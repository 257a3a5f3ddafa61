using System.Security.Cryptography;

namespace Counterseal.Ledger.Tests;

public class LedgerCheckTests
{
    [Fact]
    public async Task A_flipped_byte_in_any_tile_is_found_with_its_place()
    {
        await using var test = new TestLog();
        var log = await test.Open();
        await log.AppendAll(0, 515);
        for (var i = 515; i < 525; i++)
            await log.Append(Leaves.Of(i), CancellationToken.None);
        var good = await test.Check();
        Assert.Empty(good.Faults);
        var random = new Random(17);
        var flips = 0;
        foreach (var file in Directory.EnumerateFiles(test.File("tile"), "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(test.Folder, file);
            var tile = Tile.Parse(path)!.Value;
            foreach (var offset in new long[] { 0, 1, tile.Size - 1, random.Next(tile.Size), random.Next(tile.Size) }.Distinct())
            {
                var bit = random.Next(8);
                Leaves.Flip(file, offset, bit);
                var fault = Assert.Single((await test.Check()).Faults);
                Assert.Equal(path, fault.Path);
                // A hash shows that one of a leaf's 64 bytes was changed, not which; every other byte is named itself.
                var isLeafOfNow = tile.Level == Tile.Entries && offset % Tile.EntrySize >= 2 && (tile.IsFull || tile.Width == 525 % 256);
                Assert.Equal(isLeafOfNow ? offset / Tile.EntrySize * Tile.EntrySize + 2 : offset, fault.Offset);
                Leaves.Flip(file, offset, bit);
                flips++;
            }
        }
        Assert.True(flips > 100);
        Assert.Empty((await test.Check()).Faults);
    }

    [Fact]
    public async Task In_a_log_of_70000_leaves_each_level_is_checked()
    {
        using var folder = new TemporaryFolder();
        using var signer = NoteSigner.Generate("ledger.example");
        Large(folder.Path, signer, 70_000);
        var report = await LedgerCheck.Run(folder.Path, signer.Verifier);
        Assert.Empty(report.Faults);
        Assert.Equal(274 + 274 + 2 + 1, report.Tiles);
        foreach (var (path, offset) in new[] { ("tile/2/000.p/1", 31), ("tile/1/001.p/17", 512), ("tile/1/000", 8191), ("tile/0/273.p/112", 5), ("tile/0/100", 77), ("tile/entries/255", 66), ("tile/entries/273.p/112", 0) })
        {
            Leaves.Flip(Path.Combine(folder.Path, path), offset);
            var fault = Assert.Single((await LedgerCheck.Run(folder.Path, signer.Verifier)).Faults);
            Assert.Equal((path, offset), (fault.Path, (int)fault.Offset));
            if (path.EndsWith("112", StringComparison.Ordinal))
                Assert.Contains(path, (await Assert.ThrowsAsync<LedgerException>(() => Log.Open(folder.Path, signer))).Message, StringComparison.Ordinal);
            Leaves.Flip(Path.Combine(folder.Path, path), offset);
        }
        await using var log = await Log.Open(folder.Path, signer);
        Assert.Equal(70_000, log.Latest.Size);
        foreach (var i in new[] { 0, 65_535, 65_536, 69_999 })
            log.Prove(i).Verify(Leaves.Of(i), log.Key);
    }

    [Fact]
    public async Task Leaf_and_hash_rewritten_together_are_found_by_what_stands_above()
    {
        await using var test = new TestLog();
        await (await test.Open()).AppendAll(0, 600);
        await test.Close();
        Rewrite(test, "tile/entries/001", "tile/0/001", 3);
        var fault = Assert.Single((await test.Check()).Faults);
        Assert.Equal("tile/0/001, byte 0: this tile and what is below it agree with each other, but not with tile/1/000.p/2, byte 32", fault.ToString());
    }

    [Fact]
    public async Task A_rewritten_log_does_not_hash_to_the_signed_root()
    {
        await using var test = new TestLog();
        await (await test.Open()).AppendAll(0, 20);
        await test.Close();
        Rewrite(test, "tile/entries/000.p/20", "tile/0/000.p/20", 3);
        var fault = Assert.Single((await test.Check()).Faults, fault => fault.Path == "checkpoint");
        Assert.Contains("the signed root is not the tree's", fault.What, StringComparison.Ordinal);
        Assert.Equal("ledger.example/log\n20\n".Length, fault.Offset);
    }

    [Fact]
    public async Task A_missing_cut_or_lengthened_tile_is_named()
    {
        await using var test = new TestLog();
        await (await test.Open()).AppendAll(0, 600);
        foreach (var path in new[] { "tile/entries/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/88", "tile/0/002.p/88" })
        {
            var bytes = await File.ReadAllBytesAsync(test.File(path));
            File.Delete(test.File(path));
            Assert.Contains("missing", Assert.Single((await test.Check()).Faults, fault => fault.Path == path).What, StringComparison.Ordinal);
            await File.WriteAllBytesAsync(test.File(path), bytes[..^1]);
            Assert.Equal(bytes.Length - 1, Assert.Single((await test.Check()).Faults, fault => fault.Path == path).Offset);
            await File.WriteAllBytesAsync(test.File(path), [.. bytes, 0]);
            Assert.Equal(bytes.Length, Assert.Single((await test.Check()).Faults, fault => fault.Path == path).Offset);
            await File.WriteAllBytesAsync(test.File(path), bytes);
            Assert.Empty((await test.Check()).Faults);
        }
    }

    [Fact]
    public async Task A_bit_flipped_anywhere_in_the_checkpoint_is_found()
    {
        await using var test = new TestLog();
        await (await test.Open()).AppendAll(0, 5);
        var length = new FileInfo(test.File("checkpoint")).Length;
        for (var i = 0; i < length; i++)
        {
            Leaves.Flip(test.File("checkpoint"), i, i % 8);
            Assert.Equal("checkpoint", Assert.Single((await test.Check()).Faults).Path);
            Leaves.Flip(test.File("checkpoint"), i, i % 8);
        }
        Assert.Empty((await test.Check()).Faults);
    }

    [Fact]
    public async Task A_log_in_use_checks_out_at_any_moment_from_its_folder_and_over_the_network()
    {
        await using var ledger = await ServedLedger.Start();
        using var reader = ledger.Client(null);
        var appending = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
                await ledger.Log.AppendAll(i * 9, i * 9 + 9);
        });
        do
        {
            Assert.Empty((await LedgerCheck.Run(ledger.Made.Home.LogFolder, ledger.Made.Key)).Faults);
            Assert.Empty((await LedgerCheck.Run(reader, CancellationToken.None)).Faults);
        }
        while (!appending.IsCompleted);
        await appending;
        Leaves.Flip(Path.Combine(ledger.Made.Home.LogFolder, "tile/0/001"), 40);
        Assert.Equal("tile/0/001, byte 40: ", Assert.Single((await LedgerCheck.Run(reader, CancellationToken.None)).Faults).ToString()[..21]);
    }

    /// <summary>Writes a log of many leaves at once, without a commit for each.</summary>
    internal static void Large(string folder, NoteSigner signer, int size)
    {
        var growth = new LogSnapshot(new Checkpoint(signer.Name, 0, Merkle.EmptyRoot()), [], [], []).Grow(Enumerable.Range(0, size).Select(i => Leaves.Of(i)));
        foreach (var (tile, bytes) in growth.Tiles)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, tile.Path))!);
            File.WriteAllBytes(Path.Combine(folder, tile.Path), bytes);
        }
        File.WriteAllBytes(Path.Combine(folder, "checkpoint"), growth.Checkpoint.Sign(signer));
    }

    private static void Rewrite(TestLog test, string entries, string hashes, int slot)
    {
        Leaves.Flip(test.File(entries), slot * Tile.EntrySize + 10);
        var leaf = File.ReadAllBytes(test.File(entries)).AsSpan(slot * Tile.EntrySize + 2, Leaf.Size);
        var tile = File.ReadAllBytes(test.File(hashes));
        SHA256.HashData([0, .. leaf]).CopyTo(tile, slot * 32);
        File.WriteAllBytes(test.File(hashes), tile);
    }
}
