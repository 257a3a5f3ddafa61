using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Desk.Tests;

/// <summary>Officers of authorities on a real ledger, on both databases.</summary>
public sealed class OfficerTests(Postgres postgres)
{
    public static TheoryData<string> Both => Stand.Both;

    [Theory, MemberData(nameof(Both))]
    public async Task An_invitation_opens_once_until_it_is_over_and_only_people_with_a_role_invite(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var court = await Entry(stand, "court.example");
        await Refused("only intake", () => officers.Invite("Ada", court, "Maeve Byrne", "Clerk", "met in person", default));
        await Refused("only intake", () => officers.Invite("Nobody", court, "Maeve Byrne", "Clerk", "met in person", default));
        await Refused("how it is known", () => officers.Invite("Ines", court, "Maeve Byrne", "Clerk", " ", default));
        var (code, until) = await officers.Invite("Ines", court, "Maeve Byrne", "Clerk", "met in person", default);
        Assert.Equal(stand.Clock.GetUtcNow().AddDays(3), until);
        Assert.DoesNotContain(code, string.Join('\n', (await stand.Desk.Own(default)).Select(own => Encoding.UTF8.GetString(own.Event.Canonical))), StringComparison.Ordinal);
        await Refused("open invitation already", () => officers.Invite("Ines", court, "maeve byrne", "Clerk", "again", default));
        var maeve = await officers.Enrol(code, "k1", default);
        Assert.Equal(("court.example", "Maeve Byrne (court.example)"), (maeve.Authority, maeve.By));
        await Refused("opens nothing", () => officers.Enrol(code, "k2", default));
        await Refused("opens nothing", () => officers.Enrol(StaffSecret.NewCode(), "k2", default));
        var (late, _) = await officers.Invite("Rosa", court, "Sean Daly", "Clerk", "asked by Maeve Byrne", default);
        stand.Clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(1));
        Assert.Null(await officers.Opens(late, default));
        await Refused("opens nothing", () => officers.Enrol(late, "k3", default));
        // Another process, or the next start, reads the same from the record.
        using var again = await Open(stand);
        Assert.Equal(maeve.By, (await again.Now(default)).Find(maeve.Id)!.By);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_request_becomes_an_invitation_only_after_a_call_to_the_directorys_number(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var court = await Entry(stand, "court.example");
        await officers.Ask("Maeve Byrne", "Clerk", "the court in Example Town", "maeve@court.example", "+1 555 9999", null, default);
        var request = Assert.Single((await officers.Now(default)).Requests.Values).Asked.Request;
        await Refused("called the authority back", () => officers.InviteAsked("Ines", request, default));
        await Refused("only intake", () => officers.Confirm("Abel", request, court, "the registrar", "yes", default));
        await officers.Confirm("Ines", request, court, "the registrar", "she works there", default);
        var confirmed = (await officers.Now(default)).Requests[request].Confirmed!.Value;
        Assert.Equal((court.Callback, court.Digest, "the registrar", "Ines"), (confirmed.What.Number, confirmed.What.Entry, confirmed.What.SpokeWith, confirmed.By));
        Assert.NotEqual("+1 555 9999", confirmed.What.Number);
        var (code, _) = await officers.InviteAsked("Rosa", request, default);
        Assert.Equal(("court.example", "Maeve Byrne"), ((await officers.Opens(code, default))!.Made.Authority, (await officers.Opens(code, default))!.Made.Name));
        await Refused("settled", () => officers.Refuse("Ines", request, "too late", default));
        await Refused("settled", () => officers.InviteAsked("Ines", request, default));
        await officers.Ask("Eve", "Clerk", "nobody", "eve@court.example.evil", "+1 555 6666", null, default);
        var other = (await officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Eve").Asked.Request;
        await Refused("needs a reason", () => officers.Refuse("Ines", other, " ", default));
        await officers.Refuse("Ines", other, "the court knows no such person", default);
        Assert.Equal(("the court knows no such person", "Ines"), ((await officers.Now(default)).Requests[other].Refused!.Value.Reason, (await officers.Now(default)).Requests[other].Refused!.Value.By));
        await Refused("settled", () => officers.Confirm("Ines", other, court, "x", "y", default));
        Assert.Equal(["officerAsked", "officerConfirmed", "officerInvited", "officerAsked", "officerRefused"], (await stand.Desk.Own(default)).Select(own => own.Event.Type).Where(type => type.StartsWith("officer", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task An_officer_asks_for_colleagues_of_the_own_authority_and_speaks_for_nobody_else(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var (court, police) = (await Entry(stand, "court.example"), await Entry(stand, "police.example"));
        var maeve = await Joined(officers, court, "Maeve Byrne");
        var pat = await Joined(officers, police, "Pat Kelly");
        await officers.Ask("Sean Daly", "Judge", "police.example", "s@court.example", "+1", maeve, default);
        var asked = Assert.Single((await officers.Now(default)).Requests.Values).Asked;
        Assert.Equal(("court.example", maeve.Id), (asked.Authority, asked.Colleague));
        await Refused("the same authority only", () => officers.Confirm("Ines", asked.Request, police, "x", "y", default));
        var forged = new OfficerAsked("R2", "Eve", "x", "police.example", "m", "t", maeve.Id);
        Assert.Contains("same authority", OfficerRules.Objection(await officers.Now(default), await accounts.Now(default), forged, maeve.By, stand.Clock.GetUtcNow())!, StringComparison.Ordinal);
        Assert.Contains("only the officer", OfficerRules.Objection(await officers.Now(default), await accounts.Now(default), new KeyProposed(maeve.Id, "court.example", "age-x25519", "age1", "ff"), pat.By, stand.Clock.GetUtcNow())!, StringComparison.Ordinal);
        Assert.Contains("own authority", OfficerRules.Objection(await officers.Now(default), await accounts.Now(default), new KeyProposed(maeve.Id, "police.example", "age-x25519", "age1", "ff"), maeve.By, stand.Clock.GetUtcNow())!, StringComparison.Ordinal);
        // A person of the desk cannot be called as an officer is, so neither speaks for the other.
        await Refused("brackets", () => officers.Invite("Ines", court, "Ines (court.example)", "x", "y", default));
        await Assert.ThrowsAsync<DeskException>(() => accounts.Invite("Ada", "Maeve Byrne (court.example)", [Role.Counsel], default));
        for (var i = 1; i < OfficerRules.MostColleagues; i++)
            await officers.Ask($"Colleague {i}", "Clerk", "", "c@court.example", "+1", maeve, default);
        await Refused("wait already", () => officers.Ask("One more", "Clerk", "", "c@court.example", "+1", maeve, default));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Sessions_end_by_idleness_by_age_everywhere_and_with_the_account(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var maeve = await Joined(officers, await Entry(stand, "court.example"), "Maeve Byrne");
        var (idle, used) = (await officers.Begin(maeve, default), await officers.Begin(maeve, default));
        Assert.Equal(stand.Clock.GetUtcNow() + SessionLimits.Usual.Fresh, (await officers.OfSession(used, default))!.FreshUntil);
        stand.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.NotNull(await officers.OfSession(used, default));
        stand.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Null(await officers.OfSession(idle, default));
        Assert.NotNull(await officers.OfSession(used, default));
        for (var minutes = 31; minutes < 12 * 60; minutes += 20)
        {
            _ = await officers.OfSession(used, default);
            stand.Clock.Advance(TimeSpan.FromMinutes(20));
        }
        Assert.Null(await officers.OfSession(used, default));
        var here = await officers.Begin(maeve, default);
        Assert.Equal(1, await officers.SessionsOf(maeve.Id, default));
        await officers.SignOutEverywhere(maeve.By, maeve.Id, default);
        Assert.Null(await officers.OfSession(here, default));
        stand.Clock.Advance(TimeSpan.FromSeconds(1));
        var last = await officers.Begin(maeve, default);
        Assert.NotNull(await officers.OfSession(last, default));
        await Refused("only intake", () => officers.End(maeve.By, maeve.Id, "myself", default));
        await officers.End("Cora", maeve.Id, "left the court", default);
        Assert.Null(await officers.OfSession(last, default));
        Assert.Null((await officers.Now(default)).Find(maeve.Id));
        Assert.Null(await officers.OfSession(StaffSecret.NewSession(), default));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task What_an_officer_filed_is_its_authoritys_and_for_another_it_is_as_if_it_were_not_there(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var maeve = await Joined(officers, await Entry(stand, "court.example"), "Maeve Byrne");
        var sean = await Joined(officers, await Entry(stand, "court.example"), "Sean Daly");
        var pat = await Joined(officers, await Entry(stand, "police.example"), "Pat Kelly");
        var mine = await Filed(stand, maeve, "mine");
        var theirs = await Filed(stand, pat, "theirs");
        var public_ = (await stand.Received(Stand.Warrant("by the public door"))).Demand;
        Assert.Equal([mine], (await stand.Desk.FiledBy(sean.Authority, 0, 10, default)).Select(one => one.View.Id));
        Assert.Equal([theirs], (await stand.Desk.FiledBy(pat.Authority, 0, 10, default)).Select(one => one.View.Id));
        Assert.Empty(await stand.Desk.FiledBy("", 0, 10, default));
        foreach (var foreign in new[] { theirs, public_, DemandId.New(), "no-id" })
        {
            Assert.Null(await stand.Desk.Filed(maeve.Authority, foreign, default));
            Assert.Null(await stand.Desk.ReceiptOf(maeve.Authority, foreign, default));
            Assert.Equal("unknown", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Write(foreign, maeve, "hello", default))).Code);
            Assert.Equal("unknown", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Withdraw(foreign, maeve, "mine", default))).Code);
        }
        // The queue's row does not make it so: the event does.
        await stand.Edit($"UPDATE demands SET filer = 'court.example' WHERE id = '{theirs}'");
        Assert.Null(await stand.Desk.Filed(maeve.Authority, theirs, default));
        // Being signed in authenticates nothing.
        Assert.False((await stand.Desk.Show(mine, default)).State.IsAuthenticated);
        Assert.Equal("Maeve Byrne", (await stand.Desk.Show(mine, default)).State.Received!.Filed!.Name);
        // The queue is made again from the events at the next start, and the mark with it.
        await stand.Edit("DELETE FROM demands");
        await stand.Reopen();
        Assert.Equal([mine], (await stand.Desk.FiledBy(maeve.Authority, 0, 10, default)).Select(one => one.View.Id));
        var gone = await stand.Desk.Withdraw(mine, sean, "issued in error", default);
        Assert.Equal(("issued in error", Stage.Withdrawn), (gone.WithdrawnFor, gone.Stage));
        Assert.Equal(sean.By, (await stand.Desk.Show(mine, default)).Events[^1].Event.By);
        await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Withdraw(mine, sean, "again", default));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Messages_go_both_ways_are_limited_and_ours_are_seen_by_the_receipts_bearer(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var maeve = await Joined(officers, await Entry(stand, "court.example"), "Maeve Byrne");
        var demand = await Filed(stand, maeve, "asked back");
        await stand.Desk.Write(demand, "Rosa", "Which of the two accounts?", default);
        Assert.Empty(await stand.Desk.UnansweredMessages(Sight.Whole, 10, default));
        await stand.Desk.Write(demand, maeve, "The first.\r\nSee\u202e page 2.", default);
        var messages = (await stand.Desk.Show(demand, default)).State.Messages;
        Assert.Equal([("Rosa", MessageDirection.ToAuthority, "Which of the two accounts?"), (maeve.By, MessageDirection.FromAuthority, "The first.\nSee page 2.")], messages.Select(one => (one.By, one.Direction, one.Text)));
        Assert.Equal([demand], (await stand.Desk.UnansweredMessages(Sight.Whole, 10, default)).Select(one => one.Id));
        Assert.Empty(await stand.Desk.UnansweredMessages(Sight.None, 10, default));
        await stand.Desk.Write(demand, "Rosa", "Thank you.", default);
        Assert.Empty(await stand.Desk.UnansweredMessages(Sight.Whole, 10, default));
        Assert.Contains("at most 4000", (await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Write(demand, maeve, new string('x', 4001), default))).Message, StringComparison.Ordinal);
        Assert.Contains("says something", (await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Write(demand, maeve, " \n", default))).Message, StringComparison.Ordinal);
        for (var i = 1; i < Correspondence.MostADay; i++)
            await stand.Desk.Write(demand, maeve, $"and {i}", default);
        Assert.Contains("a day", (await Assert.ThrowsAsync<LifeException>(() => stand.Desk.Write(demand, maeve, "one too many", default))).Message, StringComparison.Ordinal);
        await stand.Desk.Write(demand, "Rosa", "We are not limited by you.", default);
        stand.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        await stand.Desk.Write(demand, maeve, "the next day", default);
        // Read marks are each officer's own and go forward only.
        await officers.HasRead(maeve.Id, demand, 9, default);
        await officers.HasRead(maeve.Id, demand, 4, default);
        Assert.Equal(9, (await officers.ReadBy(maeve.Id, default))[demand]);
        // By the public door: ours is on the status page, and no officer writes.
        var receipt = await stand.Received();
        await stand.Desk.Write(receipt.Demand, "Rosa", "Send the second page.", default);
        Assert.Equal(["Send the second page."], (await stand.Desk.Status(receipt.Token, default))!.Messages.Select(one => one.Text));
        // It goes on after the end.
        await stand.Desk.Withdraw(demand, maeve, "no longer needed", default);
        await stand.Desk.Write(demand, maeve, "thank you", default);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_check_says_faults_and_questions_and_keeps_nothing(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var bad = stand.Desk.Check("{\"counterseal\":\"demand/v1\"}"u8.ToArray());
        Assert.NotEmpty(bad.Reading.Faults);
        Assert.Null(bad.Assessment);
        var good = stand.Desk.Check(Stand.Warrant(categories: false));
        Assert.Empty(good.Reading.Faults);
        Assert.NotEmpty(good.Assessment!.Questions);
        Assert.Empty(await stand.Desk.Quarantine(10, default));
        Assert.Empty(await stand.Desk.Queue(all: true, 10, default));
        Assert.Equal("malformed", Assert.Throws<DeskException>(() => stand.Desk.Check(new byte[Desk.OriginalLimit + 1])).Code);
    }

    [Fact]
    public async Task A_passkey_in_the_table_is_kept_for_one_account_and_proposed_keys_are_only_proposed()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        await using var accounts = await People(stand);
        using var officers = await Open(stand);
        var maeve = await Joined(officers, await Entry(stand, "court.example"), "Maeve Byrne");
        var pat = await Joined(officers, await Entry(stand, "police.example"), "Pat Kelly");
        var passkey = new OfficerPasskey([1, 2], [3, 4], stand.Clock.GetUtcNow(), 1, ["internal"], true, false, false);
        await officers.Keep(maeve.Id, passkey, default);
        await officers.Keep(pat.Id, passkey with { Count = 9 }, default);
        Assert.Equal(maeve.Id, await officers.KeptFor([1, 2], default));
        Assert.Equal(1u, Assert.Single(await officers.KeptOf(maeve.Id, default)).Count);
        Assert.Empty(await officers.KeptOf(pat.Id, default));
        Assert.DoesNotContain(passkey.Digest, maeve.Passkeys);
        await Refused("only passkey", () => officers.DropPasskey(maeve, Assert.Single(maeve.Passkeys), default));
        var before = await stand.Desk.Entries(default);
        await officers.Propose(maeve, "age-x25519", "age1abc", "aaaa bbbb", default);
        Assert.Equal("age1abc", Assert.Single((await officers.Now(default)).Keys.Values).Proposed.Key);
        Assert.Equal(before.Select(one => one.Digest), (await stand.Desk.Entries(default)).Select(one => one.Digest));
    }

    private static Task<Officers> Open(Stand stand) => Officers.Of(stand.Options.Database, stand.Desk.AccountRecord(), trial: false, SessionLimits.Usual, stand.Clock, default);

    private static async Task<Accounts> People(Stand stand)
    {
        var accounts = await AccountTests.Open(stand);
        await AccountTests.Founded(accounts);
        foreach (var (name, role) in new[] { ("Ines", Role.Intake), ("Rosa", Role.Reviewer), ("Cora", Role.Counsel), ("Abel", Role.Auditor) })
            await AccountTests.Joined(accounts, name, role);
        return accounts;
    }

    private static async Task<Officer> Joined(Officers officers, DirectoryEntry entry, string name) =>
        await officers.Enrol((await officers.Invite("Ines", entry, name, "Clerk", "met in person", default)).Code, $"passkey of {name}", default);

    private static async Task<string> Filed(Stand stand, Officer officer, string reference) => Assert.IsType<Receipt>(
        await stand.Desk.Receive(Stand.Warrant(reference), "portal", new Filing(officer.Authority, officer.Id, officer.Name, officer.Office), default)).Demand;

    internal static async Task<DirectoryEntry> Entry(Stand stand, string authority)
    {
        if (await stand.Desk.EntryOf(authority, default) is { } known)
            return known;
        using var one = NoteSigner.Generate("one");
        using var two = NoteSigner.Generate("two");
        return await stand.Desk.AddEntry(SignedNote.Sign(
            $"counterseal/directory/v2\nauthority {authority}\ncountry US\nname {authority} in full\nformat age-x25519\nrecipient age1qqqq\nsigner none\ncallback +1 555 0100\nconfirmed 2026-11-24T02:00:00Z one by voice\nversion 1\n", one, two).Bytes(), "one", default);
    }

    private static async Task Refused(string why, Func<Task> act) => Assert.Contains(why, (await Assert.ThrowsAsync<DeskException>(act)).Message, StringComparison.Ordinal);
}
