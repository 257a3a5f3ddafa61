using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What a gate's operator settles once.</summary>
/// <param name="Name">The gate's name, which its key carries too: printable ASCII without space or plus.</param>
/// <param name="Trial">Trial mode, stamped on everything.</param>
/// <param name="LedgerAddress"><c>unix:/path</c>, or <c>https://host:port#PIN</c> with the pin of the ledger's key (mutual TLS, with the gate's own <c>tls.pem</c>).</param>
/// <param name="LedgerKey">The ledger's key (vkey), and those before it as <see cref="LogKeys"/> writes them: the one log that this gate believes.</param>
/// <param name="Sources">What the gate may read.</param>
/// <param name="DeskDigest">SHA-256 of the desk's credential, lower-case hex.</param>
public sealed record GateSettings(string Name, bool Trial, string LedgerAddress, string LedgerKey, Sources Sources, string DeskDigest)
{
    /// <summary>Bytes of a package's volume, a multiple of 1 MiB; a larger package goes into several. <c>null</c>: one file, however large.</summary>
    public long? VolumeSize { get; init; }
    /// <summary>Bytes collected after which they are made durable, so that a kill costs no more than that; sixteen times as many read have the same effect.</summary>
    public long Segment { get; init; } = Spool.UsualSegment;

    /// <summary>How long a deletion that was approved waits, so that people can stop it.</summary>
    public TimeSpan DeleteAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Further sources.</summary>
    public IReadOnlyList<CollectorSettings> Collectors { get; init; } = [];

    /// <summary>Who puts a time stamp on what is sealed; <c>null</c> for nobody.</summary>
    public TimeStampAuthority? TimeStamps { get; init; }

    /// <summary>The witnesses of the ledger whose times the gate's clock is held against; <c>null</c> for the journal alone.</summary>
    public WitnessPolicy? Witnesses { get; init; }

    /// <summary>How far the clock may be ahead of what the witnesses agree on.</summary>
    public TimeSpan ClockAhead { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How much the gate does before it stops itself.</summary>
    public Tripwires Tripwires { get; init; } = new();

    /// <summary>The program that pages people when it has, an absolute path; <c>null</c> for none.</summary>
    public string? Page { get; init; }
}

/// <summary>What a new gate makes known.</summary>
/// <param name="Key">The counterseal key (vkey), for trust files.</param>
/// <param name="Vault">The vault's recipient, for the record.</param>
/// <param name="Books">Digests of the rule books that it holds.</param>
public sealed record GateCreated(string Key, string Vault, IReadOnlyList<string> Books);

/// <summary>A gate's folder: its settings, keys, roster, rule books, journal, stops, orders, packages and snapshots. Files are mode 0600, folders 0700.</summary>
public sealed partial class GateHome : IDisposable
{
    internal const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    private static readonly string[] Secrets = ["gate.json", "gate.key", TokenPlace.FileName, "vault.key", "writer.key", "account.key", "ledger.credential"];
    private static readonly string[] MayLack = ["gate.key", TokenPlace.FileName];
    private readonly byte[] accountKey;
    private readonly FileStream claim;

    private GateHome(string folder, FileStream claim)
    {
        Folder = folder;
        this.claim = claim;
        foreach (var secret in Secrets.Where(secret => !MayLack.Contains(secret) || File.Exists(At(secret))))
            Hidden(secret);
        Settings = ReadSettings(File.ReadAllBytes(At("gate.json")));
        foreach (var credential in Settings.Collectors.Select(collector => collector.CredentialFile).OfType<string>())
            Hidden(credential);
        void Hidden(string secret)
        {
            var mode = OperatingSystem.IsWindows() ? FileMode : File.GetUnixFileMode(At(secret));
            if ((mode & ~FolderMode) != 0)
                throw new InvalidDataException($"{At(secret)} can be used by others than the gate's user (mode {Convert.ToString((int)mode, 8)}); make it 600");
        }
        Signer = OpenSigner();
        if (Signer.Name != Settings.Name)
            throw new InvalidDataException($"{folder}: the counterseal key is that of another gate than gate.json names");
        Vault = AgeIdentity.Parse(File.ReadAllText(At("vault.key")));
        Writer = new WriterKey(File.ReadAllBytes(At("writer.key")));
        accountKey = File.ReadAllBytes(At("account.key"));
        LedgerCredential = File.ReadAllText(At("ledger.credential")).Trim();
        LedgerKey = LogKeys.Parse(Settings.LedgerKey);
        Tls = File.Exists(At(TlsKey.FileName)) ? TlsKey.Open(At(TlsKey.FileName)) : null;
        // A gate made before there were previews and spools has no folders for them.
        MakeFolder(At("previews"));
        MakeFolder(At("spool"));
    }

