using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Desk.Tests;

public class LifeTests
{
    private static string? No(Func<DemandState, EventBody>[] life, Func<DemandState, EventBody> then, DateTimeOffset? at = null)
    {
        var state = Given.Life(life).State;
        return Life.Objection(state, then(state), at ?? Given.Start.AddHours(1));
    }

    [Fact]
    public void Nothing_folds_to_the_state_before_anything() => Assert.Same(DemandState.None, Life.Fold([]));

    [Fact]
    public void The_whole_walk_ends_released_and_closed()
    {
        var (state, _) = Given.Life([.. Given.AllSealed, _ => new Released(Given.Digest(OrderKind.Release), "fetched"), _ => new Closed("answered"), _ => new Told("mail", null)]);
        Assert.Equal(Stage.Closed, state.Stage);
        Assert.NotNull(state.ToldAt);
        Assert.Empty(state.Deadlines);
    }

    [Theory]
    [InlineData(Decision.Comply)]
    [InlineData(Decision.ComplyInPart)]
    [InlineData(Decision.NoData)]
    [InlineData(Decision.Redirect)]
    public void What_tells_of_an_account_is_not_decided_for_a_stranger(Decision decision) =>
        Assert.Contains("authenticate first", No([_ => Given.Received(), s => Given.Assessed(s)], s => Given.Decided(s, decision)));

    [Theory]
    [InlineData(Decision.Reject)]
    [InlineData(Decision.Challenge)]
    public void What_tells_nothing_may_be_decided_for_a_stranger(Decision decision) =>
        Assert.Null(No([_ => Given.Received(), s => Given.Assessed(s)], s => Given.Decided(s, decision)));

    [Fact]
    public void No_data_rests_on_a_count_that_found_nothing()
    {
        Assert.Contains("order a count", No(Given.Ready, s => Given.Decided(s, Decision.NoData)));
        Func<DemandState, EventBody>[] counted = [
            .. Given.Ready, _ => Given.Ordered(OrderKind.Count), _ => new Counted(Given.Digest(OrderKind.Count), Given.Count(0)), s => Given.Assessed(s, Decision.NoData)];
        Assert.Equal("false", Given.Life(counted).State.Facts["data.exists"]);
        Assert.Null(No(counted, s => Given.Decided(s, Decision.NoData)));
    }

    [Fact]
    public void A_count_that_could_not_read_everything_leaves_the_question_open()
    {
        Func<DemandState, EventBody>[] unclear = [.. Given.Ready, _ => Given.Ordered(OrderKind.Count), _ => new Counted(Given.Digest(OrderKind.Count), Given.Count(0, unreadable: 3))];
        Assert.False(Given.Life(unclear).State.Facts.ContainsKey("data.exists"));
        Assert.Null(No(unclear, _ => new Established("data.exists", "false", "a person looked at the three")));
        Assert.Contains("order a count", No(Given.Ready, _ => new Established("data.exists", "false", "I think so")));
    }

    [Fact]
    public void A_new_fact_makes_the_assessment_due_and_stops_decisions_until_then()
    {
        Func<DemandState, EventBody>[] later = [.. Given.Ready, _ => new Established("customer.type", "person", "the contract")];
        Assert.True(Given.Life(later).State.AssessmentDue);
        Assert.Contains("assess again", No(later, s => Given.Decided(s)));
        Assert.Null(No([.. later, s => Given.Assessed(s)], s => Given.Decided(s)));
    }

    [Fact]
    public void A_scope_beyond_what_the_law_permits_is_not_decided()
    {
        var wider = new Scope([Given.Demanded.Items[0] with { To = Given.Start.AddDays(1) }]);
        Assert.Contains("beyond", No(Given.Ready, s => Given.Decided(s, scope: wider)));
        var narrower = new Scope([Given.Demanded.Items[0] with { Categories = [DataCategory.Subscriber] }]);
        Assert.Contains("in part", No(Given.Ready, s => Given.Decided(s, scope: narrower)));
        Assert.Null(No(Given.Ready, s => Given.Decided(s, Decision.ComplyInPart, narrower)));
    }

