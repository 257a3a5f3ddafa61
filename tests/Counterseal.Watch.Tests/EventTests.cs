using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Watch.Tests;

/// <summary>Events read and held against simple indicators, as the bell does it.</summary>
[Collection(nameof(Alone))]
public class EventTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    private const string Json = """
        form: ndjson
        only: {deep.ok: "true", what: scan}
        fields:
          id: id
          time: t
          account: who
          kind: {is: fileSeen}
          sourceIp: ip
          mailAddress: mail
          domain: host
          url: url
          sha256: files.sha256
          process:name: process
          file:name: {column: files.name}
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Ocsf(string id, string ip = "192.0.2.1", string more = "") =>
        $$$"""{"class_uid":3002,"activity_id":1,"time":1767225600000,"metadata":{"uid":"{{{id}}}","version":"1.3.0"},"user":{"uid":"u-{{{id}}}","email_addr":"a@b.example","org":{"uid":"o"}},"src_endpoint":{"ip":"{{{ip}}}","location":{"country":"SE"}},"http_request":{"user_agent":"x/1"},"status_id":1{{{more}}}}""";

    private static EventReading Mapping(string yaml) => EventMapping.Parse("m.yaml", Encoding.UTF8.GetBytes(yaml)).NewReading();

    private static async Task<List<FeedLine>> Read(Stream stream, EventReading reading, FeedPosition from = default)
    {
        var lines = new List<FeedLine>();
        await foreach (var line in EventFeed.Read(stream, "log", reading, from, new FakeTimeProvider(Now), Stop))
            lines.Add(line);
        return lines;
    }

    private static Task<List<FeedLine>> Read(string text, EventReading reading) => Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), reading);

    private static async Task<List<FeedBatch>> Batches(byte[] bytes, EventReading reading, FeedPosition from = default, int threads = 2)
    {
        var batches = new List<FeedBatch>();
        await foreach (var batch in EventFeed.Batches(new MemoryStream(bytes), "log", reading, from, new FakeTimeProvider(Now), threads, Stop))
            batches.Add(batch);
        return batches;
    }

    private static IndicatorMatching Known(params (ObservableKind Kind, string Scope, string Value)[] known)
    {
        var patterns = known.Select((k, i) => Feed.Indicator(i.ToString(CultureInfo.InvariantCulture), k.Kind switch
        {
            ObservableKind.Domain => $"[domain-name:value = '{k.Value}']",
            ObservableKind.Address => $"[ipv4-addr:value = '{k.Value}']",
            ObservableKind.Hash => $"[file:hashes.'{k.Scope}' = '{k.Value}']",
            _ => $"[{k.Scope} = '{k.Value}']",
        }));
        return new IndicatorMatching(Feed.Stix(Feed.Bundle([.. patterns])), 60);
    }

    private static List<IndicatorMatch> Match(IndicatorMatching matching, WatchEvent happened)
    {
        var into = new List<IndicatorMatch>();
        matching.Match(happened, into);
        return into;
    }

    [Fact]
    public async Task JSON_lines_of_ones_own_are_read_by_a_mapping_with_lists_nested_members_and_other_properties()
    {
        var lines = await Read("""
            {"id":7,"t":"2026-01-01 00:00:00","who":"ada","what":"scan","deep":{"ok":true,"more":[1]},"files":[{"sha256":"AA","name":"a.exe"},{"x":1},{"sha256":"bb","name":"b.exe"}],"process":"p\u00f6s","host":["H.example.","i.example"]}
            {"t":"2026-01-01","who":"ada","what":"scan","deep":{"ok":false}}
            {"t":"2026-01-01","who":"ada","what":"scan"}
            {"t":"2026-01-01","what":"scan","deep":{"ok":true}}
            {"t":"2026-01-01","who":"ada","what":"scan","deep":{"ok":true},"x":"\ud800","process":"\ud800"}
            [1]
            """, Mapping(Json));
        var first = lines[0].Event!;
        Assert.Equal(("7", "ada", "ada", EventKind.FileSeen, "h.example"), (first.Id, first.Account, first.Customer, first.Kind, first.Domain));
        Assert.Equal([new("SHA-256", "aa"), new("SHA-256", "bb")], first.Hashes);
        Assert.Equal([new("process:name", "pös"), new("file:name", "a.exe"), new("file:name", "b.exe")], first.Texts);
        Assert.All(lines[1..3], line => Assert.Equal((null, null), (line.Event, line.Fault)));
        string[] reasons = ["the account is empty", "half a character", "not a JSON object"];
        Assert.All(lines[3..].Zip(reasons), pair => Assert.Contains(pair.Second, pair.First.Fault!.What, StringComparison.Ordinal));
        Assert.Equal(6, lines.Count);
    }

    [Fact]
    public async Task A_CSV_file_without_a_header_has_its_columns_by_number_and_lines_of_another_kind_are_passed_over()
    {
        var lines = await Read("2026-01-01,a,sign-in\n2026-01-01,b,print\n2026-01-01\n", Mapping("form: csv\nheader: false\nonly: {3: sign-in}\nfields: {time: 1, account: 2, kind: {is: signIn}}"));
        Assert.Equal("a", lines[0].Event!.Account);
        Assert.Equal((null, null), (lines[1].Event, lines[1].Fault));
        Assert.Contains("1 fields", lines[2].Fault!.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("form: ndjson\nfields: {time: t, account: a, kind: k, colour: c}", "\"colour\" is no field")]
    [InlineData("form: ndjson\nfields: {time: t, account: a, kind: k, 'process:': c}", "\"process:\" is no field")]
    [InlineData("form: ndjson\nfields: {time: t, account: a, kind: k, 'process:x[*]': c}", "is no field")]
    [InlineData("form: csv\nheader: perhaps\nfields: {time: t, account: a, kind: k}", "header is true or false")]
    [InlineData("form: accessLog\nlog: '%h %u %t'\nonly: {'%s': '200'}\nfields: {time: '%t', account: '%u', kind: {is: request}}", "is not in the log format")]
    public void A_mapping_that_cannot_be_used_says_where(string yaml, string reason)
    {
        var refused = Assert.Throws<FormatException>(() => Mapping(yaml));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("m.yaml, line ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_a_CSV_file_goes_on_behind_its_header()
    {
        var bytes = Encoding.UTF8.GetBytes("\uFEFFwhen,who\n" + string.Concat(Enumerable.Range(0, 9).Select(i => $"2026-01-01,a{i}\n")));
        const string yaml = "form: csv\nfields: {time: when, account: who, kind: {is: signIn}}";
        var all = await Read(new MemoryStream(bytes), Mapping(yaml));
        Assert.Equal(10, all.Count);
        foreach (var cut in (int[])[0, 3, 8])
        {
            var rest = await Read(new MemoryStream(bytes), Mapping(yaml), all[cut].Next);
            Assert.All(rest, line => Assert.Null(line.Fault));
            Assert.Equal(all.Skip(cut + 1).Select(l => (l.Event!.Account, l.Next)), rest.Select(l => (l.Event!.Account, l.Next)));
            Assert.Equal(rest.Select(l => l.Event!.Account), (await Batches(bytes, Mapping(yaml), all[cut].Next)).SelectMany(b => b.Events).Select(e => e.Account));
        }
    }

    [Fact]
    public async Task Batches_hold_what_a_reading_line_by_line_gives_in_the_same_order()
    {
        var random = new Random(2026);
        var text = new StringBuilder("\uFEFF");
        for (var i = 0; i < 6000; i++)
            text.Append(random.Next(40) switch
            {
                0 => "not json",
                1 => "",
                2 when i % 7 == 0 => new string('x', (1 << 20) + random.Next(-3, 3)),
                3 => Ocsf($"{i}", more: $",\"pad\":\"{new string('y', random.Next(300_000))}\""),
                _ => Ocsf($"{i}"),
            }).Append(i % 2 == 0 ? "\r\n" : "\n");
        text.Append(Ocsf("last")[..^1]);
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var lines = await Read(new MemoryStream(bytes), OcsfAuthentication.Read);
        Assert.Contains(lines, l => l.Fault?.What.Contains("passed over", StringComparison.Ordinal) == true);
        Assert.Contains("ends in the middle", lines[^1].Fault!.What, StringComparison.Ordinal);
        foreach (var (threads, from) in new (int, FeedPosition)[] { (1, default), (2, default), (3, lines[100].Next) })
        {
            var batches = await Batches(bytes, OcsfAuthentication.Read, from, threads);
            var expected = lines.Where(l => l.Next.Lines > from.Lines).ToList();
            Assert.Equal(expected.Where(l => l.Event is not null).Select(l => (l.Event!.Id, l.Event.Place)), batches.SelectMany(b => b.Events).Select(e => (e.Id, e.Place)));
            Assert.Equal(expected.Where(l => l.Fault is not null).Select(l => l.Fault), batches.SelectMany(b => b.Faults));
            Assert.Equal(bytes.Length, batches[^1].Next.Bytes);
            Assert.All(batches[..^1], b => Assert.Contains(lines, l => l.Next == b.Next));
        }
    }

    [Fact]
    public async Task A_line_of_two_gigabytes_costs_no_memory_in_batches_either()
    {
        using var stream = new LongStream(Ocsf("1") + "\n{\"x\":\"", (byte)'a', 1L << 31, "\"}\n" + Ocsf("2"));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var batches = new List<FeedBatch>();
        await foreach (var batch in EventFeed.Batches(stream, "log", OcsfAuthentication.Read, default, new FakeTimeProvider(Now), 2, Stop))
            batches.Add(batch);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16 << 20);
        Assert.Equal(["1", "2"], batches.SelectMany(b => b.Events).Select(e => e.Id));
        Assert.Contains("passed over", Assert.Single(batches.SelectMany(b => b.Faults)).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_thousand_sign_ins_leave_little_behind()
    {
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => Ocsf(i.ToString(CultureInfo.InvariantCulture)) + "\n")));
        var matching = Known((ObservableKind.Address, "", "192.0.2.1"));
        var bytes = Enumerable.Repeat(block, 100).SelectMany(b => b).ToArray();
        var found = new List<IndicatorMatch>();
        await Batches(block, OcsfAuthentication.Read);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var count = 0;
        await foreach (var batch in EventFeed.Batches(new MemoryStream(bytes), "log", OcsfAuthentication.Read, default, new FakeTimeProvider(Now), 1, Stop))
            foreach (var happened in batch.Events)
            {
                count++;
                found.Clear();
                matching.Match(happened, found);
                Assert.Single(found);
            }
        Assert.Equal(100_000, count);
        // The event with its own texts, the block's bytes, and the match.
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / 100_000, 0, 1500);
    }

    [Fact]
    public async Task The_real_indicators_planted_in_a_stream_are_found_and_nothing_else_is()
    {
        var into = new Intelligence();
        foreach (var file in Directory.GetFiles(Place.Intel("stix")).Order(StringComparer.Ordinal))
        {
            using var bundle = File.OpenRead(file);
            Feed.Stix(bundle, Path.GetFileName(file), null, into);
        }

        var matching = new IndicatorMatching(into, 60);
        var random = new Random(2026);
        var planted = new Dictionary<string, string>();
        var lines = new StringBuilder();
        for (var i = 0; i < 25_000; i++)
        {
            var (mail, host, url, process) = ($"user{random.Next(9999)}@mail.example", $"host{random.Next(9999)}.good.example", $"https://good{random.Next(9999)}.example/x?q={i}", $"proc{random.Next(99)}");
            if (i % 500 == 0)
            {
                var indicator = matching.Indicators[random.Next(matching.Indicators.Count)];
                if (indicator.Observables.Count != 1) continue;
                var o = indicator.Observables[0];
                switch (o.Kind)
                {
                    case ObservableKind.Domain when i % 1000 == 0: host = "www." + o.Value.ToUpperInvariant() + "."; break;
                    case ObservableKind.Domain: url = $"http://{o.Value}:8080/login"; break;
                    case ObservableKind.Mail: mail = o.Value.ToUpperInvariant(); break;
                    case ObservableKind.Text when o.Scope == "process:name": process = o.Value; break;
                    default: continue;
                }

                planted[i.ToString(CultureInfo.InvariantCulture)] = o.Value;
            }

            lines.Append(CultureInfo.InvariantCulture, $$"""{"id":"{{i}}","t":"2026-11-23T00:00:00Z","who":"w","what":"scan","deep":{"ok":true},"ip":"203.0.113.{{random.Next(255)}}","mail":"{{mail}}","host":"{{host}}","url":"{{url}}","process":"{{process}}"}""").Append('\n');
        }

        var found = new Dictionary<string, string>();
        foreach (var batch in await Batches(Encoding.UTF8.GetBytes(lines.ToString()), Mapping(Json)))
        {
            Assert.Empty(batch.Faults);
            foreach (var happened in batch.Events)
                if (Match(matching, happened) is [var match, ..])
                    found[happened.Id] = match.Value;
        }
        Assert.InRange(planted.Count, 25, 50);
        Assert.Equal(planted.OrderBy(p => p.Key), found.OrderBy(p => p.Key));
    }

    [Fact]
    public void A_program_s_own_name_and_other_properties_are_looked_up_and_each_says_which_field_it_was()
    {
        var matching = Known((ObservableKind.Text, EventObservation.UserAgent, "x/1"), (ObservableKind.Text, "process:name", "evil.exe"), (ObservableKind.Address, "", "198.51.100.7"), (ObservableKind.Domain, "", "evil.example"));
        var happened = new WatchEvent("e", Now, "c", "a", EventKind.SignIn, EventOutcome.Succeeded)
        {
            UserAgent = "x/1",
            Texts = [new("process:name", "evil.exe"), new("process:cwd", "evil.exe"), new("ipv4-addr:value", "198.51.100.7"), new("network-traffic:src_ref.value", "198.51.100.7"), new("url:value", "http://evil.example/")],
        };
        Assert.Equal(["userAgent", "text", "address", "sourceIp", "url"], Match(matching, happened).Select(m => m.Field));
        // Only where a sign-in came from says that the actor was in.
        Assert.Equal(["sourceIp"], Match(matching, happened).Where(m => EvidenceRules.Default.Weigh(happened, m) is not null).Select(m => m.Field));
    }

    [Fact]
    public void Random_mutations_of_events_are_answered()
    {
        const string csv = "form: csv\nfields: {time: t, account: a, kind: {is: signIn}, sourceIp: a}";
        const string log = "form: accessLog\nlog: '%h %l %u %t \"%r\"'\nfields: {time: {column: '%t', format: 'dd/MMM/yyyy:HH:mm:ss zzz'}, account: '%u', kind: {is: request}, sourceIp: '%h'}";
        Func<EventReading>[] forms = [() => OcsfAuthentication.Read, () => EntraSignIn.Read, () => Mapping(csv), () => Mapping(log), () => Mapping(Json)];
        var texts = new[]
        {
            Ocsf("1") + "\n" + Ocsf("2"), """{"createdDateTime":"2026-01-01T00:00:00Z","userId":"u","ipAddress":"192.0.2.1"}""", "t,a\n2026-01-01,192.0.2.1\n",
            "192.0.2.1 - ada [01/Jan/2026:00:00:00 +0000] \"GET\"\n", """{"id":"1","t":"2026-01-01","who":"w","what":"scan","deep":{"ok":true},"ip":"192.0.2.1","files":[{"sha256":"aa"}]}""",
        };
        var matching = Known((ObservableKind.Address, "", "192.0.2.1"), (ObservableKind.Text, "process:name", "x"));
        var mutation = from which in Gen.Choose(0, forms.Length - 1) from edits in Gen.ListOf(Gen.Choose(0, 1 << 20).Zip(Gen.Choose(0, 255))) select (which, edits);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(mutation.ToArbitrary(), m =>
        {
            var bytes = Encoding.UTF8.GetBytes(texts[m.which]);
            foreach (var (place, value) in m.edits) bytes[place % bytes.Length] = (byte)value;
            var lines = Read(new MemoryStream(bytes), forms[m.which]()).GetAwaiter().GetResult();
            foreach (var line in lines)
                if (line.Event is { } happened)
                {
                    Match(matching, happened);
                    EventObservation.Of(happened);
                }
            return lines.Count > 0 && lines[^1].Next.Bytes == bytes.Length;
        }));
    }
}
