using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>What the register's folder says it runs by: <c>vulnerabilities.yaml</c> and the secrets that it names (docs/vulnerabilities.md).</summary>
public sealed record RegisterSettings
{
    /// <summary>The file's name.</summary>
    public const string FileName = "vulnerabilities.yaml";

    /// <summary>The folder.</summary>
    public required string Folder { get; init; }
    /// <summary>The ledger's address.</summary>
    public required string LedgerAddress { get; init; }
    /// <summary>The ledger's key.</summary>
    public required LogKeys LedgerKey { get; init; }
    /// <summary>The register's own credential there.</summary>
    public required string LedgerCredential { get; init; }
    /// <summary>What the register is opened with, but for what seals and what signs.</summary>
    public required RegisterOptions Options { get; init; }
    /// <summary>A Maildir whose mail is taken as reports, or <c>null</c>.</summary>
    public string? Maildir { get; init; }
    /// <summary>GnuPG's folder and the key that signs, or <c>null</c>.</summary>
    public (string Home, string Key)? Signing { get; init; }

    /// <summary>Whether a folder is a register's.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads a folder's settings.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="seal">Seals reports.</param>
    /// <exception cref="FormatException">Something in them cannot be used; names file, line and what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RegisterSettings Read(string folder, SealReport seal)
    {
        folder = Path.GetFullPath(folder);
        var file = Path.Combine(folder, FileName);
        var note = YamlNote.Read(file, File.ReadAllBytes(file));
        note.Only("trial", "database", "ledger", "writerKey", "secret", "intakeKey", "publisher", "zone", "maildir", "clocks", "signing");
        var trial = note.Get("trial") is { } said && WatchSettings.Flag(said);
        var ledger = note.Need("ledger");
        ledger.Only("address", "key", "credential");
        var intake = note.Need("intakeKey");
        try
        {
            _ = seal(intake.Text, "x"u8);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{intake.Place}: {wrong.Message}", wrong);
        }
        // Whoever takes this machine over must not find the key beside what it opens.
        if (!trial && Directory.EnumerateFiles(folder).Any(HoldsIdentity))
            throw new FormatException($"{intake.Place}: the private half of the intake key lies in {folder}; move it to where reports are opened, away from this machine");
        var signing = note.Get("signing");
        signing?.Only("home", "key");
        return new RegisterSettings
        {
            Folder = folder,
            LedgerAddress = ledger.Need("address") is var address && address.Text.StartsWith("unix:", StringComparison.Ordinal) ? "unix:" + Path.GetFullPath(address.Text["unix:".Length..], folder) : address.Text,
            LedgerKey = WatchSettings.Key(ledger.Need("key")),
            LedgerCredential = WatchSettings.Secretly(folder, ledger.Need("credential")),
            Options = new RegisterOptions
            {
                Database = WatchSettings.DatabaseOf(folder, note.Need("database")),
                WriterKey = new WriterKey(WatchSettings.Hex(folder, note.Need("writerKey"), exactly: 32)),
                Secret = WatchSettings.Hex(folder, note.Need("secret"), exactly: null),
                Recipient = intake.Text,
                Seal = seal,
                Publisher = PublisherOf(note.Need("publisher")),
                Clocks = note.Get("clocks") is { } clocks ? ClockBook.Parse(clocks.Text, File.ReadAllBytes(Path.GetFullPath(clocks.Text, folder))) : ClockBook.Own,
                Zone = note.Get("zone") is { } zone ? ZoneOf(zone) : TimeZoneInfo.Utc,
            },
            Maildir = note.Get("maildir") is { } maildir ? Path.GetFullPath(maildir.Text, folder) : null,
            Signing = signing is { } key ? (Path.GetFullPath(key.Need("home").Text, folder), key.Need("key").Text) : null,
        };
    }

