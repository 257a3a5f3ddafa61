using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Third parties masked where the scope says so: decided, ordered, shown, enforced by the gate and counted.</summary>
public class MaskedScopeTests
{
    private static Scope Masked(params DataCategory[] categories) => Scope.Masked(Case.Mail(categories));

    private static async Task<(string Traffic, JsonNode Report)> Opened(HostileDesk desk, Case release)
    {
        var folder = desk.At("officer" + release.Digest[..8]);
        Directory.CreateDirectory(folder);
        foreach (var extension in new[] { "age", "counterseal" })
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{release.Name}.{extension}"), (await desk.Get($"/packages/{release.Digest}/{release.Name}.{extension}")).Body);
        Package.Open(Path.Combine(folder, release.Name), new Trust(desk.Made.Key, desk.LedgerMade.Key.ToString()), desk.Recipient, Path.Combine(folder, "opened"), CancellationToken.None);
        string All(string name) => File.ReadAllText(Directory.EnumerateFiles(Path.Combine(folder, "opened"), name, SearchOption.AllDirectories).Single());
        return (All("traffic*.ndjson"), JsonNode.Parse(All("report.json"))!);
    }

    private static Task<Case> Release(HostileDesk desk, Scope decided, Scope ordered) => Case.Release(
        desk, decided: body => (body["scope"], body["decision"]) = (HostileDesk.ScopeJson(decided), "complyInPart"), order: order => order["scope"] = HostileDesk.ScopeJson(ordered));

    [Fact]
    public async Task What_was_decided_masked_leaves_masked_and_the_manifest_counts_it()
    {
        await using var desk = await HostileDesk.Begin();
        var scope = Masked(DataCategory.Subscriber, DataCategory.Traffic, DataCategory.Content);
        var release = await Release(desk, scope, scope);
        Assert.Equal("done", (await release.File()).State);
        var (traffic, report) = await Opened(desk, release);
        Assert.DoesNotContain("x@example.org", traffic, StringComparison.Ordinal);
        Assert.Contains("\"to\":[\"maeve@mail.example\"]", traffic, StringComparison.Ordinal);
        Assert.Contains("\"from\":[\"P-", traffic, StringComparison.Ordinal);
        var counts = report["accounts"]!.AsArray().ToDictionary(one => (string)one!["category"]!, one => ((long)one!["inScope"]!, (long)one["masked"]!));
        Assert.Equal((10, 10), counts["traffic"]);
        Assert.Equal((10, 0), counts["content"]);

        // Under a decision that masks nothing, the same gate masks nothing.
        var open = await Case.Release(desk);
        Assert.Equal("done", (await open.File()).State);
        Assert.Contains("x@example.org", (await Opened(desk, open)).Traffic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_may_mask_what_was_decided_open_and_never_the_other_way_round()
    {
        await using var desk = await HostileDesk.Begin();
        var (open, masked) = (Case.Mail(DataCategory.Traffic), Masked(DataCategory.Traffic));
        var narrower = await Release(desk, open, masked);
        Assert.Equal("done", (await narrower.File()).State);
        Assert.DoesNotContain("x@example.org", (await Opened(desk, narrower)).Traffic, StringComparison.Ordinal);
        Assert.Equal("wider-than-decided", (await (await Release(desk, masked, open)).File()).Refused);
    }

    [Theory]
    [InlineData("release")]
    [InlineData("preview")]
    public async Task Content_cannot_be_masked_and_an_order_that_says_so_is_no_order(string kind)
    {
        await using var desk = await HostileDesk.Begin();
        var scope = new Scope([Case.Mail(DataCategory.Traffic, DataCategory.Content).Items[0] with { ThirdParties = ThirdParties.Masked }]);
        var made = kind == "release" ? await Release(desk, Case.Mail(DataCategory.Traffic, DataCategory.Content), scope) : await Case.Preview(desk, order: order => order["scope"] = HostileDesk.ScopeJson(scope), viewers: "alice");
        var answer = await made.File();
        Assert.Equal("malformed", answer.Refused);
        Assert.Equal("/order/scope/items/0/thirdParties", answer.Member("where"));
    }

    [Theory]
    [InlineData("\"open\"")]
    [InlineData("\"Masked\"")]
    [InlineData("true")]
    [InlineData("0")]
    public async Task A_word_about_third_parties_that_nobody_knows_is_refused(string word)
    {
        await using var desk = await HostileDesk.Begin();
        var count = await Case.OnReceived(desk, "count", order: order => order["scope"]!["items"]![0]!["thirdParties"] = JsonNode.Parse(word));
        Assert.Equal("malformed", (await count.ApprovedBy("alice").File()).Refused);
    }

    [Fact]
    public async Task Whoever_approves_reads_it()
    {
        await using var desk = await HostileDesk.Begin();
        var scope = Masked(DataCategory.Traffic);
        var release = await Release(desk, scope, scope);
        var text = OrderText.Render(Envelope.Read(release.Json()), null, desk.Clock.GetUtcNow());
        Assert.Contains("traffic, from 2026-10-05T00:00:00Z up to 2026-10-15T00:00:00Z (10 days); third parties masked in traffic", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_says_nothing_of_third_parties_has_the_bytes_that_it_always_had()
    {
        await using var desk = await HostileDesk.Begin();
        var scope = HostileDesk.ScopeJson(Case.Mail(DataCategory.Traffic));
        Assert.Equal("""{"items":[{"categories":["traffic"],"from":"2026-10-05T00:00:00Z","selector":{"kind":"mailbox","value":"maeve@mail.example"},"to":"2026-10-15T00:00:00Z"}]}""", System.Text.Encoding.UTF8.GetString(HostileDesk.Canonical(scope)));
    }
}
