using System.Net;
using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Web.Tests;

/// <summary>What people do at a demand's page, over a real desk and a real ledger.</summary>
public sealed class DemandWorkTests
{
    [Fact]
    public async Task A_demand_goes_from_its_arrival_to_a_decision_by_forms_alone_each_by_whoever_sent_it()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        _ = await stand.Desk.AddEntry(Entry(), "Cora", default);
        var demand = (await stand.Received()).Demand;
        using var ines = await stand.As("Ines");
        var first = WebUtility.HtmlDecode(await ines.GetStringAsync($"/demands/{demand}"));
        Assert.Contains("+1 555 0100", first, StringComparison.Ordinal);
        var entry = (await stand.Desk.Entries(default))[0].Digest;
        await Done(ines, demand, "authenticate", ("outcome", "authentic"), ("entry", entry), ("reason", "the clerk knew it"), ("evidence", "spoke with the clerk at 9:10"));
        var said = Assert.IsType<Authenticated>((await stand.Desk.Show(demand, default)).Events.Last(e => e.Event.Type == "authenticated").Event.Body);
        Assert.StartsWith("Called back on +1 555 0100, which the directory has for District Court of Example", said.Evidence, StringComparison.Ordinal);

        using var rosa = await stand.As("Rosa");
        while ((await stand.Desk.Show(demand, default)).State.Assessed!.Assessment.Questions.FirstOrDefault(q => q.Fact != "data.exists") is { } question)
        {
            var value = question.Fact switch { "customer.type" => "person", "immunity.seen" => "false", _ => "true" };
            await Done(rosa, demand, "facts", ("fact", question.Fact), ("value", value), ("reason", "looked it up"));
        }
        var law = (await stand.Desk.Show(demand, default)).State.Assessed!.Assessment;
        var item = Assert.Single(law.Permitted.Items);
        var key = ScopeForm.Key(item);
        await Done(rosa, demand, "decide", ("decision", "ComplyInPart"), ("reasons", "Subscriber data alone.\nNothing else is needed."), ("recipient", entry),
            ("keep", $"{key}/subscriber"), ($"from-{key}", ScopeForm.Field(item.From)), ($"to-{key}", "2026-10-15T00:00"));
        var state = (await stand.Desk.Show(demand, default)).State;
        Assert.Equal(Decision.ComplyInPart, state.Decided!.Decision);
        Assert.Equal(new Scope([item with { Categories = [DataCategory.Subscriber], To = new(2026, 10, 15, 0, 0, 0, TimeSpan.Zero) }]).Items[0].Categories, state.Decided.Scope.Items[0].Categories);
        Assert.Equal(new DateTimeOffset(2026, 10, 15, 0, 0, 0, TimeSpan.Zero), state.Decided.Scope.Items[0].To);
        Assert.Equal(["Subscriber data alone.", "Nothing else is needed."], state.Decided.Reasons);