    [Fact]
    public void A_release_needs_a_decision_to_comply_and_happens_once()
    {
        Assert.Contains("without a decision", No(Given.Ready, _ => Given.Ordered(OrderKind.Release)));
        Assert.Contains("already", No(Given.AllSealed, _ => Given.Ordered(OrderKind.Release, 1)));
        Assert.Contains("re-issue", No(Given.AllSealed, s => Given.Decided(s)));
        Func<DemandState, EventBody>[] again = [.. Given.AllSealed, s => Given.Decided(s, reissueOf: Given.Digest(OrderKind.Release))];
        Assert.Null(No(again, _ => Given.Ordered(OrderKind.Release, 1)));
        Assert.Equal(Stage.Decided, Given.Life(again).State.Stage);
    }

    [Fact]
    public void An_authentication_taken_back_stops_the_release_and_the_handing_out()
    {
        Assert.NotNull(No([.. Given.Ready, s => Given.Decided(s), _ => Given.Authentic(Authenticity.NotAuthentic)], _ => Given.Ordered(OrderKind.Release)));
        Assert.Contains("no longer authenticated", No(
            [.. Given.AllSealed, _ => Given.Authentic(Authenticity.NotAuthentic)], _ => new Released(Given.Digest(OrderKind.Release), "fetched")));
    }

    [Fact]
    public void While_stayed_nothing_goes_out_but_the_gates_answers_are_taken()
    {
        Func<DemandState, EventBody>[] stayed = [.. Given.Ready, s => Given.Decided(s), _ => Given.Ordered(OrderKind.Release), _ => new Stayed("court order 7")];
        Assert.Null(No(stayed, _ => new Sealed(Given.Digest(OrderKind.Release), Given.Seal())));
        Func<DemandState, EventBody>[] after = [.. stayed, _ => new Sealed(Given.Digest(OrderKind.Release), Given.Seal())];
        Assert.Contains("court order 7", No(after, _ => new Released(Given.Digest(OrderKind.Release), "fetched")));
        Assert.Null(No([.. after, _ => new Resumed("lifted")], _ => new Released(Given.Digest(OrderKind.Release), "fetched")));
    }

    [Fact]
    public void After_a_withdrawal_only_telling_and_closing_follow()
    {
        Func<DemandState, EventBody>[] back = [.. Given.Ready, _ => new Withdrawn("by letter")];
        Assert.NotNull(No(back, s => Given.Decided(s)));
        Assert.NotNull(No(back, _ => Given.Ordered(OrderKind.Count)));
        Assert.Null(No(back, _ => new Told("mail", null)));
        Assert.Null(No(back, _ => new Closed("withdrawn")));
    }

    [Fact]
    public void What_the_gate_keeps_is_deleted_only_after_the_demand_has_ended_and_once()
    {
        Ordered Delete(string of, int nonce = 0) => new(Given.Digest(OrderKind.Delete, nonce), OrderKind.Delete, [1, 2, 3], null, Given.Start, Given.Start.AddHours(24), of);
        var kept = Given.Digest(OrderKind.Preserve);
        Func<DemandState, EventBody>[] preserved = [.. Given.Ready, _ => Given.Ordered(OrderKind.Preserve), _ => new Preserved(kept, new PreserveResult("snapshot-1", Given.Start.AddDays(90), 3, 300))];
        Assert.Contains("withdrawn or closed", No(preserved, _ => Delete(kept)));
        Func<DemandState, EventBody>[] back = [.. preserved, _ => new Withdrawn("by letter")];
        Assert.Null(No(back, _ => Delete(kept)));
        Assert.Contains("left nothing", No(back, _ => Delete(Given.Digest(OrderKind.Count))));
        Assert.Contains("already", No([.. back, _ => Delete(kept)], _ => Delete(kept, 1)));
        Func<DemandState, EventBody>[] gone = [.. back, _ => Delete(kept), _ => new Deleted(Given.Digest(OrderKind.Delete), new DeleteResult(kept, Given.Start.AddDays(2)))];
        Assert.Contains("already", No(gone, _ => Delete(kept, 1)));
        Assert.Null(No([.. back, _ => Delete(kept), _ => new Refused(Given.Digest(OrderKind.Delete), "expired", "nobody approved it", null)], _ => Delete(kept, 1)));
        Assert.Null(No([.. back, _ => new Closed("withdrawn")], _ => Delete(kept)));
        Assert.Equal(back.Length, Given.Life([.. back, _ => Delete(kept)]).State.Orders[^1].RestsVersion);
    }

