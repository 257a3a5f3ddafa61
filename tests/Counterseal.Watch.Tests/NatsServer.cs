using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Counterseal.Watch.Tests;

/// <summary>A JetStream server with a store of its own; skips the test where none is installed.</summary>
internal sealed class NatsServer : IDisposable
{
    private Process process = null!;

    public string Url { get; private set; } = "";

    public static async Task<NatsServer> Start(string folder)
    {
        var program = new[] { "/usr/sbin/nats-server", "/usr/bin/nats-server" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "no nats-server here: install nats-server");
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        var server = new NatsServer
        {
            Url = string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{port}"),
            process = Process.Start(new ProcessStartInfo(program!, ["-js", "-a", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-sd", Path.Combine(folder, "nats")]) { RedirectStandardError = true })!,
        };
        server.process.ErrorDataReceived += (_, _) => { };
        server.process.BeginErrorReadLine();
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return server;
            }
            catch (SocketException) when (tries < 100)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    public void Dispose()
    {
        if (process is null)
            return;
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
