using System.Text.Json;
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

    [Fact]
    public void The_sample_has_every_kind_there_is_and_each_can_be_used()
    {
        using var sample = JsonDocument.Parse(File.ReadAllBytes(Repository("samples", "collectors.json")));
        var read = CollectorSettings.Read(sample.RootElement, _ => "secret");
        Assert.Equal(["clickhouse", "files", "imap", "logs", "postgresql", "s3", "sqlite"], read.Select(settings => settings.Kind).Order(StringComparer.Ordinal));
        foreach (var settings in read)
        {
            using var collector = CollectorKinds.Make(settings)!;
            Assert.All(settings.Categories.Keys, category => Assert.NotNull(collector.ReadText(category)));
            // What is written back is what was read.
            using var again = JsonDocument.Parse($"[{settings.Json().ToJsonString()}]");
            Assert.Equal(settings.Json().ToJsonString(), CollectorSettings.Read(again.RootElement, _ => "")[0].Json().ToJsonString());
            Assert.DoesNotContain("secret", settings.ToString(), StringComparison.Ordinal);
        }
    }

    private static string Repository(params string[] names) => Path.Combine([Custody.Tests.Judge.Root, .. names]);

    /// <summary>Puts collectors into a gate's settings, as an operator would.</summary>
    internal static void Configure(string home, string collectors)
    {
        var path = Path.Combine(home, "gate.json");
        var settings = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        settings["collectors"] = JsonNode.Parse(collectors);
        File.WriteAllText(path, settings.ToJsonString());
    }
}
