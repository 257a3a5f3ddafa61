using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Counterseal.Desk.Tests;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Counterseal.Watch.Tests;

/// <summary>Patterns that are no simple indicators, held against the provider's own events by the bell.</summary>
public class EventPatternTests(Postgres postgres)
{
    private const string Failed = "[x-counterseal-event:kind = 'signIn' AND x-counterseal-event:outcome = 'failed']";
    private const string Succeeded = "[x-counterseal-event:kind = 'signIn' AND x-counterseal-event:outcome = 'succeeded']";

    private static int number;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static WatchEvent At(double seconds, EventKind kind = EventKind.SignIn, EventOutcome outcome = EventOutcome.Failed, string? ip = null, string account = "ada@example.org", string customer = "c", string? id = null) =>
        new(id ?? $"p-{Interlocked.Increment(ref number)}", Stand.Start.AddSeconds(seconds), customer, account, kind, outcome) { SourceIp = ip is null ? null : IPAddress.Parse(ip), Place = new("log", number, 0) };

    private static IndicatorMatching Known(params string[] patterns) =>
        new(Feed.Stix(Feed.Bundle([.. patterns.Select((p, i) => Feed.Indicator(i.ToString(CultureInfo.InvariantCulture), p.Replace("\"", "\\\"", StringComparison.Ordinal)))])), unsaid: 80);

    private async Task<Stand> Up(string store, IndicatorMatching known, Func<BellOptions, BellOptions>? more = null)
    {
        var stand = await Stand.Up(store, postgres);
        stand.Options = stand.Options with { Matching = known.Match, Patterns = () => known.Several };
        stand.Options = more?.Invoke(stand.Options) ?? stand.Options;
        await stand.Another();
        return stand;
    }

    private static async Task<Finding?> Of(Stand stand, string customer)
    {
        await stand.Bell.Settle(Stop);
        return (await stand.Bell.Findings(Stop)).Select(f => f.Finding).SingleOrDefault(f => f.Customer == customer);
    }

    private static async Task<List<IGrouping<string, BoundEvent>>> Matches(Stand stand, string customer) =>
        [.. (await stand.Bell.Bound(Finding.IdOf(customer, "unknown"), Stop)).GroupBy(b => b.Account + " " + b.Match)];

