namespace Counterseal.Ledger.Tests;

public class TileTests
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 273, 112, "tile/0/273.p/112")]
    [InlineData(2, 1000, 1, "tile/2/x001/000.p/1")]
    [InlineData(Tile.Entries, 999, 255, "tile/entries/999.p/255")]
    [InlineData(7, 0, 3, "tile/7/000.p/3")]
    public void A_tile_has_one_path(int level, long index, int width, string path)
    {
        Assert.Equal(path, new Tile(level, index, width).Path);
        Assert.Equal(new Tile(level, index, width), Tile.Parse(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tile")]
    [InlineData("tile/0")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/00")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/001")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/x001/x234")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/entry/000")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/1/1")]
    [InlineData("tile/0/000.p/1.new")]
    [InlineData("tile/0/../../ledger.key")]
    [InlineData("tile/0/+01")]
    [InlineData("tile/0/٠٠٠")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("/tile/0/000")]
    public void Any_other_path_is_no_tile(string path) => Assert.Null(Tile.Parse(path));

    [Fact]
    public void A_log_of_70000_leaves_has_the_tiles_of_the_standards_own_example()
    {
        var tiles = Tile.Of(70_000).Where(tile => tile.Level != Tile.Entries).ToList();
        Assert.Equal(273, tiles.Count(tile => tile.Level == 0 && tile.IsFull));
        Assert.Equal(["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"], tiles.Where(tile => tile.Level > 0 || !tile.IsFull).Select(tile => tile.Path));
        Assert.Equal(274, Tile.Of(70_000).Count(tile => tile.Level == Tile.Entries));
    }

    [Fact]
    public void A_log_of_256_leaves_has_one_full_tile_and_a_partial_of_one_above() =>
        Assert.Equal(["tile/entries/000", "tile/0/000", "tile/1/000.p/1"], Tile.Of(256).Select(tile => tile.Path));

    [Fact]
    public void Paths_read_back_for_any_tile_and_a_tile_is_in_a_log_exactly_when_its_hashes_are()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var tile = new Tile(random.Next(-1, 8), random.NextInt64(1L << random.Next(1, 40)), random.Next(1, 257));
            Assert.Equal(tile, Tile.Parse(tile.Path));
        }
        foreach (var size in new long[] { 0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000 })
            foreach (var tile in Tile.Of(size))
            {
                Assert.True(tile.IsIn(size));
                Assert.False((tile with { Width = tile.Width + 1 }).IsIn(size) && !tile.IsFull);
                Assert.False(tile.IsIn(size == 0 ? 0 : ((tile.Index * 256 + tile.Width) << (8 * Math.Max(0, tile.Level))) - 1));
            }
    }
}