    /// <summary>The folder's absolute path.</summary>
    public string Folder { get; }
    /// <summary>What <c>gate.json</c> says.</summary>
    public GateSettings Settings { get; }
    internal NoteSigner Signer { get; }
    internal AgeIdentity Vault { get; }
    internal WriterKey Writer { get; }
    internal LogKeys LedgerKey { get; }
    internal string LedgerCredential { get; }
    internal TlsKey? Tls { get; }

    /// <summary>Makes a gate's folder with new keys.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="settings">What the operator settles.</param>
    /// <param name="ledgerCredential">The credential with which the gate writes to the ledger.</param>
    /// <param name="roster">The bytes of <c>roster.json</c>.</param>
    /// <param name="books">Folders of rule books; each is copied.</param>
    /// <exception cref="InvalidDataException">The folder is in use, or a setting cannot be.</exception>
    /// <exception cref="RefusalException">The roster cannot be used.</exception>
    /// <exception cref="RuleBookException">A rule book cannot be used.</exception>
    public static GateCreated Create(string folder, GateSettings settings, string ledgerCredential, ReadOnlyMemory<byte> roster, IReadOnlyList<string> books)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(books);
        folder = Path.GetFullPath(folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new InvalidDataException($"{folder} is not empty; a gate's folder is made once");
        if (Roster.Read(roster).Gate != settings.Name)
            throw new InvalidDataException("the roster is another gate's");
        _ = LogKeys.Parse(settings.LedgerKey);
        var digests = books.Select(book => RuleBook.Load(book).Digest).ToList();
        foreach (var name in (string[])["", "books", "orders", "packages", "previews", "snapshots", "spool", "stops", "directory"])
            MakeFolder(Path.Combine(folder, name));
        for (var i = 0; i < books.Count; i++)
            Copy(books[i], Path.Combine(folder, "books", digests[i]));
        using var signer = NoteSigner.Generate(settings.Name);
        using var vault = AgeIdentity.Generate();
        Durable.Replace(
            [
                (Path.Combine(folder, "gate.json"), SettingsJson(settings)),
                (Path.Combine(folder, "gate.key"), Encoding.ASCII.GetBytes(signer.Export() + "\n")),
                (Path.Combine(folder, "vault.key"), Encoding.ASCII.GetBytes(vault.Export().TrimEnd() + "\n")),
                (Path.Combine(folder, "writer.key"), RandomNumberGenerator.GetBytes(32)),
                (Path.Combine(folder, "account.key"), RandomNumberGenerator.GetBytes(32)),
                (Path.Combine(folder, "ledger.credential"), Encoding.UTF8.GetBytes(ledgerCredential + "\n")),
                (Path.Combine(folder, "roster.json"), roster.ToArray()),
            ],
            "gate.home.create",
            FileMode);
        Durable.Replace(Path.Combine(folder, "journal.ndjson"), [], "gate.home.create", FileMode);
        Place.Keep(folder);
        return new GateCreated(signer.Verifier.ToString(), vault.Recipient.Text, digests);
    }

    /// <summary>Whether a gate's folder is for trial mode, and where its ledger is; read without opening the folder.</summary>
    /// <exception cref="IOException">There is no gate.</exception>
    /// <exception cref="RefusalException">Its settings cannot be read.</exception>
    public static (bool Trial, string Ledger) Glance(string folder)
    {
        using var document = Shape.Parse(File.ReadAllBytes(Path.Combine(folder, "gate.json")), 1 << 20, "gate.json");
        var root = Shape.Open(document.RootElement, "gate.json");
        return (root.Bool("trial"), root.OpenObject("ledger").Text("address"));
    }

