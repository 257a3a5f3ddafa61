using System.Text.Json;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The gate's rules of minimisation: on record, in the package, and never quietly changed.</summary>
public class RulesTests
{
    private const string Rules = """{"mask":["traffic"],"privileged":{"addresses":["x@example.org"]}}""";

    [Fact]
    public async Task Rules_go_on_the_ledger_when_they_change_and_when_they_are_taken_away()
    {
        await using var desk = await HostileDesk.Begin();
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "minimisation");

        Write(desk, Rules);
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.NotNull(Assert.Single(desk.Own(), own => own.Type == "minimisation").Index);
        // Before customer data is read under them.
        var types = desk.Own().Select(own => own.Type).ToList();
        Assert.True(types.IndexOf("minimisation") < types.LastIndexOf("begun"));

        File.Delete(Path.Combine(desk.Home, "minimisation.json"));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        Assert.Equal(2, desk.Own().Count(own => own.Type == "minimisation"));
    }

    [Fact]
    public async Task A_count_counts_what_would_leave()
    {
        await using var desk = await HostileDesk.Begin();
        Assert.Equal(10, Traffic(await (await Case.OnReceived(desk, "count")).File()));
        Write(desk, Rules);
        Assert.Equal(0, Traffic(await (await Case.OnReceived(desk, "count")).File()));
    }

    [Theory]
    [InlineData("""{"mask":"everything"}""")]
    [InlineData("{")]
    public async Task Rules_that_cannot_be_read_let_nothing_be_collected(string rules)
    {
        await using var desk = await HostileDesk.Begin();
        Write(desk, rules);
        Assert.Equal("minimisation", (await (await Case.Release(desk)).File()).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type is "begun" or "sealed");
    }

    [Fact]
    public async Task A_report_names_the_rules_and_counts_what_was_left_out()
    {
        await using var desk = await HostileDesk.Begin();
        Write(desk, Rules);
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        using var scratch = new Scratch();
        scratch.Write("p.age", (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Body);
        scratch.Write("key", System.Text.Encoding.ASCII.GetBytes(desk.Recipient.Export()));
        var opened = Judge.Ask("age", ["-d", "-i", scratch["key"], "-o", scratch["p.tar"], scratch["p.age"]]);
        Assert.SkipWhen(opened is null, "no age here: install age");
        Assert.True(opened.Value.Exit == 0, opened.Value.Error);
        var report = JsonDocument.Parse(Judge.Ask("tar", ["-xOf", scratch["p.tar"], $"{release.Name}/report.json"])!.Value.Output).RootElement;
        Assert.Equal(MinimisationRules.Read(System.Text.Encoding.UTF8.GetBytes(Rules)).Digest, report.GetProperty("minimisation").GetString());
        var traffic = report.GetProperty("accounts").EnumerateArray().Single(account => account.GetProperty("category").GetString() == "traffic");
        Assert.Equal((0, 10), (traffic.GetProperty("inScope").GetInt32(), traffic.GetProperty("outOfScope").GetInt32()));
        Assert.Equal(("privileged: held for counsel", 10), (traffic.GetProperty("leftOut")[0].GetProperty("reason").GetString(), traffic.GetProperty("leftOut")[0].GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task A_pseudonym_is_the_same_within_a_demand_and_another_in_the_next()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        using var home = GateHome.Open(desk.Home);
        Assert.Matches(@"\AP-[0-9A-HJKMNP-TV-Z]{12}\z", home.Pseudonym("D1", "x@example.org"));
        Assert.Equal(home.Pseudonym("D1", "x@example.org"), home.Pseudonym("D1", "x@example.org"));
        Assert.NotEqual(home.Pseudonym("D1", "x@example.org"), home.Pseudonym("D2", "x@example.org"));
        Assert.NotEqual(home.Pseudonym("D1", "x@example.org")[2..], home.AccountNumber("x@example.org")[2..]);
    }

    private static long Traffic(RawAnswer answer) => answer.Json.GetProperty("result").GetProperty("accounts")[0].GetProperty("categories").EnumerateArray()
        .Single(category => category.GetProperty("category").GetString() == "traffic").GetProperty("items").GetInt64();

    private static void Write(HostileDesk desk, string rules) => File.WriteAllText(Path.Combine(desk.Home, "minimisation.json"), rules);
}
