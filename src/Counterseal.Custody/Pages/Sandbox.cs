using System.Diagnostics;

namespace Counterseal.Custody;

/// <summary>
/// Runs a program over foreign bytes where it can do no harm: in bubblewrap without network, with nothing of the machine but programs, libraries and fonts to read, nothing but a small
/// tmpfs to write, under limits of memory, time, files and output. Bytes go in on standard input and come back on standard output; the rest is thrown away.
/// </summary>
internal static class Sandbox
{
    private static readonly string[] Programs = ["/usr/bin/bwrap", "/usr/bin/prlimit"];

    private static readonly string[] Walls =
    [
        "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
        "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--ro-bind-try", "/etc/fonts", "/etc/fonts", "--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig",
        "--proc", "/proc", "--dev", "/dev", "--size", "67108864", "--tmpfs", "/tmp", "--setenv", "HOME", "/tmp", "--setenv", "PATH", "/usr/bin", "--setenv", "LC_ALL", "C.UTF-8", "--chdir", "/tmp", "--",
        "/usr/bin/prlimit", "--as=1500000000", "--cpu=20", "--fsize=67108864", "--nofile=64", "--core=0", "--",
    ];

    /// <summary>Whether the walls and the programs are all there.</summary>
    public static bool Has(params ReadOnlySpan<string> programs)
    {
        foreach (var program in (string[])[.. Programs, .. programs])
        {
            if (!File.Exists(program))
                return false;
        }
        return true;
    }

    /// <summary>What the program writes on standard output.</summary>
    /// <param name="input">For its standard input.</param>
    /// <param name="most">More output than this is none.</param>
    /// <param name="time">Longer than this is none; then it is killed.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="cancel">Kills it.</param>
    /// <returns>The output, or <c>null</c> where it failed, wrote too much or took too long.</returns>
    public static async Task<byte[]?> Run(ReadOnlyMemory<byte> input, int most, TimeSpan time, IReadOnlyList<string> command, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Programs[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. Walls, .. command])
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(time);
        using var process = Process.Start(start);
        if (process is null)
            return null;
        try
        {
            var feeding = Feed(process, input, patience.Token);
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, patience.Token);
            using var output = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = await process.StandardOutput.BaseStream.ReadAsync(buffer, patience.Token)) > 0;)
            {
                if (output.Length + read > most)
                    return null;
                output.Write(buffer, 0, read);
            }
            await process.WaitForExitAsync(patience.Token);
            await feeding;
            await errors;
            return process.ExitCode == 0 ? output.ToArray() : null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task Feed(Process process, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program may end before it has read all; its exit code says what became of it.
        }
    }
}
