using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Watch;
using Counterseal.Watch.Tests;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;

namespace Counterseal.EndToEnd.Tests;

/// <summary>The bell on PostgreSQL, with a real JetStream: a consumer inside <c>serve</c> and another by the command beside it.</summary>
public class BellStreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_shared_by_serve_and_by_the_command_on_one_PostgreSQL_and_a_CSV_file_is_read_on_from_where_it_was()
    {
        await using var postgres = new Counterseal.Desk.Tests.Postgres();
        var database = await postgres.NewDatabase();
        await using var house = House.Build(bell: true);
        using var server = await NatsServer.Start(house.Folder);
        var settings = Path.Combine(house.Home.Bell, "watch.yaml");
        await File.WriteAllTextAsync(Path.Combine(house.Home.Bell, "database.secret"), database, Stop);
        File.SetUnixFileMode(Path.Combine(house.Home.Bell, "database.secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var text = (await File.ReadAllTextAsync(settings, Stop)).Replace("database: sqlite:watch.db", "database: file:database.secret", StringComparison.Ordinal);
        Assert.DoesNotContain("sqlite", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(settings, text + $"\nstream:\n  url: {server.Url}\n  stream: signins\n  batch: 20\n", Stop);

        const int customers = 5, each = 240;
        await using var connection = new NatsConnection(new NatsOpts { Url = server.Url });
        var stream = new NatsJSContext(connection);
        await stream.CreateStreamAsync(new StreamConfig("signins", ["signins.>"]), Stop);
        await Publish(0, each / 2);
        await house.Start();
        using var beside = new Consumer(house.Home);
        await Bells.Until(async () => await Counted() >= customers * (each / 2));
        // Both wait for more before there is more.
        var consumer = await stream.GetConsumerAsync("signins", "bell", Stop);
        await Bells.Until(async () =>
        {
            await consumer.RefreshAsync(Stop);
            return consumer.Info.NumWaiting >= 2;
        });
        await Publish(each / 2, each);
        await Bells.Until(async () => await Counted() >= customers * each);

        // Asked to end, the command ends in order and says what it took; the rest was taken by the other.
        var mine = (long)JsonNode.Parse(await beside.End())!["taken"]!;
        Assert.InRange(mine, 1, (customers * each) - 1);

        using var bell = new BellClient(house.Home.BellSocket);
        await Bells.Until(async () => await bell.Round(Stop) is not null && await Found() is { Count: customers } all && all.Values.All(events => events == each));
        Assert.Equal(customers * each, await Counted());
        Assert.False(File.Exists(Path.Combine(house.Home.Bell, "watch.db")));

        // A file of the operator's own form, by the command: what is there, then what grew, then nothing.
        var file = Path.Combine(house.Folder, "shop.csv");
        var mapping = Path.Combine(AppContext.BaseDirectory, "samples", "watch", "mapping-csv.yaml");
        await File.WriteAllTextAsync(file, "event;when;company;login;result;address;browser\n" + Rows(0, 3), Stop);
        Assert.Equal((0, 3), await Take());
        await File.AppendAllTextAsync(file, Rows(3, 5), Stop);
        Assert.Equal((4, 2), await Take());
        Assert.Equal((6, 0), await Take());
        await Bells.Until(async () => await bell.Round(Stop) is not null && (await Found()).GetValueOrDefault("shop") == 5);

        async Task Publish(int from, int to)
        {
            for (var i = from; i < to; i++)
                for (var c = 0; c < customers; c++)
                    await stream.PublishAsync("signins.a", Encoding.UTF8.GetBytes(Event(c, i)), cancellationToken: Stop);
        }

        async Task<Dictionary<string, int>> Found()
        {
            var (code, output) = await Bells.Command(house.Home, null, "watch", "findings", "--json");
            Assert.True(code == 0, output);
            return JsonNode.Parse(output)!.AsArray().ToDictionary(f => (string)f!["customer"]!, f => (int)f!["events"]!);
        }

        async Task<long> Counted()
        {
            await using var asking = new NpgsqlConnection(database);
            await asking.OpenAsync(Stop);
            await using var command = asking.CreateCommand();
            command.CommandText = "SELECT count(*) FROM matched";
            return (long)(await command.ExecuteScalarAsync(Stop))!;
        }

        async Task<(int From, int Taken)> Take()
        {
            var (code, output) = await Bells.Command(house.Home, null, "watch", "take", file, "--form", mapping, "--json");
            Assert.True(code == 0, output);
            var answer = JsonNode.Parse(output)!;
            return ((int)answer["from"]!, (int)answer["taken"]!);
        }
    }

    private static string Event(int customer, int number) => string.Create(CultureInfo.InvariantCulture,
        $$$"""{"class_uid":3002,"activity_id":1,"status_id":2,"time":{{{new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(number).ToUnixTimeMilliseconds()}}},"metadata":{"uid":"s-{{{customer}}}-{{{number}}}"},"user":{"email_addr":"ada@c{{{customer}}}.example","org":{"uid":"c{{{customer}}}"}},"src_endpoint":{"ip":"203.0.113.10"}}""");

    private static string Rows(int from, int to) => string.Concat(Enumerable.Range(from, to - from).Select(i => string.Create(CultureInfo.InvariantCulture, $"shop-{i};01.09.2026 10:00:0{i};shop;eve@shop.example;BAD PASSWORD;203.0.113.11;\"Firefox; 140\"\n")));

    /// <summary>One life of <c>watch stream</c>.</summary>
    private sealed class Consumer : IDisposable
    {
        private readonly Process process;
        private readonly Task<string> said;
        private readonly Task<string> errors;

        public Consumer(Home home)
        {
            var start = Child.Self("watch", "stream", "--home", home.Folder, "--json");
            start.RedirectStandardOutput = start.RedirectStandardError = true;
            process = Process.Start(start)!;
            (said, errors) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        }

        /// <summary>Ended by SIGTERM, in order (SIGINT is ignored by all that a shell starts in its background); what it said.</summary>
        public async Task<string> End()
        {
            using (var end = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])!)
                await end.WaitForExitAsync(Stop);
            await process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromSeconds(30), Stop);
            Assert.True(process.ExitCode == 0, $"it ended with {process.ExitCode}: {await errors}");
            return await said;
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
