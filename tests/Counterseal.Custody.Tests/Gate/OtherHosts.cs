using System.Net;
using System.Net.Sockets;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Desk, gate, ledger and one reviewer as if on hosts of their own: ports of this machine, and a key for mutual TLS each.</summary>
public sealed class OtherHosts : IDisposable
{
    private readonly HostileDesk house;

    internal OtherHosts(HostileDesk house)
    {
        this.house = house;
        // Gate and desk judge certificates by different clocks here: the test's and the machine's.
        From = DateTimeOffset.Compare(HostileDesk.Start, TimeProvider.System.GetUtcNow()) < 0 ? HostileDesk.Start : TimeProvider.System.GetUtcNow();
        Desk = Key("desk");
        Reviewer = Key("alice");
        Gate = TlsKey.Create(house.At("gate.pem"), "gate", From, Days);
        Ledger = TlsKey.Create(Path.Combine(house.At("ledger"), TlsKey.FileName), "ledger", From, Days);
        new TlsDoor($"127.0.0.1:{LedgerPort}", [new("desk", Desk.Pin), new("gate", Gate.Pin)]).Write(house.At("ledger"));
    }

    private const int Days = 4000;
    private DateTimeOffset From { get; }
    public int LedgerPort { get; } = Free();
    public int GatePort { get; } = Free();
    public TlsKey Desk { get; }
    public TlsKey Reviewer { get; }
    public TlsKey Gate { get; }
    public TlsKey Ledger { get; }
    public string LedgerAddress => $"https://127.0.0.1:{LedgerPort}#{Ledger.Pin}";
    public string GateAddress => $"https://127.0.0.1:{GatePort}#{Gate.Pin}";

    /// <summary>A key that no door knows unless a test says so.</summary>
    public TlsKey Key(string name, DateTimeOffset? from = null, int days = Days) => TlsKey.Create(house.At(name + ".pem"), name, from ?? From, days);

    /// <summary>Writes the gate's door.</summary>
    public void OpenGate(params TlsClient[] more)
    {
        File.Copy(house.At("gate.pem"), Path.Combine(house.Home, TlsKey.FileName), overwrite: true);
        new TlsDoor($"127.0.0.1:{GatePort}", [new("desk", Desk.Pin), new("alice", Reviewer.Pin), .. more]).Write(house.Home);
    }

    public void Dispose()
    {
        foreach (var key in new[] { Desk, Reviewer, Gate, Ledger })
            key.Dispose();
    }

    private static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
