using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>The same table, by a desk on another host that has its TLS key as well.</summary>
public sealed class RemoteRefusalTests : RefusalTests
{
    protected override Task<HostileDesk> Begin() => HostileDesk.Begin(remote: true);
}

/// <summary>Gate and ledger on other hosts: who comes in by mutual TLS, and who does not.</summary>
public sealed class RemoteGateTests
{
    [Fact]
    public async Task A_release_goes_from_order_to_package_with_desk_gate_and_ledger_on_hosts_of_their_own()
    {
        await using var house = await HostileDesk.Begin(remote: true);
        using var desk = new GateClient(house.Remote!.GateAddress, HostileDesk.DeskCredential, house.Remote.Desk);
        using var people = new GateClient(house.Remote.GateAddress, own: house.Remote.Reviewer);
        var release = await Case.Release(house);
        var second = release.Approvals[1];
        release.ApprovedBy("alice");
        Assert.Equal("waiting", (await desk.File(release.Json(), wait: true, CancellationToken.None)).State);
        Assert.Equal(release.Digest, (await people.List(CancellationToken.None)).Json.GetProperty("orders")[0].GetProperty("order").GetString());
        Assert.Equal("done", (await people.Approve(release.Digest, Encoding.UTF8.GetBytes(second), CancellationToken.None)).State);

        using var scratch = new Scratch();
        foreach (var name in (string[])[release.Name + ".age", release.Name + ".counterseal"])
        {
            await using var file = File.Create(scratch[name]);
            Assert.Null(await desk.Fetch(release.Digest, name, file, CancellationToken.None));
        }
        Assert.All(Package.Verify(scratch[release.Name], new Trust(house.Made.Key, house.LedgerMade.Key.ToString()), CancellationToken.None), check => Assert.True(check.Holds, check.What));
    }

    [Fact]
    public async Task A_reviewers_key_with_the_desks_credential_neither_files_nor_fetches()
    {
        await using var house = await HostileDesk.Begin(remote: true);
        var release = await Case.Release(house);
        using var reviewer = new GateClient(house.Remote!.GateAddress, HostileDesk.DeskCredential, house.Remote.Reviewer);
        Assert.Equal("not-the-desk", (await reviewer.File(release.Json(), wait: true, CancellationToken.None)).Refused);
        using var keyOnly = new GateClient(house.Remote.GateAddress, own: house.Remote.Desk);
        Assert.Equal("not-the-desk", (await keyOnly.File(release.Json(), wait: true, CancellationToken.None)).Refused);
        using var both = new GateClient(house.Remote.GateAddress, HostileDesk.DeskCredential, house.Remote.Desk);
        Assert.Equal("done", (await both.File(release.Json(), wait: true, CancellationToken.None)).State);
        Assert.Equal("not-the-desk", (await reviewer.Fetch(release.Digest, release.Name + ".age", Stream.Null, CancellationToken.None))?.Refused);
    }

