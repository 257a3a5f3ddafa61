namespace Counterseal.Law.Tests;

public class PlaceTests
{
    [Fact]
    public void The_room_is_there() => Assert.True(typeof(Counterseal.Law.Demand).Assembly.GetName().Name!.Length > 0);
}
