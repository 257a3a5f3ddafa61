using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Cli;

/// <summary>Makes a home for trial mode: three folders with keys of their own, which know of each other only public keys and credentials.</summary>
internal static class TrialHome
{
    private const string GateName = "gate.trial.example";
    private const string Origin = "ledger.trial.example";
    private static readonly JsonSerializerOptions Pretty = new(LawJson.Options) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes it.</summary>
    /// <param name="home">Must not exist.</param>
    /// <param name="accounts">The accounts file that the gate reads; an empty one is made when <c>null</c>.</param>
    /// <param name="mail">The folder of mailboxes; an empty one is made when <c>null</c>.</param>
    /// <param name="database">A PostgreSQL connection string, or <c>null</c> for SQLite.</param>
    /// <param name="schemas">A folder with ETSI's own XSDs, or <c>null</c>.</param>
    /// <param name="bell">Whether the home gets a bell too.</param>
    /// <exception cref="Refused">Something is there already that is not a home.</exception>
    public static void Create(Home home, string? accounts, string? mail, string? database, string? schemas = null, bool bell = false)
    {
        if (Directory.Exists(home.Folder) && Directory.EnumerateFileSystemEntries(home.Folder).Any())
            throw new Refused($"{home.Folder} is neither empty nor a home that `counterseal serve` made; name another folder with --home");
        home.CheckPaths();
        Durable.CreateFolder(home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.GetDirectoryName(home.LedgerSocket)!);
        if (accounts is null)
        {
            accounts = Path.Combine(home.Folder, "sources", "accounts.ndjson");
            mail = Path.Combine(home.Folder, "sources", "mail");
            Directory.CreateDirectory(mail);
            File.WriteAllText(accounts, "");
        }

        var ledger = LedgerHome.Create(home.Ledger, Origin, "desk", "gate");
        var deskCredential = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var roster = new JsonObject
        {
            ["gate"] = GateName,
            ["epoch"] = 1,
            ["people"] = new JsonArray(),
            ["approvals"] = new JsonObject { ["count"] = 1, ["preserve"] = 1, ["release"] = 2 },
        };
        var gate = GateHome.Create(
            home.Gate,
            new GateSettings(GateName, Trial: true, home.LedgerAddress, ledger.Key.ToString(), new Sources(Path.GetFullPath(accounts), Path.GetFullPath(mail ?? ".")),
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(deskCredential))))
            {
                // Long enough to see it, short enough to wait for.
                DeleteAfter = TimeSpan.FromMinutes(1),
            },
            ledger.Credentials["gate"],
            Encoding.UTF8.GetBytes(roster.ToJsonString()),
            [AssessCommand.Rules]);
        var rules = Path.Combine(home.Desk, "rules");
        CopyFolder(AssessCommand.Rules, rules);
        DeskHome.Create(home.Desk, make => new DeskOptions
        {
            Database = database ?? make.Database,
            LedgerAddress = home.LedgerAddress,
            LedgerKey = ledger.Key.ToString(),
            LedgerCredential = ledger.Credentials["desk"],
            WriterKey = make.WriterKey,
            GateAddress = home.GateAddress,
            GateCredential = deskCredential,
            GateName = GateName,
            Rules = rules,
            Trial = true,
            Schemas = schemas,
        });
        TallyPlanning.Adopt(home, TallyPlanning.Trial(TimeProvider.System.GetUtcNow(), RuleBook.Load(rules)).Bytes());
        Durable.Replace(home.Trust, new Trust(gate.Key, ledger.Key.ToString()).Bytes(), "home.trust");
        if (bell)
        {
            AddBell(home);
            ConventionCommands.Add(home, null);
        }
        AddVulnerabilities(home);
    }

    /// <summary>Gives a trial home a vulnerability register, with a credential of its own at the ledger, which must not run meanwhile, and an intake key.</summary>
    /// <exception cref="Refused">There is no home, or no ledger in it.</exception>
    /// <exception cref="RecordException">It has a register.</exception>
    public static void AddVulnerabilities(Home home)
    {
        var writers = new LedgerHome(home.Ledger).Writers;
        if (!home.Exists || !File.Exists(writers))
            throw new Refused($"{home.Folder} is no home with a ledger of its own; `counterseal serve --home {home.Folder}` makes one. Where others keep the ledger, have them make a credential, and write {RegisterSettings.FileName} by docs/vulnerabilities.md");
        if (RegisterSettings.Exists(home.Vulnerabilities))
            throw new RecordException($"{home.Vulnerabilities} has a register already; a new writer key would make it a stranger to its own leaves");
        var (writer, credential) = LedgerWriter.Create("vulnerabilities");
        LedgerWriter.Write(writers, [.. LedgerWriter.Read(writers).Where(one => one.Name != writer.Name), writer]);
        // Killed before the settings were there, the key is used again: nothing was sealed to it yet.
        if (!File.Exists(home.IntakeKey))
        {
            using var fresh = AgeIdentity.Generate();
            Durable.CreateFolder(Path.GetDirectoryName(home.IntakeKey)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Durable.Replace(home.IntakeKey, Encoding.UTF8.GetBytes($"# opens reports of vulnerabilities; public key: {fresh.Recipient.Text}\n{fresh.Export()}\n"), "vulnerability.key", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        using var identity = KeyFile.Identity(new FileInfo(home.IntakeKey));
        RegisterSettings.Create(home.Vulnerabilities, new("unix:../run/ledger.sock", PackageCommands.ReadTrust(new FileInfo(home.Trust)).LedgerKeys().ToString(), credential, identity.Recipient.Text));
    }

    /// <summary>Gives a trial home a bell, with a credential of its own at the ledger, which must not run meanwhile.</summary>
    /// <exception cref="Refused">There is no home, or no ledger in it.</exception>
    /// <exception cref="RecordException">It has a bell.</exception>
    public static void AddBell(Home home)
    {
        var writers = new LedgerHome(home.Ledger).Writers;
        if (!home.Exists || !File.Exists(writers))
            throw new Refused($"{home.Folder} is no home with a ledger of its own; `counterseal serve --home {home.Folder}` makes one. Where others keep the ledger, have them make a credential for the bell, and write watch.yaml by docs/bell.md");
        if (WatchHome.Exists(home.Bell))
            throw new RecordException($"{home.Bell} has a bell already; a new writer key would make it a stranger to its own leaves");
        var (writer, credential) = LedgerWriter.Create("watch");
        LedgerWriter.Write(writers, [.. LedgerWriter.Read(writers).Where(one => one.Name != writer.Name), writer]);
        var samples = Path.Combine(AppContext.BaseDirectory, "samples", "watch");
        WatchHome.Create(home.Bell, new NewBell("unix:../run/ledger.sock", PackageCommands.ReadTrust(new FileInfo(home.Trust)).LedgerKeys().ToString(), credential,
            [.. ((string[])["first-lab.stix.json", "second-lab.stix.json"]).Select(name => (Path.Combine("stix", name), File.ReadAllBytes(Path.Combine(samples, name))))]));
    }

    /// <summary>Has a trial home's gate serve its pages on this machine, for passkeys of <c>localhost</c>.</summary>
    /// <returns>The pages' origin, or <c>null</c> where the home has no gate of its own.</returns>
    /// <exception cref="Refused">A ceremony has fixed another origin.</exception>
    public static string? OpenPages(Home home, int port)
    {
        var path = Path.Combine(home.Gate, "roster.json");
        if (!File.Exists(path))
            return null;
        var origin = $"http://localhost:{port.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        var roster = JsonNode.Parse(File.ReadAllBytes(path))!;
        var fixedOrigin = (string?)roster["passkeys"]?["origin"];
        if (roster["change"] is not null && fixedOrigin != origin)
            throw new Refused($"the roster was fixed in a ceremony for {fixedOrigin}; start with --gate-port {(Uri.TryCreate(fixedOrigin, UriKind.Absolute, out var uri) ? uri.Port : 8474).ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        if (fixedOrigin != origin)
        {
            // A trial takes whatever passkeys people have at hand, also those that an account elsewhere keeps.
            roster["passkeys"] = new JsonObject { ["rpId"] = "localhost", ["origin"] = origin, ["backedUp"] = true };
            Durable.Replace(path, Encoding.UTF8.GetBytes(roster.ToJsonString(Pretty)), "home.roster");
        }
        new PagesSettings($"localhost:{port.ToString(System.Globalization.CultureInfo.InvariantCulture)}").Write(home.Gate);
        return origin;
    }

    /// <summary>Puts a public key on the roster of a trial home's gate; a new epoch begins, which voids pending approvals.</summary>
    public static void Enrol(Home home, NoteVerifier key, IReadOnlyList<string> roles) => ChangeRoster(home, people =>
        people.Add(new JsonObject { ["name"] = key.Name, ["key"] = key.ToString(), ["roles"] = new JsonArray([.. roles.Select(r => JsonValue.Create(r))]) }));

    /// <summary>Takes a person off the roster of a trial home's gate; a new epoch begins, which voids pending approvals.</summary>
    /// <returns>The new epoch.</returns>
    public static long Strike(Home home, string name) => ChangeRoster(home, people =>
    {
        if (people.RemoveAll(person => (string?)person!["name"] == name) == 0)
            throw new Refused($"{name} is not on the roster");
    });

    private static long ChangeRoster(Home home, Action<JsonArray> change)
    {
        var path = Path.Combine(home.Gate, "roster.json");
        if (!File.Exists(path))
            throw new Refused($"{home.Folder} has no gate of its own; hand the public key to whoever keeps the gate's roster");
        var roster = JsonNode.Parse(File.ReadAllBytes(path))!;
        if (roster["change"] is not null)
            throw new Refused("the roster was fixed in a ceremony, and only its people change it: counterseal gate roster invite NAME, then counterseal gate roster draft");
        var epoch = (long)roster["epoch"]! + 1;
        roster["epoch"] = epoch;
        change(roster["people"]!.AsArray());
        var bytes = Encoding.UTF8.GetBytes(roster.ToJsonString(Pretty));
        try
        {
            Roster.Read(bytes);
        }
        catch (RefusalException refused)
        {
            throw new Refused($"the roster would not be valid: {refused.Refusal.What}");
        }

        Durable.Replace(path, bytes, "home.roster");
        return epoch;
    }

    /// <summary>Copies a folder with what is in it.</summary>
    internal static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
