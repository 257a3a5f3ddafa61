using Counterseal.Ledger;

namespace Counterseal.Desk;

/// <summary>What the desk needs to know to start. Checked as a whole by <see cref="Check"/>.</summary>
public sealed record DeskOptions
{
    /// <summary><c>sqlite:PATH</c>, or an Npgsql connection string (<c>Host=…;Database=…</c>).</summary>
    public required string Database { get; init; }
    /// <summary><c>unix:/path</c>, or <c>https://host:port#PIN</c> with the pin of the ledger's key (mutual TLS).</summary>
    public required string LedgerAddress { get; init; }
    /// <summary>The ledger's key (vkey).</summary>
    public required string LedgerKey { get; init; }
    /// <summary>The desk's credential at the ledger.</summary>
    public required string LedgerCredential { get; init; }
    /// <summary>The desk's writer key: 32 bytes, hex; then those that came after it (<see cref="Ledger.WriterKey"/>).</summary>
    public required string WriterKey { get; init; }
    /// <summary><c>unix:/path</c>, or <c>https://host:port#PIN</c> with the pin of the gate's key (mutual TLS).</summary>
    public required string GateAddress { get; init; }
    /// <summary>The desk's credential at the gate.</summary>
    public required string GateCredential { get; init; }
    /// <summary>The origin of the gate's own pages, e.g. <c>https://gate.example</c>: the desk's pages link an order there. <c>null</c> where there are none.</summary>
    public string? GatePages { get; init; }
    /// <summary>The gate's name; stands in every order.</summary>
    public required string GateName { get; init; }
    /// <summary>Folder of the rule book.</summary>
    public required string Rules { get; init; }
    /// <summary>Trial mode; stands in every order.</summary>
    public required bool Trial { get; init; }
    /// <summary>Folder with ETSI's own XSDs, where an operator added them.</summary>
    public string? Schemas { get; init; }

    /// <summary>The desk's own key file for mutual TLS (<c>counterseal keys tls</c>), where gate or ledger are on other hosts.</summary>
    public string? Tls { get; init; }

    /// <summary>The plan of the ledger's tally (<see cref="Counterseal.Tally.TallyPlan"/>), a file; <c>null</c> where there is none.</summary>
    public string? Tally { get; init; }

    /// <summary>The address of the desk's own pages as browsers know it, e.g. <c>https://desk.example</c>, where a proxy in front speaks TLS; passkeys are bound to its name for good. <c>null</c>: this machine only.</summary>
    public string? PagesOrigin { get; init; }

    /// <summary>The address of the authorities' portal as browsers know it, e.g. <c>https://authorities.example</c>, another host than the desk's; officers' passkeys are bound to its name for good. <c>null</c>: this machine only.</summary>
    public string? PortalOrigin { get; init; }

    /// <summary>The company's own sign-in (OpenID Connect); <c>null</c> where there is none.</summary>
    public CompanySettings? Company { get; init; }

    /// <summary>Who is woken for emergencies and clocks that run out; <c>null</c>: nobody.</summary>
    public AlertSettings? Alerts { get; init; }
    /// <summary>The customers' pages; <c>null</c> where there are none.</summary>
    public CustomerSettings? Customers { get; init; }

    /// <summary>How an authority reaches a person here; the public page for authorities says it. <c>null</c>: it says to use what the authority has already.</summary>
    public string? AuthorityContact { get; init; }

    /// <summary>Everything that is wrong with the options, one sentence each; empty when the desk can start.</summary>
    public IReadOnlyList<string> Check()
    {
        var wrong = new List<string>();
        if (!Database.StartsWith("sqlite:", StringComparison.Ordinal) && !Database.Contains("Host=", StringComparison.OrdinalIgnoreCase))
            wrong.Add("database: sqlite:PATH, or a PostgreSQL connection string with Host=");
        else if (Database.StartsWith("sqlite:", StringComparison.Ordinal) && Path.GetDirectoryName(Path.GetFullPath(Database["sqlite:".Length..])) is { } folder && !Directory.Exists(folder))
            wrong.Add($"database: the folder {folder} is not there");
        Address("ledgerAddress", LedgerAddress);
        Address("gateAddress", GateAddress);
        try
        {
            _ = LogKeys.Parse(LedgerKey);
        }
        catch (FormatException no)
        {
            wrong.Add($"ledgerKey: {no.Message}");
        }
        if (WriterKey.Length % 2 != 0 || !Ledger.WriterKey.IsLength(WriterKey.Length / 2) || !WriterKey.All(char.IsAsciiHexDigit))
            wrong.Add("writerKey: 32 bytes in hex, and 40 more for each later key");
        if (string.IsNullOrWhiteSpace(LedgerCredential))
            wrong.Add("ledgerCredential: without it the ledger takes nothing from the desk");
        if (string.IsNullOrWhiteSpace(GateCredential))
            wrong.Add("gateCredential: without it the gate takes nothing from the desk");
        if (string.IsNullOrWhiteSpace(GateName))
            wrong.Add("gateName: an order is for one gate by name");
        if (!Directory.Exists(Rules))
            wrong.Add($"rules: the folder {Rules} is not there");
        if (Schemas is not null && !Directory.Exists(Schemas))
            wrong.Add($"schemas: the folder {Schemas} is not there");
        if (!IsOrigin(PagesOrigin, out var pages))
            wrong.Add("pagesOrigin: an https address without a path, e.g. https://desk.example");
        if (!IsOrigin(PortalOrigin, out var portal) || (portal is not null && portal.Host == pages?.Host))
            wrong.Add("portalOrigin: an https address without a path, e.g. https://authorities.example, of another host than pagesOrigin");
        if (Company is { } company)
            wrong.AddRange(company.Check());
        if (Alerts is { } alerts)
            wrong.AddRange(alerts.Check());
        if (Customers is { } customers)
            wrong.AddRange(customers.Check());
        if (Tls is not null && !File.Exists(Tls))
            wrong.Add($"tls: the file {Tls} is not there");
        if (Tally is not null)
        {
            try
            {
                _ = Counterseal.Tally.TallyPlan.Read(File.ReadAllBytes(Tally));
            }
            catch (Exception no) when (no is IOException or UnauthorizedAccessException or Counterseal.Tally.TallyException)
            {
                wrong.Add($"tally: {no.Message}");
            }
        }
        return wrong;

        static bool IsOrigin(string? origin, out Uri? address)
        {
            address = null;
            return origin is null || (Uri.TryCreate(origin, UriKind.Absolute, out address) && address.Scheme == Uri.UriSchemeHttps && address.GetLeftPart(UriPartial.Authority) == origin);
        }

        void Address(string name, string address)
        {
            try
            {
                if (PartAddress.Parse(address).Pin is not null && Tls is null)
                    wrong.Add($"{name}: takes mutual TLS, and tls names no key file of the desk's own");
            }
            catch (FormatException no)
            {
                wrong.Add($"{name}: {no.Message}");
            }
        }
    }

    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => $"desk on {(Database.StartsWith("sqlite:", StringComparison.Ordinal) ? Database : "PostgreSQL")}, gate {GateName}{(Trial ? ", trial" : "")}";
}
