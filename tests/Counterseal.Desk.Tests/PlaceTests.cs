namespace Counterseal.Desk.Tests;

public class PlaceTests
{
    [Fact]
    public void The_room_is_there() => Assert.True(typeof(Counterseal.Desk.DeskEvent).Assembly.GetName().Name!.Length > 0);
}
