using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;

namespace Counterseal.Web.Tests;

/// <summary>Docket, calendar, its feed, and hand-over, over a real desk.</summary>
public sealed class ShiftTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task A_challenge_is_recorded_at_its_demand_and_stands_on_docket_and_calendar()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var cora = await stand.As("Cora");
        var at = DateTimeOffset.UtcNow.AddDays(2);
        var hearing = new DateTimeOffset(at.Year, at.Month, at.Day, 9, 30, 0, TimeSpan.Zero);
        await DemandWorkTests.Done(cora, demand, "docket", ("kind", "filed"), ("court", "High Court"), ("case", "2026 No. 417 JR"), ("filedBy", "Example Mail"), ("grounds", "too wide"));
        await DemandWorkTests.Done(cora, demand, "docket", ("kind", "hearing"), ("at", hearing.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture)), ("where", "Court 4"));
        var docket = await cora.GetStringAsync("/docket");
        Assert.Contains("2026 No. 417 JR", docket, StringComparison.Ordinal);
        var month = await cora.GetStringAsync($"/calendar?month={hearing:yyyy-MM}");
        Assert.Contains($"href=\"/demands/{demand}\"", month, StringComparison.Ordinal);
        Assert.Contains("09:30", month, StringComparison.Ordinal);
        // Moved: the old day is free, the new one is not.
        var version = (await stand.Desk.Show(demand, default)).State.Docket!.Hearings[0].Version;
        var moved = hearing.AddDays(400);
        await DemandWorkTests.Done(cora, demand, "docket", ("kind", "hearing"), ("at", moved.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture)), ("where", "Court 5"), ("instead", version.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.DoesNotContain("entry hearing", await cora.GetStringAsync($"/calendar?month={hearing:yyyy-MM}"), StringComparison.Ordinal);
        Assert.Contains("entry hearing", await cora.GetStringAsync($"/calendar?month={moved:yyyy-MM}"), StringComparison.Ordinal);
        await DemandWorkTests.Done(cora, demand, "docket", ("kind", "ruling"), ("what", "the period is cut to a month"));
        await DemandWorkTests.Done(cora, demand, "docket", ("kind", "appeal"), ("appealedBy", "the authority"), ("court", "Court of Appeal"), ("case", "2027/12"));
        await DemandWorkTests.Done(cora, demand, "docket", ("kind", "outcome"), ("outcome", "InPart"), ("what", "a month of it stands"));
        Assert.Contains("the demand stands in part", await cora.GetStringAsync("/docket"), StringComparison.Ordinal);
        // Reviewers read it, and record nothing of it.
        using var rosa = await stand.As("Rosa");
        Assert.Contains("Court of Appeal", await rosa.GetStringAsync("/docket"), StringComparison.Ordinal);
        using var no = await DeskStand.Post(rosa, "/", $"/demands/{demand}/docket", ("kind", "ruling"), ("what", "x"));
        Assert.Equal(HttpStatusCode.Forbidden, no.StatusCode);
    }

    [Fact]
    public async Task A_calendar_program_reads_what_its_person_sees_now_until_the_address_is_ended()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var (open, secret) = ((await stand.Received("4:26-mj-00317; \"x\", ÄÖÜ " + new string('é', 60))).Demand, (await stand.Received("secret")).Demand);
        foreach (var id in new[] { open, secret })
        {
            _ = await stand.Desk.Litigate(id, "Cora", new ChallengeFiled("High Court", "417", "Example Mail", "of ada@example.test"), null, default);
            _ = await stand.Desk.Litigate(id, "Cora", new HearingSet(DateTimeOffset.UtcNow.AddDays(9), "where ada@example.test is heard"), null, default);
        }
        using var rosa = await stand.As("Rosa");
        var address = await Made(stand, rosa);
        using var program = new HttpClient();
        var events = await Judged(await program.GetByteArrayAsync(address));
        Assert.Equal(["4:26-mj-00317; \"x\", ÄÖÜ " + new string('é', 60) + ": hearing", "secret: hearing"], events.Select(e => (string)e["summary"]!).Where(s => s.EndsWith("hearing", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("ada@example.test", await program.GetStringAsync(address), StringComparison.Ordinal);
        // The same entries have the same names on each fetch.
        Assert.Equal(events.Select(e => (string)e["uid"]!), (await Judged(await program.GetByteArrayAsync(address))).Select(e => (string)e["uid"]!));

        await stand.Accounts.MakeCompartment("Cora", "few", [], default);
        _ = await stand.Desk.Restrict(secret, "Cora", "few", "a test", null, default);
        Assert.DoesNotContain("secret", await program.GetStringAsync(address), StringComparison.Ordinal);

        // Another address takes the first one's place; ended, none opens.
        var other = await Made(stand, rosa);
        Assert.Equal(HttpStatusCode.NotFound, (await program.GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync(other)).StatusCode);
        (await DeskStand.Post(rosa, "/account", "/account/calendar/end")).Dispose();
        Assert.Equal(HttpStatusCode.NotFound, (await program.GetAsync(other)).StatusCode);
        var last = await Made(stand, rosa);
        _ = await stand.Accounts.End("Ada", (await stand.Person("Rosa")).Account, "left", default);
        Assert.Equal(HttpStatusCode.NotFound, (await program.GetAsync(last)).StatusCode);
        Assert.Contains(await stand.Accounts.Views.Latest(null, null, null, 100, default), view => view is { Person: "Rosa", What: "GET /calendar/feed/{token}" });
    }

    [Fact]
    public async Task A_note_is_on_the_queue_of_the_next_shift()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        await DemandWorkTests.Done(rosa, demand, "stay", ("reason", "held"));
        using var answer = await DeskStand.Post(rosa, "/handover", "/handover", ("note", "The gate was <slow>."));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        using var cora = await stand.As("Cora");
        Assert.Contains("The gate was &lt;slow&gt;.", await cora.GetStringAsync("/"), StringComparison.Ordinal);
        var page = await cora.GetStringAsync("/handover");
        Assert.Contains("stayed by Rosa", page, StringComparison.Ordinal);
        using var empty = await DeskStand.Post(cora, "/handover", "/handover", ("note", " "));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        using var abel = await stand.As("Abel");
        using var no = await DeskStand.Post(abel, "/account", "/handover", ("note", "x"));
        Assert.Equal(HttpStatusCode.Forbidden, no.StatusCode);
        Assert.Contains((await stand.Desk.Own(default)), own => own.Event is { Type: "handedOver", By: "Rosa" });
    }

    [Theory]
    [InlineData("2026-02", "Europe/Dublin", "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00")]
    [InlineData("2026-07", "Europe/Dublin", "2026-06-30T23:00:00+00:00", "2026-07-31T23:00:00+00:00")]
    [InlineData("no", "UTC", "2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00")]
    public void A_month_begins_and_ends_at_midnight_of_the_zone(string asked, string zone, string from, string to)
    {
        var month = CalendarMonth.Of(asked, Samples.Now, WorkZone.Named(zone));
        Assert.Equal((DateTimeOffset.Parse(from, System.Globalization.CultureInfo.InvariantCulture), DateTimeOffset.Parse(to, System.Globalization.CultureInfo.InvariantCulture)), (month.From, month.To));
    }

    private static async Task<Uri> Made(DeskStand stand, HttpClient window)
    {
        using var answer = await DeskStand.Post(window, "/account", "/account/calendar");
        var page = await answer.Content.ReadAsStringAsync();
        var from = page.IndexOf("id=\"feed\">", StringComparison.Ordinal) + "id=\"feed\">".Length;
        Assert.True(from > 20, page);
        return new(stand.Pages, new Uri(WebUtility.HtmlDecode(page[from..page.IndexOf('<', from)])).AbsolutePath);
    }

    /// <summary>What Debian's icalendar reads.</summary>
    private static async Task<List<JsonNode>> Judged(byte[] calendar)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/icalendar"), "no icalendar here: install python3-icalendar");
        var start = new ProcessStartInfo(Python, [Path.Combine(Place.Root, "tests", "judges", "ical", "read.py")]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        using var process = Process.Start(start)!;
        await process.StandardInput.BaseStream.WriteAsync(calendar);
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync());
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
