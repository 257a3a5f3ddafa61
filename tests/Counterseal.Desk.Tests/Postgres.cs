using System.Diagnostics;
using Npgsql;

[assembly: AssemblyFixture(typeof(Counterseal.Desk.Tests.Postgres))]

namespace Counterseal.Desk.Tests;

/// <summary>
/// A private PostgreSQL for this test run, started when a test first asks: on a Unix socket in a temporary folder, without fsync. Or the one that
/// <c>COUNTERSEAL_TEST_POSTGRES</c> names by its connection string, in which databases are made and dropped.
/// </summary>
public sealed class Postgres : IAsyncDisposable
{
    private readonly Lazy<Task<string?>> server;
    private string? folder;
    private int databases;

    public Postgres() => server = new(Start);

    /// <summary>What the server wrote down: every statement that it was sent. Only of a server that this fixture has started.</summary>
    public string Log => File.ReadAllText(Path.Combine(folder!, "log"));

    /// <summary>A connection string to a new, empty database; skips the test where no PostgreSQL is installed. One that is installed and does not start fails it.</summary>
    public async Task<string> NewDatabase()
    {
        var there = await server.Value;
        Assert.SkipWhen(there is null, "no PostgreSQL here: install postgresql, or name one in COUNTERSEAL_TEST_POSTGRES");
        var name = $"desk_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection(there);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(there) { Database = name, Pooling = true, MaxPoolSize = 10 }.ToString();
    }

    private async Task<string?> Start()
    {
        if (Environment.GetEnvironmentVariable("COUNTERSEAL_TEST_POSTGRES") is { Length: > 0 } named)
            return named;
        const string installed = "/usr/lib/postgresql";
        var bin = Directory.Exists(installed)
            ? Directory.GetDirectories(installed).Select(version => Path.Combine(version, "bin")).Where(b => File.Exists(Path.Combine(b, "initdb"))).Max(StringComparer.Ordinal)
            : null;
        if (bin is null)
            return null;
        folder = Directory.CreateTempSubdirectory("cs-pg-").FullName;
        var root = Environment.UserName == "root";
        if (root)
            await Run("chown", ["postgres", folder]);
        var data = Path.Combine(folder, "data");
        await As(root, Path.Combine(bin, "initdb"), ["-D", data, "-U", "counterseal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C"]);
        // What else runs on the machine may make its start slow; pg_ctl's own patience is a minute.
        await As(root, Path.Combine(bin, "pg_ctl"), [
            "-D", data, "-w", "-t", "300", "-s", "-l", Path.Combine(folder, "log"),
            "-o", $"-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=200 -c shared_buffers=16MB",
            "start"]);
        return $"Host={folder};Username=counterseal;Database=postgres;Pooling=false";
    }

    public async ValueTask DisposeAsync()
    {
        if (folder is null)
            return;
        NpgsqlConnection.ClearAllPools();
        var pid = Path.Combine(folder, "data", "postmaster.pid");
        if (File.Exists(pid) && int.TryParse(File.ReadLines(pid).First(), out var id))
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            await process.WaitForExitAsync();
        }
        Directory.Delete(folder, recursive: true);
    }

    private Task As(bool root, string program, string[] arguments) =>
        root ? Run("runuser", ["-u", "postgres", "--", program, .. arguments]) : Run(program, arguments);

    private async Task Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, WorkingDirectory = "/" };
        // The server inherits what its starter has; a pipe to us would never end.
        start.RedirectStandardOutput = start.RedirectStandardError = !program.Contains("pg_ctl", StringComparison.Ordinal) && !arguments.Any(a => a.Contains("pg_ctl", StringComparison.Ordinal));
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = start.RedirectStandardOutput ? await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()) : [];
        await process.WaitForExitAsync();
        if (process.ExitCode == 0)
            return;
        var log = Path.Combine(folder!, "log");
        throw new InvalidOperationException(
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Concat(said)}{(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}");
    }
}
