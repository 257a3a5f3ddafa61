using System.Text;
using Counterseal.Desk.Tests;
using Counterseal.Ledger;

namespace Counterseal.Watch.Tests;

public class FindingTests(Postgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static WatchEvent Event(EventKind kind, EventOutcome outcome) => new("e", Stand.Start, "example", "ada@example.org", kind, outcome);

    private static IndicatorMatch Match(string field = "sourceIp", int confidence = 80, string value = "203.0.113.7", string source = "feed one") =>
        new("indicator--1", field, value, "Quiet Heron", "XA", source, confidence, Tlp.Green);

    [Theory]
    [InlineData(EventKind.SignIn, EventOutcome.Succeeded, "sourceIp", Verdict.Compromised, "signInSucceeded")]
    [InlineData(EventKind.SignIn, EventOutcome.Stopped, "sourceIp", Verdict.Targeted, "signInStopped")]
    [InlineData(EventKind.SignIn, EventOutcome.Failed, "sourceIp", Verdict.Targeted, "signInFailed")]
    [InlineData(EventKind.SignIn, EventOutcome.Unknown, "sourceIp", Verdict.Targeted, "signInUnknown")]
    [InlineData(EventKind.SignIn, EventOutcome.Succeeded, "userAgent", null, null)]
    [InlineData(EventKind.Request, EventOutcome.Succeeded, "sourceIp", Verdict.Compromised, "requestSucceeded")]
    [InlineData(EventKind.Request, EventOutcome.Failed, "sourceIp", Verdict.Targeted, "request")]
    [InlineData(EventKind.Request, EventOutcome.Succeeded, "url", null, null)]
    [InlineData(EventKind.FileSeen, EventOutcome.Unknown, "hash", Verdict.Compromised, "fileSeen")]
    [InlineData(EventKind.LinkFollowed, EventOutcome.Succeeded, "url", Verdict.Targeted, "linkFollowed")]
    [InlineData(EventKind.DomainLookup, EventOutcome.Succeeded, "domain", Verdict.Targeted, "domainLookup")]
    [InlineData(EventKind.MailReceived, EventOutcome.Succeeded, "mailAddress", Verdict.Targeted, "mailReceived")]
    public void Targeted_is_told_from_compromised_by_what_the_event_shows(EventKind kind, EventOutcome outcome, string field, Verdict? says, string? rule)
    {
        var weighed = EvidenceRules.Default.Weigh(Event(kind, outcome), Match(field));
        Assert.Equal((rule, says), (weighed?.Id, weighed?.Says));
    }

    [Theory]
    [InlineData(49, false)]
    [InlineData(50, true)]
    public void An_indicator_of_which_its_source_is_not_sure_counts_for_nothing(int confidence, bool counts) =>
        Assert.Equal(counts, EvidenceRules.Default.Weigh(Event(EventKind.SignIn, EventOutcome.Failed), Match(confidence: confidence)) is not null);

    [Theory]
    [InlineData("rules: []", "\"limits\" is missing")]
    [InlineData("limits: {minimumConfidence: 101, corroboration: 2, moderate: 60, high: 85}\nrules: []", "\"101\" is no number from 0 to 100")]
    [InlineData("limits: {minimumConfidence: 50, corroboration: 2, moderate: 90, high: 85}\nrules: []", "\"moderate\" (90) is above")]
    [InlineData("limits: {minimumConfidence: 50, corroboration: 2, moderate: 60, high: 85}\nrules: [{id: a, says: hacked, because: b, steps: mail}]", "\"hacked\" is none of targeted, compromised")]
    [InlineData("limits: {minimumConfidence: 50, corroboration: 2, moderate: 60, high: 85}\nrules: [{id: a, says: targeted, because: b}]", "names the steps that help")]
    [InlineData("limits: {minimumConfidence: 50, corroboration: 2, moderate: 60, high: 85}\nrules: [{id: a, says: targeted, because: b, steps: pray}]", "\"pray\" is no step")]
    [InlineData("limits: {minimumConfidence: 50, corroboration: 2, moderate: 60, high: 85}\nrules: [{id: a, says: nothing, because: b, silence: yes}]", "\"silence\" is not known here")]
    public void Wrong_rules_are_refused_with_their_place(string yaml, string reason)
    {
        var refused = Assert.Throws<FormatException>(() => EvidenceRules.Parse("r.yaml", Encoding.UTF8.GetBytes(yaml)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("r.yaml, line ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Confidence_grows_with_independent_sources_and_not_with_a_source_that_repeats_itself()
    {
        Evidence One(IndicatorMatch match) => Evidence.Of(Event(EventKind.SignIn, EventOutcome.Failed), match, EvidenceRules.Default, WarningLists.None)!;
        var single = Finding.Of([One(Match(confidence: 60))], EvidenceRules.Default)!;
        var repeated = Finding.Of([One(Match(confidence: 60)), One(Match(confidence: 60))], EvidenceRules.Default)!;
        var twoIndicators = Finding.Of([One(Match(confidence: 60)), One(Match(confidence: 60, value: "203.0.113.8"))], EvidenceRules.Default)!;
        var twoSources = Finding.Of([One(Match(confidence: 60)), One(Match(confidence: 60, source: "feed two"))], EvidenceRules.Default)!;
        Assert.Equal([(60, false), (60, false), (60, true), (84, true)], new[] { single, repeated, twoIndicators, twoSources }.Select(f => (f.Confidence, f.Corroborated)));
    }

    [Fact]
    public void What_is_well_known_and_harmless_accuses_nobody()
    {
        var lists = new WarningLists();
        lists.Add("a.json", """{"name":"Resolvers","type":"cidr","list":["8.8.8.0/24","2001:4860::/32","1.1.1.1","300.1.1.1/8"]}"""u8.ToArray());
        lists.Add("b.json", """{"name":"Sites","type":"hostname","list":["example.com",".cdn.example.net"]}"""u8.ToArray());
        lists.Add("c.json", """{"name":"Digests","type":"string","list":["D41D8CD98F00B204E9800998ECF8427E"]}"""u8.ToArray());
        lists.Add("d.json", """{"name":"Parts","type":"substring","list":["tracker",".a"]}"""u8.ToArray());
        lists.Add("e.json", """{"name":"Patterns","type":"regex","list":["/^ns[0-9]+\\./i","/(a+)+$/","/(/"]}"""u8.ToArray());
        (string, string, string?)[] cases =
        [
            ("sourceIp", "8.8.8.8", "Resolvers"), ("sourceIp", "8.8.9.8", null), ("sourceIp", "8.8.8.0/25", "Resolvers"), ("sourceIp", "8.8.0.0/16", null),
            ("sourceIp", "2001:4860:4860::8888", "Resolvers"), ("sourceIp", "2001:4861::1", null), ("sourceIp", "1.1.1.1", "Resolvers"),
            ("domain", "www.example.com", "Sites"), ("domain", "example.com", "Sites"), ("domain", "badexample.com", null), ("domain", "com", null), ("domain", "x.cdn.example.net", "Sites"),
            ("url", "https://www.example.com/x", "Sites"), ("url", "no url", null), ("mailAddress", "a@example.com", "Sites"),
            ("hash", "d41d8cd98f00b204e9800998ecf8427e", "Digests"), ("domain", "big-TRACKER.example", "Parts"), ("domain", "b.ab", null), ("domain", "NS12.example", "Patterns"),
            ("domain", new string('a', 40) + "!", null),
        ];
        Assert.All(cases, one => Assert.Equal(one.Item3, lists.Holding(one.Item1, one.Item2)));
        Assert.Equal(["a.json, entry 4: \"300.1.1.1/8\" is no network; left out", "d.json, entry 2: the substring \".a\" would hold nearly everything; left out"], lists.Faults.Take(2));
        Assert.Equal(3, lists.Faults.Count);
        Assert.Contains("not JSON", Assert.Throws<FormatException>(() => lists.Add("f.json", "{"u8.ToArray())).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Evidence_becomes_one_finding_per_customer_and_actor_and_a_warning_list_suppresses(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var lists = new WarningLists();
        lists.Add("w.json", """{"name":"Ours","type":"string","list":["198.51.100.9"]}"""u8.ToArray());
        stand.Options = stand.Options with { WarningLists = lists };
        await stand.Another();
        stand.Plant("203.0.113.7");
        stand.Plant("203.0.113.8", source: "feed two", confidence: 60);
        stand.Plant("203.0.113.9", actor: "Loud Owl", state: null);
        stand.Plant("198.51.100.9");
        await stand.Bell.Take(
            [
                stand.SignIn("203.0.113.7"), stand.SignIn("203.0.113.7"), stand.SignIn("203.0.113.8", "bob@example.org", outcome: EventOutcome.Succeeded), stand.SignIn("203.0.113.9"),
                stand.SignIn("198.51.100.9", customer: "other"), stand.SignIn("192.0.2.1", customer: "quiet"),
            ], null, Stop);
        Assert.Equal(2, await stand.Bell.Settle(Stop));
        Assert.Equal(0, await stand.Bell.Settle(Stop));
        var findings = (await stand.Bell.Findings(Stop)).Select(f => f.Finding).ToDictionary(f => f.Actor);
        Assert.Equal(["Loud Owl", "Quiet Heron"], findings.Keys.Order());
        var heron = findings["Quiet Heron"];
        Assert.Equal((Verdict.Compromised, 92, true, 3L, "XA"), (heron.Verdict, heron.Confidence, heron.Corroborated, heron.Events, heron.State));
        Assert.Equal([("ada@example.org", Verdict.Targeted), ("bob@example.org", Verdict.Compromised)], heron.Accounts.Select(a => (a.Account, a.Verdict)));
        Assert.Equal((Verdict.Targeted, false), (findings["Loud Owl"].Verdict, findings["Loud Owl"].Corroborated));
        Assert.Contains(await stand.Bell.Why(heron.Id, Stop), why => why.Because.Contains("went through", StringComparison.Ordinal));
        Assert.Equal(6, await stand.Bell.Counted(Stop));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task What_is_delivered_twice_counts_once_even_to_two_consumers_at_the_same_time(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Plant("203.0.113.7");
        var batch = Enumerable.Range(0, 500).Select(i => stand.SignIn(i % 5 == 0 ? "203.0.113.7" : "192.0.2.1", customer: $"c{i % 10}", id: $"same-{i}")).ToList();
        var one = stand.Bell;
        var other = await stand.Another();
        var both = await Task.WhenAll(one.Take(batch, null, Stop), other.Take([.. batch.AsEnumerable().Reverse(), batch[3]], null, Stop), one.Take(batch[..100], ("log", new(100, 9000)), Stop));
        Assert.Equal(500, both.Sum(b => b.Events));
        Assert.Equal(601, both.Sum(b => b.Repeated));
        Assert.Equal(100, both.Sum(b => b.Evidence));
        Assert.Equal(500, await one.Counted(Stop));
        Assert.Equal(new FeedPosition(100, 9000), await other.Position("log", Stop));
        await Task.WhenAll(one.Settle(Stop), other.Settle(Stop));
        var findings = await one.Findings(Stop);
        Assert.Equal(2, findings.Count);
        Assert.Equal(100, findings.Sum(f => f.Finding.Events));
        Assert.All(findings, f => Assert.Equal(1, f.Version));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Each_finding_and_decision_is_on_the_ledger_and_a_stranger_can_check_it(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var id = await stand.Confirmed();
        var proven = await stand.Bell.Proven(id, Stop);
        Assert.Equal(2, proven.Count);
        foreach (var (bytes, salt, tag, proof) in proven)
        {
            Assert.True(CanonicalJson.IsCanonical(bytes));
            TlogProof.Parse(proof).Verify(new Leaf(tag, Commitment.Of(salt, bytes)), stand.Log);
            var forged = bytes.ToArray();
            forged[^5] ^= 1;
            Assert.Throws<FormatException>(() => TlogProof.Parse(proof).Verify(new Leaf(tag, Commitment.Of(salt, forged)), stand.Log));
        }
        Assert.Contains("\"type\":\"finding.confirmed\"", Encoding.UTF8.GetString(proven[1].Bytes), StringComparison.Ordinal);
        Assert.Contains("\"by\":\"ana\"", Encoding.UTF8.GetString(proven[1].Bytes), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Nothing_is_seen_before_the_ledger_has_it_and_nothing_is_lost_when_it_is_away(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Plant("203.0.113.7");
        await stand.Bell.Take([stand.SignIn("203.0.113.7")], null, Stop);
        await stand.StopLedger();
        await Assert.ThrowsAsync<RecordException>(() => stand.Bell.Settle(Stop));
        Assert.Empty(await stand.Bell.Findings(Stop));
        await stand.StartLedger();
        await stand.Another();
        Assert.Single(await stand.Bell.Findings(Stop));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_dismissed_finding_stays_dismissed_until_a_new_indicator_asks_again(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Plant("203.0.113.7");
        var id = Finding.IdOf("example", "Quiet Heron");
        await stand.Bell.Take([stand.SignIn("203.0.113.7")], null, Stop);
        await stand.Bell.Settle(Stop);
        await Assert.ThrowsAsync<RecordException>(() => stand.Bell.Dismiss(id, "ana", " ", Stop));
        await stand.Bell.Dismiss(id, "ana", "our own scanner", Stop);
        await stand.Bell.Take([stand.SignIn("203.0.113.7", outcome: EventOutcome.Succeeded)], null, Stop);
        await stand.Bell.Settle(Stop);
        var still = Assert.Single(await stand.Bell.Findings(Stop));
        Assert.Equal((FindingStatus.Dismissed, "ana", "our own scanner", Verdict.Compromised), (still.Status, still.By, still.Reason, still.Finding.Verdict));
        stand.Plant("203.0.113.8", source: "feed two");
        await stand.Bell.Take([stand.SignIn("203.0.113.8")], null, Stop);
        await stand.Bell.Settle(Stop);
        Assert.Equal(FindingStatus.Open, Assert.Single(await stand.Bell.Findings(Stop)).Status);
    }
}
