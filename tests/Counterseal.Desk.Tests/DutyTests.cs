using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Desk.Tests;

/// <summary>What a rule says must be done when a clock ends, and the record that it was.</summary>
public class DutyTests(Postgres postgres)
{
    private static byte[] Letter() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "demand/v1",
        ["reference"] = "KEEP-7",
        ["instrument"] = "us.sca.preservation",
        ["issuing"] = new JsonObject { ["name"] = "Police of Example", ["country"] = "US", ["kind"] = "police" },
        ["scope"] = new JsonArray(new JsonObject { ["selector"] = new JsonObject { ["mailbox"] = "ada@example.test" }, ["categories"] = new JsonArray("content") }),
    }.ToJsonString());

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task When_a_term_ends_the_duty_to_delete_appears_by_itself_and_its_doing_is_on_the_record(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var id = (await stand.Received(Letter())).Demand;
        await stand.Desk.Authenticate(id, "ada", Authenticity.Authentic, "called back", "the directory's number", null, default);
        await stand.Desk.Establish(id, "ada", "production.received", "false", "nothing came", null, default);
        await stand.Desk.Establish(id, "ada", "preservation.extended", "false", "nothing came", null, default);
        var term = (await stand.Desk.Show(id, default)).State.Assessed!.Assessment.Deadlines.First(d => d.Kind == DeadlineKind.Expiry);
        Assert.DoesNotContain(await Duties(), d => d.Do == DutyKind.Delete);

        stand.Clock.SetUtcNow(term.Due.AddSeconds(-1));
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.DoesNotContain(await Duties(), d => d.Do == DutyKind.Delete);
        stand.Clock.SetUtcNow(term.Due);
        Assert.Empty(await stand.Desk.Tend(default));
        var duty = Assert.Single(await Duties(), d => d.Do == DutyKind.Delete);
        var events = (await stand.Desk.Show(id, default)).Events.Count;
        Assert.Empty(await stand.Desk.Tend(default));
        Assert.Equal(events, (await stand.Desk.Show(id, default)).Events.Count);

        var no = await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Perform(id, "ada", "eu.none", "deleted", null, default));
        Assert.Contains(duty.Rule, no.Next, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Perform(id, "ada", duty.Rule, " ", null, default));
        var state = await stand.Desk.Perform(id, "ada", duty.Rule, "the gate's snapshot deleted, journal line 12", null, default);
        Assert.Equal((DutyKind.Delete, "ada", duty.Sentence), (state.Performed[duty.Rule].Do, state.Performed[duty.Rule].By, state.Performed[duty.Rule].Duty));
        await stand.Reopen();
        Assert.Equal(state.Performed[duty.Rule].How, (await stand.Desk.Show(id, default)).State.Performed[duty.Rule].How);
        Assert.Empty(stand.Desk.Reconciled!.Differences);

        async Task<IReadOnlyList<Duty>> Duties() => (await stand.Desk.Show(id, default)).State.Assessed!.Assessment.Duties;
    }
}
