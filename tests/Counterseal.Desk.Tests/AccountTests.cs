using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk.Tests;

/// <summary>The people of the desk on a real ledger, on both databases.</summary>
public sealed class AccountTests(Postgres postgres)
{
    public static TheoryData<string> Both => Stand.Both;

    [Theory, MemberData(nameof(Both))]
    public async Task The_first_administrator_needs_the_set_up_code_and_nobody_else_gets_in_with_it(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        var code = (await accounts.SetUpCode(default))!;
        Assert.Equal("not-now", (await Assert.ThrowsAsync<DeskException>(() => accounts.Found(StaffSecret.NewCode(), StaffSecret.NewAccount(), "Ada", "aa", default))).Code);
        var ada = await accounts.Found(code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal), StaffSecret.NewAccount(), "Ada", "aa", default);
        Assert.Equal([Role.Administrator], ada.Roles);
        Assert.Null(await accounts.SetUpCode(default));
        await Assert.ThrowsAsync<DeskException>(() => accounts.Found(code, StaffSecret.NewAccount(), "Eve", "bb", default));
        var happened = (await stand.Desk.Own(default)).Single(own => own.Event.Type == "founded");
        Assert.Equal("set-up", happened.Event.By);
        Assert.True(happened.LeafIndex >= 0);
        // Another process, or the next start, reads the same people from the record.
        await using var again = await Open(stand);
        Assert.Equal("Ada", (await again.Now(default)).Find(ada.Account)!.Name);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task An_invitation_opens_once_until_it_is_over_and_gives_the_roles_that_it_names(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        await Founded(accounts);
        var code = await accounts.Invite("Ada", "Ben", [Role.Reviewer, Role.Intake], default);
        Assert.DoesNotContain(code, string.Join('\n', (await stand.Desk.Own(default)).Select(own => System.Text.Encoding.UTF8.GetString(own.Event.Canonical))), StringComparison.Ordinal);
        var ben = await accounts.Enrol(code, "bb", default);
        Assert.Equal([Role.Intake, Role.Reviewer], ben.Roles);
        Assert.Equal("not-now", (await Assert.ThrowsAsync<DeskException>(() => accounts.Enrol(code, "cc", default))).Code);
        await Refused("only an administrator", () => accounts.Invite("Ben", "Cyd", [Role.Intake], default));
        await Refused("no other role", () => accounts.Invite("Ada", "Cyd", [Role.Administrator, Role.Auditor], default));
        await Refused("taken", () => accounts.Invite("Ada", "BEN", [Role.Intake], default));
        var late = await accounts.Invite("Ada", "Cyd", [Role.Auditor], default);
        stand.Clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<DeskException>(() => accounts.Enrol(late, "cc", default));
        Assert.NotEqual(late, await accounts.Invite("Ada", "Cyd", [Role.Auditor], default));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_lost_passkey_needs_two_administrators_and_voids_sessions_tokens_and_the_old_passkey(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        await Founded(accounts);
        await Joined(accounts, "Dora", Role.Administrator);
        var ben = await Joined(accounts, "Ben", Role.Reviewer);
        var session = await accounts.Begin(ben, "passkey", null, [], default);
        var token = await accounts.MakeToken(ben, default);
        Assert.NotNull(await accounts.OfSession(session, default));
        Assert.Equal("Ben", (await accounts.OfToken(token, default))!.Name);
        await accounts.AskRecovery("Ada", ben.Account, "telephone stolen; spoke with him in person", default);
        await Refused("another administrator", () => accounts.ApproveRecovery("Ada", ben.Account, default));
        await Refused("only an administrator", () => accounts.ApproveRecovery("Ben", ben.Account, default));
        stand.Clock.Advance(TimeSpan.FromMinutes(1));
        var code = await accounts.ApproveRecovery("Dora", ben.Account, default);
        Assert.NotNull(await accounts.OfSession(session, default));
        stand.Clock.Advance(TimeSpan.FromMinutes(1));
        var after = await accounts.Enrol(code, "b2", default);
        Assert.Equal(["b2"], after.Passkeys);
        Assert.Equal([Role.Reviewer], after.Roles);
        Assert.Null(await accounts.OfSession(session, default));
        Assert.Null(await accounts.OfToken(token, default));
        var told = (await stand.Desk.Own(default)).Where(own => own.Event.Type is "recoveryAsked" or "recoveryApproved").Select(own => own.Event.By);
        Assert.Equal(["Ada", "Dora"], told);
        var ada = (await accounts.Now(default)).Named("Ada")!.Account;
        await Refused("nobody recovers their own", () => accounts.AskRecovery("Ada", ada, "mine", default));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Sessions_end_by_idleness_by_age_and_everywhere_at_once_and_weighty_acts_need_a_fresh_answer(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        var ada = await Founded(accounts);
        var idle = await accounts.Begin(ada, "passkey", null, [], default);
        var used = await accounts.Begin(ada, "passkey", null, [], default);
        var fresh = (await accounts.OfSession(used, default))!.FreshUntil;
        Assert.Equal(stand.Clock.GetUtcNow() + SessionLimits.Usual.Fresh, fresh);
        Assert.True(await accounts.IsFresh(ada.Account, default));
        for (var minutes = 0; minutes < 12 * 60 - 20; minutes += 20)
        {
            stand.Clock.Advance(TimeSpan.FromMinutes(20));
            Assert.NotNull(await accounts.OfSession(used, default));
        }
        Assert.Null(await accounts.OfSession(idle, default));
        Assert.False(await accounts.IsFresh(ada.Account, default));
        var renewed = (await accounts.Confirm((await accounts.OfSession(used, default))!.Id, default))!;
        Assert.Null(await accounts.OfSession(used, default));
        used = renewed;
        Assert.NotNull(await accounts.OfSession(used, default));
        Assert.Null(await accounts.Confirm("no such session", default));
        Assert.True(await accounts.IsFresh(ada.Account, default));
        stand.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Null(await accounts.OfSession(used, default));
        var (one, other) = (await accounts.Begin(ada, "passkey", null, [], default), await accounts.Begin(ada, "company", null, [], default));
        await accounts.SignOutEverywhere("Ada", ada.Account, default);
        Assert.Null(await accounts.OfSession(one, default));
        Assert.Null(await accounts.OfSession(other, default));
        Assert.Null(await accounts.OfSession(StaffSecret.NewSession(), default));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_role_written_into_the_database_by_hand_is_none(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using (var accounts = await Open(stand))
        {
            await Founded(accounts);
            await Joined(accounts, "Ben", Role.Intake);
        }
        // The event that gave Ben a role is made to give another: bytes of the same form, and not those that the ledger commits to.
        var invited = (await stand.Desk.Own(default)).Single(own => own.Event.Type == "invited");
        var body = (Invited)invited.Event.Body;
        var forged = DeskEvent.Of(DeskEvent.Own, invited.Event.Version, invited.Event.At, invited.Event.By, body with { Roles = [Role.Counsel] });
        await using (var db = DeskDatabase.Opener(stand.Options.Database)())
            await db.Events.Where(e => e.Demand == DeskEvent.Own && e.Version == forged.Version).ExecuteUpdateAsync(set => set.SetProperty(e => e.Bytes, forged.Canonical));
        Assert.Equal("tampered", (await Assert.ThrowsAsync<DeskException>(() => Open(stand))).Code);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task An_event_of_an_account_that_was_deleted_is_missed(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using (var accounts = await Open(stand))
        {
            await Founded(accounts);
            var ben = await Joined(accounts, "Ben", Role.Intake);
            await accounts.End("Ada", ben.Account, "left", default);
            await Joined(accounts, "Cyd", Role.Intake);
        }
        await stand.Edit("DELETE FROM events WHERE demand = 'desk' AND type = 'accountEnded'");
        Assert.Contains("is not there", (await Assert.ThrowsAsync<DeskException>(() => Open(stand))).Message, StringComparison.Ordinal);
        await stand.Reopen();
        Assert.Contains(stand.Desk.Reconciled!.Differences, one => one.Demand is null);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task What_is_in_a_compartment_is_seen_by_its_members_alone_in_lists_counts_and_by_its_id(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        await Founded(accounts);
        var (cora, ben, nils) = (await Joined(accounts, "Cora", Role.Counsel), await Joined(accounts, "Ben", Role.Reviewer), await Joined(accounts, "Nils", Role.Auditor));
        var (open, secret) = (await stand.Received(Stand.Warrant("open")), await stand.Received(Stand.Warrant("secret")));
        await Refused("only counsel", () => accounts.MakeCompartment("Ben", "national security", [], default));
        await accounts.MakeCompartment("Cora", "national security", [], default);
        await stand.Desk.Restrict(secret.Demand, "Cora", "national security", "says so itself", null, default);
        foreach (var outside in new[] { ben, nils })
        {
            var sight = (await accounts.Now(default)).SightOf(outside.Account);
            Assert.Equal([open.Demand], (await stand.Desk.Queue(sight, all: true, 100, default)).Select(row => row.Id));
            Assert.False(await stand.Desk.Sees(sight, secret.Demand, default));
            Assert.False(sight.Sees((await stand.Desk.Show(secret.Demand, default)).State));
            Assert.Equal([secret.Demand], await stand.Desk.Hidden(sight, default));
        }
        Assert.True(await stand.Desk.Sees((await accounts.Now(default)).SightOf(cora.Account), secret.Demand, default));
        await Refused("only a member", () => accounts.Join("Ben", "national security", ben.Account, default));
        await accounts.Join("Cora", "national security", ben.Account, default);
        Assert.True(await stand.Desk.Sees((await accounts.Now(default)).SightOf(ben.Account), secret.Demand, default));
        await accounts.Leave("Cora", "national security", ben.Account, default);
        Assert.False(await stand.Desk.Sees((await accounts.Now(default)).SightOf(ben.Account), secret.Demand, default));
        Assert.False(await stand.Desk.Sees(Sight.None, open.Demand, default));
        // The mark is in the events, so the next start has it, too.
        await stand.Reopen();
        Assert.Equal("national security", (await stand.Desk.Show(secret.Demand, default)).State.Compartment);
        await stand.Desk.Unrestrict(secret.Demand, "Cora", "published by the court", null, default);
        Assert.Equal(2, (await stand.Desk.Queue((await accounts.Now(default)).SightOf(ben.Account), all: true, 100, default)).Count);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_kind_of_process_that_belongs_to_a_compartment_is_hidden_from_its_arrival_on(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        await Founded(accounts);
        var (cora, ben) = (await Joined(accounts, "Cora", Role.Counsel), await Joined(accounts, "Ben", Role.Reviewer));
        await accounts.MakeCompartment("Cora", "warrants", ["us.sca.warrant"], default);
        var receipt = await stand.Received();
        var people = await accounts.Now(default);
        Assert.False(await stand.Desk.Sees(people.SightOf(ben.Account), receipt.Demand, default));
        Assert.Empty(await stand.Desk.Queue(people.SightOf(ben.Account), all: true, 100, default));
        Assert.True(await stand.Desk.Sees(people.SightOf(cora.Account), receipt.Demand, default));
        Assert.DoesNotContain(Desk.Pickable(people, (await stand.Desk.Show(receipt.Demand, default)).State), one => one.Name == "Ben");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Whoever_declared_a_conflict_is_not_picked_and_decides_nothing_of_it(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await Open(stand);
        await Founded(accounts);
        await Joined(accounts, "Ben", Role.Reviewer);
        await Joined(accounts, "Cora", Role.Counsel);
        var demand = (await stand.Received()).Demand;
        await stand.Desk.Assign(demand, "Cora", "Ben", null, default);
        var state = await stand.Desk.Recuse(demand, "Ben", "the account is my brother's", null, default);
        Assert.Null(state.AssignedTo);
        Assert.Equal(["Cora"], Desk.Pickable(await accounts.Now(default), state).Select(one => one.Name));
        Assert.Contains("conflict", (await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Assign(demand, "Cora", "Ben", null, default))).Message, StringComparison.Ordinal);
        Assert.Contains("brother", (await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Authenticate(demand, "Ben", Authenticity.Authentic, "called", "directory", null, default))).Message, StringComparison.Ordinal);
        Assert.Contains("brother", (await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Decide(demand, "Ben", Law.Decision.Reject, null, ["no"], null, null, null, default))).Message, StringComparison.Ordinal);
        Assert.Equal("Cora", (await stand.Desk.Assign(demand, "Cora", "Cora", null, default)).AssignedTo);
    }

    [Fact]
    public async Task Of_two_administrators_at_once_one_is_told_that_it_changed_nothing()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        await using var one = await Open(stand);
        await Founded(one);
        var dora = await Joined(one, "Dora", Role.Administrator);
        using var desk = await stand.Another();
        await using var other = await Accounts.Of(stand.Options.Database, desk.AccountRecord(), false, SessionLimits.Usual, stand.Clock, default);
        var ada = (await other.Now(default)).Named("Ada")!.Account;
        var ended = await Task.WhenAll(Try(() => one.End("Ada", dora.Account, "left", default)), Try(() => other.End("Dora", ada, "left", default)));
        // Each would leave the other as the only one: whoever is second is refused, or finds that it changed nothing.
        Assert.Single(ended, no => no is null);
        Assert.Single((await other.Now(default)).All.Values, person => person.Ended is null);

        static async Task<Exception?> Try(Func<Task> act)
        {
            try
            {
                await act();
                return null;
            }
            catch (DeskException no)
            {
                return no;
            }
        }
    }

    internal static Task<Accounts> Open(Stand stand) => Accounts.Of(stand.Options.Database, stand.Desk.AccountRecord(), trial: false, SessionLimits.Usual, stand.Clock, default);

    internal static async Task<Person> Founded(Accounts accounts) => await accounts.Found((await accounts.SetUpCode(default))!, StaffSecret.NewAccount(), "Ada", "aa", default);

    internal static async Task<Person> Joined(Accounts accounts, string name, params Role[] roles) => await accounts.Enrol(await accounts.Invite("Ada", name, roles, default), $"passkey of {name}", default);

    private static async Task Refused(string why, Func<Task> act) => Assert.Contains(why, (await Assert.ThrowsAsync<DeskException>(act)).Message, StringComparison.Ordinal);
}
