using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Custody.Tests.Gate;

namespace Counterseal.Collectors.Tests;

/// <summary>What <c>gate.json</c> says of collectors, at the gate's start.</summary>
public class SettingsTests
{
    [Fact]
    public async Task A_credential_that_others_can_read_keeps_the_gate_from_starting()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        File.WriteAllText(Path.Combine(desk.Home, "shelf.credential"), "secret\n");
        File.SetUnixFileMode(Path.Combine(desk.Home, "shelf.credential"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Configure(desk.Home, """[{"name":"shelf","kind":"shelf","credential":"shelf.credential"}]""");
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => GateHost.Run(desk.Home, desk.Socket, desk.Clock, CancellationToken.None, collectors: _ => new Shelf()));
        Assert.Contains("shelf.credential can be used by others", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"name":"shelf","kind":"cupboard"}]""", "no collector of that kind")]
    [InlineData("""[{"name":"shelf","kind":"shelf"},{"name":"shelf","kind":"shelf"}]""", "there is one of it")]
    [InlineData("""[{"name":"Shelf/..","kind":"shelf"}]""", "lower-case letters")]
    [InlineData("""[{"name":"shelf","kind":"shelf","credential":"../desk.credential"}]""", "a file in the gate's folder")]
    [InlineData("""[{"name":"shelf","kind":"shelf","pasword":"x"}]""", "a member that the protocol does not know")]
    [InlineData("""[{"name":"shelf","kind":"shelf","categories":{"trafic":{}}}]""", "\"trafic\" is none of")]
    [InlineData("""[{"name":"shelf","kind":"shelf","categories":{"traffic":{"fields":["at","Subject"]}}}]""", "never traffic data")]
    [InlineData("""[{"name":"shelf","kind":"shelf","categories":{"traffic":{"fields":["at"],"parties":["from"]}}}]""", "parties are among the fields")]
    public async Task What_cannot_be_used_keeps_the_gate_from_starting_and_is_named(string collectors, string what)
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        Configure(desk.Home, collectors);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => GateHost.Run(desk.Home, desk.Socket, desk.Clock, CancellationToken.None, collectors: settings => settings.Kind == "shelf" ? new Shelf() : null));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Puts collectors into a gate's settings, as an operator would.</summary>
    internal static void Configure(string home, string collectors)
    {
        var path = Path.Combine(home, "gate.json");
        var settings = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        settings["collectors"] = JsonNode.Parse(collectors);
        File.WriteAllText(path, settings.ToJsonString());
    }
}
