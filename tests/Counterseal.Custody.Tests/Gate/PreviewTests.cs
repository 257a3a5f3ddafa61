using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Named reviewers look at what would leave, on the gate, and nobody else sees anything.</summary>
public class PreviewTests
{
    private static string Note(HostileDesk desk, string order, string reviewer, DateTimeOffset? at = null, int epoch = 1, string verb = "view", string gate = HostileDesk.GateName, string? by = null) =>
        desk.Sign($"counterseal/view/v1\nverb {verb}\ngate {gate}\nepoch {epoch}\nreviewer {reviewer}\norder {order}\nat {Instant.Text(at ?? desk.Clock.GetUtcNow())}\nnonce {HostileDesk.Hex(RandomNumberGenerator.GetBytes(16))}\n", by ?? reviewer);

    private static Task<RawAnswer> Records(HostileDesk desk, string order, string viewing, string what) =>
        RawHttp.Send(desk.Socket, "GET", $"/previews/{order}/records{what}", null, null, null, $"Viewing {viewing}");

    private static async Task<Case> Ready(HostileDesk desk)
    {
        var preview = await Case.Preview(desk, "alice", "carol");
        var answer = await preview.File();
        Assert.Equal((200, "done"), (answer.Status, answer.State));
        return preview;
    }

    [Fact]
    public async Task A_viewer_sees_the_very_records_that_would_leave_and_each_look_is_on_record()
    {
        await using var desk = await HostileDesk.Begin();
        var preview = await Ready(desk);
        var filed = await preview.File();
        Assert.Equal(["bytes", "items", "preview", "until"], filed.Json.GetProperty("result").EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(21, filed.Json.GetProperty("result").GetProperty("items").GetInt64());

        var looked = await desk.Post("/previews/" + preview.Digest, Note(desk, preview.Digest, "carol"));
        Assert.Equal(200, looked.Status);
        Assert.Equal(["subscriber", "traffic", "content"], looked.Json.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("name").GetString()!.Split('/')[1]));
        Assert.Equal([0L, 1L, 11L], looked.Json.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("first").GetInt64()));
        Assert.Equal(10, looked.Json.GetProperty("report").GetProperty("accounts")[2].GetProperty("outOfScope").GetInt64());

        var viewing = looked.Member("viewing")!;
        var index = await Records(desk, preview.Digest, viewing, "?from=11");
        Assert.Equal(10, index.Json.GetProperty("records").GetArrayLength());
        var mails = new StringBuilder();
        for (var n = 11; n < 21; n++)
        {
            var record = await Records(desk, preview.Digest, viewing, $"/{n}");
            var bytes = record.Json.GetProperty("bytes").GetBytesFromBase64();
            Assert.Equal(index.Json.GetProperty("records")[n - 11].GetProperty("length").GetInt64(), bytes.Length);
            mails.Append(Encoding.UTF8.GetString(bytes));
        }
        Assert.Equal(404, (await Records(desk, preview.Digest, viewing, "/21")).Status);
        Assert.Equal(404, (await Records(desk, preview.Digest, viewing, "/x")).Status);