        using var kurt = await stand.As("Kurt");
        await Done(kurt, demand, "orders", ("kind", "release"));
        Assert.Equal(Stage.Ordered, (await stand.Desk.Show(demand, default)).State.Stage);
        Assert.Equal(["Ines", "Kurt", "Rosa"], (await stand.Desk.Show(demand, default)).Events.Where(e => e.Event.Type is "authenticated" or "decided" or "ordered" or "established").Select(e => e.Event.By).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_kept_while_the_ledger_is_away_is_never_called_unchanged()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        var form = Faces.Value(await rosa.GetStringAsync($"/demands/{demand}/access"), "form");
        await stand.StopLedger();
        using var answer = await rosa.PostAsync($"/demands/{demand}/recuse", new FormUrlEncodedContent([new("form", form), new("reason", "a friend's account")]));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.Contains("It is kept, and not yet on record", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was changed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_is_told_at_its_form_and_nothing_that_was_typed_is_lost()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var cora = await stand.As("Cora");
        foreach (var (act, says, fields) in new (string, string, (string, string)[])[]
        {
            ("authenticate", "it was not said whether it is from whom it says", [("reason", "typed <b>reason</b>"), ("evidence", "typed evidence")]),
            ("facts", "is not a value of customer.type", [("fact", "customer.type"), ("value", "martian"), ("reason", "typed reason")]),
            ("facts", "no fact of the rule book", [("fact", "no.such.fact"), ("value", "true"), ("reason", "typed reason")]),
            ("decide", "nobody has established yet that the authority", [("decision", "NoData"), ("reasons", "typed reason")]),
            ("decide", "no decision was chosen", [("reasons", "typed reason")]),
            ("orders", "without a decision to comply", [("kind", "release")]),
            ("orders", "one to twenty reviewers", [("kind", "preview"), ("viewers", "")]),
            ("perform", "no rule called", [("rule", "no.such.rule"), ("how", "typed how")]),
            ("close", "closed after a decision", [("reason", "typed reason")]),
            ("docket", "no challenge of this demand is before a court", [("kind", "ruling"), ("what", "typed what")]),
            ("resume", "is not stayed", [("reason", "typed reason")]),
        })
        {
            using var answer = await Send(cora, demand, act, fields);
            var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{act}: {answer.StatusCode}");
            Assert.Contains(says, page, StringComparison.OrdinalIgnoreCase);
            foreach (var (_, value) in fields.Where(field => field.Item2.StartsWith("typed", StringComparison.Ordinal)))
                Assert.Contains(value, page, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>reason</b>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(2, (await stand.Desk.Show(demand, default)).State.Version);
    }

    [Fact]
    public async Task Of_two_who_act_at_once_the_second_is_told_who_was_first_and_what_changed_and_can_send_it_again_knowingly()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        using var rolf = await stand.As("Rolf");
        // Both look at the same state.
        var page = await rolf.GetStringAsync($"/demands/{demand}");
        var (form, seen) = (Faces.Value(page, "form"), Faces.Value(page, "seen"));
        await Done(rosa, demand, "decide", ("decision", "Reject"), ("reasons", "It names nobody."));
        using var second = await rolf.PostAsync($"/demands/{demand}/decide", new FormUrlEncodedContent([new("form", form), new("seen", seen), new("decision", "Challenge"), new("reasons", "It is too wide.")]));
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        var told = WebUtility.HtmlDecode(await second.Content.ReadAsStringAsync());
        Assert.Contains("Somebody was first", told, StringComparison.Ordinal);
        Assert.Contains("<strong>Rosa</strong>", told, StringComparison.Ordinal);
        Assert.Contains("Decided: reject", told, StringComparison.Ordinal);
        Assert.Contains("It is too wide.", told, StringComparison.Ordinal);
        Assert.Contains("value=\"Challenge\" selected", told, StringComparison.Ordinal);
        // Nothing of the second's is recorded, nothing of the first's overwritten.
        var state = (await stand.Desk.Show(demand, default)).State;
        Assert.Equal((Decision.Reject, 3), (state.Decided!.Decision, state.Version));
        using var again = await rolf.PostAsync($"/demands/{demand}/decide", new FormUrlEncodedContent([new("form", Faces.Value(told, "form")), new("seen", Faces.Value(told, "seen")), new("decision", "Challenge"), new("reasons", "It is too wide.")]));
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
        Assert.Equal(Decision.Challenge, (await stand.Desk.Show(demand, default)).State.Decided!.Decision);
        Assert.Equal(["Rosa", "Rolf"], (await stand.Desk.Show(demand, default)).Events.Where(e => e.Event.Type == "decided").Select(e => e.Event.By));
    }

    [Fact]
    public async Task Twenty_who_decide_in_the_same_moment_leave_one_decision_and_nineteen_who_are_told()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        var page = await rosa.GetStringAsync($"/demands/{demand}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var answer = await rosa.PostAsync($"/demands/{demand}/decide", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("seen", Faces.Value(page, "seen")), new("decision", "Reject"), new("reasons", $"number {i}")]));
            return answer.StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.SeeOther);
        Assert.Equal(19, answers.Count(one => one == HttpStatusCode.Conflict));
        Assert.Single((await stand.Desk.Show(demand, default)).Events, e => e.Event.Type == "decided");
    }

    [Fact]
    public async Task A_weighty_form_of_somebody_who_is_not_fresh_comes_back_as_it_was()
    {
        var clock = new Later();
        await using var stand = await DeskStand.Up(time: clock);
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        clock.By += SessionLimits.Usual.Fresh + TimeSpan.FromSeconds(1);
        Assert.Contains("Show that it is you", await rosa.GetStringAsync($"/demands/{demand}"), StringComparison.Ordinal);
        using var answer = await Send(rosa, demand, "decide", ("decision", "Reject"), ("reasons", "typed before the step-up"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("typed before the step-up", page, StringComparison.Ordinal);
        Assert.Contains("value=\"Reject\" selected", page, StringComparison.Ordinal);
        Assert.Null((await stand.Desk.Show(demand, default)).State.Decided);
        // What does not weigh is done.
        await Done(rosa, demand, "stay", ("reason", "the court said so"));
        Assert.NotNull((await stand.Desk.Show(demand, default)).State.StayedFor);
    }

    [Fact]
    public async Task Whoever_has_declared_a_conflict_looks_and_does_nothing()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        _ = await stand.Desk.Recuse(demand, "Rosa", "a cousin's mailbox", null, default);
        using var rosa = await stand.As("Rosa");
        var page = await rosa.GetStringAsync($"/demands/{demand}");
        Assert.Contains("You have declared a conflict with this demand", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"act\"", page, StringComparison.Ordinal);
        foreach (var act in ActReading.Names.Where(name => AccessTable.Find(Door.Desk, "POST", $"/demands/{{id}}/{name}")!.Roles.Contains(Role.Reviewer)))
        {
            using var answer = await Post(rosa, $"/demands/{demand}", $"/demands/{demand}/{act}", ("seen", "3"), ("reason", "x"), ("decision", "Reject"), ("kind", "count"));
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{act}: {answer.StatusCode}");
        }
        Assert.Equal(3, (await stand.Desk.Show(demand, default)).State.Version);
    }

    [Fact]
    public void Forms_have_the_roles_and_the_weight_of_the_same_at_the_commands_socket()
    {
        foreach (var name in ActReading.Names.Where(name => name != "docket"))
        {
            var (page, socket) = (AccessTable.Find(Door.Desk, "POST", $"/demands/{{id}}/{name}")!, AccessTable.Find(Door.Staff, "POST", $"/api/demands/{{id}}/{name}")!);
            Assert.Equal(socket.Roles, page.Roles);
            Assert.Equal((socket.Fresh, socket.Thing), (page.Fresh, page.Thing));
            Assert.True(page.Form);
        }
    }

    [Fact]
    public async Task A_narrowing_is_looked_at_before_it_is_decided_and_can_only_narrow()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var rosa = await stand.As("Rosa");
        _ = await stand.Desk.Authenticate(demand, "Ines", Authenticity.Authentic, "called", "spoke", null, default);
        while ((await stand.Desk.Show(demand, default)).State.Assessed!.Assessment.Questions.FirstOrDefault(q => q.Fact != "data.exists") is { } question)
            _ = await stand.Desk.Establish(demand, "Ines", question.Fact, question.Fact switch { "customer.type" => "person", "immunity.seen" => "false", _ => "true" }, "looked", null, default);
        var permitted = (await stand.Desk.Show(demand, default)).State.Assessed!.Assessment.Permitted;
        var item = Assert.Single(permitted.Items);
        var key = ScopeForm.Key(item);
        var version = (await stand.Desk.Show(demand, default)).State.Version;

        using var look = await Send(rosa, demand, "look", ("decision", "ComplyInPart"), ("reasons", "half of it"), ("keep", $"{key}/content"), ($"from-{key}", ScopeForm.Field(item.From)), ($"to-{key}", "2026-10-16T00:00"));
        Assert.Equal(HttpStatusCode.OK, look.StatusCode);
        var page = WebUtility.HtmlDecode(await look.Content.ReadAsStringAsync());
        Assert.Contains("subscriber: left out", page, StringComparison.Ordinal);
        Assert.Contains("content: kept 1 Oct 2026 to before 16 Oct 2026; the rest left out", page, StringComparison.Ordinal);
        Assert.Contains("half of it", page, StringComparison.Ordinal);

        foreach (var (says, fields) in new (string, (string, string)[])[]
        {
            ("the range begins 30 days before what is permitted; subscriber, content is permitted from 1 Oct 2026 on", [("keep", $"{key}/content"), ($"from-{key}", "2026-09-01T00:00"), ($"to-{key}", ScopeForm.Field(item.To))]),
            ("the range ends 1 day after what is permitted", [("keep", $"{key}/content"), ($"from-{key}", ScopeForm.Field(item.From)), ($"to-{key}", "2026-11-02T00:00")]),
            ("the range has no end", [("keep", $"{key}/content"), ($"from-{key}", ScopeForm.Field(item.From)), ($"to-{key}", "")]),
            ($"\"{key}/traffic\" is not in what is permitted now", [("keep", $"{key}/traffic")]),
            ("\"0000/content\" is not in what is permitted now", [("keep", "0000/content")]),
            ("the range ends before it begins", [("keep", $"{key}/content"), ($"from-{key}", "2026-10-20T00:00"), ($"to-{key}", "2026-10-10T00:00")]),
            ("nothing is left of the scope", [($"from-{key}", "2026-10-20T00:00")]),
            ("is not an instant", [("keep", $"{key}/content"), ($"from-{key}", "yesterday")]),
        })
        {
            using var refused = await Send(rosa, demand, "look", fields);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains(says, WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync()), StringComparison.OrdinalIgnoreCase);
        }
        Assert.Equal(version, (await stand.Desk.Show(demand, default)).State.Version);
    }