    /// <summary>Opens the register with its signer and its own connection to the ledger.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="RecordException">The database is newer, or GnuPG has not the key.</exception>
    public async Task<OpenRegister> Open(TimeProvider time, CancellationToken cancel)
    {
        var signer = Signing is var (home, key) ? await GnuPg.Open(home, key, cancel) : null;
        var ledger = new LedgerClient(LedgerAddress, LedgerKey, LedgerCredential);
        try
        {
            return new(await VulnerabilityRegister.Open(Options with { Signer = signer }, ledger, time, cancel), ledger);
        }
        catch
        {
            ledger.Dispose();
            throw;
        }
    }

    /// <summary>Makes a register's folder with trial values and new secrets. Killed in the middle there are no settings yet, and it is made again.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="made">What it is made with.</param>
    /// <exception cref="RecordException">There is a register already.</exception>
    public static void Create(string folder, NewRegister made)
    {
        ArgumentNullException.ThrowIfNull(made);
        folder = Path.GetFullPath(folder);
        if (Exists(folder))
            throw new RecordException($"{folder} has a register already; a new writer key would make it a stranger to its own leaves");
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Durable.CreateFolder(folder, mine | UnixFileMode.UserExecute);
        foreach (var part in (string[])["cur", "new", "tmp"])
            Durable.CreateFolder(Path.Combine(folder, "mail", part), mine | UnixFileMode.UserExecute);
        static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Durable.Replace([.. new[] { ("ledger.credential", made.LedgerCredential), ("writer.key", Random()), ("marks.secret", Random()) }
            .Select(one => (Path.Combine(folder, one.Item1), Encoding.UTF8.GetBytes(one.Item2 + "\n")))], "vulnerability.home.secrets", mine);
        // The settings come last: a folder with them is whole.
        Durable.Replace(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
            # What the vulnerability register runs by; every key is described in docs/vulnerabilities.md. These are values for a trial. Paths are taken from this folder.
            trial: true
            database: sqlite:vulnerabilities.db
            ledger:
              address: {made.LedgerAddress}
              key: {made.LedgerKey}
              credential: ledger.credential
            writerKey: writer.key
            secret: marks.secret
            # Reports are sealed to this key. Its private half is not needed here, and outside a trial it must not be here.
            intakeKey: {made.IntakeKey}
            publisher:
              name: Example Mail
              namespace: https://www.mail.example
              origin: https://mail.example
              contact: security@mail.example
              prefix: EXM
              languages: [en, de]
            zone: Europe/Dublin
            maildir: mail

            """)), "vulnerability.home");
    }

    private static CsafPublisher PublisherOf(YamlNote note)
    {
        note.Only("name", "namespace", "origin", "contact", "prefix", "languages");
        try
        {
            return new CsafPublisher(note.Need("name").Text, note.Need("namespace").Text, note.Need("origin").Text, note.Need("contact").Text, note.Need("prefix").Text, [.. note.Need("languages").Items.Select(one => one.Text)]).Checked();
        }
        catch (FormatException wrong) when (!wrong.Message.StartsWith(note.File, StringComparison.Ordinal))
        {
            throw new FormatException($"{note.Place}: {wrong.Message}", wrong);
        }
    }

    private static TimeZoneInfo ZoneOf(YamlNote note)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(note.Text);
        }
        catch (Exception none) when (none is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new FormatException($"{note.Place}: \"{note.Text}\" is no time zone of this machine, e.g. Europe/Dublin", none);
        }
    }

    private static bool HoldsIdentity(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > 64 << 10)
            return false;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Contains("AGE-SECRET-KEY-", StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>What a new register is made with.</summary>
/// <param name="LedgerAddress">The ledger's address.</param>
/// <param name="LedgerKey">The ledger's key.</param>
/// <param name="LedgerCredential">The register's own credential there.</param>
/// <param name="IntakeKey">The intake key's public half, <c>age1…</c>.</param>
public sealed record NewRegister(string LedgerAddress, string LedgerKey, string LedgerCredential, string IntakeKey);

/// <summary>A register that is open, with its connection to the ledger.</summary>
/// <param name="Register">The register.</param>
/// <param name="Ledger">Its own connection.</param>
public sealed record OpenRegister(VulnerabilityRegister Register, LedgerClient Ledger) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Register.DisposeAsync();
        Ledger.Dispose();
    }
}
