namespace Counterseal.Custody;

/// <summary>One thing that was checked of a package.</summary>
/// <param name="Holds">Whether it holds.</param>
/// <param name="What">What was checked, one sentence.</param>
/// <param name="Where">File and byte offset or field, when it fails.</param>
public sealed record Check(bool Holds, string What, string? Where);

/// <summary>The officer's side: verify offline, then open.</summary>
public static class Package
{
    /// <summary>Checks <c>NAME.counterseal</c> and every block of the volumes beside it. All checks that could be made, in order; good only if every one holds.</summary>
    /// <param name="path">Any of the files, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="cancel">Stops between blocks.</param>
    public static IReadOnlyList<Check> Verify(string path, Trust trust, CancellationToken cancel)
    {
        var (folder, name) = Place(path);
        var counterseal = Path.Combine(folder, name + ".counterseal");
        var checks = new List<Check>();
        if (PackageChecks.Seal(counterseal, trust, checks) is { } seal)
        {
            PackageChecks.Name(name, seal.Statement, counterseal, checks);
            PackageChecks.Header(Path.Combine(folder, seal.Statement.Volumes[0].Name), seal.Statement, checks);
            PackageChecks.Stamp(Path.Combine(folder, seal.Statement.Name + ".tsr"), seal.Statement, trust, checks);
            foreach (var volume in seal.Statement.Volumes)
                PackageChecks.Volume(Path.Combine(folder, volume.Name), volume, checks, cancel);
        }
        else
            checks.Add(new Check(false, $"{name} cannot be checked without it", counterseal));
        return checks;
    }

    /// <summary>Verifies, decrypts to a new folder, checks the bag, and shows nothing until the last chunk has verified.</summary>
    /// <param name="path">Any of the files, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="identity">The recipient's key.</param>
    /// <param name="folder">Must not exist.</param>
    /// <param name="cancel">Stops between blocks and leaves nothing behind.</param>
    /// <returns>The checks, all of which hold.</returns>
    /// <exception cref="PackageException">Names what is wrong and where.</exception>
    public static IReadOnlyList<Check> Open(string path, Trust trust, AgeIdentity identity, string folder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return Open(path, trust, folder, (statement, place) =>
        {
            if (statement.Encryption is not (PackageFormat.AgeX25519 or PackageFormat.AgeHybrid))
                throw new PackageException($"{statement.Volumes[0].Name} is an OpenPGP message: decrypt it with a program that holds your key (gpg --decrypt --output {statement.Name}.tar), then open the archive");
            if (!statement.Recipients.Contains(identity.Recipient.Text))
                throw new PackageException($"{place}, /statement/recipients: the package is for {string.Join(", ", statement.Recipients)}, not for {identity.Recipient}");
        }, volumes => Age.Decrypt(Plain(volumes), [identity]), "it decrypts with the key given, to its last chunk", cancel);
    }

