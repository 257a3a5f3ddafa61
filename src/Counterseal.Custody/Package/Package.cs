namespace Counterseal.Custody;

/// <summary>One thing that was checked of a package.</summary>
/// <param name="Holds">Whether it holds.</param>
/// <param name="What">What was checked, one sentence.</param>
/// <param name="Where">File and byte offset or field, when it fails.</param>
public sealed record Check(bool Holds, string What, string? Where);

/// <summary>The officer's side: verify offline, then open.</summary>
public static class Package
{
    /// <summary>Checks <c>NAME.counterseal</c> and every block of <c>NAME.age</c> beside it. All checks that could be made, in order; good only if every one holds.</summary>
    /// <param name="path">Either file, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="cancel">Stops between blocks.</param>
    public static IReadOnlyList<Check> Verify(string path, Trust trust, CancellationToken cancel)
    {
        var (name, age, counterseal) = Paths(path);
        var checks = new List<Check>();
        if (PackageChecks.Seal(counterseal, trust, checks) is { } seal)
        {
            PackageChecks.Header(age, seal.Statement, checks);
            PackageChecks.Volume(age, seal.Statement.Volume, checks, cancel);
        }
        else
            checks.Add(new Check(false, $"{name}.age cannot be checked without it", counterseal));
        return checks;
    }

    /// <summary>Verifies, decrypts to a new folder, checks the bag, and shows nothing until the last chunk has verified.</summary>
    /// <param name="path">Either file, or the common name.</param>
    /// <param name="trust">Public keys.</param>
    /// <param name="identity">The recipient's key.</param>
    /// <param name="folder">Must not exist.</param>
    /// <param name="cancel">Stops between blocks and leaves nothing behind.</param>
    /// <returns>The checks, all of which hold.</returns>
    /// <exception cref="PackageException">Names what is wrong and where.</exception>
    public static IReadOnlyList<Check> Open(string path, Trust trust, AgeIdentity identity, string folder, CancellationToken cancel)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.Exists(folder))
            throw new PackageException($"{folder} is there already: name a folder that is not");
        var parent = Path.GetDirectoryName(folder);
        if (!Directory.Exists(parent))
            throw new PackageException($"the folder {parent}, in which it would be, is not there");
        var (_, age, counterseal) = Paths(path);
        var checks = new List<Check>();
        var seal = PackageChecks.Seal(counterseal, trust, checks);
        if (seal is null || checks.Any(check => !check.Holds))
            throw Failed(checks);
        var statement = seal.Statement;
        PackageChecks.Header(age, statement, checks);
        if (checks.Any(check => !check.Holds))
            throw Failed(checks);
        if (!statement.Recipients.Contains(identity.Recipient))
            throw new PackageException($"{counterseal}, /statement/recipients: the package is for {string.Join(", ", statement.Recipients)}, not for {identity.Recipient}");

        var hidden = Path.Combine(parent, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(hidden);
            else
                Directory.CreateDirectory(hidden, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Extract(age, statement, identity, hidden, checks, cancel);
            Directory.Move(hidden, folder);
            return checks;
        }
        catch (Exception e) when (e is AgeException or IOException or UnauthorizedAccessException)
        {
            throw new PackageException($"{age}: {e.Message}");
        }
        finally
        {
            if (Directory.Exists(hidden))
                Directory.Delete(hidden, recursive: true);
        }
    }

    private static void Extract(string age, SealStatement statement, AgeIdentity identity, string hidden, List<Check> checks, CancellationToken cancel)
    {
        using var file = PackageChecks.OpenVolume(age, statement.Volume);
        // Each block is verified before a byte of it is decrypted, in the one pass over the file, so that it cannot change in between.
        using var verified = new VerifiedVolume(file, age, statement.Volume, cancel);
        using var plain = Age.Decrypt(verified, [identity]);
        var bag = new BagExtraction(statement.Name, hidden, cancel);
        bag.Read(plain);
        verified.RequireEnd();
        checks.Add(new Check(true, $"{statement.Volume.Name} has the length, the blocks and the digest stated ({statement.Volume.Length} bytes)", null));
        checks.Add(new Check(true, "it decrypts with the key given, to its last chunk", null));
        bag.Verify(statement);
        checks.Add(new Check(true, $"the bag is whole: {bag.Files} files, each with its digest, none besides", null));
        checks.Add(new Check(true, "its order and its manifest are those of the statement", null));
    }

    private static (string Name, string Age, string Counterseal) Paths(string path)
    {
        var common = Path.GetExtension(path) is ".age" or ".counterseal" ? path[..^Path.GetExtension(path).Length] : path;
        return (Path.GetFileName(common), common + ".age", common + ".counterseal");
    }

    private static PackageException Failed(List<Check> checks)
    {
        var first = checks.First(check => !check.Holds);
        return new PackageException($"not opened, because this does not hold: {first.What} ({first.Where})");
    }
}

/// <summary>A package that does not verify or must not be opened.</summary>
public sealed class PackageException(string message) : Exception(message);
