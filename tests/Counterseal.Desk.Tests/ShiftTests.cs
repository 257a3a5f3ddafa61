using Counterseal.Law;

namespace Counterseal.Desk.Tests;

/// <summary>Challenges, the calendar, changes and alerts, on both stores.</summary>
public class ShiftTests(Postgres postgres)
{
    [Fact]
    public void A_challenge_has_a_life_of_its_own_beside_the_demands()
    {
        var filed = new ChallengeFiled("High Court", "417", "us", "too wide");
        var (state, _) = Given.Life([.. Given.Ready, s => Given.Decided(s, Decision.Challenge), _ => filed, _ => new Stayed("pending"), _ => new HearingSet(Given.Start.AddDays(3), "Court 4"), _ => new Resumed("over"), _ => new Closed("answered"), _ => new Appealed("the authority", "Court of Appeal", "12"), _ => new ChallengeEnded(ChallengeOutcome.Upheld, "it does not stand")]);
        Assert.Equal(("Court of Appeal", "12", "the demand does not stand"), (state.Docket!.Court, state.Docket.Case, state.Docket.Standing));
        Assert.Equal(4, state.Docket.Events.Count);
        Assert.NotNull(state.Docket.EndedAt);
        var open = Given.Life([_ => Given.Received(), _ => filed]).State;
        Assert.Contains("before High Court already", Life.Objection(open, filed, Given.Start), StringComparison.Ordinal);
        Assert.Contains("no challenge", Life.Objection(Given.Life(_ => Given.Received()).State, new Ruled("x"), Given.Start), StringComparison.Ordinal);
        Assert.Contains("no challenge", Life.Objection(state, new Ruled("x"), Given.Start), StringComparison.Ordinal);
        Assert.Null(Life.Objection(state, filed, Given.Start));
        Assert.Contains("does not stand", Life.Objection(open, new HearingSet(Given.Start, "x", 1), Given.Start), StringComparison.Ordinal);
        foreach (var blank in new EventBody[] { new FilingMade("", "us"), new FilingMade("a brief", " "), new HearingSet(Given.Start, ""), new Ruled(" "), new Appealed("", "c", "1"), new ChallengeEnded(ChallengeOutcome.Settled, "") })
            Assert.NotNull(Life.Objection(open, blank, Given.Start));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_calendar_holds_deadlines_hearings_and_gags_and_is_made_again_from_the_events(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var demand = (await stand.Received()).Demand;
        var due = (await stand.Desk.Show(demand, default)).State.Deadlines;
        var (from, to) = (stand.Clock.GetUtcNow().AddDays(-1), stand.Clock.GetUtcNow().AddDays(3000));
        var days = await stand.Desk.Calendar(Sight.Whole, from, to, default);
        Assert.NotEmpty(due);
        Assert.Equal(due.Select(d => (d.Due, d.What)).Distinct(), days.Where(d => d.Kind == DayKind.Deadline).Select(d => (d.At, d.What)));
        _ = await stand.Desk.Litigate(demand, "cora", new ChallengeFiled("High Court", "417", "us", "too wide"), null, default);
        var first = await stand.Desk.Litigate(demand, "cora", new HearingSet(stand.Clock.GetUtcNow().AddDays(9), "Court 4"), null, default);
        var moved = stand.Clock.GetUtcNow().AddDays(12);
        _ = await stand.Desk.Litigate(demand, "cora", new HearingSet(moved, "Court 5", first.Docket!.Hearings[0].Version), null, default);
        Assert.Equal(moved, Assert.Single(await stand.Desk.Calendar(Sight.Whole, from, to, default), d => d.Kind == DayKind.Hearing).At);
        Assert.Equal((moved, "filed"), (Assert.Single(await stand.Desk.Docket(Sight.Whole, default)).Hearing!.Value, (await stand.Desk.Docket(Sight.Whole, default))[0].Standing));
        // Outside somebody's sight there is neither.
        _ = await stand.Desk.Restrict(demand, "cora", "few", "a test", null, default);
        Assert.Empty(await stand.Desk.Calendar(new Sight([], []), from, to, default));
        Assert.Empty(await stand.Desk.Docket(new Sight([], []), default));
        var whole = await stand.Desk.Calendar(Sight.Whole, from, to, default);
        // Lost, and made again.
        await stand.Edit("DELETE FROM days");
        await stand.Edit("DELETE FROM dockets");
        await stand.Edit("UPDATE demands SET days = ''");
        await stand.Reopen();
        Assert.Equal(whole, await stand.Desk.Calendar(Sight.Whole, from, to, default));
        Assert.Single(await stand.Desk.Docket(Sight.Whole, default));
        // Answered: no deadline of ours is left; the hearing is.
        _ = await stand.Desk.Withdraw(demand, "cora", "by letter", null, default);
        Assert.Equal([DayKind.Hearing], (await stand.Desk.Calendar(Sight.Whole, from, to, default)).Where(d => d.Kind is not DayKind.Gag).Select(d => d.Kind));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Who_waits_for_a_change_is_woken_by_it_and_finds_it_once(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var demand = (await stand.Received()).Demand;
        var last = await stand.Desk.LastLeaf(default);
        var woken = stand.Desk.Changed(TimeSpan.FromHours(1), default);
        Assert.False(woken.IsCompleted);
        _ = await stand.Desk.Stay(demand, "cora", "held", null, default);
        await woken.WaitAsync(TimeSpan.FromSeconds(30));
        var change = Assert.Single(await stand.Desk.ChangesAfter(Sight.Whole, last, default));
        Assert.Equal((demand, 3, "stayed", "cora"), (change.Demand, change.Version, change.Type, change.By));
        Assert.Equal(change, Assert.Single(await stand.Desk.ChangesOf(demand, 2, default)));
        Assert.Empty(await stand.Desk.ChangesAfter(Sight.Whole, change.Leaf, default));
        Assert.Empty(await stand.Desk.ChangesAfter(new Sight([], ["us.sca.warrant"]), last, default));
        Assert.Equal(["received", "assessed", "stayed"], Assert.Single(await stand.Desk.ChangesSince(Sight.Whole, stand.Clock.GetUtcNow().AddHours(-1), default)).Changes.Select(c => c.Type));
        await stand.Desk.HandOver("cora", "be kind to the gate", default);
        Assert.Equal(("cora", "be kind to the gate"), ((await stand.Desk.LastNote(default))!.By, (await stand.Desk.LastNote(default))!.Note));
        stand.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Null(await stand.Desk.LastNote(default));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task An_emergency_wakes_the_first_and_while_nobody_opens_it_the_next(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Accounts.Of(stand.Options.Database, stand.Desk.AccountRecord(), false, SessionLimits.Usual, stand.Clock, default);
        var settings = new AlertSettings { Mail = new("localhost", 25, "desk@example.net") { Tls = false }, Webhook = new("https://pager.example.net/", new string('s', 32)), Steps = [new(0, ["night@example.net"]), new(10, ["lead@example.net"]), new(20, ["counsel@example.net"])] };
        Assert.Empty((stand.Options with { Alerts = settings }).Check());
        var demand = (await stand.Received(Emergency("IE-1"))).Demand;
        var sent = new List<Alert>();
        string? failure = "the server is away";
        await Round();
        Assert.Equal(["night@example.net", "webhook"], sent.Select(one => one.To).Order(StringComparer.Ordinal));
        Assert.All(sent, one => Assert.Equal((AlertKind.Emergency, 0, "IE-1"), (one.Kind, one.Step, one.Reference)));
        // It was not taken: tried again, with the same id, and after that not any more.
        var ids = sent.Select(one => one.Id).Order(StringComparer.Ordinal).ToList();
        (failure, _) = (null, Forget());
        stand.Clock.Advance(TimeSpan.FromMinutes(1));
        await Round();
        Assert.Equal(ids, sent.Select(one => one.Id).Order(StringComparer.Ordinal));
        Forget();
        await Round();
        Assert.Empty(sent);
        // Ten minutes, nobody has opened it.
        stand.Clock.Advance(TimeSpan.FromMinutes(10));
        await Round();
        Assert.Equal("lead@example.net", Assert.Single(sent).To);
        // Somebody does; nobody further is woken.
        Forget();
        await accounts.Views.Record("A", "rosa", "GET /demands/{id}", demand, "shown");
        stand.Clock.Advance(TimeSpan.FromMinutes(10));
        await Round();
        Assert.Empty(sent);
        // What few see is told without a name.
        var secret = (await stand.Received(Emergency("IE-2"))).Demand;
        _ = await stand.Desk.Restrict(secret, "cora", "few", "a test", null, default);
        await Round();
        Assert.All(sent, one => Assert.Equal((secret, "a demand that few may see"), (one.Demand, one.Reference)));
        Assert.NotEmpty(sent);
        Assert.DoesNotContain(await stand.Desk.Alerts(new Sight([], []), 100, default), one => one.Demand == secret);
        // The clock burns, then runs out.
        Forget();
        var due = (await stand.Desk.Show(demand, default)).State.Deadlines[0];
        stand.Clock.Advance(due.Due - stand.Clock.GetUtcNow() - ((due.Due - due.Starts) / 8));
        await Round();
        Assert.Contains(sent, one => one is { Kind: AlertKind.Burning, Step: 0 } && one.Demand == demand);
        stand.Clock.Advance((due.Due - due.Starts) / 4);
        await Round();
        Assert.Contains(sent, one => one is { Kind: AlertKind.Late, Step: 0 } && one.Demand == demand);

        Task Round() => stand.Desk.TendAlerts(settings, accounts.Views, new Sight([], []), (alert, _) =>
        {
            sent.Add(alert);
            return Task.FromResult(failure);
        }, default);

        bool Forget()
        {
            sent.Clear();
            return true;
        }
    }

    [Fact]
    public void Settings_that_wake_nobody_are_refused()
    {
        var good = new AlertSettings { Mail = new("mail.example.net", 587, "desk@example.net"), Steps = [new(0, ["a@example.net"])] };
        Assert.Empty(good.Check());
        foreach (var (bad, says) in new[]
        {
            (good with { Mail = null }, "neither mail nor webhook"),
            (good with { Mail = good.Mail! with { From = "desk" } }, "from, a mail address"),
            (good with { Mail = good.Mail! with { Tls = false, User = "u" } }, "without TLS"),
            (good with { Webhook = new("http://pager.example.net/", new string('s', 32)) }, "an https address"),
            (good with { Webhook = new("https://pager.example.net/", "short") }, "at least 32"),
            (good with { Steps = [] }, "one to ten"),
            (good with { Steps = [new(0, ["a@example.net\r\nBcc: b@example.net"])] }, "one to ten"),
            (good with { Steps = [new(5, ["a@example.net"]), new(5, ["b@example.net"])] }, "later than the one before"),
        })
            Assert.Contains(says, string.Join(' ', bad.Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_operators_page_shows_of_alerts_is_taken()
    {
        var page = File.ReadAllText(Path.Combine(Stand.Root, "docs", "operators.md"));
        var from = page.IndexOf("```json\n\"alerts\": ", StringComparison.Ordinal) + "```json\n\"alerts\": ".Length;
        var alerts = System.Text.Json.JsonSerializer.Deserialize<AlertSettings>(page[from..page.IndexOf("\n```", from, StringComparison.Ordinal)], LawJson.Options)!;
        Assert.Empty(alerts.Check());
        Assert.Equal((587, "desk"), (alerts.Mail!.Port, alerts.Mail.User));
        Assert.Equal([(0, "night@example.net"), (15, "counsel@example.net")], alerts.Steps.Select(step => (step.AfterMinutes, step.To[0])));
        Assert.DoesNotContain("…", alerts.Mail.ToString(), StringComparison.Ordinal);
    }

    internal static byte[] Emergency(string reference) => System.Text.Encoding.UTF8.GetBytes(
        $$$"""{"counterseal":"demand/v1","reference":"{{{reference}}}","instrument":"eu.epoc","issuing":{"name":"Court","country":"IE","kind":"judge"},"emergency":{"ground":"a child is missing"},"scope":[{"selector":{"mailbox":"ada@example.test"},"categories":["subscriber"]}]}""");
}