    /// <summary>The same for a package that another program has decrypted: the archive goes into a new folder once the bag in it is the one that the gate stated.</summary>
    /// <param name="path">Any of the package's files, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="archive">The decrypted archive, a tar.</param>
    /// <param name="folder">Must not exist.</param>
    /// <param name="cancel">Stops between files and leaves nothing behind.</param>
    /// <returns>The checks, all of which hold.</returns>
    /// <exception cref="PackageException">Names what is wrong and where.</exception>
    public static IReadOnlyList<Check> OpenArchive(string path, Trust trust, string archive, string folder, CancellationToken cancel) =>
        Open(path, trust, folder, (_, _) => { }, volumes =>
        {
            var buffer = new byte[BlockDigests.Size];
            while (volumes.Read(buffer) > 0)
                cancel.ThrowIfCancellationRequested();
            return new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read);
        }, $"{Path.GetFileName(archive)} was read to its end", cancel);

    /// <summary>Writes a readable index of an opened package beside it, in the folder <c>FOLDER-index</c>.</summary>
    /// <param name="path">Any of the package's files, or the common name.</param>
    /// <param name="folder">Where it was opened.</param>
    /// <param name="checks">What was checked then.</param>
    /// <param name="cancel">Stops between records and leaves nothing behind.</param>
    /// <returns>The path of its first page.</returns>
    /// <exception cref="PackageException">It cannot be written.</exception>
    public static string Index(string path, string folder, IReadOnlyList<Check> checks, CancellationToken cancel)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var (where, name) = Place(path);
        try
        {
            return BagIndex.Write(folder, folder + "-index", SealFile.Read(File.ReadAllBytes(Path.Combine(where, name + ".counterseal"))).Statement, checks, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SealFormatException or System.Text.Json.JsonException)
        {
            throw new PackageException($"the package is open in {folder}, but its index could not be written: {e.Message}");
        }
    }

    private static List<Check> Open(
        string path, Trust trust, string folder, Action<SealStatement, string> allowed, Func<VerifiedVolumes, Stream> decrypt, string done, CancellationToken cancel)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.Exists(folder))
            throw new PackageException($"{folder} is there already: name a folder that is not");
        var parent = Path.GetDirectoryName(folder);
        if (!Directory.Exists(parent))
            throw new PackageException($"the folder {parent}, in which it would be, is not there");
        var (where, name) = Place(path);
        var counterseal = Path.Combine(where, name + ".counterseal");
        var checks = new List<Check>();
        var seal = PackageChecks.Seal(counterseal, trust, checks);
        if (seal is null || checks.Any(check => !check.Holds))
            throw Failed(checks);
        var statement = seal.Statement;
        PackageChecks.Name(name, statement, counterseal, checks);
        PackageChecks.Header(Path.Combine(where, statement.Volumes[0].Name), statement, checks);
        PackageChecks.Stamp(Path.Combine(where, statement.Name + ".tsr"), statement, trust, checks);
        if (checks.Any(check => !check.Holds))
            throw Failed(checks);
        allowed(statement, counterseal);
        var hidden = Path.Combine(parent, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(hidden);
            else
                Directory.CreateDirectory(hidden, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Each block is verified before a byte of it is decrypted, in the one pass over the file, so that it cannot change in between.
            using var volumes = new VerifiedVolumes([.. statement.Volumes.Select(volume => (Path.Combine(where, volume.Name), volume))], cancel);
            using var plain = decrypt(volumes);
            var bag = new BagExtraction(statement.Name, hidden, cancel);
            bag.Read(plain);
            volumes.RequireEnd();
            foreach (var volume in statement.Volumes)
                checks.Add(new Check(true, $"{volume.Name} has the length, the blocks and the digest stated ({volume.Length} bytes)", null));
            checks.Add(new Check(true, done, null));
            bag.Verify(statement);
            checks.Add(new Check(true, $"the bag is whole: {bag.Files} files, each with its digest, none besides", null));
            checks.Add(new Check(true, "its order and its manifest are those of the statement", null));
            Directory.Move(hidden, folder);
            return checks;
        }
        catch (Exception e) when (e is AgeException or IOException or UnauthorizedAccessException)
        {
            throw new PackageException($"{Path.Combine(where, statement.Volumes[0].Name)}: {e.Message}");
        }
        finally
        {
            if (Directory.Exists(hidden))
                Directory.Delete(hidden, recursive: true);
        }
    }

    /// <summary>The age file, out of its armor if it is in one.</summary>
    private static Stream Plain(VerifiedVolumes volumes) => volumes.Peek() == '-' ? Age.Dearmor(volumes) : volumes;

    /// <summary>The folder and the common name of a package's files.</summary>
    private static (string Folder, string Name) Place(string path)
    {
        var file = Path.GetFileName(path);
        var dot = file.IndexOf('.', StringComparison.Ordinal);
        return (Path.GetDirectoryName(path) ?? "", dot < 0 ? file : file[..dot]);
    }

    private static PackageException Failed(List<Check> checks)
    {
        var first = checks.First(check => !check.Holds);
        return new PackageException($"not opened, because this does not hold: {first.What} ({first.Where})");
    }
}

/// <summary>A package that does not verify or must not be opened.</summary>
public sealed class PackageException(string message) : Exception(message);
