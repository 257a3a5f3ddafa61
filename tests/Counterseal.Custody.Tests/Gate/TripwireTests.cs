using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The gate measures what it is about to do, stops itself when that is too much, and only a quorum lets it go on.</summary>
public class TripwireTests
{
    private static async Task<HostileDesk> With(string wire, long limit, string? page = null)
    {
        var desk = await HostileDesk.Begin(gate: false);
        await desk.Settle(settings =>
        {
            settings["tripwires"]![wire] = limit;
            if (page is not null)
                settings["page"] = page;
        });
        return desk;
    }

    private static async Task<string> Tripped(HostileDesk desk, string wire)
    {
        var health = await desk.Get("/healthz", credential: null);
        Assert.Equal((503, "stopped", wire), (health.Status, health.State, health.Member("tripped")));
        Assert.Equal("stopped", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        Assert.Single(desk.Own(), own => own.Type == "stopped");
        return Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(Path.Combine(desk.Home, "stops"), "*.json").Last());
    }

    private static async Task Lift(HostileDesk desk, string stop)
    {
        Assert.Equal("too-few-approvals", (await desk.Post("/lifts", desk.LiftNote(stop, "carol"))).Refused);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(stop, "carol", "bob"))).State);
        Assert.Equal(200, (await desk.Get("/healthz", credential: null)).Status);
    }

    [Fact]
    public async Task Too_many_orders_within_an_hour_stop_the_gate_and_an_hour_later_they_would_not_have()
    {
        await using var desk = await With("ordersPerHour", 2);
        for (var i = 0; i < 2; i++)
            Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        desk.Clock.Advance(TimeSpan.FromMinutes(61));
        for (var i = 0; i < 2; i++)
            Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        var third = await Case.OnReceived(desk, "count");
        Assert.Equal("stopped", (await third.File()).Refused);
        var stop = await Tripped(desk, "orders-per-hour");
        await desk.RestartGate();
        await Tripped(desk, "orders-per-hour");
        await Lift(desk, stop);
        Assert.Equal("done", (await third.File()).State);
    }

    [Fact]
    public async Task Too_many_selectors_in_one_order_stop_the_gate()
    {
        await using var desk = await With("selectorsPerOrder", 2);
        var more = (string[])["maeve@mail.example", "nobody1@mail.example", "nobody2@mail.example"];
        desk.Demand = Case.Warrant() with { Scope = new Scope([.. more.Select(address => Case.Mail(DataCategory.Subscriber).Items[0] with { Selector = new Selector(SelectorKind.Mailbox, address) })]) };
        var release = await Case.Release(desk);
        Assert.Equal("stopped", (await release.File()).Refused);
        var stop = await Tripped(desk, "selectors-per-order");
        Assert.DoesNotContain(desk.Own(), own => own.Type == "begun");
        await Lift(desk, stop);
        // People have looked at this one; the next of its kind stops the gate again.
        Assert.Equal("done", (await release.File()).State);
        Assert.Equal("stopped", (await (await Case.Release(desk)).File()).Refused);
    }

    [Theory]
    [InlineData("release")]
    [InlineData("preserve")]
    [InlineData("preview")]
    public async Task An_order_that_collects_too_many_bytes_has_no_effect(string kind)
    {
        await using var desk = await With("bytesPerOrder", 1000);
        var order = kind switch
        {
            "release" => await Case.Release(desk),
            "preview" => await Case.Preview(desk, "alice"),
            _ => await Case.OnReceived(desk, kind),
        };
        Assert.Equal("stopped", (await order.File()).Refused);
        var stop = await Tripped(desk, "bytes-per-order");
        Assert.DoesNotContain(desk.Own(), own => own.Type is "sealed" or "preserved" or "previewed");
        foreach (var folder in new[] { "packages", "snapshots", "previews" })
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(desk.Home, folder)));
        await Lift(desk, stop);
        Assert.Equal("done", (await order.File()).State);
    }

    [Fact]
    public async Task Too_many_bytes_within_a_day_stop_the_gate_also_after_a_restart()
    {
        await using var desk = await HostileDesk.Begin();
        var first = await (await Case.OnReceived(desk, "preserve")).File();
        var bytes = first.Json.GetProperty("result").GetProperty("bytes").GetInt64();
        await desk.Settle(settings => settings["tripwires"]!["bytesPerDay"] = bytes + (bytes / 2));
        var release = await Case.Release(desk);
        Assert.Equal("stopped", (await release.File()).Refused);
        var stop = await Tripped(desk, "bytes-per-day");
        Assert.DoesNotContain(desk.Own(), own => own.Type == "sealed");
        await Lift(desk, stop);
        Assert.Equal("done", (await release.File()).State);
        desk.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal("done", (await (await Case.OnReceived(desk, "preserve")).File()).State);
    }

    [Fact]
    public async Task Too_many_accounts_within_a_day_stop_the_gate_and_the_same_one_again_is_one()
    {
        await using var desk = await With("accountsPerDay", 1);
        await File.AppendAllTextAsync(desk.At("accounts.ndjson"), """{"account":"acc-2","addresses":["rory@mail.example"],"services":["web"]}""" + "\n");
        for (var i = 0; i < 3; i++)
            Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
        desk.Demand = Case.Warrant() with { Scope = new Scope([Case.Mail(DataCategory.Subscriber).Items[0] with { Selector = new Selector(SelectorKind.Mailbox, "rory@mail.example") }]) };
        var other = await Case.OnReceived(desk, "count");
        Assert.Equal("stopped", (await other.File()).Refused);
        Assert.Null((await desk.Get("/orders/" + other.Digest)).Member("result"));
        await Lift(desk, await Tripped(desk, "accounts-per-day"));
        Assert.Equal("done", (await other.File()).State);
    }

    [Fact]
    public async Task Too_many_refusals_within_an_hour_stop_the_gate_and_people_are_paged_with_a_code_counts_and_their_names_only()
    {
        var script = Path.Combine(Path.GetTempPath(), "page" + HostileDesk.NewDemandId());
        try
        {
            await File.WriteAllTextAsync(script, $"#!/bin/sh\necho \"$# $*\" > {script}.said.new\nset >> {script}.said.new\nmv {script}.said.new {script}.said 2>/dev/null || /bin/mv {script}.said.new {script}.said\n");
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await using var desk = await With("refusedPerHour", 3, script);
            for (var i = 0; i < 4; i++)
                Assert.Equal("malformed", (await desk.Post("/orders", "{"u8.ToArray())).Refused);
            await Tripped(desk, "refused-per-hour");
            for (var i = 0; i < 200 && !File.Exists(script + ".said"); i++)
                await Task.Delay(25);
            var said = await File.ReadAllTextAsync(script + ".said");
            Assert.StartsWith("10 tripped refused-per-hour 4 3 to alice bob carol dora egon\n", said, StringComparison.Ordinal);
            Assert.DoesNotContain("DOTNET", said, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(script) + "*"))
                File.Delete(file);
        }
    }

    [Fact]
    public async Task What_a_tripwire_stopped_is_not_handed_out_either()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        await desk.Settle(settings => settings["tripwires"]!["refusedPerHour"] = 1);
        for (var i = 0; i < 2; i++)
            await desk.Post("/orders", "{"u8.ToArray());
        Assert.Equal("stopped", (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Refused);
    }

    [Fact]
    public async Task A_lift_needs_as_many_people_as_the_roster_asks_of_any_order()
    {
        await using var desk = await HostileDesk.Begin();
        desk.WriteRoster(desk.RosterJson(epoch: 2, change: roster => roster["approvals"]!["release"] = 3));
        var stop = (await desk.Post("/stops", desk.StopNote("everything"))).Member("stop")!;
        Assert.Equal("too-few-approvals", (await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob"))).Refused);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob", "dora"))).State);
        Assert.Equal(["stopped", "lifted"], desk.Own().Where(own => own.Index is not null).Select(own => own.Type).Where(type => type is "stopped" or "lifted"));
    }

    [Fact]
    public async Task A_lift_ends_the_stop_that_it_names_and_no_other()
    {
        await using var desk = await HostileDesk.Begin();
        var first = (await desk.Post("/stops", desk.StopNote("everything"))).Member("stop")!;
        var second = (await desk.Post("/stops", desk.StopNote("everything", by: "dora"))).Member("stop")!;
        Assert.NotEqual(first, second);
        Assert.Equal("unknown", (await desk.Post("/lifts", desk.LiftNote(new string('a', 64), "alice", "bob"))).Refused);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(first, "alice", "bob"))).State);
        Assert.Equal("stopped", (await (await Case.OnReceived(desk, "count")).File()).Refused);
        Assert.Equal("lifted", (await desk.Post("/lifts", desk.LiftNote(second, "alice", "bob"))).State);
        Assert.Equal("done", (await (await Case.OnReceived(desk, "count")).File()).State);
    }

    [Fact]
    public async Task A_stop_that_comes_between_two_ranges_of_one_client_keeps_the_second_in()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        var path = $"/packages/{release.Digest}/{release.Name}.age";
        Assert.Equal(206, (await desk.Get(path, range: "bytes=0-9")).Status);
        var stop = (await desk.Post("/stops", desk.StopNote(release.DemandId))).Member("stop")!;
        Assert.Equal("stopped", (await desk.Get(path, range: "bytes=10-19")).Refused);
        await desk.Post("/lifts", desk.LiftNote(stop, "alice", "bob"));
        Assert.Equal(206, (await desk.Get(path, range: "bytes=10-19")).Status);
    }

    [Fact]
    public async Task A_stop_that_comes_while_bytes_are_going_out_breaks_the_connection()
    {
        await using var desk = await HostileDesk.Begin();
        var large = new StringBuilder("From x@example.org Thu Oct  8 12:00:00 2026\nFrom: x@example.org\nDate: Thu, 08 Oct 2026 12:00:00 +0000\nSubject: large\n\n");
        var line = new string('x', 1000);
        for (var i = 0; i < 12_000; i++)
            large.Append(line).Append('\n');
        await File.AppendAllTextAsync(desk.At("mail", "maeve.mbox"), large.Append('\n').ToString());
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);

        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(desk.Socket));
        await connection.SendAsync(Encoding.ASCII.GetBytes($"GET /packages/{release.Digest}/{release.Name}.age HTTP/1.1\r\nHost: gate\r\nConnection: close\r\nAuthorization: Bearer {HostileDesk.DeskCredential}\r\n\r\n"));
        var buffer = new byte[1 << 16];
        var got = (long)await connection.ReceiveAsync(buffer);
        var head = Encoding.ASCII.GetString(buffer);
        var length = long.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture);
        Assert.True(length > 12_000_000);
        Assert.Equal("stopped", (await desk.Post("/stops", desk.StopNote(release.DemandId))).State);
        try
        {
            for (int read; (read = await connection.ReceiveAsync(buffer)) > 0;)
                got += read;
        }
        catch (SocketException)
        {
            // Broken off, as it should be.
        }
        // What was on its way already: at most the megabyte that was checked before, and what the sockets hold.
        Assert.True(got < 4_000_000, $"{got} of {length} bytes came after the stop");
    }
}
