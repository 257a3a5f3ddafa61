using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>The desk's own folder: <c>desk.json</c> (its options with its secrets, mode 0600) and, by default, <c>desk.db</c>.</summary>
public static class DeskHome
{
    private const string FileName = "desk.json";

    /// <summary>Whether a folder is a desk's home.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Makes a home for a desk, with a new writer key and, unless told otherwise, a SQLite database beside it.</summary>
    /// <param name="folder">Made if it is not there; readable by its owner only.</param>
    /// <param name="make">What the desk needs to know, given the new writer key (hex) and the default database.</param>
    /// <exception cref="InvalidOperationException">There is a desk already, or the options are wrong.</exception>
    public static DeskOptions Create(string folder, Func<(string WriterKey, string Database), DeskOptions> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (Exists(folder))
            throw new InvalidOperationException($"{folder} is a desk's home already; a new writer key would make it a stranger to its own leaves");
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = make((Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), "sqlite:" + Path.Combine(Path.GetFullPath(folder), "desk.db")));
        Ensure(options);
        Durable.Replace(
            Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(options, LawJson.Options), "desk.home", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return options;
    }

    /// <summary>Reads a home's options.</summary>
    /// <exception cref="InvalidOperationException">Not there, not readable, or wrong; names each fault.</exception>
    public static DeskOptions Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var options = JsonSerializer.Deserialize<DeskOptions>(File.ReadAllBytes(path), LawJson.Options)
                ?? throw new InvalidOperationException($"{path} is empty");
            Ensure(options);
            return options;
        }
        catch (Exception no) when (no is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InvalidOperationException($"{path} cannot be used: {no.Message}", no);
        }
    }

    /// <summary>Changes a home's options; the desk must not run, and reads them at its next start.</summary>
    /// <exception cref="InvalidOperationException">They would be wrong; names each fault.</exception>
    public static DeskOptions Change(string folder, Func<DeskOptions, DeskOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var options = change(Open(folder));
        Ensure(options);
        Durable.Replace(
            Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(options, LawJson.Options), "desk.home", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return options;
    }

    /// <summary>Gives the desk another writer key, from its next leaf on; it must not run.</summary>
    /// <returns>The number of that leaf.</returns>
    public static async Task<long> RotateWriter(string folder, CancellationToken cancel)
    {
        await using var db = DeskDatabase.Opener(Open(folder).Database)();
        var next = await db.Counters.Where(counter => counter.Name == CounterRow.Leaves).Select(counter => counter.Value).SingleAsync(cancel);
        Change(folder, options => options with { WriterKey = Convert.ToHexStringLower(new WriterKey(Convert.FromHexString(options.WriterKey)).Next(next)) });
        return next;
    }

    internal static void Ensure(DeskOptions options)
    {
        if (options.Check() is { Count: > 0 } wrong)
            throw new InvalidOperationException("the desk cannot start: " + string.Join("; ", wrong));
    }
}
