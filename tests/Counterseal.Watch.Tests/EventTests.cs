using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Watch.Tests;

/// <summary>Events in: OCSF, Entra, CSV and access logs, and what is wrong with them.</summary>
[Collection(nameof(Alone))]
public class EventTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private static string Ocsf(string id, string ip = "192.0.2.1", string more = "") =>
        $$$"""{"class_uid":3002,"activity_id":1,"time":1767225600000,"metadata":{"uid":"{{{id}}}","version":"1.3.0"},"user":{"uid":"u-{{{id}}}","email_addr":"a@b.example","org":{"uid":"o"}},"src_endpoint":{"ip":"{{{ip}}}","location":{"country":"SE"}},"status_id":1{{{more}}}}""";

    private static (EventCount Count, FeedRemarks Remarks, List<string> Seen) Read(EventForm form, byte[] bytes, FeedLimits? limits = null)
    {
        using var stream = new MemoryStream(bytes);
        return Read(form, stream, limits);
    }

    private static (EventCount Count, FeedRemarks Remarks, List<string> Seen) Read(EventForm form, Stream stream, FeedLimits? limits = null)
    {
        var remarks = new FeedRemarks();
        var seen = new List<string>();
        var count = new EventReader(form, remarks, new FakeTimeProvider(Now), limits).Read(stream, "events", e =>
            seen.Add($"{e.Line} {StixTime.Write(e.Time)} {Encoding.UTF8.GetString(e.Id)} {Encoding.UTF8.GetString(e.Customer)} {Encoding.UTF8.GetString(e.Country)} {Encoding.UTF8.GetString(e.Outcome)} {string.Join(' ', e.Values.Select(v => $"{v.Field}={v.Value}"))}"));
        return (count, remarks, seen);
    }

    private static (EventCount Count, FeedRemarks Remarks, List<string> Seen) Read(EventForm form, string text) => Read(form, Encoding.UTF8.GetBytes(text));

    private static EventForm Form(string json) => EventForm.Read(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void OCSF_authentication_events_are_read_and_other_classes_left_out()
    {
        var (count, remarks, seen) = Read(EventForm.Ocsf, Ocsf("1") + "\r\n\n" + Ocsf("2").Replace("3002", "3001", StringComparison.Ordinal) + "\n" + Ocsf("3", "2001:db8::1"));
        Assert.Equal(["1 2026-01-01T00:00:00Z 1 u-1 SE 1 user.email_addr=a@b.example src_endpoint.ip=192.0.2.1", "4 2026-01-01T00:00:00Z 3 u-3 SE 1 user.email_addr=a@b.example src_endpoint.ip=2001:db8::1"], seen);
        Assert.Equal(new EventCount(2, 1, 0, 0), count);
        Assert.Empty(remarks.All);
    }

    [Fact]
    public void Entra_sign_ins_are_read_with_escapes_and_members_in_any_order()
    {
        var (_, _, seen) = Read(EventForm.Entra, """{"location":{"countryOrRegion":"DE","geoCoordinates":{"latitude":1}},"userPrincipalName":"J\u00f6rg@b.example","ipAddress":"198.51.100.7","status":{"errorCode":50126,"failureReason":"x"},"userId":"u\/1","id":"i","createdDateTime":"2026-01-01T00:00:00.1234567Z","userAgent":"a \"b\""}""");
        Assert.Equal("1 2026-01-01T00:00:00.1234567Z i u/1 DE 50126 userPrincipalName=Jörg@b.example ipAddress=198.51.100.7 userAgent=a \"b\"", Assert.Single(seen));
    }

    [Fact]
    public void A_form_of_ones_own_reads_lists_and_nested_fields()
    {
        var form = Form("""{"shape":"ndjson","time":"t","customer":"who","values":{"files.sha256":"SHA-256","dns":"domain"},"only":{"kind":"scan","deep.ok":true}}""");
        var (count, _, seen) = Read(form, """
            {"t":"2026-01-01 00:00:00","who":7,"kind":"scan","deep":{"ok":true},"files":[{"sha256":"aa"},{"x":1},{"sha256":"bb"}],"dns":["a.example","b.example",null,[["c.example"]]]}
            {"t":"2026-01-01 00:00:00","kind":"scan","deep":{"ok":false}}
            {"t":"2026-01-01 00:00:00","kind":"scan"}
            """);
        Assert.Equal("1 2026-01-01T00:00:00Z  7   files.sha256=aa files.sha256=bb dns=a.example dns=b.example dns=c.example", Assert.Single(seen));
        Assert.Equal(2, count.Other);
    }

    [Fact]
    public void CSV_events_are_read_by_column_name()
    {
        var form = Form("""{"shape":"csv","delimiter":";","time":"When","customer":"Account","values":{"Address":"address","Site":"domain"},"only":{"Result":"ok"}}""");
        var (count, remarks, seen) = Read(form, "Account;When;Address;Result\n\"a;1\";2026-01-01T00:00:00+02:00;192.0.2.1;ok\nb;2026-01-01;192.0.2.2;no\nc;never;192.0.2.3;ok\n");
        Assert.Equal("2 2025-12-31T22:00:00Z  a;1   Address=192.0.2.1", Assert.Single(seen));
        Assert.Equal(new EventCount(1, 1, 1, 0), count);
        Assert.Equal([(RemarkKind.Unused, 1L), (RemarkKind.Dropped, 4L)], remarks.All.Select(r => (r.Kind, r.Line)));
    }

    [Fact]
    public void Access_logs_are_read_in_the_combined_and_the_common_format()
    {
        var form = Form("""{"shape":"accessLog","time":"time","customer":"user","outcome":"status","values":{"address":"address","referer":"url","agent":"text agent"}}""");
        var (count, remarks, seen) = Read(form, """
            192.0.2.1 - alice [01/Jan/2026:01:00:00 +0100] "GET /a HTTP/1.1" 200 17 "http://evil.example/x" "Mozilla \"5.0\""
            192.0.2.2 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 304 -
            192.0.2.3 - - [01/Jan/2026:00:00:00 +0000] "GET /
            192.0.2.4 - -
            """.Replace("\r", "", StringComparison.Ordinal));
        Assert.Equal(["1 2026-01-01T00:00:00Z  alice  200 address=192.0.2.1 referer=http://evil.example/x agent=Mozilla \\\"5.0\\\"", "2 2026-01-01T00:00:00Z    304 address=192.0.2.2"], seen);
        Assert.Equal(2, count.Dropped);
        Assert.Equal([3L, 4L], remarks.All.Select(r => r.Line));
    }

    [Theory]
    [InlineData("not json", "not JSON")]
    [InlineData("[1]", "no JSON object")]
    [InlineData("{\"a\":1} {\"b\":2}", "not JSON")]
    [InlineData("{\"class_uid\":3002,\"metadata\":{\"uid\":\"x\"}}", "no time in “time”")]
    [InlineData("{\"class_uid\":3002,\"time\":\"soon\"}", "no time in “time”")]
    [InlineData("{\"class_uid\":3002,\"time\":-5}", "no time in “time”")]
    [InlineData("{\"class_uid\":3002,\"time\":1767225600000,\"user\":{\"uid\":\"\\ud800\"}}", "half a surrogate pair")]
    [InlineData("{\"class_uid\":3002,\"time\":1767225600000", "not JSON")]
    public void A_line_that_cannot_be_read_costs_that_line(string line, string reason)
    {
        var (count, remarks, _) = Read(EventForm.Ocsf, Ocsf("1") + "\n" + line + "\n" + Ocsf("2"));
        Assert.Equal((2L, 1L), (count.Events, count.Dropped));
        Assert.Equal(2, Assert.Single(remarks.All).Line);
        Assert.Contains(reason, remarks.All[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_deep_nesting_and_a_line_of_two_gigabytes_cost_their_lines_and_no_memory()
    {
        byte[] invalid = [.. Encoding.UTF8.GetBytes(Ocsf("1")), (byte)'\n', 0xC3, 0x28, (byte)'\n', .. Encoding.UTF8.GetBytes(Ocsf("2"))];
        Assert.Contains("not UTF-8", Assert.Single(Read(EventForm.Ocsf, invalid).Remarks.All).What, StringComparison.Ordinal);
        var deep = Ocsf("1", more: ",\"x\":" + new string('[', 500_000) + new string(']', 500_000));
        Assert.Equal((1L, 1L), Read(EventForm.Ocsf, deep + "\n" + Ocsf("2")).Count is var c ? (c.Events, c.Dropped) : default);

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var stream = new LongStream(Ocsf("1") + "\n{\"x\":\"", (byte)'a', 1L << 31, "\"}\n" + Ocsf("2"));
        var (count, remarks, seen) = Read(EventForm.Ocsf, stream);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal((2L, 1L, 2), (count.Events, count.Dropped, seen.Count));
        Assert.Equal((2L, "The line has more than 1048576 bytes."), (remarks.All[0].Line, remarks.All[0].What));
    }

    [Fact]
    public void Events_ahead_of_the_clock_are_counted_and_still_read()
    {
        var (count, _, seen) = Read(EventForm.Ocsf, Ocsf("1") + "\n" + Ocsf("2").Replace("1767225600000", Now.AddMinutes(6).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Assert.Equal((2L, 1L, 2), (count.Events, count.Ahead, seen.Count));
    }

    [Fact]
    public void A_hundred_thousand_events_are_read_and_looked_up_without_garbage()
    {
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => Ocsf(i.ToString(CultureInfo.InvariantCulture)) + "\n")));
        var index = new IndicatorIndex([(Observable.TryRead(ObservableKind.Address, "", "192.0.2.1", out var o, out _) ? o! : throw new FormatException(), 0)]);
        var reader = new EventReader(EventForm.Ocsf, new());
        var hits = new List<IndexHit>();
        var found = 0L;
        void Take(SeenEvent e)
        {
            hits.Clear();
            found += e.Find(index, hits);
        }

        using var warm = new MemoryStream(block);
        reader.Read(warm, "events", Take);
        found = 0;
        using var stream = new MemoryStream([.. Enumerable.Repeat(block, 100).SelectMany(b => b)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(100_000, reader.Read(stream, "events", Take).Events);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100_000, 0, 8);
        Assert.Equal(100_000, found);
    }

    [Fact]
    public void The_real_indicators_planted_in_a_stream_are_found_and_nothing_else_is()
    {
        var into = new Intelligence();
        foreach (var file in Directory.GetFiles(Place.Intel("stix")).Order(StringComparer.Ordinal))
        {
            using var bundle = File.OpenRead(file);
            Feed.Stix(bundle, Path.GetFileName(file), null, into);
        }

        var index = into.Index(out var all, out _);
        var form = Form("""{"shape":"ndjson","time":"t","id":"id","values":{"ip":"address","mail":"mail","host":"domain","url":"url","process":"text process:name"}}""");
        var random = new Random(2026);
        var planted = new Dictionary<string, string>();
        var lines = new StringBuilder();
        for (var i = 0; i < 25_000; i++)
        {
            var (mail, host, url, process) = ($"user{random.Next(9999)}@mail.example", $"host{random.Next(9999)}.good.example", $"https://good{random.Next(9999)}.example/x?q={i}", $"proc{random.Next(99)}");
            if (i % 500 == 0)
            {
                var indicator = all[random.Next(all.Count)];
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

            lines.Append(CultureInfo.InvariantCulture, $$"""{"id":"{{i}}","t":"2026-01-01T00:00:00Z","ip":"203.0.113.{{random.Next(255)}}","mail":"{{mail}}","host":"{{host}}","url":"{{url}}","process":"{{process}}"}""").Append('\n');
        }

        var found = new Dictionary<string, string>();
        var hits = new List<IndexHit>();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
        new EventReader(form, new()).Read(stream, "events", e =>
        {
            hits.Clear();
            if (e.Find(index, hits) > 0) found[Encoding.UTF8.GetString(e.Id)] = all[hits[0].Indicator].Observables[0].Value;
        });
        Assert.InRange(planted.Count, 25, 50);
        Assert.Equal(planted.OrderBy(p => p.Key), found.OrderBy(p => p.Key));
    }

    [Fact]
    public void Random_mutations_of_events_are_answered()
    {
        var forms = new[] { EventForm.Ocsf, EventForm.Entra, Form("""{"shape":"csv","time":"t","values":{"a":"address"}}"""), Form("""{"shape":"accessLog","time":"time","values":{"address":"address"}}""") };
        var texts = new[] { Ocsf("1") + "\n" + Ocsf("2"), """{"createdDateTime":"2026-01-01T00:00:00Z","ipAddress":"192.0.2.1"}""", "t,a\n2026-01-01,192.0.2.1\n", "192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] \"GET\" 200 1 \"-\" \"-\"\n" };
        var mutation = from which in Gen.Choose(0, 3) from edits in Gen.ListOf(Gen.Choose(0, 1 << 20).Zip(Gen.Choose(0, 255))) select (which, edits);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(mutation.ToArbitrary(), m =>
        {
            var bytes = Encoding.UTF8.GetBytes(texts[m.which]);
            foreach (var (place, value) in m.edits) bytes[place % bytes.Length] = (byte)value;
            Read(forms[m.which], bytes);
            return true;
        }));
    }

    [Theory]
    [InlineData("{}", "/time")]
    [InlineData("""{"time":"t"}""", "/values")]
    [InlineData("""{"time":"t","values":{"a":"nonsense"}}""", "/values/a")]
    [InlineData("""{"shape":"xml"}""", "/shape")]
    [InlineData("""{"shape":"accessLog","time":"when","values":{"address":"address"}}""", "when")]
    [InlineData("""{"nonsense":1}""", "/nonsense")]
    [InlineData("{", "not such a JSON file")]
    public void A_form_that_cannot_be_used_says_where(string form, string where) =>
        Assert.Contains(where, Assert.Throws<FormatException>(() => Form(form)).Message, StringComparison.Ordinal);
}
