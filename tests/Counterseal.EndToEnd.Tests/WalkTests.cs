using Counterseal.Cli;

namespace Counterseal.EndToEnd.Tests;

/// <summary>The main job through the three real processes.</summary>
public class WalkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_walks_three_demands_and_every_cheat_is_refused()
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("cs-").FullName, "d");
        var story = new DemoStory(console: null, TimeProvider.System);
        await DemoScript.Run(folder, mail: null, story, Cancel);
        Assert.True(story.Good);
        Assert.All(story.Cheats, cheat => Assert.True(cheat.Refused, cheat.What));
        var refusals = story.Cheats.Select(c => c.Words.Split(':')[0]).ToList();
        foreach (var code in (string[])["too-few-approvals", "same-reviewer-twice", "wrong-approval", "wider-than-decided", "already-released", "stopped"])
            Assert.Contains(code, refusals);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder, "packages"), "*.age").Length);
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Fact]
    public async Task A_demo_over_the_visitors_own_mailbox_takes_mbox()
    {
        var place = Directory.CreateTempSubdirectory("cs-").FullName;
        var mbox = Path.Combine(place, "mine.mbox");
        await File.WriteAllTextAsync(mbox, "From a@b.example Thu Apr  2 10:00:00 2026\nFrom: a@b.example\nTo: c@d.example\nDate: Thu, 02 Apr 2026 10:00:00 +0000\nSubject: one\n\nbody\n\n", Cancel);
        var story = new DemoStory(console: null, TimeProvider.System);
        await DemoScript.Run(Path.Combine(place, "d"), mbox, story, Cancel);
        Assert.True(story.Good);
        var opened = Directory.GetFiles(Path.Combine(place, "d", "packages"), "content-0001.mbox", SearchOption.AllDirectories);
        Assert.Contains("Subject: one", await File.ReadAllTextAsync(Assert.Single(opened), Cancel), StringComparison.Ordinal);
        Directory.Delete(place, recursive: true);
    }

    [Fact]
    public async Task An_etsi_request_without_a_category_ends_in_a_receipt_a_question_and_an_internal_no_data()
    {
        var example = Path.Combine(Place.Root, "..", "shared", "etsi-103120", "examples", "request4.xml");
        if (!File.Exists(example))
            Assert.Skip("../shared is not here; ETSI's own example cannot be submitted");
        await using var house = House.Build();
        await house.Start();
        using var walk = new Walk(house.Home, TimeProvider.System);
        var receipt = await walk.Submit(await File.ReadAllBytesAsync(example, Cancel), Cancel);
        var demand = (string)receipt["demand"]!;
        Receipts.Verify(receipt, house.Trust);
        Assert.Contains(receipt["questions"]!.AsArray(), q => (string)q!["fact"]! == "scope.categories");

        var count = await walk.Order(demand, "niamh", "count", Cancel);
        await walk.Approve(count, house.Alice, Cancel);
        Assert.Empty((await walk.Done(demand, count, Cancel))["accounts"]!.AsArray());

        var shown = await walk.Show(demand, Cancel);
        Assert.Equal("noData", (string)shown["assessment"]!["proposed"]!);
        Assert.Contains(shown["assessment"]!["questions"]!.AsArray(), q => (string)q!["fact"]! == "authenticated");
        var refused = await Assert.ThrowsAsync<DeskRefused>(() => walk.Decide(demand, "niamh", "noData", "nothing found", null, Cancel));
        Assert.Equal(409, refused.Status);
        await walk.Authenticate(demand, "niamh", "called back", "note 3", Cancel);
        await walk.Decide(demand, "niamh", "noData", "nothing found", null, Cancel);
        Assert.Equal("noData", (string)(await walk.Show(demand, Cancel))["decision"]!["decision"]!);
    }

    [Fact]
    public async Task The_walk_is_the_same_on_PostgreSQL()
    {
        await using var server = new Counterseal.Desk.Tests.Postgres();
        await using var house = House.Build(await server.NewDatabase());
        await house.Start();
        using var people = new Stubborn(house, Cancel);
        await people.GoAllTheWay();
        Assert.Equal(0, people.Retries);
        Assert.True(Counterseal.Custody.Package.Verify(people.Package, house.Trust, Cancel).All(c => c.Holds));
        Assert.False(File.Exists(Path.Combine(house.Home.Desk, "desk.db")));
    }

    [Theory]
    [InlineData("this is no XML at all", "")]
    [InlineData("<HI1Message xmlns=\"http://uri.etsi.org/03120/common/2019/10/Core\"><Payload/></HI1Message>", "Header")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", "")]
    public async Task What_cannot_be_read_is_named_and_kept_in_quarantine(string original, string element)
    {
        await using var house = House.Build();
        await house.Start();
        using var walk = new Walk(house.Home, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<DeskRefused>(() => walk.Submit(System.Text.Encoding.UTF8.GetBytes(original), Cancel));
        Assert.Equal(422, refused.Status);
        var fault = refused.Body["faults"]![0]!;
        Assert.NotEmpty((string)fault["what"]!);
        Assert.NotEmpty((string)fault["rule"]!);
        Assert.NotEmpty((string)fault["next"]!);
        Assert.Contains(element, refused.Body["faults"]!.ToJsonString(), StringComparison.Ordinal);
        using var desk = new StaffClient(house.Home);
        var kept = await desk.Get("api/quarantine", Cancel);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(original))), (string)kept[0]!["digest"]!);
    }

    [Fact]
    public async Task The_desks_database_edited_by_hand_releases_nothing()
    {
        await using var house = House.Build();
        await house.Start();
        string demand;
        using (var walk = new Walk(house.Home, TimeProvider.System))
            demand = await Steps.Decided(house, walk, Cancel);
        await house.Kill();

        // The thief rewrites the decision in place: another category, as if it had been decided so.
        using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(house.Home.Desk, "desk.db")};Pooling=False"))
        {
            await database.OpenAsync(Cancel);
            using var read = database.CreateCommand();
            read.CommandText = "select \"Bytes\" from events where \"Demand\" = $d and \"Type\" = 'decided'";
            read.Parameters.AddWithValue("$d", demand);
            var bytes = (byte[])(await read.ExecuteScalarAsync(Cancel))!;
            var text = System.Text.Encoding.UTF8.GetString(bytes).Replace("[\"identification\"]", "[\"content\"]", StringComparison.Ordinal);
            Assert.Contains("\"content\"", text, StringComparison.Ordinal);
            using var write = database.CreateCommand();
            write.CommandText = "update events set \"Bytes\" = $b where \"Demand\" = $d and \"Type\" = 'decided'";
            write.Parameters.AddWithValue("$b", System.Text.Encoding.UTF8.GetBytes(text));
            write.Parameters.AddWithValue("$d", demand);
            Assert.Equal(1, await write.ExecuteNonQueryAsync(Cancel));
        }

        await house.Start();
        using var again = new Walk(house.Home, TimeProvider.System);
        Assert.NotNull((string?)(await again.Show(demand, Cancel))["tampered"]);
        await Assert.ThrowsAsync<DeskRefused>(() => again.Order(demand, "niamh", "release", Cancel));
        Assert.Empty(Directory.GetFiles(Path.Combine(house.Home.Gate, "packages"), "*.age", SearchOption.AllDirectories));
    }
}