    private static async Task<long> Count(Stand stand, string sql)
    {
        await using var connection = await Open(stand);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(Stop), CultureInfo.InvariantCulture);
    }

    private static async Task<DbConnection> Open(Stand stand)
    {
        DbConnection connection = stand.Options.Database.StartsWith("sqlite:", StringComparison.Ordinal)
            ? new SqliteConnection("Data Source=" + stand.Options.Database["sqlite:".Length..]) : new NpgsqlConnection(stand.Options.Database);
        await connection.OpenAsync(Stop);
        return connection;
    }

    /// <summary>Each with events that fit and events that nearly do.</summary>
    private static (string Pattern, WatchEvent[] Fits, WatchEvent[] Not)[] Cases =>
    [
        ("[network-traffic:src_ref.value ISSUBSET '203.0.113.0/24' AND network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'x/1']",
            [At(0, ip: "203.0.113.7") with { UserAgent = "x/1" }], [At(0, ip: "203.0.114.7") with { UserAgent = "x/1" }, At(1, ip: "203.0.113.7") with { UserAgent = "x/2" }]),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24' AND ipv4-addr:value != '198.51.100.9']", [At(0, ip: "198.51.100.8")], [At(0, ip: "198.51.100.9"), At(1, ip: "2001:db8::1")]),
        ("[ipv6-addr:value = '2001:db8::7' AND ipv6-addr:value NOT = '2001:db8::8']", [At(0, ip: "2001:db8:0::7")], [At(0, ip: "2001:db8::8")]),
        ("[ipv4-addr:value ISSUPERSET '192.0.2.55/32']", [At(0, ip: "192.0.2.55")], [At(0, ip: "192.0.2.56")]),
        ("[domain-name:value LIKE '%.evil.example']", [At(0, EventKind.DomainLookup) with { Domain = "a.evil.example" }], [At(0, EventKind.DomainLookup) with { Domain = "evil.example" }]),
        ("[url:value MATCHES '^https?://[a-z0-9.]+/wp-x[0-9]{3}$']", [At(0, EventKind.LinkFollowed) with { Url = "http://a.example/wp-x123" }], [At(0, EventKind.LinkFollowed) with { Url = "http://a.example/wp-x12" }]),
        ("[domain-name:value = 'host.example' AND domain-name:value LIKE 'h%']", [At(0, EventKind.LinkFollowed) with { Url = "https://HOST.example:8443/a" }], [At(0, EventKind.LinkFollowed) with { Url = "https://192.0.2.1/host.example" }]),
        ("[email-message:from_ref.value = 'who@evil.example' AND email-message:to_refs[*].value LIKE '%@example.org']",
            [At(0, EventKind.MailReceived) with { MailAddress = "who@evil.example" }], [At(0, EventKind.MailReceived, account: "ada@other.example") with { MailAddress = "who@evil.example" }, At(1) with { MailAddress = "who@evil.example" }]),
        ("[file:hashes.'SHA-256' = 'AA11' AND file:name IN ('a.exe', 'b.exe')]",
            [At(0, EventKind.FileSeen) with { Hashes = [new("SHA-256", "aa11")], Texts = [new("file:name", "b.exe")] }],
            [At(0, EventKind.FileSeen) with { Hashes = [new("SHA-256", "aa11")], Texts = [new("file:name", "c.exe")] }, At(1, EventKind.FileSeen) with { Texts = [new("file:name", "a.exe")] }]),
        ("[process:command_line LIKE '%-enc %' AND process:name > 'p']",
            [At(0, EventKind.FileSeen) with { Texts = [new("process:command_line", "ps -enc x"), new("process:name", "ps")] }], [At(0, EventKind.FileSeen) with { Texts = [new("process:command_line", "ps -enc x"), new("process:name", "a")] }]),
        ("[EXISTS email-message:from_ref AND email-message:from_ref.value = 'b@evil.example']", [At(0, EventKind.MailReceived) with { MailAddress = "b@evil.example" }], [At(0, EventKind.MailReceived)]),
        ("[NOT EXISTS email-message:from_ref]", [At(0, EventKind.MailReceived)], [At(0, EventKind.MailReceived) with { MailAddress = "a@b.example" }, At(1)]),
        ("[user-account:account_login MATCHES '^root' AND user-account:user_id LIKE '%@example.org']", [At(0, account: "root@example.org")], [At(0, account: "aroot@example.org"), At(0, account: "root@example.net")]),
        ("[ipv4-addr:value = '203.0.113.77' AND ipv4-addr:value LIKE '2%'] START t'2026-11-24T12:00:00Z' STOP t'2026-11-24T12:01:00Z'", [At(59.9, ip: "203.0.113.77")], [At(60, ip: "203.0.113.77")]),
        ("[ipv4-addr:value = '203.0.113.1'] AND [ipv4-addr:value = '203.0.113.2']", [At(9, ip: "203.0.113.1"), At(0, ip: "203.0.113.2")], [At(0, ip: "203.0.113.1"), At(1, ip: "203.0.113.1"), At(2, ip: "203.0.113.2", account: "bob@example.org")]),
        ("[ipv4-addr:value = '203.0.113.3'] OR ([ipv4-addr:value = '203.0.113.4'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.5'])", [At(0, ip: "203.0.113.4"), At(0, ip: "203.0.113.5")], [At(1, ip: "203.0.113.4"), At(0, ip: "203.0.113.5")]),
        ("[email-addr:value = 'c@evil.example'] FOLLOWEDBY [x-counterseal-event:kind = 'fileSeen']",
            [At(0, EventKind.MailReceived) with { MailAddress = "c@evil.example" }, At(1e6, EventKind.FileSeen)], [At(1, EventKind.MailReceived) with { MailAddress = "c@evil.example" }, At(0, EventKind.FileSeen)]),
        ($"({Failed} REPEATS 3 TIMES FOLLOWEDBY {Succeeded}) WITHIN 60 SECONDS",
            [At(0), At(10), At(20), At(60, outcome: EventOutcome.Succeeded)], [At(0), At(10), At(20), At(60.001, outcome: EventOutcome.Succeeded), At(11, outcome: EventOutcome.Succeeded)]),
        ("[file:name = 'x1'] REPEATS 2 TIMES START t'2026-11-24T12:00:00Z' STOP t'2026-11-24T12:00:10Z'",
            [At(0, EventKind.FileSeen) with { Texts = [new("file:name", "x1")] }, At(9, EventKind.FileSeen) with { Texts = [new("file:name", "x1")] }],
            [At(0, EventKind.FileSeen) with { Texts = [new("file:name", "x1")] }, At(10, EventKind.FileSeen) with { Texts = [new("file:name", "x1")] }]),
    ];

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Every_operator_of_a_pattern_leads_from_events_to_a_finding(string store)
    {
        var cases = Cases;
        var known = Known([.. cases.Select(c => c.Pattern)]);
        Assert.Empty(known.Left);
        Assert.Equal((cases.Length, 5), (known.Patterns, known.Several.Held.Count));
        await using var stand = await Up(store, known);
        for (var i = 0; i < cases.Length; i++)
        {
            // Each event in a batch of its own, so that what is found was kept in the store.
            foreach (var happened in cases[i].Fits)
                await stand.Bell.Take([happened with { Customer = $"fits{i}" }], null, Stop);
            foreach (var happened in cases[i].Not)
                await stand.Bell.Take([happened with { Customer = $"not{i}" }], null, Stop);
        }
        await stand.Bell.Settle(Stop);
        var findings = (await stand.Bell.Findings(Stop)).ToDictionary(f => f.Finding.Customer, f => f.Finding);
        Assert.Multiple([.. Enumerable.Range(0, cases.Length).Select(i => (Action)(() =>
        {
            Assert.True(findings.TryGetValue($"fits{i}", out var finding) && finding.Indicators.Contains($"indicator--{i}"), $"{cases[i].Pattern} was not found");
            Assert.False(findings.TryGetValue($"not{i}", out finding) && finding.Indicators.Contains($"indicator--{i}"), $"{cases[i].Pattern} was found where it is not");
        }))]);
        var broken = findings[$"fits{Array.FindIndex(cases, c => c.Pattern.Contains("REPEATS 3", StringComparison.Ordinal))}"];
        Assert.Equal((Verdict.Compromised, 4L), (broken.Verdict, broken.Events));
        var bound = await stand.Bell.Bound(broken.Id, Stop);
        Assert.Equal([0, 10, 20, 60], bound.Select(b => (b.Time - Stand.Start).TotalSeconds));
        Assert.Equal(EventOutcome.Succeeded, bound[3].Outcome);
        Assert.All(await stand.Bell.Why(broken.Id, Stop), why => Assert.Equal("pattern", why.Evidence.Match.Field));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task What_comes_twice_is_no_repetition_and_the_order_of_arrival_does_not_matter(string store)
    {
        await using var stand = await Up(store, Known($"{Failed} REPEATS 3 TIMES WITHIN 60 SECONDS"));
        var (a, b, c) = (At(0), At(30), At(59));
        await stand.Bell.Take([c, c], null, Stop);
        await stand.Bell.Take([c, a, a], null, Stop);
        await (await stand.Another()).Take([a, c, a], null, Stop);
        Assert.Null(await Of(stand, "c"));
        await stand.Bell.Take([b], null, Stop);
        Assert.Equal(3, (await Of(stand, "c"))!.Events);
        Assert.Equal([a.Id, b.Id, c.Id], Assert.Single(await Matches(stand, "c")).Select(e => e.Event));

        // What a match has used makes no other, when it comes again or is hunted for again.
        await stand.Bell.Take([a, b, c, At(31)], null, Stop);
        await stand.Bell.TakeAgain([a, b, c], Stop);
        Assert.Equal(3, (await stand.Bell.Why((await Of(stand, "c"))!.Id, Stop)).Sum(why => why.Evidence.Events));
        await stand.Bell.Take([At(32), At(33)], null, Stop);
        Assert.Equal(6, (await stand.Bell.Why((await Of(stand, "c"))!.Id, Stop)).Sum(why => why.Evidence.Events));
        Assert.Equal(2, (await Matches(stand, "c")).Count);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_retro_hunt_finds_a_pattern_that_was_not_known_when_its_events_came(string store)
    {
        await using var stand = await Up(store, Known("[file:size > 3]"));
        var kept = new KeptEvents(Path.Combine(stand.Folder, "kept"));
        WatchEvent[] events = [At(0) with { Texts = [new("process:name", "x")] }, At(1), At(2), At(3, outcome: EventOutcome.Succeeded), At(4, account: "bob@example.org")];
        await stand.Bell.Take(events, null, Stop);
        kept.Keep("day", events);
        Assert.Null(await Of(stand, "c"));
        var more = Known($"{Failed} REPEATS 3 TIMES FOLLOWEDBY {Succeeded}");
        stand.Options = stand.Options with { Patterns = () => more.Several };
        await stand.Another();
        for (var twice = 0; twice < 2; twice++)
            foreach (var batch in kept.Since(default, batch: 2))
                await stand.Bell.TakeAgain(batch, Stop);
        Assert.Equal(4, (await Of(stand, "c"))!.Events);
        Assert.Equal([new("process:name", "x")], kept.Since(default).First()[0].Texts);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Two_machines_that_each_take_one_half_find_the_whole_even_at_the_same_time(string store)
    {
        const int accounts = 40;
        await using var stand = await Up(store, Known($"({Failed} FOLLOWEDBY {Succeeded}) WITHIN 60 SECONDS"));
        var (one, other) = (stand.Bell, await stand.Another());
        var firsts = Enumerable.Range(0, accounts).Select(i => At(i, account: $"a{i}")).ToList();
        var seconds = Enumerable.Range(0, accounts).Select(i => At(i + 60, outcome: EventOutcome.Succeeded, account: $"a{i}")).ToList();
        await Task.WhenAll(
            Task.Run(async () => { foreach (var batch in firsts.Chunk(4)) await one.Take(batch, null, Stop); }, Stop),
            Task.Run(async () => { foreach (var batch in seconds.AsEnumerable().Reverse().Chunk(3)) await other.Take(batch, null, Stop); }, Stop));
        var finding = await Of(stand, "c");
        Assert.Equal((accounts, 2L * accounts), (finding!.Accounts.Count, finding.Events));
        Assert.All(finding.Accounts, account => Assert.Equal(Verdict.Compromised, account.Verdict));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Random_streams_in_random_batches_agree_with_a_brute_force_evaluator(string store)
    {
        string[] patterns =
        [
            .. from n in (int[])[2, 3] from w in (int[])[2, 5] select $"[file:name = 'a'] REPEATS {n} TIMES WITHIN {w} SECONDS",
            .. from op in (string[])["AND", "FOLLOWEDBY"] from w in (int[])[1, 4, 9] select $"([file:name = 'a'] {op} [file:name IN ('b','c')]) WITHIN {w} SECONDS",
            "[file:name = 'a'] FOLLOWEDBY [file:name = 'b'] FOLLOWEDBY [file:name != 'c']", "[file:name LIKE 'a%'] AND [file:name MATCHES '^[ab]$'] AND [file:name = 'b']",
            "([file:name = 'a'] FOLLOWEDBY [file:name = 'b']) REPEATS 2 TIMES", "(([file:name = 'a'] OR [file:name = 'b']) FOLLOWEDBY [file:name = 'c']) WITHIN 3 SECONDS",
            "[file:name = 'c'] OR ([file:name = 'a'] REPEATS 2 TIMES)",
        ];
        var known = Known(patterns);
        Assert.Equal(patterns.Length, known.Several.Held.Count);
        await using var stand = await Up(store, known);
        var other = await stand.Another();
        var random = new Random(20261124);
        int found = 0, notFound = 0;
        for (var stream = 0; stream < 60; stream++)
        {
            var events = Enumerable.Range(0, random.Next(1, 8)).Select(_ => At(random.Next(12), EventKind.FileSeen, account: $"s{stream}", customer: $"r{stream}") with { Texts = [new("file:name", "abc"[random.Next(3)].ToString())] }).ToList();
            var came = new List<WatchEvent>();
            var rest = new Queue<WatchEvent>(events);
            while (rest.Count > 0)
            {
                var batch = Enumerable.Range(0, random.Next(1, 4)).Select(_ => rest.TryDequeue(out var next) ? next : null).OfType<WatchEvent>().ToList();
                came.AddRange(batch);
                await (random.Next(2) == 0 ? stand.Bell : other).Take([.. batch, .. came.Where(_ => random.Next(3) == 0)], null, Stop);
                var bound = await stand.Bell.Bound(Finding.IdOf($"r{stream}", "unknown"), Stop);
                var seen = came.Select(EventObservation.Of).ToArray();
                for (var p = 0; p < patterns.Length; p++)
                {
                    var expected = BruteForce.Bindings(Pattern.Read(patterns[p]).Pattern!.Root, seen, (test, o) => Names(test, o.Objects.Single(x => x.Type == "file").Properties.GetProperty("name").GetString()!));
                    var mine = bound.Where(b => b.Indicator == $"indicator--{p}").GroupBy(b => b.Match).ToList();
                    Assert.True(expected.Count > 0 == mine.Count > 0, $"{patterns[p]} over {string.Join(' ', came.Select(e => $"{(e.Time - Stand.Start).TotalSeconds}{e.Texts[0].Value}"))}: {mine.Count} found, {expected.Count} bindings");
                    Assert.All(mine, match => Assert.Contains(match.Sum(b => 1 << came.FindIndex(e => e.Id == b.Event)), expected));
                    Assert.Equal(mine.Sum(m => m.Count()), mine.SelectMany(m => m).Select(b => b.Event).Distinct().Count());
                    _ = expected.Count > 0 ? found++ : notFound++;
                }
            }
        }
        Assert.True(found > 300 && notFound > 300, $"{found} found, {notFound} not: the streams show nothing");
    }

    private static bool Names(PropertyTest test, string letter) => test.Operator switch
    {
        ComparisonOperator.NotEqual => ((TextConstant)test.Values[0]).Value != letter,
        ComparisonOperator.Like => letter.StartsWith('a'),
        ComparisonOperator.Matches => letter is "a" or "b",
        _ => test.Values.Any(v => ((TextConstant)v).Value == letter),
    };

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_flood_of_accounts_patterns_and_events_is_kept_within_bounds_and_said(string store)
    {
        var known = Known([.. Enumerable.Range(2, 20).Select(n => $"{Failed} REPEATS {n} TIMES WITHIN 1 SECONDS"), $"{Failed} REPEATS 999 TIMES AND [file:name = 'never']"]);
        await using var stand = await Up(store, known, options => options with { MostObserved = 3000 });
        var many = await stand.Bell.Take([.. Enumerable.Range(0, 200).Select(i => At(i * 10, account: $"a{i}"))], null, Stop);
        Assert.Equal(200 * 21 - 3000, many.LetGo);
        Assert.Equal(3000, await Count(stand, "SELECT count(*) FROM observed"));
        var letGo = 0L;
        for (var batch = 0; batch < 3; batch++)
            letGo += (await stand.Bell.Take([.. Enumerable.Range(0, 500).Select(i => At(batch * 10_000 + i * 10, account: "one"))], null, Stop)).LetGo;
        Assert.True(letGo > 0);
        Assert.Equal(3000, await Count(stand, "SELECT count(*) FROM observed"));
        Assert.Equal(3000, await Count(stand, "SELECT value FROM counters WHERE name = 'observed'"));
        Assert.True(await Count(stand, "SELECT max(n) FROM (SELECT count(*) AS n FROM observed GROUP BY stream) AS s") <= PatternLimits.Kept);
        Assert.Null(await Of(stand, "c"));
    }

    [Fact]
    public void Too_many_patterns_are_not_held_and_it_is_said_which()
    {
        var known = Known([.. Enumerable.Range(0, PatternLimits.Tried + 5).Select(i => $"[file:name LIKE 'x{i}%']"), $"{Failed} REPEATS 1001 TIMES", "[file:name = 'y' AND file:size > 1]"]);
        Assert.Equal(6, known.Left.Count);
        Assert.Contains(known.Left, left => left.Contains("a match needs 1001 events", StringComparison.Ordinal));
        Assert.Equal(5, known.Left.Count(left => left.Contains("asks for no value that can be looked up", StringComparison.Ordinal)));
        var patterns = Enumerable.Range(0, PatternLimits.Held + 3).Select(i => (new Indicator { Id = $"i{i}", Feed = "f", Place = "", Text = "", Pattern = Pattern.Read($"[file:name = 'y{i}' AND file:size > 1]").Pattern }, new IndicatorMatch($"i{i}", "", "", "unknown", null, "f", i % 100, Tlp.Clear)));
        var held = new EventPatterns(patterns);
        Assert.Equal((PatternLimits.Held, 3), (held.Held.Count, held.Left.Count));
        Assert.All(held.Left, left => Assert.Contains("patterns are held already", left, StringComparison.Ordinal));
        Assert.Equal(99, held.Held[0].Said.Confidence);
    }

    [Fact]
    public void An_event_that_no_pattern_concerns_costs_next_to_nothing()
    {
        var known = Known([.. Enumerable.Range(0, 3000).Select(i => $"[ipv4-addr:value = '203.0.{i / 250}.{i % 250}' AND ipv4-addr:value != '0.0.0.0'] REPEATS 2 TIMES"), .. Enumerable.Range(0, 900).Select(i => $"[url:value LIKE '%/{i}' AND url:value LIKE 'h%']")]);
        Assert.Empty(known.Left);
        var (into, sights) = (new List<IndicatorMatch>(), new List<PatternSight>());
        var quiet = At(0, ip: "192.0.2.1") with { UserAgent = "x" };
        known.Match(quiet, into);
        known.Several.Look(quiet, sights);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            known.Match(quiet, into);
            known.Several.Look(quiet, sights);
        }
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10_000, 0, 300);
        Assert.Empty(into);
        Assert.Empty(sights);
        known.Several.Look(quiet with { SourceIp = IPAddress.Parse("203.0.3.7") }, sights);
        known.Match(quiet with { Url = "https://a/17" }, into);
        Assert.Equal(("indicator--757", "indicator--3017"), (Assert.Single(sights).Pattern.Said.Indicator, Assert.Single(into).Indicator));
    }

    [Fact]
    public void A_pattern_that_blows_up_on_every_event_is_set_aside()
    {
        var known = Known("[url:value MATCHES '^(?=(a+)+$)b']", "[url:value LIKE 'a%!']");
        var into = new List<IndicatorMatch>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 200; i++)
            known.Match(At(i, EventKind.LinkFollowed) with { Url = new string('a', 60) + "!" }, into);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"{clock.Elapsed}");
        Assert.Equal(200, into.Count);
    }

    [Fact]
    public void A_program_s_own_name_accuses_nobody_in_a_pattern_either()
    {
        var known = Known($"[{EventObservation.UserAgent} LIKE 'evil/%']");
        var into = new List<IndicatorMatch>();
        var happened = At(0, outcome: EventOutcome.Succeeded) with { UserAgent = "evil/2" };
        known.Match(happened, into);
        Assert.Null(EvidenceRules.Default.Weigh(happened, Assert.Single(into)));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Ids_of_events_are_forgotten_behind_the_horizon_and_not_before(string store)
    {
        await using var stand = await Up(store, Known($"{Failed} REPEATS 3 TIMES WITHIN 60 SECONDS", "[file:name = 'x'] FOLLOWEDBY [file:name = 'y']", "([file:name = 'q'] FOLLOWEDBY [file:name = 'w']) WITHIN 2592000 SECONDS"));
        WatchEvent[] old = [.. Enumerable.Range(0, 5000).Select(i => At(i, outcome: EventOutcome.Succeeded)), At(0)];
        await stand.Bell.Take(old, null, Stop);
        await stand.Bell.Take([At(0, EventKind.FileSeen) with { Texts = [new("file:name", "x")] }], null, Stop);
        Assert.Equal(2, await Count(stand, "SELECT count(*) FROM observed"));
        stand.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await stand.Bell.Prune(Stop));
        Assert.Equal(1, await Count(stand, "SELECT count(*) FROM observed"));
        // 30 days of window and 7 of coming again are more than the 35 of the option.
        stand.Clock.Advance(TimeSpan.FromDays(34.9));
        Assert.Equal(0, await stand.Bell.Prune(Stop));
        Assert.Equal(0, (await stand.Bell.Take(old, null, Stop)).Events);
        await stand.Bell.Take([At(3.2e6)], null, Stop);
        stand.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal(5002 + 1, await stand.Bell.Prune(Stop));
        Assert.Equal((1, 1, 1), (await Count(stand, "SELECT count(*) FROM seen"), await Count(stand, "SELECT count(*) FROM observed"), await Count(stand, "SELECT value FROM counters WHERE name = 'observed'")));
        Assert.Equal(0, await stand.Bell.Prune(Stop));
        Assert.Equal(5003, await stand.Bell.Counted(Stop));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_database_from_before_is_brought_up_and_forgets_nothing_too_early(string store)
    {
        await using var stand = await Up(store, Known($"{Failed} REPEATS 3 TIMES"));
        await stand.Bell.Take([At(0, id: "old")], null, Stop);
        await using (var connection = await Open(stand))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE observed; DROP TABLE bound; DROP INDEX seen_seen_at; ALTER TABLE seen DROP COLUMN seen_at; DELETE FROM counters WHERE name = 'observed'; DELETE FROM schema_version WHERE version = 2";
            await command.ExecuteNonQueryAsync(Stop);
        }
        await stand.Another();
        Assert.Equal((0, 1), ((await stand.Bell.Take([At(0, id: "old")], null, Stop)).Events, (await stand.Bell.Take([At(1)], null, Stop)).Events));
        stand.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, await stand.Bell.Prune(Stop));
        stand.Clock.Advance(TimeSpan.FromDays(10));
        // The second event's id and its row; the first, whose day nobody knows, counts from the first pruning.
        Assert.Equal(2, await stand.Bell.Prune(Stop));
        stand.Clock.Advance(TimeSpan.FromDays(26));
        Assert.Equal(1, await stand.Bell.Prune(Stop));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(4000)]
    public async Task A_horizon_that_forgets_too_soon_or_never_is_refused(double days)
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        stand.Options = stand.Options with { Horizon = TimeSpan.FromDays(days) };
        Assert.Contains("from one day to ten years", (await Assert.ThrowsAsync<ArgumentException>(stand.Another)).Message, StringComparison.Ordinal);
    }
}
