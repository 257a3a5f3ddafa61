namespace Counterseal.Ledger;

/// <summary>
/// The folder of a ledger process: <c>ledger.key</c> (mode 0600), <c>writers.json</c>, and <c>log/</c>, which alone may be shown to anyone.
/// </summary>
/// <param name="Folder">The folder.</param>
public sealed record LedgerHome(string Folder)
{
    /// <summary>The log's private key.</summary>
    public string Key => Path.Combine(Folder, "ledger.key");

    /// <summary>While the log changes keys: the key before, which signs beside the present one.</summary>
    public string OldKey => Path.Combine(Folder, "ledger.key.old");

    /// <summary>The last change of the log's key, a note for everyone who verifies.</summary>
    public string HandOver => Path.Combine(Folder, "hand-over.note");

    /// <summary>A new key that is being put in force.</summary>
    internal string NextKey => Path.Combine(Folder, "ledger.key.next");

    /// <summary>The signed checkpoint.</summary>
    internal string Checkpoint => Path.Combine(LogFolder, "checkpoint");

    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Who may append.</summary>
    public string Writers => Path.Combine(Folder, "writers.json");

    /// <summary>The log.</summary>
    public string LogFolder => Path.Combine(Folder, "log");

    /// <summary>The newest checkpoint with enough cosignatures, beside the log's own files so that it is shown with them.</summary>
    public string Cosigned => Path.Combine(LogFolder, "cosigned");

    /// <summary>
    /// Makes a home with a new key, an empty log and a credential for each writer. It is made beside and then renamed, so a home is either whole or not there.
    /// </summary>
    /// <param name="folder">Must not be there yet, or be empty.</param>
    /// <param name="origin">The log's name: the public address without scheme and trailing slash, e.g. <c>ledger.example/log</c>.</param>
    /// <param name="writers">Names; by default <c>desk</c> and <c>gate</c>.</param>
    /// <exception cref="LedgerException">There is something in the folder.</exception>
    /// <exception cref="FormatException">The origin cannot be a key's name.</exception>
    public static NewLedger Create(string folder, string origin, params string[] writers)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new LedgerException($"{folder} is not empty; a ledger is made in a folder of its own");
        var making = new LedgerHome(folder + ".new");
        if (Directory.Exists(making.Folder))
            Directory.Delete(making.Folder, recursive: true);
        Durable.CreateFolder(Path.GetDirectoryName(folder)!);
        Durable.CreateFolder(making.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var made = (writers.Length == 0 ? ["desk", "gate"] : writers).Select(name => LedgerWriter.Create(name)).ToList();
        using var signer = NoteSigner.Create(making.Key, origin);
        LedgerWriter.Write(making.Writers, made.Select(one => one.Writer));
        Log.Create(making.LogFolder, signer);
        if (Directory.Exists(folder))
            Directory.Delete(folder);
        Directory.Move(making.Folder, folder);
        Durable.SyncFolder(Path.GetDirectoryName(folder)!);
        return new NewLedger(new LedgerHome(folder), signer.Verifier, made.ToDictionary(one => one.Writer.Name, one => one.Credential));
    }

    /// <summary>Opens the key.</summary>
    /// <exception cref="LedgerException">There is no ledger in the folder, or its key file is not good.</exception>
    public NoteSigner OpenKey() => Open(Key);

    /// <summary>Opens the key before, which signs too while the log changes keys; <c>null</c> where there is none.</summary>
    /// <exception cref="LedgerException">Its file is not good.</exception>
    public NoteSigner? OpenOldKey() => File.Exists(OldKey) ? Open(OldKey) : null;

    private NoteSigner Open(string path)
    {
        if (!File.Exists(path))
            throw new LedgerException($"there is no ledger in {Folder} (no ledger.key); make one first. Where only the key was lost, `ledger replace-key --lost` gives the log a new one");
        try
        {
            return NoteSigner.Open(path);
        }
        catch (FormatException e)
        {
            throw new LedgerException(e.Message);
        }
    }
}

/// <summary>A ledger that was just made.</summary>
/// <param name="Home">Its folder.</param>
/// <param name="Key">Its public key: what everyone who checks needs, got another way.</param>
/// <param name="Credentials">By writer's name; they are kept nowhere, each goes to its writer now.</param>
public sealed record NewLedger(LedgerHome Home, NoteVerifier Key, IReadOnlyDictionary<string, string> Credentials);
