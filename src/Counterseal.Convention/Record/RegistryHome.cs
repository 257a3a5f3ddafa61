using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>The registry's folder: <c>registry.yaml</c>, the editor's key, the credential and tag key for the ledger (all mode 600), and <c>data/</c>, which editors edit.</summary>
/// <param name="Folder">The folder.</param>
public sealed record RegistryHome(string Folder)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Settings => Path.Combine(Folder, "registry.yaml");

    /// <summary>Instruments, pledges, documents, rules and mappings.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>Whether there is a registry.</summary>
    public bool Exists => File.Exists(Settings);

    /// <summary>Makes one. Killed in the middle there is no <c>registry.yaml</c> yet, and it is made again.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="data">The data to begin with, copied.</param>
    /// <param name="editor">The name of the editor's key, e.g. <c>registry.example/editor</c>.</param>
    /// <param name="ledgerAddress">The ledger.</param>
    /// <param name="ledgerKey">Its public key.</param>
    /// <param name="credential">The registry's credential there.</param>
    /// <param name="database">A PostgreSQL connection string, or <c>null</c> for SQLite in the folder.</param>
    /// <exception cref="RegistryException">There is one already.</exception>
    public static RegistryHome Create(string folder, string data, string editor, string ledgerAddress, string ledgerKey, string credential, string? database)
    {
        var home = new RegistryHome(Path.GetFullPath(folder));
        if (home.Exists)
            throw new RegistryException($"{home.Folder} has a registry already; a new key would make it a stranger to its own events");
        Durable.CreateFolder(home.Folder, Private | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(home.Data, Path.GetRelativePath(data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
        using var signer = NoteSigner.Generate(editor);
        Durable.Replace(
            [
                (Path.Combine(home.Folder, "editor.key"), Encoding.UTF8.GetBytes(signer.Export() + "\n")), (Path.Combine(home.Folder, "ledger.credential"), Encoding.UTF8.GetBytes(credential + "\n")),
                (Path.Combine(home.Folder, "writer.key"), Encoding.UTF8.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n")),
            ], "registry.home.secrets", Private);
        Durable.Replace(home.Settings, Encoding.UTF8.GetBytes($"""
            # What the registry stands on (docs/registry.md). Relative paths are taken from this folder.
            database: '{(database ?? "sqlite:registry.db").Replace("'", "''", StringComparison.Ordinal)}'
            ledger: '{ledgerAddress}'
            ledgerKey: '{ledgerKey}'
            editorKey: '{signer.Verifier}'

            """), "registry.home", Private);
        return home;
    }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="RegistryException">There is no registry.</exception>
    /// <exception cref="FormatException">They are not good.</exception>
    public RegistryOptions Options()
    {
        var note = Read();
        var database = note.Need("database").Text;
        if (database.StartsWith("sqlite:", StringComparison.Ordinal))
            database = "sqlite:" + Path.Combine(Folder, database["sqlite:".Length..]);
        return new() { Database = database, Editor = NoteVerifier.Parse(note.Need("editorKey").Text), Log = LogKeys.Parse(note.Need("ledgerKey").Text) };
    }

    /// <summary>A pen: the editor's key and the way to the ledger. The caller disposes its signer and ledger.</summary>
    public RegistryPen Pen()
    {
        var note = Read();
        var ledger = note.Need("ledger").Text;
        if (ledger.StartsWith("unix:", StringComparison.Ordinal) && !Path.IsPathRooted(ledger["unix:".Length..]))
            ledger = "unix:" + Path.GetFullPath(Path.Combine(Folder, ledger["unix:".Length..]));
        return new(NoteSigner.Open(Path.Combine(Folder, "editor.key")), new LedgerClient(ledger, LogKeys.Parse(note.Need("ledgerKey").Text), Secret("ledger.credential")), new WriterKey(Convert.FromHexString(Secret("writer.key"))));
    }

    private string Secret(string name) => File.ReadAllText(Path.Combine(Folder, name)).Trim();

    private YamlNote Read()
    {
        if (!Exists)
            throw new RegistryException($"there is no registry in {Folder}; `counterseal convention init` makes one");
        var note = YamlNote.Read("registry.yaml", File.ReadAllBytes(Settings));
        note.Only("database", "ledger", "ledgerKey", "editorKey");
        return note;
    }

    /// <summary>Records the instruments and pledges of the data folder that are not recorded yet. A text that was recorded otherwise is not touched: a change of wording is a correction, with a reason.</summary>
    /// <param name="record">The registry, with a pen.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="by">Who.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>How many were recorded.</returns>
    public static async Task<int> Adopt(RegistryRecord record, string data, string by, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var book = InstrumentBook.Read(data);
        var known = (await record.All<InstrumentVersion>("instrument", cancel)).Select(v => v.Subject).ToHashSet(StringComparer.Ordinal);
        var instruments = book.Versions.Where(v => !known.Contains(v.Subject)).Select(RegistryItem.Of).ToList();
        if (instruments.Count > 0)
            await record.Append(by, "instruments", null, instruments, cancel);
        var file = Path.Combine(data, "pledges.yaml");
        var pledged = (await record.All<Pledge>("pledge", cancel)).Select(p => p.Subject).ToHashSet(StringComparer.Ordinal);
        var pledges = File.Exists(file) ? Pledge.Read("pledges.yaml", await File.ReadAllBytesAsync(file, cancel), book).Where(p => !pledged.Contains(p.Subject)).ToList() : [];
        foreach (var pledge in pledges)
            if (pledge.DocumentFault(data) is { } fault)
                throw new RegistryException($"pledge {pledge.Id}: {fault}");
        if (pledges.Count > 0)
            await record.Append(by, "pledge", null, [.. pledges.Select(RegistryItem.Of)], cancel);
        return instruments.Count + pledges.Count;
    }
}