    [Fact]
    public async Task The_original_stands_beside_its_fields_and_is_never_active()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = (await stand.Received("<script>alert(1)</script>")).Demand;
        using var rosa = await stand.As("Rosa");
        var page = await rosa.GetStringAsync($"/demands/{demand}");
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("href=\"#line-1\"", page, StringComparison.Ordinal);
        using var file = await rosa.GetAsync($"/demands/{demand}/original");
        Assert.Equal("application/octet-stream", file.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(await stand.Desk.OriginalOf(demand, default), await file.Content.ReadAsByteArrayAsync());
    }

    internal static async Task Done(HttpClient window, string demand, string act, params (string Name, string Value)[] fields)
    {
        using var answer = await Send(window, demand, act, fields);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{act}: {answer.StatusCode} {WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync())}");
    }

    /// <summary>Sends a form as the page has it, with the version that the page shows.</summary>
    internal static async Task<HttpResponseMessage> Send(HttpClient window, string demand, string act, params (string Name, string Value)[] fields)
    {
        var page = await window.GetStringAsync($"/demands/{demand}");
        return await window.PostAsync($"/demands/{demand}/{act}", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("seen", Faces.Value(page, "seen")), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]));
    }

    private static Task<HttpResponseMessage> Post(HttpClient window, string from, string path, params (string, string)[] fields) => DeskStand.Post(window, from, path, fields);

    internal static byte[] Entry()
    {
        using var one = Ledger.NoteSigner.Generate("one");
        using var two = Ledger.NoteSigner.Generate("two");
        return Ledger.SignedNote.Sign(
            "counterseal/directory/v2\nauthority court.example\ncountry US\nname District Court of Example\nformat age-x25519\nrecipient age1qqqq\nsigner none\ncallback +1 555 0100\nconfirmed 2026-11-24T02:00:00Z one by voice\nversion 1\n", one, two).Bytes();
    }

    internal sealed class Later : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
