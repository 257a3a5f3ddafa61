using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Law;

namespace Counterseal.EndToEnd.Tests;

/// <summary>A secrecy order under the real processes and the real clock: before its end the customer's page is as if nobody had asked; then the notice is there, and nobody did anything for it.</summary>
public sealed class GagTests(Windows windows) : IClassFixture<Windows>
{
    [Fact]
    public async Task When_a_gag_lapses_the_customers_notice_appears_by_itself_with_its_proof()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = House.Build();
        await house.Start();
        using var walk = new Walk(house.Home, TimeProvider.System);
        var ends = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 90);
        var demand = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "ordinary.json"), cancel))!;
        demand["secrecy"]!["until"] = Instant.Text(ends);
        var id = (string)(await walk.Submit(Encoding.UTF8.GetBytes(demand.ToJsonString()), cancel))["demand"]!;

        var tomas = await windows.Person("Tomas");
        await Enter();
        await tomas.Shot("walk-customer-under-a-gag");
        Assert.DoesNotContain("18 USC", await tomas.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("District of Example", await tomas.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetUtcNow() < ends, "the machine was too slow to look before the gag's end");

        var said = tomas.Page.GetByText("District of Example");
        for (var began = Environment.TickCount64; await said.CountAsync() == 0; await tomas.Page.ReloadAsync())
        {
            Assert.True(Environment.TickCount64 - began < 240_000, "the gag has lapsed, and there is no notice");
            await Task.Delay(2000, cancel);
        }
        Assert.True(TimeProvider.System.GetUtcNow() >= ends);
        await tomas.Shot("walk-customer-told");
        var told = (await walk.Show(id, cancel))["events"]!.AsArray().Single(one => (string)one!["type"]! == "told")!;
        Assert.Equal("desk", (string)told["by"]!);

        async Task Enter()
        {
            var start = Child.Self("customers", "token", "tomas.novak@mail.example", "--port", new Uri((string)house.Up["customers"]!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--home", house.Home.Folder, "--json");
            start.RedirectStandardOutput = true;
            using var process = Process.Start(start)!;
            var made = JsonNode.Parse(await process.StandardOutput.ReadToEndAsync(cancel))!;
            await tomas.Page.GotoAsync((string)house.Up["customers"]! + "enter");
            await tomas.Page.FillAsync("#token", (string)made["token"]!);
            await tomas.Press("Open");
            await tomas.Page.WaitForLoadStateAsync();
        }
    }
}
