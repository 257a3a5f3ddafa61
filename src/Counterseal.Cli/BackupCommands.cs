using System.CommandLine;
using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>backup</c>, <c>restore</c> and <c>check</c>: each part to one encrypted file and back, and what is there held against the ledger.</summary>
internal static class BackupCommands
{
    private const string About = "backup.json";
    private const string Database = "database.ndjson";
    private static readonly string[] Parts = ["desk", "gate", "ledger", "trust"];

    // What a part makes for itself at each start, and what belongs to the place and not to the part.
    private static readonly string[] LeftOut = ["running", "place", "lock"];

    /// <summary><c>counterseal backup</c>.</summary>
    public static Command Backup()
    {
        var home = Flags.Home();
        var part = Part();
        var to = new Option<string[]>("--to") { Description = "The age recipient who can open it; may be given several times. Keep its identity away from here.", Required = true };
        var output = Flags.Text("--out", "The file to make; it must not exist.");
        return Flags.Make("backup", "Writes one part to one file, encrypted with age. Each part's own user makes its own. Gate and ledger must not run meanwhile; the desk may.",
            "backup --part gate --to age1… --out gate-2026-11-29.age", [home, part, to, output],
            async (parsed, answer, cancel) =>
            {
                var (place, name, path) = (Home.Of(parsed.GetValue(home)), parsed.GetValue(part)!, Path.GetFullPath(parsed.GetValue(output)!));
                if (File.Exists(path))
                    throw new Refused($"{path} is there already; a backup is never overwritten");
                var recipients = parsed.GetValue(to)!.Select(AgeRecipient.Parse).ToList();
                var folder = Folder(place, name);
                if (!Directory.Exists(folder))
                    throw new Refused($"{place.Folder} has no {name} to back up");
                using var held = Hold(name, folder);
                var partial = path + ".partial";
                var (files, bytes) = (0L, 0L);
                string digest;
                await using (var file = new FileStream(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                {
                    await using (var age = Age.Encrypt(file, recipients))
                    await using (var tar = new TarWriter(age, TarEntryFormat.Pax))
                    {
                        await Put(tar, About, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { v = 1, part = name, at = Instant.Text(TimeProvider.System.GetUtcNow()) })), cancel);
                        await foreach (var (inside, content) in Contents(place, name, folder, cancel))
                        {
                            await using (content)
                            {
                                await Put(tar, inside, content, cancel);
                                (files, bytes) = (files + 1, bytes + content.Length);
                            }
                        }
                    }
                    file.Flush(flushToDisk: true);
                    file.Position = 0;
                    digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
                }
                CrashPoint.Reach("backup.rename.before");
                File.Move(partial, path);
                Durable.SyncFolder(Path.GetDirectoryName(path)!);
                answer.Give(new { part = name, file = path, files, bytes, digest }, console =>
                {
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {name}, {files} files, {bytes} bytes"));
                    console.WriteLine($"sha256: {digest}");
                });
                return 0;
            });
    }

