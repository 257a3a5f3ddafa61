namespace Counterseal.Ledger.Tests;

public class PlaceTests
{
    [Fact]
    public void The_room_is_there() => Assert.True(typeof(Counterseal.Ledger.Leaf).Assembly.GetName().Name!.Length > 0);
}
