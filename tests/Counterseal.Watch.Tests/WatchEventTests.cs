using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Watch.Tests;

[Collection(nameof(Alone))]
public class WatchEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private const string Ocsf =
        """{"class_uid":3002,"activity_id":1,"status_id":2,"time":1795521600123,"metadata":{"uid":"e-1","tenant_uid":"t-9","product":{"name":"x","uid":"not this"}},"user":{"name":"ada","email_addr":"ada@example.org","org":{"uid":"example","name":"Example"}},"src_endpoint":{"ip":"203.0.113.7","location":{"country":"XX"}},"http_request":{"user_agent":"curl/8"},"unmapped":{"uid":"nor this","deep":[{"a":1}]}}""";

    private const string Entra =
        """{"id":"66ea54eb","createdDateTime":"2026-11-24T11:59:00Z","userPrincipalName":"Ada@Example.org","homeTenantId":"tenant-1","ipAddress":"2001:db8::7","userAgent":"Mozilla","status":{"errorCode":CODE,"failureReason":"x"}}""";

    private static async Task<List<FeedLine>> Read(byte[] bytes, EventReading reading, FeedPosition from = default)
    {
        var lines = new List<FeedLine>();
        await foreach (var line in EventFeed.Read(new MemoryStream(bytes), "log", reading, from, new FakeTimeProvider(Now), TestContext.Current.CancellationToken))
            lines.Add(line);
        return lines;
    }

    private static Task<List<FeedLine>> Read(string text, EventReading reading) => Read(Encoding.UTF8.GetBytes(text), reading);

    private static EventReading Mapping(string file) => EventReadings.Named(Path.Combine(Place.Root, "samples", "watch", file));

    [Fact]
    public async Task An_OCSF_sign_in_is_read_field_by_field_and_nothing_is_taken_from_elsewhere()
    {
        var read = Assert.Single(await Read(Ocsf + "\n", OcsfAuthentication.Read));
        Assert.Null(read.Fault);
        Assert.Equal(
            new WatchEvent("e-1", new DateTimeOffset(2026, 11, 24, 12, 0, 0, 123, TimeSpan.Zero), "example", "ada@example.org", EventKind.SignIn, EventOutcome.Failed)
            {
                SourceIp = IPAddress.Parse("203.0.113.7"),
                UserAgent = "curl/8",
                Place = new("log", 1, 0),
                Hashes = read.Event!.Hashes,
            },
            read.Event);
    }

    [Fact]
    public async Task A_logoff_is_no_sign_in_and_no_fault()
    {
        var read = Assert.Single(await Read(Ocsf.Replace("\"activity_id\":1", "\"activity_id\":2", StringComparison.Ordinal), OcsfAuthentication.Read));
        Assert.Null(read.Event);
        Assert.Null(read.Fault);
    }

    [Theory]
    [InlineData("0", EventOutcome.Succeeded)]
    [InlineData("50126", EventOutcome.Failed)]
    [InlineData("500121", EventOutcome.Stopped)]
    [InlineData("53003", EventOutcome.Stopped)]
    [InlineData("53005", EventOutcome.Failed)]
    [InlineData("null", EventOutcome.Unknown)]
    public async Task An_Entra_sign_in_says_by_its_code_whether_the_password_was_right(string code, EventOutcome outcome)
    {
        var plain = Entra.Replace("CODE", code, StringComparison.Ordinal);
        var wrapped = $$"""{"time":"2026-11-24T12:00:00Z","category":"SignInLogs","tenantId":"outer","properties":{{plain}}}""";
        foreach (var read in await Read(plain + "\n" + wrapped, EntraSignIn.Read))
        {
            Assert.Null(read.Fault);
            Assert.Equal(
                ("66ea54eb", "tenant-1", "ada@example.org", outcome, IPAddress.Parse("2001:db8::7")),
                (read.Event!.Id, read.Event.Customer, read.Event.Account, read.Event.Outcome, read.Event.SourceIp));
        }
    }

    [Fact]
    public async Task A_CSV_file_is_read_by_its_mapping()
    {
        var lines = await Read(
            """"
            event;when;company;login;result;address;browser
            1;24.11.2026 11:00:00;"Example; and ""Sons""";ada;NO CODE;203.0.113.7:443;-
            2;24.11.2026 11:00:01;Example;ada;weather;[2001:db8::1]:80;Mozilla
            3;24.11.2026 11:00:02;Example;ada;OK;300.1.1.1;x
            4;11/24/2026;Example;ada;OK;203.0.113.7;x
            5;24.11.2026 11:00:00;Example
            6;24.11.2026 11:00:00;"Example;ada;OK;203.0.113.7;x
            """", Mapping("mapping-csv.yaml"));
        Assert.Equal(7, lines.Count);
        Assert.Equal(("Example; and \"Sons\"", EventOutcome.Stopped, null), (lines[1].Event!.Customer, lines[1].Event!.Outcome, lines[1].Event!.UserAgent));
        Assert.Equal((EventOutcome.Unknown, IPAddress.Parse("2001:db8::1")), (lines[2].Event!.Outcome, lines[2].Event!.SourceIp));
        string[] reasons = ["no IP address", "not in the form", "3 fields, the header has 7", "character 23: a quote that is not closed"];
        foreach (var (line, reason) in lines.Skip(3).Zip(reasons))
            Assert.Contains(reason, line.Fault!.What, StringComparison.Ordinal);
        Assert.Equal("log, line 4 (byte", lines[3].Fault!.Place.ToString()[..17]);
    }

    [Fact]
    public async Task A_web_access_log_is_read_by_its_log_format()
    {
        var lines = await Read(
            """
            203.0.113.7 - ada [24/Nov/2026:13:00:00 +0200] "GET /a?b=\"c\" HTTP/1.1" 403 12 "-" "Mozilla \"5\" (X11)"
            203.0.113.7 - - [24/Nov/2026:13:00:00 +0200] "GET / HTTP/1.1" 200 12 "-" "x"
            203.0.113.7 - ada 24/Nov/2026
            """, Mapping("mapping-access-log.yaml"));
        var first = lines[0].Event!;
        Assert.Equal((new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.Zero), "ada", EventOutcome.Failed), (first.Time, first.Account, first.Outcome));
        Assert.Equal("/a?b=\\\"c\\\"", first.Url);
        Assert.Equal("Mozilla \\\"5\\\" (X11)", first.UserAgent);
        Assert.Contains("the account is empty", lines[1].Fault!.What, StringComparison.Ordinal);
        Assert.Contains("character 15: %u is not followed by \" [\"", lines[2].Fault!.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("form: xml", "line 1: the form is csv or accessLog")]
    [InlineData("form: csv\nfields: {time: t, account: a}", "\"kind\" is missing")]
    [InlineData("form: csv\nfields: {time: t, account: a, kind: k, colour: c}", "\"colour\" is no field")]
    [InlineData("form: csv\nfields: {time: {column: t, is: now}, account: a, kind: k}", "either a column or")]
    [InlineData("form: accessLog\nlog: '%h%u'\nfields: {}", "follows another directive")]
    [InlineData("form: accessLog\nlog: '%h %'\nfields: {}", "begins no directive")]
    [InlineData("form: accessLog\nlog: '%h %u'\nfields: {time: '%t', account: '%u', kind: {is: request}}", "\"%t\" is not in the log format")]
    [InlineData("form: &x csv", "anchors and tags")]
    [InlineData("form: [", "not YAML")]
    public void A_wrong_mapping_is_refused_with_its_line(string yaml, string reason)
    {
        var refused = Assert.Throws<FormatException>(() => EventMapping.Parse("m.yaml", Encoding.UTF8.GetBytes(yaml)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("m.yaml, line ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_lines_are_named_by_their_place_and_the_rest_goes_on()
    {
        byte[] input =
        [
            .. Encoding.UTF8.GetBytes(Ocsf + "\n"),
            .. Encoding.UTF8.GetBytes("{\"class_uid\":3002,\"user\":{\"name\":\"ada\"}}\n"),
            .. (byte[])[(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)'}', (byte)'\n'],
            .. Encoding.UTF8.GetBytes("{\"class_uid\":3001,\"time\":1}\n\r\n[1]\n"),
            .. Encoding.UTF8.GetBytes("{\"class_uid\":3002,\"time\":1795521600123,\"user\":{\"name\":\"\\ud800\"}}\n"),
            .. Encoding.UTF8.GetBytes(new string('[', 40) + "\n"),
            .. Encoding.UTF8.GetBytes(Ocsf[..90]),
        ];
        var lines = await Read(input, OcsfAuthentication.Read);
        Assert.NotNull(lines[0].Event);
        var faults = lines.Where(l => l.Fault is not null).Select(l => l.Fault!).ToList();
        Assert.All(faults, fault => Assert.True(fault.Lost));
        string[] reasons = ["time is missing", "byte 3 of the line (0xff) is not UTF-8", "class_uid is 3001", "not a JSON object", "half a character", "not a JSON object", "the input ends in the middle of the line"];
        Assert.Equal(reasons.Length, faults.Count);
        Assert.All(faults.Zip(reasons), pair => Assert.Contains(pair.Second, pair.First.What, StringComparison.Ordinal));
        Assert.Equal([2, 3, 4, 6, 7, 8, 9], faults.Select(f => f.Place.Number));
        Assert.Equal(input.Length - 90, faults[^1].Place.Offset);
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_said_and_the_event_is_taken_as_of_its_arrival()
    {
        var ahead = Ocsf.Replace("1795521600123", new DateTimeOffset(2026, 11, 24, 15, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var within = Ocsf.Replace("1795521600123", Now.AddMinutes(10).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var old = Ocsf.Replace("1795521600123", "12", StringComparison.Ordinal);
        var lines = await Read($"{ahead}\n{within}\n{old}\n", OcsfAuthentication.Read);
        Assert.Equal(Now, lines[0].Event!.Time);
        Assert.Contains("180 min ahead of this machine's clock", lines[0].Fault!.What, StringComparison.Ordinal);
        Assert.False(lines[0].Fault!.Lost);
        Assert.Equal((Now.AddMinutes(10), null), (lines[1].Event!.Time, lines[1].Fault));
        Assert.True(lines[2].Fault!.Lost);
    }

    [Fact]
    public async Task Reading_goes_on_at_any_line_and_gives_the_same_events_and_places()
    {
        var input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50).Select(i => Ocsf.Replace("e-1", $"e-{i}", StringComparison.Ordinal) + "\r\n")));
        var all = await Read(input, OcsfAuthentication.Read);
        for (var cut = 0; cut < all.Count; cut += 7)
        {
            var rest = await Read(input, OcsfAuthentication.Read, all[cut].Next);
            Assert.Equal(all.Skip(cut + 1).Select(l => (l.Event!.Id, l.Event.Place, l.Next)), rest.Select(l => (l.Event!.Id, l.Event.Place, l.Next)));
        }
    }

    [Fact]
    public async Task A_source_that_became_shorter_is_not_read_on_as_if_it_were_the_same()
    {
        using var pipe = new Tap([], 0, [], TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var _ in EventFeed.Read(pipe, "log", OcsfAuthentication.Read, new(3, 900), TimeProvider.System, TestContext.Current.CancellationToken)) { }
        });
        Assert.Contains("ends before byte 900", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_two_gigabytes_is_passed_over_in_bounded_memory_and_the_next_is_read()
    {
        const long size = 2L << 30;
        var line = Encoding.UTF8.GetBytes(Ocsf + "\n");
        await using var stream = new Tap(line, size, [(byte)'\n', .. line], TestContext.Current.CancellationToken);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var lines = new List<FeedLine>();
        await foreach (var one in EventFeed.Read(stream, "log", OcsfAuthentication.Read, default, new FakeTimeProvider(Now), TestContext.Current.CancellationToken))
            lines.Add(one);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal([true, false, true], lines.Select(l => l.Event is not null));
        Assert.Contains("the line has 2,147,483,648 bytes, the most is 1,048,576; passed over", lines[1].Fault!.What, StringComparison.Ordinal);
        Assert.Equal(3, lines[2].Event!.Place.Number);
        Assert.Equal(line.Length + size + 1, lines[2].Event!.Place.Offset);
        Assert.True(allocated < 16 << 20, $"{allocated} bytes were allocated for it");
    }

    /// <summary>A stream of some bytes, then many of the letter x, then some more; it cannot seek.</summary>
    private sealed class Tap(byte[] first, long middle, byte[] last, CancellationToken stop) : Stream
    {
        private long at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            stop.ThrowIfCancellationRequested();
            int got;
            if (at < first.Length)
            {
                got = Math.Min(buffer.Length, first.Length - (int)at);
                first.AsSpan((int)at, got).CopyTo(buffer);
            }
            else if (at < first.Length + middle)
            {
                got = (int)Math.Min(buffer.Length, first.Length + middle - at);
                buffer[..got].Fill((byte)'x');
            }
            else
            {
                var from = (int)(at - first.Length - middle);
                got = Math.Min(buffer.Length, last.Length - from);
                last.AsSpan(from, got).CopyTo(buffer);
            }
            at += got;
            return got;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
