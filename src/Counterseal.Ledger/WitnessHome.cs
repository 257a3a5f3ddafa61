using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterseal.Ledger;

/// <summary>A log that a witness watches.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Keys">Its keys (vkeys), all under the origin's name: one, or two while the log changes from one to the other.</param>
public sealed record WitnessedLog(string Origin, IReadOnlyList<string> Keys);

/// <summary>
/// The folder of a witness: <c>witness.key</c> (mode 0600), <c>logs.json</c>, and <c>seen/</c> with the last checkpoint that it cosigned of each log. A witness that has lost what it saw, or
/// was restored from a copy, could sign a second view; it does not start again, and gets a new key instead.
/// </summary>
/// <param name="Folder">The folder.</param>
public sealed record WitnessHome(string Folder)
{
    internal const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int LongestLogs = 1 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        MaxDepth = 8,
    };

    /// <summary>The private key: an Ed25519 key in the form of a note's, with which only cosignatures are made.</summary>
    public string Key => Path.Combine(Folder, "witness.key");

    /// <summary>The logs.</summary>
    public string Logs => Path.Combine(Folder, "logs.json");

    private string PlaceFile => Path.Combine(Folder, "place");

    /// <summary>What was seen last of a log; empty while nothing was.</summary>
    internal string Seen(string origin) => Path.Combine(Folder, "seen", Hash(origin));

    /// <summary>A log's address below the witness: SHA-256 of its origin, lower-case hex.</summary>
    public static string Hash(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    /// <summary>Makes a witness with a key of its own that watches nothing yet.</summary>
    /// <param name="folder">Must not be there yet, or be empty.</param>
    /// <param name="name">The witness's name, e.g. <c>witness.example</c>.</param>
    /// <exception cref="LedgerException">There is something in the folder.</exception>
    /// <exception cref="FormatException">The name cannot be a key's name.</exception>
    public static WitnessKey Create(string folder, string name)
    {
        folder = Path.GetFullPath(folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new LedgerException($"{folder} is not empty; a witness is made in a folder of its own");
        const UnixFileMode own = FileMode | UnixFileMode.UserExecute;
        Durable.CreateFolder(folder, own);
        var home = new WitnessHome(folder);
        Durable.CreateFolder(Path.Combine(folder, "seen"), own);
        home.Write([]);
        home.KeepPlace();
        using var signer = NoteSigner.Create(home.Key, name);
        return WitnessKey.Of(name, signer.Verifier.PublicKey);
    }

    /// <summary>Opens the key.</summary>
    /// <exception cref="LedgerException">There is no witness in the folder, or its key file is not good.</exception>
    public NoteSigner OpenKey()
    {
        if (!File.Exists(Key))
            throw new LedgerException($"there is no witness in {Folder} (no witness.key); make one first");
        try
        {
            return NoteSigner.Open(Key);
        }
        catch (FormatException e)
        {
            throw new LedgerException(e.Message);
        }
    }

    /// <summary>The logs that are watched.</summary>
    /// <exception cref="LedgerException"><c>logs.json</c> cannot be used.</exception>
    public IReadOnlyList<WitnessedLog> Read()
    {
        try
        {
            if (new FileInfo(Logs).Length > LongestLogs)
                throw new LedgerException($"{Logs} is larger than 1 MiB");
            var logs = JsonSerializer.Deserialize<List<WitnessedLog>>(File.ReadAllBytes(Logs), Json) ?? [];
            foreach (var log in logs)
                _ = KeysOf(log);
            return logs.DistinctBy(log => log.Origin).Count() == logs.Count ? logs : throw new LedgerException($"{Logs}: one log stands there twice");
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException)
        {
            throw new LedgerException($"{Logs}: {e.Message}");
        }
    }

    /// <summary>Watches a log under a key: the first, or one more while the log changes keys. Holds from the witness's next start.</summary>
    /// <exception cref="LedgerException">It cannot be written.</exception>
    public void Add(NoteVerifier key)
    {
        var logs = Read().ToList();
        var at = logs.FindIndex(log => log.Origin == key.Name);
        if (at < 0)
        {
            // The mark comes first and stays for ever: a log without one has lost what was seen of it.
            if (!File.Exists(Seen(key.Name)))
                Durable.Replace(Seen(key.Name), [], "witness.log", FileMode);
            logs.Add(new WitnessedLog(key.Name, [key.ToString()]));
        }
        else if (!logs[at].Keys.Contains(key.ToString()))
            logs[at] = logs[at] with { Keys = [.. logs[at].Keys, key.ToString()] };
        Write(logs);
    }

    /// <summary>Believes a key no longer; with its last key a log is no longer watched. What was seen of it stays, so that nothing else is ever signed. Holds from the next start.</summary>
    /// <exception cref="LedgerException">The key is not there.</exception>
    public void Remove(NoteVerifier key)
    {
        var logs = Read().ToList();
        if (logs.FindIndex(log => log.Keys.Contains(key.ToString())) is not (>= 0 and var at))
            throw new LedgerException($"the witness does not watch {key.Name} under this key");
        logs[at] = logs[at] with { Keys = [.. logs[at].Keys.Where(one => one != key.ToString())] };
        Write(logs.Where(log => log.Keys.Count > 0));
    }

    /// <summary>The size of a log that was cosigned last; <c>null</c> when nothing was.</summary>
    public long? SizeSeen(string origin) => File.Exists(Seen(origin)) && new FileInfo(Seen(origin)).Length > 0 ? Checkpoint.Read(SignedNote.Parse(File.ReadAllBytes(Seen(origin))).Text).Size : null;

    internal static IReadOnlyList<NoteVerifier> KeysOf(WitnessedLog log) =>
        [.. log.Keys.Select(NoteVerifier.Parse).Select(key => key.Name == log.Origin ? key : throw new FormatException($"the key of {key.Name} stands under {log.Origin}"))];

    /// <summary>That this is the folder that was written to last, and no copy of it.</summary>
    /// <exception cref="LedgerException">It is a copy, or what was seen of a log is gone.</exception>
    internal void EnsureWhole(IEnumerable<WitnessedLog> logs)
    {
        if (!OperatingSystem.IsWindows() && (!File.Exists(PlaceFile) || File.ReadAllText(PlaceFile).TrimEnd() != PlaceOf()))
            throw new LedgerException($"{Folder} is a copy, or was restored from one: it may not know the last checkpoint that this key has cosigned, and would sign a second view. Make a new witness with a new key (docs/runbooks/witness-keys.md)");
        foreach (var log in logs.Where(log => !File.Exists(Seen(log.Origin))))
            throw new LedgerException($"what this witness has seen of {log.Origin} is gone ({Seen(log.Origin)}); make a new witness with a new key (docs/runbooks/witness-keys.md)");
    }

    private void KeepPlace() => Durable.Replace(PlaceFile, Encoding.ASCII.GetBytes(PlaceOf() + "\n"), "witness.place", FileMode);

    private string PlaceOf()
    {
        const string machine = "/etc/machine-id";
        return Convert.ToHexStringLower(SHA256.HashData([.. File.Exists(machine) ? File.ReadAllBytes(machine) : [], .. FileFacts.Of(Path.Combine(Folder, "seen")).Identity()]));
    }

    private void Write(IEnumerable<WitnessedLog> logs) => Durable.Replace(Logs, [.. JsonSerializer.SerializeToUtf8Bytes(logs, Json), (byte)'\n'], "witness.logs", FileMode);
}