    [Fact]
    public void A_preview_rests_on_a_decision_to_hand_over_and_has_no_recipient()
    {
        Assert.Contains("without a decision", No(Given.Ready, _ => Given.Ordered(OrderKind.Preview)));
        Assert.Null(No([.. Given.Ready, s => Given.Decided(s)], _ => Given.Ordered(OrderKind.Preview)));
        Assert.Contains("recipient", No([.. Given.Ready, s => Given.Decided(s)], _ => Given.Ordered(OrderKind.Preview) with { Recipient = Given.Recipient }));
        Assert.Contains("sealed", No(Given.AllSealed, _ => Given.Ordered(OrderKind.Preview)));
    }

    [Fact]
    public void The_customer_is_told_by_whom_the_law_names_and_not_before()
    {
        var gag = new Notice(NoticeBy.Provider, Given.Start.AddDays(90), "gag", "18 USC 2705(b)");
        Func<DemandState, EventBody>[] gagged = [_ => Given.Received(), s => Given.Assessed(s, notice: gag)];
        Assert.Contains("18 USC 2705(b)", No(gagged, _ => new Told("mail", null)));
        Assert.Null(No(gagged, _ => new Told("mail", null), Given.Start.AddDays(90)));
        var theirs = new Notice(NoticeBy.Authority, null, "Art. 13", "Art. 13");
        Func<DemandState, EventBody>[] authority = [_ => Given.Received(), s => Given.Assessed(s, notice: theirs)];
        Assert.Contains("ground", No(authority, _ => new Told("mail", null)));
        Assert.Null(No(authority, _ => new Told("mail", "the authority's notice never came; counsel's memo 3")));
    }

    [Fact]
    public void Closing_waits_for_the_gate_and_for_what_was_decided()
    {
        Assert.Contains("waits at the gate", No([.. Given.Ready, _ => Given.Ordered(OrderKind.Count)], _ => new Closed("done")));
        Assert.Contains("after a decision", No(Given.Ready, _ => new Closed("done")));
        Assert.Contains("nothing was handed out", No(Given.AllSealed, _ => new Closed("done")));
    }

    [Fact]
    public void Clocks_come_soonest_first_and_stop_with_the_answer()
    {
        var (state, _) = Given.Life(Given.Ready);
        Assert.Equal(["preserve", "hand over"], state.Deadlines.Select(d => d.What));
        Assert.Empty(Given.Life([.. Given.Ready, s => Given.Decided(s, Decision.Reject)]).State.Deadlines);
    }

    [Fact]
    public void An_event_survives_its_bytes()
    {
        foreach (var happened in Given.Life(Given.AllSealed).Events)
        {
            var again = DeskEvent.Read(happened.Canonical);
            Assert.Equal(happened with { Canonical = again.Canonical }, again);
            Assert.Equal(happened.Canonical, DeskEvent.Of(again.Demand, again.Version, again.At, again.By, again.Body).Canonical);
        }
    }

    [Fact]
    public void Bytes_with_a_changed_byte_are_no_event_or_another_event()
    {
        var random = new Random(7);
        foreach (var happened in Given.Life(Given.AllSealed).Events)
        {
            for (var i = 0; i < 300; i++)
            {
                var bytes = (byte[])happened.Canonical.Clone();
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                try
                {
                    var read = DeskEvent.Read(bytes);
                    Assert.NotEqual(happened.Digest, read.Digest);
                    _ = read.Body;
                }
                catch (FormatException no)
                {
                    Assert.NotEmpty(no.Message);
                }
            }
        }
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_every_prefix_folds_and_the_rules_hold()
    {
        var released = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            // Half of the walks begin well on their way, or few would get far.
            var (state, events) = seed % 2 == 0 ? Given.Life() : Given.Life(Given.AllSealed[..random.Next(Given.AllSealed.Length + 1)]);
            for (var step = 0; step < 40; step++)
            {
                var body = Anything(random, state);
                var happened = DeskEvent.Of("0123456789ABCDEFGHJKMNPQRS", state.Version + 1, Given.Start.AddMinutes(10 + step), "ada", body);
                if (Life.Objection(state, body, happened.At) is { } why)
                {
                    Assert.Equal(why, Assert.Throws<LifeException>(() => Life.Next(state, happened)).Message);
                    Assert.True(why.Length > 15 && why.Contains(' ', StringComparison.Ordinal), why);
                    continue;
                }
                var before = state;
                state = Life.Next(state, happened);
                events.Add(happened);
                Hold(before, body, state);
                if (body is Released)
                    released++;
            }
            Assert.Equal(Text(state), Text(Life.Fold(events)));
            Assert.Equal(Text(state), Text(Life.Fold(events.Select(e => DeskEvent.Read(e.Canonical)))));
            var cut = random.Next(events.Count + 1);
            Assert.Equal(cut, Life.Fold(events.Take(cut)).Version);
        }
        Assert.True(released > 20, $"the walk got as far as a release only {released} times, so it proves little");
    }

