using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Desk.Tests;

namespace Counterseal.Web.Tests;

/// <summary>What happens before a court, recorded at the command's socket as by the page's forms, on both stores.</summary>
public sealed class DocketApiTests(Postgres postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Counsel_records_a_challenge_from_its_filing_to_its_outcome_and_nobody_else_does(string store)
    {
        await using var stand = await DeskStand.Up(database: store == "postgres" ? await postgres.NewDatabase() : null);
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var cora = await stand.Command("Cora");
        var filed = await Done(cora, demand, new() { ["kind"] = "filed", ["court"] = "High Court", ["case"] = "2026 No. 417 JR", ["filedBy"] = "Example Mail", ["grounds"] = "too wide" });
        Assert.Equal((await stand.Desk.Show(demand, default)).Events[^1].LeafIndex, (long)filed["index"]!);
        await Done(cora, demand, new() { ["kind"] = "filing", ["what"] = "reply", ["filedBy"] = "the authority" });
        await Done(cora, demand, new() { ["kind"] = "hearing", ["at"] = "2026-12-08T10:30:00+01:00", ["where"] = "Court 4" });
        var hearing = Assert.Single((await stand.Desk.Show(demand, default)).State.Docket!.Hearings);
        Assert.Equal(new DateTimeOffset(2026, 12, 8, 9, 30, 0, TimeSpan.Zero), hearing.At);
        // In its place, by the number of its event; a number and its text are the same.
        await Done(cora, demand, new() { ["kind"] = "hearing", ["at"] = "2026-12-09T09:30:00Z", ["where"] = "Court 5", ["instead"] = hearing.Version });
        Assert.Equal("Court 5", Assert.Single((await stand.Desk.Show(demand, default)).State.Docket!.Hearings).Where);
        await Done(cora, demand, new() { ["kind"] = "ruling", ["what"] = "the period is cut to a month" });
        await Done(cora, demand, new() { ["kind"] = "appeal", ["appealedBy"] = "the authority", ["court"] = "Court of Appeal", ["case"] = "2027/12" });

        foreach (var (said, says, status) in new (JsonObject, string, HttpStatusCode)[]
        {
            (new() { ["kind"] = "verdict" }, "nothing that happens before a court", HttpStatusCode.BadRequest),
            (new(), "nothing that happens before a court", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "ruling", ["what"] = new JsonArray("x") }, "what the court ruled", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "ruling", ["what"] = new string('x', 10_001) }, "more than 10,000 characters", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "hearing", ["at"] = "soon", ["where"] = "x" }, "when the hearing is", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "hearing", ["at"] = "2026-12-09T09:30:00Z", ["where"] = "x", ["instead"] = "the last" }, "by the version of its event", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "hearing", ["at"] = "2026-12-09T09:30:00Z", ["where"] = "x", ["instead"] = 1 }, "does not stand", HttpStatusCode.Conflict),
            (new() { ["kind"] = "outcome", ["outcome"] = "3", ["what"] = "x" }, "how the challenge ended\",\"next\":\"choose one of upheld, inPart, rejected, settled", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "filed", ["court"] = "c", ["case"] = "1", ["filedBy"] = "us", ["grounds"] = "g" }, "already", HttpStatusCode.Conflict),
            (new() { ["kind"] = "ruling", ["what"] = "x", ["by"] = "Somebody" }, "nothing is recorded under another name", HttpStatusCode.BadRequest),
            (new() { ["kind"] = "ruling", ["what"] = "x", ["seen"] = 1 }, "", HttpStatusCode.Conflict),
        })
        {
            using var no = await cora.PostAsJsonAsync($"/api/demands/{demand}/docket", said);
            var answer = await no.Content.ReadAsStringAsync();
            Assert.True(no.StatusCode == status, $"{said.ToJsonString()}: {no.StatusCode} {answer}");
            Assert.Contains(says, answer, StringComparison.Ordinal);
        }

        await Done(cora, demand, new() { ["kind"] = "outcome", ["outcome"] = "inPart", ["what"] = "a month of it stands" });
        var state = (await stand.Desk.Show(demand, default)).State;
        Assert.Equal(("the demand stands in part", "Court of Appeal", "2027/12"), (state.Docket!.Standing, state.Docket.Court, state.Docket.Case));
        Assert.All((await stand.Desk.Show(demand, default)).Events.Where(one => state.Docket.Events.Contains(one.Event.Version)), one => Assert.Equal("Cora", one.Event.By));
        // The pages have the same.
        using var rosa = await stand.As("Rosa");
        Assert.Contains("Court of Appeal", await rosa.GetStringAsync("/docket"), StringComparison.Ordinal);
        using var reviewer = await stand.Command("Rosa");
        Assert.Equal(HttpStatusCode.Forbidden, (await reviewer.PostAsJsonAsync($"/api/demands/{demand}/docket", new JsonObject { ["kind"] = "ruling", ["what"] = "x" })).StatusCode);
        // Outside the compartment there is no such demand.
        await stand.Join("Lena", Role.Counsel);
        await stand.Accounts.MakeCompartment("Cora", "few", [], default);
        _ = await stand.Desk.Restrict(demand, "Cora", "few", "a test", null, default);
        using var lena = await stand.Command("Lena");
        Assert.Equal(HttpStatusCode.NotFound, (await lena.PostAsJsonAsync($"/api/demands/{demand}/docket", new JsonObject { ["kind"] = "filed", ["court"] = "c", ["case"] = "1", ["filedBy"] = "us", ["grounds"] = "g" })).StatusCode);
    }

    private static async Task<JsonNode> Done(HttpClient command, string demand, JsonObject said)
    {
        using var answer = await command.PostAsJsonAsync($"/api/demands/{demand}/docket", said);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{said.ToJsonString()}: {answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }
}
