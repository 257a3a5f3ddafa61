using System.Diagnostics;
using System.Text;
using Counterseal.Desk.Tests;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Counterseal.Watch.Tests;

/// <summary>A real JetStream (Debian's nats-server), and consumers that are processes of their own.</summary>
public class StreamTests(Postgres postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Line(int i, string ip, string customer) =>
        $$$"""{"class_uid":3002,"activity_id":1,"status_id":2,"time":{{{Stand.Start.ToUnixTimeMilliseconds() + i}}},"metadata":{"uid":"e-{{{i}}}"},"user":{"email_addr":"ada@{{{customer}}}.example","org":{"uid":"{{{customer}}}"}},"src_endpoint":{"ip":"{{{ip}}}"}}""";

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Two_consumers_share_a_stream_one_is_killed_in_the_middle_and_every_event_counts_once_and_every_finding_is_notified_once(string store)
    {
        const int customers = 10, most = 60_000;
        var events = 0;
        await using var stand = await Stand.Up(store, postgres);
        using var server = await NatsServer.Start(stand.Folder);
        await using var connection = new NatsConnection(new NatsOpts { Url = server.Url });
        var stream = new NatsJSContext(connection);
        await stream.CreateStreamAsync(new StreamConfig("signins", ["signins.>"]), Stop);
        await Publish(2000);
        await connection.PublishAsync("signins.a", "{"u8.ToArray(), cancellationToken: Stop);
        await connection.PublishAsync("signins.a", new byte[] { 0xff }, cancellationToken: Stop);
        await connection.PingAsync(Stop);

        // The first dies between the commit of its third batch and the acknowledgement: the worst moment for counting once. Both share the stream meanwhile,
        // which goes on until that has happened, however quick the second is.
        using var first = Consumer(stand, server, "watch.stream.taken#3");
        using var second = Consumer(stand, server, null);
        while (!first.HasExited && events < most)
        {
            await Publish(500);
            await Task.Delay(100, Stop);
        }
        Assert.True(first.HasExited, $"the first took no third batch of {events} events: {Errors.GetValueOrDefault(first.Id)}");
        await first.WaitForExitAsync(Stop);
        // 128 + SIGKILL: it was killed there, and did not end for another reason.
        Assert.True(first.ExitCode == 137, $"the first ended with {first.ExitCode}: {Errors.GetValueOrDefault(first.Id)}");
        using var third = Consumer(stand, server, null);
        var consumer = await stream.GetConsumerAsync("signins", "bell", Stop);
        while (true)
        {
            await consumer.RefreshAsync(Stop);
            if (consumer.Info.NumPending == 0 && consumer.Info.NumAckPending == 0)
                break;
            await Task.Delay(200, Stop);
        }
        Assert.True(consumer.Info.Delivered.ConsumerSeq > (ulong)(events + (events / 10) + 2), "nothing was delivered again, so the test showed nothing");
        foreach (var process in new[] { second, third })
        {
            process.Kill();
            await process.WaitForExitAsync(Stop);
        }

        // They are killed at any moment, so also between a finding's commit and its leaf: what is pending then, the next start finishes.
        await stand.Another();
        await stand.Bell.Settle(Stop);
        Assert.Equal(events, await stand.Bell.Counted(Stop));
        var findings = await stand.Bell.Findings(Stop);
        Assert.Equal(customers, findings.Count);
        var evidence = new List<Evidence>();
        foreach (var finding in findings)
            evidence.AddRange((await stand.Bell.Why(finding.Finding.Id, Stop)).Select(why => why.Evidence));
        Assert.Equal(events / 100, evidence.Sum(e => e.Events));
        foreach (var finding in findings)
            await stand.Bell.Confirm(finding.Finding.Id, "ana", "seen", Stop);
        for (var i = 0; i < customers; i++)
            stand.Customers[$"c{i}"] = new($"c{i}", $"c{i}", "XB", "press", null, _ => new Contact("en", []));
        await Task.WhenAll(stand.Bell.Tell(Stop), (await stand.Another()).Tell(Stop));
        var notices = await stand.Bell.Notices(Stop);
        Assert.Equal(findings.Select(f => f.Finding.Id).Order(), notices.Select(n => n.Planned.Finding).Order());

        // Every tenth is sent twice; one of a hundred comes from the actor.
        async Task Publish(int more)
        {
            for (var i = events; i < events + more; i++)
            {
                var body = i % 100 == 7 ? Line(i, i % 200 == 7 ? "203.0.113.7" : "203.0.113.8", $"c{i / 100 % customers}") : Line(i, "192.0.2.1", "quiet");
                await connection.PublishAsync("signins.a", Encoding.UTF8.GetBytes(body), cancellationToken: Stop);
                if (i % 10 == 7)
                    await connection.PublishAsync("signins.b", Encoding.UTF8.GetBytes(body), cancellationToken: Stop);
            }
            events += more;
        }
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_pattern_over_several_events_is_found_once_by_machines_that_share_its_events_and_are_killed(string store)
    {
        const int customers = 30;
        await using var stand = await Stand.Up(store, postgres);
        var bundle = Path.Combine(stand.Folder, "bundle.json");
        await File.WriteAllTextAsync(bundle, Feed.Bundle(Feed.Indicator("spray", "([x-counterseal-event:outcome = 'failed'] REPEATS 3 TIMES FOLLOWEDBY [x-counterseal-event:outcome = 'succeeded']) WITHIN 600 SECONDS")), Stop);
        using var server = await NatsServer.Start(stand.Folder);
        await using var connection = new NatsConnection(new NatsOpts { Url = server.Url });
        var stream = new NatsJSContext(connection);
        await stream.CreateStreamAsync(new StreamConfig("signins", ["signins.>"]), Stop);
        // One dies before the commit of its second batch, one between the commit of its third and the acknowledgement; the last two go on to the end.
        using var first = Consumer(stand, server, "watch.batch.before#2", bundle);
        using var second = Consumer(stand, server, "watch.stream.taken#3", bundle);
        var sent = 0;
        for (var round = 0; round < 4 || (!(first.HasExited && second.HasExited) && round < 400); round++)
        {
            // Each round holds one event of every customer, far apart from the next in the stream; those of odd number have one failure less, sent again and again.
            for (var customer = 0; customer < customers && round < 4; customer++)
            {
                var step = customer % 2 == 0 ? round : Math.Max(1, round);
                var line = $$$"""{"class_uid":3002,"activity_id":1,"status_id":{{{(step == 3 ? 1 : 2)}}},"time":{{{Stand.Start.ToUnixTimeMilliseconds() + (step * 1000)}}},"metadata":{"uid":"s-{{{customer}}}-{{{step}}}"},"user":{"email_addr":"ada@c{{{customer}}}.example","org":{"uid":"c{{{customer}}}"}},"src_endpoint":{"ip":"192.0.2.1"}}""";
                for (var times = 0; times < 3; times++)
                    await connection.PublishAsync("signins.a", Encoding.UTF8.GetBytes(line), cancellationToken: Stop);
            }
            for (var i = 0; i < 300; i++)
                await connection.PublishAsync("signins.b", Encoding.UTF8.GetBytes(Line(sent++, "192.0.2.1", "quiet" + sent)), cancellationToken: Stop);
            await connection.PingAsync(Stop);
            await Task.Delay(100, Stop);
        }
        await first.WaitForExitAsync(Stop);
        await second.WaitForExitAsync(Stop);
        Assert.True((first.ExitCode, second.ExitCode) == (137, 137), $"{first.ExitCode} {Errors.GetValueOrDefault(first.Id)}; {second.ExitCode} {Errors.GetValueOrDefault(second.Id)}");
        using var third = Consumer(stand, server, null, bundle);
        using var fourth = Consumer(stand, server, null, bundle);
        var consumer = await stream.GetConsumerAsync("signins", "bell", Stop);
        while (true)
        {
            await consumer.RefreshAsync(Stop);
            if (consumer.Info.NumPending == 0 && consumer.Info.NumAckPending == 0)
                break;
            await Task.Delay(200, Stop);
        }
        foreach (var process in new[] { third, fourth })
        {
            process.Kill();
            await process.WaitForExitAsync(Stop);
        }

        await stand.Another();
        await stand.Bell.Settle(Stop);
        Assert.Equal(sent + (customers / 2 * 4) + (customers / 2 * 3), await stand.Bell.Counted(Stop));
        var findings = (await stand.Bell.Findings(Stop)).Select(f => f.Finding).ToList();
        Assert.Equal(Enumerable.Range(0, customers / 2).Select(i => $"c{2 * i}").Order(StringComparer.Ordinal), findings.Select(f => f.Customer).Order(StringComparer.Ordinal));
        foreach (var finding in findings)
        {
            Assert.Equal((4L, Verdict.Compromised), (finding.Events, finding.Verdict));
            Assert.Equal(["0", "1", "2", "3"], (await stand.Bell.Bound(finding.Id, Stop)).Select(b => b.Event.Split('-')[2]));
        }
    }

    [Fact]
    public async Task A_machine_that_joins_does_not_wait_for_what_another_has_in_hand()
    {
        await using var stand = await Stand.Up("postgres", postgres);
        await using var connection = new Npgsql.NpgsqlConnection(stand.Options.Database);
        await connection.OpenAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        // The locks of a writer that is not done yet, on every table that has an index of its own.
        await using (var command = new Npgsql.NpgsqlCommand("LOCK TABLE record, subjects, evidence, seen IN ROW EXCLUSIVE MODE; SET lock_timeout = 0", connection, transaction))
            await command.ExecuteNonQueryAsync(Stop);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await stand.Another().WaitAsync(patience.Token);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_database_of_a_newer_Counterseal_is_not_opened(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var sqlite = stand.Options.Database.StartsWith("sqlite:", StringComparison.Ordinal);
        await using (System.Data.Common.DbConnection connection = sqlite
            ? new Microsoft.Data.Sqlite.SqliteConnection("Data Source=" + stand.Options.Database["sqlite:".Length..]) : new Npgsql.NpgsqlConnection(stand.Options.Database))
        {
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_version (version) VALUES (99)";
            await command.ExecuteNonQueryAsync(Stop);
        }
        var refused = await Assert.ThrowsAsync<RecordException>(stand.Another);
        Assert.Contains("of version 99", refused.Message, StringComparison.Ordinal);
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, string> Errors = [];

    private static Process Consumer(Stand stand, NatsServer server, string? crashAt, params string[] bundle)
    {
        var (address, key, credential) = stand.LedgerAccess;
        var start = new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Counterseal.Watch.Consumer.dll"), server.Url, "signins", stand.Options.Database, address, key, credential,
                Convert.ToHexString(stand.Writer), Convert.ToHexString(stand.Secret), "203.0.113.7,203.0.113.8", .. bundle,
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        if (crashAt is not null)
            start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.ErrorDataReceived += (_, line) => Errors.AddOrUpdate(process.Id, line.Data ?? "", (_, said) => said + "\n" + line.Data);
        process.BeginErrorReadLine();
        return process;
    }
}