    /// <summary>Gives a gate that does not run another counterseal key; the old private key is gone. At its next start the gate puts the new one on record before it signs with it.</summary>
    /// <param name="folder">The gate's folder.</param>
    /// <param name="type">What kind of key.</param>
    /// <param name="token">The token in which to make it, or <c>null</c> for a file.</param>
    /// <returns>The old and the new public key (vkeys).</returns>
    /// <exception cref="InvalidDataException">The folder or the token cannot be used, or the gate runs.</exception>
    public static (string Old, string New) RotateKey(string folder, NoteKeyType type, TokenPlace? token)
    {
        using var home = Open(folder);
        var old = home.Signer.Verifier.ToString();
        if (token is null)
        {
            using var signer = NoteSigner.Generate(home.Settings.Name, type);
            Durable.Replace(home.At("gate.key"), Encoding.ASCII.GetBytes(signer.Export() + "\n"), "gate.key.rotate", FileMode);
            Remove(home.At(TokenPlace.FileName));
            return (old, signer.Verifier.ToString());
        }
        var made = TokenKey.Generate(token, home.Settings.Name, type);
        Durable.Replace(home.At(TokenPlace.FileName), made.Json(), "gate.key.rotate", FileMode);
        Remove(home.At("gate.key"));
        return (old, made.Public);
    }

    /// <summary>Gives a gate that does not run another writer key, from its next leaf on.</summary>
    /// <returns>The number of that leaf.</returns>
    /// <exception cref="InvalidDataException">The folder cannot be used, or the gate runs.</exception>
    public static long RotateWriter(string folder)
    {
        using var home = Open(folder);
        var next = Journal.Open(home.At("journal.ndjson"), TimeProvider.System).Leaves.Count;
        Durable.Replace(home.At("writer.key"), home.Writer.Next(next), "gate.writer.rotate", FileMode);
        return next;
    }

    /// <summary>Gives a gate that does not run another credential for the ledger.</summary>
    /// <exception cref="InvalidDataException">The folder cannot be used, or the gate runs.</exception>
    public static void TakeLedgerCredential(string folder, string credential)
    {
        using var home = Open(folder);
        Durable.Replace(home.At("ledger.credential"), Encoding.UTF8.GetBytes(credential + "\n"), "gate.credential.write", FileMode);
    }

