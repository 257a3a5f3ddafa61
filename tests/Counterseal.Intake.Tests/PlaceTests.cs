namespace Counterseal.Intake.Tests;

public class PlaceTests
{
    [Fact]
    public void The_room_is_there() => Assert.True(typeof(Counterseal.Intake.Reading).Assembly.GetName().Name!.Length > 0);
}