    private static string Text(DemandState state) => JsonSerializer.Serialize(state, LawJson.Options);

    private static void Hold(DemandState before, EventBody body, DemandState after)
    {
        if (body is Released or Ordered { Kind: OrderKind.Release })
        {
            Assert.True(before.IsAuthenticated);
            Assert.True(before.Decided!.HandsOver);
            Assert.Null(before.StayedFor ?? before.WithdrawnFor ?? before.ClosedFor);
        }
        if (body is Decided d && Life.Reveals(d.Decision))
            Assert.True(before.IsAuthenticated);
        if (body is Decided { HandsOver: true } given)
            Assert.True(Scope.Within(given.Scope, before.Assessed!.Assessment.Permitted));
        Assert.All(
            after.Orders.Where(o => o.Seal is not null).GroupBy(o => o.DecidedVersion), sealedUnderOne => Assert.Single(sealedUnderOne));
        Assert.All(after.Orders.Where(o => o.IsOpen).GroupBy(o => o.Kind), open => Assert.Single(open));
    }

    private static EventBody Anything(Random random, DemandState state)
    {
        if (state.Version == 0 && random.Next(4) > 0)
            return Given.Received();
        if (state.Received is null)
            return new Stayed("too soon");
        var open = state.Orders.Where(o => o.IsOpen).Select(o => o.Digest).DefaultIfEmpty(Given.Digest(OrderKind.Count, random.Next(3))).ToList();
        var one = open[random.Next(open.Count)];
        return random.Next(30) switch
        {
            0 => Given.Received(),
            1 or 2 or 3 => Given.Authentic(random.Next(5) == 0 ? Authenticity.NotAuthentic : Authenticity.Authentic),
            4 or 5 or 6 or 7 => Given.Assessed(state, random.Next(3) == 0 ? Decision.ComplyInPart : Decision.Comply, random.Next(4) == 0 ? Scope.Nothing : null),
            8 => new Established("customer.type", random.Next(2) == 0 ? "person" : null, "contract"),
            9 or 10 or 11 => Given.Decided(state, reissueOf: random.Next(2) == 0 ? state.Orders.FirstOrDefault(o => o.Seal is not null)?.Digest : null),
            12 => Given.Decided(state, (Decision)random.Next(7)),
            13 => Given.Ordered(OrderKind.Count, random.Next(100)),
            14 => Given.Ordered(OrderKind.Preserve, random.Next(100)),
            15 or 16 or 17 => Given.Ordered(OrderKind.Release, random.Next(100)),
            18 => new Approved(one, random.Next(3), 2),
            19 => new Counted(one, Given.Count(random.Next(2))),
            20 => new Preserved(one, new PreserveResult("s", Given.Start.AddDays(90), 1, 1)),
            21 or 22 or 23 => new Sealed(one, Given.Seal()),
            24 => new Refused(one, "beyond-law", "no", null),
            25 or 26 => new Released(state.Package?.Digest ?? one, "fetched"),
            27 => random.Next(4) == 0 ? new Stayed("stay") : new Resumed("resumed"),
            28 => random.Next(6) == 0 ? new Withdrawn("letter") : new Told("mail", null),
            _ => new Closed("done"),
        };
    }
}
