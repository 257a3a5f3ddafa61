using System.Text;
using System.Text.Json.Nodes;

namespace Counterseal.Desk.Tests;

/// <summary>The queue, its search and who works on what, on both stores.</summary>
public class QueueTests(Postgres postgres)
{
    private static readonly string[] Authorities = ["Staatsanwaltschaft Köln", "District Court of Example", "Garda National Bureau", "Tribunal judiciaire de Example"];
    private static readonly string[] Countries = ["DE", "US", "IE", "FR"];
    private static readonly string?[] Instruments = ["eu.epoc", "us.sca.warrant", null];

    private static byte[] Demand(int i)
    {
        var demand = new JsonObject
        {
            ["counterseal"] = "demand/v1",
            ["reference"] = $"{Countries[i % 4]}-{2026 + i % 2}/{i:D4}",
            ["issuing"] = new JsonObject { ["name"] = Authorities[i % 4], ["country"] = Countries[i % 4], ["kind"] = "court" },
            ["issued"] = "2026-11-23T08:00:00Z",
            ["offence"] = "unspeakable",
            ["scope"] = new JsonArray(new JsonObject
            {
                ["selector"] = new JsonObject { ["mailbox"] = $"p{i}.quinn@mail{i % 5}.example" },
                ["categories"] = new JsonArray("subscriber"),
                ["from"] = "2026-10-01T00:00:00Z",
                ["to"] = "2026-11-01T00:00:00Z",
            }),
        };
        if (Instruments[i % 3] is { } instrument)
            demand["instrument"] = instrument;
        if (i % 7 == 3)
            demand["emergency"] = new JsonObject { ["ground"] = "unspeakable too" };
        return Encoding.UTF8.GetBytes(demand.ToJsonString());
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Whatever_is_asked_the_pages_together_are_what_a_naive_look_at_every_demand_gives(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        for (var i = 0; i < 36; i++)
        {
            var receipt = await stand.Received(Demand(i));
            stand.Clock.Advance(TimeSpan.FromMinutes(50));
            if (i % 5 == 0)
                _ = await stand.Desk.Withdraw(receipt.Demand, "ada", "sent in error", null, default);
            else if (i % 4 == 1)
                _ = await stand.Desk.Assign(receipt.Demand, "ada", i % 8 == 1 ? "Bo Okafor" : "ada", null, default);
        }
        var now = stand.Clock.GetUtcNow();
        var all = new List<(DemandState State, int Order)>();
        foreach (var entry in await stand.Desk.Queue(all: true, 100, default))
            all.Add(((await stand.Desk.Show(entry.Id, default)).State, 0));
        all = [.. all.OrderBy(one => one.State.ReceivedAt).Select((one, i) => (one.State, i))];
        var draw = new Random(7);
        string[] texts = ["", "", "", "koln", "Köln", "STAATS", "court exam", "garda", "2026/0012", "de-2026/00", "p7.quinn", "quinn@mail3.example", "mail3", "unspeakable", "0008 de", "---", "tribunal judiciaire", all[9].State.Id, all[9].State.Id[..8].ToLowerInvariant(), "p1 quinn", "de20260000"];
        var seen = 0;
        for (var round = 0; round < 250; round++)
        {
            var ask = new QueueAsk
            {
                Text = texts[draw.Next(texts.Length)],
                Open = draw.Next(3) switch { 0 => null, 1 => false, _ => true },
                Burning = draw.Next(6) == 0,
                Today = draw.Next(6) == 0,
                Emergency = draw.Next(5) == 0,
                Country = draw.Next(4) == 0 ? Countries[draw.Next(4)] : null,
                Instrument = draw.Next(5) == 0 ? "eu.epoc" : null,
                Assigned = draw.Next(5) switch { 0 => "", 1 => "Bo Okafor", _ => null },
                Stage = draw.Next(6) == 0 ? Stage.Assessed : null,
                Most = draw.Next(1, 9),
            };
            var found = new List<string>();
            string? after = null;
            do
            {
                var slice = await stand.Desk.Queue(Sight.Whole, ask with { After = after }, default);
                Assert.InRange(slice.Entries.Count, 0, ask.Most);
                found.AddRange(slice.Entries.Select(entry => entry.Id));
                after = slice.Next;
            }
            while (after is not null);
            Assert.Equal(Naive(all, ask, now), found);
            seen += found.Count;
        }
        Assert.InRange(seen, 250, 250 * 36);
        var tally = await stand.Desk.Tally(Sight.Whole, default);
        Assert.Equal(
            (Naive(all, new(), now).Count, Naive(all, new() { Burning = true }, now).Count, Naive(all, new() { Today = true }, now).Count),
            (tally.Open, tally.Burning, tally.Today));
        Assert.Equal(tally.Open, tally.Countries.Sum(one => one.Count));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Figures_are_at_most_ten_seconds_old_are_counted_ahead_and_an_assignment_shows_at_once(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var first = await stand.Received(Demand(0));
        Assert.Equal(1, await Open());
        _ = await stand.Received(Demand(1));
        stand.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await Open());
        // From the sixth second on one look shows the old figure and has it counted, and soon there is the new one, though no time has gone by.
        stand.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.InRange(await Open(), 1, 2);
        for (var tries = 0; await Open() != 2; tries++)
        {
            Assert.True(tries < 500, "nobody counted ahead");
            await Task.Delay(20);
        }
        _ = await stand.Received(Demand(2));
        stand.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(3, await Open());
        _ = await stand.Desk.Assign(first.Demand, "ada", "Bo Okafor", null, default);
        Assert.Equal([("Bo Okafor", 1)], (await stand.Desk.Tally(Sight.Whole, default)).People);
        // With everybody at once it is the same for each.
        stand.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Open())), open => Assert.Equal(3, open));

        async Task<int> Open() => (await stand.Desk.Tally(Sight.Whole, default)).Open;
    }

    /// <summary>The same said in the plainest way, from folded states and no table.</summary>
    private static List<string> Naive(List<(DemandState State, int Order)> all, QueueAsk ask, DateTimeOffset now)
    {
        var words = Words(ask.Text).Distinct().ToList();
        var kept = all.Where(one =>
        {
            var (state, demand) = (one.State, one.State.Received!.Demand);
            var open = state.ClosedFor is null && state.WithdrawnFor is null;
            var clock = state.Deadlines.Count > 0 ? state.Deadlines[0] : null;
            string[] texts = [state.Id, demand.Reference, demand.Issuing.Name, demand.Issuing.Country, .. demand.Scope.Items.Select(item => item.Selector.Value)];
            var has = texts.SelectMany(Words).Concat(texts.Select(text => string.Concat(Words(text)))).ToHashSet();
            return (ask.Open is null || ask.Open == open)
                && (ask.Text.Length == 0 || (words.Count > 0 && words.Take(words.Count - 1).All(has.Contains) && has.Any(word => word.StartsWith(words[^1], StringComparison.Ordinal))))
                && (!ask.Burning || (open && clock is not null && now >= clock.Due - ((clock.Due - clock.Starts) / 4)))
                && (!ask.Today || (open && clock is not null && clock.Due <= now.AddDays(1)))
                && (!ask.Emergency || demand.Emergency == true)
                && (ask.Country is null || demand.Issuing.Country == ask.Country)
                && (ask.Instrument is null || demand.Instrument == ask.Instrument)
                && (ask.Assigned is null || (state.AssignedTo ?? "") == ask.Assigned)
                && (ask.Stage is null || state.Stage == ask.Stage);
        });
        var ordered = ask.Text.Length > 0 || ask.Open != true
            ? kept.OrderByDescending(one => one.Order)
            : kept.OrderBy(one => (one.State.Deadlines.Count > 0, one.State.Received!.Demand.Emergency == true) switch { (true, true) => 0, (true, false) => 1, (false, true) => 2, _ => 3 })
                .ThenBy(one => one.State.Deadlines.Count > 0 ? one.State.Deadlines[0].Due : DateTimeOffset.MinValue)
                .ThenBy(one => one.State.Deadlines.Count > 0 ? 0 : -one.Order).ThenBy(one => one.Order);
        return [.. ordered.Select(one => one.State.Id)];
    }

    private static IEnumerable<string> Words(string text) =>
        System.Text.RegularExpressions.Regex.Matches(text.ToLowerInvariant().Replace("ö", "o", StringComparison.Ordinal), "[a-z0-9]+").Select(match => match.Value);

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Who_works_on_a_demand_is_on_the_record_and_is_said_once(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        var before = (await stand.Desk.Show(receipt.Demand, default)).State.Version;
        var state = await stand.Desk.Assign(receipt.Demand, "ada", "Bo Okafor", null, default);
        Assert.Equal("Bo Okafor", state.AssignedTo);
        Assert.False(state.AssessmentDue);
        Assert.Equal(before + 1, (await stand.Desk.Assign(receipt.Demand, "ada", "Bo Okafor", null, default)).Version);
        Assert.Equal("Bo Okafor", Assert.Single((await stand.Desk.Queue(Sight.Whole, new QueueAsk { Assigned = "Bo Okafor" }, default)).Entries).Assigned);
        var last = (await stand.Desk.Show(receipt.Demand, default)).Events[^1];
        Assert.Equal(("assigned", "ada"), (last.Event.Type, last.Event.By));
        Assert.True(last.LeafIndex >= 0);
        var conflict = await Assert.ThrowsAsync<ConflictException>(() => stand.Desk.Assign(receipt.Demand, "bo", "Cy", before, default));
        Assert.Contains("ada was first", conflict.Message, StringComparison.Ordinal);
        Assert.Null((await stand.Desk.Assign(receipt.Demand, "ada", null, null, default)).AssignedTo);
        _ = await stand.Desk.Withdraw(receipt.Demand, "ada", "sent in error", null, default);
        // What a rule still asks for then is somebody's work too.
        Assert.Equal("Bo Okafor", (await stand.Desk.Assign(receipt.Demand, "ada", "Bo Okafor", null, default)).AssignedTo);
        await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Assign(receipt.Demand, "ada", "two\nlines", null, default));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Outside_a_compartment_its_demands_are_in_no_page_no_search_and_no_figure(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received();
        _ = await stand.Desk.Restrict(receipt.Demand, "ada", "national security", "says so itself", null, default);
        var (member, stranger) = (new Sight(["national security"], []), new Sight(["another"], []));
        foreach (var ask in (QueueAsk[])[new(), new() { Text = receipt.Demand }, new() { Open = null }])
        {
            Assert.Single((await stand.Desk.Queue(member, ask, default)).Entries);
            Assert.Empty((await stand.Desk.Queue(stranger, ask, default)).Entries);
        }
        Assert.Equal((1, 0), ((await stand.Desk.Tally(member, default)).Open, (await stand.Desk.Tally(stranger, default)).Open));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_queue_that_was_lost_is_made_again_from_the_events_with_the_words_it_is_found_by(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var receipt = await stand.Received(Demand(2));
        _ = await stand.Desk.Assign(receipt.Demand, "ada", "Bo Okafor", null, default);
        var before = Assert.Single((await stand.Desk.Queue(Sight.Whole, new QueueAsk(), default)).Entries);
        await stand.Edit("DELETE FROM demands");
        await stand.Edit("DELETE FROM demand_words");
        await stand.Reopen();
        Assert.Equal(before, Assert.Single((await stand.Desk.Queue(Sight.Whole, new QueueAsk { Text = "quinn mail2" }, default)).Entries));
        Assert.Equal(before, Assert.Single((await stand.Desk.Queue(Sight.Whole, new QueueAsk { Assigned = "Bo Okafor", Country = "IE" }, default)).Entries));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_view_is_a_persons_own_and_a_page_that_is_none_is_refused(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await stand.Desk.KeepView("ada", new("mine", "?to=ada"), default);
        await stand.Desk.KeepView("ada", new("mine", "?to=ada&show=burning"), default);
        Assert.Equal([new QueueView("mine", "?to=ada&show=burning")], await stand.Desk.Views("ada", default));
        Assert.Empty(await stand.Desk.Views("bo", default));
        await stand.Desk.ForgetView("bo", "mine", default);
        Assert.Single(await stand.Desk.Views("ada", default));
        for (var i = 0; i < 29; i++)
            await stand.Desk.KeepView("ada", new($"v{i}", ""), default);
        Assert.Contains("at most 30", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.KeepView("ada", new("one more", ""), default))).Message, StringComparison.Ordinal);
        foreach (var (after, text) in new[] { ("'; DROP TABLE demands", ""), ("1", ""), ("x", "garda"), ("-1", "garda") })
            Assert.Equal("malformed", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Queue(Sight.Whole, new QueueAsk { After = after, Text = text }, default))).Code);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Signs_of_a_query_language_and_letters_of_every_script_are_only_words(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var demand = JsonNode.Parse(Demand(1))!;
        demand["reference"] = "Υπόθεση 17/2026 «ТЕСТ» 𐐨𐐩 محكمة NEAR(x) \"AND\" a:* !b & _open";
        var receipt = await stand.Received(Encoding.UTF8.GetBytes(demand.ToJsonString()));
        foreach (var text in (string[])["υποθεση", "ΥΠΌΘΕΣΗ", "тест", "محكمة", "NEAR(x", "\"AND\" OR", "a:*", "!b", "open", "17/2026", "'", "a' & 'b", "𐐀"])
        {
            var found = (await stand.Desk.Queue(Sight.Whole, new QueueAsk { Text = text }, default)).Entries;
            Assert.True(text is "\"AND\" OR" or "'" ? found.Count == 0 : found.Count == 1 && found[0].Id == receipt.Demand, $"{text}: {found.Count}");
        }
    }
}
