using System.Net;
using System.Security.Cryptography.X509Certificates;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>A TAXII server that is asked for indicators.</summary>
/// <param name="Name">The operator's name of the feed.</param>
/// <param name="Server">Its address; <c>https</c>, or <c>http</c> on this machine.</param>
/// <param name="Collections">The identifiers or titles of the collections that are wanted; empty for all that may be read.</param>
/// <param name="Authorization">What is sent as <c>Authorization</c>, e.g. <c>Basic …</c>; <c>null</c> for nothing.</param>
public sealed record TaxiiSource(string Name, Uri Server, IReadOnlyList<string> Collections, string? Authorization)
{
    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => $"{Name} ({Server})";
}

/// <summary>
/// What the bell runs by: <c>watch.yaml</c> in a folder of its own, with its secrets in files beside it. Every key is described in <c>docs/bell.md</c>. Paths are taken from the folder of the file.
/// </summary>
public sealed record WatchSettings
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "watch.yaml";

    /// <summary>The folder that the file lies in.</summary>
    public required string Folder { get; init; }

    /// <summary>Trial mode: webhooks to this machine without TLS, and a mailbox in a folder in the place of a mail server.</summary>
    public bool Trial { get; init; }

    /// <summary><c>sqlite:PATH</c>, or an Npgsql connection string.</summary>
    public required string Database { get; init; }

    /// <summary>Where loggers, the product and readers of the code page come; on this machine only.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The ledger's address.</summary>
    public required string LedgerAddress { get; init; }

    /// <summary>The ledger's key.</summary>
    public required LogKeys LedgerKey { get; init; }

    /// <summary>The bell's own credential at the ledger.</summary>
    public required string LedgerCredential { get; init; }

    /// <summary>The bell's key for tags, 32 bytes.</summary>
    public required byte[] WriterKey { get; init; }

    /// <summary>From which codes, batches and webhook keys are made.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Who gives the notices.</summary>
    public required Provider Provider { get; init; }

    /// <summary>The customers' directory (<see cref="CustomerDirectory"/>).</summary>
    public required string Customers { get; init; }

    /// <summary>Folders of feeds.</summary>
    public IReadOnlyList<string> Feeds { get; init; } = [];

    /// <summary>TAXII servers.</summary>
    public IReadOnlyList<TaxiiSource> Taxii { get; init; } = [];

    /// <summary>How often TAXII servers are asked.</summary>
    public TimeSpan TaxiiEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Folders of warning lists.</summary>
    public IReadOnlyList<string> WarningLists { get; init; } = [];

    /// <summary>How evidence is weighed.</summary>
    public EvidenceRules Rules { get; init; } = EvidenceRules.Default;

    /// <summary>The confidence of an indicator whose source says none.</summary>
    public int Unsaid { get; init; } = 50;

    /// <summary>The mail server; <c>null</c> where there is none.</summary>
    public MailServer? Mail { get; init; }

    /// <summary>In a trial: a Maildir that mail is put into, in the place of a server; <c>null</c> otherwise.</summary>
    public string? Mailbox { get; init; }

    /// <summary>The key that signs mail.</summary>
    public DkimKey? Dkim { get; init; }

    /// <summary>When notices go out.</summary>
    public NoticeSchedule Schedule { get; init; } = NoticeSchedule.Default;

    /// <summary>What loggers show; <c>null</c> for no such door.</summary>
    public string? LoggerCredential { get; init; }

    /// <summary>What the product shows; <c>null</c> for no such door.</summary>
    public string? ProductCredential { get; init; }

    /// <summary>The stream that events come from; <c>null</c> for none.</summary>
    public StreamSource? Stream { get; init; }

    /// <summary>The form of the stream's events: a name or a mapping file's path.</summary>
    public string StreamForm { get; init; } = "ocsf";

    /// <summary>The folder that events are kept in for retro-hunts; <c>null</c> to keep none.</summary>
    public string? Keep { get; init; }

    /// <summary>How long they are kept.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How often the bell settles, tells, and looks whether a file changed.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => Path.Combine(Folder, FileName);

    /// <summary>Reads a folder's settings and the secrets that they name.</summary>
    /// <exception cref="FormatException">Something in them cannot be used; names file, line and what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WatchSettings Read(string folder)
    {
        folder = Path.GetFullPath(folder);
        var file = Path.Combine(folder, FileName);
        var note = YamlNote.Read(file, File.ReadAllBytes(file));
        note.Only("trial", "database", "listen", "ledger", "writerKey", "secret", "provider", "customers", "feeds", "taxii", "warningLists", "minimumConfidence", "unsaidConfidence", "evidence", "mail", "dkim", "schedule", "doors", "stream", "keep", "round");
        var trial = note.Get("trial") is { } said && Flag(said);
        var ledger = note.Need("ledger");
        ledger.Only("address", "key", "credential");
        var mail = note.Get("mail");
        var settings = new WatchSettings
        {
            Folder = folder,
            Trial = trial,
            Database = DatabaseOf(folder, note.Need("database")),
            Listen = Loopback(note.Need("listen")),
            LedgerAddress = ledger.Need("address") is var address && address.Text.StartsWith("unix:", StringComparison.Ordinal) ? "unix:" + Path.GetFullPath(address.Text["unix:".Length..], folder) : address.Text,
            LedgerKey = Key(ledger.Need("key")),
            LedgerCredential = Secretly(folder, ledger.Need("credential")),
            WriterKey = Hex(folder, note.Need("writerKey"), exactly: 32),
            Secret = Hex(folder, note.Need("secret"), exactly: null),
            Provider = ProviderOf(note.Need("provider")),
            Customers = Path.GetFullPath(note.Need("customers").Text, folder),
            Feeds = [.. note.Get("feeds")?.Items.Select(one => Path.GetFullPath(one.Text, folder)) ?? []],
            WarningLists = [.. note.Get("warningLists")?.Items.Select(one => Path.GetFullPath(one.Text, folder)) ?? []],
            Rules = RulesOf(folder, note),
            Unsaid = note.Get("unsaidConfidence")?.Number(0, 100) ?? 50,
            Mail = mail is { } server && server.Get("mailbox") is null ? Server(folder, server) : null,
            Mailbox = mail?.Get("mailbox") is { } box ? MailboxOf(folder, mail.Value, box, trial) : null,
            Dkim = note.Get("dkim") is { } dkim ? DkimOf(folder, dkim) : null,
            Schedule = note.Get("schedule") is { } schedule ? ScheduleOf(schedule) : NoticeSchedule.Default,
            Round = TimeSpan.FromSeconds(note.Get("round")?.Number(1, 3600) ?? 30),
        };
        settings = TaxiiOf(folder, note.Get("taxii"), settings);
        settings = Doors(folder, note.Get("doors"), settings);
        settings = StreamOf(folder, note.Get("stream"), settings);
        settings = Kept(folder, note.Get("keep"), settings);
        return mail is null || settings.Dkim is not null ? settings
            : throw new FormatException($"{mail.Value.Place}: mail without a \"dkim\" key would be taken for a forgery; give domain, selector and key, and publish the record (`counterseal watch dkim` prints it)");
    }

    private static WatchSettings TaxiiOf(string folder, YamlNote? note, WatchSettings settings)
    {
        if (note is not { } taxii)
            return settings;
        taxii.Only("every", "servers");
        var sources = taxii.Need("servers").Items.Select(one =>
        {
            one.Only("name", "server", "collections", "authorization");
            var server = one.Need("server");
            return Uri.TryCreate(server.Text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
                ? new TaxiiSource(one.Need("name").Text, uri, [.. one.Get("collections")?.Items.Select(c => c.Text) ?? []], one.Get("authorization") is { } secret ? Secretly(folder, secret) : null)
                : throw new FormatException($"{server.Place}: \"{server.Text}\" is no address of a TAXII server; write https://… (http:// on this machine only)");
        }).ToList();
        return settings with { Taxii = sources, TaxiiEvery = TimeSpan.FromMinutes(taxii.Get("every")?.Number(1, 10_080) ?? 60) };
    }

    private static WatchSettings Doors(string folder, YamlNote? note, WatchSettings settings)
    {
        if (note is not { } doors)
            return settings;
        doors.Only("logger", "product");
        return settings with
        {
            LoggerCredential = doors.Get("logger") is { } logger ? Secretly(folder, logger) : null,
            ProductCredential = doors.Get("product") is { } product ? Secretly(folder, product) : null,
        };
    }

    private static WatchSettings StreamOf(string folder, YamlNote? note, WatchSettings settings)
    {
        if (note is not { } stream)
            return settings;
        stream.Only("url", "stream", "durable", "form", "batch", "patience");
        var form = stream.Get("form")?.Text ?? "ocsf";
        return settings with
        {
            Stream = new(stream.Need("url").Text, stream.Need("stream").Text, stream.Get("durable")?.Text ?? "bell", stream.Get("batch")?.Number(1, 10_000) ?? 500, stream.Get("patience")?.Number(1, 3600) ?? 30),
            StreamForm = form is "ocsf" or "entra" ? form : Path.GetFullPath(form, folder),
        };
    }

    private static WatchSettings Kept(string folder, YamlNote? note, WatchSettings settings)
    {
        if (note is not { } keep)
            return settings;
        keep.Only("folder", "days");
        return settings with { Keep = Path.GetFullPath(keep.Need("folder").Text, folder), KeepFor = TimeSpan.FromDays(keep.Get("days")?.Number(1, 3650) ?? 90) };
    }

    internal static bool Flag(YamlNote note) => note.Text switch { "true" => true, "false" => false, _ => throw new FormatException($"{note.Place}: \"{note.Text}\" is neither true nor false") };

    internal static string DatabaseOf(string folder, YamlNote note)
    {
        if (note.Text.StartsWith("sqlite:", StringComparison.Ordinal))
            return "sqlite:" + Path.GetFullPath(note.Text["sqlite:".Length..], folder);
        // A connection string holds a password, so it may stand in a file of its own.
        return note.Text.StartsWith("file:", StringComparison.Ordinal) ? Secretly(folder, note, note.Text["file:".Length..]) : note.Text;
    }

    private static IPEndPoint Loopback(YamlNote note) =>
        IPEndPoint.TryParse(note.Text, out var at) && IPAddress.IsLoopback(at.Address)
            ? at : throw new FormatException($"{note.Place}: \"{note.Text}\" is no address of this machine alone; write for example 127.0.0.1:8472, and put TLS in front for anything further");

    internal static LogKeys Key(YamlNote note)
    {
        try
        {
            return LogKeys.Parse(note.Text);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{note.Place}: not a ledger's key ({wrong.Message}); copy \"ledger\" from trust.json");
        }
    }

    private static Provider ProviderOf(YamlNote note)
    {
        note.Only("name", "site", "helpline", "from");
        var from = note.Need("from");
        return MimeKit.MailboxAddress.TryParse(from.Text, out var mailbox) && mailbox.Address == from.Text && from.Text.Contains('@', StringComparison.Ordinal)
            ? new Provider(note.Need("name").Text, note.Need("site").Text, note.Need("helpline").Text, from.Text)
            : throw new FormatException($"{from.Place}: \"{from.Text}\" is no mail address; notices come from it, e.g. security@notices.example");
    }

    private static EvidenceRules RulesOf(string folder, YamlNote note)
    {
        var rules = note.Get("evidence") is { } own ? EvidenceRules.Parse(own.Text, Bytes(folder, own, own.Text)) : EvidenceRules.Default;
        return note.Get("minimumConfidence") is { } least ? rules with { MinimumConfidence = least.Number(0, 100) } : rules;
    }

    private static MailServer Server(string folder, YamlNote note)
    {
        note.Only("host", "port", "tls", "user", "password", "authorities");
        var (host, tls) = (note.Need("host"), note.Need("tls"));
        if (tls.Text is not ("none" or "startTls" or "fromTheFirstByte"))
            throw new FormatException($"{tls.Place}: \"{tls.Text}\" is none of startTls (port 587 or 25), fromTheFirstByte (port 465) and none (this machine only)");
        if (tls.Text == "none" && host.Text is not ("localhost" or "127.0.0.1" or "::1"))
            throw new FormatException($"{tls.Place}: {host.Text} is another machine, and without TLS everybody on the way reads who is told; write startTls or fromTheFirstByte");
        if (note.Get("user") is { } user && (tls.Text == "none" || note.Get("password") is null))
            throw new FormatException($"{user.Place}: a login needs TLS, and a \"password\" that names a file");
        var authorities = new X509Certificate2Collection();
        if (note.Get("authorities") is { } own)
        {
            try
            {
                authorities.ImportFromPem(System.Text.Encoding.ASCII.GetString(Bytes(folder, own, own.Text)));
            }
            catch (System.Security.Cryptography.CryptographicException wrong)
            {
                throw new FormatException($"{own.Place}: {own.Text} holds no certificates in PEM ({wrong.Message})");
            }
        }
        return new MailServer(host.Text, note.Need("port").Number(1, 65_535), tls.Text != "none", note.Get("user")?.Text, note.Get("password") is { } password ? Secretly(folder, password) : null)
        {
            FromTheFirstByte = tls.Text == "fromTheFirstByte",
            Authorities = authorities.Count > 0 ? [.. authorities] : null,
        };
    }

    private static string MailboxOf(string folder, YamlNote mail, YamlNote box, bool trial)
    {
        mail.Only("mailbox");
        return trial ? Path.GetFullPath(box.Text, folder) : throw new FormatException($"{box.Place}: a mailbox in a folder is for trials; write host, port and tls of a mail server");
    }

    private static DkimKey DkimOf(string folder, YamlNote note)
    {
        note.Only("domain", "selector", "key");
        var key = note.Need("key");
        try
        {
            return new DkimKey(note.Need("domain").Text, note.Need("selector").Text, Secretly(folder, key));
        }
        catch (Exception wrong) when (wrong is ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            throw new FormatException($"{key.Place}: {key.Text} holds no DKIM key ({wrong.Message}); an RSA key of at least 2048 bits in PEM, PKCS #8");
        }
    }

    private static NoticeSchedule ScheduleOf(YamlNote note)
    {
        note.Only("targeted", "compromised");
        var usual = NoticeSchedule.Default;
        var targeted = Times(note.Get("targeted"), usual.TargetedDelay, usual.TargetedBatch, usual.TargetedPatience);
        var compromised = Times(note.Get("compromised"), usual.CompromisedDelay, usual.CompromisedBatch, usual.CompromisedPatience);
        return new(targeted.Delay, targeted.Batch, compromised.Delay, compromised.Batch, targeted.Patience, compromised.Patience);

        static (TimeSpan Delay, TimeSpan Batch, TimeSpan Patience) Times(YamlNote? one, TimeSpan delay, TimeSpan batch, TimeSpan patience)
        {
            if (one is not { } times)
                return (delay, batch, patience);
            times.Only("delay", "batch", "patience");
            TimeSpan Minutes(string key, int least, TimeSpan usual) => times.Get(key) is { } minutes ? TimeSpan.FromMinutes(minutes.Number(least, 525_600)) : usual;
            return (Minutes("delay", 0, delay), Minutes("batch", 0, batch), Minutes("patience", 1, patience));
        }
    }

    internal static byte[] Hex(string folder, YamlNote note, int? exactly)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromHexString(Secretly(folder, note));
        }
        catch (FormatException wrong) when (!wrong.Message.StartsWith(note.File, StringComparison.Ordinal))
        {
            throw new FormatException($"{note.Place}: {note.Text} holds no hexadecimal digits; the file has them in one line");
        }
        return bytes.Length >= 32 && (exactly is null || bytes.Length == exactly)
            ? bytes : throw new FormatException($"{note.Place}: {note.Text} holds {bytes.Length} bytes in hex; {(exactly is null ? "at least " : "")}32 are needed. Do not make a new one while the old is somewhere: what was written under it could not be found again");
    }

    internal static string Secretly(string folder, YamlNote note, string? path = null)
    {
        path ??= note.Text;
        var text = System.Text.Encoding.UTF8.GetString(Bytes(folder, note, path)).Trim();
        var mode = OperatingSystem.IsWindows() ? UnixFileMode.UserRead : File.GetUnixFileMode(Path.GetFullPath(path, folder));
        if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new FormatException($"{note.Place}: {path} is a secret and others than its owner may use it (mode {Convert.ToString((int)mode, 8)}); make it 600");
        return text.Length > 0 ? text : throw new FormatException($"{note.Place}: {path} is empty");
    }

    private static byte[] Bytes(string folder, YamlNote note, string path)
    {
        try
        {
            var whole = Path.GetFullPath(path, folder);
            return new FileInfo(whole).Length <= 1 << 20 ? File.ReadAllBytes(whole) : throw new FormatException($"{note.Place}: {path} has more than 1 MiB; name the file that is meant");
        }
        catch (Exception away) when (away is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{note.Place}: the file {path} cannot be read ({away.Message}); put it there, or correct the path, which is taken from {folder}");
        }
    }
}