    /// <summary><c>counterseal restore</c>.</summary>
    public static Command Restore()
    {
        var home = Flags.Home();
        var part = Part();
        var from = Flags.File("--from", "The backup.");
        var key = Flags.File("--key", "The age identity that opens it.");
        var digest = Flags.Text("--digest", "The backup's SHA-256, as it was written down.", required: false);
        var database = Flags.Text("--database", "Desk only: another database than the one it had, sqlite:PATH or a PostgreSQL connection string; empty.", required: false);
        return Flags.Make("restore", "Makes one part anew from its backup, in a folder where there is none. Then: `counterseal check`. A restored gate starts stopped.",
            "restore --part gate --from gate-2026-11-29.age --key backup.key", [home, part, from, key, digest, database],
            async (parsed, answer, cancel) =>
            {
                var (place, name, file) = (Home.Of(parsed.GetValue(home)), parsed.GetValue(part)!, parsed.GetValue(from)!);
                var folder = Folder(place, name);
                if (name == "trust" ? File.Exists(place.Trust) : Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                    throw new Refused($"{folder} has a {name} already; a backup is restored where there is none");
                await using var backup = file.OpenRead();
                if (parsed.GetValue(digest) is { } expected && expected != Convert.ToHexStringLower(await SHA256.HashDataAsync(backup, cancel)))
                    throw new Refused($"{file.Name} is not the backup whose SHA-256 was written down: it was changed, or is another");
                backup.Position = 0;
                using var identity = KeyFile.Identity(parsed.GetValue(key)!);
                var making = Path.Combine(place.Folder, name + ".restoring");
                if (Directory.Exists(making))
                    Directory.Delete(making, recursive: true);
                Durable.CreateFolder(place.Folder, Owner | UnixFileMode.UserExecute);
                Durable.CreateFolder(making, Owner | UnixFileMode.UserExecute);
                await using var plain = Age.Decrypt(backup, [identity]);
                var at = await Unpack(plain, name, making, cancel);
                long? rows = name == "desk" ? await Fill(place, making, parsed.GetValue(database), cancel) : null;
                CrashPoint.Reach("restore.rename.before");
                if (name == "trust")
                    File.Move(Path.Combine(making, "trust.json"), place.Trust);
                else
                {
                    if (Directory.Exists(folder))
                        Directory.Delete(folder);
                    Directory.Move(making, folder);
                }
                if (Directory.Exists(making))
                    Directory.Delete(making, recursive: true);
                Durable.SyncFolder(place.Folder);
                answer.Give(new { part = name, at, rows }, console =>
                {
                    console.WriteLine($"{name} is as it was at {at}");
                    console.WriteLine(name == "gate" ? "hold it against the ledger: counterseal check. It starts stopped, and a quorum lifts that" : "hold it against the ledger: counterseal check");
                });
                return 0;
            });
    }

    /// <summary><c>counterseal check</c>.</summary>
    public static Command Check()
    {
        var home = Flags.Home();
        var checkpoint = new Option<FileInfo?>("--checkpoint") { Description = "A signed checkpoint that was kept elsewhere (`counterseal ledger checkpoint`): the ledger must continue it." };
        return Flags.Make("check", "Holds what each part of a home has against the ledger: the log's every hash, the gate's journal and packages, the desk's events. Gate and desk must not run meanwhile.",
            "check --home ./counterseal-home --checkpoint kept.txt", [home, checkpoint],
            async (parsed, answer, cancel) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                var report = new List<(string Part, Check Check)>();
                await using var ledger = await Ledger(place, report, cancel);
                if (parsed.GetValue(checkpoint) is { } kept)
                    report.Add(("ledger", await Continues(place, kept, cancel)));
                if (Directory.Exists(place.Gate))
                    report.AddRange((await GateState.Check(place.Gate, TimeProvider.System, cancel)).Select(check => ("gate", check)));
                if (DeskHome.Exists(place.Desk))
                    report.AddRange((await Desk(place, cancel)).Select(check => ("desk", check)));
                var good = report.Count > 0 && report.All(one => one.Check.Holds);
                answer.Give(new { good, checks = report.Select(one => new { part = one.Part, one.Check.Holds, one.Check.What, one.Check.Where }) }, console =>
                {
                    foreach (var (part, check) in report)
                        PackageCommands.Show(console, [check with { What = $"{part}: {check.What}" }]);
                    console.MarkupLine(good ? "[green]yes: what is here and the ledger agree[/]" : "[red]no: see the lines marked ✗[/]");
                });
                return good ? 0 : 1;
            });
    }

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static Option<string> Part()
    {
        var part = Flags.Text("--part", "desk, gate, ledger, or trust (the home's trust file).");
        part.AcceptOnlyFromAmong(Parts);
        return part;
    }

    private static string Folder(Home home, string part) => part switch { "desk" => home.Desk, "gate" => home.Gate, "ledger" => home.Ledger, _ => home.Folder };

