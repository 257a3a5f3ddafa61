using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Counterseal.Cli;

/// <summary>A mail server for demos, on this machine only: what is handed to it lies in a Maildir, byte by byte as it came (RFC 5321 as far as one sender needs it).</summary>
internal sealed class LocalMailbox : IAsyncDisposable
{
    private const int MostBytes = 1 << 20;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly string folder;
    private readonly Task serving;
    private long number;

    /// <summary>Serves until disposed.</summary>
    /// <param name="folder">The Maildir; made if it is not there.</param>
    public LocalMailbox(string folder)
    {
        this.folder = folder;
        foreach (var part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(folder, part));
        listener.Start();
        serving = Serve();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The messages' files.</summary>
    public IReadOnlyList<string> Messages => Directory.GetFiles(Path.Combine(folder, "new"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
    }

    private async Task Serve()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                talks.Add(Talk(await listener.AcceptTcpClientAsync(stopping.Token)));
                talks.RemoveAll(talk => talk.IsCompleted);
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task Talk(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = client.GetStream();
                // Latin-1 keeps every byte as it is.
                using var reader = new StreamReader(stream, Encoding.Latin1);
                await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
                await writer.WriteLineAsync("220 mailbox.example");
                while (await reader.ReadLineAsync(stopping.Token) is { } said)
                {
                    switch (said.Split(' ', ':')[0].ToUpperInvariant())
                    {
                        case "DATA":
                            await writer.WriteLineAsync("354 go on");
                            await writer.WriteLineAsync(await Take(reader) ? "250 kept" : "552 too long");
                            break;
                        case "QUIT":
                            await writer.WriteLineAsync("221 bye");
                            return;
                        case "EHLO" or "HELO" or "MAIL" or "RCPT" or "RSET" or "NOOP":
                            await writer.WriteLineAsync("250 mailbox.example");
                            break;
                        default:
                            await writer.WriteLineAsync("502 not here");
                            break;
                    }
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The sender went away in the middle; it knows that its message was not taken.
        }
    }

    private async Task<bool> Take(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stopping.Token) is { } row and not ".")
            if (text.Length < MostBytes)
                text.Append(row.StartsWith('.') ? row[1..] : row).Append("\r\n");
        if (text.Length >= MostBytes)
            return false;
        var name = string.Create(CultureInfo.InvariantCulture, $"{Guid.NewGuid():N}.{Interlocked.Increment(ref number)}.mailbox");
        await File.WriteAllTextAsync(Path.Combine(folder, "tmp", name), text.ToString(), Encoding.Latin1);
        File.Move(Path.Combine(folder, "tmp", name), Path.Combine(folder, "new", name));
        return true;
    }
}