    [Theory]
    [InlineData("no certificate")]
    [InlineData("another key")]
    [InlineData("another key under the same name")]
    [InlineData("expired")]
    [InlineData("not yet good")]
    [InlineData("TLS 1.2")]
    [InlineData("plain HTTP")]
    public async Task Nobody_else_gets_an_answer(string who)
    {
        await using var house = await HostileDesk.Begin(remote: true);
        var hosts = house.Remote!;
        var now = house.Clock.GetUtcNow();
        using var other = hosts.Key("other", now, 10);
        using var same = hosts.Key("same", now, 10);
        using var old = hosts.Key("old", now.AddDays(-20), 10);
        using var young = hosts.Key("young", now.AddDays(20), 10);
        hosts.OpenGate(new("old", old.Pin), new("young", young.Pin), new("other", other.Pin.Replace(other.Pin[0], other.Pin[0] == 'a' ? 'b' : 'a')));
        await house.RestartGate();
        var request = RawHttp.Request("GET", "/gate");
        Task<RawAnswer> Try(X509Certificate2? certificate, SslProtocols protocols = SslProtocols.Tls13) => RawHttp.Send(hosts.GatePort, RawHttp.Tls(certificate, hosts.Gate, protocols), request);

        if (who == "plain HTTP")
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(System.Net.IPAddress.Loopback, hosts.GatePort);
            await connection.GetStream().WriteAsync(request);
            var said = new byte[1024];
            var length = 0;
            try
            {
                length = await connection.GetStream().ReadAsync(said);
            }
            catch (IOException)
            {
                // Broken off without a word.
            }
            Assert.DoesNotContain("200", Encoding.ASCII.GetString(said, 0, length), StringComparison.Ordinal);
        }
        else
        {
            var refused = await Record.ExceptionAsync(async () =>
            {
                var answer = await (who switch
                {
                    "no certificate" => Try(null),
                    "another key" => Try(other.Certificate),
                    "another key under the same name" => Try(same.Certificate),
                    "expired" => Try(old.Certificate),
                    "not yet good" => Try(young.Certificate),
                    _ => Try(hosts.Desk.Certificate, SslProtocols.Tls12),
                });
                Assert.Equal((0, 0), (answer.Status, answer.Body.Length));
            });
            Assert.True(refused is null or IOException or AuthenticationException, refused?.ToString());
        }
        Assert.Equal(200, (await Try(hosts.Desk.Certificate)).Status);
    }

    [Fact]
    public async Task A_desk_does_not_speak_to_a_gate_with_another_key_or_one_that_has_expired()
    {
        await using var house = await HostileDesk.Begin(remote: true);
        var hosts = house.Remote!;
        using var stranger = new GateClient($"https://127.0.0.1:{hosts.GatePort}#{hosts.Ledger.Pin}", HostileDesk.DeskCredential, hosts.Desk);
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.About(CancellationToken.None));
        using var later = PartAddress.Parse(hosts.GateAddress).Client(hosts.Desk, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(HostileDesk.Start.AddDays(5000)));
        await Assert.ThrowsAsync<HttpRequestException>(() => later.GetAsync("gate"));
        using var now = PartAddress.Parse(hosts.GateAddress).Client(hosts.Desk, house.Clock);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await now.GetAsync("gate")).StatusCode);
    }

    [Fact]
    public async Task A_renewed_certificate_over_the_same_key_needs_no_new_pin_anywhere()
    {
        await using var house = await HostileDesk.Begin(remote: true);
        var hosts = house.Remote!;
        var pin = hosts.Desk.Pin;
        using var renewed = TlsKey.Renew(house.At("desk.pem"), house.Clock.GetUtcNow(), 30);
        Assert.Equal(pin, renewed.Pin);
        Assert.NotEqual(hosts.Desk.Certificate.Thumbprint, renewed.Certificate.Thumbprint);
        Assert.Equal(200, (await RawHttp.Send(hosts.GatePort, RawHttp.Tls(renewed.Certificate, hosts.Gate), RawHttp.Request("GET", "/gate"))).Status);
    }

    [Fact]
    public async Task A_writers_credential_without_that_writers_key_appends_nothing_to_the_ledger()
    {
        await using var house = await HostileDesk.Begin(gate: false, remote: true);
        var hosts = house.Remote!;
        using var thief = new LedgerClient(hosts.LedgerAddress, house.LedgerMade.Key, house.LedgerMade.Credentials["gate"], hosts.Desk);
        var refused = await Assert.ThrowsAsync<LedgerException>(() => thief.Append(new Leaf(new byte[32], new byte[32]), CancellationToken.None));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        using var stranger = new LedgerClient(hosts.LedgerAddress, house.LedgerMade.Key, null, hosts.Reviewer);
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.Checkpoint(CancellationToken.None));
    }

    [Theory]
    [InlineData("http://gate.example:8473")]
    [InlineData("https://gate.example:8473")]
    [InlineData("https://gate.example:8473#abc")]
    [InlineData("https://user@gate.example:8473#0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/run/gate.sock")]
    public void An_address_without_a_pin_is_no_address_of_a_gate(string address) => Assert.Throws<FormatException>(() => new GateClient(address));

    [Theory]
    [InlineData("{\"listen\":\"gate.example:8473\",\"clients\":[]}")]
    [InlineData("{\"listen\":\"127.0.0.1\",\"clients\":[]}")]
    [InlineData("{\"listen\":\"127.0.0.1:8473\",\"clients\":[{\"name\":\"desk\",\"pin\":\"AB\"}]}")]
    [InlineData("{\"listen\":\"127.0.0.1:8473\",\"clients\":[],\"anyone\":true}")]
    [InlineData("{\"listen\":\"127.0.0.1:8473\",\"clients\":[]}")]
    public async Task A_gate_with_a_door_that_cannot_be_used_does_not_start(string door)
    {
        await using var house = await HostileDesk.Begin(gate: false);
        await File.WriteAllTextAsync(Path.Combine(house.Home, TlsDoor.FileName), door);
        await Assert.ThrowsAsync<InvalidDataException>(house.StartGate);
    }
}
