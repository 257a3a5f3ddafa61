using System.Text;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>What the gate does when everything holds.</summary>
public class WalkTests
{
    [Fact]
    public async Task A_count_gives_opaque_numbers_and_counts_and_nothing_else()
    {
        await using var desk = await HostileDesk.Begin();
        var counted = await Case.OnReceived(desk, "count");

        var answer = await counted.File();

        Assert.Equal((200, "done"), (answer.Status, answer.State));
        var account = answer.Json.GetProperty("result").GetProperty("accounts").EnumerateArray().Single();
        Assert.Matches("^A-[0-9A-HJKMNP-TV-Z]{12}$", account.GetProperty("account").GetString());
        Assert.Equal(["subscriber", "traffic", "content"], account.GetProperty("categories").EnumerateArray().Select(one => one.GetProperty("category").GetString()));
        Assert.Equal([1L, 10L, 10L], account.GetProperty("categories").EnumerateArray().Select(one => one.GetProperty("items").GetInt64()));
        Assert.DoesNotContain("maeve", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("acc-1", answer.Text, StringComparison.Ordinal);
        Assert.Equal(answer.Text, (await counted.File()).Text);
    }

    [Fact]
    public async Task A_release_waits_for_two_people_and_gives_a_package_that_only_the_recipient_opens()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        var second = release.Approvals[1];
        release.ApprovedBy("alice");

        var waiting = await release.File();
        Assert.Equal((202, "waiting"), (waiting.Status, waiting.State));
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
        var done = await desk.Post($"/orders/{release.Digest}/approvals", second);
        Assert.Equal((200, "done"), (done.Status, done.State));
        Assert.Null(done.Member("result"));

        var shown = await desk.Get("/orders/" + release.Digest);
        Assert.Equal(release.Name, shown.Json.GetProperty("result").GetProperty("name").GetString());
        var folder = desk.At("officer");
        Directory.CreateDirectory(folder);
        foreach (var extension in new[] { "age", "counterseal" })
        {
            var file = await desk.Get($"/packages/{release.Digest}/{release.Name}.{extension}");
            Assert.Equal(200, file.Status);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{release.Name}.{extension}"), file.Body);
        }
        var trust = new Trust(desk.Made.Key, desk.LedgerMade.Key.ToString());
        Assert.All(Package.Verify(Path.Combine(folder, release.Name), trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        Package.Open(Path.Combine(folder, release.Name), trust, desk.Recipient, desk.At("opened"), CancellationToken.None);
        var mail = Directory.EnumerateFiles(desk.At("opened"), "content*.mbox", SearchOption.AllDirectories).Single();
        Assert.Equal(10, (await File.ReadAllTextAsync(mail)).Split("Body number").Length - 1);
    }

    [Fact]
    public async Task The_same_order_again_gives_the_same_sealed_bytes_also_after_a_restart()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        var first = await desk.Get($"/packages/{release.Digest}/{release.Name}.age");

        var again = await release.File();
        await desk.RestartGate();
        var afterwards = await release.File();

        Assert.Equal(again.Text, afterwards.Text);
        Assert.Equal(first.Body, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Body);
        Assert.Equal(first.Body[10..21], (await desk.Get($"/packages/{release.Digest}/{release.Name}.age", range: "bytes=10-20")).Body);
        Assert.Equal(401, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age", credential: "another")).Status);
    }

    [Fact]
    public async Task What_is_preserved_stays_until_its_term_ends_and_then_goes_on_record()
    {
        await using var desk = await HostileDesk.Begin();
        var preserve = await Case.OnReceived(desk, "preserve");

        var answer = await preserve.File();

        Assert.Equal("done", answer.State);
        Assert.Equal(21, answer.Json.GetProperty("result").GetProperty("items").GetInt64());
        var snapshot = Path.Combine(desk.Home, "snapshots", preserve.Digest, "snapshot.age");
        Assert.StartsWith("age-encryption.org/v1", Encoding.ASCII.GetString(await File.ReadAllBytesAsync(snapshot)), StringComparison.Ordinal);
        Assert.Equal(404, (await desk.Get($"/packages/{preserve.Digest}/snapshot.age")).Status);

        desk.Clock.Advance(TimeSpan.FromDays(61));
        for (var i = 0; i < 200 && Directory.Exists(Path.GetDirectoryName(snapshot)); i++)
            await Task.Delay(25);
        Assert.False(Directory.Exists(Path.GetDirectoryName(snapshot)));
        Assert.Contains(desk.Own(), own => own.Type == "lapsed");
    }

    [Fact]
    public async Task The_gate_writes_begun_and_sealed_to_the_ledger_before_anything_can_be_fetched()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);

        var own = desk.Own();
        Assert.Equal(["begun", "sealed"], own.Where(one => one.Type is "begun" or "sealed").Select(one => one.Type));
        Assert.All(own, one => Assert.NotNull(one.Index));
        Assert.Contains(own, one => one.Type == "book");
        Assert.Contains(own, one => one.Type == "roster");
    }

    [Fact]
    public async Task A_reviewer_without_the_desks_credential_sees_what_waits_and_never_a_result()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        var second = release.Approvals[1];
        release.ApprovedBy("alice");
        await release.File();

        var shown = await desk.Get("/orders/" + release.Digest, credential: null);
        var envelope = Envelope.Read(Encoding.UTF8.GetBytes(shown.Json.GetProperty("envelope").GetRawText()));
        Assert.Equal(release.OrderBytes, envelope.Order.Canonical);
        Assert.Equal(release.Digest, (await desk.Get("/orders", credential: null)).Json.GetProperty("orders")[0].GetProperty("order").GetString());

        await desk.Post($"/orders/{release.Digest}/approvals", second);
        Assert.Null((await desk.Get("/orders/" + release.Digest, credential: null)).Member("result"));
        Assert.Equal(401, (await desk.Post("/orders", release.Json(), credential: null)).Status);
    }

    [Fact]
    public async Task An_order_narrower_than_what_was_decided_is_carried_out()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk, order: order => order["scope"] = HostileDesk.ScopeJson(Case.Mail(DataCategory.Subscriber)));
        Assert.Equal("done", (await release.File()).State);
    }
}