    /// <summary>Makes the desk another credential; the old one opens nothing any more. The gate must not run.</summary>
    /// <returns>The credential, which is given this once.</returns>
    /// <exception cref="InvalidDataException">The folder cannot be used, or the gate runs.</exception>
    public static string NewDeskCredential(string folder)
    {
        using var home = Open(folder);
        var credential = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var settings = home.Settings with { DeskDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(credential))) };
        Durable.Replace(home.At("gate.json"), SettingsJson(settings), "gate.credential.write", FileMode);
        return credential;
    }

    /// <summary>Gives a gate that does not run another vault key, and encrypts the snapshots and previews that it keeps to it. Cut off, it is begun again: what is done is passed over.</summary>
    /// <returns>How many files.</returns>
    /// <exception cref="InvalidDataException">The folder cannot be used, the gate runs, or a snapshot is for neither key.</exception>
    public static int RotateVault(string folder)
    {
        folder = Path.GetFullPath(folder);
        var (path, next) = (Path.Combine(folder, "vault.key"), Path.Combine(folder, "vault.key.next"));
        using var home = Open(folder);
        if (!File.Exists(next))
        {
            using var made = AgeIdentity.Generate();
            Durable.Replace(next, Encoding.ASCII.GetBytes(made.Export().TrimEnd() + "\n"), "gate.vault.rotate", FileMode);
        }
        using var vault = AgeIdentity.Parse(File.ReadAllText(next).Trim());
        var kept = new[] { "snapshots", "previews" }.Select(name => home.At(name)).Where(Directory.Exists).SelectMany(at => Directory.EnumerateFiles(at, "*.age", SearchOption.AllDirectories)).ToList();
        foreach (var file in kept)
            Rewrap(file, home.Vault, vault);
        File.Move(next, path, overwrite: true);
        Durable.SyncFolder(folder);
        return kept.Count;
    }

    /// <summary>The same plaintext under a new file key for another recipient; a file that is for it already stays.</summary>
    private static void Rewrap(string file, AgeIdentity from, AgeIdentity to)
    {
        try
        {
            using var already = File.OpenRead(file);
            using var probe = Age.Decrypt(already, [to]);
            return;
        }
        catch (AgeException)
        {
            // Still for the old key.
        }
        var partial = file + ".rewrap";
        using (var into = new FileStream(partial, new FileStreamOptions { Mode = System.IO.FileMode.Create, Access = FileAccess.Write, UnixCreateMode = FileMode }))
        {
            try
            {
                using var old = File.OpenRead(file);
                using var plain = Age.Decrypt(old, [from]);
                using var age = Age.Encrypt(into, [to.Recipient]);
                plain.CopyTo(age);
            }
            catch (AgeException e)
            {
                throw new InvalidDataException($"{file}: {e.Message}", e);
            }
            into.Flush(flushToDisk: true);
        }
        CrashPoint.Reach("gate.vault.rewrap.before");
        File.Move(partial, file, overwrite: true);
        Durable.SyncFolder(Path.GetDirectoryName(file)!);
    }

    private static void Remove(string path)
    {
        File.Delete(path);
        Durable.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Opens a gate's folder and holds it, so that no second gate runs on it.</summary>
    /// <exception cref="InvalidDataException">Keys that others can read, settings that cannot be used, or a gate runs on it already.</exception>
    public static GateHome Open(string folder)
    {
        folder = Path.GetFullPath(folder);
        FileStream claim;
        try
        {
            claim = new FileStream(Path.Combine(folder, "running"), System.IO.FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidDataException($"{folder} is not a gate's folder, or a gate runs on it already", e);
        }
        try
        {
            return new GateHome(folder, claim);
        }
        catch (Exception e) when (e is IOException or FormatException or RefusalException or ArgumentException or UnauthorizedAccessException)
        {
            claim.Dispose();
            throw new InvalidDataException($"{folder}: {e.Message}", e);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>The path of something in the folder.</summary>
    internal string At(params ReadOnlySpan<string> names) => Path.Combine([Folder, .. names]);

    /// <summary>
    /// The opaque number of an account: <c>A-</c> and 60 bits of HMAC-SHA256 under the gate's own key in Crockford's base32. The desk can tell that two counts
    /// met the same account, and nothing else.
    /// </summary>
    internal string AccountNumber(string account) => "A-" + Number("counterseal/account/v1\n" + account);

    private string Number(string of)
    {
        const string crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        var mac = HMACSHA256.HashData(accountKey, Encoding.UTF8.GetBytes(of));
        var bits = BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(mac) : BitConverter.ToUInt64(mac);
        Span<char> text = stackalloc char[12];
        for (var i = 0; i < 12; i++)
            text[i] = crockford[(int)((bits >> (59 - (5 * i))) & 31)];
        return new string(text);
    }

    /// <summary>What another person's address becomes where it is masked: the same within a demand, so that a conversation can be followed, and another for each demand.</summary>
    internal string Pseudonym(string demand, string address) => "P-" + Number("counterseal/party/v1\n" + demand + "\n" + address);

    /// <summary>The rules of minimisation as they stand now; none where there is no file.</summary>
    /// <exception cref="RefusalException"><c>minimisation</c>: they cannot be read, or are malformed.</exception>
    internal MinimisationRules ReadMinimisation()
    {
        try
        {
            return File.Exists(At("minimisation.json")) ? MinimisationRules.Read(File.ReadAllBytes(At("minimisation.json"))) : MinimisationRules.None;
        }
        catch (RefusalException e)
        {
            throw new RefusalException(Refusal.Of(Refusal.RulesUnusable, e.Refusal.What, e.Refusal.Where));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusalException(Refusal.Of(Refusal.RulesUnusable, "the rules cannot be read", "minimisation.json"));
        }
    }

    /// <summary>The roster as it stands now. Read for every decision, so that a struck reviewer is struck at once.</summary>
    /// <exception cref="RefusalException"><c>roster</c>: it cannot be read, is malformed, or is another gate's.</exception>
    internal Roster ReadRoster()
    {
        try
        {
            var roster = Roster.Read(File.ReadAllBytes(At("roster.json")));
            return roster.Gate == Settings.Name ? roster : throw new RefusalException(Refusal.Of(Refusal.RosterUnusable, "the roster is another gate's", "roster.json"));
        }
        catch (RefusalException e) when (e.Refusal.Code == Refusal.Malformed)
        {
            throw new RefusalException(Refusal.Of(Refusal.RosterUnusable, e.Refusal.What, e.Refusal.Where));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusalException(Refusal.Of(Refusal.RosterUnusable, "the roster cannot be read", "roster.json"));
        }
    }

    /// <summary>The rule books in <c>books/</c>, by digest; one that cannot be read is left out and named.</summary>
    internal Dictionary<string, RuleBook> ReadBooks(Action<string, Exception> unusable)
    {
        var books = new Dictionary<string, RuleBook>(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(At("books")).Order(StringComparer.Ordinal))
        {
            try
            {
                var book = RuleBook.Load(folder);
                books[book.Digest] = book;
            }
            catch (Exception e) when (e is RuleBookException or IOException or UnauthorizedAccessException)
            {
                unusable(Path.GetFileName(folder), e);
            }
        }
        return books;
    }

    /// <summary>Whether a credential is the desk's; takes the same time whatever it is.</summary>
    internal bool IsDesk(string credential)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(credential), digest);
        return CryptographicOperations.FixedTimeEquals(digest, Convert.FromHexString(Settings.DeskDigest));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Signer.Dispose();
        Tls?.Dispose();
        Vault.Dispose();
        CryptographicOperations.ZeroMemory(accountKey);
        claim.Dispose();
    }

    /// <summary>The counterseal key: in a token, or in a file; never both, since nobody could say which of them signs.</summary>
    private NoteSigner OpenSigner()
    {
        var (inFile, inToken) = (File.Exists(At("gate.key")), File.Exists(At(TokenPlace.FileName)));
        return inFile && inToken ? throw new InvalidDataException($"{At("gate.key")} and {At(TokenPlace.FileName)} are both there; the counterseal key is in one place")
            : inToken ? TokenKey.Open(TokenPlace.Read(File.ReadAllBytes(At(TokenPlace.FileName))))
            : NoteSigner.Parse(File.ReadAllText(At("gate.key")).Trim());
    }

    private static byte[] SettingsJson(GateSettings settings)
    {
        var json = new JsonObject
        {
            ["name"] = settings.Name,
            ["trial"] = settings.Trial,
            ["ledger"] = new JsonObject { ["address"] = settings.LedgerAddress, ["key"] = settings.LedgerKey },
            ["sources"] = new JsonObject { ["accounts"] = settings.Sources.Accounts, ["mail"] = settings.Sources.Mail },
            ["desk"] = settings.DeskDigest,
            ["tripwires"] = settings.Tripwires.Json(),
        };
        if (settings.DeleteAfter != TimeSpan.FromHours(24))
            json["deleteAfter"] = (long)settings.DeleteAfter.TotalSeconds;
        if (settings.Witnesses is { } witnesses)
            json["witnesses"] = Trust.WitnessesJson(witnesses);
        if (settings.ClockAhead != TimeSpan.FromHours(1))
            json["clockAhead"] = (long)settings.ClockAhead.TotalSeconds;
        if (settings.Page is not null)
            json["page"] = settings.Page;
        if (settings.VolumeSize is { } size)
            json["volumeSize"] = size;
        if (settings.TimeStamps is { } stamps)
            json["timeStamps"] = new JsonObject { ["address"] = stamps.Address.AbsoluteUri, ["certificates"] = new JsonArray([.. stamps.Certificates.Select(one => (JsonNode)one)]) };
        if (settings.Segment != Spool.UsualSegment)
            json["segment"] = settings.Segment;
        if (settings.Collectors.Count > 0)
            json["collectors"] = new JsonArray([.. settings.Collectors.Select(collector => collector.Json())]);
        return Canonical.Bytes(json);
    }

    private GateSettings ReadSettings(ReadOnlyMemory<byte> json)
    {
        using var document = Shape.Parse(json, 1 << 20, "gate.json");
        var root = Shape.Closed(document.RootElement, "gate.json", "name", "trial", "ledger", "sources", "collectors", "desk", "tripwires", "page", "volumeSize", "segment", "deleteAfter", "timeStamps", "witnesses", "clockAhead");
        var ledger = root.Object("ledger", "address", "key");
        var sources = root.Object("sources", "accounts", "mail");
        var page = root.Has("page") ? root.Text("page") : null;
        if (page is not null && !Path.IsPathRooted(page))
            throw RefusalException.Malformed("page must be the absolute path of a program", "gate.json/page");
        return new GateSettings(root.Text("name", 100), root.Bool("trial"), ledger.Text("address"), ledger.Text("key"), new Sources(sources.Text("accounts"), sources.Text("mail")), root.Hex("desk", 32))
        {
            // A gate made before there were any has the usual ones.
            Tripwires = root.Has("tripwires") ? Tripwires.Read(root.Object("tripwires", Tripwires.Members)) : new Tripwires(),
            Page = page,
            Witnesses = Trust.ReadWitnesses(root),
            ClockAhead = root.Has("clockAhead") ? TimeSpan.FromSeconds(root.Whole("clockAhead", 60, 86_400)) : TimeSpan.FromHours(1),
            TimeStamps = root.Has("timeStamps") ? ReadTimeStamps(root.Object("timeStamps", "address", "certificates")) : null,
            DeleteAfter = root.Has("deleteAfter") ? TimeSpan.FromSeconds(root.Whole("deleteAfter", 0, 90 * 86_400)) : TimeSpan.FromHours(24),
            VolumeSize = !root.Has("volumeSize") ? null
                : root.Whole("volumeSize", BlockDigests.Size, long.MaxValue) is var size && size % BlockDigests.Size == 0 ? size
                : throw RefusalException.Malformed("a volume's size is a multiple of 1 MiB (1048576)", root.Place("volumeSize")),
            Segment = root.Has("segment") ? root.Whole("segment", 1 << 16, 1L << 40) : Spool.UsualSegment,
            Collectors = root.Has("collectors") ? CollectorSettings.Read(root.Member("collectors"), file => File.ReadAllText(At(file)).Trim()) : [],
        };
    }

    private static TimeStampAuthority ReadTimeStamps(Shape shape)
    {
        if (!Uri.TryCreate(shape.Text("address"), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw RefusalException.Malformed("this must be an http or https address", shape.Place("address"));
        var certificates = shape.Texts("certificates", 4, 64 * 1024);
        try
        {
            return TimeStamp.Certificates(certificates).Count > 0 ? new TimeStampAuthority(address, certificates) : throw RefusalException.Malformed("at least one certificate must be pinned", shape.Place("certificates"));
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed(e.Message, shape.Place("certificates"));
        }
    }

    /// <summary>A folder for the gate's user alone, also where it was there before or the process has a strange umask.</summary>
    private static void MakeFolder(string path)
    {
        Durable.CreateFolder(path, FolderMode);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, FolderMode);
    }

    private static void Copy(string from, string to)
    {
        MakeFolder(to);
        foreach (var file in Directory.EnumerateFiles(from))
            Durable.Replace(Path.Combine(to, Path.GetFileName(file)), File.ReadAllBytes(file), "gate.home.book", FileMode);
        foreach (var folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