    /// <summary>Keeps gate or ledger from starting while they are copied.</summary>
    private static FileStream? Hold(string part, string folder)
    {
        if (part is not ("gate" or "ledger"))
            return null;
        try
        {
            return new FileStream(part == "gate" ? Path.Combine(folder, "running") : Path.Combine(folder, "log", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new Refused($"the {part} runs; stop it, make the backup, start it again ({e.Message})");
        }
    }

    private static async IAsyncEnumerable<(string Inside, Stream Content)> Contents(Home home, string part, string folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (part == "trust")
        {
            yield return ("trust.json", File.OpenRead(home.Trust));
            yield break;
        }
        var own = "";
        if (part == "desk")
        {
            var options = DeskHome.Open(folder);
            own = options.Database.StartsWith("sqlite:", StringComparison.Ordinal) ? Path.GetFullPath(options.Database["sqlite:".Length..]) : "";
            // Demands are in it in plain, as in the database: beside it, and gone when the backup is made.
            var copy = new FileStream(Path.Combine(folder, Database), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, UnixCreateMode = Owner });
            await DeskCopy.Write(options.Database, copy, cancel);
            copy.Position = 0;
            yield return (Database, copy);
        }
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var inside = Path.GetRelativePath(folder, path);
            if (LeftOut.Contains(Path.GetFileName(path)) || path.EndsWith(".partial", StringComparison.Ordinal) || inside == Database || (own.Length > 0 && path.StartsWith(own, StringComparison.Ordinal)))
                continue;
            yield return (inside, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
        }
        // Empty folders are part of a gate.
        foreach (var path in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Where(path => !Directory.EnumerateFileSystemEntries(path).Any()).Order(StringComparer.Ordinal))
            yield return (Path.GetRelativePath(folder, path) + "/", Stream.Null);
    }

    private static Task Put(TarWriter tar, string inside, Stream content, CancellationToken cancel) => tar.WriteEntryAsync(
        inside.EndsWith('/') ? new PaxTarEntry(TarEntryType.Directory, inside) : new PaxTarEntry(TarEntryType.RegularFile, inside) { DataStream = content, Mode = Owner }, cancel);

    /// <summary>Unpacks files and folders of a backup, all for their owner alone; anything else in it is refused.</summary>
    /// <returns>When it was made.</returns>
    private static async Task<string> Unpack(Stream plain, string part, string into, CancellationToken cancel)
    {
        string? at = null;
        await using var tar = new TarReader(plain);
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (at is null)
            {
                using var about = entry.Name == About && entry is { DataStream: not null, Length: < 4096 } ? await JsonDocument.ParseAsync(entry.DataStream, cancellationToken: cancel) : throw new Refused("this is no backup of counterseal's");
                var made = about.RootElement.GetProperty("part").GetString();
                if (made != part)
                    throw new Refused($"this is a backup of the {made}, not of the {part}");
                at = about.RootElement.GetProperty("at").GetString()!;
                continue;
            }
            var path = Path.GetFullPath(Path.Combine(into, entry.Name));
            if (!path.StartsWith(into + Path.DirectorySeparatorChar, StringComparison.Ordinal) || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.Directory))
                throw new Refused($"the backup holds {Answer.Visible(entry.Name)}, which is no file or folder of a part");
            Durable.CreateFolder(entry.EntryType == TarEntryType.Directory ? path : Path.GetDirectoryName(path)!, Owner | UnixFileMode.UserExecute);
            if (entry.EntryType == TarEntryType.Directory)
                continue;
            await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner });
            if (entry.DataStream is { } content)
                await content.CopyToAsync(file, cancel);
            file.Flush(flushToDisk: true);
        }
        return at ?? throw new Refused("this is no backup of counterseal's");
    }

    private static async Task<long> Fill(Home home, string folder, string? database, CancellationToken cancel)
    {
        var path = Path.Combine(folder, "desk.json");
        var options = JsonSerializer.Deserialize<DeskOptions>(await File.ReadAllBytesAsync(path, cancel), LawJson.Options) ?? throw new Refused("the backup's desk.json is empty");
        if (database is not null)
            Durable.Replace(path, JsonSerializer.SerializeToUtf8Bytes(options = options with { Database = database }, LawJson.Options), "desk.home", Owner);
        // A database inside the folder goes where the folder is being made.
        var inside = "sqlite:" + home.Desk + Path.DirectorySeparatorChar;
        var now = options.Database.StartsWith(inside, StringComparison.Ordinal) ? "sqlite:" + Path.Combine(folder, options.Database[inside.Length..]) : options.Database;
        long rows;
        await using (var copy = File.OpenRead(Path.Combine(folder, Database)))
            rows = await DeskCopy.Restore(now, copy, cancel);
        File.Delete(Path.Combine(folder, Database));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        return rows;
    }

    /// <summary>Checks the log where it is in the home, and serves it where nobody does.</summary>
    private static async Task<LedgerHost?> Ledger(Home home, List<(string, Check)> report, CancellationToken cancel)
    {
        if (!Directory.Exists(home.Ledger))
            return null;
        var key = PackageCommands.ReadTrust(new FileInfo(home.Trust)).LedgerKeys();
        var log = await LedgerCheck.Run(new LedgerHome(home.Ledger).LogFolder, key);
        report.Add(("ledger", new Check(log.IsGood, log.IsGood ? $"{log.Checkpoint!.Size} leaves and {log.Tiles} tiles hash to the signed root" : $"the leaves hash to the signed root: {log.Faults[0]}", log.IsGood ? null : home.Ledger)));
        if (!log.IsGood)
            throw new Refused($"the log is damaged, and nothing can be held against it: {log.Faults[0]}");
        Directory.CreateDirectory(Path.GetDirectoryName(home.LedgerSocket)!);
        try
        {
            return await LedgerHost.Start(home.Ledger, home.LedgerAddress, TimeProvider.System, cancel);
        }
        catch (LedgerException) when (File.Exists(home.LedgerSocket))
        {
            return null;
        }
    }

    private static async Task<Check> Continues(Home home, FileInfo kept, CancellationToken cancel)
    {
        var key = PackageCommands.ReadTrust(new FileInfo(home.Trust)).LedgerKeys();
        var old = Counterseal.Ledger.Checkpoint.Open(await File.ReadAllBytesAsync(kept.FullName, cancel), key);
        using var ledger = new LedgerClient(home.LedgerAddress, key, credential: null);
        var now = Counterseal.Ledger.Checkpoint.Open(await ledger.Checkpoint(cancel), key);
        if (now.Size < old.Size)
            return new Check(false, $"the ledger continues the checkpoint that was kept: it has {now.Size} leaves, and had {old.Size}; this copy of it is older", kept.FullName);
        try
        {
            await ledger.EnsureConsistent(old, now, cancel);
            return new Check(true, $"the ledger, {now.Size} leaves, continues the checkpoint that was kept, {old.Size}", null);
        }
        catch (LedgerException e)
        {
            return new Check(false, $"the ledger continues the checkpoint that was kept: {e.Message}", kept.FullName);
        }
    }

    private static async Task<IReadOnlyList<Check>> Desk(Home home, CancellationToken cancel)
    {
        using var desk = await Counterseal.Desk.Desk.Open(DeskHome.Open(home.Desk), TimeProvider.System, cancel);
        if (desk.Reconciled is not { } compared)
            return [new Check(false, "the desk's events can be held against the ledger: it does not answer", home.Desk)];
        return compared.Differences.Count == 0
            ? [new Check(true, $"{compared.Events} events of the desk are what the ledger commits to, and the ledger has none that it lacks", null)]
            : [.. compared.Differences.Select(one => new Check(false, $"the desk's events are what the ledger commits to: {(one.Demand is null ? "" : $"demand {one.Demand}{(one.Version is { } version ? $", event {version}" : "")}: ")}{one.What}", home.Desk))];
    }
}
