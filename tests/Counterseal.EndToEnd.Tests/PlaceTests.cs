namespace Counterseal.EndToEnd.Tests;

public class PlaceTests
{
    [Fact]
    public void The_room_is_there() => Assert.True(typeof(Counterseal.Custody.Order).Assembly.GetName().Name!.Length > 0);
}
