using System.Diagnostics;
using System.Net.Sockets;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>
/// A part that <c>serve</c> runs as its own process: started with this very program, ended with its parent (its standard input is
/// held open and its end is the signal), begun again when it dies, at most five times a minute.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly string[] arguments;
    private readonly string socket;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private Process process;
    private Task watch = Task.CompletedTask;
    private string? crashAt = Environment.GetEnvironmentVariable(CrashPoint.Setting);

    private Child(string[] arguments, string socket, TimeProvider time)
    {
        this.arguments = arguments;
        this.socket = socket;
        this.time = time;
        process = Start();
    }

    /// <summary>Starts the part and returns when its socket answers.</summary>
    /// <exception cref="Refused">It ended, or did not answer within a minute.</exception>
    public static async Task<Child> Start(string socket, TimeProvider time, CancellationToken cancel, params string[] arguments)
    {
        File.Delete(socket);
        var child = new Child(arguments, socket, time);
        try
        {
            await child.Answers(cancel);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }

        child.watch = child.Watch();
        return child;
    }

    /// <summary>This program as a process start, with more arguments.</summary>
    public static ProcessStartInfo Self(params IEnumerable<string> arguments)
    {
        // The tests host this code in a program of their own, so the process's path says nothing; the assembly's does.
        var start = new ProcessStartInfo { FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", UseShellExecute = false };
        start.ArgumentList.Add(typeof(Child).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        await watch;
        process.Dispose();
        stopping.Dispose();
    }

    private Process Start()
    {
        var start = Self([.. arguments, "--with-parent"]);
        start.RedirectStandardInput = true;
        start.Environment[CrashPoint.Setting] = crashAt;
        return Process.Start(start) ?? throw new Refused($"`counterseal {string.Join(' ', arguments)}` did not start");
    }

    private async Task Watch()
    {
        var deaths = new Queue<DateTimeOffset>();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await process.WaitForExitAsync(stopping.Token);
                if (stopping.IsCancellationRequested)
                    return;
                deaths.Enqueue(time.GetUtcNow());
                while (deaths.Peek() < time.GetUtcNow().AddMinutes(-1))
                    deaths.Dequeue();
                await Console.Error.WriteLineAsync($"counterseal: `{arguments[0]} {arguments[1]}` ended with code {process.ExitCode}{(deaths.Count > 5 ? "; it died more than five times in a minute and is left alone" : "; beginning it again")}");
                if (deaths.Count > 5)
                    return;
                process.Dispose();
                crashAt = CrashPoint.Rest(crashAt);
                process = Start();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Answers(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            if (process.HasExited)
                throw new Refused($"`counterseal {string.Join(' ', arguments)}` ended with code {process.ExitCode}; its own words are above");
            try
            {
                using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await probe.ConnectAsync(new UnixDomainSocketEndPoint(socket), patience.Token);
                return;
            }
            catch (SocketException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), time, patience.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new Refused($"`counterseal {string.Join(' ', arguments)}` did not answer on {socket} within a minute");
            }
        }
    }
}

/// <summary>Ends a part when its parent ends, or on SIGTERM and SIGINT.</summary>
internal static class ParentWatch
{
    /// <summary>A token that ends with <paramref name="cancel"/>, or, when <paramref name="withParent"/>, when standard input ends.</summary>
    public static CancellationToken Token(bool withParent, CancellationToken cancel)
    {
        if (!withParent)
            return cancel;
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var thread = new Thread(() =>
        {
            try
            {
                while (Console.OpenStandardInput().ReadByte() >= 0) { }
            }
            catch (IOException)
            {
                // A broken pipe says the same as its end: the parent is gone.
            }

            source.Cancel();
        })
        { IsBackground = true, Name = "parent watch" };
        thread.Start();
        return source.Token;
    }
}