        // The same as what a release of the same decision gives its recipient.
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        Assert.Equal(await Released(desk, release), mails.ToString());
        Assert.Single(desk.Own(), own => own.Type == "viewed" && own.Index is not null);
        Assert.Equal(10, desk.Journal().Count(line => line.GetProperty("kind").GetString() == "looked"));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(desk.Home, "orders", preview.Digest), "view-*.note"));
    }

    [Fact]
    public async Task Who_is_not_named_or_signs_anything_else_sees_nothing()
    {
        await using var desk = await HostileDesk.Begin();
        var preview = await Ready(desk);
        var other = await Ready(desk);
        var path = "/previews/" + preview.Digest;
        var now = desk.Clock.GetUtcNow();
        foreach (var note in new[]
        {
            Note(desk, preview.Digest, "bob"), Note(desk, preview.Digest, "alice", by: "bob"), Note(desk, other.Digest, "alice"), Note(desk, preview.Digest, "alice", verb: "approve"),
            Note(desk, preview.Digest, "alice", epoch: 2), Note(desk, preview.Digest, "alice", gate: "gate2.example"),
            Note(desk, preview.Digest, "alice", now - TimeSpan.FromMinutes(6)), Note(desk, preview.Digest, "alice", now + TimeSpan.FromMinutes(2)),
        })
        {
            var answer = await desk.Post(path, note);
            Assert.Equal((403, "wrong-view"), (answer.Status, answer.Refused));
        }
        Assert.Equal("malformed", (await desk.Post(path, desk.Approve(preview.Digest, "alice"))).Refused);
        Assert.Equal("unknown", (await desk.Post("/previews/" + new string('a', 64), Note(desk, new string('a', 64), "alice"))).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type == "viewed");

        // A note is good once, also after a restart; its token for its own preview only, and not after a restart.
        var used = Note(desk, preview.Digest, "alice");
        var viewing = (await desk.Post(path, used)).Member("viewing")!;
        Assert.Equal("wrong-view", (await desk.Post(path, used)).Refused);
        Assert.Equal(200, (await Records(desk, preview.Digest, viewing, "/0")).Status);
        Assert.Equal("wrong-view", (await Records(desk, other.Digest, viewing, "/0")).Refused);
        Assert.Equal("wrong-view", (await Records(desk, preview.Digest, "", "/0")).Refused);
        await desk.RestartGate();
        Assert.Equal("wrong-view", (await desk.Post(path, used)).Refused);
        Assert.Equal("wrong-view", (await Records(desk, preview.Digest, viewing, "/0")).Refused);

        // The desk has no way in: neither by the package's address nor by the order's result.
        Assert.Equal(404, (await desk.Get($"/packages/{preview.Digest}/{preview.Name}.age")).Status);
        Assert.Equal(404, (await desk.Get($"/packages/{preview.Digest}/records.age")).Status);
        Assert.Equal("wrong-view", (await desk.Get($"/previews/{preview.Digest}/records/0")).Refused);
    }

    [Fact]
    public async Task A_viewing_ends_by_time_by_a_stop_and_when_the_viewer_is_struck()
    {
        await using var desk = await HostileDesk.Begin();
        var preview = await Ready(desk);
        var path = "/previews/" + preview.Digest;
        var viewing = (await desk.Post(path, Note(desk, preview.Digest, "carol"))).Member("viewing")!;
        desk.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal("wrong-view", (await Records(desk, preview.Digest, viewing, "/0")).Refused);

        viewing = (await desk.Post(path, Note(desk, preview.Digest, "carol"))).Member("viewing")!;
        var stop = (await desk.Post("/stops", desk.StopNote(preview.DemandId))).Member("stop")!;
        Assert.Equal("stopped", (await Records(desk, preview.Digest, viewing, "/0")).Refused);
        Assert.Equal("stopped", (await desk.Post(path, Note(desk, preview.Digest, "carol"))).Refused);
        await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob"));
        Assert.Equal(200, (await Records(desk, preview.Digest, viewing, "/0")).Status);
        desk.WriteRoster(desk.RosterJson(without: "carol"));
        Assert.Equal("not-on-roster", (await Records(desk, preview.Digest, viewing, "/0")).Refused);
    }

    [Fact]
    public async Task A_preview_is_deleted_when_its_order_ends_and_that_is_on_record()
    {
        await using var desk = await HostileDesk.Begin();
        var preview = await Ready(desk);
        var folder = Path.Combine(desk.Home, "previews", preview.Digest);
        foreach (var file in new[] { "records.age", "index.age", "listing.age" })
            Assert.StartsWith("age-encryption.org/v1", Encoding.ASCII.GetString(await File.ReadAllBytesAsync(Path.Combine(folder, file))), StringComparison.Ordinal);
        desk.Clock.Advance(TimeSpan.FromHours(4));
        Assert.Equal("unknown", (await desk.Post("/previews/" + preview.Digest, Note(desk, preview.Digest, "carol"))).Refused);
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 1200 && Directory.Exists(folder); i++)
            await Task.Delay(25);
        Assert.False(Directory.Exists(folder));
        Assert.Single(desk.Own(), own => own.Type == "lapsed");
        Assert.Equal("done", (await preview.File()).State);
    }

    [Theory]
    [InlineData("one approval", "too-few-approvals")]
    [InlineData("viewer unknown", "not-on-roster")]
    [InlineData("viewer without the role", "not-on-roster")]
    [InlineData("beyond the decision", "wider-than-decided")]
    [InlineData("beyond the law", "beyond-law")]
    [InlineData("on received", "wrong-event")]
    [InlineData("stopped", "stopped")]
    [InlineData("released", "already-released")]
    public async Task A_preview_passes_the_checks_of_a_release(string how, string code)
    {
        await using var desk = await HostileDesk.Begin();
        if (how == "beyond the law")
            desk.Demand = Case.Warrant() with { Instrument = "us.sca.subpoena" };
        var preview = how switch
        {
            "viewer unknown" => await Case.Preview(desk, "mallory"),
            "viewer without the role" => await Case.Preview(desk, "dora"),
            _ => await Case.Preview(desk, "alice"),
        };
        switch (how)
        {
            case "one approval":
                preview.ApprovedBy("alice");
                break;
            case "beyond the decision":
                preview = await Case.Preview(desk, decided: body => body["scope"] = HostileDesk.ScopeJson(Case.Mail(DataCategory.Subscriber)), viewers: "alice");
                break;
            case "on received":
                await preview.RestOn("received", desk.ReceivedBody(), 1, null);
                preview.Order["rests"] = HostileDesk.Sha(Convert.FromBase64String(preview.Event["bytes"]!.GetValue<string>()));
                preview.ApprovedBy("alice", "bob");
                break;
            case "stopped":
                await desk.Post("/stops", desk.StopNote(preview.DemandId));
                break;
            case "released":
                var release = await Case.Release(desk);
                Assert.Equal("done", (await release.File()).State);
                preview = await Case.Preview(desk, of: release, viewers: "alice");
                break;
        }
        var answer = await preview.File(wait: false);
        Assert.Equal(code, answer.Refused);
        Assert.False(Directory.Exists(Path.Combine(desk.Home, "previews", preview.Digest)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[\"\"]")]
    [InlineData("[\"bob\",\"alice\"]")]
    [InlineData("[\"alice\",\"alice\"]")]
    [InlineData("[1]")]
    [InlineData("\"alice\"")]
    public async Task Viewers_are_named_in_one_spelling(string viewers)
    {
        await using var desk = await HostileDesk.Begin();
        var preview = await Case.Preview(desk, order: order => order["viewers"] = JsonNode.Parse(viewers), viewers: "alice");
        Assert.Equal("malformed", (await preview.File()).Refused);
    }

    private static async Task<string> Released(HostileDesk desk, Case release)
    {
        var folder = desk.At("officer");
        Directory.CreateDirectory(folder);
        foreach (var extension in new[] { "age", "counterseal" })
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{release.Name}.{extension}"), (await desk.Get($"/packages/{release.Digest}/{release.Name}.{extension}")).Body);
        Package.Open(Path.Combine(folder, release.Name), new Trust(desk.Made.Key, desk.LedgerMade.Key.ToString()), desk.Recipient, desk.At("opened"), CancellationToken.None);
        return await File.ReadAllTextAsync(Directory.EnumerateFiles(desk.At("opened"), "content*.mbox", SearchOption.AllDirectories).Single());
    }
}
